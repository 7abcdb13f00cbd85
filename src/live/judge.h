/* Two clips side by side, and a person who says which is better (learner/preferences.h): what a training
 * that waits for answers is told by a page, as lines of its file of answers. */
#ifndef AMINE_LIVE_JUDGE_H
#define AMINE_LIVE_JUDGE_H

#include "live/control.h"
#include "run/config/config.h"

/* Does this run ask persons? */
bool am_judge_is_asked(const am_config *config);

/* Shows each pair of clips that waits in the run's folder, the block `clips`, until it is answered, and adds
 * the answer to the file. `changed` is called when the state has changed. AMINE_ERROR_STOPPED: it is to stop
 * (am_control_stops), or nothing waits. */
amine_status am_judge_wait(am_control *control, const am_config *config, const char *folder,
                           void (*changed)(void *context), void *context, amine_error *error);

#endif
