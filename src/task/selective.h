/* Selective integration: two noisy inputs, of which a context says which one matters; is its mean
 * above or below 0? After Mante et al. 2013, doi:10.1038/nature12742, in the form of Miconi 2017,
 * doi:10.7554/eLife.20899.
 *
 * A trial in steps of dt_ms: stimulus, response, each a whole number of steps (base/steps.h).
 * During the stimulus input m, 0 or 1, is N(+-bias, noise^2 / dt_ms), the sign drawn for the trial;
 * then 0. Input 2 + m is 1 throughout if modality m matters, else 0. The target counts during the
 * response: the relevant sign times `target`. Sorts of trial: 4 context + 2 (sign of 0 is +) +
 * (sign of 1 is +). */
#ifndef AMINE_TASK_SELECTIVE_H
#define AMINE_TASK_SELECTIVE_H

#include "task/world.h"

typedef struct am_selective_options {
  int stimulus_ms, response_ms; /* at least 1 */
  float bias, noise;            /* at least 0; noise: of the mean over 1 ms */
  float target;                 /* above 0 */
  double dt_ms;                 /* of a step, above 0 */
} am_selective_options;

/* 500 and 200 ms; bias 0.5, noise 1, target 1; steps of 1 ms */
am_selective_options am_selective_default(void);

typedef struct am_selective_state {
  am_world world;
  int32_t context;
  int32_t positive[2];
} am_selective_state;

extern const am_task_type am_selective_type;

#endif
