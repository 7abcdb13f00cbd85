/* An actor: one lane of a network that plays one episode of a task. */
#ifndef AMINE_LEARNER_ACTOR_H
#define AMINE_LEARNER_ACTOR_H

#include "learner/hold.h"
#include "learner/objective.h"
#include "modulator/feed.h"
#include "network/pair.h"

/* An episode that ended early has lane.n_steps steps; what lies behind them is of an older one. */
typedef struct am_actor {
  am_pair_lane lane;
  void *world;     /* the task's state, of the group */
  void *fed;       /* what M comes from, if it is given (modulator/feed.h) */
  float *p, *logp; /* [n_steps][n_actions]: the policy at each step; of real actions [2 n_real] */
  int *actions;    /* [n_steps] */
  float *moves, *noise; /* [n_steps][n_real]: real actions, and what they were drawn by */
  float *rewards;  /* [n_steps] */
  int *answers;    /* [n_steps]: the right action, -1 where none is told */
  float *asked;    /* [n_steps]: 1 where values are asked for, a decision's weight where one is, else 0 */
  float *weight;   /* [n_steps]: of each step's decision, asked for or not */
  float *wanted;   /* [n_steps][n_targets] */
} am_actor;

/* What is played: shared by all actors, read-only during an episode. */
typedef struct am_play {
  const am_group *group; /* begun: whose episodes, and in whose worlds */
  const am_pair *network;
  const am_trace_ops *rule; /* NULL: no trace lives */
  const float *parameters;  /* [network->size], expanded */
  bool dropped;             /* with dropout, if there is any */
  am_feed feed;             /* who says M, if the network asks */
  const am_hold *hold;      /* what is held meanwhile; NULL: nothing */
  bool greedy; /* takes the most probable action (the lowest of equals) instead of drawing one */
  /* called after each step, if not NULL; the traces are then those that step t used */
  void (*watch)(void *context, const am_actor *actor, int t);
  void *context;
} am_play;

/* Lays an actor out in a zeroed block and returns its bytes, or SIZE_MAX; with a NULL block it only
 * measures. */
size_t am_actor_lay_out(am_actor *actor, void *block, const am_task *task, const am_pair *network,
                        bool has_E);

/* Plays n = 1 or 2 episodes of the group, from its lane `first` on, side by side, each to its end.
 * `watch` sees the first actor, as long as its episode goes on. */
void am_actor_play(am_actor *actors, int n, const am_play *play, int first);

/* Others of the same shape meet the n episodes that `led` have been: they see and are brought the
 * same, and `p`, `logp` are what they would have said. Without `hold` and `watch`. */
void am_actor_follow(am_actor *actors, const am_actor *led, int n, const am_play *play, int first);

#endif
