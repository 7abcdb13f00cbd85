/* Tables of numbers: rows of examples, from the files in which data sets come.
 *
 * | what                    | the table                                                             |
 * |-------------------------|-----------------------------------------------------------------------|
 * | IDX (LeCun's MNIST)     | the first dimension is rows, all others together are columns          |
 * | CSV                     | numbers between commas; a first line without numbers is passed over   |
 * | NPY                     | as IDX                                                                |
 * | NPZ                     | its array `x`, and `y` as one more column where there is one          |
 *
 * What it is is seen by its first bytes, and each may be packed by gzip. Promise: safe on any bytes;
 * AM_DATASET_MOST bounds the bytes of a file, packed and unpacked, and of the table. */
#ifndef AMINE_FORMAT_DATASET_H
#define AMINE_FORMAT_DATASET_H

#include <stddef.h>

#include "base/error.h"

#define AM_DATASET_MOST ((size_t)1 << 30)

typedef struct am_dataset {
  float *values;            /* [n_rows][n_columns], finite; free it with am_free */
  size_t n_rows, n_columns; /* at least 1 */
} am_dataset;

/* AMINE_ERROR_INPUT: it is none of these, damaged, empty, too large, or has a number that is not
 * finite; of CSV the sentence names line and column. AMINE_ERROR_IO: missing, unreadable, a folder.
 * After a failure *table is untouched. */
amine_status am_dataset_read(am_dataset *table, const char *path, amine_error *error);
/* The same of bytes in memory, with one 0 after them; `file` stands in the sentences. */
amine_status am_dataset_parse(am_dataset *table, const char *file, const unsigned char *data,
                              size_t size, amine_error *error);

#endif
