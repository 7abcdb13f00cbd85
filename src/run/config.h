/* The configuration of a run: one table of keys, and their values.
 *
 * The table is the only place where a key is named: files, key=value options, `amine show`, the man
 * page and shell completion are made from it. */
#ifndef AMINE_RUN_CONFIG_H
#define AMINE_RUN_CONFIG_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

/* The keys in the order of the table of config.c. */
typedef enum am_key_id {
  AM_SEED,
  AM_ITERATIONS,
  AM_BATCH,
  AM_THREADS,
  AM_CHECKPOINT_EVERY,
  AM_RECORD,
  AM_STOP_AT_CRITERION,
  AM_TASK_TYPE,
  AM_TASK_SIZE,
  AM_TASK_STEPS,
  AM_TASK_WALL_PENALTY,
  AM_TASK_REWARD,
  AM_TASK_CUES,
  AM_TASK_RULE,
  AM_TASK_CONTEXT,
  AM_TASK_SWITCH_AFTER,
  AM_TASK_LENGTH,
  AM_TASK_DELAY,
  AM_TASK_DIFFICULTY,
  AM_TASK_NOISE,
  AM_TASK_ARMS,
  AM_TASK_COMPLEMENTARY,
  AM_TASK_MEMORY,
  AM_TASK_WRONG_PENALTY,
  AM_TASK_MASKED,
  AM_TASK_FRICTION,
  AM_TASK_WIDTH,
  AM_TASK_PERIOD,
  AM_TASK_PATTERNS,
  AM_TASK_PATTERN_SEED,
  AM_TASK_KEYS,
  AM_TASK_PAIRS,
  AM_TASK_QUERIES,
  AM_TASK_STIMULUS,
  AM_TASK_DELAY_MS,
  AM_TASK_WAIT,
  AM_TASK_RESPONSE,
  AM_TASK_TARGET,
  AM_TASK_BIAS,
  AM_TASK_NOISE_SD,
  AM_NETWORK_TYPE,
  AM_NETWORK_HIDDEN,
  AM_NETWORK_LAYERS,
  AM_NETWORK_DROPOUT,
  AM_NETWORK_UPDATE_BIAS,
  AM_NETWORK_UPDATE_SPREAD,
  AM_NETWORK_INPUT_SCALE,
  AM_NETWORK_RECURRENT_SCALE,
  AM_NETWORK_TAU,
  AM_NETWORK_ALPHA,
  AM_NETWORK_INIT_W,
  AM_NETWORK_INIT_ALPHA,
  AM_NETWORK_TAU_MS,
  AM_NETWORK_DT,
  AM_NETWORK_G,
  AM_NETWORK_X0,
  AM_NETWORK_KEEP,
  AM_NETWORK_BIASES,
  AM_RULE_TYPE,
  AM_RULE_CLIP_AT,
  AM_RULE_ETA,
  AM_RULE_ETA_E,
  AM_RULE_STAGE,
  AM_RULE_ETA_H,
  AM_RULE_BOUND,
  AM_MODULATOR_TYPE,
  AM_MODULATOR_FACTOR,
  AM_MODULATOR_BASELINE,
  AM_MODULATOR_DECAY_RATE,
  AM_MODULATOR_ACTIVATION,
  AM_MODULATOR_FANOUT,
  AM_MODULATOR_UNITS,
  AM_MODULATOR_GAIN,
  AM_MODULATOR_GAIN_START,
  AM_MODULATOR_GIVEN,
  AM_MODULATOR_FROM,
  AM_MODULATOR_UNTIL,
  AM_CLAMP_READOUT,
  AM_CLAMP_CHEMICAL,
  AM_LEARNER_TYPE,
  AM_LEARNER_TEACH,
  AM_LEARNER_RATE,
  AM_LEARNER_RATE_END,
  AM_LEARNER_SCHEDULE,
  AM_LEARNER_SCHEDULE_ITERATIONS,
  AM_LEARNER_ALPHA_RATE,
  AM_LEARNER_GAMMA,
  AM_LEARNER_LAMBDA,
  AM_LEARNER_VALUE_WEIGHT,
  AM_LEARNER_ENTROPY_WEIGHT,
  AM_LEARNER_ENTROPY,
  AM_LEARNER_BASELINE,
  AM_LEARNER_BETA1,
  AM_LEARNER_BETA2,
  AM_LEARNER_EPS,
  AM_LEARNER_NORM_CLIP,
  AM_LEARNER_WARMUP,
  AM_LEARNER_REWARD,
  AM_LEARNER_FEEDBACK,
  AM_LEARNER_FEEDBACK_DECAY,
  AM_LEARNER_TRACE,
  AM_LEARNER_FORM,
  AM_LEARNER_INPUT_SHARE,
  AM_LEARNER_RECURRENT_SHARE,
  AM_LEARNER_OUTPUT_SHARE,
  AM_LEARNER_GAIN_SHARE,
  AM_LEARNER_CRITIC_SHARE,
  AM_LEARNER_SIGNAL_SHARE,
  AM_LEARNER_CRITIC_SEES_OUTPUT,
  AM_LEARNER_CONTROL,
  AM_LEARNER_CONSOLIDATION,
  AM_LEARNER_SLOW_STRENGTH,
  AM_LEARNER_SLOW_RATE,
  AM_LEARNER_RULE,
  AM_LEARNER_CHANCE,
  AM_LEARNER_AMPLITUDE,
  AM_LEARNER_CLIP,
  AM_LEARNER_AVERAGE,
  AM_LEARNER_SCALED,
  AM_LEARNER_CRITERION,
  AM_LEARNER_CRITERION_ERROR,
  AM_LEARNER_SIGMA,
  AM_LEARNER_EPISODES,
  AM_LEARNER_FITNESS,
  AM_N_KEYS
} am_key_id;

typedef enum am_key_kind {
  AM_KEY_INTEGER,
  AM_KEY_NUMBER,
  AM_KEY_CHOICE,
  AM_KEY_SWITCH,
  AM_KEY_WORD /* any word, which whoever has the key reads for himself */
} am_key_kind;

typedef struct am_key {
  const char *name; /* dotted: "learner.rate" */
  am_key_kind kind;
  double standard;     /* value if nothing is said: a number, 0 or 1, or index of the choice */
  double min, max;     /* range of a number or integer */
  const char *choices; /* "a|b|c" */
  const char *unit;    /* "" if it has none */
  const char *meaning; /* one line */
  bool shapes; /* the results depend on it; the others (threads, ...) only change how it runs */
} am_key;

/* Which of them apply to which choices stands in a second table there. */
extern const am_key am_keys[AM_N_KEYS];

/* A value: an integer up to 2^53 is exact in `number`; seeds keep all 64 bits in `integer`. */
typedef struct am_value {
  double number;
  uint64_t integer;
} am_value;

typedef struct am_config {
  char preset[64]; /* the preset it began with, or "" */
  am_value values[AM_N_KEYS];
  bool wished[AM_N_KEYS]; /* set by assignments: must apply when the configuration is resolved */
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

/* Takes over the keys of a nested JSON object ({"learner": {"rate": 1e-3}}); a text "meaning" at
 * its top is allowed and passed over. `name` stands in the sentences. After a failure the config is
 * as it was. */
amine_status am_config_merge(am_config *config, const json_t *object, const char *name,
                             amine_error *error);

/* Begins with a preset's name or a JSON file's path. AMINE_ERROR_INPUT: among others, a file that
 * sets a key which does not apply to what the file chooses, to another value than the standard. */
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
/* Where: only if the key *when is one of what is returned ("gru|ctrnn"); NULL: always. */
const char *am_key_condition(am_key_id id, am_key_id *when);

/* The nested JSON text, every key that applies in table order; with only_shaping just those that
 * results depend on. Ends with a newline. */
void am_config_write(const am_config *config, bool only_shaping, am_text *text);

/* The value as text, as a user would type it. Returns out. */
char *am_config_text(const am_config *config, am_key_id id, char *out, size_t size);
char *am_key_text(const am_key *key, const am_value *value, char *out, size_t size);
/* A value from text. AMINE_ERROR_ARGUMENT names the key, the value and what is allowed; *out is
 * then as it was. */
amine_status am_key_read(const am_key *key, const char *value, am_value *out, amine_error *error);
/* The range or the choices, for a table: "0 to 1", "tanh|sigmoid|linear". Returns out. */
char *am_key_range(const am_key *key, char *out, size_t size);

/* true if the word is one of "a|b|c" */
bool am_word_among(const char *words, const char *word);

static inline double am_config_number(const am_config *c, am_key_id id) {
  return c->values[id].number;
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
