/* Runs by the public header: stopped by who looks on, gone on with, recorded and shown. */
#include <fenv.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "amine/amine.h"

#include "base.h"

static const char *const small[] = {"network.hidden=12", "iterations=6", "threads=1"};

static const amine_experiment_options options = {
    .size = sizeof options, .assignments = small, .n_assignments = 3};

static const char *below(char out[200], const char *name) {
  snprintf(out, 200, "%s/%s", base, name);
  return out;
}

/* All bytes of a file. */
static char *bytes_of(const char *folder, const char *name, size_t *n) {
  char path[300];
  struct stat s;
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *f = fopen(path, "rb");
  assert_non_null(f);
  assert_int_equal(fstat(fileno(f), &s), 0);
  char *bytes = malloc((size_t)s.st_size + 1);
  assert_non_null(bytes);
  assert_int_equal(fread(bytes, 1, (size_t)s.st_size, f), s.st_size);
  fclose(f);
  *n = (size_t)s.st_size;
  return bytes;
}

/* Counts, and says stop at an iteration. */
typedef struct onlooker {
  uint64_t stop_at, seen;
} onlooker;

static int look(void *user, const amine_run_progress *p) {
  onlooker *o = user;
  assert_int_equal(fegetround(), FE_UPWARD); /* the thread is ours */
  assert_int_equal(p->size, sizeof *p);
  assert_int_equal(p->iterations, 6);
  o->seen++;
  return p->iteration == o->stop_at;
}

static void stopped_and_gone_on_with(void **state) {
  (void)state;
  amine_error error = {0};
  char whole[200], parts[200];
  size_t n, m;
  const amine_experiment_options other = {.size = sizeof other,
                                          .assignments = (const char *[]){"network.hidden=13"},
                                          .n_assignments = 1};
  onlooker all = {0}, some = {.stop_at = 4};
  fesetround(FE_UPWARD);
  assert_int_equal(amine_run_train(below(whole, "whole"), "bandit", &options, look, &all, &error),
                   AMINE_OK);
  assert_int_equal(all.seen, 6);
  assert_int_equal(
      amine_run_train(below(parts, "a/parts"), "bandit", &options, look, &some, &error),
      AMINE_ERROR_STOPPED);
  assert_int_equal(some.seen, 4);
  assert_int_equal(amine_run_train(parts, "bandit", &options, NULL, NULL, &error),
                   AMINE_ERROR_ARGUMENT); /* it is taken */
  fesetround(FE_TONEAREST);
  assert_int_equal(amine_run_resume(parts, &other, NULL, NULL, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "network.hidden"));
  assert_int_equal(amine_run_resume(parts, NULL, NULL, NULL, &error), AMINE_OK);
  char *a = bytes_of(whole, "checkpoint.safetensors", &n);
  char *b = bytes_of(parts, "checkpoint.safetensors", &m);
  assert_int_equal(n, m);
  assert_memory_equal(a, b, n);
  free(a);
  free(b);
}

static void recorded_and_shown(void **state) {
  (void)state;
  amine_error error = {0};
  char one[200], two[200], page[200];
  size_t n;
  const char *folders[] = {below(one, "one"), below(two, "two")};
  for (int k = 0; k < 2; k++)
    assert_int_equal(amine_run_train(folders[k], "bandit", &options, NULL, NULL, &error), AMINE_OK);
  assert_int_equal(amine_run_record(one, NULL, &error), AMINE_OK);
  free(bytes_of(one, "eval.json", &n));
  assert_true(n > 0);
  assert_int_equal(amine_run_report(folders, 2, below(page, "page.html"), &error), AMINE_OK);
  char *text = bytes_of(base, "page.html", &n);
  text[n] = 0;
  assert_non_null(strstr(text, "<html"));
  free(text);
  assert_int_equal(amine_run_report(folders, 0, page, &error), AMINE_ERROR_ARGUMENT);
  assert_int_equal(amine_run_record(base, NULL, &error), AMINE_ERROR_INPUT);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(stopped_and_gone_on_with),
                                     cmocka_unit_test(recorded_and_shown)};
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
