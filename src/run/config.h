/* The configuration of a run: a value for every key. */
#ifndef AMINE_RUN_CONFIG_H
#define AMINE_RUN_CONFIG_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"
#include "run/keys.h"

enum { AM_WEIGHTS_MAX = 400 };

typedef struct am_config {
  char preset[64]; /* the preset it began with, or "" */
  char weights[AM_WEIGHTS_MAX]; /* of the key `weights`: a path, or "" */
  am_value values[AM_N_KEYS];
  bool wished[AM_N_KEYS]; /* set by assignments: must apply when the configuration is resolved */
  bool said[AM_N_KEYS];   /* set by a JSON object */
} am_config;

/* Every key at its standard value. */
void am_config_default(am_config *config);

/* Sets one key from text, as in key=value. AMINE_ERROR_ARGUMENT names the key, the value and what
 * is allowed; an unknown key gets the nearest known one. After a failure the config is as it was.
 */
amine_status am_config_set(am_config *config, const char *key, const char *value,
                           amine_error *error);
/* The same for "key=value" in one string. */
amine_status am_config_assign(am_config *config, const char *assignment, amine_error *error);

/* Takes over the keys of a nested JSON object ({"learner": {"rate": 1e-3}}); {"task": "bandit"} is
 * {"task": {"type": "bandit"}}. A text "meaning" at its top is allowed and passed over, "preset" is
 * a name and no more. `name` stands in the sentences, and a relative path of weights begins at its
 * folder. After a failure the config is as it was. */
amine_status am_config_merge(am_config *config, const json_t *object, const char *name,
                             amine_error *error);

/* Begins with a preset's name or a JSON file's path. The keys of a file go over the preset that it
 * names as "preset", if it does; what it calls "weights" lies beside it, unless that is an absolute
 * path. AMINE_ERROR_INPUT: among others, a file that has neither preset nor task.type, or sets a
 * key which does not apply to what it chooses, to another value than the standard. */
amine_status am_config_load(am_config *config, const char *preset_or_file, amine_error *error);

/* The same of the config.json of a run, whose keys may be those of an older version: what does not
 * apply is passed over. */
amine_status am_config_reload(am_config *config, const char *path, amine_error *error);

/* What one key alone cannot say: combinations that make no sense, and keys that were assigned and
 * do not apply ("task.size has no effect with task.type=bandit"). What does not apply otherwise
 * becomes standard. Also fills in what follows from other keys (learner.schedule_iterations = 0
 * becomes iterations). */
amine_status am_config_resolve(am_config *config, amine_error *error);

/* Whether a key has an effect beside the other values. */
bool am_config_applies(const am_config *config, am_key_id id);

/* The nested JSON text, every key that applies in table order; with only_shaping just those that
 * results depend on. Ends with a newline. */
void am_config_write(const am_config *config, bool only_shaping, am_text *text);

/* The value as text, as a user would type it; a path is cut to what fits. Returns out. */
char *am_config_text(const am_config *config, am_key_id id, char *out, size_t size);

static inline double am_config_number(const am_config *c, am_key_id id) {
  return c->values[id].number;
}
static inline float am_config_float(const am_config *c, am_key_id id) {
  return (float)c->values[id].number;
}
static inline int am_config_int(const am_config *c, am_key_id id) {
  return (int)c->values[id].number;
}
/* Episodes played for one update: the batch, or more where each is judged by several. */
int am_config_episodes(const am_config *config);
static inline bool am_config_is(const am_config *c, am_key_id id) {
  return c->values[id].number != 0;
}

#endif
