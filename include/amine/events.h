/* Events: what happens to a brain and moves its chemical modulators, and a list of what has
 * happened, with what it did to the levels.
 *
 *   kind          first           second       reaches
 *   reward        reward          expected     dopamine; the rule da-stdp (amine_brain_reward)
 *   punishment    punishment      stress       serotonin
 *   uncertainty   uncertainty     novelty      norepinephrine, by its novelty acetylcholine
 *   novelty       novelty         0            norepinephrine and acetylcholine
 *   attention     attention       novelty      acetylcholine
 *   circadian     phase of day    sleep need   orexin
 *   cue, action   which           0            nothing: a note
 *
 * How far a level moves stands in amine/chemical.h. A level that is clamped does not move, nor does
 * the dopamine of da-stdp while dopamine is clamped; the event is noted all the same. */
#ifndef AMINE_EVENTS_H
#define AMINE_EVENTS_H

#include "amine/brain.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Numbers that recordings hold: none changes. */
typedef enum amine_event_kind {
  AMINE_EVENT_REWARD = 0,
  AMINE_EVENT_PUNISHMENT = 1,
  AMINE_EVENT_UNCERTAINTY = 2,
  AMINE_EVENT_ATTENTION = 3,
  AMINE_EVENT_CIRCADIAN = 4,
  AMINE_EVENT_CUE = 5,    /* a stimulus begins; first: which */
  AMINE_EVENT_ACTION = 6, /* the brain has answered; first: how */
  AMINE_EVENT_NOVELTY = 7
} amine_event_kind;
#define AMINE_EVENT_KINDS 8

/* "reward", "punishment", ...; NULL for any other number. Static storage. */
AMINE_API const char *amine_event_name(amine_event_kind kind);

/* Lets an event happen before the next step. *delta (may be NULL) gets reward - expected of a
 * reward, else 0. AMINE_ERROR_ARGUMENT if a number is not finite or there is no such kind;
 * AMINE_ERROR_MEMORY; nothing has happened then. */
AMINE_API amine_status amine_brain_give(amine_brain *brain, double *delta, amine_event_kind kind,
                                        double first, double second, amine_error *error);

/* Levels of dopamine, serotonin, norepinephrine, acetylcholine, orexin. */
#define AMINE_EVENT_LEVELS 5

/* What has happened. */
typedef struct amine_brain_event {
  uint64_t step; /* before which it happened */
  amine_event_kind kind;
  int source;                       /* which of the brain's plans; -1: amine_brain_give */
  double first, second;             /* as they were given */
  float before[AMINE_EVENT_LEVELS]; /* levels just before it and just after it; NaN in a brain */
  float after[AMINE_EVENT_LEVELS];  /* without chemical modulators */
} amine_brain_event;

/* What has happened is kept until it is read, as spikes are: how many wait, and the first n of
 * them, in the order in which they happened, which go to `events` (may be NULL) and are
 * forgotten. */
AMINE_API size_t amine_brain_n_events(const amine_brain *brain);
AMINE_API void amine_brain_read_events(amine_brain *brain, amine_brain_event *events, size_t n);

/* ---- Events that come by themselves while the brain runs.
 *
 * A plan says when an event comes. Without a rule that is at given times, with a period, at
 * intervals drawn at random, or as a Poisson process. With a rule it comes by what the brain does:
 *
 *   after                        each time that an earlier plan's event has come
 *   after, population, than      ... and the population has then fired more than `than` spikes
 *                                within within_ms, or more than another one, spikes for each neuron
 *   population, follows          each time that the population fires within within_ms after a spike
 *                                of another one (not in the same step); at the end of a step of the
 *                                chemical system (amine_brain_set_chemical; 16 steps without one)
 *
 * A time is the step nearest to it, and the event comes before that step is run. Those of one step
 * come in the order of their plans. Plans are part of the brain: amine_brain_save keeps how far
 * they are, and everything random in them comes from the brain's seed. */
typedef struct amine_event_rule {
  int after;                    /* number of an earlier plan; -1: none */
  int population, neuron;       /* whose spikes count; -1: no rule of spikes; -1: all its neurons */
  int versus, versus_neuron;    /* than those of this one; -1: than `than` */
  double than;                  /* 0 */
  int follows, follows_neuron;  /* -1: without `after` such a rule needs it */
  double within_ms;             /* 20; at least a step; to 1e6 */
} amine_event_rule;

typedef struct amine_event_plan {
  size_t size;             /* sizeof(amine_event_plan) */
  const char *name;        /* NULL: that of its kind; no two plans have the same */
  amine_event_kind kind;   /* any but AMINE_EVENT_ACTION */
  double first, first_max; /* 1; uniform up to first_max if that is larger */
  double second;           /* 0 */
  double otherwise;        /* NaN: nothing; of a counting rule: `first` where it does not hold */
  /* Reward: what is expected begins with `second` and then follows by alpha times reward -
   * expected, 0 to 1. 0: it stays. */
  double alpha;
  double day_ms; /* circadian: `first` times sin(2 pi t / day_ms); 0: `first`; to 1e12 */
  /* When: just one of these, or a rule. Times in ms, 0 to 1e15. */
  const double *at_ms; /* [n_at], any order */
  size_t n_at;
  double every_ms, every_max_ms; /* a step to 1e12; if every_max_ms is larger, intervals uniform */
  double rate_hz;                /* 1e-9 to one in a step */
  amine_event_rule rule;
  /* Only then: from <= t < until. A period begins at from_ms; so does the first random interval. */
  double from_ms, until_ms;      /* 0, infinity */
  double probability;            /* 1; the chance that it comes, each time; 0 to 1 */
  double delay_ms, delay_max_ms; /* 0; so much later, to 1e6; uniform up to delay_max_ms */
  /* Cue: what it does. The neurons of a population of the model "spikes" fire once, each at a
   * random time within for_ms; others get a current for for_ms, a step at least. */
  int stimulates;         /* population; -1: nothing */
  double current, for_ms; /* 0, 0; as amine_brain_set_current; 0 to 1e9 ms */
} amine_event_plan;

AMINE_API amine_event_plan amine_event_plan_default(amine_event_kind kind);

/* Adds a plan, which is copied; *id (may be NULL) gets its number, 0, 1, 2, ... in order of
 * addition. Possible until the first run, and after the populations that it names.
 * AMINE_ERROR_ARGUMENT names what is wrong; AMINE_ERROR_MEMORY. */
AMINE_API amine_status amine_brain_plan_event(amine_brain *brain, int *id,
                                              const amine_event_plan *plan, amine_error *error);
AMINE_API int amine_brain_n_plans(const amine_brain *brain);
/* The name of a plan, NULL if there is none; *kind (may be NULL) gets its kind. */
AMINE_API const char *amine_brain_plan(const amine_brain *brain, int plan, amine_event_kind *kind);

#ifdef __cplusplus
}
#endif
#endif
