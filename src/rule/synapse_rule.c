#include "rule/synapse_rule.h"

#include <math.h>

#include "rule/synapse_text.h"

bool am_synapse_rule_setup(const am_synapse_rule *rule, double k[AM_SYNAPSE_CONSTANTS],
                           const double *values, double dt_ms) {
  if (rule->program) return am_synapse_text_setup(rule->program, k, values, dt_ms);
  if (rule->setup) rule->setup(k, values, dt_ms);
  return true;
}

double am_synapse_rule_first(const am_synapse_rule *rule, const double *values, int trace) {
  return rule->program ? am_synapse_text_first(&rule->program->target, values, trace)
                       : rule->y_initial[trace];
}

double am_synapse_rule_first_x(const am_synapse_rule *rule, const double *values, int trace) {
  if (!am_synapse_runs_origin(rule)) return 0;
  return am_synapse_text_first(&rule->program->origin, values, trace);
}

double am_synapse_rule_change(const am_synapse_rule *rule, const double *values, double weight) {
  if (rule->program) return am_synapse_program_change(rule->program, values, weight);
  return rule->change ? rule->change(values) : 0;
}

bool am_synapse_rule_remembers(const am_synapse_rule *rule) {
  return rule->program ? rule->program->has_eligibility : rule->dopamine != NULL;
}

am_dopamine am_synapse_rule_dopamine(const am_synapse_rule *rule, const double *values) {
  return rule->program ? am_synapse_text_dopamine(rule->program, values) : rule->dopamine(values);
}

bool am_synapse_rule_is_slow(const am_synapse_rule *rule, const double *k, const double *values,
                             double dt_ms) {
  bool slow = rule->rate && am_decay_is_slow(1 - k[rule->rate]);
  if (rule->program) {
    for (int l = 0; l < rule->n_x; l++) slow |= am_decay_is_slow(k[AM_SYNAPSE_X + 2 * l]);
    return slow || am_synapse_program_loss(rule->program, values, dt_ms) < 1.0 / AM_NARROW_TRACE;
  }
  for (int l = 0; l < rule->n_x; l++) slow |= am_decay_is_slow(k[AM_SYNAPSE_X + 2 * l]);
  for (int l = 0; l < rule->n_y; l++) slow |= am_decay_is_slow(k[AM_SYNAPSE_Y + 2 * l]);
  return slow;
}

static bool is_small(double part) { return part > 0 && part < 1.0 / AM_NARROW_TRACE; }

bool am_synapse_rule_is_small(const am_synapse_rule *rule, const double *values, double initial,
                              double sweep_ms) {
  const double bound = fmax(fabs(values[AM_VALUE_W_MIN]), fabs(values[AM_VALUE_W_MAX]));
  const double weight = bound < AM_HUGE_WEIGHT ? bound : initial;
  return is_small(am_synapse_rule_change(rule, values, weight) / weight) ||
         is_small(values[AM_VALUE_DECAY] * sweep_ms) ||
         is_small(values[AM_VALUE_LOSS] * sweep_ms / weight) ||
         (values[AM_VALUE_TARGET_RATE] > 0 && is_small(values[AM_VALUE_SCALING]));
}
