/* The protocols, each a file NAME.c. */
#ifndef AMINE_RUN_PROTOCOL_PROTOCOLS_H
#define AMINE_RUN_PROTOCOL_PROTOCOLS_H

#include "run/protocol/protocol.h"

/* Of the worked examples. */
extern const am_protocol am_protocol_together;
/* Of published experiments. */
extern const am_protocol am_protocol_distal_reward, am_protocol_conditioning,
    am_protocol_instrumental, am_protocol_xor;
/* Of days and nights. */
extern const am_protocol am_protocol_clock;
/* Of any brain. */
extern const am_protocol am_protocol_none, am_protocol_activity, am_protocol_layers;
/* Of any brain with senses and actions: a task. */
extern const am_protocol am_protocol_body;

/* All protocols, in the order of their table: what protocol.type may be. */
#define AM_PROTOCOL_NAMES                                                                          \
  "none|together|xor|activity|layers|distal-reward|conditioning|instrumental|clock|body"

/* The k-th protocol, NULL past the end; by name, NULL if there is none. */
const am_protocol *am_protocol_at(int k);
const am_protocol *am_protocol_find(const char *name);

/* The k-th of the keys that have a section of their own, as "body.act_ms" (in `name`, 80 bytes);
 * false past the end. */
bool am_protocol_section_key(amine_parameter *key, char name[80], int k);

#endif
