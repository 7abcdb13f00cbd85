/* No plasticity ("none"): weights are fixed, or change by scaling, decay and loss alone, which go
 * with every rule. It has no passes. */
#include "rule/synapse.h"

static const amine_parameter parameters[] = {AM_SYNAPSE_COMMON(-AM_HUGE_WEIGHT, AM_HUGE_WEIGHT),
                                             {0}};
const am_synapse_rule am_none_synapse = {
    .part = {.kind = AM_SYNAPSE,
             .name = "none",
             .meaning = "fixed weights, or only scaling and decay",
             .parameters = parameters},
    .others = "off|fixed|static"};
