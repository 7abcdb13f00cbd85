#include "brain/drive.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/host.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/sized.h"
#include "base/steps.h"
#include "base/wave.h"
#include "format/crc32c.h"

#define ARGUMENT(...) am_fail(error, AMINE_ERROR_ARGUMENT, __VA_ARGS__)

amine_drive amine_drive_default(void) {
  return (amine_drive){.size = sizeof(amine_drive), .weight = 1, .period_ms = 1000};
}

static void free_drive(am_drive *d) {
  for (size_t k = 0; d->tables && k <= d->n_values; k++) am_free(d->tables[k]);
  am_free(d->tables);
  am_free(d->neurons);
  am_free(d->steps);
  am_free(d->values);
  *d = (am_drive){0};
}

void am_drives_free(am_population *p) {
  for (int k = 0; k < p->n_drives; k++) free_drive(&p->drives[k]);
  am_free(p->drives);
  am_free(p->driven);
}

/* ------------------------------------------------------------------------------ in time */

/* How many of its values have begun. */
static size_t begun(const am_drive *d, uint64_t step) {
  size_t low = 0, high = d->n_values;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (d->steps[middle] <= step) low = middle + 1;
    else high = middle;
  }
  return low;
}

double am_drive_value(const am_drive *d, uint64_t step, double dt_ms) {
  const size_t k = begun(d, step);
  double value = k > 0 ? d->values[k - 1] : d->before;
  if (d->ramps && k > 0 && k < d->n_values)
    value += (d->values[k] - value) *
             ((double)(step - d->steps[k - 1]) / (double)(d->steps[k] - d->steps[k - 1]));
  if (d->amplitude != 0)
    value += d->amplitude * am_wave((double)step * dt_ms + d->phase * d->period_ms, d->period_ms);
  return d->kind == AMINE_DRIVE_CURRENT ? value : fmax(value, 0);
}

static bool changed(const am_population *p, amine_drive_kind kind, uint64_t step, double dt_ms) {
  for (int k = 0; k < p->n_drives; k++) {
    const am_drive *d = &p->drives[k];
    if (d->kind == kind && step > 0 &&
        am_drive_value(d, step, dt_ms) != am_drive_value(d, step - 1, dt_ms))
      return true;
  }
  return false;
}

/* Its neurons from `index` to `index` + n: *first is the place of the first one in the list. */
static int part(const am_drive *d, size_t *first, uint32_t index, uint32_t n) {
  size_t low = 0, high = (size_t)d->n;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (d->neurons[middle] < index) low = middle + 1;
    else high = middle;
  }
  *first = low;
  while (low < (size_t)d->n && d->neurons[low] < index + n) low++;
  return (int)(low - *first);
}

/* to[i] += value for its neurons among n from `index` on. */
static void add(am_real *to, const am_drive *d, am_real value, uint32_t index, uint32_t n) {
  size_t first = 0;
  if (!d->neurons) {
    for (uint32_t i = 0; i < n; i++) to[i] += value;
    return;
  }
  for (int k = part(d, &first, index, n); k > 0; k--) to[d->neurons[first++] - index] += value;
}

bool am_drives_current(am_population *p, uint32_t index, uint32_t n, uint64_t step, double dt_ms,
                       bool fresh) {
  if (!fresh && !changed(p, AMINE_DRIVE_CURRENT, step, dt_ms)) return false;
  am_real *I = p->driven + index;
  for (uint32_t i = 0; i < n; i++) I[i] = p->currents ? p->currents[index + i] : 0;
  for (int k = 0; k < p->n_drives; k++)
    if (p->drives[k].kind == AMINE_DRIVE_CURRENT)
      add(I, &p->drives[k], (am_real)am_drive_value(&p->drives[k], step, dt_ms), index, n);
  return true;
}

void am_drives_arrive(const amine_brain *b, const am_population *p, am_real *const *in,
                      am_real *scratch, const am_draw *draw, uint32_t n) {
  for (int k = 0; k < p->n_drives; k++) {
    const am_drive *d = &p->drives[k];
    const am_poisson_table *table = d->tables ? d->tables[begun(d, draw->step)] : NULL;
    const uint32_t stream = AM_STREAM_DRIVE + 256 * (uint32_t)k;
    const am_real weight = (am_real)d->weight * p->input;
    size_t first = 0;
    if (!table) continue;
    if (!d->neurons) {
      b->pass->poisson(in[d->receptor], table, stream, weight, draw, n);
      continue;
    }
    int m = part(d, &first, draw->index, n);
    if (m == 0) continue;
    b->pass->poisson(scratch, table, stream, weight, draw, n);
    for (; m > 0; m--, first++) {
      const uint32_t i = d->neurons[first] - draw->index;
      in[d->receptor][i] += scratch[i];
    }
    memset(scratch, 0, n * sizeof *scratch);
  }
}

void am_drives_rates(am_population *p, uint32_t index, uint32_t n, uint64_t step, double dt_ms,
                     bool fresh) {
  if (!fresh && !changed(p, AMINE_DRIVE_RATE, step, dt_ms)) return;
  am_real *hz = p->driven + index;
  for (uint32_t i = 0; i < n; i++) hz[i] = p->base[index + i];
  for (int k = 0; k < p->n_drives; k++)
    add(hz, &p->drives[k], (am_real)am_drive_value(&p->drives[k], step, dt_ms), index, n);
  for (int which = 0; which < AM_NEURON_OWN && p->model->own[which]; which++)
    for (uint32_t i = 0; i < n; i++)
      p->own[which][index + i] = am_neuron_own_value(p->model, which, (double)hz[i], dt_ms);
}

/* ------------------------------------------------------------------------------ making one */

static amine_status copy_neurons(am_drive *d, const am_population *p, const amine_drive *given,
                                 amine_error *error) {
  if (!given->neurons) return AMINE_OK;
  if (given->n_neurons < 0 || given->n_neurons > p->n)
    return ARGUMENT("population %s: a drive has %d of its %d neurons", p->name, given->n_neurons,
                    p->n);
  unsigned char *taken = am_alloc((size_t)p->n, 1);
  d->neurons = am_alloc((size_t)given->n_neurons + 1, sizeof *d->neurons);
  amine_status status = taken && d->neurons ? AMINE_OK : am_fail_memory(error, (size_t)p->n);
  for (int k = 0; k < given->n_neurons && status == AMINE_OK; k++) {
    const int i = given->neurons[k];
    if (i < 0 || i >= p->n) status = ARGUMENT("population %s has no neuron %d", p->name, i);
    else if (taken[i]++)
      status = ARGUMENT("population %s: a drive names neuron %d twice", p->name, i);
  }
  for (int i = 0; i < p->n && status == AMINE_OK; i++)
    if (taken[i]) d->neurons[d->n++] = (uint32_t)i;
  am_free(taken);
  return status;
}

static amine_status copy_course(am_drive *d, amine_brain *b, const am_population *p,
                                const amine_drive *given, amine_error *error) {
  bool exact = true;
  if (given->n_values > 0 && (!given->times_ms || !given->values))
    return ARGUMENT("population %s: a drive has no times or no values", p->name);
  AM_TRY(AM_TAKE(d->steps, given->n_values, error));
  AM_TRY(AM_TAKE(d->values, given->n_values, error));
  for (size_t k = 0; k < given->n_values; k++) {
    const double t = given->times_ms[k];
    if (!(t >= 0 && t <= 1e15) || !(fabs(given->values[k]) <= FLT_MAX))
      return ARGUMENT("population %s: a drive is to be %g at %g ms", p->name, given->values[k], t);
    d->steps[k] = am_steps(t, b->dt_ms);
    d->values[k] = given->values[k];
    exact = exact && am_steps_exact(t, b->dt_ms);
    if (k > 0 && d->steps[k] <= d->steps[k - 1])
      return ARGUMENT("population %s: times of a drive ascend by a step at least, but %g ms "
                      "follows %g ms",
                      p->name, t, given->times_ms[k - 1]);
  }
  d->n_values = given->n_values;
  char what[280];
  snprintf(what, sizeof what, "%.200s: times of a drive", p->name);
  if (!exact) am_times_note(&b->notes, what, b->dt_ms);
  return AMINE_OK;
}

/* The largest that a drive ever is. */
static double largest(const am_drive *d) {
  double most = d->before;
  for (size_t k = 0; k < d->n_values; k++) most = fmax(most, d->values[k]);
  return fmax(most + fabs(d->amplitude), 0);
}

double am_drives_largest(const am_population *p) {
  double sum = 0;
  for (int k = 0; k < p->n_drives; k++) sum += largest(&p->drives[k]);
  return sum;
}

void am_drives_most(am_population *p, double dt_ms) {
  double hz = 0;
  for (int i = 0; i < p->n; i++) hz = fmax(hz, (double)p->base[i]);
  hz += am_drives_largest(p);
  am_real own[AM_NEURON_OWN] = {0};
  const am_real *each[AM_NEURON_OWN];
  for (int which = 0; which < AM_NEURON_OWN; which++) {
    if (p->own[which]) own[which] = am_neuron_own_value(p->model, which, hz, dt_ms);
    each[which] = &own[which];
  }
  p->most = am_neuron_most(p->model, p->values, each, 1, dt_ms);
}

static amine_status check_rates(const am_drive *d, const amine_brain *b, const am_population *p,
                                amine_error *error) {
  double low = d->before, base = 0;
  for (size_t k = 0; k < d->n_values; k++) low = fmin(low, d->values[k]);
  if (!(low >= 0)) return ARGUMENT("population %s: a rate of %g Hz is below 0", p->name, low);
  for (int i = 0; i < p->n && d->kind == AMINE_DRIVE_RATE; i++)
    base = fmax(base, (double)p->base[i]);
  if (d->kind == AMINE_DRIVE_RATE) base += am_drives_largest(p);
  const double most = base + largest(d);
  if (!(most * b->dt_ms * 1e-3 <= AM_POISSON_MOST))
    return ARGUMENT("population %s: a rate of %g Hz is not in 0 to %g", p->name, most,
                    1e3 * AM_POISSON_MOST / b->dt_ms);
  return AMINE_OK;
}

static amine_status make_tables(am_drive *d, double dt_ms, amine_error *error) {
  AM_TRY(AM_TAKE(d->tables, d->n_values + 1, error));
  for (size_t k = 0; k <= d->n_values; k++) {
    const double mean = (k > 0 ? d->values[k - 1] : d->before) * dt_ms * 1e-3;
    if (mean > 0) AM_TRY(am_poisson_make(&d->tables[k], mean, error));
  }
  return AMINE_OK;
}

static amine_status make(am_drive *d, amine_brain *b, am_population *p, const amine_drive *given,
                         amine_error *error) {
  *d = (am_drive){.kind = given->kind,
                  .receptor = (int)given->receptor,
                  .weight = given->weight,
                  .before = given->before,
                  .ramps = given->ramps != 0,
                  .amplitude = given->amplitude,
                  .period_ms = given->period_ms,
                  .phase = given->phase};
  if (!(fabs(d->weight) <= FLT_MAX && fabs(d->before) <= FLT_MAX && fabs(d->amplitude) <= FLT_MAX))
    return ARGUMENT("population %s: a number of a drive is not finite", p->name);
  if (!(d->period_ms > 0 && d->period_ms <= 1e15) || !(d->phase >= 0 && d->phase <= 1))
    return ARGUMENT("population %s: a drive has a period of %g ms and a phase of %g turns", p->name,
                    d->period_ms, d->phase);
  AM_TRY(copy_neurons(d, p, given, error));
  AM_TRY(copy_course(d, b, p, given, error));
  if (d->kind == AMINE_DRIVE_CURRENT) return AMINE_OK;
  AM_TRY(check_rates(d, b, p, error));
  return d->kind == AMINE_DRIVE_POISSON ? make_tables(d, b->dt_ms, error) : AMINE_OK;
}

static amine_status fits(const am_population *p, const amine_drive *given, amine_error *error) {
  const unsigned n_receptors = given->kind == AMINE_DRIVE_POISSON ? (unsigned)p->n_receptors : 2;
  if ((unsigned)given->kind > AMINE_DRIVE_RATE || (unsigned)given->receptor >= n_receptors)
    return ARGUMENT("population %s: there is no such drive or receptor", p->name);
  const bool rate = given->kind == AMINE_DRIVE_RATE;
  if (rate != am_neuron_takes_rate(p->model) || (!rate && p->model->is_source))
    return ARGUMENT("population %s: %s takes %s", p->name, p->model->part.name,
                    am_neuron_takes_rate(p->model) ? "a rate, no other drive"
                    : p->model->is_source ? "no drive"
                                          : "a current or Poisson input, no rate");
  if (given->kind == AMINE_DRIVE_POISSON && (given->ramps || given->amplitude != 0))
    return ARGUMENT("population %s: the rate of a Poisson input changes in steps only", p->name);
  return AMINE_OK;
}

amine_status amine_brain_add_drive(amine_brain *b, int population, const amine_drive *drive,
                                   amine_error *error) {
  AM_ENTER;
  if (b->built) return ARGUMENT("adding a drive is possible until the first run only");
  if (population < 0 || population >= b->n_populations)
    return ARGUMENT("there is no population %d: there are %d", population, b->n_populations);
  am_population *p = &b->populations[population];
  amine_drive given = amine_drive_default();
  am_drive made = {0};
  am_sized_copy(&given, sizeof given, drive, drive->size);
  AM_TRY(fits(p, &given, error));
  if (!p->driven) AM_TRY(AM_TAKE(p->driven, (size_t)p->padded, error));
  amine_status status = make(&made, b, p, &given, error);
  am_drive *all = NULL;
  if (status == AMINE_OK) {
    all = am_resize(p->drives, (size_t)p->n_drives + 1, sizeof *all);
    if (!all) status = am_fail_memory(error, sizeof *all);
  }
  if (status != AMINE_OK) {
    free_drive(&made);
    return status;
  }
  p->drives = all;
  p->drives[p->n_drives++] = made;
  if (made.kind == AMINE_DRIVE_RATE) am_drives_most(p, b->dt_ms);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ structure */

#define CHECK(value) crc = am_crc32c(crc, &(value), sizeof(value))

uint32_t am_drives_structure(const am_population *p, uint32_t crc) {
  for (int k = 0; k < p->n_drives; k++) {
    const am_drive *d = &p->drives[k];
    const int fixed[4] = {(int)d->kind, d->receptor, d->neurons ? d->n : -1, d->ramps};
    const double numbers[5] = {d->weight, d->before, d->amplitude, d->period_ms, d->phase};
    CHECK(fixed);
    CHECK(numbers);
    if (d->neurons) crc = am_crc32c(crc, d->neurons, (size_t)d->n * sizeof *d->neurons);
    if (d->n_values == 0) continue;
    crc = am_crc32c(crc, d->steps, d->n_values * sizeof *d->steps);
    crc = am_crc32c(crc, d->values, d->n_values * sizeof *d->values);
  }
  return crc;
}
