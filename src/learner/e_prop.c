/* e-prop (equations: e_prop.h): a choice of local.h. */
#include "learner/e_prop.h"

#include <assert.h>

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  return am_local_create_chosen(learner, task, chosen, am_e_prop_create, error);
}

static const amine_parameter parameters[] = {
    AM_PLAY_PARAMETERS(AM_LOCAL_AGENT),
    AM_TEACH_PARAMETER(AM_LOCAL_AT),
    AM_SCHEDULE_PARAMETERS(AM_LOCAL_SCHEDULE),
    AM_LOCAL_CRITIC_PARAMETERS,
    AM_ENTROPY_PARAMETER(AM_LOCAL_AT(entropy_weight)),
    AM_OPTIMISER_PARAMETERS(AM_LOCAL_OPTIMISER, AM_LOCAL_OPTIMISER),
    AM_FEEDBACK_PARAMETERS(AM_LOCAL_AT),
    AM_TRACE_PARAMETER(AM_LOCAL_AT(trace)),
    AM_SHARE_PARAMETERS(AM_LOCAL_AT),
    {0}};

const am_learner_type am_e_prop_type = {
    .part =
        {.kind = AM_LEARNER,
         .name = "e-prop",
         .meaning =
             "eligibility traces of each weight's effect on its own unit, times an error that is "
             "broadcast",
         .equation =
             "dW_ji = sum_t delta_t F(L_j e_ji),  L = B (hit - pi) + c_V B_V,  e <- d e + psi s",
         .source = "Bellec et al. 2020, doi:10.1038/s41467-020-17236-y",
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

amine_status am_e_prop_create(am_learner **learner, const am_task *task, const am_local_options *o,
                              amine_error *error) {
  assert(o->trace != AM_LOCAL_NONE);
  return am_local_create(learner, &am_e_prop_type, task, o, error);
}
