/* amine train: a new run in a new folder, or several seeds side by side. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/module.h"
#include "cli/folder.h"
#include "cli/job.h"
#include "cli/train_seeds.h"
#include "run/seeds.h"

const amine_parameter cli_train_keys[CLI_N_TRAIN_KEYS] = {
    [CLI_TRAIN_SEEDS] =
        AM_INTEGER("seeds", 1, 1, AM_SEEDS_MAX, "",
                   "more than 1: so many runs side by side, from seed on, each in a folder; "
                   "a table, and a page over all"),
};

int cli_train(const cli_line *line) {
  amine_error error = {0};
  am_config config;
  am_value own[CLI_N_TRAIN_KEYS];
  const char *from = line->words[0];
  am_config_begin(&config, cli_parts());
  amine_status status = cli_refuse_folder(from, "train", &error);
  if (status == AMINE_OK) status = am_config_load(&config, from, &error);
  if (status == AMINE_OK) status = cli_configure(&config, own, line, &error);
  if (status != AMINE_OK) {
    am_config_free(&config);
    return cli_fail(status, &error, true);
  }
  const int n = (int)own[CLI_TRAIN_SEEDS].number;
  am_text folder = {0};
  if (line->out) am_text_puts(&folder, line->out);
  else cli_free_folder(&folder, from, config.common.seed, n);
  int code;
  if (folder.failed) code = cli_fail(am_fail_memory(&error, strlen(from) + 64), &error, false);
  else if (n > 1 && line->events) code = cli_refuse_events(n);
  else if (n > 1) code = cli_train_seeds(line, &config, n, folder.data, false);
  else code = cli_job(line, &config, folder.data, false);
  am_text_free(&folder);
  am_config_free(&config);
  return code;
}
