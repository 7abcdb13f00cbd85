/* amine simulate: a brain and a protocol, in a new folder; or several seeds side by side. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/compare.h"
#include "cli/folder.h"
#include "cli/module.h"
#include "cli/simulation_job.h"

const amine_parameter cli_simulate_keys[CLI_N_SIMULATE_KEYS] = {
    [CLI_SIMULATE_SEEDS] =
        AM_INTEGER("seeds", 1, 1, 1000, "",
                   "more than 1: so many runs, each beside its control and each in a "
                   "folder; a table of the protocol's measures, and a page over all"),
};

/* Takes seeds=N out of the assignments; the others go to rest[*n_rest]. */
static amine_status take_own(am_value *seeds, const char **rest, int *n_rest, const cli_line *line,
                             amine_error *error) {
  const amine_parameter *key = &cli_simulate_keys[CLI_SIMULATE_SEEDS];
  seeds->number = key->standard;
  *n_rest = 0;
  for (int k = 0; k < line->n_assignments; k++) {
    const char *a = line->assignments[k];
    if (strncmp(a, "seeds=", 6) == 0) AM_TRY(am_key_read(key, a + 6, seeds, error));
    else rest[(*n_rest)++] = a;
  }
  return AMINE_OK;
}

static amine_status load(am_simulation_config *config, am_value *seeds, const cli_line *line,
                         amine_error *error) {
  const char *from = line->words[0];
  AM_TRY(cli_refuse_folder(from, "simulate", error));
  const char **rest = am_alloc((size_t)line->n_assignments + 1, sizeof *rest);
  int n_rest;
  if (!rest) return am_fail_memory(error, 64);
  amine_status status = take_own(seeds, rest, &n_rest, line, error);
  if (status == AMINE_OK) status = am_simulation_config_load_of(config, cli_parts(), from, error);
  if (status == AMINE_OK) status = am_simulation_config_apply(config, rest, n_rest, error);
  am_free(rest);
  return status;
}

int cli_simulate(const cli_line *line) {
  amine_error error = {0};
  am_simulation_config config = {0};
  am_value seeds;
  am_text folder = {0};
  int code;
  amine_status status = load(&config, &seeds, line, &error);
  const int n = status == AMINE_OK ? (int)seeds.number : 1;
  if (line->out) am_text_puts(&folder, line->out);
  else if (status == AMINE_OK)
    cli_free_folder(&folder, line->words[0], config.values[AM_SIM_SEED].integer, n);
  if (status == AMINE_OK && folder.failed) status = am_fail_memory(&error, 256);
  if (status != AMINE_OK) code = cli_fail(status, &error, true);
  else if (n > 1 && line->events) code = cli_refuse_events(n);
  else if (n > 1) code = cli_compare(line, &config, n, folder.data, false);
  else code = cli_simulation_job(line, &config, folder.data, false);
  am_text_free(&folder);
  am_simulation_config_free(&config);
  return code;
}
