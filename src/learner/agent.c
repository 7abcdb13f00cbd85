/* What learners that play in groups share (see agent.h). */
#include "learner/agent.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "base/threads.h"

#define NORM_LIMIT 1e6f

static amine_status take_memory(am_agent *a, amine_error *error) {
  const size_t n = a->places.size, groups = (size_t)a->n_groups, real_size = sizeof(float);
  am_block blocks[6 + AM_AGENT_EXTRA + AM_AGENT_BLOCKS] = {
      {&a->parameters, n, real_size},
      {&a->m, n, real_size},
      {&a->v, n, real_size},
      {&a->changes, am_size_add(am_size_mul(groups, a->n_grouped), n), real_size},
      {&a->sums, groups, sizeof *a->sums},
      {&a->blocks, (size_t)a->n_workers, a->block},
  };
  size_t n_blocks = 6;
  for (int k = 0; k < a->n_extra; k++) blocks[n_blocks++] = (am_block){&a->extra[k], n, real_size};
  for (int k = 0; k < a->n_own; k++) blocks[n_blocks++] = a->own[k];
  return am_learner_take(&a->learner, blocks, n_blocks, error);
}

amine_status am_agent_open(am_agent *a, const am_task *task, const am_agent_options *options,
                           const am_agent_ops *ops, amine_error *error) {
  if (options->n_lanes < 1 || options->n_lanes > 65536)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a batch has 1 to 65536 episodes, not %d",
                   options->n_lanes);
  a->learner.task = task;
  a->learner.n_lanes = options->n_lanes;
  a->learner.keeps_first = options->keep_first;
  a->learner.numbers[0] = a->learner.numbers[1] = 1;
  a->learner.n_schedule = am_schedule_remembers(&options->schedule);
  a->options = *options;
  if (options->n_threads < 1) a->options.n_threads = am_processors();
  a->ops = ops;
  const bool together = task->type->together != NULL; /* then all lanes of a batch are at once */
  a->n_side = together && ops->n_side ? ops->n_side : AM_GROUP_LANES;
  a->n_groups = (options->n_lanes + a->n_side - 1) / a->n_side;
  const int chunks = ops->n_chunks < options->n_lanes ? ops->n_chunks : options->n_lanes;
  if (chunks > a->n_groups) a->n_groups = chunks;
  a->n_threads = a->options.n_threads > a->n_groups ? a->n_groups : a->options.n_threads;
  a->n_workers = together ? a->n_groups : a->n_threads;
  if (together) AM_TRY(am_strands_create(&a->strands, a->n_workers, error));
  for (int k = 0; k < a->places.n; k++) a->share[k] = 1;
  AM_TRY(am_roles_hold(a->held, &a->places, options->learn, error));
  if (a->n_grouped == 0) a->n_grouped = a->places.size;
  if (options->keep_first) {
    static const char *const prefixes[] = {"first."};
    a->n_extra = a->n_extra_saved = 1;
    a->extra_prefixes = prefixes;
  }
  a->worlds = am_size_round(ops->scratch_bytes(a), 64);
  a->block = am_size_add(a->worlds, am_size_round(am_group_bytes(task), 64));
  return take_memory(a, error);
}

void am_agent_close(am_agent *a) {
  am_free(a->parameters);
  am_free(a->m);
  am_free(a->v);
  for (int k = 0; k < a->n_extra; k++) am_free(a->extra[k]);
  am_free(a->changes);
  am_free(a->sums);
  am_free(a->blocks);
  am_strands_destroy(a->strands);
}

/* ------------------------------------------------------------------------------ one iteration */
am_turn am_agent_turn(const am_agent *a, int worker) {
  unsigned char *block = a->blocks + (size_t)worker * a->block;
  am_turn turn = {.scratch = block};
  am_group_place(&turn.group, block + a->worlds, a->learner.task);
  return turn;
}

/* The first episode of a group: groups are as even as chunks ask, or whole but for the last. */
static int first_of(const am_agent *a, int item) {
  if (a->ops->n_chunks) return item * a->options.n_lanes / a->n_groups;
  const int first = item * a->n_side;
  return first < a->options.n_lanes ? first : a->options.n_lanes;
}

am_turn am_agent_learning_turn(const am_agent *a, int item, int worker) {
  const int from = first_of(a, item);
  am_turn turn = am_agent_turn(a, worker);
  turn.change = a->changes + (size_t)item * a->n_grouped;
  turn.sums = &a->sums[item];
  memset(turn.change, 0, a->n_grouped * sizeof *turn.change);
  *turn.sums = (am_agent_sums){0};
  am_group_begin(&turn.group, a->options.seed, (uint32_t)a->learner.iteration, (uint32_t)from,
                 first_of(a, item + 1) - from);
  return turn;
}

static void learn_group(void *context, int item, int worker) {
  const am_agent *a = context;
  am_turn turn = am_agent_learning_turn(a, item, worker);
  a->ops->play(a, &turn);
}

/* Groups on threads, or side by side; task: what they play. */
static void each_group(const am_agent *a, const am_task *task, int n,
                       void (*work)(void *context, int item, int worker), void *context) {
  if (a->strands)
    am_strands_run(a->strands, n, work, context, am_group_meeting, (void *)(uintptr_t)task);
  else am_parallel(a->n_threads, n, work, context);
}

void am_agent_learn(am_agent *a) { each_group(a, a->learner.task, a->n_groups, learn_group, a); }

#define SUM_BLOCK 4096

static void sum_block(void *context, int block, int worker) {
  (void)worker;
  am_agent *a = context;
  const size_t n = a->n_grouped, from = (size_t)block * SUM_BLOCK;
  const size_t to = from + SUM_BLOCK < n ? from + SUM_BLOCK : n;
  float *sum = am_agent_sum(a);
  am_adam_code()->sum(sum, a->changes, n, a->n_groups, from, to);
  const float part = 1 / (float)a->options.n_lanes;
  for (size_t i = from; i < to && !a->ops->descend; i++) sum[i] *= part;
}

/* The mean change over the lanes. */
static float *mean_change(am_agent *a) {
  const size_t n = a->n_grouped;
  am_parallel(a->n_threads, (int)((n + SUM_BLOCK - 1) / SUM_BLOCK), sum_block, a);
  return am_agent_sum(a);
}

static amine_status explain(const am_agent *a, const float *change, float norm,
                            amine_error *error) {
  const am_place *p = a->places.place;
  int row = 0, col = 0;
  float largest = -1;
  for (int k = 0; k < a->places.n; k++) {
    const am_place *place = &a->places.place[k];
    for (int i = 0; i < place->dims[0]; i++)
      for (int j = 0; j < place->dims[1]; j++) {
        float size = fabsf(change[am_place_at(place, i, j)]);
        if (isnan(size)) size = INFINITY;
        if (size <= largest) continue;
        largest = size;
        p = place;
        row = i;
        col = j;
      }
  }
  return am_fail(error, AMINE_ERROR_NUMERIC,
                 "the numbers broke at iteration %llu: norm of the change %g (limit %g), largest "
                 "at %s[%d][%d]; a lower learner.rate helps",
                 (unsigned long long)a->learner.iteration, (double)fabsf(norm), (double)NORM_LIMIT,
                 p->name, row, col);
}

static void plain_step(am_agent *a, const float *change, float rate) {
  for (int t = 0; t < a->places.n; t++) {
    const am_place *p = &a->places.place[t];
    const float scale = rate * a->share[t];
    if (scale == 0) continue;
    for (size_t i = p->at; i < p->at + am_place_count(p); i++)
      a->parameters[i] += scale * change[i];
  }
}

static void optimised_step(am_agent *a, const float *change, float norm, float rate) {
  const am_step step = am_step_begin(&a->options.optimiser, a->learner.numbers, norm);
  if (a->ops->descend) {
    a->ops->descend(a, &step, change, rate);
    return;
  }
  for (int t = 0; t < a->places.n; t++) {
    const am_place *p = &a->places.place[t];
    const size_t n = (am_place_count(p) + 15) / 16 * 16;
    if (a->share[t] == 0) continue;
    /* a step descends, a change ascends */
    am_step_take(&step, a->parameters + p->at, a->m + p->at, a->v + p->at, change + p->at, n,
                 -rate * a->share[t]);
  }
}

bool am_agent_holds(const am_agent *a, size_t at) {
  for (int k = 0; k < a->places.n; k++)
    if (a->places.place[k].at == at) return a->held[k];
  return false;
}

/* No change is asked of what is held: as its moments are 0, every optimiser leaves it. */
static void hold(const am_agent *a, float *change) {
  for (int k = 0; k < a->places.n; k++) {
    const am_place *p = &a->places.place[k];
    for (int i = 0; i < p->dims[0] && a->held[k]; i++)
      for (int j = 0; j < p->dims[1]; j++) change[am_place_at(p, i, j)] = 0;
  }
}

amine_status am_agent_gather(am_agent *a, float *norm, amine_error *error) {
  AM_TRY(am_task_trouble(a->learner.task, error));
  float *change = mean_change(a);
  if (a->ops->before) a->ops->before(a, change);
  hold(a, change);
  *norm = sqrtf(am_adam_code()->sum_of_squares(change, a->places.size));
  return *norm <= NORM_LIMIT ? AMINE_OK : explain(a, change, *norm, error);
}

float *am_agent_first(am_agent *a) {
  if (!a->options.keep_first) return NULL;
  if (a->learner.iteration == 0)
    memcpy(a->extra[0], a->parameters, a->places.size * sizeof *a->parameters);
  return a->extra[0];
}

double am_agent_rate(const am_agent *a) {
  return a->learner.rate_factor *
         am_schedule_rate(&a->options.schedule, a->learner.schedule, a->learner.iteration);
}

void am_agent_finish(am_agent *a, float norm, am_learner_report *report) {
  double steps = 0;
  *report = (am_learner_report){.lowest = INFINITY, .gradient_norm = (double)norm};
  for (int g = 0; g < a->n_groups; g++) {
    const am_agent_sums *s = &a->sums[g];
    steps += s->steps;
    report->value += s->value;
    report->entropy += s->entropy;
    report->loss += s->loss;
    report->kl += s->kl;
    for (int k = 0; k < AM_GROUP_LANES; k++) report->reward += (double)s->reward[k];
    for (int k = 0; k < first_of(a, g + 1) - first_of(a, g); k++)
      report->lowest = fmin(report->lowest, (double)s->reward[k]);
  }
  report->reward /= a->options.n_lanes;
  report->kl /= a->options.n_lanes;
  report->value /= steps;
  report->entropy /= steps;
  report->loss /= steps;
  if (a->ops->lacks & AM_LACKS_VALUE) report->value = (double)NAN;
  if (a->ops->lacks & AM_LACKS_ENTROPY) report->entropy = (double)NAN;
  if (a->ops->lacks & AM_LACKS_LOSS) report->loss = (double)NAN;
  am_schedule_hear(&a->options.schedule, a->learner.schedule, a->learner.iteration, report->reward);
  report->rate = am_agent_rate(a);
  const float *change = am_agent_sum(a);
  const bool moves = a->learner.iteration >= a->options.warmup;
  if (moves && a->ops->plain) plain_step(a, change, (float)report->rate);
  else if (moves) optimised_step(a, change, norm, (float)report->rate);
  if (a->ops->after) a->ops->after(a);
  a->learner.iteration++;
}

amine_status am_agent_iterate(am_learner *learner, am_learner_report *report, amine_error *error) {
  am_agent *a = am_agent_of(learner);
  float norm;
  am_agent_learn(a);
  AM_TRY(am_agent_gather(a, &norm, error));
  am_agent_finish(a, norm, report);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ evaluation */
typedef struct evaluation {
  am_agent *agent;
  double *rewards;
  int n;
  uint32_t first;
  uint64_t seed;
  bool greedy;
} evaluation;

/* How many episodes a group plays, and which is the first. Where all lanes play together, those of one
 * call are as many as in a batch, and as many to a group. */
static int evaluated(const evaluation *e, int item, int *from) {
  const am_agent *a = e->agent;
  const int round = item / a->n_groups, group = item % a->n_groups;
  *from = a->strands ? round * a->options.n_lanes + first_of(a, group) : item * AM_GROUP_LANES;
  const int n = a->strands ? first_of(a, group + 1) - first_of(a, group) : AM_GROUP_LANES;
  return e->n - *from < n ? e->n - *from : n;
}

static void evaluate_group(void *context, int item, int worker) {
  const evaluation *e = context;
  int from;
  const int n = evaluated(e, item, &from);
  if (n < 1) return;
  am_agent_sums sums = {0};
  am_turn turn = am_agent_turn(e->agent, worker);
  turn.sums = &sums;
  turn.greedy = e->greedy;
  turn.hold = e->agent->learner.hold;
  turn.group.n_regret = e->agent->learner.n_regret;
  turn.group.regret =
      e->agent->learner.regret ? e->agent->learner.regret + from * turn.group.n_regret : NULL;
  am_group_begin_held_out(&turn.group, e->seed, e->first + (uint32_t)from, n);
  e->agent->ops->play(e->agent, &turn);
  for (int k = 0; k < n; k++) e->rewards[from + k] = (double)sums.reward[k];
}

void am_agent_evaluate(am_learner *learner, double *rewards, int n_episodes, uint32_t first,
                       uint64_t seed, bool greedy) {
  evaluation e = {am_agent_of(learner), rewards, n_episodes, first, seed, greedy};
  const am_agent *a = e.agent;
  const int lanes = a->strands ? a->options.n_lanes : AM_GROUP_LANES;
  const int n = (n_episodes + lanes - 1) / lanes;
  each_group(a, am_task_evaluated(a->learner.task), a->strands ? n * a->n_groups : n,
             evaluate_group, &e);
}

void am_agent_watch(am_learner *learner, am_series *series, uint32_t lane, uint64_t seed,
                    bool greedy) {
  am_agent *a = am_agent_of(learner);
  am_agent_sums sums = {0};
  am_turn turn = am_agent_turn(a, 0);
  turn.sums = &sums;
  turn.greedy = greedy;
  turn.hold = learner->hold;
  turn.series = series;
  am_group_begin_held_out(&turn.group, seed, lane, 1);
  a->ops->play(a, &turn);
}

void am_turn_note(const am_turn *turn, const char *name, int t, const float *values, int stride) {
  for (am_series *s = turn->series; s && s->name; s++) {
    if (strcmp(s->name, name) != 0) continue;
    for (int k = 0; k < s->width; k++)
      s->values[(size_t)t * (size_t)s->width + (size_t)k] = values[k * stride];
  }
}

void am_turn_record_actions(const am_turn *turn, int t) {
  const float action[AM_GROUP_LANES] = {(float)turn->group.actions[0]};
  am_turn_record(turn, "actions", t, action);
}

/* ------------------------------------------------------------------------------ what is saved */
/* The parameters, the optimiser's moments, the learner's own. */
static int n_moments(const am_agent *a) {
  return a->ops->plain ? 0 : am_optimiser_moments(&a->options.optimiser);
}

static float *vector_of(const am_agent *a, int k) {
  const int n = n_moments(a);
  return k == 0 ? a->parameters : k > n ? a->extra[k - n - 1] : k == 1 ? a->m : a->v;
}

static const char *prefix_of(const am_agent *a, int k) {
  const int n = n_moments(a);
  if (k == 0) return "";
  return k > n ? a->extra_prefixes[k - n - 1] : am_optimiser_prefix(&a->options.optimiser, k - 1);
}

bool am_agent_tensor(const am_learner *learner, int k, am_learner_tensor *out) {
  const am_agent *a = am_agent_of_const(learner);
  const int n_vectors = 1 + n_moments(a) + a->n_extra_saved;
  if (k < 0 || k >= n_vectors * a->places.n) return false;
  const am_place *p = &a->places.place[k % a->places.n];
  *out = (am_learner_tensor){.rank = p->rank,
                             .dims = {(size_t)p->dims[0], (size_t)p->dims[1]},
                             .is_parameter = k < a->places.n};
  out->role = p->role;
  snprintf(out->name, sizeof out->name, "%s%s", prefix_of(a, k / a->places.n), p->name);
  return true;
}

void am_agent_release(am_learner *learner, int k) { am_agent_of(learner)->held[k] = false; }

void am_agent_get(const am_learner *learner, int k, float *values) {
  const am_agent *a = am_agent_of_const(learner);
  am_place_get(&a->places.place[k % a->places.n], values, vector_of(a, k / a->places.n));
}

void am_agent_set(am_learner *learner, int k, const float *values) {
  const am_agent *a = am_agent_of(learner);
  am_place_set(&a->places.place[k % a->places.n], vector_of(a, k / a->places.n), values);
}
