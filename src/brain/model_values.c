/* Values against the table of their model or rule. */
#include "brain/model_values.h"

#include <assert.h>
#include <string.h>

#include "brain/draw.h"
#include "brain/model_texts.h"
#include "brain/parts.h"

amine_status am_part_read(const am_part **part, const am_reader *r, const am_where *where,
                          am_part_kind kind, const json_t *value, bool loosely) {
  const bool neuron = kind == AM_NEURON;
  const char *near = NULL, *word = json_string_value(value);
  *part = word ? am_brain_part_of(r->parts, kind, word, loosely, &near)
               : am_model_texts_part(r->parts, kind, value);
  if (*part) return AMINE_OK;
  if (!word)
    return am_refuse(r, where, json_is_array(value) ? NULL : value,
                     "it must be the name of a %s, the path of a text, or an array of its lines",
                     neuron ? "model" : "rule");
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

/* ------------------------------------------------------------------------------ neuron by neuron */

static amine_status read_given(amine_draw *out, am_model_plan *plan, am_reader *r,
                               const am_where *where, const json_t *array, const am_field *field,
                               int n) {
  void *block;
  if (json_array_size(array) != (size_t)n)
    return am_refuse(r, where, NULL, "it has %zu numbers, but there are %d neurons",
                     json_array_size(array), n);
  AM_TRY(am_model_plan_alloc(plan, &block, (size_t)n, sizeof(float), r->error));
  float *values = block;
  for (int k = 0; k < n; k++) {
    const am_where here = {.above = where, .index = (size_t)k, .element = true};
    double value = 0;
    AM_TRY(am_field_read(r, &here, json_array_get(array, (size_t)k), field, &value));
    values[k] = (float)value;
  }
  out->kind = AMINE_DRAW_GIVEN;
  out->values = values;
  return AMINE_OK;
}

static amine_status read_bounds(amine_draw *out, am_reader *r, const am_where *where,
                                const json_t *object, const am_field *field) {
  const am_where at[2] = {{.above = where, .key = "min"}, {.above = where, .key = "max"}};
  const json_t *value[2] = {json_object_get(object, "min"), json_object_get(object, "max")};
  double *const bound[2] = {&out->min, &out->max};
  for (int k = 0; k < 2; k++)
    if (value[k]) AM_TRY(am_field_read(r, &at[k], value[k], field, bound[k]));
  amine_error detail;
  if (am_draw_check(out, "what is drawn", &detail) == AMINE_OK) return AMINE_OK;
  return am_refuse(r, where, NULL, "%s", detail.message);
}

/* {"normal": [mean, sd]}: one member, whose name says how to draw, and perhaps bounds. */
amine_status am_drawn_read(amine_draw *out, am_reader *r, const am_where *where,
                           const json_t *object, const am_field *of) {
  const am_field number = {.kind = AM_FIELD_NUMBER, .min = of->min, .max = of->max};
  const am_field *field = &number;
  static const am_field kind = {.kind = AM_FIELD_WORD, .words = "uniform|normal|lognormal"};
  static const am_field any = {.kind = AM_FIELD_NUMBER, .min = -1e6, .max = 1e6},
                        width = {.kind = AM_FIELD_NUMBER, .max = 1e6};
  const char *word = NULL, *key;
  json_t *value, *pair = NULL;
  bool good = true, bounded = false;
  json_object_foreach((json_t *)(uintptr_t)object, key, value) {
    const bool bound = strcmp(key, "min") == 0 || strcmp(key, "max") == 0;
    good &= bound || (!word && am_word_index(kind.words, key) >= 0 && json_array_size(value) == 2);
    bounded |= bound;
    if (!bound) word = key, pair = value;
  }
  if (!good || !word || (bounded && strcmp(word, "uniform") == 0))
    return am_refuse(r, where, NULL,
                     "numbers are drawn by one of {\"uniform\": [low, high]}, {\"normal\": [mean, "
                     "sd]}, {\"lognormal\": [mean, sd]} of the logarithm; the last two may have "
                     "\"min\" and \"max\"");
  *out = amine_draw_default();
  out->kind = (amine_draw_kind)(AMINE_DRAW_UNIFORM + am_word_index(kind.words, word));
  const am_where inside = {.above = where, .key = word};
  const am_where low = {.above = &inside, .index = 0, .element = true};
  const am_where high = {.above = &inside, .index = 1, .element = true};
  AM_TRY(am_field_read(r, &low, json_array_get(pair, 0),
                       out->kind == AMINE_DRAW_LOGNORMAL ? &any : field, &out->a));
  AM_TRY(am_field_read(r, &high, json_array_get(pair, 1),
                       out->kind == AMINE_DRAW_UNIFORM ? field : &width, &out->b));
  if (out->kind == AMINE_DRAW_UNIFORM && out->a > out->b)
    return am_refuse(r, &inside, NULL, "[%.10g, %.10g]: the first is not the lower one", out->a,
                     out->b);
  return out->kind == AMINE_DRAW_UNIFORM ? AMINE_OK : read_bounds(out, r, where, object, field);
}

amine_status am_draw_read(amine_draw *out, am_model_plan *plan, am_reader *r, const am_where *where,
                          const json_t *value, const am_field *field, int n) {
  *out = amine_draw_default();
  if (json_is_array(value)) return read_given(out, plan, r, where, value, field, n);
  if (json_is_object(value)) return am_drawn_read(out, r, where, value, field);
  AM_TRY(am_field_read(r, where, value, field, &out->a));
  out->b = out->a;
  return AMINE_OK;
}

static amine_status read_column(am_values *out, am_model_plan *plan, am_reader *r,
                                const am_where *where, const json_t *value,
                                const amine_parameter *p, int n) {
  void *block;
  am_model_plan_column column = {.name = p->name};
  const am_field field = {.name = p->name, .kind = AM_FIELD_NUMBER, .min = p->min, .max = p->max};
  AM_TRY(am_draw_read(&column.draw, plan, r, where, value, &field, n));
  if (!out->columns) {
    AM_TRY(am_model_plan_alloc(plan, &block, AM_VALUES_MAX, sizeof *out->columns, r->error));
    out->columns = block;
  }
  assert(out->n_columns < AM_VALUES_MAX);
  out->columns[out->n_columns++] = column;
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
    } else if ((json_is_array(value) || json_is_object(value)) && source->n_neurons > 0) {
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
