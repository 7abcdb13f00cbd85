/* The delta rule for the read-out of any network (equations: still.h). */
#include "learner/delta.h"

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  return am_still_create_chosen(learner, &am_delta_type, task, chosen, true, error);
}

static const amine_parameter parameters[] = {
    AM_PLAY_PARAMETERS(AM_STILL_AGENT), AM_SCHEDULE_PARAMETERS(AM_STILL_SCHEDULE), {0}};

const am_learner_type am_delta_type = {
    .part = {.kind = AM_LEARNER,
             .name = "delta",
             .meaning = "the delta rule for a linear read-out; nothing else learns",
             .equation = "dW_o = rate mean_t (y* - y) h'",
             .source = "Widrow & Hoff 1960, IRE WESCON",
             .parameters = parameters,
             .options_size = sizeof(am_still_options)},
    .past = true,
    .asks = AM_ASKS_ACTIONS | AM_ASKS_VALUES,
    .create = create,
    .iterate = am_agent_iterate,
    .evaluate = am_agent_evaluate,
    .tensor = am_agent_tensor,
    .get = am_agent_get,
    .set = am_agent_set,
    .release = am_agent_release,
    .series = am_still_series,
    .watch = am_agent_watch,
    .destroy = am_still_destroy,
};
