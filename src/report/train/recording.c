/* Reading recording.npz, every shape checked against the others. */
#include "report/train/recording.h"

#include <string.h>

#include "base/memory.h"
#include "format/file.h"
#include "format/npz.h"

#define CELLS_MAX 255

/* Which dimension of the recording an axis of an array is; small numbers are sizes themselves. */
enum { CELLS = 100, STEPS, STEPS_AND_END, UNITS };

static const struct {
  const char *name;
  int rank, axis[2];
} shapes[AM_N_RECORDED] = {
    [AM_RECORDED_REWARDS] = {"rewards", 1, {STEPS}},
    [AM_RECORDED_LEVEL] = {"level", 1, {STEPS}},
    [AM_RECORDED_ETA_MEAN] = {"eta_mean", 1, {STEPS}},
    [AM_RECORDED_ETA_SD] = {"eta_sd", 1, {STEPS}},
    [AM_RECORDED_VALUE] = {"value", 1, {STEPS}},
    [AM_RECORDED_TRACE_NORM] = {"trace_norm", 1, {STEPS}},
    [AM_RECORDED_POLICY] = {"policy", 2, {STEPS, AM_RECORDING_ACTIONS}},
    [AM_RECORDED_ACTIVITY] = {"activity", 2, {STEPS, UNITS}},
    [AM_RECORDED_W] = {"w", 2, {UNITS, UNITS}},
    [AM_RECORDED_ALPHA] = {"alpha", 2, {UNITS, UNITS}},
    [AM_RECORDED_TRACE_BEFORE] = {"trace_before", 2, {UNITS, UNITS}},
    [AM_RECORDED_TRACE_AFTER] = {"trace_after", 2, {UNITS, UNITS}},
};

typedef struct reader {
  am_npz *npz;
  const char *path;
  am_recording *recording;
  amine_error *error;
} reader;

/* The dimension that an axis stands for; the first array that has it decides. */
static size_t dimension(am_recording *r, int axis, size_t found) {
  size_t *known = axis == CELLS ? &r->n_cells : axis == UNITS ? &r->n_units : &r->n_steps;
  size_t end = axis == STEPS_AND_END;
  if (axis < CELLS) return (size_t)axis;
  if (*known == 0 && found > end) *known = found - end;
  return *known + end;
}

/* *data = a copy of the array, NULL if the file has none of that name. */
static amine_status take(reader *in, void **data, const char *name, am_dtype dtype, int rank,
                         const int *axis) {
  size_t index = 0, dims[2] = {0};
  while (index < am_npz_count(in->npz) && strcmp(am_npz_name(in->npz, index), name) != 0) index++;
  if (index == am_npz_count(in->npz)) return AMINE_OK;
  const am_tensor *tensor = NULL;
  AM_TRY(am_npz_load(in->npz, &tensor, index, in->error));
  for (int k = 0; k < rank; k++)
    dims[k] = dimension(in->recording, axis[k], k < tensor->rank ? tensor->dims[k] : 0);
  size_t bytes = am_size_mul(tensor->count, am_dtype_size(dtype));
  void *copy = am_alloc(bytes, 1);
  if (!copy) return am_fail_memory(in->error, bytes);
  am_tensor given = *tensor;
  if (given.dtype == AM_BOOL && dtype == AM_U8) given.dtype = AM_U8;
  amine_status status = am_tensor_copy(&given, in->path, copy, dtype, rank, dims, in->error);
  if (status == AMINE_OK && tensor->count == 0)
    status = am_fail_file(in->error, AMINE_ERROR_INPUT, in->path, -1, "tensor %s is empty", name);
  if (status != AMINE_OK) {
    am_free(copy);
    return status;
  }
  *data = copy;
  return AMINE_OK;
}

static amine_status check_cells(reader *in, const char *name, const int32_t *cells, size_t n) {
  const am_recording *r = in->recording;
  for (size_t k = 0; cells && r->walls && k < n; k++) {
    int32_t row = cells[2 * k], col = cells[2 * k + 1];
    bool inside = row >= 0 && col >= 0 && (size_t)row < r->n_cells && (size_t)col < r->n_cells;
    if (!inside || r->walls[(size_t)row * r->n_cells + (size_t)col])
      return am_fail_file(in->error, AMINE_ERROR_INPUT, in->path, -1,
                          "tensor %s: (%d, %d) is no free cell of the maze", name, (int)row,
                          (int)col);
  }
  return AMINE_OK;
}

static amine_status check(reader *in) {
  const am_recording *r = in->recording;
  if (r->n_cells > CELLS_MAX)
    return am_fail_file(in->error, AMINE_ERROR_INPUT, in->path, -1,
                        "tensor walls: %zu cells in a row, at most %d are drawn", r->n_cells,
                        CELLS_MAX);
  AM_TRY(check_cells(in, "agent", r->agent, r->n_steps + 1));
  AM_TRY(check_cells(in, "goal", r->goal, 1));
  for (size_t t = 0; r->actions && t < r->n_steps; t++)
    if (r->actions[t] < 0 || r->actions[t] >= AM_RECORDING_ACTIONS)
      return am_fail_file(in->error, AMINE_ERROR_INPUT, in->path, -1,
                          "tensor actions: %d at step %zu is no action", (int)r->actions[t], t);
  return AMINE_OK;
}

static amine_status take_all(reader *in) {
  am_recording *r = in->recording;
  void *p[5] = {0};
  amine_status status = take(in, &p[0], "walls", AM_U8, 2, (int[]){CELLS, CELLS});
  if (status == AMINE_OK) status = take(in, &p[3], "actions", AM_I32, 1, (int[]){STEPS});
  if (status == AMINE_OK) status = take(in, &p[1], "agent", AM_I32, 2, (int[]){STEPS_AND_END, 2});
  if (status == AMINE_OK) status = take(in, &p[2], "goal", AM_I32, 1, (int[]){2});
  if (status == AMINE_OK) status = take(in, &p[4], "trace_steps", AM_I32, 1, (int[]){2});
  r->walls = p[0];
  r->agent = p[1];
  r->goal = p[2];
  r->actions = p[3];
  r->trace_steps = p[4];
  for (int k = 0; k < AM_N_RECORDED && status == AMINE_OK; k++) {
    void *data = NULL;
    status = take(in, &data, shapes[k].name, AM_F32, shapes[k].rank, shapes[k].axis);
    r->numbers[k] = data;
  }
  return status == AMINE_OK ? check(in) : status;
}

amine_status am_recording_read(am_recording *recording, const char *path, amine_error *error) {
  am_recording found = {0};
  if (am_file_missing(path)) {
    *recording = found;
    return AMINE_OK;
  }
  reader in = {.path = path, .recording = &found, .error = error};
  AM_TRY(am_npz_open(&in.npz, path, AM_NPZ_LIMIT, error));
  amine_status status = take_all(&in);
  am_npz_close(in.npz);
  if (status != AMINE_OK) {
    am_recording_free(&found);
    return status;
  }
  *recording = found;
  return AMINE_OK;
}

void am_recording_free(am_recording *r) {
  am_free(r->walls);
  am_free(r->agent);
  am_free(r->goal);
  am_free(r->actions);
  am_free(r->trace_steps);
  for (int k = 0; k < AM_N_RECORDED; k++) am_free(r->numbers[k]);
  *r = (am_recording){0};
}
