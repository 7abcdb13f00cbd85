/* List linking; what its players earn is exact, by how probably all pairs between two cues were
 * shown. */
#include "task/list_linking.h"

#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/memory.h"

enum { TRIAL = AM_LINKING_TRIAL, SIDES = AM_LINKING_SIDES };

typedef struct list_linking {
  am_task task; /* first */
  bool held;
} list_linking;

am_list_linking_options am_list_linking_default(void) {
  return (am_list_linking_options){.fewest = 4,
                                   .most = 8,
                                   .bits = 15,
                                   .practice = 20,
                                   .test = 10,
                                   .link = 4,
                                   .linked = 0,
                                   .test_weight = 3};
}

static const am_list_linking_options *options_of(const am_task *task) { return task->options; }

/* Trials in which neighbours of the list that comes first, or second, are shown. */
static int trials_of(const am_list_linking_options *o, int second) {
  return (o->practice - o->link + !second) / 2;
}

/* ------------------------------------------------------------------ the world */
static bool is_test(const am_list_linking_options *o, const am_list_linking_state *s) {
  return s->world.step / TRIAL >= o->practice;
}

/* Any two ranks below n, the higher one first. */
static int any_pair(uint32_t bits, int n, int *apart) {
  int k = (int)am_below(bits, (uint32_t)(n * (n - 1) / 2)), d = 1;
  for (; k >= n - d; d++) k -= n - d;
  *apart = d;
  return k;
}

/* The higher one of two neighbours for a trial of practice. */
static int neighbour(const am_list_linking_options *o, const am_list_linking_state *s,
                     uint32_t bits) {
  const int trial = s->world.step / TRIAL, first = trials_of(o, 0);
  if (s->half == 0) return (int)am_below(bits, (uint32_t)s->n - 1);
  if (trial >= o->practice - o->link) return s->half - 1;
  const int low = (trial >= first) != s->second; /* whether it is the lower list */
  return low * s->half + (int)am_below(bits, (uint32_t)s->half - 1);
}

/* Chooses the cues of the trial that begins. */
static void lay_out(const am_task *task, am_list_linking_state *s) {
  const am_list_linking_options *o = options_of(task);
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK, (uint32_t)s->world.step);
  int apart = 1;
  const int high = is_test(o, s) ? any_pair(draw.v[0], s->n, &apart) : neighbour(o, s, draw.v[0]);
  const int side = (int)am_below(draw.v[1], SIDES);
  s->shown[side] = high;
  s->shown[1 - side] = high + apart;
}

static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  const am_list_linking_options *o = options_of(task);
  const bool held = ((const list_linking *)(const void *)task)->held;
  am_list_linking_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  const am_random4 draw = am_world_draw(&s->world, AM_STREAM_TASK_START, 0);
  const am_random_key key = {seed, AM_STREAM_TASK_START, episode, lane};
  const bool linked = held ? lane % 2 == 1 : am_chance_of(draw, 0, o->linked, key, 0);
  s->n = held || linked ? o->most
                        : o->fewest + (int)am_below(draw.v[1], (uint32_t)(o->most - o->fewest + 1));
  s->half = linked ? o->most / 2 : 0;
  s->second = (int)am_below(draw.v[2], 2);
  s->said = -1;
  am_world_patterns(&s->world, s->cue, s->n, o->bits);
  lay_out(task, s);
}

static void observe(const am_task *task, const void *state, float *input) {
  const am_list_linking_options *o = options_of(task);
  const am_list_linking_state *s = state;
  const int at = s->world.step % TRIAL;
  memset(input, 0, (size_t)task->n_inputs * sizeof *input);
  if (s->world.step >= task->n_steps) return;
  input[AM_LINKING_INPUT_BEGINS] = at == AM_LINKING_SHOW;
  input[AM_LINKING_INPUT_ANSWER] = at == AM_LINKING_ANSWER;
  input[AM_LINKING_INPUT_BIAS] = 1;
  if (at == AM_LINKING_FEEDBACK) {
    input[AM_LINKING_INPUT_REWARD] = is_test(o, s) ? 0 : s->paid;
    input[AM_LINKING_INPUT_SAID + s->said] = 1;
  }
  for (int k = 0; at == AM_LINKING_SHOW && k < SIDES * o->bits; k++)
    input[AM_LINKING_INPUTS + k] = s->cue[s->shown[k / o->bits]] >> k % o->bits & 1 ? 1.0f : -1.0f;
}

static int answer(const am_task *task, const void *state) {
  const am_list_linking_state *s = state;
  if (s->world.step >= task->n_steps || s->world.step % TRIAL != AM_LINKING_ANSWER) return -1;
  return s->shown[0] > s->shown[1];
}

static float weight(const am_task *task, const void *state) {
  return is_test(options_of(task), state) ? options_of(task)->test_weight : 1;
}

static bool begins(const am_task *task, const void *state) {
  (void)task;
  return ((const am_list_linking_state *)state)->world.step % TRIAL == AM_LINKING_SHOW;
}

static float step(const am_task *task, void *state, int action) {
  assert(action >= 0 && action < SIDES);
  const am_list_linking_options *o = options_of(task);
  am_list_linking_state *s = state;
  if (s->world.step >= task->n_steps) return 0;
  const int right = answer(task, s);
  s->paid = right < 0 ? 0 : action == right ? 1 : -1;
  s->said = action;
  if (right >= 0 && !is_test(o, s)) s->known |= UINT32_C(1) << s->shown[right];
  s->world.step++;
  if (s->world.step < task->n_steps && s->world.step % TRIAL == AM_LINKING_SHOW) lay_out(task, s);
  return s->paid;
}

/* ------------------------------------------------------------------ what happens */
static const am_task_event events[] = {
    [AM_LINKING_PRACTICE] = {"practice", "an answer about neighbours, which will be told"},
    {"apart_1", "a test of neighbours"},
    {"apart_2", "a test of cues that were never shown together, with one between them"},
    {"apart_3", "the same, with two between them"},
    {"apart_4", "the same, with three between them"},
    {"apart_5", "the same, with four between them"},
    {"apart_6", "the same, with five between them"},
    {"apart_7", "the same, with six between them"},
    [AM_LINKING_WITHIN] = {"within", "a test of two cues of one of two linked lists"},
    [AM_LINKING_ENDS] = {"ends",
                         "a test of cues of both linked lists, one of which is the first or "
                         "the last of its own"},
    [AM_LINKING_ACROSS] = {"across", "a test of cues of both linked lists, none of which is that"},
    {0}};

/* Whether a cue is the first or the last of one of two lists. */
static bool is_end(const am_list_linking_state *s, int rank) {
  return rank % s->half == 0 || rank % s->half == s->half - 1;
}

static unsigned happened(const am_task *task, const void *before, const void *after) {
  const am_list_linking_state *s = before;
  const int right = answer(task, s);
  (void)after;
  if (right < 0) return 0;
  const int high = s->shown[right], low = s->shown[1 - right];
  if (!is_test(options_of(task), s)) return 1u << AM_LINKING_PRACTICE;
  if (s->half == 0) return 1u << (AM_LINKING_APART + low - high - 1);
  if (low < s->half || high >= s->half) return 1u << AM_LINKING_WITHIN;
  if (low == high + 1) return 0; /* that pair was told */
  const bool ends = is_end(s, high) || is_end(s, low);
  return 1u << (ends ? AM_LINKING_ENDS : AM_LINKING_ACROSS);
}

/* ------------------------------------------------------------------ players */
/* Whether all pairs from rank `from` to rank `to` were told; whether a cue was shown in one. */
static bool is_run(const am_list_linking_state *s, int from, int to) {
  const uint32_t all = (UINT32_C(1) << to) - (UINT32_C(1) << from);
  return (s->known & all) == all;
}
static bool was_shown(const am_list_linking_state *s, int rank) {
  return (s->known << 1 >> rank & 3) != 0;
}

/* Whether lists are linked by a pair of which one cue was seen before, so that it is known which
 * of them is higher. */
static bool is_linked(const am_list_linking_state *s) {
  const int last = s->half - 1;
  return s->half > 0 && is_run(s, last, s->half) && (s->known >> (last - 1) & 5) != 0;
}

/* Whether it follows from what was told which of two is higher: they are of one run; or lists are
 * linked, and they are of both lists, or one of them is of the run that ends the higher list or
 * begins the lower one. */
static bool follows(const am_list_linking_state *s, int high, int low) {
  if (is_run(s, high, low)) return true;
  if (!is_linked(s)) return false;
  if (!was_shown(s, high) || !was_shown(s, low)) return false;
  if (low < s->half) return is_run(s, low, s->half - 1);
  return high < s->half || is_run(s, s->half, high);
}

/* Whether it follows that of two neighbours `high` is the higher one: they were told, or one of
 * them with the cue on its other side, for then that one stands between the two. */
static bool joins(const am_list_linking_state *s, int high) {
  return (s->known << 1 >> high & 7) != 0;
}

static int say(const am_task *task, const void *state, am_random4 draw, bool infers) {
  const am_list_linking_state *s = state;
  const int right = answer(task, s);
  if (right < 0) return 0;
  const int high = s->shown[right], low = s->shown[1 - right];
  const bool known = !infers                        ? low == high + 1 && is_run(s, high, low)
                     : is_test(options_of(task), s) ? follows(s, high, low)
                                                    : joins(s, high);
  return known ? right : (int)am_below(draw.v[0], SIDES);
}

static int pairs(const am_task *task, const void *state, am_random4 draw) {
  return say(task, state, draw, false);
}

static int infers(const am_task *task, const void *state, am_random4 draw) {
  return say(task, state, draw, true);
}

/* That of m pairs, one of which is shown in each trial, d were shown and `none` others were not. */
static double all_shown(int d, int none, int m, int trials) {
  double sum = 0, choices = 1;
  for (int k = 0; k <= d; k++) {
    sum += choices * pow(1 - (double)(k + none) / m, trials);
    choices *= -(double)(d - k) / (k + 1);
  }
  return sum;
}

/* Expected reward of so many trials of m pairs: one is guessed if it was not shown before, nor,
 * for who infers, one beside it: c pairs, so at trial t with probability (1 - c/m)^t. */
static double practised(int m, int trials, bool infers) {
  double guesses = 0;
  for (int k = 0; k < m; k++) {
    const int c = infers ? 1 + (k > 0) + (k < m - 1) : 1;
    guesses += (1 - pow(1 - (double)c / m, trials)) / c;
  }
  return trials - guesses;
}

typedef struct earning {
  double pairs, infers; /* of the two players, per episode */
} earning;

static earning earn_single(const am_list_linking_options *o, int n) {
  const double choices = 0.5 * n * (n - 1);
  const double told = (n - 1) * all_shown(1, 0, n - 1, o->practice);
  double follow = 0;
  for (int d = 1; d < n; d++) follow += (n - d) * all_shown(d, 0, n - 1, o->practice);
  return (earning){practised(n - 1, o->practice, false) + o->test * told / choices,
                   practised(n - 1, o->practice, true) + o->test * follow / choices};
}

/* Pairs that a cue of a list of h is in. */
static int pairs_of(int rank, int h) { return (rank > 0) + (rank < h - 1); }

/* That a cue of such a list was shown, the last with the cue that it is linked to; and the same,
 * and that the last pair was not. */
static double was_seen(int rank, int h, int trials) {
  return rank == h - 1 ? 1 : 1 - all_shown(0, pairs_of(rank, h), h - 1, trials);
}
static double seen_without_last(int rank, int h, int trials) {
  const int none = pairs_of(rank, h) + (rank != h - 2);
  return all_shown(0, 1, h - 1, trials) - (rank == h - 1 ? 0 : all_shown(0, none, h - 1, trials));
}

/* Pairs of a list of h cues, practised so often, that are known: all between them were shown, or
 * the last cue is linked and the lower one tied to it, and the higher one was seen. `other`:
 * trials of the other list; -1: there is no link. */
static double within(int h, int trials, int other) {
  const int m = h - 1;
  double sum = 0;
  for (int high = 0; high < h; high++)
    for (int low = high + 1; low < h; low++) {
      const int d = low - high, rest = m - low; /* to the last cue */
      sum += all_shown(d, 0, m, trials);
      if (other < 0) continue;
      sum -= all_shown(d + rest, 0, m, trials);
      if (rest > 0)
        sum += all_shown(rest, 0, m, trials) - all_shown(rest, pairs_of(high, h), m, trials);
      else
        sum += was_seen(high, h, trials) -
               seen_without_last(high, h, trials) * all_shown(0, 1, m, other);
    }
  return sum;
}

/* Pairs of cues of both lists that are known once these are linked: both were seen, and so was one
 * of those that are linked, in practice of its list. */
static double across(int h, int first, int second) {
  double seen[2] = {0}, without[2] = {0};
  for (int r = 0; r < h; r++) {
    seen[0] += was_seen(r, h, first), seen[1] += was_seen(r, h, second);
    without[0] += seen_without_last(r, h, first), without[1] += seen_without_last(r, h, second);
  }
  return seen[0] * seen[1] - without[0] * without[1];
}

static earning earn_linked(const am_list_linking_options *o) {
  const int n = o->most, h = n / 2, first = trials_of(o, 0), second = trials_of(o, 1);
  const bool joined = o->link > 0;
  const double choices = 0.5 * n * (n - 1);
  const double placed =
      joined ? 1 - all_shown(0, 1, h - 1, first) * all_shown(0, 1, h - 1, second) : 0;
  const double told = (h - 1) * (all_shown(1, 0, h - 1, first) + all_shown(1, 0, h - 1, second));
  const double follow =
      within(h, first, joined ? second : -1) + within(h, second, joined ? first : -1);
  /* the two that are linked are known in any case, at once if it is known which list is higher */
  const double links = joined ? o->link - 1 : 0,
               others = joined ? across(h, first, second) - placed + 1 : 0;
  return (earning){practised(h - 1, first, false) + practised(h - 1, second, false) + links +
                       o->test * (told + joined) / choices,
                   practised(h - 1, first, true) + practised(h - 1, second, true) + links + placed +
                       o->test * (follow + others) / choices};
}

static earning mean(earning a, double share_a, earning b) {
  return (earning){share_a * a.pairs + (1 - share_a) * b.pairs,
                   share_a * a.infers + (1 - share_a) * b.infers};
}

static earning earn(const am_list_linking_options *o, bool held) {
  earning single = {0};
  if (held) return mean(earn_linked(o), 0.5, earn_single(o, o->most));
  for (int n = o->fewest; n <= o->most; n++)
    single = mean(earn_single(o, n), 1.0 / (n - o->fewest + 1), single);
  return mean(earn_linked(o), o->linked, single);
}

/* ------------------------------------------------------------------ making it */
static void describe(list_linking *x, const am_list_linking_options *o) {
  const earning e = earn(o, x->held);
  am_task *task = &x->task;
  task->n_inputs = AM_LINKING_INPUTS + SIDES * o->bits;
  task->tells = 1 + AM_LINKING_INPUT_REWARD;
  task->n_actions = SIDES;
  task->n_steps = TRIAL * (o->practice + o->test);
  task->criterion = e.pairs + 0.75 * (e.infers - e.pairs);
  task->state_size = sizeof(am_list_linking_state);
  am_task_acts(task, "random", 0, am_policy_random);
  am_task_acts(task, "pairs", e.pairs, pairs);
  am_task_acts(task, "infers", e.infers, infers);
  am_task_acts(task, "ceiling", o->practice + o->test, am_policy_told);
}

static amine_status make(am_task *task, void *options, amine_error *error) {
  am_list_linking_options *o = options;
  list_linking *x = (list_linking *)(void *)task;
  const am_range ranges[] = {
      {"most", o->most, 4, AM_LINKING_CUES}, {"fewest", o->fewest, 3, o->most},
      {"bits", o->bits, 3, AM_LINKING_BITS}, {"practice", o->practice, 1, 10000},
      {"test", o->test, 0, 10000},           {"link", o->link, 0, o->practice},
      {"linked", o->linked, 0, 1},           {"test_weight", (double)o->test_weight, 1e-6, 1e6}};
  AM_TRY(am_ranges_check(task->type->part.name, ranges, 8, error));
  if (o->most % 2)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%s: most is %d, and two lists that are linked have as many cues each",
                   task->type->part.name, o->most);
  list_linking *held = am_alloc(1, sizeof *held);
  if (!held) return am_fail_memory(error, sizeof *held);
  held->task.type = task->type;
  held->task.options = o;
  held->held = true;
  task->held_out = &held->task;
  describe(x, o);
  describe(held, o);
  return AMINE_OK;
}

#define AT(member) AM_MEMBER(am_list_linking_options, member)
static const amine_parameter parameters[] = {
    AM_INTEGER("fewest", 4, 3, AM_LINKING_CUES, "", "cues of a list of training, at least",
               AT(fewest)),
    AM_INTEGER("most", 8, 4, AM_LINKING_CUES, "",
               "cues of a list, at most, and of all lists of evaluation; even", AT(most)),
    AM_INTEGER("bits", 15, 3, AM_LINKING_BITS, "", "of a cue", AT(bits)),
    AM_INTEGER("practice", 20, 1, 10000, "trials", "of neighbours, which are told", AT(practice)),
    AM_INTEGER("test", 10, 0, 10000, "trials", "of any two cues, which are not told", AT(test)),
    AM_INTEGER("link", 4, 0, 10000, "trials",
               "of practice, in which the pair is shown that joins two lists", AT(link)),
    AM_NUMBER("linked", 0, 0, 1, "", "share of the episodes of training that have two lists",
              AT(linked)),
    AM_NUMBER("test_weight", 3, 1e-6, 1e6, "",
              "how much an answer of a test counts to who learns, beside one of practice",
              AT(test_weight)),
    {0}};

const am_task_type am_list_linking_type = {
    .size = sizeof(list_linking),
    .part = {.kind = AM_TASK,
             .name = "list-linking",
             .meaning = "learn an order from its neighbours, and link two of them",
             .source = "Miconi, Kay 2025, doi:10.1038/s41593-024-01852-8",
             .parameters = parameters,
             .options_size = sizeof(am_list_linking_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = step,
    .answer = answer,
    .weight = weight,
    .begins = begins,
    .events = events,
    .happened = happened,
};
