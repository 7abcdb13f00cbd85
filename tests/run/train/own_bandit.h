/* task.type=bandit with complementary arms once more, by amine/task.h alone: what somebody writes who
 * has nothing but the public header. The draws are the same, so are all bits of what learns it. */
#ifndef TESTS_OWN_BANDIT_H
#define TESTS_OWN_BANDIT_H

#include <amine/task.h>

typedef struct own_options {
  int steps;
  double pay;
} own_options;

typedef struct own_state {
  amine_world world; /* first */
  int32_t previous_action;
  float previous_reward, p[2];
} own_state;

static void own_start(const amine_task *task, void *state, uint64_t seed, uint32_t episode,
                      uint32_t lane) {
  own_state *s = state;
  amine_world_begin(task, state, seed, episode, lane);
  s->previous_action = -1;
  s->p[0] = amine_uniform(amine_world_draw(&s->world, AMINE_STREAM_TASK_START, 0).v[0]);
  s->p[1] = 1 - s->p[0];
}

static void own_observe(const amine_task *task, const void *state, float *input) {
  const own_state *s = state;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (s->previous_action >= 0) input[s->previous_action] = 1;
  input[2] = s->previous_reward;
  input[3] = (float)s->world.step / (float)task->n_steps;
}

static float own_step(const amine_task *task, void *state, int action) {
  const own_options *o = task->options;
  own_state *s = state;
  if (s->world.step >= task->n_steps) return 0;
  const bool won = amine_world_chance(&s->world, (uint32_t)s->world.step, 0, (double)s->p[action]);
  s->previous_action = action;
  s->previous_reward = won ? (float)o->pay : 0;
  s->world.step++;
  return s->previous_reward;
}

static int own_best(const amine_task *task, const void *state, amine_random4 draw) {
  const own_state *s = state;
  (void)task, (void)draw;
  return s->p[1] > s->p[0];
}

static amine_status own_make(amine_task *task, void *options, amine_error *error) {
  const own_options *o = options;
  if (o->steps == 13)
    return amine_refuse(error, "task.steps=%d: thirteen is not liked here", o->steps);
  task->n_inputs = 4;
  task->tells = 3;
  task->n_actions = 2;
  task->n_steps = o->steps;
  task->state_size = sizeof(own_state);
  amine_task_acts(task, "random", 0.5 * o->steps, amine_policy_random);
  amine_task_acts(task, "ceiling", 0.75 * o->steps, own_best);
  return AMINE_OK;
}

static const amine_parameter own_parameters[] = {{.name = "steps",
                                                  .kind = AMINE_INTEGER,
                                                  .standard = 200,
                                                  .min = 1,
                                                  .max = 1000,
                                                  .unit = "steps",
                                                  .meaning = "length of an episode",
                                                  AMINE_FILLS(own_options, steps)},
                                                 {.name = "pay",
                                                  .kind = AMINE_NUMBER,
                                                  .standard = 1,
                                                  .min = 0,
                                                  .max = 10,
                                                  .unit = "reward",
                                                  .meaning = "for a pull that wins",
                                                  AMINE_FILLS(own_options, pay)},
                                                 {.name = NULL}};

static const amine_task_type own_bandit = {.size = sizeof(amine_task_type),
                                           .name = "own-bandit",
                                           .meaning = "two arms once more",
                                           .parameters = own_parameters,
                                           .options_size = sizeof(own_options),
                                           .make = own_make,
                                           .start = own_start,
                                           .observe = own_observe,
                                           .step = own_step};

#endif
