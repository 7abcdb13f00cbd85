/* Learning-rate schedules. */
#ifndef AMINE_LEARNER_SCHEDULE_H
#define AMINE_LEARNER_SCHEDULE_H

#include <stdint.h>

typedef enum am_schedule_kind { AM_SCHEDULE_CONSTANT, AM_SCHEDULE_LINEAR } am_schedule_kind;

typedef struct am_schedule {
  am_schedule_kind kind;
  /* linear: from rate at iteration 0 to rate_end at `iterations`; a rate of 0 stays 0: who asks for
   * no learning gets none */
  double rate, rate_end;
  uint64_t iterations;   /* after which the rate stays at rate_end */
} am_schedule;

static inline double am_schedule_rate(const am_schedule *s, uint64_t iteration) {
  if (s->kind == AM_SCHEDULE_CONSTANT || !(s->rate > 0)) return s->rate;
  if (iteration >= s->iterations) return s->rate_end;
  return s->rate + (s->rate_end - s->rate) * ((double)iteration / (double)s->iterations);
}

#endif
