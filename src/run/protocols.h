/* The protocols of the worked examples and of published experiments, each a file protocol_NAME.c.
 */
#ifndef AMINE_RUN_PROTOCOLS_H
#define AMINE_RUN_PROTOCOLS_H

#include "run/protocol.h"

extern const am_protocol am_protocol_reinforcement, am_protocol_attention, am_protocol_inhibition,
    am_protocol_together, am_protocol_xor, am_protocol_activity;
/* Izhikevich 2007. */
extern const am_protocol am_protocol_distal_reward, am_protocol_conditioning,
    am_protocol_instrumental;

#endif
