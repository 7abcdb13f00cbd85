/* Reward-modulated Hebbian learning of a whole recurrent network from one number at the end of a
 * trial: rare perturbations explore, a local trace remembers what moved, the reward decides.
 * Miconi 2017, eLife 6:e20899, doi:10.7554/eLife.20899, for every text of equations.
 *
 *     exploratory         H_ij = sum over t of (pre_j(t) (post_i(t) - mean_i(t-1)))^3
 *     node perturbation   H_ij = sum over t of pre_j(t) xi_i(t)
 *     mean   = keep mean + (1 - keep) post
 *     e      = mean of |output_0 - target| over the steps whose target counts;  the reward is -e
 *     J_ij  += clip(-eta m (e - ebar_k) H_ij, -c, c)    m = ebar_k if `scaled`, else 1
 *     ebar_k = a ebar_k + (1 - a) e                     k: the sort of trial; 0 at first
 *
 * Node perturbation: Fiete, Seung 2006, doi:10.1103/PhysRevLett.97.048104. Noise xi enters sums of
 * matrices. A text that says "given xi[n]" names the one, W @ x + V @ u + xi, and post is the first
 * state as long as xi (of ctrnn the potential x, of which pre is the rate). In a text that names none
 * xi is added to every sum in which matrices stand, each unit's and sum's own, and post is that sum,
 * xi included. J are the matrices of these sums, pre what they are multiplied with; those that read the
 * input learn `input` times as fast. All else stays as it was drawn. The mean begins at the state's
 * first value, or at the sum's value in the first step. The first units of the output are the answer.
 *
 * A connection with a trace L that lives (which texts call H), (w_ij + alpha_ij L_ij) pre_j, has L
 * for an input of the step: w learns as any J, alpha by what multiplies it, `alpha_rate` times as
 * fast:
 *
 *     exploratory   H_ij = sum over t of (L_ij(t) pre_j(t) (post_i(t) - mean_i(t-1)))^3
 *     node          H_ij = sum over t of L_ij(t) pre_j(t) xi_i(t)
 *
 * with sum_j L_ij pre_j in place of L_ij pre_j where there is one alpha for each post unit, and the
 * sum of these over i where there is one. L takes up what was, noise and all, and no derivative
 * goes through it: L(t) is settled before xi(t) is drawn, and what xi(t) does to later ones is in
 * the error. So a modulator's read-out learns as other matrices do, by noise in its own sum.
 *
 * In the first `warmup` trials only ebar changes. Trials follow one another, since each changes the
 * weights: a learner runs in one thread. Cost of a trial of T steps: N^2 T multiply-adds for J pre
 * and as many for H; for each trace its update, and as much again for the H of alpha. Memory: three
 * numbers a weight, the trace, and 34 steps of the plan's rows. */
#ifndef AMINE_LEARNER_EXPLORATORY_HEBB_H
#define AMINE_LEARNER_EXPLORATORY_HEBB_H

#include "learner/learner.h"
#include "network/stack.h"

typedef enum am_hebb_rule { AM_HEBB_EXPLORATORY, AM_HEBB_NODE } am_hebb_rule;

/* When it has learned: 95 of the last 100 trials had an error below the bound, or their mean was
 * below it. Not before the 100th trial. */
typedef enum am_hebb_criterion { AM_HEBB_SHARE, AM_HEBB_MEAN } am_hebb_criterion;

typedef struct am_hebb_options {
  am_stack_options units; /* text, sizes, what it is given; one layer */
  int n_lanes;            /* trials in an iteration, one after the other */
  am_hebb_rule rule;
  float chance;     /* of a perturbation, per unit and step */
  float amplitude;  /* xi ~ U(-amplitude, amplitude); x of ctrnn moves by xi dt / tau */
  float eta, clip;  /* c */
  float input;      /* share of eta for matrices that read the input */
  float alpha_rate; /* eta of what multiplies a living trace, in units of its matrix's */
  float average;    /* a */
  float keep;       /* of the running mean */
  bool scaled;
  uint64_t warmup; /* trials */
  uint32_t learn;  /* the roles that learn, as am_agent_options has it */
  bool shuffled;   /* a control: learns from the error of a random one of the last 100 trials */
  am_hebb_criterion criterion;
  float bound; /* of the error */
} am_hebb_options;

/* Constants for the exploratory rule, 1 trial an iteration, 100 to warm up, 3 Hz of perturbations:
 *   default    amplitude 16, eta 0.1, scaled, c 3e-4, a 0.75: those of the specification, with
 *              target 0.98 and ctrnn as it is; criterion: 95 of 100 below 1
 *   selective  the same with amplitude 30, eta 0.01, c 2e-4; criterion: a mean below 0.2
 *   printed    what the paper's text says: +-0.5 of x (amplitude 15 with tau / dt = 30), eta 0.5,
 *              not scaled, c 1e-4, a 0.33; with target 1 and biases=four: the paper's text says
 *              that four neurons are held at 1, but not which, nor how the running mean is kept
 * Each without its `units`. */
am_hebb_options am_hebb_default(void);
am_hebb_options am_hebb_selective(void);
am_hebb_options am_hebb_printed(void);

extern const am_learner_type am_hebb_type;

/* Makes a learner with fresh weights. The output has at least the task's n_targets units; the task
 * has targets. AMINE_ERROR_ARGUMENT also for a text into which no noise enters. */
amine_status am_hebb_create(am_learner **learner, const am_task *task,
                            const am_hebb_options *options, uint64_t seed, amine_error *error);

/* The share of the last 100 trials with an error below the bound: the published criterion is 0.95
 * below 1. 0 before the 100th trial. */
double am_hebb_share_below(const am_learner *learner, double bound);
/* The mean error of the last 100 trials; NAN before the 100th. */
double am_hebb_mean_error(const am_learner *learner);
/* The error of the trial k before the last one, k < 100 and less than the trials so far. */
double am_hebb_error(const am_learner *learner, int k);

/* Where the first state's first values and perturbations come from, if not from the counter-based
 * draws: for replays. */
typedef struct am_hebb_source {
  void (*start)(void *context, float *x); /* x(0) [n]; what is not drawn stays as it is */
  void (*perturb)(void *context, float *xi,
                  int t); /* [sums, in the text's order][n, padded to 16] */
  void *context;
} am_hebb_source;
void am_hebb_use_source(am_learner *learner, const am_hebb_source *source);
/* Of the last trial: H of tensor k, row-major, and the first state after it [n]. For tests. */
void am_hebb_trace(const am_learner *learner, int k, float *H);
void am_hebb_state(const am_learner *learner, float *x);

#endif
