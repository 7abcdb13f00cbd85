/* An actor: one lane of a network that plays one episode of a task. */
#ifndef AMINE_LEARNER_ACTOR_H
#define AMINE_LEARNER_ACTOR_H

#include "learner/a2c_loss.h"
#include "modulator/feed.h"
#include "network/pair.h"
#include "task/task.h"

/* An episode that ended early has lane.n_steps steps; what lies behind them is of an older one. */
typedef struct am_actor {
  am_pair_lane lane;
  void *world;     /* the task's state */
  void *fed;       /* what M comes from, if it is given (modulator/feed.h) */
  float *p, *logp; /* [n_steps][n_actions]: the policy at each step */
  int *actions;    /* [n_steps] */
  float *rewards;  /* [n_steps] */
} am_actor;

/* What is played: shared by all actors, read-only during an episode. */
typedef struct am_play {
  const am_task *task;
  const am_pair *network;
  const am_trace_ops *rule; /* NULL: no trace lives */
  const float *parameters;  /* [network->size], expanded */
  bool dropped;             /* with dropout, if there is any */
  uint64_t seed;
  uint32_t episode;
  am_feed feed; /* who says M, if the network asks */
  bool greedy; /* takes the most probable action (the lowest of equals) instead of drawing one */
  /* called after each step, if not NULL; the traces are then those that step t used */
  void (*watch)(void *context, const am_actor *actor, int t);
  void *context;
} am_play;

/* Bytes for one actor, or SIZE_MAX; and the actor laid out in a zeroed block of that size. */
size_t am_actor_bytes(const am_task *task, const am_pair *network, bool has_E);
void am_actor_place(am_actor *actor, void *block, const am_task *task, const am_pair *network,
                    bool has_E);

/* Plays n = 1 or 2 episodes (seed, episode, lane), (seed, episode, lane + 1) side by side, each to
 * its end. `watch` sees the first actor, as long as its episode goes on. */
void am_actor_play(am_actor *actors, int n, const am_play *play, uint32_t lane);

/* The instruction set's code for the loss. */
const am_a2c_ops *am_a2c_code(void);

#endif
