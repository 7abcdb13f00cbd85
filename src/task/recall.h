/* Sequence recall: symbols are shown one by one; after a delay they are to be given in the same
 * order. A serial recall task, as in Botvinick and Plaut 2006, doi:10.1037/0033-295X.113.2.201.
 *
 * `length` symbols, each drawn alike and by itself from `symbols`, are shown one-hot, one a step.
 * `delay` steps show nothing. Then `go` is 1 for `length` steps, and action a at the k-th of them
 * says that the k-th symbol was a: reward 1 / length if right. Nothing at any other step. */
#ifndef AMINE_TASK_RECALL_H
#define AMINE_TASK_RECALL_H

#include "task/world.h"

typedef struct am_recall_options {
  int symbols; /* n, 2 to 64 */
  int length;  /* 1 to 1000 */
  int delay;   /* 0 to 100000 */
} am_recall_options;

/* 3 of 4 symbols, delay 2 */
am_recall_options am_recall_default(void);

/* Inputs: the symbol one-hot [symbols], go. Its state is an am_world. */
extern const am_task_type am_recall_type;

#endif
