/* Attention under uncertainty: norepinephrine raises the gain while a network does not know.
 *
 *   cc attention.c $(pkg-config --cflags --libs amine) -lm -o attention && ./attention
 *
 * Four detectors, populations of 20 neurons, wait for a stimulus of 400 ms at one of them, half of
 * them weak, half strong; in every third trial none comes. The detector that has fired most while it
 * was there has seen it, if it has reached a criterion; each condition is judged at the criterion
 * that is best for it. Spikes cost: score = hits - false alarms - 0.1 (spikes of a neuron in a
 * second). Every 20 ms the network's uncertainty is measured from its own spikes of the last 100 ms:
 * with shares p_k of the detectors, each counted one spike too high,
 * uncertainty = (1 - sum p_k^2) K / (K - 1), 1 if all fire alike (or none at all), 0 if one alone
 * does. It goes to norepinephrine:
 *     level = clip01(0.5 uncertainty),   input * (1 + 4 level).
 * Control: the same seeds, norepinephrine clamped; of eleven levels that with the best score. */
#include "effect.h"
#include <string.h>

enum {
  K = 4,
  NEURONS = 20,
  TRIALS = 150,
  GAP_MS = 200,
  STIMULUS_MS = 400,
  LOOK_MS = 20,
  BINS = 5,
  COUNTS = 256
};

#define WEAK 1.5
#define STRONG 12
#define COST 0.1 /* of a spike of each neuron in a second */

typedef struct outcome {
  double hits, false_alarms, rate_hz, gain;
} outcome;

typedef struct net {
  amine_brain *brain;
  int detectors[K];
  uint64_t seen[K];     /* spikes until the last look */
  double bins[BINS][K]; /* spikes between the last looks */
  int looks;
  double gain; /* sum over looks */
} net;

static void build(net *n, uint64_t seed) {
  amine_error error;
  amine_chemical_config config = amine_chemical_config_default();
  amine_chemical chemical;
  memset(n, 0, sizeof *n);
  config.norepinephrine.baseline = 0;
  config.norepinephrine.gain_modulation = 4;
  config.norepinephrine.tau_ms = 100;
  must(amine_chemical_init(&chemical, &config), NULL);
  must(amine_brain_create(&n->brain, 1, seed, &error), &error);
  must(amine_brain_set_chemical(n->brain, &chemical, 1, &error), &error);
  for (int k = 0; k < K; k++) {
    char name[] = {'d', (char)('1' + k), 0};
    must(amine_brain_add_population(n->brain, &n->detectors[k], name, NEURONS, "lif", NULL, 0,
                                    &error),
         &error);
    must(amine_brain_target(n->brain, n->detectors[k], AMINE_EFFECT_GAIN, 0, 0, &error), &error);
    must(amine_brain_set_current(n->brain, n->detectors[k], 0, 45, &error), &error);
  }
  for (int i = 0; i < K * K; i++) { /* detectors inhibit each other */
    amine_projection p = amine_projection_default();
    p.source = n->detectors[i / K], p.target = n->detectors[i % K], p.weight = -0.3;
    if (i / K != i % K) must(amine_brain_connect(n->brain, NULL, &p, &error), &error);
  }
}

/* Counts the spikes of the last 20 ms, measures the uncertainty, tells norepinephrine. */
static void look(net *n, double spikes[K]) {
  amine_chemical *chemical = amine_brain_chemical(n->brain);
  double counts[K], sum = 0, squares = 0;
  for (int k = 0; k < K; k++) {
    const uint64_t now = amine_brain_spike_count(n->brain, n->detectors[k]);
    n->bins[n->looks % BINS][k] = (double)(now - n->seen[k]);
    spikes[k] += (double)(now - n->seen[k]);
    n->seen[k] = now;
    counts[k] = 1;
    for (int bin = 0; bin < BINS; bin++) counts[k] += n->bins[bin][k];
    sum += counts[k];
  }
  for (int k = 0; k < K; k++) squares += counts[k] * counts[k] / (sum * sum);
  const double uncertainty = (1 - squares) * K / (K - 1);
  (void)amine_chemical_process_uncertainty(chemical, (float)uncertainty, 0);
  n->gain += (double)amine_norepinephrine_gain(&chemical->norepinephrine);
  n->looks++;
}

/* Lets time pass; spikes [K] are added up. */
static void wait(net *n, int ms, double spikes[K]) {
  amine_error error;
  for (int t = 0; t < ms; t += LOOK_MS) {
    must(amine_brain_run(n->brain, LOOK_MS, &error), &error);
    look(n, spikes);
  }
}

/* The criterion with the largest hits - false alarms. */
static outcome judge(const int right[COUNTS], const int none[COUNTS], int stimuli) {
  outcome best = {0};
  int hits = 0, false_alarms = 0;
  for (int criterion = COUNTS - 1; criterion > 0; criterion--) {
    hits += right[criterion], false_alarms += none[criterion];
    const outcome o = {.hits = (double)hits / stimuli,
                       .false_alarms = (double)false_alarms / (TRIALS - stimuli)};
    if (o.hits - o.false_alarms > best.hits - best.false_alarms) best = o;
  }
  return best;
}

/* level: where norepinephrine is clamped, below 0: it is free. */
static outcome run(uint64_t seed, double level) {
  amine_error error;
  net n;
  uint64_t random = seed;
  int stimuli = 0, right[COUNTS] = {0}, none[COUNTS] = {0}; /* trials by spikes of the winner */
  build(&n, seed);
  if (level >= 0)
    must(amine_norepinephrine_clamp(&amine_brain_chemical(n.brain)->norepinephrine, (float)level),
         NULL);
  for (int t = 0; t < TRIALS; t++) {
    double spikes[K] = {0};
    wait(&n, GAP_MS, spikes);
    const int stimulus = uniform(&random) < 1.0 / 3 ? -1 : (int)(K * uniform(&random));
    const double current = uniform(&random) < 0.5 ? WEAK : STRONG;
    if (stimulus >= 0)
      must(amine_brain_set_current(n.brain, n.detectors[stimulus], current, 45, &error), &error);
    memset(spikes, 0, sizeof spikes);
    wait(&n, STIMULUS_MS, spikes);
    int best = 0;
    for (int k = 1; k < K; k++)
      if (spikes[k] > spikes[best]) best = k;
    const int count = spikes[best] < COUNTS ? (int)spikes[best] : COUNTS - 1;
    stimuli += stimulus >= 0;
    if (stimulus < 0) none[count]++;
    else if (best == stimulus) right[count]++;
    if (stimulus >= 0)
      must(amine_brain_set_current(n.brain, n.detectors[stimulus], 0, 45, &error), &error);
  }
  outcome o = judge(right, none, stimuli);
  for (int k = 0; k < K; k++)
    o.rate_hz += (double)n.seen[k] / (K * NEURONS) / (TRIALS * (GAP_MS + STIMULUS_MS) * 1e-3);
  o.gain = n.gain / n.looks;
  amine_brain_destroy(n.brain);
  return o;
}

typedef struct condition {
  double hits[SEEDS], false_alarms[SEEDS], rate_hz[SEEDS], score[SEEDS], gain[SEEDS];
} condition;

static condition run_all(uint64_t first, double level) {
  condition c;
  for (int i = 0; i < SEEDS; i++) {
    const outcome o = run(first + (uint64_t)i, level);
    c.hits[i] = o.hits, c.false_alarms[i] = o.false_alarms, c.rate_hz[i] = o.rate_hz;
    c.gain[i] = o.gain;
    c.score[i] = o.hits - o.false_alarms - COST * o.rate_hz;
  }
  return c;
}

int main(int argc, char **argv) {
  const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 100;
  const double levels[] = {0, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.7, 1};
  const condition free_one = run_all(first, -1);
  condition best = {0};
  double most = -1, half;
  for (size_t k = 0; k < sizeof levels / sizeof *levels; k++) {
    const condition c = run_all(first, levels[k]);
    const double score = mean_of(c.score, &half);
    printf("clamped at %-4g            score %.3f +- %.3f\n", levels[k], score, half);
    if (score > most) best = c, most = score;
  }
  print_effect("mean gain", free_one.gain, best.gain);
  print_effect("hits", free_one.hits, best.hits);
  print_effect("false alarms", free_one.false_alarms, best.false_alarms);
  print_effect("rate, Hz", free_one.rate_hz, best.rate_hz);
  return print_effect("score", free_one.score, best.score) > 0 ? 0 : 1;
}
