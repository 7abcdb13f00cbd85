/* A synapse rule's text as programs that run over many synapses at once (rule/synapse_text.c): of
 * arrivals, of the target's spikes, of a step; and of what is left at the target, as a neuron's
 * that fires when it is told (neuron_program.h). What is of the source, eligibility and level
 * follow laws that are known in closed form; the values of `laws` are their numbers. */
#ifndef AMINE_EQUATION_SYNAPSE_PROGRAM_H
#define AMINE_EQUATION_SYNAPSE_PROGRAM_H

#include "equation/neuron_program.h"
#include "equation/synapse_text.h"

typedef enum am_synapse_passes {
  AM_PASS_ARRIVE,    /* what is of the source is shared by a row */
  AM_PASS_FIRE,      /* what is of the target, by a column */
  AM_PASS_STEP,      /* as AM_PASS_ARRIVE; it makes eligibility itself, not its change */
  AM_PASS_STEP_KEPT, /* the same, its change, for eligibility that keeps what it is short of */
  AM_N_PASSES
} am_synapse_passes;

/* The states of a pass: the first two are read as they are and become the change of weight and of
 * eligibility; the others are read alone. Shared are the numbers of the side, and M. */
enum {
  AM_SYNAPSE_W,
  AM_SYNAPSE_C,
  AM_SYNAPSE_SOURCE,
  AM_SYNAPSE_TARGET = AM_SYNAPSE_SOURCE + AM_SYNAPSE_SIDE,
  AM_SYNAPSE_SCORE = AM_SYNAPSE_TARGET + AM_SYNAPSE_SIDE,
  AM_SYNAPSE_STATES
};
enum { AM_SYNAPSE_SHARED_M = AM_SYNAPSE_SIDE }; /* behind those of the side */

typedef struct am_synapse_pass {
  am_neuron_program program;
  int16_t change[2]; /* the values of the changes, of weight and of eligibility */
  bool changes[2], reads[AM_SYNAPSE_STATES], any;
} am_synapse_pass;

typedef struct am_synapse_program {
  am_synapse_pass passes[AM_N_PASSES];
  am_neuron_program target; /* lists: FIRES, then STEP */
  am_neuron_program origin; /* of sources that follow no law: STEP, then FIRES; the efficacy last */
  am_neuron_program laws;   /* values alone */
  int n_sources, n_targets;
  bool is_late, has_eligibility, is_gone; /* gone: at the end of its step */
  /* Whether what is of the source needs a program: it does more than decay and be raised; whether
   * it says what is delivered; whether spikes change anything else. */
  bool runs_origin, delivers, changes;
  double w_min, w_max;
  char weight_name[AM_SYMBOL_SIZE], eligibility_name[AM_SYMBOL_SIZE], efficacy_name[AM_SYMBOL_SIZE],
      source_name[AM_SYNAPSE_SIDE][AM_SYMBOL_SIZE], target_name[AM_SYNAPSE_SIDE][AM_SYMBOL_SIZE];
  /* Values of `laws`, -1: none. Of the source: time constant, and x <- keeps x + 1; of eligibility
   * and level: time constants; w' = gamma c (d - base); how often. */
  int16_t source_tau[AM_SYNAPSE_SIDE], source_keeps[AM_SYNAPSE_SIDE], source_adds[AM_SYNAPSE_SIDE];
  int16_t eligibility_tau, level_tau, gamma, base, every;
} am_synapse_program;

/* The numbers of the laws. */
typedef struct am_synapse_laws {
  double source_tau[AM_SYNAPSE_SIDE], source_keeps[AM_SYNAPSE_SIDE];
  double eligibility_tau, level_tau, gamma, base, every; /* 0 where there is none */
} am_synapse_laws;

/* The program of a text; its constants are the parameters from `first` on, the first two are w_min
 * and w_max. AMINE_ERROR_INPUT, as of the text, for laws that are not of the kind that is known,
 * and for what there is no room for; AMINE_ERROR_MEMORY. */
amine_status am_synapse_program_make(am_synapse_program *program, am_synapse_text *text, int first,
                                     amine_error *error);

/* From all parameters in their order. false: a number is not finite, a time not positive, or memory
 * was refused. */
bool am_synapse_program_laws(const am_synapse_program *program, am_synapse_laws *laws,
                             const double *parameters);
/* The largest change of a weight, or of eligibility as weight, where what is left at both sides is
 * 0 or 1, and weights at a bound or at `weight`. */
double am_synapse_program_change(const am_synapse_program *program, const double *parameters,
                                 double weight);
/* By how much less than 1 what is of the target, or of the source by a program, is multiplied in a
 * step where it is at first, the least of those that are; 1: none is. */
double am_synapse_program_loss(const am_synapse_program *program, const double *parameters,
                               double dt_ms);

#endif
