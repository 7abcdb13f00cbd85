/* The board: blocks are replaced whole and stay while they are read, commands come in their order, limits
 * are told, and several threads at once lose nothing. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "live/board.h"

static amine_error error;


static int begin(void **state) {
  am_board *b = NULL;
  int run = -7;
  if (am_board_create(&b, &error) != AMINE_OK) return -1;
  if (am_board_runs(b) != 0 || am_board_add(b, &run, "runs/one", &error) != AMINE_OK) return -1;
  *state = b;
  return run == 0 && am_board_runs(b) == 1 ? 0 : -1;
}

static int end(void **state) {
  am_board_destroy(*state);
  return 0;
}

static void put(am_board *b, int run, const char *name, const char *text) {
  assert_int_equal(am_board_put(b, run, name, text, strlen(text), &error), AMINE_OK);
}

static void expect(am_board *b, int run, const char *name, const char *wanted) {
  const am_board_block *block;
  assert_true(am_board_get(b, &block, run, name, 0));
  assert_int_equal(block->n, strlen(wanted));
  assert_memory_equal(block->bytes, wanted, block->n);
  am_board_release(block);
}

static void test_newest(void **state) {
  am_board *b = *state;
  const am_board_block *old, *none;
  assert_false(am_board_get(b, &old, 0, "state", 0));
  put(b, 0, "state", "one");
  assert_true(am_board_get(b, &old, 0, "state", 0));
  put(b, 0, "state", "two");
  put(b, AM_BOARD_ITSELF, "runs", "[]");
  assert_memory_equal(old->bytes, "one", 3); /* who reads it keeps it */
  expect(b, 0, "state", "two");
  expect(b, AM_BOARD_ITSELF, "runs", "[]");
  const uint64_t version = am_board_version(b);
  assert_int_equal(version, old->version + 2);
  assert_false(am_board_get(b, &none, 0, "state", version - 1));
  assert_true(am_board_get(b, &none, 0, "state", version - 2));
  am_board_release(none);
  am_board_release(old);
}

static int told, changes;
static char latest[64];
static void changed(void *context) {
  assert_ptr_equal(context, &told);
  told++;
}

static void note(void *context, int run, const char *name, uint64_t version) {
  (void)context;
  changes++;
  snprintf(latest, sizeof latest, "%d %s %llu", run, name, (unsigned long long)version);
}

static void test_changes(void **state) {
  am_board *b = *state;
  put(b, 0, "run", "{}");
  am_board_listen(b, changed, &told);
  put(b, 0, "state", "{}");
  put(b, 0, "state", "{}");
  assert_int_equal(told, 2);
  am_board_changed(b, 1, note, NULL);
  assert_int_equal(changes, 1);
  assert_string_equal(latest, "0 state 3");
  am_board_changed(b, 3, note, NULL);
  assert_int_equal(changes, 1);
}

static void test_wanted(void **state) {
  am_board *b = *state;
  const am_board_block *block;
  assert_int_equal(am_board_put(b, 0, "spikes", NULL, 0, &error), AMINE_OK);
  assert_false(am_board_wanted(b, 0, "spikes"));
  assert_false(am_board_watched(b));
  assert_true(am_board_get(b, &block, 0, "spikes", 0));
  assert_int_equal(block->n, 0);
  am_board_release(block);
  assert_true(am_board_wanted(b, 0, "spikes"));
  assert_true(am_board_watched(b));
  assert_false(am_board_get(b, &block, 0, "never", 0)); /* and nobody makes a block by asking */
  assert_false(am_board_wanted(b, 0, "never"));
}

static void test_limits(void **state) {
  am_board *b = *state;
  const char *const wrong[] = {"", "State", "a b", "../x", "abcdefghijklmnopqrstuvwxyz0123456789"};
  char name[16];
  uint64_t id = 0;
  int run;
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
    assert_int_equal(am_board_put(b, 0, wrong[k], "x", 1, &error), AMINE_ERROR_ARGUMENT);
  assert_int_equal(am_board_put(b, 1, "state", "x", 1, &error), AMINE_ERROR_ARGUMENT);
  assert_int_equal(am_board_put(b, -2, "state", "x", 1, &error), AMINE_ERROR_ARGUMENT);
  assert_int_equal(am_board_put(b, 0, "state", "x", AM_BOARD_BLOCK_MAX + 1, &error),
                   AMINE_ERROR_ARGUMENT);
  for (int k = 0; k < AM_BOARD_NAMES; k++) {
    snprintf(name, sizeof name, "n%d", k);
    put(b, 0, name, "x");
  }
  assert_int_equal(am_board_put(b, 0, "more", "x", 1, &error), AMINE_ERROR_ARGUMENT);
  put(b, 0, "n3", "y"); /* those that are there go on */
  for (int k = 1; k < AM_BOARD_RUNS; k++)
    assert_int_equal(am_board_add(b, &run, NULL, &error), AMINE_OK);
  assert_int_equal(am_board_add(b, &run, NULL, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(am_board_folder(b, 0), "runs/one");
  assert_null(am_board_folder(b, 1));
  assert_null(am_board_folder(b, AM_BOARD_RUNS));
  for (int k = 0; k < AM_BOARD_WAITING; k++)
    assert_int_equal(am_board_send(b, &id, 0, "{}", 2, &error), AMINE_OK);
  assert_int_equal(am_board_send(b, &id, 0, "{}", 2, &error), AMINE_ERROR_MEMORY);
  assert_int_equal(am_board_send(b, &id, 1, "{}", 2, &error), AMINE_OK);
  assert_int_equal(id, AM_BOARD_WAITING + 1);
  assert_int_equal(am_board_send(b, &id, AM_BOARD_RUNS, "{}", 2, &error), AMINE_ERROR_ARGUMENT);
}

static void test_commands(void **state) {
  am_board *b = *state;
  am_board_command c;
  uint64_t id;
  static char text[AM_BOARD_COMMAND_MAX + 1];
  memset(text, 'a', sizeof text);
  assert_false(am_board_take(b, 0, &c));
  assert_false(am_board_wait(b, 0, 0));
  assert_int_equal(am_board_send(b, &id, 0, "first", 5, &error), AMINE_OK);
  assert_int_equal(am_board_send(b, &id, 0, text, AM_BOARD_COMMAND_MAX, &error), AMINE_OK);
  assert_int_equal(am_board_send(b, &id, 0, text, sizeof text, &error), AMINE_ERROR_ARGUMENT);
  assert_true(am_board_wait(b, 0, 100));
  assert_true(am_board_take(b, 0, &c));
  assert_string_equal(c.text, "first");
  assert_int_equal(c.id, 1);
  assert_true(am_board_take(b, 0, &c));
  assert_int_equal(c.length, AM_BOARD_COMMAND_MAX);
  assert_int_equal(strlen(c.text), AM_BOARD_COMMAND_MAX);
  assert_false(am_board_take(b, 0, &c));
}

/* One puts and waits for answers, two read and send, all as fast as they can. */
enum { ROUNDS = 3000 };

static void *read_and_send(void *context) {
  am_board *b = context;
  uint64_t after = 0, id;
  for (int k = 0; k < ROUNDS; k++) {
    const am_board_block *block;
    amine_error own = {0};
    if (am_board_get(b, &block, 0, "state", after)) {
      for (size_t j = 1; j < block->n; j++)
        if (block->bytes[j] != block->bytes[0]) return "a torn block";
      if (block->version <= after) return "an old block";
      after = block->version;
      am_board_release(block);
    }
    while (am_board_send(b, &id, 0, "x", 1, &own) != AMINE_OK) continue;
  }
  return NULL;
}

static void test_threads(void **state) {
  am_board *b = *state;
  pthread_t readers[2];
  am_board_command c;
  int n = 0;
  char bytes[256];
  put(b, 0, "state", "a");
  for (int k = 0; k < 2; k++)
    assert_int_equal(pthread_create(&readers[k], NULL, read_and_send, b), 0);
  while (n < 2 * ROUNDS) {
    memset(bytes, 'a' + n % 26, sizeof bytes);
    assert_int_equal(am_board_put(b, 0, "state", bytes, (size_t)(n % 255 + 1), &error), AMINE_OK);
    (void)am_board_wait(b, 0, 100);
    while (am_board_take(b, 0, &c)) n++;
  }
  assert_int_equal(c.id, 2 * ROUNDS);
  for (int k = 0; k < 2; k++) {
    void *wrong;
    pthread_join(readers[k], &wrong);
    if (wrong) fail_msg("%s", (const char *)wrong);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(test_newest, begin, end),
      cmocka_unit_test_setup_teardown(test_changes, begin, end),
      cmocka_unit_test_setup_teardown(test_wanted, begin, end),
      cmocka_unit_test_setup_teardown(test_limits, begin, end),
      cmocka_unit_test_setup_teardown(test_commands, begin, end),
      cmocka_unit_test_setup_teardown(test_threads, begin, end),
  };
  return cmocka_run_group_tests_name("board", tests, NULL, NULL);
}
