/* How sure a network is, computed from what it did.
 *
 * Expected uncertainty: how undecided populations are that compete, from their spikes. Unexpected
 * uncertainty: how far outcomes fall below what was expected, lately, in units of how far they
 * usually are from it. Which modulator reports which: Yu, Dayan 2005,
 * doi:10.1016/j.neuron.2005.04.026 (acetylcholine, norepinephrine). The equations are ours: that
 * paper's are those of an ideal observer who knows how the task is made. */
#ifndef AMINE_RUN_PROTOCOL_UNCERTAINTY_H
#define AMINE_RUN_PROTOCOL_UNCERTAINTY_H

#include <stdbool.h>
#include <stdint.h>

/* Quadratic entropy of the shares p_k = (n_k + 1) / sum of (n_l + 1) of n >= 2 counts, in [0, 1]:
 *     (1 - sum p_k^2) n / (n - 1)          1: all alike, or all silent; 0: one alone has any */
double am_uncertainty_expected(const uint64_t *counts, int n);

/* Running means of the error delta = outcome - expected: of itself over the last `fast` or so
 * events, of its size over the last `slow`. All zero to begin with. */
typedef struct am_surprise {
  double error, size;
  uint64_t n; /* events */
} am_surprise;

/* Takes an error in. fast, slow >= 1; the first events are averaged evenly. */
void am_surprise_add(am_surprise *s, double delta, double fast, double slow);
/* clip01(-error / size - margin) of the two means: 0 while outcomes are as good as expected on
 * average, 1 if they were worse by 1 + margin usual errors. */
double am_surprise_now(const am_surprise *s, double margin);
bool am_surprise_is_fine(const am_surprise *s);

#endif
