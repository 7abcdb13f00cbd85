/* Network meets world, one lane, step by step. */
#include "learner/actor.h"

#include "base/memory.h"
#include "learner/choose.h"

AM_ISA_DECLARE(const am_a2c_ops, am_a2c_ops);

const am_a2c_ops *am_a2c_code(void) {
  static const am_a2c_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_a2c_ops);
  return code[am_isa_now()];
}

/* The blocks of an actor, one after the other, each at a multiple of 64 bytes. */
static size_t place(am_actor *actor, char *block, const am_task *task, const am_plastic *network) {
  const size_t T = (size_t)task->n_steps;
  const size_t policy = am_size_mul(am_size_mul(T, (size_t)task->n_actions), sizeof(float));
  const size_t sizes[] = {am_plastic_lane_bytes(network, task->n_steps, sizeof(float)),
                          task->state_size,
                          policy,
                          policy,
                          am_size_mul(T, sizeof(int)),
                          am_size_mul(T, sizeof(float)),
                          network->layout.is_given ? sizeof(am_drive) : 0};
  void *parts[7];
  size_t bytes = 0;
  for (int k = 0; k < 7; k++) {
    parts[k] = block ? block + bytes : NULL;
    bytes = am_size_add(bytes, am_size_round(sizes[k], 64));
  }
  if (block) {
    am_plastic_lane_place(network, &actor->lane, parts[0], task->n_steps, sizeof(float));
    actor->block = block;
    actor->world = parts[1];
    actor->p = parts[2];
    actor->logp = parts[3];
    actor->actions = parts[4];
    actor->rewards = parts[5];
    actor->drive = parts[6];
  }
  return bytes;
}

size_t am_actor_bytes(const am_task *task, const am_plastic *network) {
  return place(NULL, NULL, task, network);
}

void am_actor_place(am_actor *actor, void *block, const am_task *task, const am_plastic *network) {
  place(actor, block, task, network);
}

/* How undecided a policy is, 0 to 1: the chance that two draws differ, over that of a uniform one.
 */
static float doubt(const float *p, int n) {
  float same = 0;
  for (int k = 0; k < n; k++) same += p[k] * p[k];
  return n > 1 ? (1 - same) / (1 - 1 / (float)n) : 0;
}

/* The policy at step t, of n actors: side by side, since none of it waits for another. */
static void decide(am_actor *actors, int n, const am_play *play, int t) {
  const size_t s = (size_t)t, A = (size_t)play->task->n_actions;
  for (int q = 0; q < n; q++)
    am_a2c_code()->policy(actors[q].p + s * A, actors[q].logp + s * A,
                          actors[q].lane.heads + s * (size_t)play->network->layout.head_rows,
                          (int)A);
}

/* What the policy does at step t, and what the world answers. */
static void act(am_actor *actor, const am_play *play, uint32_t lane, int t) {
  const am_task *task = play->task;
  const size_t s = (size_t)t, n = (size_t)task->n_actions;
  const am_random_key key = {play->seed, AM_STREAM_POLICY, play->episode, lane};
  const float *p = actor->p + s * n;
  actor->actions[t] = am_choose(p, 1, (int)n, key, (uint32_t)t, play->greedy);
  actor->rewards[t] = task->type->step(task, actor->world, actor->actions[t]);
  if (play->network->layout.is_given)
    am_drive_feed(actor->drive, actor->rewards[t], doubt(p, (int)n));
}

void am_actor_play(am_actor *actors, int n, const am_play *play, uint32_t lane) {
  const am_task *task = play->task;
  const am_plastic_layout *l = &play->network->layout;
  const am_plastic_ops *code = am_plastic_code();
  const am_trace_ops *rule = am_plastic_rule_code(play->network);
  am_plastic_lane *lanes[AM_TRACE_LANES];
  for (int q = 0; q < n; q++) {
    lanes[q] = &actors[q].lane;
    code->begin(l, lanes[q]);
    if (l->is_given) am_drive_begin(actors[q].drive, &play->drive);
    task->type->start(task, actors[q].world, play->seed, play->episode, lane + (uint32_t)q);
  }
  for (int t = 0; t < task->n_steps; t++) {
    for (int q = 0; q < n; q++)
      task->type->observe(task, actors[q].world, lanes[q]->u + (size_t)t * (size_t)l->input_rows);
    for (int q = 0; q < n && l->is_given; q++) lanes[q]->level[t] = am_drive_level(actors[q].drive);
    code->step(l, rule, lanes, n, play->parameters, play->alpha, t);
    decide(actors, n, play, t);
    for (int q = 0; q < n; q++) act(&actors[q], play, lane + (uint32_t)q, t);
    if (play->watch) play->watch(play->context, &actors[0], t);
  }
}
