/* Izhikevich's simple model in the form with dimensions ("izhikevich-2007").
 *
 *     C v' = k (v - v_r) (v - v_t) - u + I        u' = a (b (v - v_r) - u)
 *     v >= v_peak: a spike, v = c, u = u + d
 *
 * v in mV, C in pF, k in nS/mV, u, I and d in pA, b in nS, a in 1/ms. v_r is the resting potential,
 * v_t the threshold as long as u is 0. A step is two half steps of v and one of u, as of the model
 * "izhikevich", in which v counts as v_peak at most in what changes v and u: what an upswing has left
 * when it is found reaches neither. Arrivals are currents in pA: of this one step, or with tau > 0 decaying
 * exponentially from the step in which they arrive. Serotonin's factor moves v_t away from v_r. c
 * and d may differ from neuron to neuron. The defaults are a regular spiking cell.
 * Source: Izhikevich 2007, Dynamical Systems in Neuroscience, chapter 8,
 * doi:10.7551/mitpress/2526.001.0001. */
#include "brain/neuron.h"

/* Constants of a step. */
enum { STEP, K, REST, WIDTH, DT_A, B, PEAK, DECAY_E, DECAY_I };

#ifdef AMINE_ISA /* the step, once for each instruction set */
#include "kernel/vector.h"

/* What v does in half a step; of numbers that all neurons share. */
typedef struct shape {
  vec step, k, v_r, v_t, peak;
} shape;

VEC_INLINE vec half_step(vec v, vec I_u, const shape *s) {
  const vec x = v_min(v, s->peak);
  const vec product = v_mul(v_sub(x, s->v_r), v_sub(x, s->v_t));
  return v_fma(s->step, v_fma(s->k, product, I_u), v);
}

static int update(const am_neurons *p, uint32_t *spikes) {
  const am_real *k = p->k;
  const vec v_r = v_set1(k[REST]);
  const shape is = {v_set1(k[STEP]), v_set1(k[K]), v_r,
                    v_fma(v_set1(k[WIDTH]), v_set1(p->threshold), v_r), v_set1(k[PEAK])};
  const vec dt_a = v_set1(k[DT_A]), b = v_set1(k[B]);
  const vec below = v_set1(real_below(k[PEAK])), gain = v_set1(p->gain);
  const vec decay_e = v_set1(k[DECAY_E]), decay_i = v_set1(k[DECAY_I]);
  int n_spikes = 0;
  for (int i = 0; i < p->n; i += VEC_LANES) {
    vec v = v_load(p->s[0] + i), u = v_load(p->s[1] + i);
    const vec g_e = v_fma(gain, v_load(p->in[0] + i), v_load(p->s[2] + i));
    const vec g_i = v_fma(gain, v_load(p->in[1] + i), v_load(p->s[3] + i));
    const vec I_u = v_sub(v_fma(gain, v_load(p->current + i), v_add(g_e, g_i)), u);
    v = half_step(half_step(v, I_u, &is), I_u, &is);
    const vec reached = v_sub(v_min(v, is.peak), v_r);
    u = v_fma(dt_a, v_sub(v_mul(b, reached), u), u);
    const vmask fired = v_lt(below, v);
    v_store(p->s[0] + i, v_select(fired, v_load(p->own[0] + i), v));
    v_store(p->s[1] + i, v_select(fired, v_add(u, v_load(p->own[1] + i)), u));
    v_store(p->s[2] + i, v_mul(g_e, decay_e));
    v_store(p->s[3] + i, v_mul(g_i, decay_i));
    v_store(p->in[0] + i, v_zero());
    v_store(p->in[1] + i, v_zero());
    n_spikes = neurons_fire(spikes, n_spikes, fired, i, p);
  }
  return n_spikes;
}

const am_neuron_kernel AM_ISA(am_neuron_izhikevich_2007) = {update};

#else /* the part */
#include <math.h>

/* Its values, in the order of the table. */
enum { C, SHAPE_K, V_R, V_T, RECOVERY_A, RECOVERY_B, V_RESET, SPIKE_D, V_PEAK, TAU_E, TAU_I };
static const amine_parameter parameters[] = {
    [C] = AM_NUMBER("c_pf", 100, 1e-3, 1e6, "pF", "membrane capacitance"),
    [SHAPE_K] =
        AM_NUMBER("k", 0.7, 1e-6, 1e3, "nS/mV", "how steep it is between rest and threshold"),
    [V_R] = AM_ROW_VOLT("v_r_mv", -60, "resting potential"),
    [V_T] = AM_ROW_VOLT("v_t_mv", -40, "threshold at u = 0"),
    [RECOVERY_A] = AM_NUMBER("a", 0.03, 0, 10, "1/ms", "rate of the recovery u"),
    [RECOVERY_B] = AM_NUMBER("b", -2, -1e3, 1e3, "nS", "sensitivity of u to v"),
    [V_RESET] = AM_ROW_VOLT("c", -50, "v after a spike"),
    [SPIKE_D] = AM_NUMBER("d", 100, -1e6, 1e6, "pA", "what a spike adds to u"),
    [V_PEAK] = AM_ROW_VOLT("v_peak_mv", 35, "a spike at or above"),
    [TAU_E] = AM_ROW_TAU("tau_e_ms", 0, 0, "of receptor 1; 0: a current of one step"),
    [TAU_I] = AM_ROW_TAU("tau_i_ms", 0, 0, "of receptor 2; 0: a current of one step"),
    {0}};

static void setup(double *k, double *initial, const double *v, double dt_ms) {
  k[STEP] = dt_ms / 2 * (1 / v[C]);
  k[K] = v[SHAPE_K];
  k[REST] = v[V_R];
  k[WIDTH] = v[V_T] - v[V_R];
  k[DT_A] = dt_ms * v[RECOVERY_A];
  k[B] = v[RECOVERY_B];
  k[PEAK] = v[V_PEAK];
  k[DECAY_E] = am_neuron_decay(v[TAU_E], dt_ms);
  k[DECAY_I] = am_neuron_decay(v[TAU_I], dt_ms);
  initial[0] = v[V_R];
  initial[1] = 0;
}

/* In which v comes back to rest; 0 where it would go away from it. */
static double membrane_ms(const double *v) {
  return fmax(v[C] / (v[SHAPE_K] * fmax(v[V_T] - v[V_R], 1e-9)), 0);
}

static double slowness(const double *v, double dt_ms) {
  const double recovery = v[RECOVERY_A] > 0 ? 1 / v[RECOVERY_A] : 0;
  const double membrane = v[V_T] > v[V_R] ? membrane_ms(v) : 0;
  return am_neuron_slowness(membrane, fmax(recovery, v[TAU_E]), v[TAU_I], 0, dt_ms);
}

/* Euler's, for u and for half steps of v. */
static double longest_step(const double *v) {
  return fmin(2 / v[RECOVERY_A], v[V_T] > v[V_R] ? 4 * membrane_ms(v) : (double)INFINITY);
}

AM_NEURON_DECLARE(am_neuron_izhikevich_2007);
const am_neuron_model am_izhikevich_2007_model = {
    .part = {.kind = AM_NEURON,
             .name = "izhikevich-2007",
             .meaning = "Izhikevich's simple model with capacitance, rest and threshold",
             .equation =
                 "C v' = k (v - v_r) (v - v_t) - u + I; u' = a (b (v - v_r) - u); v >= v_peak: "
                 "a spike, v = c, u = u + d",
             .source = "Izhikevich 2007, Dynamical Systems in Neuroscience, "
                       "doi:10.7551/mitpress/2526.001.0001",
             .text = am_neuron_text_izhikevich_2007,
             .parameters = parameters},
    .others = "izhikevich2007|izh2007",
    .states = {"v", "u", "g_e", "g_i"},
    .own = {"c", "d"},
    .setup = setup,
    .slowness = slowness,
    .longest_step = longest_step,
    AM_NEURON_STEP(am_neuron_izhikevich_2007)};
#endif
