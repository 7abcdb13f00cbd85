/* Values against the table of their model or rule. */
#include "brain/model_values.h"

#include <assert.h>
#include <string.h>

#include "brain/parts.h"

amine_status am_part_read(const am_part **part, const am_reader *r, const am_where *where,
                          am_part_kind kind, const char *word, bool loosely) {
  const bool neuron = kind == AM_NEURON;
  const char *near = NULL;
  *part = am_brain_part_of(r->parts, kind, word, loosely, &near);
  if (*part) return AMINE_OK;
  return am_refuse(r, where, NULL, "\"%.60s\" is no %s%s%s%s", word,
                   neuron ? "neuron model" : "plasticity rule",
                   near     ? "; did you mean "
                   : neuron ? " (amine list neurons)"
                            : " (amine list synapses)",
                   near ? near : "", near ? "?" : "");
}

amine_status am_values_set(am_values *out, am_model_plan *plan, am_reader *r, const am_where *where,
                           const amine_parameter *parameter, double value) {
  void *block;
  if (!(value >= parameter->min && value <= parameter->max))
    return am_refuse(r, where, NULL, "%s=%.10g: it must be a number from %.10g to %.10g",
                     parameter->name, value, parameter->min, parameter->max);
  if (!out->values) {
    AM_TRY(am_model_plan_alloc(plan, &block, AM_VALUES_MAX, sizeof *out->values, r->error));
    out->values = block;
  }
  int k = 0;
  while (k < out->n_values && strcmp(out->values[k].name, parameter->name) != 0) k++;
  assert(k < AM_VALUES_MAX);
  out->values[k] = (amine_value){parameter->name, value};
  if (k == out->n_values) out->n_values++;
  return AMINE_OK;
}

/* A number for each neuron. */
static amine_status read_column(am_values *out, am_model_plan *plan, am_reader *r,
                                const am_where *where, const json_t *array,
                                const amine_parameter *p, int n) {
  void *block;
  if (json_array_size(array) != (size_t)n)
    return am_refuse(r, where, NULL, "it has %zu numbers, but there are %d neurons",
                     json_array_size(array), n);
  if (!out->columns) {
    AM_TRY(am_model_plan_alloc(plan, &block, AM_VALUES_MAX, sizeof *out->columns, r->error));
    out->columns = block;
  }
  AM_TRY(am_model_plan_alloc(plan, &block, (size_t)n, sizeof(float), r->error));
  float *values = block;
  const am_field field = {.name = p->name, .kind = AM_FIELD_NUMBER, .min = p->min, .max = p->max};
  for (int k = 0; k < n; k++) {
    const am_where here = {.above = where, .index = (size_t)k, .element = true};
    double value = 0;
    AM_TRY(am_field_read(r, &here, json_array_get(array, (size_t)k), &field, &value));
    values[k] = (float)value;
  }
  assert(out->n_columns < AM_VALUES_MAX);
  out->columns[out->n_columns++] = (am_model_plan_column){p->name, values};
  return AMINE_OK;
}

static amine_status unknown(am_reader *r, const am_where *where, const am_values_source *source,
                            const char *key) {
  am_nearest_word near = am_nearest_begin(key);
  am_nearest_parameter(&near, source->part);
  return am_refuse(r, where, NULL, "%s has no parameter \"%.60s\"%s%s%s", source->part->name, key,
                   near.best ? "; did you mean " : "", near.best ? near.best : "",
                   near.best ? "?" : "");
}

amine_status am_values_read(am_values *out, am_model_plan *plan, am_reader *r,
                            const am_where *where, const json_t *object,
                            const am_values_source *source) {
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)object, key, value) {
    const am_where here = {.above = where, .key = key};
    const amine_parameter *p = am_parameter_find(source->part, key, source->loose);
    if (!p && source->passes) continue;
    if (!p && !source->loose) return unknown(r, where, source, key);
    if (!p) {
      am_reader_note_unused(r, &here);
    } else if (json_is_array(value) && source->n_neurons > 0) {
      AM_TRY(read_column(out, plan, r, &here, value, p, source->n_neurons));
    } else {
      const am_field field = {
          .name = p->name, .kind = AM_FIELD_NUMBER, .min = p->min, .max = p->max};
      double number = 0;
      AM_TRY(am_field_read(r, &here, value, &field, &number));
      AM_TRY(am_values_set(out, plan, r, &here, p, number));
    }
  }
  return AMINE_OK;
}
