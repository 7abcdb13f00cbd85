/* The language of equations for a plasticity rule of spiking synapses: a text becomes symbols,
 * trees and what is done with them when a spike arrives, when the target fires, in each step and
 * when a reward comes.
 *
 *     # STDP gated by dopamine                a comment; the first is the meaning
 *     synapse da_stdp                         what it is called
 *     constant a = 0.1 from 0 to 1 "..."      a number that a user may set
 *     weight w from 0 to 4                    the weight, and the bounds that it has unless others
 *                                             are set
 *     source x, R = 1                         what spikes leave at the source, as they arrive, at
 *     target y, theta = 1                     the target, and there what it is at first: at most
 *                                             two each
 *     efficacy s                              what part of its weight a synapse delivers, said by
 *                                             arrivals of what is of the source; else 1
 *     eligibility c                           a second number of each synapse, 0 at first
 *     level d                                 what rewards leave: one for all synapses, or that of
 * a
 *                                             chemical system in its place
 *     given M, score, fired, dt, w_min, w_max the third factor; the target's state of that name;
 *                                             whether the target fires in this step; the step in
 *                                             ms; the weight's bounds
 *     room = w_max - w                        a value, where it is asked for
 *     x' = -x / tau_plus_ms                   derivatives by 1 ms. What is of the source, the
 *     c' = -c / tau_c_ms                      eligibility and the level decay alone, or, of the
 *     theta' = (y - theta) / tau by heun      source and of the target, as a neuron's states
 *     arrival : w <- w - M * y, x <- x + 1    a spike arrives; line after line
 *     late : w <- w + y                       the same, once the targets of this step have fired
 *     spike : w <- w + M * x, y <- y + 1      the target fires
 *     step : y <- min(fired, 1)               in each step, after the derivatives
 *     step : c <- c + score * x               in each step, where a source left something
 *     step : c <- 0                           eligibility lasts until the end of its step
 *     reward r : d <- d + r                   a reward raises the level,
 *     w' = c * (d - b) [every read_ms]        by which eligibility becomes weight; or it is an
 *     reward r : w <- w + gamma * r * c       impulse, and makes weight at once
 *
 * Updates of one line see what was before that line; an arrival sees x without itself, a spike y
 * without itself, and x with the arrivals of its step. Functions, comparisons and schemes are those
 * of neurons (neuron_text.h). */
#ifndef AMINE_EQUATION_SYNAPSE_TEXT_H
#define AMINE_EQUATION_SYNAPSE_TEXT_H

#include <stdint.h>

#include "equation/neuron_text.h"

enum { AM_SYNAPSE_SIDE = 2 }; /* numbers of the source, and of the target, at most */

typedef enum am_synapse_when {
  AM_WHEN_ARRIVES,
  AM_WHEN_LATE,
  AM_WHEN_SPIKES,
  AM_WHEN_STEPS,
  AM_WHEN_REWARDED,
  AM_N_SYNAPSE_WHEN
} am_synapse_when;

/* What a symbol stands for, that is no constant and no value. */
typedef enum am_synapse_role {
  AM_ROLE_NONE,
  AM_ROLE_WEIGHT,
  AM_ROLE_ELIGIBILITY,
  AM_ROLE_LEVEL,
  AM_ROLE_SOURCE,
  AM_ROLE_EFFICACY,
  AM_ROLE_TARGET,
  AM_ROLE_REWARD,
  AM_ROLE_FACTOR,
  AM_ROLE_SCORE,
  AM_ROLE_FIRED,
  AM_ROLE_STEP,
  AM_ROLE_BOUND
} am_synapse_role;

/* symbol <- node; updates of one line are of one `line`. */
typedef struct am_synapse_update {
  am_synapse_when when;
  int line, symbol, node, at;
} am_synapse_update;

typedef struct am_synapse_text {
  am_neuron_text target; /* what is of the target, as a neuron that fires when it is told */
  am_neuron_text origin; /* what is of the source, as another: that fires as a spike arrives */
  am_equations *e;       /* the same as target.e, which owns it, and as origin.e */
  uint8_t role[AM_SYMBOLS_MAX];
  unsigned knows[AM_SYMBOLS_MAX];         /* of values: 1u << role of all that they are made of */
  int weight, eligibility, level, reward, efficacy; /* symbols, -1: none */
  int source[AM_SYNAPSE_SIDE], n_sources; /* symbols */
  double w_min, w_max;
  /* nodes of derivatives, -1: none; and how often w' is taken, -1: always */
  int eligibility_slope, level_slope, weight_slope, every;
  am_synapse_update updates[AM_NEURON_UPDATES];
  int n_updates, n_lines;
} am_synapse_text;

/* Reads one. `name` stands in sentences. AMINE_ERROR_INPUT with line, column and a mark for what is
 * wrong, AMINE_ERROR_MEMORY; text->e is then NULL. */
amine_status am_synapse_text_read(am_synapse_text *text, const char *name, const char *source,
                                  amine_error *error);
void am_synapse_text_free(am_synapse_text *text);

#endif
