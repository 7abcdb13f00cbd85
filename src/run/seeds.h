/* One configuration run with several seeds, in one folder:
 *
 *   seeds.json                what they are: the seeds, and the configuration that they share
 *   seed1, seed2, ...         the folder of each run
 *   control-seed1, ...        of each control, if there are controls
 *   report.html               a page over all
 */
#ifndef AMINE_RUN_SEEDS_H
#define AMINE_RUN_SEEDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "run/folder.h"

enum { AM_SEEDS_MAX = 1000 };

typedef struct am_seeds {
  uint64_t first;
  int n;
  json_t *config; /* owned: what config.json says of a run, but for the seed */
} am_seeds;

/* AMINE_ERROR_ARGUMENT if n is not in 2 to AM_SEEDS_MAX, or the seeds would overflow. */
amine_status am_seeds_check(uint64_t first, int n, amine_error *error);

/* Writes seeds.json; `config` is the text of a JSON object. */
amine_status am_seeds_write(const char *folder, uint64_t first, int n, const am_text *config,
                            amine_error *error);
/* AMINE_ERROR_INPUT, _IO, _MEMORY. Free it with am_seeds_free. */
amine_status am_seeds_read(am_seeds *seeds, const char *folder, amine_error *error);
void am_seeds_free(am_seeds *seeds);

/* Does a folder hold such runs? */
bool am_seeds_folder(const char *folder);

/* The folder of a run, added to an empty text. AMINE_ERROR_MEMORY only. */
amine_status am_seeds_path(am_text *path, const char *folder, uint64_t seed, bool control,
                           amine_error *error);
/* Is there a run in a folder already? */
bool am_seeds_begun(const char *run_folder);

#endif
