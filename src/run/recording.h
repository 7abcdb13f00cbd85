/* One episode, written down step by step, for pictures and for other tools (NPZ).
 *
 *   walls u1 [n][n]        agent i4 [T+1][2] (row, col)    goal i4 [2]
 *   actions i4 [T]         rewards f4 [T]                  value f4 [T]       policy f4 [T][4]
 *   activity f4 [T][N]     level f4 [T] (the modulator)    eta_mean, eta_sd f4 [T] (over post
 * units) w, alpha f4 [N][N]     trace_norm f4 [T] (root mean square of H) trace_before, trace_after
 * f4 [N][N] at the steps trace_steps i4 [2]: just before the first reward is entered, and after the
 * trace has seen it What a variant does not have is left out. */
#ifndef AMINE_RUN_RECORDING_H
#define AMINE_RUN_RECORDING_H

#include "run/experiment.h"

/* Plays episode (seed, 0, 0) with the weights as they are. The task must be a maze. */
amine_status am_recording_write(am_experiment *experiment, const char *path, uint64_t seed,
                                amine_error *error);

#endif
