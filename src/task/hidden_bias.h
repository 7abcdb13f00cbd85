/* The hidden bias: what must be said is what is shown plus a number that nobody shows, the same for
 * the whole episode. Benchmark 1 of Vecoven, Ernst, Wehenkel, Drion 2020,
 * doi:10.1371/journal.pone.0227922, as their published program has it (MovingTarget, with
 * intra_variation_frequency 0 and act_multiplicator 5).
 *
 *     alpha uniform in [-10, 10)       the bias, drawn when an episode starts; with `swap` once more
 *                                      before step T / 2, rounded down
 *     x uniform in [-5, 5)             shown
 *     g = 5 a, kept within [-20, 20]   what is said by the real action a
 *     |x + alpha - g| < 1              reward 10, and x is drawn anew
 *     else                             reward -|x + alpha - g|, at least -20, and x stays */
#ifndef AMINE_TASK_HIDDEN_BIAS_H
#define AMINE_TASK_HIDDEN_BIAS_H

#include "task/world.h"

enum { AM_BIAS_SHOWN, AM_BIAS_SAID, AM_BIAS_REWARD, AM_BIAS_INPUTS };

typedef struct am_hidden_bias_options {
  int steps; /* T, 6 to 100000 */
  bool swap; /* halfway through an episode the bias is another one */
} am_hidden_bias_options;

/* T = 100, one bias */
am_hidden_bias_options am_hidden_bias_default(void);

typedef struct am_hidden_bias_state {
  am_world world;                  /* first */
  float bias, shown, said, reward; /* alpha, x; g and reward of the step before */
  int32_t n_shown;                 /* how many x were drawn */
  /* What the rewards so far leave of alpha: n_left values, or all of its range where that is 0. */
  int32_t n_left;
  float left[2];
} am_hidden_bias_state;

/* Inputs: x / 5; g / 5 and reward / 10 of the step before. Lines: `random`, g uniform in [-20, 20],
 * -9.9958 T; `mean`, which takes alpha for 0, -3.95 T; `bayes`, the best of those who do not know
 * alpha, 10 T - 17.775, and with the swap, of which he knows the time, 10 T - 35.55; `ceiling`, who
 * knows alpha, 10 T: all exact. It counts as learned at 95 % of
 * `bayes`. */
extern const am_task_type am_hidden_bias_type;

#endif
