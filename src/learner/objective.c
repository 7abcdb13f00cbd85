/* Losses and their gradients (see objective.h), walked from the last step to the first. */
#include "kernel/vector.h"

#include "kernel/math.h"
#include "learner/objective.h"

static void policy(real *p, real *logp, const real *logits, int n) {
  m_softmax(p, logp, logits, n);
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
    real entropy;
    const real S = penalty(p, logp, n, o->entropy, &entropy);
    at_logits(d, e, o, t, o->teach == AM_TEACH_SUPERVISED ? 0 : advantage, S);
    d[n] = e->shared ? 0 : value_gradient(advantage, o);
    if (e->shared) e->apart[t] += advantage;
    sums->reward += (double)reward;
    sums->value += (double)heads[n];
    sums->entropy += (double)entropy;
    sums->loss += (double)(-logp[e->actions[t]] * advantage +
                           o->value_weight * advantage * advantage + o->beta * S);
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
    .policy = policy, .actions = actions, .values = values, .shared = shared};
