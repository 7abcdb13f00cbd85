/* A text evaluated as it stands, one episode, in double: what plans are held to. It knows trees and
 * shapes, and nothing of plans but where a tensor's part begins. */
#ifndef AMINE_TESTS_EQUATION_PLAIN_H
#define AMINE_TESTS_EQUATION_PLAIN_H

#include "equation/equations.h"

enum { PLAIN_STEPS = 16 };

typedef struct plain {
  const am_equations *e;
  int size[AM_SIZES_MAX];          /* of every size */
  double constant[AM_SYMBOLS_MAX]; /* of every constant */
  size_t part[AM_SYMBOLS_MAX];     /* of what is learned: where it begins in `parameters` */
  const double *parameters;
  double drawn; /* what a state's first values draw: the middle */
  /* of each call of attend: keys and values of the episode's steps */
  double *past[AM_NODES_MAX];
  int t; /* steps of the episode that are over */
  double *values[AM_SYMBOLS_MAX], *next[AM_SYMBOLS_MAX]; /* states and values, and states to be */
} plain;

/* Sizes and constants as am_plan_make has them; tensors at multiples of 16, in order. */
void plain_open(plain *p, const am_equations *e, int n_inputs, int n_units);
void plain_close(plain *p);
size_t plain_parameters(const plain *p);

/* All states as at first. */
void plain_begin(plain *p);
/* One step from `input`, of at most PLAIN_STEPS; the output is then plain_output. */
void plain_step(plain *p, const double *input);
const double *plain_output(const plain *p, int *n);

#endif
