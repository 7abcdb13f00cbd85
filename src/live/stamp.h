/* Whether a file is another one than when it was last looked at. */
#ifndef AMINE_LIVE_STAMP_H
#define AMINE_LIVE_STAMP_H

#include <stdbool.h>

#include "format/file.h"

typedef struct am_stamp {
  bool there;
  ino_t file;
  off_t size;
  struct timespec at;
} am_stamp;

/* Looks at FOLDER/NAME. Has it changed since *stamp, which is then that of now? */
static inline bool am_stamp_changed(am_stamp *stamp, const char *folder, const char *name) {
  struct stat is;
  am_stamp now = {0};
  am_text path = {0};
  if (am_folder_path(&path, folder, name, NULL) == AMINE_OK && am_io.stat(path.data, &is) == 0)
    now = (am_stamp){true, is.st_ino, is.st_size, is.st_mtim};
  am_text_free(&path);
  const bool changed = now.there != stamp->there || now.file != stamp->file ||
                       now.size != stamp->size || now.at.tv_sec != stamp->at.tv_sec ||
                       now.at.tv_nsec != stamp->at.tv_nsec;
  *stamp = now;
  return changed;
}

#endif
