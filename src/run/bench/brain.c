/* Spiking networks for measuring speed (see brain.h). The first five have their numbers, and
 * what a delay and a start are, from the first comment of bench/peer_brain.py. */
#include "run/bench/brain.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/steps.h"
#include "brain/model.h"
#include "format/json.h"
#include "run/config/preset.h"

#define START_MS 50.0
#define VALUES(...)                                                                                \
  (const amine_value[]){__VA_ARGS__},                                                              \
      (int)(sizeof((const amine_value[]){__VA_ARGS__}) / sizeof(amine_value))

enum { E, I, N_KINDS }; /* populations, where there are two */

/* ------------------------------------------------------------------------------ building */
static amine_status add(amine_brain *b, const char *name, int n, const char *model,
                        const amine_value *values, int n_values, amine_error *error) {
  int id;
  return amine_brain_add_population(b, &id, name, n, model, values, n_values, error);
}

/* E and I of the same model. */
static amine_status add_both(amine_brain *b, int n_e, int n_i, const char *model,
                             const amine_value *values, int n_values, amine_error *error) {
  AM_TRY(add(b, "E", n_e, model, values, n_values, error));
  return add(b, "I", n_i, model, values, n_values, error);
}

/* V of each neuron uniform in [low, high). */
static amine_status scatter(amine_brain *b, float low, float high, uint64_t seed,
                            amine_error *error) {
  for (int k = 0; k < amine_brain_n_populations(b); k++) {
    int n;
    amine_brain_population(b, k, &n, NULL);
    float *v = am_alloc((size_t)n, sizeof *v);
    if (!v) return am_fail_memory(error, am_size_mul((size_t)n, sizeof *v));
    const am_random_key key = {seed, AM_STREAM_PARAMETERS, (uint32_t)k, 0};
    for (int i = 0; i < n; i++)
      v[i] = low + (high - low) * am_uniform(am_random(key, (uint32_t)i / 4).v[i % 4]);
    const amine_status status = amine_brain_set(b, k, "v", v, error);
    am_free(v);
    if (status != AMINE_OK) return status;
  }
  return AMINE_OK;
}

/* A projection from E (excitatory) or I onto one population, all weights alike. */
static amine_projection from(int source, int target, double weight, double delay_ms) {
  amine_projection p = amine_projection_default();
  p.source = source;
  p.target = target;
  p.receptor = source == I ? AMINE_RECEPTOR_2 : AMINE_RECEPTOR_1;
  p.weight = weight;
  p.delay_ms = delay_ms;
  return p;
}

/* Both kinds onto both, each pair with probability p. */
static amine_status connect_pairs(amine_brain *b, double probability, const double weight[N_KINDS],
                                  double delay_ms, const amine_value *stdp, int n_stdp,
                                  amine_error *error) {
  for (int source = E; source <= I; source++)
    for (int target = E; target <= I; target++) {
      amine_projection p = from(source, target, weight[source], delay_ms);
      p.connect = AMINE_CONNECT_PROBABILITY;
      p.probability = probability;
      if (stdp && source == E && target == E) p.rule = "stdp", p.values = stdp, p.n_values = n_stdp;
      AM_TRY(amine_brain_connect(b, NULL, &p, error));
    }
  return AMINE_OK;
}

/* Both kinds onto both, n_out targets from each neuron, as many of a kind as its share. */
static amine_status connect_out(amine_brain *b, int n_out, const double weight[N_KINDS],
                                double delay_ms, amine_error *error) {
  for (int source = E; source <= I; source++)
    for (int target = E; target <= I; target++) {
      amine_projection p = from(source, target, weight[source], delay_ms);
      const int to_e = (int)((int64_t)n_out * 4 / 5);
      p.connect = AMINE_CONNECT_OUT;
      p.n_out = target == E ? to_e : n_out - to_e;
      if (p.n_out > 0) AM_TRY(amine_brain_connect(b, NULL, &p, error));
    }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ of the peer */
static amine_status build_coba_with(amine_brain *b, uint64_t seed, const amine_value *stdp,
                                    int n_stdp, amine_error *error) {
  AM_TRY(add_both(b, 3200, 800, "lif-cond",
                  VALUES({"c_pf", 200}, {"g_leak_ns", 10}, {"v_rest_mv", -60}, {"v_reset_mv", -60},
                         {"v_threshold_mv", -50}, {"refractory_ms", 5}, {"tau_e_ms", 5},
                         {"tau_i_ms", 10}, {"e_e_mv", 0}, {"e_i_mv", -80}),
                  error));
  AM_TRY(connect_pairs(b, 0.02, (const double[]){6, 67}, 0.1, stdp, n_stdp, error));
  return scatter(b, -60, -50, seed, error);
}

static amine_status build_coba(amine_brain *b, const am_bench_size *size, uint64_t seed,
                               amine_error *error) {
  (void)size;
  return build_coba_with(b, seed, NULL, 0, error);
}

static amine_status build_coba_stdp(amine_brain *b, const am_bench_size *size, uint64_t seed,
                                    amine_error *error) {
  (void)size;
  return build_coba_with(b, seed,
                         VALUES({"w_min", 0}, {"w_max", 12}, {"a_plus", 0.01}, {"a_minus", 0.012},
                                {"tau_plus_ms", 20}, {"tau_minus_ms", 20}, {"nearest", 0}),
                         error);
}

/* The first 50 neurons of E, by 20 mV. */
static amine_status kick(amine_brain *b, amine_error *error) {
  enum { N_KICKED = 50 };
  int neurons[N_KICKED];
  for (int k = 0; k < N_KICKED; k++) neurons[k] = k;
  return amine_brain_kick(b, E, neurons, N_KICKED, 20, error);
}

static amine_status build_cuba(amine_brain *b, const am_bench_size *size, uint64_t seed,
                               amine_error *error) {
  (void)size;
  AM_TRY(add_both(b, 3200, 800, "lif",
                  VALUES({"tau_m_ms", 20}, {"v_rest_mv", -49}, {"v_reset_mv", -60},
                         {"v_threshold_mv", -50}, {"refractory_ms", 5}, {"tau_e_ms", 5},
                         {"tau_i_ms", 10}),
                  error));
  AM_TRY(connect_pairs(b, 0.02, (const double[]){1.62, -9}, 0.1, NULL, 0, error));
  return scatter(b, -60, -50, seed, error);
}

static amine_status build_big_with(amine_brain *b, uint64_t seed, double drive_mv, double train_hz,
                                   amine_error *error) {
  AM_TRY(add_both(b, 16000, 4000, "lif",
                  VALUES({"tau_m_ms", 20}, {"v_rest_mv", -70}, {"v_reset_mv", -60},
                         {"v_threshold_mv", -50}, {"refractory_ms", 2}, {"tau_e_ms", 5},
                         {"tau_i_ms", 10}),
                  error));
  AM_TRY(connect_pairs(b, 0.05, (const double[]){0.7, -3.5}, 1.5, NULL, 0, error));
  for (int k = E; k <= I; k++) {
    AM_TRY(amine_brain_set_current(b, k, drive_mv, 0, error));
    AM_TRY(amine_brain_set_poisson(b, k, AMINE_RECEPTOR_1, train_hz, 0.5, error));
  }
  return scatter(b, -70, -50, seed, error);
}

static amine_status build_big(amine_brain *b, const am_bench_size *size, uint64_t seed,
                              amine_error *error) {
  (void)size;
  return build_big_with(b, seed, 180, 0, error);
}

static amine_status build_big_poisson(amine_brain *b, const am_bench_size *size, uint64_t seed,
                                      amine_error *error) {
  (void)size;
  return build_big_with(b, seed, 130, 20000, error);
}

/* ------------------------------------------------------------------------------ of our own */
/* The neurons, synapses and modulators of the preset "brain", without the lattice's coordinates. */
static amine_status build_lattice(amine_brain *b, const am_bench_size *size, uint64_t seed,
                                  amine_error *error) {
  static const char *const areas[] = {"V1_like", "A1_like", "S1_like", "Digital_sensor"};
  enum { N_AREAS = sizeof areas / sizeof *areas };
  (void)size, (void)seed;
  for (int k = 0; k < N_AREAS; k++) {
    AM_TRY(add(b, areas[k], 250, "lif", NULL, 0, error));
    AM_TRY(amine_brain_set_poisson(b, k, AMINE_RECEPTOR_1, 270, 1, error));
  }
  const amine_value hebb[] = {{"eta", 0.001},        {"w_min", -1},
                              {"w_max", 1},          {"weight_decay", 1e-5},
                              {"target_rate_hz", 5}, {"time_window_ms", 1000},
                              {"scaling_rate", 0.01}};
  for (int k = 0; k < N_AREAS * N_AREAS; k++) {
    amine_projection p = from(k / N_AREAS, k % N_AREAS, 0.05, 1);
    p.receptor = AMINE_RECEPTOR_1;
    p.connect = AMINE_CONNECT_PROBABILITY;
    p.probability = 0.1;
    p.weight_max = 0.15;
    p.rule = "hebb";
    p.values = hebb;
    p.n_values = sizeof hebb / sizeof *hebb;
    p.factor = AMINE_FACTOR_ALL;
    AM_TRY(amine_brain_connect(b, NULL, &p, error));
  }
  amine_chemical_config config = amine_chemical_config_default();
  amine_chemical chemical;
  config.acetylcholine_on = config.orexin_on = true;
  AM_TRY(amine_chemical_init(&chemical, &config));
  return amine_brain_set_chemical(b, &chemical, 1, error);
}

static amine_status reward_and_surprise(amine_brain *b, amine_error *error) {
  amine_chemical *c = amine_brain_chemical(b);
  (void)error;
  amine_chemical_process_reward(c, 0.8F, 0.5F);
  return amine_chemical_process_uncertainty(c, 0.3F, 0.2F);
}

/* Izhikevich 2007, doi:10.1093/cercor/bhl152, with the dopamine-modulated rule in its continuous
 * form. There w grows by (0.002 + DA) c every 10 ms, here by (d - b) c a ms: d is DA / 10. */
static amine_status build_reinforcement(amine_brain *b, const am_bench_size *size, uint64_t seed,
                                        amine_error *error) {
  (void)size, (void)seed;
  AM_TRY(add(b, "E", 800, "izhikevich", VALUES({"a", 0.02}, {"d", 8}), error));
  AM_TRY(add(b, "I", 200, "izhikevich", VALUES({"a", 0.1}, {"d", 2}), error));
  const amine_value da_stdp[] = {{"w_min", 0},       {"w_max", 4},        {"a_plus", 0.1},
                                 {"a_minus", 0.15},  {"tau_plus_ms", 20}, {"tau_minus_ms", 20},
                                 {"tau_c_ms", 1000}, {"tau_d_ms", 200},   {"b", -0.0002},
                                 {"nearest", 1}};
  for (int target = E; target <= I; target++) {
    amine_projection p = from(E, target, 1, 1);
    p.connect = AMINE_CONNECT_OUT;
    p.n_out = target == E ? 80 : 20;
    p.rule = "da-stdp";
    p.values = da_stdp;
    p.n_values = sizeof da_stdp / sizeof *da_stdp;
    AM_TRY(amine_brain_connect(b, NULL, &p, error));
    AM_TRY(amine_brain_set_current(b, target, 0, 13, error));
  }
  amine_projection p = from(I, E, -1, 1);
  p.connect = AMINE_CONNECT_OUT;
  p.n_out = 100;
  return amine_brain_connect(b, NULL, &p, error);
}

static amine_status reward(amine_brain *b, amine_error *error) {
  return amine_brain_reward(b, 0.05, error); /* DA + 0.5 */
}

/* Every neuron has a Poisson train of its own, each spike of which makes it fire unless it has just
 * fired; synapses are too weak, and excitation and inhibition too even, to change that. So the rate
 * is what was asked for, whatever the size. */
static amine_status build_random(amine_brain *b, const am_bench_size *size, uint64_t seed,
                                 amine_error *error) {
  enum { REFRACTORY_MS = 2, JUMP_MV = 40 };
  const int n_e = (int)((int64_t)size->n_neurons * 4 / 5);
  const double busy = size->rate_hz * REFRACTORY_MS * 1e-3;
  if (size->n_neurons < 10 || size->n_out < 1 || size->n_out > size->n_neurons / 2)
    return am_fail(
        error, AMINE_ERROR_ARGUMENT,
        "the network random needs 10 neurons or more, and from 1 to half as many synapses "
        "per neuron: %d and %d do not do",
        size->n_neurons, size->n_out);
  if (!(size->rate_hz > 0 && busy < 1))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the network random fires at more than 0 and less than %d Hz",
                   1000 / REFRACTORY_MS);
  AM_TRY(
      add_both(b, n_e, size->n_neurons - n_e, "lif",
               VALUES({"tau_m_ms", 20}, {"v_rest_mv", 0}, {"v_reset_mv", 0}, {"v_threshold_mv", 20},
                      {"refractory_ms", REFRACTORY_MS}, {"tau_e_ms", 0}, {"tau_i_ms", 0}),
               error));
  AM_TRY(connect_out(b, size->n_out, (const double[]){0.001, -0.004}, 1.5, error));
  for (int k = E; k <= I; k++)
    AM_TRY(amine_brain_set_poisson(b, k, AMINE_RECEPTOR_1, size->rate_hz / (1 - busy), JUMP_MV,
                                   error));
  return scatter(b, 0, 10, seed, error);
}

static const am_bench_network networks[] = {
    {.name = "coba",
     .meaning = "Brette et al. 2007, benchmark 1: 4,000 conductance-based neurons, p = 0.02",
     .seconds = 10,
     .peer = true,
     .dt_ms = 0.1,
     .build = build_coba,
     .start = kick,
     .start_ms = 10},
    {.name = "cuba",
     .meaning = "the same, benchmark 2: current-based",
     .seconds = 10,
     .peer = true,
     .dt_ms = 0.1,
     .build = build_cuba},
    {.name = "coba-stdp",
     .meaning = "coba with pair STDP between excitatory neurons",
     .seconds = 10,
     .peer = true,
     .dt_ms = 0.1,
     .build = build_coba_stdp,
     .start = kick,
     .start_ms = 10},
    {.name = "big",
     .meaning = "20,000 neurons, 20 million synapses, constant drive",
     .seconds = 1,
     .peer = true,
     .dt_ms = 0.1,
     .build = build_big},
    {.name = "big-poisson",
     .meaning = "the same, a Poisson train of 20 kHz for each neuron",
     .seconds = 1,
     .peer = true,
     .dt_ms = 0.1,
     .build = build_big_poisson},
    {.name = "lattice",
     .meaning =
         "1,000 neurons in four areas, Hebb times dopamine and acetylcholine, five modulators",
     .seconds = 10,
     .dt_ms = 1,
     .build = build_lattice,
     .event = reward_and_surprise,
     .event_ms = 100},
    {.name = "reinforcement",
     .meaning = "Izhikevich 2007: 1,000 neurons, dopamine-modulated STDP, a reward every 5 s",
     .seconds = 100,
     .peer = true,
     .dt_ms = 1,
     .build = build_reinforcement,
     .event = reward,
     .event_ms = 5000},
    {.name = "random",
     .meaning = "as many neurons, synapses and spikes as asked for",
     .seconds = 1,
     .alone = true,
     .dt_ms = 0.1,
     .build = build_random},
    {.name = "microcircuit",
     .meaning = "Potjans and Diesmann 2014: 77,169 neurons, 299 million synapses",
     .seconds = 1,
     .alone = true,
     .dt_ms = 0.1,
     .preset = "potjans2014"},
};

const am_bench_network *am_bench_network_at(int k) {
  return k >= 0 && k < (int)(sizeof networks / sizeof *networks) ? &networks[k] : NULL;
}

const am_bench_network *am_bench_network_find(const char *name) {
  for (int k = 0; am_bench_network_at(k); k++)
    if (strcmp(networks[k].name, name) == 0) return &networks[k];
  return NULL;
}

/* ------------------------------------------------------------------------------ measuring */
/* n_steps steps, `happens` before each stretch of every_ms. */
static amine_status live(amine_brain *b, uint64_t n_steps,
                         amine_status (*happens)(amine_brain *brain, amine_error *error),
                         double every_ms, amine_error *error) {
  if (!happens) return amine_brain_run(b, n_steps, error);
  const uint64_t stretch = am_steps_or_one(every_ms, amine_brain_dt(b));
  for (uint64_t done = 0; done < n_steps; done += stretch) {
    AM_TRY(happens(b, error));
    AM_TRY(amine_brain_run(b, n_steps - done < stretch ? n_steps - done : stretch, error));
  }
  return AMINE_OK;
}

/* Spikes are counted, not kept. */
static amine_status keep_nothing(amine_brain *b, amine_error *error) {
  for (int k = 0; k < amine_brain_n_populations(b); k++) AM_TRY(amine_brain_record(b, k, 0, error));
  return AMINE_OK;
}

/* Adds what a population fired, with the sign: taken off before, added after. */
static void count(am_bench_spikes *r, const amine_brain *b, double sign, double seconds) {
  for (int k = 0; k < amine_brain_n_populations(b); k++) {
    int n;
    double n_synapses = 0;
    const char *name = amine_brain_population(b, k, &n, NULL);
    const double rate = sign * (double)amine_brain_spike_count(b, k) / seconds;
    for (int j = 0; j < amine_brain_n_projections(b); j++) {
      int source;
      size_t n_of;
      amine_brain_projection(b, j, &source, NULL, &n_of);
      if (source == k) n_synapses += (double)n_of;
    }
    r->n_events += rate * seconds * n_synapses / n;
    r->rate_hz += rate / (double)r->n_neurons;
    if (strcmp(name, "E") == 0) r->rate_e_hz += rate / n;
    if (strcmp(name, "I") == 0) r->rate_i_hz += rate / n;
  }
}

static amine_status measure(am_bench_spikes *r, amine_brain *b, const am_bench_network *network,
                            const am_bench_size *size, double seconds, int threads, uint64_t seed,
                            amine_error *error) {
  const double begin = am_clock();
  AM_TRY(amine_brain_set_threads(b, threads, error)); /* that draw the synapses, too */
  if (network->build) AM_TRY(network->build(b, size, seed, error));
  AM_TRY(keep_nothing(b, error));
  for (int k = 0; k < amine_brain_n_populations(b); k++) {
    int n;
    amine_brain_population(b, k, &n, NULL);
    r->n_neurons += (size_t)n;
  }
  const uint64_t n_steps = am_steps(seconds * 1000, network->dt_ms);
  AM_TRY(live(b, am_steps(START_MS, network->dt_ms), network->start, network->start_ms,
              error));
  count(r, b, -1, seconds);
  const double start = am_clock();
  AM_TRY(live(b, n_steps, network->event, network->event_ms, error));
  r->simulate_s = am_clock() - start;
  r->setup_s = start - begin;
  count(r, b, 1, seconds);
  r->n_steps = (double)n_steps;
  r->n_bytes = amine_brain_synapse_bytes(b, &r->n_synapses);
  return AMINE_OK;
}

/* A brain without anything, or the one of a preset. */
static amine_status create(amine_brain **b, const am_bench_network *network, uint64_t seed,
                           amine_error *error) {
  json_t *root = NULL;
  if (!network->preset) return amine_brain_create(b, network->dt_ms, seed, error);
  const am_preset *preset = am_presets;
  while (strcmp(preset->name, network->preset) != 0) preset++;
  AM_TRY(am_json_parse(&root, preset->name, preset->text, strlen(preset->text), NULL, error));
  const amine_status status = am_brain_from_json(b, root, preset->name, seed, NULL, error);
  json_decref(root);
  return status;
}

amine_status am_bench_brain(am_bench_spikes *result, const am_bench_network *network,
                            const am_bench_size *size, double seconds, int threads, uint64_t seed,
                            amine_error *error) {
  am_bench_spikes r = {0};
  amine_brain *b;
  if (!(seconds * 1000 >= network->dt_ms))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%g s is less than a step of %g ms", seconds,
                   network->dt_ms);
  AM_TRY(create(&b, network, seed, error));
  const amine_status status = measure(&r, b, network, size, seconds, threads, seed, error);
  amine_brain_destroy(b);
  if (status == AMINE_OK) *result = r;
  return status;
}
