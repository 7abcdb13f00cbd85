/* Events that come by themselves: plans, how far they are, and what waits. */
#ifndef AMINE_BRAIN_EVENT_PLAN_H
#define AMINE_BRAIN_EVENT_PLAN_H

#include "brain/event_state.h"

void am_plans_free(am_plans *plans);
/* The step at which the next look must be; UINT64_MAX: none. */
uint64_t am_plans_next(const amine_brain *brain);
/* Looks at the spikes that no rule has seen yet: of the steps before brain->step, at most as many
 * as lie between two looks. AMINE_ERROR_MEMORY; some may then have been seen. */
amine_status am_plans_watch(amine_brain *brain, amine_error *error);
/* Lets come what is due at brain->step. AMINE_ERROR_MEMORY: some may have come, the others are
 * still due. */
amine_status am_plans_come(amine_brain *brain, amine_error *error);

/* Checkpoints: a checksum of what the plans say. */
uint32_t am_plans_structure(const amine_brain *brain, uint32_t crc);
/* Makes everything follow from states and waiting, which have been replaced. */
void am_plans_settle(amine_brain *brain);
/* Can a plan be so far at `step`; can something wait so? */
bool am_model_plan_state_fits(const amine_brain *brain, int plan, const am_model_plan_state *state,
                              uint64_t step);
bool am_wait_fits(const amine_brain *brain, const am_wait *wait, uint64_t step);

#endif
