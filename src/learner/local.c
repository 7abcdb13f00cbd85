/* Local traces and a broadcast error (equations: local.h). */
#include "learner/local.h"

#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "learner/policy_lane.h"
#include "network/linear_lane.h"
#include "network/units.h"

enum { LANES = AM_GROUP_LANES };

typedef struct local {
  am_agent agent; /* first */
  am_local_options options;
  am_actor_net net;
  int n_error; /* outputs, and one for the critic */
  size_t b_w;  /* B [n][n_error] */
  float *old;  /* [n_error][n] output weights before the step */
} local;

/* One worker's memory; [step][rows][LANES] */
typedef struct memory {
  am_rollout e;
  float *delta, *A, *error, *dvalue;
  float *factor, *both; /* of one step */
} memory;

static const local *local_of(const am_agent *a) { return (const local *)(const void *)a; }
static local *inside(am_agent *a) { return (local *)(void *)a; }

static size_t lay_out(memory *m, float *block, const local *x) {
  const size_t T = (size_t)x->agent.learner.task->n_steps, A = (size_t)x->net.n_out;
  const am_span spans[] = {{&m->delta, T},  {&m->A, T},      {&m->error, T * A},
                           {&m->dvalue, T}, {&m->factor, 1}, {&m->both, A + 1}};
  const size_t at = am_rollout_lay_out(&m->e, block, &x->net, (int)T, true);
  return at + am_rows_cut(spans, sizeof spans / sizeof *spans, block, at);
}

static size_t scratch_bytes(const am_agent *a) {
  memory m;
  return lay_out(&m, NULL, local_of(a));
}

/* ------------------------------------------------------------------------------ learning */
/* error [t] at the output, dvalue [t] at the critic. */
static void at_heads(const local *x, const memory *m, am_turn *turn, int t) {
  const am_local_options *o = &x->options;
  const am_rollout *e = &m->e;
  const int A = x->net.n_out;
  float *error = am_rows(m->error, t, A), *dvalue = am_rows(m->dvalue, t, 1);
  const float *met = am_rows(m->A, t, 1), *live = am_rows(e->live, t, 1);
  const bool rewarded = o->teach != AM_TEACH_SUPERVISED;
  for (int k = 0; k < LANES; k++) {
    m->factor[k] = rewarded ? met[k] : 0;
    dvalue[k] = rewarded ? o->value_weight * met[k] * live[k] : 0;
    const double delta = (double)am_rows(m->delta, t, 1)[k];
    if (o->teach == AM_TEACH_REWARD) turn->sums->loss += delta * delta;
  }
  if (x->net.linear) memset(error, 0, (size_t)(A * LANES) * sizeof *error);
  else
    am_policy_code()->error(error, am_rows(e->hit, t, A), am_rows(e->p, t, A),
                            am_rows(e->logp, t, A), am_rows(e->entropy, t, 1), m->factor,
                            am_rows(e->asked, t, 1), o->entropy_weight, A);
  if (o->teach != AM_TEACH_REWARD) am_rollout_taught(e, &x->net, turn, error, t);
}

static void credits(const local *x, const memory *m, am_turn *turn) {
  const am_local_options *o = &x->options;
  const int A = x->net.n_out, n = x->net.n, T = turn->group.task->n_steps;
  const float *w = x->agent.parameters;
  if (x->net.critic)
    am_policy_code()->dopamine(m->delta, m->A, m->e.reward, m->e.value, m->e.live, LANES, o->gamma,
                               o->lambda, T);
  am_stack_clear(&x->net.stack, &m->e.units);
  for (int t = 0; t < T; t++) {
    at_heads(x, m, turn, t);
    memcpy(m->both, am_rows(m->error, t, A), (size_t)(A * LANES) * sizeof(float));
    memcpy(m->both + A * LANES, am_rows(m->dvalue, t, 1), LANES * sizeof(float));
    am_linear_code()->forward(am_stack_credit(&x->net.stack, &m->e.units, t), w + x->b_w, NULL,
                              m->both, n, x->n_error);
  }
}

static void learn(const local *x, const memory *m, am_turn *turn) {
  static const am_stack_reach reach[] = {[AM_LOCAL_DIAGONAL] = AM_STACK_UNIT,
                                         [AM_LOCAL_DECAY] = AM_STACK_ELEMENTS,
                                         [AM_LOCAL_NONE] = AM_STACK_NOW};
  credits(x, m, turn);
  am_rollout_collect_heads(&m->e, &x->net, turn->change, m->error, m->dvalue);
  am_stack_local(&x->net.stack, &m->e.units, turn->change, x->agent.parameters, m->e.u,
                 reach[x->options.trace]);
}

static void play(const am_agent *a, am_turn *turn) {
  const local *x = local_of(a);
  memory m;
  lay_out(&m, turn->scratch, x);
  am_rollout_play(&m.e, &x->net, turn, &(am_rollout_how){.parameters = a->parameters});
  if (turn->change) learn(x, &m, turn);
  if (!turn->series) return;
  const float angle[LANES] = {(float)am_local_angle(&a->learner)};
  for (int t = 0; t < turn->group.task->n_steps; t++) am_turn_record(turn, "alignment", t, angle);
}

/* ------------------------------------------------------------------------------ feedback */
/* Output weight k of unit j; k = n_out is the critic's. */
static size_t output_weight(const local *x, int k, int j) {
  const size_t n = (size_t)x->net.n;
  return k < x->net.n_out ? x->net.o_w + (size_t)k * n + (size_t)j : x->net.v_w + (size_t)j;
}

static void before(am_agent *a, float *change) {
  local *x = inside(a);
  const int n = x->net.n;
  (void)change;
  for (int k = 0; k < x->n_error; k++)
    for (int j = 0; j < n; j++) x->old[k * n + j] = a->parameters[output_weight(x, k, j)];
}

/* B takes the output weights' own change and both decay, or it is their copy, or stays. Where they
 * are held, so is B. */
static void after(am_agent *a) {
  local *x = inside(a);
  const am_local_options *o = &x->options;
  const int n = x->net.n;
  const float keep = 1 - o->feedback_decay;
  if (!(am_agent_rate(a) > 0)) return;
  for (int k = 0; k < x->n_error && o->feedback != AM_FEEDBACK_RANDOM; k++)
    for (int j = 0; j < n; j++) {
      float *w = &a->parameters[output_weight(x, k, j)];
      float *b = &a->parameters[x->b_w + (size_t)(j * x->n_error + k)];
      if (o->feedback == AM_FEEDBACK_SYMMETRIC) {
        *b = *w;
      } else if (!am_agent_holds(a, x->net.o_w)) {
        *b = keep * (*b + (*w - x->old[k * n + j]));
        *w *= keep;
      }
    }
}

double am_local_angle(const am_learner *learner) {
  const local *x = local_of(am_agent_of_const(learner));
  const float *p = x->agent.parameters;
  double bw = 0, bb = 0, ww = 0;
  for (int k = 0; k < x->n_error; k++)
    for (int j = 0; j < x->net.n; j++) {
      const double w = (double)p[output_weight(x, k, j)];
      const double b = (double)p[x->b_w + (size_t)(j * x->n_error + k)];
      bw += b * w, bb += b * b, ww += w * w;
    }
  return acos(fmax(-1, fmin(1, bw / sqrt(bb * ww)))) * (180 / 3.14159265358979323846);
}

/* ------------------------------------------------------------------------------ the learner */
int am_local_series(const am_learner *learner, am_series *out) {
  int n = am_rollout_series(&local_of(am_agent_of_const(learner))->net, out);
  out[n++] = (am_series){"alignment", "angle between B and the output weights, degrees", 1, NULL};
  out[n] = (am_series){0};
  return n;
}

void am_local_destroy(am_learner *learner) {
  am_free(inside(am_agent_of(learner))->old);
  am_actor_net_free(&inside(am_agent_of(learner))->net);
  am_agent_close(am_agent_of(learner));
  am_free(learner);
}

static const am_agent_ops ops = {
    .scratch_bytes = scratch_bytes, .play = play, .before = before, .after = after};

static amine_status open_all(local *x, const am_task *task, amine_error *error) {
  const am_local_options *o = &x->options;
  am_places *places = &x->agent.places;
  AM_TRY(
      am_actor_net_make(&x->net, places, task, &o->units, o->teach != AM_TEACH_SUPERVISED, error));
  const int n = x->net.n;
  x->n_error = x->net.n_out + x->net.critic;
  const int feedback = places->n;
  x->b_w = am_places_add(places, "feedback.weight", n, x->n_error);
  x->agent.own[x->agent.n_own++] = (am_block){&x->old, (size_t)(x->n_error * n), sizeof *x->old};
  AM_TRY(am_agent_open(&x->agent, task, &o->agent, &ops, error));
  x->agent.learner.signals = x->net.stack.plan[0];
  for (int k = 0; k < places->n; k++) {
    const bool critic = strncmp(places->place[k].name, "h2v", 3) == 0;
    x->agent.share[k] = k == feedback ? 0
                        : critic
                            ? 1
                            : am_rollout_share(&x->net, places, k,
                                               (am_rate_shares){o->input, o->recurrent, o->output});
  }
  float *p = x->agent.parameters;
  am_actor_net_initialise(&x->net, places, p, o->agent.seed);
  am_places_uniform(places, feedback, p, 1 / sqrtf((float)n), o->agent.seed);
  if (o->feedback == AM_FEEDBACK_SYMMETRIC) after(&x->agent);
  return AMINE_OK;
}

static amine_status check(const am_learner_type *type, const am_task *task,
                          const am_local_options *o, amine_error *error) {
  if (task->n_targets > 0 && o->teach != AM_TEACH_SUPERVISED)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%s asks for real values: it can be learned from a teacher only "
                   "(learner.teach=supervised)",
                   task->type->part.name);
  if (task->n_targets == 0 && task->n_actions < 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s has no actions to choose from",
                   task->type->part.name);
  if (task->n_targets == 0 && o->teach != AM_TEACH_REWARD && !task->type->answer)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%s does not say what would be right: learner.type=%s cannot be taught it",
                   task->type->part.name, type->part.name);
  return AMINE_OK;
}

amine_status am_local_create(am_learner **learner, const am_learner_type *type, const am_task *task,
                             const am_local_options *o, amine_error *error) {
  AM_TRY(check(type, task, o, error));
  local *x = am_alloc(1, sizeof *x);
  if (!x) return am_fail_memory(error, sizeof *x);
  x->agent.learner.type = type;
  x->options = *o;
  amine_status status = open_all(x, task, error);
  if (status != AMINE_OK) {
    am_local_destroy(&x->agent.learner);
    return status;
  }
  *learner = &x->agent.learner;
  return AMINE_OK;
}

amine_status am_local_create_chosen(am_learner **learner, const am_task *task,
                                    const am_chosen *chosen,
                                    amine_status (*create)(am_learner **, const am_task *,
                                                           const am_local_options *, amine_error *),
                                    amine_error *error) {
  am_local_options o = *(const am_local_options *)chosen->options[AM_LEARNER];
  am_units units;
  AM_TRY(am_units_chosen(&units, chosen, false, error));
  o.units = units.stack;
  const amine_status status = create(learner, task, &o, error);
  am_units_free(&units);
  return status;
}
