/* What plasticity rules of synapses share. */
#include "rule/synapse.h"

#include <math.h>

#include "kernel/exponential.h"

void am_synapse_trace_set(double k[2], double tau_ms, double dt_ms, int adds) {
  k[0] = am_exp(-dt_ms / tau_ms);
  k[1] = adds;
}

double am_synapse_largest(const double *values, int n) {
  double most = 0;
  for (int k = 0; k < n; k++) most = fmax(most, fabs(values[k]));
  return most;
}

bool am_synapse_rule_is_slow(const am_synapse_rule *rule, const double *k) {
  bool slow = rule->rate && am_decay_is_slow(1 - k[rule->rate]);
  for (int l = 0; l < rule->n_x; l++) slow |= am_decay_is_slow(k[AM_SYNAPSE_X + 2 * l]);
  for (int l = 0; l < rule->n_y; l++) slow |= am_decay_is_slow(k[AM_SYNAPSE_Y + 2 * l]);
  return slow;
}

static bool is_small(double part) { return part > 0 && part < 1.0 / AM_NARROW_TRACE; }

bool am_synapse_rule_is_small(const am_synapse_rule *rule, const double *values, double initial,
                              double sweep_ms) {
  const double bound = fmax(fabs(values[AM_VALUE_W_MIN]), fabs(values[AM_VALUE_W_MAX]));
  const double weight = bound < AM_HUGE_WEIGHT ? bound : initial;
  return (rule->change && is_small(rule->change(values) / weight)) ||
         is_small(values[AM_VALUE_DECAY] * sweep_ms) ||
         is_small(values[AM_VALUE_LOSS] * sweep_ms / weight) ||
         (values[AM_VALUE_TARGET_RATE] > 0 && is_small(values[AM_VALUE_SCALING]));
}
