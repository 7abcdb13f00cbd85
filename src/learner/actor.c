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
                          network->layout.is_given ? sizeof(am_drive) : 0,
                          am_size_mul((size_t)task->n_inputs, sizeof(float))};
  enum { N_PARTS = sizeof sizes / sizeof *sizes };
  void *parts[N_PARTS];
  size_t bytes = 0;
  for (int k = 0; k < N_PARTS; k++) {
    parts[k] = block ? block + bytes : NULL;
    bytes = am_size_add(bytes, am_size_round(sizes[k], 64));
  }
  if (block) {
    am_plastic_lane_place(network, &actor->lane, parts[0], task->n_steps, sizeof(float));
    actor->world = parts[1];
    actor->p = parts[2];
    actor->logp = parts[3];
    actor->actions = parts[4];
    actor->rewards = parts[5];
    actor->drive = parts[6];
    actor->familiar = parts[7];
  }
  return bytes;
}

size_t am_actor_bytes(const am_task *task, const am_plastic *network) {
  return place(NULL, NULL, task, network);
}

void am_actor_place(am_actor *actor, void *block, const am_task *task, const am_plastic *network) {
  place(actor, block, task, network);
}

/* The episodes that still go on, of the n that are played side by side. */
typedef struct playing {
  am_actor *actors[AM_TRACE_LANES];
  am_plastic_lane *lanes[AM_TRACE_LANES];
  uint32_t numbers[AM_TRACE_LANES];
  int n;
} playing;

static playing begin(am_actor *actors, int n, const am_play *play, uint32_t lane) {
  const am_task *task = play->task;
  const am_plastic_layout *l = &play->network->layout;
  playing now = {.n = n};
  for (int q = 0; q < n; q++) {
    am_actor *a = now.actors[q] = &actors[q];
    now.lanes[q] = &a->lane;
    now.numbers[q] = lane + (uint32_t)q;
    a->lane.n_steps = task->n_steps;
    am_plastic_code()->begin(l, &a->lane);
    if (l->is_given) am_drive_begin(a->drive, &play->drive, a->familiar, task->n_inputs);
    task->type->start(task, a->world, play->seed, play->episode, now.numbers[q]);
  }
  return now;
}

/* Those that ended with step t have t + 1 steps and go no further. */
static void end(playing *now, const am_task *task, int t) {
  int n = 0;
  if (!task->type->over) return;
  for (int q = 0; q < now->n; q++) {
    if (task->type->over(task, now->actors[q]->world)) {
      now->lanes[q]->n_steps = t + 1;
      continue;
    }
    now->actors[n] = now->actors[q];
    now->lanes[n] = now->lanes[q];
    now->numbers[n++] = now->numbers[q];
  }
  now->n = n;
}

/* The policy at step t: side by side, since none of them waits for another. */
static void decide(const playing *now, const am_play *play, int t) {
  const size_t s = (size_t)t, A = (size_t)play->task->n_actions;
  for (int q = 0; q < now->n; q++) {
    const am_actor *a = now->actors[q];
    am_a2c_code()->policy(a->p + s * A, a->logp + s * A,
                          a->lane.heads + s * (size_t)play->network->layout.head_rows, (int)A);
  }
}

/* What the policy does at step t, and what the world answers. */
static void act(am_actor *actor, const am_play *play, uint32_t lane, int t) {
  const am_task *task = play->task;
  const am_plastic_layout *l = &play->network->layout;
  const size_t s = (size_t)t, n = (size_t)task->n_actions;
  const am_random_key key = {play->seed, AM_STREAM_POLICY, play->episode, lane};
  const float *p = actor->p + s * n;
  actor->actions[t] = am_choose(p, 1, (int)n, key, (uint32_t)t, play->greedy);
  actor->rewards[t] = task->type->step(task, actor->world, actor->actions[t]);
  if (l->is_given)
    am_drive_feed(actor->drive,
                  &(am_drive_moment){.reward = actor->rewards[t],
                                     .uncertainty = am_drive_uncertainty(p, (int)n),
                                     .input = actor->lane.u + s * (size_t)l->input_rows});
}

void am_actor_play(am_actor *actors, int n, const am_play *play, uint32_t lane) {
  const am_task *task = play->task;
  const am_plastic_layout *l = &play->network->layout;
  const am_trace_ops *rule = am_plastic_rule_code(play->network);
  playing now = begin(actors, n, play, lane);
  for (int t = 0; t < task->n_steps && now.n > 0; t++) {
    for (int q = 0; q < now.n; q++) {
      am_plastic_lane *a = now.lanes[q];
      task->type->observe(task, now.actors[q]->world, a->u + (size_t)t * (size_t)l->input_rows);
      if (l->is_given) a->level[t] = am_drive_level(now.actors[q]->drive);
    }
    am_plastic_code()->step(l, rule, now.lanes, now.n, play->parameters, play->alpha, t);
    decide(&now, play, t);
    for (int q = 0; q < now.n; q++) act(now.actors[q], play, now.numbers[q], t);
    if (play->watch && now.actors[0] == actors) play->watch(play->context, actors, t);
    end(&now, task, t);
  }
}
