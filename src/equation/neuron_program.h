/* A neuron's text as operations that run over many neurons at once (brain/neuron_text.c).
 *
 * Values are made once for all that ask for them. What is made of constants alone is computed in
 * double when a population is set up, the propagators of what is integrated exactly among it; what
 * is made of them and of gain and threshold, once a step; the rest for each neuron. Three lists of
 * operations: of the second kind, of a step, and of those blocks of neurons in which one fired.
 *
 * Exact integration. Of linear states x' = A x + r, r constant over a step h, let D be those that
 * only decay, O the others. Then
 *     x_D(h) = e^{h A_DD} x_D,    x_O(h) = x_O + F (A_OO x_O + r_O) + [e^{h A}]_OD x_D,
 *     F = integral of e^{s A_OO} over the step,
 * which leaves a state that does not change as it is, to the last bit. */
#ifndef AMINE_EQUATION_NEURON_PROGRAM_H
#define AMINE_EQUATION_NEURON_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>

#include "equation/neuron_text.h"

enum {
  AM_NEURON_MEAN_MOST = 500, /* spikes of a source in a step, on average */
  AM_NEURON_CONSTANTS = 64, /* numbers from set-up */
  AM_NEURON_FIXED = 96,     /* and with those of a step */
  AM_NEURON_VALUES = 1500,  /* of all kinds */
  AM_NEURON_OPERATIONS = 250,
  AM_NEURON_ROWS = 40, /* room for what lives within a step */
  AM_NEURON_PLACES = 200,
  AM_NEURON_PARAMETERS = 24, /* constants of a text */
  AM_NEURON_SHARES = 3
};

typedef enum am_neuron_do {
  /* where values come from */
  AM_NEURON_NUMBER,    /* number */
  AM_NEURON_PARAMETER, /* in[0]: which */
  AM_NEURON_DT,
  AM_NEURON_PROPAGATOR, /* in[0]: which of AM_PROPAGATE_, in[1], in[2]: of the linear states */
  AM_NEURON_GAIN,
  AM_NEURON_THRESHOLD,
  AM_NEURON_STATE,   /* in[0]: which */
  AM_NEURON_ARRIVED, /* in[0]: at which receptor */
  AM_NEURON_CURRENT,
  AM_NEURON_EACH,   /* in[0]: which of the parameters that each has for itself */
  AM_NEURON_SHARED, /* in[0]: which number of a step that is none of those above */
  AM_NEURON_FIRED, /* 1 if it fired, else 0 */
  /* what is done */
  AM_NEURON_COPY,
  AM_NEURON_NEGATE,
  AM_NEURON_ADD,
  AM_NEURON_SUBTRACT,
  AM_NEURON_MULTIPLY,
  AM_NEURON_DIVIDE,
  AM_NEURON_MULTIPLY_ADD,      /* a b + c */
  AM_NEURON_MULTIPLY_SUBTRACT, /* c - a b */
  AM_NEURON_MIN,
  AM_NEURON_MAX,
  AM_NEURON_ABS,
  AM_NEURON_EXP,
  AM_NEURON_LOG,
  AM_NEURON_SQRT,
  AM_NEURON_TANH,
  AM_NEURON_SIGMOID,
  AM_NEURON_EXPREL,
  AM_NEURON_SELECT, /* a < b ? c : d */
  AM_NEURON_COUNT,  /* one less, but 0 at least */
  AM_NEURON_CHANCE, /* 1 with probability a, else 0 */
  AM_NEURON_STEPS   /* of a time in ms: whole steps; of constants alone */
} am_neuron_do;

/* Of half a step or a whole one, e^{h A} or F; held: those that are held stand still. */
enum { AM_PROPAGATE_HALF = 1, AM_PROPAGATE_SUM = 2, AM_PROPAGATE_HELD = 4 };

/* How often a value is computed. */
typedef enum am_neuron_rate { AM_AT_SETUP, AM_EACH_STEP, AM_EACH_NEURON } am_neuron_rate;

typedef struct am_neuron_value {
  uint8_t kind, rate, n_in;
  int16_t in[4]; /* values, or as the kind says */
  double number;
} am_neuron_value;

/* Where an operand or a result lies: rows of `row`, fixed numbers, states, and so on. */
typedef enum am_neuron_place_kind {
  AM_PLACE_ROW,
  AM_PLACE_FIXED,
  AM_PLACE_STATE,
  AM_PLACE_ARRIVED,
  AM_PLACE_CURRENT,
  AM_PLACE_EACH
} am_neuron_place_kind;

typedef struct am_neuron_place {
  uint8_t kind, index;
} am_neuron_place;

typedef struct am_neuron_operation {
  uint8_t kind, out, in[4]; /* places; of operations of every step fixed numbers */
} am_neuron_operation;

enum { AM_LIST_SHARED, AM_LIST_STEP, AM_LIST_FIRES, AM_N_LISTS };

typedef struct am_neuron_program {
  am_neuron_place places[AM_NEURON_PLACES];
  am_neuron_operation operations[AM_NEURON_OPERATIONS];
  int begin[AM_N_LISTS + 1]; /* of the operations of each list */
  int n_places, n_rows, n_constants, n_fixed;
  int gain, threshold, shared[AM_NEURON_SHARES]; /* fixed numbers, -1: not asked for */
  int fired;           /* the place that is 1 for who fired */
  bool draws;          /* it fires by chance */
  /* for set-up */
  am_neuron_value values[AM_NEURON_VALUES];
  int n_values;
  int16_t constant[AM_NEURON_CONSTANTS]; /* the values that the first fixed numbers are */
  int16_t initial[AM_NEURON_STATES];     /* values at set-up */
  int16_t factor[AM_NEURON_STATES];      /* of who is told: what becomes of each, by itself */
  int16_t slope[AM_NEURON_STATES];       /* each derivative by its own state; -1: there is none */
  bool compared[AM_NEURON_STATES];       /* whether firing depends on it */
  am_scheme scheme[AM_NEURON_STATES];
  int16_t held;                                            /* the steps it is held, -1 */
  int n_linear, linear[AM_NEURON_STATES];                  /* states that are integrated exactly */
  bool decays[AM_NEURON_STATES];                           /* of those: alone, for itself */
  bool stands[AM_NEURON_STATES];                           /* is held */
  int16_t coefficient[AM_NEURON_STATES][AM_NEURON_STATES]; /* A; -1: 0 */
  int n_states;                                            /* with the one that counts */
  int counts;                                              /* that one, -1 */
  int mean; /* the one that is how often it fires in a step on average, -1 */
  int16_t means;                                           /* its value */
  int each[AM_NEURON_OWN], n_each;                         /* parameters */
} am_neuron_program;

/* The program of a text. AMINE_ERROR_INPUT, as of the text, for what cannot be integrated as it
 * says and for what there is no room for; AMINE_ERROR_MEMORY. */
amine_status am_neuron_program_make(am_neuron_program *program, const am_neuron_text *text,
                                    amine_error *error);

/* The numbers of a population, from the text's constants in their order: k [AM_NEURON_CONSTANTS],
 * initial [AM_NEURON_STATES]. false: one of them is not finite. */
bool am_neuron_program_setup(const am_neuron_program *program, double *k, double *initial,
                             const double *constants, double dt_ms);
/* All values of a program in double, x [n_values]: where `states` [AM_NEURON_STATES] and what is
 * shared [AM_NEURON_SHARES] are so (NULL: 0), nothing arrives and nobody fires. */
void am_neuron_program_evaluate(const am_neuron_program *program, double *x,
                                const double *constants, const double *states,
                                const double *shared, double dt_ms);

/* How often a source fires in a step on average. */
double am_neuron_program_mean(const am_neuron_program *program, const double *constants,
                              double dt_ms);

/* The time constants in ms that these values have at the initial state: `compared`, the longest of
 * those of which firing tells, `others`; and how long a neuron is held. The longest step with which
 * the schemes do not make more of what should decay there; INFINITY: any. */
typedef struct am_neuron_times {
  double compared_ms, others_ms, held_ms, longest_step_ms;
} am_neuron_times;
am_neuron_times am_neuron_program_times(const am_neuron_program *program, const double *constants,
                                        double dt_ms);

#endif
