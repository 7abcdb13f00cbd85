/* Random-feedback local online learning (equations: rflo.h): a choice of local.h. */
#include "learner/rflo.h"

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  return am_local_create_chosen(learner, task, chosen, am_rflo_create, error);
}

static const amine_parameter parameters[] = {
    AM_PLAY_PARAMETERS(AM_LOCAL_AGENT),
    AM_SCHEDULE_PARAMETERS(AM_LOCAL_SCHEDULE),
    AM_ENTROPY_PARAMETER(AM_LOCAL_AT(entropy_weight)),
    AM_OPTIMISER_PARAMETERS(AM_LOCAL_OPTIMISER, AM_LOCAL_OPTIMISER),
    AM_FEEDBACK_PARAMETERS(AM_LOCAL_AT),
    AM_SHARE_PARAMETERS(AM_LOCAL_AT),
    {0}};

const am_learner_type am_rflo_type = {
    .part = {.kind = AM_LEARNER,
             .name = "rflo",
             .meaning =
                 "random-feedback local online learning of leaky units from the right answers",
             .equation = "dW_ij = sum_t [B eps]_i p_ij,  p <- (1 - 1/tau) p + phi' h_j / tau",
             .source = "Murray 2019, doi:10.7554/eLife.43299",
             .parameters = parameters,
             .options_size = sizeof(am_local_options)},
    .asks = AM_ASKS_ACTIONS | AM_ASKS_VALUES,
    .create = create,
    .iterate = am_agent_iterate,
    .evaluate = am_agent_evaluate,
    .tensor = am_agent_tensor,
    .get = am_agent_get,
    .set = am_agent_set,
    .release = am_agent_release,
    .series = am_local_series,
    .watch = am_agent_watch,
    .destroy = am_local_destroy,
};

amine_status am_rflo_create(am_learner **learner, const am_task *task,
                            const am_local_options *options, amine_error *error) {
  am_local_options o = *options;
  o.teach = AM_TEACH_SUPERVISED;
  o.trace = AM_LOCAL_DECAY;
  return am_local_create(learner, &am_rflo_type, task, &o, error);
}
