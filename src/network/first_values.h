/* First values of what a plan learns: pure functions of seed, tensor and the place of an element,
 * whatever the layout. */
#ifndef AMINE_NETWORK_FIRST_VALUES_H
#define AMINE_NETWORK_FIRST_VALUES_H

#include "equation/plan.h"
#include "network/places.h"

/* Of all tensors of a plan, which are the places from `first` on. */
void am_first_values(const am_plan *plan, const am_places *places, int first, float *parameters,
                     uint64_t seed);
/* Of place k; `bound` is that of the standard ones. */
void am_first_tensor(const am_plan_tensor *tensor, const am_place *place, int k, float *parameters,
                     float bound, uint64_t seed);

#endif
