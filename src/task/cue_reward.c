/* Cue-reward association; what its players earn follows by going through all trials that may be. */
#include "task/cue_reward.h"

#include <assert.h>
#include <math.h>
#include <string.h>

enum { MORE = 4, SHORTEST = 5, LONGEST = SHORTEST + MORE - 1 }; /* a trial: 5 steps and 0 to 3 */

am_cue_reward_options am_cue_reward_default(void) {
  return (am_cue_reward_options){.cues = 4, .width = 20, .steps = 120, .wrong = 1, .scale = 1};
}

/* ------------------------------------------------------------------ the world */
/* Two different numbers below n, each ordered pair alike. */
static void draw_two(int32_t out[2], uint32_t bits, int n) {
  const int k = (int)am_below(bits, (uint32_t)(n * (n - 1)));
  const int first = k / (n - 1), other = k % (n - 1);
  out[0] = first;
  out[1] = other + (other >= first);
}

/* Lays out the trial that begins at the present step. */
static void lay_out(const am_task *task, am_cue_reward_state *s) {
  const int cues = ((const am_cue_reward_options *)task->options)->cues;
  const int32_t begin = s->world.step;
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK, (uint32_t)begin);
  const int n = 2 + (int)am_below(draw.v[0], MORE);
  int32_t place[2];
  draw_two(s->shown, draw.v[1], cues);
  draw_two(place, draw.v[2], n);
  s->at[0] = begin + 1 + (place[0] < place[1] ? place[0] : place[1]);
  s->at[1] = begin + 1 + (place[0] < place[1] ? place[1] : place[0]);
  s->go = begin + 1 + n;
}

static uint32_t all_cues(const am_task *task) {
  return (UINT32_C(1) << ((const am_cue_reward_options *)task->options)->cues) - 1;
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  const am_cue_reward_options *o = task->options;
  am_cue_reward_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, 0);
  s->target = (int32_t)am_below(draw.v[0], (uint32_t)o->cues);
  am_world_patterns(&s->world, s->cue, o->cues, o->width);
  s->candidates = s->latest = all_cues(task);
  s->previous_action = -1;
  lay_out(task, s);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_cue_reward_options *o = task->options;
  const am_cue_reward_state *s = state;
  const int32_t t = s->world.step;
  float *rest = input + o->width;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (t >= task->n_steps) return;
  for (int i = 0; i < 2; i++)
    for (int k = 0; s->at[i] == t && k < o->width; k++)
      input[k] = s->cue[s->shown[i]] >> k & 1 ? 1.0f : -1.0f;
  rest[AM_CUE_INPUT_GO] = t == s->go;
  rest[AM_CUE_INPUT_BIAS] = 1;
  rest[AM_CUE_INPUT_TIME] = (float)t / (float)task->n_steps;
  rest[AM_CUE_INPUT_REWARD] = o->scale * s->previous_reward;
  if (s->previous_action >= 0) rest[AM_CUE_INPUT_ACTION + s->previous_action] = 1;
}

static uint32_t pair(const am_cue_reward_state *s) {
  return UINT32_C(1) << s->shown[0] | UINT32_C(1) << s->shown[1];
}

static bool present(const am_cue_reward_state *s) { return pair(s) >> s->target & 1; }

static int answer(const am_task *task, const void *state) {
  const am_cue_reward_state *s = state;
  if (s->world.step >= task->n_steps || s->world.step != s->go) return -1;
  return present(s) ? AM_CUE_PRESENT : AM_CUE_ABSENT;
}

static float step(const am_task *task, void *state, int action) {
  assert(action >= 0 && action < AM_CUE_ACTIONS);
  am_cue_reward_state *s = state;
  if (s->world.step >= task->n_steps) return 0;
  const int right = answer(task, s);
  float reward = 0;
  if (right >= 0) {
    const float wrong = ((const am_cue_reward_options *)task->options)->wrong;
    reward = action == right ? 1 : 0 - wrong;
    s->latest = present(s) ? pair(s) : all_cues(task) & ~pair(s);
    s->candidates &= s->latest;
  }
  s->previous_reward = reward;
  s->previous_action = action;
  s->world.step++;
  if (s->world.step == s->go + 2) lay_out(task, s);
  return reward;
}

/* ------------------------------------------------------------------ what happens */
enum { CUE, TARGET, WRONG };
static const am_task_event events[] = {[CUE] = {"cue", "a cue is shown that is not the target"},
                                       [TARGET] = {"target", "the target is shown"},
                                       [WRONG] = {"wrong", "the answer was wrong"},
                                       {0}};

static unsigned happened(const am_task *task, const void *before, const void *after) {
  const am_cue_reward_state *a = before, *b = after;
  const int right = answer(task, a);
  unsigned all = (unsigned)(b && right >= 0 && b->previous_action != right) << WRONG;
  for (int i = 0; i < 2; i++)
    if (a->at[i] == a->world.step && a->world.step < task->n_steps)
      all |= 1u << (a->shown[i] == a->target ? TARGET : CUE);
  return all;
}

/* ------------------------------------------------------------------ players */
static int count(uint32_t cues) {
  int n = 0;
  for (; cues; cues &= cues - 1) n++;
  return n;
}

/* Of cues that are as probable, says what more of them speak for. */
static int judge(const am_cue_reward_state *s, uint32_t candidates) {
  return 2 * count(candidates & pair(s)) >= count(candidates) ? AM_CUE_PRESENT : AM_CUE_ABSENT;
}

static int latest(const am_task *task, const void *state, am_random4 draw) {
  (void)task;
  (void)draw;
  const am_cue_reward_state *s = state;
  return judge(s, s->latest);
}

static int bayes(const am_task *task, const void *state, am_random4 draw) {
  (void)task;
  (void)draw;
  const am_cue_reward_state *s = state;
  return judge(s, s->candidates);
}

/* That j of m candidates are in a pair of n cues: C(m, j) C(n - m, 2 - j) / C(n, 2). */
static double chance(int j, int m, int n) {
  const double in[] = {1, m, 0.5 * m * (m - 1)};
  const double out[] = {1, n - m, 0.5 * (n - m) * (n - m - 1)};
  return in[j] * out[2 - j] / (0.5 * n * (n - 1));
}

/* The share of right answers of one who knows that the target is one of m cues of n. */
static double share(int m, int n) {
  double sum = 0;
  for (int j = 0; j <= 2; j++) sum += chance(j, m, n) * fmax(j, m - j) / m;
  return sum;
}

/* next[m'] += p [m candidates become m']: what keeps what it knew has those of the m that agree with
 * the answer; else there are the pair or all others. */
static void learn(double *next, double p, int m, int n, bool keeps) {
  if (!keeps) {
    next[2] += p * 2 / n;
    next[n - 2] += p * (n - 2) / n;
    return;
  }
  for (int j = 0; j <= 2 && j <= m; j++) {
    const double q = p * chance(j, m, n) / m;
    next[j] += q * j;
    next[m - j] += q * (m - j);
  }
}

typedef struct earning {
  double trials, right; /* go steps of an episode, and right answers of one who... */
} earning;

/* P[begin][m]: that a trial begins at this step, with m candidates. It ends 5 to 8 steps later. */
static earning earn(const am_cue_reward_options *o, bool keeps) {
  enum { RING = LONGEST + 1 };
  double P[RING][AM_CUE_CUES + 1] = {{0}};
  earning e = {0};
  P[0][o->cues] = 1;
  for (int begin = 0; begin < o->steps; begin++) {
    double *now = P[begin % RING];
    for (int m = 1; m <= o->cues; m++)
      for (int more = 0; more < MORE; more++) {
        const double p = now[m] / MORE;
        if (begin + SHORTEST + more - 2 >= o->steps) continue; /* cut off before its go */
        e.trials += p;
        e.right += p * share(m, o->cues);
        learn(P[(begin + SHORTEST + more) % RING], p, m, o->cues, keeps);
      }
    memset(now, 0, sizeof *P);
  }
  return e;
}

static double worth(earning e, const am_cue_reward_options *o) {
  return e.right - (double)o->wrong * (e.trials - e.right);
}

#define AT(member) AM_MEMBER(am_cue_reward_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("cues", 4, 3, AM_CUE_CUES, "", "how many different cues there are", AT(cues)),
    AM_INTEGER("width", 20, 4, AM_CUE_WIDTH, "", "bits of a cue", AT(width)),
    AM_INTEGER("steps", 120, 9, 100000, "steps", "length of an episode", AT(steps)),
    AM_NUMBER("wrong_penalty", 1, 0, 1e6, "reward", "subtracted for a wrong answer", AT(wrong)),
    AM_NUMBER("reward_scale", 1, 0, 1000, "", "multiplies the reward before where it is an input",
              AT(scale)),
    {0}};

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_cue_reward_options *o = options;
  const am_range ranges[] = {{"cues", o->cues, 3, AM_CUE_CUES},
                             {"width", o->width, 4, AM_CUE_WIDTH},
                             {"steps", o->steps, 9, 100000},
                             {"wrong", (double)o->wrong, 0, 1e6},
                             {"scale", (double)o->scale, 0, 1000}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 5, error));
  const earning by_bayes = earn(o, true), by_latest = earn(o, false);
  const double trials = by_bayes.trials, best = worth(by_bayes, o);
  const double random = worth((earning){trials, 0.5 * trials}, o);
  task->n_inputs = o->width + AM_CUE_INPUTS;
  task->tells = 1 + o->width + AM_CUE_INPUT_REWARD;
  task->n_actions = AM_CUE_ACTIONS;
  task->n_steps = o->steps;
  task->criterion = random + 0.75 * (best - random);
  task->state_size = sizeof(am_cue_reward_state);
  am_task_acts(task, "random", random, am_policy_random);
  am_task_acts(task, "latest", worth(by_latest, o), latest);
  am_task_acts(task, "bayes", best, bayes);
  am_task_acts(task, "ceiling", trials, am_policy_told);
  return AMINE_OK;
}

const am_task_type am_cue_reward_type = {
    .part = {.kind = AM_TASK,
             .name = "cue-reward",
             .meaning = "find out by reward which of a few fresh cues is the target",
             .parameters = parameters,
             .options_size = sizeof(am_cue_reward_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .answer = answer,
    .events = events,
    .happened = happened,
};
