/* The table of synapse rules. */
#include "rule/synapse.h"

#include <math.h>
#include <string.h>

#include "base/parameter.h"
#include "kernel/exponential.h"

#define HUGE_WEIGHT 1e6
#define COMMON(min, max)                                                                           \
  AM_NUMBER("w_min", min, -HUGE_WEIGHT, HUGE_WEIGHT, "weight", "lower bound"),                     \
      AM_NUMBER("w_max", max, -HUGE_WEIGHT, HUGE_WEIGHT, "weight", "upper bound"),                 \
      AM_NUMBER("weight_decay", 0, 0, 1, "1/ms", "part of a weight that is lost each ms"),         \
      AM_NUMBER("weight_loss", 0, 0, HUGE_WEIGHT, "weight/ms",                                     \
                "what each weight loses each ms, toward 0"),                                       \
      AM_NUMBER("target_rate_hz", 0, 0, 1e4, "Hz",                                                 \
                "homeostatic scaling toward this rate; 0: none"),                                  \
      AM_NUMBER("time_window_ms", 1000, 1, 1e7, "ms", "window in which the rate is counted"),      \
      AM_NUMBER("scaling_rate", 0.01, 0, 1, "1", "change of a weight per window at rate 0")
#define TAU(name, value, meaning) AM_NUMBER(name, value, 1e-3, 1e7, "ms", meaning)
#define AMPLITUDE(name, value, meaning)                                                            \
  AM_NUMBER(name, value, -HUGE_WEIGHT, HUGE_WEIGHT, "weight", meaning)
/* The largest of the amplitudes that a rule's own table begins with. */
#define CHANGE(name, first, number)                                                                \
  static double name##_change(const double *values) {                                              \
    double most = 0;                                                                               \
    for (int k = 0; k < (number); k++)                                                             \
      most = fmax(most, fabs(values[AM_RULE_COMMON + (first) + k]));                               \
    return most;                                                                                   \
  }
#define NEAREST                                                                                    \
  AM_NUMBER("nearest", 0, 0, 1, "0 or 1", "1: only the nearest spike counts; 0: all to all")

static void set_trace(double *k, double tau_ms, double dt_ms, int adds) {
  k[0] = am_exp(-dt_ms / tau_ms);
  k[1] = adds;
}

static const amine_parameter none_parameters[] = {COMMON(-HUGE_WEIGHT, HUGE_WEIGHT), {0}};
static void none_setup(double *k, const double *values, double dt_ms) {
  (void)k, (void)values, (void)dt_ms;
}

static const amine_parameter hebb_parameters[] = {
    COMMON(-1, 1), AMPLITUDE("eta", 0.001, "learning rate"), {0}};
static void hebb_setup(double *k, const double *values, double dt_ms) {
  (void)dt_ms;
  k[AM_SYNAPSE_OWN] = values[AM_RULE_COMMON];
}
CHANGE(hebb, 0, 1)

static const amine_parameter stdp_parameters[] = {
    COMMON(0, 1),
    AMPLITUDE("a_plus", 0.01, "potentiation of a pair without delay"),
    AMPLITUDE("a_minus", 0.012, "depression of a pair without delay"),
    TAU("tau_plus_ms", 20, "of the source's trace"),
    TAU("tau_minus_ms", 20, "of the target's trace"),
    NEAREST,
    {0}};
static void stdp_setup(double *k, const double *values, double dt_ms) {
  const double *v = values + AM_RULE_COMMON;
  set_trace(k + AM_SYNAPSE_X, v[2], dt_ms, v[4] < 0.5);
  set_trace(k + AM_SYNAPSE_Y, v[3], dt_ms, v[4] < 0.5);
  k[AM_SYNAPSE_OWN] = v[0];
  k[AM_SYNAPSE_OWN + 1] = v[1];
}
CHANGE(stdp, 0, 2)

static const amine_parameter triplet_parameters[] = {
    COMMON(0, 1),
    AMPLITUDE("a2_plus", 5e-10, "pair potentiation"),
    AMPLITUDE("a3_plus", 6.2e-3, "triplet potentiation"),
    AMPLITUDE("a2_minus", 7e-3, "pair depression"),
    AMPLITUDE("a3_minus", 2.3e-4, "triplet depression"),
    TAU("tau_plus_ms", 16.8, "of the source's fast trace"),
    TAU("tau_x_ms", 101, "of the source's slow trace"),
    TAU("tau_minus_ms", 33.7, "of the target's fast trace"),
    TAU("tau_y_ms", 125, "of the target's slow trace"),
    {0}};
static void triplet_setup(double *k, const double *values, double dt_ms) {
  const double *v = values + AM_RULE_COMMON;
  for (int l = 0; l < 4; l++) set_trace(k + AM_SYNAPSE_X + 2 * l, v[4 + l], dt_ms, 1);
  for (int l = 0; l < 4; l++) k[AM_SYNAPSE_OWN + l] = v[l];
}
CHANGE(triplet, 0, 4)

static const amine_parameter istdp_parameters[] = {
    COMMON(0, 10),
    AMPLITUDE("eta", 0.01, "learning rate"),
    AM_NUMBER("rho0_hz", 3, 0, 1e3, "Hz", "rate that the target is brought to"),
    TAU("tau_ms", 20, "of both traces"),
    {0}};
static void istdp_setup(double *k, const double *values, double dt_ms) {
  const double *v = values + AM_RULE_COMMON;
  set_trace(k + AM_SYNAPSE_X, v[2], dt_ms, 1);
  set_trace(k + AM_SYNAPSE_Y, v[2], dt_ms, 1);
  k[AM_SYNAPSE_OWN] = v[0];
  k[AM_SYNAPSE_OWN + 1] = 2 * v[1] * v[2] * 1e-3;
}
CHANGE(istdp, 0, 1)

static const amine_parameter bcm_parameters[] = {
    COMMON(-1, 1),
    AMPLITUDE("eta", 0.001, "learning rate"),
    AM_NUMBER("bcm_target_rate_hz", 5, 1e-3, 1e3, "Hz", "unit of the rate"),
    TAU("bcm_tau_ms", 1000, "of the threshold"),
    TAU("tau_rate_ms", 100, "over which the rate is taken"),
    AM_NUMBER("theta_min", 0.1, 0, 1e3, "1", "lower bound of the threshold"),
    AM_NUMBER("theta_max", 2, 0, 1e3, "1", "upper bound of the threshold"),
    {0}};
static void bcm_setup(double *k, const double *values, double dt_ms) {
  const double *v = values + AM_RULE_COMMON;
  set_trace(k + AM_SYNAPSE_Y, v[3], dt_ms, 1);
  k[AM_SYNAPSE_OWN] = v[0];
  k[AM_SYNAPSE_OWN + 1] =
      1e3 / (v[3] * v[1]); /* a spike adds 1 / tau_rate to the rate */
  k[AM_SYNAPSE_OWN + 2] = -am_expm1(-dt_ms / v[2]);
  k[AM_SYNAPSE_OWN + 3] = v[4];
  k[AM_SYNAPSE_OWN + 4] = v[5];
}
CHANGE(bcm, 0, 1)

static const amine_parameter da_stdp_parameters[] = {
    COMMON(0, 4),
    TAU("tau_c_ms", 1000, "of the eligibility trace"),
    TAU("tau_d_ms", 200, "of dopamine after a reward"),
    AMPLITUDE("b", 0, "dopamine at which nothing changes"),
    AMPLITUDE("a_plus", 0.1, "eligibility of a pair without delay"),
    AMPLITUDE("a_minus", 0.15, "negative eligibility of a pair without delay"),
    TAU("tau_plus_ms", 20, "of the source's trace"),
    TAU("tau_minus_ms", 20, "of the target's trace"),
    NEAREST,
    AM_NUMBER("read_ms", 0, 0, 1e6, "ms",
              "weight and eligibility change only so often, in whole steps; 0: continuously"),
    {0}};
static void da_stdp_setup(double *k, const double *values, double dt_ms) {
  const double *v = values + AM_RULE_COMMON;
  set_trace(k + AM_SYNAPSE_X, v[5], dt_ms, v[7] < 0.5);
  set_trace(k + AM_SYNAPSE_Y, v[6], dt_ms, v[7] < 0.5);
  k[AM_SYNAPSE_OWN] = v[3];
  k[AM_SYNAPSE_OWN + 1] = v[4];
}
CHANGE(da_stdp, 3, 2)
static am_dopamine da_stdp_dopamine(const double *values) {
  const double *v = values + AM_RULE_COMMON;
  return (am_dopamine){
      .tau_c_ms = v[0], .tau_d_ms = v[1], .base = v[2], .gamma = 1, .read_ms = v[8]};
}

#define MSTDP(rate)                                                                                \
  COMMON(0, 5), AMPLITUDE("gamma", rate, "learning rate"),                                         \
      AMPLITUDE("a_plus", 1, "of a pair without delay"),                                           \
      AMPLITUDE("a_minus", 1, "negative, of a pair without delay"),                                \
      TAU("tau_plus_ms", 20, "of the source's trace"),                                             \
      TAU("tau_minus_ms", 20, "of the target's trace"), NEAREST

static const amine_parameter mstdp_parameters[] = {MSTDP(0.1), {0}};
static void mstdp_setup(double *k, const double *values, double dt_ms) {
  const double *v = values + AM_RULE_COMMON;
  set_trace(k + AM_SYNAPSE_X, v[3], dt_ms, v[5] < 0.5);
  set_trace(k + AM_SYNAPSE_Y, v[4], dt_ms, v[5] < 0.5);
  k[AM_SYNAPSE_OWN] = v[1];
  k[AM_SYNAPSE_OWN + 1] = v[2];
}
static double mstdp_change(const double *values) {
  const double *v = values + AM_RULE_COMMON;
  return fabs(v[0]) * fmax(fabs(v[1]), fabs(v[2]));
}
static am_dopamine mstdp_dopamine(const double *values) {
  return (am_dopamine){.gamma = values[AM_RULE_COMMON]};
}

static const amine_parameter mstdpet_parameters[] = {
    MSTDP(0.625), TAU("tau_z_ms", 25, "of the eligibility trace"), {0}};
/* What a step adds to z counts in full for a reward at its end. */
static void mstdpet_setup(double *k, const double *values, double dt_ms) {
  const double *v = values + AM_RULE_COMMON;
  const double whole = am_exp(dt_ms / v[6]) / v[6];
  mstdp_setup(k, values, dt_ms);
  k[AM_SYNAPSE_OWN] = v[1] * whole;
  k[AM_SYNAPSE_OWN + 1] = v[2] * whole;
}
static double mstdpet_change(const double *values) {
  return mstdp_change(values) / values[AM_RULE_COMMON + 6];
}
static am_dopamine mstdpet_dopamine(const double *values) {
  const double *v = values + AM_RULE_COMMON;
  return (am_dopamine){.gamma = v[0], .tau_c_ms = v[6]};
}

static const amine_parameter r_max_parameters[] = {
    COMMON(-HUGE_WEIGHT, HUGE_WEIGHT),
    AMPLITUDE("gamma", 0.1, "learning rate"),
    TAU("tau_e_ms", 500, "of the eligibility trace"),
    TAU("tau_ms", 20, "of the source's trace: tau_m_ms of the targets"),
    {0}};
static void r_max_setup(double *k, const double *values, double dt_ms) {
  set_trace(k + AM_SYNAPSE_X, values[AM_RULE_COMMON + 2], dt_ms, 1);
}
CHANGE(r_max, 0, 1)
static am_dopamine r_max_dopamine(const double *values) {
  const double *v = values + AM_RULE_COMMON;
  return (am_dopamine){.gamma = v[0], .tau_c_ms = v[1], .every_step = true};
}

AM_ISA_DECLARE(const am_synapse_kernel, am_synapse_hebb);
AM_ISA_DECLARE(const am_synapse_kernel, am_synapse_stdp);
AM_ISA_DECLARE(const am_synapse_kernel, am_synapse_triplet);
AM_ISA_DECLARE(const am_synapse_kernel, am_synapse_istdp);
AM_ISA_DECLARE(const am_synapse_kernel, am_synapse_bcm);
AM_ISA_DECLARE(const am_synapse_kernel, am_synapse_da_stdp);
AM_ISA_DECLARE(const am_synapse_kernel, am_synapse_r_max);

am_synapse_trace_wide am_synapse_trace_stdp_wide, am_synapse_trace_triplet_wide,
    am_synapse_trace_istdp_wide, am_synapse_trace_bcm_wide, am_synapse_trace_da_stdp_wide;

static const am_synapse_rule rules[] = {
    {.name = "none",
     .meaning = "fixed weights, or only scaling and decay",
     .source = "",
     .parameters = none_parameters,
     .setup = none_setup},
    {.name = "hebb",
     .meaning = "Hebb with depression: together + eta, source alone - eta/2",
     .source = "Hebb 1949; Stent 1973, doi:10.1073/pnas.70.4.997",
     .parameters = hebb_parameters,
     .n_y = 1,
     .is_late = 1,
     .setup = hebb_setup,
     .change = hebb_change,
     .kernels = AM_ISA_TABLE(am_synapse_hebb)},
    {.name = "stdp",
     .meaning = "pair-based spike-timing-dependent plasticity",
     .source = "Song, Miller, Abbott 2000, doi:10.1038/78829",
     .parameters = stdp_parameters,
     .n_x = 1,
     .n_y = 1,
     .fires = 1,
     .setup = stdp_setup,
     .change = stdp_change,
     .wide = am_synapse_trace_stdp_wide,
     .kernels = AM_ISA_TABLE(am_synapse_stdp)},
    {.name = "triplet",
     .meaning = "triplet spike-timing-dependent plasticity",
     .source = "Pfister, Gerstner 2006, doi:10.1523/JNEUROSCI.1425-06.2006",
     .parameters = triplet_parameters,
     .n_x = 2,
     .n_y = 2,
     .fires = 1,
     .setup = triplet_setup,
     .change = triplet_change,
     .wide = am_synapse_trace_triplet_wide,
     .kernels = AM_ISA_TABLE(am_synapse_triplet)},
    {.name = "istdp",
     .meaning = "inhibitory plasticity toward a target rate",
     .source = "Vogels et al. 2011, doi:10.1126/science.1211095",
     .parameters = istdp_parameters,
     .n_x = 1,
     .n_y = 1,
     .fires = 1,
     .setup = istdp_setup,
     .change = istdp_change,
     .wide = am_synapse_trace_istdp_wide,
     .kernels = AM_ISA_TABLE(am_synapse_istdp)},
    {.name = "bcm",
     .meaning = "Bienenstock–Cooper–Munro with a sliding threshold",
     .source = "Bienenstock, Cooper, Munro 1982, doi:10.1523/JNEUROSCI.02-01-00032.1982",
     .parameters = bcm_parameters,
     .n_y = 2,
     .y_initial = {0, 1},
     .rate = AM_SYNAPSE_OWN + 2,
     .setup = bcm_setup,
     .change = bcm_change,
     .wide = am_synapse_trace_bcm_wide,
     .kernels = AM_ISA_TABLE(am_synapse_bcm)},
    {.name = "da-stdp",
     .meaning = "STDP gated by dopamine through an eligibility trace",
     .source = "Izhikevich 2007, doi:10.1093/cercor/bhl152",
     .parameters = da_stdp_parameters,
     .n_x = 1,
     .n_y = 1,
     .fires = 1,
     .setup = da_stdp_setup,
     .change = da_stdp_change,
     .dopamine = da_stdp_dopamine,
     .wide = am_synapse_trace_da_stdp_wide,
     .kernels = AM_ISA_TABLE(am_synapse_da_stdp)},
    {.name = "mstdp",
     .meaning = "STDP multiplied by the reward of its step",
     .source = "Florian 2007, doi:10.1162/neco.2007.19.6.1468",
     .parameters = mstdp_parameters,
     .n_x = 1,
     .n_y = 1,
     .fires = 1,
     .setup = mstdp_setup,
     .change = mstdp_change,
     .dopamine = mstdp_dopamine,
     .wide = am_synapse_trace_da_stdp_wide,
     .kernels = AM_ISA_TABLE(am_synapse_da_stdp)},
    {.name = "mstdpet",
     .meaning = "STDP with an eligibility trace, multiplied by rewards as they come",
     .source = "Florian 2007, doi:10.1162/neco.2007.19.6.1468",
     .parameters = mstdpet_parameters,
     .n_x = 1,
     .n_y = 1,
     .fires = 1,
     .setup = mstdpet_setup,
     .change = mstdpet_change,
     .dopamine = mstdpet_dopamine,
     .wide = am_synapse_trace_da_stdp_wide,
     .kernels = AM_ISA_TABLE(am_synapse_da_stdp)},
    {.name = "r-max",
     .meaning = "policy gradient: the change that makes reward likelier, for escape neurons",
     .source = "Pfister et al. 2006, doi:10.1162/neco.2006.18.6.1318",
     .parameters = r_max_parameters,
     .n_x = 1,
     .scores = 1,
     .setup = r_max_setup,
     .change = r_max_change,
     .dopamine = r_max_dopamine,
     .kernels = AM_ISA_TABLE(am_synapse_r_max)},
};

bool am_synapse_rule_is_slow(const am_synapse_rule *rule, const double *k) {
  bool slow = rule->rate && am_decay_is_slow(1 - k[rule->rate]);
  for (int l = 0; l < rule->n_x; l++) slow |= am_decay_is_slow(k[AM_SYNAPSE_X + 2 * l]);
  for (int l = 0; l < rule->n_y; l++) slow |= am_decay_is_slow(k[AM_SYNAPSE_Y + 2 * l]);
  return slow;
}

static bool is_small(double part) { return part > 0 && part < 1.0 / AM_NARROW_TRACE; }

bool am_synapse_rule_is_small(const am_synapse_rule *rule, const double *values, double initial,
                              double sweep_ms) {
  const double bound = fmax(fabs(values[AM_RULE_W_MIN]), fabs(values[AM_RULE_W_MAX]));
  const double weight = bound < HUGE_WEIGHT ? bound : initial;
  return (rule->change && is_small(rule->change(values) / weight)) ||
         is_small(values[AM_RULE_DECAY] * sweep_ms) ||
         is_small(values[AM_RULE_LOSS] * sweep_ms / weight) ||
         (values[AM_RULE_TARGET_RATE] > 0 && is_small(values[AM_RULE_SCALING]));
}

const am_synapse_rule *am_synapse_rule_at(int k) {
  return k >= 0 && k < (int)(sizeof rules / sizeof *rules) ? &rules[k] : NULL;
}

const am_synapse_rule *am_synapse_rule_find(const char *name) {
  for (int k = 0; am_synapse_rule_at(k); k++)
    if (strcmp(rules[k].name, name) == 0) return &rules[k];
  return NULL;
}

const char *amine_synapse_rule(int k, const char **meaning) {
  const am_synapse_rule *rule = am_synapse_rule_at(k);
  if (rule && meaning) *meaning = rule->meaning;
  return rule ? rule->name : NULL;
}

const amine_parameter *amine_synapse_rule_parameter(const char *rule, int k) {
  const am_synapse_rule *r = am_synapse_rule_find(rule);
  for (int j = 0; r && k >= 0 && r->parameters[j].name; j++)
    if (j == k) return &r->parameters[j];
  return NULL;
}
