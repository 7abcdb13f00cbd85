/* A value of a key from a JSON file. Text is no number here: what a user types on the command line
 * has no types, what stands in a file has. */
#ifndef AMINE_RUN_CONFIG_KEY_JSON_H
#define AMINE_RUN_CONFIG_KEY_JSON_H

#include <jansson.h>

#include "run/config/key.h"

/* `name` is the key's whole name. Numbers for numbers, true or false for a switch, text for a
 * choice; "none" where a number may be none, and a whole number that JSON readers cannot keep
 * (above 2^63 - 1) as text. AMINE_ERROR_ARGUMENT names the key, the value and what is allowed;
 * AMINE_ERROR_MEMORY. *out is then as it was. */
amine_status am_key_read_json(const amine_parameter *key, const char *name, const json_t *value,
                              am_value *out, amine_error *error);

/* A value as it is written to a file; NULL without memory. */
json_t *am_key_json(const amine_parameter *key, const am_value *value);

#endif
