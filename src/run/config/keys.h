/* The keys of training: the rows of the parts of a registry, the choice of a part of each kind, and
 * what every run has. Files, key=value options, `amine show`, the man page and shell completion are
 * made from them. */
#ifndef AMINE_RUN_CONFIG_KEYS_H
#define AMINE_RUN_CONFIG_KEYS_H

#include "base/memory.h"
#include "base/registry.h"
#include "base/words.h"
#include "run/config/key.h"

/* What every run has. */
typedef struct am_common {
  uint64_t seed, iterations;
  int batch, threads;
  uint64_t checkpoint_every, record;
  bool stop_at_criterion;
  uint32_t learn; /* roles: equation/role.h */
} am_common;

extern const am_part am_common_part; /* the table of its keys; weights and from, paths, stand apart */

typedef struct am_key {
  amine_parameter p;   /* with the whole name: "task.size"; in `name` and `words` where they are
                          made: not to be copied */
  const am_part *part; /* whose it is, am_common_part among them; NULL: it chooses a part */
  am_part_kind kind;   /* of that part, or of the part that it chooses */
  char name[AM_KEY_LENGTH], words[AM_NAMES_LENGTH];
} am_key;

/* The key of a name; the name of a kind means its choice: "task" is task.type. Of a name that
 * several parts have it is the row of a part among `chosen` (may be NULL), else of the first. */
bool am_key_find(am_key *key, const am_registry *registry, const am_part *const *chosen,
                 const char *name);
/* The first key of a section ("clamp": clamp.readout). */
bool am_key_of_section(am_key *key, const am_registry *registry, const char *section);

/* The name of the key, of a registry or of chosen parts, that is nearest to a mistyped one, where it
 * is nearer than what the search has found before; else out stays as it is. Returns out. */
char *am_keys_nearest(char out[AM_KEY_LENGTH], const am_registry *registry,
                      const am_part *const *chosen, am_nearest_word nearest);

/* All keys one after the other, in the order in which they are shown: those of a registry, or with
 * `chosen` (ends with NULL) of these parts alone. The choice of a part is among them for each kind
 * in `kinds` (1u << kind). Of a name that several parts have there is the first row, or with
 * `meanings` one for each of what it means. */
typedef struct am_keys {
  am_key key;
  const am_registry *registry;
  const am_part *parts[AM_PARTS_MAX + 2];
  unsigned kinds;
  bool meanings;
  int section, part, row;
} am_keys;
void am_keys_begin(am_keys *keys, const am_registry *registry);
void am_keys_of(am_keys *keys, const am_registry *registry, const am_part *const *chosen,
                unsigned kinds);
bool am_keys_next(am_keys *keys);

/* Where a key has an effect, as it is meant there: "task.type=maze|t-maze", or "" if everywhere. */
void am_key_only(am_text *out, const am_key *key, const am_registry *registry);

#endif
