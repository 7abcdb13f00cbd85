/* A neuron model: its parameters, its state, and one step of a piece of a population.
 *
 * Each model is one source of this folder, with its equation on top. The build compiles it once for
 * each instruction set, which gives the step ("#ifdef AMINE_ISA"), and once without, which gives
 * the part: what it is called, its table of parameters, and what becomes of them. A step has two
 * forms, from one text: in 32 bits, and the wide form in 64 bits for neurons whose time constants
 * are so long against a step that 32 bits would round their changes away.
 *
 * What the modulators do to a neuron arrives as two numbers: `gain` multiplies all input,
 * `threshold` is 1 + inhibition, by which the distance from rest to threshold grows. */
#ifndef AMINE_BRAIN_NEURON_H
#define AMINE_BRAIN_NEURON_H

#include <stdbool.h>
#include <stdint.h>

#include "amine/brain.h"
#include "base/registry.h"
#include "equation/neuron_program.h"
#include "kernel/isa.h"
#include "kernel/real.h"

#define AM_NEURON_STEPS "refractory_ms" /* the parameter that is counted in steps */

/* n neurons side by side; arrays are padded with zeros to a multiple of 16 and begin at the piece:
 *   s          states in the order of the model's names
 *   in         what arrives in this step at receptor 1 and 2, and at those that `receptors` of the
 *              model names; left at 0
 *   current    external input
 *   k          [AM_NEURON_CONSTANTS] from set-up
 *   first      number of the first neuron, for the list of spikes
 *   program    of models that are texts
 *   seed, step, population, index   for models that draw: who draws (kernel/philox.h); index of the
 *              first neuron in its population
 * The types have no tags, so that what is `am_neurons` in a source compiled in 64 bits is
 * `am_neurons_wide` for the others. */
#define AM_NEURONS(name, number)                                                                   \
  typedef struct {                                                                                 \
    number *s[AM_NEURON_STATES], *in[AM_NEURON_RECEPTORS];                                         \
    const number *current, *own[AM_NEURON_OWN], *k;                                                \
    const am_neuron_program *program;                                                              \
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

/* A way to fire that has a name: values of a model, as others know them. */
typedef struct am_neuron_kind {
  const char *name;
  const char *others;        /* "rs|regular": further names; NULL: none */
  const amine_value *values; /* ends with a NULL name */
} am_neuron_kind;

typedef struct am_neuron_model am_neuron_model;
struct am_neuron_model {
  am_part part;                /* first; AM_NEURON */
  const char *others;          /* "iaf|cond-lif": what other tools call it; NULL: nothing else */
  const am_neuron_kind *kinds; /* ends with a NULL name; NULL: none */
  const char *states[AM_NEURON_STATES + 1];
  const char *own[AM_NEURON_OWN + 1];
  const char *receptors[AM_NEURON_RECEPTORS - 1]; /* beside the two that all have; ends with NULL */
  const char *own_from[AM_NEURON_OWN]; /* the parameter it is made of; NULL: that of its name */
  int is_source;                       /* fires by itself: takes no input */
  const am_neuron_program *program;    /* of a text, which says all that stands below; NULL: none */
  /* Constants from the values in the table's order; and the initial value of each state. NULL: it
   * has none. */
  void (*setup)(double *k, double *initial, const double *values, double dt_ms);
  /* Above 1: 32 bits do not hold its states. NULL: it has none. */
  double (*slowness)(const double *values, double dt_ms);
  /* The longest step with which its equations can be integrated. NULL: any. */
  double (*longest_step)(const double *values);
  /* The longest for which its equations are meant, and what comes of longer ones; 0: any. */
  double meant_step_ms;
  const char *beyond_meant;
  /* own[which] as the kernel wants it, from the value the user gave; NULL: as that is */
  double (*own_value)(int which, double value, double dt_ms);
  const am_neuron_kernel *kernels[AM_N_ISA]; /* NULL: it fires when it is told */
  const am_neuron_wide *wide[AM_N_ISA];
  /* For sources that may fire more than once in a step: how often neuron i of the piece did, which
   * fired, at most `most`; and how often it does on average, from the population's values and what
   * each neuron has for itself. */
  uint32_t (*times)(const am_neurons *p, int i, uint32_t most);
  double (*mean)(const am_neuron_model *model, const double *values,
                 const am_real *const own[AM_NEURON_OWN], int i, double dt_ms);
};

/* May a neuron of it fire more than once in a step? */
static inline bool am_neuron_repeats(const am_neuron_model *model) {
  return model->times || !model->kernels[0]; /* who is told may be told twice */
}

/* How many states a model has. */
int am_neuron_n_states(const am_neuron_model *model);
/* How many receptors it has, and the number of the one of a name, "excitatory", "inhibitory" or its
 * own; -1: none. */
int am_neuron_n_receptors(const am_neuron_model *model);
int am_neuron_receptor(const am_neuron_model *model, const char *name);
/* What a model says of values, whether it is code or a text: its constants and initial states, false
 * if one is not finite; above 1, that 32 bits do not hold its states; its longest step, INFINITY:
 * any. */
bool am_neuron_setup(const am_neuron_model *model, double *k, double *initial, const double *values,
                     double dt_ms);
double am_neuron_slowness_of(const am_neuron_model *model, const double *values, double dt_ms);
double am_neuron_longest_step(const am_neuron_model *model, const double *values, double dt_ms);

/* The parameter that own[which] is made of; and what becomes of a value of it. */
const char *am_neuron_own_from(const am_neuron_model *model, int which);
am_real am_neuron_own_value(const am_neuron_model *model, int which, double value, double dt_ms);

/* Whether what each neuron has for itself is a rate in Hz, and nothing else: then drives may change
 * it. How often one of n neurons may fire in a step, at most. */
#define AM_NEURON_RATE "rate_hz"
bool am_neuron_takes_rate(const am_neuron_model *model);
uint32_t am_neuron_most(const am_neuron_model *model, const double *values,
                        const am_real *const own[AM_NEURON_OWN], int n, double dt_ms);
/* A Poisson number that is not 0, at most `most`: how often neuron i of a piece fired, which did. */
uint32_t am_neuron_poisson_times(const am_neurons *p, int i, double mean, uint32_t most);

/* The equations of our models as texts (presets/neurons): what each is held to. */
extern const char am_neuron_text_lif[], am_neuron_text_lif_cond[], am_neuron_text_izhikevich[],
    am_neuron_text_izhikevich_2007[], am_neuron_text_adex[], am_neuron_text_escape[],
    am_neuron_text_poisson[];

/* Are arrivals at a model conductances, so that receptor 2 inhibits with positive weights? */
bool am_neuron_is_conductance(const am_neuron_model *model);

/* ------------------------------------------------------------------------------ for the parts */
/* Rows of their tables. */
#define AM_ROW_TAU(name, value, min, meaning) AM_NUMBER(name, value, min, 1e6, "ms", meaning)
#define AM_ROW_VOLT(name, value, meaning) AM_NUMBER(name, value, -1e3, 1e3, "mV", meaning)
#define AM_ROW_REFRACTORY(value) AM_ROW_TAU(AM_NEURON_STEPS, value, 0, "held at reset for so long")
#define AM_ROWS_CONDUCTANCES                                                                       \
  AM_ROW_TAU("tau_e_ms", 5, 1e-3, "of receptor 1"),                                                \
      AM_ROW_TAU("tau_i_ms", 10, 1e-3, "of receptor 2"),                                           \
      AM_ROW_VOLT("e_e_mv", 0, "reversal potential of receptor 1"),                                \
      AM_ROW_VOLT("e_i_mv", -80, "reversal potential of receptor 2")

/* Declares what the build makes of a source's step, and lists it for a model. */
#define AM_NEURON_DECLARE(name)                                                                    \
  AM_ISA_DECLARE(const am_neuron_kernel, name);                                                    \
  AM_WIDE_DECLARE(const am_neuron_wide, name)
#define AM_NEURON_STEP(name) .kernels = AM_ISA_TABLE(name), .wide = AM_WIDE_TABLE(name)

/* e^{-dt / tau}; 0 for what is gone at once. */
double am_neuron_decay(double tau_ms, double dt_ms);
/* Whole steps, for what is counted. */
double am_neuron_steps(double ms, double dt_ms);
/* The largest of what 32 bits are asked for, each as a part of what they hold: time constants of
 * the membrane and of two others, and a time that is counted. Above 1 is too much. */
double am_neuron_slowness(double membrane_ms, double a_ms, double b_ms, double refractory_ms,
                          double dt_ms);

/* ------------------------------------------------------------------------------ for the steps */
#ifdef AMINE_ISA
#include <math.h>

#include "kernel/vector.h"

/* The largest number below x, so that v_lt(below, V) says V >= x. */
VEC_INLINE real real_below(real x) {
#if defined(AMINE_VEC_F64)
  return nextafter(x, -INFINITY);
#else
  return nextafterf(x, -INFINITY);
#endif
}

/* Appends first + i + l for each element l that is set in m and is a neuron. */
VEC_INLINE int neurons_fire(uint32_t *spikes, int n_spikes, vmask m, int i, const am_neurons *p) {
  unsigned bits = v_mask_bits(m);
  if (p->n - i < VEC_LANES) bits &= (1u << (p->n - i)) - 1;
  for (; bits; bits &= bits - 1)
    spikes[n_spikes++] = p->first + (uint32_t)(i + __builtin_ctz(bits));
  return n_spikes;
}
#endif
#endif
