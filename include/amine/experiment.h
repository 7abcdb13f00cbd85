/* An experiment in memory: a task, a network and a learner, made from a preset or a file.
 *
 *   amine_error error;
 *   amine_experiment *x;
 *   const char *changes[] = {"iterations=2000", "network.hidden=64"};
 *   if (amine_experiment_create(&x, "maze", changes, 2, &error)) puts(error.message);
 *   while (amine_experiment_iteration(x) < 2000)
 *     if (amine_experiment_iterate(x, NULL, &error)) break;
 *   amine_experiment_save(x, "maze.safetensors", &error);
 *   amine_experiment_destroy(x);
 *
 * Different experiments may be used from different threads; one experiment by one thread at a time.
 * The same configuration and seed give the same bits on any number of threads and any processor.
 *
 * They do so whatever the calling program has set: its locale (numbers are always written with a
 * point), its rounding, flushing of subnormal numbers (-ffast-math) or traps. While a call runs,
 * its threads compute as IEEE 754 does by default and have the C locale; then they have their own
 * back. Nothing of the process is changed: no locale, no signal handler, no allocator, none of
 * Jansson's either. */
#ifndef AMINE_EXPERIMENT_H
#define AMINE_EXPERIMENT_H

#include <stddef.h>
#include <stdint.h>

#include "amine/registry.h"
#include "amine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct amine_experiment amine_experiment;

/* What one iteration did: means over its batch of episodes; NAN for what the learner does not have.
 * Set `size` to sizeof(amine_progress). */
typedef struct amine_progress {
  size_t size;
  double reward;        /* per episode, in units of the task's reward */
  double value;         /* the critic's mean estimate per step */
  double entropy;       /* of the policy, nats per step */
  double loss;          /* per step */
  double gradient_norm; /* before clipping */
  double rate;          /* step size of the slow weights */
} amine_progress;

/* Rewards of evaluation episodes. Set `size` to sizeof(amine_score). */
typedef struct amine_score {
  size_t size;
  double mean, se, min, max; /* reward per episode; se: standard error of the mean */
} amine_score;

/* Makes an experiment from a preset's name or the path of a JSON file, changed by n key=value
 * strings; "weights=FILE" lets the network begin with the tensors of a safetensors file that any
 * program may have written. AMINE_ERROR_ARGUMENT, _INPUT, _IO or _MEMORY with a sentence;
 * *experiment is then untouched. */
AMINE_API amine_status amine_experiment_create(amine_experiment **experiment,
                                               const char *preset_or_file,
                                               const char *const *assignments, int n,
                                               amine_error *error);

/* The same from a checkpoint: the experiment is in the state that was saved. Assignments may change
 * what does not change the weights' shapes (task.size, clamp.readout, threads); weights=FILE
 * replaces the network's tensors, and nothing else. */
AMINE_API amine_status amine_experiment_open(amine_experiment **experiment, const char *checkpoint,
                                             const char *const *assignments, int n,
                                             amine_error *error);

/* What an experiment is made with, beside a preset or file. It may grow at its end. */
typedef struct amine_experiment_options {
  size_t size;
  const char *const *assignments; /* [n_assignments] key=value */
  int n_assignments;
  amine_registry *registry;  /* the parts to choose from; NULL: the library's own. It is held. */
  const char *configuration; /* JSON as a file has it, instead of the preset or file; NULL: none */
} amine_experiment_options;

/* Nothing of it, in a struct of so many bytes: amine_experiment_options_init(&o, sizeof o). */
AMINE_API void amine_experiment_options_init(amine_experiment_options *options, size_t size);

/* As amine_experiment_create and _open. preset_or_file is NULL where the options have a
 * configuration. */
AMINE_API amine_status amine_experiment_create_with(amine_experiment **experiment,
                                                    const char *preset_or_file,
                                                    const amine_experiment_options *options,
                                                    amine_error *error);
AMINE_API amine_status amine_experiment_open_with(amine_experiment **experiment,
                                                  const char *checkpoint,
                                                  const amine_experiment_options *options,
                                                  amine_error *error);

/* NULL is fine. */
AMINE_API void amine_experiment_destroy(amine_experiment *experiment);

/* Plays one batch of episodes and changes the weights once. `progress` may be NULL. Allocates
 * nothing. AMINE_ERROR_NUMERIC: a number broke (the gradient is none, or exploded); the weights are
 * as before. */
AMINE_API amine_status amine_experiment_iterate(amine_experiment *experiment,
                                                amine_progress *progress, amine_error *error);

/* Looks on after an iteration, with its numbers; anything but 0 stops training there. It may use the
 * experiment, its weights among it, but not destroy it; the thread is as the caller had it. `user` is
 * the caller's own. */
typedef int (*amine_experiment_watch)(void *user, amine_experiment *experiment,
                                      const amine_progress *progress);

/* Iterates n times more. watch may be NULL. AMINE_ERROR_STOPPED once it has answered anything but 0,
 * and where a learned reward waits for answers; AMINE_ERROR_NUMERIC as above. What was done until
 * then stays done. */
AMINE_API amine_status amine_experiment_run(amine_experiment *experiment, uint64_t n,
                                            amine_experiment_watch watch, void *user,
                                            amine_error *error);

/* The configuration, resolved: every key that applies, as JSON that amine_experiment_create takes as
 * a file. Kept until the experiment is destroyed. */
AMINE_API const char *amine_experiment_config(const amine_experiment *experiment);

/* Iterations done. */
AMINE_API uint64_t amine_experiment_iteration(const amine_experiment *experiment);

/* Writes everything that shapes the future as a safetensors file, which replaces `path` as a whole
 * or, on failure, not at all. */
AMINE_API amine_status amine_experiment_save(const amine_experiment *experiment, const char *path,
                                             amine_error *error);

/* Plays n fresh episodes without learning, always the same ones for a seed; greedy: the most
 * probable action instead of one drawn from the policy. */
AMINE_API amine_status amine_experiment_evaluate(amine_experiment *experiment, amine_score *score,
                                                 int n_episodes, uint64_t seed, int greedy,
                                                 amine_error *error);

/* An episode, step by step: arrays of its own, which outlive the experiment. */
typedef struct amine_episode amine_episode;

/* Plays episode `number` of those that amine_experiment_evaluate plays with that seed, actions drawn,
 * and records what the learner can tell ("actions", "activity", "M", "dopamine", ...) and what the
 * world showed and gave ("inputs", "rewards" of one that is acted in, "targets" or "answers" of one
 * that asks for something, NAN where it asks for nothing). A window of a text goes on from the one
 * that was recorded before. AMINE_ERROR_ARGUMENT where the task has fewer, AMINE_ERROR_MEMORY;
 * *episode is then untouched. */
AMINE_API amine_status amine_experiment_episode(amine_experiment *experiment,
                                                amine_episode **episode, uint64_t seed,
                                                uint32_t number, amine_error *error);
AMINE_API void amine_episode_destroy(amine_episode *episode); /* NULL is fine */

/* Steps that the episode had. */
AMINE_API int amine_episode_steps(const amine_episode *episode);

/* The k-th series, [n_steps][*width], row-major; NULL past the end. Its name, its meaning (one line)
 * and the values are the episode's. Any of the outputs may be NULL. */
AMINE_API const float *amine_episode_series(const amine_episode *episode, int k, const char **name,
                                            const char **meaning, int *width);

/* The k-th tensor of the network: its PyTorch name (kept until the experiment is destroyed) and
 * shape [dims[0]][dims[1]] (dims[1] = 1 for vectors). Returns 0 past the end, else 1. Any of the
 * outputs may be NULL. */
AMINE_API int amine_experiment_tensor(const amine_experiment *experiment, int k, const char **name,
                                      int dims[2]);
/* How many dimensions it has in PyTorch: 1 or 2; 0 past the end. */
AMINE_API int amine_experiment_tensor_rank(const amine_experiment *experiment, int k);

/* Copies tensor k out of, or into, the network; values are row-major, dims[0] * dims[1] floats of
 * the caller. AMINE_ERROR_ARGUMENT if there is no such tensor. */
AMINE_API amine_status amine_experiment_get(const amine_experiment *experiment, int k,
                                            float *values, amine_error *error);
AMINE_API amine_status amine_experiment_set(amine_experiment *experiment, int k,
                                            const float *values, amine_error *error);

#ifdef __cplusplus
}
#endif
#endif
