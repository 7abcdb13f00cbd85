/* Go/no-go: one of two stimuli comes, and only one of them is to be answered. Donders 1868, On the
 * speed of mental processes (his c-reaction; English in Acta Psychologica 30, 1969,
 * doi:10.1016/0001-6918(69)90065-1).
 *
 * At each step go comes with the probability `go`, else no-go, whatever was done before, with an
 * intensity that is uniform from 1 to 1 + spread. Action 0 responds, action 1 does not. Reward 1 for
 * a response to go and for none to no-go, else 0. */
#ifndef AMINE_TASK_GO_NO_GO_H
#define AMINE_TASK_GO_NO_GO_H

#include "task/world.h"

/* Inputs: the intensity of go, that of no-go, 0 of the one that did not come. */
enum { AM_GO, AM_NO_GO, AM_GO_INPUTS };
enum { AM_GO_RESPOND, AM_GO_WITHHOLD, AM_GO_ACTIONS };

typedef struct am_go_no_go_options {
  int steps;     /* T, length of an episode; 1 to 100000 */
  double go;     /* 0 to 1 */
  double spread; /* of the intensity; 0 to 100 */
} am_go_no_go_options;

/* 10 steps, as many go as no-go, all of intensity 1 */
am_go_no_go_options am_go_no_go_default(void);

typedef struct am_go_no_go_state {
  am_world world;
  int32_t shown;   /* AM_GO or AM_NO_GO; -1 past the end */
  int32_t wrongly; /* what was shown at the last step, if it was answered wrongly; else -1 */
  float intensity;
} am_go_no_go_state;

/* Lines, exact: `random` T / 2; `prior`, always what is right more often, T max(go, 1 - go);
 * `ceiling` T. It counts as learned from nine tenths of the way from `prior` to `ceiling` on, if
 * there is such a way. */
extern const am_task_type am_go_no_go_type;

#endif
