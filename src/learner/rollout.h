/* A recurrent network with a policy (and, if asked for, a critic) that lives a group of episodes
 * and keeps every step of them: what the learners of local traces and of perturbations share.
 *
 *     h = cell(u, h),  pi = softmax(W_o h + b_o), or y = W_o h + b_o for real values, or a Gaussian
 *     for real actions (gauss.h),
 *     V = w_v h + b_v
 *
 * The units are those of any text (network/stack.h), whose traces take up a step once the world has
 * answered. Memory of a worker: T (n_inputs + 5 n_out +
 * rows + 6) numbers a lane, rows = 5 n for gated units and 2 n for leaky ones; as many rows again
 * for who learns by local derivatives. */
#ifndef AMINE_LEARNER_ROLLOUT_H
#define AMINE_LEARNER_ROLLOUT_H

#include "base/blocks.h"
#include "learner/agent.h"
#include "learner/teach.h"
#include "network/stack.h"

/* What a network says, values or logits: W_o h + b_o, or its first units as they are. */
typedef enum am_readout { AM_READOUT_LEARNED, AM_READOUT_NONE } am_readout;

typedef struct am_actor_net {
  am_stack stack;
  int n_in, n, n_out;  /* n: units that the heads read */
  bool linear, critic; /* real values instead of actions; has a critic */
  bool real;           /* real actions: n_out is twice their numbers */
  bool bare;           /* no W_o, b_o: the first units are what is said */
  int heads;           /* the first tensor of the heads */
  size_t o_w, o_b, v_w, v_b;
} am_actor_net;

/* Adds the tensors of the units, "h2o.weight", "h2o.bias" (unless `bare` was set before), and
 * "h2v...." with a critic. The task says how many inputs there are. */
amine_status am_actor_net_make(am_actor_net *net, am_places *places, const am_task *task,
                               const am_stack_options *units, bool critic, amine_error *error);
void am_actor_net_free(am_actor_net *net);
void am_actor_net_initialise(const am_actor_net *net, const am_places *places, float *parameters,
                             uint64_t seed);

/* Arrays are [step][rows][AM_GROUP_LANES]. For real values p and answer are what was said and what
 * was wanted, and hit, logp and entropy are 0; for real actions they are what policy_lane.h says. */
typedef struct am_rollout {
  float *u, *live, *asked, *hit, *answer, *reward, *p, *logp, *entropy, *value;
  float *logits;
  void *fed; /* [am_group_feed_bytes]: what is given comes from */
  am_stack_memory units;
  int n_slots; /* steps that are kept: all of an episode, or 1 */
} am_rollout;

/* Cuts a block into arrays and returns its bytes; with a NULL block it only measures. Without
 * gradients one step is kept, in the place of step 0, whatever the length of an episode, unless the
 * network looks back. */
size_t am_rollout_lay_out(am_rollout *episode, float *block, const am_actor_net *net, int n_steps,
                          bool gradients);

/* How it is lived. */
typedef struct am_rollout_how {
  const float *parameters;
  const float *each; /* [weight][lanes], without a critic only; NULL: all lanes alike */
  bool dropped;      /* with dropout, if there is any */
  /* What is done to h [n][lanes] at t before anyone sees it, traces too; NULL: nothing */
  void (*disturb)(void *context, float *h, int t);
  /* Called when a step is over, before it is forgotten, with where it is kept; NULL: nobody */
  void (*step_over)(void *context, am_turn *turn, int slot);
  void *context;
} am_rollout_how;

/* Lives it, adds to turn->sums and records the series that am_rollout_series names. */
void am_rollout_play(const am_rollout *episode, const am_actor_net *net, am_turn *turn,
                     const am_rollout_how *how);

/* Another network of the same shape meets the episode that `led` has been, all of whose steps are
 * kept: it sees and is brought the same, and what it says stands in `says` [n_steps][n_out][lanes],
 * log p, or of real actions mu, below it sigma. */
void am_rollout_follow(const am_rollout *episode, const am_actor_net *net, const am_turn *turn,
                       const float *parameters, const am_rollout *led, float *says);

/* "activity", "policy" (or "output"), "actions", "value", "level": as am_learner_type.series. */
int am_rollout_series(const am_actor_net *net, am_series *out);

/* Cuts on behind the first `at` bytes, into spans of so many rows of lanes each, and returns the
 * bytes that these take; with a NULL block it only measures. */
static inline size_t am_rows_cut(const am_span *spans, size_t n, float *block, size_t at) {
  const size_t row = AM_GROUP_LANES * sizeof *block;
  return row * am_spans_cut(spans, n, block ? (char *)block + at : NULL, row);
}

/* Row blocks of step t, and h. */
static inline float *am_rows(float *base, int t, int rows) {
  return base + (size_t)t * (size_t)rows * AM_GROUP_LANES;
}
static inline float *am_rollout_h(const am_rollout *e, const am_actor_net *net, int t) {
  return am_stack_output(&net->stack, &e->units, t);
}

/* Adds the sums over the steps for the output weights (and the critic's) to change: error
 * [t][n_out], dvalue [t][1]. */
void am_rollout_collect_heads(const am_rollout *e, const am_actor_net *net, float *change,
                              const float *error, const float *dvalue);

/* The share of the rate of the tensor of that name: of input weights, of the other units', or of the
 * heads. */
typedef struct am_rate_shares {
  float input, recurrent, output;
} am_rate_shares;
float am_rollout_share(const am_actor_net *net, const am_places *places, int k,
                       am_rate_shares shares);

/* Adds, where asked, answer - p to error [n_out][lanes] of step t, and to turn->sums the loss: less
 * log p of the answer, or the squared error. */
void am_rollout_taught(const am_rollout *e, const am_actor_net *net, am_turn *turn, float *error,
                       int t);

#endif
