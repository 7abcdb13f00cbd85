/* Rewards that a protocol has promised for later: part of its state, of 8-byte members. */
#ifndef AMINE_RUN_PROTOCOL_WAITING_H
#define AMINE_RUN_PROTOCOL_WAITING_H

#include "run/protocol/protocol.h"

enum { AM_WAITING_MAX = 256 };

typedef struct am_waiting {
  uint64_t n, due[AM_WAITING_MAX]; /* steps, in any order */
} am_waiting;

/* AMINE_ERROR_ARGUMENT with a sentence that names the protocol: too many wait. */
amine_status am_waiting_add(am_waiting *waiting, uint64_t due, const char *protocol,
                            amine_error *error);
/* Takes those out that are due at `now`; how many they were. */
int am_waiting_take(am_waiting *waiting, uint64_t now);
/* The step of the next one; UINT64_MAX if none waits. */
uint64_t am_waiting_next(const am_waiting *waiting);

#endif
