/* Making and judging plans (see event_plan.h). */
#include "brain/event_plan.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/host.h"
#include "base/memory.h"
#include "base/sized.h"
#include "base/steps.h"
#include "brain/brain.h"
#include "brain/event_clock.h"

#define LATEST_MS 1e15
#define LONGEST_MS 1e12
#define AMOUNT 1e6

amine_event_plan amine_event_plan_default(amine_event_kind kind) {
  return (amine_event_plan){.size = sizeof(amine_event_plan),
                            .kind = kind,
                            .first = 1,
                            .otherwise = NAN,
                            .rule = {.after = -1,
                                     .population = -1,
                                     .neuron = -1,
                                     .versus = -1,
                                     .versus_neuron = -1,
                                     .follows = -1,
                                     .follows_neuron = -1,
                                     .within_ms = 20},
                            .until_ms = INFINITY,
                            .probability = 1,
                            .stimulates = -1};
}

/* ------------------------------------------------------------------------------ judging */
/* A plan that is judged, for the sentences. */
typedef struct judged {
  const amine_brain *b;
  const amine_event_plan *plan;
  const char *name;
  amine_error *error;
} judged;

static amine_status refuse(const judged *j, const char *sentence) {
  return am_fail(j->error, AMINE_ERROR_ARGUMENT, "event %.60s: %s", j->name, sentence);
}

static amine_status in_range(const judged *j, const char *what, double x, double low, double high) {
  if (x >= low && x <= high) return AMINE_OK;
  return am_fail(j->error, AMINE_ERROR_ARGUMENT, "event %.60s: %s = %g is not in %g to %g", j->name,
                 what, x, low, high);
}

static amine_status judge_amounts(const judged *j) {
  const amine_event_plan *p = j->plan;
  AM_TRY(in_range(j, "its amount", p->first, -AMOUNT, AMOUNT));
  AM_TRY(in_range(j, "its largest amount", p->first_max, -AMOUNT, AMOUNT));
  AM_TRY(in_range(j, "its second amount", p->second, -AMOUNT, AMOUNT));
  AM_TRY(in_range(j, "alpha", p->alpha, 0, 1));
  AM_TRY(in_range(j, "probability", p->probability, 0, 1));
  AM_TRY(in_range(j, "day_ms", p->day_ms, 0, LONGEST_MS));
  if (p->alpha > 0 && p->kind != AMINE_EVENT_REWARD)
    return refuse(j, "alpha is of rewards: what is expected of them follows by it");
  if (p->day_ms > 0 && p->kind != AMINE_EVENT_CIRCADIAN)
    return refuse(j, "a day is of circadian events");
  return AMINE_OK;
}

static amine_status judge_times(const judged *j) {
  const amine_event_plan *p = j->plan;
  const bool ruled = p->rule.after >= 0 || p->rule.population >= 0;
  if ((p->n_at > 0) + (p->every_ms != 0) + (p->rate_hz != 0) + ruled != 1)
    return refuse(j, "it comes at given times, with a period, at random with a rate, or by a rule: "
                     "one of these");
  if (p->n_at > 0 && !p->at_ms) return refuse(j, "its times are missing");
  for (size_t k = 0; k < p->n_at; k++) AM_TRY(in_range(j, "a time", p->at_ms[k], 0, LATEST_MS));
  if (p->every_ms != 0) AM_TRY(in_range(j, "its period", p->every_ms, j->b->dt_ms, LONGEST_MS));
  if (p->every_max_ms != 0)
    AM_TRY(in_range(j, "its longest period", p->every_max_ms, 0, LONGEST_MS));
  if (p->rate_hz != 0) AM_TRY(in_range(j, "its rate", p->rate_hz, 1e-9, 1e3 / j->b->dt_ms));
  AM_TRY(in_range(j, "from_ms", p->from_ms, 0, LATEST_MS));
  if (!(p->until_ms > p->from_ms)) return refuse(j, "until_ms must be later than from_ms");
  AM_TRY(in_range(j, "delay_ms", p->delay_ms, 0, 1e6));
  return in_range(j, "its longest delay", p->delay_max_ms, 0, 1e6);
}

static amine_status judge_population(const judged *j, int population, int neuron) {
  if (population < -1 || population >= j->b->n_populations)
    return refuse(j, "there is no such population");
  if (population >= 0 && (neuron < -1 || neuron >= j->b->populations[population].n))
    return refuse(j, "there is no such neuron");
  return AMINE_OK;
}

static amine_status judge_rule(const judged *j) {
  const amine_event_rule *r = &j->plan->rule;
  if (r->after < -1 || r->after >= j->b->plans.n)
    return refuse(j, "it can come after an event that was planned before it");
  AM_TRY(judge_population(j, r->population, r->neuron));
  AM_TRY(judge_population(j, r->versus, r->versus_neuron));
  AM_TRY(judge_population(j, r->follows, r->follows_neuron));
  AM_TRY(in_range(j, "a number of spikes", r->than, 0, 1e15));
  AM_TRY(in_range(j, "within_ms", r->within_ms, 1e-3, 1e6));
  if (r->population >= 0 && r->after < 0 && r->follows < 0)
    return refuse(j, "spikes are counted after an event, or follow those of another population");
  if (r->follows >= 0 && (r->after >= 0 || r->population < 0))
    return refuse(j, "spikes that follow others are a rule of their own");
  if (r->versus >= 0 && !am_model_plan_counts(j->plan))
    return refuse(j, "more spikes than another population: after which event?");
  if (!isnan(j->plan->otherwise)) {
    AM_TRY(in_range(j, "what it is otherwise", j->plan->otherwise, -AMOUNT, AMOUNT));
    if (!am_model_plan_counts(j->plan))
      return refuse(j, "otherwise is of a rule that counts spikes");
  }
  return AMINE_OK;
}

static amine_status judge_cue(const judged *j) {
  const amine_event_plan *p = j->plan;
  AM_TRY(in_range(j, "its current", p->current, -AMOUNT, AMOUNT));
  AM_TRY(in_range(j, "for_ms", p->for_ms, 0, 1e9));
  AM_TRY(judge_population(j, p->stimulates, -1));
  if (p->stimulates < 0) return AMINE_OK;
  if (p->kind != AMINE_EVENT_CUE) return refuse(j, "cues stimulate a population, no other events");
  const am_neuron_model *model = j->b->populations[p->stimulates].model;
  if (model->is_source && model->kernels[0])
    return am_fail(j->error, AMINE_ERROR_ARGUMENT,
                   "event %.60s: neurons of the model %s take no stimulus", j->name,
                   model->part.name);
  return AMINE_OK;
}

static amine_status judge(const judged *j) {
  const amine_event_plan *p = j->plan;
  if (!amine_event_name(p->kind) || p->kind == AMINE_EVENT_ACTION)
    return refuse(j, "events of this kind do not come by themselves");
  if (j->b->plans.n == AM_EVENT_PLANS) return refuse(j, "a brain has 256 planned events at most");
  for (int k = 0; k < j->b->plans.n; k++)
    if (strcmp(j->b->plans.list[k].name, j->name) == 0)
      return refuse(j, "there is an event of this name");
  AM_TRY(judge_amounts(j));
  AM_TRY(judge_times(j));
  AM_TRY(judge_rule(j));
  return judge_cue(j);
}

/* ------------------------------------------------------------------------------ making */
/* Says which of its times are no whole numbers of steps. What is drawn is no matter. */
static void note_times(amine_brain *b, const amine_event_plan *p) {
  const bool waits = am_model_plan_counts(p) || am_model_plan_watches(p);
  const struct {
    const char *key;
    double ms;
    uint64_t least;
    bool given;
  } times[] = {{"from_ms", p->from_ms, 0, true},
               {"until_ms", p->until_ms, 0, isfinite(p->until_ms)},
               {"delay_ms", p->delay_ms, 0, p->delay_max_ms <= p->delay_ms},
               {"within_ms", p->rule.within_ms, 1, waits},
               {"for_ms", p->for_ms, 0, p->stimulates >= 0}};
  char what[120];
  for (size_t k = 0; k < sizeof times / sizeof *times; k++) {
    snprintf(what, sizeof what, "event %.80s: %s", p->name, times[k].key);
    if (times[k].given) am_steps_note(&b->notes, what, times[k].ms, 1, b->dt_ms, times[k].least);
  }
  snprintf(what, sizeof what, "event %.80s: every_ms", p->name);
  if (p->every_max_ms <= p->every_ms) am_ticks_note(&b->notes, what, p->every_ms, 1, b->dt_ms);
  snprintf(what, sizeof what, "event %.80s: at_ms", p->name);
  bool exact = true;
  for (size_t k = 0; k < p->n_at; k++) exact = exact && am_steps_exact(p->at_ms[k], b->dt_ms);
  if (!exact) am_times_note(&b->notes, what, b->dt_ms);
}

static int by_time(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/* A plan more, in its initial state. */
static amine_status add(amine_brain *b, const amine_event_plan *plan, const char *name,
                        amine_error *error) {
  am_plans *x = &b->plans;
  const size_t n = (size_t)x->n;
  amine_event_plan *list = am_resize(x->list, n + 1, sizeof *list);
  if (list) x->list = list;
  am_model_plan_state *states = am_resize(x->states, n + 1, sizeof *states);
  if (states) x->states = states;
  char *copy = am_strdup(name);
  double *times = am_alloc(plan->n_at, sizeof *times);
  if (!list || !states || !copy || !times) {
    am_free(copy);
    am_free(times);
    return am_fail_memory(error, (n + 1) * sizeof *list + plan->n_at * sizeof *times);
  }
  if (plan->n_at > 0) memcpy(times, plan->at_ms, plan->n_at * sizeof *times);
  if (plan->n_at > 0) qsort(times, plan->n_at, sizeof *times, by_time);
  x->list[n] = *plan;
  x->list[n].name = copy;
  x->list[n].at_ms = times;
  x->states[n] = (am_model_plan_state){.expected = plan->second};
  x->n++;
  note_times(b, &x->list[n]);
  am_model_plan_begin(b, (int)n);
  am_plans_settle(b);
  return AMINE_OK;
}

amine_status amine_brain_plan_event(amine_brain *b, int *id, const amine_event_plan *plan,
                                    amine_error *error) {
  AM_ENTER;
  amine_event_plan p = amine_event_plan_default(plan->kind);
  am_sized_copy(&p, sizeof p, plan, plan->size);
  const char *name = p.name ? p.name : amine_event_name(p.kind);
  const judged j = {.b = b, .plan = &p, .name = name ? name : "?", .error = error};
  if (b->built) return refuse(&j, "events are planned until the first run only");
  AM_TRY(judge(&j));
  AM_TRY(add(b, &p, name, error));
  if (id) *id = b->plans.n - 1;
  return AMINE_OK;
}

void am_plans_free(am_plans *x) {
  for (int k = 0; k < x->n; k++) {
    am_free((char *)(uintptr_t)x->list[k].name);
    am_free((double *)(uintptr_t)x->list[k].at_ms);
  }
  am_free(x->list);
  am_free(x->states);
  am_free(x->waiting);
}

int amine_brain_n_plans(const amine_brain *b) { return b->plans.n; }

const char *amine_brain_plan(const amine_brain *b, int plan, amine_event_kind *kind) {
  if (plan < 0 || plan >= b->plans.n) return NULL;
  if (kind) *kind = b->plans.list[plan].kind;
  return b->plans.list[plan].name;
}
