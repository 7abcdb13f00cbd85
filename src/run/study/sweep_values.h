/* The values of one key of a sweep, as a user types them: 12,24,48 or 12..48:12. */
#ifndef AMINE_RUN_STUDY_SWEEP_VALUES_H
#define AMINE_RUN_STUDY_SWEEP_VALUES_H

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

enum { AM_SWEEP_VALUES_MAX = 1000 };

/* What a value of the key may look like. */
typedef struct am_sweep_kind {
  bool commas;  /* it may hold commas: only | divides values; else , does, too */
  bool numbers; /* it is a number: FROM..TO:STEP and FROM..TO*FACTOR are as many values */
} am_sweep_kind;

/* Appends the values, as strings, to an array that is empty. A comma or | within [], {} or "" divides
 * nothing. A range ends at TO, but for rounding, or at the last value before it.
 * AMINE_ERROR_ARGUMENT with a sentence about key=text: a value is missing, or there twice; a range that
 * is none or never ends; more than AM_SWEEP_VALUES_MAX. AMINE_ERROR_MEMORY. */
amine_status am_sweep_values(json_t *values, const char *key, const char *text, am_sweep_kind kind,
                             amine_error *error);

#endif
