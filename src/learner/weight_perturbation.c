/* Weight perturbation (equations: weight_perturbation.h). */
#include "learner/weight_perturbation.h"

/* The first lane of a pair has the weights as they are. */
static void weigh(const am_perturbed *x, float *f, const float *F, float *work) {
  (void)work;
  for (int p = 0; p < x->options.agent.n_lanes / 2; p++)
    f[p] = (F[2 * p + 1] - F[2 * p]) / x->options.sigma;
}

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  return am_perturbed_create_chosen(learner, task, chosen, am_weight_perturbation_create, error);
}

static const amine_parameter parameters[] = {AM_PERTURBED_PARAMETERS, {0}};

const am_learner_type am_weight_perturbation_type = {
    .part = {.kind = AM_LEARNER,
             .name = "weight-perturbation",
             .meaning =
                 "noise on all weights at once, and whether it paid beside the network without",
             .equation = "dw = mean (F(w + sigma eps) - F(w)) eps / sigma",
             .source = "Jabri & Flower 1992, doi:10.1109/72.105429; Dembo & Kailath 1990, "
                       "doi:10.1109/72.80205",
             .parameters = parameters,
             .options_size = sizeof(am_perturbed_options)},
    .past = true,
    .asks = AM_ASKS_ACTIONS,
    .create = create,
    .iterate = am_agent_iterate,
    .evaluate = am_agent_evaluate,
    .tensor = am_agent_tensor,
    .get = am_agent_get,
    .set = am_agent_set,
    .release = am_agent_release,
    .series = am_perturbed_series,
    .watch = am_agent_watch,
    .destroy = am_perturbed_destroy,
};

amine_status am_weight_perturbation_create(am_learner **learner, const am_task *task,
                                           const am_perturbed_options *options,
                                           amine_error *error) {
  static const float sign[2] = {0, 1};
  return am_perturbed_create(learner, &am_weight_perturbation_type, task, options, sign, weigh,
                             error);
}
