/* The ground: random numbers against published vectors, sizes that overflow, sentences, the
 * allocator. */
#include <fenv.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/blocks.h"
#include "base/error.h"
#include "base/host.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/random.h"
#include "base/student.h"
#include "base/threads.h"
#include "base/words.h"

/* Known answers of Philox4x32-10, from the Random123 distribution's kat_vectors. */
static void philox_known_answers(void **state) {
  (void)state;
  const struct {
    uint64_t seed;
    uint32_t step, lane, episode, stream, answer[4];
  } known[] = {
      {0, 0, 0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {UINT64_MAX,
       UINT32_MAX,
       UINT32_MAX,
       UINT32_MAX,
       UINT32_MAX,
       {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {0x299f31d0a4093822u,
       0x243f6a88,
       0x85a308d3,
       0x13198a2e,
       0x03707344,
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (size_t k = 0; k < 3; k++) {
    const am_random_key key = {known[k].seed, known[k].stream, known[k].episode, known[k].lane};
    const am_random4 r = am_random(key, known[k].step);
    for (int i = 0; i < 4; i++) assert_int_equal(r.v[i], known[k].answer[i]);
  }
}

static void uniform_and_below(void **state) {
  (void)state;
  assert_true(am_uniform(0) == 0);
  assert_true(am_uniform(UINT32_MAX) < 1 && am_uniform(UINT32_MAX) == 1 - 0x1p-24f);
  assert_int_equal(am_below(UINT32_MAX, 65), 64);
  assert_int_equal(am_below(0, 65), 0);
  long count[7] = {0};
  for (uint32_t k = 0; k < 70000; k++)
    count[am_below(am_random((am_random_key){1, 2, 3, 4}, k).v[k % 4], 7)]++;
  double chi = 0;
  for (int k = 0; k < 7; k++) chi += ((double)count[k] - 1e4) * ((double)count[k] - 1e4) / 1e4;
  assert_true(chi < 22.5); /* 6 degrees of freedom: exceeded once in a thousand */
}

static void sizes_that_overflow(void **state) {
  (void)state;
  assert_true(am_size_mul(SIZE_MAX / 2, 3) == SIZE_MAX);
  assert_true(am_size_mul(1 << 16, 1 << 16) == (size_t)1 << 32);
  assert_true(am_size_add(SIZE_MAX, 1) == SIZE_MAX);
  assert_true(am_size_round(SIZE_MAX - 3, 64) == SIZE_MAX);
  assert_true(am_size_round(65, 64) == 128);
  assert_null(am_alloc(SIZE_MAX / 2, 3));
  assert_null(am_alloc(SIZE_MAX, 1));
  assert_null(am_alloc(SIZE_MAX - 32, 1));
}

static void blocks_are_aligned_and_zero(void **state) {
  (void)state;
  for (size_t n = 0; n < 300; n += 13) {
    unsigned char *p = am_alloc(n, 1);
    assert_non_null(p);
    assert_int_equal((uintptr_t)p % 64, 0);
    for (size_t i = 0; i < n; i++) assert_int_equal(p[i], 0);
    memset(p, 7, n);
    p = am_resize(p, 2 * n + 1, 1);
    assert_int_equal((uintptr_t)p % 64, 0);
    for (size_t i = 0; i < 2 * n + 1; i++) assert_int_equal(p[i], i < n ? 7 : 0);
    am_free(p);
  }
}

static void blocks_go_by_tables(void **state) {
  (void)state;
  double *many = NULL;
  char *few = NULL;
  const am_block blocks[] = {{&many, 100, sizeof *many}, {&few, 3, 1}};
  assert_int_equal(am_blocks_bytes(blocks, 2), 803);
  assert_int_equal(am_blocks_take(blocks, 2, "a test", NULL), AMINE_OK);
  assert_non_null(many);
  assert_non_null(few);
  for (int k = 0; k < 100; k++) assert_true(many[k] == 0);
  am_blocks_free(blocks, 2);
  assert_null(many);
  assert_null(few);
  am_blocks_free(blocks, 2); /* nothing is there */
}

static void spans_lie_one_after_the_other(void **state) {
  (void)state;
  double block[6], *a, *b, *c;
  const am_span spans[] = {{&a, 2}, {&b, 0}, {&c, 4}};
  a = b = c = block;
  assert_int_equal(am_spans_cut(spans, 3, NULL, sizeof *block), 6);
  assert_true(!a && !b && !c);
  assert_int_equal(am_spans_cut(spans, 3, block, sizeof *block), 6);
  assert_ptr_equal(a, block);
  assert_ptr_equal(b, block + 2);
  assert_ptr_equal(c, block + 2);
}

static void sentences_are_printable(void **state) {
  (void)state;
  amine_error e;
  char long_text[2000];
  memset(long_text, 'x', sizeof long_text);
  long_text[sizeof long_text - 1] = 0;
  assert_int_equal(am_fail(&e, AMINE_ERROR_INPUT, "a\nb\x1b[31m%s", "c\td"), AMINE_ERROR_INPUT);
  assert_string_equal(e.message, "a?b?[31mc?d");
  am_fail(&e, AMINE_ERROR_INPUT, "%s", long_text);
  assert_true(strlen(e.message) < sizeof e.message);
  for (size_t k = 0; k < 4; k++) { /* cut at every place of a character of several bytes */
    memset(long_text, 'x', 900);
    for (size_t i = 700 + k; i + 3 < 900; i += 3) memcpy(long_text + i, "\xe2\x82\xac", 3);
    am_fail(&e, AMINE_ERROR_INPUT, "%s", long_text);
    const size_t n = strlen(e.message), tail = (n - 700 - k) % 3;
    assert_int_equal(tail, 0);
  }
  am_fail_file(&e, AMINE_ERROR_IO, "some/file", 12, "no");
  assert_string_equal(e.message, "some/file: no");
  assert_string_equal(e.file, "some/file");
  assert_int_equal(e.offset, 12);
  assert_int_equal(am_fail(NULL, AMINE_ERROR_IO, "x"), AMINE_ERROR_IO);
}

static void count_item(void *context, int item, int worker) {
  int *seen = context;
  if (worker < 0 || worker >= 4) abort();
  __atomic_add_fetch(&seen[item], 1, __ATOMIC_RELAXED);
}

static void every_item_once(void **state) {
  (void)state;
  for (int threads = 1; threads <= 4; threads++) {
    int seen[100] = {0};
    am_parallel(threads, 100, count_item, seen);
    for (int k = 0; k < 100; k++) assert_int_equal(seen[k], 1);
  }
  assert_true(am_processors() >= 1);
}

static const char *next_word(int k) {
  static const char *const words[] = {"network.hidden", "learner.rate", "tau_m_ms", "iterations"};
  return k < 4 ? words[k] : NULL;
}

static void nearest_words(void **state) {
  (void)state;
  static const char *const pairs[][2] = {{"iterations", "iterations"},
                                         {"iteratoins", "iterations"},
                                         {"hiden", "network.hidden"},
                                         {"tau_m", "tau_m_ms"},
                                         {"learner.rat", "learner.rate"}};
  for (size_t k = 0; k < sizeof pairs / sizeof *pairs; k++)
    assert_string_equal(am_nearest(pairs[k][0], next_word), pairs[k][1]);
  char longest[200] = "";
  assert_null(am_nearest("", next_word));
  assert_null(am_nearest("elephant", next_word));
  memset(longest, 'i', sizeof longest - 1);
  assert_null(am_nearest(longest, next_word));
  am_nearest_word nearest = am_nearest_begin("hidden");
  am_nearest_try(&nearest, longest);
  assert_null(nearest.best);
  am_nearest_spelled(&nearest, "hiddn", "network.hidden");
  assert_string_equal(nearest.best, "network.hidden");
}

/* As texts of the C locale, the shortest that come back from so many digits on. */
static void numbers_and_texts(void **state) {
  (void)state;
  static const struct {
    double value;
    int least;
    const char *text;
  } known[] = {{0.003, 1, "0.003"},       {0.003, 9, "0.003"},
               {100, 9, "100"},           {-1.5e-9, 1, "-1.5e-09"},
               {1.0 / 3, 9, "0.3333333333333333"}, {0.1f, 9, "0.10000000149011612"},
               {(double)INFINITY, 9, "inf"}, {0, 1, "0"}};
  char out[AM_NUMBER_SIZE], *end;
  for (size_t k = 0; k < sizeof known / sizeof *known; k++)
    assert_string_equal(am_number_exact(out, known[k].value, known[k].least), known[k].text);
  assert_string_equal(am_number_text(out, 1.0 / 3, 3), "0.333");
  assert_string_equal(am_number_text(out, -1.7976931348623157e308, 17), "-1.7976931348623157e+308");
  assert_true(am_number_read("0.003,5", &end) == 0.003 && *end == ',');
  assert_true(am_number_read("x", &end) == 0 && *end == 'x');
}

/* What a program has set is out of the way between AM_ENTER and the end of the block, and back. */
static double third_inside(double one) {
  AM_ENTER;
  assert_int_equal(fegetround(), FE_TONEAREST);
  return am_number_read("0.1", NULL) + one / 3;
}

static void entering_and_leaving(void **state) {
  (void)state;
  const int modes[] = {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST};
  volatile double one = 1;
  const double wanted = third_inside(one);
  for (size_t k = 0; k < sizeof modes / sizeof *modes; k++) {
    fesetround(modes[k]);
    const double got = third_inside(one);
    const int mode = fegetround();
    fesetround(FE_TONEAREST);
    assert_int_equal(mode, modes[k]);
    assert_true(got == wanted);
  }
}

/* The example of Welch's test in many lectures: t = -2.46 with 24.99 degrees of freedom. */
static void difference_of_means(void **state) {
  (void)state;
  const double a[] = {27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1,
                      21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4};
  const double b[] = {27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0,
                      24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4};
  const am_interval d = am_interval_of_difference(a, 15, b, 15);
  assert_true(fabs(d.mean - -2.166666666666668) < 1e-9 && d.n == 30);
  assert_true(fabs(d.half - 2.0638985616 * 0.8824245100137552) < 1e-7); /* t of 24 */
  assert_true(isnan(am_interval_of_difference(a, 15, b, 1).half));
  const double same[] = {2, 2}, other[] = {1, 1};
  const am_interval exact = am_interval_of_difference(same, 2, other, 2);
  assert_true(exact.mean == 1 && exact.half == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(philox_known_answers),    cmocka_unit_test(uniform_and_below),
      cmocka_unit_test(sizes_that_overflow),     cmocka_unit_test(blocks_are_aligned_and_zero),
      cmocka_unit_test(blocks_go_by_tables),     cmocka_unit_test(spans_lie_one_after_the_other),
      cmocka_unit_test(sentences_are_printable), cmocka_unit_test(every_item_once),
      cmocka_unit_test(nearest_words),           cmocka_unit_test(numbers_and_texts),
      cmocka_unit_test(entering_and_leaving),    cmocka_unit_test(difference_of_means),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
