/* A day's wave with the same bits under every C library. */
#ifndef AMINE_BASE_WAVE_H
#define AMINE_BASE_WAVE_H

#include <math.h>
#include <stdbool.h>

/* sin(2 pi t / day) for t >= 0, day > 0: the angle is brought to the first eighth of a turn, where
 * the series is short. */
static inline double am_wave(double t, double day) {
  double turn = fmod(t, day) / day; /* [0, 1) */
  const double sign = turn < 0.5 ? 1 : -1;
  if (turn >= 0.5) turn -= 0.5;
  if (turn > 0.25) turn = 0.5 - turn;
  const bool cosine = turn > 0.125;
  const double x = (cosine ? 0.25 - turn : turn) * 0x1.921fb54442d18p+2, x2 = x * x;
  double s = 0;
  for (int k = 17 - cosine; k > 1; k -= 2) s = (1 + s) * (-x2 / (k * (k - 1)));
  return sign * (cosine ? 1 + s : x * (1 + s));
}

#endif
