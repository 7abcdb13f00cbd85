/* recording.npz: one episode played with frozen slow weights, and the weights.
 *
 * T steps, N units, n x n cells. Rows of matrices are post units, columns pre units.
 *
 *   walls        u1 [n][n]    1 is a wall
 *   agent        i4 [T+1][2]  row, column before each step; the last is the end
 *   goal         i4 [2]       the reward's cell
 *   actions      i4 [T]       up, down, left, right
 *   rewards      f4 [T]
 *   level        f4 [T]       the modulator M(t)
 *   eta_mean     f4 [T]       over the post units
 *   eta_sd       f4 [T]
 *   value        f4 [T]       the critic's
 *   policy       f4 [T][4]
 *   activity     f4 [T][N]
 *   w, alpha     f4 [N][N]
 *   trace_before f4 [N][N]    H at the step trace_steps[0], and
 *   trace_after  f4 [N][N]    at trace_steps[1]
 *   trace_steps  i4 [2]
 *   trace_norm   f4 [T]       root mean square of H
 *
 * Any of them may be missing. */
#ifndef AMINE_REPORT_TRAIN_RECORDING_H
#define AMINE_REPORT_TRAIN_RECORDING_H

#include <stdint.h>

#include "base/error.h"

#define AM_RECORDING_ACTIONS 4

/* The arrays that are numbers, in one table. */
typedef enum am_recorded {
  AM_RECORDED_REWARDS, /* [T] ... */
  AM_RECORDED_LEVEL,
  AM_RECORDED_ETA_MEAN,
  AM_RECORDED_ETA_SD,
  AM_RECORDED_VALUE,
  AM_RECORDED_TRACE_NORM,
  AM_RECORDED_POLICY,   /* [T][4] */
  AM_RECORDED_ACTIVITY, /* [T][N] */
  AM_RECORDED_W,        /* [N][N] ... */
  AM_RECORDED_ALPHA,
  AM_RECORDED_TRACE_BEFORE,
  AM_RECORDED_TRACE_AFTER,
  AM_N_RECORDED
} am_recorded;

/* What is not in the file is NULL. */
typedef struct am_recording {
  size_t n_cells, n_steps, n_units; /* n, T, N; 0 if nothing in the file tells */
  uint8_t *walls;
  int32_t *agent, *goal, *actions, *trace_steps;
  float *numbers[AM_N_RECORDED]; /* may hold NaN and infinities */
} am_recording;

/* A file that is not there gives a recording without arrays. AMINE_ERROR_INPUT names the file and
 * the array: damaged, of another type, of a shape that does not go with the others, or with a cell
 * or an action that does not exist. */
amine_status am_recording_read(am_recording *recording, const char *path, amine_error *error);
void am_recording_free(am_recording *recording);

#endif
