/* Behavioural inhibition: serotonin holds back responses in a go/no-go task.
 *
 *   cc inhibition.c $(pkg-config --cflags --libs amine) -lm -o inhibition && ./inhibition
 *
 * Either cue, go or no-go, drives the response population alike: that is the impulse. The no-go cue
 * also drives the brake, which inhibits the response, but it comes late: its axons take 20 ms. It
 * is a race. A response is CRITERION spikes of the response population while the cue is there (200
 * ms). Serotonin raises that population's threshold: rest + (threshold - rest) (1 + 0.5 level) 15
 * mV above rest become 18.75 at level 0.5 and 21 at 0.8 Serotonin is clamped at 0.8 against, with
 * the same seeds, 0.5, its baseline. */
#include "effect.h"

enum { CUE_NEURONS = 40, NEURONS = 20, TRIALS = 200, CUE_MS = 200, GAP_MS = 150, CRITERION = 10 };

typedef struct net {
  amine_brain *brain;
  int cues[2], response, brake; /* cues: go, no-go */
} net;

typedef struct outcome {
  double go, no_go, latency_ms; /* of go responses */
} outcome;

static void add(net *n, int *id, const char *name, int size, double tau_m_ms, unsigned effects) {
  amine_error error;
  const amine_value membrane = {"tau_m_ms", tau_m_ms};
  must(amine_brain_add_population(n->brain, id, name, size, "lif", &membrane, 1, &error), &error);
  must(amine_brain_target(n->brain, *id, effects, 0, 0, &error), &error);
  must(amine_brain_set_current(n->brain, *id, 0, 60, &error), &error); /* too little to fire */
}

static void join(net *n, int from, int to, double weight, double delay_ms) {
  amine_error error;
  amine_projection p = amine_projection_default();
  p.source = from, p.target = to, p.weight = weight, p.delay_ms = delay_ms;
  must(amine_brain_connect(n->brain, NULL, &p, &error), &error);
}

static void build(net *n, uint64_t seed, float serotonin) {
  amine_error error;
  amine_chemical chemical;
  must(amine_chemical_init(&chemical, NULL), NULL);
  must(amine_brain_create(&n->brain, 1, seed, &error), &error);
  must(amine_brain_set_chemical(n->brain, &chemical, 1, &error), &error);
  add(n, &n->cues[0], "go", CUE_NEURONS, 20, 0);
  add(n, &n->cues[1], "no-go", CUE_NEURONS, 20, 0);
  add(n, &n->response, "response", NEURONS, 50, AMINE_EFFECT_THRESHOLD);
  add(n, &n->brake, "brake", NEURONS, 20, 0);
  join(n, n->cues[0], n->response, 0.9, 1);
  join(n, n->cues[1], n->response, 0.9, 1);
  join(n, n->cues[1], n->brake, 1.2, 20);
  join(n, n->brake, n->response, -1, 1);
  must(amine_serotonin_clamp(&amine_brain_chemical(n->brain)->serotonin, serotonin), NULL);
}

/* Shows a cue; how long it took to respond, or -1. */
static int respond(net *n, int cue, double strength) {
  amine_error error;
  const uint64_t before = amine_brain_spike_count(n->brain, n->response);
  int latency = -1;
  must(amine_brain_set_current(n->brain, n->cues[cue], strength, 60, &error), &error);
  for (int ms = 5; ms <= CUE_MS; ms += 5) {
    must(amine_brain_run(n->brain, 5, &error), &error);
    if (latency < 0 && amine_brain_spike_count(n->brain, n->response) - before >= CRITERION)
      latency = ms;
  }
  must(amine_brain_set_current(n->brain, n->cues[cue], 0, 60, &error), &error);
  must(amine_brain_run(n->brain, GAP_MS, &error), &error);
  return latency;
}

static outcome run(uint64_t seed, float serotonin) {
  net n;
  uint64_t random = seed;
  int shown[2] = {0}, responses[2] = {0};
  double latency_ms = 0;
  build(&n, seed, serotonin);
  for (int t = 0; t < TRIALS; t++) {
    const int cue = uniform(&random) < 0.5;            /* 0 go, 1 no-go */
    const double strength = 13 + 3 * uniform(&random); /* some cues are clearer than others */
    const int latency = respond(&n, cue, strength);
    shown[cue]++;
    responses[cue] += latency >= 0;
    if (cue == 0 && latency >= 0) latency_ms += latency;
  }
  amine_brain_destroy(n.brain);
  return (outcome){(double)responses[0] / shown[0], (double)responses[1] / shown[1],
                   latency_ms / responses[0]};
}

int main(int argc, char **argv) {
  const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 100;
  double go[2][SEEDS], no_go[2][SEEDS], latency_ms[2][SEEDS];
  for (int i = 0; i < SEEDS; i++)
    for (int c = 0; c < 2; c++) {
      const outcome o = run(first + (uint64_t)i, c == 0 ? 0.8f : 0.5f);
      go[c][i] = o.go, no_go[c][i] = o.no_go, latency_ms[c][i] = o.latency_ms;
    }
  puts("serotonin 0.8, control 0.5");
  print_effect("responses to go", go[0], go[1]);
  print_effect("latency, ms", latency_ms[0], latency_ms[1]);
  return print_effect("responses to no-go", no_go[0], no_go[1]) < 0 ? 0 : 1;
}
