/* The promises of format/tfevents.h: the bytes are TensorBoard's, and a file goes on where a
 * checkpoint says. */
#include "support.h"

#include <math.h>

#include "format/tfevents.h"

/* By hand: the version at time 1.5; then reward = 0.25 at time 2.0, step 3. The checksums were
 * calculated bit by bit in Python. */
static const unsigned char golden[] =
    {
        0x18, 0,    0,    0,    0,    0,    0,    0,    0xa3, 0x7f, 0x4b, 0x22, /* 24 bytes */
        0x09, 0,    0,    0,    0,    0,    0,    0xf8, 0x3f,                   /* 1: 1.5 */
        0x1a, 13,   'b',  'r',  'a',  'i',  'n',  '.',  'E',  'v',  'e',  'n',
        't',  ':',  '2',  0x2a, 0x28, 0x64, 0x6c, 0x1c, 0,    0,    0,    0,
        0,    0,    0,    0xc8, 0xc1, 0x95, 0x1d,             /* 28 bytes */
        0x09, 0,    0,    0,    0,    0,    0,    0x00, 0x40, /* 1: 2.0 */
        0x10, 3,                                              /* 2: 3 */
        0x2a, 15,                                             /* 5: summary */
        0x0a, 13,                                             /* 1: value */
        0x0a, 6,    'r',  'e',  'w',  'a',  'r',  'd',        /* 1: tag */
        0x15, 0,    0,    0x80, 0x3e,                         /* 2: 0.25 */
        0x88, 0xad, 0x17, 0xc7,
};
#define N_FIRST 40

static void the_bytes_are_those_made_by_hand(void **state) {
  (void)state;
  amine_error error;
  am_tfevents *e;
  const char *path = in_folder("events.out.tfevents.1.amine");
  EXPECT_OK(am_tfevents_open(&e, path, 0, 1.5, &error), &error);
  assert_int_equal(am_tfevents_position(e), N_FIRST);
  EXPECT_OK(am_tfevents_add(e, 2.0, 3, &(am_scalar){"reward", 0.25f}, 1, &error), &error);
  assert_int_equal(am_tfevents_position(e), sizeof golden);
  EXPECT_OK(am_tfevents_sync(e, &error), &error);
  EXPECT_OK(am_tfevents_close(e, &error), &error);
  expect_file(path, golden, sizeof golden);
  assert_int_equal(am_tfevents_close(NULL, NULL), AMINE_OK);
}

static void a_file_goes_on_where_it_is_told(void **state) {
  (void)state;
  amine_error error;
  am_tfevents *e = NULL;
  const char *path = in_folder("events.out.tfevents.2.amine");
  put_file(path, golden, sizeof golden - 5); /* the second record is torn */
  EXPECT_OK(am_tfevents_open(&e, path, N_FIRST, 9.0, &error), &error);
  EXPECT_OK(am_tfevents_add(e, 2.0, 3, &(am_scalar){"reward", 0.25f}, 1, &error), &error);
  EXPECT_OK(am_tfevents_close(e, &error), &error);
  expect_file(path, golden, sizeof golden);
  expect_failure(am_tfevents_open(&e, path, sizeof golden + 1, 9.0, &error), AMINE_ERROR_INPUT,
                 &error, "ends too early");
}

static void others_can_read_it(void **state) {
  (void)state;
  amine_error error;
  am_tfevents *e;
  char arguments[600], long_tag[401] = "";
  for (int k = 0; k < 200; k++) strcat(long_tag, "\xc3\xa9");
  const char *path = in_folder("events.out.tfevents.3.amine");
  const am_scalar both[] = {{"reward", 0.5f}, {"loss", NAN}};
  EXPECT_OK(am_tfevents_open(&e, path, 0, 1700000000.25, &error), &error);
  EXPECT_OK(am_tfevents_add(e, 1700000001.5, 0, both, 2, &error), &error);
  EXPECT_OK(am_tfevents_add(e, 1700000002.5, 300, &(am_scalar){"reward", -INFINITY}, 1, &error),
            &error);
  EXPECT_OK(am_tfevents_add(e, 1700000003.5, -1, NULL, 0, &error), &error);
  EXPECT_OK(am_tfevents_add(e, 1700000004.5, INT64_MAX, &(am_scalar){long_tag, 1e-7f}, 1, &error),
            &error);
  EXPECT_OK(am_tfevents_close(e, &error), &error);
  snprintf(arguments, sizeof arguments, "\"%s\"", path);
  int r = run_python("check_tfevents.py", arguments);
  if (r == -1) print_message("skipped: no Python with numpy\n");
  else assert_int_equal(r, 0);
}

/* Opens, adds one event, syncs; after any fault the file holds 0, 1 or 2 whole records. */
static amine_status open_and_add(const char *path, amine_error *error) {
  am_tfevents *e = NULL;
  amine_status s = am_tfevents_open(&e, path, 0, 1.5, error);
  if (s == AMINE_OK) s = am_tfevents_add(e, 2.0, 3, &(am_scalar){"reward", 0.25f}, 1, error);
  if (s == AMINE_OK) s = am_tfevents_sync(e, error);
  am_tfevents_close(e, NULL);
  return s;
}

static void every_fault_leaves_whole_records(void **state) {
  (void)state;
  const char *path = in_folder("faulty");
  for (const struct fault_kind *kind = fault_kinds; kind->name; kind++) {
    for (long at = 1;; at++) {
      amine_error error;
      remove(path);
      memory_start(0, false);
      faults_start(at, kind->error, false);
      amine_status s = open_and_add(path, &error);
      faults_stop();
      memory_stop();
      assert_int_equal(faults.open_fds, 0);
      if (s != AMINE_OK) expect_failure(s, AMINE_ERROR_IO, &error, ": ");
      assert_true(!exists(path) || file_is(path, golden, 0) || file_is(path, golden, N_FIRST) ||
                  file_is(path, golden, sizeof golden));
      if (faults.hits == 0) break;
    }
  }
  for (long at = 1;; at++) {
    amine_error error;
    remove(path);
    memory_start(at, false);
    amine_status s = open_and_add(path, &error);
    memory_stop();
    if (s == AMINE_OK) break;
    expect_failure(s, AMINE_ERROR_MEMORY, &error, "out of memory");
    assert_true(!exists(path) || file_is(path, golden, 0) || file_is(path, golden, N_FIRST) ||
                file_is(path, golden, sizeof golden));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_bytes_are_those_made_by_hand),
      cmocka_unit_test(a_file_goes_on_where_it_is_told),
      cmocka_unit_test(others_can_read_it),
      cmocka_unit_test(every_fault_leaves_whole_records),
  };
  return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
