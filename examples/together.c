/* All five modulators at once: 1,000 steps with rewards, punishments and uncertainty.
 *
 *   cc together.c $(pkg-config --cflags --libs amine) -lm -o together && ./together
 *
 * Reward 1 every 100 steps, punishment 0.6 with stress 0.2 every 150 from step 50, uncertainty 0.6
 * with novelty 0.3 every 200. After each step all levels are compared with the equations, computed
 * here a second time:
 *     dopamine        0.5 + delta, delta = reward - expected; expected follows by 0.1 delta
 *     serotonin       0.5 - 0.5 (punishment + stress)
 *     norepinephrine  0.5 + 0.5 (uncertainty + novelty)
 *     acetylcholine   0.5 + 0.5 novelty               orexin: no event, stays at its baseline
 * clipped to [0, 1], then 0.005 toward 0.5 each step. They act on a network of 100 neurons: gain,
 * threshold, learning (dopamine times acetylcholine). Control: all clamped at their baselines. */
#include "effect.h"
#include <string.h>

enum { STEPS = 1000, E_NEURONS = 80, I_NEURONS = 20, SYSTEMS = 5 };
static const char *const names[SYSTEMS] = {"dopamine", "serotonin", "norepinephrine",
                                           "acetylcholine", "orexin"};

typedef struct outcome {
  double rate_hz, learning, error; /* mean change of a weight; largest error of a level */
} outcome;

static amine_brain *build(uint64_t seed, int *E, int *learning) {
  amine_error error;
  amine_brain *b;
  amine_chemical_config config = amine_chemical_config_default();
  amine_chemical chemical;
  int I;
  config.acetylcholine_on = config.orexin_on = true;
  config.dopamine.decay_rate = config.serotonin.decay_rate = config.norepinephrine.decay_rate =
      config.acetylcholine.decay_rate = config.orexin.decay_rate = 0.005f;
  must(amine_chemical_init(&chemical, &config), NULL);
  must(amine_brain_create(&b, 1, seed, &error), &error);
  must(amine_brain_set_chemical(b, &chemical, 1, &error), &error);
  must(amine_brain_add_population(b, E, "E", E_NEURONS, "lif", NULL, 0, &error), &error);
  must(amine_brain_add_population(b, &I, "I", I_NEURONS, "lif", NULL, 0, &error), &error);
  must(amine_brain_set_poisson(b, *E, AMINE_RECEPTOR_1, 1000, 0.4, &error), &error);
  must(amine_brain_set_poisson(b, I, AMINE_RECEPTOR_1, 1000, 0.35, &error), &error);
  amine_projection p = amine_projection_default();
  p.connect = AMINE_CONNECT_PROBABILITY, p.probability = 0.2;
  p.source = *E, p.target = I, p.weight = 0.3;
  must(amine_brain_connect(b, NULL, &p, &error), &error);
  p.source = I, p.target = *E, p.weight = -0.6;
  must(amine_brain_connect(b, NULL, &p, &error), &error);
  p.source = p.target = *E, p.weight = 0.3, p.rule = "stdp", p.factor = AMINE_FACTOR_ALL;
  must(amine_brain_connect(b, learning, &p, &error), &error);
  return b;
}

static double clip01(double x) { return x < 0 ? 0 : x > 1 ? 1 : x; }

/* The events of a step, told to the brain and to the equations. Returns how many there were. */
static int events(amine_chemical *c, double levels[SYSTEMS], double *expected, int step) {
  int n = 0;
  if (step % 100 == 0) {
    (void)amine_chemical_process_reward(c, 1, (float)*expected);
    levels[0] = clip01(0.5 + 1 - *expected);
    *expected += 0.1 * (1 - *expected);
    n++;
  }
  if (step % 150 == 50) {
    (void)amine_chemical_process_punishment(c, 0.6f, 0.2f);
    levels[1] = clip01(0.5 - 0.5 * (0.6 + 0.2));
    n++;
  }
  if (step % 200 == 0) {
    (void)amine_chemical_process_uncertainty(c, 0.6f, 0.3f);
    levels[2] = clip01(0.5 + 0.5 * (0.6 + 0.3));
    levels[3] = clip01(0.5 + 0.5 * 0.3);
    n++;
  }
  return n;
}

static void print_levels(const amine_chemical *c, int step) {
  printf("%4d  %-8s%-12s%-12s", step, step % 100 ? "" : "reward",
         step % 150 == 50 ? "punishment" : "", step % 200 ? "" : "uncertainty");
  for (int k = 0; k < SYSTEMS; k++) {
    float level = 0;
    (void)amine_chemical_get_state(c, &level, names[k]);
    printf("  %*.3f", (int)strlen(names[k]), (double)level);
  }
  puts("");
}

static void clamp_all(amine_chemical *c) {
  must(amine_dopamine_clamp(&c->dopamine, 0.5f), NULL);
  must(amine_serotonin_clamp(&c->serotonin, 0.5f), NULL);
  must(amine_norepinephrine_clamp(&c->norepinephrine, 0.5f), NULL);
  must(amine_acetylcholine_clamp(&c->acetylcholine, 0.5f), NULL);
  must(amine_orexin_clamp(&c->orexin, 0.5f), NULL);
}

static outcome run(uint64_t seed, int clamped, int print) {
  amine_error error;
  int E, learning;
  double levels[SYSTEMS] = {0.5, 0.5, 0.5, 0.5, 0.5}, expected = 0;
  outcome o = {0};
  amine_brain *b = build(seed, &E, &learning);
  amine_chemical *c = amine_brain_chemical(b);
  if (clamped) clamp_all(c);
  for (int step = 0; step < STEPS; step++) {
    if (events(c, levels, &expected, step) > 0 && print) print_levels(c, step);
    must(amine_brain_run(b, 1, &error), &error);
    for (int k = 0; k < SYSTEMS; k++) { /* the equations again: 0.005 toward the baseline */
      const double away = levels[k] - 0.5;
      float level = 0;
      levels[k] = fabs(away) <= 0.005 ? 0.5 : levels[k] - copysign(0.005, away);
      (void)amine_chemical_get_state(c, &level, names[k]);
      o.error = fmax(o.error, fabs((double)level - (clamped ? 0.5 : levels[k])));
    }
  }
  size_t n;
  amine_brain_projection(b, learning, NULL, NULL, &n);
  float *weights = malloc(n * sizeof *weights);
  if (!weights) exit(1);
  must(amine_brain_synapses(b, learning, "w", NULL, NULL, NULL, weights, &error), &error);
  for (size_t i = 0; i < n; i++) o.learning += fabs((double)weights[i] - 0.3) / (double)n;
  free(weights);
  o.rate_hz = (double)amine_brain_spike_count(b, E) / E_NEURONS; /* in one second */
  amine_brain_destroy(b);
  return o;
}

int main(int argc, char **argv) {
  const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 100;
  double rate_hz[2][SEEDS], learning[2][SEEDS], worst = 0;
  printf("step%34s", "");
  for (int k = 0; k < SYSTEMS; k++) printf("  %s", names[k]);
  puts("");
  for (int i = 0; i < SEEDS; i++)
    for (int c = 0; c < 2; c++) {
      const outcome o = run(first + (uint64_t)i, c, i == 0 && c == 0);
      rate_hz[c][i] = o.rate_hz, learning[c][i] = 1000 * o.learning;
      worst = fmax(worst, o.error);
    }
  printf("largest difference between a level and the equations: %.1e\n", worst);
  const int faster = print_effect("rate of E, Hz", rate_hz[0], rate_hz[1]);
  const int learns = print_effect("mean |dw|, 1/1000", learning[0], learning[1]);
  return worst < 1e-6 && faster > 0 && learns > 0 ? 0 : 1;
}
