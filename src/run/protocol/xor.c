/* XOR of two rates (Florian 2007, doi:10.1162/neco.2007.19.6.1468, section 4.3).
 *
 * The populations "A" and "A-inhibitory" fire at rate_hz (Poisson) while the first input is 1, "B"
 * and "B-inhibitory" while the second is; a 0 is silence. The four patterns follow each other,
 * pattern_ms each, in a new random order in each epoch. Every spike of "output" is rewarded, in the
 * step after it: + 1 where the inputs differ, - 1 where they are the same.
 *
 * Control: target=random, a sign drawn for each pattern, whatever it is. */
#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "run/protocol/protocols.h"

enum { INPUTS = 4, PATTERNS = 4, WINDOW = 20, KEPT = WINDOW + 1, NEURONS_MAX = 1024 };
enum { RATE_HZ, PATTERN_MS, TARGET };
static const amine_parameter keys[] = {
    AM_NUMBER("rate_hz", 40, 0, 1000, "Hz", "of the neurons of an input that is 1"),
    AM_NUMBER("pattern_ms", 500, 1, 1e5, "ms", "how long a pattern is shown"),
    AM_CHOICE("target", "xor|random", "what is rewarded: xor, or by chance"),
};
static const am_measure measures[] = {
    AM_PANEL("rate_00", "Hz", "Rate of the output neuron for each pattern", "Rate for 0 and 0",
             "of the output for two zeros, over the last 20 whole epochs"),
    AM_CURVE("rate_01", "Hz", "Rate for 0 and 1", "for 0 and 1"),
    AM_CURVE("rate_10", "Hz", "Rate for 1 and 0", "for 1 and 0"),
    AM_CURVE("rate_11", "Hz", "Rate for 1 and 1", "for two ones"),
    AM_PANEL("margin", "Hz",
             "Margin: the smaller rate of the patterns that differ, less that for 1 and 1",
             "Margin of the patterns that differ",
             "the smaller of rate_01 and rate_10, minus rate_11",
             .chance = {"not solved below", 0}, .better = 1),
    AM_FIGURE("solved", "", "Solved (1) or not (0)", "1 if both are above rate_11, else 0",
              .better = 1),
};

typedef struct state {
  uint64_t shown;                  /* patterns that were begun */
  uint64_t end;                    /* step at which the present one ends */
  int64_t sign;                    /* of its reward */
  uint64_t spikes[KEPT][PATTERNS]; /* of the output, in the epoch % KEPT; one is under way */
  uint64_t first[PATTERNS];        /* in the first WINDOW epochs */
} state;

static const char *const inputs[INPUTS] = {"A", "A-inhibitory", "B", "B-inhibitory"};

static amine_status find(int *output, int population[INPUTS], int n[INPUTS], const am_stage *stage,
                         amine_error *error) {
  for (int k = 0; k < INPUTS; k++) {
    const char *model;
    AM_TRY(am_stage_find(stage, "xor", inputs[k], &population[k], &n[k], error));
    amine_brain_population(stage->brain, population[k], NULL, &model);
    if (strcmp(model, "spikes") != 0 || n[k] > NEURONS_MAX)
      return am_fail(error, AMINE_ERROR_ARGUMENT,
                     "the protocol xor needs at most %d neurons of the model \"spikes\" in \"%s\"; "
                     "this brain has %d of \"%s\"",
                     NEURONS_MAX, inputs[k], n[k], model);
  }
  return am_stage_find(stage, "xor", "output", output, NULL, error);
}

static amine_status start(void *s, am_stage *stage, amine_error *error) {
  int output, population[INPUTS], n[INPUTS];
  (void)s;
  return find(&output, population, n, stage, error);
}

/* The pattern at a place of its epoch: 0 to 3, the first input is bit 1. */
static int pattern_at(const am_stage *stage, uint64_t shown) {
  int order[PATTERNS] = {0, 1, 2, 3};
  const am_random4 random = am_stage_random(stage, (uint32_t)(shown / PATTERNS), 0);
  for (int k = PATTERNS - 1; k > 0; k--) {
    const int j = (int)am_below(random.v[k], (uint32_t)k + 1), kept = order[k];
    order[k] = order[j];
    order[j] = kept;
  }
  return order[shown % PATTERNS];
}

/* Poisson trains of one population, step by step from now on. */
static amine_status tell(const am_stage *stage, uint64_t shown, int input, int population, int n,
                         uint64_t steps, amine_error *error) {
  const double p = -expm1(-stage->parameters[RATE_HZ].number * stage->dt_ms * 1e-3);
  const size_t room = (size_t)steps * (size_t)n;
  int *neurons = am_alloc(room, sizeof *neurons);
  double *times = am_alloc(room, sizeof *times);
  amine_status status = neurons && times ? AMINE_OK : am_fail_memory(error, room * 12);
  size_t count = 0;
  for (uint64_t i = 0; i < room && status == AMINE_OK; i++) {
    const uint32_t what = (uint32_t)(shown * INPUTS + (uint64_t)input);
    if (!am_stage_chance(stage, what, 1 + (uint32_t)(i / 4), (int)(i % 4), p)) continue;
    neurons[count] = (int)(i % (uint64_t)n);
    times[count++] = ((double)(stage->now + i / (uint64_t)n) + 0.25) * stage->dt_ms;
  }
  if (status == AMINE_OK)
    status = amine_brain_add_spikes(stage->brain, population, neurons, times, count, error);
  am_free(neurons);
  am_free(times);
  return status;
}

static amine_status show(state *s, const int population[INPUTS], const int n[INPUTS],
                         am_stage *stage, amine_error *error) {
  const int pattern = pattern_at(stage, s->shown);
  const uint64_t steps = am_stage_key_steps(stage, PATTERN_MS);
  for (int k = 0; k < INPUTS; k++)
    if (pattern >> (k < 2) & 1) AM_TRY(tell(stage, s->shown, k, population[k], n[k], steps, error));
  const bool one = (pattern == 1) | (pattern == 2);
  const bool luck = am_stage_random(stage, (uint32_t)s->shown, UINT32_MAX).v[0] & 1;
  s->sign = (stage->parameters[TARGET].number == 0 ? one : luck) ? 1 : -1;
  if (s->shown % PATTERNS == 0)
    for (int k = 0; k < PATTERNS; k++) s->spikes[s->shown / PATTERNS % KEPT][k] = 0;
  s->shown++;
  s->end = stage->now + steps;
  am_stage_note(stage, AMINE_EVENT_CUE, pattern);
  return AMINE_OK;
}

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  int output, population[INPUTS], n[INPUTS];
  AM_TRY(find(&output, population, n, stage, error));
  for (size_t k = 0; k < stage->n_spikes; k++) {
    if (stage->spikes[k].population != output) continue;
    const int pattern = pattern_at(stage, s->shown - 1);
    s->spikes[(s->shown - 1) / PATTERNS % KEPT][pattern]++;
    if ((s->shown - 1) / PATTERNS < WINDOW) s->first[pattern]++;
    AM_TRY(amine_brain_reward(stage->brain, (double)s->sign, error));
  }
  if (stage->now == s->end) AM_TRY(show(s, population, n, stage, error));
  *until = stage->now + 1; /* a reward belongs to the step that has just ended */
  return AMINE_OK;
}

static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  const uint64_t steps = am_stage_key_steps(stage, PATTERN_MS);
  if (s->shown == 0) return s->end == 0 && s->sign == 0; /* not yet begun */
  if (s->sign != 1 && s->sign != -1) return false;
  for (int k = 0; k < KEPT; k++)
    for (int j = 0; j < PATTERNS; j++)
      if (s->spikes[k][j] > (uint64_t)1 << 48 || s->first[j] > (uint64_t)1 << 48) return false;
  return s->end / steps == s->shown && s->end % steps == 0 && s->end >= stage->now &&
         s->end - stage->now <= steps;
}

static double seconds_of(const am_stage *stage) {
  return (double)am_stage_key_steps(stage, PATTERN_MS) * stage->dt_ms * 1e-3;
}

/* Whole epochs. */
static uint64_t epochs_of(const state *s, const am_stage *stage) {
  const uint64_t ended = s->shown > 0 && stage->now < s->end ? s->shown - 1 : s->shown;
  return ended / PATTERNS;
}

static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  const double seconds = seconds_of(stage);
  const uint64_t epochs = epochs_of(s, stage), n = epochs < WINDOW ? epochs : WINDOW;
  for (int k = 0; k < PATTERNS; k++) {
    double spikes = 0;
    for (uint64_t j = epochs - n; j < epochs; j++) spikes += (double)s->spikes[j % KEPT][k];
    values[k] = am_ratio(spikes, (double)n) / seconds;
  }
  values[4] = fmin(values[1], values[2]) - values[3];
  values[5] = n > 0 ? values[4] > 0 : (double)NAN;
}

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  static const char *const parts[] = {"first 20 epochs", "last 20 epochs"};
  static const char *const labels[] = {"0 0", "0 1", "1 0", "1 1"};
  const state *s = v;
  double values[2][PATTERNS], measures_now[sizeof measures / sizeof *measures];
  if (epochs_of(s, stage) < WINDOW) return;
  measure(measures_now, v, stage);
  for (int k = 0; k < PATTERNS; k++) {
    values[0][k] = (double)s->first[k] / WINDOW / seconds_of(stage);
    values[1][k] = measures_now[k];
  }
  am_picture_bars(pictures,
                  &(am_bars_picture){.title = "What the output makes of the four patterns",
                                     .meaning = "0 1 and 1 0 are rewarded, 0 0 and 1 1 punished.",
                                     .x_title = "first and second input",
                                     .y_title = "rate of the output, Hz",
                                     .n_parts = 2,
                                     .n_labels = PATTERNS,
                                     .parts = parts,
                                     .labels = labels,
                                     .values = values[0],
                                     .marked = -1});
}

const am_protocol am_protocol_xor = {
    .name = "xor",
    .meaning = "two inputs, coded by rates; output spikes are rewarded where just one is on",
    .title = "XOR of two rates, learned from reward",
    .story = "Two inputs fire, or are silent: four patterns. Every spike of the output neuron is "
             "rewarded where just one input is on, and punished where both are the same. No sum of "
             "the two inputs can tell these apart: the hidden neurons have to learn something of "
             "their own.",
    .headline = "For one input alone the output fires at {rate_01} and {rate_10}, for both "
                "at {rate_11}, for none at {rate_00}: a margin of {margin}",
    .needs = "populations A, A-inhibitory, B, B-inhibitory (of model spikes, at most 1024 "
             "neurons) and output",
    AM_KEYS(keys),
    AM_MEASURES(measures),
    .moves = "dopamine",
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .measure = measure,
    .picture = picture};
