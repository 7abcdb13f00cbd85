/* Losses and their gradients (see objective.h), walked from the last step to the first. */
#include "kernel/vector.h"

#include "kernel/math.h"
#include "learner/gauss.h"
#include "learner/objective.h"
#include "task/task.h"

_Static_assert((int)AM_REAL_MAX <= VEC_LANES, "a real action is one vector");

static void policy(real *p, real *logp, const real *logits, int n) {
  m_softmax(p, logp, logits, n);
}

static void gauss(real *p, real *logp, const real *heads, int n) {
  real s[VEC_LANES] = {0};
  for (int k = 0; k < n; k++) {
    const real x = heads[n + k];
    const bool below = x<AM_LOG_SIGMA_LOW, above = x> AM_LOG_SIGMA_HIGH;
    p[k] = heads[k];
    logp[n + k] = below || above ? 0 : 1;
    s[k] = below ? AM_LOG_SIGMA_LOW : above ? AM_LOG_SIGMA_HIGH : x;
  }
  v_store(s, v_exp(v_load(s)));
  for (int k = 0; k < n; k++) p[n + k] = s[k];
}

/* Of real actions: log pi(a), the penalty and the entropy at one step. */
static real gauss_penalty(real *log_pi, real *entropy, const am_objective_episode *e, int t,
                          am_entropy kind) {
  const int n = e->n_out / 2;
  const real *sigma = e->p + (size_t)(t * e->n_out + n), *noise = e->noise + (size_t)(t * n);
  real logs[VEC_LANES], squared = 1;
  for (int k = 0; k < VEC_LANES; k++) logs[k] = k < n ? sigma[k] : 1;
  v_store(logs, v_log(v_load(logs)));
  *entropy = *log_pi = 0;
  for (int k = 0; k < n; k++) {
    *entropy += logs[k] + (real)AM_GAUSS_ENTROPY;
    *log_pi -= logs[k] + (real)(AM_GAUSS_ENTROPY - 0.5) + noise[k] * noise[k] / 2;
    squared *= (real)0.28209479177387814 / sigma[k]; /* 1 / (2 sqrt(pi)) */
  }
  return kind == AM_ENTROPY_SQUARED ? squared : -*entropy;
}

/* The gradient at the heads of a real action. */
static void at_gauss(real *d, const am_objective_episode *e, const am_objective *o, int t,
                     real advantage, real S) {
  const int n = e->n_out / 2;
  const real *p = e->p + (size_t)(t * e->n_out), *inside = e->logp + (size_t)(t * e->n_out + n);
  const real *noise = e->noise + (size_t)(t * n);
  const real push = o->entropy == AM_ENTROPY_SQUARED ? -S : -1;
  const real scale = e->asked ? o->scale * e->asked[t] : o->scale;
  for (int k = 0; k < n; k++) {
    const real apart = noise[k] * noise[k] - 1;
    d[k] = -scale * advantage * noise[k] / p[n + k];
    d[n + k] = scale * inside[k] * (o->beta * push - advantage * apart);
  }
}

/* KL(pi || pi_0) at step t, where the policy counts; its gradient at the heads is added to d. */
static real leave_first(real *d, const am_objective_episode *e, const am_objective *o, int t) {
  const int n = e->n_out;
  const size_t at = (size_t)t * (size_t)n;
  const real *p = e->p + at, *logp = e->logp + at, *first = e->first + at;
  const real asked = e->asked ? e->asked[t] : 1, scale = o->scale * o->kl_weight * asked;
  real kl = 0;
  for (int k = 0; k < n; k++) kl += p[k] * (logp[k] - first[k]);
  for (int k = 0; k < n; k++) d[k] += scale * p[k] * (logp[k] - first[k] - kl);
  return asked > 0 ? kl : 0;
}

/* The same of real actions. */
static real leave_first_gauss(real *d, const am_objective_episode *e, const am_objective *o,
                              int t) {
  const int n = e->n_out / 2;
  const size_t at = (size_t)(t * e->n_out);
  const real *p = e->p + at, *inside = e->logp + at + n, *first = e->first + at;
  const real asked = e->asked ? e->asked[t] : 1, scale = o->scale * o->kl_weight * asked;
  real kl = 0, logs[VEC_LANES];
  for (int k = 0; k < VEC_LANES; k++) logs[k] = k < n ? p[n + k] / first[n + k] : 1;
  v_store(logs, v_log(v_load(logs)));
  for (int k = 0; k < n; k++) {
    const real spread = first[n + k], ratio = p[n + k] / spread, z = (p[k] - first[k]) / spread;
    kl += (ratio * ratio + z * z - 1) / 2 - logs[k];
    d[k] += scale * z / spread;
    d[n + k] += scale * inside[k] * (ratio * ratio - 1);
  }
  return asked > 0 ? kl : 0;
}

/* sum_a of the penalty at one step, and of -p log p */
static real penalty(const real *p, const real *logp, int n, am_entropy kind, real *entropy) {
  real squared = 0, negative = 0;
  for (int k = 0; k < n; k++) {
    squared += p[k] * p[k];
    negative += p[k] * logp[k];
  }
  *entropy = -negative;
  return kind == AM_ENTROPY_SQUARED ? squared : negative;
}

/* of value_weight (R - v)^2, at R - v or a sum of such */
static real value_gradient(real apart, const am_objective *o) {
  return o->scale * (-2 * o->value_weight * apart);
}

/* The gradient at the logits of step t. */
static void at_logits(real *d, const am_objective_episode *e, const am_objective *o, int t,
                      real factor, real S) {
  const int n = e->n_out, answer = o->teach == AM_TEACH_REWARD ? -1 : e->answers[t];
  const real *p = e->p + (size_t)t * (size_t)n, *logp = e->logp + (size_t)t * (size_t)n;
  for (int k = 0; k < n; k++) {
    const real hit = k == e->actions[t] ? 1 : 0;
    const real push =
        o->entropy == AM_ENTROPY_SQUARED ? 2 * p[k] * (p[k] - S) : p[k] * (logp[k] - S);
    real g = (p[k] - hit) * factor + o->beta * push;
    if (answer >= 0) g += k == answer ? p[k] - 1 : p[k];
    if (e->asked) g *= e->asked[t];
    d[k] = o->scale * g;
  }
}

static void actions(am_objective_sums *sums, const am_objective_episode *e, const am_objective *o) {
  const int n = e->n_out;
  real ahead = 0, value_ahead = 0;
  *sums = (am_objective_sums){0};
  for (int t = e->n_steps - 1; t >= 0; t--) {
    const real *heads = e->heads + (size_t)t * (size_t)e->stride;
    const real *p = e->p + (size_t)t * (size_t)n, *logp = e->logp + (size_t)t * (size_t)n;
    real *d = e->dheads + (size_t)t * (size_t)e->stride;
    const real value = e->shared ? e->shared[t] : heads[n], reward = e->rewards[t];
    const real delta = reward + o->gamma * value_ahead - value;
    const real advantage = delta + o->gamma * o->lambda * ahead;
    real entropy, log_pi;
    const real S = e->noise ? gauss_penalty(&log_pi, &entropy, e, t, o->entropy)
                            : penalty(p, logp, n, o->entropy, &entropy);
    if (e->noise) at_gauss(d, e, o, t, advantage, S);
    else {
      log_pi = logp[e->actions[t]];
      at_logits(d, e, o, t, o->teach == AM_TEACH_SUPERVISED ? 0 : advantage, S);
    }
    const real kl = !e->first ? 0 : (e->noise ? leave_first_gauss : leave_first)(d, e, o, t);
    d[n] = e->shared ? 0 : value_gradient(advantage, o);
    if (e->shared) e->apart[t] += advantage;
    sums->reward += (double)reward;
    sums->value += (double)heads[n];
    sums->entropy += (double)entropy;
    sums->loss +=
        (double)(-log_pi * advantage + o->value_weight * advantage * advantage + o->beta * S);
    if (e->first) sums->loss += (double)(o->kl_weight * (e->asked ? e->asked[t] : 1) * kl);
    sums->kl += (double)kl;
    if (o->teach == AM_TEACH_REWARD) sums->surprise += (double)(delta * delta);
    else if (e->answers[t] >= 0) sums->surprise -= (double)logp[e->answers[t]];
    ahead = advantage;
    value_ahead = value;
  }
}

static void values(am_objective_sums *sums, const am_objective_episode *e, const am_objective *o) {
  const int n = e->n_out;
  const real factor = o->scale * 2 / (real)n;
  *sums = (am_objective_sums){0};
  for (int t = 0; t < e->n_steps; t++) {
    const real *y = e->heads + (size_t)t * (size_t)e->stride, *wanted = e->wanted + (size_t)(t * n);
    real *d = e->dheads + (size_t)t * (size_t)e->stride;
    double squares = 0;
    for (int k = 0; k < n; k++) {
      const real off = e->asked[t] * (y[k] - wanted[k]);
      d[k] = factor * off;
      squares += (double)off * (double)off;
    }
    sums->reward += (double)e->rewards[t];
    sums->loss += squares / n;
  }
  sums->surprise = sums->loss;
}

static void shared(const am_objective_episode *e, const am_objective *o) {
  for (int t = 0; t < e->n_steps; t++) {
    real *d = e->dheads + (size_t)t * (size_t)e->stride;
    memset(d, 0, (size_t)e->n_out * sizeof *d);
    d[e->n_out] = value_gradient(e->apart[t], o);
  }
}

extern const am_objective_ops AM_ISA(am_objective_ops);
const am_objective_ops AM_ISA(am_objective_ops) = {
    .policy = policy, .gauss = gauss, .actions = actions, .values = values, .shared = shared};
