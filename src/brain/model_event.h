/* `events` of a model file: what happens to the brain while it runs. */
#ifndef AMINE_BRAIN_MODEL_EVENT_H
#define AMINE_BRAIN_MODEL_EVENT_H

#include "brain/model_plan.h"

extern const am_table am_event_table;

/* Adds the events of an array, or of an object in which they stand by their names. */
amine_status am_events_read(am_model_plan *plan, am_reader *r, const am_where *where,
                            const json_t *all, bool generous);

#endif
