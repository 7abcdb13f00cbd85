/* A learner by amine/learner.h alone, which keeps something: REINFORCE at the biases of the read-out,
 * beside the mean return of each step so far. */
#ifndef TESTS_OWN_BASELINE_H
#define TESTS_OWN_BASELINE_H

#include <amine/learner.h>

static amine_status baseline_begin(amine_learner *x, amine_error *error) {
  if (!amine_learner_weights(x, "h2o.bias")) return amine_refuse(error, "there is no read-out");
  amine_learner_keep(x, "mean", x->n_steps, 1);
  return AMINE_OK;
}

static amine_status baseline_learn(amine_learner *x, const amine_batch *b, amine_error *error) {
  float *mean = amine_learner_kept(x, "mean");
  float *change = amine_learner_weights(x, "h2o.bias")->change;
  const float rate = *(const float *)x->options;
  (void)error;
  for (int t = 0; t < b->n_steps; t++) {
    float sum = 0;
    for (int lane = 0; lane < b->n_lanes; lane++) {
      float G = 0;
      for (int s = t; s < b->n_steps; s++) G += b->rewards[lane * b->n_steps + s];
      for (int k = 0; k < b->n_said; k++) {
        const int at = (lane * b->n_steps + t) * b->n_said + k;
        change[k] += (G - mean[t]) * (b->taken[at] - b->said[at]) / (float)b->n_lanes;
      }
      sum += G / (float)b->n_lanes;
    }
    mean[t] += rate * (sum - mean[t]);
  }
  return AMINE_OK;
}

static const amine_parameter baseline_parameters[] = {
    {.name = "mean_rate",
     .kind = AMINE_NUMBER,
     .standard = 0.1,
     .min = 0,
     .max = 1,
     .unit = "",
     .meaning = "how fast the mean return follows",
     .member = AMINE_MEMBER_FLOAT},
    {.name = NULL}};

static const amine_learner_type own_baseline = {.size = sizeof(amine_learner_type),
                                                .name = "own-baseline",
                                                .meaning = "which action is better on the whole",
                                                .parameters = baseline_parameters,
                                                .options_size = sizeof(float),
                                                .begin = baseline_begin,
                                                .learn = baseline_learn};

#endif
