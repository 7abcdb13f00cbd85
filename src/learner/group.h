/* Sixteen episodes of a task side by side, as networks of lanes (kernel/lanes.h) play them.
 *
 * Arrays are [row][AM_GROUP_LANES]. A lane that is not used, or whose episode is over, sees zeros,
 * gets no reward and is not live. */
#ifndef AMINE_LEARNER_GROUP_H
#define AMINE_LEARNER_GROUP_H

#include "base/random.h"
#include "learner/choose.h"
#include "task/task.h"

enum { AM_GROUP_LANES = 16 };

typedef struct am_group {
  const am_task *task;
  uint64_t seed;
  uint32_t episode, first; /* the episodes (seed, episode, first + k), k < n */
  int n;
  int twins; /* neighbouring lanes that live the same episode; 1 but for am_group_begin_twins */
  unsigned char *worlds; /* [AM_GROUP_LANES][stride] */
  size_t stride;
  float *seen;   /* [n_inputs] of one lane */
  float *wanted; /* [n_targets] of one lane */
  int actions[AM_GROUP_LANES];
  float moves[AM_REAL_MAX][AM_GROUP_LANES]; /* real actions */
  /* Where am_group_act notes what lane k regrets after (i + 1) n_steps / n_regret steps, rounded
   * down: [k][i]; NULL: nowhere. */
  double *regret;
  int n_regret; /* 1 to n_steps */
} am_group;

/* Bytes for the worlds of a group; and the group laid out in a zeroed block of that size. */
size_t am_group_bytes(const am_task *task);
void am_group_place(am_group *group, void *block, const am_task *task);

static inline void *am_group_world(const am_group *group, int lane) {
  return group->worlds + (size_t)lane * group->stride;
}

void am_group_begin(am_group *group, uint64_t seed, uint32_t episode, uint32_t first, int n);
/* The same of episode 0 of each lane, as evaluation plays: from here on the group is of what the
 * task holds out, if it does. */
void am_group_begin_held_out(am_group *group, uint64_t seed, uint32_t first, int n);

/* Lanes of a task that takes one call for all: they go to the meeting of the strands that play
 * (base/strands.h), which is am_group_meeting with the task, or are alone. */
void am_group_together(const am_task *task, am_together *lanes);
void am_group_meeting(void *task, void *const *brought, int n);

/* The episodes (seed, episode, (first + k) / twins): the same world and the same draws of the
 * policy for each `twins` lanes, so that what differs between them is what they did. */
void am_group_begin_twins(am_group *group, uint64_t seed, uint32_t episode, uint32_t first, int n,
                          int twins);

/* The number of the episode that lane k lives. */
static inline uint32_t am_group_lane(const am_group *g, int k) {
  return (g->first + (uint32_t)k) / (uint32_t)g->twins;
}

/* u [n_inputs][lanes]: what is seen now; live [lanes]: 1 where an episode goes on, else 0. */
void am_group_observe(const am_group *group, float *u, float *live);

/* keep [lanes]: 0 where a trial begins with the present step of a live lane, else 1. */
void am_group_begins(const am_group *group, float *keep);

/* Takes an action in each live lane: drawn from p [n_actions][lanes] by the draws of step t, or the
 * most probable one (the lowest of equals). hit [n_actions][lanes]: 1 at the action taken; reward
 * [lanes]. Both are 0 in other lanes. */
void am_group_act(am_group *group, float *hit, float *reward, const float *p, int t, bool greedy);

/* Its two halves: chooses group->actions [lanes], -1 in other lanes; and moves the world by them.
 */
void am_group_choose(am_group *group, float *hit, const float *p, int t, bool greedy);
void am_group_move(am_group *group, float *reward);

/* The same for a task of real actions, which are Gaussian: action k of a live lane is mu + sigma e,
 * mu = p[k], sigma = p[n_real + k], e drawn from the standard normal distribution, or 0 if greedy.
 * p [2 n_real][lanes]; hit [2 n_real][lanes]: e, and again e below. */
void am_group_move_real(am_group *group, float *hit, float *reward, const float *p, int t,
                        bool greedy);

/* answer [n_actions][lanes]: 1 at the right action, if the task tells it; asked [lanes]: the
 * weight of a decision (am_task_weight) where one is asked for: where there is a right action, or,
 * in a task that tells none, wherever the lane is live; else 0. */
void am_group_answer(const am_group *group, float *answer, float *asked);

/* For a task that asks for real values: target [n_targets][lanes], asked [lanes]: 1 where it
 * counts. Then the world moves on; reward [lanes] is less the mean squared error of y
 * [n_targets][lanes], over the length of the episode, so that an episode's reward is less its mean
 * error. */
void am_group_compare(am_group *group, float *target, float *asked, float *reward, const float *y);

/* mask [n][lanes] for dropout between layers: 0 with probability `rate`, else 1 / (1 - rate); a
 * pure function of the episode, layer and t. */
void am_group_mask(const am_group *group, float *mask, int layer, int t, int n, float rate);
/* The same for one episode, whose key it is; mask [n], `stride` elements apart. */
void am_dropout(float *mask, int stride, am_random_key key, int layer, int t, int n, float rate);

#endif
