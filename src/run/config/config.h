/* The configuration of a run: the parts that are chosen from a registry, or are texts that a user
 * wrote, and the values of their parameters.
 *
 * Plain data but for the texts. A copy by assignment borrows them from what it is a copy of, as long
 * as neither reads another; one that lives on its own is made with am_config_copy. Whoever began a
 * configuration frees it. */
#ifndef AMINE_RUN_CONFIG_CONFIG_H
#define AMINE_RUN_CONFIG_CONFIG_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "run/config/keys.h"
#include "run/config/text_part.h"

enum { AM_WEIGHTS_MAX = 400, AM_SETTINGS_MAX = 160, AM_PATHS_MAX = 8 };

/* A value that was said of a parameter, by its whole name. It is kept when another part is chosen,
 * which may have one of the same name. */
typedef struct am_setting {
  char name[AM_KEY_LENGTH];
  const amine_parameter *row; /* by which it was read */
  am_value value;
  bool wished; /* set by an assignment: must apply when the configuration is resolved */
  bool said;   /* set by a JSON object */
} am_setting;

/* The path that was said of a part's parameter which is a file. */
typedef struct am_path {
  char key[AM_KEY_LENGTH], path[AM_WEIGHTS_MAX]; /* "" and "": nothing stands here */
} am_path;

typedef struct am_config {
  const am_registry *registry;         /* outlives it */
  char preset[64];                     /* the preset it began with, or "" */
  char weights[AM_WEIGHTS_MAX];        /* of the key `weights`: a path, or "" */
  char from[AM_WEIGHTS_MAX];           /* of the key `from`: a checkpoint's path, or "" */
  bool begun; /* of a run's own file: what it began with is among its keys already */
  am_common common;                    /* the other keys that every run has */
  am_text_part *texts;                 /* what was read for network.text, ...; held */
  const am_part *part[AM_N_KINDS + 1]; /* task.type, ..., or of `texts`; ends with NULL */
  unsigned wished, said;               /* the same of the choices of parts: 1u << kind */
  am_setting settings[AM_SETTINGS_MAX];
  int n_settings;
  am_path paths[AM_PATHS_MAX];
} am_config;

/* Every key at its standard value; of the standard parts (parts.h), or of a registry. */
void am_config_default(am_config *config);
void am_config_begin(am_config *config, const am_registry *registry);
/* Lets go of its texts; every key is then standard. */
void am_config_free(am_config *config);
/* A copy that holds the texts too, to be freed on its own. */
void am_config_copy(am_config *copy, const am_config *config);
/* *config, which is freed, becomes what `other` is, which is then as freed. */
void am_config_move(am_config *config, am_config *other);

/* When a key, or key=value, is to be set: 0, `from`, which brings a network; 1, network.text and its
 * like, which bring keys; 2, all others. */
enum { AM_CONFIG_TURNS = 3 };
int am_config_turn(const char *key);

/* Whether a key, or key=value, is network.text or its like. Which kind of part it makes. */
bool am_config_is_text(const char *key, am_part_kind *kind);

/* Sets one key from text, as in key=value. AMINE_ERROR_ARGUMENT names the key, the value and what
 * is allowed; an unknown key gets the nearest known one. After a failure the config is as it was.
 */
amine_status am_config_set(am_config *config, const char *key, const char *value,
                           amine_error *error);
/* The same for "key=value" in one string. */
amine_status am_config_assign(am_config *config, const char *assignment, amine_error *error);
/* The same for n of them, in their turns. After a failure some are set. */
amine_status am_config_assign_all(am_config *config, const char *const *assignments, int n,
                                  amine_error *error);

/* Takes over the keys of a nested JSON object ({"learner": {"rate": 1e-3}}); {"task": "bandit"} is
 * {"task": {"type": "bandit"}}. A text "meaning" at its top is allowed and passed over, "preset" is
 * a name and no more. `name` stands in the sentences, and a relative path begins at its folder. A
 * text may also stand in it as an array of its lines. After a failure the config is as it was. */
amine_status am_config_merge(am_config *config, const json_t *object, const char *name,
                             amine_error *error);

/* Begins with a preset's name or a JSON file's path. The keys of a file go over the preset that it
 * names as "preset", if it does; what it calls "weights" lies beside it, unless that is an absolute
 * path. AMINE_ERROR_INPUT: among others, a file that has neither preset nor task.type, or sets a
 * key which does not apply to what it chooses, to another value than the standard. */
amine_status am_config_load(am_config *config, const char *preset_or_file, amine_error *error);

/* The same of the text of such a file; paths in it begin where the process stands. */
amine_status am_config_parse(am_config *config, const char *text, size_t length,
                             amine_error *error);

/* The same of the config.json of a run, whose keys may be those of an older version: what does not
 * apply is passed over. */
amine_status am_config_reload(am_config *config, const char *path, amine_error *error);

/* The same of a checkpoint, which has every key that shapes results; the others keep the values that
 * *config has. */
amine_status am_config_of_checkpoint(am_config *config, const char *path, amine_error *error);

/* What one key alone cannot say: combinations that make no sense, and keys that were assigned and
 * do not apply ("task.size has no effect with task.type=bandit"). What does not apply otherwise
 * becomes standard. Also puts in the place of a 0 what it stands for (amine_parameter.zero_is), and
 * makes paths of parts absolute, so that they say the same wherever the run is gone on with. */
amine_status am_config_resolve(am_config *config, amine_error *error);

/* Lets what was assigned to a key have no effect; it is else refused when the configuration is
 * resolved. */
void am_config_pass_over(am_config *config, const char *key);

/* Sets a number or an index by program: of a key that is known, in its range. */
void am_config_put(am_config *config, const char *key, double value);

/* Whether a key has an effect beside the other values. */
bool am_config_applies(const am_config *config, const char *key);
/* Whether the experiment has a part of a kind: not where what has a place for it is not chosen. */
bool am_config_has(const am_config *config, am_part_kind kind);

/* Those of the parts that are chosen; am_config_applies says of each whether it has an effect. */
void am_config_keys(am_keys *keys, const am_config *config);

/* Writes the values of the chosen part of a kind into its options (AM_OPTIONS_MAX bytes at most,
 * all of them set); paths stay those of the configuration. The configuration is resolved. */
void am_config_options(const am_config *config, am_part_kind kind, void *options);

/* The nested JSON text, every key that applies in the order of their tables; with only_shaping just
 * those that results depend on. Ends with a newline. */
void am_config_write(const am_config *config, bool only_shaping, am_text *text);

/* The value as text, as a user would type it; a path is cut to what fits. Returns out. */
char *am_config_text(const am_config *config, const char *key, char *out, size_t size);
/* The standard value, likewise. */
char *am_config_standard(const am_config *config, const char *key, char *out, size_t size);

/* The value of a key: of a choice its index. The standard one of a key that nobody set. */
am_value am_config_value(const am_config *config, const char *key);
static inline double am_config_number(const am_config *c, const char *key) {
  return am_config_value(c, key).number;
}
#endif
