/* Nothing is lost when the disk or the memory fails: a small run meets a failure at every system
 * call and at every allocation, once and for good; it must answer with a sentence, leave a whole
 * checkpoint or none, and end in the same bytes when it is taken up again. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "format/file.h"
#include "run/train/checkpoint.h"
#include "run/train/evaluate.h"
#include "run/train/train.h"
#include "small.h"

#include "base.h"

/* ------------------------------------------------------------------------ failing system calls */
static long calls, fail_at;
static int fail_errno, fail_for_good;

static int fails(void) {
  calls++;
  if (fail_at == 0 || calls < fail_at || (!fail_for_good && calls > fail_at)) return 0;
  errno = fail_errno;
  return 1;
}

static int bad_open(const char *path, int flags, mode_t mode) {
  return fails() ? -1 : am_io_system.open(path, flags, mode);
}
static ssize_t bad_read(int fd, void *data, size_t size) {
  return fails() ? -1 : am_io_system.read(fd, data, size);
}
static ssize_t bad_write(int fd, const void *data, size_t size) {
  return fails() ? -1 : am_io_system.write(fd, data, size > 1000 ? 1000 : size); /* short, too */
}
static ssize_t bad_pwrite(int fd, const void *data, size_t size, off_t offset) {
  return fails() ? -1 : am_io_system.pwrite(fd, data, size, offset);
}
static int bad_fsync(int fd) { return fails() ? -1 : am_io_system.fsync(fd); }
static int bad_ftruncate(int fd, off_t size) {
  return fails() ? -1 : am_io_system.ftruncate(fd, size);
}
static int bad_fstat(int fd, struct stat *out) {
  return fails() ? -1 : am_io_system.fstat(fd, out);
}
static int bad_close(int fd) {
  const int broken = fails(), code = errno;
  const int result = am_io_system.close(fd);
  if (broken) errno = code;
  return broken ? -1 : result;
}
static int bad_rename(const char *from, const char *to) {
  return fails() ? -1 : am_io_system.rename(from, to);
}
static int bad_mkdir(const char *path, mode_t mode) {
  return fails() ? -1 : am_io_system.mkdir(path, mode);
}

static void break_io(long at, int code, int for_good) {
  calls = 0;
  fail_at = at;
  fail_errno = code;
  fail_for_good = for_good;
  am_io.open = bad_open;
  am_io.read = bad_read;
  am_io.write = bad_write;
  am_io.pwrite = bad_pwrite;
  am_io.fsync = bad_fsync;
  am_io.ftruncate = bad_ftruncate;
  am_io.fstat = bad_fstat;
  am_io.close = bad_close;
  am_io.rename = bad_rename;
  am_io.mkdir = bad_mkdir;
}

static void mend_io(void) { am_io = am_io_system; }

static am_config small_run(void) {
  am_config c = small_config(&small_variants[6]);
  small_set(&c, "iterations=4");
  small_set(&c, "network.hidden=5");
  small_set(&c, "task.steps=6");
  small_set(&c, "batch=2");
  small_set(&c, "learner.schedule_iterations=9");
  small_set(&c, "checkpoint_every=2");
  return c;
}

static uint64_t hash_in(const char *folder, bool *there) {
  char path[200];
  amine_error error = {0};
  const am_config c = small_run();
  am_experiment *x = small_experiment(&c);
  snprintf(path, sizeof path, "%s/" AM_CHECKPOINT_FILE, folder);
  *there = access(path, F_OK) == 0;
  if (*there && am_checkpoint_load(x, NULL, path, &error) != AMINE_OK)
    fail_msg("a damaged checkpoint was left: %s", error.message);
  const uint64_t hash = small_hash(x->learner);
  am_experiment_destroy(x);
  return hash;
}

/* Takes a folder up again, or begins anew if nothing was saved in it; the end must be the wanted
 * one. */
static void take_up(const char *folder, uint64_t wanted, long at) {
  bool there;
  amine_error error = {0};
  const am_config c = small_run();
  hash_in(folder, &there);
  if (!there) folder_remove(folder);
  amine_status status =
      there ? am_train_resume(&c, folder, NULL, &error) : am_train_new(&c, folder, NULL, &error);
  if (status != AMINE_OK) fail_msg("after failure %ld: %s", at, error.message);
  if (hash_in(folder, &there) != wanted) fail_msg("after failure %ld: other bits", at);
}

static void disk_fails_at_every_call(void **state) {
  (void)state;
  const am_config c = small_run();
  char folder[120];
  amine_error error = {0};
  bool there;
  snprintf(folder, sizeof folder, "%s/whole", base);
  break_io(0, 0, 0);
  assert_int_equal(am_train_new(&c, folder, NULL, &error), AMINE_OK);
  mend_io();
  const long n_calls = calls;
  const uint64_t wanted = hash_in(folder, &there);
  const int codes[] = {ENOSPC, EIO, EINTR};
  int failed = 0;
  for (int q = 0; q < 3; q++)
    for (int for_good = 0; for_good < 2; for_good++)
      for (long at = 1; at <= n_calls; at++) {
        if (codes[q] == EINTR && for_good) continue; /* a call interrupted for ever never ends */
        snprintf(folder, sizeof folder, "%s/fault", base);
        error = (amine_error){0};
        break_io(at, codes[q], for_good);
        const amine_status status = am_train_new(&c, folder, NULL, &error);
        mend_io();
        if (status != AMINE_OK) {
          failed++;
          if (error.message[0] == 0 || error.status != status)
            fail_msg("call %ld fails without a sentence", at);
          take_up(folder, wanted, at);
        } else if (hash_in(folder, &there) != wanted) {
          fail_msg("call %ld fails unnoticed and changes bits", at);
        }
        folder_remove(folder);
      }
  print_message("%ld system calls, %d runs failed and went on to the same bits\n", n_calls, failed);
  assert_true(failed > n_calls * 2);
}

/* ------------------------------------------------------------------------ failing memory */
static long allocations, refuse_at, live;
static int refuse_for_good;

static void *counting(void *context, void *block, size_t old_size, size_t new_size) {
  (void)context, (void)old_size;
  if (new_size == 0) {
    live -= block != NULL;
    free(block);
    return NULL;
  }
  allocations++;
  if (refuse_at && (allocations == refuse_at || (refuse_for_good && allocations > refuse_at)))
    return NULL;
  void *fresh = NULL;
  if (posix_memalign(&fresh, 64, new_size) != 0) return NULL;
  if (block) memcpy(fresh, block, old_size < new_size ? old_size : new_size);
  live += block == NULL;
  free(block);
  return fresh;
}

/* One public call after the other; the first one that fails ends it. */
static amine_status everything(const char *folder, amine_error *error) {
  am_config c = small_run();
  AM_TRY(am_train_new(&c, folder, NULL, error));
  AM_TRY(am_train_config(&c, folder, error));
  small_set(&c, "iterations=5");
  AM_TRY(am_train_resume(&c, folder, NULL, error));
  am_experiment *x;
  AM_TRY(am_evaluate_config(&c, folder, error));
  AM_TRY(am_evaluate_open(&x, &c, folder, error));
  am_evaluation e;
  bool recorded;
  amine_status status = am_evaluate_record(x, folder, 1, error);
  if (status == AMINE_OK) status = am_evaluate_is_recorded(&recorded, folder, error);
  if (status == AMINE_OK) status = am_evaluate_policy(&e, x->task, "random", 3, 1, 1, error);
  am_experiment_destroy(x);
  return status;
}

static void memory_fails_at_every_allocation(void **state) {
  (void)state;
  char folder[120];
  amine_error error = {0};
  snprintf(folder, sizeof folder, "%s/memory", base);
  amine_memory_use(counting, NULL);
  assert_int_equal(everything(folder, &error), AMINE_OK);
  folder_remove(folder);
  const long n = allocations, kept = live;
  int refused = 0;
  refuse_for_good = 0;
  for (refuse_at = 1; refuse_at <= n; refuse_at++) {
    allocations = 0;
    error = (amine_error){0};
    const amine_status status = everything(folder, &error);
    const long at = refuse_at;
    if (status != AMINE_OK) {
      refused++;
      if (status != AMINE_ERROR_MEMORY || error.message[0] == 0)
        fail_msg("allocation %ld refused: status %s, \"%s\"", at, amine_status_name(status),
                 error.message);
    }
    if (live != kept) fail_msg("allocation %ld refused: %ld blocks leaked", at, live - kept);
    folder_remove(folder);
  }
  refuse_at = 0;
  amine_memory_use(NULL, NULL);
  print_message("%ld allocations, %d refusals answered\n", n, refused);
  assert_true(refused > n / 2);
}

/* ------------------------------------------------------------------------ no allocation in a step
 */
static void training_allocates_nothing(void **state) {
  (void)state;
  for (int v = 0; v < N_SMALL_VARIANTS; v++) {
    const am_config c = small_config(&small_variants[v]);
    amine_memory_use(counting, NULL);
    am_experiment *x = small_experiment(&c);
    const long before = allocations;
    for (int k = 0; k < 5; k++) {
      am_learner_report report;
      assert_int_equal(am_experiment_iterate(x, &report, NULL), AMINE_OK);
    }
    if (allocations != before) fail_msg("%s allocates in a step", small_variants[v].name);
    am_experiment_destroy(x);
    amine_memory_use(NULL, NULL);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(disk_fails_at_every_call),
      cmocka_unit_test(memory_fails_at_every_allocation),
      cmocka_unit_test(training_allocates_nothing),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
