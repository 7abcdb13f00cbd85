/* Files: read whole, replaced whole, or appended to. Every system call goes through am_io, every
 * refusal becomes a sentence, and EINTR is tried again (but not for ever). */
#include "format/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/memory.h"
#include "format/crc32c.h"

/* The numbers of the standard descriptors are never taken: where a program was started without
 * them, whatever is printed would end in this file. */
static int system_open(const char *path, int flags, mode_t mode) {
  const int fd = open(path, flags, mode);
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  const int above = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1), code = errno;
  close(fd);
  errno = code;
  return above;
}
static int system_fstat(int fd, struct stat *out) { return fstat(fd, out); }
static int system_stat(const char *path, struct stat *out) { return stat(path, out); }

#define SYSTEM_CALLS                                                                               \
  {                                                                                                \
    .open = system_open, .read = read, .write = write, .pwrite = pwrite, .fsync = fsync,           \
    .ftruncate = ftruncate, .fstat = system_fstat, .close = close, .rename = rename,               \
    .unlink = unlink, .mkdir = mkdir, .stat = system_stat                                          \
  }
const am_io_calls am_io_system = SYSTEM_CALLS;
am_io_calls am_io = SYSTEM_CALLS;

/* A call that is interrupted is made again; one that is interrupted this often will never end. */
#define PATIENCE 100000
#define RETRY(result, call)                                                                        \
  do {                                                                                             \
    int left = PATIENCE;                                                                           \
    do (result) = (call);                                                                          \
    while ((result) == -1 && errno == EINTR && left-- > 0);                                        \
  } while (0)

/* What the system said, in words; `room` is where it may put them. */
typedef struct words {
  char text[128];
} words;
static const char *reason(words *room) { return strerror_r(errno, room->text, sizeof room->text); }

#define REFUSED(error, path, offset, what)                                                         \
  am_fail_file(error, AMINE_ERROR_IO, path, offset, what ": %s", reason(&(words){{0}}))

/* close() releases the number even when it is interrupted. */
static int close_file(int fd) {
  int r = am_io.close(fd);
  return r == -1 && errno == EINTR ? 0 : r;
}

static void remove_file(const char *path) {
  int r;
  RETRY(r, am_io.unlink(path));
}

/* path + suffix in a new block, or NULL */
static char *joined(const char *path, const char *suffix) {
  size_t n = strlen(path), m = strlen(suffix);
  char *whole = am_alloc(am_size_add(n, m + 1), 1);
  if (!whole) return NULL;
  memcpy(whole, path, n);
  memcpy(whole + n, suffix, m);
  return whole;
}

/* The folder that the last part of the path lies in, in a new block, or NULL */
static char *folder_of(const char *path) {
  size_t n = strlen(path);
  while (n > 1 && path[n - 1] == '/') n--;
  while (n > 0 && path[n - 1] != '/') n--;
  if (n == 0) return am_strdup(".");
  while (n > 1 && path[n - 1] == '/') n--;
  char *folder = am_strdup(path);
  if (folder) folder[n] = 0;
  return folder;
}

/* Opens a folder in order to sync it: its number, -1 if it may not be read and so cannot be synced,
 * -2 if it cannot be opened. */
static int folder_open(const char *folder) {
  int fd;
  RETRY(fd, am_io.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
  return fd >= 0 ? fd : errno == EACCES ? -1 : -2;
}

/* 0, also where the file system does not know how to sync a folder, or -1 */
static int folder_sync(int fd) {
  if (fd < 0) return 0;
  int r;
  RETRY(r, am_io.fsync(fd));
  return r == 0 || errno == EINVAL || errno == ENOTSUP ? 0 : -1;
}

static void folder_close(int fd) {
  if (fd >= 0) am_io.close(fd);
}

/* Opens, syncs and closes. */
static amine_status folder_settle(const char *folder, amine_error *error) {
  int fd = folder_open(folder);
  if (fd == -2) return REFUSED(error, folder, -1, "the folder cannot be opened");
  amine_status status = AMINE_OK;
  if (folder_sync(fd) != 0) status = REFUSED(error, folder, -1, "the folder cannot be synced");
  folder_close(fd);
  return status;
}

/* -------------------------------------------------------------------------------------- reading */

static amine_status too_large(const char *path, size_t limit, amine_error *error) {
  return am_fail_file(error, AMINE_ERROR_INPUT, path, (int64_t)limit,
                      "the file is too large: at most %zu bytes are accepted", limit);
}

/* Opens to read; *size is what a regular file has now, 0 of anything else. */
static amine_status open_to_read(int *fd, size_t *size, const char *path, amine_error *error) {
  struct stat about;
  int r;
  RETRY(*fd, am_io.open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0));
  if (*fd < 0) return REFUSED(error, path, -1, "the file cannot be opened");
  amine_status status = AMINE_OK;
  RETRY(r, am_io.fstat(*fd, &about));
  if (r != 0) status = REFUSED(error, path, -1, "the file cannot be examined");
  else if (S_ISDIR(about.st_mode))
    status = am_fail_file(error, AMINE_ERROR_IO, path, -1, "this is a folder, not a file");
  if (status != AMINE_OK) close_file(*fd);
  else *size = S_ISREG(about.st_mode) ? (size_t)about.st_size : 0;
  return status;
}

/* *n bytes at most `size`; 0 at the end. `at` is for the sentence alone. */
static amine_status read_some(int fd, const char *path, uint64_t at, void *data, size_t size,
                              size_t *n, amine_error *error) {
  ssize_t r;
  RETRY(r, am_io.read(fd, data, size < 1u << 30 ? size : 1u << 30));
  if (r < 0) return REFUSED(error, path, (int64_t)at, "the file cannot be read");
  *n = (size_t)r;
  return AMINE_OK;
}

/* Reads to the end into *data, which grows; `hint` bytes are expected. */
static amine_status read_all(int fd, const char *path, size_t limit, size_t hint,
                             unsigned char **data, size_t *size, amine_error *error) {
  size_t capacity = 0, used = 0;
  for (;;) {
    if (used == capacity) {
      size_t want = capacity ? am_size_mul(capacity, 2) : hint < 4095 ? 4096 : hint + 1;
      if (want > limit) want = am_size_add(limit, 1);
      unsigned char *grown = am_resize(*data, am_size_add(want, 1), 1);
      if (!grown) return am_fail_memory(error, am_size_add(want, 1));
      *data = grown;
      capacity = want;
    }
    size_t n = 0;
    AM_TRY(read_some(fd, path, used, *data + used, capacity - used, &n, error));
    used += n;
    if (used > limit) return too_large(path, limit, error);
    if (n == 0) break;
  }
  (*data)[used] = 0;
  *size = used;
  return AMINE_OK;
}

amine_status am_file_read(const char *path, size_t limit, unsigned char **data, size_t *size,
                          amine_error *error) {
  int fd;
  size_t hint;
  unsigned char *fresh = NULL;
  AM_TRY(open_to_read(&fd, &hint, path, error));
  amine_status status = hint > limit
                            ? too_large(path, limit, error)
                            : read_all(fd, path, limit, hint, &fresh, size, error);
  close_file(fd); /* nothing was written: a refusal here loses nothing */
  if (status != AMINE_OK) {
    am_free(fresh);
    return status;
  }
  *data = fresh;
  return AMINE_OK;
}

amine_status am_file_refuse_gzip(const char *path, const void *data, size_t size,
                                 amine_error *error) {
  if (size < 3 || memcmp(data, "\x1f\x8b\x08", 3) != 0) return AMINE_OK;
  return am_fail_file(error, AMINE_ERROR_INPUT, path, 0,
                      "it is packed by gzip: unpack it first (gunzip)");
}

amine_status am_file_open(am_file_reader *reader, const char *path, amine_error *error) {
  size_t size;
  int fd = -1;
  AM_TRY(open_to_read(&fd, &size, path, error));
  *reader = (am_file_reader){.fd = fd, .path = path};
  return AMINE_OK;
}

amine_status am_file_take(am_file_reader *reader, void *data, size_t size, size_t *n,
                            amine_error *error) {
  AM_TRY(read_some(reader->fd, reader->path, reader->position, data, size, n, error));
  reader->position += *n;
  return AMINE_OK;
}

void am_file_close(am_file_reader *reader) { close_file(reader->fd); }

amine_status am_file_sum_of(am_file_sum *sum, const char *path, amine_error *error) {
  enum { PIECE = 1 << 16 };
  am_file_reader reader = {0};
  am_file_sum s = {0};
  size_t n = 0;
  unsigned char *piece = am_alloc(PIECE, 1);
  amine_status status =
      piece ? am_file_open(&reader, path, error) : am_fail_memory(error, PIECE);
  if (status == AMINE_OK) {
    do {
      status = am_file_take(&reader, piece, PIECE, &n, error);
      if (status == AMINE_OK) s.crc32c = am_crc32c(s.crc32c, piece, n);
    } while (status == AMINE_OK && n > 0);
    s.bytes = reader.position;
    am_file_close(&reader);
  }
  am_free(piece);
  if (status == AMINE_OK) *sum = s;
  return status;
}

/* ------------------------------------------------------------------------------------ replacing */

/* Writes all bytes; on failure errno says why. *done grows by what was written. */
static int write_all(int fd, const unsigned char *data, size_t size, uint64_t *done) {
  while (size > 0) {
    ssize_t n;
    RETRY(n, am_io.write(fd, data, size < 1u << 30 ? size : 1u << 30));
    if (n == 0) errno = EIO;
    if (n <= 0) return -1;
    data += n;
    size -= (size_t)n;
    *done += (uint64_t)n;
  }
  return 0;
}

/* Makes the new file, whole and synced, or leaves none. */
static amine_status write_fresh(const char *fresh, const am_slice *slices, size_t n_slices,
                                amine_error *error) {
  int fd, r = 0;
  remove_file(fresh);
  RETRY(fd, am_io.open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
  if (fd < 0) return REFUSED(error, fresh, -1, "the file cannot be made");
  amine_status status = AMINE_OK;
  uint64_t done = 0;
  for (size_t k = 0; k < n_slices && r == 0; k++)
    r = write_all(fd, slices[k].data, slices[k].size, &done);
  if (r != 0) {
    status = REFUSED(error, fresh, (int64_t)done, "the file cannot be written");
  } else {
    RETRY(r, am_io.fsync(fd));
    if (r != 0) status = REFUSED(error, fresh, -1, "the file cannot be synced to the disk");
  }
  if (close_file(fd) != 0 && status == AMINE_OK)
    status = REFUSED(error, fresh, -1, "the file cannot be closed");
  if (status != AMINE_OK) remove_file(fresh);
  return status;
}

static amine_status replace(const char *path, const char *fresh, const char *folder,
                            const am_slice *slices, size_t n_slices, amine_error *error) {
  struct stat about;
  int r;
  RETRY(r, am_io.stat(path, &about));
  if (r == 0 && !S_ISREG(about.st_mode))
    return am_fail_file(error, AMINE_ERROR_IO, path, -1,
                        "this is not a regular file and is not replaced");
  int folder_fd = folder_open(folder); /* first, for after the rename nothing else may fail */
  if (folder_fd == -2) return REFUSED(error, folder, -1, "the folder cannot be opened");
  amine_status status = write_fresh(fresh, slices, n_slices, error);
  if (status == AMINE_OK) {
    RETRY(r, am_io.rename(fresh, path));
    if (r != 0) {
      status = REFUSED(error, path, -1, "the new file cannot be moved to its place");
      remove_file(fresh);
    } else if (folder_sync(folder_fd) != 0) {
      status =
          REFUSED(error, path, -1, "the new file is in its place, but its folder cannot be synced");
    }
  }
  folder_close(folder_fd);
  return status;
}

amine_status am_file_replace_slices(const char *path, const am_slice *slices, size_t n_slices,
                                    amine_error *error) {
  char *fresh = joined(path, ".new"), *folder = folder_of(path);
  amine_status status = fresh && folder ? replace(path, fresh, folder, slices, n_slices, error)
                                        : am_fail_memory(error, strlen(path) + 5);
  am_free(fresh);
  am_free(folder);
  return status;
}

amine_status am_file_replace(const char *path, const void *data, size_t size, amine_error *error) {
  return am_file_replace_slices(path, &(am_slice){data, size}, 1, error);
}

/* -------------------------------------------------------------------------------------- folders */

static bool is_folder(const char *path) {
  struct stat about;
  int r;
  RETRY(r, am_io.stat(path, &about));
  return r == 0 && S_ISDIR(about.st_mode);
}

static amine_status make_one(const char *path, amine_error *error) {
  if (is_folder(path)) return AMINE_OK;
  int r;
  RETRY(r, am_io.mkdir(path, 0777));
  if (r != 0) {
    amine_status status =
        errno == EEXIST
            ? am_fail_file(error, AMINE_ERROR_IO, path, -1, "this is a file, not a folder")
            : REFUSED(error, path, -1, "the folder cannot be made");
    return is_folder(path) ? AMINE_OK : status; /* somebody else may have been faster */
  }
  char *above = folder_of(path);
  if (!above) return am_fail_memory(error, strlen(path) + 1);
  amine_status status = folder_settle(above, error);
  am_free(above);
  return status;
}

amine_status am_folder_make(const char *path, amine_error *error) {
  if (!path[0]) return am_fail(error, AMINE_ERROR_ARGUMENT, "the name of the folder is empty");
  char *part = am_strdup(path);
  if (!part) return am_fail_memory(error, strlen(path) + 1);
  amine_status status = AMINE_OK;
  for (size_t k = 1; status == AMINE_OK && part[k - 1]; k++) {
    if (part[k] && part[k] != '/') continue;
    char kept = part[k];
    part[k] = 0;
    status = make_one(part, error);
    part[k] = kept;
  }
  am_free(part);
  return status;
}

/* ------------------------------------------------------------------------------------ appending */

struct am_appender {
  int fd;
  bool torn;   /* bytes may lie beyond the position: of a failed record, or from before */
  bool listed; /* the folder was synced, so the file itself is sure to be found */
  bool broken; /* a sync failed */
  uint64_t position;
  char *path;
};

/* Cuts the file at the position; on failure errno says why. */
static int cut(const am_appender *appender) {
  int r;
  RETRY(r, am_io.ftruncate(appender->fd, (off_t)appender->position));
  return r;
}

/* Checks the open file. */
static amine_status examine(am_appender *appender, amine_error *error) {
  const char *path = appender->path;
  uint64_t position = appender->position;
  struct stat about;
  int r;
  RETRY(r, am_io.fstat(appender->fd, &about));
  if (r != 0) return REFUSED(error, path, -1, "the file cannot be examined");
  if (!S_ISREG(about.st_mode))
    return am_fail_file(error, AMINE_ERROR_IO, path, -1, "this is not a regular file");
  if ((uint64_t)about.st_size < position)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, (int64_t)about.st_size,
                        "the file ends too early: %llu bytes are expected, it has %lld",
                        (unsigned long long)position, (long long)about.st_size);
  appender->torn = (uint64_t)about.st_size > position;
  return AMINE_OK;
}

static amine_status cut_torn(am_appender *appender, amine_error *error) {
  if (appender->torn && cut(appender) != 0)
    return REFUSED(error, appender->path, (int64_t)appender->position,
                   "a torn record cannot be cut off");
  appender->torn = false;
  return AMINE_OK;
}

amine_status am_appender_open(am_appender **appender, const char *path, uint64_t position,
                              amine_error *error) {
  am_appender *a = am_alloc(1, sizeof *a);
  char *copy = am_strdup(path);
  if (!a || !copy) {
    am_free(a);
    am_free(copy);
    return am_fail_memory(error, sizeof *a + strlen(path) + 1);
  }
  *a = (am_appender){.position = position, .path = copy};
  int flags = O_WRONLY | O_CLOEXEC | (position == 0 ? O_CREAT : 0);
  RETRY(a->fd, am_io.open(path, flags, 0666));
  amine_status status =
      a->fd < 0 ? REFUSED(error, path, -1, "the file cannot be opened") : examine(a, error);
  if (status != AMINE_OK) {
    if (a->fd >= 0) am_io.close(a->fd);
    am_free(a->path);
    am_free(a);
    return status;
  }
  *appender = a;
  return AMINE_OK;
}

amine_status am_appender_append(am_appender *appender, const void *record, size_t size,
                                amine_error *error) {
  const char *path = appender->path;
  uint64_t at = appender->position;
  AM_TRY(cut_torn(appender, error));
  const unsigned char *p = record;
  while (size > 0) {
    ssize_t n;
    RETRY(n, am_io.pwrite(appender->fd, p, size, (off_t)at));
    if (n == 0) errno = EIO;
    if (n <= 0) {
      amine_status status = REFUSED(error, path, (int64_t)at, "the file cannot be written");
      appender->torn = cut(appender) != 0;
      return status;
    }
    p += n;
    at += (uint64_t)n;
    size -= (size_t)n;
  }
  appender->position = at;
  return AMINE_OK;
}

amine_status am_appender_sync(am_appender *appender, amine_error *error) {
  const char *path = appender->path;
  if (appender->broken)
    return am_fail_file(error, AMINE_ERROR_IO, path, -1,
                        "the file could not be synced before and may have lost records");
  AM_TRY(cut_torn(appender, error));
  int r;
  RETRY(r, am_io.fsync(appender->fd));
  if (r != 0) {
    appender->broken = true;
    return REFUSED(error, path, -1, "the file cannot be synced to the disk");
  }
  if (appender->listed) return AMINE_OK;
  char *folder = folder_of(path);
  if (!folder) return am_fail_memory(error, strlen(path) + 1);
  amine_status status = folder_settle(folder, error);
  am_free(folder);
  appender->listed = status == AMINE_OK;
  return status;
}

amine_status am_appender_rename(am_appender *appender, const char *path, amine_error *error) {
  char *copy = am_strdup(path);
  int r;
  if (!copy) return am_fail_memory(error, strlen(path) + 1);
  RETRY(r, am_io.rename(appender->path, path));
  if (r != 0) {
    const amine_status status =
        REFUSED(error, path, -1, "the new file cannot be moved to its place");
    am_free(copy);
    return status;
  }
  am_free(appender->path);
  appender->path = copy;
  appender->listed = false;
  return AMINE_OK;
}

uint64_t am_appender_position(const am_appender *appender) { return appender->position; }

amine_status am_appender_close(am_appender *appender, amine_error *error) {
  if (!appender) return AMINE_OK;
  amine_status status = AMINE_OK;
  if (close_file(appender->fd) != 0)
    status = REFUSED(error, appender->path, -1, "the file cannot be closed");
  am_free(appender->path);
  am_free(appender);
  return status;
}

/* ------------------------------------------------------------------------------ paths */
amine_status am_folder_path(am_text *path, const char *folder, const char *file,
                            amine_error *error) {
  am_text_free(path);
  am_text_printf(path, "%s/%s", folder, file);
  return path->failed ? am_fail_memory(error, strlen(folder) + 64) : AMINE_OK;
}

char *am_folder_name(const char *folder) {
  size_t end = strlen(folder);
  while (end > 0 && folder[end - 1] == '/') end--;
  size_t start = end;
  while (start > 0 && folder[start - 1] != '/') start--;
  char *name = am_alloc(end - start + 1, 1);
  if (!name) return NULL;
  memcpy(name, folder + start, end - start);
  if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) name[0] = 0;
  return name;
}

bool am_file_missing(const char *path) {
  struct stat info;
  return am_io.stat(path, &info) != 0 && errno == ENOENT;
}
