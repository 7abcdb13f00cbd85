/* A damaged checkpoint gets a sentence: cut at every length, every single bit turned, sizes at
 * their extremes; the experiment is as it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "format/file.h"
#include "run/train/checkpoint.h"
#include "small.h"

static char base[64], path[100];
static am_experiment *experiment;
static unsigned char *bytes;
static size_t size;

static int setup(void **state) {
  (void)state;
  amine_error error;
  if (folder_make(base, sizeof base) != 0) return -1;
  snprintf(path, sizeof path, "%s/c.safetensors", base);
  am_config c = small_config(&small_variants[12]);
  small_set(&c, "network.hidden=2");
  experiment = small_experiment(&c);
  const am_record_state none = {0};
  if (am_checkpoint_save(experiment, &none, path, &error) != AMINE_OK) return -1;
  return am_file_read(path, 1 << 20, &bytes, &size, &error) == AMINE_OK ? 0 : -1;
}

static int teardown(void **state) {
  (void)state;
  folder_remove(base);
  am_free(bytes);
  am_experiment_destroy(experiment);
  return 0;
}

static void put(const unsigned char *data, size_t n) {
  FILE *f = fopen(path, "wb");
  if (!f || fwrite(data, 1, n, f) != n || fclose(f) != 0) fail_msg("cannot write %s", path);
}

static void expect_refused(const char *what, size_t at) {
  amine_error error = {0};
  const uint64_t before = small_hash(experiment->learner);
  const amine_status status = am_checkpoint_load(experiment, NULL, path, &error);
  if (status != AMINE_ERROR_INPUT) fail_msg("%s at %zu: %s", what, at, amine_status_name(status));
  if (error.message[0] == 0 || !strstr(error.message, path))
    fail_msg("%s at %zu: no sentence", what, at);
  if (small_hash(experiment->learner) != before) fail_msg("%s at %zu: the state changed", what, at);
}

static void every_truncation(void **state) {
  (void)state;
  for (size_t n = 0; n < size; n++) {
    put(bytes, n);
    expect_refused("cut", n);
  }
  put(bytes, size);
  assert_int_equal(am_checkpoint_load(experiment, NULL, path, NULL), AMINE_OK);
}

static void every_bit(void **state) {
  (void)state;
  for (size_t bit = 0; bit < size * 8; bit++) {
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    put(bytes, size);
    expect_refused("bit", bit);
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
  }
  print_message("%zu bytes, every bit\n", size);
}

static void extreme_sizes(void **state) {
  (void)state;
  const uint64_t lengths[] = {0, 1, 100000000, 100000001, size, UINT32_MAX, INT64_MAX, UINT64_MAX};
  unsigned char *copy = malloc(size + 1);
  for (size_t k = 0; k < sizeof lengths / sizeof *lengths; k++) {
    memcpy(copy, bytes, size);
    memcpy(copy, &lengths[k], 8);
    put(copy, size);
    expect_refused("header length", k);
  }
  memcpy(copy, bytes, size);
  copy[size] = 0;
  put(copy, size + 1);
  expect_refused("one byte more", size);
  free(copy);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_truncation),
      cmocka_unit_test(every_bit),
      cmocka_unit_test(extreme_sizes),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
