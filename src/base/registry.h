/* Parts and where they are found.
 *
 * A part is one choice of an experiment's grid: a task, where its reward comes from, a network, a
 * rule, a modulator, a learner; or what a brain's description names: a neuron model, a synapse rule. It says of itself in its own
 * file what it is called, what it means and which parameters it has; configuration, lists, help and
 * sentences are made from that. A registry is a list of parts. There is a standard one
 * (run/config/parts.h), which has parts of each kind; a program copies that and adds parts of its
 * own. */
#ifndef AMINE_BASE_REGISTRY_H
#define AMINE_BASE_REGISTRY_H

#include "base/error.h"
#include "base/parameter.h"

/* In the order in which they are shown. */
typedef enum am_part_kind {
  AM_TASK,
  AM_REWARD,
  AM_NETWORK,
  AM_RULE,
  AM_MODULATOR,
  AM_LEARNER,
  AM_N_KINDS, /* an experiment has one of each of those; of a part: what every run has */
  /* Of these a brain has any number. Their parameters are numbers, at most AM_VALUES_MAX, and are
   * kept side by side in the table's order; a saved brain knows how many there may be. */
  AM_NEURON,
  AM_SYNAPSE
} am_part_kind;

enum { AM_PARTS_MAX = 128, AM_OPTIONS_MAX = 512, AM_KEY_LENGTH = 40, AM_VALUES_MAX = 24 };
enum { AM_WORDS_LENGTH = 128 };  /* of a condition */
enum { AM_NAMES_LENGTH = 1000 }; /* of all names of a kind, with a sign between */

/* The first member of what a floor keeps of it: am_task_type, am_neuron_model. Static storage. */
typedef struct am_part {
  am_part_kind kind;
  const char *name;
  const char *meaning;               /* one line */
  const char *equation;              /* plain text; NULL: none */
  const char *source;                /* authors, year, doi; NULL: none */
  const char *text;                  /* of equations that it is made from; NULL: it is code */
  const amine_parameter *parameters; /* ends with a NULL name; NULL: none */
  size_t options_size;               /* of the struct that they fill */
  unsigned takes;                    /* 1u << kind for each kind of part that it has a place for */
  bool looks_back;                   /* a network: what it says rests on earlier steps themselves */
  bool named_text; /* a text of a program's own, under a name: who chooses it keeps the text itself */
  /* What one row alone cannot say; NULL: nothing. The sentence names the key. */
  amine_status (*check)(const void *options, amine_error *error);
} am_part;

typedef struct am_registry {
  const am_part *parts[AM_PARTS_MAX + 1]; /* ends with NULL */
} am_registry;

/* The parts of an experiment, and the options of each; NULL for a kind that it has no place for. */
typedef struct am_chosen {
  const am_part *part[AM_N_KINDS];
  const void *options[AM_N_KINDS];
} am_chosen;

/* "task", "reward", ..., "synapse rule"; "" for AM_N_KINDS. */
const char *am_kind_name(am_part_kind kind);
/* The kind whose part has a place for this one: a network for a rule, a rule for a modulator;
 * AM_N_KINDS: every experiment has a part of this kind. */
am_part_kind am_kind_host(am_part_kind kind);
/* The k-th of the words that keys begin with, in the order in which they are shown: "" (keys of
 * every run), the names of the kinds, "clamp"; NULL past the end. */
const char *am_section_at(int k);

/* The k-th part of a kind, NULL past the end; the first is what an experiment has if nothing else
 * is said. */
const am_part *am_registry_at(const am_registry *registry, am_part_kind kind, int k);
/* NULL: there is none. */
const am_part *am_registry_find(const am_registry *registry, am_part_kind kind, const char *name);
/* AMINE_ERROR_ARGUMENT: the registry is full (of parts, or of names of that kind), has a part of that kind and name, or the part has a
 * parameter whose name or options a configuration cannot hold, or whose condition names one of its
 * own that does not stand before it; or, of a brain's parts, one that is not a plain number, or too
 * many. The registry is then as it was. */
amine_status am_registry_add(am_registry *registry, const am_part *part, amine_error *error);

/* The whole name of a row: "task.size". Returns out. */
char *am_row_name(const am_part *part, const amine_parameter *row, char out[AM_KEY_LENGTH]);
/* A condition of a row: a key by its whole name, and words with which the row has an effect, or
 * (`is` false) without which. */
typedef struct am_condition {
  char key[AM_KEY_LENGTH], words[AM_WORDS_LENGTH];
  bool is;
} am_condition;
/* The k-th condition of a part's row ("rule.type!=none&eta=1|2" has two); false past the last. */
bool am_row_condition(am_condition *out, const am_part *part, const amine_parameter *row, int k);

/* The row of a part with that whole name, borrowed ones left out; NULL: none. */
const amine_parameter *am_part_row(const am_part *part, const char *name);

#endif
