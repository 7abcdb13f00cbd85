/* Attention under uncertainty: weak stimuli, and a gain that rises while the network does not know.
 *
 * After gap_ms a weak current reaches one of four populations (d1 to d4) for stimulus_ms, or, in a
 * share `absent` of the trials, none. The population with most spikes has seen it, if it reaches a
 * criterion; hits and false alarms are those at the criterion with the largest difference. Every
 * look_ms the spikes of the last five looks, n_k and one for each population, with shares p_k, give
 *
 *     uncertainty = (1 - sum p_k^2) K / (K - 1)        goes to norepinephrine
 *
 * Control: norepinephrine at its baseline. The same by the library: examples/attention.c. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "run/protocol/protocols.h"

enum { K = 4, LOOKS = 5, COUNTS = 64, NEURONS_MAX = 1024 };
enum { TRIALS, GAP_MS, STIMULUS_MS, LOOK_MS, STRENGTH, ABSENT };
static const amine_parameter keys[] = {
    AM_INTEGER("trials", 150, 2, 1e6, "", "how many; then nothing more is done"),
    AM_NUMBER("gap_ms", 200, 1, 1e5, "ms", "before a stimulus"),
    AM_NUMBER("stimulus_ms", 200, 1, 1e5, "ms", "a stimulus"),
    AM_NUMBER("look_ms", 20, 1, 1e4, "ms", "between two measures of uncertainty"),
    AM_NUMBER("strength", 1.5, 0, 1e6, "", "current of a stimulus, in units of the model"),
    AM_NUMBER("absent", 1.0 / 3, 0, 1, "", "share of the trials without a stimulus"),
};
static const am_measure measures[] = {
    AM_PANEL("hits", "", "Seen where there was something, and where there was nothing", "Hits",
             "stimuli that the right population has seen, at the best criterion"),
    AM_CURVE("false_alarms", "", "False alarms", "trials without a stimulus in which one was seen"),
    AM_PANEL("detection", "", "Detection: hits less false alarms",
             "Detection, hits less false alarms", "hits - false alarms", .chance = {"guessing", 0},
             .best = {"no mistake", 1}),
    AM_PANEL("uncertainty", "", "Uncertainty, and the norepinephrine that follows it",
             "Uncertainty", "mean of what was measured"),
    AM_CURVE("level", "", "Level of norepinephrine", "mean level of norepinephrine after a look"),
};

typedef struct state {
  uint64_t trial, looks, begun;                  /* looks: of this trial; begun: time has passed */
  int64_t stimulus;                              /* which, -1 if none */
  uint64_t seen[K];                              /* spikes during the stimulus */
  uint64_t recent[LOOKS][K];                     /* spikes between the last looks */
  uint64_t right[COUNTS], none[COUNTS], stimuli; /* trials by spikes of the winner */
  uint64_t best[K + 1][K];                       /* trials by stimulus (K: none) and winner */
  uint64_t n_looks;                              /* of all trials */
  double uncertainty, level;                     /* sums over them */
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
  double counts[K], sum = 0, squares = 0;
  for (int k = 0; k < K; k++) {
    counts[k] = 1;
    for (int l = 0; l < LOOKS; l++) counts[k] += (double)s->recent[l][k];
    sum += counts[k];
  }
  for (int k = 0; k < K; k++) squares += counts[k] * counts[k] / (sum * sum);
  const double uncertainty = (1 - squares) * K / (K - 1);
  am_stage_uncertain(stage, uncertainty, 0);
  s->uncertainty += uncertainty;
  s->level += am_stage_level(stage, "norepinephrine");
  s->n_looks++;
}

static amine_status stimulate(state *s, const int populations[K], am_stage *stage,
                              amine_error *error) {
  const uint32_t trial = (uint32_t)s->trial;
  memset(s->seen, 0, sizeof s->seen);
  s->stimulus = -1;
  if (am_stage_chance(stage, trial, 0, 0, stage->parameters[ABSENT].number)) return AMINE_OK;
  s->stimulus = (int64_t)am_below(am_stage_random(stage, trial, 0).v[1], K);
  am_stage_note(stage, AMINE_EVENT_CUE, (double)s->stimulus);
  return am_stage_drive(stage, populations[s->stimulus], 0, 1, stage->parameters[STRENGTH].number,
                        error);
}

static amine_status end_trial(state *s, const int populations[K], am_stage *stage,
                              amine_error *error) {
  uint64_t best = 0;
  for (uint64_t k = 1; k < K; k++)
    if (s->seen[k] > s->seen[best]) best = k;
  const uint64_t winner = s->seen[best] < COUNTS ? s->seen[best] : COUNTS - 1;
  s->stimuli += s->stimulus >= 0;
  s->best[s->stimulus >= 0 ? s->stimulus : K][best]++;
  if (s->stimulus < 0) s->none[winner]++;
  else if ((uint64_t)s->stimulus == best) s->right[winner]++;
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
    for (int k = 0; k < K; k++) s->seen[k] += spikes[k];
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
  return s->trial <= (uint64_t)stage->parameters[TRIALS].number && s->looks < all &&
         s->stimulus >= -1 && s->stimulus < K && s->stimuli <= s->trial &&
         isfinite(s->uncertainty) && isfinite(s->level);
}

static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  uint64_t hits = 0, false_alarms = 0;
  const uint64_t none = s->trial - s->stimuli;
  (void)stage;
  if (s->n_looks > 0) {
    values[3] = s->uncertainty / (double)s->n_looks;
    values[4] = s->level / (double)s->n_looks;
  }
  if (s->stimuli == 0 || none == 0) return;
  values[0] = values[1] = values[2] = 0;
  for (int criterion = COUNTS - 1; criterion > 0; criterion--) {
    hits += s->right[criterion];
    false_alarms += s->none[criterion];
    const double h = (double)hits / (double)s->stimuli, f = (double)false_alarms / (double)none;
    if (h - f > values[2]) values[0] = h, values[1] = f, values[2] = h - f;
  }
}

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  static const char *const parts[] = {"all trials"};
  static const char *const stimuli[K + 1] = {"d1", "d2", "d3", "d4", "none"};
  const state *s = v;
  double values[K + 1][K];
  (void)stage;
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
}

const am_protocol am_protocol_attention = {
    .name = "attention",
    .meaning = "weak stimuli are to be detected; norepinephrine follows measured uncertainty",
    .title = "Weak stimuli, and a gain that rises with uncertainty",
    .story = "In each trial a weak current reaches one of four populations of neurons, or none. "
             "The population that fires most has seen it, if it fires enough. While the spikes do "
             "not agree the network is uncertain; that raises norepinephrine, and norepinephrine "
             "raises the gain of the neurons.",
    .headline = "It saw a share of {hits} of the stimuli in their place, and something in "
                "{false_alarms} of the trials without one: a detection of {detection}",
    .judged = "detection",
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
