/* The pieces under the page: numbers, axes, pictures, trips. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#include "report/html.h"
#include "report/plot.h"
#include "report/png.h"
#include "report/train/episode.h"
#include "report/train/trips.h"

#define MINUS "\xe2\x88\x92"
#define DASH "\xe2\x80\x93"

static void expect_text(am_text *text, const char *wanted) {
  assert_false(text->failed);
  assert_string_equal(text->data ? text->data : "", wanted);
  am_text_free(text);
}

static void test_figures(void **state) {
  (void)state;
  static const struct {
    double value;
    int digits;
    const char *text;
  } cases[] = {{0, 3, "0"},
               {7.8, 3, "7.8"},
               {198.23, 3, "198"},
               {1000, 3, "1,000"},
               {30000, 3, "30,000"},
               {1234567, 3, "1,234,567"},
               {0.5, 3, "0.5"},
               {-0.0625, 2, MINUS "0.062"},
               {0.0001, 3, "0.0001"},
               {2e-6, 3, "2.0e" MINUS "6"},
               {-1.5e9, 3, MINUS "1.5e9"},
               {9.9999e-5, 3, "1.0e" MINUS "4"},
               {99.96, 3, "100"},
               {0.0 / 0.0, 3, DASH},
               {1.0 / 0.0, 3, DASH}};
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    am_text text = {0};
    am_html_figure(&text, cases[k].value, cases[k].digits);
    expect_text(&text, cases[k].text);
  }
}

static void test_other_numbers(void **state) {
  (void)state;
  am_text text = {0};
  am_html_fixed(&text, -0.001, 2); /* no minus before nothing */
  am_html_fixed(&text, -12345.675, 1);
  expect_text(&text, "0.00" MINUS "12,345.7");
  am_html_with_error(&text, 198.234, 1.06);
  expect_text(&text, "198&nbsp;\xc2\xb1&nbsp;1");
  am_html_with_error(&text, 198.234, 0.21);
  expect_text(&text, "198.2&nbsp;\xc2\xb1&nbsp;0.2");
  am_html_with_error(&text, -0.0864, 0.0012); /* small ones keep a digit of their error */
  expect_text(&text, MINUS "0.086&nbsp;\xc2\xb1&nbsp;0.001");
  am_html_with_error(&text, -0.10932, 0.00048);
  expect_text(&text, MINUS "0.1093&nbsp;\xc2\xb1&nbsp;0.0005");
  am_html_with_error(&text, 0.90000001, 2e-17); /* what rounding leaves of no error */
  expect_text(&text, "0.9");
  am_html_at(&text, 12.345);
  am_text_puts(&text, " ");
  am_html_at(&text, -0.5);
  am_text_puts(&text, " ");
  am_html_at(&text, 0.0 / 0.0);
  expect_text(&text, "12.35 -0.5 0");
  am_html_duration(&text, 3.21);
  am_text_puts(&text, ", ");
  am_html_duration(&text, 71.2);
  am_text_puts(&text, ", ");
  am_html_duration(&text, 372);
  am_text_puts(&text, ", ");
  am_html_duration(&text, 7500);
  expect_text(&text, "3.2&nbsp;s, 71&nbsp;s, 6&nbsp;min&nbsp;12&nbsp;s, 2&nbsp;h&nbsp;5&nbsp;min");
  am_html_real(&text, 0.002);
  am_text_puts(&text, " ");
  am_html_real(&text, 1e-6);
  am_text_puts(&text, " ");
  am_html_real(&text, 1.0 / 3);
  expect_text(&text, "0.002 1e-06 0.3333333333333333");
}

static void test_escapes(void **state) {
  (void)state;
  am_text text = {0};
  am_html_text(&text, "a<b>&\"'\x01\xff\xc3\xa9");
  expect_text(&text, "a&lt;b&gt;&amp;&quot;&#39;\xef\xbf\xbd\xef\xbf\xbd\xc3\xa9");
  am_html_text(&text, "\xc3"); /* half a character at the end */
  expect_text(&text, "\xef\xbf\xbd");
  am_html_brief(&text, "\xc3\xa9\xc3\xa9\xc3\xa9", 2);
  expect_text(&text, "\xc3\xa9\xc3\xa9\xe2\x80\xa6");
  am_html_json_string(&text, "</script>&\"");
  expect_text(&text, "\"\\u003c/script\\u003e\\u0026\\\"\"");
}

static void test_axes(void **state) {
  (void)state;
  am_axis a = am_axis_round(0, 326, 8);
  assert_true(a.low == 0 && a.high == 350 && a.step == 50);
  a = am_axis_exact(0, 30000, 6);
  assert_true(a.high == 30000 && a.step == 5000);
  a = am_axis_log(0.08, 4);
  assert_true(a.logarithmic && am_axis_at(&a, 0.01) == 0 && am_axis_at(&a, 10) == 1);
  assert_true(am_axis_at(&a, 0) != am_axis_at(&a, 0)); /* NAN */
  a = am_axis_whole(0.4, 5.6, 12);
  assert_true(a.step == 1);
  a = am_axis_whole(0.4, 30.6, 12);
  assert_true(a.step == 5);
  /* never without room, whatever comes */
  static const double odd[][2] = {{3, 3},         {0, 0},          {-2, -2},      {1e300, -1e300},
                                  {0, 0.0 / 0.0}, {-1e308, 1e308}, {1, 1 + 1e-15}};
  for (size_t k = 0; k < sizeof odd / sizeof odd[0]; k++) {
    a = am_axis_round(odd[k][0], odd[k][1], 5);
    assert_true(a.high > a.low && a.step > 0);
  }
}

static void test_lines(void **state) {
  (void)state;
  const double x[5] = {0, 1, 2, 3, 4}, y[5] = {0, 1, 0.0 / 0.0, 1, 0.0 / 0.0};
  am_plot plot = {.x = {0, 4, 1, false}, .y = {0, 1, 1, false}, .classes = "low"};
  am_text text = {0};
  am_plot_line(&text, &plot, "c0", x, y, 5);
  expect_text(&text, "<path class=\"line c0\" d=\"M0 1000L250 0M750 0h0\"/>\n");
  plot.bridged = true;
  am_plot_line(&text, &plot, "c0", x, y, 5);
  expect_text(&text, "<path class=\"line c0\" d=\"M0 1000L250 0L750 0\"/>\n");
  am_plot_line(&text, &plot, "c0", x + 2, y + 2, 3);
  expect_text(&text, "<path class=\"line c0 lone\" d=\"M750 0h0\"/>\n");
}

static int digit_of(char c) {
  const char *digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const char *p = c ? strchr(digits, c) : NULL;
  return p ? (int)(p - digits) : -1;
}

static size_t decode(unsigned char *out, const char *text) {
  size_t n = 0;
  uint32_t bits = 0;
  int have = 0;
  for (; digit_of(*text) >= 0; text++) {
    bits = bits << 6 | (uint32_t)digit_of(*text);
    have += 6;
    if (have >= 8) {
      have -= 8;
      out[n++] = (unsigned char)(bits >> have);
    }
  }
  return n;
}

static uint32_t get_u32(const unsigned char *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Reads a picture back: every chunk's checksum, and the pixels. */
static void test_png(void **state) {
  (void)state;
  enum { ROWS = 3, COLUMNS = 5 };
  uint8_t pixels[ROWS * COLUMNS];
  for (int k = 0; k < ROWS * COLUMNS; k++) pixels[k] = (uint8_t)(17 * k);
  am_text text = {0};
  amine_error error = {0};
  assert_int_equal(am_png_data(&text, pixels, ROWS, COLUMNS, &error), AMINE_OK);
  const char *head = "data:image/png;base64,";
  assert_memory_equal(text.data, head, strlen(head));
  unsigned char *png = malloc(text.length), raw[ROWS * (COLUMNS + 1)];
  assert_non_null(png);
  size_t n = decode(png, text.data + strlen(head)), chunks = 0;
  assert_memory_equal(png, "\x89PNG\r\n\x1a\n", 8);
  for (size_t at = 8; at < n; chunks++) {
    const size_t size = get_u32(png + at);
    assert_true(at + 12 + size <= n);
    assert_int_equal(crc32(0, png + at + 4, (uInt)(size + 4)), get_u32(png + at + 8 + size));
    if (memcmp(png + at + 4, "IHDR", 4) == 0) {
      assert_int_equal(get_u32(png + at + 8), COLUMNS);
      assert_int_equal(get_u32(png + at + 12), ROWS);
    }
    if (memcmp(png + at + 4, "IDAT", 4) == 0) {
      uLongf length = sizeof raw;
      assert_int_equal(uncompress(raw, &length, png + at + 8, size), Z_OK);
      assert_int_equal(length, sizeof raw);
    }
    at += 12 + size;
  }
  assert_int_equal(chunks, 5);
  for (int row = 0; row < ROWS; row++) {
    assert_int_equal(raw[row * (COLUMNS + 1)], 0);
    assert_memory_equal(raw + row * (COLUMNS + 1) + 1, pixels + row * COLUMNS, COLUMNS);
  }
  free(png);
  am_text_free(&text);
  assert_int_equal(am_png_data(&text, pixels, 0, 5, &error), AMINE_ERROR_ARGUMENT);
}

static void test_heat(void **state) {
  (void)state;
  assert_int_equal(am_heat_index(0, 2), AM_HEAT_ZERO);
  assert_int_equal(am_heat_index(2, 2), AM_HEAT_FULL);
  assert_int_equal(am_heat_index(-7, 2), 0);
  assert_int_equal(am_heat_index(1, 2), AM_HEAT_ZERO + 64);
  assert_int_equal(am_heat_index(0.0 / 0.0, 2), AM_HEAT_NONE);
}

static void test_trips(void **state) {
  (void)state;
  uint8_t walls[25];
  int32_t agent[14] = {3, 3, 3, 2, 2, 1, 1, 3, 1, 2, 3, 1, 2, 1}, goal[2] = {1, 1};
  float rewards[6] = {0, 0, 10, 0, 10, 0};
  for (int k = 0; k < 25; k++) walls[k] = k / 5 == 0 || k % 5 == 0 || k / 5 == 4 || k % 5 == 4;
  am_recording r = {.n_cells = 5, .n_steps = 6, .walls = walls, .agent = agent, .goal = goal};
  am_trips trips;
  amine_error error = {0};
  r.numbers[AM_RECORDED_REWARDS] = rewards;
  assert_int_equal(am_trips_make(&trips, &r, 6, &error), AMINE_OK);
  assert_int_equal(trips.n, 3);
  assert_int_equal(trips.n_found, 2);
  assert_int_equal(trips.trip[0].end, 3);
  assert_int_equal(trips.trip[0].shortest, 4); /* from (3, 3) to (1, 1) */
  assert_int_equal(trips.trip[1].first, 3);
  assert_int_equal(trips.trip[1].shortest, 2);
  assert_false(trips.trip[2].found);
  assert_true(am_trips_mean(&trips) == 2 && am_trips_mean_shortest(&trips) == 2);
  am_trips_free(&trips);
  r.numbers[AM_RECORDED_REWARDS] = NULL;
  assert_int_equal(am_trips_make(&trips, &r, 6, &error), AMINE_OK);
  assert_int_equal(trips.n, 0);
}

static int count(const char *text, const char *word) {
  int n = 0;
  for (const char *p = text; (p = strstr(p, word)); p++) n++;
  return n;
}

/* What was said and what was wanted stand together, behind what was shown, one mark for each step
 * that asks for something; without a target there is nothing to stand beside. */
static void test_said_and_wanted(void **state) {
  (void)state;
  char activity[] = "activity", said[] = "prediction", shown[] = "inputs", wanted[] = "targets";
  float values[4] = {0, 1, 0.5f, 1}, targets[4] = {1, 1, 0.0f / 0.0f, 0.25f};
  am_recorded_series series[] = {{activity, said, 1, values},
                                 {said, said, 1, values},
                                 {shown, shown, 1, values},
                                 {wanted, wanted, 1, targets}};
  am_recorded_episode e = {.n_steps = 4, .n = 4, .series = series};
  am_text page = {0};
  assert_int_equal(am_series_strips(&page, &e, NULL), AMINE_OK);
  assert_int_equal(count(page.data, "class=\"line said c0\""), 3);
  assert_int_equal(count(page.data, "class=\"line off c0\""), 3);
  assert_int_equal(count(page.data, "<h3>"), 3);
  assert_true(strstr(page.data, "<span>inputs") < strstr(page.data, "<span>prediction"));
  assert_true(strstr(page.data, "<span>prediction") < strstr(page.data, "<span>activity"));
  am_text_free(&page);
  e.n = 3;
  assert_int_equal(am_series_strips(&page, &e, NULL), AMINE_OK);
  assert_int_equal(count(page.data, "line said"), 0);
  assert_int_equal(count(page.data, "<h3>"), 3);
  am_text_free(&page);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_figures),
      cmocka_unit_test(test_other_numbers),
      cmocka_unit_test(test_escapes),
      cmocka_unit_test(test_axes),
      cmocka_unit_test(test_lines),
      cmocka_unit_test(test_png),
      cmocka_unit_test(test_heat),
      cmocka_unit_test(test_trips),
      cmocka_unit_test(test_said_and_wanted),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
