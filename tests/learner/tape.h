/* A world whose inputs stand in a file of check values, one series for each lane: what a learner makes
 * of them is compared with what a reference made. Included below what says B lanes, T steps and M
 * inputs; the tensor "x" [B][T][M] is what is shown. */
#ifndef AMINE_TESTS_LEARNER_TAPE_H
#define AMINE_TESTS_LEARNER_TAPE_H

#include "format/safetensors.h"
#include "task/task.h"

static am_tensor_file *file;

/* The F64 tensor of that name, and how many numbers it has. */
static const double *values(const char *key, size_t *count) {
  const am_tensor *t = am_tensor_file_find(file, key);
  if (!t) fail_msg("there is no %s", key);
  if (count) *count = t->count;
  return (const double *)(const void *)t->data;
}

typedef struct place {
  int lane, step;
} place;

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  (void)task, (void)seed, (void)episode;
  *(place *)state = (place){(int)(lane % B), 0};
}
static void observe(const am_task *task, const void *state, float *input) {
  const place *s = state;
  const double *x = values("x", NULL);
  (void)task;
  for (int i = 0; i < M; i++) input[i] = (float)x[(s->lane * T + s->step) * M + i];
}

#endif
