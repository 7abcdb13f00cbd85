/* A key of a configuration: its kind and range, and a value of it from text and as text. */
#ifndef AMINE_RUN_CONFIG_KEY_H
#define AMINE_RUN_CONFIG_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/parameter.h"

/* A value: an integer up to 2^53 is exact in `number`; seeds keep all 64 bits in `integer`. */
typedef struct am_value {
  double number;
  uint64_t integer;
} am_value;

/* The standard value of a key, or none (NAN). */
am_value am_key_standard(const amine_parameter *key);
/* Writes a value into the member of an options struct, and reads it there; `member` is where the
 * row says. */
void am_key_put(const amine_parameter *key, am_value value, void *member);
am_value am_key_get(const amine_parameter *key, const void *member);

/* The value as text, as a user would type it. Returns out. */
char *am_key_text(const amine_parameter *key, const am_value *value, char *out, size_t size);
/* A value from text. AMINE_ERROR_ARGUMENT names the key, the value and what is allowed; *out is
 * then as it was. */
amine_status am_key_read(const amine_parameter *key, const char *value, am_value *out,
                         amine_error *error);
/* A number as people write it: 0.001, 30000, 1e6, 4e9. Returns out. */
char *am_key_number(double value, char *out, size_t size);
enum { AM_RANGE_LENGTH = 400 }; /* of what am_key_range says, with all the tasks */
/* The range or the choices, for a table: "0 to 1", "tanh|sigmoid|linear". Returns out. */
char *am_key_range(const amine_parameter *key, char *out, size_t size);

/* What we call a key that other tools call so ("lr": learner.rate), for suggestions; NULL if nobody
 * does. A key of ours may be among them that a run does not have. */
const char *am_key_other_name(const char *name, bool brain);
/* What says now what a key of an older version said; NULL: there was none. And the sentence for it:
 * the key, and that. */
const char *am_key_former(const char *name);
#define AM_KEY_FORMER "%s is gone: what it said is said by %s (docs/hebbian.md has the table)"

#endif
