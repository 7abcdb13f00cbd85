/* The clock of planned events (see event_clock.h). */
#include "brain/event_clock.h"

#include <math.h>

#include "base/steps.h"
#include "brain/brain.h"
#include "kernel/exponential.h"

am_random_key am_model_plan_key(const amine_brain *b, int plan, am_model_plan_draw what,
                                uint64_t n) {
  return (am_random_key){.seed = b->seed,
                         .stream = AM_STREAM_EVENT,
                         .episode = (uint32_t)plan,
                         .lane = AM_N_DRAWS * (uint32_t)(n >> 32) + (uint32_t)what};
}

bool am_model_plan_is_on(const amine_brain *b, int plan, uint64_t step) {
  const amine_event_plan *p = &b->plans.list[plan];
  return step >= am_steps(p->from_ms, b->dt_ms) && step < am_steps(p->until_ms, b->dt_ms);
}

/* From the present moment, drawn with its number, to the next one. */
static double interval(const amine_brain *b, int plan) {
  const amine_event_plan *p = &b->plans.list[plan];
  const uint64_t n = b->plans.states[plan].n_times;
  const am_random4 r = am_random(am_model_plan_key(b, plan, AM_DRAW_MOMENT, n), (uint32_t)n);
  const double u = am_uniform_double(r.v[0], r.v[1]);
  if (p->rate_hz > 0) return -am_log(1 - u) * 1e3 / p->rate_hz;
  return p->every_ms + u * (p->every_max_ms - p->every_ms);
}

/* The moment of number n_times; given times before from_ms are passed over. */
static void find(amine_brain *b, int plan) {
  const amine_event_plan *p = &b->plans.list[plan];
  am_model_plan_state *s = &b->plans.states[plan];
  s->next = UINT64_MAX;
  if (p->n_at > 0) {
    while (s->n_times < p->n_at && p->at_ms[s->n_times] < p->from_ms) s->n_times++;
    if (s->n_times == p->n_at) return;
    s->t_ms = p->at_ms[s->n_times];
  } else if (p->rate_hz > 0 || p->every_max_ms > p->every_ms) {
    s->t_ms += interval(b, plan);
  } else if (p->every_ms > 0) {
    s->t_ms = p->from_ms + (double)s->n_times * p->every_ms;
  } else {
    return;
  }
  const uint64_t step = am_steps(s->t_ms, b->dt_ms);
  if (step < am_steps(p->until_ms, b->dt_ms)) s->next = step;
}

void am_model_plan_begin(amine_brain *b, int plan) {
  b->plans.states[plan].t_ms = b->plans.list[plan].from_ms;
  find(b, plan);
}

void am_model_plan_advance(amine_brain *b, int plan) {
  b->plans.states[plan].n_times++;
  find(b, plan);
}
