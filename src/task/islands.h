/* Islands: find the ways of a new map while walking to goals on it. The meta-learning experiment of
 * Schlag, Munkhdalai and Schmidhuber 2021, Learning Associative Inference Using Fast Weight Memory,
 * arXiv 2011.07831.
 *
 * A map is a directed graph: from each place each action leads to one other place, or nowhere. It is
 * drawn so: each place gets a way to a random other one by a random action; then a way to each place
 * is added, from a random place other than it by an action that led nowhere there; it counts if from
 * every place every other is reached in 2^n_places steps. So there are 2 n_places ways.
 * `graphs` maps are for training and as many for evaluation, none of which is among the former. An
 * episode plays one of them, drawn uniformly; its goal is a random place and it starts at another.
 *
 * A step along a way to the goal rewards `reward`: there is then a new goal, other than the last, and
 * the walker is thrown to a place other than it. An action that leads nowhere costs `penalty`. After
 * more than `patience` steps that brought no reward since it was last thrown without one, goal and
 * place are drawn anew like that, too. (So the authors' program counts: rewards do not set it back.)
 * The authors' program shows 0 in place of the reward before; here it is shown. */
#ifndef AMINE_TASK_ISLANDS_H
#define AMINE_TASK_ISLANDS_H

#include "task/world.h"

enum { AM_ISLANDS_PLACES = 8, AM_ISLANDS_ACTIONS = 6, AM_ISLANDS_GRAPHS = 2000 };

/* Inputs: goal [places] and place [places], one-hot; the action before, one-hot [actions], or that
 * there was none (at the start, and once thrown without a reward); a constant 1; t/T; the reward
 * before over `reward`. All are 0 after the last step. */
enum {
  AM_ISLANDS_INPUT_NONE, /* counted from 2 places + actions on */
  AM_ISLANDS_INPUT_BIAS,
  AM_ISLANDS_INPUT_TIME,
  AM_ISLANDS_INPUT_REWARD,
  AM_ISLANDS_INPUTS
};

typedef struct am_islands_options {
  int places;    /* 4 to AM_ISLANDS_PLACES */
  int actions;   /* 3 to AM_ISLANDS_ACTIONS: so there are always more maps than are drawn */
  int steps;     /* T; 1 to 100000 */
  int graphs;    /* 1 to AM_ISLANDS_GRAPHS */
  int patience;  /* 1 to 100000 */
  float reward;  /* 1e-6 to 1e6 */
  float penalty; /* 0 to 1e6 */
  uint64_t maps; /* all maps are drawn from it, whatever the seed of a run */
} am_islands_options;

/* 5 places, 3 actions, 30 steps, 600 maps, thrown after more than 5, 10, 0.05, as published */
am_islands_options am_islands_default(void);

/* to[place][action]: the place that it leads to, or AM_ISLANDS_NOWHERE */
enum { AM_ISLANDS_NOWHERE = -1 };
typedef struct am_islands_map {
  int8_t to[AM_ISLANDS_PLACES][AM_ISLANDS_ACTIONS];
} am_islands_map;

typedef struct am_islands_state {
  am_world world;
  am_islands_map map;
  bool tried[AM_ISLANDS_PLACES][AM_ISLANDS_ACTIONS]; /* in this episode */
  int32_t goal, place;
  int32_t idle;            /* steps without a reward that patience counts */
  int32_t previous_action; /* -1: none */
  float previous_reward;
} am_islands_state;

/* Map k of 2 * graphs: evaluation's come first. */
const am_islands_map *am_islands_map_at(const am_task *task, int k);

/* Lines: `random`; `neighbours`, which remembers where its moves led, and otherwise tries what it has
 * not tried, or goes any way; `learns-map`, which goes the shortest way among those that it has gone,
 * or to the next place where something is untried; `knows-map`, which goes the shortest way there is.
 * What they earn with the published settings, on any maps, was measured by an independent program
 * (tests/reference/islands.py); it is not known for others. */
extern const am_task_type am_islands_type;

#endif
