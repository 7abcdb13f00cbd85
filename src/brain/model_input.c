/* What drives a population from outside. */
#include "brain/model_input.h"

#include <limits.h>
#include <string.h>

#include "brain/model_drive.h"
#include "brain/model_image.h"
#include "brain/model_population.h"
#include "brain/model_spikes.h"

typedef struct input_keys {
  const char *name, *population, *sense, *file, *checksum;
  const json_t *times_ms, *values;
  const char *receptor;
  int type, index, first;
  double mean, noise, rate_hz, weight, scale, in_degree;
  bool constant;
  am_drive_keys drive;
} input_keys;

static const char *own_name(const json_t *input, char *out, size_t size) {
  static const char *const keys[] = {"name", "population", "sense"};
  const char *name = NULL;
  (void)out, (void)size;
  for (int k = 0; k < 3 && !name; k++) name = json_string_value(json_object_get(input, keys[k]));
  return name;
}

#define AT(member) .offset = offsetof(input_keys, member)
#define NUMBER(key, low, high, of, text) AM_FIELD_IN(NUMBER, #key, AT(key), low, high, of, text)
#define DRIVE(key, low, high, of, text)                                                            \
  AM_FIELD_IN(NUMBER, #key, AT(drive.key), low, high, of, text)
#define TEXT(key, text) AM_FIELD_OF(TEXT, #key, AT(key), text)
#define ARRAY(key, of, text) AM_FIELD_OF(ARRAY, #key, AT(key), text, .unit = of)
static const am_field input_fields[] = {
    TEXT(name, "of the input, for paths"),
    TEXT(population, "that it goes to"),
    TEXT(sense, "that it goes to, instead of a population"),
    {.name = "type",
     .kind = AM_FIELD_WORD,
     AT(type),
     .words = "current|poisson|spikes|image", /* in the order of am_model_plan_input_kind */
     .meaning = "what comes"},
    NUMBER(mean, -1e6, 1e6, "mV or pA", "constant current, in the unit of the neuron model"),
    NUMBER(noise, 0, 1e6, "mV or pA", "width of a uniform current around it, drawn each step"),
    NUMBER(rate_hz, 0, 1e6, "Hz", "of the Poisson train that each neuron gets"),
    NUMBER(in_degree, 0, 1e6, NULL, "so many trains of that rate for each neuron"),
    AM_FIELD_OF(SWITCH, "constant", AT(constant),
                "whether the current that they bring on average comes instead of them"),
    AM_FIELD_OF(ARRAY, "steps", AT(drive.steps),
                "[[time in ms, value], ...]: the current or the rate from that time on"),
    AM_FIELD_OF(ARRAY, "ramps", AT(drive.ramps), "likewise, on straight lines between the times"),
    DRIVE(amplitude, -1e6, 1e6, "mV or pA, or Hz", "of a sine that is added"),
    DRIVE(period_ms, 1e-3, 1e12, "ms", "of the sine"),
    DRIVE(phase, 0, 1, "turns", "of the sine at time 0"),
    AM_FIELD_IN(RANGE, "range", AT(drive.range), 0, 1e7, "neurons",
                "first and last of those that are reached"),
    DRIVE(fraction, 1e-9, 1, NULL, "of the neurons that are reached, drawn once"),
    NUMBER(weight, -1e6, 1e6, NULL, "of each of its arrivals"),
    TEXT(receptor, "where they arrive: excitatory, inhibitory, or one of the population's own"),
    AM_FIELD_OF(ARRAY, "neurons", AT(drive.neurons),
                "those that are reached; of type spikes: the numbers of those that fire,"),
    ARRAY(times_ms, "ms", "and when"),
    TEXT(file, "of type spikes: GDF, text or NPY; of type image: NPY or IDX"),
    TEXT(checksum, "CRC-32C of the file, 8 digits: another file is refused"),
    AM_FIELD_OF(INTEGER, "first", AT(first),
                "number of neuron 0 in the file; those of other populations are passed over",
                .max = INT_MAX),
    ARRAY(values, NULL, "of type image: rows of brightness"),
    NUMBER(scale, -1e6, 1e6, "mV or pA", "current of brightness 1"),
    AM_FIELD_OF(INTEGER, "index", AT(index), "which picture of the file, from 0", .max = 1e9),
    {0}};
#undef AT
const am_table am_input_table = {.fields = input_fields, .name = own_name};

/* The keys of each type, besides the first four. */
static const char *const keys_of[] = {"mean|noise", "rate_hz|weight|receptor|in_degree|constant",
                                      "neurons|times_ms|file|checksum|first",
                                      "file|checksum|values|scale|index"};

static amine_status check_keys(const am_reader *r, const am_where *where, const json_t *object) {
  const char *type = json_string_value(json_object_get(object, "type")), *key;
  if (!type)
    return am_refuse(r, where, NULL, "type is missing: one of current|poisson|spikes|image");
  const char *keys = keys_of[am_word_index("current|poisson|spikes|image", type)];
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)object, key, value) {
    const am_where here = {.above = where, .key = key};
    const bool drives =
        keys == keys_of[AM_MODEL_PLAN_CURRENT] || keys == keys_of[AM_MODEL_PLAN_POISSON];
    if (am_word_among("name|population|sense|type", key) || am_word_among(keys, key)) continue;
    if (drives && am_word_among(am_drive_words, key)) continue;
    return am_refuse(r, &here, NULL, "an input of type %s has %s%s%s only", type, keys,
                     drives ? "|" : "", drives ? am_drive_words : "");
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ whose input */

amine_status am_sense_find(const am_model_plan *plan, const am_model_plan_sense **sense,
                           const char *name, const am_reader *r, const am_where *where) {
  am_nearest_word near = am_nearest_begin(name);
  for (size_t k = 0; k < plan->n_senses; k++) {
    am_nearest_try(&near, plan->senses[k].name);
    if (strcmp(plan->senses[k].name, name) != 0) continue;
    if (plan->senses[k].population < 0)
      return am_refuse(r, where, NULL, "the sense \"%.60s\" has no area", name);
    *sense = &plan->senses[k];
    return AMINE_OK;
  }
  return am_refuse(r, where, NULL, "there is no sense \"%.60s\"%s%s%s", name,
                   near.best ? "; did you mean " : "", near.best ? near.best : "",
                   near.best ? "?" : "");
}

static amine_status find_population(const am_model_plan *plan, int *population,
                                    const am_model_plan_sense **sense, const input_keys *keys,
                                    const am_reader *r, const am_where *above) {
  const am_where named = {.above = above, .key = "population"};
  const am_where sensed = {.above = above, .key = "sense"};
  if (!keys->population == !keys->sense)
    return am_refuse(r, above, NULL, "an input goes to a population or to a sense: one of the two");
  if (keys->population) return am_model_plan_find(plan, population, keys->population, r, &named);
  AM_TRY(am_sense_find(plan, sense, keys->sense, r, &sensed));
  *population = (*sense)->population;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ spikes */

static amine_status read_spikes(am_model_plan_input *input, am_model_plan *plan, am_reader *r,
                                const am_where *above, const input_keys *keys) {
  const am_where neurons_at = {.above = above, .key = "neurons"};
  const am_where times_at = {.above = above, .key = "times_ms"};
  const am_field index = {.kind = AM_FIELD_INTEGER,
                          .max = plan->populations[input->population].n - 1};
  static const am_field time = {.kind = AM_FIELD_NUMBER, .max = AM_SPIKES_LATEST_MS};
  int *neurons;
  double *times;
  const size_t n = json_array_size(keys->drive.neurons);
  if (!keys->drive.neurons || !keys->times_ms || json_array_size(keys->times_ms) != n)
    return am_refuse(r, above, NULL,
                     "spikes are a file, or neurons and times_ms, of which there are as many");
  AM_TRY(am_spikes_room(input, &neurons, &times, n, plan, r->error));
  for (size_t k = 0; k < n; k++) {
    const am_where a = {.above = &neurons_at, .index = k, .element = true};
    const am_where b = {.above = &times_at, .index = k, .element = true};
    AM_TRY(am_field_read(r, &a, json_array_get(keys->drive.neurons, k), &index, &neurons[k]));
    AM_TRY(am_field_read(r, &b, json_array_get(keys->times_ms, k), &time, &times[k]));
  }
  return AMINE_OK;
}

static amine_status read_spike_file(am_model_plan_input *input, am_model_plan *plan, am_reader *r,
                                    const am_where *above, const input_keys *keys) {
  const am_spike_file file = {.path = keys->file, .checksum = keys->checksum, .first = keys->first};
  if (keys->drive.neurons || keys->times_ms)
    return am_refuse(r, above, NULL, "spikes are a file, or neurons and times_ms: one of the two");
  return am_spike_file_read(input, plan, r, above, &file);
}

/* ------------------------------------------------------------------------------ pictures */

static amine_status read_image(am_model_plan_input *input, am_model_plan *plan, am_reader *r,
                               const am_where *above, const input_keys *keys,
                               const am_model_plan_sense *sense) {
  const am_where file = {.above = above, .key = "file"}, values = {.above = above, .key = "values"};
  const am_model_plan_population *p = &plan->populations[input->population];
  if (!keys->file == !keys->values)
    return am_refuse(r, above, NULL, "a picture is a file or values: one of the two");
  if (keys->file)
    AM_TRY(am_image_file(&input->image, plan, r, &file, keys->file, keys->checksum, keys->index));
  else
    AM_TRY(am_image_values(&input->image, plan, r, &values, keys->values, sense ? sense->width : 0,
                           sense ? sense->height : 0));
  const double n_pixels = (double)input->image.width * input->image.height;
  if (!p->positions && !p->in_box && n_pixels != p->n)
    return am_refuse(r, above, NULL,
                     "\"%s\" has no positions, so the picture must have its %d pixels, not %.0f",
                     p->name, p->n, n_pixels);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ inputs */

/* A part of the population, or something that changes. */
static amine_status read_drive(am_model_plan_input *input, am_model_plan *plan, am_reader *r,
                               const am_where *where, const json_t *object,
                               const input_keys *keys) {
  const am_model_plan_population *p = &plan->populations[input->population];
  const bool current = input->kind == AM_MODEL_PLAN_CURRENT;
  const bool rate = !current && am_neuron_takes_rate(p->model);
  input->drives = true;
  input->drive = amine_drive_default();
  input->drive.kind = current ? AMINE_DRIVE_CURRENT : rate ? AMINE_DRIVE_RATE : AMINE_DRIVE_POISSON;
  input->drive.before = current ? keys->mean : keys->rate_hz;
  input->drive.weight = keys->weight;
  input->drive.receptor = input->receptor;
  if (keys->noise > 0)
    return am_refuse(
        r, where, NULL,
        "noise is of a current for all neurons that does not change: it may be an input "
        "of its own");
  if (rate && (json_object_get(object, "weight") || json_object_get(object, "receptor")))
    return am_refuse(
        r, where, NULL,
        "\"%s\" is of model poisson: the rate is its own, and has no weight or receptor", p->name);
  return am_drive_read(input, plan, r, where, object, &keys->drive);
}

/* What Poisson arrivals bring on average, as a current. */
static amine_status make_constant(am_model_plan_input *input, const am_model_plan *plan,
                                  const am_reader *r, const am_where *above) {
  const am_where where = {.above = above, .key = "constant"};
  const am_model_plan_population *p = &plan->populations[input->population];
  const double ms = am_population_arrival_ms(plan, input->population, input->receptor);
  if (ms <= 0)
    return am_refuse(r, &where, NULL,
                     "arrivals are currents in the models lif, izhikevich and izhikevich-2007, but at "
                     "receptors with an e_mv; \"%s\" is of %s",
                     p->name, p->model->part.name);
  if (input->drives)
    return am_refuse(r, &where, NULL, "it is for all neurons and does not change in time");
  input->kind = AM_MODEL_PLAN_CURRENT;
  input->mean = input->rate_hz * 1e-3 * input->weight * ms;
  input->receptor = AMINE_RECEPTOR_1;
  return AMINE_OK;
}

static amine_status read_input(am_model_plan *plan, am_reader *r, const am_where *where,
                               const json_t *object) {
  const am_model_plan_sense *sense = NULL;
  input_keys keys = {
      .weight = 1, .scale = 1, .first = -1, .in_degree = 1, .drive = {.period_ms = 1000}};
  am_model_plan_input input = {0};
  AM_TRY(am_table_read(r, where, object, &am_input_table, false, &keys));
  AM_TRY(check_keys(r, where, object));
  AM_TRY(find_population(plan, &input.population, &sense, &keys, r, where));
  input.kind = (am_model_plan_input_kind)keys.type;
  input.mean = keys.mean, input.noise = keys.noise;
  input.rate_hz = keys.rate_hz, input.weight = keys.weight;
  const am_where receptor = {.above = where, .key = "receptor"};
  AM_TRY(am_model_plan_find_receptor(plan, &input.receptor, input.population, keys.receptor, r,
                                     &receptor));
  input.scale = (float)keys.scale;
  const bool rate =
      input.kind == AM_MODEL_PLAN_POISSON &&
      am_neuron_takes_rate(plan->populations[input.population].model);
  input.rate_hz *= keys.in_degree;
  if (keys.in_degree != 1 && (rate || am_drive_is(object)))
    return am_refuse(r, where, NULL, "in_degree is of Poisson trains that do not change in time");
  if (rate || (input.kind <= AM_MODEL_PLAN_POISSON && am_drive_is(object)))
    AM_TRY(read_drive(&input, plan, r, where, object, &keys));
  if (keys.constant) AM_TRY(make_constant(&input, plan, r, where));
  if (input.kind == AM_MODEL_PLAN_IMAGE) AM_TRY(read_image(&input, plan, r, where, &keys, sense));
  if (input.kind == AM_MODEL_PLAN_SPIKES && keys.file)
    AM_TRY(read_spike_file(&input, plan, r, where, &keys));
  else if (input.kind == AM_MODEL_PLAN_SPIKES) AM_TRY(read_spikes(&input, plan, r, where, &keys));
  return am_model_plan_add_input(plan, &input, r);
}

/* A second current, picture or Poisson input would replace the first one; drives add up. */
static amine_status check_twice(const am_model_plan *plan, const am_reader *r,
                                const am_where *where) {
  unsigned *seen = am_alloc(plan->n_populations, sizeof *seen);
  if (!seen) return am_fail_memory(r->error, am_size_mul(plan->n_populations, sizeof *seen));
  const char *twice = NULL;
  for (size_t k = 0; k < plan->n_inputs && !twice; k++) {
    const am_model_plan_input *input = &plan->inputs[k];
    const unsigned bit = 1u << ((unsigned)input->kind + 4 * (unsigned)input->receptor);
    if (input->kind == AM_MODEL_PLAN_SPIKES || input->drives) continue;
    if (seen[input->population] & bit) twice = plan->populations[input->population].name;
    seen[input->population] |= bit;
  }
  am_free(seen);
  if (!twice) return AMINE_OK;
  return am_refuse(r, where, NULL, "\"%s\" has two inputs of one type", twice);
}

amine_status am_inputs_read(am_model_plan *plan, am_reader *r, const am_where *where,
                            const json_t *array) {
  size_t k;
  json_t *value;
  json_array_foreach(array, k, value) {
    const am_where here = am_where_element(where, value, k, &am_input_table, NULL, 0);
    AM_TRY(read_input(plan, r, &here, value));
  }
  return plan->n_inputs ? check_twice(plan, r, where) : AMINE_OK;
}

static amine_status set_image(amine_brain *brain, const am_model_plan *plan,
                              const am_model_plan_input *input, amine_error *error) {
  const am_model_plan_population *p = &plan->populations[input->population];
  float *currents = am_alloc((size_t)p->n, sizeof *currents);
  if (!currents) return am_fail_memory(error, am_size_mul((size_t)p->n, sizeof *currents));
  am_image_map(currents, &input->image, p);
  for (int k = 0; k < p->n; k++) currents[k] *= input->scale;
  const amine_status status = amine_brain_set_currents(brain, input->population, currents, error);
  am_free(currents);
  return status;
}

static amine_status set_input(amine_brain *brain, const am_model_plan *plan, size_t number,
                              amine_error *error) {
  const am_model_plan_input *input = &plan->inputs[number];
  if (input->drives) return am_drive_set(brain, plan, input, number, error);
  switch (input->kind) {
  case AM_MODEL_PLAN_CURRENT:
    return amine_brain_set_current(brain, input->population, input->mean, input->noise, error);
  case AM_MODEL_PLAN_POISSON:
    return amine_brain_set_poisson(brain, input->population, input->receptor, input->rate_hz,
                                   input->weight, error);
  case AM_MODEL_PLAN_SPIKES:
    return amine_brain_add_spikes(brain, input->population, input->neurons, input->times_ms,
                                  input->n, error);
  case AM_MODEL_PLAN_IMAGE: return set_image(brain, plan, input, error);
  }
  return AMINE_OK;
}

amine_status am_inputs_set(amine_brain *brain, const am_model_plan *plan, amine_error *error) {
  for (size_t k = 0; k < plan->n_inputs; k++) AM_TRY(set_input(brain, plan, k, error));
  return AMINE_OK;
}
