/* A modulator's signal held at values while episodes are played without learning: what it costs is
 * what the signal is good for. Both layouts of texts obey; what is held is the lowest layer's. */
#ifndef AMINE_LEARNER_HOLD_H
#define AMINE_LEARNER_HOLD_H

#include "equation/plan_step.h"
#include "learner/group.h"
#include "learner/learner.h"

struct am_hold {
  /* "level": M; or another that is recorded (am_learner_holds). NULL: none is, and who is asked only
   * looks on */
  const char *signal;
  /* Asked twice at each step of each episode that goes on, by several threads for several lanes: once
   * it is shown, and once it is over, then with its reward. Returns what the signal is held at, [rows], to be there until
   * the episode is asked again; NULL: it is free. world: the task's state, NULL where a text is
   * read, whose steps do nothing to it. */
  const float *(*say)(void *context, uint32_t lane, int step, const void *world, float reward,
                      bool over);
  void *context;
};

/* Of the lanes that are played side by side. */
typedef struct am_holding {
  const am_hold *hold;
  const am_plan *plan;
  am_plan_held held; /* for the step */
  bool given;        /* the signal is given from outside, */
  bool late;         /* or written once the step is over, or else in the step */
  const float *said[2][AM_GROUP_LANES];
} am_holding;

/* Whether the signal of that name can be held: not one that is a number or an input. rows: how many
 * numbers it is. */
bool am_hold_can(const am_plan *plan, const char *signal, int *rows);

/* Whether a learner can hold it: a signal of its text, or one of its own. */
bool am_learner_holds(const am_learner *learner, const char *signal, int *rows);

/* hold NULL: nothing is held, and h->hold is NULL. */
void am_holding_begin(am_holding *h, const am_hold *hold, const am_plan *plan);
/* Asks for lane k of those side by side, whose number is `lane`; live: whether its episode goes on.
 */
void am_holding_ask(am_holding *h, int k, bool live, uint32_t lane, int step, const void *world,
                    float reward, bool over);
/* Puts what was said for lane k in the place of what is given: rows are `stride` elements apart. */
void am_holding_give(const am_holding *h, int k, float *given, int stride);

/* What the step is told. */
static inline const am_plan_held *am_holding_held(const am_holding *h) {
  return h->hold && !h->given ? &h->held : NULL;
}

/* The same for a group in LANES: asks for all of them and puts what is given, [n_given][lanes]. live
 * [lanes]; reward [lanes]: NULL until the step is over. */
void am_holding_group(am_holding *h, const am_group *group, const float *live, float *given,
                      int step, const float *reward);

#endif
