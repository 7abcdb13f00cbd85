/* The volatile bandit: arms are keyed draws of their block, noise one of the step. */
#include "task/volatile_bandit.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* Those with the least regret of a grid for the default settings (tests/reference/volatile_bandit.py). */
#define GAMMA 0.987f
#define WIDTH 0.15f

am_volatile_bandit_options am_volatile_bandit_default(void) {
  return (am_volatile_bandit_options){
      .steps = 10000, .arms = 5, .block = 500, .chance = 0.4, .sd_low = 0.1, .sd_high = 1};
}

/* ------------------------------------------------------------------ the world */
static void draw_arms(const am_volatile_bandit_options *o, am_volatile_bandit_state *s,
                      uint32_t first) {
  s->drawn_at = s->world.step;
  for (int k = 0; k < o->arms; k++) {
    const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, first + (uint32_t)k);
    s->mu[k] = 2 * am_uniform(draw.v[0]) - 1;
    s->sd[k] = (float)(o->sd_low + (o->sd_high - o->sd_low) * (double)am_uniform(draw.v[1]));
    s->q[k] = 0;
    s->variance[k] = 1.0f / 3; /* of a mean */
  }
}

/* Where the draws of a block begin: the first is for whether arms are drawn at all. */
static uint32_t first_draw(const am_volatile_bandit_state *s, int block) {
  return (uint32_t)(s->world.step / block) * (AM_VOLATILE_ARMS + 1);
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_volatile_bandit_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  s->previous_action = -1;
  draw_arms(task->options, s, 1);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_volatile_bandit_options *o = task->options;
  const am_volatile_bandit_state *s = state;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (s->world.step >= task->n_steps) return;
  if (s->previous_action >= 0) input[s->previous_action] = 1;
  input[o->arms] = s->previous_reward;
  if (!o->told) return;
  memcpy(input + o->arms + 1, s->sd, (size_t)o->arms * sizeof *input);
  input[2 * o->arms + 1] = s->drawn_at == s->world.step;
}

static int best_of(const float *x, int n) {
  int best = 0;
  for (int k = 1; k < n; k++)
    if (x[k] > x[best]) best = k;
  return best;
}

/* What the policies take up of a payment. */
static void take_up(const am_volatile_bandit_options *o, am_volatile_bandit_state *s, int arm,
                    float reward) {
  for (int k = 0; k < o->arms; k++) {
    s->n[k] *= GAMMA;
    s->paid[k] *= GAMMA;
  }
  s->n[arm]++;
  s->paid[arm] += reward;
  const float gain = s->variance[arm] / (s->variance[arm] + s->sd[arm] * s->sd[arm]);
  s->q[arm] += gain * (reward - s->q[arm]);
  s->variance[arm] *= 1 - gain;
}

static float step(const am_task *task, void *state, int action) {
  const am_volatile_bandit_options *o = task->options;
  am_volatile_bandit_state *s = state;
  assert(action >= 0 && action < o->arms);
  if (s->world.step >= task->n_steps) return 0;
  const uint32_t t = (uint32_t)s->world.step;
  const float z = am_normal(am_world_draw(&s->world, AM_STREAM_TASK, t));
  const float reward = s->mu[action] + s->sd[action] * z;
  s->regret += (double)(s->mu[best_of(s->mu, o->arms)] - s->mu[action]);
  take_up(o, s, action, reward);
  s->previous_action = action;
  s->previous_reward = reward;
  s->world.step++;
  if (s->world.step % o->block != 0) return reward;
  const uint32_t first = first_draw(s, o->block);
  const am_random_key key = {s->world.seed, AM_STREAM_TASK_START, s->world.episode, s->world.lane};
  if (am_chance(key, first, 0, o->chance)) draw_arms(o, s, first + 1);
  return reward;
}

static double regret(const am_task *task, const void *state) {
  (void)task;
  return ((const am_volatile_bandit_state *)state)->regret;
}

/* ------------------------------------------------------------------ policies */
static int discounted_ucb(const am_task *task, const void *state, am_random4 draw) {
  (void)draw;
  const am_volatile_bandit_state *s = state;
  float bound[AM_VOLATILE_ARMS], all = 0;
  for (int k = 0; k < task->n_actions; k++) all += s->n[k];
  for (int k = 0; k < task->n_actions; k++)
    bound[k] = s->n[k] > 0 ? s->paid[k] / s->n[k] + WIDTH * sqrtf(logf(fmaxf(all, 1)) / s->n[k])
                           : INFINITY;
  return best_of(bound, task->n_actions);
}

static int thompson(const am_task *task, const void *state, am_random4 draw) {
  (void)draw;
  const am_volatile_bandit_state *s = state;
  float sample[AM_VOLATILE_ARMS];
  for (int k = 0; k < task->n_actions; k++) {
    const uint32_t at = (uint32_t)(s->world.step * AM_VOLATILE_ARMS + k);
    const am_random4 own = am_world_draw(&s->world, AM_STREAM_AGENT, at);
    sample[k] = s->q[k] + sqrtf(s->variance[k]) * am_normal(own);
  }
  return best_of(sample, task->n_actions);
}

static int best_arm(const am_task *task, const void *state, am_random4 draw) {
  (void)draw;
  return best_of(((const am_volatile_bandit_state *)state)->mu, task->n_actions);
}

#define AT(member) AM_MEMBER(am_volatile_bandit_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_INTEGER("arms", 2, 2, 50, "", "arms of the bandit", AT(arms)),
    AM_INTEGER("block", 500, 1, 100000, "steps", "after so many the arms may be drawn anew",
               AT(block)),
    AM_NUMBER("chance", 0.4, 0, 1, "", "the probability that they are", AT(chance)),
    AM_NUMBER("sd_low", 0.1, 0, 100, "", "the least deviation of an arm's payments", AT(sd_low)),
    AM_NUMBER("sd_high", 1, 0, 100, "", "the greatest deviation of an arm's payments", AT(sd_high)),
    AM_SWITCH("told", 0, "the inputs show the deviations, and when arms have been drawn anew",
              AT(told)),
    {0}};

/* Means of 2,000 and 400 lives (tests/reference/volatile_bandit.py), with standard errors of 3.1. */
#define REGRET_UCB 537.1
#define REGRET_THOMPSON 188.6

static void calibrate(am_task *task, const am_volatile_bandit_options *o) {
  const double n = o->arms, best = o->steps * (n - 1) / (n + 1);
  const am_volatile_bandit_options known = am_volatile_bandit_default();
  const bool as_known = o->steps == known.steps && o->arms == known.arms &&
                        o->block == known.block && o->chance == known.chance &&
                        o->sd_low == known.sd_low && o->sd_high == known.sd_high;
  am_task_acts(task, "random", 0, am_policy_random);
  am_task_acts(task, "discounted-ucb", as_known ? best - REGRET_UCB : (double)NAN, discounted_ucb);
  am_task_acts(task, "thompson", as_known ? best - REGRET_THOMPSON : (double)NAN, thompson);
  am_task_acts(task, "ceiling", best, best_arm);
  task->criterion = as_known ? best - REGRET_UCB : (double)NAN;
}

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_volatile_bandit_options *o = options;
  const am_range ranges[] = {
      {"steps", o->steps, 1, 100000}, {"arms", o->arms, 2, AM_VOLATILE_ARMS},
      {"block", o->block, 1, 100000}, {"chance", o->chance, 0, 1},
      {"sd_low", o->sd_low, 0, 100},  {"sd_high", o->sd_high, o->sd_low, 100}};
  AM_TRY(am_ranges_check("volatile-bandit", ranges, sizeof ranges / sizeof *ranges, error));
  task->n_inputs = o->arms + 1 + (o->told ? o->arms + 1 : 0);
  task->tells = 1 + o->arms;
  task->n_actions = o->arms;
  task->n_steps = o->steps;
  task->state_size = sizeof(am_volatile_bandit_state);
  calibrate(task, o);
  return AMINE_OK;
}

const am_task_type am_volatile_bandit_type = {
    .part = {.kind = AM_TASK,
             .name = "volatile-bandit",
             .meaning = "find the best of arms that change without notice, again and again",
             .parameters = parameters,
             .options_size = sizeof(am_volatile_bandit_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .regret = regret,
};
