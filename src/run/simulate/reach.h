/* What a person can do to a simulation while it goes on (run/interventions.h). */
#ifndef AMINE_RUN_SIMULATE_REACH_H
#define AMINE_RUN_SIMULATE_REACH_H

#include "run/interventions.h"
#include "run/simulate/simulation.h"

/* Its run is the am_simulation. */
extern const am_reach am_simulation_reach;

#endif
