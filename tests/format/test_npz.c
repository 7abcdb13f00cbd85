/* The promises of format/npz.h and npy.h: numpy reads what is written and the other way round; what
 * is damaged is refused or means the same; sizes are believed only as far as they can be true. */
#include "support.h"

#include "base/memory.h"
#include "format/file.h"
#include "format/npz.h"

#define LIMIT ((size_t)16 << 20)

/* --------------------------------------------------------------------------------- the sample */

static const float reward[6] = {0, 0.25f, 0.5f, 0.75f, 1, 1.25f};
static const double t[4] = {1.0 / 3, -1e300, 5e-324, 0};
static const int64_t step = -7;
static const uint64_t seed[2] = {UINT64_MAX, 1};
static const int32_t i_[2] = {INT32_MIN, INT32_MAX};
static const unsigned char flag[2] = {1, 0}, bytes[3] = {1, 2, 255};

static const struct {
  const char *name;
  am_dtype dtype;
  int rank;
  size_t dims[3];
  const void *data;
} sample[] = {
    {"reward", AM_F32, 2, {2, 3}, reward},
    {"t", AM_F64, 1, {4}, t},
    {"step", AM_I64, 0, {0}, &step},
    {"seed", AM_U64, 1, {2}, seed},
    {"i", AM_I32, 2, {2, 1}, i_},
    {"nothing", AM_F32, 2, {0, 4}, NULL},
    {"bytes \xc3\xa9", AM_U8, 1, {3}, bytes},
    {"flag", AM_BOOL, 3, {2, 1, 1}, flag},
};
#define N_SAMPLE (sizeof sample / sizeof *sample)

static amine_status save_sample(const char *path, bool deflated, amine_error *error) {
  am_npz_builder *b = NULL;
  amine_status s = am_npz_builder_new(&b, error);
  for (size_t k = 0; s == AMINE_OK && k < N_SAMPLE; k++)
    s = am_npz_builder_add(b, sample[k].name, sample[k].dtype, sample[k].rank, sample[k].dims,
                           sample[k].data, error);
  if (s == AMINE_OK) s = am_npz_builder_save(b, path, deflated, error);
  am_npz_builder_free(b);
  return s;
}

static bool is_sample_tensor(const am_tensor *a, size_t k) {
  bool same = a->dtype == sample[k].dtype && a->rank == sample[k].rank;
  for (int d = 0; same && d < a->rank; d++) same = a->dims[d] == sample[k].dims[d];
  size_t n = same ? a->count * am_dtype_size(a->dtype) : 0;
  return same && (n == 0 || memcmp(a->data, sample[k].data, n) == 0) &&
         (uintptr_t)a->data % am_dtype_size(a->dtype) == 0;
}

static void expect_sample(am_npz *z) {
  amine_error error;
  assert_int_equal(am_npz_count(z), N_SAMPLE);
  for (size_t k = 0; k < N_SAMPLE; k++) {
    const am_tensor *a, *again;
    EXPECT_OK(am_npz_find(z, &a, sample[k].name, &error), &error);
    EXPECT_OK(am_npz_load(z, &again, k, &error), &error);
    assert_ptr_equal(a, again);
    assert_string_equal(am_npz_name(z, k), sample[k].name);
    if (!is_sample_tensor(a, k)) fail_msg("array %s is not as it should be", sample[k].name);
  }
}

static unsigned char *sample_bytes(bool deflated, size_t *size) {
  amine_error error;
  unsigned char *data;
  const char *path = in_folder("sample.npz");
  EXPECT_OK(save_sample(path, deflated, &error), &error);
  EXPECT_OK(am_file_read(path, LIMIT, &data, size, &error), &error);
  return data;
}

/* ----------------------------------------------------------------------------------- round trip */

static void what_is_written_is_read(void **state) {
  (void)state;
  amine_error error;
  for (int deflated = 0; deflated < 2; deflated++) {
    am_npz *z;
    const am_tensor *a;
    const char *path = in_folder("sample.npz");
    memory_start(0, false);
    EXPECT_OK(save_sample(path, deflated, &error), &error);
    EXPECT_OK(am_npz_open(&z, path, LIMIT, &error), &error);
    expect_sample(z);
    assert_null(am_npz_name(z, N_SAMPLE));
    expect_failure(am_npz_load(z, &a, N_SAMPLE, &error), AMINE_ERROR_ARGUMENT, &error, "no array");
    expect_failure(am_npz_find(z, &a, "none", &error), AMINE_ERROR_INPUT, &error, "no array none");
    am_npz_close(z);
    memory_stop();
  }
  am_npz_close(NULL);
}

static void equal_content_gives_equal_bytes(void **state) {
  (void)state;
  for (int deflated = 0; deflated < 2; deflated++) {
    size_t n, again;
    unsigned char *a = sample_bytes(deflated, &n), *b = sample_bytes(deflated, &again);
    assert_int_equal(n, again);
    assert_memory_equal(a, b, n);
    am_free(a);
    am_free(b);
  }
}

static void an_empty_archive_and_a_plain_file(void **state) {
  (void)state;
  amine_error error;
  am_npz_builder *b;
  am_npz *z;
  const am_tensor *a;
  EXPECT_OK(am_npz_builder_new(&b, &error), &error);
  EXPECT_OK(am_npz_builder_save(b, in_folder("empty.npz"), false, &error), &error);
  am_npz_builder_free(b);
  EXPECT_OK(am_npz_open(&z, in_folder("empty.npz"), LIMIT, &error), &error);
  assert_int_equal(am_npz_count(z), 0);
  am_npz_close(z);
  EXPECT_OK(am_npy_save(in_folder("reward.npy"), AM_F32, 2, sample[0].dims, reward, &error),
            &error);
  EXPECT_OK(am_npz_open(&z, in_folder("reward.npy"), LIMIT, &error), &error);
  EXPECT_OK(am_npz_find(z, &a, "arr_0", &error), &error);
  assert_true(is_sample_tensor(a, 0));
  am_npz_close(z);
  const size_t most[8] = {1, 1, 1, 1, 1, 1, 1, 4};
  EXPECT_OK(am_npy_save(in_folder("rank8.npy"), AM_F64, 8, most, t, &error), &error);
  EXPECT_OK(am_npz_open(&z, in_folder("rank8.npy"), LIMIT, &error), &error);
  EXPECT_OK(am_npz_load(z, &a, 0, &error), &error);
  assert_int_equal(a->rank, 8);
  assert_memory_equal(a->dims, most, sizeof most);
  am_npz_close(z);
}

static void save_big(const char *path) {
  amine_error error;
  am_npz_builder *b;
  const size_t n[] = {300000};
  int32_t *big = malloc(n[0] * sizeof *big);
  for (int32_t k = 0; k < 300000; k++) big[k] = k * 97 % 1000;
  EXPECT_OK(am_npz_builder_new(&b, &error), &error);
  EXPECT_OK(am_npz_builder_add(b, "big", AM_I32, 1, n, big, &error), &error);
  EXPECT_OK(am_npz_builder_save(b, path, true, &error), &error);
  am_npz_builder_free(b);
  free(big);
}

static void numpy_and_we_read_each_other(void **state) {
  (void)state;
  amine_error error;
  char arguments[600];
  EXPECT_OK(save_sample(in_folder("stored.npz"), false, &error), &error);
  EXPECT_OK(save_sample(in_folder("deflated.npz"), true, &error), &error);
  EXPECT_OK(am_npy_save(in_folder("reward.npy"), AM_F32, 2, sample[0].dims, reward, &error),
            &error);
  save_big(in_folder("big.npz"));
  snprintf(arguments, sizeof arguments, "read \"%s\"", in_folder("."));
  int r = run_python("check_npz.py", arguments);
  if (r == -1) {
    print_message("skipped: no Python with numpy\n");
    return;
  }
  assert_int_equal(r, 0);
  snprintf(arguments, sizeof arguments, "write \"%s\"", in_folder("."));
  assert_int_equal(run_python("check_npz.py", arguments), 0);
  const char *whole[] = {"numpy.npz", "numpy_deflated.npz"};
  am_npz *z;
  const am_tensor *a;
  for (size_t k = 0; k < 2; k++) {
    EXPECT_OK(am_npz_open(&z, in_folder(whole[k]), LIMIT, &error), &error);
    expect_sample(z);
    am_npz_close(z);
  }
  const char *plain[] = {"numpy.npy", "version2.npy", "version3.npy"};
  for (size_t k = 0; k < 3; k++) {
    EXPECT_OK(am_npz_open(&z, in_folder(plain[k]), LIMIT, &error), &error);
    EXPECT_OK(am_npz_load(z, &a, 0, &error), &error);
    assert_true(is_sample_tensor(a, k > 0));
    am_npz_close(z);
  }
  EXPECT_OK(am_npz_open(&z, in_folder("numpy_big.npz"), LIMIT, &error), &error);
  EXPECT_OK(am_npz_find(z, &a, "big", &error), &error);
  assert_int_equal(a->count, 300000);
  for (int64_t k = 0; k < 300000; k++)
    assert_int_equal(((const int32_t *)a->data)[k], k * 97 % 1000);
  am_npz_close(z);
}

static void what_numpy_has_and_we_have_not_gets_a_sentence(void **state) {
  (void)state;
  amine_error error;
  am_npz *z;
  const am_tensor *a;
  if (!exists(in_folder("numpy_others.npz"))) {
    print_message("skipped: no Python with numpy\n");
    return;
  }
  const char *cases[][2] = {{"fortran", "Fortran order"}, {"big_endian", "type '>f8'"},
                            {"text", "type '<U1'"},       {"half", "type '<f2'"},
                            {"record", "not a simple"},   {"pickle", "type '|O'"}};
  EXPECT_OK(am_npz_open(&z, in_folder("numpy_others.npz"), LIMIT, &error), &error);
  for (size_t k = 0; k < 6; k++)
    expect_failure(am_npz_find(z, &a, cases[k][0], &error), AMINE_ERROR_INPUT, &error, cases[k][1]);
  EXPECT_OK(am_npz_find(z, &a, "good", &error), &error);
  am_npz_close(z);
  EXPECT_OK(am_npz_open(&z, in_folder("streamed.npz"), LIMIT, &error), &error);
  EXPECT_OK(am_npz_find(z, &a, "t", &error), &error);
  assert_true(is_sample_tensor(a, 1));
  expect_failure(am_npz_find(z, &a, "readme.txt", &error), AMINE_ERROR_INPUT, &error,
                 "not in NPY format");
  am_npz_close(z);
}

static void builder_says_why_it_cannot(void **state) {
  (void)state;
  amine_error e;
  am_npz_builder *b;
  const size_t one[] = {1}, huge[] = {SIZE_MAX / 4};
  char long_name[1002];
  memset(long_name, 'n', 1001);
  long_name[1001] = 0;
  EXPECT_OK(am_npz_builder_new(&b, &e), &e);
  EXPECT_OK(am_npz_builder_add(b, "w", AM_F32, 1, one, reward, &e), &e);
  EXPECT_OK(am_npz_builder_add(b, "wx", AM_F32, 1, one, reward, &e), &e);
  expect_failure(am_npz_builder_add(b, "w", AM_F32, 1, one, reward, &e), AMINE_ERROR_ARGUMENT, &e,
                 "there already");
  expect_failure(am_npz_builder_add(b, "x", AM_F32, 1, huge, reward, &e), AMINE_ERROR_ARGUMENT, &e,
                 "overflows");
  expect_failure(am_npz_builder_add(b, "\xff", AM_F32, 1, one, reward, &e), AMINE_ERROR_ARGUMENT,
                 &e, "UTF-8");
  expect_failure(am_npz_builder_add(b, long_name, AM_F32, 1, one, reward, &e), AMINE_ERROR_ARGUMENT,
                 &e, "1000 bytes");
  const size_t five_gib[] = {(size_t)5 << 30}; /* refused before a byte of it is touched */
  EXPECT_OK(am_npz_builder_add(b, "large", AM_U8, 1, five_gib, reward, &e), &e);
  expect_failure(am_npz_builder_save(b, in_folder("large.npz"), false, &e), AMINE_ERROR_ARGUMENT,
                 &e, "less than 4 GiB");
  assert_false(exists(in_folder("large.npz")));
  for (int k = 3; k < 4096; k++) {
    char name[16];
    snprintf(name, sizeof name, "t%d", k);
    EXPECT_OK(am_npz_builder_add(b, name, AM_F32, 1, one, reward, &e), &e);
  }
  expect_failure(am_npz_builder_add(b, "last", AM_F32, 1, one, reward, &e), AMINE_ERROR_ARGUMENT,
                 &e, "at most 4096");
  am_npz_builder_free(b);
}

/* --------------------------------------------------------------------------------------- damage */

/* Opens and loads all. With AMINE_OK, *same tells whether it is the sample. */
static amine_status load_all(const void *data, size_t size, size_t limit, bool *same,
                             amine_error *error) {
  am_npz *z = NULL;
  memory_start(0, false);
  amine_status s = am_npz_parse(&z, "x", data, size, limit, error);
  *same = s == AMINE_OK && am_npz_count(z) == N_SAMPLE;
  for (size_t k = 0; s == AMINE_OK && k < am_npz_count(z); k++) {
    const am_tensor *a;
    s = am_npz_load(z, &a, k, error);
    if (s != AMINE_OK) break;
    *same = *same && strcmp(am_npz_name(z, k), sample[k].name) == 0 && is_sample_tensor(a, k);
  }
  am_npz_close(z);
  memory_stop();
  return s;
}

static void every_truncation_is_found(void **state) {
  (void)state;
  for (int deflated = 0; deflated < 2; deflated++) {
    amine_error error;
    size_t n;
    bool same;
    unsigned char *data = sample_bytes(deflated, &n);
    for (size_t size = 0; size < n; size++) {
      unsigned char *exact = malloc(size ? size : 1);
      memcpy(exact, data, size);
      amine_status s = load_all(exact, size, LIMIT, &same, &error);
      expect_failure(s, AMINE_ERROR_INPUT, &error, "x: ");
      free(exact);
    }
    am_free(data);
  }
}

/* Dates, versions and rights in the archive mean nothing to us; all that does is checked. */
static void every_flipped_bit_is_found_or_means_nothing(void **state) {
  (void)state;
  for (int deflated = 0; deflated < 2; deflated++) {
    amine_error error;
    size_t n, meaningless = 0;
    bool same;
    unsigned char *data = sample_bytes(deflated, &n);
    for (size_t bit = 0; bit < 8 * n; bit++) {
      data[bit / 8] ^= (unsigned char)(1 << bit % 8);
      amine_status s = load_all(data, n, LIMIT, &same, &error);
      if (s != AMINE_OK) expect_failure(s, AMINE_ERROR_INPUT, &error, "x: ");
      else if (!same) fail_msg("bit %zu of byte %zu changes what is read", bit % 8, bit / 8);
      else meaningless++;
      data[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
    /* in each of 8 local headers and directory entries 8 and 18 bytes of versions, flags, dates and
     * rights; behind each deflated stream up to 7 bits */
    assert_true(meaningless <= 8 * 8 * (8 + 18) + (deflated ? 8 * 7u : 0));
    am_free(data);
  }
}

/* ----------------------------------------------------------------------------------------- lies */

static amine_status parse_npy(const char *dictionary, size_t n_data, amine_error *error) {
  unsigned char made[1024] = "\x93NUMPY\x01";
  size_t n = strlen(dictionary);
  made[8] = (unsigned char)n;
  made[9] = (unsigned char)(n >> 8);
  memcpy(made + 10, dictionary, n);
  for (size_t k = 0; k < n_data; k++) made[10 + n + k] = (unsigned char)(k + 1);
  am_tensor tensor;
  return am_npy_parse(&tensor, "x", "a", made, 10 + n + n_data, error);
}

#define D(descr, order, shape)                                                                     \
  "{'descr': " descr ", 'fortran_order': " order ", 'shape': " shape ", }"

static void npy_headers_are_read_strictly(void **state) {
  (void)state;
  amine_error error;
  const char *good[] = {
      D("'|u1'", "False", "(2,)"),        D("'|u1'", "False", "(2,)") "       \n",
      D("'|u1'", "False", "(1, 2)"),      D("'|u1'", "False", "(1,2,)"),
      D("\"|u1\"", "False", "( 2 , 1 )"), "{'shape':(2,),'fortran_order':False,'descr':'|u1'}",
  };
  for (size_t k = 0; k < sizeof good / sizeof *good; k++)
    EXPECT_OK(parse_npy(good[k], 2, &error), &error);
  EXPECT_OK(parse_npy(D("'|u1'", "False", "()"), 1, &error), &error);
  const char *bad[][2] = {
      {"", "'descr'"},
      {"{}", "'descr'"},
      {"{'descr': '|u1', 'shape': (2,)}", "'descr'"},
      {"{'descr': '|u1', 'descr': '|u1', 'shape': (2,)}", "second 'descr'"},
      {"{'name': '|u1'}", "unknown or a second 'name'"},
      {"{'a very long key indeed': 1}", "not a Python dictionary"},
      {"{descr: '|u1'}", "not a Python dictionary"},
      {"{'descr' '|u1'}", "not a Python dictionary"},
      {"{'descr': '|u1' 'shape': (2,)}", "not a Python dictionary"},
      {"{'descr': '|u1", "not a simple"},
      {"{'descr': '|u\\1'", "not a simple"},
      {D("'|u1'", "False", "(2,)") "x", "'descr'"},
      {D("'|u1'", "false", "(2,)"), "neither True nor False"},
      {D("'|u1'", "True", "(2,)"), "Fortran"},
      {D("'|u2'", "False", "(2,)"), "type '|u2'"},
      {D("'|u1'", "False", "2"), "not a tuple"},
      {D("'|u1'", "False", "(2)"), "not a tuple"},
      {D("'|u1'", "False", "(,)"), "not a tuple"},
      {D("'|u1'", "False", "(-2,)"), "not a tuple"},
      {D("'|u1'", "False", "(2L,)"), "not a tuple"},
      {D("'|u1'", "False", "(2 1)"), "not a tuple"},
      {D("'|u1'", "False", "(2"), "not a tuple"},
      {D("'|u1'", "False", "(18446744073709551616,)"), "not a tuple"},
      {D("'|u1'", "False", "(1,1,1,1,1,1,1,1,2)"), "not a tuple of up to 8"},
      {D("'|b1'", "False", "(2,)"), "element 1 is neither False nor True"},
      {D("'<f8'", "False", "(4611686018427387904,)"), "overflows"},
      {D("'|u1'", "False", "(0, 18446744073709551615)"), "overflows"},
      {D("'|u1'", "False", "(3,)"), "wants 3 bytes, but there are 2"},
      {D("'|u1'", "False", "(1,)"), "wants 1 bytes, but there are 2"},
      {D("'<i4'", "False", "(1,)"), "shape [1] of '<i4' wants 4 bytes, but there are 2"},
  };
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++)
    expect_failure(parse_npy(bad[k][0], 2, &error), AMINE_ERROR_INPUT, &error, bad[k][1]);
  am_tensor tensor;
  expect_failure(am_npy_parse(&tensor, "x", "a", "\x93NUMPY\x01\0\0", 9, &error), AMINE_ERROR_INPUT,
                 &error, "not in NPY format");
  expect_failure(am_npy_parse(&tensor, "x", "a", "\x93NUMPY\x02\0\0\0", 10, &error),
                 AMINE_ERROR_INPUT, &error, "within its header");
  expect_failure(am_npy_parse(&tensor, "x", "a", "\x93NUMPY\x04\0\0\0", 10, &error),
                 AMINE_ERROR_INPUT, &error, "version 4.0");
  expect_failure(am_npy_parse(&tensor, "x", "a", "\x93NUMPY\x02\0\xff\xff\xff\xff", 12, &error),
                 AMINE_ERROR_INPUT, &error, "within its header");
}

static unsigned char *find(unsigned char *data, size_t n, const char *signature) {
  for (size_t k = 0; k + 4 <= n; k++)
    if (memcmp(data + k, signature, 4) == 0) return data + k;
  fail_msg("there is no %s", signature);
  return NULL;
}

/* Changes of one field in the archive: record, place and bytes, and what must then be said. */
static void lies_in_the_archive_are_found(void **state) {
  (void)state;
  const struct {
    const char *record;
    size_t at, n;
    const char *bytes, *part;
  } lies[] = {
      {"PK\5\6", 10, 2, "\xff\xff", "zip64"},
      {"PK\5\6", 12, 4, "\xff\xff\xff\xff", "zip64"},
      {"PK\5\6", 16, 4, "\xff\xff\xff\xff", "zip64"},
      {"PK\5\6", 16, 4, "\xfe\xff\xff\xff", "the directory of the archive is said"},
      {"PK\5\6", 12, 4, "\0\0\0\0", "the directory of the archive is said"},
      {"PK\5\6", 4, 2, "\1\0", "several disks"},
      {"PK\5\6", 10, 2, "\x09\0", "several disks"},
      {"PK\5\6", 8, 4, "\x09\0\x09\0", "no entry here"},
      {"PK\5\6", 8, 4, "\x07\0\x07\0", "bytes left over"},
      {"PK\5\6", 8, 4, "\xfe\xff\xfe\xff", "at most 4096"},
      {"PK\1\2", 0, 4, "abcd", "no entry here"},
      {"PK\1\2", 8, 2, "\1\0", "encrypted"},
      {"PK\1\2", 10, 2, "\x0c\0", "method 12"},
      {"PK\1\2", 20, 4, "\xff\xff\xff\xff", "zip64"},
      {"PK\1\2", 24, 4, "\xff\xff\xff\xff", "zip64"},
      {"PK\1\2", 42, 4, "\xff\xff\xff\xff", "zip64"},
      {"PK\1\2", 42, 4, "\xfe\xff\xff\xff", "no local header"},
      {"PK\1\2", 42, 4, "\1\0\0\0", "no local header"},
      {"PK\1\2", 24, 4, "\xfe\xff\xff\x0f", "cannot unpack to"},
      {"PK\1\2", 20, 4, "\xfe\xff\xff\x0f", "differ"},
      {"PK\1\2", 28, 2, "\0\0", "name of an entry is empty"},
      {"PK\1\2", 28, 2, "\xff\x03", "ends in an entry"},
      {"PK\1\2", 46, 1, "\0", "zero byte"},
      {"PK\1\2", 46, 1, "R", "differ"},
      {"PK\1\2", 16, 1, "x", "differ"},
      {"PK\3\4", 8, 2, "\0\0", "differ"},
      {"PK\3\4", 26, 2, "\1\0", "differ"},
      {"PK\3\4", 28, 2, "\xff\xff", "reach into the directory"},
      {"PK\3\4", 50, 1, "x", "array reward"},
  };
  size_t n;
  unsigned char *data = sample_bytes(true, &n);
  unsigned char *copy = malloc(n);
  for (size_t k = 0; k < sizeof lies / sizeof *lies; k++) {
    amine_error error;
    bool same;
    memcpy(copy, data, n);
    memcpy(find(copy, n, lies[k].record) + lies[k].at, lies[k].bytes, lies[k].n);
    expect_failure(load_all(copy, n, LIMIT, &same, &error), AMINE_ERROR_INPUT, &error,
                   lies[k].part);
  }
  free(copy);
  am_free(data);
}

static void names_are_there_once(void **state) {
  (void)state;
  amine_error error;
  am_npz_builder *b;
  unsigned char *data;
  size_t n;
  bool same;
  const size_t one[] = {1};
  EXPECT_OK(am_npz_builder_new(&b, &error), &error);
  EXPECT_OK(am_npz_builder_add(b, "ab", AM_U8, 1, one, bytes, &error), &error);
  EXPECT_OK(am_npz_builder_add(b, "aq", AM_U8, 1, one, bytes, &error), &error);
  EXPECT_OK(am_npz_builder_save(b, in_folder("twice.npz"), false, &error), &error);
  am_npz_builder_free(b);
  EXPECT_OK(am_file_read(in_folder("twice.npz"), LIMIT, &data, &n, &error), &error);
  for (size_t k = 0; k < n; k++)
    if (data[k] == 'q') data[k] = 'b';
  expect_failure(load_all(data, n, LIMIT, &same, &error), AMINE_ERROR_INPUT, &error, "there twice");
  am_free(data);
}

static void bombs_do_not_explode(void **state) {
  (void)state;
  amine_error error;
  am_npz_builder *b;
  am_npz *z;
  const am_tensor *a;
  const size_t half[] = {LIMIT / 2};
  void *zeros = calloc(half[0], 1);
  EXPECT_OK(am_npz_builder_new(&b, &error), &error);
  EXPECT_OK(am_npz_builder_add(b, "one", AM_U8, 1, half, zeros, &error), &error);
  EXPECT_OK(am_npz_builder_add(b, "two", AM_U8, 1, half, zeros, &error), &error);
  EXPECT_OK(am_npz_builder_save(b, in_folder("bomb.npz"), true, &error), &error);
  am_npz_builder_free(b);
  free(zeros);
  EXPECT_OK(am_npz_open(&z, in_folder("bomb.npz"), LIMIT, &error), &error);
  EXPECT_OK(am_npz_find(z, &a, "one", &error), &error);
  expect_failure(am_npz_find(z, &a, "two", &error), AMINE_ERROR_INPUT, &error,
                 "the arrays may have 16777216 in all");
  EXPECT_OK(am_npz_find(z, &a, "one", &error), &error); /* what was loaded stays */
  am_npz_close(z);
  expect_failure(am_npz_open(&z, in_folder("bomb.npz"), 100, &error), AMINE_ERROR_INPUT, &error,
                 "too large");
}

/* A member that unpacks to more or to less than its directory entry says. */
static void unpacked_sizes_are_exact(void **state) {
  (void)state;
  for (int more = -1; more <= 1; more += 2) {
    amine_error error;
    size_t n;
    bool same;
    unsigned char *data = sample_bytes(true, &n);
    unsigned char *local = find(data, n, "PK\3\4"), *entry = find(data, n, "PK\1\2");
    local[22] = entry[24] = (unsigned char)(entry[24] + more);
    expect_failure(load_all(data, n, LIMIT, &same, &error), AMINE_ERROR_INPUT, &error,
                   "cannot be unpacked");
    am_free(data);
  }
}

/* ---------------------------------------------------------------------------- faults and memory */

static void every_fault_keeps_the_previous_file(void **state) {
  (void)state;
  const char *path = in_folder("faulty.npz");
  for (const struct fault_kind *kind = fault_kinds; kind->name; kind++) {
    for (long at = 1;; at++) {
      amine_error error;
      put_file(path, "old", 3);
      memory_start(0, false);
      faults_start(at, kind->error, false);
      amine_status s = save_sample(path, true, &error);
      faults_stop();
      memory_stop();
      if (s != AMINE_OK && !faults.renamed) expect_file(path, "old", 3);
      if (s != AMINE_OK) expect_failure(s, AMINE_ERROR_IO, &error, ": ");
      assert_false(exists(in_folder("faulty.npz.new")));
      if (faults.hits == 0) break;
    }
  }
}

static amine_status save_and_load(const char *path, bool deflated, amine_error *error) {
  am_npz *z = NULL;
  amine_status s = save_sample(path, deflated, error);
  if (s == AMINE_OK) s = am_npz_open(&z, path, LIMIT, error);
  for (size_t k = 0; s == AMINE_OK && k < N_SAMPLE; k++) {
    const am_tensor *a;
    s = am_npz_load(z, &a, k, error);
  }
  am_npz_close(z);
  return s;
}

static void refused_memory_is_an_answer(void **state) {
  (void)state;
  for (int variant = 0; variant < 4; variant++) {
    long at = 1;
    for (;; at++) {
      amine_error error;
      memory_start(at, variant & 1);
      amine_status s = save_and_load(in_folder("memory.npz"), variant & 2, &error);
      memory_stop();
      if (s == AMINE_OK) break;
      expect_failure(s, AMINE_ERROR_MEMORY, &error, "out of memory");
    }
    assert_true(at > 25);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_written_is_read),
      cmocka_unit_test(equal_content_gives_equal_bytes),
      cmocka_unit_test(an_empty_archive_and_a_plain_file),
      cmocka_unit_test(numpy_and_we_read_each_other),
      cmocka_unit_test(what_numpy_has_and_we_have_not_gets_a_sentence),
      cmocka_unit_test(builder_says_why_it_cannot),
      cmocka_unit_test(every_truncation_is_found),
      cmocka_unit_test(every_flipped_bit_is_found_or_means_nothing),
      cmocka_unit_test(npy_headers_are_read_strictly),
      cmocka_unit_test(lies_in_the_archive_are_found),
      cmocka_unit_test(names_are_there_once),
      cmocka_unit_test(bombs_do_not_explode),
      cmocka_unit_test(unpacked_sizes_are_exact),
      cmocka_unit_test(every_fault_keeps_the_previous_file),
      cmocka_unit_test(refused_memory_is_an_answer),
  };
  return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
