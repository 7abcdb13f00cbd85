/* Backpropagation through time, sixteen lanes side by side (see bptt.h). */
#include <string.h>

#include "equation/plan_backward.h"
#include "learner/bptt.h"
#include "learner/policy_lane.h"
#include "network/linear_lane.h"
#include "network/stack_backward.h"

enum { LANES = AM_GROUP_LANES };

/* One worker's memory for a group and an episode; each [step][rows][LANES]. */
typedef struct memory {
  am_rollout e;
  float *delta, *A, *error, *dvalue;
  float *factor; /* of one step */
  /* with the policy that the run began with: what it meets and says, and how far that is */
  am_rollout first;
  float *says, *kl;
} memory;

static const am_bptt *bptt_of(const am_agent *a) { return (const am_bptt *)(const void *)a; }

/* Cuts a block into arrays; with a NULL block it only measures. */
static size_t lay_out(memory *m, float *block, const am_bptt *b) {
  const size_t T = (size_t)b->agent.learner.task->n_steps, A = (size_t)b->net.n_out;
  const am_span spans[] = {
      {&m->delta, T}, {&m->A, T}, {&m->error, T * A}, {&m->dvalue, T}, {&m->factor, 1}};
  const am_span kept[] = {{&m->says, T * A}, {&m->kl, 1}};
  size_t at = am_rollout_lay_out(&m->e, block, &b->net, (int)T, true);
  at += am_rows_cut(spans, sizeof spans / sizeof *spans, block, at);
  if (!b->options.agent.keep_first) return at;
  at += am_rows_cut(kept, sizeof kept / sizeof *kept, block, at);
  /* what a trace took up is kept where the gradient goes through it: every step has a place */
  return at + am_rollout_lay_out(&m->first, block ? block + at / sizeof *block : NULL, &b->net,
                                 (int)T, b->rule != NULL);
}

static size_t scratch_bytes(const am_agent *a) {
  memory m;
  return lay_out(&m, NULL, bptt_of(a));
}

/* What the way from the first policy adds to error[t]. */
static void leave_first(const am_bptt *b, const memory *m, am_turn *turn, int t) {
  const am_rollout *e = &m->e;
  const int A = b->net.n_out;
  float *error = am_rows(m->error, t, A);
  const float *p = am_rows(e->p, t, A), *logp = am_rows(e->logp, t, A),
              *says = am_rows(m->says, t, A), *asked = am_rows(e->asked, t, 1);
  if (b->net.real)
    am_policy_code()->gauss_leave(error, m->kl, p, logp, says, asked, b->options.kl_weight, A / 2);
  else am_policy_code()->leave(error, m->kl, p, logp, says, asked, b->options.kl_weight, A);
  for (int k = 0; k < LANES; k++) turn->sums->kl += (double)m->kl[k];
}

/* error[t] and dvalue[t]: the gradient at the heads. */
static void reward_error(const am_bptt *b, const memory *m, am_turn *turn) {
  const am_bptt_options *o = &b->options;
  const am_rollout *e = &m->e;
  const int A = b->net.n_out, T = turn->group.task->n_steps;
  am_policy_code()->dopamine(m->delta, m->A, e->reward, e->value, e->live, LANES, o->gamma,
                             o->lambda, T);
  if (b->first) am_rollout_follow(&m->first, &b->net, turn, b->first, e, m->says);
  for (int t = 0; t < T; t++) {
    const float *advantage = am_rows(m->A, t, 1), *live = am_rows(e->live, t, 1);
    for (int k = 0; k < LANES; k++) {
      m->factor[k] = o->teach == AM_TEACH_SUPERVISED ? 0 : advantage[k];
      am_rows(m->dvalue, t, 1)[k] = advantage[k] * live[k];
      if (o->teach == AM_TEACH_REWARD)
        turn->sums->loss += (double)(am_rows(m->delta, t, 1)[k] * am_rows(m->delta, t, 1)[k]);
    }
    if (b->net.real)
      am_policy_code()->gauss_error(am_rows(m->error, t, A), am_rows(e->hit, t, A),
                                    am_rows(e->p, t, A), am_rows(e->logp, t, A), m->factor,
                                    am_rows(e->asked, t, 1), o->entropy_weight, A / 2);
    else
      am_policy_code()->error(am_rows(m->error, t, A), am_rows(e->hit, t, A), am_rows(e->p, t, A),
                              am_rows(e->logp, t, A), am_rows(e->entropy, t, 1), m->factor,
                              am_rows(e->asked, t, 1), o->entropy_weight, A);
    if (o->teach != AM_TEACH_REWARD)
      am_rollout_taught(e, &b->net, turn, am_rows(m->error, t, A), t);
    if (b->first) leave_first(b, m, turn, t);
  }
}

static void squared_error(const am_bptt *b, const memory *m, am_turn *turn) {
  const int A = b->net.n_out, T = turn->group.task->n_steps;
  memset(m->error, 0, (size_t)(T * A * LANES) * sizeof *m->error);
  for (int t = 0; t < T; t++) am_rollout_taught(&m->e, &b->net, turn, am_rows(m->error, t, A), t);
  const float all = (float)A * (float)am_task_counted(turn->group.task);
  for (int k = 0; k < T * A * LANES; k++) m->error[k] *= 2 / all;
  turn->sums->loss /= A;
}

static void learn(const am_bptt *b, const memory *m, am_turn *turn) {
  const am_actor_net *net = &b->net;
  const int n = net->n, A = net->n_out, T = turn->group.task->n_steps;
  const float *p = b->agent.parameters;
  (b->values ? squared_error : reward_error)(b, m, turn);
  am_rollout_collect_heads(&m->e, net, turn->change, m->error, m->dvalue);
  for (int k = 0; k < T * LANES && net->critic; k++) m->dvalue[k] *= b->options.value_weight;
  am_stack_clear(&net->stack, &m->e.units);
  for (int t = 0; t < T; t++) {
    float *dh = am_stack_credit(&net->stack, &m->e.units, t);
    memset(dh, 0, (size_t)(n * LANES) * sizeof *dh);
    if (net->bare) memcpy(dh, am_rows(m->error, t, A), (size_t)(A * LANES) * sizeof *dh);
    else am_plan_backward_code()->linear(dh, p + net->o_w, am_rows(m->error, t, A), A, n);
    if (net->critic)
      am_plan_backward_code()->linear(dh, p + net->v_w, am_rows(m->dvalue, t, 1), 1, n);
  }
  am_stack_back(&net->stack, &m->e.units, turn->change, p, m->e.u, net->stack.dropout > 0);
}

static void play(const am_agent *a, am_turn *turn) {
  const am_bptt *b = bptt_of(a);
  memory m;
  lay_out(&m, turn->scratch, b);
  m.e.units.live = m.e.live;
  am_rollout_play(&m.e, &b->net, turn,
                  &(am_rollout_how){.parameters = a->parameters, .dropped = turn->change != NULL});
  if (turn->change) learn(b, &m, turn);
}

amine_status am_bptt_lanes_open(am_bptt *b, const am_task *task, const am_units *units,
                                amine_error *error) {
  static const am_agent_ops actions = {.scratch_bytes = scratch_bytes, .play = play},
                            values = {.lacks = AM_LACKS_VALUE | AM_LACKS_ENTROPY,
                                      .scratch_bytes = scratch_bytes,
                                      .play = play};
  const am_agent_options *o = &b->options.agent;
  am_stack_options stack = units->stack;
  if (b->rule) stack.done |= AM_PLAN_THROUGH;
  stack.trace_penalty = b->options.trace_penalty;
  if (b->values) stack.trace_penalty /= (float)am_task_counted(task);
  b->net.bare = b->options.readout == AM_READOUT_NONE;
  AM_TRY(am_actor_net_make(&b->net, &b->agent.places, task, &stack, !b->values, error));
  AM_TRY(am_agent_open(&b->agent, task, o, b->values ? &values : &actions, error));
  b->agent.learner.signals = b->net.stack.plan[0];
  am_actor_net_initialise(&b->net, &b->agent.places, b->agent.parameters, o->seed);
  return AMINE_OK;
}
