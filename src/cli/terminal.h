/* What is known of the terminal: is it one, how wide, does it show colours and UTF-8. Never calls
 * setlocale: numbers stay as they are in the C locale. */
#ifndef AMINE_CLI_TERMINAL_H
#define AMINE_CLI_TERMINAL_H

#include <stdbool.h>

#include "base/memory.h"

/* A terminal on which a line can be written over. */
bool cli_terminal(int fd);
/* Its columns; where fd is no terminal or does not say, what COLUMNS says, or `otherwise`. */
int cli_terminal_width(int fd, int otherwise);
/* A terminal that wants colours: NO_COLOR is unset or empty. */
bool cli_terminal_colour(int fd);
/* The user's locale is a UTF-8 one. */
bool cli_terminal_utf8(void);
/* " ± " or " +- " */
const char *cli_plus_minus(void);

/* Columns that UTF-8 text without wide characters takes. */
int cli_columns(const char *text);

/* Adds the words of text, breaking lines at `width` columns; `column` is where the line stands now,
 * further lines begin with `indent` spaces. width 0 never breaks. No newline at the end; newlines
 * in the text are kept. */
void cli_wrap(am_text *out, const char *text, int column, int indent, int width);

#endif
