/* What happens to a brain: events that somebody gives, and the list of what has happened. */
#ifndef AMINE_BRAIN_EVENTS_H
#define AMINE_BRAIN_EVENTS_H

#include "amine/events.h"

/* amine_brain_give of a source; the brain is built. */
amine_status am_event_give(amine_brain *brain, int source, amine_event_kind kind, double first,
                           double second, amine_error *error);

/* The error of a reward's prediction, in the precision in which dopamine takes it. */
double am_event_delta(const amine_brain *brain, double reward, double expected);

#endif
