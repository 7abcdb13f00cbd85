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

static void gradient(am_a2c_sums *sums, const am_a2c_episode *e, const am_a2c_loss_options *o) {
  const int n = e->n_actions;
  real ahead = 0, ahead_own = 0, value_ahead = 0;
  *sums = (am_a2c_sums){0};
  for (int t = e->n_steps - 1; t >= 0; t--) {
    const real *heads = e->heads + (size_t)t * (size_t)e->stride;
    const real *p = e->p + (size_t)t * (size_t)n, *logp = e->logp + (size_t)t * (size_t)n;
    real *d = e->dheads + (size_t)t * (size_t)e->stride;
    const real value = heads[n], reward = e->rewards[t];
    const int action = e->actions[t];
    /* the critic's own advantage, and the actor's, which may lean on another baseline */
    const real own = reward + o->gamma * value_ahead - value + o->gamma * o->lambda * ahead_own;
    real advantage = own;
    if (e->baseline) {
      ahead = reward + o->gamma * ahead; /* the discounted return */
      advantage = ahead - e->baseline[t];
    }
    real entropy;
    const real S = penalty(p, logp, n, o->entropy, &entropy);
    for (int k = 0; k < n; k++) {
      const real hit = k == action ? 1 : 0;
      const real push =
          o->entropy == AM_ENTROPY_SQUARED ? 2 * p[k] * (p[k] - S) : p[k] * (logp[k] - S);
      d[k] = o->scale * ((p[k] - hit) * advantage + o->beta * push);
    }
    d[n] = o->scale * (-2 * o->value_weight * own);
    sums->reward += (double)reward;
    sums->value += (double)value;
    sums->entropy += (double)entropy;
    sums->loss += (double)(-logp[action] * advantage + o->value_weight * own * own + o->beta * S);
    ahead_own = own;
    value_ahead = value;
  }
}

extern const am_a2c_ops AM_ISA(am_a2c_ops);
const am_a2c_ops AM_ISA(am_a2c_ops) = {.policy = policy, .gradient = gradient};
