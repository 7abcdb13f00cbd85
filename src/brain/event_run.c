/* Planned events while the brain runs (see event_plan.h). */
#include <math.h>
#include <string.h>

#include "base/wave.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/steps.h"
#include "brain/brain.h"
#include "brain/event_clock.h"
#include "brain/event_plan.h"
#include "brain/events.h"
#include "format/crc32c.h"
#include "kernel/exponential.h"

/* ------------------------------------------------------------------------------ waiting */
/* Room for n more that wait. */
static amine_status reserve(am_plans *x, size_t n, amine_error *error) {
  const size_t wanted = am_size_add(x->n_waiting, n);
  if (wanted <= x->waiting_capacity) return AMINE_OK;
  const size_t capacity = am_size_add(wanted, wanted / 2 + 16);
  am_wait *waiting = am_resize(x->waiting, capacity, sizeof *waiting);
  if (!waiting) return am_fail_memory(error, am_size_mul(capacity, sizeof *waiting));
  x->waiting = waiting;
  x->waiting_capacity = capacity;
  return AMINE_OK;
}

static void push(am_plans *x, const am_wait *wait) {
  x->waiting[x->n_waiting++] = *wait;
  if (wait->due < x->due) x->due = wait->due;
}

static void drop(am_plans *x, size_t k) {
  x->n_waiting--;
  memmove(x->waiting + k, x->waiting + k + 1, (x->n_waiting - k) * sizeof *x->waiting);
}

/* A moment of a plan has come at `step`: it waits for its delay, if chance lets it. There is room
 * for it. `value` is what it brings; NaN: as the plan says. */
static void attempt(amine_brain *b, int plan, uint64_t step, double value) {
  const amine_event_plan *p = &b->plans.list[plan];
  am_model_plan_state *s = &b->plans.states[plan];
  const uint64_t n = s->n_tries++;
  const am_random4 r = am_random(am_model_plan_key(b, plan, AM_DRAW_TRY, n), (uint32_t)n);
  if (!am_chance(am_model_plan_key(b, plan, AM_DRAW_CHANCE, n), (uint32_t)n, 0, p->probability))
    return;
  uint64_t delay = am_steps(p->delay_ms, b->dt_ms);
  const uint64_t most = am_steps(p->delay_max_ms, b->dt_ms);
  if (most > delay) delay += (most - delay) * r.v[0] >> 32;
  if (isnan(value)) {
    value = p->first;
    if (p->first_max > value) value += am_uniform_double(r.v[1], r.v[2]) * (p->first_max - value);
  }
  const am_wait wait = {
      .due = step + delay, .plan = (uint64_t)plan, .what = AM_WAITS_TO_COME, .value = value};
  push(&b->plans, &wait);
}

/* ------------------------------------------------------------------------------ spikes */
static uint64_t spikes_of(const amine_brain *b, int population, int neuron) {
  if (population < 0) return 0;
  if (neuron >= 0) return b->populations[population].counts[neuron];
  return amine_brain_spike_count(b, population);
}

/* Has the population fired more than it should? Between populations it is spikes for each neuron
 * that are compared, in whole numbers. */
static bool holds(const amine_brain *b, const am_wait *w) {
  const amine_event_rule *r = &b->plans.list[w->plan].rule;
  const uint64_t n = spikes_of(b, r->population, r->neuron) - w->spikes[0];
  if (r->versus < 0) return (double)n > r->than;
  const uint64_t m = spikes_of(b, r->versus, r->versus_neuron) - w->spikes[1];
  const int size = r->neuron >= 0 ? 1 : b->populations[r->population].n;
  const int other = r->versus_neuron >= 0 ? 1 : b->populations[r->versus].n;
  return n * (uint64_t)other > m * (uint64_t)size;
}

static bool is_of(const amine_brain *b, uint32_t spike, int population, int neuron) {
  const am_population *p = &b->populations[population];
  const uint32_t k = spike - p->first;
  return k < (uint32_t)p->n && (neuron < 0 || k == (uint32_t)neuron);
}

/* Did any of the neurons fire at a step that is still listed? */
static bool fired(const amine_brain *b, uint64_t step, int population, int neuron) {
  for (int c = 0; c < b->n_chunks; c++) {
    uint32_t n;
    const uint32_t *list = am_flight_list(&b->chunks[c].flight, step, &n);
    for (uint32_t i = 0; i < n; i++)
      if (is_of(b, list[i], population, neuron)) return true;
  }
  return false;
}

/* The look that comes next after a step has been run. */
static uint64_t look_after(const amine_brain *b, uint64_t step) {
  return (step / (uint64_t)b->look_every + 1) * (uint64_t)b->look_every;
}

/* A spike that follows another one is answered at a look, wherever a run ends before it. */
static void watch(amine_brain *b, int plan, uint64_t step) {
  const amine_event_rule *r = &b->plans.list[plan].rule;
  am_model_plan_state *s = &b->plans.states[plan];
  const uint64_t within = am_steps_or_one(r->within_ms, b->dt_ms), at = look_after(b, step);
  if (s->followed > 0 && step + 1 - s->followed <= within && am_model_plan_is_on(b, plan, at) &&
      fired(b, step, r->population, r->neuron))
    attempt(b, plan, at, NAN);
  if (fired(b, step, r->follows, r->follows_neuron)) s->followed = step + 1;
}

amine_status am_plans_watch(amine_brain *b, amine_error *error) {
  am_plans *x = &b->plans;
  for (; x->watches && x->watched < b->step; x->watched++) {
    AM_TRY(reserve(x, (size_t)x->n, error));
    for (int k = 0; k < x->n; k++)
      if (am_model_plan_watches(&x->list[k])) watch(b, k, x->watched);
  }
  x->watched = b->step;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ cues */
/* Each neuron fires once within for_ms. */
static amine_status tell_spikes(amine_brain *b, int plan, amine_error *error) {
  const amine_event_plan *p = &b->plans.list[plan];
  const int n = b->populations[p->stimulates].n;
  const uint64_t within = am_steps(p->for_ms, b->dt_ms);
  const uint64_t at = (uint64_t)(uint32_t)b->step << 32;
  int *neurons = am_alloc((size_t)n, sizeof *neurons);
  double *times = am_alloc((size_t)n, sizeof *times);
  amine_status status = neurons && times ? AMINE_OK : am_fail_memory(error, (size_t)n * 12);
  for (int i = 0; i < n && status == AMINE_OK; i++) {
    const am_random4 r = am_random(am_model_plan_key(b, plan, AM_DRAW_SPIKES, at), (uint32_t)i);
    neurons[i] = i;
    times[i] = (double)(b->step + (within * r.v[0] >> 32)) * b->dt_ms;
  }
  if (status == AMINE_OK)
    status = amine_brain_add_spikes(b, p->stimulates, neurons, times, (size_t)n, error);
  am_free(neurons);
  am_free(times);
  return status;
}

static amine_status stimulate(amine_brain *b, int plan, amine_error *error) {
  const amine_event_plan *p = &b->plans.list[plan];
  if (p->stimulates < 0) return AMINE_OK;
  if (!b->populations[p->stimulates].model->kernels[0]) return tell_spikes(b, plan, error);
  b->plans.states[plan].pulse_end = b->step + am_steps_or_one(p->for_ms, b->dt_ms);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ coming */
static size_t count_followers(const am_plans *x, int plan) {
  size_t n = 0;
  for (int k = plan + 1; k < x->n; k++) n += x->list[k].rule.after == plan;
  return n;
}

/* Those that come after it, or begin to count. There is room for them. */
static void start_followers(amine_brain *b, int plan) {
  const am_plans *x = &b->plans;
  for (int k = plan + 1; k < x->n; k++) {
    const amine_event_rule *r = &x->list[k].rule;
    if (r->after != plan || !am_model_plan_is_on(b, k, b->step)) continue;
    if (am_model_plan_follows_event(&x->list[k])) {
      attempt(b, k, b->step, NAN);
      continue;
    }
    const am_wait wait = {.due = b->step + am_steps_or_one(r->within_ms, b->dt_ms),
                          .plan = (uint64_t)k,
                          .what = AM_WAITS_TO_COUNT,
                          .spikes = {spikes_of(b, r->population, r->neuron),
                                     spikes_of(b, r->versus, r->versus_neuron)}};
    push(&b->plans, &wait);
  }
}

/* The event itself. What can fail comes first. */
static amine_status come(amine_brain *b, int plan, double first, amine_error *error) {
  const amine_event_plan *p = &b->plans.list[plan];
  am_model_plan_state *s = &b->plans.states[plan];
  const double second = p->alpha > 0 ? s->expected : p->second;
  if (p->day_ms > 0) first *= am_wave((double)b->step * b->dt_ms, p->day_ms);
  AM_TRY(reserve(&b->plans, count_followers(&b->plans, plan), error));
  AM_TRY(stimulate(b, plan, error));
  AM_TRY(am_event_give(b, plan, p->kind, first, second, error));
  if (p->alpha > 0) s->expected += p->alpha * am_event_delta(b, first, second);
  start_followers(b, plan);
  return AMINE_OK;
}

/* What a wait was for, if it is due. */
static amine_status end_wait(amine_brain *b, const am_wait *w, amine_error *error) {
  const amine_event_plan *p = &b->plans.list[w->plan];
  if (w->what == AM_WAITS_TO_COME) return come(b, (int)w->plan, w->value, error);
  const bool held = holds(b, w);
  if (!held && isnan(p->otherwise)) return AMINE_OK;
  AM_TRY(reserve(&b->plans, 1, error));
  attempt(b, (int)w->plan, b->step, held ? (double)NAN : p->otherwise);
  return AMINE_OK;
}

/* All of a plan that is due, in the order in which it came to wait. */
static amine_status come_of(amine_brain *b, int plan, amine_error *error) {
  am_plans *x = &b->plans;
  while (x->states[plan].next <= b->step) {
    AM_TRY(reserve(x, 1, error));
    attempt(b, plan, b->step, NAN);
    am_model_plan_advance(b, plan);
  }
  for (size_t k = 0; k < x->n_waiting;) {
    const am_wait w = x->waiting[k];
    if (w.plan != (uint64_t)plan || w.due > b->step) {
      k++;
      continue;
    }
    AM_TRY(end_wait(b, &w, error));
    drop(x, k);
  }
  if (x->states[plan].pulse_end <= b->step) x->states[plan].pulse_end = 0;
  return AMINE_OK;
}

amine_status am_plans_come(amine_brain *b, amine_error *error) {
  if (b->plans.due > b->step) return AMINE_OK;
  for (int k = 0; k < b->plans.n; k++) AM_TRY(come_of(b, k, error));
  am_plans_settle(b);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ the whole */
static void sooner(uint64_t *due, uint64_t step) {
  if (step < *due) *due = step;
}

void am_plans_settle(amine_brain *b) {
  am_plans *x = &b->plans;
  x->due = UINT64_MAX;
  x->watches = false;
  for (int k = 0; k < b->n_populations; k++) b->populations[k].pulse = 0;
  for (int k = 0; k < x->n; k++) {
    const am_model_plan_state *s = &x->states[k];
    x->watches |= am_model_plan_watches(&x->list[k]);
    sooner(&x->due, s->next);
    if (s->pulse_end == 0) continue;
    sooner(&x->due, s->pulse_end);
    b->populations[x->list[k].stimulates].pulse += x->list[k].current;
  }
  for (size_t k = 0; k < x->n_waiting; k++) sooner(&x->due, x->waiting[k].due);
}

uint64_t am_plans_next(const amine_brain *b) { return b->plans.n > 0 ? b->plans.due : UINT64_MAX; }

#define CHECK(value) crc = am_crc32c(crc, &(value), sizeof(value))

uint32_t am_plans_structure(const amine_brain *b, uint32_t crc) {
  for (int k = 0; k < b->plans.n; k++) {
    const amine_event_plan *p = &b->plans.list[k];
    const amine_event_rule *r = &p->rule;
    const double numbers[17] = {
        p->first,    p->first_max,    p->second,  p->otherwise, p->alpha,    p->day_ms,
        p->every_ms, p->every_max_ms, p->rate_hz, p->from_ms,   p->until_ms, p->probability,
        p->delay_ms, p->delay_max_ms, p->current, p->for_ms,    r->within_ms};
    const int words[9] = {(int)p->kind,     r->after,   r->population,     r->neuron,    r->versus,
                          r->versus_neuron, r->follows, r->follows_neuron, p->stimulates};
    CHECK(numbers);
    CHECK(words);
    CHECK(r->than);
    crc = am_crc32c(crc, p->at_ms, p->n_at * sizeof *p->at_ms);
  }
  return crc;
}

bool am_model_plan_state_fits(const amine_brain *b, int plan, const am_model_plan_state *s,
                              uint64_t step) {
  const amine_event_plan *p = &b->plans.list[plan];
  const bool clock = s->next == UINT64_MAX ||
                     (s->next >= step && s->t_ms >= 0 && s->next == am_steps(s->t_ms, b->dt_ms));
  const bool pulse = s->pulse_end == 0 || (s->pulse_end >= step && p->stimulates >= 0);
  return clock && pulse && s->followed <= step && (p->n_at == 0 || s->n_times <= p->n_at) &&
         isfinite(s->t_ms) && isfinite(s->expected);
}

bool am_wait_fits(const amine_brain *b, const am_wait *w, uint64_t step) {
  if (w->due < step || w->due > AM_BRAIN_STEPS || w->plan >= (uint64_t)b->plans.n) return false;
  if (w->what == AM_WAITS_TO_COME) return isfinite(w->value);
  return w->what == AM_WAITS_TO_COUNT && am_model_plan_counts(&b->plans.list[w->plan]);
}
