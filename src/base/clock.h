/* Time that only moves forward, in seconds, for measuring how long something takes. */
#ifndef AMINE_BASE_CLOCK_H
#define AMINE_BASE_CLOCK_H

#include <time.h>

static inline double am_clock(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
