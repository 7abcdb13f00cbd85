/* Learning-rate schedules (see schedule.h). */
#include "learner/schedule.h"

#include <math.h>

#include "amine/chemical.h"

#define HALF_PI 1.57079632679489661923
#define EXPECTATION 0.1 /* of the expected reward, an iteration */

/* What is remembered: iterations heard, mean (or expected) reward; of a plateau the best mean, for
 * how long it has stood and how often that was too long; of dopamine what it multiplies. */
enum { HEARD, MEAN, BEST, WAITED, DROPS, FACTOR = BEST };

int am_schedule_remembers(const am_schedule *s) {
  const bool does = s->kind == AM_SCHEDULE_PLATEAU || s->kind == AM_SCHEDULE_DOPAMINE;
  return does ? AM_SCHEDULE_MEMORY : 0;
}

static void watch(const am_schedule *s, double *m, double reward) {
  const double span = (double)s->plateau_span;
  m[HEARD]++;
  m[MEAN] += (reward - m[MEAN]) / fmin(m[HEARD], span);
  if (m[HEARD] < span) return;
  if (m[HEARD] == span || m[MEAN] > m[BEST]) {
    m[BEST] = m[MEAN];
    m[WAITED] = 0;
  } else if (++m[WAITED] > (double)s->plateau_patience) {
    m[DROPS]++;
    m[WAITED] = 0;
  }
}

static void be_surprised(const am_schedule *s, double *m, double reward) {
  amine_dopamine d;
  amine_dopamine_init(&d, NULL);
  if (m[HEARD]++ == 0) m[MEAN] = reward;
  amine_dopamine_update(&d, (float)((reward - m[MEAN]) / s->dopamine_scale), 0);
  m[FACTOR] = (double)amine_dopamine_learning_rate(&d);
  m[MEAN] += EXPECTATION * (reward - m[MEAN]);
}

void am_schedule_hear(const am_schedule *s, double *memory, uint64_t iteration, double reward) {
  if (!isfinite(reward)) return;
  if (s->kind == AM_SCHEDULE_DOPAMINE) be_surprised(s, memory, reward);
  if (s->kind == AM_SCHEDULE_PLATEAU && iteration >= s->warmup_iterations) watch(s, memory, reward);
}

/* The powers and the cosine of the C library may differ from one to another in their last bit. */
static double power(double base, uint64_t n) {
  double out = 1;
  for (; n > 0; n >>= 1, base *= base)
    if (n & 1) out *= base;
  return out;
}

/* (1 + cos(pi x)) / 2 for x in [0, 1]: 1 - sin^2(pi x / 2), by its series. */
static double fall(double x) {
  const double y = HALF_PI * x;
  double term = y, sine = y;
  for (int k = 1; k <= 12; k++) {
    term *= -y * y / (2 * k * (2 * k + 1));
    sine += term;
  }
  return 1 - sine * sine;
}

/* After the warm-up: k iterations later. */
static double scheduled(const am_schedule *s, const double *memory, uint64_t k) {
  const double part = (double)k / (double)s->iterations;
  switch (s->kind) {
  case AM_SCHEDULE_CONSTANT: break;
  case AM_SCHEDULE_LINEAR:
    return k >= s->iterations ? s->rate_end : s->rate + (s->rate_end - s->rate) * part;
  case AM_SCHEDULE_COSINE:
    return k >= s->iterations ? s->rate_end : s->rate_end + (s->rate - s->rate_end) * fall(part);
  case AM_SCHEDULE_STEP:
    k -= k < s->step_from ? k : s->step_from;
    return s->rate * power(s->step_factor, k / s->step_iterations);
  case AM_SCHEDULE_PLATEAU:
    return s->rate * power(s->plateau_factor, (uint64_t)fmin(fmax(memory[DROPS], 0), 1e9));
  case AM_SCHEDULE_DOPAMINE: return memory[HEARD] > 0 ? s->rate * memory[FACTOR] : s->rate;
  }
  return s->rate;
}

double am_schedule_rate(const am_schedule *s, const double *memory, uint64_t iteration) {
  const uint64_t warmup = s->warmup_iterations;
  if (!(s->rate > 0)) return s->rate;
  if (iteration >= warmup) return scheduled(s, memory, iteration - warmup);
  return scheduled(s, memory, 0) * ((double)(iteration + 1) / (double)warmup);
}
