/* Reversal: blocks and cues are keyed draws, and so is what a step pays. */
#include "task/reversal.h"

#include <assert.h>
#include <math.h>
#include <string.h>

am_reversal_options am_reversal_default(void) {
  return (am_reversal_options){
      .cues = 3, .block = 40, .steps = 200, .right = 0.8, .wrong = 0.2, .feedback = true};
}

/* ------------------------------------------------------------------ the world */
enum { FIRST_BLOCK = 1 << 20 }; /* draws of blocks are behind those of steps */

static am_random4 draw_block(am_reversal_state *s, const am_reversal_options *o) {
  const uint32_t which = FIRST_BLOCK + (uint32_t)s->block;
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, which);
  s->at = 0;
  s->length = o->block + (int32_t)am_below(draw.v[0], (uint32_t)o->block / 2 + 1);
  return draw;
}

static void show(const am_task *task, am_reversal_state *s) {
  s->cue = -1;
  if (s->world.step >= task->n_steps) return;
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, (uint32_t)s->world.step);
  s->cue = (int32_t)am_below(draw.v[0], (uint32_t)task->n_actions);
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  am_reversal_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  const am_random4 draw = draw_block(s, task->options);
  s->shift = s->old_shift = (int32_t)am_below(draw.v[1], (uint32_t)task->n_actions);
  s->previous_action = -1;
  for (int k = 0; k < task->n_actions; k++) s->p[k] = 1.0f / (float)task->n_actions;
  show(task, s);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_reversal_options *o = task->options;
  const am_reversal_state *s = state;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (s->cue < 0) return;
  input[s->cue] = 1;
  if (!o->feedback || s->previous_action < 0) return;
  input[o->cues + s->previous_action] = 1;
  input[2 * o->cues] = s->previous_reward;
}

static int right_with(const am_task *task, const am_reversal_state *s, int shift) {
  return s->cue < 0 ? -1 : (s->cue + shift) % task->n_actions;
}

static int answer(const am_task *task, const void *state) {
  const am_reversal_state *s = state;
  return right_with(task, s, s->shift);
}

/* What the observer takes up of a reward; then the block may have ended. */
static void take_up(const am_task *task, am_reversal_state *s, int action, bool won) {
  const am_reversal_options *o = task->options;
  const int n = task->n_actions;
  const float ends = 1 / (1.25f * (float)o->block);
  float sum = 0;
  for (int k = 0; k < n; k++) {
    const double pays = action == right_with(task, s, k) ? o->right : o->wrong;
    s->p[k] *= (float)(won ? pays : 1 - pays);
    sum += s->p[k];
  }
  for (int k = 0; k < n; k++) {
    const float p = sum > 0 ? s->p[k] / sum : 1 / (float)n;
    s->p[k] = (1 - ends) * p + ends * (1 - p) / (float)(n - 1);
  }
}

static void pass(const am_task *task, am_reversal_state *s) {
  s->world.step++;
  if (++s->at == s->length) {
    s->block++;
    s->old_shift = s->shift;
    const am_random4 draw = draw_block(s, task->options);
    s->shift = (s->shift + 1 + (int32_t)am_below(draw.v[1], (uint32_t)task->n_actions - 1)) %
               task->n_actions;
  }
  show(task, s);
}

static float step(const am_task *task, void *state, int action) {
  const am_reversal_options *o = task->options;
  am_reversal_state *s = state;
  assert(action >= 0 && action < task->n_actions);
  if (s->world.step >= task->n_steps) return 0;
  const double p = action == answer(task, s) ? o->right : o->wrong;
  const bool won = amine_world_chance(&s->world, (uint32_t)s->world.step, 0, p);
  take_up(task, s, action, won);
  s->previous_action = action;
  s->previous_reward = won ? 1 : 0;
  pass(task, s);
  return s->previous_reward;
}

static bool blocks(const am_task *task, const void *state, am_task_block *block) {
  const am_reversal_state *s = state;
  if (s->cue < 0) return false;
  *block = (am_task_block){.number = s->block,
                           .at = s->at,
                           .length = s->length,
                           .old = s->block > 0 ? right_with(task, s, s->old_shift) : -1};
  return true;
}

/* ------------------------------------------------------------------ what happens */
enum { REVERSED, WRONG, MISLED };
static const am_task_event events[] = {
    [REVERSED] = {"reversal", "another action is right than before, from this step on"},
    [WRONG] = {"wrong", "a wrong action"},
    [MISLED] = {"misled", "the right action was not rewarded, or a wrong one was"},
    {0}};

static unsigned happened(const am_task *task, const void *before, const void *after) {
  const am_reversal_state *a = before, *b = after;
  if (a->cue < 0) return 0;
  const unsigned shown = (unsigned)(a->block > 0 && a->at == 0) << REVERSED;
  if (!b) return shown;
  const bool right = b->previous_action == answer(task, a);
  return shown | (unsigned)!right << WRONG |
         (unsigned)(right != (b->previous_reward > 0)) << MISLED;
}

static int observer(const am_task *task, const void *state, am_random4 draw) {
  (void)draw;
  const am_reversal_state *s = state;
  int best = 0;
  for (int k = 1; k < task->n_actions; k++)
    if (s->p[k] > s->p[best]) best = k;
  return s->cue < 0 ? 0 : right_with(task, s, best);
}

#define AT(member) AM_MEMBER(am_reversal_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("steps", 200, 1, 100000, "steps", "length of an episode", AT(steps)),
    AM_INTEGER("cues", 3, 2, AM_REVERSAL_CUES, "", "of which one is shown, and as many actions",
               AT(cues)),
    AM_INTEGER("block", 40, 3, 100000, "steps",
               "from one reversal to the next, at least; at most half as many more", AT(block)),
    AM_NUMBER("right", 0.8, 0, 1, "", "the probability that a right action is rewarded", AT(right)),
    AM_NUMBER("wrong", 0.2, 0, 1, "", "that a wrong one is", AT(wrong)),
    AM_SWITCH("feedback", 1, "the inputs show the last action and its reward, too", AT(feedback)),
    {0}};

/* Mean of 2 million episodes of the default settings, with a standard error of 0.006
 * (tests/reference/reversal.py). */
#define BY_OBSERVER 144.04

static amine_status make(am_task *task, void *options, amine_error *error) {
  const am_reversal_options *o = options, known = am_reversal_default();
  const am_range ranges[] = {{"cues", o->cues, 2, AM_REVERSAL_CUES},
                             {"block", o->block, 3, 100000},
                             {"steps", o->steps, 1, 100000},
                             {"right", o->right, 0, 1},
                             {"wrong", o->wrong, 0, o->right}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 5, error));
  const bool as_known = o->cues == known.cues && o->block == known.block &&
                        o->steps == known.steps && o->right == known.right &&
                        o->wrong == known.wrong;
  const double by_chance = o->steps * (o->right + (o->cues - 1) * o->wrong) / o->cues;
  const double ceiling = o->steps * o->right;
  task->n_inputs = o->feedback ? 2 * o->cues + 1 : o->cues;
  task->tells = o->feedback ? 1 + 2 * o->cues : 0;
  task->n_actions = o->cues;
  task->n_steps = o->steps;
  task->state_size = sizeof(am_reversal_state);
  am_task_acts(task, "random", by_chance, am_policy_random);
  am_task_acts(task, "observer", as_known ? BY_OBSERVER : (double)NAN, observer);
  am_task_acts(task, "ceiling", ceiling, am_policy_told);
  task->criterion = as_known              ? by_chance + 0.9 * (BY_OBSERVER - by_chance)
                    : o->wrong < o->right ? 0.5 * (by_chance + ceiling)
                                          : (double)NAN;
  return AMINE_OK;
}

const am_task_type am_reversal_type = {
    .part = {.kind = AM_TASK,
             .name = "reversal",
             .meaning = "do what is right for what is shown, which changes without notice",
             .parameters = parameters,
             .options_size = sizeof(am_reversal_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .answer = answer,
    .events = events,
    .happened = happened,
    .blocks = blocks,
};
