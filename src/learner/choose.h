/* Which action follows from probabilities. */
#ifndef AMINE_LEARNER_CHOOSE_H
#define AMINE_LEARNER_CHOOSE_H

#include <stdbool.h>
#include <stddef.h>

/* The index of an action drawn from p[0], p[stride], ... by u in [0, 1), or the most probable. */
static inline int am_choose(const float *p, size_t stride, int n, float u, bool greedy) {
  int best = 0;
  float below = 0;
  for (int k = 0; k < n; k++) {
    const float pk = p[(size_t)k * stride];
    if (greedy) {
      if (pk > p[(size_t)best * stride]) best = k;
      continue;
    }
    below += pk;
    if (u < below) return k;
    if (pk > 0) best = k; /* rounding may leave the sum just below u */
  }
  return best;
}

#endif
