/* amine resume: on from a checkpoint. */
#include <stdio.h>
#include <string.h>

#include "brain/description.h"
#include "cli/command.h"
#include "cli/module.h"
#include "cli/compare.h"
#include "cli/folder.h"
#include "cli/job.h"
#include "cli/reproduce.h"
#include "cli/simulation_job.h"
#include "cli/sweep.h"
#include "cli/train_seeds.h"
#include "report/study/source.h"
#include "run/seeds.h"
#include "run/simulate/run.h"
#include "run/study/sweep.h"
#include "run/train/evaluate.h"
#include "run/train/train.h"

/* How far the run in the folder is. Reads all of the checkpoint, so that whatever is wrong with it
 * is found before anything is written. */
static amine_status how_far(uint64_t *iteration, bool *reached, const am_config *config,
                            const char *folder, amine_error *error) {
  am_config saved;
  am_experiment *x;
  am_config_copy(&saved, config);
  amine_status status = am_evaluate_config(&saved, folder, error);
  if (status == AMINE_OK) status = am_evaluate_open(&x, &saved, folder, error);
  am_config_free(&saved);
  if (status != AMINE_OK) return status;
  *iteration = x->learner->iteration;
  *reached = x->recent.reached > 0;
  am_experiment_destroy(x);
  return AMINE_OK;
}

static int complete(const cli_line *line, const am_config *config, const char *folder,
                    uint64_t iteration) {
  const bool early = iteration < config->common.iterations;
  am_text command = {0};
  cli_put_resume(&command, folder);
  cli_say(line, "this run is complete: %llu iterations. To train it further:\n  %s %s=",
          (unsigned long long)iteration, command.data ? command.data : folder,
          early ? "stop_at_criterion" : "iterations");
  if (early) cli_say(line, "false\n");
  else cli_say(line, "%llu\n", (unsigned long long)(iteration * 2));
  am_text_free(&command);
  return cli_job_finish(line, config, folder, iteration);
}

static int resume_simulation(const cli_line *line) {
  amine_error error = {0};
  am_simulation_config config = {0};
  const char *folder = line->words[0];
  amine_status status = am_simulation_folder_config(&config, cli_parts(), folder, &error);
  if (status == AMINE_OK)
    status = am_simulation_config_apply(&config, line->assignments, line->n_assignments, &error);
  const int code = status == AMINE_OK ? cli_simulation_job(line, &config, folder, true)
                                      : cli_fail(status, &error, true);
  am_simulation_config_free(&config);
  return code;
}

/* All runs of a folder of several seeds. */
static int resume_seeds(const cli_line *line) {
  amine_error error = {0};
  am_seeds seeds = {0};
  am_config config;
  am_simulation_config brain = {0};
  am_text name = {0};
  const char *folder = line->words[0];
  int code;
  am_config_begin(&config, cli_parts());
  am_text_printf(&name, "%s/" AM_SEEDS_FILE, folder);
  amine_status status =
      name.failed ? am_fail_memory(&error, 256) : am_seeds_read(&seeds, folder, &error);
  const bool is_brain = status == AMINE_OK && am_describes_brain(seeds.config);
  if (status == AMINE_OK && is_brain) {
    status = am_simulation_config_of(&brain, cli_parts(), seeds.config, name.data, &error);
    if (status == AMINE_OK)
      status = am_simulation_config_apply(&brain, line->assignments, line->n_assignments, &error);
  } else if (status == AMINE_OK) {
    status = am_config_merge(&config, seeds.config, name.data, &error);
    if (status == AMINE_OK) status = cli_configure(&config, NULL, line, &error);
  }
  if (status == AMINE_OK &&
      seeds.first != (is_brain ? brain.values[AM_SIM_SEED].integer : config.common.seed))
    status = am_fail(&error, AMINE_ERROR_ARGUMENT,
                     "seed=%llu cannot be changed in runs that have begun; start new ones",
                     (unsigned long long)seeds.first);
  if (status != AMINE_OK) code = cli_fail(status, &error, true);
  else if (is_brain) code = cli_compare(line, &brain, seeds.n, folder, true);
  else code = cli_train_seeds(line, &config, seeds.n, folder, true);
  am_config_free(&config);
  am_simulation_config_free(&brain);
  am_seeds_free(&seeds);
  am_text_free(&name);
  return code;
}

/* What a run began with is past. */
static amine_status refuse_weights(const cli_line *line, amine_error *error) {
  for (int k = 0; k < line->n_assignments; k++)
    if (strncmp(line->assignments[k], "weights=", 8) == 0 ||
        am_config_turn(line->assignments[k]) == 0)
      return am_fail(error, AMINE_ERROR_ARGUMENT,
                     "%.300s: a run that has begun keeps its weights; start a new run",
                     line->assignments[k]);
  return AMINE_OK;
}

/* Goes on with one run of training. */
static int resume_run(am_config *config, const cli_line *line, const char *folder) {
  amine_error error = {0};
  uint64_t iteration = 0;
  bool reached = false;
  amine_status status = am_train_config(config, folder, &error);
  const am_part *task = config->part[AM_TASK], *learner = config->part[AM_LEARNER];
  if (status == AMINE_OK) status = cli_configure(config, NULL, line, &error);
  if (status == AMINE_OK) status = how_far(&iteration, &reached, config, folder, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, true);
  const uint64_t planned = config->common.iterations;
  if (iteration > planned) {
    am_fail(&error, AMINE_ERROR_ARGUMENT, "iterations=%llu: this run has already done %llu",
            (unsigned long long)planned, (unsigned long long)iteration);
    return cli_fail(AMINE_ERROR_ARGUMENT, &error, false);
  }
  const bool stop = reached && config->common.stop_at_criterion;
  const bool as_it_is = line->n_assignments == cli_count_modules(line) &&
                        config->part[AM_TASK] == task && config->part[AM_LEARNER] == learner;
  if ((iteration == planned || stop) && as_it_is)
    return complete(line, config, folder, iteration);
  return cli_job(line, config, folder, true);
}

int cli_resume(const cli_line *line) {
  amine_error error = {0};
  am_config config;
  const char *folder = line->words[0];
  bool study = false, sweep = false;
  if (am_study_folder(&study, folder, &error) == AMINE_OK && study) {
    const amine_status found = am_sweep_is_in(&sweep, folder, &error);
    if (found != AMINE_OK) return cli_fail(found, &error, true);
    return sweep ? cli_sweep_resume(line) : cli_reproduce_resume(line);
  }
  if (am_simulation_folder(folder)) return resume_simulation(line);
  const amine_status status = refuse_weights(line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, true);
  if (am_seeds_folder(folder)) return resume_seeds(line);
  am_config_begin(&config, cli_parts());
  const int code = resume_run(&config, line, folder);
  am_config_free(&config);
  return code;
}
