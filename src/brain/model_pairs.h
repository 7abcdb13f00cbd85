/* Who is connected with whom, pair by pair: of a model file itself, or of a file that it names. */
#ifndef AMINE_BRAIN_MODEL_PAIRS_H
#define AMINE_BRAIN_MODEL_PAIRS_H

#include "brain/model_plan.h"

typedef struct am_pairs_keys {
  const json_t *pairs;
  const char *file, *checksum; /* instead */
} am_pairs_keys;

/* Fills in p's list, which the plan owns, for its source and target. A file is a text of lines
 * "source target" or "source target weight" (format/table_text.h), an NPY of such rows, or an NPZ
 * with the arrays `sources`, `targets` and perhaps `weights`, or with `matrix` [sources][targets], in
 * which 0 is no synapse. */
amine_status am_pairs_read(amine_projection *p, am_model_plan *plan, am_reader *r,
                           const am_where *above, const am_pairs_keys *keys);

#endif
