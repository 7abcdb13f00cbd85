/* Presets, folders, checkpoints and files (see source.h). */
#include "cli/source.h"

#include <string.h>

#include "base/words.h"
#include "brain/description.h"
#include "cli/module.h"
#include "format/file.h"
#include "format/json.h"
#include "run/config/preset.h"
#include "run/simulate/checkpoint.h"
#include "run/simulate/run.h"
#include "run/train/evaluate.h"
#include "run/train/train.h"

static bool is_folder(const char *word) {
  struct stat found;
  return am_io.stat(word, &found) == 0 && S_ISDIR(found.st_mode);
}

cli_source cli_source_of(const char *word) {
  static const char suffix[] = ".safetensors";
  const size_t n = strlen(word), m = sizeof suffix - 1;
  for (int k = 0; am_presets[k].name; k++)
    if (strcmp(am_presets[k].name, word) == 0) return CLI_SOURCE_PRESET;
  if (is_folder(word)) return CLI_SOURCE_RUN;
  if (n > m && strcmp(word + n - m, suffix) == 0) return CLI_SOURCE_CHECKPOINT;
  return CLI_SOURCE_FILE;
}

amine_status cli_source_untrained(const char *word, const char *more, amine_error *error) {
  if (cli_source_of(word) == CLI_SOURCE_PRESET && is_folder(word))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%.200s is a preset, which holds no trained network; the folder of that name is "
                   "written ./%.200s",
                   word, word);
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "%.200s holds no trained network: name a run's folder or a checkpoint%s", word,
                 more);
}

static bool is_brain_file(const char *path) {
  json_t *root;
  if (am_json_read(&root, path, NULL, NULL) != AMINE_OK) return false;
  const bool is = am_describes_brain(root);
  json_decref(root);
  return is;
}

static bool is_brain_checkpoint(const char *path) {
  json_t *root;
  if (am_simulation_checkpoint_config(&root, path, NULL) != AMINE_OK) return false;
  json_decref(root);
  return true;
}

bool cli_source_is_brain(const char *word) {
  switch (cli_source_of(word)) {
  case CLI_SOURCE_RUN: return am_simulation_folder(word);
  case CLI_SOURCE_CHECKPOINT: return is_brain_checkpoint(word);
  case CLI_SOURCE_FILE: return is_brain_file(word);
  case CLI_SOURCE_PRESET: break;
  }
  for (int k = 0; am_presets[k].name; k++)
    if (strcmp(am_presets[k].name, word) == 0) return am_presets[k].brain;
  return false;
}

amine_status cli_source_brain(am_simulation_config *config, const char *word, amine_error *error) {
  const cli_source source = cli_source_of(word);
  if (source == CLI_SOURCE_RUN) return am_simulation_folder_config(config, cli_parts(), word, error);
  if (source != CLI_SOURCE_CHECKPOINT) return am_simulation_config_load_of(config, cli_parts(), word, error);
  json_t *root;
  AM_TRY(am_simulation_checkpoint_config(&root, word, error));
  amine_status status = am_simulation_config_of(config, cli_parts(), root, word, error);
  json_decref(root);
  return status;
}

static const char *next_preset(int k) { return am_presets[k].name; }

/* A word that could be anything, and is nothing. */
static amine_status unknown(const char *word, amine_error *error) {
  const char *near = am_nearest(word, next_preset);
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "\"%.60s\" is neither a preset nor a folder of a run%s%s%s", word,
                 near ? "; did you mean " : "", near ? near : "",
                 near ? "?" : "; amine list presets shows the presets");
}

amine_status cli_source_config(am_config *config, const char *word, amine_error *error) {
  am_config_begin(config, cli_parts());
  switch (cli_source_of(word)) {
  case CLI_SOURCE_RUN: return am_train_config(config, word, error);
  case CLI_SOURCE_CHECKPOINT: return am_evaluate_config(config, word, error);
  case CLI_SOURCE_FILE:
    if (!strchr(word, '/') && !strchr(word, '.')) return unknown(word, error);
    break;
  case CLI_SOURCE_PRESET: break;
  }
  return am_config_load(config, word, error);
}
