/* What the modulator of a trained network does: on fresh episodes, without learning, what its signal
 * was around what happened, how much of it the world's own variables predict, what holding it costs,
 * and which units it reaches. */
#ifndef AMINE_RUN_TRAIN_EXPLAIN_H
#define AMINE_RUN_TRAIN_EXPLAIN_H

#include "run/signal_json.h"
#include "run/train/experiment.h"

enum {
  AM_EXPLAIN_EPISODES = 64, /* where nobody says how many; of a text a quarter as many windows */
  AM_EXPLAIN_WITHIN = 3,    /* steps after an event in which it is held */
  AM_EXPLAIN_SIGNALS = 8    /* at most; others are passed over with a word */
};

/* Does a signal modulate this network that can be looked at? */
bool am_explain_has(const am_experiment *experiment);

/* Plays episodes 0 ... n_episodes - 1 of `seed` as evaluation does (0: as many as above) and adds what
 * came out to `text`, as JSON (run/signal_json.h). AMINE_ERROR_ARGUMENT, with a sentence, if there is
 * no signal. */
amine_status am_explain(am_text *text, am_experiment *experiment, int n_episodes, uint64_t seed,
                        amine_error *error);

/* Leaves explain.json in the folder, of 64 episodes, unless it holds that of its checkpoint already;
 * of a network without a signal none. */
amine_status am_explain_record(am_experiment *experiment, const char *folder, amine_error *error);

#endif
