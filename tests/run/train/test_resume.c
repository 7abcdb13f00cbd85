/* The same bits after an interruption: every variant is stopped after every one of its iterations,
 * taken up again in a fresh object from the checkpoint, and must end in the same file, byte for
 * byte. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "format/file.h"
#include "run/train/checkpoint.h"
#include "run/train/train.h"
#include "small.h"

#include "base.h"

typedef struct bytes {
  unsigned char *data;
  size_t size;
} bytes;

static bytes read_all(const char *folder, const char *file) {
  char path[200];
  bytes b;
  amine_error error = {0};
  snprintf(path, sizeof path, "%s/%s", folder, file);
  if (am_file_read(path, 1 << 26, &b.data, &b.size, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  return b;
}

static void expect_equal(const char *variant, int stop, const char *file, bytes got, bytes wanted) {
  if (got.size != wanted.size || memcmp(got.data, wanted.data, got.size) != 0)
    fail_msg("%s stopped after %d: %s differs from the uninterrupted run's", variant, stop, file);
}

typedef struct stopper {
  int after;
  atomic_int stop;
} stopper;

static void stop_after(void *context, const am_train_progress *p) {
  stopper *s = context;
  if (s->after && p->iteration >= (uint64_t)s->after) atomic_store(&s->stop, 1);
}

static void same_after_every_stop(void **state) {
  (void)state;
  for (int v = 0; v < N_SMALL_VARIANTS; v++) {
    const am_config config = small_config(&small_variants[v]);
    char whole[120];
    amine_error error = {0};
    snprintf(whole, sizeof whole, "%s/%s-whole", base, small_variants[v].name);
    if (am_train_new(&config, whole, NULL, &error) != AMINE_OK) fail_msg("%s", error.message);
    const bytes wanted = read_all(whole, AM_CHECKPOINT_FILE);
    for (int stop = 1; stop < (int)config.common.iterations; stop++) {
      char folder[120];
      stopper s = {.after = stop};
      const am_train_watch watch = {.progress = stop_after, .context = &s, .stop = &s.stop};
      snprintf(folder, sizeof folder, "%s/%s-%d", base, small_variants[v].name, stop);
      assert_int_equal(am_train_new(&config, folder, &watch, &error), AMINE_ERROR_STOPPED);
      if (am_train_resume(&config, folder, NULL, &error) != AMINE_OK) fail_msg("%s", error.message);
      const bytes got = read_all(folder, AM_CHECKPOINT_FILE);
      expect_equal(small_variants[v].name, stop, AM_CHECKPOINT_FILE, got, wanted);
      am_free(got.data);
    }
    am_free(wanted.data);
  }
}

/* What was written beyond the checkpoint is cut off, so that no iteration is told twice. */
static void records_are_taken_up(void **state) {
  (void)state;
  const am_config config = small_config(&small_variants[6]);
  char folder[120], path[200];
  amine_error error = {0};
  stopper s = {.after = 5};
  const am_train_watch watch = {.progress = stop_after, .context = &s, .stop = &s.stop};
  snprintf(folder, sizeof folder, "%s/records", base);
  assert_int_equal(am_train_new(&config, folder, &watch, &error), AMINE_ERROR_STOPPED);
  snprintf(path, sizeof path, "%s/metrics.jsonl", folder);
  FILE *f = fopen(path, "a");
  fputs("{\"iteration\":6,\"reward\":999}\n{\"iteration\":8,\"rew", f);
  fclose(f);
  assert_int_equal(am_train_resume(&config, folder, NULL, &error), AMINE_OK);
  const bytes text = read_all(folder, "metrics.jsonl");
  assert_null(strstr((char *)text.data, "\"reward\":999"));
  int lines = 0;
  for (size_t i = 0; i < text.size; i++) lines += text.data[i] == '\n';
  assert_int_equal(lines, 5); /* 9 iterations, 2 a line, the last one alone */
  const char *const starts[] = {"{\"iteration\":2,", "{\"iteration\":4,", "{\"iteration\":6,",
                                "{\"iteration\":8,", "{\"iteration\":9,"};
  for (int k = 0; k < 5; k++) assert_non_null(strstr((char *)text.data, starts[k]));
  am_free(text.data);
}

static void a_change_of_results_is_refused(void **state) {
  (void)state;
  am_config config = small_config(&small_variants[6]);
  char folder[120];
  amine_error error = {0};
  snprintf(folder, sizeof folder, "%s/refused", base);
  assert_int_equal(am_train_new(&config, folder, NULL, &error), AMINE_OK);
  assert_int_equal(am_train_new(&config, folder, NULL, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "already holds a run"));
  small_set(&config, "batch=6");
  assert_int_equal(am_train_resume(&config, folder, NULL, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "batch"));
  small_set(&config, "batch=20");
  small_set(&config, "iterations=12");
  assert_int_equal(am_train_resume(&config, folder, NULL, &error), AMINE_OK);
}

typedef struct second_try {
  const am_config *config;
  const char *folder;
  amine_status status;
  amine_error error;
} second_try;

static void resume_meanwhile(void *context, const am_train_progress *p) {
  second_try *s = context;
  if (p->iteration == 3) s->status = am_train_resume(s->config, s->folder, NULL, &s->error);
}

/* One process at a time trains in a folder. */
static void a_folder_in_use_is_refused(void **state) {
  (void)state;
  const am_config config = small_config(&small_variants[6]);
  char folder[120];
  snprintf(folder, sizeof folder, "%s/in-use", base);
  second_try s = {.config = &config, .folder = folder};
  const am_train_watch watch = {.progress = resume_meanwhile, .context = &s};
  assert_int_equal(am_train_new(&config, folder, &watch, NULL), AMINE_OK);
  assert_int_equal(s.status, AMINE_ERROR_IO);
  assert_non_null(strstr(s.error.message, "another process"));
}

/* A checkpoint of another network, and one whose numbers are not finite. */
static void foreign_checkpoints_are_refused(void **state) {
  (void)state;
  char path[120];
  amine_error error = {0};
  snprintf(path, sizeof path, "%s/foreign.safetensors", base);
  const am_config a = small_config(&small_variants[6]), b = small_config(&small_variants[7]);
  am_experiment *x = small_experiment(&a), *y = small_experiment(&b);
  const am_record_state none = {0};
  assert_int_equal(am_checkpoint_save(x, &none, path, &error), AMINE_OK);
  const uint64_t before = small_hash(y->learner);
  assert_int_equal(am_checkpoint_load(y, NULL, path, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "i2h.weight"));
  assert_true(small_hash(y->learner) == before);
  am_experiment_pairs(x)->agent.parameters[3] = INFINITY;
  assert_int_equal(am_checkpoint_save(x, &none, path, &error), AMINE_OK);
  am_experiment *z = small_experiment(&a);
  assert_int_equal(am_checkpoint_load(z, NULL, path, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "not finite"));
  am_experiment_destroy(x);
  am_experiment_destroy(y);
  am_experiment_destroy(z);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_after_every_stop),
      cmocka_unit_test(records_are_taken_up),
      cmocka_unit_test(a_change_of_results_is_refused),
      cmocka_unit_test(a_folder_in_use_is_refused),
      cmocka_unit_test(foreign_checkpoints_are_refused),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
