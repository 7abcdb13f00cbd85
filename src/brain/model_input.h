/* `inputs` of a model file: currents, Poisson trains, given spikes and pictures for a population,
 * which may be named by a sense. */
#ifndef AMINE_BRAIN_MODEL_INPUT_H
#define AMINE_BRAIN_MODEL_INPUT_H

#include "brain/model_plan.h"

extern const am_table am_input_table;

/* Adds the inputs of the array. */
amine_status am_inputs_read(am_model_plan *plan, am_reader *r, const am_where *where,
                            const json_t *array);

/* A sense that has an area, by its name; if there is none, a sentence. */
amine_status am_sense_find(const am_model_plan *plan, const am_model_plan_sense **sense,
                           const char *name, const am_reader *r, const am_where *where);

/* Gives the inputs of a plan, whose positions are drawn, to the brain made of it. */
amine_status am_inputs_set(amine_brain *brain, const am_model_plan *plan, amine_error *error);

#endif
