/* The actor-critic's loss and gradient (see a2c_loss.h), walked from the last step to the first. */
#include "kernel/vector.h"

#include "kernel/math.h"
#include "learner/a2c_loss.h"

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
static real value_gradient(real apart, const am_a2c_loss_options *o) {
  return o->scale * (-2 * o->value_weight * apart);
}

static void gradient(am_a2c_sums *sums, const am_a2c_episode *e, const am_a2c_loss_options *o) {
  const int n = e->n_actions;
  real ahead = 0, value_ahead = 0;
  *sums = (am_a2c_sums){.steps = e->n_steps};
  for (int t = e->n_steps - 1; t >= 0; t--) {
    const real *heads = e->heads + (size_t)t * (size_t)e->stride;
    const real *p = e->p + (size_t)t * (size_t)n, *logp = e->logp + (size_t)t * (size_t)n;
    real *d = e->dheads + (size_t)t * (size_t)e->stride;
    const real value = e->shared ? e->shared[t] : heads[n], reward = e->rewards[t];
    const int action = e->actions[t];
    const real advantage =
        reward + o->gamma * value_ahead - value + o->gamma * o->lambda * ahead;
    real entropy;
    const real S = penalty(p, logp, n, o->entropy, &entropy);
    for (int k = 0; k < n; k++) {
      const real hit = k == action ? 1 : 0;
      const real push =
          o->entropy == AM_ENTROPY_SQUARED ? 2 * p[k] * (p[k] - S) : p[k] * (logp[k] - S);
      d[k] = o->scale * ((p[k] - hit) * advantage + o->beta * push);
    }
    d[n] = e->shared ? 0 : value_gradient(advantage, o);
    if (e->shared) e->apart[t] += advantage;
    sums->reward += (double)reward;
    sums->value += (double)heads[n];
    sums->entropy += (double)entropy;
    sums->loss += (double)(-logp[action] * advantage + o->value_weight * advantage * advantage +
                           o->beta * S);
    ahead = advantage;
    value_ahead = value;
  }
}

static void shared(const am_a2c_episode *e, const am_a2c_loss_options *o) {
  for (int t = 0; t < e->n_steps; t++) {
    real *d = e->dheads + (size_t)t * (size_t)e->stride;
    memset(d, 0, (size_t)e->n_actions * sizeof *d);
    d[e->n_actions] = value_gradient(e->apart[t], o);
  }
}

extern const am_a2c_ops AM_ISA(am_a2c_ops);
const am_a2c_ops AM_ISA(am_a2c_ops) = {.policy = policy, .gradient = gradient, .shared = shared};
