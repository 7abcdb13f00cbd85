/* The one place where bytes go to and come from files.
 *
 * Promise: a file that is replaced is, at every moment and after every failure, either whole and
 * old or whole and new; a file that is appended to holds whole records up to its position. Whatever
 * the operating system refuses becomes a sentence. No function here may be used by two writers of
 * one path at once; different paths may be used from different threads. */
#ifndef AMINE_FORMAT_FILE_H
#define AMINE_FORMAT_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "amine/status.h"
#include "base/memory.h"

/* Every system call of the file layer. `open` never answers 0, 1 or 2, also where they are free.
 * Tests replace entries of am_io to make the k-th call fail; nobody else changes it. */
typedef struct am_io_calls {
  int (*open)(const char *path, int flags, mode_t mode);
  ssize_t (*read)(int fd, void *data, size_t size);
  ssize_t (*write)(int fd, const void *data, size_t size);
  ssize_t (*pwrite)(int fd, const void *data, size_t size, off_t offset);
  int (*fsync)(int fd);
  int (*ftruncate)(int fd, off_t size);
  int (*fstat)(int fd, struct stat *out);
  int (*close)(int fd);
  int (*rename)(const char *from, const char *to);
  int (*unlink)(const char *path);
  int (*mkdir)(const char *path, mode_t mode);
  int (*stat)(const char *path, struct stat *out);
} am_io_calls;

extern am_io_calls am_io;
extern const am_io_calls am_io_system;

/* Bytes of somebody else. */
typedef struct am_slice {
  const void *data;
  size_t size;
} am_slice;

/* Reads the whole file into a new block: *size bytes, and one 0 byte after them, so that text can
 * be used as a string. The caller frees *data with am_free. Pipes and devices are read to their
 * end. AMINE_ERROR_IO: missing, unreadable, a folder. AMINE_ERROR_INPUT: more than `limit` bytes.
 * After a failure *data and *size are untouched. */
amine_status am_file_read(const char *path, size_t limit, unsigned char **data, size_t *size,
                          amine_error *error);

/* AMINE_ERROR_INPUT with a hint if the bytes are a file packed by gzip: for whoever was given
 * something that he cannot read. */
amine_status am_file_refuse_gzip(const char *path, const void *data, size_t size,
                                 amine_error *error);

/* A file read piece by piece. The path must outlive the reader. */
typedef struct am_file_reader {
  int fd;
  const char *path;
  uint64_t position; /* bytes that were read */
} am_file_reader;

/* AMINE_ERROR_IO: missing, unreadable, a folder. */
amine_status am_file_open(am_file_reader *reader, const char *path, amine_error *error);
/* The next bytes, *n of them, at most `size`; *n = 0 at the end. */
amine_status am_file_take(am_file_reader *reader, void *data, size_t size, size_t *n,
                            amine_error *error);
void am_file_close(am_file_reader *reader);

/* What a file holds, in short: equal sums mean, as far as chance allows, equal bytes. */
typedef struct am_file_sum {
  uint64_t bytes;
  uint32_t crc32c;
} am_file_sum;

/* AMINE_ERROR_IO: missing, unreadable, a folder. */
amine_status am_file_sum_of(am_file_sum *sum, const char *path, amine_error *error);

/* Replaces the file as a whole: the bytes go to PATH.new in the same folder (what a killed process
 * left there is removed first), are synced, renamed to PATH, and the folder is synced. After a
 * failure PATH is what it was and PATH.new is removed, with one exception: if only the sync of the
 * folder failed, PATH already is the whole new file, and the sentence says so. A PATH that is no
 * regular file (a folder, a device) is refused; a symbolic link is itself replaced. */
amine_status am_file_replace(const char *path, const void *data, size_t size, amine_error *error);

/* The same with the content given in n_slices pieces, written one after the other. */
amine_status am_file_replace_slices(const char *path, const am_slice *slices, size_t n_slices,
                                    amine_error *error);

/* FOLDER/FILE becomes the text. AMINE_ERROR_MEMORY only. */
amine_status am_folder_path(am_text *path, const char *folder, const char *file,
                            amine_error *error);
/* The last part of a folder's path, "" if it says nothing ("." and ".."). The caller frees it. NULL:
 * there is no memory. */
char *am_folder_name(const char *folder);
/* There is no such file. One that cannot be looked at may be there. */
bool am_file_missing(const char *path);

/* Makes the folder and those above it; a folder that exists is fine. After a failure some of the
 * folders above it may have been made. */
amine_status am_folder_make(const char *path, amine_error *error);

/* A file that only grows, record by record. */
typedef struct am_appender am_appender;

/* Opens (or makes) the file to go on at byte `position`: what lies beyond, such as a line torn by a
 * crash, is cut off by the first append or sync, and stays if there is none. Position 0 starts
 * anew. AMINE_ERROR_INPUT if the file is shorter than `position`. */
amine_status am_appender_open(am_appender **appender, const char *path, uint64_t position,
                              amine_error *error);

/* Adds one whole record with one write; once this succeeds the record survives the death of the
 * process (of the machine: after am_appender_sync). After a failure the position is as it was and
 * what was written of the record is cut off again, at the latest by the next append. */
amine_status am_appender_append(am_appender *appender, const void *record, size_t size,
                                amine_error *error);

/* Returns when all records are on the disk. Once it failed, it fails for good, for the system may
 * have dropped what it could not write. */
amine_status am_appender_sync(am_appender *appender, amine_error *error);

/* Moves the file to another path in the same folder, over a file that may be there. After a failure
 * it is where it was. */
amine_status am_appender_rename(am_appender *appender, const char *path, amine_error *error);

/* The length of the file in bytes, after the last whole record. */
uint64_t am_appender_position(const am_appender *appender);

/* Closes and frees it, also when it reports an error; NULL is fine. Does not sync. */
amine_status am_appender_close(am_appender *appender, amine_error *error);

#endif
