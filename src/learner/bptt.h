/* Backpropagation through time through layers of any text, its traces and their modulator: the
 * yardstick beside which learning without backprop is measured. The objective follows the task.
 *
 *     h = layers(u),  logits = W_o h + b_o,  V = w_v h + b_v          (h: the top layer)
 *
 *     rewards          ascends  mean over lanes of
 *                      sum_t [ log pi(a_t) A_t - c_v (R_t - V_t)^2 / 2 + beta H_t ]
 *     right answers    sum_t log pi(a*_t) in place of log pi(a_t) A_t, or beside it (learner.teach)
 *     values           - 1/T sum_t asked_t 1/n |y_t - y*_t|^2, y = W_o h + b_o (T: am_task_counted)
 *     symbols          sum_t log p_t(s_{t+1}), from window to window of a text (below)
 *
 * less trace_penalty mean_ij H_t,ij^2 of each trace, as step t reads it, and
 * less kl_weight KL(pi_t || pi_first,t), where the policy that the run began with is kept, which meets
 * the same episode, by the exact gradient (A, R = A + V and what is given to a modulator held fixed; objective.h),
 * except that the critic's own weights w_v, b_v have c_v = 1: c_v says how much the critic may shape
 * the units below it. `a2c` is the actor-critic as Miconi et al. 2019 have it: its loss is a mean
 * over steps, c_v holds for the critic's own weights too and has no 1/2, and H is a sum of squared
 * probabilities.
 *
 * Three ways lead there. Sixteen lanes lie side by side (bptt_lanes.c), which is faster as long as all
 * states of traces, if any live, can be kept near; else two (bptt_pairs.c), and for what `a2c` alone
 * has. Sources: Williams 1992, doi:10.1007/BF00992696; Mnih et al. 2016, arXiv
 * 1602.01783; Werbos 1990, doi:10.1109/5.58337. */
#ifndef AMINE_LEARNER_BPTT_H
#define AMINE_LEARNER_BPTT_H

#include "learner/actor.h"
#include "learner/agent.h"
#include "learner/rollout.h"
#include "network/units.h"

typedef struct am_bptt_options {
  am_agent_options agent;
  float gamma, lambda, value_weight, entropy_weight; /* c_v, beta */
  float kl_weight; /* of the way from the policy that the run began with */
  am_teach teach;
  am_readout readout;
  am_entropy entropy;
  am_baseline baseline;
  float alpha_rate; /* alpha's steps are multiplied by this */
  float trace_penalty; /* what the mean of H^2 counts in the loss of a step; at least 0 */
  bool a2c;         /* under that name */
  bool pairs;       /* two lanes side by side where sixteen could lie, too */
  int n_embedded;   /* numbers of a symbol's vector; 0: as many as hidden units */
  am_feed feed;     /* for a network whose M is given */
} am_bptt_options;

typedef struct am_bptt_symbols am_bptt_symbols;

typedef struct am_bptt {
  am_agent agent; /* first */
  am_bptt_options options;
  bool values;              /* real values are asked for */
  bool pairs;               /* two lanes side by side: what is below is there, else `net` */
  am_bptt_symbols *symbols; /* of a task of symbols: its own way; else NULL */
  am_actor_net net;
  am_pair pair;
  const am_rule_type *rule; /* of its traces, if they live */
  /* for AM_BASELINE_SHARED0: lane 0's values [n_steps], and how far the returns are from them, the
   * sums of each group's lanes [n_groups][n_steps] */
  float *shared, *apart;
  const float *first; /* the parameters that the run began with; NULL: they are not kept */
} am_bptt;

/* All that shapes the future is in the agent. AMINE_ERROR_ARGUMENT for an option out of range, a
 * task without answers that is to be taught by them, or a number that nobody gives. The task is
 * borrowed and must outlive it. Free it with am_learner_destroy. */
amine_status am_bptt_create(am_learner **learner, const am_task *task, const am_units *units,
                            const am_bptt_options *options, amine_error *error);

static inline am_bptt *am_bptt_of(am_learner *learner) { return (am_bptt *)(void *)learner; }

/* Where two lanes lie side by side: the first worker's actors. */
static inline const am_actor *am_bptt_actors(const am_bptt *b) {
  return (const am_actor *)(const void *)b->agent.blocks;
}
/* There, too: plays the episode (seed, 0, lane) with the first actor, which
 * is returned; watch as in am_play. */
const am_actor *am_bptt_watch(am_bptt *b, uint32_t lane, uint64_t seed, bool greedy,
                              void (*watch)(void *context, const am_actor *actor, int t),
                              void *context);

/* One part under two names. */
extern const am_learner_type am_bptt_type, am_a2c_type;

/* ------------------------------------------------------------------------------ its three ways */
amine_status am_bptt_lanes_open(am_bptt *b, const am_task *task, const am_units *units,
                                amine_error *error);
amine_status am_bptt_pairs_open(am_bptt *b, const am_task *task, const am_units *units,
                                amine_error *error);
amine_status am_bptt_pairs_iterate(am_bptt *b, am_learner_report *report, amine_error *error);
int am_bptt_pairs_series(const am_bptt *b, am_series *out);
/* Takes the step of the layers' parameters, the first; returns how many they are. */
size_t am_bptt_pairs_descend(const am_bptt *b, const am_step *step, const float *gradient,
                             float rate);

/* The way of tasks of symbols, whose state goes on from window to window:
 *
 *     ascends  mean over lanes of  sum_t log p_t(s_{t+1})
 *
 * over a window of n_steps, cut from the gradient where the window begins: states, and traces with
 * what is still to be taken up of the last step, are carried over but held fixed (truncated
 * backpropagation through time, Williams & Peng 1990, doi:10.1162/neco.1990.2.4.490). What is carried
 * is of the learner's state and saved: of the tensors behind the agent's. A rule's own learned rate of
 * eligibility stays in [0, 1]. */
amine_status am_bptt_symbols_open(am_bptt *b, const am_task *task, const am_units *units,
                                  amine_error *error);
void am_bptt_symbols_close(am_bptt *b);
amine_status am_bptt_symbols_iterate(am_bptt *b, am_learner_report *report, amine_error *error);
void am_bptt_symbols_evaluate(am_bptt *b, double *rewards, int n_episodes, uint32_t first,
                              uint64_t seed);
int am_bptt_symbols_series(const am_bptt *b, am_series *out);
/* A window that is not a text's first is watched from the state that the last one watched left. */
void am_bptt_symbols_watch(am_bptt *b, am_series *series, uint32_t lane, uint64_t seed);
void am_bptt_symbols_write(am_bptt *b, int *symbols, int n, uint64_t seed);
bool am_bptt_symbols_tensor(const am_bptt *b, int k, am_learner_tensor *out);
float *am_bptt_symbols_values(const am_bptt *b);

#endif
