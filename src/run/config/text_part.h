/* A part that is a user's own text of equations: what the keys network.text, rule.text and
 * modulator.text name.
 * Its constants are its parameters, beside those that all texts of its kind have. A configuration
 * holds the parts that it has read, and writes their texts into what it writes: a run goes on
 * without the file.
 *
 * Immutable once read; it may be held from several threads. */
#ifndef AMINE_RUN_CONFIG_TEXT_PART_H
#define AMINE_RUN_CONFIG_TEXT_PART_H

#include <stdatomic.h>

#include "modulator/modulator.h"
#include "network/units.h"
#include "rule/rule.h"

enum { AM_TEXT_MAX = 65536 }; /* bytes */

typedef struct am_text_part {
  union {
    am_part part;
    am_rule_type rule;
    am_modulator_type modulator;
  } is;                          /* its name is "text" */
  am_equations *equations;       /* read alone: of a network without what stands in its slots */
  char *file, *text;             /* file: the name in sentences */
  char rate[AM_SYMBOL_SIZE + 8]; /* the tensor of what a rule learns */
  char meaning[160];             /* the first line, if it is a remark */
  amine_parameter parameters[AM_UNITS_CONSTANTS + 8];
  struct am_text_part *next; /* held too: those that a configuration has read before */
  atomic_int holders;
} am_text_part;

/* Whether parts of a kind may be texts. */
bool am_text_part_is_kind(am_part_kind kind);

/* Reads a text; `file` stands in sentences. *list becomes the new part, held once, whose `next` is
 * what *list was; or stays as it is if that text is on it, which *part then is. AMINE_ERROR_INPUT
 * for what is wrong in it, AMINE_ERROR_MEMORY. */
amine_status am_text_part_read(am_text_part **list, const am_text_part **part, am_part_kind kind,
                               const char *file, const char *text, amine_error *error);
/* The same of a file. AMINE_ERROR_IO. */
amine_status am_text_part_load(am_text_part **list, const am_text_part **part, am_part_kind kind,
                               const char *path, amine_error *error);

/* The text part on the list that is this part; NULL: it is another. */
const am_text_part *am_text_part_of(const am_text_part *list, const am_part *part);

/* One more holder of a list; NULL is fine, as it is for both. */
void am_text_part_hold(am_text_part *list);
void am_text_part_let_go(am_text_part *list);

#endif
