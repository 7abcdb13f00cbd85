#include "run/tasks.h"

#include <string.h>

#include "base/steps.h"
#include "task/associative.h"
#include "task/bandit.h"
#include "task/cart_pole.h"
#include "task/delayed_match.h"
#include "task/dnms.h"
#include "task/evidence.h"
#include "task/game_pennies.h"
#include "task/game_signals.h"
#include "task/game_task.h"
#include "task/maze.h"
#include "task/next.h"
#include "task/recall.h"
#include "task/recall_values.h"
#include "task/selective.h"
#include "task/t_maze.h"

static amine_status create_maze(am_task **task, const am_config *c, amine_error *error) {
  const am_maze_options options = {.size = am_config_int(c, AM_TASK_SIZE),
                                   .steps = am_config_int(c, AM_TASK_STEPS),
                                   .wall_penalty = am_config_float(c, AM_TASK_WALL_PENALTY),
                                   .reward = am_config_float(c, AM_TASK_REWARD)};
  return am_maze_create(task, &options, error);
}

static amine_status create_delayed_match(am_task **task, const am_config *c, amine_error *error) {
  const am_delayed_match_options options = {.steps = am_config_int(c, AM_TASK_STEPS),
                                            .cues = am_config_int(c, AM_TASK_CUES),
                                            .rule = (am_match_rule)am_config_int(c, AM_TASK_RULE),
                                            .context = am_config_is(c, AM_TASK_CONTEXT),
                                            .switch_after =
                                                (uint32_t)c->values[AM_TASK_SWITCH_AFTER].integer};
  return am_delayed_match_create(task, &options, error);
}

static amine_status create_evidence(am_task **task, const am_config *c, amine_error *error) {
  const am_evidence_options options = {.steps = am_config_int(c, AM_TASK_STEPS),
                                       .difficulty = am_config_float(c, AM_TASK_DIFFICULTY),
                                       .noise = am_config_float(c, AM_TASK_NOISE)};
  return am_evidence_create(task, &options, error);
}

static amine_status create_bandit(am_task **task, const am_config *c, amine_error *error) {
  const am_bandit_options options = {.arms = am_config_int(c, AM_TASK_ARMS),
                                     .steps = am_config_int(c, AM_TASK_STEPS),
                                     .complementary = am_config_is(c, AM_TASK_COMPLEMENTARY)};
  return am_bandit_create(task, &options, error);
}

static amine_status create_t_maze(am_task **task, const am_config *c, amine_error *error) {
  const am_t_maze_options options = {.length = am_config_int(c, AM_TASK_LENGTH),
                                     .steps = am_config_int(c, AM_TASK_STEPS),
                                     .reward = am_config_float(c, AM_TASK_REWARD),
                                     .wrong = -am_config_float(c, AM_TASK_WRONG_PENALTY),
                                     .bump = -am_config_float(c, AM_TASK_WALL_PENALTY)};
  return am_t_maze_create(task, &options, error);
}

static amine_status create_cart_pole(am_task **task, const am_config *c, amine_error *error) {
  const am_cart_pole_options options = {.steps = am_config_int(c, AM_TASK_STEPS),
                                        .masked = am_config_is(c, AM_TASK_MASKED),
                                        .friction = am_config_is(c, AM_TASK_FRICTION)};
  return am_cart_pole_create(task, &options, error);
}

static amine_status create_recall(am_task **task, const am_config *c, amine_error *error) {
  const am_recall_options options = {.symbols = am_config_int(c, AM_TASK_CUES),
                                     .length = am_config_int(c, AM_TASK_LENGTH),
                                     .delay = am_config_int(c, AM_TASK_DELAY)};
  return am_recall_create(task, &options, error);
}

static amine_status create_signals(am_task **task, const am_config *c, amine_error *error) {
  const am_signals_options options = {.cues = am_config_int(c, AM_TASK_CUES)};
  am_game *game;
  AM_TRY(am_signals_create(&game, &options, error));
  return am_game_task_create(task, &am_signals_task_type, game, error);
}

static amine_status create_pennies(am_task **task, const am_config *c, amine_error *error) {
  const am_pennies_options options = {.steps = am_config_int(c, AM_TASK_STEPS),
                                      .memory = am_config_int(c, AM_TASK_MEMORY)};
  am_game *game;
  AM_TRY(am_pennies_create(&game, &options, error));
  return am_game_task_create(task, &am_pennies_task_type, game, error);
}

/* task.width, or what the task is like by itself */
static int width_of(const am_config *c, int own) {
  const int width = am_config_int(c, AM_TASK_WIDTH);
  return width ? width : own;
}

static amine_status create_random_bits(am_task **task, const am_config *c, amine_error *error) {
  const am_random_bits_options options = {.steps = am_config_int(c, AM_TASK_STEPS),
                                          .width = width_of(c, am_random_bits_default().width)};
  return am_random_bits_create(task, &options, error);
}

static amine_status create_periodic(am_task **task, const am_config *c, amine_error *error) {
  const am_periodic_options options = {.steps = am_config_int(c, AM_TASK_STEPS),
                                       .width = width_of(c, am_periodic_default().width),
                                       .period = am_config_int(c, AM_TASK_PERIOD),
                                       .patterns = am_config_int(c, AM_TASK_PATTERNS),
                                       .pattern_seed = c->values[AM_TASK_PATTERN_SEED].integer};
  return am_periodic_create(task, &options, error);
}

static amine_status create_recall_values(am_task **task, const am_config *c, amine_error *error) {
  const am_recall_values_options options = {.width = width_of(c, am_recall_values_default().width),
                                            .length = am_config_int(c, AM_TASK_LENGTH),
                                            .delay = am_config_int(c, AM_TASK_DELAY)};
  return am_recall_values_create(task, &options, error);
}

static amine_status create_associative(am_task **task, const am_config *c, amine_error *error) {
  const am_associative_options options = {.keys = am_config_int(c, AM_TASK_KEYS),
                                          .pairs = am_config_int(c, AM_TASK_PAIRS),
                                          .width = width_of(c, am_associative_default().width),
                                          .delay = am_config_int(c, AM_TASK_DELAY),
                                          .queries = am_config_int(c, AM_TASK_QUERIES)};
  return am_associative_create(task, &options, error);
}

/* A step of the world is a step of the network, where that says how long one is. */
static double step_ms_of(const am_config *c) {
  return am_config_applies(c, AM_NETWORK_DT) ? c->values[AM_NETWORK_DT].number : 1;
}

void am_task_note_times(const am_config *c, am_text *notes) {
  for (int k = 0; k < AM_N_KEYS; k++) {
    const amine_parameter *key = &am_keys[k];
    if (strncmp(key->name, "task.", 5) != 0 || strcmp(key->unit, "ms") != 0) continue;
    if (!am_config_applies(c, (am_key_id)k)) continue;
    am_steps_note(notes, key->name, c->values[k].number, 1, step_ms_of(c), key->min > 0);
  }
}

static amine_status create_dnms(am_task **task, const am_config *c, amine_error *error) {
  const am_dnms_options options = {.stimulus_ms = am_config_int(c, AM_TASK_STIMULUS),
                                   .delay_ms = am_config_int(c, AM_TASK_DELAY_MS),
                                   .wait_ms = am_config_int(c, AM_TASK_WAIT),
                                   .response_ms = am_config_int(c, AM_TASK_RESPONSE),
                                   .target = am_config_float(c, AM_TASK_TARGET),
                                   .dt_ms = step_ms_of(c)};
  return am_dnms_create(task, &options, error);
}

static amine_status create_selective(am_task **task, const am_config *c, amine_error *error) {
  const am_selective_options options = {.stimulus_ms = am_config_int(c, AM_TASK_STIMULUS),
                                        .response_ms = am_config_int(c, AM_TASK_RESPONSE),
                                        .bias = am_config_float(c, AM_TASK_BIAS),
                                        .noise = am_config_float(c, AM_TASK_NOISE_SD),
                                        .target = am_config_float(c, AM_TASK_TARGET),
                                        .dt_ms = step_ms_of(c)};
  return am_selective_create(task, &options, error);
}

static const struct {
  const am_task_type *type;
  amine_status (*create)(am_task **task, const am_config *config, amine_error *error);
} tasks[] = {
    {&am_maze_type, create_maze},
    {&am_delayed_match_type, create_delayed_match},
    {&am_evidence_type, create_evidence},
    {&am_bandit_type, create_bandit},
    {&am_t_maze_type, create_t_maze},
    {&am_cart_pole_type, create_cart_pole},
    {&am_recall_type, create_recall},
    {&am_signals_task_type, create_signals},
    {&am_pennies_task_type, create_pennies},
    {&am_random_bits_type, create_random_bits},
    {&am_periodic_type, create_periodic},
    {&am_recall_values_type, create_recall_values},
    {&am_associative_type, create_associative},
    {&am_dnms_type, create_dnms},
    {&am_selective_type, create_selective},
};
enum { N_TASKS = sizeof tasks / sizeof *tasks };

const am_task_type *am_task_type_at(int k) { return k >= 0 && k < N_TASKS ? tasks[k].type : NULL; }

amine_status am_task_of_config(am_task **task, const am_config *config, amine_error *error) {
  char name[64];
  am_config_text(config, AM_TASK_TYPE, name, sizeof name);
  for (int k = 0; k < N_TASKS; k++)
    if (strcmp(tasks[k].type->name, name) == 0) return tasks[k].create(task, config, error);
  return am_fail(error, AMINE_ERROR_ARGUMENT, "task.type=%s: there is no such task", name);
}
