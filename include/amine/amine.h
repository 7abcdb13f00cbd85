/* Amine: neuromodulated learning. Includes every public header. */
#ifndef AMINE_H
#define AMINE_H

#include "amine/brain.h"
#include "amine/chemical.h"
#include "amine/chemical_json.h"
#include "amine/controller.h"
#include "amine/events.h"
#include "amine/experiment.h"
#include "amine/kernel.h"
#include "amine/lanes.h"
#include "amine/learner.h"
#include "amine/memory.h"
#include "amine/model.h"
#include "amine/module.h"
#include "amine/random.h"
#include "amine/registry.h"
#include "amine/run.h"
#include "amine/simulation.h"
#include "amine/status.h"
#include "amine/sweep.h"
#include "amine/task.h"
#include "amine/version.h"

#endif
