/* Chemical modulators as the M of a rate network: the systems of amine/chemical.h, driven by what
 * an agent lives through in one lane.
 *
 * At each step the levels decay; a reward that is not 0 is an event for dopamine, delta = reward /
 * scale - expected, with expected += 0.1 delta from 0 at the beginning of the episode; how
 * undecided the policy is, is the uncertainty that norepinephrine sees (the chance that two draws
 * differ, over that of a uniform policy), and what a wall takes is a punishment for serotonin. M is
 * one of the factors below, given from outside: no gradient flows into it. */
#ifndef AMINE_MODULATOR_DRIVE_H
#define AMINE_MODULATOR_DRIVE_H

#include "amine/chemical.h"

typedef struct am_drive_options {
  amine_third_factor factor;
  float scale;      /* the reward that counts as 1 */
  float baseline;   /* of all systems */
  float decay_rate; /* of all systems, per step */
  bool clamped;     /* a lesion: the levels stay at the baseline */
} am_drive_options;

typedef struct am_drive {
  amine_chemical chemical;
  amine_third_factor factor;
  float scale, expected;
} am_drive;

/* The beginning of an episode. Options in their ranges (amine/chemical.h). */
void am_drive_begin(am_drive *drive, const am_drive_options *options);
/* M of this step. */
float am_drive_level(const am_drive *drive);
/* What the step brought; uncertainty in [0, 1]. */
void am_drive_feed(am_drive *drive, float reward, float uncertainty);

#endif
