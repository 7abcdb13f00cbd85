/* Policies, dopamine and output errors of many lanes (see policy_lane.h). */
#include "kernel/vector.h"

#include "kernel/math.h"
#include "learner/gauss.h"
#include "learner/policy_lane.h"

#define AT(x, k) ((x) + (size_t)(k)*VEC_LANES)

static void policy(real *p, real *logp, real *entropy, const real *logits, int n) {
  vec top = v_load(logits), sum = v_zero(), spread = v_zero();
  for (int k = 1; k < n; k++) top = v_max(top, v_load(AT(logits, k)));
  for (int k = 0; k < n; k++) {
    const vec x = v_sub(v_load(AT(logits, k)), top), e = v_exp(x);
    sum = v_add(sum, e);
    v_store(AT(p, k), e);
    v_store(AT(logp, k), x);
  }
  const vec log_sum = v_log(sum);
  for (int k = 0; k < n; k++) {
    const vec pk = v_div(v_load(AT(p, k)), sum), l = v_sub(v_load(AT(logp, k)), log_sum);
    v_store(AT(p, k), pk);
    v_store(AT(logp, k), l);
    spread = v_fnma(pk, l, spread);
  }
  v_store(entropy, spread);
}

static void error(real *out, const real *hit, const real *p, const real *logp, const real *entropy,
                  const real *factor, const real *live, real weight, int n) {
  const vec f = v_load(factor), H = v_load(entropy), here = v_load(live), w = v_set1(weight);
  for (int k = 0; k < n; k++) {
    const vec pk = v_load(AT(p, k));
    const vec push = v_mul(pk, v_sub(v_zero(), v_add(v_load(AT(logp, k)), H)));
    const vec e = v_mul(f, v_sub(v_load(AT(hit, k)), pk));
    v_store(AT(out, k), v_mul(here, v_fma(w, push, e)));
  }
}

static void gauss(real *p, real *logp, real *entropy, const real *heads, int n) {
  const vec low = v_set1(AM_LOG_SIGMA_LOW), high = v_set1(AM_LOG_SIGMA_HIGH);
  vec H = v_zero();
  for (int k = 0; k < n; k++) {
    const vec x = v_load(AT(heads, n + k)), s = v_max(low, v_min(high, x));
    const vec inside = v_sub(v_set1(1), v_select(v_lt(x, low), v_set1(1), v_zero()));
    v_store(AT(p, k), v_load(AT(heads, k)));
    v_store(AT(p, n + k), v_exp(s));
    v_store(AT(logp, n + k), v_select(v_lt(high, x), v_zero(), inside));
    H = v_add(H, v_add(s, v_set1((real)AM_GAUSS_ENTROPY)));
  }
  v_store(entropy, H);
}

static void gauss_error(real *out, const real *hit, const real *p, const real *logp,
                        const real *factor, const real *live, real weight, int n) {
  const vec f = v_load(factor), here = v_load(live), w = v_set1(weight);
  for (int k = 0; k < n; k++) {
    const vec e = v_load(AT(hit, k)), apart = v_fma(e, e, v_set1(-1));
    const vec inside = v_mul(here, v_load(AT(logp, n + k)));
    v_store(AT(out, k), v_mul(here, v_mul(f, v_div(e, v_load(AT(p, n + k))))));
    v_store(AT(out, n + k), v_mul(inside, v_fma(f, apart, w)));
  }
}

static void leave(real *out, real *kl, const real *p, const real *logp, const real *first,
                  const real *live, real weight, int n) {
  const vec here = v_load(live), w = v_mul(here, v_set1(weight));
  vec sum = v_zero();
  for (int k = 0; k < n; k++)
    sum = v_fma(v_load(AT(p, k)), v_sub(v_load(AT(logp, k)), v_load(AT(first, k))), sum);
  for (int k = 0; k < n; k++) {
    const vec apart = v_sub(v_load(AT(logp, k)), v_load(AT(first, k)));
    const vec slope = v_mul(v_load(AT(p, k)), v_sub(apart, sum));
    v_store(AT(out, k), v_fnma(w, slope, v_load(AT(out, k))));
  }
  v_store(kl, v_select(v_lt(v_zero(), here), sum, v_zero()));
}

static void gauss_leave(real *out, real *kl, const real *p, const real *logp, const real *first,
                        const real *live, real weight, int n) {
  const vec here = v_load(live), w = v_mul(here, v_set1(weight)), one = v_set1(1);
  vec sum = v_zero();
  for (int k = 0; k < n; k++) {
    const vec spread = v_load(AT(first, n + k)), ratio = v_div(v_load(AT(p, n + k)), spread);
    const vec z = v_div(v_sub(v_load(AT(p, k)), v_load(AT(first, k))), spread);
    const vec wider = v_sub(v_mul(ratio, ratio), one);
    sum = v_add(sum, v_sub(v_mul(v_set1((real)0.5), v_fma(z, z, wider)), v_log(ratio)));
    v_store(AT(out, k), v_fnma(w, v_div(z, spread), v_load(AT(out, k))));
    const vec inside = v_mul(w, v_load(AT(logp, n + k)));
    v_store(AT(out, n + k), v_fnma(inside, wider, v_load(AT(out, n + k))));
  }
  v_store(kl, v_select(v_lt(v_zero(), here), sum, v_zero()));
}

static void dopamine(real *delta, real *A, const real *reward, const real *value, const real *live,
                     size_t step, real gamma, real lambda, int n_steps) {
  const vec g = v_set1(gamma), k = v_set1(gamma * lambda);
  vec ahead = v_zero(), value_ahead = v_zero();
  for (int t = n_steps - 1; t >= 0; t--) {
    const size_t at = (size_t)t * step;
    const vec here = v_load(live + at), v = v_mul(here, v_load(value + at));
    const vec d = v_sub(v_fma(g, value_ahead, v_load(reward + at)), v);
    ahead = v_fma(k, ahead, d);
    v_store(delta + at, d);
    v_store(A + at, ahead);
    value_ahead = v;
  }
}

extern const am_policy_ops AM_ISA(am_policy_ops);
const am_policy_ops AM_ISA(am_policy_ops) = {.policy = policy,
                                             .error = error,
                                             .gauss = gauss,
                                             .gauss_error = gauss_error,
                                             .leave = leave,
                                             .gauss_leave = gauss_leave,
                                             .dopamine = dopamine};
