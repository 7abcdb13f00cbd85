/* When a plan's moments come by the clock, and what kind of rule it has. */
#ifndef AMINE_BRAIN_EVENT_CLOCK_H
#define AMINE_BRAIN_EVENT_CLOCK_H

#include "base/random.h"
#include "brain/event_state.h"

/* Spikes are counted after an event. */
static inline bool am_model_plan_counts(const amine_event_plan *p) {
  return p->rule.after >= 0 && p->rule.population >= 0;
}
/* Nothing but an earlier event. */
static inline bool am_model_plan_follows_event(const amine_event_plan *p) {
  return p->rule.after >= 0 && p->rule.population < 0;
}
/* Spikes that follow others. */
static inline bool am_model_plan_watches(const amine_event_plan *p) {
  return p->rule.after < 0 && p->rule.population >= 0;
}

/* The first moment, and the one after the present one: states[plan].next and t_ms. */
void am_model_plan_begin(amine_brain *brain, int plan);
void am_model_plan_advance(amine_brain *brain, int plan);
/* May it come at `step`: is that within from_ms to until_ms? */
bool am_model_plan_is_on(const amine_brain *brain, int plan, uint64_t step);

/* Random numbers of a plan, whose step is the lower half of n: the n-th draw for its moments, for a
 * try, for its chance, or for the spikes of a cue. */
typedef enum am_model_plan_draw {
  AM_DRAW_MOMENT,
  AM_DRAW_TRY,
  AM_DRAW_CHANCE,
  AM_DRAW_SPIKES,
  AM_N_DRAWS
} am_model_plan_draw;
am_random_key am_model_plan_key(const amine_brain *brain, int plan, am_model_plan_draw what,
                                uint64_t n);

#endif
