/* The trace and the change of the weights of exploratory_hebb.h, in blocks of steps. */
#ifndef AMINE_LEARNER_EXPLORATORY_HEBB_RULE_H
#define AMINE_LEARNER_EXPLORATORY_HEBB_RULE_H

#include <stddef.h>

#include "kernel/real.h"

/* Steps whose outer products are added to H in one pass; H does not depend on it. */
enum { AM_HEBB_BLOCK = 32 };

typedef struct am_hebb_ops {
  /* a[i] = a[i]^3, n a multiple of 16 */
  void (*cube)(am_real *a, size_t n);
  /* H[i][j] += sum over t < n, in that order, of post[t][i] pre[t][j]; H is a panel,
   * strides in elements */
  void (*accumulate)(am_real *H, const am_real *post, size_t post_stride, const am_real *pre,
                     size_t pre_stride, int n, am_panel_shape shape);
  /* J += clip(factor H, -c, c); returns the sum of the squares of the change */
  am_real (*change)(am_real *J, const am_real *H, size_t n, am_real factor, am_real c);
} am_hebb_ops;

#endif
