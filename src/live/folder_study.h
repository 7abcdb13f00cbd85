/* A published experiment or a sweep on a board, as its folder tells of it: one run of the board,
 * of kind "study".
 *
 *   run     {"name","kind":"study","title","meaning","source","form","folder","sweep":bool,
 *            "arms":N,"seeds":N,"command","controls":false,"twin_of":null}
 *   state   {"runs_done","runs","done","ended"}; "ended" is null while a process is at work in the
 *           folder, else "done" or "stopped"
 *
 * What it is in whole, and what came out, the pages read themselves: study.json, runs.jsonl. */
#ifndef AMINE_LIVE_FOLDER_STUDY_H
#define AMINE_LIVE_FOLDER_STUDY_H

#include "live/board.h"

typedef struct am_folder_study am_folder_study;

/* Adds it to the board, which outlives it. AMINE_ERROR_INPUT, _IO: as study.json is. */
amine_status am_folder_study_open(am_folder_study **study, am_board *board, const char *folder,
                                  amine_error *error);
void am_folder_study_close(am_folder_study *study); /* it stays on the board; NULL is fine */

/* Puts anew what has changed. What cannot be read stays as it was. */
void am_folder_study_look(am_folder_study *study);

int am_folder_study_number(const am_folder_study *study);        /* on the board */
const char *am_folder_study_name(const am_folder_study *study);  /* "izhikevich2007" */
const char *am_folder_study_title(const am_folder_study *study); /* "Sweep of bandit" */

#endif
