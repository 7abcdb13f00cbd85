/* e^x = 2^n e^r with |r| <= ln(2)/2, e^r - 1 by its Taylor series to r^17 (remainder below 2^-60),
 * from the smallest term up. */
#include "kernel/exponential.h"

#include <math.h>

#define LN2_HIGH 0x1.62e42fefa39efp-1
#define LN2_LOW 0x1.abc9e3b39803fp-56

static double series(double r) {
  double s = 0;
  for (int k = 17; k >= 1; k--) s = (1 + s) * (r / k);
  return s;
}

double am_exp(double x) {
  if (!(x > -745.2)) return x != x ? x : 0;
  if (x > 709.8) return INFINITY;
  const double n = nearbyint(x / LN2_HIGH);
  return ldexp(1 + series(fma(-n, LN2_LOW, fma(-n, LN2_HIGH, x))), (int)n);
}

double am_expm1(double x) {
  if (x > -0.34 && x < 0.34) return series(x);
  return am_exp(x) - 1;
}
