/* Spikes as text: exact lines, every step read back, windows, limits, damage. */
#include "support.h"

#include "base/memory.h"
#include "format/gdf.h"
#include "format/spike_text.h"

static const am_gdf_window everything = {0, UINT64_MAX, 1 << 20};

static void lines_are_exact(void **state) {
  (void)state;
  const struct {
    double dt_ms;
    uint32_t neuron;
    uint64_t step;
    const char *line;
  } cases[] = {
      {0.1, 17, 2345, "17\t234.5\n"},
      {0.1, 0, 0, "0\t0.0\n"},
      {1, 4294967295u, 7, "4294967295\t7.0\n"},
      {0.025, 3, 3, "3\t0.075\n"},
      {0.5, 1, 10000000001, "1\t5000000000.5\n"},
      {100, 1, 3, "1\t300.0\n"},
      {0.0625, 2, 5, "2\t0.3125\n"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    const am_gdf_clock c = am_gdf_clock_of(cases[k].dt_ms);
    am_text text = {0};
    am_gdf_put(&text, &c, cases[k].neuron, cases[k].step);
    assert_string_equal(text.data, cases[k].line);
    am_text_free(&text);
  }
}

/* Every step comes back, also where a step is no decimal number of ms. */
static void every_step_comes_back(void **state) {
  (void)state;
  const double steps_ms[] = {1, 0.1, 0.05, 1.0 / 3, 0.7, 1.0 / 7, 100};
  const char *path = in_folder("steps.gdf");
  for (size_t k = 0; k < sizeof steps_ms / sizeof *steps_ms; k++) {
    const am_gdf_clock c = am_gdf_clock_of(steps_ms[k]);
    am_text text = {0};
    am_gdf_spikes spikes;
    amine_error error = {0};
    for (uint64_t step = 0; step < 3000; step++) am_gdf_put(&text, &c, (uint32_t)step, step * 977);
    put_file(path, text.data, text.length);
    if (am_gdf_read(&spikes, path, text.length, &c, &everything, &error) != AMINE_OK)
      fail_msg("%s", error.message);
    assert_int_equal(spikes.n, 3000);
    for (uint64_t step = 0; step < 3000; step++) {
      assert_int_equal(spikes.neurons[step], step);
      assert_true(spikes.steps[step] == step * 977);
    }
    am_gdf_spikes_free(&spikes);
    am_text_free(&text);
  }
}

static void windows_and_limits(void **state) {
  (void)state;
  const char *path = in_folder("window.gdf");
  const am_gdf_clock c = am_gdf_clock_of(1);
  am_text text = {0};
  for (uint64_t k = 0; k < 100; k++) am_gdf_put(&text, &c, (uint32_t)(k % 7), k);
  const size_t whole = text.length;
  am_gdf_put(&text, &c, 1, 5000); /* beyond what counts */
  put_file(path, text.data, text.length);
  am_text_free(&text);
  for (uint64_t from = 0; from < 102; from += 17)
    for (size_t most = 1; most < 130; most += 8) {
      const am_gdf_window window = {from, UINT64_MAX, most};
      am_gdf_spikes s;
      assert_int_equal(am_gdf_read(&s, path, whole, &c, &window, NULL), AMINE_OK);
      const size_t there = from < 100 ? (size_t)(100 - from) : 0,
                   wanted = there < most ? there : most;
      assert_int_equal(s.n, wanted);
      assert_int_equal(s.n_asked, there);
      assert_true(s.from == (there > wanted ? 100 - wanted : from));
      for (size_t k = 0; k < s.n; k++) {
        assert_true(s.steps[k] == 100 - wanted + k);
        assert_int_equal(s.neurons[k], s.steps[k] % 7);
      }
      am_gdf_spikes_free(&s);
    }
}

/* Seven spikes in each step: those of a step are there all, or none, and `from` says which. */
static void whole_steps_are_kept(void **state) {
  (void)state;
  const char *path = in_folder("full_steps.gdf");
  const am_gdf_clock c = am_gdf_clock_of(0.1);
  am_text text = {0};
  for (uint64_t k = 0; k < 77; k++) am_gdf_put(&text, &c, (uint32_t)(k % 7), k / 7);
  put_file(path, text.data, text.length);
  for (size_t most = 1; most < 80; most++) {
    const am_gdf_window window = {2, 10, most};
    am_gdf_spikes s;
    assert_int_equal(am_gdf_read(&s, path, text.length, &c, &window, NULL), AMINE_OK);
    const uint64_t steps = most / 7 < 8 ? most / 7 : 8;
    assert_int_equal(s.n, 7 * steps);
    assert_int_equal(s.n_asked, 56);
    assert_int_equal(s.from, 10 - steps);
    for (size_t k = 0; k < s.n; k++) {
      assert_int_equal(s.steps[k], s.from + k / 7);
      assert_int_equal(s.neurons[k], k % 7);
    }
    am_gdf_spikes_free(&s);
  }
  am_text_free(&text);
}

static void damage_gets_a_sentence(void **state) {
  (void)state;
  static const char *const bad[] = {"x\t1.0\n",
                                    "1 1.0\n",
                                    "1\t1\n",
                                    "1\t1.00\n",
                                    "1\t1.\n",
                                    "1\t.5\n",
                                    "-1\t1.0\n",
                                    "1\t-1.0\n",
                                    "\n",
                                    "1\t1.0 \n",
                                    "4294967296\t1.0\n",
                                    "1\t1.0",
                                    "1\t99999999999999999999999.0\n"};
  const char *path = in_folder("bad.gdf");
  const am_gdf_clock c = am_gdf_clock_of(0.1);
  am_gdf_spikes spikes;
  amine_error error;
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
    put_file(path, bad[k], strlen(bad[k]));
    error = (amine_error){0};
    if (am_gdf_read(&spikes, path, strlen(bad[k]), &c, &everything, &error) !=
        AMINE_ERROR_INPUT)
      fail_msg("read as if it were good: %s", bad[k]);
    assert_non_null(strstr(error.message, "bad.gdf"));
  }
  put_file(path, "1\t1.0\n", 6);
  assert_int_equal(am_gdf_read(&spikes, path, 7, &c, &everything, &error),
                   AMINE_ERROR_INPUT);
  assert_int_equal(am_gdf_read(&spikes, in_folder("none.gdf"), 7, &c, &everything, &error),
                   AMINE_ERROR_IO);
  char long_line[200];
  memset(long_line, '1', sizeof long_line);
  put_file(path, long_line, sizeof long_line);
  assert_int_equal(am_gdf_read(&spikes, path, sizeof long_line, &c, &everything, &error),
                   AMINE_ERROR_INPUT);
}

/* -------------------------------------------------------------------- any text of spikes */
static amine_status parse(uint64_t **neurons, double **times, size_t *n, const char *text,
                          amine_error *error) {
  return am_spike_text_parse(neurons, times, n, "f.txt", text, strlen(text), error);
}

static void texts_of_spikes_are_read(void **state) {
  (void)state;
  static const char *const texts[] = {"3\t0.1\n0\t25.0\n", "3 1e-1\n\n 0   25",
                                      "3,0.1\r\n0, 25\r\n", "# a list\n3 0.1 # first\n0 +25.\n",
                                      ("\xef\xbb\xbf"
                                       "3.0 0.10000000000000000555\n0.0 25\n")};
  uint64_t *neurons;
  double *times;
  size_t n;
  amine_error error;
  for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
    EXPECT_OK(parse(&neurons, &times, &n, texts[k], &error), &error);
    assert_int_equal(n, 2);
    assert_true(neurons[0] == 3 && times[0] == 0.1 && neurons[1] == 0 && times[1] == 25);
    am_free(neurons);
    am_free(times);
  }
  EXPECT_OK(parse(&neurons, &times, &n, "1.5\n2\n", &error), &error); /* times alone */
  assert_true(n == 2 && neurons[0] == 0 && neurons[1] == 0 && times[0] == 1.5 && times[1] == 2);
  am_free(neurons);
  am_free(times);
  EXPECT_OK(parse(&neurons, &times, &n, "# nothing\n", &error), &error);
  assert_int_equal(n, 0);
  am_free(neurons);
  am_free(times);
}

static void other_texts_are_refused(void **state) {
  (void)state;
  static const char *const texts[][2] = {
      {"1 2 3\n", "line 1"},   {"1 2\n\n3\n", "line 3 has 1 number"}, {"x 2\n", "line 1"},
      {"1,,2\n", "line 1"},    {"1 2,\n", "line 1"},                  {"1 nan\n", "line 1"},
      {"1 inf\n", "line 1"},   {"1 1e999\n", "line 1"},               {"-1 2\n", "-1 is no neuron"},
      {"0.5 2\n", "0.5 is"},   {"1e300 2\n", "no neuron"},            {"1 2 ms\n", "line 1"},
      {"1\n2 3\n", "line 2"}, {"0x\n", "line 1"}};
  uint64_t *neurons = NULL;
  double *times = NULL;
  size_t n = 0;
  amine_error error;
  for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
    expect_failure(parse(&neurons, &times, &n, texts[k][0], &error), AMINE_ERROR_INPUT, &error,
                   texts[k][1]);
  assert_true(!neurons && !times && n == 0);
  assert_int_equal(am_spike_text_parse(&neurons, &times, &n, "f", "1 2\n\0 3\n", 8, &error),
                   AMINE_ERROR_INPUT);
  for (long k = 1; k < 9; k++) { /* memory is refused at any time */
    memory_start(k, false);
    const amine_status status = parse(&neurons, &times, &n, "1 2\n3 4\n", &error);
    if (status == AMINE_OK) {
      am_free(neurons);
      am_free(times);
    }
    memory_stop();
    if (status == AMINE_OK) return;
    assert_int_equal(status, AMINE_ERROR_MEMORY);
  }
  fail_msg("memory was refused every time");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lines_are_exact),
      cmocka_unit_test(every_step_comes_back),
      cmocka_unit_test(windows_and_limits),
      cmocka_unit_test(whole_steps_are_kept),
      cmocka_unit_test(damage_gets_a_sentence),
      cmocka_unit_test(texts_of_spikes_are_read),
      cmocka_unit_test(other_texts_are_refused),
  };
  return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
