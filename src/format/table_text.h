/* A table of numbers as text, read: what numpy.savetxt and spreadsheets write.
 *
 *   source,target,weight
 *   0, 3, 0.5        # numbers with blanks, a tab, a comma or a semicolon between them
 *   0	4	0.25
 *
 * All lines have as many numbers. The first line may be of words, which name the columns and are passed
 * over; so are empty lines and what follows a #.
 *
 * Promise: reading is safe on any bytes. */
#ifndef AMINE_FORMAT_TABLE_TEXT_H
#define AMINE_FORMAT_TABLE_TEXT_H

#include <stddef.h>

#include "amine/status.h"

enum { AM_TABLE_COLUMNS = 16 };

/* The numbers of a text that ends with a 0 byte at text[length], *values [*n][*columns], which the
 * caller frees with am_free; *columns is what is wanted, from `least` to `most` (to AM_TABLE_COLUMNS),
 * 0 if *n is. AMINE_ERROR_INPUT names the line; AMINE_ERROR_MEMORY. After a failure the outputs are
 * untouched. */
amine_status am_table_text_parse(double **values, size_t *n, int *columns, int least, int most,
                                 const char *file, const char *text, size_t length,
                                 amine_error *error);

#endif
