/* Signals (see signals.h). */
#include "cli/signals.h"

#include <signal.h>
#include <stddef.h>

static const int caught[] = {SIGINT, SIGTERM, SIGHUP};
static atomic_int stop;

static void standard(void) {
  for (int k = 0; k < 3; k++) {
    struct sigaction now;
    if (sigaction(caught[k], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
      signal(caught[k], SIG_DFL);
  }
}

/* All three return to their standard action: whichever comes second leaves at once. */
static void note(int number) {
  atomic_store(&stop, number);
  standard();
}

const atomic_int *cli_signals_catch(void) {
  atomic_store(&stop, 0);
  for (int k = 0; k < 3; k++) {
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART}, before;
    sigemptyset(&action.sa_mask);
    if (sigaction(caught[k], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
      sigaction(caught[k], &action, NULL);
  }
  return &stop;
}

void cli_signals_release(void) { standard(); }
