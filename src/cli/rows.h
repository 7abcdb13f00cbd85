/* A table of keys: name, value, range, meaning, side by side as far as the terminal has room. */
#ifndef AMINE_CLI_ROWS_H
#define AMINE_CLI_ROWS_H

#include "cli/command.h"

typedef struct cli_row {
  bool marked; /* with a * */
  am_text key, value;
  am_text range; /* with its unit: "0 to 1024 cells" */
  const char *meaning;
} cli_row;

/* What a key may be, with its unit; choices are spread out so that they can be wrapped. */
void cli_row_range(am_text *out, const amine_parameter *key);

/* Sections of keys (what stands before the first dot) are set apart by an empty line. Where `width`
 * columns are too few for columns of their own, meaning and range stand below the key. */
void cli_rows_put(am_text *text, const cli_row *rows, size_t n, int width);

void cli_rows_free(cli_row *rows, size_t n);

#endif
