/* The gradient of a loss through all layers and steps of a stack. For backprop; learners without
 * backprop do not use it (a test looks at the symbols of their objects). */
#ifndef AMINE_NETWORK_STACK_BACKWARD_H
#define AMINE_NETWORK_STACK_BACKWARD_H

#include "network/stack.h"

/* From the gradient of the top layer's output (am_stack_credit): adds to change that of every
 * parameter. u [t][n_inputs]; dropped: as it was played. */
void am_stack_back(const am_stack *stack, const am_stack_memory *m, am_real *change,
                   const am_real *parameters, const am_real *u, bool dropped);

#endif
