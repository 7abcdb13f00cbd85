/* The memory of a training: what is told is what is taken; what is too much is refused with its
 * sum, and with the keys that make it so, before it is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "amine/memory.h"
#include "base/machine.h"
#include "run/config/objects.h"
#include "run/config/preset.h"
#include "run/train/train.h"
#include "small.h"

static char base[64];
static size_t there = SIZE_MAX, held, largest;
static size_t answer(void) { return there; }
static size_t (*machine)(void);

static int begin(void **state) {
  (void)state;
  machine = am_memory_ask;
  am_memory_ask = answer;
  return folder_make(base, sizeof base);
}

static int end(void **state) {
  (void)state;
  am_memory_ask = machine;
  folder_remove(base);
  return 0;
}

static void *weighing(void *context, void *block, size_t old_size, size_t new_size) {
  void *fresh = NULL;
  (void)context;
  if (new_size > 0 && posix_memalign(&fresh, 64, new_size) != 0) return NULL;
  if (fresh && block) memcpy(fresh, block, old_size < new_size ? old_size : new_size);
  if (new_size > largest) largest = new_size;
  held += new_size - old_size;
  free(block);
  return fresh;
}

static am_config config_of(const char *preset, const char *const *changes, int n) {
  amine_error error = {0};
  am_config c;
  am_config_default(&c);
  assert_int_equal(am_config_load(&c, preset, &error), AMINE_OK);
  for (int k = 0; k < n; k++) small_set(&c, changes[k]);
  if (am_config_resolve(&c, &error) != AMINE_OK) fail_msg("%s", error.message);
  return c;
}

/* Each learner: no block is missing in its sum but the structs that hold them. */
static void what_is_told_is_taken(void **state) {
  enum { STRUCTS = 160 << 10 };
  /* the files that these name need not be here */
  const char *text[] = {"threads=2", "task.file=" SMALL_TEXT, "task.test=0.5"};
  const char *table[] = {"threads=2", "task.file=small-table.csv", "network.layers=2"};
  static const char rows[] = "0,1,0\n1,1,1\n2,1,2\n3,1,1\n4,1,3\n5,1,1\n";
  int n = 0;
  (void)state;
  small_write_text();
  assert_int_equal(am_file_replace("small-table.csv", rows, sizeof rows - 1, NULL), AMINE_OK);
  for (const am_preset *p = am_presets; p->name; p++) {
    if (p->brain) continue;
    amine_error error = {0};
    am_task *task;
    am_learner *learner;
    const bool is_table = strcmp(p->name, "highway-depth") == 0;
    am_config c =
        config_of(p->name, is_table ? table : text,
                  is_table || strcmp(p->name, "language") == 0 ? 3 : 1);
    assert_int_equal(am_task_of_config(&task, &c, &error), AMINE_OK);
    held = 0;
    amine_memory_use(weighing, NULL);
    const amine_status status = am_learner_of_config(&learner, &c, task, &error);
    if (status != AMINE_OK) fail_msg("%s: %s", p->name, error.message);
    if (held < learner->bytes || held > learner->bytes + STRUCTS)
      fail_msg("%s takes %zu bytes, and says %zu", p->name, held, learner->bytes);
    am_learner_destroy(learner);
    amine_memory_use(NULL, NULL);
    assert_int_equal(held, 0);
    am_task_destroy(task);
    am_config_free(&c);
    n++;
  }
  assert_true(n > 15);
}

static void too_much_is_refused(void **state) {
  static const struct {
    const char *preset, *changes[3], *says, *keys;
  } cases[] = {
      {"cart-pole",
       {"threads=1", "batch=16", "task.steps=100000"},
       "signalling with a batch of 16 needs about ",
       "batch=16, network.hidden=24, network.layers=1, task.steps=100000"},
      {"maze",
       {"threads=1", "batch=1", "network.hidden=1000"},
       "a2c with a batch of 1 needs about ",
       "batch=1, network.hidden=1000, network.layers=1, task.steps=200"},
  };
  (void)state;
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    amine_error error = {0};
    am_experiment *x;
    const am_config c = config_of(cases[k].preset, cases[k].changes, 3);
    there = 20 << 20;
    largest = 0;
    amine_memory_use(weighing, NULL);
    const amine_status status = am_experiment_create(&x, &c, &error);
    amine_memory_use(NULL, NULL);
    there = SIZE_MAX;
    assert_int_equal(status, AMINE_ERROR_MEMORY);
    assert_true(largest < 1 << 20);
    if (!strstr(error.message, cases[k].says) || !strstr(error.message, cases[k].keys) ||
        !strstr(error.message, "this machine has 21 MB free"))
      fail_msg("%s", error.message);
  }
}

/* ------------------------------------------------------------------------------ told */
static void keep(void *context, const char *lines) { am_text_puts(context, lines); }

static void told(am_text *lines, const char *folder, const char *steps) {
  const char *changes[] = {"threads=1", "batch=16", "iterations=1", steps};
  amine_error error = {0};
  char path[120];
  const am_config c = config_of("cart-pole", changes, 4);
  const am_train_watch watch = {.notes = keep, .context = lines};
  snprintf(path, sizeof path, "%s/%s", base, folder);
  if (am_train_new(&c, path, &watch, &error) != AMINE_OK) fail_msg("%s", error.message);
}

/* A gigabyte is laid out for episodes that end after a few steps. */
static void much_is_told(void **state) {
  am_text lines = {0};
  (void)state;
  told(&lines, "little", "task.steps=100");
  assert_int_equal(lines.length, 0);
  told(&lines, "much", "task.steps=35000");
  assert_non_null(lines.data);
  assert_string_equal(lines.data, "this training takes about 1.0 GB of memory\n");
  am_text_free(&lines);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_told_is_taken),
      cmocka_unit_test(too_much_is_refused),
      cmocka_unit_test(much_is_told),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
