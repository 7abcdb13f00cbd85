/* Adaptive exponential integrate and fire ("adex").
 *
 *     C V' = -g_L (V - E_L) + g_L Delta_T exp((V - V_T) / Delta_T) - w
 *            + g_e (E_e - V) + g_i (E_i - V) + I
 *     tau_w w' = a (V - E_L) - w               g_e' = -g_e / tau_e, g_i likewise
 *     V >= v_peak: a spike, V = v_reset, w = w + b, V held for refractory_ms
 *
 * V in mV, g and a in nS, C in pF, w, b and I in pA. Heun's method for (V, w) with the conductances
 * of both ends of the step; in the exponential V counts as at most v_peak, and what it makes as at
 * most LARGEST, which takes V past any peak, so that nothing is infinite however sharp it is.
 * Arrivals join g at the beginning. Serotonin's factor raises V_T from E_L.
 * Source: Brette and Gerstner 2005, doi:10.1152/jn.00686.2005. */
#include "brain/neuron.h"

/* Constants of a step. */
enum {
  DECAY_E,
  DECAY_I,
  LEAK,
  E_L,
  V_T,
  INV_DELTA,
  LEAK_DELTA,
  E_E,
  E_I,
  DT_C,
  DT_W,
  A,
  B,
  RESET,
  PEAK,
  REFRACTORY
};

#ifdef AMINE_ISA /* the step, once for each instruction set */
#include "kernel/math.h"
#include "kernel/vector.h"

#define LARGEST ((real)1e30) /* pA */
#define FAR ((real)1e12)     /* mV, far past every peak */

typedef struct membrane {
  vec leak, e_l, v_t, inv_delta, leak_delta, e_e, e_i, peak, a;
} membrane;

/* C V' */
VEC_INLINE vec charge(const membrane *m, vec V, vec w, vec g_e, vec g_i, vec I) {
  const vec spike = v_exp(v_mul(v_sub(v_min(V, m->peak), m->v_t), m->inv_delta));
  vec s = v_min(v_fma(m->leak_delta, spike, v_sub(I, w)), v_set1(LARGEST));
  s = v_fma(m->leak, v_sub(m->e_l, V), s);
  return v_fma(g_e, v_sub(m->e_e, V), v_fma(g_i, v_sub(m->e_i, V), s));
}

static int update(const am_neurons *p, uint32_t *spikes) {
  const am_real *k = p->k;
  membrane m = {v_set1(k[LEAK]),      v_set1(k[E_L]),        v_zero(),
                v_set1(k[INV_DELTA]), v_set1(k[LEAK_DELTA]), v_set1(k[E_E]),
                v_set1(k[E_I]),       v_set1(k[PEAK]),       v_set1(k[A])};
  m.v_t = v_fma(v_set1(k[V_T]), v_set1(p->threshold), m.e_l);
  const vec decay_e = v_set1(k[DECAY_E]), decay_i = v_set1(k[DECAY_I]), gain = v_set1(p->gain);
  const vec dt_c = v_set1(k[DT_C]), dt_w = v_set1(k[DT_W]), b = v_set1(k[B]);
  const vec half = v_set1((real)0.5), reset = v_set1(k[RESET]), below = v_set1(real_below(k[PEAK]));
  const vec held = v_set1(k[REFRACTORY]), one = v_set1(1), never = v_set1((real)3e38);
  int n_spikes = 0;
  for (int i = 0; i < p->n; i += VEC_LANES) {
    vec V = v_load(p->s[0] + i), w = v_load(p->s[1] + i), refractory = v_load(p->s[4] + i);
    const vec g_e = v_fma(gain, v_load(p->in[0] + i), v_load(p->s[2] + i));
    const vec g_i = v_fma(gain, v_load(p->in[1] + i), v_load(p->s[3] + i));
    const vec g_e1 = v_mul(g_e, decay_e), g_i1 = v_mul(g_i, decay_i);
    const vec I = v_mul(gain, v_load(p->current + i));
    const vmask free = v_lt(refractory, one);
    const vec dV0 = v_mul(dt_c, charge(&m, V, w, g_e, g_i, I));
    const vec dw0 = v_mul(dt_w, v_sub(v_mul(m.a, v_sub(V, m.e_l)), w));
    const vec V1 = v_min(v_add(V, v_select(free, dV0, v_zero())), v_set1(FAR));
    const vec w1 = v_add(w, dw0);
    const vec dV1 = v_mul(dt_c, charge(&m, V1, w1, g_e1, g_i1, I));
    const vec dw1 = v_mul(dt_w, v_sub(v_mul(m.a, v_sub(v_min(V1, m.peak), m.e_l)), w1));
    const vec next = v_fma(half, v_add(dV0, dV1), V);
    w = v_fma(half, v_add(dw0, dw1), w);
    const vmask fired = v_lt(v_select(free, below, never), next);
    v_store(p->s[0] + i, v_select(fired, reset, v_select(free, next, V)));
    v_store(p->s[1] + i, v_select(fired, v_add(w, b), w));
    v_store(p->s[2] + i, g_e1);
    v_store(p->s[3] + i, g_i1);
    v_store(p->s[4] + i, v_select(fired, held, v_max(v_sub(refractory, one), v_zero())));
    v_store(p->in[0] + i, v_zero());
    v_store(p->in[1] + i, v_zero());
    n_spikes = neurons_fire(spikes, n_spikes, fired, i, p);
  }
  return n_spikes;
}

const am_neuron_kernel AM_ISA(am_neuron_adex) = {update};

#else /* the part */
#include <math.h>

/* Its values, in the order of the table. */
enum {
  C,
  G_LEAK,
  V_REST,
  V_EXPONENTIAL,
  DELTA_T,
  TAU_W,
  W_A,
  W_B,
  V_RESET,
  V_PEAK,
  HELD,
  TAU_E,
  TAU_I,
  V_E,
  V_I
};
static const amine_parameter parameters[] = {
    [C] = AM_NUMBER("c_pf", 281, 1e-3, 1e6, "pF", "membrane capacitance"),
    [G_LEAK] = AM_NUMBER("g_leak_ns", 30, 1e-6, 1e6, "nS", "leak conductance"),
    [V_REST] = AM_ROW_VOLT("v_rest_mv", -70.6, "leak reversal potential"),
    [V_EXPONENTIAL] = AM_ROW_VOLT("v_t_mv", -50.4, "threshold of the exponential"),
    [DELTA_T] = AM_NUMBER("delta_t_mv", 2, 1e-3, 100, "mV", "slope of the exponential"),
    [TAU_W] = AM_ROW_TAU("tau_w_ms", 144, 1e-3, "of the adaptation w"),
    [W_A] = AM_NUMBER("a_ns", 4, -1e6, 1e6, "nS", "adaptation below threshold"),
    [W_B] = AM_NUMBER("b_pa", 80.5, -1e6, 1e6, "pA", "what a spike adds to w"),
    [V_RESET] = AM_ROW_VOLT("v_reset_mv", -70.6, "potential after a spike"),
    [V_PEAK] = AM_ROW_VOLT("v_peak_mv", 0, "a spike at or above"),
    [HELD] = AM_ROW_REFRACTORY(0),
    [TAU_E] = AM_ROWS_CONDUCTANCES, /* and TAU_I, V_E, V_I */
    {0}};

static void setup(double *k, double *initial, const double *v, double dt_ms) {
  k[DECAY_E] = am_neuron_decay(v[TAU_E], dt_ms);
  k[DECAY_I] = am_neuron_decay(v[TAU_I], dt_ms);
  k[LEAK] = v[G_LEAK];
  k[E_L] = v[V_REST];
  k[V_T] = v[V_EXPONENTIAL] - v[V_REST];
  k[INV_DELTA] = 1 / v[DELTA_T];
  k[LEAK_DELTA] = v[G_LEAK] * v[DELTA_T];
  k[E_E] = v[V_E];
  k[E_I] = v[V_I];
  k[DT_C] = dt_ms / v[C];
  k[DT_W] = dt_ms / v[TAU_W];
  k[A] = v[W_A];
  k[B] = v[W_B];
  k[RESET] = v[V_RESET];
  k[PEAK] = v[V_PEAK];
  k[REFRACTORY] = am_neuron_steps(v[HELD], dt_ms);
  initial[0] = v[V_REST];
}

static double slowness(const double *v, double dt_ms) {
  return am_neuron_slowness(v[C] / v[G_LEAK], v[TAU_W], fmax(v[TAU_E], v[TAU_I]), v[HELD], dt_ms);
}

/* Whether one step of Heun's method makes more of what should decay: e^z, z = re + i im, is
 * 1 + z + z^2 / 2 there. */
static bool heun_grows(double re, double im) {
  const double a = 1 + re + (re * re - im * im) / 2, b = im * (1 + re);
  return a * a + b * b > 1;
}

/* V and w decay with the rates of the matrix (-g_L / C, -1 / C; a / tau_w, -1 / tau_w): alone, or
 * swinging where a is large. */
static double longest_step(const double *v) {
  const double sum = v[G_LEAK] / v[C] + 1 / v[TAU_W];
  const double product = (v[G_LEAK] + v[W_A]) / (v[C] * v[TAU_W]);
  const double root = sum * sum / 4 - product;
  if (root >= 0) return 2 / (sum / 2 + sqrt(root));
  double low = 0, high = 4 / sqrt(product);
  for (int k = 0; k < 60; k++) {
    const double middle = (low + high) / 2;
    if (heun_grows(-sum / 2 * middle, sqrt(-root) * middle)) high = middle;
    else low = middle;
  }
  return low;
}

AM_NEURON_DECLARE(am_neuron_adex);
const am_neuron_model am_adex_model = {
    .part = {.kind = AM_NEURON,
             .name = "adex",
             .meaning = "adaptive exponential integrate and fire",
             .equation = "C V' = -g_L (V - E_L) + g_L Delta_T exp((V - V_T) / Delta_T) - w + g_e "
                         "(E_e - V) + g_i (E_i - V) + I; tau_w w' = a (V - E_L) - w; V >= v_peak: "
                         "a spike, V = v_reset, w = w + b",
             .source = "Brette, Gerstner 2005, doi:10.1152/jn.00686.2005",
             .text = am_neuron_text_adex,
             .parameters = parameters},
    .others = "aeif|adaptive-exponential",
    .states = {"v", "w", "g_e", "g_i", "refractory"},
    .setup = setup,
    .slowness = slowness,
    .longest_step = longest_step,
    AM_NEURON_STEP(am_neuron_adex)};
#endif
