/* What persons say to one run: to pause, to step, at what speed to go, and what its session is to do with
 * it; everything else they say is an intervention, or about what they look at.
 *
 * The run's thread takes commands where it may be reached into, and nowhere else. */
#ifndef AMINE_LIVE_CONTROL_H
#define AMINE_LIVE_CONTROL_H

#include <stdatomic.h>

#include "base/memory.h"
#include "live/board.h"
#include "run/interventions.h"

enum { AM_SAID_KEPT = 20, AM_SAID_LENGTH = 240, AM_LOOK_LENGTH = AM_INTERVENTION_OF };

/* What a run's session is to do once the run has saved and stopped. */
typedef enum am_wish {
  AM_WISH_NONE,
  AM_WISH_MARK,
  AM_WISH_BACK,
  AM_WISH_TWIN,
  AM_WISH_END
} am_wish;

/* What became of a command. */
typedef struct am_said {
  uint64_t id;
  bool fine;
  char text[AM_SAID_LENGTH];
} am_said;

typedef struct am_control am_control;
struct am_control {
  am_board *board;
  int run;
  const atomic_int *stop; /* as of am_train_watch; may be NULL */
  const char *unit;       /* "iteration", "step" */
  bool begun;             /* it was attended to before */
  bool paused;
  uint64_t until; /* it pauses again where so many steps are done; UINT64_MAX: nowhere */
  double speed;   /* how many times real time, or how many steps a second; 0: as fast as it goes */
  bool paced;     /* since that clock and that time of the run: */
  double since, from;
  uint64_t epoch;       /* how often it went back, so that who has read its records begins anew */
  const am_text *marks; /* what it can go back to: the members of a list, in JSON; NULL: nothing */
  bool yields;          /* it ends where something is said to the page itself */
  am_wish wish;
  uint64_t wish_id;            /* of its command, which who fulfils it answers */
  char of[AM_INTERVENTION_OF]; /* of the wish */
  char look[AM_LOOK_LENGTH];   /* what of the run is looked at closely; "": its first */
  int n_said;
  am_said said[AM_SAID_KEPT]; /* the latest last */
  const char *waiting;        /* for what it waits, in words; NULL: for nothing */
  /* The pair of clips about which it asks, "" if about none; and the answer: 1, 2, or 0 for neither; -1: there
   * is none yet. */
  char asked[24];
  int answer;
  /* A run that goes on in step with it, on another thread; NULL: none. And where itself is, for that one. */
  const am_control *_Atomic beside;
  _Atomic double at;
  atomic_bool over;
};

void am_control_begin(am_control *control, am_board *board, int run, const char *unit,
                      const atomic_int *stop);

/* Takes every command that waits: what it says is done, through `interventions` at step `now`, and noted
 * in `said`. Returns how many there were. */
int am_control_take(am_control *control, am_interventions *interventions, uint64_t now);

/* To be called where a run may be reached into, after so many steps, at this time of it (steps again, where it
 * has no other): takes commands and calls `show`, at once where something has changed by them, and does so
 * until the run is to go on: it is not paused, and neither ahead of its pace nor of the run beside it.
 * false: it is to stop here (am_control_stops). */
bool am_control_attend(am_control *control, am_interventions *interventions, uint64_t now,
                       double time, void (*show)(void *context, bool at_once), void *context);
/* Is it to stop here, for the session or because the program was told to? */
bool am_control_stops(const am_control *control);

/* Does a command say {"run":-1,"do":"quit"}: that the page may be closed? Does one of those that wait for the
 * page itself, which are taken? */
bool am_control_is_quit(const am_board_command *command);
bool am_control_quits(am_board *board);

/* After the runs: returns when no page is open any more (or none was opened within half a minute), one has
 * quit, or *stop or *quit is set; quit: of who takes what is said to the page, NULL: nobody does. */
void am_control_linger(am_board *board, const atomic_int *stop, const atomic_int *quit);

/* Notes what became of a command. */
void am_control_say(am_control *control, uint64_t id, bool fine, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Ends the run's block `state`, an object that was begun, with what it shares with every other, puts it, and
 * frees the text. ended: "done", "stopped", a sentence; NULL: it goes on. */
void am_control_put(am_text *text, const am_control *control, const char *ended);

#endif
