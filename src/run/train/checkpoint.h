/* Checkpoints: everything that shapes the future of a run, in one safetensors file.
 *
 *   the learner's tensors, by its names for them; of the actor-critic:
 *     i2h.weight, w, alpha, ...    the parameters, with PyTorch's names and shapes
 *     adam.m.NAME, adam.v.NAME     the moments of each, or those of another optimiser
 *   learner.numbers F64 [8]        the learner's numbers; of the actor-critic instead
 *     adam.powers  F64 [2]         beta1^k, beta2^k
 *   learner.schedule F64 [5]       what a schedule remembers that follows the reward; of several
 *                                  agents, of each
 *   run.iteration  U64 [1]         iterations done
 *   run.records    U64 [1]         lines of metrics.jsonl that belong to them
 *   run.pending    F64 [7]         sums that the next line will hold, and how many iterations
 *                                  they span; with reward.type=preferences [10]
 *   run.rewards    F64 [n]         of the last iterations (recent.h), and
 *   run.criterion  U64 [2]         how many of them count; iterations done when the criterion was
 *                                  reached, or 0: both only for a task that has a criterion and for a run
 *                                  of a study; where a criterion asks for episodes in a row, a
 *                                  third: how many there are
 *   run.course     F64 [n]         a run of a study: its samples so far, NAN for those to come
 *   with reward.type=preferences the model's parameters and moments as those of the learner, and
 *   reward.clips   F32 [2 n][k]    the clips that were asked about (reward_model.h), two a pair,
 *   reward.lengths F32 [n][2]      and how many of their steps are lived;
 *   reward.preferred F32 [n]       the answers: 1 the first, 0 the second, 1/2 neither
 *   reward.standard F32 [2][n]     mean and inverse spread of what the model is shown;
 *   reward.numbers F64 [16]        counters, scale, powers of Adam's betas
 *   __metadata__: config (the keys that results depend on), amine (version), checksums
 *
 * It holds no clock time and nothing of the machine: equal runs give equal files. */
#ifndef AMINE_RUN_TRAIN_CHECKPOINT_H
#define AMINE_RUN_TRAIN_CHECKPOINT_H

#include "run/train/experiment.h"
#include "run/train/records.h"

/* Replaces the file as a whole; on failure the one that was there is still there. */
amine_status am_checkpoint_save(const am_experiment *experiment, const am_record_state *records,
                                const char *path, amine_error *error);

/* AMINE_ERROR_ARGUMENT names a key that results depend on and that differs from the checkpoint's. */
amine_status am_checkpoint_agree(const am_config *config, const char *path, amine_error *error);

/* Puts the experiment (made from the same configuration) into the saved state. Everything is
 * checked before anything is changed. records may be NULL; its course, if it has one, says how many
 * samples there must be. */
amine_status am_checkpoint_load(am_experiment *experiment, am_record_state *records,
                                const char *path, amine_error *error);
#endif
