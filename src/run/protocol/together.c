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
#include "run/protocol/protocols.h"

enum { STEPS, REWARD_EVERY, PUNISHMENT_EVERY, PUNISHMENT_FROM, UNCERTAINTY_EVERY };
static const amine_parameter keys[] = {
    AM_INTEGER("steps", 1000, 1, 1e9, "ms", "how many; then nothing more is done"),
    AM_INTEGER("reward_every", 100, 1, 1e9, "ms", "between two rewards"),
    AM_INTEGER("punishment_every", 150, 1, 1e9, "ms", "between two punishments"),
    AM_INTEGER("punishment_from", 50, 0, 1e9, "ms", "the first one"),
    AM_INTEGER("uncertainty_every", 200, 1, 1e9, "ms", "between two uncertainties"),
};
static const am_measure measures[] = {
    AM_PANEL("rate_hz", "Hz", "Rate of the excitatory neurons", "Rate of the excitatory neurons",
             "mean rate of E"),
    AM_PANEL("learning", "", "How far a weight has moved", "Change of a weight",
             "mean |change| of a weight from E to E"),
    AM_FIGURE("dopamine", "", "Mean level of dopamine", "mean level"),
    AM_FIGURE("serotonin", "", "Mean level of serotonin", "mean level"),
    AM_FIGURE("norepinephrine", "", "Mean level of norepinephrine", "mean level"),
    AM_FIGURE("acetylcholine", "", "Mean level of acetylcholine", "mean level"),
    AM_FIGURE("orexin", "", "Mean level of orexin", "mean level"),
};

enum { REWARD, PUNISHMENT, UNCERTAINTY, N_EVENTS };
enum { PARTS = 200 }; /* of its steps, for the picture */

typedef struct state {
  uint64_t step;
  double expected, weight;                 /* weight: at first */
  double levels[AM_N_MODULATORS];          /* sums over the steps */
  double parts[AM_N_MODULATORS][PARTS];    /* likewise, over the steps of a part */
  double moved[N_EVENTS][AM_N_MODULATORS]; /* sums over the events of a kind */
  uint64_t n_events[N_EVENTS];
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

/* The first event of a kind, and how long it is to the next. */
static uint64_t first_event(const am_stage *stage, int event) {
  return event == PUNISHMENT ? parameter(stage, PUNISHMENT_FROM) : 0;
}

static uint64_t event_every(const am_stage *stage, int event) {
  const int keys_of[N_EVENTS] = {REWARD_EVERY, PUNISHMENT_EVERY, UNCERTAINTY_EVERY};
  return parameter(stage, keys_of[event]);
}

static bool comes(const am_stage *stage, int event, uint64_t step) {
  const uint64_t from = first_event(stage, event);
  return step >= from && (step - from) % event_every(stage, event) == 0;
}

static void happen(state *s, am_stage *stage, int event) {
  switch (event) {
  case REWARD: s->expected += 0.1 * am_stage_reward(stage, 1, s->expected); break;
  case PUNISHMENT: am_stage_punish(stage, 0.6, 0.2); break;
  default: am_stage_uncertain(stage, 0.6, 0.3);
  }
}

static void events(state *s, am_stage *stage) {
  for (int event = 0; event < N_EVENTS; event++) {
    double before[AM_N_MODULATORS];
    if (!comes(stage, event, s->step)) continue;
    for (int k = 0; k < AM_N_MODULATORS; k++)
      before[k] = am_stage_level(stage, am_modulator_names[k]);
    happen(s, stage, event);
    for (int k = 0; k < AM_N_MODULATORS; k++)
      s->moved[event][k] += am_stage_level(stage, am_modulator_names[k]) - before[k];
    s->n_events[event]++;
  }
}

/* Step t is in the part t PARTS / steps, rounded down, which begins at this step. */
static uint64_t first_of(uint64_t part, uint64_t steps) {
  return (part * steps + PARTS - 1) / PARTS;
}

static void add_levels(state *s, const am_stage *stage) {
  const uint64_t part = s->step * PARTS / parameter(stage, STEPS);
  for (int k = 0; k < AM_N_MODULATORS; k++) {
    const double level = am_stage_level(stage, am_modulator_names[k]);
    s->levels[k] += level;
    s->parts[k][part] += level;
  }
}

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  (void)error;
  while (tick(stage, s->step) <= stage->now) {
    if (s->step >= parameter(stage, STEPS)) return AMINE_OK;
    events(s, stage);
    add_levels(s, stage);
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
  for (int k = 0; k < AM_N_MODULATORS; k++) {
    fine = fine && isfinite(s->levels[k]);
    for (int part = 0; part < PARTS; part++) fine = fine && isfinite(s->parts[k][part]);
    for (int event = 0; event < N_EVENTS; event++) fine = fine && isfinite(s->moved[event][k]);
  }
  return fine;
}

static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  int E;
  if (s->step == 0 || stage->now == 0) return;
  if (am_stage_find(stage, "together", "E", &E, NULL, NULL) == AMINE_OK)
    values[0] = am_stage_rate_hz(stage, E);
  values[1] = mean_weight(stage, s->weight);
  for (int k = 0; k < AM_N_MODULATORS; k++) values[2 + k] = s->levels[k] / (double)s->step;
}

/* ------------------------------------------------------------------------------ its world */
static const char *const event_names[N_EVENTS] = {"reward", "punishment", "uncertainty"};

/* When events of a kind came; 0 if they are more than can be told apart. */
enum { DOTS_MAX = 500 };
static size_t dots_of(double *x, double *y, const state *s, const am_stage *stage, int event) {
  const uint64_t every = event_every(stage, event);
  size_t n = 0;
  for (uint64_t step = first_event(stage, event); step < s->step; step += every) {
    if (n == DOTS_MAX) return 0;
    x[n] = (double)step;
    y[n++] = 1.05 + 0.05 * event;
  }
  return n;
}

/* The levels of all, and above them the events. */
static void picture_levels(am_pictures *pictures, const state *s, const am_stage *stage) {
  const uint64_t steps = parameter(stage, STEPS);
  double x[PARTS], y[AM_N_MODULATORS][PARTS], at[N_EVENTS][DOTS_MAX], height[N_EVENTS][DOTS_MAX];
  am_course_line lines[AM_N_MODULATORS + N_EVENTS];
  int n_lines = 0;
  size_t n = 0;
  for (uint64_t part = 0; part < PARTS; part++) {
    const uint64_t from = first_of(part, steps), to = first_of(part + 1, steps);
    if (to == from || to > s->step) continue;
    for (int k = 0; k < AM_N_MODULATORS; k++) y[k][n] = s->parts[k][part] / (double)(to - from);
    x[n++] = 0.5 * (double)(from + to - 1);
  }
  for (int k = 0; k < AM_N_MODULATORS; k++)
    lines[n_lines++] = (am_course_line){.label = am_modulator_names[k], .x = x, .y = y[k], .n = n};
  for (int k = 0; k < N_EVENTS; k++) {
    const size_t n_dots = dots_of(at[k], height[k], s, stage, k);
    if (n_dots > 0)
      lines[n_lines++] = (am_course_line){
          .label = event_names[k], .x = at[k], .y = height[k], .n = n_dots, .dots = true};
  }
  if (n > 0)
    am_picture_course(pictures,
                      &(am_course_picture){.title = "The levels, and what moved them",
                                           .meaning = "The level of each modulator; a dot above "
                                                      "them is an event.",
                                           .x_title = "ms",
                                           .y_title = "level, from 0 to 1",
                                           .lines = lines,
                                           .n_lines = n_lines});
}

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  static const char *const parts[] = {"mean of all events of a kind"};
  const state *s = v;
  double values[N_EVENTS][AM_N_MODULATORS];
  for (int event = 0; event < N_EVENTS; event++)
    for (int k = 0; k < AM_N_MODULATORS; k++)
      values[event][k] = s->moved[event][k] / (double)s->n_events[event];
  picture_levels(pictures, s, stage);
  am_picture_table(pictures,
                   &(am_table_picture){.title = "How far an event moves each level",
                                       .meaning = "The level just after an event less that just "
                                                  "before it.",
                                       .unit = "change of the level",
                                       .row_title = "event",
                                       .x_title = "modulator",
                                       .n_parts = 1,
                                       .n_rows = N_EVENTS,
                                       .n_columns = AM_N_MODULATORS,
                                       .parts = parts,
                                       .rows = event_names,
                                       .columns = am_modulator_names,
                                       .values = values[0],
                                       .low = -0.5,
                                       .high = 0.5});
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
    AM_KEYS(keys),
    AM_MEASURES(measures),
    .control = "dopamine|serotonin|norepinephrine|acetylcholine|orexin",
    .moves = "dopamine|serotonin|norepinephrine|acetylcholine",
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .grain_ms = grain_ms,
    .measure = measure,
    .picture = picture};
