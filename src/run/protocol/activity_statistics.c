/* Statistics of spontaneous activity (see activity_statistics.h). */
#include "run/protocol/activity_statistics.h"

#include <math.h>
#include <stdlib.h>

enum { POPULATIONS = AM_ACTIVITY_POPULATIONS, PARTS = AM_ACTIVITY_PARTS };

static int least(int a, int b) { return a < b ? a : b; }

/* Of n neurons `most` are looked at: number k is floor(k n / most). Which k is neuron i? -1 if it
 * is not looked at. */
static int place_of(int i, int n, int most) {
  const int64_t looked = least(n, most);
  const int64_t k = (i * looked + n - 1) / n; /* the least k with k n / looked >= i */
  return k < looked && k * n / looked == i ? (int)k : -1;
}

static void add_to_train(am_activity_train *t, uint64_t step) {
  if (t->count++ > 0) {
    const double interval = (double)(step - t->last);
    t->total += interval;
    t->squares += interval * interval;
  }
  t->last = step;
}

/* Counts of the neurons that are paired, in this bin. */
static void pair(am_activity *a, const uint64_t counts[AM_ACTIVITY_PAIRED]) {
  int active[AM_ACTIVITY_PAIRED], n = 0;
  for (int k = 0; k < AM_ACTIVITY_PAIRED; k++) {
    if (counts[k] == 0) continue;
    a->paired_sum[k] += counts[k];
    a->paired_squares[k] += counts[k] * counts[k];
    for (int l = 0; l < n; l++)
      a->products[k * (k - 1) / 2 + active[l]] += counts[k] * counts[active[l]];
    active[n++] = k;
  }
}

void am_activity_bin(am_activity *a, const am_activity_plan *p, const am_activity_spike *spikes,
                     size_t n) {
  uint64_t parts[PARTS] = {0}, counts[AM_ACTIVITY_PAIRED] = {0}, of[POPULATIONS] = {0};
  const bool settled = a->bins >= p->settle_bins;
  const uint64_t begin = a->bins * p->bin_steps;
  for (size_t k = 0; k < n; k++) {
    const am_activity_spike *s = &spikes[k];
    of[s->population]++;
    a->last = begin + s->step;
    if (!settled) continue;
    const int train = place_of(s->neuron, p->n[s->population], AM_ACTIVITY_SAMPLE);
    const int paired =
        place_of(s->neuron + (s->population ? p->n[0] : 0), p->n[0] + p->n[1], AM_ACTIVITY_PAIRED);
    if (train >= 0) add_to_train(&a->train[s->population][train], begin + s->step);
    if (paired >= 0) counts[paired]++;
    parts[s->step / (p->bin_steps / PARTS)]++;
  }
  for (int g = 0; g < POPULATIONS; g++) {
    a->recent[g][a->bins % p->recent_bins] = of[g];
    a->ever += of[g];
    if (settled) a->spikes[g] += of[g];
  }
  for (int k = 0; k < PARTS; k++) {
    a->parts_sum += parts[k];
    a->parts_squares += parts[k] * parts[k];
  }
  if (settled) pair(a, counts);
  a->bins++;
}

/* ------------------------------------------------------------------------------ checking */
static bool check_train(const am_activity_train *t, uint64_t ever, uint64_t from, uint64_t now) {
  if (t->count == 0) return t->last == 0 && t->total == 0 && t->squares == 0;
  if (t->count > ever || t->last < from || t->last >= now) return false;
  return t->total >= 0 && t->total <= (double)(t->last - from) && t->squares >= t->total &&
         t->squares <= t->total * t->total;
}

static bool check_paired(const am_activity *a) {
  for (int j = 0; j < AM_ACTIVITY_PAIRED; j++) {
    const uint64_t sum = a->paired_sum[j];
    if (sum > a->ever || a->paired_squares[j] < sum || a->paired_squares[j] > sum * sum)
      return false;
    for (int i = 0; i < j; i++)
      if (a->products[j * (j - 1) / 2 + i] > sum * a->paired_sum[i]) return false;
  }
  return true;
}

bool am_activity_check(const am_activity *a, const am_activity_plan *p) {
  if (a->bins > UINT64_MAX / 2 / p->bin_steps) return false;
  const uint64_t now = a->bins * p->bin_steps;
  const uint64_t from = p->settle_bins < a->bins ? p->settle_bins * p->bin_steps : now;
  uint64_t spikes = 0;
  if (a->ever > 0 ? a->last >= now : a->last != 0) return false;
  for (int g = 0; g < POPULATIONS; g++) {
    for (int k = 0; k < AM_ACTIVITY_RECENT; k++)
      if (a->recent[g][k] > a->ever) return false;
    for (int k = 0; k < AM_ACTIVITY_SAMPLE; k++)
      if (!check_train(&a->train[g][k], a->ever, from, now)) return false;
    if (a->spikes[g] > a->ever) return false;
    spikes += a->spikes[g];
  }
  if (spikes > a->ever || spikes != a->parts_sum || spikes > UINT32_MAX * (uint64_t)UINT32_MAX)
    return false;
  return a->parts_squares >= spikes &&
         (double)a->parts_squares <= (double)spikes * (double)spikes && (double)now <= 0x1p42 &&
         check_paired(a);
}

/* ------------------------------------------------------------------------------ measuring */
static double settled_bins(const am_activity *a, const am_activity_plan *p) {
  return a->bins > p->settle_bins ? (double)(a->bins - p->settle_bins) : 0;
}

static double rate_of(const uint64_t spikes[POPULATIONS], const am_activity_plan *p, double bins,
                      bool first, bool second) {
  const bool asked[POPULATIONS] = {first, second};
  double sum = 0, neurons = 0;
  for (int g = 0; g < POPULATIONS; g++) {
    if (!asked[g]) continue;
    sum += (double)spikes[g];
    neurons += p->n[g];
  }
  return neurons > 0 && bins > 0 ? sum / neurons / (bins * (double)p->bin_steps) : (double)NAN;
}

double am_activity_rate(const am_activity *a, const am_activity_plan *p, bool first, bool second) {
  return rate_of(a->spikes, p, settled_bins(a, p), first, second);
}

double am_activity_now(const am_activity *a, const am_activity_plan *p, bool first, bool second) {
  const uint64_t n = a->bins < p->recent_bins ? a->bins : p->recent_bins;
  uint64_t spikes[POPULATIONS] = {0};
  for (int g = 0; g < POPULATIONS; g++)
    for (uint64_t k = 0; k < n; k++) spikes[g] += a->recent[g][k];
  return rate_of(spikes, p, (double)n, first, second);
}

int am_activity_looked(const am_activity_plan *p, int population) {
  return least(p->n[population], AM_ACTIVITY_SAMPLE);
}

double am_activity_rate_of(const am_activity *a, const am_activity_plan *p, int population, int k) {
  const double bins = settled_bins(a, p);
  return bins > 0 ? (double)a->train[population][k].count / (bins * (double)p->bin_steps)
                  : (double)NAN;
}

double am_activity_cv_of(const am_activity *a, int population, int k) {
  const am_activity_train *t = &a->train[population][k];
  if (t->count < AM_ACTIVITY_LEAST) return (double)NAN;
  const double m = (double)(t->count - 1), mean = t->total / m;
  return sqrt(fmax(t->squares / m - mean * mean, 0)) / mean;
}

double am_activity_cv(const am_activity *a, const am_activity_plan *p, bool first, bool second) {
  const bool asked[POPULATIONS] = {first, second};
  double sum = 0, many = 0;
  for (int g = 0; g < POPULATIONS; g++) {
    if (!asked[g] || p->n[g] == 0) continue;
    const int looked = am_activity_looked(p, g);
    const double stands_for = (double)p->n[g] / looked;
    for (int k = 0; k < looked; k++) {
      const double cv = am_activity_cv_of(a, g, k);
      if (isnan(cv)) continue;
      sum += stands_for * cv;
      many += stands_for;
    }
  }
  return many > 0 ? sum / many : (double)NAN;
}

static int by_size(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

double am_activity_cv_peak(const am_activity *a, const am_activity_plan *p, int population) {
  double cv[AM_ACTIVITY_SAMPLE], width;
  int n = 0, most = 0, at = 0;
  for (int k = 0; k < am_activity_looked(p, population); k++) {
    cv[n] = am_activity_cv_of(a, population, k);
    n += !isnan(cv[n]);
  }
  if (n < AM_ACTIVITY_LEAST) return (double)NAN;
  qsort(cv, (size_t)n, sizeof *cv, by_size);
  width = 2 * (cv[3 * n / 4] - cv[n / 4]) / cbrt(n);
  if (!(width > 0)) return cv[n / 2];
  for (int k = 0, next; k < n; k = next) {
    const double bin = floor(cv[k] / width);
    for (next = k; next < n && floor(cv[next] / width) == bin;) next++;
    if (next - k > most) most = next - k, at = k;
  }
  return (floor(cv[at] / width) + 0.5) * width;
}

double am_activity_correlation(const am_activity *a, const am_activity_plan *p) {
  const double bins = settled_bins(a, p);
  double mean[AM_ACTIVITY_PAIRED], deviation[AM_ACTIVITY_PAIRED], sum = 0, many = 0;
  for (int k = 0; k < AM_ACTIVITY_PAIRED && bins > 0; k++) {
    /* whole numbers below 2^53, so that one that does not vary has exactly 0 */
    const double s = (double)a->paired_sum[k], q = (double)a->paired_squares[k];
    mean[k] = s / bins;
    deviation[k] = sqrt(fmax(q * bins - s * s, 0)) / bins;
  }
  for (int j = 1; j < AM_ACTIVITY_PAIRED && bins > 0; j++)
    for (int i = 0; i < j; i++) {
      if (!(deviation[i] > 0 && deviation[j] > 0)) continue;
      const double product = (double)a->products[j * (j - 1) / 2 + i] / bins;
      sum += (product - mean[i] * mean[j]) / (deviation[i] * deviation[j]);
      many++;
    }
  return many > 0 ? sum / many : (double)NAN;
}

double am_activity_silent(const am_activity *a, const am_activity_plan *p) {
  double silent = 0, many = 0;
  for (int g = 0; g < POPULATIONS; g++) {
    const int looked = am_activity_looked(p, g);
    int without = 0;
    for (int k = 0; k < looked; k++) without += a->train[g][k].count == 0;
    if (looked > 0) silent += (double)p->n[g] * without / looked;
    many += p->n[g];
  }
  return settled_bins(a, p) > 0 ? silent / many : (double)NAN;
}

double am_activity_synchrony(const am_activity *a, const am_activity_plan *p) {
  const double parts = settled_bins(a, p) * PARTS, mean = (double)a->parts_sum / parts;
  if (!(parts > 0 && mean > 0)) return (double)NAN;
  return fmax((double)a->parts_squares / parts - mean * mean, 0) / mean;
}
