/* Classical conditioning (Izhikevich 2007, Fig. 2, doi:10.1093/cercor/bhl152).
 *
 * Stimuli S1, S2, ... are sets of cells drawn at random; sets may share cells. Every
 * U[interval_min, interval_max) one of them, each equally likely, gets a current that makes all its
 * cells fire. After S1 comes a reward, U[0, delay_max) later, when other stimuli have already been
 * shown: `reward` is added to the dopamine d of the rule da-stdp.
 *
 * The response to a stimulus is the number of spikes of all cells that are not in it, in the
 * response_ms from its beginning. Measures compare that to S1 with those to the others: stimuli are
 * alike in every other respect, so if nothing is learned, S1 has each rank among them with equal
 * probability.
 *
 * Control: random_rewards, where after any stimulus, with the probability of S1, a reward follows
 * in the same way. Rewards are as frequent, and tell nothing about S1. */
#include <math.h>

#include "base/error.h"
#include "run/protocol/protocols.h"
#include "run/protocol/stimulus.h"
#include "run/protocol/waiting.h"

#define NAME "conditioning"

enum { STIMULI_MAX = 100, SET_MAX = 1000, RECENT = 20, EARLY = 5 };
enum { DRAW_STIMULUS, DRAW_NEXT, DRAW_DELAY, DRAW_CONTROL }; /* of the four numbers of a trial */
#define SETS 0x80000000U /* + k: draws the cells of stimulus k */

enum {
  STIMULI,
  SET_SIZE,
  CURRENT,
  INTERVAL_MIN_MS,
  INTERVAL_MAX_MS,
  REWARD,
  DELAY_MAX_MS,
  RESPONSE_MS,
  RANDOM_REWARDS
};
static const amine_parameter keys[] = {
    AM_INTEGER("stimuli", 100, 3, STIMULI_MAX, "", "S1, S2, ...; S1 is rewarded"),
    AM_INTEGER("group", 50, 1, SET_MAX, "neurons", "of a stimulus, in E and I"),
    AM_NUMBER("current", 40, 0, 1e6, "", "of a stimulus, for one step, in units of the model"),
    AM_NUMBER("interval_min_ms", 100, 1, 1e5, "ms",
              "least time between two stimuli; longer than response_ms"),
    AM_NUMBER("interval_max_ms", 300, 1, 1e5, "ms",
              "intervals are uniform up to this one; at least interval_min_ms"),
    AM_NUMBER("reward", 0.05, 0, 1e3, "", "what a reward adds to the dopamine of the rule da-stdp"),
    AM_NUMBER("delay_max_ms", 1000, 1, 1e4, "ms", "delays of rewards are uniform up to this one"),
    AM_NUMBER("response_ms", 20, 1, 1e4, "ms",
              "from the beginning of a stimulus, in which spikes are its response"),
    AM_SWITCH("random_rewards", 0, "control: rewards as often, after any stimulus"),
};
static const am_measure measures[] = {
    AM_PANEL("response", "spikes", "Responses to the rewarded stimulus, and to the others",
             "Response to the rewarded stimulus", "to S1, mean of its last 20 presentations"),
    AM_CURVE("others", "spikes", "Response to the others",
             "to the other stimuli, mean of their last 20"),
    AM_PANEL("z", "", "How far the rewarded one stands out, in standard deviations of the others",
             "How far it stands out",
             "response - others, over the standard deviation among the others",
             .chance = {"nothing learned", 0}, .better = 1),
    AM_PANEL("rank", "", "Its rank by response, 1 is the largest", "Rank of the rewarded stimulus",
             "of S1 by response: 1 is the largest", .chance = {"nothing learned", (double)NAN},
             .best = {"the largest", 1}),
    AM_FIGURE("first_response", "spikes", "Response to the rewarded stimulus, first 5 times",
              "to S1, mean of its first 5 presentations"),
    AM_FIGURE("first_others", "spikes", "Response to the others, first 5 times",
              "to the other stimuli, mean of their first 5"),
    AM_FIGURE("first_z", "", "How far it stands out, first 5 times", "as z, of the first 5"),
    AM_FIGURE("first_rank", "", "Rank of the rewarded stimulus, first 5 times",
              "as rank, of the first 5"),
    AM_FIGURE("shown", "", "Presentations of the rewarded stimulus", "presentations of S1"),
    AM_FIGURE("rewards", "", "Rewards", "given so far"),
    AM_FIGURE("rate", "Hz", "Mean rate of all cells", "mean rate of all cells"),
};

typedef struct state {
  uint64_t trial, next;         /* stimuli begun; step of the next one */
  uint64_t begun;               /* step at which the last one began */
  uint64_t on, counting, count; /* its current is on; its response is counted; spikes of it */
  uint64_t stimulus;            /* which */
  am_waiting waiting;           /* rewards */
  uint64_t n_rewards;
  uint64_t shown[STIMULI_MAX], first[STIMULI_MAX]; /* first: spikes of the first presentations */
  uint64_t recent[STIMULI_MAX][RECENT];            /* spikes of the last ones */
} state;

static int set_size(const am_stage *stage) { return (int)stage->parameters[SET_SIZE].number; }

static uint32_t n_stimuli(const am_stage *stage) {
  return (uint32_t)stage->parameters[STIMULI].number;
}

static am_random4 of_trial(const state *s, const am_stage *stage) {
  return am_stage_random(stage, (uint32_t)s->trial, 0);
}

/* Uniform in [low, high), low if that is empty. */
static uint64_t between(uint64_t low, uint64_t high, uint32_t random) {
  return high > low ? low + am_below(random, (uint32_t)(high - low)) : low;
}

static amine_status start(void *v, am_stage *stage, amine_error *error) {
  state *s = v;
  am_cells cells;
  if (am_stage_key_steps(stage, RESPONSE_MS) >= am_stage_key_steps(stage, INTERVAL_MIN_MS))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "protocol.response_ms must be less than protocol.interval_min_ms");
  if (stage->parameters[INTERVAL_MAX_MS].number < stage->parameters[INTERVAL_MIN_MS].number)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "protocol.interval_max_ms is less than protocol.interval_min_ms");
  AM_TRY(am_cells_find(&cells, stage, NAME, 2 * set_size(stage), error));
  s->next = am_stage_key_steps(stage, INTERVAL_MIN_MS);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ stimuli */
static amine_status show(state *s, const am_cells *cells, am_stage *stage, amine_error *error) {
  const am_random4 random = of_trial(s, stage);
  const bool decoupled = stage->parameters[RANDOM_REWARDS].number != 0;
  int set[SET_MAX];
  s->stimulus = am_below(random.v[DRAW_STIMULUS], n_stimuli(stage));
  am_cells_draw(set, set_size(stage), cells, stage, SETS + (uint32_t)s->stimulus);
  am_stage_note(stage, AMINE_EVENT_CUE, (double)s->stimulus);
  const uint32_t luck = am_below(random.v[DRAW_CONTROL], n_stimuli(stage));
  if ((decoupled ? luck : s->stimulus) == 0)
    AM_TRY(am_waiting_add(
        &s->waiting,
        stage->now + between(1, am_stage_key_steps(stage, DELAY_MAX_MS) + 1, random.v[DRAW_DELAY]),
        NAME, error));
  s->next = stage->now + between(am_stage_key_steps(stage, INTERVAL_MIN_MS),
                                 am_stage_key_steps(stage, INTERVAL_MAX_MS), random.v[DRAW_NEXT]);
  s->trial++;
  s->begun = stage->now;
  s->on = s->counting = 1;
  s->count = 0;
  return am_cells_stimulate(cells, set, set_size(stage), stage->parameters[CURRENT].number, stage,
                            error);
}

/* Spikes of cells that are not in the stimulus. */
static void count(state *s, const am_cells *cells, const am_stage *stage) {
  const uint64_t end = s->begun + am_stage_key_steps(stage, RESPONSE_MS);
  bool inside[AM_CELLS_MAX] = {false};
  int set[SET_MAX];
  am_cells_draw(set, set_size(stage), cells, stage, SETS + (uint32_t)s->stimulus);
  for (int k = 0; k < set_size(stage); k++) inside[set[k]] = true;
  for (size_t k = 0; k < stage->n_spikes; k++) {
    const am_spike *spike = &stage->spikes[k];
    const int cell = am_cells_of_spike(cells, spike);
    s->count += cell >= 0 && !inside[cell] && spike->step >= s->begun && spike->step < end;
  }
}

static void end_response(state *s) {
  const uint64_t k = s->stimulus;
  if (s->shown[k] < EARLY) s->first[k] += s->count;
  s->recent[k][s->shown[k] % RECENT] = s->count;
  s->shown[k]++;
  s->counting = 0;
}

/* ------------------------------------------------------------------------------ the course */
static void give(state *s, am_stage *stage) {
  for (int n = am_waiting_take(&s->waiting, stage->now); n > 0; n--) {
    am_stage_reward(stage, stage->parameters[REWARD].number, 0);
    s->n_rewards++;
  }
}

static void sooner(uint64_t *until, uint64_t step) {
  if (step < *until) *until = step;
}

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  am_cells cells;
  AM_TRY(am_cells_find(&cells, stage, NAME, 2 * set_size(stage), error));
  if (s->counting) count(s, &cells, stage);
  if (s->on) AM_TRY(am_cells_rest(&cells, stage, error));
  s->on = 0;
  if (s->counting && stage->now >= s->begun + am_stage_key_steps(stage, RESPONSE_MS))
    end_response(s);
  if (stage->now >= s->next) AM_TRY(show(s, &cells, stage, error));
  give(s, stage);
  sooner(until, s->next);
  if (s->on) sooner(until, stage->now + 1);
  if (s->counting) sooner(until, s->begun + am_stage_key_steps(stage, RESPONSE_MS));
  sooner(until, am_waiting_next(&s->waiting));
  return AMINE_OK;
}

static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  uint64_t all = 0;
  bool fine = s->stimulus < n_stimuli(stage) && s->on <= 1 && s->counting <= 1 &&
              s->waiting.n <= AM_WAITING_MAX && s->trial < SETS;
  for (uint32_t k = 0; k < STIMULI_MAX && fine; k++) {
    fine = s->shown[k] <= s->trial && (k < n_stimuli(stage) || s->shown[k] == 0);
    all += s->shown[k];
  }
  return fine && all + s->counting == s->trial;
}

/* ------------------------------------------------------------------------------ measures */
/* Responses to S1 and the others, each the mean of its presentations; stimuli that have not been
 * shown so far do not count. out: response, others, z, rank. */
static void stand_out(double out[4], const double *responses, const bool *shown, uint32_t n) {
  double sum = 0, squares = 0, others = 0, larger = 0;
  if (!shown[0]) return;
  for (uint32_t k = 1; k < n; k++) {
    if (!shown[k]) continue;
    sum += responses[k];
    others++;
    larger += responses[k] >= responses[0];
  }
  out[0] = responses[0];
  if (others < 2) return;
  const double mean = sum / others;
  for (uint32_t k = 1; k < n; k++)
    if (shown[k]) squares += (responses[k] - mean) * (responses[k] - mean);
  out[1] = mean;
  if (squares > 0) out[2] = (responses[0] - mean) / sqrt(squares / (others - 1));
  out[3] = 1 + larger;
}

/* Of each stimulus the mean response to its last presentations and to its first, and whether there
 * were enough. */
static void responses(double *recent, bool *any, double *first, bool *enough, const state *s,
                      const am_stage *stage) {
  for (uint32_t k = 0; k < n_stimuli(stage); k++) {
    recent[k] = 0;
    const uint64_t n = s->shown[k] < RECENT ? s->shown[k] : RECENT;
    for (uint64_t i = 0; i < n; i++) recent[k] += (double)s->recent[k][i] / (double)n;
    first[k] = (double)s->first[k] / EARLY;
    any[k] = n > 0;
    enough[k] = s->shown[k] >= EARLY;
  }
}

static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  double recent[STIMULI_MAX], first[STIMULI_MAX];
  bool any[STIMULI_MAX], enough[STIMULI_MAX];
  am_cells cells;
  responses(recent, any, first, enough, s, stage);
  stand_out(values, recent, any, n_stimuli(stage));
  stand_out(values + 4, first, enough, n_stimuli(stage));
  values[8] = (double)s->shown[0];
  values[9] = (double)s->n_rewards;
  if (am_cells_find(&cells, stage, NAME, 1, NULL) == AMINE_OK)
    values[10] = am_cells_rate_hz(&cells, stage);
}

static void known(double *chance, double *best, const am_value *parameters) {
  (void)best;
  chance[3] = (parameters[STIMULI].number + 1) / 2;
}

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  static const char *const parts[] = {"first 5 times", "last 20 times"};
  const state *s = v;
  const uint32_t n = n_stimuli(stage);
  double values[2 * STIMULI_MAX];
  bool any[STIMULI_MAX], enough[STIMULI_MAX];
  responses(values + n, any, values, enough, s, stage);
  for (uint32_t k = 0; k < n; k++) {
    if (!enough[k]) values[k] = (double)NAN;
    if (!any[k]) values[n + k] = (double)NAN;
  }
  am_picture_bars(pictures,
                  &(am_bars_picture){.title = "The response to each stimulus",
                                     .meaning = "Spikes of the neurons that are not in it, just "
                                                "after it. The first stimulus is the rewarded one.",
                                     .x_title = "stimulus",
                                     .y_title = "spikes",
                                     .n_parts = 2,
                                     .n_labels = (int)n,
                                     .parts = parts,
                                     .values = values,
                                     .marked = 0});
}

const am_protocol am_protocol_conditioning = {
    .name = NAME,
    .meaning = "a hundred stimuli in random order; a reward follows one of them within a second",
    .title = "One stimulus of many is followed by a reward",
    .story = "Stimuli, each a set of neurons that is made to fire at once, come in random order. "
             "A reward follows one of them, up to a second later, when others have already been "
             "shown. Stimuli are alike but for that: will the network come to answer this one more "
             "than the others?",
    .headline = "After {rewards} rewards it answers the rewarded stimulus with {response}, the "
                "others with {others}: rank {rank}, {z} standard deviations above them",
    .judged = "rank",
    .needs = "populations E and I",
    AM_KEYS(keys),
    AM_MEASURES(measures),
    .moves = "dopamine",
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .measure = measure,
    .known = known,
    .picture = picture};
