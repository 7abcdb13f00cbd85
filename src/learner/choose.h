/* Which action follows from probabilities. */
#ifndef AMINE_LEARNER_CHOOSE_H
#define AMINE_LEARNER_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/random.h"

/* The index of an action drawn from p[0], p[stride], ... by the number of a step, or the most
 * probable. 53 bits are compared with sums in double, so that an action of probability 1e-9 is as
 * rare as that. */
static inline int am_choose(const float *p, size_t stride, int n, am_random_key key, uint32_t step,
                            bool greedy) {
  const am_random4 draw = greedy ? (am_random4){{0}} : am_random(key, step);
  const double u = am_uniform_double(draw.v[0], draw.v[1]);
  int best = 0;
  double below = 0;
  for (int k = 0; k < n; k++) {
    const float pk = p[(size_t)k * stride];
    if (greedy) {
      if (pk > p[(size_t)best * stride]) best = k;
      continue;
    }
    below += (double)pk;
    if (u < below) return k;
    if (pk > 0) best = k; /* rounding may leave the sum just below u */
  }
  return best;
}

/* What the series "policy" holds, of actions that are one of several or real. */
static inline const char *am_policy_meaning(bool is_real) {
  return is_real ? "mean of each number of the action, then its spread"
              : "probability of each action";
}

/* Number k of the n that a real action of this step is drawn by: standard normal. */
static inline float am_real_noise(am_random_key key, int n, int step, int k) {
  return am_normal(am_random(key, (uint32_t)(step * n + k)));
}

#endif
