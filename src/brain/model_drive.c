#include "brain/model_drive.h"

#include <math.h>

#include "base/random.h"

const char am_drive_words[] = "steps|ramps|amplitude|period_ms|phase|neurons|range|fraction";

bool am_drive_is(const json_t *input) {
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)input, key, value) {
    if (am_word_among(am_drive_words, key)) return true;
  }
  return false;
}

/* ------------------------------------------------------------------------------ who */

static amine_status read_neurons(amine_drive *d, am_model_plan *plan, am_reader *r,
                                 const am_where *where, const json_t *array, int n) {
  void *block;
  const am_field index = {.kind = AM_FIELD_INTEGER, .max = n - 1};
  const size_t count = json_array_size(array);
  if (count == 0 || count > (size_t)n)
    return am_refuse(r, where, NULL, "it has %zu numbers: 1 to all %d neurons can be chosen", count,
                     n);
  AM_TRY(am_model_plan_alloc(plan, &block, count, sizeof *d->neurons, r->error));
  int *neurons = block;
  for (size_t k = 0; k < count; k++) {
    const am_where here = {.above = where, .index = k, .element = true};
    AM_TRY(am_field_read(r, &here, json_array_get(array, k), &index, &neurons[k]));
  }
  d->neurons = neurons;
  d->n_neurons = (int)count;
  return AMINE_OK;
}

static amine_status read_range(amine_drive *d, am_model_plan *plan, am_reader *r,
                               const am_where *where, const double range[2], int n) {
  void *block;
  if (!(range[1] < n) || range[0] != floor(range[0]) || range[1] != floor(range[1]))
    return am_refuse(r, where, NULL,
                     "[%.10g, %.10g]: the first and the last neuron, whole numbers from 0 to %d",
                     range[0], range[1], n - 1);
  d->n_neurons = (int)(range[1] - range[0]) + 1;
  AM_TRY(am_model_plan_alloc(plan, &block, (size_t)d->n_neurons, sizeof *d->neurons, r->error));
  int *neurons = block;
  for (int k = 0; k < d->n_neurons; k++) neurons[k] = (int)range[0] + k;
  d->neurons = neurons;
  return AMINE_OK;
}

static amine_status read_part(am_model_plan_input *input, am_model_plan *plan, am_reader *r,
                              const am_where *where, const json_t *object,
                              const am_drive_keys *keys) {
  const int n = plan->populations[input->population].n;
  const am_where neurons = {.above = where, .key = "neurons"};
  const am_where range = {.above = where, .key = "range"};
  const bool ranged = json_object_get(object, "range"), drawn = json_object_get(object, "fraction");
  if ((keys->neurons != NULL) + ranged + drawn > 1)
    return am_refuse(r, where, NULL, "neurons, range, fraction: one of them says who is reached");
  if (drawn) input->fraction = keys->fraction;
  if (ranged) return read_range(&input->drive, plan, r, &range, keys->range, n);
  if (keys->neurons) return read_neurons(&input->drive, plan, r, &neurons, keys->neurons, n);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ when */

/* [[time, value], ...] */
static amine_status read_course(amine_drive *d, am_model_plan *plan, am_reader *r,
                                const am_where *where, const json_t *array) {
  static const am_field time = {.kind = AM_FIELD_NUMBER, .max = 1e12};
  const am_field value = {
      .kind = AM_FIELD_NUMBER, .min = d->kind == AMINE_DRIVE_CURRENT ? -1e6 : 0, .max = 1e6};
  void *times, *values;
  const size_t n = json_array_size(array);
  AM_TRY(am_model_plan_alloc(plan, &times, n, sizeof(double), r->error));
  AM_TRY(am_model_plan_alloc(plan, &values, n, sizeof(double), r->error));
  d->times_ms = times, d->values = values, d->n_values = n;
  for (size_t k = 0; k < n; k++) {
    const json_t *pair = json_array_get(array, k);
    const am_where here = {.above = where, .index = k, .element = true};
    const am_where at = {.above = &here, .index = 0, .element = true};
    const am_where what = {.above = &here, .index = 1, .element = true};
    if (json_array_size(pair) != 2)
      return am_refuse(r, &here, pair, "it must be [time in ms, value]");
    AM_TRY(am_field_read(r, &at, json_array_get(pair, 0), &time, &((double *)times)[k]));
    AM_TRY(am_field_read(r, &what, json_array_get(pair, 1), &value, &((double *)values)[k]));
    if (k > 0 && d->times_ms[k] <= d->times_ms[k - 1])
      return am_refuse(r, &at, NULL, "%.10g: it is not after %.10g, which stands before it",
                       d->times_ms[k], d->times_ms[k - 1]);
  }
  return AMINE_OK;
}

amine_status am_drive_read(am_model_plan_input *input, am_model_plan *plan, am_reader *r,
                           const am_where *where, const json_t *object, const am_drive_keys *keys) {
  amine_drive *d = &input->drive;
  const am_where steps = {.above = where, .key = "steps"}, ramps = {.above = where, .key = "ramps"};
  if (keys->steps && keys->ramps)
    return am_refuse(r, where, NULL, "steps or ramps say how it changes: one of the two");
  if (d->kind == AMINE_DRIVE_POISSON && (keys->ramps || keys->amplitude != 0))
    return am_refuse(r, where, NULL,
                     "the rate of a Poisson input changes in steps only; that of a population of "
                     "model poisson may change in any way");
  AM_TRY(read_part(input, plan, r, where, object, keys));
  if (keys->steps) AM_TRY(read_course(d, plan, r, &steps, keys->steps));
  if (keys->ramps) AM_TRY(read_course(d, plan, r, &ramps, keys->ramps));
  d->ramps = keys->ramps != NULL;
  d->amplitude = keys->amplitude, d->period_ms = keys->period_ms, d->phase = keys->phase;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ made */

/* round(fraction n) of n neurons, at least one, each choice equally likely: one after the other is
 * taken with the chance (still wanted) / (still there). */
static int draw_part(int *out, int n, double fraction, uint64_t seed, size_t number) {
  int wanted = (int)fmax(1, floor(fraction * n + 0.5)), taken = 0;
  for (int i = 0; i < n; i++) {
    const am_random_key key = {seed, AM_STREAM_PART, (uint32_t)number, (uint32_t)i};
    if (am_below(am_random(key, 0).v[0], (uint32_t)(n - i)) >= (uint32_t)(wanted - taken)) continue;
    out[taken++] = i;
  }
  return taken;
}

amine_status am_drive_set(amine_brain *brain, const am_model_plan *plan,
                          const am_model_plan_input *input, size_t number, amine_error *error) {
  amine_drive d = input->drive;
  if (input->fraction <= 0) return amine_brain_add_drive(brain, input->population, &d, error);
  const int n = plan->populations[input->population].n;
  int *drawn = am_alloc((size_t)n, sizeof *drawn);
  if (!drawn) return am_fail_memory(error, am_size_mul((size_t)n, sizeof *drawn));
  d.neurons = drawn;
  d.n_neurons = draw_part(drawn, n, input->fraction, plan->seed, number);
  const amine_status status = amine_brain_add_drive(brain, input->population, &d, error);
  am_free(drawn);
  return status;
}
