/* `neuromodulation` of a model file: the systems of modulator/chemical_json.h, and beside them
 * step_ms and enabled. */
#ifndef AMINE_BRAIN_MODEL_CHEMICAL_H
#define AMINE_BRAIN_MODEL_CHEMICAL_H

#include "brain/model_plan.h"

extern const am_table am_chemical_table;

/* Puts the system into the plan. Keys that no system has are noted if `generous`. */
amine_status am_chemical_read(am_model_plan *plan, am_reader *r, const am_where *file,
                              const json_t *object, bool generous);

#endif
