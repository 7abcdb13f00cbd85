/* Actor-critic by backpropagation through time (see bptt.h). */
#include "learner/bptt.h"

#include <string.h>

#include "base/memory.h"
#include "equation/plan_backward.h"
#include "learner/policy_lane.h"
#include "learner/rollout.h"
#include "learner/rows.h"
#include "network/linear_lane.h"
#include "network/stack_backward.h"
#include "network/units.h"

enum { LANES = AM_GROUP_LANES };

typedef struct bptt {
  am_agent agent; /* first */
  am_bptt_options options;
  am_actor_net net;
} bptt;

/* One worker's memory for a group and an episode; each [step][rows][LANES]. */
typedef struct memory {
  am_rollout e;
  float *delta, *A, *error, *dvalue;
  float *factor; /* of one step */
} memory;

static const bptt *bptt_of(const am_agent *a) { return (const bptt *)(const void *)a; }

/* Cuts a block into arrays; with a NULL block it only measures. */
static size_t lay_out(memory *m, float *block, const bptt *b) {
  const size_t T = (size_t)b->agent.learner.task->n_steps, A = (size_t)b->net.n_out;
  size_t at = am_rollout_lay_out(&m->e, block, &b->net, (int)T, true) / sizeof(float);
#define CUT(field, rows) (m->field = block ? block + at : NULL, at += (rows)*LANES)
  CUT(delta, T), CUT(A, T), CUT(error, T * A), CUT(dvalue, T), CUT(factor, 1);
#undef CUT
  return at * sizeof(float);
}

static size_t scratch_bytes(const am_agent *a) {
  memory m;
  return lay_out(&m, NULL, bptt_of(a));
}

/* ------------------------------------------------------------------------------ the gradient */
/* error[t] and dvalue[t]: the gradient at the heads. */
static void at_heads(const bptt *b, const memory *m, am_turn *turn) {
  const am_bptt_options *o = &b->options;
  const am_rollout *e = &m->e;
  const int A = b->net.n_out, T = turn->group.task->n_steps;
  am_policy_code()->dopamine(m->delta, m->A, e->reward, e->value, e->live, LANES, o->gamma,
                             o->lambda, T);
  for (int t = 0; t < T; t++) {
    const float *advantage = am_rows(m->A, t, 1), *live = am_rows(e->live, t, 1);
    for (int k = 0; k < LANES; k++) {
      m->factor[k] = o->teach == AM_TEACH_SUPERVISED ? 0 : advantage[k];
      am_rows(m->dvalue, t, 1)[k] = advantage[k] * live[k];
      if (o->teach == AM_TEACH_REWARD)
        turn->sums->loss += (double)(am_rows(m->delta, t, 1)[k] * am_rows(m->delta, t, 1)[k]);
    }
    am_policy_code()->error(am_rows(m->error, t, A), am_rows(e->hit, t, A), am_rows(e->p, t, A),
                            am_rows(e->logp, t, A), am_rows(e->entropy, t, 1), m->factor,
                            am_rows(e->asked, t, 1), o->entropy_weight, A);
    if (o->teach != AM_TEACH_REWARD)
      am_rollout_taught(e, &b->net, turn, am_rows(m->error, t, A), t);
  }
}

static void learn(const bptt *b, const memory *m, am_turn *turn) {
  const am_actor_net *net = &b->net;
  const int n = net->n, A = net->n_out, T = turn->group.task->n_steps;
  const float *p = b->agent.parameters;
  at_heads(b, m, turn);
  am_rollout_collect_heads(&m->e, net, turn->change, m->error, m->dvalue);
  for (int k = 0; k < T * LANES; k++) m->dvalue[k] *= b->options.value_weight;
  am_stack_clear(&net->stack, &m->e.units);
  for (int t = 0; t < T; t++) {
    float *dh = am_stack_credit(&net->stack, &m->e.units, t);
    memset(dh, 0, (size_t)(n * LANES) * sizeof *dh);
    am_plan_backward_code()->linear(dh, p + net->o_w, am_rows(m->error, t, A), A, n);
    am_plan_backward_code()->linear(dh, p + net->v_w, am_rows(m->dvalue, t, 1), 1, n);
  }
  am_stack_back(&net->stack, &m->e.units, turn->change, p, m->e.u, net->stack.dropout > 0);
}

static void play(const am_agent *a, am_turn *turn) {
  const bptt *b = bptt_of(a);
  memory m;
  lay_out(&m, turn->scratch, b);
  am_rollout_play(&m.e, &b->net, turn,
                  &(am_rollout_how){.parameters = a->parameters, .dropped = turn->change != NULL});
  if (turn->change) learn(b, &m, turn);
}

/* ------------------------------------------------------------------------------ the learner */
static void destroy(am_learner *learner) {
  am_actor_net_free(&((bptt *)(void *)learner)->net);
  am_agent_close(am_agent_of(learner));
  am_free(learner);
}

static int series(const am_learner *learner, am_series *out) {
  return am_rollout_series(&bptt_of(am_agent_of_const(learner))->net, out);
}

#define AT(member) AM_MEMBER(am_bptt_options, member)
#define AGENT(member) AM_MEMBER(am_bptt_options, agent.member)
#define SCHEDULE(member) AM_MEMBER(am_bptt_options, agent.schedule.member)
#define OPTIMISER(member) AM_MEMBER(am_bptt_options, agent.optimiser.member)
static const amine_parameter parameters[] = {AM_PLAY_PARAMETERS(AGENT),
                                             AM_TEACH_PARAMETER(AT),
                                             AM_SCHEDULE_PARAMETERS(SCHEDULE),
                                             AM_GAMMA_PARAMETER(AT),
                                             AM_LAMBDA_PARAMETER(AT),
                                             AM_VALUE_PARAMETER(AT),
                                             AM_ENTROPY_PARAMETER(AT(entropy_weight)),
                                             AM_OPTIMISER_PARAMETERS(OPTIMISER, OPTIMISER),
                                             {0}};

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  am_bptt_options o = *(const am_bptt_options *)chosen->options[AM_LEARNER];
  am_units units;
  AM_TRY(am_units_chosen(&units, chosen, true, error));
  o.units = units.stack;
  const amine_status status = am_bptt_create(learner, task, &o, error);
  am_units_free(&units);
  return status;
}

const am_learner_type am_bptt_type = {
    .part = {.kind = AM_LEARNER,
             .name = "bptt",
             .meaning = "actor-critic by backpropagation through time: the yardstick",
             .equation = "ascends sum_t log pi(a_t) A_t - c_v (R_t - V_t)^2 / 2 + beta H_t",
             .source = "Williams 1992, doi:10.1007/BF00992696; Mnih et al. 2016, arXiv 1602.01783",
             .parameters = parameters,
             .options_size = sizeof(am_bptt_options)},
    .texts = true,
    .asks = AM_ASKS_ACTIONS,
    .create = create,
    .backprop = true,
    .iterate = am_agent_iterate,
    .evaluate = am_agent_evaluate,
    .tensor = am_agent_tensor,
    .get = am_agent_get,
    .set = am_agent_set,
    .series = series,
    .watch = am_agent_watch,
    .destroy = destroy,
};

static const am_agent_ops ops = {.scratch_bytes = scratch_bytes, .play = play};

static amine_status open_all(bptt *b, const am_task *task, amine_error *error) {
  const am_bptt_options *o = &b->options;
  AM_TRY(am_actor_net_make(&b->net, &b->agent.places, task, &o->units, true, error));
  AM_TRY(am_agent_open(&b->agent, task, &o->agent, &ops, error));
  am_actor_net_initialise(&b->net, &b->agent.places, b->agent.parameters, o->agent.seed);
  return AMINE_OK;
}

amine_status am_bptt_create(am_learner **learner, const am_task *task, const am_bptt_options *o,
                            amine_error *error) {
  if (task->n_actions < 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s has no actions to choose from",
                   task->type->part.name);
  if (o->teach != AM_TEACH_REWARD && !task->type->answer)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%s does not say what would be right: it can be learned from rewards only",
                   task->type->part.name);
  bptt *b = am_alloc(1, sizeof *b);
  if (!b) return am_fail_memory(error, sizeof *b);
  b->agent.learner.type = &am_bptt_type;
  b->options = *o;
  amine_status status = open_all(b, task, error);
  if (status != AMINE_OK) {
    destroy(&b->agent.learner);
    return status;
  }
  *learner = &b->agent.learner;
  return AMINE_OK;
}
