/* The chemical modulators from JSON text. */
#ifndef AMINE_CHEMICAL_JSON_H
#define AMINE_CHEMICAL_JSON_H

#include <stddef.h>

#include "amine/chemical.h"
#include "amine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Makes the whole system from an object such as
 *
 *   {"dopamine": {"baseline": 0.6, "decay_rate": 0.05, "learning_rate_modulation": 3.0},
 *    "acetylcholine": {}}
 *
 * in `length` bytes of UTF-8. What is not said has its default; naming acetylcholine or orexin
 * switches it on. Every system takes baseline and decay_rate (or, for exponential decay, tau_ms and
 * step_ms), and its own strengths, named as in its config. AMINE_ERROR_INPUT with a sentence that
 * names the place, or the key and what is allowed; AMINE_ERROR_MEMORY. *out is then as it was. */
AMINE_API amine_status amine_chemical_from_json(amine_chemical *out, const char *text,
                                                size_t length, amine_error *error);

#ifdef __cplusplus
}
#endif
#endif
