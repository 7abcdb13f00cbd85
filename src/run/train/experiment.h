/* An experiment: the objects that a configuration describes. */
#ifndef AMINE_RUN_TRAIN_EXPERIMENT_H
#define AMINE_RUN_TRAIN_EXPERIMENT_H

#include "format/file.h"
#include "learner/bptt.h"
#include "learner/learner.h"
#include "run/config/config.h"
#include "run/train/recent.h"

typedef struct am_experiment {
  am_config config;
  am_task *task;
  am_learner *learner;
  am_recent recent; /* rewards of the last iterations */
  /* What counts as learned where that is not a mean reward, in words; else "" */
  char criterion[AM_CRITERION_LENGTH];
  am_text notes;    /* lines about what it began with, to be told at its start */
  /* What persons did to it (train/reach.h): how many times, and what holds now. */
  uint64_t n_interventions;
  double rate_factor;
  bool resting;
  am_file_sum from; /* the checkpoint that it was opened from (evaluate.h); else zero */
} am_experiment;

/* Makes task and learner from a resolved configuration, with the parameters of the file that it
 * names (weights.h). After a failure *experiment is NULL. */
amine_status am_experiment_create(am_experiment **experiment, const am_config *config,
                                  amine_error *error);
void am_experiment_destroy(am_experiment *experiment);

/* One iteration of the learner, whose reward is noted in `recent`, and so is when the criterion was
 * first met: the learner's own where it has one, else the task's. */
amine_status am_experiment_iterate(am_experiment *experiment, am_learner_report *report,
                                   amine_error *error);

/* Backpropagation through lanes in pairs, for what looks inside it; NULL if the learner is another.
 */
am_bptt *am_experiment_pairs(const am_experiment *experiment);

#endif
