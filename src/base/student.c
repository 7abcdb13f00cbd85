/* Student's t distribution (see student.h).
 *
 * P(|T| <= t) = 1 - I_x(n / 2, 1 / 2) with x = n / (n + t^2), I the regularised incomplete beta
 * function, here by its continued fraction (Lentz's method; Press et al., Numerical Recipes, 6.4).
 */
#include "base/student.h"

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

/* The mean of the finite values, and the square of its standard error (NAN with fewer than two). */
typedef struct sample {
  double mean, error2;
  int n;
} sample;

static sample sample_of(const double *values, size_t n) {
  double sum = 0, squares = 0;
  int count = 0;
  for (size_t k = 0; k < n; k++)
    if (isfinite(values[k])) sum += values[k], count++;
  const double mean = count > 0 ? sum / count : (double)NAN;
  for (size_t k = 0; k < n; k++)
    if (isfinite(values[k])) squares += (values[k] - mean) * (values[k] - mean);
  return (sample){mean, count < 2 ? (double)NAN : squares / (count - 1) / count, count};
}

am_interval am_interval_of(const double *values, size_t n) {
  const sample s = sample_of(values, n);
  if (s.n < 2) return (am_interval){s.mean, (double)NAN, s.n};
  return (am_interval){s.mean, am_student_t95(s.n - 1) * sqrt(s.error2), s.n};
}

am_interval am_interval_of_difference(const double *a, size_t n_a, const double *b, size_t n_b) {
  const sample x = sample_of(a, n_a), y = sample_of(b, n_b);
  am_interval d = {x.mean - y.mean, (double)NAN, x.n + y.n};
  if (x.n < 2 || y.n < 2) return d;
  const double error2 = x.error2 + y.error2;
  const double below = x.error2 * x.error2 / (x.n - 1) + y.error2 * y.error2 / (y.n - 1);
  d.half = error2 > 0 ? am_student_t95((int)(error2 * error2 / below)) * sqrt(error2) : 0;
  return d;
}
