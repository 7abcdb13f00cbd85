/* Policies that play the Grid Maze without learning anything: what its rewards are measured by.
 *
 * | name      | is shown                | plays                                                  |
 * |-----------|-------------------------|--------------------------------------------------------|
 * | `random`  | nothing                 | each action with probability 1/4                       |
 * | `planner` | what a network is shown | looks for the reward on a walk found by beam search;   |
 * |           |                         | then, after each teleport, the best plan for not       |
 * |           |                         | knowing where it is (belief.h). It knows the map. |
 * | `explore` | that and its position   | goes to the nearest unseen cell until the first find,  |
 * |           |                         | then the shortest way. It knows the map.               |
 * | `told`    | that and its position   | as the planner until the first find, then the shortest |
 * |           |                         | way: the planner, told its position                    |
 * | `oracle`  | that and the reward too | the shortest way, from the first step on               |
 *
 * Seen are the cells it entered. Nearest and shortest are in steps; among equals the first in the
 * order up, left, down, right is taken (`explore`), or in the order of the actions (the others).
 *
 * Nobody plays the maze better than `oracle`. Who is shown no more than a network can play better
 * than `planner` only by a better first walk, since the rest is the exact optimum, and no walk
 * gains much: the planner's brings 361.0, 227.3 and 178.1 in 200 steps at n = 9, 11 and 13, and
 * 363.4, 228.9 and 180.6 would be brought by one that enters a new cell with every step, in the
 * best order that alternates between odd and even cells (row + column) as all walks do. */
#ifndef AMINE_TASK_MAZE_POLICY_H
#define AMINE_TASK_MAZE_POLICY_H

#include "task/maze/maze.h"

enum { AM_MAZE_POLICIES = 5 };
extern const char *const am_maze_policy_names[AM_MAZE_POLICIES]; /* the lowest reward first */

/* One policy for one lane: give each thread its own. */
typedef struct am_maze_policy am_maze_policy;

/* All that `act` gets to see. What a policy may not know is not in it: row and col are then -1. */
typedef struct am_maze_sight {
  float input[AM_MAZE_INPUTS];
  am_maze_cell agent, reward;
} am_maze_sight;

/* Makes the policy `name` for a maze, which must outlive it. AMINE_ERROR_ARGUMENT if the name is
 * unknown, the task is no maze, or the maze is larger than AM_MAZE_PLANNED_SIZE for `planner` and
 * `told`. Takes some tens of milliseconds for those two. After a failure *out is as it was. */
amine_status am_maze_policy_create(am_maze_policy **out, const am_task *task, const char *name,
                                   amine_error *error);
void am_maze_policy_destroy(am_maze_policy *policy);

/* Forgets everything: an episode starts. Only `random` uses the key. */
void am_maze_policy_start(am_maze_policy *policy, uint64_t seed, uint32_t episode, uint32_t lane);

/* What this policy may see of the world in `state`. */
void am_maze_policy_look(const am_maze_policy *policy, am_maze_sight *sight,
                         const am_maze_state *state);

/* The action for the present step, to be called once in each step of an episode. What was done in
 * the step before is read from the sight, so another may act in between. Allocates nothing. */
int am_maze_policy_act(am_maze_policy *policy, const am_maze_sight *sight);

/* Plays the episode (seed, episode, lane) and returns the sum of its rewards. */
double am_maze_policy_play(am_maze_policy *policy, uint64_t seed, uint32_t episode, uint32_t lane);

/* The exact mean reward of an episode. NAN where it is not known: sizes above AM_MAZE_PLANNED_SIZE,
 * episodes longer than AM_MAZE_PLANNED_STEPS; `random` and `oracle` as in value.h. Longer
 * episodes are planned as if AM_MAZE_PLANNED_STEPS were left until fewer are. */
double am_maze_policy_mean(const am_maze_policy *policy);
enum { AM_MAZE_PLANNED_STEPS = 512 };

#endif
