/* Learning-rate schedules. */
#ifndef AMINE_LEARNER_SCHEDULE_H
#define AMINE_LEARNER_SCHEDULE_H

#include <stdint.h>

#include "base/parameter.h"

typedef enum am_schedule_kind { AM_SCHEDULE_CONSTANT, AM_SCHEDULE_LINEAR } am_schedule_kind;

typedef struct am_schedule {
  am_schedule_kind kind;
  /* linear: from rate at iteration 0 to rate_end at `iterations`; a rate of 0 stays 0: who asks for
   * no learning gets none */
  double rate, rate_end;
  uint64_t iterations;   /* after which the rate stays at rate_end */
} am_schedule;

/* AT(m): AM_MEMBER of the member m of the schedule in a learner's options. */
#define AM_SCHEDULE_PARAMETERS(AT)                                                                 \
  AM_NUMBER("rate", 1e-4, 0, 100, "",                                                              \
            "step size of Adam, or of the delta rule; 0: no learning, whatever the schedule",      \
            AT(rate)),                                                                             \
      AM_NUMBER("rate_end", 1e-4, 0, 100, "", "step size at the end of a linear schedule",         \
                AT(rate_end)),                                                                     \
      AM_CHOICE("schedule", "constant|linear", "how the step size moves from rate to rate_end",    \
                AT(kind)),                                                                         \
      AM_INTEGER("schedule_iterations", 0, 0, 4e9, "updates",                                      \
                 "length of the schedule; 0 is iterations", AT(iterations))

static inline double am_schedule_rate(const am_schedule *s, uint64_t iteration) {
  if (s->kind == AM_SCHEDULE_CONSTANT || !(s->rate > 0)) return s->rate;
  if (iteration >= s->iterations) return s->rate_end;
  return s->rate + (s->rate_end - s->rate) * ((double)iteration / (double)s->iterations);
}

#endif
