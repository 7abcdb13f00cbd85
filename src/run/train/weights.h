/* Parameters from a safetensors file, whoever wrote it: a checkpoint, PyTorch, numpy.
 *
 * Promise: all of the network's tensors are in the file, with their names and shapes, and the file
 * has no others; or nothing is taken, and each difference is said. */
#ifndef AMINE_RUN_TRAIN_WEIGHTS_H
#define AMINE_RUN_TRAIN_WEIGHTS_H

#include "learner/learner.h"

#define AM_WEIGHTS_LIMIT ((size_t)1 << 34) /* bytes that such a file may have */
#define AM_WEIGHTS_FILE "weights.safetensors" /* the copy in a run's folder */

/* Takes the parameters, of F32 or (rounded) F64; what else a checkpoint holds, moments, traces and
 * counters, may be in the file and is left alone. Checksums are checked if there are any.
 * AMINE_ERROR_INPUT names every tensor that is missing, unknown, of another shape or type, or not
 * finite, as far as there is room. */
amine_status am_weights_load(am_learner *learner, const char *path, amine_error *error);

/* Copies the file (nothing if `path` is "") into a run's folder, which so carries what it began
 * with, as AM_WEIGHTS_FILE. */
amine_status am_weights_keep(const char *path, const char *folder, amine_error *error);

#endif
