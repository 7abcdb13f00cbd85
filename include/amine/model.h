/* A brain from a model file: the JSON that docs/model.md describes and `amine simulate` runs.
 *
 *   amine_error error;
 *   amine_brain *brain;
 *   if (amine_brain_from_file(&brain, "model.json", NULL, &error) != AMINE_OK) {
 *     fprintf(stderr, "%s\n", error.message);      "model.json: populations.E.n=-3: it must be ..."
 *     return 1;
 *   }
 *   fputs(amine_brain_notes(brain), stderr);        keys that were accepted and are not used
 *   amine_brain_run(brain, 10000, &error);
 *   amine_brain_destroy(brain);
 *
 * The brain has the file's populations, projections, inputs, modulators and events
 * (amine/events.h). Keys that belong to a run of the command (duration_s, record, protocol, clamp,
 * ...) are passed over. */
#ifndef AMINE_MODEL_H
#define AMINE_MODEL_H

#include <stddef.h>
#include <stdint.h>

#include "amine/brain.h"

#ifdef __cplusplus
extern "C" {
#endif

/* From `length` bytes of UTF-8 text. The brain draws from *seed; NULL: from the file's `seed`, 1 if
 * it has none. The caller destroys *brain; text and seed may go. AMINE_ERROR_INPUT: error->message
 * names the key, its value and what is allowed; where the text is no JSON, error->offset is the
 * byte that is wrong. AMINE_ERROR_IO for a file that the model names; AMINE_ERROR_MEMORY.
 * *brain is then untouched. */
AMINE_API amine_status amine_brain_from_json(amine_brain **brain, const char *text, size_t length,
                                             const uint64_t *seed, amine_error *error);

/* The same from a file, whose name is then in the sentences and in error->file. Files that the
 * model names are looked for from its folder (from where the process runs if it is a text). */
AMINE_API amine_status amine_brain_from_file(amine_brain **brain, const char *path,
                                             const uint64_t *seed, amine_error *error);

#ifdef __cplusplus
}
#endif
#endif
