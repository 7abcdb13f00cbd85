/* From values to the lists of operations of a neuron's program (see neuron_program.h). */
#ifndef AMINE_EQUATION_NEURON_LISTS_H
#define AMINE_EQUATION_NEURON_LISTS_H

#include "equation/neuron_values.h"

/* leaf: the values that states are before a step, or before a spike; step, fires: what they are
 * after it, [AM_NEURON_STATES]; fired: the value that is 1 for who fired. fires NULL, fired -1: of
 * a step alone. AMINE_ERROR_INPUT: there is no room in the program, and nothing is said;
 * AMINE_ERROR_MEMORY. */
amine_status am_neuron_lists_make(am_neuron_values *b, const int *leaf, const int *step, const int *fires,
                                  int fired, amine_error *error);

#endif
