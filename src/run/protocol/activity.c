/* Spontaneous activity: what a network of excitatory and inhibitory neurons does by itself.
 *
 * At the start membrane potentials are scattered, V uniform in [v_low_mv, v_high_mv), and for
 * kick_ms the first kick_n neurons of the population `first` are kicked by kick_mv every
 * kick_every_ms; after that nothing is done to it any more. Every bin_ms its spikes are counted.
 * What is measured from settle_s on is what the network is in; "now" is the last second.
 * The populations are given by their numbers; both must be recorded, as they are by default. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/steps.h"
#include "run/protocol/activity_statistics.h"
#include "run/protocol/protocols.h"

enum { KICK_MAX = 1024, NOW_MS = 1000 };
enum {
  FIRST,
  SECOND,
  SETTLE_S,
  BIN_MS,
  V_LOW_MV,
  V_HIGH_MV,
  KICK_N,
  KICK_MV,
  KICK_MS,
  KICK_EVERY_MS
};
static const amine_parameter keys[] = {
    AM_INTEGER("first", 0, 0, 999, "",
               "number of the population of rate_e (excitatory neurons); counted from 0"),
    AM_INTEGER("second", 1, 0, 999, "",
               "number of that of rate_i (inhibitory ones); the first again: there is none"),
    AM_NUMBER("settle_s", 0.5, 0, 1e6, "s", "not measured at the beginning"),
    AM_NUMBER("bin_ms", 5, 1, 100, "ms", "in which spikes are counted"),
    AM_NUMBER("v_low_mv", 0, -1000, 1000, "mV", "lower end of the potentials at the start"),
    AM_NUMBER("v_high_mv", 0, -1000, 1000, "mV",
              "upper end; not above the lower one: they are left alone"),
    AM_INTEGER("kick_n", 0, 0, KICK_MAX, "",
               "the first so many neurons are kicked at the start; 0: none"),
    AM_NUMBER("kick_mv", 20, -1000, 1000, "mV", "a kick"),
    AM_NUMBER("kick_ms", 50, 0, 1e6, "ms", "how long there are kicks"),
    AM_NUMBER("kick_every_ms", 10, 1, 1e6, "ms", "from one to the next"),
};
static const am_measure measures[] = {
    AM_PANEL("rate", "Hz", "Mean rates since the network has settled", "Mean rate",
             "mean rate of both populations"),
    AM_CURVE("rate_e", "Hz", "Mean rate of the first population", "of the first"),
    AM_CURVE("rate_i", "Hz", "Mean rate of the second population", "of the second"),
    AM_PANEL("cv", "", "Irregularity: CV of the intervals between a neuron's spikes",
             "Irregularity (CV)", "mean CV of the intervals between the spikes of a neuron",
             .best = {"Poisson", 1}),
    AM_CURVE("cv_e", "", "Irregularity of the first population", "of the first population"),
    AM_CURVE("cv_i", "", "Irregularity of the second population", "of the second"),
    AM_PANEL("correlation", "", "Correlation of the spike counts of two neurons",
             "Correlation of two neurons", "mean correlation of the spike counts of two neurons",
             .chance = {"independent", 0}),
    AM_PANEL("synchrony", "",
             "Synchrony: variance over mean of the number of all spikes in a fifth of a bin",
             "Synchrony", "variance over mean of the number of all spikes in a fifth of a bin",
             .chance = {"independent", 1}),
    AM_FIGURE("silent", "", "Silent neurons", "share of the neurons that did not fire"),
    AM_PANEL("now", "Hz", "Rates of the last second", "Rate, last second",
             "mean rate of the last second"),
    AM_CURVE("now_e", "Hz", "Rate of the first population, last second", "of the first population"),
    AM_FIGURE("alive_s", "s", "Time of the last spike",
              "time of the last spike; 0 if there was none"),
};

typedef struct state {
  uint64_t begun; /* the first bin has begun */
  am_activity activity;
} state;

static uint64_t bins_of(const am_stage *stage, const am_activity_plan *p, double ms) {
  return am_steps(ms, stage->dt_ms * (double)p->bin_steps);
}

/* The size of a population that is given by its number; 0 if there is none. */
static int size_of(const am_stage *stage, int key) {
  const int k = (int)stage->parameters[key].number;
  int n = 0;
  if (key == SECOND && k == (int)stage->parameters[FIRST].number) return 0;
  if (k < amine_brain_n_populations(stage->brain))
    amine_brain_population(stage->brain, k, &n, NULL);
  return n;
}

static am_activity_plan plan_of(const am_stage *stage) {
  am_activity_plan p = {.n = {size_of(stage, FIRST), size_of(stage, SECOND)}};
  p.bin_steps = AM_ACTIVITY_PARTS *
                am_steps_or_one(stage->parameters[BIN_MS].number, AM_ACTIVITY_PARTS * stage->dt_ms);
  p.settle_bins = bins_of(stage, &p, 1e3 * stage->parameters[SETTLE_S].number);
  p.recent_bins = bins_of(stage, &p, NOW_MS);
  if (p.recent_bins < 1) p.recent_bins = 1;
  if (p.recent_bins > AM_ACTIVITY_RECENT) p.recent_bins = AM_ACTIVITY_RECENT;
  return p;
}

/* All but a bin is in whole bins. */
static double grain_ms(int key, const am_stage *stage) {
  const uint64_t steps = key == BIN_MS ? AM_ACTIVITY_PARTS : plan_of(stage).bin_steps;
  return (double)steps * stage->dt_ms;
}

/* ------------------------------------------------------------------------------ acting */
static amine_status scatter(am_stage *stage, int key, amine_error *error) {
  const int population = (int)stage->parameters[key].number, n = size_of(stage, key);
  const double low = stage->parameters[V_LOW_MV].number;
  const double width = stage->parameters[V_HIGH_MV].number - low;
  if (!(width > 0) || n == 0) return AMINE_OK;
  float *v = am_alloc((size_t)n, sizeof *v);
  if (!v) return am_fail_memory(error, am_size_mul((size_t)n, sizeof *v));
  for (int i = 0; i < n; i++) {
    const am_random4 u = am_stage_random(stage, (uint32_t)population, (uint32_t)i / 4);
    v[i] = (float)(low + width * (double)am_uniform(u.v[i % 4]));
  }
  const amine_status status = amine_brain_set(stage->brain, population, "v", v, error);
  am_free(v);
  return status;
}

static amine_status kick(am_stage *stage, const am_activity_plan *p, uint64_t bin,
                         amine_error *error) {
  int neurons[KICK_MAX];
  const int n = (int)stage->parameters[KICK_N].number;
  uint64_t every = bins_of(stage, p, stage->parameters[KICK_EVERY_MS].number);
  if (every < 1) every = 1;
  if (n == 0 || bin % every || bin >= bins_of(stage, p, stage->parameters[KICK_MS].number))
    return AMINE_OK;
  for (int k = 0; k < n; k++) neurons[k] = k;
  return amine_brain_kick(stage->brain, (int)stage->parameters[FIRST].number, neurons, n,
                          stage->parameters[KICK_MV].number, error);
}

static amine_status start(void *v, am_stage *stage, amine_error *error) {
  const int first = (int)stage->parameters[FIRST].number;
  const int second = (int)stage->parameters[SECOND].number;
  const int kicked = (int)stage->parameters[KICK_N].number;
  const int all = amine_brain_n_populations(stage->brain), most = first > second ? first : second;
  (void)v;
  if (most >= all)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the protocol activity needs a population number %d, counted from 0; this brain "
                   "has %d (protocol.first, protocol.second; the same twice: only one)",
                   most, all);
  if (kicked > size_of(stage, FIRST))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "protocol.kick_n=%d: the population has only %d neurons", kicked,
                   size_of(stage, FIRST));
  AM_TRY(scatter(stage, FIRST, error));
  return scatter(stage, SECOND, error);
}

/* The spikes of the bin that is over, of both populations. They come in the order of their steps.
 */
static amine_status look(state *s, const am_activity_plan *p, const am_stage *stage,
                         amine_error *error) {
  const int first = (int)stage->parameters[FIRST].number;
  const int second = (int)stage->parameters[SECOND].number;
  const uint64_t begin = s->activity.bins * p->bin_steps;
  size_t n = 0;
  am_activity_spike *spikes = am_alloc(stage->n_spikes + 1, sizeof *spikes);
  if (!spikes) return am_fail_memory(error, am_size_mul(stage->n_spikes + 1, sizeof *spikes));
  for (size_t k = 0; k < stage->n_spikes; k++) {
    const am_spike *from = &stage->spikes[k];
    if (from->population != first && from->population != second) continue;
    spikes[n++] = (am_activity_spike){from->step - begin, from->population == second, from->neuron};
  }
  am_activity_bin(&s->activity, p, spikes, n);
  am_free(spikes);
  return AMINE_OK;
}

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  const am_activity_plan p = plan_of(stage);
  if (s->begun) AM_TRY(look(s, &p, stage, error));
  s->begun = 1;
  *until = stage->now + p.bin_steps;
  return kick(stage, &p, s->activity.bins, error);
}

/* ------------------------------------------------------------------------------ measuring */
static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  const am_activity_plan p = plan_of(stage);
  if (s->begun > 1 || (s->begun == 0 && s->activity.bins > 0)) return false;
  if (p.n[0] == 0) return false;
  return s->activity.bins <= stage->now / p.bin_steps && am_activity_check(&s->activity, &p);
}

static void measure(double *values, const void *v, const am_stage *stage) {
  const am_activity *a = &((const state *)v)->activity;
  const am_activity_plan p = plan_of(stage);
  const double hz = 1e3 / stage->dt_ms; /* a spike each step */
  values[0] = hz * am_activity_rate(a, &p, true, true);
  values[1] = hz * am_activity_rate(a, &p, true, false);
  values[2] = hz * am_activity_rate(a, &p, false, true);
  values[3] = am_activity_cv(a, &p, true, true);
  values[4] = am_activity_cv(a, &p, true, false);
  values[5] = am_activity_cv(a, &p, false, true);
  values[6] = am_activity_correlation(a, &p);
  values[7] = am_activity_synchrony(a, &p);
  values[8] = am_activity_silent(a, &p);
  values[9] = hz * am_activity_now(a, &p, true, true);
  values[10] = hz * am_activity_now(a, &p, true, false);
  values[11] = a->ever > 0 ? (double)a->last * stage->dt_ms * 1e-3 : 0;
}

/* ------------------------------------------------------------------------------ its world */
static double rate_of(const am_activity *a, const am_stage *stage, int population, int k) {
  const am_activity_plan p = plan_of(stage);
  return 1e3 / stage->dt_ms * am_activity_rate_of(a, &p, population, k);
}

static double cv_of(const am_activity *a, const am_stage *stage, int population, int k) {
  (void)stage;
  return am_activity_cv_of(a, population, k);
}

/* How a figure of one neuron is spread over those that are looked at: a line for each population,
 * and, unless it is NAN, one down at what it is `known` to be. */
static void picture_spread(am_pictures *pictures, am_course_picture p, const am_activity *a,
                           const am_stage *stage,
                           double (*of)(const am_activity *, const am_stage *, int, int),
                           const char *known_label, double known) {
  const am_activity_plan plan = plan_of(stage);
  double x[AM_ACTIVITY_POPULATIONS][AM_SPREAD_BINS], y[AM_ACTIVITY_POPULATIONS][AM_SPREAD_BINS];
  double high = isfinite(known) ? 1.2 * known : 0, top = 0, many = 0;
  am_course_line lines[AM_ACTIVITY_POPULATIONS + 1];
  for (int g = 0; g < AM_ACTIVITY_POPULATIONS; g++)
    for (int k = 0; k < am_activity_looked(&plan, g); k++) high = fmax(high, of(a, stage, g, k));
  for (int g = 0; g < AM_ACTIVITY_POPULATIONS; g++) {
    am_spread spread = {.low = 0, .high = high > 0 ? high : 1};
    const int population = (int)stage->parameters[g == 0 ? FIRST : SECOND].number;
    for (int k = 0; k < am_activity_looked(&plan, g); k++)
      am_spread_add(&spread, of(a, stage, g, k));
    many += spread.n;
    top = fmax(top, am_spread_line(x[g], y[g], &spread));
    if (spread.n > 0)
      lines[p.n_lines++] =
          (am_course_line){.label = amine_brain_population(stage->brain, population, NULL, NULL),
                           .x = x[g],
                           .y = y[g],
                           .n = AM_SPREAD_BINS};
  }
  const double known_x[] = {known, known}, known_y[] = {0, top};
  if (isfinite(known))
    lines[p.n_lines++] = (am_course_line){.label = known_label, .x = known_x, .y = known_y, .n = 2};
  p.lines = lines;
  if (many > 0) am_picture_course(pictures, &p);
}

static void picture(am_pictures *pictures, const void *v, const am_stage *stage) {
  const am_activity *a = &((const state *)v)->activity;
  picture_spread(pictures,
                 (am_course_picture){.title = "How fast each neuron fires",
                                     .meaning = "The rates of single neurons since the network "
                                                "has settled; of a large population those of a "
                                                "thousand.",
                                     .x_title = "rate, Hz",
                                     .y_title = "share of the neurons"},
                 a, stage, rate_of, NULL, (double)NAN);
  picture_spread(pictures,
                 (am_course_picture){.title = "How irregularly each neuron fires",
                                     .meaning = "The CV of the intervals between two spikes of a "
                                                "neuron, of those that have fired ten times: 0 is "
                                                "a clock, 1 is chance.",
                                     .x_title = "CV",
                                     .y_title = "share of the neurons"},
                 a, stage, cv_of, "a Poisson process", 1);
}

const am_protocol am_protocol_activity = {
    .name = "activity",
    .meaning = "a network by itself: its rates, irregularity, correlation and synchrony",
    .title = "A network by itself",
    .headline = "Its neurons fire at {rate}, with a CV of {cv} (0 is a clock, 1 is chance) and a "
                "correlation of {correlation}",
    .needs = "any population: those numbered protocol.first and protocol.second",
    AM_KEYS(keys),
    AM_MEASURES(measures),
    .state_size = sizeof(state),
    .start = start,
    .advance = advance,
    .check = check,
    .grain_ms = grain_ms,
    .measure = measure,
    .picture = picture};
