/* `populations` of a model file: neurons of one model each, by a name. */
#ifndef AMINE_BRAIN_MODEL_POPULATION_H
#define AMINE_BRAIN_MODEL_POPULATION_H

#include "brain/model_plan.h"

extern const am_table am_population_table;
/* {"x": [0, 19], "y": ..., "z": ..., "w": ...}: int members of an am_box */
extern const am_table am_box_table;

/* Adds the populations of the array. */
amine_status am_populations_read(am_model_plan *plan, am_reader *r, const am_where *where,
                                 const json_t *array);

/* Notes what is taken as it is said and is hardly meant: a reset above the threshold, and steps
 * that are too long for a model. */
void am_populations_note(const am_model_plan *plan, am_reader *r, const am_where *file);

/* A parameter of its neurons: as the file says, or the model's. */
double am_population_value(const am_model_plan_population *population, const char *name);

/* What an arrival of weight w brings to a neuron in all, as a current times a time, is w of these ms:
 * tau of the receptor; of a jump of V tau_m; of a current of one step dt. 0: it is no current. */
double am_population_arrival_ms(const am_model_plan *plan, int population, amine_receptor receptor);

/* Reads a box; an axis that is not named stays as it is in *box. Each coordinate must be below its
 * extent. */
amine_status am_box_read(am_box *box, am_reader *r, const am_where *where, const json_t *object,
                         const int extents[4], bool generous);

/* Draws the positions of all populations that are in a box. */
amine_status am_populations_place(am_model_plan *plan, amine_error *error);

#endif
