/* amine train: a new run in a new folder. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/folder.h"
#include "cli/job.h"

int cli_train(const cli_line *line) {
  amine_error error = {0};
  am_config config;
  const char *from = line->words[0];
  am_config_default(&config);
  amine_status status = cli_refuse_folder(from, "train", &error);
  if (status == AMINE_OK) status = am_config_load(&config, from, &error);
  if (status == AMINE_OK) status = cli_configure(&config, NULL, line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, true);
  am_text folder = {0};
  if (line->out) am_text_puts(&folder, line->out);
  else cli_free_folder(&folder, from, config.values[AM_SEED].integer);
  int code = folder.failed ? cli_fail(am_fail_memory(&error, strlen(from) + 64), &error, false)
                           : cli_job(line, &config, folder.data, false);
  am_text_free(&folder);
  return code;
}
