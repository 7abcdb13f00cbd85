/* See support.h. */
#include "support.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "folder.h"
#include "json_memory.h"
#include "format/file.h"

static char folder[64];

int make_test_folder(void **state) {
  (void)state;
  return folder_make(folder, sizeof folder);
}

int remove_test_folder(void **state) {
  (void)state;
  folder_remove(folder);
  return 0;
}

const char *in_folder(const char *name) {
  static char paths[64][512];
  char wanted[512];
  size_t k = 0;
  snprintf(wanted, sizeof wanted, "%s/%s", folder, name);
  while (k < 63 && paths[k][0] && strcmp(paths[k], wanted) != 0) k++;
  return strcpy(paths[k], wanted);
}

bool exists(const char *path) { return access(path, F_OK) == 0; }

void put_file(const char *path, const void *data, size_t size) {
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(data, 1, size, f), size);
  assert_int_equal(fclose(f), 0);
}

bool file_is(const char *path, const void *data, size_t size) {
  FILE *f = fopen(path, "rb");
  if (!f) return false;
  char *found = malloc(size + 1);
  assert_non_null(found);
  bool same = fread(found, 1, size + 1, f) == size && memcmp(found, data, size) == 0;
  free(found);
  fclose(f);
  return same;
}

void expect_file(const char *path, const void *data, size_t size) {
  if (!file_is(path, data, size)) fail_msg("%s has not the content that it should have", path);
}

/* --------------------------------------------------------------------------------------- faults */

struct faults faults;

const struct fault_kind fault_kinds[] = {{"ENOSPC", ENOSPC}, {"EIO", EIO},     {"EINTR", EINTR},
                                         {"EACCES", EACCES}, {"SHORT", SHORT}, {NULL, 0}};

static bool is_folder_fd[1024];

/* Counts the call; true if it has to fail. */
static bool struck(const char *name) {
  long call = ++faults.calls;
  size_t n = strlen(faults.trace);
  snprintf(faults.trace + n, sizeof faults.trace - n, "%s%s", n ? ", " : "", name);
  if (faults.at == 0 || call < faults.at || (call > faults.at && !faults.for_good)) return false;
  if (faults.hits++ == 0) faults.first = name;
  errno = faults.error;
  return true;
}

/* The same for calls that cannot be done by half. */
static bool struck_whole(const char *name) { return struck(name) && faults.error != SHORT; }

static size_t part(size_t size) { return size > 1 ? size / 2 : size; }

static int faulty_open(const char *path, int flags, mode_t mode) {
  if (struck_whole(flags & O_DIRECTORY ? "open folder" : "open")) return -1;
  int fd = am_io_system.open(path, flags, mode);
  if (fd >= 0) faults.open_fds++;
  if (fd >= 0 && fd < 1024) is_folder_fd[fd] = flags & O_DIRECTORY;
  return fd;
}
static ssize_t faulty_read(int fd, void *data, size_t size) {
  if (!struck("read")) return am_io_system.read(fd, data, size);
  return faults.error == SHORT ? am_io_system.read(fd, data, part(size)) : -1;
}
static ssize_t faulty_write(int fd, const void *data, size_t size) {
  if (!struck("write")) return am_io_system.write(fd, data, size);
  return faults.error == SHORT ? am_io_system.write(fd, data, part(size)) : -1;
}
static ssize_t faulty_pwrite(int fd, const void *data, size_t size, off_t offset) {
  if (!struck("pwrite")) return am_io_system.pwrite(fd, data, size, offset);
  return faults.error == SHORT ? am_io_system.pwrite(fd, data, part(size), offset) : -1;
}
static const char *named(int fd, const char *for_file, const char *for_folder) {
  return fd >= 0 && fd < 1024 && is_folder_fd[fd] ? for_folder : for_file;
}
static int faulty_fsync(int fd) {
  return struck_whole(named(fd, "fsync", "fsync folder")) ? -1 : am_io_system.fsync(fd);
}
static int faulty_ftruncate(int fd, off_t size) {
  return struck_whole("ftruncate") ? -1 : am_io_system.ftruncate(fd, size);
}
static int faulty_fstat(int fd, struct stat *out) {
  return struck_whole("fstat") ? -1 : am_io_system.fstat(fd, out);
}
/* As on Linux: the number is free afterwards, whatever the answer is. */
static int faulty_close(int fd) {
  bool fails = struck_whole(named(fd, "close", "close folder"));
  int r = am_io_system.close(fd);
  faults.open_fds--;
  if (fails) errno = faults.error;
  return fails ? -1 : r;
}
static int faulty_rename(const char *from, const char *to) {
  if (struck_whole("rename")) return -1;
  int r = am_io_system.rename(from, to);
  if (r == 0) faults.renamed = true;
  return r;
}
static int faulty_unlink(const char *path) {
  return struck_whole("unlink") ? -1 : am_io_system.unlink(path);
}
static int faulty_mkdir(const char *path, mode_t mode) {
  return struck_whole("mkdir") ? -1 : am_io_system.mkdir(path, mode);
}
static int faulty_stat(const char *path, struct stat *out) {
  return struck_whole("stat") ? -1 : am_io_system.stat(path, out);
}

void faults_start(long at, int error, bool for_good) {
  faults = (struct faults){.at = at, .error = error, .for_good = for_good};
  am_io = (am_io_calls){.open = faulty_open,
                        .read = faulty_read,
                        .write = faulty_write,
                        .pwrite = faulty_pwrite,
                        .fsync = faulty_fsync,
                        .ftruncate = faulty_ftruncate,
                        .fstat = faulty_fstat,
                        .close = faulty_close,
                        .rename = faulty_rename,
                        .unlink = faulty_unlink,
                        .mkdir = faulty_mkdir,
                        .stat = faulty_stat};
}

void faults_stop(void) { am_io = am_io_system; }

bool fault_is_real(void) {
  return faults.hits > 0 && faults.error != SHORT && faults.error != EINTR;
}

/* --------------------------------------------------------------------------------------- memory */

struct memory_watch memory_watch;

static void *watched_allocate(void *context, void *block, size_t old_size, size_t new_size) {
  struct memory_watch *w = context;
  if (new_size == 0) {
    if (block) w->alive--;
    free(block);
    return NULL;
  }
  long request = ++w->requests;
  if (w->at != 0 && (request == w->at || (w->for_good && request > w->at))) return NULL;
  void *fresh = NULL;
  if (posix_memalign(&fresh, 64, new_size) != 0) return NULL;
  memset(fresh, 0xa5, new_size);
  if (block) {
    memcpy(fresh, block, old_size < new_size ? old_size : new_size);
    free(block);
  } else {
    w->alive++;
  }
  return fresh;
}

void memory_start(long at, bool for_good) {
  memory_watch = (struct memory_watch){.at = at, .for_good = for_good};
  amine_memory_use(watched_allocate, &memory_watch);
}

void memory_stop(void) {
  amine_memory_use(NULL, NULL);
  assert_int_equal(memory_watch.alive, 0);
}

/* ----------------------------------------------------------------------------------------- rest */

void expect_failure(amine_status got, amine_status wanted, const amine_error *error,
                    const char *part_of_sentence) {
  if (got == AMINE_OK) fail_msg("this should have failed with \"%s\"", part_of_sentence);
  if (got != wanted || error->status != got)
    fail_msg("status %d is wanted, %d is found (in the error: %d): %s", (int)wanted, (int)got,
             (int)error->status, error->message);
  if (!strstr(error->message, part_of_sentence))
    fail_msg("\"%s\" is wanted, \"%s\" is found", part_of_sentence, error->message);
}

int run_python(const char *script, const char *arguments) {
  char command[2048];
  const char *python = "/usr/bin/python3";
  snprintf(command, sizeof command, "%s -c 'import numpy' 2>&1 | grep -q . && exit 1; test -x %s",
           python, python);
  if (system(command) != 0) return -1;
  snprintf(command, sizeof command, "%s \"%s/format/%s\" %s", python, TEST_SOURCE, script,
           arguments);
  int r = system(command);
  return r != -1 && WIFEXITED(r) ? WEXITSTATUS(r) : -2;
}
