/* A text file line by line, in memory that its longest line bounds, however long the file is. */
#ifndef AMINE_FORMAT_LINE_READER_H
#define AMINE_FORMAT_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amine/status.h"

#define AM_LINE_MOST ((size_t)16 << 20) /* bytes of a line, as of any JSON text */

typedef struct am_line {
  const char *text; /* without its newline, ended by 0; good until the next call. NULL: the end */
  size_t length;
  uint64_t number;     /* from 1 */
  uint64_t begin, end; /* byte of the file where it begins, and where the next one does */
  bool whole;          /* false: the file ends without a newline, and this is what stands there */
} am_line;

typedef struct am_line_reader am_line_reader;

/* The path must outlive the reader. AMINE_ERROR_IO: missing, unreadable, a folder. */
amine_status am_line_reader_open(am_line_reader **reader, const char *path, amine_error *error);
/* AMINE_ERROR_INPUT: a line longer than AM_LINE_MOST. */
amine_status am_line_reader_next(am_line_reader *reader, am_line *line, amine_error *error);
/* NULL is fine. */
void am_line_reader_close(am_line_reader *reader);

#endif
