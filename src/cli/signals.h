/* Being asked to stop: the first SIGINT, SIGTERM or SIGHUP is noted, the second acts as if nobody
 * caught it. A signal that was ignored when the process began (nohup) stays ignored. */
#ifndef AMINE_CLI_SIGNALS_H
#define AMINE_CLI_SIGNALS_H

#include <stdatomic.h>

/* Begins to catch them; the answer is 0 until one came, then its number. */
const atomic_int *cli_signals_catch(void);
/* From now on they act as if nobody caught them. */
void cli_signals_release(void);

#endif
