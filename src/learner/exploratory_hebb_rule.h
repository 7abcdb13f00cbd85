/* The trace and the change of the weights of exploratory_hebb.h, in blocks of steps. */
#ifndef AMINE_LEARNER_EXPLORATORY_HEBB_RULE_H
#define AMINE_LEARNER_EXPLORATORY_HEBB_RULE_H

#include <stddef.h>

/* Steps whose outer products are added to H in one pass; H does not depend on it. */
enum { AM_HEBB_BLOCK = 32 };

typedef struct am_hebb_ops {
  /* a[i] = a[i]^3, n a multiple of 16 */
  void (*cube)(float *a, size_t n);
  /* H[i][j] += sum over t < n, in that order, of post[t][i] pre[t][j]; H is a panel of rows x cols,
   * strides in elements */
  void (*accumulate)(float *H, const float *post, size_t post_stride, const float *pre,
                     size_t pre_stride, int n, int rows, int cols);
  /* J += clip(factor H, -c, c); returns the sum of the squares of the change */
  float (*change)(float *J, const float *H, size_t n, float factor, float c);
} am_hebb_ops;

#endif
