/* The protocols of the worked examples, each a file protocol_NAME.c. */
#ifndef AMINE_RUN_PROTOCOLS_H
#define AMINE_RUN_PROTOCOLS_H

#include "run/protocol.h"

extern const am_protocol am_protocol_reinforcement, am_protocol_attention, am_protocol_inhibition,
    am_protocol_together, am_protocol_xor, am_protocol_activity, am_protocol_gridworld,
    am_protocol_reversal;

#endif
