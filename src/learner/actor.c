/* Network meets world, one lane, step by step. */
#include "learner/actor.h"

#include <string.h>

#include "base/memory.h"
#include "kernel/isa.h"
#include "learner/choose.h"
#include "learner/group.h"

AM_ISA_DECLARE(const am_a2c_ops, am_a2c_ops);

const am_a2c_ops *am_a2c_code(void) {
  static const am_a2c_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_a2c_ops);
  return code[am_isa_now()];
}

/* The blocks of an actor, one after the other, each at a multiple of 64 bytes. */
static size_t place(am_actor *actor, char *block, const am_task *task, const am_pair *network,
                    bool has_E) {
  const size_t T = (size_t)task->n_steps;
  const size_t policy = am_size_mul(am_size_mul(T, (size_t)task->n_actions), sizeof(float));
  const size_t sizes[] = {am_pair_lane_bytes(network, task->n_steps, has_E, sizeof(float)),
                          task->state_size,
                          policy,
                          policy,
                          am_size_mul(T, sizeof(int)),
                          am_size_mul(T, sizeof(float)),
                          am_pair_is_given(network) ? am_feed_bytes(task->n_inputs) : 0};
  enum { N_PARTS = sizeof sizes / sizeof *sizes };
  void *parts[N_PARTS];
  size_t bytes = 0;
  for (int k = 0; k < N_PARTS; k++) {
    parts[k] = block ? block + bytes : NULL;
    bytes = am_size_add(bytes, am_size_round(sizes[k], 64));
  }
  if (block) {
    am_pair_lane_place(network, &actor->lane, parts[0], task->n_steps, has_E, sizeof(float));
    actor->world = parts[1];
    actor->p = parts[2];
    actor->logp = parts[3];
    actor->actions = parts[4];
    actor->rewards = parts[5];
    actor->fed = parts[6];
  }
  return bytes;
}

size_t am_actor_bytes(const am_task *task, const am_pair *network, bool has_E) {
  return place(NULL, NULL, task, network, has_E);
}

void am_actor_place(am_actor *actor, void *block, const am_task *task, const am_pair *network,
                    bool has_E) {
  place(actor, block, task, network, has_E);
}

/* The episodes that still go on, of the n that are played side by side. */
typedef struct playing {
  am_actor *actors[AM_TRACE_LANES];
  am_pair_lane *lanes[AM_TRACE_LANES];
  uint32_t numbers[AM_TRACE_LANES];
  int n;
} playing;

static playing begin(am_actor *actors, int n, const am_play *play, uint32_t lane) {
  const am_task *task = play->task;
  playing now = {.n = n};
  for (int q = 0; q < n; q++) {
    am_actor *a = now.actors[q] = &actors[q];
    now.lanes[q] = &a->lane;
    now.numbers[q] = lane + (uint32_t)q;
    a->lane.n_steps = task->n_steps;
    a->lane.dropped = play->dropped && play->network->dropout > 0;
    am_pair_code()->begin(play->network, &a->lane, play->parameters);
    if (am_pair_is_given(play->network)) am_feed_begin(&play->feed, a->fed, task->n_inputs);
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
                          a->lane.heads + s * (size_t)play->network->head_rows, (int)A);
  }
}

static size_t input_rows(const am_task *task) { return (size_t)am_pad(task->n_inputs, 16); }

/* M of step t, from what it brought. */
static void give(am_actor *a, const am_play *play, uint32_t lane, int t) {
  const size_t s = (size_t)t;
  const am_feed_moment m = {.key = {play->seed, 0, play->episode, lane},
                            .step = t,
                            .reward = a->rewards[t],
                            .error = am_feed_error(a->rewards[t]),
                            .p = a->p + s * (size_t)play->task->n_actions,
                            .input = a->lane.u + s * input_rows(play->task),
                            .stride = 1,
                            .n_actions = play->task->n_actions};
  a->lane.given[s * 16] = am_feed_after(&play->feed, a->fed, &m);
}

/* What the policy does at step t, and what the world answers. */
static void act(am_actor *actor, const am_play *play, uint32_t lane, int t) {
  const am_task *task = play->task;
  const size_t s = (size_t)t, n = (size_t)task->n_actions;
  const am_random_key key = {play->seed, AM_STREAM_POLICY, play->episode, lane};
  const float *p = actor->p + s * n;
  actor->actions[t] = am_choose(p, 1, (int)n, key, (uint32_t)t, play->greedy);
  actor->rewards[t] = task->type->step(task, actor->world, actor->actions[t]);
  if (am_pair_is_given(play->network)) give(actor, play, lane, t);
}

/* Dropout between layers: a pure function of the episode, layer and t. */
static void draw_masks(am_actor *a, const am_play *play, uint32_t lane, int t) {
  const am_pair *p = play->network;
  for (int l = 0; a->lane.dropped && l + 1 < p->n_layers; l++) {
    const int n = p->plan[l]->n_outputs;
    const am_random_key key = {play->seed, AM_STREAM_POLICY, play->episode, lane};
    am_dropout(a->lane.layer[l].mask + (size_t)t * (size_t)am_pad(n, 16), 1, key, l, t, n,
               p->dropout);
  }
}

void am_actor_play(am_actor *actors, int n, const am_play *play, uint32_t lane) {
  const am_task *task = play->task;
  const am_pair *p = play->network;
  playing now = begin(actors, n, play, lane);
  for (int t = 0; t < task->n_steps && now.n > 0; t++) {
    for (int q = 0; q < now.n; q++) {
      am_pair_lane *a = now.lanes[q];
      task->type->observe(task, now.actors[q]->world, a->u + (size_t)t * input_rows(task));
      if (am_pair_is_given(p))
        a->given[(size_t)t * 16] = am_feed_before(&play->feed, now.actors[q]->fed);
      draw_masks(now.actors[q], play, now.numbers[q], t);
    }
    am_pair_code()->step(p, play->rule, now.lanes, now.n, play->parameters, t);
    decide(&now, play, t);
    for (int q = 0; q < now.n; q++) act(now.actors[q], play, now.numbers[q], t);
    am_pair_code()->after(p, play->rule, now.lanes, now.n, play->parameters, t);
    if (play->watch && now.actors[0] == actors) play->watch(play->context, actors, t);
    end(&now, task, t);
  }
}
