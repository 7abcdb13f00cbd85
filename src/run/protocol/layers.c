/* Spontaneous activity of up to eight populations, one by one: what each of the layers of a cortical
 * network does by itself. Nothing is done to it. Every bin_ms its spikes are counted; what is
 * measured from settle_s on is what it is in. The populations are the first eight of the brain. */
#include <math.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/steps.h"
#include "run/protocol/activity_statistics.h"
#include "run/protocol/protocols.h"

enum { LAYERS = 8, OF_EACH = 5, ALL = 1 };
enum { SETTLE_S, BIN_MS };
static const amine_parameter keys[] = {
    AM_NUMBER("settle_s", 0.5, 0, 1e6, "s", "not measured at the beginning"),
    AM_NUMBER("bin_ms", 2, 0.5, 100, "ms", "in which spikes are counted"),
};

#define LATER(name, unit, text)                                                                    \
  AM_CURVE(name "_2", unit, "of the second", text " second"),                                      \
      AM_CURVE(name "_3", unit, "of the third", text " third"),                                    \
      AM_CURVE(name "_4", unit, "of the fourth", text " fourth"),                                  \
      AM_CURVE(name "_5", unit, "of the fifth", text " fifth"),                                    \
      AM_CURVE(name "_6", unit, "of the sixth", text " sixth"),                                    \
      AM_CURVE(name "_7", unit, "of the seventh", text " seventh"),                                \
      AM_CURVE(name "_8", unit, "of the eighth", text " eighth")
static const am_measure measures[] = {
    AM_PANEL("rate_1", "Hz", "Mean rates since the network has settled", "Rate of the first",
             "mean rate of the first population"),
    LATER("rate", "Hz", "mean rate of the"),
    AM_PANEL("cv_1", "", "Irregularity: CV of the intervals between a neuron's spikes",
             "CV of the first",
             "mean CV of the intervals between the spikes of a neuron of the first",
             .best = {"Poisson", 1}),
    LATER("cv", "", "mean CV of the intervals of the"),
    AM_PANEL("cv_peak_1", "", "Where the distribution of the CV over the neurons has its peak",
             "Peak of the CV, first", "the most usual CV of a neuron of the first"),
    LATER("cv_peak", "", "the most usual CV of a neuron of the"),
    AM_PANEL("correlation_1", "", "Correlation of the spike counts of two neurons of a population",
             "Correlation in the first",
             "mean correlation of the counts of two neurons of the first",
             .chance = {"independent", 0}),
    LATER("correlation", "", "mean correlation of the counts of two neurons of the"),
    AM_PANEL("synchrony_1", "",
             "Synchrony: variance over mean of the number of a population's spikes in a fifth of a "
             "bin",
             "Synchrony of the first", "variance over mean of the number of spikes of the first",
             .chance = {"independent", 1}),
    LATER("synchrony", "", "variance over mean of the number of spikes of the"),
    AM_FIGURE("rate", "Hz", "Mean rate", "mean rate of all that are measured"),
};
_Static_assert(sizeof measures / sizeof *measures == OF_EACH * LAYERS + ALL, "five of each");

typedef struct state {
  uint64_t begun; /* the first bin has begun */
  am_activity layers[LAYERS];
} state;

static int n_layers(const am_stage *stage) {
  const int n = amine_brain_n_populations(stage->brain);
  return n < LAYERS ? n : LAYERS;
}

static am_activity_plan plan_of(const am_stage *stage, int layer) {
  am_activity_plan p = {.recent_bins = 1};
  amine_brain_population(stage->brain, layer, &p.n[0], NULL);
  p.bin_steps = AM_ACTIVITY_PARTS *
                am_steps_or_one(stage->parameters[BIN_MS].number, AM_ACTIVITY_PARTS * stage->dt_ms);
  p.settle_bins =
      am_steps(1e3 * stage->parameters[SETTLE_S].number, stage->dt_ms * (double)p.bin_steps);
  return p;
}

/* All but a bin is in whole bins. */
static double grain_ms(int key, const am_stage *stage) {
  const uint64_t steps = key == BIN_MS ? AM_ACTIVITY_PARTS : plan_of(stage, 0).bin_steps;
  return (double)steps * stage->dt_ms;
}

/* The spikes of the bin that is over, which come in the order of their steps, layer by layer. */
static amine_status look(state *s, const am_stage *stage, amine_error *error) {
  am_activity_spike *spikes = am_alloc(stage->n_spikes + 1, sizeof *spikes);
  if (!spikes) return am_fail_memory(error, am_size_mul(stage->n_spikes + 1, sizeof *spikes));
  for (int layer = 0; layer < n_layers(stage); layer++) {
    const am_activity_plan p = plan_of(stage, layer);
    const uint64_t begin = s->layers[layer].bins * p.bin_steps;
    size_t n = 0;
    for (size_t k = 0; k < stage->n_spikes; k++) {
      const am_spike *from = &stage->spikes[k];
      if (from->population != layer) continue;
      spikes[n++] = (am_activity_spike){from->step - begin, 0, from->neuron};
    }
    am_activity_bin(&s->layers[layer], &p, spikes, n);
  }
  am_free(spikes);
  return AMINE_OK;
}

static amine_status advance(void *v, am_stage *stage, uint64_t *until, amine_error *error) {
  state *s = v;
  if (s->begun) AM_TRY(look(s, stage, error));
  s->begun = 1;
  *until = stage->now + plan_of(stage, 0).bin_steps;
  return AMINE_OK;
}

static bool check(const void *v, const am_stage *stage) {
  const state *s = v;
  if (s->begun > 1) return false;
  for (int layer = 0; layer < LAYERS; layer++) {
    const am_activity *a = &s->layers[layer];
    if (a->bins != (layer < n_layers(stage) ? s->layers[0].bins : 0)) return false;
    if (layer >= n_layers(stage)) continue;
    const am_activity_plan p = plan_of(stage, layer);
    if ((s->begun == 0 && a->bins > 0) || a->bins > stage->now / p.bin_steps) return false;
    if (!am_activity_check(a, &p)) return false;
  }
  return true;
}

static void measure(double *values, const void *v, const am_stage *stage) {
  const state *s = v;
  const double hz = 1e3 / stage->dt_ms; /* a spike each step */
  double spikes = 0, neurons = 0;
  for (int k = 0; k < OF_EACH * LAYERS; k++) values[k] = (double)NAN;
  for (int layer = 0; layer < n_layers(stage); layer++) {
    const am_activity *a = &s->layers[layer];
    const am_activity_plan p = plan_of(stage, layer);
    values[layer] = hz * am_activity_rate(a, &p, true, false);
    values[LAYERS + layer] = am_activity_cv(a, &p, true, false);
    values[2 * LAYERS + layer] = am_activity_cv_peak(a, &p, 0);
    values[3 * LAYERS + layer] = am_activity_correlation(a, &p);
    values[4 * LAYERS + layer] = am_activity_synchrony(a, &p);
    spikes += values[layer] * p.n[0];
    neurons += p.n[0];
  }
  values[OF_EACH * LAYERS] = spikes / neurons;
}

const am_protocol am_protocol_layers = {
    .name = "layers",
    .meaning = "a network by itself, population by population: rates, irregularity, correlation",
    .title = "A network by itself, population by population",
    .headline =
        "Its neurons fire at {rate}; the first of its populations at {rate_1}, with a CV of "
        "{cv_1} (0 is a clock, 1 is chance)",
    AM_KEYS(keys),
    AM_MEASURES(measures),
    .state_size = sizeof(state),
    .advance = advance,
    .check = check,
    .grain_ms = grain_ms,
    .measure = measure};
