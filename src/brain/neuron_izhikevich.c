/* Izhikevich's simple model ("izhikevich").
 *
 *     v' = 0.04 v^2 + 5 v + 140 - u + I        u' = a (b v - u)
 *     v >= v_peak: a spike, v = c, u = u + d
 *
 * v in mV, time in ms, I and u without unit. A step is two half steps of v and one of u, as in the
 * paper's program. Arrivals are currents: of this one step, or with tau > 0 decaying exponentially
 * from the step in which they arrive. The model has no threshold parameter: serotonin's factor
 * divides the input. c and d may differ from neuron to neuron.
 * Source: Izhikevich 2003, doi:10.1109/TNN.2003.820440. */
#include "brain/neuron.h"

/* Constants of a step. */
enum { HALF_DT, DT_A, B, PEAK, DECAY_E, DECAY_I };

#ifdef AMINE_ISA /* the step, once for each instruction set */
#include "kernel/vector.h"

VEC_INLINE vec half_step(vec v, vec I_u, vec half_dt) {
  const vec slope = v_fma(v_fma(v_set1((real)0.04), v, v_set1(5)), v, v_add(v_set1(140), I_u));
  return v_fma(half_dt, slope, v);
}

static int update(const am_neurons *p, uint32_t *spikes) {
  const am_real *k = p->k;
  const vec half_dt = v_set1(k[HALF_DT]), dt_a = v_set1(k[DT_A]), b = v_set1(k[B]);
  const vec below = v_set1(real_below(k[PEAK])), decay_e = v_set1(k[DECAY_E]);
  const vec decay_i = v_set1(k[DECAY_I]);
  const vec gain = v_set1(p->gain), softness = v_set1(1 / p->threshold);
  int n_spikes = 0;
  for (int i = 0; i < p->n; i += VEC_LANES) {
    vec v = v_load(p->s[0] + i), u = v_load(p->s[1] + i);
    const vec g_e = v_fma(gain, v_load(p->in[0] + i), v_load(p->s[2] + i));
    const vec g_i = v_fma(gain, v_load(p->in[1] + i), v_load(p->s[3] + i));
    const vec input = v_fma(gain, v_load(p->current + i), v_add(g_e, g_i));
    const vec I_u = v_sub(v_mul(input, softness), u);
    v = half_step(half_step(v, I_u, half_dt), I_u, half_dt);
    u = v_fma(dt_a, v_sub(v_mul(b, v), u), u);
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

const am_neuron_kernel AM_ISA(am_neuron_izhikevich) = {update};

#else /* the part */
#include <math.h>

/* Its values, in the order of the table. */
enum { RECOVERY_A, RECOVERY_B, V_RESET, SPIKE_D, V_PEAK, TAU_E, TAU_I };
static const amine_parameter parameters[] = {
    [RECOVERY_A] = AM_NUMBER("a", 0.02, 0, 10, "1/ms", "rate of the recovery u"),
    [RECOVERY_B] = AM_NUMBER("b", 0.2, -10, 10, "1/ms", "sensitivity of u to v"),
    [V_RESET] = AM_ROW_VOLT("c", -65, "v after a spike"),
    [SPIKE_D] = AM_NUMBER("d", 8, -1e3, 1e3, "mV/ms", "what a spike adds to u"),
    [V_PEAK] = AM_ROW_VOLT("v_peak_mv", 30, "a spike at or above"),
    [TAU_E] = AM_ROW_TAU("tau_e_ms", 0, 0, "of receptor 1; 0: a current of one step"),
    [TAU_I] = AM_ROW_TAU("tau_i_ms", 0, 0, "of receptor 2; 0: a current of one step"),
    {0}};

/* How they fire, by name: figure 2 of the paper. */
#define KIND(a, b, c, d)                                                                           \
  (const amine_value[]) {                                                                          \
    {"a", a}, {"b", b}, {"c", c}, {"d", d}, { 0 }                                                  \
  }
static const am_neuron_kind kinds[] = {
    {"regular-spiking", "regular|rs", KIND(0.02, 0.2, -65, 8)},
    {"intrinsically-bursting", "bursting|ib", KIND(0.02, 0.2, -55, 4)},
    {"chattering", "ch", KIND(0.02, 0.2, -50, 2)},
    {"fast-spiking", "fast|fs", KIND(0.1, 0.2, -65, 2)},
    {"low-threshold-spiking", "low-threshold|lts", KIND(0.02, 0.25, -65, 2)},
    {"thalamo-cortical", "thalamocortical|tc", KIND(0.02, 0.25, -65, 0.05)},
    {"resonator", "rz", KIND(0.1, 0.26, -65, 2)},
    {0}};

static void setup(double *k, double *initial, const double *v, double dt_ms) {
  k[HALF_DT] = dt_ms / 2;
  k[DT_A] = dt_ms * v[RECOVERY_A];
  k[B] = v[RECOVERY_B];
  k[PEAK] = v[V_PEAK];
  k[DECAY_E] = am_neuron_decay(v[TAU_E], dt_ms);
  k[DECAY_I] = am_neuron_decay(v[TAU_I], dt_ms);
  initial[0] = v[V_RESET];
  initial[1] = v[RECOVERY_B] * v[V_RESET];
}

/* At rest v comes back at 0.2 a ms. */
static double slowness(const double *v, double dt_ms) {
  const double recovery = v[RECOVERY_A] > 0 ? 1 / v[RECOVERY_A] : 0;
  return am_neuron_slowness(5, fmax(recovery, v[TAU_E]), v[TAU_I], 0, dt_ms);
}

static double longest_step(const double *v) { return 2 / v[RECOVERY_A]; } /* Euler's, for u */

AM_NEURON_DECLARE(am_neuron_izhikevich);
const am_neuron_model am_izhikevich_model = {
    .part = {.kind = AM_NEURON,
             .name = "izhikevich",
             .meaning = "Izhikevich's simple model",
             .equation = "v' = 0.04 v^2 + 5 v + 140 - u + I; u' = a (b v - u); v >= v_peak: a "
                         "spike, v = c, u = u + d",
             .source = "Izhikevich 2003, doi:10.1109/TNN.2003.820440",
             .text = am_neuron_text_izhikevich,
             .parameters = parameters},
    .others = "izh",
    .kinds = kinds,
    .states = {"v", "u", "g_e", "g_i"},
    .own = {"c", "d"},
    .setup = setup,
    .slowness = slowness,
    .longest_step = longest_step,
    .meant_step_ms = 1,
    .beyond_meant = "Izhikevich's equations are made for steps of at most 1 ms; with longer ones "
                    "other neurons come out",
    AM_NEURON_STEP(am_neuron_izhikevich)};
#endif
