/* What a simulation's protocol says of itself, for the page: protocol.json, which
 * run/simulate/page.h describes. A folder may be without it, and any part of it may be missing:
 * the page then says less. */
#ifndef AMINE_REPORT_BRAIN_PROTOCOL_H
#define AMINE_REPORT_BRAIN_PROTOCOL_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

/* Texts that are missing are NULL, numbers NAN. */
typedef struct am_brain_measure {
  const char *name, *unit, *meaning, *title, *panel, *chance_name, *best_name;
  double value, chance, best;
  bool figure; /* it has no curve */
} am_brain_measure;

typedef struct am_brain_protocol {
  json_t *root; /* all texts are borrowed from it; NULL: there is no file */
  const char *name, *title, *story, *headline;
  double finished_s; /* since when it does nothing more; NAN: it goes on */
  am_brain_measure *measures;
  size_t n_measures;
  const am_brain_measure *judged; /* one of them, or NULL */
  const json_t *pictures;         /* an array, or NULL */
} am_brain_protocol;

/* AMINE_ERROR_INPUT: the file is no JSON. One that is not there gives an empty protocol. */
amine_status am_brain_protocol_read(am_brain_protocol *protocol, const char *path,
                                    amine_error *error);
void am_brain_protocol_free(am_brain_protocol *protocol);

/* NULL if it has none of that name. */
const am_brain_measure *am_brain_measure_find(const am_brain_protocol *protocol, const char *name,
                                              size_t length);

/* What a measure is called in words: its title, or else its name. */
const char *am_brain_measure_title(const am_brain_measure *measure);

#endif
