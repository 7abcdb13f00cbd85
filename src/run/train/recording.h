/* One episode, written down step by step, for pictures and for other tools (NPZ).
 *
 * Of an actor-critic in a maze:
 *
 *   walls u1 [n][n]        agent i4 [T+1][2] (row, col)    goal i4 [2]
 *   inputs f4 [T][n_inputs] what the network was given
 *   actions i4 [T]         rewards f4 [T]                  value f4 [T]       policy f4 [T][4]
 *   activity f4 [T][N]     level f4 [T] (the modulator)
 *   eta_mean, eta_sd f4 [T] (over post units)
 *   w, alpha f4 [N][N]     trace_norm f4 [T] (root mean square of H)
 *   trace_before, trace_after f4 [N][N] at the steps trace_steps i4 [2]: just before the first
 *   reward is entered, and after the trace has seen it
 *
 * What a variant does not have is left out. Of every other run: the series of its learner, f4 [T]
 * or [T][width]; what the world showed and gave (inputs [T][n_inputs], rewards [T] if it acts, and
 * where it asks for something targets [T][n_targets] or answers [T], NaN at the steps where it does
 * not), unless the learner has a series of that name: the world is played again with the learner's
 * series "actions". Without one, a world that takes actions is left out. Where the task has sorts
 * of episode, there is one of each, one after the other, and T is the sum of their steps. */
#ifndef AMINE_RUN_TRAIN_RECORDING_H
#define AMINE_RUN_TRAIN_RECORDING_H

#include "run/train/experiment.h"

/* Plays episode (seed, 0, 0) with the weights as they are, and writes the recording into the
 * folder; of a run that is no actor-critic in a maze also episode.json: the task's name and
 * meaning, how many episodes there are, and of each series its name, meaning and width. A learner
 * that has no series leaves no recording. */
amine_status am_recording_write(am_experiment *experiment, const char *folder, uint64_t seed,
                                amine_error *error);

/* The same without files: their bytes are added to two texts, that of episode.json if there is one. */
amine_status am_recording_make(am_text *arrays, am_text *about, am_experiment *experiment,
                               uint64_t seed, bool deflated, amine_error *error);

/* Whether the recording is a maze's. */
bool am_recording_is_maze(const am_experiment *experiment);

#endif
