/* The promises of format/json.h: any bytes are parsed or refused with a place; lines are valid
 * JSON. */
#include "support.h"

#include <float.h>
#include <locale.h>
#include <math.h>

#include "format/json.h"

static amine_status parse(json_t **root, const char *text, const am_json_limits *limits,
                          amine_error *error) {
  return am_json_parse(root, "f.json", text, strlen(text), limits, error);
}

static void valid_text_becomes_a_tree(void **state) {
  (void)state;
  amine_error error;
  json_t *root;
  memory_start(0, false);
  EXPECT_OK(parse(&root, " {\"a\":[1,2.5,true,null,\"\\u00e9{[,:\\\"\"],\"b\":{}}\n", NULL, &error),
            &error);
  json_t *a = json_object_get(root, "a");
  assert_int_equal(json_array_size(a), 5);
  assert_int_equal(json_integer_value(json_array_get(a, 0)), 1);
  assert_true(json_real_value(json_array_get(a, 1)) == 2.5);
  assert_string_equal(json_string_value(json_array_get(a, 4)), "\xc3\xa9{[,:\"");
  assert_true(json_is_object(json_object_get(root, "b")));
  json_decref(root);
  memory_stop();
}

static void keys_keep_their_order(void **state) {
  (void)state;
  amine_error error;
  json_t *root, *value;
  const char *key, *wanted = "zebrachop";
  EXPECT_OK(parse(&root,
                  "{\"z\":1,\"e\":1,\"b\":1,\"r\":1,\"a\":1,"
                  "\"c\":1,\"h\":1,\"o\":1,\"p\":1}",
                  NULL, &error),
            &error);
  json_object_foreach(root, key, value) assert_int_equal(key[0], *wanted++);
  json_decref(root);
}

static const struct {
  const char *text, *part;
} invalid[] = {
    {"", "line 1"},
    {"{", "line 1, column 2: the text ends, and a key in quotes should stand here"},
    {"{\n  \"a\": 1\n  \"b\": 2\n}", "line 3, column 3: ',' or '}' should stand here, not \"b\""},
    {"{\"a\":1,\"a\":2}", "column 8: a duplicate key: it stood here before"},
    {"{\"a\":NaN}", "line 1, column 6: a value should stand here, not NaN"},
    {"{\"a\":1e999}", "a number must lie within +-1.8e308, not 1e999"},
    {"{\"a\":99999999999999999999}", "a whole number must lie within 64 bits, not 99999999999"},
    {"{\"a\":-9223372036854775809}", "64 bits"},
    {"{\"a\":01}", "a value should stand here, not 01"},
    {"[1.]", "a value should stand here, not 1."},
    {"[1,5]x", "column 6: the end of the text should stand here, not x"},
    {"[1,5.e1]", "not 5.e1"},
    {"[-]", "not -"},
    {"[1 2]", "column 4: ',' or ']' should stand here, not 2"},
    {"[1,]", "a value should stand here, not ]"},
    {"{\"a\",1}", "':' should stand here, not ,"},
    {"{a:1}", "a key in quotes should stand here, not a"},
    {"{\"a\":\"\\ud800\"}", "column 7: \\u must be followed by"},
    {"{\"a\":\"\\ud800\\u0041\"}", "column 7: \\u must be followed by"},
    {"{\"a\":\"\\u0000\"}", "column 7: \\u must be followed by"},
    {"{\"a\":\"\\u12\"}", "column 7: \\u must be followed by"},
    {"{\"a\":\"\\x\"}", "column 7: no such escape"},
    {"{\"a\":\"\xff\"}", "column 7: these bytes are not UTF-8"},
    {"{\"a\":\"\xc3", "column 7: these bytes are not UTF-8"},
    {"{\"a\":\"\n\"}", "the line ends inside a string"},
    {"{\"a\":\"\t\"}", "a control character inside a string"},
    {"{} x", "column 4: the end of the text should stand here, not x"},
    {"5", "'{' or '[' should stand here, not 5"},
    {"\"text", "'{' or '[' should stand here, not \"text"},
    {"[\"\\", "column 3: no such escape"},
    {"[\"text", "column 2: the text ends inside this string"},
};

static void invalid_text_gets_its_place(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof invalid / sizeof *invalid; k++) {
    amine_error error;
    json_t *root = NULL;
    memory_start(0, false);
    amine_status s = parse(&root, invalid[k].text, NULL, &error);
    memory_stop();
    expect_failure(s, AMINE_ERROR_INPUT, &error, invalid[k].part);
    assert_string_equal(error.file, "f.json");
    assert_null(root);
  }
  amine_error error;
  json_t *root;
  expect_failure(am_json_parse(&root, "f.json", "{}\0", 3, NULL, &error), AMINE_ERROR_INPUT, &error,
                 "line 1");
}

static void limits_are_kept(void **state) {
  (void)state;
  amine_error error;
  json_t *root;
  const am_json_limits few = {.values = 5}, flat = {.depth = 2}, small = {.bytes = 4};
  EXPECT_OK(parse(&root, "[1,2,3,4]", &few, &error), &error);
  json_decref(root);
  EXPECT_OK(parse(&root, "[\",,[[[:::\"]", &few, &error), &error);
  json_decref(root);
  expect_failure(parse(&root, "[1,\n2,3,4,5]", &few, &error), AMINE_ERROR_INPUT, &error,
                 "line 2, column 7: more than 5 values");
  assert_int_equal(error.offset, 10);
  EXPECT_OK(parse(&root, "[\"\\\"[[[\"]", &flat, &error), &error);
  json_decref(root);
  EXPECT_OK(parse(&root, "[[],[]]", &flat, &error), &error);
  json_decref(root);
  expect_failure(parse(&root, "[[[]]]", &flat, &error), AMINE_ERROR_INPUT, &error,
                 "more than 2 levels");
  EXPECT_OK(parse(&root, "[12]", &small, &error), &error);
  json_decref(root);
  expect_failure(parse(&root, "[123]", &small, &error), AMINE_ERROR_INPUT, &error, "5 bytes");
  char deep[5000];
  memset(deep, '[', sizeof deep);
  expect_failure(am_json_parse(&root, "f", deep, sizeof deep, NULL, &error), AMINE_ERROR_INPUT,
                 &error, "more than 64 levels");
}

static void files_are_read(void **state) {
  (void)state;
  amine_error error;
  json_t *root;
  const am_json_limits small = {.bytes = 6};
  const char *path = in_folder("a.json");
  put_file(path, "{\"a\":1}", 7);
  EXPECT_OK(am_json_read(&root, path, NULL, &error), &error);
  assert_int_equal(json_integer_value(json_object_get(root, "a")), 1);
  json_decref(root);
  expect_failure(am_json_read(&root, path, &small, &error), AMINE_ERROR_INPUT, &error, "large");
  expect_failure(am_json_read(&root, in_folder("none"), NULL, &error), AMINE_ERROR_IO, &error,
                 "No such file");
  put_file(path, "{\"a\":}", 6);
  expect_failure(am_json_read(&root, path, NULL, &error), AMINE_ERROR_INPUT, &error,
                 "a.json: line");
}

static void sizes_are_integers_of_0_or_more(void **state) {
  (void)state;
  amine_error error;
  json_t *root;
  size_t n = 7;
  EXPECT_OK(parse(&root, "[0,9223372036854775807,-1,1.0,\"1\",true]", NULL, &error), &error);
  assert_true(am_json_size(json_array_get(root, 0), &n) && n == 0);
  assert_true(am_json_size(json_array_get(root, 1), &n) && n == INT64_MAX);
  for (size_t k = 2; k < 7; k++) assert_false(am_json_size(json_array_get(root, k), &n));
  assert_true(n == INT64_MAX);
  json_decref(root);
}

static void refused_memory_is_an_answer(void **state) {
  (void)state;
  am_text text = {0};
  am_text_puts(&text, "{\"a long key, longer than the first buffer of the scanner\":[");
  for (int k = 0; k < 300; k++)
    am_text_printf(&text, "{\"key %d\":\"a value of some length\"},", k);
  am_text_puts(&text, "1.5,true]}");
  json_t *whole;
  amine_error unused;
  EXPECT_OK(am_json_parse(&whole, "f", text.data, text.length, NULL, &unused), &unused);
  for (int for_good = 0; for_good < 2; for_good++) {
    long at = 1;
    for (;; at++) {
      amine_error error;
      json_t *root = NULL;
      memory_start(at, for_good);
      amine_status s = am_json_parse(&root, "f", text.data, text.length, NULL, &error);
      if (s == AMINE_OK) assert_true(json_equal(root, whole));
      json_decref(root);
      memory_stop();
      if (s == AMINE_OK) break;
      expect_failure(s, AMINE_ERROR_MEMORY, &error, "out of memory");
      assert_null(root);
    }
    assert_true(at > 300);
  }
  json_decref(whole);
  am_text_free(&text);
}

/* -------------------------------------------------------------------------------------- writing */

static void a_line_is_written_as_it_should_be(void **state) {
  (void)state;
  am_text line = {0};
  am_json_begin(&line);
  am_json_put_int(&line, "iteration", INT64_MIN);
  am_json_put_uint(&line, "seed", UINT64_MAX);
  am_json_put_float(&line, "reward", 0.1f);
  am_json_put_double(&line, "seconds", 0.1);
  am_json_put_float(&line, "nan", NAN);
  am_json_put_float(&line, "inf", INFINITY);
  am_json_put_double(&line, "-inf", -INFINITY);
  am_json_put_bool(&line, "yes", true);
  am_json_put_bool(&line, "no", false);
  am_json_put_string(&line, "text",
                     "\"\\\n\t\x01\x7f\xc3\xa9\xf0\x9f\x98\x80"
                     "\xff\xc0\xaf\xed\xa0\x80");
  am_json_put_string(&line, "none", NULL);
  am_json_put_key(&line, "nested");
  am_json_begin(&line);
  am_json_put_float(&line, "x", -0.0f);
  am_text_puts(&line, "}");
  am_json_put_float(&line, "tiny", FLT_TRUE_MIN);
  am_json_end(&line);
  am_json_begin(&line);
  am_json_end(&line);
  assert_false(line.failed);
  assert_string_equal(
      line.data,
      "{\"iteration\":-9223372036854775808,\"seed\":18446744073709551615,\"reward\":0.100000001,"
      "\"seconds\":0.10000000000000001,\"nan\":null,\"inf\":null,\"-inf\":null,\"yes\":true,"
      "\"no\":false,\"text\":\"\\\"\\\\\\u000a\\u0009\\u0001\\u007f\xc3\xa9\xf0\x9f\x98\x80"
      "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\",\"none\":null,"
      "\"nested\":{\"x\":-0},\"tiny\":1.40129846e-45}\n{}\n");
  am_text_free(&line);
}

static void numbers_come_back_to_the_bit(void **state) {
  (void)state;
  uint64_t x = 88172645463325252u;
  for (int k = 0; k < 20000; k++) {
    x ^= x << 13, x ^= x >> 7, x ^= x << 17;
    double d;
    float f;
    uint32_t low = (uint32_t)x;
    memcpy(&d, &x, sizeof d);
    memcpy(&f, &low, sizeof f);
    am_text text = {0};
    am_json_number(&text, d, 17);
    am_text_puts(&text, " ");
    size_t second = text.length;
    am_json_number(&text, (double)f, 9);
    if (isfinite(d)) assert_true(strtod(text.data, NULL) == d);
    else assert_memory_equal(text.data, "null ", 5);
    if (isfinite(f)) assert_true(strtof(text.data + second, NULL) == f);
    else assert_string_equal(text.data + second, "null");
    am_text_free(&text);
  }
}

static void utf8_is_told_from_other_bytes(void **state) {
  (void)state;
  const char *good[] = {"",
                        "a",
                        "\xc2\x80",
                        "\xdf\xbf",
                        "\xe0\xa0\x80",
                        "\xed\x9f\xbf",
                        "\xee\x80\x80",
                        "\xf0\x90\x80\x80",
                        "\xf4\x8f\xbf\xbf"};
  const char *bad[] = {"\x80",
                       "\xc1\xbf",
                       "\xc2",
                       "\xe0\x9f\xbf",
                       "\xed\xa0\x80",
                       "\xe2\x82",
                       "\xf0\x8f\xbf\xbf",
                       "\xf4\x90\x80\x80",
                       "\xf5\x80\x80\x80",
                       "a\xff"};
  for (size_t k = 0; k < sizeof good / sizeof *good; k++) assert_true(am_utf8_valid(good[k]));
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) assert_false(am_utf8_valid(bad[k]));
}

static void a_comma_of_the_locale_stays_outside(void **state) {
  (void)state;
  if (!setlocale(LC_NUMERIC, "de_DE.UTF-8") && !setlocale(LC_NUMERIC, "fr_FR.UTF-8")) {
    print_message("skipped: no locale with a decimal comma is installed\n");
    return;
  }
  am_text text = {0};
  am_json_number(&text, -1.5e-9, 17);
  assert_null(strchr(text.data, ','));
  am_text_free(&text);
  amine_error error;
  json_t *root;
  EXPECT_OK(parse(&root, "[1.5]", NULL, &error), &error);
  assert_true(json_real_value(json_array_get(root, 0)) == 1.5);
  json_decref(root);
  setlocale(LC_NUMERIC, "C");
}

static void a_refused_text_is_marked(void **state) {
  (void)state;
  am_text line = {0};
  memory_start(1, true);
  am_json_begin(&line);
  am_json_put_float(&line, "reward", 1);
  am_json_end(&line);
  assert_true(line.failed);
  am_text_free(&line);
  memory_stop();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(valid_text_becomes_a_tree),
      cmocka_unit_test(keys_keep_their_order),
      cmocka_unit_test(invalid_text_gets_its_place),
      cmocka_unit_test(limits_are_kept),
      cmocka_unit_test(files_are_read),
      cmocka_unit_test(sizes_are_integers_of_0_or_more),
      cmocka_unit_test(refused_memory_is_an_answer),
      cmocka_unit_test(a_line_is_written_as_it_should_be),
      cmocka_unit_test(numbers_come_back_to_the_bit),
      cmocka_unit_test(utf8_is_told_from_other_bytes),
      cmocka_unit_test(a_comma_of_the_locale_stays_outside),
      cmocka_unit_test(a_refused_text_is_marked),
  };
  return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
