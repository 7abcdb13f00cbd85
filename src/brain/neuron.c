/* The table of neuron models. The order of the constants is that of the enum on top of each model's
 * file. */
#include "brain/neuron.h"

#include <math.h>
#include <string.h>

#include "base/steps.h"
#include "kernel/exponential.h"

#define TAU(name, value, min, meaning)                                                             \
  { name, value, min, 1e6, "ms", meaning }
#define VOLT(name, value, meaning)                                                                 \
  { name, value, -1e3, 1e3, "mV", meaning }

static am_real steps(double ms, double dt_ms) { return (am_real)am_steps(ms, dt_ms); }
static am_real decay(double tau_ms, double dt_ms) {
  return tau_ms > 0 ? (am_real)am_exp(-dt_ms / tau_ms) : 0;
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
 * tau_s / (tau_s - tau_m) (e^{-h/tau_s} - e^{-h/tau_m}), without loss where the two are close. */
static double propagator(double tau_s, double tau_m, double h) {
  if (tau_s <= 0) return 0;
  const double rate = 1 / tau_m - 1 / tau_s; /* the difference is e^{-h/tau_m} (e^{h rate} - 1) */
  const double x = h * rate;
  const double part = x > -1e-9 && x < 1e-9 ? h : am_expm1(x) / rate;
  return am_exp(-h / tau_m) * part / tau_m;
}

static void lif_setup(am_real *k, am_real *initial, const double *v, double dt_ms) {
  k[0] = decay(v[0], dt_ms);
  k[1] = decay(v[5], dt_ms);
  k[2] = decay(v[6], dt_ms);
  k[3] = (am_real)propagator(v[5], v[0], dt_ms);
  k[4] = (am_real)propagator(v[6], v[0], dt_ms);
  k[5] = (am_real)-am_expm1(-dt_ms / v[0]);
  k[6] = (am_real)v[1];
  k[7] = (am_real)v[2];
  k[8] = (am_real)(v[3] - v[1]);
  k[9] = steps(v[4], dt_ms);
  k[10] = v[5] <= 0;
  k[11] = v[6] <= 0;
  initial[0] = (am_real)v[1];
}

/* ----------------------------------------------------------------------------------- lif-cond */
#define CONDUCTANCES                                                                               \
  TAU("tau_e_ms", 5, 1e-3, "of receptor 1"), TAU("tau_i_ms", 10, 1e-3, "of receptor 2"),           \
      VOLT("e_e_mv", 0, "reversal potential of receptor 1"),                                       \
      VOLT("e_i_mv", -80, "reversal potential of receptor 2")

static const amine_parameter lif_cond_parameters[] = {
    {"c_pf", 200, 1e-3, 1e6, "pF", "membrane capacitance"},
    {"g_leak_ns", 10, 1e-6, 1e6, "nS", "leak conductance"},
    VOLT("v_rest_mv", -60, "leak reversal potential"),
    VOLT("v_reset_mv", -60, "potential after a spike"),
    VOLT("v_threshold_mv", -50, "a spike at or above"),
    TAU(AM_NEURON_STEPS, 5, 0, "held at reset for so long"),
    CONDUCTANCES,
    {0}};

static void lif_cond_setup(am_real *k, am_real *initial, const double *v, double dt_ms) {
  k[0] = decay(v[6], dt_ms);
  k[1] = decay(v[7], dt_ms);
  k[2] = (am_real)am_exp(-dt_ms / (2 * v[6]));
  k[3] = (am_real)am_exp(-dt_ms / (2 * v[7]));
  k[4] = (am_real)v[1];
  k[5] = (am_real)(v[1] * v[2]);
  k[6] = (am_real)v[8];
  k[7] = (am_real)v[9];
  k[8] = (am_real)(dt_ms / v[0]);
  k[9] = (am_real)v[2];
  k[10] = (am_real)v[3];
  k[11] = (am_real)(v[4] - v[2]);
  k[12] = steps(v[5], dt_ms);
  initial[0] = (am_real)v[2];
}

/* --------------------------------------------------------------------------------- izhikevich */
static const amine_parameter izhikevich_parameters[] = {
    {"a", 0.02, 0, 10, "1/ms", "rate of the recovery u"},
    {"b", 0.2, -10, 10, "1/ms", "sensitivity of u to v"},
    VOLT("c", -65, "v after a spike"),
    {"d", 8, -1e3, 1e3, "mV/ms", "what a spike adds to u"},
    VOLT("v_peak_mv", 30, "a spike at or above"),
    TAU("tau_e_ms", 0, 0, "of receptor 1; 0: a current of one step"),
    TAU("tau_i_ms", 0, 0, "of receptor 2; 0: a current of one step"),
    {0}};

static am_real below(double x) {
  return sizeof(am_real) == 8 ? (am_real)nextafter(x, -INFINITY)
                              : (am_real)nextafterf((float)x, -INFINITY);
}

static void izhikevich_setup(am_real *k, am_real *initial, const double *v, double dt_ms) {
  k[0] = (am_real)(dt_ms / 2);
  k[1] = (am_real)(dt_ms * v[0]);
  k[2] = (am_real)v[1];
  k[3] = below(v[4]);
  k[4] = decay(v[5], dt_ms);
  k[5] = decay(v[6], dt_ms);
  initial[0] = (am_real)v[2];
  initial[1] = (am_real)(v[1] * v[2]);
}

static double same_value(int which, double value, double dt_ms) {
  (void)which, (void)dt_ms;
  return value;
}

/* --------------------------------------------------------------------------------------- adex */
static const amine_parameter adex_parameters[] = {
    {"c_pf", 281, 1e-3, 1e6, "pF", "membrane capacitance"},
    {"g_leak_ns", 30, 1e-6, 1e6, "nS", "leak conductance"},
    VOLT("v_rest_mv", -70.6, "leak reversal potential"),
    VOLT("v_t_mv", -50.4, "threshold of the exponential"),
    {"delta_t_mv", 2, 1e-3, 100, "mV", "slope of the exponential"},
    TAU("tau_w_ms", 144, 1e-3, "of the adaptation w"),
    {"a_ns", 4, -1e6, 1e6, "nS", "adaptation below threshold"},
    {"b_pa", 80.5, -1e6, 1e6, "pA", "what a spike adds to w"},
    VOLT("v_reset_mv", -70.6, "potential after a spike"),
    VOLT("v_peak_mv", 0, "a spike at or above"),
    TAU(AM_NEURON_STEPS, 0, 0, "held at reset for so long"),
    CONDUCTANCES,
    {0}};

static void adex_setup(am_real *k, am_real *initial, const double *v, double dt_ms) {
  k[0] = decay(v[11], dt_ms);
  k[1] = decay(v[12], dt_ms);
  k[2] = (am_real)v[1];
  k[3] = (am_real)v[2];
  k[4] = (am_real)(v[3] - v[2]);
  k[5] = (am_real)(1 / v[4]);
  k[6] = (am_real)(v[1] * v[4]);
  k[7] = (am_real)v[13];
  k[8] = (am_real)v[14];
  k[9] = (am_real)(dt_ms / v[0]);
  k[10] = (am_real)(dt_ms / v[5]);
  k[11] = (am_real)v[6];
  k[12] = (am_real)v[7];
  k[13] = (am_real)v[8];
  k[14] = (am_real)v[9];
  k[15] = below(v[9]);
  k[16] = steps(v[10], dt_ms);
  initial[0] = (am_real)v[2];
}

/* ------------------------------------------------------------------------------------- escape */
static const amine_parameter escape_parameters[] = {
    TAU("tau_m_ms", 20, 1e-3, "membrane time constant"),
    VOLT("v_rest_mv", -70, "resting potential"),
    VOLT("v_threshold_mv", -54, "where it fires at rho0_hz"),
    {"delta_u_mv", 2, 1e-3, 100, "mV",
     "softness: so much higher, and the rate is e times as large"},
    {"rho0_hz", 60, 1e-6, 1e6, "Hz", "rate at threshold"},
    VOLT("reset_mv", 5, "what a spike takes off the potential"),
    TAU("tau_reset_ms", 20, 1e-3, "in which that is forgotten"),
    {0}};

static void escape_setup(am_real *k, am_real *initial, const double *v, double dt_ms) {
  k[0] = decay(v[0], dt_ms);
  k[1] = (am_real)-am_expm1(-dt_ms / v[0]);
  k[2] = decay(v[6], dt_ms);
  k[3] = (am_real)v[5];
  k[4] = (am_real)v[1];
  k[5] = (am_real)(v[2] - v[1]);
  k[6] = (am_real)(1 / v[3]);
  k[7] = (am_real)(v[4] * dt_ms * 1e-3);
  initial[0] = (am_real)v[1];
}

/* ------------------------------------------------------------------------------------ sources */
static const amine_parameter poisson_parameters[] = {{"rate_hz", 10, 0, 1e6, "Hz", "mean rate"},
                                                     {0}};
static const amine_parameter spikes_parameters[] = {{0}};

static void source_setup(am_real *k, am_real *initial, const double *v, double dt_ms) {
  (void)k, (void)initial, (void)v, (void)dt_ms;
}

static double firing_probability(int which, double rate_hz, double dt_ms) {
  (void)which;
  return -am_expm1(-rate_hz * dt_ms * 1e-3);
}

AM_ISA_DECLARE(const am_neuron_kernel, am_neuron_lif);
AM_ISA_DECLARE(const am_neuron_kernel, am_neuron_lif_cond);
AM_ISA_DECLARE(const am_neuron_kernel, am_neuron_izhikevich);
AM_ISA_DECLARE(const am_neuron_kernel, am_neuron_adex);
AM_ISA_DECLARE(const am_neuron_kernel, am_neuron_escape);
AM_ISA_DECLARE(const am_neuron_kernel, am_neuron_poisson);

static const am_neuron_model models[] = {
    {.name = "lif",
     .meaning = "leaky integrate and fire, current-based",
     .parameters = lif_parameters,
     .states = {"v", "g_e", "g_i", "refractory"},
     .setup = lif_setup,
     .kernels = AM_ISA_TABLE(am_neuron_lif)},
    {.name = "lif-cond",
     .meaning = "leaky integrate and fire, conductance-based",
     .parameters = lif_cond_parameters,
     .states = {"v", "g_e", "g_i", "refractory"},
     .setup = lif_cond_setup,
     .kernels = AM_ISA_TABLE(am_neuron_lif_cond)},
    {.name = "izhikevich",
     .meaning = "Izhikevich's simple model",
     .parameters = izhikevich_parameters,
     .states = {"v", "u", "g_e", "g_i"},
     .own = {"c", "d"},
     .setup = izhikevich_setup,
     .own_value = same_value,
     .kernels = AM_ISA_TABLE(am_neuron_izhikevich)},
    {.name = "adex",
     .meaning = "adaptive exponential integrate and fire",
     .parameters = adex_parameters,
     .states = {"v", "w", "g_e", "g_i", "refractory"},
     .setup = adex_setup,
     .kernels = AM_ISA_TABLE(am_neuron_adex)},
    {.name = "escape",
     .meaning = "spike response neuron that fires by chance, the likelier the higher its potential",
     .parameters = escape_parameters,
     .states = {"v", "h", "kappa", "score"},
     .setup = escape_setup,
     .kernels = AM_ISA_TABLE(am_neuron_escape)},
    {.name = "poisson",
     .meaning = "Poisson source",
     .parameters = poisson_parameters,
     .own = {"rate_hz"},
     .is_source = 1,
     .setup = source_setup,
     .own_value = firing_probability,
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
