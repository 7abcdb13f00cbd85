/* Several agents that learn together in one shared world: each a Neuromodulator Signaling Model of
 * its own (signalling.h), with its own controller, signalling GRU, critic and weights. They share
 * nothing but the world of a game (task/game.h): each sees its own inputs, acts, and is told its
 * own reward; none sees the weights, the activity or the dopamine of another.
 *
 * They act in step: all see the world, all choose, then it moves. In one iteration all learn from
 * the same episodes. With a frozen partner every agent but the first stays as it began, while it
 * goes on acting.
 *
 * Agent 0 has the seed of the run, another one of its own that is drawn from it. The state that is
 * saved has the tensors of agent k as "agent<k>.NAME". */
#ifndef AMINE_LEARNER_AGENTS_H
#define AMINE_LEARNER_AGENTS_H

#include "learner/signalling.h"

enum { AM_AGENTS_MAX = 3 }; /* so many have room in the numbers and the series of a learner */

/* `task` is a game as a whole (task/game_task.h) of at most AM_AGENTS_MAX agents. The options are
 * those of each. AMINE_ERROR_ARGUMENT for another task, and as am_signalling_create. Free it with
 * am_learner_destroy. */
amine_status am_agents_create(am_learner **learner, const am_task *task,
                              const am_signalling_options *options, amine_error *error);

extern const am_learner_type am_agents_type;

#endif
