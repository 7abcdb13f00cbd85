/* The table of neuron models. The order of the constants is that of the enum on top of each model's
 * file. */
#include "brain/neuron.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/parameter.h"
#include "base/random.h"
#include "base/steps.h"
#include "kernel/exponential.h"

#define TAU(name, value, min, meaning) AM_NUMBER(name, value, min, 1e6, "ms", meaning)
#define VOLT(name, value, meaning) AM_NUMBER(name, value, -1e3, 1e3, "mV", meaning)

static double steps(double ms, double dt_ms) { return (double)am_steps(ms, dt_ms); }
static double decay(double tau_ms, double dt_ms) {
  return tau_ms > 0 ? am_exp(-dt_ms / tau_ms) : 0;
}

/* The largest of what 32 bits are asked for, each as a part of what they hold. */
static double slow(double membrane_ms, double a_ms, double b_ms, double refractory_ms,
                   double dt_ms) {
  const double other = fmax(a_ms, b_ms) / dt_ms / AM_NARROW_STEPS;
  const double count = steps(refractory_ms, dt_ms) / AM_NARROW_COUNT;
  return fmax(fmax(membrane_ms / dt_ms / AM_NARROW_MEMBRANE, other), count);
}

/* ---------------------------------------------------------------------------------------- lif */
static const amine_parameter lif_parameters[] = {
    TAU("tau_m_ms", 20, 1e-3, "membrane time constant"),
    VOLT("v_rest_mv", -65, "resting potential"),
    VOLT("v_reset_mv", -70, "potential after a spike"),
    VOLT("v_threshold_mv", -50, "a spike at or above"),
    TAU(AM_NEURON_STEPS, 5, 0, "held at reset for so long"),
    TAU("tau_e_ms", 0, 0, "of receptor 1; 0: an arrival is a jump of V"),
    TAU("tau_i_ms", 0, 0, "of receptor 2; 0: an arrival is a jump of V"),
    {0}};

/* What g = 1 at the beginning of a step adds to V until its end:
 * tau_s / (tau_s - tau_m) (e^{-h/tau_s} - e^{-h/tau_m}), without loss where the two are close, and
 * without 0 times infinity where one is gone long before the other. */
static double propagator(double tau_s, double tau_m, double h) {
  if (tau_s <= 0) return 0;
  const double rate = 1 / tau_m - 1 / tau_s; /* the difference is e^{-h/tau_m} (e^{h rate} - 1) */
  const double x = h * rate;
  if (x > 1) return am_exp(-h / tau_s) * (-am_expm1(-x) / rate) / tau_m;
  const double part = x > -1e-9 && x < 1e-9 ? h : am_expm1(x) / rate;
  return am_exp(-h / tau_m) * part / tau_m;
}

static void lif_setup(double *k, double *initial, const double *v, double dt_ms) {
  k[0] = decay(v[0], dt_ms);
  k[1] = decay(v[5], dt_ms);
  k[2] = decay(v[6], dt_ms);
  k[3] = propagator(v[5], v[0], dt_ms);
  k[4] = propagator(v[6], v[0], dt_ms);
  k[5] = -am_expm1(-dt_ms / v[0]);
  k[6] = v[1];
  k[7] = v[2];
  k[8] = v[3] - v[1];
  k[9] = steps(v[4], dt_ms);
  k[10] = v[5] <= 0;
  k[11] = v[6] <= 0;
  initial[0] = v[1];
}
static double lif_slowness(const double *v, double dt_ms) {
  return slow(v[0], v[5], v[6], v[4], dt_ms);
}

/* ----------------------------------------------------------------------------------- lif-cond */
#define CONDUCTANCES                                                                               \
  TAU("tau_e_ms", 5, 1e-3, "of receptor 1"), TAU("tau_i_ms", 10, 1e-3, "of receptor 2"),           \
      VOLT("e_e_mv", 0, "reversal potential of receptor 1"),                                       \
      VOLT("e_i_mv", -80, "reversal potential of receptor 2")

static const amine_parameter lif_cond_parameters[] = {
    AM_NUMBER("c_pf", 200, 1e-3, 1e6, "pF", "membrane capacitance"),
    AM_NUMBER("g_leak_ns", 10, 1e-6, 1e6, "nS", "leak conductance"),
    VOLT("v_rest_mv", -60, "leak reversal potential"),
    VOLT("v_reset_mv", -60, "potential after a spike"),
    VOLT("v_threshold_mv", -50, "a spike at or above"),
    TAU(AM_NEURON_STEPS, 5, 0, "held at reset for so long"),
    CONDUCTANCES,
    {0}};

static void lif_cond_setup(double *k, double *initial, const double *v, double dt_ms) {
  k[0] = decay(v[6], dt_ms);
  k[1] = decay(v[7], dt_ms);
  k[2] = am_exp(-dt_ms / (2 * v[6]));
  k[3] = am_exp(-dt_ms / (2 * v[7]));
  k[4] = v[1];
  k[5] = v[1] * v[2];
  k[6] = v[8];
  k[7] = v[9];
  k[8] = dt_ms / v[0];
  k[9] = v[2];
  k[10] = v[3];
  k[11] = v[4] - v[2];
  k[12] = steps(v[5], dt_ms);
  initial[0] = v[2];
}
static double lif_cond_slowness(const double *v, double dt_ms) {
  return slow(v[0] / v[1], v[6], v[7], v[5], dt_ms);
}

/* --------------------------------------------------------------------------------- izhikevich */
static const amine_parameter izhikevich_parameters[] = {
    AM_NUMBER("a", 0.02, 0, 10, "1/ms", "rate of the recovery u"),
    AM_NUMBER("b", 0.2, -10, 10, "1/ms", "sensitivity of u to v"),
    VOLT("c", -65, "v after a spike"),
    AM_NUMBER("d", 8, -1e3, 1e3, "mV/ms", "what a spike adds to u"),
    VOLT("v_peak_mv", 30, "a spike at or above"),
    TAU("tau_e_ms", 0, 0, "of receptor 1; 0: a current of one step"),
    TAU("tau_i_ms", 0, 0, "of receptor 2; 0: a current of one step"),
    {0}};

static void izhikevich_setup(double *k, double *initial, const double *v, double dt_ms) {
  k[0] = dt_ms / 2;
  k[1] = dt_ms * v[0];
  k[2] = v[1];
  k[3] = v[4];
  k[4] = decay(v[5], dt_ms);
  k[5] = decay(v[6], dt_ms);
  initial[0] = v[2];
  initial[1] = v[1] * v[2];
}
/* At rest v comes back at 0.2 a ms. */
static double izhikevich_slowness(const double *v, double dt_ms) {
  const double recovery = v[0] > 0 ? 1 / v[0] : 0;
  return slow(5, fmax(recovery, v[5]), v[6], 0, dt_ms);
}
static double izhikevich_longest_step(const double *v) { return 2 / v[0]; } /* Euler's, for u */

static double same_value(int which, double value, double dt_ms) {
  (void)which, (void)dt_ms;
  return value;
}

/* --------------------------------------------------------------------------------------- adex */
static const amine_parameter adex_parameters[] = {
    AM_NUMBER("c_pf", 281, 1e-3, 1e6, "pF", "membrane capacitance"),
    AM_NUMBER("g_leak_ns", 30, 1e-6, 1e6, "nS", "leak conductance"),
    VOLT("v_rest_mv", -70.6, "leak reversal potential"),
    VOLT("v_t_mv", -50.4, "threshold of the exponential"),
    AM_NUMBER("delta_t_mv", 2, 1e-3, 100, "mV", "slope of the exponential"),
    TAU("tau_w_ms", 144, 1e-3, "of the adaptation w"),
    AM_NUMBER("a_ns", 4, -1e6, 1e6, "nS", "adaptation below threshold"),
    AM_NUMBER("b_pa", 80.5, -1e6, 1e6, "pA", "what a spike adds to w"),
    VOLT("v_reset_mv", -70.6, "potential after a spike"),
    VOLT("v_peak_mv", 0, "a spike at or above"),
    TAU(AM_NEURON_STEPS, 0, 0, "held at reset for so long"),
    CONDUCTANCES,
    {0}};

static void adex_setup(double *k, double *initial, const double *v, double dt_ms) {
  k[0] = decay(v[11], dt_ms);
  k[1] = decay(v[12], dt_ms);
  k[2] = v[1];
  k[3] = v[2];
  k[4] = v[3] - v[2];
  k[5] = 1 / v[4];
  k[6] = v[1] * v[4];
  k[7] = v[13];
  k[8] = v[14];
  k[9] = dt_ms / v[0];
  k[10] = dt_ms / v[5];
  k[11] = v[6];
  k[12] = v[7];
  k[13] = v[8];
  k[14] = v[9];
  k[15] = steps(v[10], dt_ms);
  initial[0] = v[2];
}
static double adex_slowness(const double *v, double dt_ms) {
  return slow(v[0] / v[1], v[5], fmax(v[11], v[12]), v[10], dt_ms);
}
/* Whether one step of Heun's method makes more of what should decay: e^z, z = re + i im, is
 * 1 + z + z^2 / 2 there. */
static bool heun_grows(double re, double im) {
  const double a = 1 + re + (re * re - im * im) / 2, b = im * (1 + re);
  return a * a + b * b > 1;
}
/* V and w decay with the rates of the matrix (-g_L / C, -1 / C; a / tau_w, -1 / tau_w): alone, or
 * swinging where a is large. */
static double adex_longest_step(const double *v) {
  const double sum = v[1] / v[0] + 1 / v[5], product = (v[1] + v[6]) / (v[0] * v[5]);
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

/* ------------------------------------------------------------------------------------- escape */
static const amine_parameter escape_parameters[] = {
    TAU("tau_m_ms", 20, 1e-3, "membrane time constant"),
    VOLT("v_rest_mv", -70, "resting potential"),
    VOLT("v_threshold_mv", -54, "where it fires at rho0_hz"),
    AM_NUMBER("delta_u_mv", 2, 1e-3, 100, "mV",
              "softness: so much higher, and the rate is e times as large"),
    AM_NUMBER("rho0_hz", 60, 1e-6, 1e6, "Hz", "rate at threshold"),
    VOLT("reset_mv", 5, "what a spike takes off the potential"),
    TAU("tau_reset_ms", 20, 1e-3, "in which that is forgotten"),
    {0}};

static void escape_setup(double *k, double *initial, const double *v, double dt_ms) {
  k[0] = decay(v[0], dt_ms);
  k[1] = -am_expm1(-dt_ms / v[0]);
  k[2] = decay(v[6], dt_ms);
  k[3] = v[5];
  k[4] = v[1];
  k[5] = v[2] - v[1];
  k[6] = 1 / v[3];
  k[7] = v[4] * dt_ms * 1e-3;
  initial[0] = v[1];
}
static double escape_slowness(const double *v, double dt_ms) {
  return slow(v[0], v[6], 0, 0, dt_ms);
}

/* ------------------------------------------------------------------------------------ sources */
static const amine_parameter poisson_parameters[] = {
    AM_NUMBER("rate_hz", 10, 0, 1e6, "Hz", "mean rate"), {0}};
static const amine_parameter spikes_parameters[] = {{0}};

static void source_setup(double *k, double *initial, const double *v, double dt_ms) {
  (void)k, (void)initial, (void)v, (void)dt_ms;
}

/* That it fires in a step, and how often on average. */
static double firing_probability(int which, double rate_hz, double dt_ms) {
  const double mean = rate_hz * dt_ms * 1e-3;
  return which == 0 ? -am_expm1(-mean) : mean;
}

/* A Poisson number that is not 0: the first k with u < P(X <= k | X > 0), as u P(X > 0) < P(X > k)
 * says from the other end, where nothing is lost. */
static uint32_t poisson_times(const am_neurons *p, int i, uint32_t most) {
  const double mean = (double)p->own[1][i];
  const am_random4 draw = am_random(
      (am_random_key){.seed = p->seed,
                      .stream = AM_STREAM_SOURCE | AM_STREAM_SIZE,
                      .episode = p->population << 16 | (uint32_t)(p->step >> 32 & 0xffff),
                      .lane = p->index + (uint32_t)i},
      (uint32_t)p->step);
  double beyond = -am_expm1(-mean), part = am_exp(-mean);
  const double u = am_uniform_double(draw.v[0], draw.v[1]) * beyond;
  uint32_t k = 1;
  for (; k < most; k++) {
    part *= mean / k;
    beyond -= part; /* P(X > k) */
    if (!(u < beyond)) break;
  }
  return k;
}

/* More come with a probability below 2^-53. */
static uint32_t poisson_most(const am_real *const own[AM_NEURON_OWN], int n) {
  double mean = 0;
  for (int i = 0; i < n; i++) mean = fmax(mean, (double)own[1][i]);
  double part = 1;
  uint32_t k = 0;
  while (k < 2 || k < mean || part > 0x1p-60 * fmin(mean, 1)) part *= fmin(mean / ++k, 1);
  return k;
}

#define NEURON(name)                                                                               \
  AM_ISA_DECLARE(const am_neuron_kernel, name);                                                    \
  AM_WIDE_DECLARE(const am_neuron_wide, name)
NEURON(am_neuron_lif);
NEURON(am_neuron_lif_cond);
NEURON(am_neuron_izhikevich);
NEURON(am_neuron_adex);
NEURON(am_neuron_escape);
AM_ISA_DECLARE(const am_neuron_kernel, am_neuron_poisson);

static const am_neuron_model models[] = {
    {.name = "lif",
     .meaning = "leaky integrate and fire, current-based",
     .parameters = lif_parameters,
     .states = {"v", "g_e", "g_i", "refractory"},
     .setup = lif_setup,
     .slowness = lif_slowness,
     .kernels = AM_ISA_TABLE(am_neuron_lif),
     .wide = AM_WIDE_TABLE(am_neuron_lif)},
    {.name = "lif-cond",
     .meaning = "leaky integrate and fire, conductance-based",
     .parameters = lif_cond_parameters,
     .states = {"v", "g_e", "g_i", "refractory"},
     .setup = lif_cond_setup,
     .slowness = lif_cond_slowness,
     .kernels = AM_ISA_TABLE(am_neuron_lif_cond),
     .wide = AM_WIDE_TABLE(am_neuron_lif_cond)},
    {.name = "izhikevich",
     .meaning = "Izhikevich's simple model",
     .parameters = izhikevich_parameters,
     .states = {"v", "u", "g_e", "g_i"},
     .own = {"c", "d"},
     .setup = izhikevich_setup,
     .own_value = same_value,
     .slowness = izhikevich_slowness,
     .longest_step = izhikevich_longest_step,
     .kernels = AM_ISA_TABLE(am_neuron_izhikevich),
     .wide = AM_WIDE_TABLE(am_neuron_izhikevich)},
    {.name = "adex",
     .meaning = "adaptive exponential integrate and fire",
     .parameters = adex_parameters,
     .states = {"v", "w", "g_e", "g_i", "refractory"},
     .setup = adex_setup,
     .slowness = adex_slowness,
     .longest_step = adex_longest_step,
     .kernels = AM_ISA_TABLE(am_neuron_adex),
     .wide = AM_WIDE_TABLE(am_neuron_adex)},
    {.name = "escape",
     .meaning = "spike response neuron that fires by chance, the likelier the higher its potential",
     .parameters = escape_parameters,
     .states = {"v", "h", "kappa", "score"},
     .setup = escape_setup,
     .slowness = escape_slowness,
     .kernels = AM_ISA_TABLE(am_neuron_escape),
     .wide = AM_WIDE_TABLE(am_neuron_escape)},
    {.name = "poisson",
     .meaning = "Poisson source",
     .parameters = poisson_parameters,
     .own = {"rate_hz", "mean"},
     .own_from = {NULL, "rate_hz"},
     .is_source = 1,
     .setup = source_setup,
     .own_value = firing_probability,
     .times = poisson_times,
     .most = poisson_most,
     .kernels = AM_ISA_TABLE(am_neuron_poisson)},
    {.name = "spikes",
     .meaning = "fires when it is told",
     .parameters = spikes_parameters,
     .is_source = 1,
     .setup = source_setup},
};

const am_neuron_model *am_neuron_model_at(int k) {
  return k >= 0 && k < (int)(sizeof models / sizeof *models) ? &models[k] : NULL;
}

const am_neuron_model *am_neuron_model_find(const char *name) {
  for (int k = 0; am_neuron_model_at(k); k++)
    if (strcmp(models[k].name, name) == 0) return &models[k];
  return NULL;
}

const char *amine_neuron_model(int k, const char **meaning) {
  const am_neuron_model *model = am_neuron_model_at(k);
  if (model && meaning) *meaning = model->meaning;
  return model ? model->name : NULL;
}

const amine_parameter *amine_neuron_parameter(const char *model, int k) {
  const am_neuron_model *m = am_neuron_model_find(model);
  for (int j = 0; m && k >= 0 && m->parameters[j].name; j++)
    if (j == k) return &m->parameters[j];
  return NULL;
}

bool am_neuron_is_conductance(const char *model) {
  const amine_parameter *p;
  for (int k = 0; (p = amine_neuron_parameter(model, k)) != NULL; k++)
    if (strcmp(p->name, "e_i_mv") == 0) return true;
  return false;
}
