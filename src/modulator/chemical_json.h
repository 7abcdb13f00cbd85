/* The chemical modulators from a JSON object: {"dopamine": {"baseline": 0.6, ...}, ...}.
 *
 * Promise: a value that is taken lies in its range; anything else gets a sentence that names the
 * key and what is allowed, and an unknown key the nearest known one. */
#ifndef AMINE_MODULATOR_CHEMICAL_JSON_H
#define AMINE_MODULATOR_CHEMICAL_JSON_H

#include <jansson.h>

#include "amine/chemical.h"
#include "amine/chemical_json.h"

/* The configuration that the object describes, with defaults for what it does not say. A system
 * that it names is on. `where` (a path, or NULL) stands in the sentences. AMINE_ERROR_INPUT; *out
 * is then as it was. */
amine_status am_chemical_config_from_json(amine_chemical_config *out, const json_t *object,
                                          const char *where, amine_error *error);

/* The same, made into a system at its baselines. */
amine_status am_chemical_from_json(amine_chemical *out, const json_t *object, const char *where,
                                   amine_error *error);

#endif
