/* When something may be shown again: not sooner than after so many seconds, and so that making it takes no
 * more than a share of the time. */
#ifndef AMINE_LIVE_BEAT_H
#define AMINE_LIVE_BEAT_H

#include <stdbool.h>

#include "base/clock.h"

typedef struct am_beat {
  double every_s, share;
  double begun, next; /* clock */
} am_beat;

static inline bool am_beat_due(const am_beat *beat) { return am_clock() >= beat->next; }
static inline void am_beat_begin(am_beat *beat) { beat->begun = am_clock(); }
static inline void am_beat_end(am_beat *beat) {
  const double now = am_clock(), took = now - beat->begun;
  const double rest = took / beat->share - took;
  beat->next = now + (rest > beat->every_s ? rest : beat->every_s);
}

#endif
