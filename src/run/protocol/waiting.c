/* Rewards that wait (see waiting.h). */
#include "run/protocol/waiting.h"

#include "base/error.h"

amine_status am_waiting_add(am_waiting *w, uint64_t due, const char *protocol, amine_error *error) {
  if (w->n == AM_WAITING_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the protocol %s can wait for %d rewards: too many come within "
                   "protocol.delay_max_ms",
                   protocol, AM_WAITING_MAX);
  w->due[w->n++] = due;
  return AMINE_OK;
}

int am_waiting_take(am_waiting *w, uint64_t now) {
  int n = 0;
  for (uint64_t k = 0; k < w->n;) {
    if (w->due[k] > now) {
      k++;
      continue;
    }
    w->due[k] = w->due[--w->n];
    n++;
  }
  return n;
}

uint64_t am_waiting_next(const am_waiting *w) {
  uint64_t next = UINT64_MAX;
  for (uint64_t k = 0; k < w->n; k++)
    if (w->due[k] < next) next = w->due[k];
  return next;
}
