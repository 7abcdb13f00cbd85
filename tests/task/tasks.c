/* The table of tasks and games. */
#include "task/tasks.h"

#include "task/create.h"
#include "task/game_pennies.h"
#include "task/game_signals.h"

#define BY_DEFAULT(noun, thing)                                                                    \
  static amine_status noun(thing **out, amine_error *error) {                                      \
    return am_##noun##_create(out, NULL, error);                                                   \
  }

BY_DEFAULT(maze, am_task)
BY_DEFAULT(delayed_match, am_task)
BY_DEFAULT(evidence, am_task)
BY_DEFAULT(bandit, am_task)
BY_DEFAULT(t_maze, am_task)
BY_DEFAULT(cart_pole, am_task)
BY_DEFAULT(cue_reward, am_task)
BY_DEFAULT(recall, am_task)
BY_DEFAULT(random_bits, am_task)
BY_DEFAULT(periodic, am_task)
BY_DEFAULT(recall_values, am_task)
BY_DEFAULT(associative, am_task)
BY_DEFAULT(adding, am_task)
BY_DEFAULT(hidden_bias, am_task)
BY_DEFAULT(two_targets, am_task)
BY_DEFAULT(movement, am_task)
BY_DEFAULT(three_needs, am_task)
BY_DEFAULT(pattern_completion, am_task)
BY_DEFAULT(islands, am_task)
BY_DEFAULT(list_linking, am_task)
BY_DEFAULT(retrieval, am_task)
BY_DEFAULT(dnms, am_task)
BY_DEFAULT(selective, am_task)
BY_DEFAULT(volatile_bandit, am_task)
BY_DEFAULT(contextual_bandit, am_task)
BY_DEFAULT(go_no_go, am_task)
BY_DEFAULT(detection, am_task)
BY_DEFAULT(grid_world, am_task)
BY_DEFAULT(reversal, am_task)
BY_DEFAULT(signals, am_game)
BY_DEFAULT(pennies, am_game)

static const am_task_entry tasks[] = {
    {&am_maze_type, maze},
    {&am_delayed_match_type, delayed_match},
    {&am_evidence_type, evidence},
    {&am_bandit_type, bandit},
    {&am_t_maze_type, t_maze},
    {&am_cart_pole_type, cart_pole},
    {&am_cue_reward_type, cue_reward},
    {&am_recall_type, recall},
    {&am_random_bits_type, random_bits},
    {&am_periodic_type, periodic},
    {&am_recall_values_type, recall_values},
    {&am_associative_type, associative},
    {&am_adding_type, adding},
    {&am_hidden_bias_type, hidden_bias},
    {&am_two_targets_type, two_targets},
    {&am_movement_type, movement},
    {&am_three_needs_type, three_needs},
    {&am_pattern_completion_type, pattern_completion},
    {&am_islands_type, islands},
    {&am_list_linking_type, list_linking},
    {&am_retrieval_type, retrieval},
    {&am_dnms_type, dnms},
    {&am_selective_type, selective},
    {&am_volatile_bandit_type, volatile_bandit},
    {&am_contextual_bandit_type, contextual_bandit},
    {&am_go_no_go_type, go_no_go},
    {&am_detection_type, detection},
    {&am_grid_world_type, grid_world},
    {&am_reversal_type, reversal},
};

static const am_game_entry games[] = {{&am_signals_type, signals}, {&am_pennies_type, pennies}};

const am_task_entry *am_task_at(int k) {
  return k >= 0 && k < (int)(sizeof tasks / sizeof tasks[0]) ? &tasks[k] : NULL;
}

const am_game_entry *am_game_at(int k) {
  return k >= 0 && k < (int)(sizeof games / sizeof games[0]) ? &games[k] : NULL;
}
