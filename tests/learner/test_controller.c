/* The controller for microcontrollers (amine/controller.h): its gated units against a plan of their
 * text, the one-lane form against one lane of sixteen, the whole against the learner of
 * signalling.h, what the header promises about its block and its refusals, and that it learns. On a
 * microcontroller: tests/learner/micro. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "amine/controller.h"
#include "base/random.h"
#include "equation/plan_eligibility.h"
#include "gru_units.h"
#include "learner/adam_step.h"
#include "learner/controller_gru.h"
#include "learner/policy_lane.h"
#include "learner/signalling.h"
#include "learner/signalling_lane.h"
#include "network/linear_lane.h"
#include "task/create.h"
#include "task/bandit.h"
#include "task/delayed_match.h"

enum { LANES = 16 };

static float draw(uint32_t *k) {
  const am_random_key key = {20261122, AM_STREAM_PARAMETERS, 0, 0};
  return 2 * am_uniform(am_random(key, (*k)++).v[0]) - 1;
}

/* ------------------------------------------------------------------------------ one lane */
extern const am_linear_ops am_linear_ops_one;
extern const am_policy_ops am_policy_ops_one;
extern const am_signalling_ops am_signalling_ops_one;
extern const am_adam_ops am_adam_ops_one;

enum { I = 5, N = 11, A = 3, ROWS = 512, WEIGHTS = 3 * N * (I + N + 2) };

/* The same numbers in both forms: `lanes` [rows][LANES], `one` [rows], its lane 0. */
typedef struct both {
  float lanes[ROWS][LANES], one[ROWS];
} both;

/* Random in all lanes, or 0 in all but the first. */
static void random_rows(both *x, int rows, bool alone, uint32_t *k) {
  for (int i = 0; i < rows; i++) {
    for (int l = 0; l < LANES; l++) x->lanes[i][l] = alone && l ? 0 : draw(k);
    x->one[i] = x->lanes[i][0];
  }
}

static void assert_same(const both *x, int rows) {
  for (int i = 0; i < rows; i++) assert_memory_equal(&x->lanes[i][0], &x->one[i], sizeof(float));
}

#define BOTH(name) static both name

static void test_one_lane_gains(void **unused) {
  (void)unused;
  uint32_t k = 0;
  BOTH(state);
  BOTH(x);
  BOTH(before);
  BOTH(m);
  BOTH(out);
  random_rows(&x, I, false, &k), random_rows(&before, N, false, &k), random_rows(&m, N, false, &k);
  am_signalling_code()->gain(out.lanes[0], m.lanes[0], x.lanes[0], 0.75f, I);
  am_signalling_ops_one.gain(out.one, m.one, x.one, 0.75f, I);
  assert_same(&out, I), assert_same(&m, I);
  am_signalling_code()->credit(out.lanes[0], state.lanes[0], x.lanes[0], m.lanes[0],
                               before.lanes[0], 0.75f, I);
  am_signalling_ops_one.credit(out.one, state.one, x.one, m.one, before.one, 0.75f, I);
  assert_same(&out, I), assert_same(&state, I);
}

static void test_one_lane_policy(void **unused) {
  (void)unused;
  uint32_t k = 1000;
  BOTH(logits);
  BOTH(p);
  BOTH(logp);
  BOTH(hit);
  BOTH(out);
  BOTH(entropy);
  BOTH(factor);
  float weights[A * N];
  for (int i = 0; i < A * N; i++) weights[i] = draw(&k);
  random_rows(&hit, N, false, &k), random_rows(&factor, 2, false, &k);
  am_linear_code()->forward(logits.lanes[0], weights, weights, hit.lanes[0], A, N);
  am_linear_ops_one.forward(logits.one, weights, weights, hit.one, A, N);
  assert_same(&logits, A);
  am_policy_code()->policy(p.lanes[0], logp.lanes[0], entropy.lanes[0], logits.lanes[0], A);
  am_policy_ops_one.policy(p.one, logp.one, entropy.one, logits.one, A);
  assert_same(&p, A), assert_same(&logp, A), assert_same(&entropy, 1);
  am_policy_code()->error(out.lanes[0], hit.lanes[0], p.lanes[0], logp.lanes[0], entropy.lanes[0],
                          factor.lanes[0], factor.lanes[1], 0.2f, A);
  am_policy_ops_one.error(out.one, hit.one, p.one, logp.one, entropy.one, factor.one,
                          factor.one + 1, 0.2f, A);
  assert_same(&out, A);
}

/* ------------------------------------------------------------------------------ gated units */
/* By hand and as a plan of their text, in lane 0 of which they live. */
typedef struct units {
  am_stack stack;
  am_stack_memory blocks;
  am_places places;
  am_eligibility traces;
  am_eligibility_memory m;
  am_gru_cell cell;
  am_gru_numbers change, trace, tag;
  float weights[2 * WEIGHTS], changes[2][2 * WEIGHTS], own[2][WEIGHTS];
  float state[2][AM_GRU_ROWS * N];
  float *memory;
} units;

static am_gru_numbers numbers_at(const am_places *p, float *base) {
  return (am_gru_numbers){base + p->place[0].at, base + p->place[1].at, base + p->place[2].at,
                          base + p->place[3].at};
}

static void open_units(units *x, uint32_t *k) {
  am_stack_options o = gru_units(N, 1, 1, 1, 0);
  o.n_inputs = I, o.done = AM_PLAN_GAINED;
  assert_int_equal(am_stack_make(&x->stack, &x->places, &o, NULL), AMINE_OK);
  assert_int_equal(am_eligibility_make(&x->traces, x->stack.plan[0], NULL), AMINE_OK);
  assert_true(x->places.size <= 2 * WEIGHTS);
  for (int t = 0; t < 4; t++)
    for (size_t i = 0; i < am_place_count(&x->places.place[t]); i++)
      x->weights[x->places.place[t].at + i] = draw(k);
  const am_gru_numbers w = numbers_at(&x->places, x->weights);
  x->cell = (am_gru_cell){I, N, w.w_ih, w.w_hh, w.b_ih, w.b_hh};
  x->change = numbers_at(&x->places, x->changes[1]);
  x->trace = (am_gru_numbers){x->own[0], x->own[0] + 3 * N * I, x->own[0] + 3 * N * (I + N),
                              x->own[0] + 3 * N * (I + N + 1)};
  x->tag = (am_gru_numbers){x->own[1], x->own[1] + 3 * N * I, x->own[1] + 3 * N * (I + N),
                            x->own[1] + 3 * N * (I + N + 1)};
  const size_t blocks = am_stack_lay_out(&x->blocks, NULL, &x->stack, 3, false);
  x->memory = calloc(blocks + am_eligibility_lay_out(&x->m, NULL, &x->traces), sizeof(float));
  assert_non_null(x->memory);
  am_stack_lay_out(&x->blocks, x->memory, &x->stack, 3, false);
  am_eligibility_lay_out(&x->m, x->memory + blocks, &x->traces);
  am_stack_begin(&x->stack, &x->blocks, x->weights, false);
}

/* Steps with gains: the activity has the same bits; the changes, whose derivatives a plan rounds
 * otherwise, are as near as that lets them be. */
static void test_units_are_their_text(void **unused) {
  (void)unused;
  uint32_t k = 2000;
  static units x;
  BOTH(in);
  BOTH(gained);
  BOTH(m);
  BOTH(credit);
  BOTH(now);
  BOTH(delta);
  static float psi[AM_GRU_GATES * N], own[N];
  open_units(&x, &k);
  const am_plan *p = x.stack.plan[0];
  for (int t = 0; t < 3; t++) {
    random_rows(&in, I, false, &k);
    random_rows(&credit, N, true, &k), random_rows(&now, N, true, &k);
    const am_plan_step step = {.parameters = x.weights,
                               .fixed = x.blocks.layer[0].fixed,
                               .input = in.lanes[0],
                               .before = am_stack_block(&x.stack, &x.blocks, 0, t - 1),
                               .gained = gained.lanes[0],
                               .block = am_stack_block(&x.stack, &x.blocks, 0, t)};
    float *state = x.state[t % 2], *held = x.state[1 - t % 2] + AM_GRU_H * N;
    am_plan_lanes_code()->step(p, &step);
    am_gru_step(&x.cell, state, in.one, gained.one, held);
    for (int j = 0; j < N; j++)
      assert_true(state[AM_GRU_H * N + j] == step.block[(p->output + j) * LANES]);
    am_gru_effects(&x.cell, psi, own, state, held, m.one);
    am_gru_move(&x.cell, &x.change, &x.trace, &x.tag,
                &(am_gru_moment){in.one, gained.one, psi, own, credit.one, now.one,
                                 t > 0 ? delta.one[0] : 0, 0.9f});
    am_eligibility_move(&x.traces, &x.m, x.changes[0],
                        &(am_eligibility_moment){.step = &step,
                                                 .gain = m.lanes[0],
                                                 .credit = credit.lanes[0],
                                                 .now = now.lanes[0],
                                                 .delta = t > 0 ? delta.lanes[0] : NULL,
                                                 .k = 0.9f});
    random_rows(&delta, 1, true, &k), random_rows(&m, N, false, &k);
    for (int j = 0; j < N; j++) {
      for (int l = 0; l < LANES; l++)
        gained.lanes[j][l] = (1 + m.lanes[j][l]) * step.block[(p->output + j) * LANES + l];
      gained.one[j] = gained.lanes[j][0];
    }
  }
  for (size_t i = 0; i < x.places.size; i++) {
    const double a = (double)x.changes[0][i], b = (double)x.changes[1][i];
    if (!(fabs(a - b) <= 2e-6 * fmax(1, fabs(a)))) fail_msg("weight %zu: %g and %g", i, a, b);
  }
  assert_true(x.changes[1][0] != 0);
  free(x.memory);
  am_eligibility_free(&x.traces);
  am_stack_free(&x.stack);
}

static void test_one_lane_adam(void **unused) {
  (void)unused;
  uint32_t k = 4000;
  enum { COUNT = 48 };
  float p[2][COUNT], m[2][COUNT], v[2][COUNT], g[COUNT];
  for (int i = 0; i < COUNT; i++) {
    p[0][i] = p[1][i] = draw(&k), m[0][i] = m[1][i] = draw(&k), g[i] = draw(&k);
    v[0][i] = v[1][i] = fabsf(draw(&k));
  }
  const am_adam_constants c = {0.9f, 0.999f, 1e-8f, 2, 3, 0.125f};
  am_adam_code()->step(p[0], m[0], v[0], g, COUNT, -0.01f, &c);
  am_adam_ops_one.step(p[1], m[1], v[1], g, COUNT - 5, -0.01f, &c);
  am_adam_ops_one.step(p[1] + COUNT - 5, m[1] + COUNT - 5, v[1] + COUNT - 5, g + COUNT - 5, 5,
                       -0.01f, &c);
  assert_memory_equal(p[0], p[1], sizeof p[0]);
  assert_memory_equal(m[0], m[1], sizeof m[0]);
  assert_memory_equal(v[0], v[1], sizeof v[0]);
}

/* ------------------------------------------------------------------------------ a lesson */
static amine_controller_options small(void) {
  amine_controller_options o = amine_controller_options_default();
  o.n_inputs = 3, o.n_hidden = 12, o.n_signal = 6;
  return o;
}

static am_task *match_task(int steps) {
  am_task *task;
  const am_delayed_match_options o = {.steps = steps, .cues = 2};
  assert_int_equal(am_delayed_match_create(&task, &o, NULL), AMINE_OK);
  return task;
}

static void *block_of(const amine_controller_options *o) {
  const size_t bytes = amine_controller_bytes(o);
  assert_true(bytes > 0);
  void *block = malloc(bytes);
  assert_non_null(block);
  return block;
}

static amine_controller *make(const amine_controller_options *o, uint64_t seed) {
  amine_controller *c;
  assert_int_equal(amine_controller_init(&c, block_of(o), amine_controller_bytes(o), o, seed),
                   AMINE_OK);
  return c;
}

/* One step of a task: asked where there is a right answer, or always if it tells none. */
static float live(amine_controller *c, const am_task *task, void *world) {
  float input[8];
  int action = 0;
  task->type->observe(task, world, input);
  const bool asked = !task->type->answer || task->type->answer(task, world) >= 0;
  if (asked) assert_int_equal(amine_controller_act(c, &action, input), AMINE_OK);
  else assert_int_equal(amine_controller_observe(c, input), AMINE_OK);
  const float reward = task->type->step(task, world, action);
  assert_int_equal(amine_controller_reward(c, reward), AMINE_OK);
  return reward;
}

static float episode(amine_controller *c, const am_task *task, uint64_t seed, uint32_t number) {
  union {
    am_delayed_match_state match;
    am_bandit_state bandit;
  } world;
  float sum = 0;
  assert_true(task->state_size <= sizeof world);
  task->type->start(task, &world, seed, number, 0);
  assert_int_equal(amine_controller_begin(c), AMINE_OK);
  for (int t = 0; t < task->n_steps; t++) sum += live(c, task, &world);
  assert_int_equal(amine_controller_end(c), AMINE_OK);
  return sum;
}

/* ------------------------------------------------------------------------------ the learner */
static am_learner *twin(const am_task *task, const amine_controller_options *o, am_trace_form form,
                        uint64_t seed) {
  const am_signalling_options options = {
      .agent =
          {.n_lanes = 1,
           .n_threads = 1,
           .seed = seed,
           .schedule = {.rate = (double)o->rate},
           .optimiser = {.beta1 = o->beta1, .beta2 = o->beta2, .eps = o->eps, .norm_clip = 1e9f}},
      .units = gru_units(o->n_hidden, 1, (double)o->input_scale, (double)o->recurrent_scale,
                         (double)o->update_spread),
      .n_signal = o->n_signal,
      .gamma = o->gamma,
      .lambda = o->lambda,
      .entropy_weight = o->entropy,
      .gain = o->gain,
      .gain_start = o->gain_start,
      .feedback = o->feedback ? AM_FEEDBACK_RANDOM : AM_FEEDBACK_KP,
      .feedback_decay = o->decay,
      .form = form,
      .input = o->input_share,
      .recurrent = o->recurrent_share,
      .output = o->output_share,
      .gains = o->gain_share,
      .critic = o->critic_share,
      .critic_sees_output = o->critic_sees_output};
  am_learner *learner;
  amine_error error;
  if (am_signalling_create(&learner, task, &options, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  return learner;
}

/* The largest difference between the tensors of both, over the larger of 1 and the largest value.
 */
static double apart(amine_controller *c, const am_learner *learner) {
  double worst = 0, scale = 1;
  const char *name;
  float *values;
  int dims[2], k = 0;
  for (; amine_controller_tensor(c, k, &name, &values, dims); k++) {
    am_learner_tensor t;
    static float theirs[4096];
    assert_true(learner->type->tensor(learner, k, &t));
    assert_string_equal(t.name, name);
    assert_int_equal(t.dims[0], dims[0]);
    assert_int_equal(t.dims[1], dims[1]);
    assert_true(t.dims[0] * t.dims[1] <= sizeof theirs / sizeof *theirs);
    learner->type->get(learner, k, theirs);
    for (int i = 0; i < dims[0] * dims[1]; i++) {
      const double d = fabs((double)values[i] - (double)theirs[i]);
      worst = fmax(worst, isnan(d) ? INFINITY : d);
      scale = fmax(scale, fabs((double)theirs[i]));
    }
  }
  am_learner_tensor t;
  assert_true(learner->type->tensor(learner, k, &t) && !t.is_parameter);
  return worst / scale;
}

/* Two hundred episodes with an update after each: the same actions, and weights that differ by what
 * the derivatives' rounding makes of them, 7.6e-7 at most. */
static void against_learner(amine_controller_options o, const am_task *task) {
  enum { EPISODES = 200 };
  o.update_every = 1;
  amine_controller *c = make(&o, 77);
  am_learner *learner = twin(task, &o, AM_FORM_ONLINE, 77);
  am_learner_report report;
  assert_true(apart(c, learner) == 0);
  for (uint32_t k = 0; k < EPISODES; k++) {
    const float reward = episode(c, task, 77, k);
    assert_int_equal(learner->type->iterate(learner, &report, NULL), AMINE_OK);
    assert_true((double)reward == report.reward);
    const double d = apart(c, learner);
    if (!(d <= 2e-6)) fail_msg("episode %u: %g apart", k, d);
  }
  assert_int_equal(amine_controller_updates(c), EPISODES);
  am_learner_destroy(learner);
  free(c);
}

/* The learner's online form, over two hundred updates: weights from the same first ones, actions
 * from the same draws. The learner keeps the powers of Adam's betas in double, the controller in
 * float: the same where they are powers of two. */
static void test_online_form(void **unused) {
  (void)unused;
  amine_controller_options o = small();
  am_task *task = match_task(7);
  o.beta2 = 0.5f;
  against_learner(o, task);
  o.gain = 0;
  against_learner(o, task);
  o.gain = 0.5f, o.critic_sees_output = 1, o.gamma = 0.9f, o.lambda = 0.8f;
  against_learner(o, task);
  o.feedback = AMINE_CONTROLLER_RANDOM, o.n_hidden = 9, o.n_signal = 13;
  o.recurrent_share = 0.5f, o.critic_share = 2;
  against_learner(o, task);
  am_task_destroy(task);
}

/* The same where each step is a decision and may bring a reward. */
static void test_online_form_of_a_bandit(void **unused) {
  (void)unused;
  am_task *task;
  const am_bandit_options bandit = {.arms = 3, .steps = 9};
  assert_int_equal(am_bandit_create(&task, &bandit, NULL), AMINE_OK);
  amine_controller_options o = small();
  o.n_inputs = task->n_inputs, o.n_actions = 3, o.gamma = 0.9f, o.lambda = 0.9f, o.beta2 = 0.5f;
  against_learner(o, task);
  am_task_destroy(task);
}

/* The summed change of one episode against the window form, which adds in another order. Adam's
 * mean gradient would hide its size in the weights: so a step with beta1 = beta2 = 0 and eps 1 is
 * taken, change / (|change| + 1), at rate 1. */
static void test_window_form(void **unused) {
  (void)unused;
  am_task *task = match_task(7);
  amine_controller_options o = small();
  o.update_every = 1, o.beta1 = o.beta2 = 0, o.eps = 1, o.rate = 1, o.decay = 0;
  for (uint64_t seed = 0; seed < 20; seed++) {
    amine_controller *c = make(&o, seed);
    am_learner *learner = twin(task, &o, AM_FORM_WINDOW, seed);
    am_learner_report report;
    episode(c, task, seed, 0);
    assert_int_equal(learner->type->iterate(learner, &report, NULL), AMINE_OK);
    const double d = apart(c, learner);
    if (!(d <= 1e-5)) fail_msg("seed %u: %g apart", (unsigned)seed, d);
    am_learner_destroy(learner);
    free(c);
  }
  am_task_destroy(task);
}

/* ------------------------------------------------------------------------------ the block */
typedef struct bad_option {
  size_t at;
  bool whole;
  double value;
} bad_option;

#define WHOLE(field, value)                                                                        \
  { offsetof(amine_controller_options, field), true, value }
#define REAL(field, value)                                                                         \
  { offsetof(amine_controller_options, field), false, value }

static const bad_option bad_options[] = {WHOLE(size, 0),
                                         WHOLE(size, sizeof(amine_controller_options) + 4),
                                         WHOLE(n_inputs, 0),
                                         WHOLE(n_inputs, 1025),
                                         WHOLE(n_actions, 1),
                                         WHOLE(n_actions, 65),
                                         WHOLE(n_hidden, 0),
                                         WHOLE(n_hidden, 1025),
                                         WHOLE(n_signal, 0),
                                         WHOLE(n_signal, 1025),
                                         REAL(gamma, 1.1),
                                         REAL(gamma, -0.1),
                                         REAL(gamma, NAN),
                                         REAL(lambda, 1.1),
                                         REAL(lambda, NAN),
                                         REAL(entropy, -1),
                                         REAL(entropy, INFINITY),
                                         REAL(gain, 1.5),
                                         REAL(gain, NAN),
                                         REAL(gain_start, 101),
                                         WHOLE(feedback, 2),
                                         WHOLE(feedback, -1),
                                         REAL(decay, 0.6),
                                         WHOLE(critic_sees_output, 2),
                                         WHOLE(update_unit, 2),
                                         WHOLE(update_every, 0),
                                         WHOLE(update_every, (1 << 24) + 1),
                                         REAL(rate, -1),
                                         REAL(rate, NAN),
                                         REAL(input_share, -1),
                                         REAL(recurrent_share, 1001),
                                         REAL(output_share, NAN),
                                         REAL(gain_share, -1),
                                         REAL(critic_share, -1),
                                         REAL(beta1, 1),
                                         REAL(beta2, 1),
                                         REAL(eps, 0),
                                         REAL(input_scale, -1),
                                         REAL(recurrent_scale, 101),
                                         REAL(update_bias, NAN),
                                         REAL(update_spread, -1)};

static void test_options(void **unused) {
  (void)unused;
  for (size_t k = 0; k < sizeof bad_options / sizeof *bad_options; k++) {
    const bad_option *bad = &bad_options[k];
    amine_controller_options o = small();
    amine_controller *c = NULL;
    const int32_t number = bad->whole ? (int32_t)bad->value : 0;
    const float value = (float)bad->value;
    unsigned char block[64], same[64];
    memset(block, 7, sizeof block);
    memset(same, 7, sizeof same);
    memcpy((char *)&o + bad->at, bad->whole ? (const void *)&number : &value, 4);
    assert_int_equal(amine_controller_bytes(&o), 0);
    assert_int_equal(amine_controller_init(&c, block, sizeof block, &o, 1), AMINE_ERROR_ARGUMENT);
    assert_null(c);
    assert_memory_equal(block, same, sizeof block);
  }
  assert_int_equal(amine_controller_bytes(NULL), 0);
  amine_controller_options largest = small(); /* does not overflow */
  largest.n_inputs = largest.n_hidden = largest.n_signal = AMINE_CONTROLLER_UNITS_MAX;
  largest.n_actions = AMINE_CONTROLLER_ACTIONS_MAX;
  assert_true(amine_controller_bytes(&largest) > 150u << 20);
  assert_true(amine_controller_bytes(&largest) < 256u << 20);
}

static void test_block(void **unused) {
  (void)unused;
  const amine_controller_options o = small();
  const size_t bytes = amine_controller_bytes(&o);
  unsigned char *block = malloc(bytes + 4), *same = malloc(bytes + 4);
  memset(block, 7, bytes + 4), memset(same, 7, bytes + 4);
  amine_controller *c = NULL;
  assert_int_equal(amine_controller_init(&c, block, bytes - 1, &o, 1), AMINE_ERROR_MEMORY);
  assert_int_equal(amine_controller_init(&c, block + 1, bytes, &o, 1), AMINE_ERROR_ARGUMENT);
  assert_int_equal(amine_controller_init(&c, NULL, bytes, &o, 1), AMINE_ERROR_ARGUMENT);
  assert_null(c);
  assert_memory_equal(block, same, bytes + 4);
  assert_int_equal(amine_controller_init(&c, block, bytes, &o, 1), AMINE_OK);
  assert_memory_equal(block + bytes, same + bytes, 4); /* and no byte more */
  free(block);
  free(same);
}

/* Two of them, in different places, lead the same life to the same bytes: no pointers inside. A
 * copy in the middle of an episode goes on as the first. */
static void test_copy(void **unused) {
  (void)unused;
  am_task *task = match_task(6);
  const amine_controller_options o = small();
  const size_t bytes = amine_controller_bytes(&o);
  amine_controller *a = make(&o, 3), *b = make(&o, 3), *d;
  void *copy = block_of(&o);
  for (uint32_t k = 0; k < 21; k++) episode(a, task, 1, k), episode(b, task, 1, k);
  assert_memory_equal(a, b, bytes);
  am_delayed_match_state world, again;
  task->type->start(task, &world, 1, 21, 0);
  assert_int_equal(amine_controller_begin(a), AMINE_OK);
  for (int t = 0; t < 3; t++) live(a, task, &world);
  memcpy(copy, a, bytes);
  again = world;
  assert_int_equal(amine_controller_open(&d, copy, bytes), AMINE_OK);
  for (int t = 3; t < 6; t++) live(a, task, &world);
  for (int t = 3; t < 6; t++) live(d, task, &again);
  assert_int_equal(amine_controller_end(a), AMINE_OK);
  assert_int_equal(amine_controller_end(d), AMINE_OK);
  for (uint32_t k = 22; k < 50; k++) episode(a, task, 1, k), episode(d, task, 1, k);
  assert_memory_equal(a, d, bytes);
  assert_memory_not_equal(a, b, bytes);
  assert_int_equal(amine_controller_updates(a), 6);
  assert_int_equal(amine_controller_episodes(a), 50);
  am_task_destroy(task);
  free(a);
  free(b);
  free(copy);
}

static void test_damaged(void **unused) {
  (void)unused;
  const amine_controller_options o = small();
  const size_t bytes = amine_controller_bytes(&o);
  amine_controller *c = make(&o, 3), *d = NULL;
  uint32_t *words = block_of(&o);
  assert_int_equal(amine_controller_open(&d, c, bytes - 1), AMINE_ERROR_INPUT);
  assert_int_equal(amine_controller_open(&d, c, 8), AMINE_ERROR_INPUT);
  assert_int_equal(amine_controller_open(&d, (char *)c + 1, bytes), AMINE_ERROR_ARGUMENT);
  for (size_t k = 0; k < bytes / 4; k++) { /* a NaN, in any place that is no free counter */
    memcpy(words, c, bytes);
    words[k] = 0x7fc00000;
    const bool counter = (k >= 3 && k <= 4) || (k >= 10 && k <= 14);
    const amine_status status = amine_controller_open(&d, words, bytes);
    assert_int_equal(status, counter ? AMINE_OK : AMINE_ERROR_INPUT);
  }
  assert_int_equal(amine_controller_open(&d, c, bytes), AMINE_OK);
  assert_ptr_equal(c, d);
  for (uint32_t k = 0; k < 2000; k++) { /* other damage: refused, or it lives on somehow */
    const am_random_key key = {1, AM_STREAM_TASK, 0, 0};
    const am_random4 r = am_random(key, k);
    memcpy(words, c, bytes);
    words[k < 1000 ? am_below(r.v[0], 60) : am_below(r.v[0], (uint32_t)bytes / 4)] ^= r.v[1];
    if (amine_controller_open(&d, words, bytes) != AMINE_OK) continue;
    const float input[3] = {1, 0, 0};
    int action = 0;
    amine_controller_begin(d);
    for (int t = 0; t < 3; t++) {
      amine_controller_act(d, &action, input);
      assert_in_range(action, 0, 1);
      amine_controller_reward(d, 1);
    }
    amine_controller_end(d);
  }
  free(c);
  free(words);
}

/* ------------------------------------------------------------------------------ refusals */
static void test_refusals(void **unused) {
  (void)unused;
  const amine_controller_options o = small();
  const size_t bytes = amine_controller_bytes(&o);
  amine_controller *c = make(&o, 3);
  void *before = block_of(&o);
  const float input[3] = {1, 0, 0}, broken[3] = {0, 0, NAN}, endless[3] = {INFINITY, 0, 0};
  int action = 9;
#define REFUSED(call)                                                                              \
  do {                                                                                             \
    memcpy(before, c, bytes);                                                                      \
    assert_int_equal(call, AMINE_ERROR_ARGUMENT);                                                  \
    assert_memory_equal(before, c, bytes);                                                         \
    assert_int_equal(action, 9);                                                                   \
  } while (0)
  REFUSED(amine_controller_act(c, &action, input));
  REFUSED(amine_controller_observe(c, input));
  REFUSED(amine_controller_reward(c, 1));
  REFUSED(amine_controller_end(c));
  assert_int_equal(amine_controller_begin(c), AMINE_OK);
  REFUSED(amine_controller_begin(c));
  REFUSED(amine_controller_reward(c, 1));
  REFUSED(amine_controller_act(c, &action, broken));
  REFUSED(amine_controller_observe(c, endless));
  assert_int_equal(amine_controller_observe(c, input), AMINE_OK);
  REFUSED(amine_controller_act(c, &action, broken));
  REFUSED(amine_controller_reward(c, NAN));
  REFUSED(amine_controller_reward(c, -INFINITY));
  assert_int_equal(amine_controller_end(c), AMINE_OK);
  REFUSED(amine_controller_end(c));
#undef REFUSED
  assert_int_equal(amine_controller_begin(c), AMINE_OK); /* an episode without a step */
  assert_int_equal(amine_controller_end(c), AMINE_OK);
  assert_int_equal(amine_controller_episodes(c), 2);
  free(c);
  free(before);
}

/* A reward beyond all measure: the changes are dropped, weights stay, life goes on. */
static void test_broken_change(void **unused) {
  (void)unused;
  amine_controller_options o = small();
  o.update_every = 1;
  amine_controller *c = make(&o, 3);
  const size_t bytes = amine_controller_bytes(&o);
  float *weights;
  int action;
  const float input[3] = {1, 0, 0};
  const size_t first = 3 * 12 * 3 * sizeof(float);
  assert_true(amine_controller_tensor(c, 0, NULL, &weights, NULL));
  float *before = malloc(first);
  memcpy(before, weights, first);
  assert_int_equal(amine_controller_begin(c), AMINE_OK);
  assert_int_equal(amine_controller_act(c, &action, input), AMINE_OK);
  assert_int_equal(amine_controller_reward(c, 1e30f), AMINE_OK);
  assert_int_equal(amine_controller_end(c), AMINE_ERROR_NUMERIC);
  assert_int_equal(amine_controller_updates(c), 0);
  assert_memory_equal(before, weights, first);
  assert_int_equal(amine_controller_begin(c), AMINE_OK);
  assert_int_equal(amine_controller_act(c, &action, input), AMINE_OK);
  assert_int_equal(amine_controller_reward(c, 1), AMINE_OK);
  assert_int_equal(amine_controller_end(c), AMINE_OK);
  assert_int_equal(amine_controller_updates(c), 1);
  assert_memory_not_equal(before, weights, first);
  assert_int_equal(amine_controller_open(&c, c, bytes), AMINE_OK); /* all numbers are sound */
  free(before);
  free(c);
}

/* Within an episode, in a life of steps: told by the call that would have applied them. */
static void test_broken_step(void **unused) {
  (void)unused;
  amine_controller_options o = small();
  o.update_unit = AMINE_CONTROLLER_STEPS, o.update_every = 1;
  amine_controller *c = make(&o, 3);
  const float input[3] = {1, 0, 0};
  int action;
  assert_int_equal(amine_controller_begin(c), AMINE_OK);
  for (int t = 0; t < 6; t++) {
    assert_int_equal(amine_controller_act(c, &action, input), AMINE_OK);
    assert_int_equal(amine_controller_reward(c, t == 2 ? 1e30f : 1),
                     t == 3 ? AMINE_ERROR_NUMERIC : AMINE_OK);
  }
  assert_int_equal(amine_controller_updates(c), 5);
  assert_int_equal(amine_controller_end(c), AMINE_OK);
  assert_int_equal(amine_controller_open(&c, c, amine_controller_bytes(&o)), AMINE_OK);
  free(c);
}

/* ------------------------------------------------------------------------------ behaviour */
/* Whether traces move within amine_controller_reward or at the next call, and in how many parts a
 * reward comes, makes no difference. */
static void test_when_traces_move(void **unused) {
  (void)unused;
  const amine_controller_options o = small();
  amine_controller *a = make(&o, 5), *b = make(&o, 5);
  for (int k = 0; k < 20; k++) {
    assert_int_equal(amine_controller_begin(a), AMINE_OK);
    assert_int_equal(amine_controller_begin(b), AMINE_OK);
    for (int t = 0; t < 9; t++) {
      const float input[3] = {(float)(t % 2), (float)(k % 3), 1};
      int one, other;
      assert_int_equal(amine_controller_act(a, &one, input), AMINE_OK);
      assert_int_equal(amine_controller_act(b, &other, input), AMINE_OK);
      assert_int_equal(one, other);
      if (t % 3 == 0) {
        assert_int_equal(amine_controller_reward(a, (float)one), AMINE_OK);
        assert_int_equal(amine_controller_reward(b, (float)one / 2), AMINE_OK);
        assert_int_equal(amine_controller_reward(b, (float)one / 2), AMINE_OK);
      } else {
        assert_int_equal(amine_controller_reward(a, 0), AMINE_OK);
      }
    }
    assert_int_equal(amine_controller_end(a), AMINE_OK);
    assert_int_equal(amine_controller_end(b), AMINE_OK);
  }
  assert_memory_equal(a, b, amine_controller_bytes(&o));
  free(a);
  free(b);
}

/* delta_t = r_t + gamma V_{t+1} - V_t, V = 0 after the end; gains within m_max; p sums to 1. */
static void test_what_can_be_read(void **unused) {
  (void)unused;
  amine_controller_options o = small();
  o.gamma = 0.5f, o.gain = 0.25f;
  amine_controller *c = make(&o, 5);
  am_task *task = match_task(6);
  for (uint32_t k = 0; k < 100; k++) episode(c, task, 5, k); /* so that V is not 0 */
  const float input[3] = {0, 1, 1};
  int action;
  float value = 0;
  assert_int_equal(amine_controller_begin(c), AMINE_OK);
  for (int t = 0; t < 4; t++) {
    assert_int_equal(amine_controller_act(c, &action, input), AMINE_OK);
    const float next = amine_controller_value(c);
    assert_true(next != 0);
    if (t) assert_float_equal(amine_controller_dopamine(c), (float)t + 0.5f * next - value, 1e-6);
    value = next;
    assert_int_equal(amine_controller_reward(c, (float)(t + 1)), AMINE_OK);
    const float *p = amine_controller_probabilities(c), *m = amine_controller_gains(c);
    assert_float_equal(p[0] + p[1], 1, 1e-6);
    float largest = 0;
    for (int j = 0; j < o.n_hidden; j++) {
      largest = fmaxf(largest, fabsf(m[j]));
      assert_true(fabsf(amine_controller_activity(c)[j]) <= 1.25f);
    }
    assert_true(largest <= 0.25f && (t == 0) == (largest == 0)); /* s is 0 before the first step */
  }
  assert_int_equal(amine_controller_end(c), AMINE_OK);
  assert_float_equal(amine_controller_dopamine(c), 4 - value, 1e-6);
  am_task_destroy(task);
  free(c);
}

static void test_learning_off(void **unused) {
  (void)unused;
  am_task *task = match_task(6);
  const amine_controller_options o = small();
  amine_controller *c = make(&o, 5), *d = make(&o, 5);
  amine_controller_learning(c, false);
  for (uint32_t k = 0; k < 40; k++) episode(c, task, 5, k);
  float *ours, *first;
  int dims[2];
  for (int k = 0; amine_controller_tensor(c, k, NULL, &ours, dims); k++) {
    assert_true(amine_controller_tensor(d, k, NULL, &first, NULL));
    assert_memory_equal(ours, first, (size_t)(dims[0] * dims[1]) * sizeof(float));
  }
  assert_int_equal(amine_controller_updates(c), 0);
  amine_controller_learning(c, true);
  for (uint32_t k = 0; k < 8; k++) episode(c, task, 5, k);
  assert_int_equal(amine_controller_updates(c), 1);
  amine_controller_greedy(c, true); /* the most probable action, always */
  for (uint32_t k = 0; k < 20; k++) {
    const float input[3] = {(float)(k % 2), 0, 1};
    int action;
    assert_int_equal(amine_controller_begin(c), AMINE_OK);
    assert_int_equal(amine_controller_act(c, &action, input), AMINE_OK);
    const float *p = amine_controller_probabilities(c);
    assert_int_equal(action, p[1] > p[0]);
    assert_int_equal(amine_controller_end(c), AMINE_OK);
  }
  am_task_destroy(task);
  free(c);
  free(d);
}

/* Switched off and on again within an episode, it remembers no trace from before. Without an
 * entropy bonus and with a critic at 0 there is no change yet that could differ. */
static void test_traces_begin_anew(void **unused) {
  (void)unused;
  amine_controller_options o = small();
  o.entropy = 0;
  amine_controller *c = make(&o, 5), *d = make(&o, 5);
  amine_controller_learning(d, false);
  assert_int_equal(amine_controller_begin(c), AMINE_OK);
  assert_int_equal(amine_controller_begin(d), AMINE_OK);
  for (int t = 0; t < 8; t++) {
    const float input[3] = {1, 0, (float)t};
    int action;
    if (t == 3) amine_controller_learning(c, false);
    if (t == 5) amine_controller_learning(c, true), amine_controller_learning(d, true);
    assert_int_equal(amine_controller_act(c, &action, input), AMINE_OK);
    assert_int_equal(amine_controller_act(d, &action, input), AMINE_OK);
    assert_int_equal(amine_controller_reward(c, t == 7), AMINE_OK);
    assert_int_equal(amine_controller_reward(d, t == 7), AMINE_OK);
  }
  assert_int_equal(amine_controller_end(c), AMINE_OK);
  assert_int_equal(amine_controller_end(d), AMINE_OK);
  assert_memory_equal(c, d, amine_controller_bytes(&o));
  free(c);
  free(d);
}

/* At least 9 of 10 seeds reach 95 % of the last 400 trials within 5000. */
static void test_learns(void **unused) {
  (void)unused;
  enum { SEEDS = 10, MOST = 5000, LAST = 400 };
  am_task *task = match_task(8);
  amine_controller_options o = small();
  o.n_hidden = 16, o.n_signal = 8;
  int learned = 0;
  for (uint64_t seed = 0; seed < SEEDS; seed++) {
    amine_controller *c = make(&o, seed);
    float ring[LAST] = {0}, right = 0;
    uint32_t k = 0;
    for (; k < MOST && right < 0.95f * LAST; k++) {
      const float reward = episode(c, task, seed, k);
      right += reward - ring[k % LAST];
      ring[k % LAST] = reward;
    }
    printf("seed %u: %u trials\n", (unsigned)seed, (unsigned)k);
    learned += k < MOST;
    free(c);
  }
  assert_true(learned >= 9);
  am_task_destroy(task);
}

/* Without episodes: three cues, each with its right action, one life of 4000 steps, an update every
 * 16. Chance is a third. */
static void test_learns_in_one_life(void **unused) {
  (void)unused;
  enum { STEPS = 4000, LAST = 400 };
  for (uint64_t seed = 0; seed < 3; seed++) {
    amine_controller_options o = small();
    o.n_actions = 3, o.gamma = 0, o.update_unit = AMINE_CONTROLLER_STEPS, o.update_every = 16;
    o.entropy = 0.02f;
    amine_controller *c = make(&o, seed);
    int right = 0;
    assert_int_equal(amine_controller_begin(c), AMINE_OK);
    for (uint32_t t = 0; t < STEPS; t++) {
      const am_random_key key = {seed, AM_STREAM_TASK, 0, 0};
      const uint32_t cue = am_below(am_random(key, t).v[0], 3);
      const float input[3] = {cue == 0, cue == 1, cue == 2};
      int action;
      assert_int_equal(amine_controller_act(c, &action, input), AMINE_OK);
      const bool hit = action == (int)(cue + 1) % 3;
      assert_int_equal(amine_controller_reward(c, hit), AMINE_OK);
      right += hit && t >= STEPS - LAST;
    }
    assert_int_equal(amine_controller_updates(c), STEPS / 16);
    printf("seed %u: %d of %d\n", (unsigned)seed, right, LAST);
    assert_true(right >= 0.9 * LAST);
    free(c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_one_lane_gains),
                                     cmocka_unit_test(test_one_lane_policy),
                                     cmocka_unit_test(test_units_are_their_text),
                                     cmocka_unit_test(test_one_lane_adam),
                                     cmocka_unit_test(test_online_form),
                                     cmocka_unit_test(test_online_form_of_a_bandit),
                                     cmocka_unit_test(test_window_form),
                                     cmocka_unit_test(test_options),
                                     cmocka_unit_test(test_block),
                                     cmocka_unit_test(test_copy),
                                     cmocka_unit_test(test_damaged),
                                     cmocka_unit_test(test_refusals),
                                     cmocka_unit_test(test_broken_change),
                                     cmocka_unit_test(test_broken_step),
                                     cmocka_unit_test(test_when_traces_move),
                                     cmocka_unit_test(test_traces_begin_anew),
                                     cmocka_unit_test(test_what_can_be_read),
                                     cmocka_unit_test(test_learning_off),
                                     cmocka_unit_test(test_learns),
                                     cmocka_unit_test(test_learns_in_one_life)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
