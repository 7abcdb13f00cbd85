/* Places in a text, for those who read it: lines and columns from 1, and the line with a mark. */
#ifndef AMINE_EQUATION_MARK_H
#define AMINE_EQUATION_MARK_H

#include <stddef.h>

/* The line of byte `at`, from 1; its column in characters, from 1. */
int am_mark_line(const char *text, int at);
int am_mark_column(const char *text, int at);

/* Writes the line of byte `at`, a newline, and '^' below the place; of a long line only what lies
 * around it. What a terminal would obey is shown as '?'. Returns out. */
char *am_mark_excerpt(char *out, size_t size, const char *text, int at);

#endif
