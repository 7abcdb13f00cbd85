/* Lines of JSON as named columns: {"t_s": 0.1, "rate_hz": {"E": 4}} gives "t_s" and "rate_hz/E". */
#ifndef AMINE_REPORT_BRAIN_COLUMNS_H
#define AMINE_REPORT_BRAIN_COLUMNS_H

#include <stddef.h>

#include "base/error.h"

typedef struct am_column {
  char *family, *name; /* "rate_hz", "E"; the family of a number at the top is "" */
  double *values;     /* [n_rows], NAN where a line has none */
} am_column;

typedef struct am_columns {
  size_t n_rows, n;
  am_column *column; /* in the order of their first appearance */
} am_columns;

/* A file that is not there gives no rows. A last line without its newline is left out if it cannot
 * be read; any other line that is no JSON object is AMINE_ERROR_INPUT with its number. */
amine_status am_columns_read(am_columns *columns, const char *path, amine_error *error);
void am_columns_free(am_columns *columns);

/* The values of a column, NULL if there is none; and the k-th column of a family. */
const double *am_columns_find(const am_columns *columns, const char *family, const char *name);
const am_column *am_columns_of(const am_columns *columns, const char *family, size_t k);

#endif
