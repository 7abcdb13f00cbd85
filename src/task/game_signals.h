/* Signals: two agents, each with a cue that the other cannot see, must find a language. A
 * cooperative game, the signalling game of Lewis 1969 (Convention) played both ways; that simple
 * learners can find a language in it: Skyrms 2010, doi:10.1093/acprof:oso/9780199580828.001.0001.
 *
 * Step 0: each sees its own cue, one of `cues` drawn alike and by itself, and acts: a signal. Step
 * 1: each sees the signal of the other and names the other's cue by its action. For each of the two
 * names that is right both earn 1/2; nothing for step 0. No signal has a meaning of its own: the
 * `ceiling` needs both to agree on one of cues! codes for each direction.
 *
 * Inputs of an agent: its cue one-hot [cues] at step 0, the other's signal one-hot [cues] at step
 * 1, and 1 at step 1 (`name`). */
#ifndef AMINE_TASK_GAME_SIGNALS_H
#define AMINE_TASK_GAME_SIGNALS_H

#include "task/game.h"

typedef struct am_signals_options {
  int cues; /* 2 to 16 */
} am_signals_options;

/* 2 cues */
am_signals_options am_signals_default(void);

typedef struct am_signals_state {
  am_world world;
  int32_t cue[2], signal[2]; /* of each agent */
} am_signals_state;

typedef struct am_signals {
  am_game game;
  am_signals_options options;
} am_signals;

/* Lines: `random`; `one-way`, agent 1 does not listen; `ceiling`. */
extern const am_game_type am_signals_type;
extern const am_task_type am_signals_task_type; /* seen as a task (game_task.h) */

/* Makes the game; NULL options are the default. AMINE_ERROR_ARGUMENT for an option out of range,
 * with a sentence that names it; *out is then as it was. Free it with am_game_destroy. */
amine_status am_signals_create(am_game **out, const am_signals_options *options,
                               amine_error *error);

#endif
