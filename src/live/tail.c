/* The last line of a file (see tail.h). */
#include "live/tail.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "format/file.h"

#define FIRST ((size_t)64 << 10)

/* The last line within the bytes, which begin a line if `whole`. */
static bool find(am_text *line, const char *bytes, size_t n, bool whole) {
  const char *end = n > 0 ? memrchr(bytes, '\n', n) : NULL;
  const char *before = end && end > bytes ? memrchr(bytes, '\n', (size_t)(end - bytes)) : NULL;
  if (!end || (!before && !whole)) return false;
  const char *begin = before ? before + 1 : bytes;
  am_text_free(line);
  am_text_add(line, begin, (size_t)(end - begin));
  return !line->failed && line->length > 0;
}

bool am_tail_read(am_text *line, const char *path) {
  struct stat is;
  bool found = false, whole = false;
  const int fd = am_io.open(path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return false;
  const bool fine = am_io.fstat(fd, &is) == 0 && S_ISREG(is.st_mode) && is.st_size > 0;
  for (size_t size = FIRST; fine && !found && !whole && size <= AM_TAIL_MAX; size *= 2) {
    whole = (uint64_t)is.st_size <= size;
    const size_t n = whole ? (size_t)is.st_size : size;
    char *bytes = am_alloc(n, 1);
    const ssize_t got = bytes ? pread(fd, bytes, n, is.st_size - (off_t)n) : -1;
    if (got > 0) found = find(line, bytes, (size_t)got, whole);
    am_free(bytes);
    if (got <= 0) break;
  }
  am_io.close(fd);
  return found;
}
