/* Time in seconds: one that only moves forward, for measuring how long something takes, and that of
 * the calendar, since 1970. */
#ifndef AMINE_BASE_CLOCK_H
#define AMINE_BASE_CLOCK_H

#include <time.h>

static inline double am_clock(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static inline double am_clock_calendar(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#endif
