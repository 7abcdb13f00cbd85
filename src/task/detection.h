/* Detection: is there something, and where? Spatial signal detection: Green, Swets 1966, Signal
 * Detection Theory and Psychophysics; with stimuli of two intensities after Aston-Jones, Cohen 2005,
 * doi:10.1146/annurev.neuro.28.061604.135709.
 *
 * At each step there is nothing with the probability `absent`; else a stimulus at one of n places,
 * each alike, which is strong with the probability `strong_share` and weak otherwise, whatever was done before.
 * Action k says place k, action n that there is nothing. Reward 1 for what is right, else 0. */
#ifndef AMINE_TASK_DETECTION_H
#define AMINE_TASK_DETECTION_H

#include "task/world.h"

enum { AM_DETECTION_PLACES = 64 };

typedef struct am_detection_options {
  int places;          /* n; 1 to 64 */
  int steps;           /* T, length of an episode; 1 to 100000 */
  double absent;       /* 0 to 1 */
  double strong;       /* intensity of a strong stimulus, where a weak one has 1; 1 to 1000 */
  double strong_share; /* 0 to 1 */
} am_detection_options;

/* 4 places, 10 steps, a third without a stimulus, half of the stimuli 8 times as strong */
am_detection_options am_detection_default(void);

typedef enum am_detection_kind { AM_WEAK, AM_STRONG, AM_ABSENT } am_detection_kind;

typedef struct am_detection_state {
  am_world world;
  int32_t place, kind; /* -1 without a stimulus, and past the end; am_detection_kind */
  int32_t was,
      said; /* of the last step: the right action and the one that was taken; -1: none yet */
} am_detection_state;

/* Inputs: the intensity at each place. Lines, exact: `random` T / (n + 1); `prior`, always what is
 * right most often, T max(absent, (1 - absent) / n); `ceiling` T. It counts as learned from nine tenths of
 * the way from `prior` to `ceiling` on, if there is such a way. */
extern const am_task_type am_detection_type;

#endif
