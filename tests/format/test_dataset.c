/* The promises of format/dataset.h: every kind of file gives its numbers, packed or not, and what is
 * none of them or damaged gets a sentence. */
#include "support.h"

#include <zlib.h>

#include "base/memory.h"
#include "format/npz.h"
#include "format/dataset.h"

static void holds(const am_dataset *t, size_t rows, size_t columns, const float *values) {
  assert_int_equal(t->n_rows, rows);
  assert_int_equal(t->n_columns, columns);
  for (size_t k = 0; k < rows * columns; k++)
    if (t->values[k] != values[k])
      fail_msg("number %zu is %g, not %g", k, (double)t->values[k], (double)values[k]);
}

/* The bytes, and the same packed, are this table. */
static void is(const void *data, size_t size, size_t rows, size_t columns, const float *values) {
  am_dataset table;
  amine_error error = {0};
  unsigned char packed[4096];
  z_stream z = {.next_in = (z_const Bytef *)data,
                .avail_in = (uInt)size,
                .next_out = packed,
                .avail_out = sizeof packed};
  put_file(in_folder("plain"), data, size);
  if (am_dataset_read(&table, in_folder("plain"), &error) != AMINE_OK)
    fail_msg("%s", error.message);
  holds(&table, rows, columns, values);
  am_free(table.values);
  assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
  put_file(in_folder("packed.gz"), packed, z.total_out);
  if (am_dataset_read(&table, in_folder("packed.gz"), &error) != AMINE_OK)
    fail_msg("%s", error.message);
  holds(&table, rows, columns, values);
  am_free(table.values);
  put_file(in_folder("cut.gz"), packed, z.total_out - 9); /* the sum is cut, and more */
  assert_int_equal(am_dataset_read(&table, in_folder("cut.gz"), &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "it is packed by gzip, and damaged"));
  deflateEnd(&z);
}

static void says(const void *data, size_t size, const char *sentence) {
  am_dataset table = {0};
  amine_error error = {0};
  put_file(in_folder("bad"), data, size);
  assert_int_equal(am_dataset_read(&table, in_folder("bad"), &error), AMINE_ERROR_INPUT);
  assert_null(table.values);
  const char *colon = strstr(error.message, "/bad: ");
  assert_non_null(colon);
  assert_string_equal(colon + 6, sentence);
}

static void says_of_text(const char *text, const char *sentence) {
  says(text, strlen(text), sentence);
}

/* Each type, with its sign and its order of bytes. */
static void idx_is_read(void **state) {
  (void)state;
  static const unsigned char bytes[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0,
                                        0, 1, 0, 0, 0, 2, 1, 2, 3, 255};
  static const unsigned char small[] = {0, 0, 9, 1, 0, 0, 0, 2, 255, 127};
  static const unsigned char shorts[] = {0, 0, 11, 1, 0, 0, 0, 2, 255, 254, 1, 0};
  static const unsigned char ints[] = {0, 0, 12, 1, 0, 0, 0, 1, 255, 255, 255, 0};
  static const unsigned char floats[] = {0, 0, 13, 1, 0, 0, 0, 1, 0xbf, 0x40, 0, 0};
  static const unsigned char doubles[] = {0, 0, 14,   2, 0, 0, 0, 1, 0, 0,
                                          0, 1, 0x40, 4, 0, 0, 0, 0, 0, 0};
  is(bytes, sizeof bytes, 2, 2, (const float[]){1, 2, 3, 255});
  is(small, sizeof small, 2, 1, (const float[]){-1, 127});
  is(shorts, sizeof shorts, 2, 1, (const float[]){-2, 256});
  is(ints, sizeof ints, 1, 1, (const float[]){-256});
  is(floats, sizeof floats, 1, 1, (const float[]){-0.75f});
  is(doubles, sizeof doubles, 1, 1, (const float[]){2.5f});
}

static void csv_is_read(void **state) {
  (void)state;
  static const char plain[] = "1,2.5\n-3e1,+.5\n", named[] = "\r\n a,b\r\n1 ,\t2\r\n\r\n3,4";
  is(plain, sizeof plain - 1, 2, 2, (const float[]){1, 2.5f, -30, 0.5f});
  is(named, sizeof named - 1, 2, 2, (const float[]){1, 2, 3, 4});
  is("7", 1, 1, 1, (const float[]){7});
}

static void npz_is_read(void **state) {
  (void)state;
  static const double x[] = {1, 2, 3, 4, 5, 6, 7, 8};
  static const int64_t y[] = {1, 0};
  am_npz_builder *b;
  am_dataset table;
  amine_error error = {0};
  assert_int_equal(am_npz_builder_new(&b, NULL), AMINE_OK);
  am_npz_builder_add(b, "x", AM_F64, 3, (const size_t[]){2, 2, 2}, x, NULL);
  assert_int_equal(am_npz_builder_save(b, in_folder("x.npz"), true, NULL), AMINE_OK);
  assert_int_equal(am_dataset_read(&table, in_folder("x.npz"), &error), AMINE_OK);
  holds(&table, 2, 4, (const float[]){1, 2, 3, 4, 5, 6, 7, 8});
  am_free(table.values);
  am_npz_builder_add(b, "y", AM_I64, 1, (const size_t[]){2}, y, NULL);
  assert_int_equal(am_npz_builder_save(b, in_folder("xy.npz"), true, NULL), AMINE_OK);
  am_npz_builder_free(b);
  assert_int_equal(am_dataset_read(&table, in_folder("xy.npz"), &error), AMINE_OK);
  holds(&table, 2, 5, (const float[]){1, 2, 3, 4, 1, 5, 6, 7, 8, 0});
  am_free(table.values);
  am_npz_builder_new(&b, NULL);
  am_npz_builder_add(b, "x", AM_F64, 2, (const size_t[]){4, 2}, x, NULL);
  am_npz_builder_add(b, "y", AM_I64, 1, (const size_t[]){2}, y, NULL);
  assert_int_equal(am_npz_builder_save(b, in_folder("odd.npz"), true, NULL), AMINE_OK);
  am_npz_builder_free(b);
  assert_int_equal(am_dataset_read(&table, in_folder("odd.npz"), &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "y must have one number for each of the 4 rows of x"));
  assert_int_equal(am_npy_save(in_folder("a.npy"), AM_F64, 2, (const size_t[]){4, 2}, x, NULL),
                   AMINE_OK);
  assert_int_equal(am_dataset_read(&table, in_folder("a.npy"), &error), AMINE_OK);
  holds(&table, 4, 2, (const float[]){1, 2, 3, 4, 5, 6, 7, 8});
  am_free(table.values);
}

static void what_is_no_table_is_refused(void **state) {
  (void)state;
  static const unsigned char cut[] = {0, 0, 8, 1, 0, 0, 0, 3, 1, 2};
  static const unsigned char rank[] = {0, 0, 8, 9, 0, 0, 0, 3, 1, 2};
  static const unsigned char huge[] = {0,   0,   8,   3,   255, 255, 255, 255,
                                       255, 255, 255, 255, 255, 255, 255, 255};
  static const unsigned char nan[] = {0, 0, 13, 1, 0, 0, 0, 1, 0x7f, 0xc0, 0, 0};
  am_dataset table;
  amine_error error = {0};
  says(cut, sizeof cut, "an IDX file of 3 rows and 1 columns has not 10 bytes");
  says(rank, sizeof rank, "it ends within the sizes of an IDX file");
  says(nan, sizeof nan, "row 1, column 1: the number is not finite, or too large");
  put_file(in_folder("bad"), huge, sizeof huge);
  assert_int_equal(am_dataset_read(&table, in_folder("bad"), &error), AMINE_ERROR_INPUT);
  says_of_text("", "a table of 0 rows and 0 columns is empty");
  says_of_text("a,b\n", "a table of 0 rows and 0 columns is empty");
  says_of_text("1,2\n\n3\n", "line 3 has 1 column, those before it 2");
  says_of_text("1,2\n3,4,5\n", "line 2 has 3 columns, those before it 2");
  says_of_text("x\n1,2\n3,b\n", "line 3, column 2: a finite number is wanted");
  says_of_text("1,2\n3,\n", "line 2, column 2: a finite number is wanted");
  says_of_text("1,2\n3,4 5\n", "line 2, column 2: a finite number is wanted");
  says_of_text("1,1e99\n", "line 1, column 2: a finite number is wanted");
  says_of_text("1,nan\n", "line 1, column 2: a finite number is wanted");
  says("1\0002", 3, "it is neither IDX, NPY, NPZ nor CSV");
  assert_int_equal(am_dataset_read(&table, in_folder("nothing"), &error), AMINE_ERROR_IO);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(idx_is_read),
      cmocka_unit_test(csv_is_read),
      cmocka_unit_test(npz_is_read),
      cmocka_unit_test(what_is_no_table_is_refused),
  };
  return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
