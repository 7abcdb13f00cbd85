/* The keys of a model file: tables that say what an object may hold, and one function that reads an
 * object by its table into a plain struct.
 *
 * The tables are the only place where a key is named: reading, the sentences, the suggestions and
 * am_brain_find_key are made from them.
 *
 * Promise: what is read has the table's type and lies in its range; anything else gets a sentence
 * that names the path of the key, the value and what is allowed. */
#ifndef AMINE_BRAIN_MODEL_FIELD_H
#define AMINE_BRAIN_MODEL_FIELD_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "amine/brain.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/registry.h"
#include "base/words.h"

/* ------------------------------------------------------------------------------ the file */

/* What is known while a file is read. */
typedef struct am_reader {
  const am_registry *parts; /* whose neuron models and synapse rules the file may name */
  const char *file;         /* stands in the sentences; may be NULL */
  am_text *notes;           /* gets a line for each key that is not used; may be NULL */
  int n_notes;
  amine_error *error;
} am_reader;

/* Where in the file a value stands: the keys from the top down to it. */
typedef struct am_where {
  const struct am_where *above; /* NULL: the value is the file's object itself */
  const char *key;              /* NULL: an element that has no name */
  size_t index;
  bool element; /* of an array */
} am_where;

/* AMINE_ERROR_INPUT with "populations.E.n=-3: " and the sentence; no value is shown if it is NULL.
 */
amine_status am_refuse(const am_reader *r, const am_where *where, const json_t *value,
                       const char *format, ...) AM_PRINTF(4, 5);

/* "populations.E.n" as text; returns out. */
char *am_where_text(const am_where *where, char *out, size_t size);

/* One line of notes, "cell_lifecycle: accepted, not used", once for each path; elements of arrays
 * share one ("areas[].color"). After 64 lines there is only a last one that says so. */
void am_reader_note(am_reader *r, const am_where *where, const char *what);

/* The line of a key that has no effect: "accepted, not used", and why, as far as that is known. */
void am_reader_note_unused(am_reader *r, const am_where *where);

/* ------------------------------------------------------------------------------ tables */

typedef enum am_field_kind {
  AM_FIELD_INTEGER, /* int */
  AM_FIELD_NUMBER,  /* double */
  AM_FIELD_RANGE,   /* double[2]: a number twice, or [low, high] */
  AM_FIELD_SPREAD,  /* am_drawable: the same, or an object that says how numbers are drawn */
  AM_FIELD_WORD,    /* int: its index in `words` */
  AM_FIELD_TEXT,    /* const char *: not empty; lives as long as the tree */
  AM_FIELD_SWITCH,  /* bool */
  AM_FIELD_OBJECT,  /* const json_t *, read by the table `inside` */
  AM_FIELD_MAP,     /* const json_t *: objects of the table `inside` by name, or an array of them */
  AM_FIELD_LIST,    /* const json_t *: an array of objects of the table `inside` */
  AM_FIELD_VALUES,  /* const json_t *: an object whose keys are told by `more` */
  AM_FIELD_STATES,  /* const json_t *: an object whose keys are states of the part of `more` */
  AM_FIELD_ARRAY,   /* const json_t *: an array */
  AM_FIELD_ANY,     /* const json_t * */
  AM_FIELD_OTHERS   /* somebody else's key: passed over in silence */
} am_field_kind;

typedef struct am_drawable {
  double range[2];
  const json_t *drawn; /* {"normal": [mean, sd]}, read by am_drawn_read; NULL: as `range` says */
} am_drawable;

/* Keys that depend on what else stands in an object: those of the part that it names. */
typedef struct am_more {
  const am_part *(*part)(const am_registry *parts, const json_t *object); /* NULL: none is known */
  bool loose; /* "tau_m" means tau_m_ms (brain/parts.h) */
} am_more;

struct am_table;

typedef struct am_field {
  const char *name;
  const char *others; /* "size|count": further names that are understood; NULL: none */
  am_field_kind kind;
  size_t offset;                 /* of the member that gets it */
  double min, max;               /* of numbers */
  const char *words;             /* of WORD: "a|b" */
  const struct am_table *inside; /* of OBJECT, MAP, LIST */
  const am_more *more;           /* of VALUES: asked with the object that holds the key */
  const char *unit, *meaning;    /* for people; the unit may be NULL */
} am_field;

/* Rows of a table, short: a key of a kind (TEXT, WORD, ...), and one that is a number in a range.
 * `at` is its .offset; what follows the meaning is any further members. */
#define AM_FIELD_OF(k, n, at, ...)                                                                 \
  { .name = n, .kind = AM_FIELD_##k, at, .meaning = __VA_ARGS__ }
#define AM_FIELD_IN(k, n, at, lo, hi, of, ...)                                                     \
  { .name = n, .kind = AM_FIELD_##k, at, .min = lo, .max = hi, .unit = of, .meaning = __VA_ARGS__ }

typedef struct am_table {
  const am_field *fields; /* ends with a NULL name; at most 64 */
  const am_more *more;    /* further keys, asked with the object itself; NULL: none */
  /* LIST: the name of an element, for paths; NULL if it has none. `out` is room to make one. */
  const char *(*name)(const json_t *element, char *out, size_t size);
} am_table;

/* Reads `object` into the struct `out`: a key that is there sets its member, any other member stays
 * as it is. An unknown key is noted if `generous`, refused with the nearest known one if not. */
amine_status am_table_read(am_reader *r, const am_where *where, const json_t *object,
                           const am_table *table, bool generous, void *out);

/* The field of a key, or NULL. */
const am_field *am_table_field(const am_table *table, const char *key);

/* One value of a kind that is a number, a range, a spread, a word, a text or a switch. */
amine_status am_field_read(const am_reader *r, const am_where *where, const json_t *value,
                           const am_field *field, void *member);

/* Elements of a LIST: its name for the path, or else its index. */
am_where am_where_element(const am_where *list, const json_t *element, size_t index,
                          const am_table *table, char *room, size_t size);

/* The elements of a MAP one after the other: `name` is the key, or in an array what the element
 * says of itself, or NULL. */
typedef struct am_items {
  const json_t *all;
  size_t index; /* 1 after the first */
  const char *name;
  const json_t *value;
} am_items;
bool am_items_next(am_items *items);
am_where am_where_item(const am_where *map, const am_items *items);

/* ------------------------------------------------------------------------------ nearest words */

/* Every key of a table, for `object`. */
void am_nearest_table(am_nearest_word *nearest, const am_table *table, const am_registry *parts,
                      const json_t *object);

/* ------------------------------------------------------------------------------ paths */

/* What a path leads to: a field, or a parameter of a neuron model or rule; or what is wrong with
 * it. Texts are static or live as long as the tree and the path. */
typedef struct am_found {
  const am_field *field; /* NULL for a parameter */
  const amine_parameter *parameter;
  const char *wrong;   /* the part of the path that is not known, to its end */
  const char *nearest; /* the known word nearest to it, or NULL; */
  const char *inside; /* the key below which that one belongs, NULL if it is the path's own place */
} am_found;

/* true if a dotted path leads through the tables to a key; elements of lists and maps are those of
 * `object`, a name that has dots in it is one part, and models and rules are those of `parts`. */
bool am_table_find(am_found *found, const am_table *table, const am_registry *parts,
                   const json_t *object, const char *path);

#endif
