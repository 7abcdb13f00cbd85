/* What a person can do to a training while it goes on (run/interventions.h). */
#ifndef AMINE_RUN_TRAIN_REACH_H
#define AMINE_RUN_TRAIN_REACH_H

#include "run/interventions.h"
#include "run/train/experiment.h"

#define AM_RATE_FACTOR_MAX 1000.0

/* Its run is the am_experiment. */
extern const am_reach am_train_reach;

#endif
