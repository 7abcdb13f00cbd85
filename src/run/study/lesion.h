/* What each of several signals is good for: an arm's rewards at the events of its task, its
 * network as it is and with one signal after the other held.
 *
 * A signal that is held is, at each step of an event, what it was in the mean at the steps of that
 * event, and free at all other steps. So it tells nothing there, and is no stranger than before. */
#ifndef AMINE_RUN_STUDY_LESION_H
#define AMINE_RUN_STUDY_LESION_H

#include "run/study/study.h"
#include "run/train/experiment.h"

enum { AM_LESION_MEANS = 100 }; /* episodes that the means are taken over */

/* sums [1 + n_signals][events of the task], and behind them [n_apart]: the reward at the steps of
 * each event in the fresh episodes of the run (am_evaluate_episodes), which are the same for all:
 * first as it is, then with each signal held. A mean over episodes of their sums, or with
 * lesions->each over the steps, NAN where there are none. AMINE_ERROR_ARGUMENT: the task has no
 * events that can be told before a step, or the network has no such signal that can be held. */
amine_status am_lesion_measure(double *sums, am_experiment *x, const am_lesions *lesions,
                               amine_error *error);

#endif
