/* The neuron models and synapse rules that a model file has as texts of equations
 * (equation/neuron_text.h, equation/synapse_text.h).
 *
 *     "model": "qif.txt"                            the path of one: it has a '.' or a '/'
 *     "model": ["# Quadratic ...", "state v", ...]  the text itself, as an array of its lines
 *     "rule": "mine.txt"                            the same of a projection
 *
 * and so in a lattice's neuron_model and cell_types ("type") and its plasticity ("rule").
 *
 * A path becomes the lines as soon as it is known from where it is meant, so that what is written
 * goes on without the file. */
#ifndef AMINE_BRAIN_MODEL_TEXTS_H
#define AMINE_BRAIN_MODEL_TEXTS_H

#include <jansson.h>

#include "base/error.h"
#include "base/registry.h"

/* Puts the lines of the file that it names in the place of each path, meant from `folder` ("" or
 * NULL: where the process runs). AMINE_ERROR_IO, AMINE_ERROR_INPUT, AMINE_ERROR_MEMORY. */
amine_status am_model_texts_inline(json_t *root, const char *folder, amine_error *error);

/* The parts of a file's texts, and a registry that has them beside those of `base`, which outlives
 * it. */
typedef struct am_model_texts am_model_texts;

/* Reads every text of populations and projections; *texts is NULL if there is none. `file` (NULL:
 * none) stands in sentences. AMINE_ERROR_INPUT for what is wrong in one, with its line and column.
 * */
amine_status am_model_texts_read(am_model_texts **texts, const am_registry *base,
                                 const json_t *root, const char *file, amine_error *error);
void am_model_texts_free(am_model_texts *texts);
const am_registry *am_model_texts_parts(const am_model_texts *texts);

/* The part that a "model" (AM_NEURON) or a "rule" (AM_SYNAPSE) names or is; NULL: there is none. */
const am_part *am_model_texts_part(const am_registry *parts, am_part_kind kind,
                                   const json_t *value);

#endif
