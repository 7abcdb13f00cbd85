/* What a person does to a run while it goes on, and the file that tells it: events.jsonl in the run's
 * folder, a line for each intervention, in the order in which they were made.
 *
 *   {"step":12000,"do":"clamp","of":"dopamine","value":0.2}
 *
 * `step` is how many steps of a brain, or iterations of a training, were done before; what was done holds
 * from the next one on. "of" and "value" are there if the kind of intervention has them.
 *
 * Promise: a run is its configuration, its seed and these lines. Repeated by them it has the same bits
 * (`amine replay`), and one that was killed goes on with them: what its checkpoint does not know of yet
 * is done again at its step. */
#ifndef AMINE_RUN_INTERVENTIONS_H
#define AMINE_RUN_INTERVENTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/memory.h"

#define AM_INTERVENTIONS_FILE "events.jsonl"
enum { AM_INTERVENTION_KIND = 32, AM_INTERVENTION_OF = 416 }; /* bytes of the words, with their end */

/* A kind of them: for pages, and for sentences about what is none. */
typedef struct am_intervention_kind {
  const char *name, *meaning;
  const char *of; /* what it is done to, in words: "a population or a projection"; NULL: to the run */
  bool has_value;
  double low, high; /* bounds of the value */
} am_intervention_kind;

typedef struct am_intervention {
  uint64_t step;
  char kind[AM_INTERVENTION_KIND], of[AM_INTERVENTION_OF]; /* of: "" without one */
  double value;
} am_intervention;

/* What can be done to a kind of run; ends with a kind without a name. `apply` is told one that fits the
 * table, and refuses with AMINE_ERROR_ARGUMENT what this run does not have; nothing is done then. */
typedef struct am_reach {
  const am_intervention_kind *kinds;
  amine_status (*apply)(void *run, const am_intervention *intervention, amine_error *error);
} am_reach;

/* One run's. */
typedef struct am_interventions am_interventions;

/* Opens those of a folder, of which `done` are in the run's state already. script: a file of lines that
 * a new run begins with, whose copy the folder gets; NULL: a new run (fresh) begins with none, and another
 * with those that are there. AMINE_ERROR_INPUT: a line says none, or steps go down, or there are fewer
 * than done. `reach` and `run` outlive it. */
amine_status am_interventions_open(am_interventions **interventions, const char *folder, bool fresh,
                                   const char *script, uint64_t done, const am_reach *reach,
                                   void *run, amine_error *error);
/* Closes and frees, also when it reports an error; NULL is fine. */
amine_status am_interventions_close(am_interventions *interventions, amine_error *error);

/* Does what is to be done now, after so many steps. A line that this run refuses is AMINE_ERROR_INPUT. */
amine_status am_interventions_take(am_interventions *interventions, uint64_t now,
                                   amine_error *error);
/* The step of the next that waits; UINT64_MAX: none does. */
uint64_t am_interventions_next(const am_interventions *interventions);
/* One more, now: it is done, and written down; `step` is set. AMINE_ERROR_ARGUMENT names what does not
 * fit, and nothing has happened. */
amine_status am_interventions_add(am_interventions *interventions, am_intervention *one,
                                  uint64_t now, amine_error *error);
/* How many are in the run's state. */
uint64_t am_interventions_done(const am_interventions *interventions);

/* A folder's file ends after the first n lines, for a run that goes back to where it knew of those. */
amine_status am_interventions_cut(const char *folder, uint64_t n, amine_error *error);

/* One from its JSON, of which "step" may be missing; `name` stands in the sentences. */
amine_status am_intervention_read(am_intervention *one, const char *name, const char *text,
                                  size_t length, amine_error *error);
/* The same as a line. */
void am_intervention_write(am_text *text, const am_intervention *one, const am_reach *reach);

#endif
