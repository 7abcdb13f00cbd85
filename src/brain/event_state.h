/* What a brain keeps of events: what has happened, the plans of what comes by itself, how far they
 * are, and what waits. */
#ifndef AMINE_BRAIN_EVENT_STATE_H
#define AMINE_BRAIN_EVENT_STATE_H

#include <stdbool.h>

#include "amine/events.h"

/* What has happened and waits to be read. */
typedef struct am_happened {
  amine_brain_event *list; /* [n] */
  size_t n, capacity, read;
} am_happened;

#define AM_EVENT_PLANS 256 /* of a brain at most */

/* How far a plan is. */
typedef struct am_model_plan_state {
  uint64_t next;      /* step of its next moment by the clock; UINT64_MAX: none */
  uint64_t n_times;   /* moments that were drawn */
  uint64_t n_tries;   /* draws of chance, delay and amount */
  uint64_t followed;  /* last spike of `follows`: step + 1 */
  uint64_t pulse_end; /* step at which its current ends; 0: there is none */
  double t_ms;        /* of the next moment */
  double expected;    /* reward */
} am_model_plan_state;
enum { AM_MODEL_PLAN_COUNTERS = 5, AM_MODEL_PLAN_NUMBERS = 2 };

typedef enum am_waits_for { AM_WAITS_TO_COME, AM_WAITS_TO_COUNT } am_waits_for;

/* Something that is due later. */
typedef struct am_wait {
  uint64_t due, plan, what; /* step; am_waits_for */
  uint64_t spikes[2];       /* of population and `versus` when the count began */
  double value;             /* `first` of what comes */
} am_wait;
enum { AM_WAIT_COUNTERS = 5 };

typedef struct am_plans {
  amine_event_plan *list;      /* [n], names and times are owned */
  am_model_plan_state *states; /* [n] */
  int n;
  am_wait *waiting; /* in the order in which they came to wait */
  size_t n_waiting, waiting_capacity;
  uint64_t due;     /* step of the next thing to do; UINT64_MAX: none */
  uint64_t watched; /* spikes of the steps before have been seen */
  bool watches;     /* some rule looks at each spike */
} am_plans;

#endif
