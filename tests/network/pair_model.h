/* A network of pairs and its episode as the tests drive it: given inputs, actions and rewards
 * instead of a task. Compiled for float and for double: PAIR(name) is name_f32 or name_f64. */
#ifndef TESTS_PAIR_MODEL_H
#define TESTS_PAIR_MODEL_H

#include "learner/objective.h"
#include "network/pair.h"
#include "network/pair_backward.h"
#include "network/units.h"

#if defined(AMINE_VEC_F64)
#define PAIR(name) name##_f64
#else
#define PAIR(name) name##_f32
#endif

/* What is tried: a text with what stands in its slots. */
typedef struct pair_choice {
  const am_part *network;
  am_units_options units;
  int n_inputs, n_actions;
  am_rule_id rule;
  am_rule_options rule_options;
  const am_modulator_type *modulator;
  am_readout_options readout;
} pair_choice;

typedef struct pair_net {
  pair_choice choice;
  am_pair pair;
  am_places places;
} pair_net;

/* The data of one check, all double; [lane][step][...] */
typedef struct pair_data {
  int n_lanes, n_steps;
  const int *ends;       /* [lanes] the steps that a lane lives, 1 to n_steps; NULL: all */
  const double *u;       /* [lanes][steps][n_inputs] */
  const double *given;   /* [lanes][steps] M, where it is given; NULL: some of both signs */
  const int *actions;    /* [lanes][steps] */
  const double *rewards; /* [lanes][steps] */
  double gamma, lambda, beta, value_weight;
  am_entropy entropy;
  am_baseline baseline;
  am_teach teach;
  const int *answers;   /* [lanes][steps] the right actions, -1: not told; unless teach is REWARD */
  const double *asked;  /* [lanes][steps] 0 or 1; NULL: always */
  const double *wanted; /* [lanes][steps][n_actions]: values instead of actions, with `asked` */
} pair_data;

/* What came out, 0 behind a lane's end; every array may be NULL. Gradients and parameters are
 * vectors of the pair. */
typedef struct pair_result {
  double *x, *logits, *value, *level; /* [lanes][steps][...] */
  double *H_last; /* [lanes][N][N] after the last update, of the first trace of the top layer */
  double loss;
  double *gradient; /* [pair.size] */
  /* [lanes][steps]: advantage and return, written by a run with a gradient; if `fixed` they are
   * read and the loss is taken with them, as the gradient sees it */
  double *advantage, *target;
  bool fixed;
} pair_result;

void pair_run_f32(const pair_net *network, const double *parameters, const pair_data *data,
                  pair_result *result);
void pair_run_f64(const pair_net *network, const double *parameters, const pair_data *data,
                  pair_result *result);

#endif
