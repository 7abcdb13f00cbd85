/* Runs of a study that are training: an arm whose preset describes no brain is trained to
 * `iterations`, or to its task's criterion with stop_at_criterion=true.
 *
 * Its measures are those of the table below. On the way, `reward` is sampled against the trials
 * (episodes) played; after a run that ended early the curve has no values.
 *
 * Where nothing learns (learner.type=none) and the task tells regret, a run is fresh episodes alone:
 * its measures are `evaluation` and `regret`, and that is sampled against the steps of an episode. */
#ifndef AMINE_RUN_STUDY_TRAINING_H
#define AMINE_RUN_STUDY_TRAINING_H

#include <stdatomic.h>

#include "report/study/source.h"
#include "run/config/config.h"
#include "run/study/form.h"

enum {
  AM_TRAINING_REWARD,
  AM_TRAINING_TRIALS,
  AM_TRAINING_EVALUATION,
  AM_N_TRAINING_MEASURES,
  AM_TRAINING_KEPT = AM_N_TRAINING_MEASURES, /* of an arm that begins with another's network */
  AM_N_TUNING_MEASURES,
  AM_TRAINING_FREE = AM_N_TRAINING_MEASURES, /* these of an arm with a signal that is held */
  AM_TRAINING_HELD,
  AM_TRAINING_RELEASED,
  AM_N_HELD_MEASURES,
  AM_TRAINING_LEARNED = AM_N_TRAINING_MEASURES, /* these of an arm that keeps its first policy */
  AM_TRAINING_DISTANCE,
  AM_TRAINING_LOST,
  AM_TRAINING_GAINED,
  AM_N_STRAYING_MEASURES
};

/* Rows of a table of measures that all have who are trained. */
#define AM_TRAINING_ROWS                                                                           \
  [AM_TRAINING_REWARD] = {.name = "reward",                                                        \
                          .unit = "",                                                              \
                          .meaning = "mean reward of the last 1000 training episodes",             \
                          .title = "Reward, last 1000 training episodes",                          \
                          .better = 1},                                                            \
  [AM_TRAINING_TRIALS] = {.name = "trials_to_criterion",                                           \
                          .unit = "trials",                                                        \
                          .meaning = "episodes until the mean of the last 1000 reached the "       \
                                     "task's criterion, or the learner's own was met; none if "    \
                                     "it never was",                                               \
                          .title = "Trials to the criterion",                                      \
                          .figure = true,                                                          \
                          .better = -1},                                                           \
  [AM_TRAINING_EVALUATION] = {.name = "evaluation",                                                \
                              .unit = "",                                                          \
                              .meaning = "mean reward of 1000 fresh episodes after training, or "  \
                                         "of all where so many are held out",                      \
                              .title = "Reward, fresh episodes after training",                    \
                              .figure = true,                                                      \
                              .better = 1}

enum { AM_LIVES_EVALUATION, AM_LIVES_REGRET, AM_N_LIVES_MEASURES };

/* The measures of an arm, whose configuration it is, in the form of a protocol, which has nothing
 * else; where nothing learns that is am_lives_protocol. */
extern const am_protocol am_lives_protocol;
const am_protocol *am_study_training_protocol(const am_study *study, int arm,
                                              const am_config *config);

/* Whether the arms of the study are trained, by the first of them: the arms of a study are all of
 * one kind. What is no training preset is for the simulation to refuse. */
bool am_study_trains(const am_study *study);

/* The configuration of one run, resolved: the preset of its arm, the assignments of the arm, those
 * of the form, the seed, and one thread. It is to be freed, but after a failure. */
amine_status am_study_training_config(am_config *config, const am_study_plan *plan, int arm,
                                      uint64_t seed, amine_error *error);

/* Who looks on: `step` is called after each iteration, by the thread that trains, and may end the
 * run with a failure. */
typedef struct am_training_watch {
  amine_status (*step)(void *context, uint64_t iteration, uint64_t iterations, amine_error *error);
  void *context;
} am_training_watch;

typedef struct am_training {
  const am_config *config;
  const am_config *first; /* of the arm with whose network it begins; NULL: with a fresh one */
  const char *held; /* the signal that is held of the network, which is then fresh; NULL: none */
  const am_lesions *lesions; /* likewise those that are held at events */
  int n_samples;
  const char *path;
} am_training;

/* Trains, with n_samples samples at equal distances or one for each iteration of a shorter run, and
 * evaluates on fresh episodes (am_evaluate_episodes). *run is filled in but for `done`, and is to be freed, also
 * after a failure. path: where the run is kept now and then, and when its watch stops it, and from
 * where it goes on if that is there, to the same bits; NULL: nowhere. After the network of `first`, which
 * is trained before, of which the watch is told as of iteration 0, what is left of that one's task is
 * measured, too. */
amine_status am_study_train(am_study_run *run, const am_training *training,
                            const am_training_watch *watch, amine_error *error);

#endif
