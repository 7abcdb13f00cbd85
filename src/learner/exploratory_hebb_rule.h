/* Noise, the trace and the change of the weights of exploratory_hebb.h, in blocks of steps. */
#ifndef AMINE_LEARNER_EXPLORATORY_HEBB_RULE_H
#define AMINE_LEARNER_EXPLORATORY_HEBB_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/panel.h"
#include "kernel/real.h"

/* Steps whose outer products are added to H in one pass; H does not depend on it. */
enum { AM_HEBB_BLOCK = 32 };

/* Rows t < n of width n_vector, a multiple of 16; strides in elements. */
typedef struct am_hebb_ops {
  /* xi[i] = amplitude U(-1, 1) with probability `chance`, else 0; unit i's draw of this step */
  void (*perturb)(am_real *xi, int n_vector, am_real chance, am_real amplitude, uint64_t seed,
                  uint32_t stream, uint32_t population, uint64_t step);
  /* to[t][i] = from[t][i]^3; rows of `to` are n_vector apart */
  void (*cube)(am_real *to, const am_real *from, size_t stride, int n_vector, int n);
  /* The same of x[t] - mean, with mean <- keep mean + (1 - keep) x[t] after it. */
  void (*fluctuation)(am_real *to, am_real *mean, const am_real *x, size_t stride, am_real keep,
                      int n_vector, int n);
  /* H[i][j] += sum over t < n, in that order, of post[t][i] pre[t][j]; H is a panel */
  void (*accumulate)(am_real *H, const am_real *post, size_t post_stride, const am_real *pre,
                     size_t pre_stride, int n, am_panel_shape shape);
  /* What multiplies a trace, one for each connection: H[i][j] += post[i] f(trace[i][j] pre[j]),
   * f(x) = x^3 if `cubes`, else x; post is as in `accumulate`, pre not cubed. H, trace: panels */
  void (*accumulate_each)(am_real *H, const am_real *trace, const am_real *post, const am_real *pre,
                          bool cubes, am_panel_shape shape);
  /* The same where there is one for each unit, or (n_few 1) for all of them:
   * H[i] += post[i] f(sum_j trace[i][j] pre[j]), or the sum of these. sums [rows padded]: room */
  void (*accumulate_few)(am_real *H, int n_few, const am_real *trace, const am_real *post,
                         const am_real *pre, am_real *sums, bool cubes, am_panel_shape shape);
  /* J += clip(factor H, -c, c); returns the sum of the squares of the change */
  am_real (*change)(am_real *J, const am_real *H, size_t n, am_real factor, am_real c);
} am_hebb_ops;

/* The instruction set's code. */
const am_hebb_ops *am_hebb_code(void);

#endif
