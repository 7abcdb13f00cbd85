/* Chemical modulators as the M of a rate network: the systems of amine/chemical.h, driven by what
 * an agent lives through in one lane.
 *
 * At each step the levels decay, and then, with r = reward / scale,
 *
 *     dopamine        a reward above 0 is an event, delta = r - expected; expected += 0.1 delta
 *     serotonin       a reward below 0 is a punishment of -r
 *     norepinephrine  uncertainty U_t and novelty N_t
 *     acetylcholine   attention A_t and novelty N_t
 *
 *     U_t = (1 - sum_a pi(a)^2) / (1 - 1 / n_actions)      the policy's quadratic entropy
 *     N_t = sum_i |u_i - f_i| / sum_i (|u_i| + |f_i|)      f the mean of the inputs before; then
 *                                                          f += (u - f) / t, t = 1, 2, ...
 *     A_t = A_{t-1} + 0.1 (|r - e| - A_{t-1}),             then e += 0.1 (r - e)
 *
 * All three lie in [0, 1] (0 / 0 is no novelty; |r - e| counts as 1 at most); expected, f, A and e
 * are 0 at the beginning of an episode. Attention that follows how far outcomes are from what was
 * expected of them: Pearce, Hall 1980, doi:10.1037/0033-295X.87.6.532; uncertainty: Yu, Dayan 2005,
 * doi:10.1016/j.neuron.2005.04.026; N is the dissimilarity of Bray, Curtis 1957,
 * doi:10.2307/1942268, from what has become familiar. M is one of the factors below, given from
 * outside: no gradient flows into it. */
#ifndef AMINE_MODULATOR_DRIVE_H
#define AMINE_MODULATOR_DRIVE_H

#include <stddef.h>

#include "amine/chemical.h"

enum { AM_DRIVE_SYSTEMS = 4 };

typedef struct am_drive_options {
  amine_third_factor factor;
  float scale;      /* the reward that counts as 1 */
  float baseline;   /* of all systems */
  float decay_rate; /* of all systems, per step */
  bool clamped;     /* a lesion: the levels stay at the baseline */
  /* another: those of dopamine, serotonin, norepinephrine, acetylcholine stay at this one; NAN: free */
  float clamp[AM_DRIVE_SYSTEMS];
} am_drive_options;

typedef struct am_drive {
  amine_chemical chemical;
  amine_third_factor factor;
  float scale;
  float expected;  /* of a step that rewards, for dopamine */
  float outcome;   /* e: of any step */
  float attention; /* A */
  float steps;     /* fed so far */
  int n_inputs;
  float *familiar; /* f [n_inputs], the caller's memory */
} am_drive;

/* What a step brought. */
typedef struct am_drive_moment {
  float reward;
  float uncertainty;  /* U, am_drive_uncertainty of the policy */
  const float *input; /* u [n_inputs]: what was seen when the action was chosen, */
  size_t stride;      /* its elements so far apart */
} am_drive_moment;

/* The beginning of an episode. Options in their ranges (amine/chemical.h); familiar [n_inputs] is
 * borrowed for the episode. */
void am_drive_begin(am_drive *drive, const am_drive_options *options, float *familiar,
                    int n_inputs);
/* M of this step. */
float am_drive_level(const am_drive *drive);
void am_drive_feed(am_drive *drive, const am_drive_moment *moment);

/* U of a policy p [n], whose elements are `stride` apart: the chance that two draws differ, over
 * that of a uniform one; 0 to 1, and 0 without a choice. */
float am_drive_uncertainty(const float *p, size_t stride, int n);

#endif
