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

typedef struct am_recall_values {
  am_task task; /* inputs: the vector [width], go. Its state is an am_world. */
  am_recall_values_options options;
  am_task_line line[3]; /* random: a vector drawn likewise; mean: zeros; ceiling: the vector */
} am_recall_values;

extern const am_task_type am_recall_values_type;

/* Makes the task; NULL options are the default. AMINE_ERROR_ARGUMENT for an option out of range,
 * with a sentence that names it; *out is then as it was. Free it with am_task_destroy. It counts as
 * learned when nine tenths of the variance are explained. */
amine_status am_recall_values_create(am_task **out, const am_recall_values_options *options,
                                     amine_error *error);

#endif
