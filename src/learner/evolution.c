/* Evolution strategies (equations: evolution.h). */
#include "learner/evolution.h"

#include <math.h>

/* u [n]: ranks from -1/2 to 1/2 by counting, which needs no order among equals. */
static void rank(float *u, const float *F, int n) {
  for (int i = 0; i < n; i++) {
    int below = 0, above = 0;
    for (int j = 0; j < n; j++) below += F[j]<F[i], above += F[j]> F[i];
    u[i] = (float)(below - above) / (float)(2 * (n - 1));
  }
}

static void z_score(float *u, const float *F, int n) {
  double mean = 0, square = 0;
  for (int i = 0; i < n; i++) mean += (double)F[i] / n;
  for (int i = 0; i < n; i++) square += ((double)F[i] - mean) * ((double)F[i] - mean) / n;
  const double less = square > 0 ? 1 / sqrt(square) : 0;
  for (int i = 0; i < n; i++) u[i] = (float)(((double)F[i] - mean) * less);
}

/* The first lane of a pair has the minus. */
static void weigh(const am_perturbed *x, float *f, const float *F, float *work) {
  const int n = x->options.agent.n_lanes;
  (x->options.z_scored ? z_score : rank)(work, F, n);
  for (int p = 0; p < n / 2; p++) f[p] = (work[2 * p + 1] - work[2 * p]) / (2 * x->options.sigma);
}

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  return am_perturbed_create_chosen(learner, task, chosen, am_evolution_create, error);
}

static const amine_parameter parameters[] = {
    AM_PERTURBED_PARAMETERS,
    AM_CHOICE("fitness", "rank|z-score", "what the rewards of the perturbed networks are made into",
              AM_PERTURBED_AT(z_scored)),
    {0}};

const am_learner_type am_evolution_type = {
    .part =
        {.kind = AM_LEARNER,
         .name = "evolution",
         .meaning =
             "evolution strategies: pairs of networks on either side, by rank of what they earn",
         .equation =
             "dw = sum_p (u(F(w + sigma eps_p)) - u(F(w - sigma eps_p))) eps_p / (2 P sigma)",
         .source = "Salimans et al. 2017, arXiv 1703.03864",
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

amine_status am_evolution_create(am_learner **learner, const am_task *task,
                                 const am_perturbed_options *options, amine_error *error) {
  static const float sign[2] = {-1, 1};
  return am_perturbed_create(learner, &am_evolution_type, task, options, sign, weigh, error);
}
