/* A task of each type from options, NULL for the default ones: am_maze_create(out, options, error).
 * As am_task_create. */
#ifndef TESTS_TASK_CREATE_H
#define TESTS_TASK_CREATE_H

#include "task/adding.h"
#include "task/associative.h"
#include "task/bandit.h"
#include "task/cart_pole.h"
#include "task/classify.h"
#include "task/contextual_bandit.h"
#include "task/cue_reward.h"
#include "task/delayed_match.h"
#include "task/detection.h"
#include "task/dnms.h"
#include "task/evidence.h"
#include "task/go_no_go.h"
#include "task/grid_world.h"
#include "task/hidden_bias.h"
#include "task/islands.h"
#include "task/list_linking.h"
#include "task/maze/maze.h"
#include "task/movement.h"
#include "task/next.h"
#include "task/pattern_completion.h"
#include "task/recall.h"
#include "task/recall_values.h"
#include "task/retrieval.h"
#include "task/reversal.h"
#include "task/selective.h"
#include "task/t_maze.h"
#include "task/three_needs.h"
#include "task/two_targets.h"
#include "task/text.h"
#include "task/volatile_bandit.h"

#define AM_CREATE(noun)                                                                            \
  static inline amine_status am_##noun##_create(                                                   \
      am_task **out, const am_##noun##_options *options, amine_error *error) {                     \
    const am_##noun##_options standard = am_##noun##_default();                                    \
    return am_task_create(out, &am_##noun##_type, options ? options : &standard, error);           \
  }
AM_CREATE(adding)
AM_CREATE(hidden_bias)
AM_CREATE(two_targets)
AM_CREATE(associative)
AM_CREATE(bandit)
AM_CREATE(cart_pole)
AM_CREATE(classify)
AM_CREATE(contextual_bandit)
AM_CREATE(cue_reward)
AM_CREATE(delayed_match)
AM_CREATE(detection)
AM_CREATE(dnms)
AM_CREATE(evidence)
AM_CREATE(go_no_go)
AM_CREATE(grid_world)
AM_CREATE(islands)
AM_CREATE(list_linking)
AM_CREATE(maze)
AM_CREATE(movement)
AM_CREATE(random_bits)
AM_CREATE(pattern_completion)
AM_CREATE(periodic)
AM_CREATE(recall)
AM_CREATE(recall_values)
AM_CREATE(retrieval)
AM_CREATE(reversal)
AM_CREATE(selective)
AM_CREATE(t_maze)
AM_CREATE(text_task)
AM_CREATE(three_needs)
AM_CREATE(volatile_bandit)

#endif
