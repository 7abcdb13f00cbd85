/* Numbers as text and text as numbers, always as in the C locale: with a point, whatever the
 * program around the library has chosen. */
#ifndef AMINE_BASE_NUMBER_H
#define AMINE_BASE_NUMBER_H

enum { AM_NUMBER_SIZE = 32 }; /* room for any number written here, with its final 0 */

/* The value with up to `digits` (1 to 17) significant digits, as printf's %.*g; returns `out`. */
char *am_number_text(char out[AM_NUMBER_SIZE], double value, int digits);

/* The same with as many digits, at least `least`, as bring exactly this value back. */
char *am_number_exact(char out[AM_NUMBER_SIZE], double value, int least);

/* The number at the start of `text`, as strtod reads it; *end (if end is not NULL) is what follows,
 * `text` itself if there is none. */
double am_number_read(const char *text, char **end);

#endif
