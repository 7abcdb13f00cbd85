/* A run's folder (see folder.h). */
#include "run/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>

#include "report/study/source.h"

/* Is FOLDER/file there? A folder that cannot be looked into may hold anything. */
static amine_status look_for(bool *there, const char *folder, const char *file,
                             amine_error *error) {
  am_text path = {0};
  struct stat found;
  AM_TRY(am_folder_path(&path, folder, file, error));
  *there = am_io.stat(path.data, &found) == 0;
  const bool closed = !*there && errno == EACCES;
  am_text_free(&path);
  if (closed)
    return am_fail_file(error, AMINE_ERROR_IO, folder, -1, "the folder cannot be looked into: %s",
                        strerror(EACCES));
  return AMINE_OK;
}

amine_status am_folder_must_hold_no_run(const char *folder, amine_error *error) {
  struct stat found;
  bool run, seeds;
  if (am_io.stat(folder, &found) == 0 && !S_ISDIR(found.st_mode))
    return am_fail_file(error, AMINE_ERROR_ARGUMENT, folder, -1,
                        "this is a file; a run needs a folder of its own (--out)");
  AM_TRY(look_for(&run, folder, AM_CONFIG_FILE, error));
  AM_TRY(look_for(&seeds, folder, AM_SEEDS_FILE, error));
  if (!run && !seeds) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "%.300s already holds %s: go on with %s (amine resume) or choose another "
                 "folder (--out)",
                 folder, run ? "a run" : "runs of several seeds", run ? "it" : "them");
}

amine_status am_folder_must_be_free(const char *folder, amine_error *error) {
  bool study;
  AM_TRY(am_folder_must_hold_no_run(folder, error));
  AM_TRY(look_for(&study, folder, AM_STUDY_FILE, error));
  if (!study) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "%.300s holds a published experiment or a sweep: choose another folder (--out)",
                 folder);
}

amine_status am_folder_must_hold_run(const char *folder, amine_error *error) {
  struct stat found;
  bool config, checkpoint, seeds, study;
  if (am_io.stat(folder, &found) != 0)
    return am_fail_file(error, AMINE_ERROR_IO, folder, -1, "there is no run: %s", strerror(errno));
  if (!S_ISDIR(found.st_mode))
    return am_fail_file(error, AMINE_ERROR_INPUT, folder, -1, "this is a file, not a run's folder");
  AM_TRY(look_for(&config, folder, AM_CONFIG_FILE, error));
  AM_TRY(look_for(&checkpoint, folder, AM_CHECKPOINT_FILE, error));
  AM_TRY(look_for(&seeds, folder, AM_SEEDS_FILE, error));
  AM_TRY(look_for(&study, folder, AM_STUDY_FILE, error));
  if (config || checkpoint) return AMINE_OK;
  if (seeds)
    return am_fail_file(error, AMINE_ERROR_INPUT, folder, -1,
                        "this folder holds the runs of several seeds: name one of the folders in "
                        "it (seed1, ...)");
  if (study)
    return am_fail_file(error, AMINE_ERROR_INPUT, folder, -1,
                        "this folder holds a published experiment or a sweep, not a run: amine report "
                        "and amine resume take it");
  return am_fail_file(error, AMINE_ERROR_INPUT, folder, -1,
                      "this folder holds no run: neither config.json nor checkpoint.safetensors");
}

/* Who only looks at a lock has it for a moment (am_folder_is_locked): it is tried so often. */
enum { TRIES = 20 };

amine_status am_folder_lock(int *fd, const char *folder, amine_error *error) {
  *fd = am_io.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (*fd < 0)
    return am_fail_file(error, AMINE_ERROR_IO, folder, -1, "cannot be opened: %s", strerror(errno));
  for (int k = 0; k < TRIES; k++) {
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0) return AMINE_OK;
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
  }
  am_io.close(*fd);
  return am_fail_file(error, AMINE_ERROR_IO, folder, -1, "another process is at work in it");
}

void am_folder_unlock(int fd) { am_io.close(fd); }

bool am_folder_is_locked(const char *folder) {
  const int fd = am_io.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool locked = flock(fd, LOCK_SH | LOCK_NB) != 0;
  am_io.close(fd);
  return locked;
}

amine_status am_folder_notes(const char *folder, const am_text *notes, amine_error *error) {
  am_text path = {0};
  if (notes->failed) return am_fail_memory(error, notes->length);
  amine_status status = am_folder_path(&path, folder, AM_NOTES_FILE, error);
  struct stat found;
  const bool any = notes->length > 0 || (path.data && am_io.stat(path.data, &found) == 0);
  if (status == AMINE_OK && any)
    status = am_file_replace(path.data, notes->length ? notes->data : "", notes->length, error);
  am_text_free(&path);
  return status;
}
