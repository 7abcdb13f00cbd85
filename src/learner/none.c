/* Nothing learns: traces live, slow weights stay (see still.h). */
#include "learner/none.h"

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  return am_still_create_chosen(learner, &am_none_type, task, chosen, false, error);
}

static const amine_parameter parameters[] = {
    AM_PLAY_PARAMETERS(AM_STILL_AGENT),
    AM_CHOICE("readout", "learned|none",
              "what is said: a linear read-out of the units, which stays as it is drawn, or the first "
              "units themselves: values, or logits of the actions",
              AM_MEMBER(am_still_options, readout)),
    {0}};

const am_learner_type am_none_type = {
    .part = {.kind = AM_LEARNER,
             .name = "none",
             .meaning = "nothing: traces live, no slow weight changes",
             .equation = "dw = 0",
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
