/* Classification: one example is shown, a row of numbers; which class is it of? Reward 1 if right.
 *
 * Examples come from a table (format/dataset.h: IDX, CSV, NPY, NPZ, packed by gzip or not); the class, a
 * whole number from 0, is its last column, or stands in a table of its own. What is shown is divided
 * by `scale`, or by the largest number of training, without its sign. Test is a table of its own, or
 * of n rows the share `test`, spread evenly: row k is one where floor((k + 1) test) is more than
 * floor(k test).
 *
 * An episode of training shows any of its examples, drawn alike. Evaluation, which counts lanes,
 * shows example lane % n of test, so that n episodes are each of them once. */
#ifndef AMINE_TASK_CLASSIFY_H
#define AMINE_TASK_CLASSIFY_H

#include "task/world.h"

enum { AM_CLASSES_MOST = 1000, AM_FEATURES_MOST = 100000 };

typedef struct am_classify_options {
  const char *file, *labels_file;           /* NULL labels: the last column */
  const char *test_file, *test_labels_file; /* NULL test: a part of `file` */
  double test;                              /* share, 0 to 0.9 */
  double scale;                             /* 0: the largest number of training */
} am_classify_options;

/* a fifth is test, scaled by the largest; no file */
am_classify_options am_classify_default(void);

typedef struct am_classify_state {
  am_world world;
  uint32_t row; /* of its table */
} am_classify_state;

/* Inputs: the features. Lines: `random`, each class alike; `most`, the class that is most frequent in
 * training, which in test may be less; `ceiling` 1: all exact, of what is test. */
extern const am_task_type am_classify_type;

/* How many examples it has. */
size_t am_classify_rows(const am_task *task);

#endif
