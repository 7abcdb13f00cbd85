/* Runs under a live page: they are begun or gone on with as always, and meanwhile shown and reached into.
 * What a page wishes that no run can do to itself is done between two stretches of it, each of which ends
 * with everything saved: a mark of where it is, going back to one, a twin that goes on beside it from the
 * same state, the answers to clips that it waits for. */
#ifndef AMINE_LIVE_SESSION_H
#define AMINE_LIVE_SESSION_H

#include "live/board.h"
#include "live/demonstrations.h"
#include "run/simulate/run.h"
#include "run/train/train.h"

typedef struct am_live am_live;

/* Opens a page at a port of this machine; 0: a free one. parts: of the twins' configurations; outlives it.
 * AMINE_ERROR_IO: it cannot be served. */
amine_status am_live_open(am_live **live, int port, const am_registry *parts, amine_error *error);
/* Ends what still runs on it, and the page; NULL is fine. */
void am_live_close(am_live *live);
/* Its address, which lets in whoever has it. */
const char *am_live_url(const am_live *live);

/* am_train_new, or am_train_resume, under the page: with what `watch` says, but for its moment. */
amine_status am_live_run_train(am_live *live, const am_config *config, const char *folder,
                               bool resume, const am_train_watch *watch, amine_error *error);
/* The same of am_simulation_new and _resume. */
amine_status am_live_run_brain(am_live *live, am_simulation_outcome *outcome,
                               const am_simulation_config *config, const char *folder, bool resume,
                               const am_simulation_watch *watch, amine_error *error);

/* Makes it a classroom, which offers the demonstrations: a run that is begun on it ends when somebody says
 * something to the page itself. */
void am_live_offer(am_live *live);
/* The demonstration whose run begins next, at its speed; NULL: none runs. */
void am_live_demonstrate(am_live *live, const am_demonstration *demonstration);
/* Waits for what is said to the page itself. false: *stop is set, or somebody said {"do":"quit"}. */
bool am_live_hear(am_live *live, am_board_command *command, const atomic_int *stop);

/* Was the run that was begun last ended by who looks at it? */
bool am_live_was_ended(const am_live *live);
/* Leaves it open after a run: am_control_linger. */
void am_live_linger(am_live *live, const atomic_int *stop);

#endif
