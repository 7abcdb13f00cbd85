/* First values of states that a text has drawn: state x[n] = 2 * drawn - 1.
 *
 * Included with am_real = float, or double for gradient checks. */
#ifndef AMINE_EQUATION_PLAN_DRAW_H
#define AMINE_EQUATION_PLAN_DRAW_H

#include "base/random.h"
#include "equation/plan.h"
#include "kernel/real.h"

/* Draws those of episode (seed, episode, lane) into the block before the first step, `step` elements
 * from a row to the next. Without it a state begins in the middle of what it is drawn from. */
static inline void am_plan_draw(const am_plan *p, am_real *block, size_t step, uint64_t seed,
                                uint32_t episode, uint32_t lane, int layer) {
  const am_random_key key = {seed, AM_STREAM_STATES + 256u * (uint32_t)layer, episode, lane};
  for (int s = 0; p->is_drawn && s < p->n_states; s++)
    for (int k = 0; k < p->states[s].rows; k++) {
      const int i = p->states[s].begin + k;
      const float u = am_uniform(am_random(key, (uint32_t)i / 4).v[i % 4]);
      block[(size_t)(p->states[s].row + k) * step] =
          (am_real)p->begins[i].middle + (am_real)p->begins[i].half * (2 * u - 1);
    }
}

#endif
