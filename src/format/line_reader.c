/* Line by line (see line_reader.h): what was read and not yet given lies in [start, end) of a
 * buffer that grows to the longest line. */
#include "format/line_reader.h"

#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "format/file.h"

#define FIRST_CAPACITY ((size_t)1 << 16)

struct am_line_reader {
  am_file_reader file;
  char *buffer;
  size_t capacity, start, end;
  uint64_t number, position; /* lines given; the byte at which the next one begins */
  bool over;                 /* the file has ended */
};

amine_status am_line_reader_open(am_line_reader **reader, const char *path, amine_error *error) {
  am_line_reader *r = am_alloc(1, sizeof *r);
  char *buffer = am_alloc(FIRST_CAPACITY, 1);
  amine_status status =
      r && buffer ? am_file_open(&r->file, path, error) : am_fail_memory(error, FIRST_CAPACITY);
  if (status != AMINE_OK) {
    am_free(buffer);
    am_free(r);
    return status;
  }
  r->buffer = buffer;
  r->capacity = FIRST_CAPACITY;
  *reader = r;
  return AMINE_OK;
}

/* Reads more behind what is there; one byte stays free, for the 0. */
static amine_status fill(am_line_reader *r, amine_error *error) {
  size_t n;
  if (r->start > 0) {
    memmove(r->buffer, r->buffer + r->start, r->end - r->start);
    r->end -= r->start;
    r->start = 0;
  }
  if (r->end + 1 == r->capacity) {
    char *grown = am_resize(r->buffer, 2 * r->capacity, 1);
    if (!grown) return am_fail_memory(error, 2 * r->capacity);
    r->buffer = grown;
    r->capacity *= 2;
  }
  AM_TRY(am_file_take(&r->file, r->buffer + r->end, r->capacity - 1 - r->end, &n, error));
  r->end += n;
  r->over = n == 0;
  return AMINE_OK;
}

static void give(am_line_reader *r, am_line *line, size_t length, bool whole) {
  *line = (am_line){.text = r->buffer + r->start,
                    .length = length,
                    .number = ++r->number,
                    .begin = r->position,
                    .end = r->position + length + whole,
                    .whole = whole};
  r->buffer[r->start + length] = 0;
  r->start += length + whole;
  r->position = line->end;
}

amine_status am_line_reader_next(am_line_reader *r, am_line *line, amine_error *error) {
  for (size_t seen = 0;;) {
    const size_t there = r->end - r->start;
    const char *text = r->buffer + r->start, *newline = memchr(text + seen, '\n', there - seen);
    const size_t length = newline ? (size_t)(newline - text) : there;
    if (length > AM_LINE_MOST)
      return am_fail_file(error, AMINE_ERROR_INPUT, r->file.path, (int64_t)r->position,
                          "line %llu is too long: at most %zu bytes are accepted",
                          (unsigned long long)r->number + 1, AM_LINE_MOST);
    if (newline || (r->over && there > 0)) {
      give(r, line, length, newline != NULL);
      return AMINE_OK;
    }
    if (r->over) break;
    seen = there;
    AM_TRY(fill(r, error));
  }
  *line = (am_line){.number = r->number, .begin = r->position, .end = r->position};
  return AMINE_OK;
}

void am_line_reader_close(am_line_reader *r) {
  if (!r) return;
  am_file_close(&r->file);
  am_free(r->buffer);
  am_free(r);
}
