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

double am_tanh(double x) {
  const double e = am_expm1(-2 * fabs(x)); /* e^{-2|x|} - 1 */
  return copysign(-e / (2 + e), x);
}

/* ln x = n ln 2 + ln m with m in [1/sqrt 2, sqrt 2), and ln m = 2 artanh((m - 1) / (m + 1)) by its
 * series, whose argument is at most 0.1716 (remainder below 2^-60). */
double am_log(double x) {
  int n;
  double m = frexp(x, &n);
  if (m < 0x1.6a09e667f3bcdp-1) {
    m *= 2;
    n--;
  }
  const double s = (m - 1) / (m + 1), s2 = s * s;
  double sum = 0;
  for (int k = 21; k >= 3; k -= 2) sum = s2 * (sum + 1.0 / k);
  return n * LN2_HIGH + (n * LN2_LOW + 2 * s * (1 + sum));
}
