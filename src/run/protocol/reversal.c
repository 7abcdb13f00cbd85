/* Reversal learning: which of three actions is right for which of three cues, until that changes?
 *
 * As in the preset reinforcement a third of the population "cue" is driven for cue_ms, and of
 * "left", "middle", "right" the one that fires most is the action. Action (cue + shift) mod 3 is
 * rewarded with the probability right, the others with `wrong`. After a block of trials, of a
 * length between block and 3/2 block, shift becomes one of the other two. Nothing announces it.
 *
 * All that the modulators are told is read from spikes of the cue's time:
 *
 *     V = (rate of "critic" - rate_0) / rate_1             delta = reward - V          to dopamine
 *     unexpected = clip01(-<delta> / <|delta|> - margin)   uncertainty, to norepinephrine
 *     expected   = quadratic entropy of the actions' spikes
 *     attention expected, novelty unexpected               both together, to acetylcholine
 *
 * with uncertainty.h. The means <> are over the trials before: were the present error among
 * them, what it raises would weigh bad outcomes more than good ones, and no weight would survive.
 * Control: norepinephrine and acetylcholine at their baselines.
 *
 * Source of the idea: Yu, Dayan 2005, doi:10.1016/j.neuron.2005.04.026. */
#include <limits.h>
#include <math.h>

#include "base/error.h"
#include "run/protocol/protocols.h"
#include "run/protocol/uncertainty.h"

enum { CUES = 3, STREAK = 4 };
enum { BEFORE = 20, AFTER = 60, AROUND = BEFORE + AFTER }; /* trials around a reversal */
enum {
  TRIALS,
  BLOCK,
  CUE_MS,
  PAUSE_MS,
  CURRENT,
  RIGHT,
  WRONG,
  RATE_0,
  RATE_1,
  DOPAMINE,
  FAST,
  SLOW,
  MARGIN,
  ATTENTION,
  NOVELTY
};
static const amine_parameter keys[] = {
    AM_INTEGER("trials", 2000, 3, 1e6, "", "how many; then nothing more is done"),
    AM_INTEGER("block", 120, 3, 1e6, "", "trials between two reversals, at least"),
    AM_NUMBER("cue_ms", 200, 1, 1e5, "ms", "a cue, and the time to act"),
    AM_NUMBER("pause_ms", 100, 1, 1e5, "ms", "after the reward"),
    AM_NUMBER("current", 20, 0, 1e6, "", "of a cue's neurons, in units of the model"),
    AM_NUMBER("right", 0.8, 0, 1, "", "chance that a right action is rewarded"),
    AM_NUMBER("wrong", 0.2, 0, 1, "", "chance that a wrong one is"),
    AM_NUMBER("rate_0", 10, 0, 1e4, "Hz", "rate of the critic that means V = 0"),
    AM_NUMBER("rate_1", 30, 1e-3, 1e4, "Hz", "more of it that means V = 1"),
    AM_NUMBER("dopamine", 0.5, 0, 1e3, "", "of its level for an error of 1"),
    AM_NUMBER("fast", 6, 1, 1e6, "trials", "over which errors are averaged"),
    AM_NUMBER("slow", 30, 1, 1e6, "trials", "over which their size is averaged"),
    AM_NUMBER("margin", 0.25, 0, 100, "", "of <-delta>/<|delta|> that is no surprise"),
    AM_NUMBER("attention", 0.2, 0, 100, "", "weight of expected uncertainty for acetylcholine"),
    AM_NUMBER("novelty", 1, 0, 100, "", "weight of unexpected uncertainty for it"),
};
static const am_measure measures[] = {
    AM_PANEL("reward", "", "Reward of a trial, all so far", "Reward of a trial",
             "mean reward of a trial", .chance = {"guessing", (double)NAN},
             .best = {"no mistake", (double)NAN}),
    AM_PANEL("right", "", "Right choices, all trials of that part of a block so far",
             "Right choices, all", "right choices; chance is 1/3",
             .chance = {"guessing", 1.0 / CUES}, .best = {"no mistake", 1}),
    AM_CURVE("right_early", "", "Right choices, just after a reversal",
             "right choices, the first third of each block but the first", .better = 1),
    AM_CURVE("right_late", "", "Right choices, long after a reversal",
             "right choices, the last third of each block", .chance = {"guessing", 1.0 / CUES},
             .best = {"no mistake", 1}),
    AM_PANEL("relearned", "trials",
             "Trials from a reversal until it has learned anew, all reversals so far",
             "Trials until it has learned anew",
             "trials from a reversal until four right choices in a row, or its next one",
             .better = -1),
    AM_FIGURE("old", "", "Choices that were right before the reversal",
              "choices of the old mapping, the first third of each block but the first",
              .better = -1),
    AM_PANEL("unexpected_early", "", "Uncertainty, all trials of that part of a block so far",
             "Unexpected uncertainty, just after a reversal",
             "mean unexpected uncertainty, first thirds of blocks but the first"),
    AM_CURVE("unexpected_late", "", "Unexpected uncertainty, long after",
             "mean unexpected uncertainty, last thirds of blocks"),
    AM_CURVE("expected_early", "", "Expected uncertainty, just after a reversal",
             "mean expected uncertainty, first thirds of blocks but the first"),
    AM_CURVE("expected_late", "", "Expected uncertainty, long after",
             "mean expected uncertainty, last thirds of blocks"),
    AM_FIGURE("norepinephrine", "", "Mean level of norepinephrine", "mean level after a trial"),
    AM_FIGURE("acetylcholine", "", "Mean level of acetylcholine", "mean level after a trial"),
    AM_FIGURE("value", "", "Mean value V", "mean V"),
    AM_FIGURE("reversals", "", "Reversals", "so far"),
};

/* Sums over the trials of a part of the blocks. */
typedef struct part {
  uint64_t n, right, old;
  double unexpected, expected;
} part;

typedef struct state {
  uint64_t trial, acting, cue;       /* acting: the cue is there */
  uint64_t shift, old_shift;         /* the mapping, and that of the block before */
  uint64_t blocks, in_block, length; /* reversals; trials of this block, done and to be done */
  uint64_t streak, relearning;       /* right choices in a row; since the reversal none of 4 */
  uint64_t relearned;                /* sum over the reversals of trials until then */
  am_surprise surprise;
  part early, late, all;
  double reward, V, norepinephrine, acetylcholine; /* sums over the trials */
  /* around all reversals: trials, right choices, choices of the mapping that ends; and of the
   * present block's last trials, which may be before one, whether they were right, ring */
  uint64_t around[AROUND], right_around[AROUND], old_around[AROUND], last[BEFORE];
} state;

typedef struct places {
  int cue, critic, n_critic, actions[CUES];
} places;

static amine_status find(places *p, const am_stage *stage, amine_error *error) {
  static const char *const names[CUES] = {"left", "middle", "right"};
  AM_TRY(am_stage_find_parts(&p->cue, stage, "reversal", "cue", CUES, AM_DRIVEN_MAX, error));
  AM_TRY(am_stage_find(stage, "reversal", "critic", &p->critic, &p->n_critic, error));
  return am_stage_find_all(p->actions, stage, "reversal", names, CUES, INT_MAX, error);
}

static uint64_t length_of(const am_stage *stage, uint64_t block) {
  const uint32_t least = (uint32_t)stage->parameters[BLOCK].number;
  return least + am_below(am_stage_random(stage, (uint32_t)block, 3).v[0], least / 2 + 1);
}

static amine_status start(void *v, am_stage *stage, amine_error *error) {
  state *s = v;
  places p;
  s->shift = am_below(am_stage_random(stage, 0, 3).v[1], CUES);
  s->old_shift = s->shift;
  s->length = length_of(stage, 0);
  return find(&p, stage, error);
}

static amine_status show(state *s, const places *p, am_stage *stage, amine_error *error) {
  s->cue = am_below(am_stage_random(stage, (uint32_t)s->trial, 0).v[0], CUES);
  am_stage_note(stage, AMINE_EVENT_CUE, (double)s->cue);
  return am_stage_drive(stage, p->cue, (int)s->cue, CUES, stage->parameters[CURRENT].number, error);
}

/* What the spikes of a cue's time say. */
typedef struct answer {
  uint64_t spikes[CUES], chosen;
  double V;
} answer;

static answer listen(const state *s, const places *p, const am_stage *stage) {
  const am_value *k = stage->parameters;
  answer a;
  uint64_t critic = 0;
  a.chosen = am_stage_most(a.spikes, stage, p->actions, CUES, (uint32_t)s->trial, 1);
  for (size_t i = 0; i < stage->n_spikes; i++) critic += stage->spikes[i].population == p->critic;
  const double seconds =
      (double)am_stage_key_steps(stage, CUE_MS) * stage->dt_ms * 1e-3 * p->n_critic;
  a.V = ((double)critic / seconds - k[RATE_0].number) / k[RATE_1].number;
  return a;
}

static void add(part *p, bool right, bool old, double unexpected, double expected) {
  p->n++;
  p->right += right;
  p->old += old;
  p->unexpected += unexpected;
  p->expected += expected;
}

/* The trial has a place around the reversal before it. */
static void note_after(state *s, bool right, bool old) {
  s->last[s->in_block % BEFORE] = right;
  if (s->blocks == 0 || s->in_block >= AFTER) return;
  s->around[BEFORE + s->in_block]++;
  s->right_around[BEFORE + s->in_block] += right;
  s->old_around[BEFORE + s->in_block] += old;
}

/* The block's last trials were before a reversal. What was right then is the mapping that ends. */
static void note_before(state *s) {
  for (uint64_t k = 0; k < BEFORE && k < s->in_block; k++) {
    const uint64_t right = s->last[(s->in_block - 1 - k) % BEFORE];
    s->around[BEFORE - 1 - k]++;
    s->right_around[BEFORE - 1 - k] += right;
    s->old_around[BEFORE - 1 - k] += right;
  }
}

/* The trial is over: the next one may be the first of a new block. */
static void count(state *s, const am_stage *stage, bool right) {
  s->streak = right ? s->streak + 1 : 0;
  s->in_block++;
  if (s->relearning) s->relearned++;
  if (s->streak >= STREAK) s->relearning = 0;
  s->trial++;
  if (s->in_block < s->length) return;
  note_before(s);
  s->blocks++;
  s->old_shift = s->shift;
  s->shift =
      (s->shift + 1 + am_below(am_stage_random(stage, (uint32_t)s->blocks, 3).v[1], CUES - 1)) %
      CUES;
  s->length = length_of(stage, s->blocks);
  s->in_block = s->streak = 0;
  s->relearning = 1;
}

static void judge(state *s, const places *p, am_stage *stage) {
  const am_value *k = stage->parameters;
  const answer a = listen(s, p, stage);
  const bool right = a.chosen == (s->cue + s->shift) % CUES;
  const bool old = s->blocks > 0 && a.chosen == (s->cue + s->old_shift) % CUES;
  const double reward =
      am_stage_chance(stage, (uint32_t)s->trial, 2, 0, k[right ? RIGHT : WRONG].number);
  const double unexpected = am_surprise_now(&s->surprise, k[MARGIN].number);
  const double expected = am_uncertainty_expected(a.spikes, CUES);
  am_stage_note(stage, AMINE_EVENT_ACTION, (double)a.chosen);
  am_stage_uncertain(stage, unexpected, 0);
  am_stage_attend(stage, k[ATTENTION].number * expected, k[NOVELTY].number * unexpected);
  am_stage_reward(stage, k[DOPAMINE].number * reward, k[DOPAMINE].number * a.V);
  am_surprise_add(&s->surprise, reward - a.V, k[FAST].number, k[SLOW].number);
  s->reward += reward;
  s->V += a.V;
  s->norepinephrine += am_stage_level(stage, "norepinephrine");
  s->acetylcholine += am_stage_level(stage, "acetylcholine");
  add(&s->all, right, old, unexpected, expected);
  if (s->blocks > 0 && s->in_block < s->length / 3)
    add(&s->early, right, old, unexpected, expected);
  if (s->in_block >= s->length - s->length / 3) add(&s->late, right, old, unexpected, expected);
  note_after(s, right, old);
  count(s, stage, right);
}

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  places p;
  AM_TRY(find(&p, stage, error));
  if (!s->acting) {
    if (s->trial >= (uint64_t)stage->parameters[TRIALS].number) return AMINE_OK;
    AM_TRY(show(s, &p, stage, error));
    *until = stage->now + am_stage_key_steps(stage, CUE_MS);
  } else {
    judge(s, &p, stage);
    AM_TRY(amine_brain_set_currents(stage->brain, p.cue, NULL, error));
    *until = stage->now + am_stage_key_steps(stage, PAUSE_MS);
  }
  s->acting = !s->acting;
  return AMINE_OK;
}

static bool check_part(const part *p, const state *s) {
  return p->n <= s->trial && p->right <= p->n && p->old <= p->n && isfinite(p->unexpected) &&
         isfinite(p->expected);
}

static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  for (int k = 0; k < AROUND; k++)
    if (s->around[k] > s->blocks || s->right_around[k] > s->around[k] ||
        s->old_around[k] > s->around[k])
      return false;
  for (int k = 0; k < BEFORE; k++)
    if (s->last[k] > 1) return false;
  return s->trial <= (uint64_t)stage->parameters[TRIALS].number && s->acting <= 1 &&
         s->cue < CUES && s->shift < CUES && s->old_shift < CUES && s->blocks <= s->trial &&
         s->in_block < s->length && s->relearning <= 1 && s->relearned <= s->trial &&
         s->streak <= s->trial && am_surprise_is_fine(&s->surprise) && check_part(&s->early, s) &&
         check_part(&s->late, s) && check_part(&s->all, s) && isfinite(s->reward) &&
         isfinite(s->V) && isfinite(s->norepinephrine) && isfinite(s->acetylcholine);
}

static double mean(double sum, uint64_t n) { return am_ratio(sum, (double)n); }

static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  (void)stage;
  values[0] = mean(s->reward, s->all.n);
  values[1] = mean((double)s->all.right, s->all.n);
  values[2] = mean((double)s->early.right, s->early.n);
  values[3] = mean((double)s->late.right, s->late.n);
  values[4] = mean((double)s->relearned, s->blocks);
  values[5] = mean((double)s->early.old, s->early.n);
  values[6] = mean(s->early.unexpected, s->early.n);
  values[7] = mean(s->late.unexpected, s->late.n);
  values[8] = mean(s->early.expected, s->early.n);
  values[9] = mean(s->late.expected, s->late.n);
  values[10] = mean(s->norepinephrine, s->all.n);
  values[11] = mean(s->acetylcholine, s->all.n);
  values[12] = mean(s->V, s->all.n);
  values[13] = (double)s->blocks;
}

static void known(double *chance, double *best, const am_value *parameters) {
  best[0] = fmax(parameters[RIGHT].number, parameters[WRONG].number);
  chance[0] = (parameters[RIGHT].number + (CUES - 1) * parameters[WRONG].number) / CUES;
}

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  const state *s = v;
  double x[AROUND + 1], right[AROUND + 1], old[AROUND + 1];
  (void)stage;
  for (int k = 0, at = 0; k < AROUND; k++, at++) {
    if (k == BEFORE) x[at] = 0.5, right[at] = old[at] = (double)NAN, at++; /* no line across */
    x[at] = k - BEFORE + 1; /* the first trial under the new mapping is trial 1 */
    right[at] = mean((double)s->right_around[k], s->around[k]);
    old[at] = mean((double)s->old_around[k], s->around[k]);
  }
  const am_course_line lines[] = {
      {.label = "what is right", .x = x, .y = right, .n = AROUND + 1},
      {.label = "what was right before", .x = x, .y = old, .n = AROUND + 1},
      {.label = "the reversal",
       .x = (const double[]){0.5, 0.5},
       .y = (const double[]){0, 1},
       .n = 2}};
  if (s->blocks > 0)
    am_picture_course(pictures, &(am_course_picture){.title = "Around a reversal",
                                                     .meaning = "Mean over all reversals.",
                                                     .x_title = "trial after the reversal",
                                                     .y_title = "share of the choices",
                                                     .lines = lines,
                                                     .n_lines = 3,
                                                     .chance_name = "guessing",
                                                     .chance = 1.0 / CUES});
}

const am_protocol am_protocol_reversal = {
    .name = "reversal",
    .meaning = "which action is right changes; uncertainty read from spikes drives NE and ACh",
    .title = "What was right yesterday is wrong today",
    .story = "Three cues, three actions, and one action for each cue that is mostly rewarded. "
             "After a hundred trials or so the mapping changes, and nothing announces it. The "
             "network reads from its own spikes how uncertain it is: surprise raises "
             "norepinephrine, doubt acetylcholine, and these change how it fires and how fast it "
             "learns.",
    .headline = "Over {reversals} reversals it took the right action in a share of {right} of all "
                "trials: {right_early} just after a reversal, {right_late} long after; it had "
                "learned anew after {relearned}",
    .judged = "right",
    .needs = "populations cue (a multiple of 3 neurons, at most 3072), critic, left, middle, "
             "right",
    AM_KEYS(keys),
    AM_MEASURES(measures),
    .control = "norepinephrine|acetylcholine",
    .moves = "dopamine|norepinephrine|acetylcholine",
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .measure = measure,
    .known = known,
    .picture = picture};
