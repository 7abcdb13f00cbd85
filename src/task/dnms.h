/* Delayed nonmatch-to-sample: two stimuli, each A or B, with a delay between them; were they
 * different? After Miconi 2017, doi:10.7554/eLife.20899.
 *
 * A trial in steps of dt_ms: stimulus, delay, stimulus, wait, response, each a whole number of
 * steps (base/steps.h). Input 0 is 1 while A is shown, input 1 while B is. The target counts during
 * the response: +target if the stimuli differed, -target if not. The four sorts of trial are AA,
 * AB, BA, BB. */
#ifndef AMINE_TASK_DNMS_H
#define AMINE_TASK_DNMS_H

#include "task/world.h"

typedef struct am_dnms_options {
  int stimulus_ms, delay_ms, wait_ms, response_ms; /* stimulus and response at least 1 */
  float target;                                    /* above 0 */
  double dt_ms;                                    /* of a step, above 0 */
} am_dnms_options;

/* 200, 200, 200 and 200 ms: 1000 a trial; target 1; steps of 1 ms */
am_dnms_options am_dnms_default(void);

typedef struct am_dnms_state {
  am_world world;
  int32_t first, second; /* 0 is A, 1 is B */
} am_dnms_state;

extern const am_task_type am_dnms_type;

#endif
