/* What live pages of the command share: where they are, and what is said without them. */
#ifndef AMINE_CLI_SERVED_H
#define AMINE_CLI_SERVED_H

#include "cli/command.h"

/* The sentence of a program that was built without pages, AMINE_ERROR_ARGUMENT; what: "amine
 * live". */
amine_status cli_live_missing(const char *what, amine_error *error);

/* What is said while a page is left open. */
#define CLI_LINGERS                                                                                \
  "the page stays until nobody looks at it (half a minute for the first), or Ctrl-C\n"

/* Prints where a page is, to standard output at once; folder NULL: none. */
void cli_live_say(const cli_line *line, const char *url, const char *folder);

#endif
