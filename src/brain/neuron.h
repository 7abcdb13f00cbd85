/* A neuron model: its parameters, its state, and one step of a piece of a population.
 *
 * A model has two forms, from one text: in 32 bits for each instruction set, and the wide form in
 * 64 bits for neurons whose time constants are so long against a step that 32 bits would round
 * their changes away.
 *
 * Each model is one vector source of this folder with its equation on top. What the modulators do
 * to a neuron arrives as two numbers: `gain` multiplies all input, `threshold` is 1 + inhibition,
 * by which the distance from rest to threshold grows. */
#ifndef AMINE_BRAIN_NEURON_H
#define AMINE_BRAIN_NEURON_H

#include <stdbool.h>
#include <stdint.h>

#include "amine/brain.h"
#include "kernel/isa.h"
#include "kernel/real.h"

#define AM_NEURON_STATES 5
#define AM_NEURON_STEPS "refractory_ms" /* the parameter that is counted in steps */
#define AM_NEURON_OWN 2 /* parameters that each neuron may have for itself */
#define AM_NEURON_CONSTANTS 32

/* n neurons side by side; arrays are padded with zeros to a multiple of 16 and begin at the piece:
 *   s          states in the order of the model's names
 *   in         what arrives in this step at receptor 1 and 2; left at 0
 *   current    external input
 *   k          [AM_NEURON_CONSTANTS] from set-up
 *   first      number of the first neuron, for the list of spikes
 *   seed, step, population, index   for models that draw: who draws (kernel/philox.h); index of the
 *              first neuron in its population
 * The types have no tags, so that what is `am_neurons` in a source compiled in 64 bits is
 * `am_neurons_wide` for the others. */
#define AM_NEURONS(name, number)                                                                   \
  typedef struct {                                                                                 \
    number *s[AM_NEURON_STATES], *in[2];                                                           \
    const number *current, *own[AM_NEURON_OWN], *k;                                                \
    number gain, threshold;                                                                        \
    uint32_t first;                                                                                \
    int n;                                                                                         \
    uint64_t seed, step;                                                                           \
    uint32_t population, index;                                                                    \
  } name
AM_NEURONS(am_neurons, am_real);
AM_NEURONS(am_neurons_wide, double);

/* update: one step. Writes the numbers of those that fired, ascending; returns how many. */
typedef struct {
  int (*update)(const am_neurons *p, uint32_t *spikes);
} am_neuron_kernel;
typedef struct {
  int (*update)(const am_neurons_wide *p, uint32_t *spikes);
} am_neuron_wide;

/* The steps of a time constant up to which 32 bits hold a state: of what is compared with a
 * threshold, and of what is not (docs/brain.md, "What precision holds"). */
#define AM_NARROW_MEMBRANE 1024
#define AM_NARROW_STEPS 4096
#define AM_NARROW_COUNT (1 << 24) /* of steps that are counted down */

/* Where models with a state "score" keep it. */
#define AM_NEURON_SCORE 3

typedef struct am_neuron_model {
  const char *name, *meaning;
  const amine_parameter *parameters; /* ends with a NULL name */
  const char *states[AM_NEURON_STATES + 1];
  const char *own[AM_NEURON_OWN + 1];
  const char *own_from[AM_NEURON_OWN]; /* the parameter it is made of; NULL: that of its name */
  int is_source; /* fires by itself: takes no input */
  /* Constants from the values in the table's order; and the initial value of each state. */
  void (*setup)(double *k, double *initial, const double *values, double dt_ms);
  /* Above 1: 32 bits do not hold its states. NULL: it has none. */
  double (*slowness)(const double *values, double dt_ms);
  /* The longest step with which its equations can be integrated. NULL: any. */
  double (*longest_step)(const double *values);
  /* own[which] as the kernel wants it, from the value the user gave */
  double (*own_value)(int which, double value, double dt_ms);
  const am_neuron_kernel *kernels[AM_N_ISA];
  const am_neuron_wide *wide[AM_N_ISA];
  /* For sources that may fire more than once in a step: how often neuron i of the piece did, which
   * fired, at most `most`; and what that may be for the value of own[which] that is the largest. */
  uint32_t (*times)(const am_neurons *p, int i, uint32_t most);
  uint32_t (*most)(const am_real *const own[AM_NEURON_OWN], int n);
} am_neuron_model;

/* May a neuron of it fire more than once in a step? */
static inline bool am_neuron_repeats(const am_neuron_model *model) {
  return model->times || !model->kernels[0]; /* who is told may be told twice */
}

/* Are arrivals at a model of this name conductances, so that receptor 2 inhibits with positive
 * weights? */
bool am_neuron_is_conductance(const char *model);

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
