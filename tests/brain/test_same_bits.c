/* The same bits: small networks that together hold every neuron model, every rule, every way to
 * connect and every input are run, and all that can be seen of them is hashed. The hash must not
 * depend on the number of threads, on the instruction set, on where a run was cut into pieces, or
 * on where it was saved and taken up again; and it must be the one in
 * tests/data/same_bits_brain.txt, whatever compiled this: gcc or clang, -O0 or -O3, x86 or Arm.
 *
 *   test_same_bits FILE [I/N]           checks; of all lines k those with k % N == I
 *   test_same_bits FILE --widest [I/N]  the same with one thread and the widest kernels, for emulators
 *   test_same_bits FILE --write         writes the file anew, after a change that is meant to change
 *                                       bits
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amine/brain.h"
#include "amine/kernel.h"
#include "folder.h"
#include "part.h"

static amine_error error;

static void must(amine_status status) {
  if (status == AMINE_OK) return;
  printf("FAILED: %s\n", error.message);
  exit(1);
}

/* ------------------------------------------------------------------------------ short ways */
#define VALUES(...)                                                                                \
  (const amine_value[]){__VA_ARGS__},                                                              \
      (int)(sizeof((const amine_value[]){__VA_ARGS__}) / sizeof(amine_value))

/* Populations are called A, B, C, … */
static int population(amine_brain *b, int n, const char *model, const amine_value *values,
                      int n_values) {
  int id;
  const char name[2] = {(char)('A' + amine_brain_n_populations(b)), 0};
  must(amine_brain_add_population(b, &id, name, n, model, values, n_values, &error));
  return id;
}

static amine_projection from_to(int source, int target, amine_connect connect, double weight) {
  amine_projection p = amine_projection_default();
  p.source = source, p.target = target, p.connect = connect, p.weight = weight;
  return p;
}

static amine_projection by_chance(int source, int target, double probability, double weight) {
  amine_projection p = from_to(source, target, AMINE_CONNECT_PROBABILITY, weight);
  p.probability = probability;
  return p;
}

static void learns(amine_projection *p, const char *rule, const amine_value *values, int n_values) {
  p->rule = rule, p->values = values, p->n_values = n_values;
}

static void join(amine_brain *b, const amine_projection *p) {
  must(amine_brain_connect(b, NULL, p, &error));
}

static void current(amine_brain *b, int p, double mean, double uniform) {
  must(amine_brain_set_current(b, p, mean, uniform, &error));
}

static void poisson(amine_brain *b, int p, amine_receptor receptor, double hz, double weight) {
  must(amine_brain_set_poisson(b, p, receptor, hz, weight, &error));
}

/* Neuron k fires every `every` + k % 7 steps, some twice in a step. */
static void tell(amine_brain *b, int p, int n, int every, int until) {
  static int neurons[20000];
  static double times[20000];
  size_t count = 0;
  for (int i = 0; i < n; i++)
    for (int at = i % every; at < until; at += every + i % 7)
      for (int twice = 0; twice < 1 + (i % 5 == 0) && count < 20000; twice++) {
        neurons[count] = i;
        times[count++] = at * amine_brain_dt(b);
      }
  must(amine_brain_add_spikes(b, p, neurons, times, count, &error));
}

/* --------------------------------------------------------------------------- the networks */
/* Fixed weights that are counted: two lanes share a weight, a third has its own. */
static void lif_counts(amine_brain *b) {
  const int E = population(b, 200, "lif", VALUES({"tau_e_ms", 5}, {"tau_i_ms", 10}));
  const int I = population(b, 51, "lif", NULL, 0);
  amine_projection p = by_chance(E, E, 0.1, 3);
  join(b, &p);
  p = by_chance(E, I, 0.2, 0.9);
  join(b, &p);
  p = by_chance(I, E, 0.2, -5);
  p.receptor = AMINE_RECEPTOR_2, p.delay_ms = 2;
  join(b, &p);
  p = by_chance(E, E, 0.05, 3);
  p.delay_max_ms = 9;
  join(b, &p);
  p = by_chance(E, E, 0.02, 1.3);
  join(b, &p);
  current(b, E, 17, 8);
  current(b, I, 15, 4);
}

static void conductances(amine_brain *b) {
  const int E = population(b, 240, "lif-cond", NULL, 0), I = population(b, 60, "lif-cond", NULL, 0);
  for (int k = 0; k < 4; k++) {
    amine_projection p = by_chance(k / 2 ? I : E, k % 2 ? I : E, 0.1, k / 2 ? 67 : 6);
    p.receptor = k / 2 ? AMINE_RECEPTOR_2 : AMINE_RECEPTOR_1;
    p.weight_max = k == 3 ? 80 : -1;
    p.delay_ms = 0.1;
    join(b, &p);
  }
  poisson(b, E, AMINE_RECEPTOR_1, 2400, 2.5);
  poisson(b, E, AMINE_RECEPTOR_2, 300, 1.5);
  poisson(b, I, AMINE_RECEPTOR_1, 2000, 2.5);
}

static void conductances_event(amine_brain *b, uint64_t step) {
  poisson(b, 0, AMINE_RECEPTOR_2, step % 40 ? 0 : 300, 1.5);
  poisson(b, 1, AMINE_RECEPTOR_1, 2000 + (double)step, 2.5);
}

/* Rewards, and an eligibility so short that epochs pass. */
static void rewarded(amine_brain *b) {
  const int E = population(b, 160, "izhikevich", NULL, 0);
  const int I = population(b, 40, "izhikevich", VALUES({"a", 0.1}, {"d", 2}));
  float c[160], d[160];
  for (int i = 0; i < 160; i++) {
    c[i] = -65 + 15 * (float)(i * i) / (160 * 160);
    d[i] = 8 - 6 * (float)(i * i) / (160 * 160);
  }
  must(amine_brain_set_parameter(b, E, "c", c, &error));
  must(amine_brain_set_parameter(b, E, "d", d, &error));
  amine_projection p = from_to(E, E, AMINE_CONNECT_OUT, 5);
  p.n_out = 20, p.delay_max_ms = 20;
  learns(&p, "da-stdp", VALUES({"tau_c_ms", 8}, {"tau_d_ms", 30}, {"w_max", 10}, {"b", 0.01}));
  join(b, &p);
  p = from_to(E, I, AMINE_CONNECT_OUT, 8);
  p.n_out = 8;
  learns(&p, "da-stdp", VALUES({"tau_c_ms", 20}, {"nearest", 1}, {"weight_decay", 0.001}));
  join(b, &p);
  p = from_to(I, E, AMINE_CONNECT_OUT, -5);
  p.n_out = 30;
  join(b, &p);
  current(b, E, 2, 20);
  current(b, I, 1, 12);
}

static void rewarded_event(amine_brain *b, uint64_t step) {
  must(amine_brain_reward(b, step % 50 ? 0.5 : -0.25, &error));
}

/* Distances: who is joined, and how long it takes. */
static void places(float *at, int n, float shift) {
  for (int i = 0; i < n; i++) {
    at[4 * i] = (float)(i % 5) + shift, at[4 * i + 1] = (float)(i / 5 % 5);
    at[4 * i + 2] = (float)(i / 25), at[4 * i + 3] = 0;
  }
}

static void distances(amine_brain *b) {
  float at[4 * 100];
  const int A = population(b, 100, "adex", VALUES({"tau_w_ms", 100}));
  const int B = population(b, 40, "adex", VALUES({"v_reset_mv", -60}, {"refractory_ms", 2}));
  places(at, 100, 0);
  must(amine_brain_set_positions(b, A, at, &error));
  places(at, 40, 0.5f);
  must(amine_brain_set_positions(b, B, at, &error));
  for (int k = 0; k < 4; k++) {
    amine_projection p = from_to(k / 2 ? B : A, k % 2 ? B : A, AMINE_CONNECT_DISTANCE, 20);
    p.probability = 0.6, p.radius = 2, p.velocity = k == 1 ? 0 : 1.5;
    p.weight_max = 40, p.self_connections = k == 3;
    p.receptor = k / 2 ? AMINE_RECEPTOR_2 : AMINE_RECEPTOR_1;
    join(b, &p);
  }
  current(b, A, 900, 300);
  poisson(b, B, AMINE_RECEPTOR_1, 3000, 9);
}

static void distances_event(amine_brain *b, uint64_t step) {
  const int hit[3] = {(int)(step % 100), 17, 3};
  float image[40];
  for (int i = 0; i < 40; i++) image[i] = (float)((i * 37 + (int)step) % 90);
  must(amine_brain_kick(b, 0, hit, 3, 12, &error));
  must(amine_brain_set_currents(b, 1, step % 60 ? image : NULL, &error));
}

static void stdp(amine_brain *b) {
  const int S = population(b, 150, "poisson", VALUES({"rate_hz", 40}));
  const int T = population(b, 50, "lif", NULL, 0);
  float rates[150];
  for (int i = 0; i < 150; i++) rates[i] = (float)(i % 9) * 15;
  must(amine_brain_set_parameter(b, S, "rate_hz", rates, &error));
  amine_projection p = from_to(S, T, AMINE_CONNECT_ALL, 0.2);
  p.weight_max = 0.8;
  learns(&p, "stdp", VALUES({"a_plus", 0.05}, {"a_minus", 0.06}));
  join(b, &p);
  p = from_to(T, T, AMINE_CONNECT_ALL, 0.3);
  p.delay_ms = 3, p.delay_max_ms = 8;
  learns(&p, "stdp", VALUES({"nearest", 1}, {"a_plus", 0.03}, {"a_minus", 0.02}));
  join(b, &p);
  current(b, T, 12, 0);
}

/* Told spikes, pairs by list (some twice), one to one. */
static void triplet(amine_brain *b) {
  const int S = population(b, 90, "spikes", NULL, 0), T = population(b, 90, "lif", NULL, 0);
  int sources[700], targets[700];
  float weights[700];
  for (int k = 0; k < 700; k++) {
    sources[k] = k * 31 % 90, targets[k] = k * 57 % 83;
    weights[k] = 0.5f + (float)(k % 10) * 0.05f;
  }
  amine_projection p = from_to(S, T, AMINE_CONNECT_LIST, 1);
  p.sources = sources, p.targets = targets, p.weights = weights, p.n_pairs = 700;
  p.delay_max_ms = 4;
  learns(&p, "triplet", VALUES({"w_max", 3}));
  join(b, &p);
  p = from_to(S, T, AMINE_CONNECT_ONE_TO_ONE, 6);
  p.delay_ms = 5;
  join(b, &p);
  p = from_to(S, T, AMINE_CONNECT_LIST, 0.5);
  p.sources = sources, p.targets = targets, p.n_pairs = 300;
  join(b, &p);
  current(b, T, 13, 3);
  tell(b, S, 90, 11, 300);
}

static void istdp(amine_brain *b) {
  const int E = population(b, 120, "lif-cond", NULL, 0), I = population(b, 40, "lif-cond", NULL, 0);
  amine_projection p = by_chance(I, E, 0.4, 5);
  p.receptor = AMINE_RECEPTOR_2, p.weight_max = 30;
  learns(&p, "istdp", VALUES({"eta", 0.8}, {"w_max", 100}, {"rho0_hz", 20}));
  join(b, &p);
  p = by_chance(E, I, 0.3, 3);
  join(b, &p);
  poisson(b, E, AMINE_RECEPTOR_1, 3000, 3);
  poisson(b, I, AMINE_RECEPTOR_1, 2500, 3);
}

/* Late arrivals; more targets drawn than left out. */
static void hebb(amine_brain *b) {
  const int S = population(b, 80, "spikes", NULL, 0), T = population(b, 70, "lif", NULL, 0);
  amine_projection p = from_to(S, T, AMINE_CONNECT_OUT, 0.6);
  p.n_out = 60;
  learns(&p, "hebb", VALUES({"eta", 0.02}));
  join(b, &p);
  p = from_to(T, T, AMINE_CONNECT_OUT, 0.5);
  p.n_out = 33, p.self_connections = 1, p.delay_max_ms = 6, p.stp_u = 0.4;
  learns(&p, "hebb", VALUES({"eta", 0.01}));
  join(b, &p);
  current(b, T, 13, 2);
  tell(b, S, 80, 17, 300);
}

static void bcm(amine_brain *b) {
  const int S = population(b, 100, "poisson", VALUES({"rate_hz", 60}));
  const int T = population(b, 100, "izhikevich", VALUES({"tau_e_ms", 4}, {"tau_i_ms", 6}));
  amine_projection p = by_chance(S, T, 0.3, 0.2);
  p.weight_max = 0.9;
  learns(&p, "bcm", VALUES({"eta", 0.05}, {"bcm_tau_ms", 50}, {"bcm_target_rate_hz", 20}));
  join(b, &p);
  p = by_chance(S, T, 0.2, 0.3);
  p.receptor = AMINE_RECEPTOR_2, p.weight = -0.3;
  join(b, &p);
  current(b, T, 3, 6);
}

static void short_term(amine_brain *b) {
  const int E = population(b, 150, "lif", VALUES({"tau_e_ms", 3}));
  const int S = population(b, 20, "spikes", NULL, 0);
  amine_projection p = by_chance(E, E, 0.2, 8);
  p.stp_u = 0.5, p.stp_tau_rec_ms = 100, p.delay_max_ms = 12;
  join(b, &p);
  p = by_chance(S, E, 0.5, 20);
  p.stp_u = 0.1, p.stp_tau_rec_ms = 20, p.stp_tau_facil_ms = 300;
  learns(&p, "stdp", VALUES({"w_max", 40}, {"a_plus", 0.4}));
  join(b, &p);
  current(b, E, 14, 6);
  tell(b, S, 20, 9, 300);
}

/* Scaling and decay, with a rule and without. */
static void homeostasis(amine_brain *b) {
  const int S = population(b, 100, "poisson", VALUES({"rate_hz", 30}));
  const int T = population(b, 100, "lif", NULL, 0);
  amine_projection p = by_chance(S, T, 0.4, 0.7);
  learns(&p, "stdp",
         VALUES({"target_rate_hz", 20}, {"time_window_ms", 100}, {"scaling_rate", 0.1},
                {"weight_decay", 1e-4}, {"w_max", 2}));
  join(b, &p);
  p = by_chance(T, T, 0.1, 0.5);
  learns(&p, NULL, VALUES({"target_rate_hz", 10}, {"time_window_ms", 150}));
  join(b, &p);
  p = by_chance(T, T, 0.1, 0.4);
  learns(&p, NULL, VALUES({"weight_decay", 1e-3}));
  join(b, &p);
  p = by_chance(S, T, 0.1, 0.4);
  learns(&p, "da-stdp", VALUES({"tau_c_ms", 100}, {"weight_decay", 1e-3}, {"target_rate_hz", 10}));
  join(b, &p);
  current(b, T, 12, 4);
}

static void homeostasis_event(amine_brain *b, uint64_t step) {
  (void)step;
  must(amine_brain_reward(b, 0.1, &error));
}

/* Every factor on a rule; effects of every kind, late and filtered. */
static void chemistry(amine_brain *b) {
  amine_chemical_config config = amine_chemical_config_default();
  amine_chemical chemical;
  config.acetylcholine_on = config.orexin_on = true;
  config.dopamine.tau_ms = 40, config.dopamine.step_ms = 5;
  must(amine_chemical_init(&chemical, &config));
  const int S = population(b, 60, "poisson", VALUES({"rate_hz", 50}));
  const int A = population(b, 60, "lif", NULL, 0), B = population(b, 60, "izhikevich", NULL, 0);
  const int C = population(b, 60, "lif-cond", NULL, 0), D = population(b, 60, "adex", NULL, 0);
  must(amine_brain_set_chemical(b, &chemical, 5, &error));
  must(amine_brain_target(b, A, 31, 20, 0, &error));
  must(amine_brain_target(b, B, 31, 0, 30, &error));
  must(amine_brain_target(b, C, 7, 10, 15, &error));
  must(amine_brain_target(b, D, AMINE_EFFECT_AROUSAL, 0, 0, &error));
  static const char *const rules[] = {"stdp", "da-stdp", "hebb", "triplet", "istdp", "bcm"};
  for (int factor = 0; factor <= AMINE_FACTOR_ALL; factor++) {
    amine_projection p = by_chance(S, 1 + factor % 4, 0.3, 0.5);
    learns(&p, rules[factor % 6], NULL, 0);
    p.factor = (amine_third_factor)factor;
    join(b, &p);
    p = by_chance(S, A, 0.2, 0.4);
    learns(&p, "da-stdp", VALUES({"tau_c_ms", 15}, {"b", 0.2}));
    p.factor = (amine_third_factor)factor;
    join(b, &p);
  }
  current(b, A, 10, 6);
  current(b, B, 3, 4);
  current(b, C, 100, 50);
  current(b, D, 500, 100);
}

static void chemistry_event(amine_brain *b, uint64_t step) {
  amine_chemical *c = amine_brain_chemical(b);
  switch (step / 13 % 6) {
  case 0: amine_chemical_process_reward(c, 1, 0.6f); break;
  case 1: must(amine_chemical_process_punishment(c, 0.4f, 0.1f)); break;
  case 2: must(amine_chemical_process_uncertainty(c, 0.3f, 0.5f)); break;
  case 3: must(amine_chemical_process_attention(c, 0.8f, 0)); break;
  case 4: must(amine_chemical_process_circadian(c, 0.9f, 0.2f)); break;
  default: amine_chemical_process_reward(c, 0, 0.8f);
  }
  must(amine_brain_reward(b, 0.2, &error));
}

/* Two chunks: a population is cut, and every rule reaches across. */
static void two_chunks(amine_brain *b) {
  const int S = population(b, 200, "spikes", NULL, 0);
  const int E = population(b, 2400, "lif-cond", NULL, 0);
  const int I = population(b, 600, "lif-cond", NULL, 0);
  static const char *const rules[] = {"stdp", "da-stdp", "hebb", "triplet", "bcm"};
  for (int k = 0; k < 5; k++) {
    amine_projection p = by_chance(k == 4 ? S : E, k == 3 ? I : E, 0.004, 2);
    p.delay_max_ms = k == 1 ? 1.5 : 0, p.delay_ms = 0.3;
    p.stp_u = k == 2 ? 0.3 : 0;
    learns(&p, rules[k], VALUES({"w_max", 8}));
    join(b, &p);
  }
  amine_projection p = by_chance(E, I, 0.02, 6);
  p.delay_ms = 0.1;
  join(b, &p);
  p = by_chance(I, E, 0.02, 30);
  p.receptor = AMINE_RECEPTOR_2, p.delay_ms = 0.1;
  learns(&p, "istdp", VALUES({"w_max", 60}));
  join(b, &p);
  p = by_chance(S, E, 0.05, 3);
  join(b, &p);
  poisson(b, E, AMINE_RECEPTOR_1, 2600, 3);
  poisson(b, I, AMINE_RECEPTOR_1, 2600, 3);
  tell(b, S, 200, 19, 200);
}

static void two_chunks_event(amine_brain *b, uint64_t step) {
  (void)step;
  must(amine_brain_reward(b, 0.3, &error));
}

/* Four chunks, and sources of every kind in each. */
static void four_chunks(amine_brain *b) {
  const int E = population(b, 9000, "izhikevich", NULL, 0),
            P = population(b, 1000, "poisson", NULL, 0);
  const int L = population(b, 2000, "lif", VALUES({"tau_e_ms", 4}));
  const int A = population(b, 1000, "adex", NULL, 0);
  amine_projection p = from_to(E, E, AMINE_CONNECT_OUT, 6);
  p.n_out = 8, p.delay_max_ms = 15;
  join(b, &p);
  p = from_to(P, E, AMINE_CONNECT_OUT, 10);
  p.n_out = 12;
  join(b, &p);
  p = from_to(E, L, AMINE_CONNECT_OUT, 1);
  p.n_out = 3;
  learns(&p, "stdp", NULL, 0);
  join(b, &p);
  p = from_to(L, A, AMINE_CONNECT_OUT, 30);
  p.n_out = 4, p.weight_max = 60;
  join(b, &p);
  current(b, E, 3, 14);
  current(b, L, 15, 4);
  poisson(b, A, AMINE_RECEPTOR_1, 4000, 12);
}

/* Rewards in all their forms: read now and then, as impulses, by the target's score. */
static void rewards(amine_brain *b) {
  const int S = population(b, 90, "poisson", VALUES({"rate_hz", 40}));
  const int L = population(b, 70, "lif", NULL, 0), X = population(b, 50, "escape", NULL, 0);
  amine_projection p = by_chance(S, L, 0.4, 1);
  p.delay_max_ms = 4;
  learns(&p, "da-stdp", VALUES({"read_ms", 10}, {"tau_c_ms", 9}, {"nearest", 1}));
  join(b, &p);
  learns(&p, "mstdp", VALUES({"weight_decay", 1e-4}, {"w_min", -2}));
  join(b, &p);
  learns(&p, "mstdpet", VALUES({"tau_z_ms", 3}, {"w_min", -2}));
  join(b, &p);
  p = by_chance(S, X, 0.5, 2);
  p.delay_max_ms = 3;
  learns(&p, "r-max", VALUES({"tau_e_ms", 30}));
  join(b, &p);
  p = by_chance(L, X, 0.5, -1);
  learns(&p, "r-max", VALUES({"target_rate_hz", 20}, {"time_window_ms", 100}));
  join(b, &p);
  current(b, L, 12, 10);
  current(b, X, 12, 4);
}

static void rewards_event(amine_brain *b, uint64_t step) {
  must(amine_brain_reward(b, step % 4 == 1 ? -0.2 : 0.3, &error));
}

/* Numbers that neurons have drawn: with what they begin, in 32 bits and in 64, and parameters. */
static void begun(amine_brain *b) {
  const int E = population(b, 90, "izhikevich", NULL, 0);
  const int L = population(b, 50, "lif", VALUES({"tau_m_ms", 3000}));
  amine_draw d = amine_draw_default();
  d.a = -80, d.b = -40;
  must(amine_brain_set_initial(b, E, "v", &d, &error));
  must(amine_brain_set_initial(b, L, "v", &d, &error));
  d.kind = AMINE_DRAW_NORMAL, d.a = 6, d.b = 2;
  must(amine_brain_draw_parameter(b, E, "d", &d, &error));
  d.kind = AMINE_DRAW_LOGNORMAL, d.a = 1, d.b = 0.5;
  must(amine_brain_set_initial(b, E, "g_e", &d, &error));
  amine_projection p = by_chance(E, L, 0.1, 3);
  join(b, &p);
  current(b, E, 8, 4);
  current(b, L, 200, 0);
}

/* Drives: a part, steps, lines and the sine; sources, narrow and slow neurons, two chunks. */
static void driven(amine_brain *b) {
  static const double times[] = {7, 11.5, 30}, currents[] = {14, -3, 22}, rates[] = {900, 0, 200};
  static int part[500];
  for (int i = 0; i < 500; i++) part[i] = 6 * i + 5;
  const int E = population(b, 3100, "lif", NULL, 0);
  const int L = population(b, 60, "lif", VALUES({"tau_m_ms", 3000}));
  const int P = population(b, 70, "poisson", NULL, 0);
  amine_drive d = amine_drive_default();
  d.times_ms = times, d.values = currents, d.n_values = 3;
  must(amine_brain_add_drive(b, E, &d, &error));
  must(amine_brain_add_drive(b, L, &d, &error));
  d.ramps = 1, d.neurons = part, d.n_neurons = 500, d.amplitude = 5, d.period_ms = 17;
  must(amine_brain_add_drive(b, E, &d, &error));
  d = amine_drive_default();
  d.kind = AMINE_DRIVE_POISSON, d.before = 300, d.weight = 1.5;
  d.times_ms = times, d.values = rates, d.n_values = 3;
  must(amine_brain_add_drive(b, L, &d, &error));
  d.neurons = part, d.n_neurons = 500, d.receptor = AMINE_RECEPTOR_2;
  must(amine_brain_add_drive(b, E, &d, &error));
  d.kind = AMINE_DRIVE_RATE, d.ramps = 1, d.n_neurons = 11;
  must(amine_brain_add_drive(b, P, &d, &error));
  amine_projection p = by_chance(P, L, 0.2, 3);
  join(b, &p);
  current(b, L, 20, 30);
}

/* Neurons of the form with dimensions, and synapses whose changes depend on their weight. */
static void powers(amine_brain *b) {
  const int E = population(b, 90, "izhikevich-2007", NULL, 0);
  const int I = population(b, 30, "izhikevich-2007", VALUES({"tau_e_ms", 4}, {"c_pf", 20}, {"d", 50}));
  amine_projection p = by_chance(E, I, 0.3, 40);
  p.weight_max = 90;
  learns(&p, "stdp-weight", VALUES({"w_max", 100}, {"a_plus", 2}, {"a_minus", 2}, {"mu_plus", 0.3}));
  join(b, &p);
  p = by_chance(I, E, 0.3, -60);
  learns(&p, "stdp-weight", VALUES({"w_min", -100}, {"w_max", 0}, {"mu_minus", 1}, {"nearest", 1}));
  join(b, &p);
  current(b, E, 100, 80);
  current(b, I, 60, 40);
}

/* Parameters that models do not keep neuron by neuron: by their texts, in 32 bits and in 64. */
static void differing(amine_brain *b) {
  const int E = population(b, 90, "lif", NULL, 0), A = population(b, 50, "adex", NULL, 0);
  amine_draw d = amine_draw_default();
  d.a = -54, d.b = -48;
  must(amine_brain_draw_parameter(b, E, "v_threshold_mv", &d, &error));
  d.kind = AMINE_DRAW_NORMAL, d.a = -69, d.b = 1;
  must(amine_brain_draw_parameter(b, E, "v_reset_mv", &d, &error));
  d.kind = AMINE_DRAW_UNIFORM, d.a = 100, d.b = 9000;
  must(amine_brain_draw_parameter(b, A, "tau_w_ms", &d, &error));
  amine_projection p = by_chance(E, A, 0.2, 20);
  join(b, &p);
  current(b, E, 16, 12);
  current(b, A, 500, 0);
}

typedef struct net {
  const char *name;
  double dt_ms;
  int steps;
  void (*build)(amine_brain *b);
  int every; /* steps between two events; 0: none */
  void (*event)(amine_brain *b, uint64_t step);
  int save_every; /* in the run of 60 steps that is saved and taken up */
} net;

static const net nets[] = {
    {"lif-counts", 1, 200, lif_counts, 0, NULL, 1},
    {"conductances", 0.1, 300, conductances, 20, conductances_event, 1},
    {"rewarded", 1, 250, rewarded, 25, rewarded_event, 1},
    {"distances", 0.5, 200, distances, 30, distances_event, 1},
    {"stdp", 1, 200, stdp, 0, NULL, 1},
    {"triplet", 1, 200, triplet, 0, NULL, 1},
    {"istdp", 0.5, 300, istdp, 0, NULL, 1},
    {"hebb", 1, 200, hebb, 0, NULL, 1},
    {"bcm", 1, 300, bcm, 0, NULL, 1},
    {"short-term", 1, 200, short_term, 0, NULL, 1},
    {"homeostasis", 2, 250, homeostasis, 20, homeostasis_event, 1},
    {"chemistry", 1, 200, chemistry, 13, chemistry_event, 1},
    {"two-chunks", 0.1, 120, two_chunks, 17, two_chunks_event, 7},
    {"four-chunks", 1, 60, four_chunks, 0, NULL, 19},
    {"rewards", 1, 250, rewards, 7, rewards_event, 1},
    {"begun", 1, 200, begun, 0, NULL, 1},
    {"driven", 0.5, 80, driven, 0, NULL, 7},
    {"powers", 0.5, 300, powers, 0, NULL, 1},
    {"differing", 0.5, 200, differing, 0, NULL, 1},
};
#define N_NETS ((int)(sizeof nets / sizeof *nets))

/* -------------------------------------------------------------------------------- running */
static int failures;

static amine_brain *create(const net *n, int n_threads) {
  amine_brain *b;
  must(amine_brain_create(&b, n->dt_ms, 12345678901234567890u, &error));
  n->build(b);
  must(amine_brain_set_threads(b, n_threads, &error));
  return b;
}

/* Runs on until `end` steps are done, in pieces of 1 to `piece` steps (0: as long as can be). An
 * event comes before the step that it is due at. */
static void go_on(const net *n, amine_brain *b, uint64_t end, uint32_t piece) {
  static uint32_t random = 1;
  while (amine_brain_step(b) < end) {
    const uint64_t now = amine_brain_step(b);
    uint64_t until = end;
    if (n->every) {
      const uint64_t every = (uint64_t)n->every, next = (now / every + 1) * every;
      if (now % every == 0) n->event(b, now);
      if (next < until) until = next;
    }
    while (amine_brain_step(b) < until) {
      uint64_t steps = until - amine_brain_step(b);
      random = random * 1664525 + 1013904223;
      if (piece && (random >> 8) % piece + 1 < steps) steps = (random >> 8) % piece + 1;
      must(amine_brain_run(b, steps, &error));
    }
  }
}

static void add(uint64_t *hash, const void *data, size_t size) {
  for (size_t i = 0; i < size; i++)
    *hash = (*hash ^ ((const unsigned char *)data)[i]) * 1099511628211u;
}

static void *room(size_t n, size_t size) {
  void *p = calloc(n + 1, size);
  if (!p) exit(2);
  return p;
}

static void add_population(uint64_t *hash, amine_brain *b, int p) {
  static const char *const states[] = {"v", "u", "w", "g_e", "g_i", "refractory"};
  int n;
  amine_brain_population(b, p, &n, NULL);
  float *values = room((size_t)n, sizeof *values);
  for (int s = 0; s < 6; s++)
    if (amine_brain_get(b, p, states[s], values, NULL) == AMINE_OK)
      add(hash, values, (size_t)n * sizeof *values);
  const uint64_t count = amine_brain_spike_count(b, p);
  add(hash, &count, sizeof count);
  free(values);
}

static void add_projection(uint64_t *hash, amine_brain *b, int p) {
  size_t n;
  amine_brain_projection(b, p, NULL, NULL, &n);
  int *at = room(3 * n, sizeof *at);
  float *values = room(n, sizeof *values);
  must(amine_brain_synapses(b, p, "w", at, at + n, at + 2 * n, values, &error));
  add(hash, at, 3 * n * sizeof *at);
  add(hash, values, n * sizeof *values);
  if (amine_brain_synapses(b, p, "c", NULL, NULL, NULL, values, NULL) == AMINE_OK)
    add(hash, values, n * sizeof *values);
  free(at);
  free(values);
}

static void add_spikes(uint64_t *hash, amine_brain *b) {
  const size_t n = amine_brain_n_spikes(b);
  uint64_t *steps = room(n, sizeof *steps);
  int *at = room(2 * n, sizeof *at);
  amine_brain_read_spikes(b, steps, at, at + n, n);
  add(hash, steps, n * sizeof *steps);
  add(hash, at, 2 * n * sizeof *at);
  free(steps);
  free(at);
}

static uint64_t hash_of(amine_brain *b) {
  uint64_t hash = 14695981039346656037u;
  for (int p = 0; p < amine_brain_n_populations(b); p++) add_population(&hash, b, p);
  for (int p = 0; p < amine_brain_n_projections(b); p++) add_projection(&hash, b, p);
  return hash;
}

static uint64_t run_whole(const net *n, int n_threads, uint32_t piece) {
  amine_brain *b = create(n, n_threads);
  go_on(n, b, (uint64_t)n->steps, piece);
  for (int p = 0; p < amine_brain_n_populations(b); p++)
    if (amine_brain_spike_count(b, p) == 0) {
      printf("FAILED %s: population %d never fires\n", n->name, p);
      failures++;
    }
  uint64_t hash = hash_of(b);
  add_spikes(&hash, b);
  amine_brain_destroy(b);
  return hash;
}

/* ------------------------------------------------------------------------------- checking */
static void expect(const char *name, const char *what, uint64_t got, uint64_t wanted) {
  if (got == wanted) return;
  printf("FAILED %s, %s: %016" PRIx64 ", wanted %016" PRIx64 "\n", name, what, got, wanted);
  failures++;
}

static char folder[64];

static const char *file(const char *name) {
  static char paths[3][100];
  char *path = paths[name[0] - 'a'];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

static uint64_t hash_file(const char *path) {
  uint64_t hash = 14695981039346656037u;
  unsigned char bytes[4096];
  FILE *f = fopen(path, "rb");
  if (!f) exit(2);
  for (size_t n; (n = fread(bytes, 1, sizeof bytes, f)) > 0;) add(&hash, bytes, n);
  fclose(f);
  return hash;
}

/* Saves at step after step, takes each file up in a fresh brain and compares the end; another
 * number of threads writes the same file, and so does the fresh brain. */
static void check_interruptions(const net *n) {
  enum { END = 60 };
  amine_brain *one = create(n, 1), *three = create(n, 3), *whole = create(n, 2);
  go_on(n, whole, END, 0);
  const uint64_t wanted = hash_of(whole);
  amine_brain_destroy(whole);
  for (int step = 0; step <= END; step += n->save_every) {
    char what[40];
    go_on(n, one, (uint64_t)step, 0);
    go_on(n, three, (uint64_t)step, 5);
    must(amine_brain_save(one, file("a"), &error));
    must(amine_brain_save(three, file("b"), &error));
    amine_brain *fresh = create(n, 1 + step % 3);
    must(amine_brain_restore(fresh, file("a"), &error));
    must(amine_brain_save(fresh, file("c"), &error));
    const uint64_t bytes = hash_file(file("a"));
    snprintf(what, sizeof what, "file of 3 threads at step %d", step);
    expect(n->name, what, hash_file(file("b")), bytes);
    snprintf(what, sizeof what, "file saved again at step %d", step);
    expect(n->name, what, hash_file(file("c")), bytes);
    go_on(n, fresh, END, 0);
    snprintf(what, sizeof what, "taken up at step %d", step);
    expect(n->name, what, hash_of(fresh), wanted);
    amine_brain_destroy(fresh);
  }
  amine_brain_destroy(one);
  amine_brain_destroy(three);
}

/* The hash with one thread and the widest kernels, after comparing all others with it. */
static uint64_t check_net(const net *n, bool widest_only) {
  const uint64_t first = run_whole(n, 1, 0);
  if (widest_only) return first;
  const int threads[] = {2, 3, 8};
  for (int k = 0; k < 3; k++) {
    char what[32];
    snprintf(what, sizeof what, "%d threads", threads[k]);
    expect(n->name, what, run_whole(n, threads[k], 0), first);
  }
  expect(n->name, "in pieces", run_whole(n, 1, 40), first);
  expect(n->name, "in small pieces, 2 threads", run_whole(n, 2, 4), first);
  const char *const kernels[] = {"plain", "avx2", "avx512", "neon"};
  for (int k = 0; k < 4; k++) {
    if (amine_kernel_use(kernels[k], NULL) != AMINE_OK) continue;
    expect(n->name, kernels[k], run_whole(n, 1, 0), first);
  }
  amine_kernel_use("auto", NULL);
  check_interruptions(n);
  return first;
}

static int check_all(const char *path, bool widest_only, const char *part) {
  int checked = 0;
  FILE *f = fopen(path, "r");
  if (!f) return 2;
  for (int k = 0; k < N_NETS; k++) {
    char name[64];
    uint64_t wanted;
    if (fscanf(f, "%63s %" SCNx64, name, &wanted) != 2 || strcmp(name, nets[k].name) != 0) {
      printf("FAILED: %s does not list %s\n", path, nets[k].name);
      fclose(f);
      return 1;
    }
    if (!part_has(part, k)) continue;
    expect(name, "the saved hash", check_net(&nets[k], widest_only), wanted);
    checked++;
  }
  fclose(f);
  printf("%d networks, %d failures; widest kernels here: %s\n", checked, failures,
         amine_kernel_name());
  return failures != 0 || checked == 0;
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  if (argc > 2 && strcmp(argv[2], "--write") == 0) {
    FILE *f = fopen(argv[1], "w");
    if (!f) return 2;
    for (int k = 0; k < N_NETS; k++)
      fprintf(f, "%s %016" PRIx64 "\n", nets[k].name, run_whole(&nets[k], 1, 0));
    return fclose(f) != 0;
  }
  if (folder_make(folder, sizeof folder) != 0) return 2;
  const bool widest_only = argc > 2 && strcmp(argv[2], "--widest") == 0;
  const int result = check_all(argv[1], widest_only, argc > 2 + widest_only ? argv[2 + widest_only] : NULL);
  folder_remove(folder);
  return result;
}
