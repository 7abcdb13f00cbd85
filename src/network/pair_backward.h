/* The gradient of a loss through all layers and steps of a text in the layout UNITS. For backprop;
 * learners without backprop do not use it (a test looks at the symbols of their objects). */
#ifndef AMINE_NETWORK_PAIR_BACKWARD_H
#define AMINE_NETWORK_PAIR_BACKWARD_H

#include "network/pair_lane.h"

typedef struct am_pair_backward_ops {
  /* Adds to `gradient` [size] what dheads of a lane's n_steps implies for the heads' weights. */
  void (*heads)(const am_pair *pair, const am_pair_lane *lane, am_real *gradient);
  /* And, of n lanes, for all that the heads read. */
  void (*back)(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *const *lanes, int n,
               am_real *gradient, const am_real *parameters);
} am_pair_backward_ops;

const am_pair_backward_ops *am_pair_backward_code(void);

#endif
