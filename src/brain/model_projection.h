/* `projections` and `targets` of a model file: who is connected with whom and how synapses learn,
 * and which effects of the modulators reach a population. */
#ifndef AMINE_BRAIN_MODEL_PROJECTION_H
#define AMINE_BRAIN_MODEL_PROJECTION_H

#include "brain/model_plan.h"

extern const am_table am_projection_table, am_target_table;

/* "none|dopamine|...", in the order of amine_third_factor */
extern const char am_factor_words[];

/* Each adds the elements of the array. */
amine_status am_projections_read(am_model_plan *plan, am_reader *r, const am_where *where,
                                 const json_t *array);
amine_status am_targets_read(am_model_plan *plan, am_reader *r, const am_where *where,
                             const json_t *array);

/* A learning projection with a third factor wants modulators. */
amine_status am_projections_check(const am_model_plan *plan, const am_reader *r);

#endif
