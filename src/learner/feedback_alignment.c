/* Feedback alignment (equations: feedback_alignment.h): a choice of local.h. */
#include "learner/feedback_alignment.h"

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  return am_local_create_chosen(learner, task, chosen, am_feedback_alignment_create, error);
}

static const amine_parameter parameters[] = {
    AM_PLAY_PARAMETERS(AM_LOCAL_AGENT),
    AM_TEACH_PARAMETER(AM_LOCAL_AT),
    AM_SCHEDULE_PARAMETERS(AM_LOCAL_SCHEDULE),
    AM_LOCAL_CRITIC_PARAMETERS,
    AM_ENTROPY_PARAMETER(AM_LOCAL_AT(entropy_weight)),
    AM_OPTIMISER_PARAMETERS(AM_LOCAL_OPTIMISER, AM_LOCAL_OPTIMISER),
    AM_SHARE_PARAMETERS(AM_LOCAL_AT),
    {0}};

const am_learner_type am_feedback_alignment_type = {
    .part = {.kind = AM_LEARNER,
             .name = "feedback-alignment",
             .meaning = "the error reaches the units through fixed random weights, at its own step",
             .equation = "dW_ji = sum_t (B eps)_j psi_ji s_i,  B fixed and random",
             .source =
                 "Lillicrap et al. 2016, doi:10.1038/ncomms13276; Nokland 2016, arXiv 1609.01596",
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

amine_status am_feedback_alignment_create(am_learner **learner, const am_task *task,
                                          const am_local_options *options, amine_error *error) {
  am_local_options o = *options;
  o.feedback = AM_FEEDBACK_RANDOM;
  o.trace = AM_LOCAL_NONE;
  return am_local_create(learner, &am_feedback_alignment_type, task, &o, error);
}
