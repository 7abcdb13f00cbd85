/* Reward-modulated Hebbian learning of a whole recurrent network from one number at the end of a
 * trial: rare perturbations explore, a local trace remembers what moved, the reward decides.
 * Miconi 2017, eLife 6:e20899, doi:10.7554/eLife.20899.
 *
 *     exploratory         H_ij = sum over t of (r_j(t-1) (x_i(t) - xbar_i(t-1)))^3
 *     node perturbation   H_ij = sum over t of r_j(t-1) xi_i(t)
 *     e      = mean of |r_0 - target| over the steps whose target counts;  the reward is -e
 *     J_ij  += clip(-eta m (e - ebar_k) H_ij, -c, c)    m = ebar_k if `scaled`, else 1
 *     ebar_k = a ebar_k + (1 - a) e                     k: the sort of trial; 0 at first
 *
 * Node perturbation: Fiete, Seung 2006, doi:10.1103/PhysRevLett.97.048104. Input weights stay as
 * they were drawn. In the first `warmup` trials only ebar changes. Trials follow one another, since
 * each changes the weights: a learner runs in one thread. Cost of a trial of T steps: N^2 T
 * multiply-adds for J r and as many for H; memory 3 N^2 numbers. */
#ifndef AMINE_LEARNER_EXPLORATORY_HEBB_H
#define AMINE_LEARNER_EXPLORATORY_HEBB_H

#include "learner/learner.h"
#include "network/ctrnn.h"

typedef enum am_hebb_rule { AM_HEBB_EXPLORATORY, AM_HEBB_NODE } am_hebb_rule;

/* When it has learned: 95 of the last 100 trials had an error below the bound, or their mean was
 * below it. Not before the 100th trial. */
typedef enum am_hebb_criterion { AM_HEBB_SHARE, AM_HEBB_MEAN } am_hebb_criterion;

typedef struct am_hebb_options {
  int n_lanes; /* trials in an iteration, one after the other */
  am_hebb_rule rule;
  float chance;    /* of a perturbation, per neuron and step */
  float amplitude; /* xi ~ U(-amplitude, amplitude); x moves by xi dt / tau */
  float eta, clip; /* c */
  float average;   /* a */
  bool scaled;
  uint64_t warmup; /* trials */
  bool shuffled;   /* a control: learns from the error of a random one of the last 100 trials */
  am_hebb_criterion criterion;
  float bound; /* of the error */
} am_hebb_options;

/* Constants for the exploratory rule, 1 trial an iteration, 100 to warm up, 3 Hz of perturbations:
 *   default    amplitude 16, eta 0.1, scaled, c 3e-4, a 0.75: those of the specification, with
 *              target 0.98 and am_ctrnn_default; criterion: 95 of 100 below 1
 *   selective  the same with amplitude 30, eta 0.01, c 2e-4; criterion: a mean below 0.2
 *   printed    what the paper's text says: +-0.5 of x (amplitude 15 with tau / dt = 30), eta 0.5,
 *              not scaled, c 1e-4, a 0.33; with target 1 and am_ctrnn_printed */
am_hebb_options am_hebb_default(void);
am_hebb_options am_hebb_selective(void);
am_hebb_options am_hebb_printed(void);

extern const am_learner_type am_hebb_type;

/* Makes a learner with fresh weights. The network has the inputs of the task and at least its
 * n_targets neurons; the task has targets. */
amine_status am_hebb_create(am_learner **learner, const am_task *task, const am_ctrnn *network,
                            const am_hebb_options *options, uint64_t seed, amine_error *error);

/* The share of the last 100 trials with an error below the bound: the published criterion is 0.95
 * below 1. 0 before the 100th trial. */
double am_hebb_share_below(const am_learner *learner, double bound);
/* The mean error of the last 100 trials; NAN before the 100th. */
double am_hebb_mean_error(const am_learner *learner);
/* The error of the trial k before the last one, k < 100 and less than the trials so far. */
double am_hebb_error(const am_learner *learner, int k);

/* Where x(0) and perturbations come from, if not from the counter-based draws: for replays. */
typedef struct am_hebb_source {
  void (*start)(void *context, float *x);           /* writes x(0) [N] */
  void (*perturb)(void *context, float *xi, int t); /* writes xi [N] */
  void *context;
} am_hebb_source;
void am_hebb_use_source(am_learner *learner, const am_hebb_source *source);
/* H [post][pre] of the last trial, and its last x [N]: for tests and pictures. */
void am_hebb_trace(const am_learner *learner, float *H, float *x);

#endif
