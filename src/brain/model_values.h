/* Parameters of neuron models and rules in a model file: {"tau_m_ms": 20, "d": [8, 2, ...]}.
 *
 * Names and ranges are those of the part's own table. */
#ifndef AMINE_BRAIN_MODEL_VALUES_H
#define AMINE_BRAIN_MODEL_VALUES_H

#include "brain/model_plan.h"

/* Whose parameters, and what is taken. */
typedef struct am_values_source {
  const am_part *part;
  int n_neurons; /* so many may have a number each, given or drawn; 0: no such numbers */
  bool loose; /* "tau_m" means tau_m_ms; what is unknown is noted or, with `passes`, passed over */
  bool passes;
} am_values_source;

typedef struct am_values {
  amine_value *values;
  int n_values;
  am_model_plan_column *columns;
  int n_columns;
} am_values;

/* Adds the parameters that an object names to those in *out, which the plan owns; a parameter that
 * is there gets the new value. */
amine_status am_values_read(am_values *out, am_model_plan *plan, am_reader *r,
                            const am_where *where, const json_t *object,
                            const am_values_source *source);

/* How numbers are drawn, whose name and range the field says: {"uniform": [low, high]}, {"normal":
 * [mean, sd]} or {"lognormal": [mean, sd]} of the logarithm; the last two perhaps with "min" and
 * "max". */
amine_status am_drawn_read(amine_draw *out, am_reader *r, const am_where *where,
                           const json_t *object, const am_field *field);

/* A number for each of n neurons: an array of n numbers, or as am_drawn_read has it. */
amine_status am_draw_read(amine_draw *out, am_model_plan *plan, am_reader *r, const am_where *where,
                          const json_t *value, const am_field *field, int n);

/* Adds one parameter; a value out of its range is refused in the name of `where`. */
amine_status am_values_set(am_values *out, am_model_plan *plan, am_reader *r, const am_where *where,
                           const amine_parameter *parameter, double value);

/* The neuron model or synapse rule that a value of the file means: by a word (brain/parts.h), or what
 * was made of the lines of a text (brain/model_texts.h); or a sentence with the nearest one. */
amine_status am_part_read(const am_part **part, const am_reader *r, const am_where *where,
                          am_part_kind kind, const json_t *value, bool loosely);

#endif
