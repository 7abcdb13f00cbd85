/* Evaluation on fresh episodes, and the recording of one of them for pictures. */
#ifndef AMINE_RUN_TRAIN_EVALUATE_H
#define AMINE_RUN_TRAIN_EVALUATE_H

#include "run/train/experiment.h"
#include "run/train/recording.h"

#define AM_EVAL_FILE "eval.json"
#define AM_LINES_FILE "lines.json"

typedef struct am_evaluation {
  int n_episodes;
  double mean, se, min, max; /* reward per episode */
} am_evaluation;

/* Loads the experiment of a run's folder, or of a checkpoint file. `config` (resolved) may differ
 * from the saved one in what does not change the shapes of the weights, such as the maze's size or
 * a clamp. */
amine_status am_evaluate_open(am_experiment **experiment, const am_config *config,
                              const char *folder_or_file, amine_error *error);
/* The configuration saved there. */
amine_status am_evaluate_config(am_config *config, const char *folder_or_file, amine_error *error);

/* The episodes that evaluation of a run of seed `seed` plays are those of this seed: training never
 * sees them. */
uint64_t am_evaluate_seed(uint64_t seed);

/* How many are played where nobody says: each that is held out once, or else 1000. */
int am_evaluate_episodes(const am_task *task);

/* The network plays episodes 0 … n - 1 of `seed` (other ones than any training run's), with actions
 * drawn from its policy, or the most probable ones. */
amine_status am_evaluate_network(am_evaluation *result, am_experiment *experiment, int n_episodes,
                                 uint64_t seed, bool greedy, amine_error *error);

/* The same of a task that tells regret, with actions drawn; regret[i], i < n, is that after
 * (i + 1) n_steps / n steps, rounded down: a mean over the episodes, NAN where the learner does not
 * note it. n: 1 to n_steps. */
amine_status am_evaluate_regret(am_evaluation *result, double *regret, int n,
                                am_experiment *experiment, int n_episodes, uint64_t seed,
                                amine_error *error);

/* A policy that does not learn plays the same episodes: the name of one of the task's lines, or of
 * am_maze_policy_names. AMINE_ERROR_ARGUMENT if there is none of that name. */
amine_status am_evaluate_policy(am_evaluation *result, const am_task *task, const char *policy,
                                int n_episodes, uint64_t seed, int n_threads, amine_error *error);

/* Leaves lines.json, recording.npz and, of what is no maze, episode.json (recording.h) in the
 * folder, for the report; and last eval.json, which says how many bytes the checkpoint and each of
 * those files has, and their CRC-32C. It has a sentence
 * "collapsed" where learning has (health.h), and of a network that predicts values a "sample": what
 * it was shown at one step, what was wanted and what it said. */
amine_status am_evaluate_record(am_experiment *experiment, const char *folder, int n_episodes,
                                amine_error *error);

/* Does the folder hold all of that, whole, and of the checkpoint that it holds now? Times are not
 * asked: clocks may be wrong. AMINE_ERROR_MEMORY only. */
amine_status am_evaluate_is_recorded(bool *is, const char *folder, amine_error *error);

#endif
