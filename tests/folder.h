/* A folder for a test program. */
#ifndef TESTS_FOLDER_H
#define TESTS_FOLDER_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A new empty one, in memory where there is a place for that: these tests sync a great deal. Its
 * path goes into `out` (32 bytes are enough); 0, or -1 if it cannot be made. */
static inline int folder_make(char *out, size_t size) {
  snprintf(out, size, "%s/amine-test-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
  return mkdtemp(out) ? 0 : -1;
}

/* Removes it with all that is in it; a file too. Links are removed, not followed. */
static inline void folder_remove(const char *path) {
  if (unlink(path) == 0 || errno == ENOENT) return;
  DIR *d = opendir(path);
  if (!d) return;
  for (struct dirent *e; (e = readdir(d)) != NULL;) {
    char *below;
    if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0) continue;
    if (asprintf(&below, "%s/%s", path, e->d_name) < 0) continue;
    folder_remove(below);
    free(below);
  }
  closedir(d);
  rmdir(path);
}

#endif
