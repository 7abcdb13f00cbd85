/* A modulator that is given, not learned: one number m for each step and lane.
 *
 *     one      m = 1
 *     random   m uniform in [0, 1), each step its own draw
 *     error    m = min(1, sqrt(E)): E the mean squared error of what was said at this step; 0 where
 *              nothing was asked for. Much is taken up where much was wrong.
 *     reward   m = max(-1, 1 - E), likewise: what went with being right is strengthened, what went
 *              with being wrong by more than 1 is weakened
 *     novelty  m = min(1, max_i |u_i - mean of u_i over the steps before|): how far the input is
 *              from what the episode has shown so far (the mean of no steps is 0)
 *     window   m = 1 from step `from` up to the one before `until`, else 0: a signal that says when
 *              to store
 *
 * times `scale`. Of a task that asks for actions and pays rewards, E is 1 - r: so reward is the reward itself,
 * between -1 and 1, and error the root of what is missing to 1.
 *
 * |m| <= scale in all of them. Sources: error and surprise as what gates plasticity, Schultz 1997,
 * doi:10.1126/science.275.5306.1593; Yu and Dayan 2005, doi:10.1016/j.neuron.2005.04.026. */
#ifndef AMINE_MODULATOR_GIVEN_H
#define AMINE_MODULATOR_GIVEN_H

#include <math.h>

#include "base/random.h"

#define AM_GIVEN_WORDS "one|random|error|reward|novelty|window"
#define AM_GIVEN_MEANING                                                                           \
  "M, the signal that says how much of a step is taken up: always 1, drawn, how wrong or how "     \
  "right it was, how new the input is, or 1 within a window"

typedef enum am_given_kind {
  AM_GIVEN_ONE,
  AM_GIVEN_RANDOM,
  AM_GIVEN_ERROR,
  AM_GIVEN_REWARD,
  AM_GIVEN_NOVELTY,
  AM_GIVEN_WINDOW
} am_given_kind;

typedef struct am_given {
  am_given_kind kind;
  int from, until; /* of a window, in steps from 0 */
  float scale;
} am_given;

/* Is it known before a step? */
static inline bool am_given_is_ahead(const am_given *g) {
  return g->kind == AM_GIVEN_ONE || g->kind == AM_GIVEN_WINDOW;
}

/* What is known of a step of one lane once it is over. */
typedef struct am_given_moment {
  am_random_key key; /* of the episode; its stream is set here */
  int step;
  float error;   /* E; below 0 where nothing was asked for */
  float novelty; /* the maximum above */
} am_given_moment;

/* m before it is scaled */
static inline float am_given_signal(const am_given *g, const am_given_moment *p) {
  am_random_key key = p->key;
  switch (g->kind) {
  case AM_GIVEN_ONE: return 1;
  case AM_GIVEN_RANDOM:
    key.stream = AM_STREAM_GIVEN;
    return am_uniform(am_random(key, (uint32_t)p->step).v[0]);
  case AM_GIVEN_ERROR: return p->error < 0 ? 0 : p->error < 1 ? sqrtf(p->error) : 1;
  case AM_GIVEN_REWARD: return p->error < 0 ? 0 : p->error < 2 ? 1 - p->error : -1;
  case AM_GIVEN_NOVELTY: return p->novelty < 1 ? p->novelty : 1;
  case AM_GIVEN_WINDOW: return p->step >= g->from && p->step < g->until ? 1 : 0;
  }
  return 0;
}

static inline float am_given_level(const am_given *g, const am_given_moment *p) {
  return g->scale * am_given_signal(g, p);
}

#endif
