/* Where am I? The best that can be done in the Grid Maze by an agent that knows the map and the
 * reward cell, but is not told where a teleport puts it.
 *
 * After a teleport every free cell but the reward's is equally likely. Moves are certain, so what
 * the agent may believe is always "one of these cells, each as likely as the others": those where
 * moves like its own end if they start where they would have shown what it saw. For one reward cell
 * only a few hundred such sets can ever arise (n = 11: 378 at most), so they are all listed, and
 * the best action for each set and each number of steps left is found exactly, by dynamic
 * programming over all steps to the end of the episode. */
#ifndef AMINE_TASK_MAZE_BELIEF_H
#define AMINE_TASK_MAZE_BELIEF_H

#include "task/maze/maze.h"

/* The largest maze for which this is quick (the sets grow with the size: 21,354 at n = 15). */
enum { AM_MAZE_PLANNED_SIZE = 17, AM_MAZE_WORDS = 3 };

/* A set of free cells, one bit each. */
typedef struct am_maze_set {
  uint64_t word[AM_MAZE_WORDS];
} am_maze_set;

typedef struct am_maze_belief am_maze_belief;

/* Plans for up to `horizon` steps left, at least 1; the maze, not larger than AM_MAZE_PLANNED_SIZE,
 * must outlive it. One thread at a time. */
amine_status am_maze_belief_create(am_maze_belief **out, const am_maze *maze, int horizon,
                                   amine_error *error);
void am_maze_belief_destroy(am_maze_belief *belief);

/* Works out the best actions for a reward at cell number `goal`. find[k], k = 0 .. horizon (NULL if
 * not wanted): finds expected in the k steps after a teleport. Fails only for want of memory, and
 * never for a goal whose mirror image (am_maze_fold) was solved before; after a failure nothing is
 * solved. */
amine_status am_maze_belief_solve(am_maze_belief *belief, double *find, int goal,
                                  amine_error *error);

/* What the agent believes, as a number: after a teleport that shows it `view`, and after `action`
 * (not into the reward) that shows it `view`. -1 if the map has no such view there. */
int am_maze_belief_arrive(const am_maze_belief *belief, int view);
int am_maze_belief_follow(const am_maze_belief *belief, int believed, int action, int view);

/* The best action when `left` steps are left, in [1, horizon]. */
int am_maze_belief_action(const am_maze_belief *belief, int believed, int left);

/* How many sets can arise for the goal solved last. */
int am_maze_belief_count(const am_maze_belief *belief);

static inline void am_maze_set_add(am_maze_set *set, int s) {
  set->word[s >> 6] |= (uint64_t)1 << (s & 63);
}
static inline bool am_maze_set_has(const am_maze_set *set, int s) {
  return set->word[s >> 6] >> (s & 63) & 1;
}
static inline int am_maze_set_count(const am_maze_set *set) {
  int n = 0;
  for (int k = 0; k < AM_MAZE_WORDS; k++) n += __builtin_popcountll(set->word[k]);
  return n;
}
static inline bool am_maze_set_same(const am_maze_set *a, const am_maze_set *b) {
  uint64_t difference = 0;
  for (int k = 0; k < AM_MAZE_WORDS; k++) difference |= a->word[k] ^ b->word[k];
  return difference == 0;
}
static inline uint64_t am_maze_set_hash(const am_maze_set *set) {
  uint64_t h = 0;
  for (int k = 0; k < AM_MAZE_WORDS; k++) {
    h = (h ^ set->word[k]) * 0x9e3779b97f4a7c15u;
    h ^= h >> 29;
  }
  return h;
}

#endif
