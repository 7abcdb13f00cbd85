/* What a synapse rule says of values, whether it is code (rule/synapse.h) or a text
 * (rule/synapse_text.h). */
#ifndef AMINE_RULE_SYNAPSE_RULE_H
#define AMINE_RULE_SYNAPSE_RULE_H

#include "rule/synapse.h"

/* Its constants from AM_SYNAPSE_X on, false if one is not finite; what is of its targets and (x) of its sources at first;
 * the largest change of a weight, or of its eligibility as weight, that one spike makes; whether it
 * has eligibility, and its law. */
bool am_synapse_rule_setup(const am_synapse_rule *rule, double k[AM_SYNAPSE_CONSTANTS],
                           const double *values, double dt_ms);
double am_synapse_rule_first(const am_synapse_rule *rule, const double *values, int trace);
double am_synapse_rule_first_x(const am_synapse_rule *rule, const double *values, int trace);
double am_synapse_rule_change(const am_synapse_rule *rule, const double *values, double weight);
bool am_synapse_rule_remembers(const am_synapse_rule *rule);
am_dopamine am_synapse_rule_dopamine(const am_synapse_rule *rule, const double *values);

/* Whether a trace of the rule is slower than AM_NARROW_TRACE steps. */
bool am_synapse_rule_is_slow(const am_synapse_rule *rule, const double *k, const double *values,
                             double dt_ms);
/* Whether its changes, of spikes, decay or scaling, are a smaller part of a weight than one in
 * AM_NARROW_TRACE; weights begin within +- initial. */
bool am_synapse_rule_is_small(const am_synapse_rule *rule, const double *values, double initial,
                              double sweep_ms);

#endif
