/* What is too much is refused in words, with the sum, before it is taken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "amine/brain.h"
#include "base/machine.h"
#include "base/memory.h"

static size_t there;
static size_t answer(void) { return there; }

static size_t (*machine)(void);

static int restore(void **state) {
  (void)state;
  am_memory_ask = machine;
  return 0;
}

static int remember(void **state) {
  (void)state;
  machine = am_memory_ask;
  am_memory_ask = answer;
  return 0;
}

static void bytes_as_people_write_them(void **state) {
  char out[32];
  (void)state;
  assert_string_equal(am_bytes_text(out, 0), "0 bytes");
  assert_string_equal(am_bytes_text(out, 512), "512 bytes");
  assert_string_equal(am_bytes_text(out, 1300), "1.3 kB");
  assert_string_equal(am_bytes_text(out, 829e6), "829 MB");
  assert_string_equal(am_bytes_text(out, 999.6e6), "1.0 GB");
  assert_string_equal(am_bytes_text(out, 26.4e9), "26 GB");
  assert_string_equal(am_bytes_text(out, 5e12), "5.0 TB");
}

static void a_large_block_is_refused(void **state) {
  amine_error error;
  (void)state;
  there = 64 << 20;
  char *small = am_alloc(1, 1000), *fits = am_alloc(1, 32 << 20);
  assert_non_null(small);
  assert_non_null(fits);
  assert_null(am_alloc(1, 65 << 20));
  assert_null(am_resize(fits, 1, (size_t)100 << 20)); /* 68 MiB more */
  fits[0] = 1;                                         /* it is as it was */
  assert_int_equal(am_fail_memory(&error, (size_t)65 << 20), AMINE_ERROR_MEMORY);
  assert_string_equal(error.message,
                      "out of memory: 68 MB were asked for; this machine has 67 MB free");
  am_free(small);
  am_free(fits);
}

static amine_projection between(int population) {
  amine_projection p = amine_projection_default();
  p.source = p.target = population;
  return p;
}

/* 400 million pairs: none is drawn. */
static void a_brain_is_refused_with_its_sum(void **state) {
  amine_brain *b;
  amine_error error;
  int id;
  (void)state;
  there = 300 << 20;
  assert_int_equal(amine_brain_create(&b, 1, 1, &error), AMINE_OK);
  amine_status status = amine_brain_add_population(b, &id, "E", 20000, "lif", NULL, 0, &error);
  assert_int_equal(status, AMINE_OK);
  amine_projection p = between(id);
  p.rule = "stdp";
  assert_int_equal(amine_brain_connect(b, NULL, &p, &error), AMINE_OK);
  assert_int_equal(amine_brain_run(b, 1, &error), AMINE_ERROR_MEMORY);
  assert_non_null(strstr(error.message, "a brain of 20000 neurons needs about 4.8 GB of memory; "
                                        "this machine has 315 MB free"));
  amine_brain_destroy(b);
}

/* How many there are by distance is known when they were counted. */
static void synapses_are_refused_when_they_were_counted(void **state) {
  static float positions[4 * 2000];
  amine_brain *b;
  amine_error error;
  int id;
  (void)state;
  there = 17 << 20;
  assert_int_equal(amine_brain_create(&b, 1, 1, &error), AMINE_OK);
  assert_int_equal(amine_brain_add_population(b, &id, "E", 2000, "lif", NULL, 0, &error), AMINE_OK);
  assert_int_equal(amine_brain_set_positions(b, id, positions, &error), AMINE_OK);
  amine_projection p = between(id);
  p.connect = AMINE_CONNECT_DISTANCE, p.probability = 0.5, p.rule = "stdp";
  assert_int_equal(amine_brain_connect(b, NULL, &p, &error), AMINE_OK);
  assert_int_equal(amine_brain_run(b, 1, &error), AMINE_ERROR_MEMORY);
  assert_non_null(strstr(error.message, "E-E, "));
  assert_non_null(strstr(error.message, "needs about 24 MB of memory; this machine has 18 MB"));
  there = SIZE_MAX; /* and may be had once there is room */
  assert_int_equal(amine_brain_run(b, 1, &error), AMINE_OK);
  amine_brain_destroy(b);
}

/* The machine itself: something, and not more than there can be. */
static void the_machine_answers(void **state) {
  (void)state;
  am_memory_ask = machine;
  const size_t left = am_memory_free();
  assert_true(left > 1000000 && (left == SIZE_MAX || left < (size_t)1 << 50));
  am_memory_ask = answer;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bytes_as_people_write_them),
      cmocka_unit_test(a_large_block_is_refused),
      cmocka_unit_test(a_brain_is_refused_with_its_sum),
      cmocka_unit_test(synapses_are_refused_when_they_were_counted),
      cmocka_unit_test(the_machine_answers),
  };
  return cmocka_run_group_tests(tests, remember, restore);
}
