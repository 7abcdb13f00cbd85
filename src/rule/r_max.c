/* Policy gradient ("r-max"): the change that makes reward likelier.
 *
 *     e' = -e / tau_e + s x       s = d ln P / du, the score of the target's step
 *     a reward r:  w <- w + gamma r e       w in [w_min, w_max]
 *
 * The targets are neurons of the model "escape". x decays with tau_ms and jumps by 1 at arrivals;
 * with tau_ms the neuron's tau_m it is du/dw, so that e is the derivative of the logarithm of the
 * probability of what the neuron did, and r e on average the derivative of the expected reward. A
 * reward from which what was expected is taken off makes it steadier, not another.
 * s is not zero without spikes, so every synapse is looked at in every step.
 * Source: Williams 1992, doi:10.1007/BF00992696; Pfister et al. 2006,
 * doi:10.1162/neco.2006.18.6.1318; Frémaux, Sprekeler, Gerstner 2010,
 * doi:10.1523/JNEUROSCI.6249-09.2010 (the name). */
#include "rule/synapse.h"

#ifdef AMINE_ISA /* the passes, once for each instruction set */
#define SYNAPSE_NAME r_max
#define SYNAPSE_ELIGIBILITY 1
#define SYNAPSE_TRACES 0
#define SYNAPSE_OWN_TRACE
#define SYNAPSE_OWN_SCORE
#include "kernel/synapse_seen.h"

static vec synapse_arrive(const synapse_seen *s) {
  (void)s;
  return v_zero();
}

static vec synapse_fire(const synapse_seen *s) {
  (void)s;
  return v_zero();
}

static void synapse_trace(am_real *y0, am_real *y1, const am_real *fired, const am_real *k, int n) {
  (void)y0, (void)y1, (void)fired, (void)k, (void)n;
}

static void synapse_score(const am_synapse_row *p, const am_real *k, const am_real *score) {
  (void)k;
  const vec x = v_set1(p->x[0]);
  for (uint32_t j = 0; j < p->n; j += VEC_LANES) {
    const int n = p->n - j < VEC_LANES ? (int)(p->n - j) : VEC_LANES;
    const vec s = v_gather16_n(score, p->target + j, n), c = v_load_n(p->c + j, n);
    if (p->c_low) {
      vec low = v_load_n(p->c_low + j, n);
      v_store_n(p->c + j, synapse_carry(c, v_mul(s, x), &low), n);
      v_store_n(p->c_low + j, low, n);
    } else {
      v_store_n(p->c + j, v_fma(s, x, c), n);
    }
  }
}

#include "kernel/synapse_pass.h"

#else /* the part */

/* Its values, in the order of the table. */
enum { GAMMA = AM_VALUES_COMMON, TAU_E, TAU };

static const amine_parameter parameters[] = {
    AM_SYNAPSE_COMMON(-AM_HUGE_WEIGHT, AM_HUGE_WEIGHT),
    [GAMMA] = AM_SYNAPSE_AMPLITUDE("gamma", 0.1, "learning rate"),
    [TAU_E] = AM_SYNAPSE_TAU("tau_e_ms", 500, "of the eligibility trace"),
    [TAU] = AM_SYNAPSE_TAU("tau_ms", 20, "of the source's trace: tau_m_ms of the targets"),
    {0}};

static void setup(double *k, const double *v, double dt_ms) {
  am_synapse_trace_set(k + AM_SYNAPSE_X, v[TAU], dt_ms, 1);
}

static double change(const double *v) { return am_synapse_largest(v + GAMMA, 1); }

static am_dopamine dopamine(const double *v) {
  return (am_dopamine){.gamma = v[GAMMA], .tau_c_ms = v[TAU_E], .every_step = true};
}

AM_SYNAPSE_DECLARE(r_max);
const am_synapse_rule am_r_max_synapse = {
    .part = {.kind = AM_SYNAPSE,
             .name = "r-max",
             .meaning =
                 "policy gradient: the change that makes reward likelier, for escape neurons",
             .equation = "e' = -e / tau_e + s x, s = d ln P / du the score of the target's step; a "
                         "reward r: w <- "
                         "w + gamma r e",
             .source = "Pfister et al. 2006, doi:10.1162/neco.2006.18.6.1318",
             .text = am_synapse_text_r_max,
             .parameters = parameters},
    .n_x = 1,
    .scores = 1,
    .reads_score = 1,
    .setup = setup,
    .change = change,
    .dopamine = dopamine,
    .kernels = AM_ISA_TABLE(am_synapse_r_max)};
#endif
