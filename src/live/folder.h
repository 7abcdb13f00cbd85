/* What folders tell, on a board: a run that goes on in another process, was stopped, or is done;
 * the runs of several seeds; a published experiment or a sweep.
 *
 * The board's own block is
 *
 *   runs   {"mode":"run"|"seeds"|"study","title","version",
 *           "runs":[{"run","name","kind":"train"|"brain"|"study","group":""|"control"}]}
 *
 * and what each run has stands in folder_run.h and folder_study.h. Nobody reaches in: commands of
 * pages to the runs are taken and passed over. */
#ifndef AMINE_LIVE_FOLDER_H
#define AMINE_LIVE_FOLDER_H

#include "base/registry.h"
#include "live/board.h"

typedef struct am_live_folder am_live_folder;

/* Puts what the folder holds onto a board, which outlives it, as the registry does whose parts
 * runs name (NULL: ours). AMINE_ERROR_INPUT: there is neither a run nor are there several;
 * AMINE_ERROR_IO. The board is then as it was. */
amine_status am_live_folder_open(am_live_folder **live, am_board *board, const char *folder,
                                 const am_registry *parts, amine_error *error);
/* A further folder, shown beside: failures as above. */
amine_status am_live_folder_add(am_live_folder *live, const char *folder, amine_error *error);

/* About twice a second: puts what has changed, and runs that have begun since. It costs a few
 * system calls for each run. */
void am_live_folder_look(am_live_folder *live);

void am_live_folder_close(am_live_folder *live); /* what it put stays; NULL is fine */

#endif
