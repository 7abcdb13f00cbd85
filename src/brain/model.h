/* A JSON description becomes a brain.
 *
 * Two forms, which may be mixed in one file: the lattice form of tools for 4-dimensional spiking
 * networks (`lattice_shape`, `areas`, `senses`, `plasticity`, ...), in which unknown keys are
 * accepted, and the explicit form (`populations`, `projections`, `inputs`, `targets`), in which
 * they are refused with the nearest known key. docs/model.md lists all keys.
 *
 * Promise: any tree of values is answered with a brain or with a sentence, and one that is refused
 * costs no more than the file itself: neurons and synapses are made only for a file that is good.
 */
#ifndef AMINE_BRAIN_MODEL_H
#define AMINE_BRAIN_MODEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/memory.h"
#include "brain/model_field.h"
#include "brain/model_limits.h"

/* The brain that `root` describes; `name` (a path, or NULL) stands in the sentences. *notes (may be
 * NULL) gets one line for each key that was accepted and is not used, "cell_lifecycle: accepted,
 * not used", and for what is taken as it is said and is hardly meant. AMINE_ERROR_INPUT names the
 * key, its value and what is allowed; AMINE_ERROR_IO for a file that the model names;
 * AMINE_ERROR_MEMORY. *brain is then untouched. */
amine_status am_brain_from_json(amine_brain **brain, const json_t *root, const char *name,
                                uint64_t seed, am_text *notes, amine_error *error);

/* The same within the caller's limits; NULL stands for AM_MODEL_NEURONS, AM_MODEL_SYNAPSES and our
 * own models and rules. */
amine_status am_brain_from_json_within(amine_brain **brain, const json_t *root, const char *name,
                                       uint64_t seed, const am_model_limits *limits, am_text *notes,
                                       amine_error *error);

/* true if the model understands a key by its dotted path, so that it may be set over what `root`
 * says; elements of arrays go by their names in `root`: populations.E.n, projections.E-I.weight,
 * areas.V1_like.neuron_density. Models and rules are those of `parts`. *found tells what it is, or
 * what is wrong. */
bool am_brain_find_key(am_found *found, const am_registry *parts, const json_t *root,
                       const char *dotted_path);

/* The default model, with every key at its default: four areas of 250 neurons on a lattice of 20 x
 * 20 x 20 x 4 sites, connected at random with probability 0.1. The caller json_decref's *root; NULL
 * if memory was refused. */
void am_brain_default_model(json_t **root);

#endif
