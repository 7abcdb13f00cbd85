/* A plastic network and its episode as the tests drive it: given inputs, actions and rewards
 * instead of a task. Compiled for float and for double: PLASTIC(name) is name_f32 or name_f64. */
#ifndef TESTS_PLASTIC_MODEL_H
#define TESTS_PLASTIC_MODEL_H

#include "learner/a2c_loss.h"
#include "network/plastic_rnn.h"

#if defined(AMINE_VEC_F64)
#define PLASTIC(name) name##_f64
#else
#define PLASTIC(name) name##_f32
#endif

/* The data of one check, all double; [lane][step][...] */
typedef struct plastic_data {
  int n_lanes, n_steps;
  const int *ends;       /* [lanes] the steps that a lane lives, 1 to n_steps; NULL: all */
  const double *u;       /* [lanes][steps][n_inputs] */
  const int *actions;    /* [lanes][steps] */
  const double *rewards; /* [lanes][steps] */
  double gamma, lambda, beta, value_weight;
  am_entropy entropy;
  am_baseline baseline;
} plastic_data;

/* What came out, 0 behind a lane's end; every array may be NULL. Gradients and parameters are
 * vectors of the layout. */
typedef struct plastic_result {
  double *x, *logits, *value, *level; /* [lanes][steps][...] */
  double *H_last;                     /* [lanes][N][N] after the last update */
  double loss;
  double *gradient; /* [layout.n_parameters] */
  /* [lanes][steps]: advantage and return, written by a run with a gradient; if `fixed` they are
   * read and the loss is taken with them, as the gradient sees it */
  double *advantage, *target;
  bool fixed;
} plastic_result;

void plastic_run_f32(const am_plastic *network, const double *parameters, const plastic_data *data,
                     plastic_result *result);
void plastic_run_f64(const am_plastic *network, const double *parameters, const plastic_data *data,
                     plastic_result *result);

#endif
