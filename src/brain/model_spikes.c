/* Spikes out of files (see model_spikes.h). */
#include "brain/model_spikes.h"

#include <stdio.h>
#include <string.h>

#include "brain/model_files.h"
#include "format/npy.h"
#include "format/spike_text.h"

amine_status am_spikes_room(am_model_plan_input *input, int **neurons, double **times_ms, size_t n,
                            am_model_plan *plan, amine_error *error) {
  void *a, *b;
  AM_TRY(am_model_plan_alloc(plan, &a, n, sizeof(int), error));
  AM_TRY(am_model_plan_alloc(plan, &b, n, sizeof(double), error));
  input->neurons = *neurons = a;
  input->times_ms = *times_ms = b;
  input->n = n;
  return AMINE_OK;
}

/* Spikes as the file has them. */
typedef struct spikes {
  uint64_t *neurons;
  double *times;
  size_t n;
} spikes;

/* [n][2] numbers: neuron and time in ms. */
static amine_status take_npy(spikes *out, const char *path, const unsigned char *data, size_t size,
                             amine_error *error) {
  am_tensor t;
  AM_TRY(am_npy_parse(&t, path, "arr_0", data, size, error));
  if (t.rank != 2 || t.dims[1] != 2 || (t.dtype != AM_F32 && t.dtype != AM_F64))
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                        "spikes are an array of floats [n][2]: neuron and time in ms");
  out->n = t.dims[0];
  out->neurons = am_alloc(out->n, sizeof *out->neurons);
  out->times = am_alloc(out->n, sizeof *out->times);
  if (!out->neurons || !out->times) return am_fail_memory(error, am_size_mul(out->n, 16));
  for (size_t k = 0; k < out->n; k++) {
    double row[2];
    float narrow[2];
    memcpy(narrow, (const char *)t.data + k * sizeof narrow, sizeof narrow);
    if (t.dtype == AM_F32) row[0] = (double)narrow[0], row[1] = (double)narrow[1];
    else memcpy(row, (const char *)t.data + k * sizeof row, sizeof row);
    if (!(row[0] >= 0 && row[0] < 0x1p53 && row[0] == (double)(uint64_t)row[0]))
      return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                          "spike %zu: %.17g is no neuron's number", k, row[0]);
    out->neurons[k] = (uint64_t)row[0];
    out->times[k] = row[1];
  }
  return AMINE_OK;
}

/* The population's spikes go to the input. */
static amine_status choose(am_model_plan_input *input, am_model_plan *plan, am_reader *r,
                           const am_where *above, const am_spike_file *file, const spikes *all) {
  const am_where where = {.above = above, .key = "first"};
  const uint64_t n = (uint64_t)plan->populations[input->population].n;
  const uint64_t first = file->first > 0 ? (uint64_t)file->first : 0;
  int *neurons;
  double *times;
  size_t kept = 0;
  AM_TRY(am_spikes_room(input, &neurons, &times, all->n, plan, r->error));
  for (size_t k = 0; k < all->n; k++) {
    const bool ours = all->neurons[k] >= first && all->neurons[k] - first < n;
    if (!ours && file->first >= 0) continue;
    if (!ours || !(all->times[k] >= 0 && all->times[k] <= AM_SPIKES_LATEST_MS))
      return am_fail_file(
          r->error, AMINE_ERROR_INPUT, file->path, -1,
          "spike %zu (%llu, %g): it must be a neuron from 0 to %llu and a time from "
          "0; where neurons are counted through several populations, \"first\" says "
          "which number is this one's first",
          k, (unsigned long long)all->neurons[k], all->times[k], (unsigned long long)n - 1);
    neurons[kept] = (int)(all->neurons[k] - first);
    times[kept++] = all->times[k];
  }
  if (kept == 0 && all->n > 0)
    return am_refuse(r, &where, NULL, "%d: none of the %zu spikes of %s is this population's",
                     file->first, all->n, file->path);
  if (kept < all->n) {
    char line[200];
    snprintf(line, sizeof line, "%zu of the %zu spikes of %.80s are of other neurons",
             all->n - kept, all->n, file->path);
    am_reader_note(r, above, line);
  }
  input->n = kept;
  return AMINE_OK;
}

amine_status am_spike_file_read(am_model_plan_input *input, am_model_plan *plan, am_reader *r,
                                const am_where *above, const am_spike_file *file) {
  const am_where where = {.above = above, .key = "file"};
  unsigned char *data = NULL;
  size_t size = 0;
  spikes all = {0};
  AM_TRY(am_model_file_read(&data, &size, plan, r, &where, file->path, file->checksum));
  amine_status status = size > 1 && data[0] == 0x93
                            ? take_npy(&all, file->path, data, size, r->error)
                            : am_spike_text_parse(&all.neurons, &all.times, &all.n, file->path,
                                                  (const char *)data, size, r->error);
  if (status == AMINE_OK) status = choose(input, plan, r, above, file, &all);
  am_free(all.neurons);
  am_free(all.times);
  am_free(data);
  return status;
}
