/* `scale` of a model file: the same network with fewer neurons and fewer synapses on each. */
#ifndef AMINE_BRAIN_MODEL_SCALE_H
#define AMINE_BRAIN_MODEL_SCALE_H

#include "brain/model_plan.h"

extern const am_table am_scale_table;

/* Makes the plan, read as it stands in the file, as small as `object` says; NULL: nothing. */
amine_status am_scale_read(am_model_plan *plan, am_reader *r, const am_where *where,
                           const json_t *object);

#endif
