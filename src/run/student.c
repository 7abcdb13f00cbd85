/* Student's t distribution (see student.h).
 *
 * P(|T| <= t) = 1 - I_x(n / 2, 1 / 2) with x = n / (n + t^2), I the regularised incomplete beta
 * function, here by its continued fraction (Lentz's method; Press et al., Numerical Recipes, 6.4).
 */
#include "run/student.h"

#include <math.h>

static double continued_fraction(double a, double b, double x) {
  const double tiny = 1e-300;
  double c = 1, d = 1 - (a + b) * x / (a + 1);
  d = 1 / (fabs(d) < tiny ? tiny : d);
  double h = d;
  for (int m = 1; m <= 300; m++) {
    double term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    for (int half = 0; half < 2; half++) {
      d = 1 + term * d;
      c = 1 + term / c;
      d = 1 / (fabs(d) < tiny ? tiny : d);
      if (fabs(c) < tiny) c = tiny;
      h *= d * c;
      term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    }
    if (fabs(d * c - 1) < 1e-15) break;
  }
  return h;
}

static double incomplete_beta(double a, double b, double x) {
  if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
  const double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * continued_fraction(a, b, x) / a;
  return 1 - front * continued_fraction(b, a, 1 - x) / b;
}

double am_student_t95(int degrees) {
  const double n = degrees < 1 ? 1 : degrees;
  double low = 1.9, high = 13;
  for (int k = 0; k < 100; k++) {
    const double t = 0.5 * (low + high);
    if (1 - incomplete_beta(0.5 * n, 0.5, n / (n + t * t)) < 0.95) low = t;
    else high = t;
  }
  return 0.5 * (low + high);
}

am_interval am_interval_of(const double *values, size_t n) {
  double sum = 0, squares = 0;
  int count = 0;
  for (size_t k = 0; k < n; k++)
    if (isfinite(values[k])) sum += values[k], count++;
  const double mean = count > 0 ? sum / count : (double)NAN;
  for (size_t k = 0; k < n; k++)
    if (isfinite(values[k])) squares += (values[k] - mean) * (values[k] - mean);
  if (count < 2) return (am_interval){mean, (double)NAN, count};
  const double error = sqrt(squares / (count - 1) / count);
  return (am_interval){mean, am_student_t95(count - 1) * error, count};
}
