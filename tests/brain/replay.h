/* What the replays of reference values share: the file, its notes, the distance. A call of the
 * brain that fails ends the test with its sentence. */
#ifndef TESTS_BRAIN_REPLAY_H
#define TESTS_BRAIN_REPLAY_H

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "amine/brain.h"
#include "format/safetensors.h"

/* Largest difference from the float64 reference, over the larger of 1 and the largest value. A
 * brain that computes in double is held to the rounding of what is read from it, which is float. */
#ifndef BRAIN_TOLERANCE
#define BRAIN_TOLERANCE 1e-5
#endif

/* What the brain computes in. */
#ifdef AMINE_VEC_F64
#define BRAIN_EPSILON DBL_EPSILON
#else
#define BRAIN_EPSILON ((double)FLT_EPSILON)
#endif

#define MAX_VALUES 24

static inline void good(amine_status status, const amine_error *error) {
  if (status != AMINE_OK) fail_msg("%s", error->message);
}

static inline am_tensor_file *open_data(const char *path) {
  am_tensor_file *f;
  amine_error error;
  good(am_tensor_file_open(&f, path, (size_t)1 << 22, false, &error), &error);
  return f;
}

static inline const char *note(const am_tensor_file *f, const char *name, const char *key) {
  char full[96];
  snprintf(full, sizeof full, "%s%s%s", name, *name ? "/" : "", key);
  const char *value = am_tensor_file_note(f, full);
  if (!value) fail_msg("no note %s", full);
  return value;
}

static inline const am_tensor *maybe(const am_tensor_file *f, const char *name, const char *key) {
  char full[96];
  snprintf(full, sizeof full, "%s/%s", name, key);
  return am_tensor_file_find(f, full);
}

static inline const am_tensor *tensor(const am_tensor_file *f, const char *name, const char *key,
                                      am_dtype dtype) {
  const am_tensor *t = maybe(f, name, key);
  if (!t || t->dtype != dtype) fail_msg("no tensor %s/%s of that type", name, key);
  return t;
}

/* "name=value name=value", with room for MAX_VALUES of each; `text` must live as long as they. */
static inline int parse_values(const char *note, char *text, size_t size, amine_value *values) {
  assert_true(strlen(note) < size);
  strcpy(text, note);
  int n = 0;
  for (char *save, *part = strtok_r(text, " ", &save); part; part = strtok_r(NULL, " ", &save)) {
    char *equals = strchr(part, '=');
    assert_non_null(equals);
    assert_true(n < MAX_VALUES);
    *equals = 0;
    values[n++] = (amine_value){part, atof(equals + 1)};
  }
  return n;
}

static inline void near(double got, double want) {
  if (!(fabs(got - want) <= BRAIN_TOLERANCE * fmax(1, fabs(want))))
    fail_msg("%.9g is not %.9g", got, want);
}

/* A time that lies within the step, however a time is turned into one. */
static inline double within(int64_t step, double dt) { return ((double)step + 0.25) * dt; }

static inline void add_spikes(amine_brain *b, int population, const int *neurons,
                              const int32_t *steps, size_t n, double dt) {
  if (n == 0) return;
  double *times = malloc(n * sizeof *times);
  for (size_t k = 0; k < n; k++) times[k] = within(steps[k], dt);
  amine_error error;
  const amine_status status = amine_brain_add_spikes(b, population, neurons, times, n, &error);
  free(times);
  good(status, &error);
}

static inline int add_population(amine_brain *b, const char *name, int n, const char *model,
                                 const amine_value *values, int n_values) {
  int id;
  amine_error error;
  good(amine_brain_add_population(b, &id, name, n, model, values, n_values, &error), &error);
  return id;
}

static inline void run(amine_brain *b, uint64_t n_steps) {
  amine_error error;
  if (n_steps) good(amine_brain_run(b, n_steps, &error), &error);
}

static inline void get(const amine_brain *b, int population, const char *state, float *values) {
  amine_error error;
  good(amine_brain_get(b, population, state, values, &error), &error);
}

static inline void set(amine_brain *b, int population, const char *state, const float *values) {
  amine_error error;
  good(amine_brain_set(b, population, state, values, &error), &error);
}

#endif
