/* Saving and loading the state of a run (see checkpoint.h). */
#include "run/checkpoint.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format/json.h"
#include "format/safetensors.h"

#define CHECKPOINT_LIMIT ((size_t)1 << 34)
#define N_PENDING (AM_RECORD_SUMS + 1)

/* The three vectors of a learner, and how their tensors are called. */
static const char *const prefixes[3] = {"", "adam.m.", "adam.v."};

static float *vector_of(const am_a2c *a, int k) {
  return k == 0 ? a->parameters : k == 1 ? a->m : a->v;
}

static size_t count_of(const am_plastic_tensor *t) {
  return (size_t)t->dims[0] * (size_t)t->dims[1];
}

static size_t count_all(const am_plastic *n) {
  size_t count = 0;
  for (int k = 0; k < n->n_tensors; k++) count += count_of(&n->tensors[k]);
  return count;
}

static void name_of(char out[80], int vector, const am_plastic_tensor *t) {
  snprintf(out, 80, "%s%s", prefixes[vector], t->name);
}

/* The numbers beside the tensors, in the form in which they are saved. */
typedef struct counters {
  double powers[2], pending[N_PENDING];
  uint64_t iteration, lines;
} counters;

static amine_status add_counters(am_tensor_builder *b, const counters *c, amine_error *error) {
  const size_t one = 1, two = 2, pending = N_PENDING;
  AM_TRY(am_tensor_builder_add(b, "adam.powers", AM_F64, 1, &two, c->powers, error));
  AM_TRY(am_tensor_builder_add(b, "run.iteration", AM_U64, 1, &one, &c->iteration, error));
  AM_TRY(am_tensor_builder_add(b, "run.records", AM_U64, 1, &one, &c->lines, error));
  return am_tensor_builder_add(b, "run.pending", AM_F64, 1, &pending, c->pending, error);
}

static amine_status add_tensors(am_tensor_builder *b, const am_experiment *x, float *values,
                                amine_error *error) {
  for (int vector = 0; vector < 3; vector++)
    for (int k = 0; k < x->network.n_tensors; k++) {
      const am_plastic_tensor *t = &x->network.tensors[k];
      const size_t dims[2] = {(size_t)t->dims[0], (size_t)t->dims[1]};
      char name[80];
      name_of(name, vector, t);
      am_plastic_get(t, values, vector_of(x->learner, vector));
      AM_TRY(am_tensor_builder_add(b, name, AM_F32, t->rank, dims, values, error));
      values += count_of(t);
    }
  return AMINE_OK;
}

static amine_status fill(am_tensor_builder *b, const am_experiment *x, const counters *c,
                         float *values, amine_error *error) {
  am_text config = {0};
  am_config_write(&x->config, true, &config);
  amine_status status = config.failed ? am_fail_memory(error, 4096)
                                      : am_tensor_builder_note(b, "config", config.data, error);
  am_text_free(&config);
  AM_TRY(status);
  AM_TRY(am_tensor_builder_note(b, "amine", amine_version(), error));
  AM_TRY(add_counters(b, c, error));
  return add_tensors(b, x, values, error);
}

amine_status am_checkpoint_save(const am_experiment *x, const am_record_state *records,
                                const char *path, amine_error *error) {
  counters c = {.powers = {x->learner->beta1_power, x->learner->beta2_power},
                .iteration = x->learner->iteration,
                .lines = records->lines};
  memcpy(c.pending, records->sums, sizeof records->sums);
  c.pending[AM_RECORD_SUMS] = (double)records->pending;
  const size_t count = am_size_mul(3, count_all(&x->network));
  float *values = am_alloc(count, sizeof *values);
  if (!values) return am_fail_memory(error, am_size_mul(count, sizeof *values));
  am_tensor_builder *b = NULL;
  amine_status status = am_tensor_builder_new(&b, error);
  if (status == AMINE_OK) status = fill(b, x, &c, values, error);
  if (status == AMINE_OK) status = am_tensor_builder_save(b, path, error);
  am_tensor_builder_free(b);
  am_free(values);
  return status;
}

static amine_status config_of(am_config *config, const am_tensor_file *f, const char *path,
                              amine_error *error) {
  const char *text = am_tensor_file_note(f, "config");
  if (!text)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                        "no configuration in it: not a checkpoint");
  json_t *root;
  AM_TRY(am_json_parse(&root, path, text, strlen(text), NULL, error));
  amine_status status = am_config_merge(config, root, path, error);
  json_decref(root);
  return status;
}

amine_status am_checkpoint_config(am_config *config, const char *path, amine_error *error) {
  am_tensor_file *f;
  AM_TRY(am_tensor_file_open(&f, path, CHECKPOINT_LIMIT, true, error));
  amine_status status = config_of(config, f, path, error);
  am_tensor_file_close(f);
  return status;
}

static amine_status read_counters(counters *c, const am_tensor_file *f, const char *path,
                                  amine_error *error) {
  const size_t one = 1, two = 2, pending = N_PENDING;
  AM_TRY(am_tensor_file_copy(f, "adam.powers", c->powers, AM_F64, 1, &two, error));
  AM_TRY(am_tensor_file_copy(f, "run.iteration", &c->iteration, AM_U64, 1, &one, error));
  AM_TRY(am_tensor_file_copy(f, "run.records", &c->lines, AM_U64, 1, &one, error));
  AM_TRY(am_tensor_file_copy(f, "run.pending", c->pending, AM_F64, 1, &pending, error));
  bool fine = c->iteration <= UINT32_MAX && c->lines <= c->iteration;
  for (int k = 0; k < 2; k++) fine = fine && c->powers[k] >= 0 && c->powers[k] <= 1;
  for (int k = 0; k < N_PENDING; k++) fine = fine && isfinite(c->pending[k]);
  fine = fine && c->pending[AM_RECORD_SUMS] >= 0 && c->pending[AM_RECORD_SUMS] <= UINT32_MAX;
  if (!fine)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "a counter is out of its range");
  return AMINE_OK;
}

/* Copies all tensors into values, in the order of saving; nothing of the experiment changes. */
static amine_status read_tensors(float *values, const am_experiment *x, const am_tensor_file *f,
                                 const char *path, amine_error *error) {
  for (int vector = 0; vector < 3; vector++)
    for (int k = 0; k < x->network.n_tensors; k++) {
      const am_plastic_tensor *t = &x->network.tensors[k];
      const size_t dims[2] = {(size_t)t->dims[0], (size_t)t->dims[1]};
      char name[80];
      name_of(name, vector, t);
      AM_TRY(am_tensor_file_copy(f, name, values, AM_F32, t->rank, dims, error));
      for (size_t i = 0; i < count_of(t); i++)
        if (!isfinite(values[i]))
          return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                              "%s holds a value that is not finite", name);
      values += count_of(t);
    }
  return AMINE_OK;
}

static void take_over(am_experiment *x, am_record_state *records, const counters *c,
                      const float *values) {
  am_a2c *a = x->learner;
  for (int vector = 0; vector < 3; vector++)
    for (int k = 0; k < x->network.n_tensors; k++) {
      am_plastic_set(&x->network.tensors[k], vector_of(a, vector), values);
      values += count_of(&x->network.tensors[k]);
    }
  a->beta1_power = c->powers[0];
  a->beta2_power = c->powers[1];
  a->iteration = c->iteration;
  if (!records) return;
  *records = (am_record_state){.lines = c->lines, .pending = (uint64_t)c->pending[AM_RECORD_SUMS]};
  memcpy(records->sums, c->pending, sizeof records->sums);
}

amine_status am_checkpoint_load(am_experiment *x, am_record_state *records, const char *path,
                                amine_error *error) {
  const size_t count = am_size_mul(3, count_all(&x->network));
  float *values = am_alloc(count, sizeof *values);
  if (!values) return am_fail_memory(error, am_size_mul(count, sizeof *values));
  am_tensor_file *f = NULL;
  counters c;
  amine_status status = am_tensor_file_open(&f, path, CHECKPOINT_LIMIT, true, error);
  if (status == AMINE_OK) status = read_counters(&c, f, path, error);
  if (status == AMINE_OK) status = read_tensors(values, x, f, path, error);
  if (status == AMINE_OK) take_over(x, records, &c, values);
  am_tensor_file_close(f);
  am_free(values);
  return status;
}
