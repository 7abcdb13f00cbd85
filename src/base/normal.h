/* Normally distributed numbers from counter-based draws, by Box and Muller (1958),
 * doi:10.1214/aoms/1177706645.
 *
 * Promise: nothing but +, -, *, / and sqrt of doubles, each exactly rounded, so every compiler and
 * processor gives the same bits. Logarithm, sine and cosine are series whose first left-out term is
 * below 1e-17 of the result. The largest number is 6.8: 32 bits hold no rarer one. */
#ifndef AMINE_BASE_NORMAL_H
#define AMINE_BASE_NORMAL_H

#include <math.h>
#include <stdint.h>

#define AM_NORMAL_MOST 6.8 /* of either sign */

/* log of x in (0, 1): x = 2^k m with m in [sqrt(1/2), sqrt 2), log m = 2 atanh((m - 1)/(m + 1)) */
static inline double am_normal_log(double x) {
  int k;
  double m = frexp(x, &k);
  if (m < 0.70710678118654752) {
    m *= 2;
    k--;
  }
  const double s = (m - 1) / (m + 1), s2 = s * s;
  double sum = 0;
  for (int n = 23; n >= 1; n -= 2) sum = sum * s2 + 1.0 / n;
  return k * 0.69314718055994531 + 2 * s * sum;
}

/* Two independent standard normal numbers from two draws of 32 bits. */
static inline void am_normal2(double z[2], uint32_t a, uint32_t b) {
  const double radius = sqrt(-2 * am_normal_log((a + 0.5) * 0x1p-32));
  const uint32_t quadrant = (b + 0x20000000u) >> 30; /* the nearest multiple of pi / 2 */
  const double f = (double)(int32_t)(b - (quadrant << 30)) * 0x1p-32, t = 6.2831853071795865 * f;
  const double t2 = t * t;
  double s = 0, c = 0;
  for (int n = 17; n >= 3; n -= 2) s = (s + 1) * (-t2 / (n * (n - 1)));
  for (int n = 18; n >= 2; n -= 2) c = (c + 1) * (-t2 / (n * (n - 1)));
  s = (s + 1) * t;
  c = c + 1;
  const double turned[4][2] = {{c, s}, {-s, c}, {-c, -s}, {s, -c}};
  z[0] = radius * turned[quadrant & 3][0];
  z[1] = radius * turned[quadrant & 3][1];
}

#endif
