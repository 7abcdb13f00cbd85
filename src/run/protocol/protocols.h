/* The protocols, each a file NAME.c. */
#ifndef AMINE_RUN_PROTOCOL_PROTOCOLS_H
#define AMINE_RUN_PROTOCOL_PROTOCOLS_H

#include "run/protocol/protocol.h"

/* Of the worked examples. */
extern const am_protocol am_protocol_reinforcement, am_protocol_attention, am_protocol_inhibition,
    am_protocol_together;
/* Of published experiments. */
extern const am_protocol am_protocol_distal_reward, am_protocol_conditioning,
    am_protocol_instrumental, am_protocol_xor, am_protocol_gridworld, am_protocol_reversal;
/* Of any brain. */
extern const am_protocol am_protocol_activity;

#endif
