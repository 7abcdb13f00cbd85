/* Recall of values: vectors are shown one by one; after a delay they are to be given back in the
 * same order. The form of `recall` for real outputs.
 *
 * `length` vectors of `width` numbers, uniform in [-1, 1), are shown one a step. `delay` steps show
 * nothing. Then `go` is 1 for `length` steps, and the target of the k-th of them is the k-th
 * vector; the others ask for nothing. */
#ifndef AMINE_TASK_RECALL_VALUES_H
#define AMINE_TASK_RECALL_VALUES_H

#include "task/world.h"

typedef struct am_recall_values_options {
  int width;  /* numbers of a vector, 1 to 64 */
  int length; /* vectors, 1 to 1000 */
  int delay;  /* 0 to 100000 */
} am_recall_values_options;

/* 3 vectors of 2 numbers, delay 2 */
am_recall_values_options am_recall_values_default(void);

/* Inputs: the vector [width], go. Its state is an am_world. Lines: `random`, a vector drawn
 * likewise; `mean`, zeros; `ceiling`, the vector. It counts as learned when nine tenths of the
 * variance are explained. */
extern const am_task_type am_recall_values_type;

#endif
