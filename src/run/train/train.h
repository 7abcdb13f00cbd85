/* Training from an empty folder, or on from where a run stopped. */
#ifndef AMINE_RUN_TRAIN_TRAIN_H
#define AMINE_RUN_TRAIN_TRAIN_H

#include <stdatomic.h>

#include "run/folder.h"
#include "run/interventions.h"
#include "run/train/experiment.h"

/* Pairs of clips that wait for answers, a line of JSON each (learner/preferences.h). */
#define AM_CLIPS_FILE "clips.jsonl"

/* How far a run is. */
typedef struct am_train_progress {
  uint64_t iteration, iterations; /* done; planned */
  double seconds;                 /* since the start of training, earlier sessions included */
  double rate;                    /* iterations per second lately */
  double reward;                  /* per episode, mean over the last lines' worth of iterations */
  uint64_t reached;               /* iterations done when the criterion was reached; 0: not yet */
  double trials;                  /* episodes played by then; NAN: not yet */
  const char *criterion; /* in words, "" where it is a mean reward; only during the call */
  const char *collapsed; /* that learning has collapsed, in words (health.h), else ""; likewise */
} am_train_progress;

/* Who looks on. */
typedef struct am_train_watch {
  /* called after every iteration; may be NULL */
  void (*progress)(void *context, const am_train_progress *progress);
  /* lines about what is taken otherwise than it was said, and about much memory; called at most once, before the first
   * iteration; may be NULL */
  void (*notes)(void *context, const char *lines);
  void *context;
  /* Called before every iteration, to look inside and to reach in (am_interventions_add): x is between
   * two iterations, and may be looked at and played, but not be changed otherwise. false: stop here, as
   * `stop` says. May be NULL. */
  bool (*moment)(void *context, am_experiment *x, am_interventions *interventions);
  /* Of a new run: a file of interventions that are done to it, each at its step; NULL: none. */
  const char *script;
  /* set from a signal handler or another thread: the run saves after the present iteration and
   * answers AMINE_ERROR_STOPPED; may be NULL */
  const atomic_int *stop;
} am_train_watch;

/* Trains in a new folder, which gets config.json, metrics.jsonl, the events, the checkpoint and a
 * copy of the weights that the configuration begins with, if it names some. A folder that already
 * holds a run is refused and left alone. AMINE_ERROR_STOPPED: also where answers about clips are not
 * in their file yet; all is saved, and the clips are in AM_CLIPS_FILE. */
amine_status am_train_new(const am_config *config, const char *folder, const am_train_watch *watch,
                          amine_error *error);

/* The configuration of a run's folder. */
amine_status am_train_config(am_config *config, const char *folder, amine_error *error);

/* How many iterations a folder's run has done, as its checkpoint says. */
amine_status am_train_done(uint64_t *iterations, const char *folder, amine_error *error);

/* Goes on to config->iterations, or to the task's criterion with stop_at_criterion. The keys that
 * results depend on must be those of the checkpoint; if one differs, AMINE_ERROR_ARGUMENT names it.
 * config.json is written anew. */
amine_status am_train_resume(const am_config *config, const char *folder,
                             const am_train_watch *watch, amine_error *error);

#endif
