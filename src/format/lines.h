/* The lines of a text of numbers: without their remarks, "# ...", and without a byte order mark. */
#ifndef AMINE_FORMAT_LINES_H
#define AMINE_FORMAT_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

typedef struct am_lines {
  const char *next, *last; /* of the text */
  const char *begin, *end; /* of the line */
} am_lines;

static inline am_lines am_lines_begin(const char *text, size_t length) {
  const size_t mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
  return (am_lines){.next = text + mark, .last = text + length};
}

/* The next line; false: there is none. */
static inline bool am_lines_next(am_lines *l) {
  if (l->next >= l->last) return false;
  const char *end = memchr(l->next, '\n', (size_t)(l->last - l->next));
  if (!end) end = l->last;
  const char *remark = memchr(l->next, '#', (size_t)(end - l->next));
  l->begin = l->next;
  l->end = remark ? remark : end;
  l->next = end < l->last ? end + 1 : end;
  return true;
}

#endif
