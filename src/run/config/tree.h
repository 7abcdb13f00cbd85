/* Values in a JSON tree by dotted paths: "record.window_s", "populations.E.n". A part of a path is
 * a key of an object; in an array it is what an element is called (its member "name"; without one
 * the "population" or "sense" that it is about, or "SOURCE-TARGET"), or its number from 0. Names
 * may have dots: the longest that fits is meant. */
#ifndef AMINE_RUN_CONFIG_TREE_H
#define AMINE_RUN_CONFIG_TREE_H

#include <jansson.h>

#include "base/error.h"
#include "base/memory.h"

enum { AM_PATH_MAX = 256 }; /* bytes of a path, its 0 included */

/* The value, borrowed; NULL if there is none. */
json_t *am_tree_get(const json_t *root, const char *path);

/* Puts the value there and takes it over, also after a failure; objects that are missing on the way
 * are made. AMINE_ERROR_ARGUMENT: the path leads through a value that is no object, or to an
 * element that the array does not have; AMINE_ERROR_MEMORY. */
amine_status am_tree_set(json_t *root, const char *path, json_t *value, amine_error *error);

/* What a user typed, as a value: a number, true, false, null, an array or object in JSON; anything
 * else is a string. NULL without memory. */
json_t *am_tree_value(const char *text);

/* A value as a user would type it. */
void am_tree_text(am_text *out, const json_t *value);

/* The tree as JSON for people, two spaces a level; numbers as short as they can be read back,
 * arrays of numbers on one line. No newline at the end. `without` lists keys of the top that are
 * left out (ended by NULL; may be NULL). */
void am_tree_write(am_text *out, const json_t *value, const char *const *without);

/* Calls each(context, path, value) for every value that is not an object, and not an array of
 * objects, in the order of the tree, until one does not answer AMINE_OK. */
amine_status am_tree_walk(const json_t *root,
                          amine_status (*each)(void *context, const char *path,
                                               const json_t *value),
                          void *context);

/* The first path at which the trees differ, in the order of a, then of b; NULL if they are equal.
 * `passed` lists the paths (ended by NULL) that may differ, each with all below it; "*.meaning" is
 * whatever has that name, wherever it stands. */
const char *am_tree_difference(char out[AM_PATH_MAX], const json_t *a, const json_t *b,
                               const char *const *passed);

#endif
