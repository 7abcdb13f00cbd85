/* Attention under uncertainty: weak and strong stimuli, a gain that rises while the network does not
 * know, and spikes that cost.
 *
 * After gap_ms a current reaches one of four populations (d1 to d4) for stimulus_ms: a strong one in
 * a share `strong_share` of the stimuli, else a weak one; or, in a share `absent` of the trials,
 * none. The population with most spikes has seen it, if it reaches a criterion; hits and false
 * alarms are those at the criterion with the largest difference. With r the spikes of a neuron in a
 * second, over all of the time,
 *
 *     score = hits - false alarms - cost r
 *
 * Every look_ms the spikes of the last five looks, n_k and one for each population, with shares p_k,
 * give
 *
 *     uncertainty = (1 - sum p_k^2) K / (K - 1)        goes to norepinephrine
 *
 * A gain that is always high finds the weak ones and pays for each strong one; a gain that is always
 * low is cheap and finds the strong ones alone. Control: norepinephrine at its baseline; or, to be
 * strict, at the level that is best of all constant ones (the study `attention`). The same by the
 * library: examples/attention.c. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "run/protocol/protocols.h"
#include "run/protocol/uncertainty.h"

enum { K = 4, LOOKS = 5, COUNTS = 256, COURSE = 64, NEURONS_MAX = 1024 };
enum { TRIALS, GAP_MS, STIMULUS_MS, LOOK_MS, STRENGTH, STRONG, STRONG_SHARE, ABSENT, COST };
enum { WEAK_KIND, STRONG_KIND, ABSENT_KIND, KINDS }; /* of trials */
static const amine_parameter keys[] = {
    AM_INTEGER("trials", 150, 2, 1e6, "", "how many; then nothing more is done"),
    AM_NUMBER("gap_ms", 200, 1, 1e5, "ms", "before a stimulus"),
    AM_NUMBER("stimulus_ms", 400, 1, 1e5, "ms", "a stimulus"),
    AM_NUMBER("look_ms", 20, 1, 1e4, "ms", "between two measures of uncertainty"),
    AM_NUMBER("strength", 1.5, 0, 1e6, "", "current of a weak stimulus, in units of the model"),
    AM_NUMBER("strong", 12, 0, 1e6, "", "current of a strong one"),
    AM_NUMBER("strong_share", 0.5, 0, 1, "", "share of the stimuli that are strong"),
    AM_NUMBER("absent", 1.0 / 3, 0, 1, "", "share of the trials without a stimulus"),
    AM_NUMBER("cost", 0.1, 0, 1e6, "1/Hz", "of the score, for each spike of a neuron in a second"),
};
static const am_measure measures[] = {
    AM_PANEL("hits", "", "Seen where there was something, and where there was nothing", "Hits",
             "stimuli that the right population has seen, at the best criterion", .better = 1),
    AM_CURVE("false_alarms", "", "False alarms", "trials without a stimulus in which one was seen",
             .better = -1),
    AM_PANEL("detection", "", "Detection: hits less false alarms",
             "Detection, hits less false alarms", "hits - false alarms", .chance = {"guessing", 0},
             .best = {"no mistake", 1}),
    AM_PANEL("score", "", "Score: detection less the cost of spikes", "Score, detection less cost",
             "hits - false alarms - cost x rate_hz", .best = {"no mistake, no spike", 1},
             .better = 1),
    AM_PANEL("rate_hz", "Hz", "What it costs: spikes of a neuron in a second", "Rate",
             "spikes of a neuron in a second, of all that has been looked at"),
    AM_FIGURE("weak_hits", "", "Hits, weak stimuli", "weak ones that were seen", .better = 1),
    AM_FIGURE("strong_hits", "", "Hits, strong stimuli", "strong ones that were seen", .better = 1),
    AM_PANEL("uncertainty", "", "Uncertainty, and the norepinephrine that follows it",
             "Uncertainty", "mean of what was measured"),
    AM_CURVE("level", "", "Level of norepinephrine", "mean level of norepinephrine after a look"),
};

typedef struct state {
  uint64_t trial, looks, begun; /* looks: of this trial; begun: time has passed */
  int64_t stimulus;             /* which, -1 if none */
  uint64_t kind;                /* of the trial, once its stimulus is due */
  uint64_t seen[K];             /* spikes during the stimulus */
  uint64_t recent[LOOKS][K];    /* spikes between the last looks */
  uint64_t trials[KINDS];       /* that are over */
  uint64_t winner[KINDS]
                 [COUNTS];   /* of those, by spikes of the winner, where it was the right one */
  uint64_t best[K + 1][K];   /* trials by stimulus (K: none) and winner */
  uint64_t n_looks, spikes;  /* of all trials */
  double uncertainty, level; /* sums over the looks */
  double course[COURSE];     /* the level at each look of this trial */
  double sum_course[KINDS][COURSE]; /* sums over the trials that are over */
} state;

static amine_status find(int populations[K], const am_stage *stage, amine_error *error) {
  static const char *const names[K] = {"d1", "d2", "d3", "d4"};
  return am_stage_find_all(populations, stage, "attention", names, K, NEURONS_MAX, error);
}

static amine_status start(void *v, am_stage *stage, amine_error *error) {
  state *s = v;
  int populations[K];
  s->stimulus = -1;
  return find(populations, stage, error);
}

/* Steps from look k of a trial to the next one: first come those of the gap. */
static uint64_t next_look(const am_stage *stage, uint64_t k, uint64_t gap) {
  const int whole = k < gap ? GAP_MS : STIMULUS_MS;
  if (k >= gap) k -= gap;
  return am_stage_look(stage, k + 1, LOOK_MS, whole) - am_stage_look(stage, k, LOOK_MS, whole);
}

static double grain_ms(int key, const am_stage *stage) { return key == LOOK_MS ? 0 : stage->dt_ms; }

static void count(uint64_t spikes[K], const int populations[K], const am_stage *stage) {
  memset(spikes, 0, K * sizeof *spikes);
  for (size_t i = 0; i < stage->n_spikes; i++)
    for (int k = 0; k < K; k++) spikes[k] += stage->spikes[i].population == populations[k];
}

static void look(state *s, am_stage *stage) {
  uint64_t counts[K] = {0};
  for (int k = 0; k < K; k++)
    for (int l = 0; l < LOOKS; l++) counts[k] += s->recent[l][k];
  const double uncertainty = am_uncertainty_expected(counts, K);
  am_stage_uncertain(stage, uncertainty, 0);
  const double level = am_stage_level(stage, "norepinephrine");
  s->uncertainty += uncertainty;
  s->level += level;
  if (s->looks < COURSE) s->course[s->looks] = level;
  s->n_looks++;
}

static amine_status stimulate(state *s, const int populations[K], am_stage *stage,
                              amine_error *error) {
  const am_value *k = stage->parameters;
  const uint32_t trial = (uint32_t)s->trial;
  memset(s->seen, 0, sizeof s->seen);
  s->stimulus = -1;
  s->kind = ABSENT_KIND;
  if (am_stage_chance(stage, trial, 0, 0, k[ABSENT].number)) return AMINE_OK;
  s->stimulus = (int64_t)am_below(am_stage_random(stage, trial, 0).v[1], K);
  s->kind = am_stage_chance(stage, trial, 0, 2, k[STRONG_SHARE].number) ? STRONG_KIND : WEAK_KIND;
  am_stage_note(stage, AMINE_EVENT_CUE, (double)s->stimulus);
  return am_stage_drive(stage, populations[s->stimulus], 0, 1,
                        k[s->kind == STRONG_KIND ? STRONG : STRENGTH].number, error);
}

static amine_status end_trial(state *s, const int populations[K], am_stage *stage,
                              amine_error *error) {
  uint64_t best = 0;
  for (uint64_t k = 1; k < K; k++)
    if (s->seen[k] > s->seen[best]) best = k;
  const uint64_t winner = s->seen[best] < COUNTS ? s->seen[best] : COUNTS - 1;
  s->trials[s->kind]++;
  s->best[s->stimulus >= 0 ? s->stimulus : K][best]++;
  if (s->stimulus < 0 || (uint64_t)s->stimulus == best) s->winner[s->kind][winner]++;
  for (int k = 0; k < COURSE; k++) s->sum_course[s->kind][k] += s->course[k];
  am_stage_note(stage, AMINE_EVENT_ACTION, (double)best);
  const int64_t stimulus = s->stimulus;
  s->stimulus = -1;
  s->looks = 0;
  s->trial++;
  return stimulus < 0 ? AMINE_OK
                      : amine_brain_set_currents(stage->brain, populations[stimulus], NULL, error);
}

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  const uint64_t gap = am_stage_looks(stage, LOOK_MS, GAP_MS),
                 all = gap + am_stage_looks(stage, LOOK_MS, STIMULUS_MS);
  int populations[K];
  AM_TRY(find(populations, stage, error));
  if (s->begun) {
    uint64_t *spikes = s->recent[s->n_looks % LOOKS];
    count(spikes, populations, stage);
    for (int k = 0; k < K; k++) s->seen[k] += spikes[k], s->spikes += spikes[k];
    look(s, stage);
    s->looks++;
  }
  s->begun = 1;
  if (s->looks == gap) AM_TRY(stimulate(s, populations, stage, error));
  if (s->looks == all) AM_TRY(end_trial(s, populations, stage, error));
  if (s->trial < (uint64_t)stage->parameters[TRIALS].number)
    *until = stage->now + next_look(stage, s->looks, gap);
  return AMINE_OK;
}

static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  const uint64_t all =
      am_stage_looks(stage, LOOK_MS, GAP_MS) + am_stage_looks(stage, LOOK_MS, STIMULUS_MS);
  for (int k = 0; k <= K; k++)
    for (int j = 0; j < K; j++)
      if (s->best[k][j] > s->trial) return false;
  for (int k = 0; k < KINDS; k++)
    if (s->trials[k] > s->trial) return false;
  for (int k = 0; k < COURSE; k++) {
    if (!isfinite(s->course[k])) return false;
    for (int j = 0; j < KINDS; j++)
      if (!isfinite(s->sum_course[j][k])) return false;
  }
  return s->trial <= (uint64_t)stage->parameters[TRIALS].number && s->looks < all &&
         s->stimulus >= -1 && s->stimulus < K && s->kind < KINDS && isfinite(s->uncertainty) &&
         isfinite(s->level);
}

/* Seconds of all looks so far: whole trials, and those of this one. */
static double looked_s(const state *s, const am_stage *stage) {
  const uint64_t gap = am_stage_looks(stage, LOOK_MS, GAP_MS),
                 whole = am_stage_key_steps(stage, GAP_MS) + am_stage_key_steps(stage, STIMULUS_MS);
  const uint64_t part = s->looks <= gap
                            ? am_stage_look(stage, s->looks, LOOK_MS, GAP_MS)
                            : am_stage_key_steps(stage, GAP_MS) +
                                  am_stage_look(stage, s->looks - gap, LOOK_MS, STIMULUS_MS);
  return (double)(s->trial * whole + part) * stage->dt_ms * 1e-3;
}

static void measure(double *values, const void *v, const am_stage *stage) {
  enum { HITS, FALSE_ALARMS, DETECTION, SCORE, RATE, WEAK_HITS, STRONG_HITS, UNCERTAINTY, LEVEL };
  const state *s = v;
  const uint64_t *n = s->trials, stimuli = n[WEAK_KIND] + n[STRONG_KIND];
  uint64_t seen[KINDS] = {0};
  int neurons = 0, populations[K];
  if (find(populations, stage, NULL) != AMINE_OK) return;
  for (int k = 0, size; k < K; k++) {
    amine_brain_population(stage->brain, populations[k], &size, NULL);
    neurons += size;
  }
  if (s->n_looks > 0) {
    values[RATE] = (double)s->spikes / neurons / looked_s(s, stage);
    values[UNCERTAINTY] = s->uncertainty / (double)s->n_looks;
    values[LEVEL] = s->level / (double)s->n_looks;
  }
  if (stimuli == 0 || n[ABSENT_KIND] == 0) return;
  values[HITS] = values[FALSE_ALARMS] = values[DETECTION] = 0;
  values[WEAK_HITS] = n[WEAK_KIND] > 0 ? 0 : (double)NAN;
  values[STRONG_HITS] = n[STRONG_KIND] > 0 ? 0 : (double)NAN;
  for (int criterion = COUNTS - 1; criterion > 0; criterion--) {
    for (int k = 0; k < KINDS; k++) seen[k] += s->winner[k][criterion];
    const double h = (double)(seen[WEAK_KIND] + seen[STRONG_KIND]) / (double)stimuli,
                 f = (double)seen[ABSENT_KIND] / (double)n[ABSENT_KIND];
    if (!(h - f > values[DETECTION])) continue;
    values[HITS] = h, values[FALSE_ALARMS] = f, values[DETECTION] = h - f;
    values[WEAK_HITS] = am_ratio((double)seen[WEAK_KIND], (double)n[WEAK_KIND]);
    values[STRONG_HITS] = am_ratio((double)seen[STRONG_KIND], (double)n[STRONG_KIND]);
  }
  values[SCORE] = values[DETECTION] - stage->parameters[COST].number * values[RATE];
}

/* The mean level at each look of a trial, of the first COURSE. */
static void picture_course(am_pictures *pictures, const state *s, const am_stage *stage) {
  static const char *const kinds[KINDS] = {"weak stimuli", "strong stimuli", "none"};
  const uint64_t gap = am_stage_looks(stage, LOOK_MS, GAP_MS),
                 all = gap + am_stage_looks(stage, LOOK_MS, STIMULUS_MS);
  const size_t n = all < COURSE ? (size_t)all : COURSE;
  double ms[COURSE], levels[KINDS][COURSE];
  am_course_line lines[KINDS];
  for (size_t i = 0; i < n; i++) {
    uint64_t step = am_stage_look(stage, i + 1, LOOK_MS, GAP_MS);
    if (i >= gap)
      step = am_stage_key_steps(stage, GAP_MS) +
             am_stage_look(stage, i + 1 - gap, LOOK_MS, STIMULUS_MS);
    ms[i] = (double)step * stage->dt_ms - stage->parameters[GAP_MS].number;
    for (int k = 0; k < KINDS; k++)
      levels[k][i] = am_ratio(s->sum_course[k][i], (double)s->trials[k]);
  }
  for (int k = 0; k < KINDS; k++)
    lines[k] = (am_course_line){.label = kinds[k], .x = ms, .y = levels[k], .n = n};
  am_picture_course(
      pictures, &(am_course_picture){.title = "The level in the course of a trial",
                                     .meaning = "Mean over the trials of each kind. Once spikes "
                                                "agree, the level falls, and with it the gain.",
                                     .x_title = "ms after the stimulus began",
                                     .y_title = "level of norepinephrine",
                                     .lines = lines,
                                     .n_lines = KINDS});
}

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  static const char *const parts[] = {"all trials"};
  static const char *const stimuli[K + 1] = {"d1", "d2", "d3", "d4", "none"};
  const state *s = v;
  double values[K + 1][K];
  for (int k = 0; k <= K; k++) am_shares(values[k], s->best[k], K);
  am_picture_table(pictures,
                   &(am_table_picture){.title = "Which population fired most",
                                       .meaning = "For each place of the stimulus, and where there "
                                                  "was none. The right one has a frame.",
                                       .unit = "share of the trials with this stimulus",
                                       .row_title = "stimulus to",
                                       .x_title = "most spikes",
                                       .n_parts = 1,
                                       .n_rows = K + 1,
                                       .n_columns = K,
                                       .parts = parts,
                                       .rows = stimuli,
                                       .columns = stimuli,
                                       .values = values[0],
                                       .right = (const int[]){0, 1, 2, 3, -1},
                                       .high = 1});
  picture_course(pictures, s, stage);
}

const am_protocol am_protocol_attention = {
    .name = "attention",
    .meaning = "weak and strong stimuli are to be detected with few spikes; norepinephrine follows "
               "measured uncertainty",
    .title = "Weak and strong stimuli, and a gain that rises with uncertainty",
    .story = "In each trial a current, weak or strong, reaches one of four populations of neurons, "
             "or none. The population that fires most has seen it, if it fires enough; each spike "
             "costs. While the spikes do not agree the network is uncertain; that raises "
             "norepinephrine, and norepinephrine raises the gain of the neurons.",
    .headline = "It saw a share of {hits} of the stimuli in their place, and something in "
                "{false_alarms} of the trials without one, at a rate of {rate_hz}: a score of "
                "{score}",
    .judged = "score",
    .needs = "populations d1, d2, d3, d4, of at most 1024 neurons",
    AM_KEYS(keys),
    AM_MEASURES(measures),
    .control = "norepinephrine",
    .moves = "norepinephrine",
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .grain_ms = grain_ms,
    .measure = measure,
    .picture = picture};
