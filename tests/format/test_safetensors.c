/* The promises of format/safetensors.h: what is written is read, by us and by others; what is
 * damaged or lies about its sizes is refused with a sentence; refused memory is an answer. */
#include "support.h"

#include "base/memory.h"
#include "format/file.h"
#include "format/safetensors.h"

/* --------------------------------------------------------------------------------- the sample */

static const float weight[6] = {0, 0.25f, 0.5f, 0.75f, 1, 1.25f};
static const double moment[4] = {1.0 / 3, -1e300, 5e-324, 0};
static const int64_t step = -7;
static const uint64_t seed[2] = {UINT64_MAX, 1};
static const int32_t counts[2] = {INT32_MIN, INT32_MAX};
static const unsigned char flag[3] = {1, 0, 1}, bytes[3] = {1, 2, 255};
#define STRANGE "bytes \xc3\xa9\"\\\n"

static const struct {
  const char *name;
  am_dtype dtype;
  int rank;
  size_t dims[2];
  const void *data;
} sample[] = {
    {"flag", AM_BOOL, 1, {3}, flag},      {"i2h.weight", AM_F32, 2, {2, 3}, weight},
    {"moment", AM_F64, 1, {4}, moment},   {"step", AM_I64, 0, {0}, &step},
    {"seed", AM_U64, 1, {2}, seed},       {"counts", AM_I32, 2, {2, 1}, counts},
    {"nothing", AM_F32, 2, {0, 4}, NULL}, {STRANGE, AM_U8, 1, {3}, bytes},
};
#define N_SAMPLE (sizeof sample / sizeof *sample)

static amine_status save_sample(const char *path, amine_error *error) {
  am_tensor_builder *b = NULL;
  amine_status s = am_tensor_builder_new(&b, error);
  for (size_t k = 0; s == AMINE_OK && k < N_SAMPLE; k++)
    s = am_tensor_builder_add(b, sample[k].name, sample[k].dtype, sample[k].rank, sample[k].dims,
                              sample[k].data, error);
  if (s == AMINE_OK) s = am_tensor_builder_note(b, "format", "pt", error);
  if (s == AMINE_OK) s = am_tensor_builder_note(b, "config", "{\"a\":\"\xc3\xbc\"}", error);
  if (s == AMINE_OK) s = am_tensor_builder_save(b, path, error);
  am_tensor_builder_free(b);
  return s;
}

static bool is_sample(const am_tensor_file *f) {
  bool same = am_tensor_file_count(f) == N_SAMPLE;
  for (size_t k = 0; k < N_SAMPLE && same; k++) {
    const am_tensor *t = am_tensor_file_find(f, sample[k].name);
    same = t && t->dtype == sample[k].dtype && t->rank == sample[k].rank;
    for (int d = 0; same && d < t->rank; d++) same = t->dims[d] == sample[k].dims[d];
    size_t n = same ? t->count * am_dtype_size(t->dtype) : 0;
    same = same && (n == 0 || memcmp(t->data, sample[k].data, n) == 0) &&
           (uintptr_t)t->data % am_dtype_size(t->dtype) == 0;
  }
  const char *format = am_tensor_file_note(f, "format");
  const char *config = am_tensor_file_note(f, "config");
  return same && format && strcmp(format, "pt") == 0 && config &&
         strcmp(config, "{\"a\":\"\xc3\xbc\"}") == 0;
}

/* The bytes of the sample, to be freed with am_free. */
static unsigned char *sample_bytes(size_t *size) {
  amine_error error;
  unsigned char *data;
  const char *path = in_folder("sample.safetensors");
  EXPECT_OK(save_sample(path, &error), &error);
  EXPECT_OK(am_file_read(path, 1 << 20, &data, size, &error), &error);
  return data;
}

/* ----------------------------------------------------------------------------------- round trip */

static void what_is_written_is_read(void **state) {
  (void)state;
  amine_error error;
  am_tensor_file *f;
  const char *path = in_folder("sample.safetensors");
  EXPECT_OK(save_sample(path, &error), &error);
  EXPECT_OK(am_tensor_file_open(&f, path, 1 << 20, true, &error), &error);
  assert_true(is_sample(f));
  const char *order[] = {"moment", "step", "seed", "i2h.weight", "counts", "nothing", "flag"};
  for (size_t k = 0; k < 7; k++) assert_string_equal(am_tensor_file_at(f, k)->name, order[k]);
  assert_null(am_tensor_file_at(f, N_SAMPLE));
  assert_null(am_tensor_file_find(f, "crc32c"));
  assert_null(am_tensor_file_note(f, "no such"));
  am_tensor_file_close(f);
  am_tensor_file_close(NULL);
}

static void equal_content_gives_equal_bytes(void **state) {
  (void)state;
  size_t n, again;
  unsigned char *a = sample_bytes(&n), *b = sample_bytes(&again);
  assert_int_equal(n, again);
  assert_memory_equal(a, b, n);
  am_free(a);
  am_free(b);
}

static void an_empty_file_is_a_file(void **state) {
  (void)state;
  amine_error error;
  am_tensor_builder *b;
  am_tensor_file *f;
  const char *path = in_folder("empty.safetensors");
  EXPECT_OK(am_tensor_builder_new(&b, &error), &error);
  EXPECT_OK(am_tensor_builder_save(b, path, &error), &error);
  am_tensor_builder_free(b);
  EXPECT_OK(am_tensor_file_open(&f, path, 1 << 20, true, &error), &error);
  assert_int_equal(am_tensor_file_count(f), 0);
  am_tensor_file_close(f);
}

static void others_can_read_it(void **state) {
  (void)state;
  amine_error error;
  char arguments[600];
  const char *path = in_folder("sample.safetensors");
  EXPECT_OK(save_sample(path, &error), &error);
  snprintf(arguments, sizeof arguments, "\"%s\"", path);
  int r = run_python("check_safetensors.py", arguments);
  if (r == -1) print_message("skipped: no Python with numpy\n");
  else assert_int_equal(r, 0);
}

static void builder_says_why_it_cannot(void **state) {
  (void)state;
  amine_error e;
  am_tensor_builder *b;
  const size_t huge[] = {(size_t)1 << 62, 4}, hidden[] = {0, SIZE_MAX, 2}, one[] = {1};
  EXPECT_OK(am_tensor_builder_new(&b, &e), &e);
  EXPECT_OK(am_tensor_builder_add(b, "w", AM_F32, 1, one, weight, &e), &e);
  EXPECT_OK(am_tensor_builder_note(b, "k", "v", &e), &e);
  const struct {
    amine_status status;
    const char *part;
  } bad[] = {
      {am_tensor_builder_add(b, "w", AM_F32, 1, one, weight, &e), "there already"},
      {am_tensor_builder_add(b, "", AM_F32, 1, one, weight, &e), "no name"},
      {am_tensor_builder_add(b, "__metadata__", AM_F32, 1, one, weight, &e), "__metadata__"},
      {am_tensor_builder_add(b, "x\xff", AM_F32, 1, one, weight, &e), "not UTF-8"},
      {am_tensor_builder_add(b, "x", AM_F32, 2, huge, weight, &e), "overflows"},
      {am_tensor_builder_add(b, "x", AM_F32, 3, hidden, weight, &e), "overflows"},
      {am_tensor_builder_add(b, "x", AM_F32, 9, huge, weight, &e), "rank 9"},
      {am_tensor_builder_add(b, "x", AM_F32, -1, huge, weight, &e), "rank -1"},
      {am_tensor_builder_add(b, "x", AM_N_DTYPES, 1, one, weight, &e), "no type"},
      {am_tensor_builder_add(b, "x", AM_F32, 1, one, NULL, &e), "no data"},
      {am_tensor_builder_note(b, "k", "v", &e), "there already"},
      {am_tensor_builder_note(b, "crc32c", "v", &e), "checksums"},
      {am_tensor_builder_note(b, "crc32c.w", "v", &e), "checksums"},
      {am_tensor_builder_note(b, "x", "\x80", &e), "not UTF-8"},
  };
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
    assert_int_equal(bad[k].status, AMINE_ERROR_ARGUMENT);
  expect_failure(am_tensor_builder_add(b, "w", AM_F32, 1, one, weight, &e), AMINE_ERROR_ARGUMENT,
                 &e, bad[0].part);
  am_tensor_builder_free(b);
  am_tensor_builder_free(NULL);
}

static void copies_check_shape_and_type(void **state) {
  (void)state;
  amine_error e;
  size_t n;
  unsigned char *data = sample_bytes(&n);
  am_tensor_file *f;
  EXPECT_OK(am_tensor_file_parse(&f, "x.safetensors", data, n, true, &e), &e);
  const size_t right[] = {2, 3}, wrong[] = {3, 2}, four[] = {4}, two[] = {2};
  float as_float[6] = {9};
  double as_double[6] = {9};
  uint64_t seeds[2];
  expect_failure(am_tensor_file_copy(f, "i2h.weight", as_float, AM_F32, 2, wrong, &e),
                 AMINE_ERROR_INPUT, &e,
                 "x.safetensors: tensor i2h.weight: shape [3, 2] is wanted, [2, 3] is found");
  expect_failure(am_tensor_file_copy(f, "i2h.weight", as_float, AM_F32, 0, NULL, &e),
                 AMINE_ERROR_INPUT, &e, "shape [] is wanted");
  expect_failure(am_tensor_file_copy(f, "i2h.weight", as_float, AM_I32, 2, right, &e),
                 AMINE_ERROR_INPUT, &e, "type I32 is wanted, F32 is found");
  expect_failure(am_tensor_file_copy(f, "h2o", as_float, AM_F32, 2, right, &e), AMINE_ERROR_INPUT,
                 &e, "no tensor h2o");
  assert_true(as_float[0] == 9);
  EXPECT_OK(am_tensor_file_copy(f, "i2h.weight", as_float, AM_F32, 2, right, &e), &e);
  assert_memory_equal(as_float, weight, sizeof weight);
  EXPECT_OK(am_tensor_file_copy(f, "i2h.weight", as_double, AM_F64, 2, right, &e), &e);
  for (int k = 0; k < 6; k++) assert_true(as_double[k] == (double)weight[k]);
  EXPECT_OK(am_tensor_file_copy(f, "moment", as_float, AM_F32, 1, four, &e), &e);
  assert_true(as_float[0] == (float)moment[0] && as_float[3] == 0);
  EXPECT_OK(am_tensor_file_copy(f, "seed", seeds, AM_U64, 1, two, &e), &e);
  assert_memory_equal(seeds, seed, sizeof seed);
  am_tensor_file_close(f);
  am_free(data);
}

/* --------------------------------------------------------------------------------------- damage */

static amine_status parse_and_close(const void *data, size_t size, bool require,
                                    amine_error *error) {
  am_tensor_file *f = NULL;
  memory_start(0, false);
  amine_status s = am_tensor_file_parse(&f, "x", data, size, require, error);
  assert_int_equal(f != NULL, s == AMINE_OK);
  am_tensor_file_close(f);
  memory_stop();
  return s;
}

static void every_truncation_is_found(void **state) {
  (void)state;
  amine_error error;
  size_t n;
  unsigned char *data = sample_bytes(&n);
  for (size_t size = 0; size < n; size++) {
    unsigned char *exact = malloc(size + 1); /* so that a sanitizer sees a read beyond */
    memcpy(exact, data, size);
    exact = realloc(exact, size ? size : 1);
    expect_failure(parse_and_close(exact, size, true, &error), AMINE_ERROR_INPUT, &error, "x: ");
    expect_failure(parse_and_close(exact, size, false, &error), AMINE_ERROR_INPUT, &error, "x: ");
    free(exact);
  }
  unsigned char *longer = calloc(n + 9, 1);
  memcpy(longer, data, n);
  assert_int_equal(parse_and_close(longer, n, true, &error), AMINE_OK);
  for (size_t more = 1; more < 10; more++)
    expect_failure(parse_and_close(longer, n + more, true, &error), AMINE_ERROR_INPUT, &error,
                   "bytes of data");
  free(longer);
  am_free(data);
}

static void every_flipped_bit_is_found(void **state) {
  (void)state;
  amine_error error;
  size_t n;
  unsigned char *data = sample_bytes(&n);
  for (size_t bit = 0; bit < 8 * n; bit++) {
    data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    amine_status strict = parse_and_close(data, n, true, &error);
    if (strict == AMINE_OK) fail_msg("bit %zu of byte %zu is not checked", bit % 8, bit / 8);
    expect_failure(strict, AMINE_ERROR_INPUT, &error, "x: ");
    /* where checksums are optional, a damaged "crc32c" cannot pass for a file without checksums */
    expect_failure(parse_and_close(data, n, false, &error), AMINE_ERROR_INPUT, &error, "x: ");
    data[bit / 8] ^= (unsigned char)(1 << bit % 8);
  }
  assert_int_equal(parse_and_close(data, n, true, &error), AMINE_OK);
  am_free(data);
}

/* ---------------------------------------------------------------------------- files of others */

/* Parses header + n bytes 0, 1, 2, ...; size_field is the header length to claim (0: the true
 * one). */
static amine_status parse_made(am_tensor_file **f, const char *header, size_t n_data,
                               uint64_t size_field, amine_error *error) {
  static unsigned char *made;
  uint64_t n = strlen(header);
  free(made); /* the file borrows it until the next call */
  made = malloc(8 + n + n_data);
  if (!size_field) size_field = n;
  memcpy(made, &size_field, 8);
  memcpy(made + 8, header, n);
  for (size_t k = 0; k < n_data; k++) made[8 + n + k] = (unsigned char)k;
  return am_tensor_file_parse(f, "x", made, 8 + n + n_data, false, error);
}

#define T(type, shape, begin, end)                                                                 \
  "{\"dtype\":\"" type "\",\"shape\":" shape ",\"data_offsets\":[" begin "," end "]}"

static void files_of_others_are_read(void **state) {
  (void)state;
  amine_error error;
  am_tensor_file *f;
  /* no checksums, no padding, unaligned doubles, the header in another order than the data */
  EXPECT_OK(parse_made(&f,
                       "{\"d\":" T("F64", "[2]", "3", "19") ",\"z\":" T(
                           "F32", "[0]", "3", "3") ","
                                                   "\"u\":" T("U8", "[3]", "0", "3") ",\"f\":" T(
                                                       "F32", "[]", "19", "23") "}",
                       23, 0, &error),
            &error);
  assert_int_equal(am_tensor_file_count(f), 4);
  assert_string_equal(am_tensor_file_at(f, 0)->name, "u");
  assert_string_equal(am_tensor_file_at(f, 1)->name, "z");
  assert_string_equal(am_tensor_file_at(f, 2)->name, "d");
  for (size_t k = 0; k < 4; k++) {
    const am_tensor *t = am_tensor_file_at(f, k);
    assert_int_equal((uintptr_t)t->data % am_dtype_size(t->dtype), 0);
  }
  const unsigned char first[] = {3, 4, 5, 6, 7, 8, 9, 10}, last[] = {19, 20, 21, 22};
  assert_memory_equal(am_tensor_file_find(f, "d")->data, first, 8);
  assert_memory_equal(am_tensor_file_find(f, "f")->data, last, 4);
  am_tensor_file_close(f);
  EXPECT_OK(parse_made(&f, "{\"__metadata__\":{\"format\":\"pt\"}}  ", 0, 0, &error), &error);
  assert_string_equal(am_tensor_file_note(f, "format"), "pt");
  am_tensor_file_close(f);
  EXPECT_OK(parse_made(&f, "{}", 0, 0, &error), &error);
  am_tensor_file_close(f);
}

static void many_tensors_in_reverse_are_sorted(void **state) {
  (void)state;
  amine_error error;
  am_tensor_file *f;
  am_text text = {0};
  am_text_puts(&text, "{");
  for (int k = 999; k >= 0; k--)
    am_text_printf(&text, "\"t%d\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[%d,%d]}%s", k,
                   k, k + 1, k ? "," : "}");
  EXPECT_OK(parse_made(&f, text.data, 1000, 0, &error), &error);
  for (size_t k = 0; k < 1000; k++) {
    char name[16];
    snprintf(name, sizeof name, "t%zu", k);
    assert_string_equal(am_tensor_file_at(f, k)->name, name);
    assert_int_equal(*(const unsigned char *)am_tensor_file_at(f, k)->data, k & 255);
  }
  am_tensor_file_close(f);
  am_text_free(&text);
}

static const struct {
  const char *header;
  size_t n_data;
  uint64_t size_field;
  const char *part;
} lies[] = {
    {"{}", 0, (uint64_t)1 << 63, "at most 100000000"},
    {"{}", 0, UINT64_MAX, "at most 100000000"},
    {"{}", 0, 100000001, "at most 100000000"},
    {"{}", 0, 100000000, "but the file ends after 2"},
    {"{}", 0, 3, "but the file ends after 2"},
    {"{}", 0, 1, "does not begin"},
    {" {}", 0, 0, "does not begin"},
    {"[]", 0, 0, "does not begin"},
    {"{}", 1, 0, "but there are 1 bytes"},
    {"{\"a\"}", 0, 0, "line 1"},
    {"{}x", 0, 0, "line 1"},
    {"{\"a\":1}", 0, 0, "\"dtype\" is missing"},
    {"{\"a\":null}", 0, 0, "\"dtype\" is missing"},
    {"{\"\":" T("U8", "[1]", "0", "1") "}", 1, 0, "no name"},
    {"{\"__metadata__\":1}", 0, 0, "not an object"},
    {"{\"__metadata__\":{\"a\":1}}", 0, 0, "not a string"},
    {"{\"a\":" T("U8", "[1]", "0", "1") ",\"a\":" T("U8", "[1]", "1", "2") "}", 2, 0, "duplicate"},
    {"{\"a\":" T("F16", "[1]", "0", "2") "}", 2, 0, "type F16"},
    {"{\"a\":" T("BF16", "[1]", "0", "2") "}", 2, 0, "type BF16"},
    {"{\"a\":" T("U8", "1", "0", "1") "}", 1, 0, "\"shape\""},
    {"{\"a\":" T("U8", "[-1]", "0", "1") "}", 1, 0, "not an integer of 0 or more"},
    {"{\"a\":" T("U8", "[1.0]", "0", "1") "}", 1, 0, "not an integer of 0 or more"},
    {"{\"a\":" T("U8", "[true]", "0", "1") "}", 1, 0, "not an integer of 0 or more"},
    {"{\"a\":" T("U8", "[18446744073709551616]", "0", "1") "}", 1, 0, "within 64 bits"},
    {"{\"a\":" T("U8", "[9223372036854775807,3]", "0", "1") "}", 1, 0, "overflows"},
    {"{\"a\":" T("F64", "[2305843009213693952]", "0", "0") "}", 0, 0, "overflows"},
    {"{\"a\":" T("F32", "[4294967296,4294967296]", "0", "0") "}", 0, 0, "overflows"},
    {"{\"a\":" T("U8", "[0,9223372036854775807,9]", "0", "0") "}", 0, 0, "overflows"},
    {"{\"a\":" T("U8", "[1,1,1,1,1,1,1,1,1]", "0", "1") "}", 1, 0, "rank 9"},
    {"{\"a\":" T("U8", "[2]", "0", "1") "}", 1, 0, "wants 2 bytes"},
    {"{\"a\":" T("U8", "[1]", "1", "0") "}", 1, 0, "not within"},
    {"{\"a\":" T("U8", "[1]", "0", "2") "}", 1, 0, "not within"},
    {"{\"a\":" T("U8", "[1]", "-1", "0") "}", 1, 0, "data_offsets"},
    {"{\"a\":" T("U8", "[1]", "0", "1,2") "}", 1, 0, "data_offsets"},
    {"{\"a\":" T("U8", "[1]", "0", "\"1\"") "}", 1, 0, "data_offsets"},
    {"{\"a\":" T("U8", "[1]", "1", "2") "}", 2, 0, "begins at 1: the one before it ends at 0"},
    {"{\"a\":" T("U8", "[1]", "0", "1") ",\"b\":" T("U8", "[1]", "2", "3") "}", 3, 0,
     "begins at 2: the one before it ends at 1"},
    {"{\"a\":" T("U8", "[2]", "0", "2") ",\"b\":" T("U8", "[2]", "1", "3") "}", 3, 0,
     "begins at 1: the one before it ends at 2"},
    {"{\"a\":" T("U8", "[2]", "0", "2") ",\"b\":" T("U8", "[2]", "0", "2") "}", 2, 0,
     "begins at 0: the one before it ends at 2"},
    {"{\"a\":" T("U8", "[1]", "0", "1") "}", 2, 0, "but there are 2 bytes"},
    {"{\"a\":" T("BOOL", "[3]", "0", "3") "}", 3, 0, "neither 0 nor 1"},
    {"{\"a\":[[[[]]]]}", 0, 0, "levels of brackets"},
    {"{\"a\\u0000\":1}", 0, 0, "line 1"},
    {"{\"a\xff\":1}", 0, 0, "line 1"},
    {"{\"__metadata__\":{\"crc32c.a\":\"00000000\"},\"a\":" T("U8", "[1]", "0", "1") "}", 1, 0,
     "but the header has none"},
    {"{\"__metadata__\":{\"crc32c\":\"00000000\"}}", 0, 0, "the checksum of the header"},
    {"{\"__metadata__\":{\"crc32c\":\"0000000\"}}", 0, 0, "the checksum of the header"},
    {"{\"__metadata__\":{\"crc32c\":\"", 0, 0, "line 1"},
};

static void lies_are_found(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof lies / sizeof *lies; k++) {
    amine_error error;
    am_tensor_file *f = NULL;
    memory_start(0, false);
    amine_status s = parse_made(&f, lies[k].header, lies[k].n_data, lies[k].size_field, &error);
    assert_null(f);
    memory_stop();
    expect_failure(s, AMINE_ERROR_INPUT, &error, lies[k].part);
    assert_string_equal(error.file, "x");
    assert_true(error.offset >= 0);
  }
  amine_error error;
  am_tensor_file *f;
  expect_failure(am_tensor_file_parse(&f, "x", "\2\0\0\0\0\0\0\0{}", 10, true, &error),
                 AMINE_ERROR_INPUT, &error, "no checksum");
  expect_failure(am_tensor_file_open(&f, in_folder("absent"), 10, true, &error), AMINE_ERROR_IO,
                 &error, "No such file");
}

static void the_limit_is_kept(void **state) {
  (void)state;
  amine_error error;
  am_tensor_file *f;
  size_t n;
  am_free(sample_bytes(&n));
  const char *path = in_folder("sample.safetensors");
  expect_failure(am_tensor_file_open(&f, path, n - 1, true, &error), AMINE_ERROR_INPUT, &error,
                 "too large");
  EXPECT_OK(am_tensor_file_open(&f, path, n, true, &error), &error);
  am_tensor_file_close(f);
}

/* --------------------------------------------------------------------------------------- memory */

static void refused_memory_is_an_answer(void **state) {
  (void)state;
  const char *path = in_folder("memory.safetensors");
  for (int for_good = 0; for_good < 2; for_good++) {
    amine_error error;
    long at = 1;
    remove(path);
    for (;; at++) {
      memory_start(at, for_good);
      amine_status s = save_sample(path, &error);
      memory_stop();
      if (s == AMINE_OK) break;
      expect_failure(s, AMINE_ERROR_MEMORY, &error, "");
      assert_false(exists(path));
    }
    assert_true(at > 20);
    for (at = 1;; at++) {
      am_tensor_file *f = NULL;
      memory_start(at, for_good);
      amine_status s = am_tensor_file_open(&f, path, 1 << 20, true, &error);
      if (s == AMINE_OK) assert_true(is_sample(f));
      am_tensor_file_close(f);
      memory_stop();
      if (s == AMINE_OK) break;
      expect_failure(s, AMINE_ERROR_MEMORY, &error, "");
    }
    assert_true(at > 50);
  }
}

static void a_builder_stays_good_when_memory_was_refused(void **state) {
  (void)state;
  amine_error error;
  const size_t one[] = {1};
  for (int n = 0; n < 9; n++) { /* refused when it holds n tensors and n notes */
    am_tensor_builder *b;
    memory_start(0, false);
    EXPECT_OK(am_tensor_builder_new(&b, &error), &error);
    for (int k = 0; k < n + 1; k++) {
      char name[16];
      snprintf(name, sizeof name, "t%d", k);
      for (long at = 1; k == n && at <= 3; at++) {
        memory_watch.at = memory_watch.requests + at;
        amine_status s = am_tensor_builder_add(b, name, AM_F32, 1, one, weight, &error);
        if (s == AMINE_OK) break;
        memory_watch.at = memory_watch.requests + at;
        s = am_tensor_builder_note(b, name, name, &error);
        if (s == AMINE_OK) break;
      }
      memory_watch.at = 0;
      am_tensor_builder_add(b, name, AM_F32, 1, one, weight, &error);
    }
    EXPECT_OK(am_tensor_builder_save(b, in_folder("grown.safetensors"), &error), &error);
    am_tensor_builder_free(b);
    memory_stop();
    am_tensor_file *f;
    EXPECT_OK(am_tensor_file_open(&f, in_folder("grown.safetensors"), 1 << 20, true, &error),
              &error);
    assert_int_equal(am_tensor_file_count(f), n + 1);
    am_tensor_file_close(f);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_written_is_read),
      cmocka_unit_test(equal_content_gives_equal_bytes),
      cmocka_unit_test(an_empty_file_is_a_file),
      cmocka_unit_test(others_can_read_it),
      cmocka_unit_test(builder_says_why_it_cannot),
      cmocka_unit_test(copies_check_shape_and_type),
      cmocka_unit_test(every_truncation_is_found),
      cmocka_unit_test(every_flipped_bit_is_found),
      cmocka_unit_test(files_of_others_are_read),
      cmocka_unit_test(many_tensors_in_reverse_are_sorted),
      cmocka_unit_test(lies_are_found),
      cmocka_unit_test(the_limit_is_kept),
      cmocka_unit_test(refused_memory_is_an_answer),
      cmocka_unit_test(a_builder_stays_good_when_memory_was_refused),
  };
  return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
