/* The clock of planned events (see event_clock.h). */
#include "brain/event_clock.h"

#include <math.h>

#include "brain/brain.h"
#include "kernel/exponential.h"

am_random4 am_plan_random(const amine_brain *b, int plan, am_plan_draw what, uint64_t n) {
  const am_random_key key = {.seed = b->seed,
                             .stream = AM_STREAM_EVENT,
                             .episode = (uint32_t)plan,
                             .lane = 3 * (uint32_t)(n >> 32) + (uint32_t)what};
  return am_random(key, (uint32_t)n);
}

double am_plan_uniform(am_random4 r) {
  return (double)((uint64_t)r.v[0] << 21 | r.v[1] >> 11) * 0x1p-53;
}

bool am_plan_is_on(const amine_brain *b, int plan, uint64_t step) {
  const amine_event_plan *p = &b->plans.list[plan];
  return step >= am_event_steps(p->from_ms, b->dt_ms) && step < am_event_steps(p->until_ms, b->dt_ms);
}

/* From the present moment, drawn with its number, to the next one. */
static double interval(const amine_brain *b, int plan) {
  const amine_event_plan *p = &b->plans.list[plan];
  const double u =
      am_plan_uniform(am_plan_random(b, plan, AM_DRAW_MOMENT, b->plans.states[plan].n_times));
  if (p->rate_hz > 0) return -am_log(1 - u) * 1e3 / p->rate_hz;
  return p->every_ms + u * (p->every_max_ms - p->every_ms);
}

/* The moment of number n_times; given times before from_ms are passed over. */
static void find(amine_brain *b, int plan) {
  const amine_event_plan *p = &b->plans.list[plan];
  am_plan_state *s = &b->plans.states[plan];
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
  const uint64_t step = am_event_steps(s->t_ms, b->dt_ms);
  if (step < am_event_steps(p->until_ms, b->dt_ms)) s->next = step;
}

void am_plan_begin(amine_brain *b, int plan) {
  b->plans.states[plan].t_ms = b->plans.list[plan].from_ms;
  find(b, plan);
}

void am_plan_advance(amine_brain *b, int plan) {
  b->plans.states[plan].n_times++;
  find(b, plan);
}
