/* A neuron model: its parameters, its state, and one step of a piece of a population.
 *
 * Each model is one vector source of this folder with its equation on top. What the modulators do
 * to a neuron arrives as two numbers: `gain` multiplies all input, `threshold` is 1 + inhibition,
 * by which the distance from rest to threshold grows. */
#ifndef AMINE_BRAIN_NEURON_H
#define AMINE_BRAIN_NEURON_H

#include <stdint.h>

#include "amine/brain.h"
#include "kernel/isa.h"
#include "kernel/real.h"

#define AM_NEURON_STATES 5
#define AM_NEURON_STEPS "refractory_ms" /* the parameter that is counted in steps */
#define AM_NEURON_OWN 2 /* parameters that each neuron may have for itself */
#define AM_NEURON_CONSTANTS 32

/* n neurons side by side; arrays are padded with zeros to a multiple of 16 and begin at the piece
 */
typedef struct am_neurons {
  am_real *s[AM_NEURON_STATES]; /* in the order of the model's names */
  am_real *in[2];               /* what arrives in this step at receptor 1 and 2; left at 0 */
  const am_real *current;       /* external input */
  const am_real *own[AM_NEURON_OWN];
  const am_real *k; /* [AM_NEURON_CONSTANTS] from set-up */
  am_real gain, threshold;
  uint32_t first; /* number of the first neuron, for the list of spikes */
  int n;
  uint64_t seed, step;        /* for models that draw: who draws (kernel/philox.h) */
  uint32_t population, index; /* index of the first neuron in its population */
} am_neurons;

typedef struct am_neuron_kernel {
  /* One step. Writes the numbers of those that fired, ascending; returns how many. */
  int (*update)(const am_neurons *p, uint32_t *spikes);
} am_neuron_kernel;

/* Where models with a state "score" keep it. */
#define AM_NEURON_SCORE 3

typedef struct am_neuron_model {
  const char *name, *meaning;
  const amine_parameter *parameters; /* ends with a NULL name */
  const char *states[AM_NEURON_STATES + 1];
  const char *own[AM_NEURON_OWN + 1];
  int is_source; /* fires by itself: takes no input */
  /* Constants from the values in the table's order; and the initial value of each state. */
  void (*setup)(am_real *k, am_real *initial, const double *values, double dt_ms);
  /* own[which] as the kernel wants it, from the value the user gave */
  double (*own_value)(int which, double value, double dt_ms);
  const am_neuron_kernel *kernels[AM_N_ISA];
} am_neuron_model;

/* In the order of the public list; NULL past the end. */
const am_neuron_model *am_neuron_model_at(int k);
const am_neuron_model *am_neuron_model_find(const char *name);

#ifdef VEC_LANES /* for vector sources */
#include <math.h>

/* The largest number below x, so that v_lt(below, V) says V >= x. */
VEC_INLINE real real_below(real x) {
#if defined(AMINE_VEC_F64)
  return nextafter(x, -INFINITY);
#else
  return nextafterf(x, -INFINITY);
#endif
}

/* Appends first + i + l for each set lane l of m that is a neuron. */
VEC_INLINE int neurons_fire(uint32_t *spikes, int n_spikes, vmask m, int i, const am_neurons *p) {
  unsigned bits = v_mask_bits(m);
  if (p->n - i < VEC_LANES) bits &= (1u << (p->n - i)) - 1;
  for (; bits; bits &= bits - 1)
    spikes[n_spikes++] = p->first + (uint32_t)(i + __builtin_ctz(bits));
  return n_spikes;
}
#endif
#endif
