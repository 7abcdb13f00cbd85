/* The values of a neuron's program while it is made (see neuron_program.h): each made once, from the
 * trees of its text, with what can be said of numbers at once. */
#ifndef AMINE_EQUATION_NEURON_VALUES_H
#define AMINE_EQUATION_NEURON_VALUES_H

#include "equation/neuron_program.h"

typedef struct am_neuron_values {
  am_neuron_program *p;
  const am_neuron_text *text;
  int now[AM_NEURON_STATES];         /* what a state's name stands for; after a change: */
  int16_t named[AM_SYMBOLS_MAX];     /* am_values_forget; the values of names, -1: not made yet */
  const int *instead;                /* NULL, or [AM_SYMBOLS_MAX]: what a name stands for, -1: as said */
  uint32_t states[AM_NEURON_VALUES]; /* of each value: the states on which it rests, 1u << state */
  int16_t derived[AM_NEURON_VALUES];
  bool full; /* there was no room for one */
} am_neuron_values;

/* All return a value, 0 (which is the number 0) where there is no room. */
int am_values_number(am_neuron_values *b, double number);
int am_values_leaf(am_neuron_values *b, am_neuron_do kind, int which);
int am_values_propagator(am_neuron_values *b, int form, int i, int j);
int am_values_one(am_neuron_values *b, am_neuron_do kind, int x);
int am_values_two(am_neuron_values *b, am_neuron_do kind, int x, int y);
int am_values_select(am_neuron_values *b, int left, int right, int yes, int no);
/* What a node is, with b->now. */
int am_values_of(am_neuron_values *b, int node);
void am_values_forget(am_neuron_values *b);
/* The derivative of a value by another. */
int am_values_derivative(am_neuron_values *b, int of, int by);
/* The same value where `left` < `right` is known to hold. */
int am_values_where(am_neuron_values *b, int of, int left, int right);

static inline bool am_values_is(const am_neuron_values *b, int v, double number) {
  return b->p->values[v].kind == AM_NEURON_NUMBER && b->p->values[v].number == number;
}

#endif
