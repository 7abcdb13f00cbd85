/* The configuration of a simulation: the JSON description of a brain (brain/model.h), and beside it
 * the keys of the table below, which say how it is run.
 *
 *   {"meaning": "...", "seed": 1, "duration_s": 10, "record": {"window_s": 5},
 *    "protocol": {"type": "none"}, "clamp": {"dopamine": 0.5},
 *    "populations": [...], "projections": [...], ...}
 *
 * It is kept as one tree, in which every key of the table stands with its value once it is
 * resolved; what the description leaves out stays out, and has its default. */
#ifndef AMINE_RUN_SIMULATE_CONFIG_H
#define AMINE_RUN_SIMULATE_CONFIG_H

#include "base/registry.h"
#include "modulator/systems.h"
#include "run/config/config.h"
#include "run/config/tree.h"
#include "run/protocol/protocol.h"

typedef enum am_simulation_key {
  AM_SIM_SEED,
  AM_SIM_DURATION_S,
  AM_SIM_THREADS,
  AM_SIM_CHECKPOINT_EVERY_S,
  AM_SIM_RECORD_INTERVAL_S,
  AM_SIM_RECORD_WINDOW_S,
  AM_SIM_RECORD_SPIKES,
  AM_SIM_RECORD_VOLTAGES,
  AM_SIM_RECORD_VOLTAGE_S,
  AM_SIM_RECORD_SYNAPSES,
  AM_SIM_PROTOCOL,
  AM_SIM_CLAMP, /* and the AM_N_MODULATORS - 1 after it */
  AM_N_SIM_KEYS = AM_SIM_CLAMP + AM_N_MODULATORS
} am_simulation_key;

/* The table: name, range, unit, meaning, as for training. */
extern const amine_parameter am_simulation_keys[AM_N_SIM_KEYS];

#define AM_SLICE_MS 100.0 /* biological time between two looks at the run: signals, checkpoints */
enum { AM_PROTOCOL_KEYS_MAX = 64 };

typedef struct am_simulation_config {
  /* Whose tasks, neuron models and synapse rules it may name: the standard ones, until a program that
   * has its own says so here. Outlives the brains. */
  const am_registry *parts;
  struct am_model_texts *texts; /* owned: the neuron models that are texts in it; NULL: none */
  json_t *root;     /* owned */
  json_t *given;    /* owned: as it was before the user's key=value; NULL if there was none */
  char source[256]; /* the preset or file, for sentences */
  char *folder;     /* owned: files that the description names without a / in front are meant from
                     * here; NULL: from where the process runs */
  am_value values[AM_N_SIM_KEYS];
  const am_protocol *protocol;
  am_value parameters[AM_PROTOCOL_KEYS_MAX]; /* of the protocol, in the order of its keys */
  const char *words[AM_PROTOCOL_KEYS_MAX];   /* the same of those that are words, in root */
  am_config *task; /* owned: what the protocol plays: its keys task.*; NULL: nothing */
} am_simulation_config;

/* From a preset's name or a JSON file. AMINE_ERROR_ARGUMENT: no such preset, or one that is for
 * training; AMINE_ERROR_INPUT, _IO, _MEMORY. After a failure there is nothing to free. */
amine_status am_simulation_config_load(am_simulation_config *config, const char *preset_or_file,
                                       amine_error *error);
/* From a tree, which is copied; `name` stands in the sentences, and if it is a path, files are
 * meant from its folder. */
amine_status am_simulation_config_from(am_simulation_config *config, const json_t *root,
                                       const char *name, amine_error *error);
/* Both, of a registry: ours with a user's tasks, neuron models and synapse rules. It outlives the
 * configuration. */
amine_status am_simulation_config_load_of(am_simulation_config *config, const am_registry *parts,
                                          const char *preset_or_file, amine_error *error);
amine_status am_simulation_config_of(am_simulation_config *config, const am_registry *parts,
                                     const json_t *root, const char *name, amine_error *error);
/* The same again. */
amine_status am_simulation_config_copy(am_simulation_config *copy,
                                       const am_simulation_config *config, amine_error *error);
void am_simulation_config_free(am_simulation_config *config);
/* Sets a value of the table, in the tree too. AMINE_ERROR_MEMORY only. */
amine_status am_simulation_config_put(am_simulation_config *config, int key, am_value value,
                                      amine_error *error);

/* The task that its protocol plays, for am_task_destroy; NULL if that plays none. Failures as of
 * am_task_create, and AMINE_ERROR_ARGUMENT if it asks for something else than actions. */
amine_status am_simulation_config_task(am_task **task, const am_simulation_config *config,
                                       amine_error *error);

/* Puts n key=value over it, whatever their order. AMINE_ERROR_ARGUMENT names the key, the value and
 * what is allowed; an unknown key gets the nearest known one. What only the engine can say about a
 * value of the description is said when the brain is made. After a failure the configuration may
 * hold some of them. */
amine_status am_simulation_config_apply(am_simulation_config *config,
                                        const char *const *assignments, int n, amine_error *error);

/* The row of a key of the table, or of the protocol's; NULL if there is none. One of the task that it
 * plays is found by am_config_keys. */
const amine_parameter *am_simulation_config_key(const am_simulation_config *config,
                                                const char *path);

/* The tree as text, with every key of the table; with only_shaping without those that results do
 * not depend on. Files are named as the description does. Ends with a newline. AMINE_ERROR_MEMORY
 * only. */
amine_status am_simulation_config_write(const am_simulation_config *config, bool only_shaping,
                                        am_text *text, amine_error *error);

/* The first key that results depend on and in which two configurations differ; NULL if none. */
const char *am_simulation_config_difference(char out[AM_PATH_MAX], const json_t *a,
                                            const json_t *b);

/* The brain that it describes, clamped as it says, with its threads not yet chosen. Lines about
 * keys that are not used are added to *notes (may be NULL). AMINE_ERROR_INPUT if the description is
 * refused, AMINE_ERROR_ARGUMENT if it was fine before the user's key=value; other failures as of
 * the engine. */
amine_status am_simulation_config_brain(const am_simulation_config *config, amine_brain **brain,
                                        am_text *notes, amine_error *error);

/* Its description in a tree of its own, in which files are named from where the process runs; for
 * json_decref. AMINE_ERROR_MEMORY only. */
amine_status am_simulation_config_root(json_t **root, const am_simulation_config *config,
                                       amine_error *error);

/* The level at which a modulator is held; false if it is free. */
bool am_simulation_clamp(const am_simulation_config *config, am_modulator which, double *level);

/* Those and the neuron models that are texts in the description, until that changes. */
const am_registry *am_simulation_config_parts(const am_simulation_config *config);

/* Steps of the whole time; dt_ms is the brain's. */
uint64_t am_simulation_steps(const am_simulation_config *config, double dt_ms);
/* Adds a line for each time of the table that is no whole number of steps. */
void am_simulation_note_times(const am_simulation_config *config, double dt_ms, am_text *notes);

/* Values of the table. */
static inline double am_simulation_number(const am_simulation_config *c, int key) {
  return c->values[key].number;
}

#endif
