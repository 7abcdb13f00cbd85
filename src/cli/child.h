/* A piece of work in a process of its own, so that its memory can be measured, or a program. */
#ifndef AMINE_CLI_CHILD_H
#define AMINE_CLI_CHILD_H

#include "base/memory.h"

typedef struct cli_child {
  am_text output;  /* what it wrote to standard output; freed with am_text_free */
  int code;        /* its exit code, or 128 + the signal that ended it */
  double peak_mib; /* the most memory it held */
} cli_child;

/* Runs body in a child of this process, which must have started no threads, and waits for its end.
 * Its standard input is `input` (NULL: empty), which it must read to the end before it writes much;
 * with `silent` nobody sees its standard error. Where body returns, the child ends with code 0;
 * body may also replace it by a program. AMINE_ERROR_IO or _MEMORY if that cannot be done; then
 * there is nothing to free. */
amine_status cli_child_run(cli_child *child, const char *input, bool silent,
                           void (*body)(void *context), void *context, amine_error *error);

#endif
