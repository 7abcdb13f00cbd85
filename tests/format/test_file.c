/* The promises of format/file.h: whole or not there, under every fault of the system at every
 * call. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "format/crc32c.h"
#include "format/file.h"
#include "format/line_reader.h"

static const char old_text[] = "the old content, of which nothing may be lost";
static const char new_text[] = "the new content, longer than the old content was, in two pieces";
#define OLD old_text, sizeof old_text - 1
#define NEW new_text, sizeof new_text - 1

/* -------------------------------------------------------------------------------------- reading */

static void read_returns_every_size_and_a_zero_behind(void **state) {
  (void)state;
  const size_t sizes[] = {0, 1, 4095, 4096, 4097, 100000};
  const char *path = in_folder("read");
  for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
    size_t n = sizes[k], size = 77;
    unsigned char *wanted = malloc(n + 1), *data = NULL;
    amine_error error;
    for (size_t i = 0; i < n; i++) wanted[i] = (unsigned char)(i * 7 + 1);
    put_file(path, wanted, n);
    EXPECT_OK(am_file_read(path, n, &data, &size, &error), &error);
    assert_int_equal(size, n);
    assert_memory_equal(data, wanted, n);
    assert_int_equal(data[n], 0);
    am_free(data);
    if (n > 0) {
      unsigned char *untouched = wanted;
      size = 77;
      amine_status s = am_file_read(path, n - 1, &untouched, &size, &error);
      expect_failure(s, AMINE_ERROR_INPUT, &error, "too large");
      assert_string_equal(error.file, path);
      assert_ptr_equal(untouched, wanted);
      assert_int_equal(size, 77);
    }
    free(wanted);
  }
}

static int small_fstat(int fd, struct stat *out) {
  int r = am_io_system.fstat(fd, out);
  out->st_size /= 2;
  return r;
}

static void read_finds_the_end_of_a_file_that_grows(void **state) {
  (void)state;
  const char *path = in_folder("growing");
  static char content[50000];
  memset(content, 'g', sizeof content);
  put_file(path, content, sizeof content);
  unsigned char *data;
  size_t size;
  amine_error error;
  am_io.fstat = small_fstat;
  EXPECT_OK(am_file_read(path, sizeof content, &data, &size, &error), &error);
  assert_int_equal(size, sizeof content);
  assert_memory_equal(data, content, size);
  am_free(data);
  amine_status s = am_file_read(path, sizeof content - 1, &data, &size, &error);
  expect_failure(s, AMINE_ERROR_INPUT, &error, "too large");
  am_io = am_io_system;
}

static void read_says_why_it_cannot(void **state) {
  (void)state;
  unsigned char *data;
  size_t size;
  amine_error error;
  const char *path = in_folder("not_there");
  expect_failure(am_file_read(path, 10, &data, &size, &error), AMINE_ERROR_IO, &error,
                 "No such file");
  assert_string_equal(error.file, path);
  expect_failure(am_file_read(in_folder("."), 10, &data, &size, &error), AMINE_ERROR_IO, &error,
                 "folder");
  expect_failure(am_file_read("", 10, &data, &size, &error), AMINE_ERROR_IO, &error,
                 "No such file");
  assert_int_equal(am_file_read(path, 10, &data, &size, NULL), AMINE_ERROR_IO);
}

static void read_survives_every_fault(void **state) {
  (void)state;
  const char *path = in_folder("read_faults");
  put_file(path, OLD);
  for (const struct fault_kind *kind = fault_kinds; kind->name; kind++) {
    for (int for_good = 0; for_good < 2; for_good++) {
      for (long at = 1;; at++) {
        unsigned char *data = NULL;
        size_t size = 0;
        amine_error error;
        memory_start(0, false);
        faults_start(at, kind->error, for_good);
        amine_status s = am_file_read(path, 1000, &data, &size, &error);
        faults_stop();
        assert_int_equal(faults.open_fds, 0);
        if (s == AMINE_OK) {
          assert_int_equal(size, sizeof old_text - 1);
          assert_memory_equal(data, old_text, size);
        } else {
          expect_failure(s, AMINE_ERROR_IO, &error, path);
          assert_null(data);
        }
        if (kind->error == SHORT || (kind->error == EINTR && !for_good))
          assert_int_equal(s, AMINE_OK);
        if (fault_is_real() && strcmp(faults.first, "close") != 0)
          assert_int_equal(s, AMINE_ERROR_IO);
        am_free(data);
        memory_stop();
        if (faults.hits == 0) break;
      }
    }
  }
}

/* ------------------------------------------------------------------------------------ replacing */

static void replace_makes_and_replaces(void **state) {
  (void)state;
  amine_error error;
  const char *path = in_folder("replaced");
  EXPECT_OK(am_file_replace(path, OLD, &error), &error);
  expect_file(path, OLD);
  put_file(in_folder("replaced.new"), "left by a killed process", 24);
  EXPECT_OK(am_file_replace(path, NEW, &error), &error);
  expect_file(path, NEW);
  assert_false(exists(in_folder("replaced.new")));
  const am_slice slices[] = {{"ab", 2}, {NULL, 0}, {"c", 1}, {"defg", 4}};
  EXPECT_OK(am_file_replace_slices(path, slices, 4, &error), &error);
  expect_file(path, "abcdefg", 7);
  EXPECT_OK(am_file_replace_slices(path, NULL, 0, &error), &error);
  expect_file(path, "", 0);
}

static void replace_says_why_it_cannot(void **state) {
  (void)state;
  amine_error error;
  char long_name[300];
  memset(long_name, 'n', sizeof long_name);
  long_name[299] = 0;
  expect_failure(am_file_replace(in_folder("no/such"), OLD, &error), AMINE_ERROR_IO, &error,
                 "folder cannot be opened: No such file");
  expect_failure(am_file_replace(in_folder("."), OLD, &error), AMINE_ERROR_IO, &error,
                 "not a regular file");
  expect_failure(am_file_replace(in_folder(long_name), OLD, &error), AMINE_ERROR_IO, &error,
                 "name too long");
  expect_failure(am_file_replace("", OLD, &error), AMINE_ERROR_IO, &error, "");
  assert_false(exists(".new"));
  put_file(in_folder("blocked"), OLD);
  assert_int_equal(mkdir(in_folder("blocked.new"), 0777), 0);
  expect_failure(am_file_replace(in_folder("blocked"), NEW, &error), AMINE_ERROR_IO, &error,
                 "blocked.new: the file cannot be made");
  expect_file(in_folder("blocked"), OLD);
}

static void replace_in_the_current_folder(void **state) {
  (void)state;
  amine_error error;
  char here[1024];
  assert_non_null(getcwd(here, sizeof here));
  assert_int_equal(chdir(in_folder(".")), 0);
  amine_status s = am_file_replace("bare", NEW, &error);
  bool right = file_is("bare", NEW);
  assert_int_equal(chdir(here), 0);
  assert_int_equal(s, AMINE_OK);
  assert_true(right);
}

static void the_order_of_the_calls_is_the_safe_one(void **state) {
  (void)state;
  amine_error error;
  const char *path = in_folder("order");
  faults_start(0, 0, false);
  amine_status s = am_file_replace(path, NEW, &error);
  faults_stop();
  assert_int_equal(s, AMINE_OK);
  assert_string_equal(faults.trace, "stat, open folder, unlink, open, write, fsync, close, rename, "
                                    "fsync folder, close folder");
  am_appender *a;
  faults_start(0, 0, false);
  EXPECT_OK(am_appender_open(&a, path, 5, &error), &error);
  EXPECT_OK(am_appender_append(a, "x", 1, &error), &error);
  EXPECT_OK(am_appender_sync(a, &error), &error);
  EXPECT_OK(am_appender_sync(a, &error), &error);
  EXPECT_OK(am_appender_close(a, &error), &error);
  faults_stop();
  assert_string_equal(faults.trace, "open, fstat, ftruncate, pwrite, fsync, open folder, "
                                    "fsync folder, close folder, fsync, close");
  faults_start(0, 0, false);
  s = am_folder_make(in_folder("order_folder"), &error);
  faults_stop();
  assert_int_equal(s, AMINE_OK);
  const char *trace = faults.trace;
  while (strncmp(trace, "stat, ", 6) == 0) trace += 6; /* one for each folder above */
  assert_string_equal(trace, "mkdir, open folder, fsync folder, close folder");
}

/* One replacement with a fault; asserts all that is promised, returns whether the fault
 * happened. */
static bool replace_with_fault(long at, const struct fault_kind *kind, bool for_good,
                               bool there_before) {
  const char *path = in_folder("faulty"), *fresh = in_folder("faulty.new");
  am_io_system.unlink(path);
  am_io_system.unlink(fresh);
  if (there_before) put_file(path, OLD);
  const am_slice slices[] = {{new_text, 20}, {new_text + 20, sizeof new_text - 21}};
  amine_error error = {.status = AMINE_OK};
  memory_start(0, false);
  faults_start(at, kind->error, for_good);
  amine_status s = am_file_replace_slices(path, slices, 2, &error);
  faults_stop();
  memory_stop();
  assert_int_equal(faults.open_fds, 0);
  if (s == AMINE_OK) {
    expect_file(path, NEW);
  } else {
    expect_failure(s, AMINE_ERROR_IO, &error, ": ");
    assert_true(strlen(error.file) > 0);
    if (faults.renamed) expect_file(path, NEW);
    else if (there_before) expect_file(path, OLD);
    else assert_false(exists(path));
    if (faults.renamed) expect_failure(s, AMINE_ERROR_IO, &error, "new file is in its place");
  }
  if (!for_good || s == AMINE_OK) assert_false(exists(fresh));
  if (fault_is_real()) { /* what may be refused without harm; EACCES: see folder_open */
    bool harmless = strcmp(faults.first, "unlink") == 0 || strcmp(faults.first, "stat") == 0 ||
                    strcmp(faults.first, "close folder") == 0 ||
                    (strcmp(faults.first, "open folder") == 0 && kind->error == EACCES);
    if (!harmless) assert_int_equal(s, AMINE_ERROR_IO);
    if (harmless && !for_good) assert_int_equal(s, AMINE_OK);
  }
  if (kind->error == SHORT || (kind->error == EINTR && !for_good)) assert_int_equal(s, AMINE_OK);
  EXPECT_OK(am_file_replace(path, NEW, &error), &error); /* the next time it works */
  expect_file(path, NEW);
  assert_false(exists(fresh));
  return faults.hits > 0;
}

static void replace_survives_every_fault(void **state) {
  (void)state;
  long tried = 0;
  for (const struct fault_kind *kind = fault_kinds; kind->name; kind++)
    for (int variant = 0; variant < 4; variant++)
      for (long at = 1; replace_with_fault(at, kind, variant & 1, variant & 2); at++) tried++;
  assert_true(tried >= 5 * 4 * 8); /* stat, open, unlink, open, write, write, fsync, close, ... */
}

/* ------------------------------------------------------------------------------------ appending */

static void appender_goes_on_where_it_is_told(void **state) {
  (void)state;
  const char *path = in_folder("lines");
  am_appender *a;
  amine_error error;
  EXPECT_OK(am_appender_open(&a, path, 0, &error), &error);
  EXPECT_OK(am_appender_append(a, "one\n", 4, &error), &error);
  EXPECT_OK(am_appender_append(a, "two\n", 4, &error), &error);
  EXPECT_OK(am_appender_append(a, "", 0, &error), &error);
  EXPECT_OK(am_appender_sync(a, &error), &error);
  assert_int_equal(am_appender_position(a), 8);
  expect_file(path, "one\ntwo\n", 8);
  EXPECT_OK(am_appender_close(a, &error), &error);

  put_file(path, "one\ntwo\nthr", 11); /* as a crash leaves it */
  EXPECT_OK(am_appender_open(&a, path, 8, &error), &error);
  EXPECT_OK(am_appender_close(a, &error), &error);
  expect_file(path, "one\ntwo\nthr", 11); /* nothing came: nothing is touched */
  EXPECT_OK(am_appender_open(&a, path, 8, &error), &error);
  EXPECT_OK(am_appender_sync(a, &error), &error);
  expect_file(path, "one\ntwo\n", 8);
  EXPECT_OK(am_appender_close(a, &error), &error);

  put_file(path, "one\ntwo\nthr", 11);
  EXPECT_OK(am_appender_open(&a, path, 8, &error), &error);
  EXPECT_OK(am_appender_append(a, "3\n", 2, &error), &error);
  EXPECT_OK(am_appender_close(a, &error), &error);
  expect_file(path, "one\ntwo\n3\n", 10);

  EXPECT_OK(am_appender_open(&a, path, 0, &error), &error);
  EXPECT_OK(am_appender_sync(a, &error), &error);
  EXPECT_OK(am_appender_close(a, &error), &error);
  expect_file(path, "", 0);
  assert_int_equal(am_appender_close(NULL, NULL), AMINE_OK);
}

static int refused_rename(const char *from, const char *to) {
  (void)from, (void)to;
  errno = EACCES;
  return -1;
}

static void appender_moves_its_file(void **state) {
  (void)state;
  const char *fresh = in_folder("moved.new"), *path = in_folder("moved");
  am_appender *a;
  amine_error error;
  put_file(path, "old", 3);
  EXPECT_OK(am_appender_open(&a, fresh, 0, &error), &error);
  EXPECT_OK(am_appender_append(a, "one\n", 4, &error), &error);
  am_io.rename = refused_rename;
  expect_failure(am_appender_rename(a, path, &error), AMINE_ERROR_IO, &error, path);
  am_io = am_io_system;
  expect_file(path, "old", 3);
  EXPECT_OK(am_appender_rename(a, path, &error), &error);
  EXPECT_OK(am_appender_append(a, "two\n", 4, &error), &error);
  EXPECT_OK(am_appender_sync(a, &error), &error);
  EXPECT_OK(am_appender_close(a, &error), &error);
  expect_file(path, "one\ntwo\n", 8);
  assert_false(exists(fresh));
}

/* Where a program was started without standard descriptors, no file gets their numbers. */
static void standard_descriptors_are_left_alone(void **state) {
  (void)state;
  const char *path = in_folder("not_standard");
  int kept[3], opened[3];
  for (int fd = 0; fd < 3; fd++) kept[fd] = fcntl(fd, F_DUPFD, 10);
  for (int fd = 0; fd < 3; fd++) close(fd);
  for (int k = 0; k < 3; k++) opened[k] = am_io.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  const int written = (int)write(1, "x", 1);
  const bool closes = fcntl(opened[2], F_GETFD) & FD_CLOEXEC;
  for (int fd = 0; fd < 3; fd++) dup2(kept[fd], fd);
  for (int k = 0; k < 3; k++) {
    assert_true(kept[k] < 0 || close(kept[k]) == 0);
    assert_true(opened[k] > 2);
    assert_int_equal(close(opened[k]), 0);
  }
  assert_int_equal(written, -1);
  assert_true(closes);
  expect_file(path, "", 0);
}

/* ---------------------------------------------------------------------------------------- lines */
static void lines_come_one_by_one(void **state) {
  (void)state;
  static const size_t lengths[] = {0, 1, 65533, 65534, 65535, 65536, 65537, 3, 0, 200000, 7};
  enum { N = sizeof lengths / sizeof *lengths };
  const char *path = in_folder("lines_of_all_lengths");
  for (int whole = 0; whole < 2; whole++) { /* is there a newline at the end? */
    am_text text = {0};
    am_line_reader *r;
    am_line line;
    amine_error error;
    uint64_t at = 0;
    for (size_t k = 0; k < N; k++) {
      for (size_t i = 0; i < lengths[k]; i++) am_text_add(&text, &"0123456789"[(i + k) % 10], 1);
      if (k + 1 < N || whole) am_text_add(&text, "\n", 1);
    }
    put_file(path, text.data, text.length);
    EXPECT_OK(am_line_reader_open(&r, path, &error), &error);
    for (size_t k = 0; k < N; k++) {
      const bool ends = k + 1 < N || whole;
      EXPECT_OK(am_line_reader_next(r, &line, &error), &error);
      assert_int_equal(line.number, k + 1);
      assert_int_equal(line.begin, at);
      assert_int_equal(line.end, at + lengths[k] + ends);
      assert_int_equal(line.whole, ends);
      assert_int_equal(line.length, lengths[k]);
      assert_int_equal(strlen(line.text), lengths[k]);
      for (size_t i = 0; i < lengths[k]; i++)
        if (line.text[i] != "0123456789"[(i + k) % 10]) fail_msg("line %zu, byte %zu", k, i);
      at = line.end;
    }
    for (int k = 0; k < 2; k++) {
      EXPECT_OK(am_line_reader_next(r, &line, &error), &error);
      assert_null(line.text);
      assert_false(line.whole);
      assert_int_equal(line.end, text.length);
    }
    am_line_reader_close(r);
    am_text_free(&text);
  }
  am_line_reader_close(NULL);
}

/* A file that is made while it is read: of `made_left` bytes every 1000th is a newline, or none. */
static uint64_t made_left;
static bool made_lines;
static ssize_t made_read(int fd, void *data, size_t size) {
  (void)fd;
  if (size > made_left) size = made_left;
  memset(data, 'x', size);
  for (size_t k = 0; made_lines && k < size; k++)
    if ((made_left - k) % 1000 == 0) ((char *)data)[k] = '\n';
  made_left -= size;
  return (ssize_t)size;
}

static size_t largest_block;
static void *measuring(void *context, void *block, size_t old_size, size_t new_size) {
  (void)context;
  void *fresh = NULL;
  if (new_size > largest_block) largest_block = new_size;
  if (new_size > 0 && posix_memalign(&fresh, 64, new_size) != 0) return NULL;
  if (block && fresh) memcpy(fresh, block, old_size < new_size ? old_size : new_size);
  free(block);
  return fresh;
}

/* What is held does not grow with the file. */
static void lines_need_the_memory_of_the_longest(void **state) {
  (void)state;
  const char *path = in_folder("made");
  am_line_reader *r;
  am_line line;
  amine_error error;
  uint64_t n = 0;
  put_file(path, "", 0);
  am_io.read = made_read;
  amine_memory_use(measuring, NULL);
  made_left = 40000000;
  made_lines = true;
  EXPECT_OK(am_line_reader_open(&r, path, &error), &error);
  do {
    EXPECT_OK(am_line_reader_next(r, &line, &error), &error);
    n += line.text != NULL;
  } while (line.text);
  am_line_reader_close(r);
  assert_int_equal(n, 40001);
  assert_true(largest_block <= 1 << 17);
  made_left = 40000000; /* one line that never ends */
  made_lines = false;
  EXPECT_OK(am_line_reader_open(&r, path, &error), &error);
  expect_failure(am_line_reader_next(r, &line, &error), AMINE_ERROR_INPUT, &error,
                 "line 1 is too long");
  am_line_reader_close(r);
  assert_true(largest_block <= 4 * AM_LINE_MOST);
  amine_memory_use(NULL, NULL);
  am_io = am_io_system;
}

static int fstat_of_a_device(int fd, struct stat *out) {
  int r = am_io_system.fstat(fd, out);
  out->st_mode = (out->st_mode & ~(mode_t)S_IFMT) | S_IFCHR;
  return r;
}

static void appender_says_why_it_cannot(void **state) {
  (void)state;
  const char *path = in_folder("short");
  am_appender *a = NULL;
  amine_error error;
  put_file(path, "12345", 5);
  amine_status s = am_appender_open(&a, path, 6, &error);
  expect_failure(s, AMINE_ERROR_INPUT, &error, "ends too early");
  assert_int_equal(error.offset, 5);
  s = am_appender_open(&a, path, UINT64_MAX, &error);
  expect_failure(s, AMINE_ERROR_INPUT, &error, "ends too early");
  expect_file(path, "12345", 5);
  s = am_appender_open(&a, in_folder("missing"), 1, &error);
  expect_failure(s, AMINE_ERROR_IO, &error, "No such file");
  assert_false(exists(in_folder("missing")));
  s = am_appender_open(&a, in_folder("."), 0, &error);
  expect_failure(s, AMINE_ERROR_IO, &error, "directory");
  am_io.fstat = fstat_of_a_device;
  s = am_appender_open(&a, path, 0, &error);
  am_io = am_io_system;
  expect_failure(s, AMINE_ERROR_IO, &error, "not a regular file");
  expect_file(path, "12345", 5);
  assert_null(a);
}

/* Two records after "zero\n", with a fault somewhere; the file must be a whole number of
 * records. */
static bool append_with_fault(long at, const struct fault_kind *kind, bool for_good) {
  static const char whole[] = "zero\nrecord one\nrecord two\n";
  const char *path = in_folder("appended");
  put_file(path, "zero\ntorn", 9);
  am_appender *a = NULL;
  amine_error error = {.status = AMINE_OK};
  memory_start(0, false);
  faults_start(at, kind->error, for_good);
  size_t position = 5;
  amine_status s = am_appender_open(&a, path, 5, &error);
  bool opened = s == AMINE_OK;
  if (!opened) expect_failure(s, AMINE_ERROR_IO, &error, path);
  for (size_t done = 5; opened && done < sizeof whole - 1; done += 11) {
    s = am_appender_append(a, whole + done, 11, &error);
    if (s == AMINE_OK) position = done + 11;
    else expect_failure(s, AMINE_ERROR_IO, &error, path);
    assert_int_equal(am_appender_position(a), position);
    if (s != AMINE_OK) break;
  }
  bool appended = opened && s == AMINE_OK;
  if (appended) s = am_appender_sync(a, &error);
  faults_stop();
  const bool untouched = position == 5 && file_is(path, "zero\ntorn", 9);
  if (opened && !for_good && !untouched) expect_file(path, whole, position);
  if (!opened) assert_true(file_is(path, "zero\ntorn", 9) || file_is(path, whole, 5));
  if (opened && !appended) { /* the fault is over: the record is given again */
    for (size_t done = position; done < sizeof whole - 1; done += 11)
      EXPECT_OK(am_appender_append(a, whole + done, 11, &error), &error);
    expect_file(path, whole, sizeof whole - 1);
  }
  bool harmless =
      faults.hits > 0 && (strcmp(faults.first, "close folder") == 0 ||
                          (strcmp(faults.first, "open folder") == 0 && kind->error == EACCES));
  if (fault_is_real() && !harmless) assert_int_equal(s, AMINE_ERROR_IO);
  faults.open_fds -= opened;
  am_appender_close(a, NULL);
  assert_int_equal(faults.open_fds, 0);
  memory_stop();
  if (kind->error == SHORT || (kind->error == EINTR && !for_good)) assert_int_equal(s, AMINE_OK);
  return faults.hits > 0;
}

static void appender_survives_every_fault(void **state) {
  (void)state;
  long tried = 0;
  for (const struct fault_kind *kind = fault_kinds; kind->name; kind++)
    for (int for_good = 0; for_good < 2; for_good++)
      for (long at = 1; append_with_fault(at, kind, for_good); at++) tried++;
  assert_true(tried >= 5 * 2 * 6);
}

static long pwrites;
static ssize_t half_then_full_disk(int fd, const void *data, size_t size, off_t offset) {
  if (pwrites++ == 0) return am_io_system.pwrite(fd, data, size / 2, offset);
  errno = ENOSPC;
  return -1;
}
static int refused_ftruncate(int fd, off_t size) {
  (void)fd, (void)size;
  errno = EIO;
  return -1;
}

static void a_half_written_record_is_cut_off_later_if_not_at_once(void **state) {
  (void)state;
  const char *path = in_folder("half");
  am_appender *a;
  amine_error error;
  EXPECT_OK(am_appender_open(&a, path, 0, &error), &error);
  EXPECT_OK(am_appender_append(a, "first\n", 6, &error), &error);
  pwrites = 0;
  am_io.pwrite = half_then_full_disk;
  am_io.ftruncate = refused_ftruncate;
  amine_status s = am_appender_append(a, "much longer\n", 12, &error);
  expect_failure(s, AMINE_ERROR_IO, &error, "No space left");
  assert_int_equal(error.offset, 12);
  expect_file(path, "first\nmuch l", 12);
  assert_int_equal(am_appender_position(a), 6);
  am_io.pwrite = am_io_system.pwrite;
  s = am_appender_append(a, "x\n", 2, &error);
  expect_failure(s, AMINE_ERROR_IO, &error, "torn record");
  am_io = am_io_system;
  EXPECT_OK(am_appender_append(a, "x\n", 2, &error), &error);
  expect_file(path, "first\nx\n", 8);
  EXPECT_OK(am_appender_close(a, &error), &error);
}

static int refused_fsync(int fd) {
  (void)fd;
  errno = EIO;
  return -1;
}

static void a_sync_that_failed_once_is_never_believed_again(void **state) {
  (void)state;
  am_appender *a;
  amine_error error;
  EXPECT_OK(am_appender_open(&a, in_folder("unsynced"), 0, &error), &error);
  EXPECT_OK(am_appender_append(a, "first\n", 6, &error), &error);
  am_io.fsync = refused_fsync;
  expect_failure(am_appender_sync(a, &error), AMINE_ERROR_IO, &error, "synced");
  am_io = am_io_system;
  expect_failure(am_appender_sync(a, &error), AMINE_ERROR_IO, &error, "may have lost records");
  EXPECT_OK(am_appender_close(a, &error), &error);
}

static int refused_close(int fd) {
  am_io_system.close(fd);
  errno = EIO;
  return -1;
}

static void appender_close_reports_and_frees(void **state) {
  (void)state;
  am_appender *a;
  amine_error error;
  memory_start(0, false);
  EXPECT_OK(am_appender_open(&a, in_folder("unclosed"), 0, &error), &error);
  am_io.close = refused_close;
  expect_failure(am_appender_close(a, &error), AMINE_ERROR_IO, &error, "cannot be closed");
  am_io = am_io_system;
  memory_stop();
}

/* -------------------------------------------------------------------------------------- folders */

static bool is_folder(const char *path) {
  struct stat about;
  return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static void folders_are_made_down_to_the_last(void **state) {
  (void)state;
  amine_error error;
  EXPECT_OK(am_folder_make(in_folder("a/b//c/"), &error), &error);
  assert_true(is_folder(in_folder("a/b/c")));
  EXPECT_OK(am_folder_make(in_folder("a/b/c"), &error), &error);
  EXPECT_OK(am_folder_make(".", &error), &error);
  EXPECT_OK(am_folder_make("/", &error), &error);
  expect_failure(am_folder_make("", &error), AMINE_ERROR_ARGUMENT, &error, "empty");
  put_file(in_folder("a/file"), OLD);
  expect_failure(am_folder_make(in_folder("a/file"), &error), AMINE_ERROR_IO, &error,
                 "this is a file, not a folder");
  expect_failure(am_folder_make(in_folder("a/file/x"), &error), AMINE_ERROR_IO, &error, "a/file");
}

static void folder_make_survives_every_fault(void **state) {
  (void)state;
  for (const struct fault_kind *kind = fault_kinds; kind->name; kind++) {
    for (int for_good = 0; for_good < 2; for_good++) {
      for (long at = 1;; at++) {
        amine_error error;
        rmdir(in_folder("p/q"));
        rmdir(in_folder("p"));
        memory_start(0, false);
        faults_start(at, kind->error, for_good);
        amine_status s = am_folder_make(in_folder("p/q"), &error);
        faults_stop();
        memory_stop();
        assert_int_equal(faults.open_fds, 0);
        if (s == AMINE_OK) assert_true(is_folder(in_folder("p/q")));
        else expect_failure(s, AMINE_ERROR_IO, &error, "folder cannot be");
        if (kind->error == EINTR && !for_good) assert_int_equal(s, AMINE_OK);
        if (fault_is_real() && kind->error == EIO && strcmp(faults.first, "stat") != 0 &&
            strcmp(faults.first, "close folder") != 0)
          assert_int_equal(s, AMINE_ERROR_IO);
        if (faults.hits == 0) break;
      }
    }
  }
}

/* --------------------------------------------------------------------------------------- memory */

static amine_status everything(const char *path, amine_error *error) {
  unsigned char *data = NULL;
  size_t size;
  am_appender *a = NULL;
  amine_status s = am_file_replace(path, NEW, error);
  if (s == AMINE_OK) s = am_file_read(path, 1000, &data, &size, error);
  am_free(data);
  if (s == AMINE_OK) s = am_folder_make(in_folder("memory"), error);
  if (s == AMINE_OK) s = am_appender_open(&a, path, 10, error);
  if (s == AMINE_OK) s = am_appender_append(a, "x", 1, error);
  if (s == AMINE_OK) s = am_appender_sync(a, error);
  am_appender_close(a, NULL);
  return s;
}

static void refused_memory_is_an_answer(void **state) {
  (void)state;
  const char *path = in_folder("memory_file");
  for (int for_good = 0; for_good < 2; for_good++) {
    long at = 1;
    for (;; at++) {
      amine_error error;
      rmdir(in_folder("memory"));
      put_file(path, OLD);
      memory_start(at, for_good);
      amine_status s = everything(path, &error);
      memory_stop();
      assert_false(exists(in_folder("memory_file.new")));
      if (s == AMINE_OK) break;
      expect_failure(s, AMINE_ERROR_MEMORY, &error, "out of memory");
      if (at <= 2) expect_file(path, OLD);
    }
    assert_true(at > 6);
  }
}

/* ------------------------------------------------------------------------------------- checksum */

static uint32_t bit_by_bit(const unsigned char *p, size_t n) {
  uint32_t c = 0xffffffffu;
  for (size_t k = 0; k < n; k++) {
    c ^= p[k];
    for (int bit = 0; bit < 8; bit++) c = c & 1 ? c >> 1 ^ 0x82f63b78u : c >> 1;
  }
  return ~c;
}

static void sums_are_of_the_whole_file(void **state) {
  (void)state;
  const char *path = in_folder("summed");
  static char content[200001];
  am_file_sum sum;
  amine_error error;
  put_file(path, "123456789", 9);
  EXPECT_OK(am_file_sum_of(&sum, path, &error), &error);
  assert_int_equal(sum.bytes, 9);
  assert_int_equal(sum.crc32c, 0xe3069283u);
  for (size_t k = 0; k < sizeof content; k++) content[k] = (char)(k * 7 % 251);
  put_file(path, content, sizeof content);
  EXPECT_OK(am_file_sum_of(&sum, path, &error), &error);
  assert_int_equal(sum.bytes, sizeof content);
  assert_int_equal(sum.crc32c, am_crc32c(0, content, sizeof content));
  expect_failure(am_file_sum_of(&sum, in_folder("no_sum"), &error), AMINE_ERROR_IO, &error,
                 "No such file");
}

static void checksum_is_castagnoli(void **state) {
  (void)state;
  unsigned char bytes[300];
  assert_int_equal(am_crc32c(0, "123456789", 9), 0xe3069283u);
  memset(bytes, 0, 32); /* RFC 3720, B.4 */
  assert_int_equal(am_crc32c(0, bytes, 32), 0x8a9136aau);
  memset(bytes, 255, 32);
  assert_int_equal(am_crc32c(0, bytes, 32), 0x62a8ab43u);
  for (int k = 0; k < 32; k++) bytes[k] = (unsigned char)k;
  assert_int_equal(am_crc32c(0, bytes, 32), 0x46dd794eu);
  assert_int_equal(am_crc32c(0, NULL, 0), 0);
  for (size_t k = 0; k < sizeof bytes; k++) bytes[k] = (unsigned char)(k * k + 3 * k);
  for (size_t from = 0; from < 9; from++) {
    for (size_t n = 0; n < sizeof bytes - from; n++) {
      uint32_t wanted = bit_by_bit(bytes + from, n);
      assert_int_equal(am_crc32c(0, bytes + from, n), wanted);
      assert_int_equal(
          am_crc32c(am_crc32c(0, bytes + from, n / 3), bytes + from + n / 3, n - n / 3), wanted);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(read_returns_every_size_and_a_zero_behind),
      cmocka_unit_test(read_finds_the_end_of_a_file_that_grows),
      cmocka_unit_test(read_says_why_it_cannot),
      cmocka_unit_test(read_survives_every_fault),
      cmocka_unit_test(replace_makes_and_replaces),
      cmocka_unit_test(replace_says_why_it_cannot),
      cmocka_unit_test(replace_in_the_current_folder),
      cmocka_unit_test(the_order_of_the_calls_is_the_safe_one),
      cmocka_unit_test(replace_survives_every_fault),
      cmocka_unit_test(appender_goes_on_where_it_is_told),
      cmocka_unit_test(appender_moves_its_file),
      cmocka_unit_test(standard_descriptors_are_left_alone),
      cmocka_unit_test(lines_come_one_by_one),
      cmocka_unit_test(lines_need_the_memory_of_the_longest),
      cmocka_unit_test(appender_says_why_it_cannot),
      cmocka_unit_test(appender_survives_every_fault),
      cmocka_unit_test(a_half_written_record_is_cut_off_later_if_not_at_once),
      cmocka_unit_test(a_sync_that_failed_once_is_never_believed_again),
      cmocka_unit_test(appender_close_reports_and_frees),
      cmocka_unit_test(folders_are_made_down_to_the_last),
      cmocka_unit_test(folder_make_survives_every_fault),
      cmocka_unit_test(refused_memory_is_an_answer),
      cmocka_unit_test(sums_are_of_the_whole_file),
      cmocka_unit_test(checksum_is_castagnoli),
  };
  return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
