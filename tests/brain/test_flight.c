/* Spikes in flight: every list of the last `longest` steps is what was written, wherever the block
 * was moved, and the block is about as large as what is in flight. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/random.h"
#include "brain/flight.h"

enum { LOOK = 16 };

/* How many spikes a step has, and which: from the step alone. */
static uint32_t number_of(uint64_t step, uint32_t most, uint32_t quiet) {
  const am_random4 r = am_random((am_random_key){.seed = 1}, (uint32_t)step);
  return am_below(r.v[0], quiet + 1) > 0 ? 0 : am_below(r.v[1], most + 1);
}

static uint32_t spike_of(uint64_t step, uint32_t k) { return (uint32_t)(step * 31 + k); }

static void check_all(const am_flight *f, uint64_t step, uint32_t most, uint32_t quiet) {
  const uint64_t first = step > f->longest ? step - f->longest : 0;
  for (uint64_t s = first; s < step; s++) {
    uint32_t n;
    const uint32_t *list = am_flight_list(f, s, &n);
    assert_int_equal(n, number_of(s, most, quiet));
    for (uint32_t k = 0; k < n; k++) assert_int_equal(list[k], spike_of(s, k));
  }
}

static void lists_stay_what_they_are(void **state) {
  static const struct {
    uint32_t longest, most, quiet;
  } cases[] = {{0, 5, 0}, {1, 40, 0}, {15, 300, 1}, {20, 3, 50}, {400, 60, 3}, {3000, 7, 9}};
  amine_error error;
  (void)state;
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    const uint32_t longest = cases[c].longest, most = cases[c].most, quiet = cases[c].quiet;
    am_flight f;
    size_t moved = 0, in_flight = 0;
    assert_int_equal(am_flight_make(&f, longest, LOOK, &error), AMINE_OK);
    for (uint64_t step = 0; step < 4 * (uint64_t)longest + 20000;) {
      const uint32_t base = f.base;
      assert_int_equal(am_flight_room(&f, step, most, &error), AMINE_OK);
      moved += f.base != base;
      assert_false(am_flight_full(&f));
      if (step % 7 == 0 || moved < 40) check_all(&f, step, most, quiet);
      for (int k = 0; k < LOOK; k++) {
        const uint32_t n = number_of(step, most, quiet);
        uint32_t *list = am_flight_begin(&f);
        assert_true(list + most <= f.spikes + f.room);
        for (uint32_t i = 0; i < n; i++) list[i] = spike_of(step, i);
        am_flight_end(&f, step++, n);
        in_flight += n;
        if (step > longest) in_flight -= number_of(step - 1 - longest, most, quiet);
        if (am_flight_full(&f)) break;
      }
      assert_true(f.room < 4 * f.grain * (in_flight + 1024) + 4 * LOOK * most + 16384);
    }
    assert_true(moved > 2);
    am_flight_free(&f);
  }
}

/* 20,000 steps of delay cost a list each, not room for all neurons. */
static void long_delays_are_cheap(void **state) {
  (void)state;
  assert_true(am_flight_bytes(20000, LOOK, 6000) < 300000);
}

/* What cannot be had leaves everything as it is. */
static void *refuse(void *context, void *block, size_t old_size, size_t new_size) {
  (void)context, (void)block, (void)old_size, (void)new_size;
  return NULL;
}

static void refused_room_changes_nothing(void **state) {
  am_flight f;
  amine_error error;
  (void)state;
  assert_int_equal(am_flight_make(&f, 10, LOOK, &error), AMINE_OK);
  assert_int_equal(am_flight_room(&f, 0, 5, &error), AMINE_OK);
  am_flight_begin(&f)[0] = 7;
  am_flight_end(&f, 0, 1);
  amine_memory_use(refuse, NULL);
  assert_int_equal(am_flight_room(&f, 1, 100000, &error), AMINE_ERROR_MEMORY);
  amine_memory_use(NULL, NULL);
  assert_int_equal(am_flight_room(&f, 1, UINT32_MAX, &error), AMINE_ERROR_MEMORY);
  uint32_t n;
  assert_int_equal(am_flight_list(&f, 0, &n)[0], 7);
  assert_int_equal(n, 1);
  am_flight_free(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lists_stay_what_they_are),
      cmocka_unit_test(long_delays_are_cheap),
      cmocka_unit_test(refused_room_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
