/* amine train: a new run in a new folder. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/job.h"
#include "format/file.h"

/* "dir/name.json" -> "name" */
static void base_name(am_text *out, const char *preset_or_file) {
  const char *slash = strrchr(preset_or_file, '/');
  const char *name = slash ? slash + 1 : preset_or_file;
  const char *end = strrchr(name, '.');
  am_text_add(out, name, end && end > name ? (size_t)(end - name) : strlen(name));
}

/* runs/NAME-seedN, with -2, -3, ... if that is taken */
static void free_folder(am_text *out, const am_config *config, const char *preset_or_file) {
  am_text stem = {0};
  struct stat found;
  am_text_puts(&stem, "runs/");
  base_name(&stem, preset_or_file);
  am_text_printf(&stem, "-seed%llu", (unsigned long long)config->values[AM_SEED].integer);
  am_text_puts(out, stem.failed ? "" : stem.data);
  for (int k = 2; !stem.failed && !out->failed && am_io.stat(out->data, &found) == 0; k++) {
    am_text_free(out);
    am_text_printf(out, "%s-%d", stem.data, k);
  }
  if (stem.failed) out->failed = true;
  am_text_free(&stem);
}

/* A folder given where a preset is expected is a run that someone wants to go on with. */
static amine_status refuse_folder(const char *word, amine_error *error) {
  struct stat found;
  if (strchr(word, '/') == NULL || am_io.stat(word, &found) != 0 || !S_ISDIR(found.st_mode))
    return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "%.300s is a folder; train takes a preset or a JSON file, and amine resume goes "
                 "on with a run",
                 word);
}

int cli_train(const cli_line *line) {
  amine_error error = {0};
  am_config config;
  const char *from = line->words[0];
  am_config_default(&config);
  amine_status status = refuse_folder(from, &error);
  if (status == AMINE_OK) status = am_config_load(&config, from, &error);
  if (status == AMINE_OK) status = cli_configure(&config, NULL, line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, true);
  am_text folder = {0};
  if (line->out) am_text_puts(&folder, line->out);
  else free_folder(&folder, &config, from);
  int code = folder.failed ? cli_fail(am_fail_memory(&error, strlen(from) + 64), &error, false)
                           : cli_job(line, &config, folder.data, false);
  am_text_free(&folder);
  return code;
}
