/* Reinforcement: a spiking network learns by trial and error which action is right for which cue.
 *
 *   cc reinforcement.c $(pkg-config --cflags --libs amine) -lm -o reinforcement && ./reinforcement
 *
 * Three cues, three actions. A cue makes its 30 neurons fire for 200 ms; they reach all action
 * neurons through synapses that learn. The three action populations excite themselves and inhibit
 * each other through a common pool; the one with most spikes is the action. Cue k wants action k:
 * reward 1, else 0. Dopamine carries delta = reward - expected, and expected follows by
 * 0.1 delta. Synapses remember for 200 ms which spikes met in them (eligibility), and
 *     dw/dt = M c,   M = 2 (level - baseline): less than expected means depression.
 * Noise in the action populations explores. Control: the same seeds, dopamine clamped at its
 * baseline, M = 0; what remains is chance, 1/3. */
#include "effect.h"

enum { CUES = 3, CUE_NEURONS = 30, ACTION_NEURONS = 20, TRIALS = 300, LAST = 100 };
enum { CUE_MS = 200, PAUSE_MS = 100 };

typedef struct net {
  amine_brain *brain;
  int cue, actions[CUES], inhibition;
} net;

static void join(net *n, int from, int to, double weight) {
  amine_error error;
  amine_projection p = amine_projection_default();
  p.source = from, p.target = to, p.weight = weight;
  must(amine_brain_connect(n->brain, NULL, &p, &error), &error);
}

static void build(net *n, uint64_t seed) {
  amine_error error;
  const char *const names[CUES] = {"left", "middle", "right"};
  const amine_value learning[] = {
      {"w_max", 2.5}, {"tau_c_ms", 200}, {"a_plus", 0.01}, {"a_minus", 0.005}};
  amine_chemical_config config = amine_chemical_config_default();
  amine_chemical chemical;
  config.dopamine.tau_ms = 50; /* after an event it goes back within 50 ms or so */
  must(amine_chemical_init(&chemical, &config), NULL);
  must(amine_brain_create(&n->brain, 1, seed, &error), &error);
  must(amine_brain_set_chemical(n->brain, &chemical, 1, &error), &error);
  amine_brain *b = n->brain;
  must(amine_brain_add_population(b, &n->cue, "cue", CUES * CUE_NEURONS, "lif", NULL, 0, &error),
       &error);
  for (int a = 0; a < CUES; a++)
    must(amine_brain_add_population(b, &n->actions[a], names[a], ACTION_NEURONS, "lif", NULL, 0,
                                    &error),
         &error);
  must(amine_brain_add_population(b, &n->inhibition, "inhibition", 20, "lif", NULL, 0, &error),
       &error);
  for (int a = 0; a < CUES; a++) {
    amine_projection p = amine_projection_default();
    p.source = n->cue, p.target = n->actions[a];
    p.weight = 0.3, p.weight_max = 0.7; /* uniform, in mV */
    p.rule = "da-stdp", p.values = learning, p.n_values = 4, p.factor = AMINE_FACTOR_SIGNED;
    must(amine_brain_connect(b, NULL, &p, &error), &error);
    join(n, n->actions[a], n->actions[a], 0.2);
    join(n, n->actions[a], n->inhibition, 0.5);
    join(n, n->inhibition, n->actions[a], -0.5);
    must(amine_brain_set_current(b, n->actions[a], 6, 60, &error), &error);
  }
  must(amine_brain_set_current(b, n->cue, 0, 60, &error), &error); /* alone too little to fire */
  /* Dopamine is to act on learning alone: neither gain nor threshold change here. */
  for (int p = 0; p < amine_brain_n_populations(b); p++)
    must(amine_brain_target(b, p, AMINE_EFFECT_LEARNING, 0, 0, &error), &error);
}

/* Shows a cue; the action population that fires most. */
static int choose(net *n, int cue, uint64_t *random) {
  amine_error error;
  float currents[CUES * CUE_NEURONS] = {0};
  uint64_t before[CUES];
  int best = 0;
  double most = -1;
  for (int i = 0; i < CUE_NEURONS; i++) currents[cue * CUE_NEURONS + i] = 13;
  for (int a = 0; a < CUES; a++) before[a] = amine_brain_spike_count(n->brain, n->actions[a]);
  must(amine_brain_set_currents(n->brain, n->cue, currents, &error), &error);
  must(amine_brain_run(n->brain, CUE_MS, &error), &error);
  must(amine_brain_set_currents(n->brain, n->cue, NULL, &error), &error);
  for (int a = 0; a < CUES; a++) { /* less than a spike of chance decides between equals */
    const double spikes =
        (double)(amine_brain_spike_count(n->brain, n->actions[a]) - before[a]) + uniform(random);
    if (spikes > most) most = spikes, best = a;
  }
  return best;
}

/* The fraction of right choices in the last trials. */
static double run(uint64_t seed, int clamped) {
  amine_error error;
  net n;
  uint64_t random = seed;
  double expected = 0;
  int right = 0;
  build(&n, seed);
  amine_chemical *chemical = amine_brain_chemical(n.brain);
  if (clamped) must(amine_dopamine_clamp(&chemical->dopamine, 0.5f), NULL);
  for (int t = 0; t < TRIALS; t++) {
    const int cue = (int)(CUES * uniform(&random));
    const int reward = choose(&n, cue, &random) == cue;
    expected +=
        0.1 * (double)amine_chemical_process_reward(chemical, (float)reward, (float)expected);
    must(amine_brain_run(n.brain, PAUSE_MS, &error), &error);
    if (t >= TRIALS - LAST) right += reward;
  }
  amine_brain_destroy(n.brain);
  return (double)right / LAST;
}

int main(int argc, char **argv) {
  const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 100;
  double treated[SEEDS], control[SEEDS];
  for (int i = 0; i < SEEDS; i++) {
    treated[i] = run(first + (uint64_t)i, 0);
    control[i] = run(first + (uint64_t)i, 1);
  }
  return print_effect("right choices", treated, control) > 0 ? 0 : 1;
}
