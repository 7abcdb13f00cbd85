/* All modulators at once: rewards, punishments and uncertainty in fixed rhythms, counted in
 * milliseconds.
 *
 *     every reward_every           reward 1, of which `expected` is expected; that follows by 0.1
 *     every punishment_every       punishment 0.6, stress 0.2; first at punishment_from
 *     every uncertainty_every      uncertainty 0.6, novelty 0.3
 *
 * Measures are taken of the population "E" and of the first projection from it to itself, whose
 * weights are all equal at first. Control: all five at their baselines. The same by the library:
 * examples/together.c. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/steps.h"
#include "modulator/systems.h"
#include "run/protocols.h"

enum { STEPS, REWARD_EVERY, PUNISHMENT_EVERY, PUNISHMENT_FROM, UNCERTAINTY_EVERY };
static const am_key keys[] = {
    {"steps", AM_KEY_INTEGER, 1000, 1, 1e9, NULL, "ms", "how many; then nothing more is done",
     true},
    {"reward_every", AM_KEY_INTEGER, 100, 1, 1e9, NULL, "ms", "between two rewards", true},
    {"punishment_every", AM_KEY_INTEGER, 150, 1, 1e9, NULL, "ms", "between two punishments", true},
    {"punishment_from", AM_KEY_INTEGER, 50, 0, 1e9, NULL, "ms", "the first one", true},
    {"uncertainty_every", AM_KEY_INTEGER, 200, 1, 1e9, NULL, "ms", "between two uncertainties",
     true},
};
static const am_measure measures[] = {
    {.name = "rate_hz",
     .unit = "Hz",
     .meaning = "mean rate of E",
     .title = "Rate of the excitatory neurons",
     .panel = "Rate of the excitatory neurons"},
    {.name = "learning",
     .unit = "",
     .meaning = "mean |change| of a weight from E to E",
     .title = "Change of a weight",
     .panel = "How far a weight has moved"},
    {.name = "dopamine",
     .unit = "",
     .meaning = "mean level",
     .title = "Mean level of dopamine",
     .figure = true},
    {.name = "serotonin",
     .unit = "",
     .meaning = "mean level",
     .title = "Mean level of serotonin",
     .figure = true},
    {.name = "norepinephrine",
     .unit = "",
     .meaning = "mean level",
     .title = "Mean level of norepinephrine",
     .figure = true},
    {.name = "acetylcholine",
     .unit = "",
     .meaning = "mean level",
     .title = "Mean level of acetylcholine",
     .figure = true},
    {.name = "orexin",
     .unit = "",
     .meaning = "mean level",
     .title = "Mean level of orexin",
     .figure = true},
};

typedef struct state {
  uint64_t step;
  double expected, weight;        /* weight: at first */
  double levels[AM_N_MODULATORS]; /* sums over the steps */
} state;

static int projection_within(const am_stage *stage, int population) {
  for (int k = 0; k < amine_brain_n_projections(stage->brain); k++) {
    int source, target;
    amine_brain_projection(stage->brain, k, &source, &target, NULL);
    if (source == population && target == population) return k;
  }
  return -1;
}

/* Mean of |w - from|; NAN if there are no weights, or no memory to read them. */
static double mean_weight(const am_stage *stage, double from) {
  int population;
  size_t n = 0;
  double sum = 0;
  if (am_stage_find(stage, "together", "E", &population, NULL, NULL) != AMINE_OK)
    return (double)NAN;
  const int k = projection_within(stage, population);
  if (k >= 0) amine_brain_projection(stage->brain, k, NULL, NULL, &n);
  float *weights = am_alloc(n, sizeof *weights);
  if (!weights || n == 0 ||
      amine_brain_synapses(stage->brain, k, "w", NULL, NULL, NULL, weights, NULL) != AMINE_OK)
    n = 0;
  for (size_t i = 0; i < n; i++) sum += fabs((double)weights[i] - from);
  am_free(weights);
  return n > 0 ? sum / (double)n : (double)NAN;
}

static amine_status start(void *v, am_stage *stage, amine_error *error) {
  state *s = v;
  int population;
  AM_TRY(am_stage_find(stage, "together", "E", &population, NULL, error));
  s->weight = mean_weight(stage, 0);
  if (isnan(s->weight))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the protocol together needs a projection from \"E\" to itself");
  return AMINE_OK;
}

static uint64_t parameter(const am_stage *stage, int key) {
  return (uint64_t)stage->parameters[key].number;
}

/* The step of a millisecond. */
static uint64_t tick(const am_stage *stage, uint64_t ms) { return am_tick(ms, 1, stage->dt_ms); }

static void events(state *s, am_stage *stage) {
  const uint64_t from = parameter(stage, PUNISHMENT_FROM);
  if (s->step % parameter(stage, REWARD_EVERY) == 0)
    s->expected += 0.1 * am_stage_reward(stage, 1, s->expected);
  if (s->step >= from && (s->step - from) % parameter(stage, PUNISHMENT_EVERY) == 0)
    am_stage_punish(stage, 0.6, 0.2);
  if (s->step % parameter(stage, UNCERTAINTY_EVERY) == 0) am_stage_uncertain(stage, 0.6, 0.3);
}

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  (void)error;
  while (tick(stage, s->step) <= stage->now) {
    if (s->step >= parameter(stage, STEPS)) return AMINE_OK;
    events(s, stage);
    for (int k = 0; k < AM_N_MODULATORS; k++)
      s->levels[k] += am_stage_level(stage, am_modulator_names[k]);
    s->step++;
  }
  *until = tick(stage, s->step);
  return AMINE_OK;
}

/* All are counted in ms, each of which comes at the nearest step. */
static double grain_ms(int key, const am_stage *stage) {
  (void)key, (void)stage;
  return 0;
}

static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  bool fine = s->step <= parameter(stage, STEPS) && isfinite(s->expected) && isfinite(s->weight);
  for (int k = 0; k < AM_N_MODULATORS; k++) fine = fine && isfinite(s->levels[k]);
  return fine;
}

static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  int E, n;
  if (s->step == 0 || stage->now == 0) return;
  if (am_stage_find(stage, "together", "E", &E, &n, NULL) == AMINE_OK)
    values[0] = (double)amine_brain_spike_count(stage->brain, E) / n /
                ((double)stage->now * stage->dt_ms * 1e-3);
  values[1] = mean_weight(stage, s->weight);
  for (int k = 0; k < AM_N_MODULATORS; k++) values[2 + k] = s->levels[k] / (double)s->step;
}

const am_protocol am_protocol_together = {
    .name = "together",
    .meaning = "reward, punishment and uncertainty in fixed rhythms reach all modulators",
    .title = "All modulators at once",
    .story = "Rewards, punishments and uncertainty come in fixed rhythms, and each moves the "
             "modulators that answer it. They change how readily the neurons fire, and how fast "
             "the connections between the excitatory neurons change.",
    .headline = "The excitatory neurons fired at {rate_hz}, and a weight between them moved by "
                "{learning} on average",
    .needs = "population E with a projection to itself",
    .keys = keys,
    .n_keys = sizeof keys / sizeof *keys,
    .measures = measures,
    .n_measures = sizeof measures / sizeof *measures,
    .control = "dopamine|serotonin|norepinephrine|acetylcholine|orexin",
    .moves = "dopamine|serotonin|norepinephrine|acetylcholine",
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .grain_ms = grain_ms,
    .measure = measure};
