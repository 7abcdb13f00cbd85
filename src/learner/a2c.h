/* The actor-critic learner: plays a batch of episodes, takes the exact gradient, makes one step of
 * the optimiser. */
#ifndef AMINE_LEARNER_A2C_H
#define AMINE_LEARNER_A2C_H

#include "learner/actor.h"
#include "learner/learner.h"
#include "learner/optimiser.h"
#include "learner/schedule.h"
#include "network/units.h"

typedef struct am_a2c_options {
  int n_lanes;                             /* episodes in a batch */
  float gamma, lambda, value_weight, beta; /* see a2c_loss.h */
  am_entropy entropy;
  am_baseline baseline;
  am_optimiser optimiser;
  float alpha_rate; /* alpha's steps are multiplied by this */
  uint64_t warmup;  /* iterations without a step */
  am_schedule schedule;
  am_feed feed; /* for a network whose M is given */
} am_a2c_options;

/* All that shapes the future is in the base (numbers: beta1^k, beta2^k after k steps of Adam) and
 * in the parameters and their moments; the rest is scratch memory. */
typedef struct am_a2c {
  am_learner learner; /* first, so that an am_learner of am_a2c_type is an am_a2c */
  am_pair network;
  am_places places;
  const am_rule_type *rule; /* of its traces, if they live */
  am_a2c_options options;
  uint64_t seed;
  float *parameters, *m, *v; /* [network.size] */
  int n_threads, n_chunks;
  float *gradients;   /* [n_chunks + 1][network.size]; the last is the sum */
  am_actor *actors;   /* [n_threads][AM_TRACE_LANES] */
  char *actor_blocks; /* [n_threads][AM_TRACE_LANES][am_actor_bytes] */
  am_a2c_sums *sums;  /* [n_lanes] */
  /* for AM_BASELINE_SHARED0: lane 0's values [n_steps], and how far the returns are from them, the
   * sums of each chunk's lanes [n_chunks][n_steps] */
  float *shared, *apart;
} am_a2c;

/* The type of every actor-critic: learner->type == &am_a2c_type tells one from other learners.
 *
 * iterate answers AMINE_ERROR_NUMERIC if the gradient's norm is not a number or above 1e6. The
 * tensors are the network's, then adam.m.NAME and adam.v.NAME of each, or the moments of another
 * optimiser. */
extern const am_learner_type am_a2c_type;

am_a2c_options am_a2c_default(void);

/* Makes a learner with fresh parameters for a text whose heads are the task's actions and a value.
 * The task is borrowed and must outlive it. All memory that training needs is taken here. */
amine_status am_a2c_create(am_learner **learner, const am_task *task, const am_units *units,
                           const am_a2c_options *options, uint64_t seed, int n_threads,
                           amine_error *error);

static inline am_a2c *am_a2c_of(am_learner *learner) { return (am_a2c *)learner; }

/* Plays the episode (seed, 0, lane) with the first actor, which is returned; watch as in am_play.
 */
const am_actor *am_a2c_watch(am_a2c *learner, uint32_t lane, uint64_t seed, bool greedy,
                             void (*watch)(void *context, const am_actor *actor, int t),
                             void *context);

#endif
