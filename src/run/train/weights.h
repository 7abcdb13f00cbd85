/* Parameters from a safetensors file, whoever wrote it: a checkpoint, PyTorch, numpy.
 *
 * Promise: all of the network's tensors are in the file, with their names and shapes, and the file
 * has no others; or nothing is taken, and each difference is said. From a run (am_weights_from) a
 * network may go to a task with other inputs and outputs. */
#ifndef AMINE_RUN_TRAIN_WEIGHTS_H
#define AMINE_RUN_TRAIN_WEIGHTS_H

#include "base/memory.h"
#include "learner/learner.h"
#include "run/config/config.h"

#define AM_WEIGHTS_LIMIT ((size_t)1 << 34) /* bytes that such a file may have */
#define AM_WEIGHTS_FILE "weights.safetensors" /* the copy in a run's folder */

/* Takes the parameters, of F32 or (rounded) F64; what else a checkpoint holds, moments, traces and
 * counters, may be in the file and is left alone. Checksums are checked if there are any.
 * AMINE_ERROR_INPUT names every tensor that is missing, unknown, of another shape or type, or not
 * finite, as far as there is room. */
amine_status am_weights_load(am_learner *learner, const char *path, amine_error *error);

/* Takes the parameters of a run's checkpoint whose network this is, for a task that may have other
 * inputs and outputs: what the run has not, or for other ones, stays as it was made and is released,
 * so that it learns. notes gets a line that names it. AMINE_ERROR_INPUT: another size,
 * a value that is not finite, none of its tensors; or, as AMINE_ERROR_IO, no checkpoint. */
amine_status am_weights_from(am_learner *learner, const char *path, am_text *notes,
                             amine_error *error);

/* The same from another learner. */
amine_status am_weights_hand_over(am_learner *learner, const am_learner *giver, amine_error *error);

/* Copies the file that a run begins with, if any, into the run's folder, which so carries it, as
 * AM_WEIGHTS_FILE; and says so in a configuration that will stand there. */
amine_status am_weights_keep(const am_config *config, const char *folder, amine_error *error);
void am_weights_place(am_config *config);

#endif
