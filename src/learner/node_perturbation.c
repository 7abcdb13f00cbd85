/* Node perturbation (equations: node_perturbation.h). */
#include "learner/node_perturbation.h"

#include <string.h>

#include "base/memory.h"
#include "learner/policy_lane.h"
#include "learner/rows.h"
#include "network/linear_lane.h"
#include "network/units.h"

#define BASELINE_RATE 0.05f /* rho */

enum { LANES = AM_GROUP_LANES };

typedef struct perturbation {
  am_agent agent; /* first */
  am_node_perturbation_options options;
  am_actor_net net;
  size_t b; /* the baseline [T], a tensor that does not learn by Adam */
} perturbation;

typedef struct memory {
  am_rollout e;
  float *xi, *delta, *R, *error; /* [step][rows][LANES] */
  const am_turn *turn;
  int n;
  float sigma;
} memory;

static const perturbation *perturbation_of(const am_agent *a) {
  return (const perturbation *)(const void *)a;
}

static size_t lay_out(memory *m, float *block, const perturbation *x) {
  const size_t T = (size_t)x->agent.learner.task->n_steps, A = (size_t)x->net.n_out;
  const size_t n = (size_t)x->net.n;
  const am_span spans[] = {{&m->xi, T * n}, {&m->delta, T}, {&m->R, T}, {&m->error, T * A}};
  const size_t at = am_rollout_lay_out(&m->e, block, &x->net, (int)T, true);
  m->n = (int)n;
  m->sigma = x->options.sigma;
  return at + am_rows_cut(spans, sizeof spans / sizeof *spans, block, at);
}

static size_t scratch_bytes(const am_agent *a) {
  memory m;
  return lay_out(&m, NULL, perturbation_of(a));
}

static void disturb(void *context, float *h, int t) {
  const memory *m = context;
  const am_group *g = &m->turn->group;
  float *xi = am_rows(m->xi, t, m->n);
  for (int k = 0; k < g->n; k++) {
    const am_random_key key = {g->seed, AM_STREAM_NODE_NOISE, g->episode, g->first + (uint32_t)k};
    for (int j = 0; j < m->n; j++) {
      xi[j * LANES + k] = am_normal(am_random(key, (uint32_t)(t * m->n + j)));
      h[j * LANES + k] += m->sigma * xi[j * LANES + k];
    }
  }
}

/* R [t] less the baseline, whose own change is the sum of that over the lanes. */
static void returns(const perturbation *x, const memory *m, am_turn *turn) {
  const int T = turn->group.task->n_steps;
  const float *b = x->agent.parameters + x->b;
  memset(m->e.value, 0, (size_t)(T * LANES) * sizeof(float));
  am_policy_code()->dopamine(m->delta, m->R, m->e.reward, m->e.value, m->e.live, LANES,
                             x->options.gamma, 1, T);
  for (int t = 0; t < T; t++) {
    float *R = am_rows(m->R, t, 1), sum = 0;
    for (int k = 0; k < LANES; k++) {
      R[k] = am_rows(m->e.live, t, 1)[k] * (R[k] - b[t]);
      sum += R[k];
    }
    turn->change[x->b + (size_t)t] += sum;
  }
}

static void learn(const perturbation *x, const memory *m, am_turn *turn) {
  const am_actor_net *net = &x->net;
  const int T = turn->group.task->n_steps, A = net->n_out, n = m->n;
  returns(x, m, turn);
  am_stack_clear(&net->stack, &m->e.units);
  for (int t = 0; t < T; t++) {
    const float *R = am_rows(m->R, t, 1), *xi = am_rows(m->xi, t, n);
    am_policy_code()->error(am_rows(m->error, t, A), am_rows(m->e.hit, t, A), am_rows(m->e.p, t, A),
                            am_rows(m->e.logp, t, A), am_rows(m->e.entropy, t, 1), R,
                            am_rows(m->e.asked, t, 1), x->options.entropy_weight, A);
    float *credit = am_stack_credit(&net->stack, &m->e.units, t);
    for (int k = 0; k < n * LANES; k++) credit[k] = R[k % LANES] * xi[k] / m->sigma;
  }
  am_rollout_collect_heads(&m->e, net, turn->change, m->error, NULL);
  am_stack_local(&net->stack, &m->e.units, turn->change, x->agent.parameters, m->e.u, AM_STACK_NOW);
}

static void play(const am_agent *a, am_turn *turn) {
  const perturbation *x = perturbation_of(a);
  memory m;
  lay_out(&m, turn->scratch, x);
  m.turn = turn;
  if (turn->change)
    memset(m.xi, 0, (size_t)(turn->group.task->n_steps * m.n * LANES) * sizeof(float));
  am_rollout_play(&m.e, &x->net, turn,
                  &(am_rollout_how){.parameters = a->parameters,
                                    .disturb = turn->change ? disturb : NULL,
                                    .context = &m});
  if (turn->change) learn(x, &m, turn);
}

/* The baseline moves; what Adam and the norm see of it is 0. */
static void before(am_agent *a, float *change) {
  const perturbation *x = perturbation_of(a);
  for (size_t t = x->b; t < x->b + (size_t)a->learner.task->n_steps; t++) {
    a->parameters[t] += BASELINE_RATE * change[t];
    change[t] = 0;
  }
}

/* ------------------------------------------------------------------------------ the learner */
static void destroy(am_learner *learner) {
  am_actor_net_free(&((perturbation *)(void *)learner)->net);
  am_agent_close(am_agent_of(learner));
  am_free(learner);
}

static int series(const am_learner *learner, am_series *out) {
  return am_rollout_series(&perturbation_of(am_agent_of_const(learner))->net, out);
}

#define AT(member) AM_MEMBER(am_node_perturbation_options, member)
#define AGENT(member) AM_MEMBER(am_node_perturbation_options, agent.member)
#define SCHEDULE(member) AM_MEMBER(am_node_perturbation_options, agent.schedule.member)
#define OPTIMISER(member) AM_MEMBER(am_node_perturbation_options, agent.optimiser.member)
static const amine_parameter parameters[] = {
    AM_PLAY_PARAMETERS(AGENT),
    AM_SCHEDULE_PARAMETERS(SCHEDULE),
    AM_GAMMA_PARAMETER(AT),
    AM_ENTROPY_PARAMETER(AT(entropy_weight)),
    AM_OPTIMISER_PARAMETERS(OPTIMISER, OPTIMISER),
    AM_SHARE_PARAMETERS(AT),
    AM_NUMBER("sigma", 0.1, 1e-6, 100, "", "standard deviation of the noise on units", AT(sigma)),
    {0}};

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  am_node_perturbation_options o =
      *(const am_node_perturbation_options *)chosen->options[AM_LEARNER];
  am_units units;
  AM_TRY(am_units_chosen(&units, chosen, false, error));
  o.units = units.stack;
  const amine_status status = am_node_perturbation_create(learner, task, &o, error);
  am_units_free(&units);
  return status;
}

const am_learner_type am_node_perturbation_type = {
    .part = {.kind = AM_LEARNER,
             .name = "node-perturbation",
             .meaning = "REINFORCE of Gaussian units: noise in the units, and whether it paid",
             .equation = "dW_ji = sum_t (R_t - b_t) (xi_j / sigma) psi_ji s_i,  h = mu + sigma xi",
             .source = "Williams 1992, doi:10.1007/BF00992696; Fiete & Seung 2006, "
                       "doi:10.1103/PhysRevLett.97.048104",
             .parameters = parameters,
             .options_size = sizeof(am_node_perturbation_options)},
    .past = true,
    .asks = AM_ASKS_ACTIONS,
    .create = create,
    .iterate = am_agent_iterate,
    .evaluate = am_agent_evaluate,
    .tensor = am_agent_tensor,
    .get = am_agent_get,
    .set = am_agent_set,
    .release = am_agent_release,
    .series = series,
    .watch = am_agent_watch,
    .destroy = destroy,
};

static const am_agent_ops ops = {.lacks = AM_LACKS_VALUE | AM_LACKS_LOSS,
                                 .scratch_bytes = scratch_bytes,
                                 .play = play,
                                 .before = before};

static amine_status open_all(perturbation *x, const am_task *task, amine_error *error) {
  am_places *places = &x->agent.places;
  am_stack_options units = x->options.units;
  units.done = AM_PLAN_DISTURBED;
  AM_TRY(am_actor_net_make(&x->net, places, task, &units, false, error));
  const int baseline = places->n;
  x->b = am_places_add(places, "baseline", task->n_steps, 0);
  AM_TRY(am_agent_open(&x->agent, task, &x->options.agent, &ops, error));
  x->agent.learner.signals = x->net.stack.plan[0];
  for (int k = 0; k < places->n; k++) {
    const am_rate_shares shares = {x->options.input, x->options.recurrent, x->options.output};
    x->agent.share[k] = k == baseline ? 0 : am_rollout_share(&x->net, places, k, shares);
  }
  am_actor_net_initialise(&x->net, places, x->agent.parameters, x->options.agent.seed);
  return AMINE_OK;
}

amine_status am_node_perturbation_create(am_learner **learner, const am_task *task,
                                         const am_node_perturbation_options *o,
                                         amine_error *error) {
  if (task->n_actions < 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s has no actions to choose from",
                   task->type->part.name);
  if (!(o->sigma > 0 && o->sigma <= 100))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "node perturbation needs noise: sigma above 0 and to 100, not %g",
                   (double)o->sigma);
  perturbation *x = am_alloc(1, sizeof *x);
  if (!x) return am_fail_memory(error, sizeof *x);
  x->agent.learner.type = &am_node_perturbation_type;
  x->options = *o;
  amine_status status = open_all(x, task, error);
  if (status != AMINE_OK) {
    destroy(&x->agent.learner);
    return status;
  }
  *learner = &x->agent.learner;
  return AMINE_OK;
}
