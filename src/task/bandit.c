/* Bernoulli bandits and what Thompson sampling earns on them. */
#include "task/bandit.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"

am_bandit_options am_bandit_default(void) {
  return (am_bandit_options){.arms = 2, .steps = 20, .complementary = true};
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  const am_bandit_options *o = task->options;
  am_bandit_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  s->previous_action = -1;
  for (int k = 0; k < o->arms; k++) {
    const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, (uint32_t)k / 4);
    s->p[k] = am_uniform(draw.v[k % 4]);
  }
  if (o->complementary) s->p[1] = 1 - s->p[0];
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_bandit_state *s = state;
  const int n_arms = task->n_actions;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (s->previous_action >= 0) input[s->previous_action] = 1;
  input[n_arms] = s->previous_reward;
  input[n_arms + 1] = (float)s->world.step / (float)task->n_steps;
}

static float step(const am_task *task, void *state, int action) {
  assert(action >= 0 && action < task->n_actions);
  am_bandit_state *s = state;
  if (s->world.step >= task->n_steps) return 0;
  const bool won = am_world_chance(&s->world, (uint32_t)s->world.step, 0, s->p[action]);
  s->won[action] += won;
  s->lost[action] += !won;
  s->previous_action = action;
  s->previous_reward = won ? 1 : 0;
  s->world.step++;
  return s->previous_reward;
}

/* ------------------------------------------------------------------ policies */
/* Number i of those that the policy draws in this step for an arm; the steps below n_steps are the
 * ones that every policy is given. */
static uint32_t policy_bits(const am_task *task, const am_bandit_state *s, int arm, int i) {
  enum { BLOCKS = AM_BANDIT_STEPS / 4 + 1 };
  const int block = (s->world.step * AM_BANDIT_ARMS + arm) * BLOCKS + i / 4;
  const am_random4 draw =
      am_world_draw(&s->world, AM_STREAM_AGENT, (uint32_t)(task->n_steps + block));
  return draw.v[i % 4];
}

/* The one with `rank` smaller ones among n numbers, bit by bit from the highest. */
static uint32_t ranked(const uint32_t *number, int n, int rank) {
  uint32_t found = 0;
  for (int bit = 31; bit >= 0; bit--) {
    int n_zero = 0; /* numbers that agree with `found` so far and have a 0 here */
    for (int i = 0; i < n; i++) n_zero += number[i] >> bit == found >> bit;
    if (rank >= n_zero) {
      rank -= n_zero;
      found |= UINT32_C(1) << bit;
    }
  }
  return found;
}

static int thompson(const am_task *task, const void *state, am_random4 draw) {
  (void)draw;
  const am_bandit_state *s = state;
  uint32_t number[AM_BANDIT_STEPS + 1], best = 0;
  int arm = 0;
  for (int k = 0; k < task->n_actions; k++) {
    const int n = s->won[k] + s->lost[k] + 1;
    for (int i = 0; i < n; i++) number[i] = policy_bits(task, s, k, i);
    const uint32_t sample = ranked(number, n, s->won[k]);
    if (k == 0 || sample > best) {
      best = sample;
      arm = k;
    }
  }
  return arm;
}

/* Pulls that speak for arm 0: complementary arms tell about each other. */
static int for_arm_0(const am_bandit_state *s) { return s->won[0] + s->lost[1]; }

/* Of p ~ Beta(1 + a, 1 + t - a) only p > 1/2 matters: at most a of t + 1 numbers below 1/2. */
static int thompson_complementary(const am_task *task, const void *state, am_random4 draw) {
  (void)draw;
  const am_bandit_state *s = state;
  int n_below = 0;
  for (int i = 0; i <= s->world.step; i++) n_below += !(policy_bits(task, s, 0, i) >> 31);
  return n_below <= for_arm_0(s) ? 0 : 1;
}

static int bayes_complementary(const am_task *task, const void *state, am_random4 draw) {
  (void)task;
  const am_bandit_state *s = state;
  const int lead = 2 * for_arm_0(s) - s->world.step;
  if (lead == 0) return (int)(draw.v[0] >> 31);
  return lead > 0 ? 0 : 1;
}

static int best_arm(const am_task *task, const void *state, am_random4 draw) {
  (void)draw;
  const am_bandit_state *s = state;
  int arm = 0;
  for (int k = 1; k < task->n_actions; k++)
    if (s->p[k] > s->p[arm]) arm = k;
  return arm;
}

enum { LOST, OTHER };
static const am_task_event events[] = {
    [LOST] = {"lost", "the arm that was pulled paid nothing"},
    [OTHER] = {"other arm", "another arm was pulled than at the step before"},
    {0}};

static unsigned happened(const am_task *task, const void *before, const void *after) {
  const am_bandit_state *a = before, *b = after;
  (void)task;
  if (!b) return 0;
  return (unsigned)!(b->previous_reward > 0) << LOST |
         (unsigned)(a->previous_action >= 0 && a->previous_action != b->previous_action) << OTHER;
}

#define AT(member) AM_MEMBER(am_bandit_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_INTEGER("arms", 2, 2, 50, "", "arms of the bandit", AT(arms)),
    AM_SWITCH("complementary", 1,
              "two arms reward with p and 1 - p; false: each arm with its own probability",
              AT(complementary)),
    {0}};

/* ------------------------------------------------------------------ what the policies earn */
/* Complementary arms. Whatever was pulled, each pull is one observation of p, so that before step t
 * the count a is uniform in 0 ... t; arm 0 then pays with m = (a + 1) / (t + 2). Thompson pulls it
 * with q = P(at most a of t + 1 fair coins fall on one side). */
static void earn_complementary(double *by_thompson, double *by_bayes, int n_steps) {
  double coin[AM_BANDIT_STEPS + 2] = {1}; /* [i]: P(i of t + 1 coins) */
  *by_thompson = *by_bayes = 0;
  for (int t = 0; t < n_steps; t++) {
    double q = 0;
    for (int i = t + 1; i > 0; i--) coin[i] = 0.5 * (coin[i] + coin[i - 1]);
    coin[0] *= 0.5;
    for (int a = 0; a <= t; a++) {
      const double m = (a + 1.0) / (t + 2.0);
      q += coin[a];
      *by_thompson += (q * m + (1 - q) * (1 - m)) / (t + 1);
      *by_bayes += fmax(m, 1 - m) / (t + 1);
    }
  }
}

enum { MOST = AM_BANDIT_EXACT_STEPS };

/* P(X > Y) for X ~ Beta(1 + s, 1 + f) and Y ~ Beta(1 + u, 1 + v); factorial[n] = n!. It is
 * sum_{i=0}^{s} B(u + 1 + i, v + f + 2) / ((f + 1 + i) B(1 + i, f + 1) B(u + 1, v + 1)). */
static double above(int s, int f, int u, int v, const double *factorial) {
  const double whole = factorial[u] * factorial[v] / factorial[u + v + 1];
  double sum = 0;
  for (int i = 0; i <= s; i++) {
    const double top = factorial[u + i] / factorial[u + i + v + f + 2] * factorial[v + f + 1];
    const double part = factorial[i] * factorial[f] / factorial[i + f + 1];
    sum += top / ((f + 1 + i) * part * whole);
  }
  return sum;
}

typedef double pulls[MOST + 1][MOST + 1][MOST + 1]; /* [pulls of arm 0][its wins][wins of arm 1] */

/* Two independent arms: the probability of each record (n0, s, u) before each step, forward. */
static double earn_two(pulls *now, pulls *next, int n_steps) {
  double factorial[2 * MOST + 4] = {1}, sum = 0;
  for (int n = 1; n < 2 * MOST + 4; n++) factorial[n] = factorial[n - 1] * n;
  (*now)[0][0][0] = 1;
  for (int t = 0; t < n_steps; t++) {
    memset(next, 0, sizeof *next);
    for (int n0 = 0; n0 <= t; n0++)
      for (int s = 0; s <= n0; s++)
        for (int u = 0; u <= t - n0; u++) {
          const double P = (*now)[n0][s][u];
          const double q = above(s, n0 - s, u, t - n0 - u, factorial);
          const double m0 = (s + 1.0) / (n0 + 2.0), m1 = (u + 1.0) / (t - n0 + 2.0);
          sum += P * (q * m0 + (1 - q) * m1);
          (*next)[n0 + 1][s + 1][u] += P * q * m0;
          (*next)[n0 + 1][s][u] += P * q * (1 - m0);
          (*next)[n0][s][u + 1] += P * (1 - q) * m1;
          (*next)[n0][s][u] += P * (1 - q) * (1 - m1);
        }
    pulls *swap = now;
    now = next;
    next = swap;
  }
  return sum;
}

/* Thompson sampling where it takes long to work out: means of 2 million episodes, with a standard
 * error of 0.0014. */
static const struct {
  int arms, steps;
  double thompson;
} measured[] = {{5, 10, 5.8347}};

static amine_status calibrate(am_task *task, const am_bandit_options *o, amine_error *error) {
  const int n_arms = o->arms, n_steps = o->steps;
  double by_thompson = NAN, by_bayes;
  am_task_acts(task, "random", 0.5 * n_steps, am_policy_random);
  if (o->complementary) {
    earn_complementary(&by_thompson, &by_bayes, n_steps);
    am_task_acts(task, "thompson", by_thompson, thompson_complementary);
    am_task_acts(task, "bayes", by_bayes, bayes_complementary);
    am_task_acts(task, "ceiling", 0.75 * n_steps, best_arm);
  } else {
    if (n_arms == 2 && n_steps <= MOST) {
      pulls *two = am_alloc(2, sizeof *two);
      if (!two) return am_fail_memory(error, 2 * sizeof *two);
      by_thompson = earn_two(&two[0], &two[1], n_steps);
      am_free(two);
    }
    for (size_t k = 0; k < sizeof measured / sizeof measured[0]; k++)
      if (measured[k].arms == n_arms && measured[k].steps == n_steps)
        by_thompson = measured[k].thompson;
    am_task_acts(task, "thompson", by_thompson, thompson);
    am_task_acts(task, "ceiling", n_steps * (n_arms / (n_arms + 1.0)), best_arm);
  }
  task->criterion = n_steps > 1 ? by_thompson : (double)NAN; /* one pull is a guess */
  return AMINE_OK;
}

static amine_status check(const am_bandit_options *o, amine_error *error) {
  const am_range ranges[] = {{"arms", o->arms, 2, AM_BANDIT_ARMS},
                             {"steps", o->steps, 1, AM_BANDIT_STEPS}};
  AM_TRY(am_ranges_check("bandit", ranges, 2, error));
  if (o->complementary && o->arms != 2)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the bandit option complementary is for 2 arms, and there are %d", o->arms);
  return AMINE_OK;
}

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_bandit_options *o = options;
  AM_TRY(check(o, error));
  task->n_inputs = o->arms + 2;
  task->tells = 1 + o->arms;
  task->n_actions = o->arms;
  task->n_steps = o->steps;
  task->state_size = sizeof(am_bandit_state);
  return calibrate(task, o, error);
}

const am_task_type am_bandit_type = {
    .part = {.kind = AM_TASK,
             .name = "bandit",
             .meaning = "find out which arm pays best and pull it",
             .parameters = parameters,
             .options_size = sizeof(am_bandit_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .events = events,
    .happened = happened,
};
