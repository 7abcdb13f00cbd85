/* The language of equations for a neuron: a text becomes symbols, trees and what is done with them
 * in a step.
 *
 *     # Adaptive exponential integrate and fire    a comment; the first is the meaning
 *     neuron adex                                  what it is called
 *     constant tau_w_ms = 144 from 1e-3 to 1e6 ms "..."   a number that a user may set
 *     constant c = -65 from -100 to 0 mV "..."
 *     each c                                       may differ from neuron to neuron (eight may)
 *     state v = v_rest_mv mV, w, g_e, g_i          numbers of each neuron, and what they are at first
 *     input I                                      the external current
 *     arrival a_e, a_i                             what arrives in a step at receptor 1, at receptor 2;
 *                                                  one name alone: at both
 *     receptor nmda                                what arrives at a further receptor, of this name
 *     given threshold, gain, dt                    1 + inhibition; what all input is multiplied by
 *                                                  (I and arrivals are so already); the step in ms
 *     x = exp(v / delta)                           a value, of the states where it is asked for
 *     g_e' = -g_e / tau_e_ms                       a derivative, by 1 ms: what is linear, with
 *                                                  constant coefficients, is integrated exactly
 *     v' = (x + g_e + I - w) / c by heun           all else as it says
 *     begin : g_e <- g_e + a_e, g_i <- g_i + a_i   before a step
 *     end : v <- v + a_e                           after it, line after line
 *     spike v >= v_peak : v <- v_reset, w <- w + b when it fires, and what follows
 *     chance r * exprel(-r) : kappa <- kappa - k   or with which probability it does in a step
 *     poisson rate_hz * dt / 1000                  or how often in a step on average, a Poisson
 *                                                  number, of constants alone: a source
 *     refractory refractory_ms                     how long those states are held, and it does not
 *                                                  fire, of which the condition tells
 *
 * A text that names neither input nor arrival is of a source, which fires by itself.
 *
 * Schemes, of a step h, and of which error they leave:
 *     euler              x + h f, one state after the other, each seeing what became of those above
 *     half_steps         the same in two halves
 *     heun               all its states together: slopes at both ends of the step, the second where
 *                        the first leads to; what is exact, as it is at that end
 *     midpoint           together: the slope of the middle, where half a step leads to
 *     exponential_euler  together: x + h f exprel(h df/dx), what is exact as it is in the middle
 *
 * Beside the functions of all texts that are not of vectors: where(a < b, x, y), with <, <=, >, >=,
 * and exprel(x) = (e^x - 1) / x. Updates of one line see what was before that line. */
#ifndef AMINE_EQUATION_NEURON_TEXT_H
#define AMINE_EQUATION_NEURON_TEXT_H

#include "equation/equations.h"

enum {
  AM_NEURON_STATES = 12, /* with one of the language's own: how long it is held, or how often it
                          * fires on average */
  AM_NEURON_RECEPTORS = 8, /* those two among them */
  AM_NEURON_OWN = 8,     /* parameters that each neuron may have for itself */
  AM_NEURON_UPDATES = 48
};

typedef enum am_scheme {
  AM_SCHEME_NONE, /* exact */
  AM_SCHEME_EULER,
  AM_SCHEME_HALF_STEPS,
  AM_SCHEME_HEUN,
  AM_SCHEME_MIDPOINT,
  AM_SCHEME_EXPONENTIAL_EULER,
  AM_N_SCHEMES
} am_scheme;
const char *am_scheme_name(am_scheme scheme);

typedef enum am_neuron_when { AM_WHEN_BEGIN, AM_WHEN_END, AM_WHEN_FIRES } am_neuron_when;

/* symbol <- node; updates of one line are of one `line`. */
typedef struct am_neuron_update {
  am_neuron_when when;
  int line, symbol, node;
} am_neuron_update;

typedef struct am_neuron_text {
  am_equations *e;                       /* owned; e->network is its name, "" if it has none */
  int state[AM_NEURON_STATES], n_states; /* symbols */
  int slope
      [AM_NEURON_STATES]; /* nodes of their derivatives, -1: none; in their order of the text: */
  int moved[AM_NEURON_STATES], n_moved;
  am_scheme scheme[AM_NEURON_STATES];
  int each[AM_NEURON_OWN], n_each; /* symbols */
  int input, arrival[2];           /* symbols, -1: none */
  int receptor[AM_NEURON_RECEPTORS - 2], n_receptors; /* symbols of the further ones */
  int condition;                   /* node of "where(...)": 1 if it fires, -1: by chance */
  int chance;                      /* node, -1 */
  int mean;                        /* node of how often it fires in a step on average, -1 */
  int fires_at;                    /* byte of the statement */
  int refractory;                  /* node of the time in ms, -1 */
  bool told;                       /* what arrives at receptor 1 says whether it fires */
  int first_parameter;             /* of its constants; those before are no constants of the text */
  am_neuron_update updates[AM_NEURON_UPDATES];
  int n_updates, n_lines;
} am_neuron_text;
/* What a text has not said yet. */
#define AM_NEURON_TEXT_SILENT                                                                      \
  .input = -1, .arrival = {-1, -1}, .condition = -1, .chance = -1, .mean = -1, .refractory = -1

/* Reads one. `name` stands in sentences. AMINE_ERROR_INPUT with line, column and a mark for what is
 * wrong, AMINE_ERROR_MEMORY; text->e is then NULL. */
amine_status am_neuron_text_read(am_neuron_text *text, const char *name, const char *source,
                                 amine_error *error);
void am_neuron_text_free(am_neuron_text *text);

#endif
