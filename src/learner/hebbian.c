/* Episodes of a Hebbian RNN (see hebbian.h). */
#include "learner/hebbian.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "learner/rows.h"
#include "network/linear_lane.h"

enum { LANES = AM_GROUP_LANES };

size_t am_hebbian_lay_out(am_hebbian_memory *m, float *block, const am_hebbian *x) {
  const am_task *task = x->agent.learner.task;
  const size_t n = (size_t)x->rnn.options.n_hidden, I = (size_t)task->n_inputs;
  const size_t A = (size_t)task->n_targets, slots = x->keeps ? (size_t)task->n_steps + 1 : 2;
  const bool traced = x->rnn.options.rule.stage != AM_HEBBIAN_NONE;
  size_t at = 0;
#define CUT(field, rows) (m->field = block ? block + at : NULL, at += (rows)*LANES)
  m->n_slots = (int)slots;
  CUT(u, slots * I), CUT(x, slots * n), CUT(m, slots), CUT(y, slots * A), CUT(error, slots * A);
  CUT(H, traced ? slots * n * n : 0);
  CUT(live, 1), CUT(asked, 1), CUT(target, A), CUT(reward, 1), CUT(seen, I);
#undef CUT
  return at * sizeof(float);
}

void am_hebbian_begin(const am_hebbian *x, const am_hebbian_memory *m, am_turn *turn) {
  const size_t n = (size_t)x->rnn.options.n_hidden, lanes = LANES * sizeof(float);
  memset(am_hebbian_slot(m, m->x, -1, n), 0, n * lanes);
  memset(m->seen, 0, (size_t)x->agent.learner.task->n_inputs * lanes);
  turn->sums->value = turn->sums->entropy = (double)NAN; /* it has neither */
  if (!am_hebbian_trace(x, m, -1)) return;
  /* of the stage basic only diagonals are ever written */
  if (x->rnn.options.rule.stage == AM_HEBBIAN_BASIC)
    memset(m->H, 0, (size_t)m->n_slots * n * n * lanes);
  else memset(am_hebbian_trace(x, m, -1), 0, n * n * lanes);
}

/* ------------------------------------------------------------------------------ one step */
static void compare(const am_hebbian *x, const am_hebbian_memory *m, am_turn *turn, int t) {
  const int A = x->agent.learner.task->n_targets;
  const float *y = am_hebbian_slot(m, m->y, t, (size_t)A);
  float *error = am_hebbian_slot(m, m->error, t, (size_t)A);
  am_agent_sums *s = turn->sums;
  am_group_compare(&turn->group, m->target, m->asked, m->reward, y);
  for (int k = 0; k < LANES; k++) {
    double squares = 0;
    for (int i = 0; i < A; i++) {
      const int at = i * LANES + k;
      error[at] = m->asked[k] * (m->target[at] - y[at]);
      squares += (double)error[at] * (double)error[at];
    }
    s->reward[k] += m->reward[k];
    if (m->live[k] == 0) continue;
    s->steps++;
    s->loss += squares / A;
  }
}

/* m_t from what is known once the step has been compared. */
static void modulate(const am_hebbian *x, const am_hebbian_memory *m, const am_turn *turn, int t) {
  const am_task *task = x->agent.learner.task;
  const am_group *g = &turn->group;
  const float *u = am_hebbian_slot(m, m->u, t, (size_t)task->n_inputs);
  const float *error = am_hebbian_slot(m, m->error, t, (size_t)task->n_targets);
  float *level = am_hebbian_slot(m, m->m, t, 1);
  const float part = t > 0 ? 1 / (float)t : 0;
  for (int k = 0; k < LANES; k++) {
    am_given_moment p = {.key = {g->seed, 0, g->episode, g->first + (uint32_t)k}, .step = t};
    for (int i = 0; i < task->n_targets; i++)
      p.error += error[i * LANES + k] * error[i * LANES + k] / (float)task->n_targets;
    if (m->asked[k] == 0) p.error = -1;
    for (int i = 0; i < task->n_inputs; i++) {
      const int at = i * LANES + k;
      p.novelty = fmaxf(p.novelty, fabsf(u[at] - part * m->seen[at]));
      m->seen[at] += u[at];
    }
    level[k] = am_given_level(&x->options.given, &p);
  }
}

static float norm_of(const float *H, int n) {
  double squares = 0;
  for (int k = 0; k < n * n; k++) squares += (double)H[k * LANES] * (double)H[k * LANES];
  return (float)sqrt(squares);
}

static void record(const am_hebbian *x, const am_hebbian_memory *m, const am_turn *turn, int t) {
  const am_task *task = x->agent.learner.task;
  const int n = x->rnn.options.n_hidden;
  const float *H = am_hebbian_trace(x, m, t);
  const float norm[LANES] = {H ? norm_of(H, n) : 0};
  am_turn_record(turn, "inputs", t, am_hebbian_slot(m, m->u, t, (size_t)task->n_inputs));
  am_turn_record(turn, "prediction", t, am_hebbian_slot(m, m->y, t, (size_t)task->n_targets));
  am_turn_record(turn, "activity", t, am_hebbian_slot(m, m->x, t, (size_t)n));
  am_turn_record(turn, "trace", t, norm);
  am_turn_record(turn, "modulator", t, am_hebbian_slot(m, m->m, t, 1));
}

void am_hebbian_step(const am_hebbian *x, const am_hebbian_memory *m, am_turn *turn, int t) {
  const am_task *task = x->agent.learner.task;
  const am_hebbian_rule *rule = &x->rnn.options.rule;
  const am_hebbian_cell cell = am_hebbian_cell_of(&x->rnn, x->agent.parameters);
  const size_t n = (size_t)cell.n, A = (size_t)task->n_targets;
  float *u = am_hebbian_slot(m, m->u, t, (size_t)cell.n_inputs);
  float *now = am_hebbian_slot(m, m->x, t, n), *h = am_hebbian_slot(m, m->x, t - 1, n);
  am_group_observe(&turn->group, u, m->live);
  am_hebbian_code()->step(&cell, now, u, h, am_hebbian_trace(x, m, t - 1));
  am_linear_code()->forward(am_hebbian_slot(m, m->y, t, A), x->agent.parameters + x->o_w,
                            x->agent.parameters + x->o_b, now, (int)A, cell.n);
  compare(x, m, turn, t);
  if (rule->stage == AM_HEBBIAN_MODULATED) modulate(x, m, turn, t);
  if (rule->stage != AM_HEBBIAN_NONE)
    am_hebbian_code()->take_up(rule, am_hebbian_trace(x, m, t), am_hebbian_trace(x, m, t - 1), now,
                               h, am_hebbian_slot(m, m->m, t, 1), cell.n);
  if (turn->series) record(x, m, turn, t);
}

/* ------------------------------------------------------------------------------ the learner */
int am_hebbian_series(const am_learner *learner, am_series *out) {
  const am_hebbian *x = am_hebbian_of(am_agent_of_const(learner));
  const am_hebbian_stage stage = x->rnn.options.rule.stage;
  const am_series all[] = {{"inputs", "what the world showed", learner->task->n_inputs, NULL},
                           {"prediction", "what it said", learner->task->n_targets, NULL},
                           {"modulator", "m: how much of the step is taken up", 1, NULL},
                           {"trace", "the norm of H", 1, NULL},
                           {"activity", "x of the units", x->rnn.options.n_hidden, NULL}};
  int n = 0;
  for (size_t k = 0; k < sizeof all / sizeof *all; k++)
    if (!(k == 2 && stage != AM_HEBBIAN_MODULATED) && !(k == 3 && stage == AM_HEBBIAN_NONE))
      out[n++] = all[k];
  out[n] = (am_series){0};
  return n;
}

void am_hebbian_destroy(am_learner *learner) {
  am_agent_close(am_agent_of(learner));
  am_free(learner);
}

amine_status am_hebbian_open(am_hebbian *x, const am_task *task, const am_hebbian_options *options,
                             bool keeps, const am_agent_ops *ops, amine_error *error) {
  am_places *places = &x->agent.places;
  if (task->n_targets < 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s asks for actions, not for values to predict",
                   task->type->part.name);
  x->options = *options;
  x->keeps = keeps;
  x->agent.learner.task = task;
  AM_TRY(am_hebbian_rnn_make(&x->rnn, places, &options->rnn, error));
  const int heads = places->n;
  x->o_w = am_places_add(places, "h2o.weight", task->n_targets, options->rnn.n_hidden);
  x->o_b = am_places_add(places, "h2o.bias", task->n_targets, 0);
  AM_TRY(am_agent_open(&x->agent, task, &options->agent, ops, error));
  const uint64_t seed = options->agent.seed;
  am_hebbian_rnn_initialise(&x->rnn, places, x->agent.parameters, seed);
  for (int k = heads; k < places->n; k++)
    am_places_uniform(places, k, x->agent.parameters, 1 / sqrtf((float)options->rnn.n_hidden),
                      seed);
  return AMINE_OK;
}

#define AGENT(member) AM_MEMBER(am_hebbian_options, agent.member)
#define SCHEDULE(member) AM_MEMBER(am_hebbian_options, agent.schedule.member)
#define OPTIMISER(member) AM_MEMBER(am_hebbian_options, agent.optimiser.member)
#define ALONE(member) OPTIMISER(member), .when = "type=bptt-values"
const amine_parameter am_hebbian_parameters[] = {AM_PLAY_PARAMETERS(AGENT),
                                                 AM_SCHEDULE_PARAMETERS(SCHEDULE),
                                                 AM_OPTIMISER_PARAMETERS(OPTIMISER, ALONE),
                                                 {0}};

am_hebbian_options am_hebbian_chosen(const am_task *task, const am_chosen *chosen) {
  am_hebbian_options o = *(const am_hebbian_options *)chosen->options[AM_LEARNER];
  const am_hebbian_network *network = chosen->options[AM_NETWORK];
  o.rnn = network->rnn;
  o.rnn.n_inputs = task->n_inputs;
  o.given = network->given;
  return o;
}
