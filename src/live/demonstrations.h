/* The classroom's demonstrations: five runs that are begun on a page (amine live), each with
 * something for a student to do and questions. The answers, with figures, stand in
 * docs/teachers.md; what is said there is tried by tests/live/test_demonstrations.c. */
#ifndef AMINE_LIVE_DEMONSTRATIONS_H
#define AMINE_LIVE_DEMONSTRATIONS_H

#include <stdbool.h>

#include "base/memory.h"

enum { AM_DEMONSTRATION_LINES = 8 };

typedef struct am_demonstration {
  const char *name; /* one word */
  const char *title, *sentence;
  const char *preset;
  const char *assignments[AM_DEMONSTRATION_LINES]; /* over it; NULL ends them */
  bool is_brain;
  double speed; /* to begin with: times real time of a brain, iterations a second of a training */
  const char *task[AM_DEMONSTRATION_LINES];      /* what to do, step by step; NULL ends them */
  const char *questions[AM_DEMONSTRATION_LINES]; /* likewise */
} am_demonstration;

/* All of them, *n. */
const am_demonstration *am_demonstrations(int *n);
/* One by its name; NULL: there is none. */
const am_demonstration *am_demonstration_find(const char *name);

/* Adds the member "demonstrations" to an object that was begun:
 * [{"name","title","sentence","task":[...],"questions":[...]}]. */
void am_demonstrations_write(am_text *text);

#endif
