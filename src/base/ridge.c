/* Ridge regression from sums of products (see ridge.h). */
#include "base/ridge.h"

#include <math.h>
#include <string.h>

#include "base/blocks.h"
#include "base/memory.h"

#define VARIES 1e-12 /* a variance below this share of the mean square is rounding */

amine_status am_ridge_make(am_ridge *r, int n, amine_error *error) {
  const size_t m = (size_t)n + 1;
  *r = (am_ridge){.n = n};
  const am_block blocks[] = {{&r->sums, am_size_mul(m, m), sizeof(double)},
                             {&r->means, m, sizeof(double)},
                             {&r->origin, m, sizeof(double)},
                             {&r->weight, m, sizeof(double)},
                             {&r->factor, am_size_mul(m, m), sizeof(double)}};
  const amine_status status = am_blocks_take(blocks, 5, "a regression", error);
  if (status != AMINE_OK) am_ridge_free(r);
  return status;
}

void am_ridge_free(am_ridge *r) {
  am_free(r->sums);
  am_free(r->means);
  am_free(r->origin);
  am_free(r->weight);
  am_free(r->factor);
  *r = (am_ridge){0};
}

void am_ridge_add(am_ridge *r, const double *x, double y) {
  const int m = r->n + 1;
  for (int i = 0; i < m; i++) {
    const double a = i < r->n ? x[i] : y;
    if (r->rows == 0) r->origin[i] = a;
    const double off = a - r->origin[i];
    r->means[i] += off;
    for (int k = 0; k <= i; k++) {
      const double other = (k < r->n ? x[k] : y) - r->origin[k];
      r->sums[i * m + k] += off * other;
    }
  }
  r->rows++;
}

/* The covariance of variables i and k, k <= i; y is number n. */
static double covariance(const am_ridge *r, int i, int k) {
  return r->sums[i * (r->n + 1) + k] / r->rows - r->means[i] / r->rows * (r->means[k] / r->rows);
}

static double mean_of(const am_ridge *r, int i) { return r->origin[i] + r->means[i] / r->rows; }

/* 1 / standard deviation, 0 for what does not vary. */
static double scale_of(const am_ridge *r, int i) {
  const double variance = covariance(r, i, i);
  const double square = r->sums[i * (r->n + 1) + i] / r->rows;
  return variance > VARIES * square ? 1 / sqrt(variance) : 0;
}

/* L L' = A, in its place: the lower half; a pivot that rounding has left below 0 ends its row. */
static void cholesky(double *A, int n) {
  for (int k = 0; k < n; k++) {
    for (int i = k; i < n; i++) {
      double sum = A[i * n + k];
      for (int j = 0; j < k; j++) sum -= A[i * n + j] * A[k * n + j];
      if (i == k) A[k * n + k] = sum > 0 ? sqrt(sum) : 0;
      else A[i * n + k] = A[k * n + k] > 0 ? sum / A[k * n + k] : 0;
    }
  }
}

static void substitute(const double *L, double *b, int n) {
  for (int i = 0; i < n; i++) {
    for (int k = 0; k < i; k++) b[i] -= L[i * n + k] * b[k];
    b[i] = L[i * n + i] > 0 ? b[i] / L[i * n + i] : 0;
  }
  for (int i = n - 1; i >= 0; i--) {
    for (int k = i + 1; k < n; k++) b[i] -= L[k * n + i] * b[k];
    b[i] = L[i * n + i] > 0 ? b[i] / L[i * n + i] : 0;
  }
}

void am_ridge_solve(am_ridge *r, double lambda, const bool *used) {
  const int n = r->n;
  for (int i = 0; i < n; i++) {
    const double scale = !used || used[i] ? scale_of(r, i) : 0;
    r->weight[i] = scale * covariance(r, n, i);
    for (int k = 0; k <= i; k++) {
      const double other = !used || used[k] ? scale_of(r, k) : 0;
      r->factor[i * n + k] = scale * other * covariance(r, i, k) + (i == k ? lambda : 0);
      if (i == k && scale == 0) r->factor[i * n + k] = 1;
    }
  }
  cholesky(r->factor, n);
  substitute(r->factor, r->weight, n);
  r->intercept = mean_of(r, n);
  for (int i = 0; i < n; i++) {
    r->weight[i] *= !used || used[i] ? scale_of(r, i) : 0;
    r->intercept -= r->weight[i] * mean_of(r, i);
  }
}

double am_ridge_predict(const am_ridge *r, const double *x) {
  double sum = r->intercept;
  for (int i = 0; i < r->n; i++) sum += r->weight[i] * x[i];
  return sum;
}

double am_ridge_explains(const am_ridge *r, const am_ridge *rows) {
  const int n = r->n;
  const double all = covariance(rows, n, n);
  double off = mean_of(rows, n) - r->intercept, left = all;
  if (!(scale_of(rows, n) > 0)) return (double)NAN;
  for (int i = 0; i < n; i++) {
    off -= r->weight[i] * mean_of(rows, i);
    left -= 2 * r->weight[i] * covariance(rows, n, i);
    for (int k = 0; k < n; k++)
      left += r->weight[i] * r->weight[k] * covariance(rows, i > k ? i : k, i > k ? k : i);
  }
  return 1 - (left + off * off) / all;
}
