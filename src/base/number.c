/* printf and strtod in the C locale. strtod_l is told it; what snprintf writes with the calling
 * thread's locale differs from it in the decimal point alone (%g groups no digits), of one byte or
 * more, which is put right. */
#include "base/number.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/host.h"

char *am_number_text(char out[AM_NUMBER_SIZE], double value, int digits) {
  char raw[64];
  snprintf(raw, sizeof raw, "%.*g", digits, value);
  size_t n = 0;
  for (const char *p = raw; *p; p++) {
    if (strchr("0123456789+-einfa", *p)) out[n++] = *p;
    else if (n == 0 || out[n - 1] != '.') out[n++] = '.';
  }
  out[n] = 0;
  return out;
}

char *am_number_exact(char out[AM_NUMBER_SIZE], double value, int least) {
  while (am_number_read(am_number_text(out, value, least), NULL) != value && least < 17) least++;
  return out;
}

double am_number_read(const char *text, char **end) { return strtod_l(text, end, am_c_locale()); }
