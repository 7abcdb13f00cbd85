/* Instrumental conditioning (Izhikevich 2007, Fig. 4, doi:10.1093/cercor/bhl152).
 *
 * Three sets of cells without a common one are drawn at random: S, A and B. Every spacing_ms a
 * current makes all cells of S fire. Then the spikes of A and of B are counted for window_ms, and
 * more of A than of B is the response A, fewer the response B, as many none. In the first switch_at
 * trials a reward follows the response A, U[0, delay_max) later, and from then on B: `reward` is
 * added to the dopamine d of the rule da-stdp.
 *
 * With alpha > 0, which is ours, what is added is reward * (r - expected), r being 1 after the
 * response that is rewarded and 0 after any other, and
 *
 *     expected <- expected + alpha (r - expected),
 *
 * so that dopamine is a prediction error, whose mean is 0. With alpha = 0 nothing is expected.
 *
 * Control: random_rewards, where r is 1 after any trial with random_probability. */
#include <math.h>

#include "base/error.h"
#include "run/protocol/protocols.h"
#include "run/protocol/stimulus.h"

#define NAME "instrumental"

enum { SET_MAX = 1000, RECENT = 50, PARTS = 100, WHAT_SETS = 1, WHAT_TRIALS = 2 };
enum { DRAW_DELAY, DRAW_CONTROL }; /* of the four numbers of a trial */

enum {
  TRIALS,
  SWITCH_AT,
  SPACING_MS,
  SET_SIZE,
  CURRENT,
  WINDOW_MS,
  REWARD,
  ALPHA,
  DELAY_MAX_MS,
  RANDOM_REWARDS,
  RANDOM_PROBABILITY
};
static const amine_parameter keys[] = {
    AM_INTEGER("trials", 800, 2, 1e6, "", "how many; then nothing more is done"),
    AM_INTEGER("switch_at", 400, 1, 1e6, "", "A is rewarded in so many trials, then B"),
    AM_NUMBER("spacing_ms", 10000, 10, 1e6, "ms",
              "between two trials; longer than window_ms and delay_max_ms together"),
    AM_INTEGER("group", 50, 1, SET_MAX, "neurons", "in each of S, A and B"),
    AM_NUMBER("current", 40, 0, 1e6, "", "into S, for one step, in units of the model"),
    AM_NUMBER("window_ms", 20, 1, 1e4, "ms",
              "from the stimulus, in which spikes of A and B are counted"),
    AM_NUMBER("reward", 0.05, 0, 1e3, "", "what a reward adds to the dopamine of the rule da-stdp"),
    AM_NUMBER("alpha", 0, 0, 1, "",
              "how far what is expected follows a reward; 0: nothing is expected"),
    AM_NUMBER("delay_max_ms", 1000, 1, 1e5, "ms", "delays of rewards are uniform up to this one"),
    AM_SWITCH("random_rewards", 0, "control: rewards whatever the response"),
    AM_NUMBER("random_probability", 0.4, 0, 1, "",
              "control: share of the trials that are rewarded"),
};
static const am_measure measures[] = {
    AM_PANEL("p_a", "", "Share of the response A, last 50 trials", "Response A, last 50 trials",
             "share of the response A in the last 50 trials"),
    AM_FIGURE("p_a_first", "", "Response A, first 50 trials", "the same, first 50 trials"),
    AM_FIGURE("p_a_before", "", "Response A, last 50 trials with A rewarded",
              "the same, last 50 trials with A rewarded"),
    AM_FIGURE("p_a_after", "", "Response A, last 50 trials with B rewarded",
              "the same, last 50 trials of all"),
    AM_FIGURE("reversal", "", "Reversal of the choice", "p_a_before - p_a_after",
              .chance = {"nothing learned", 0}, .best = {"always the rewarded one", 1}),
    AM_PANEL("spikes_a", "spikes", "Spikes of A and of B after the stimulus, last 50 trials",
             "Spikes of A", "of A in a window, mean of the last 50 trials"),
    AM_CURVE("spikes_b", "spikes", "Spikes of B", "of B in a window, mean of the last 50 trials"),
    AM_FIGURE("trials", "", "Trials", "done so far"),
    AM_FIGURE("rewards", "", "Rewards", "given so far"),
    AM_FIGURE("rate", "Hz", "Mean rate of all cells", "mean rate of all cells"),
};

typedef struct state {
  uint64_t trial, begun; /* trials begun; step at which the last one began */
  uint64_t on, counting; /* its current is on; its spikes are counted */
  uint64_t a, b;         /* they */
  uint64_t waiting, due; /* for dopamine; at which step */
  uint64_t earned;       /* r of the last trial */
  double expected;
  uint64_t n_rewards;
  uint64_t n_first, n_before, n_after;    /* trials that count for these measures */
  uint64_t in_first, in_before, in_after; /* responses A in them */
  uint64_t spikes_a[RECENT], spikes_b[RECENT];
  uint64_t in_part[PARTS]; /* responses A in each part of the trials */
} state;

static uint64_t parameter(const am_stage *stage, int key) {
  return (uint64_t)stage->parameters[key].number;
}

static int set_size(const am_stage *stage) { return (int)stage->parameters[SET_SIZE].number; }

static amine_status start(void *v, am_stage *stage, amine_error *error) {
  am_cells cells;
  (void)v;
  if (am_stage_key_steps(stage, WINDOW_MS) + am_stage_key_steps(stage, DELAY_MAX_MS) >=
      am_stage_key_steps(stage, SPACING_MS))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "protocol.spacing_ms must be more than protocol.window_ms and "
                   "protocol.delay_max_ms together");
  return am_cells_find(&cells, stage, NAME, 3 * set_size(stage), error);
}

/* ------------------------------------------------------------------------------ a trial */
/* Cells of S, of A, of B. */
static void draw_sets(int *sets, const am_cells *cells, const am_stage *stage) {
  am_cells_draw(sets, 3 * set_size(stage), cells, stage, WHAT_SETS);
}

static amine_status begin(state *s, const am_cells *cells, am_stage *stage, amine_error *error) {
  int sets[3 * SET_MAX];
  draw_sets(sets, cells, stage);
  am_stage_note(stage, AMINE_EVENT_CUE, 0);
  s->trial++;
  s->begun = stage->now;
  s->on = s->counting = 1;
  s->a = s->b = 0;
  return am_cells_stimulate(cells, sets, set_size(stage), stage->parameters[CURRENT].number, stage,
                            error);
}

static void count(state *s, const am_cells *cells, const am_stage *stage) {
  const uint64_t end = s->begun + am_stage_key_steps(stage, WINDOW_MS);
  const int n = set_size(stage);
  unsigned char set[AM_CELLS_MAX] = {0}; /* 1: A, 2: B */
  int sets[3 * SET_MAX];
  draw_sets(sets, cells, stage);
  for (int k = n; k < 3 * n; k++) set[sets[k]] = k < 2 * n ? 1 : 2;
  for (size_t k = 0; k < stage->n_spikes; k++) {
    const am_spike *spike = &stage->spikes[k];
    const int cell = am_cells_of_spike(cells, spike);
    if (cell < 0 || spike->step < s->begun || spike->step >= end) continue;
    s->a += set[cell] == 1;
    s->b += set[cell] == 2;
  }
}

/* The trial that ends is number s->trial - 1. */
static void note_response(state *s, const am_stage *stage) {
  const uint64_t trial = s->trial - 1, trials = parameter(stage, TRIALS);
  const uint64_t switched = parameter(stage, SWITCH_AT);
  const bool is_a = s->a > s->b;
  s->in_part[trial * PARTS / trials] += is_a;
  s->spikes_a[trial % RECENT] = s->a;
  s->spikes_b[trial % RECENT] = s->b;
  if (trial < RECENT) s->n_first++, s->in_first += is_a;
  if (trial < switched && trial + RECENT >= switched) s->n_before++, s->in_before += is_a;
  if (trial + RECENT >= trials) s->n_after++, s->in_after += is_a;
}

static bool earned(const state *s, const am_stage *stage) {
  const bool first = s->trial <= parameter(stage, SWITCH_AT);
  if (stage->parameters[RANDOM_REWARDS].number != 0)
    return am_stage_chance(stage, WHAT_TRIALS, (uint32_t)s->trial, DRAW_CONTROL,
                           stage->parameters[RANDOM_PROBABILITY].number);
  return first ? s->a > s->b : s->b > s->a;
}

static void judge(state *s, am_stage *stage) {
  const am_random4 random = am_stage_random(stage, WHAT_TRIALS, (uint32_t)s->trial);
  s->counting = 0;
  note_response(s, stage);
  am_stage_note(stage, AMINE_EVENT_ACTION, s->a > s->b ? 1 : s->a < s->b ? 2 : 0);
  s->earned = earned(s, stage);
  s->waiting = s->earned || s->expected > 0;
  s->due = stage->now + 1 +
           am_below(random.v[DRAW_DELAY], (uint32_t)am_stage_key_steps(stage, DELAY_MAX_MS));
}

static void give(state *s, am_stage *stage) {
  const double reward = stage->parameters[REWARD].number, r = (double)s->earned;
  am_stage_reward(stage, reward * r, reward * s->expected);
  s->expected += stage->parameters[ALPHA].number * (r - s->expected);
  s->n_rewards += s->earned;
  s->waiting = 0;
}

/* ------------------------------------------------------------------------------ the course */
static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  am_cells cells;
  const uint64_t spacing = am_stage_key_steps(stage, SPACING_MS),
                 window = am_stage_key_steps(stage, WINDOW_MS);
  AM_TRY(am_cells_find(&cells, stage, NAME, 3 * set_size(stage), error));
  if (s->counting) count(s, &cells, stage);
  if (s->on) AM_TRY(am_cells_rest(&cells, stage, error));
  s->on = 0;
  if (s->counting && stage->now >= s->begun + window) judge(s, stage);
  if (s->waiting && stage->now >= s->due) give(s, stage);
  if (stage->now >= s->begun + spacing && s->trial < parameter(stage, TRIALS))
    AM_TRY(begin(s, &cells, stage, error));
  if (s->on) *until = stage->now + 1;
  else if (s->counting) *until = s->begun + window;
  else if (s->waiting) *until = s->due;
  else if (s->trial < parameter(stage, TRIALS)) *until = s->begun + spacing;
  return AMINE_OK;
}

static uint64_t sum_of_parts(const state *s) {
  uint64_t sum = 0;
  for (int k = 0; k < PARTS && s->in_part[k] <= s->trial; k++) sum += s->in_part[k];
  return sum;
}

static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  return s->trial <= parameter(stage, TRIALS) && s->on <= 1 && s->counting <= 1 &&
         s->waiting <= 1 && s->earned <= 1 && isfinite(s->expected) && s->n_rewards <= s->trial &&
         s->n_first <= RECENT && s->n_before <= RECENT && s->n_after <= RECENT &&
         s->in_first <= s->n_first && s->in_before <= s->n_before && s->in_after <= s->n_after &&
         sum_of_parts(s) <= s->trial;
}

static double share(uint64_t part, uint64_t all) { return am_ratio((double)part, (double)all); }

static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  const uint64_t done = s->trial - s->counting, n = done < RECENT ? done : RECENT;
  uint64_t is_a = 0, a = 0, b = 0;
  am_cells cells;
  for (uint64_t k = 0; k < n; k++) {
    is_a += s->spikes_a[k] > s->spikes_b[k];
    a += s->spikes_a[k];
    b += s->spikes_b[k];
  }
  values[0] = share(is_a, n);
  values[1] = share(s->in_first, s->n_first);
  values[2] = share(s->in_before, s->n_before);
  values[3] = share(s->in_after, s->n_after);
  values[4] = values[2] - values[3];
  values[5] = share(a, n);
  values[6] = share(b, n);
  values[7] = (double)done;
  values[8] = (double)s->n_rewards;
  if (am_cells_find(&cells, stage, NAME, 1, NULL) == AMINE_OK)
    values[9] = am_cells_rate_hz(&cells, stage);
}

/* The first trial of a part: trial t is in the part t PARTS / trials, rounded down. */
static uint64_t first_of(uint64_t part, uint64_t trials) {
  return (part * trials + PARTS - 1) / PARTS;
}

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  const state *s = v;
  const uint64_t trials = parameter(stage, TRIALS), done = s->trial - s->counting;
  double x[PARTS], y[PARTS];
  size_t n = 0;
  for (uint64_t k = 0; k < PARTS; k++) {
    const uint64_t from = first_of(k, trials), to = first_of(k + 1, trials);
    if (to == from || to > done) continue;
    x[n] = 0.5 * (double)(from + to);
    y[n++] = (double)s->in_part[k] / (double)(to - from);
  }
  const double turn = (double)parameter(stage, SWITCH_AT);
  const am_course_line lines[] = {{.label = "chose A", .x = x, .y = y, .n = n, .dots = true},
                                  {.label = "A is rewarded until here, then B",
                                   .x = (const double[]){turn, turn},
                                   .y = (const double[]){0, 1},
                                   .n = 2}};
  if (n > 0)
    am_picture_course(pictures,
                      &(am_course_picture){.title = "What it chose",
                                           .meaning = "A dot is a hundredth of the trials: the "
                                                      "share in which A had more spikes than B.",
                                           .x_title = "trial",
                                           .y_title = "share of the response A",
                                           .lines = lines,
                                           .n_lines = 2});
}

const am_protocol am_protocol_instrumental = {
    .name = NAME,
    .meaning = "a stimulus, two responses: one is rewarded within a second, later the other",
    .title = "Two responses, and which of them pays",
    .story = "A stimulus makes a set of neurons fire. Two other sets, A and B, answer: the one "
             "with more spikes is the response. First a reward follows A, up to a second later; "
             "half way through it follows B instead.",
    .headline = "It chose A in a share of {p_a_before} of the trials while A was rewarded, and of "
                "{p_a_after} while B was",
    .judged = "reversal",
    .needs = "populations E and I",
    AM_KEYS(keys),
    AM_MEASURES(measures),
    .moves = "dopamine",
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .measure = measure,
    .picture = picture};
