/* A spiking network: populations of neurons, projections of synapses that may learn, inputs,
 * chemical modulators that act on learning, gain and threshold, recordings.
 *
 *   amine_error error;
 *   amine_brain *b;
 *   int E, I;
 *   amine_brain_create(&b, 0.1, 1, &error);                        steps of 0.1 ms, seed 1
 *   amine_brain_add_population(b, &E, "E", 3200, "lif-cond", NULL, 0, &error);
 *   amine_brain_add_population(b, &I, "I", 800, "lif-cond", NULL, 0, &error);
 *   amine_projection p = amine_projection_default();
 *   p.source = E, p.target = I, p.connect = AMINE_CONNECT_PROBABILITY, p.probability = 0.02;
 *   p.weight = 6, p.delay_ms = 0.1;
 *   amine_brain_connect(b, NULL, &p, &error);
 *   amine_brain_run(b, 10000, &error);                             1 s
 *   amine_brain_destroy(b);
 *
 * Time. Step k takes the network from k dt to (k + 1) dt. Within a step, in this order: spikes that
 * left `delay` before arrive (axonal, before the synapse, but for what is said to be dendritic, behind
 * it: dendritic_delay_ms); plasticity of the
 * arriving spikes that looks at the past of the target; inputs; the neurons' equations; their
 * spikes; plasticity of the neurons that fired, which sees an arrival of the same step as past.
 * A delay is a whole number of steps, at least 1.
 *
 * Same bits: a brain built by the same calls with the same seed has the same state after the same
 * number of steps on any number of threads and any processor; run(a) and run(b) equal run(a + b).
 *
 * Precision. States, traces and weights are float32; those that change too slowly for it, seen from
 * their time constants and the step, are computed in float64 (docs/brain.md). Values are read as
 * float.
 *
 * Building. Populations, projections and chemical systems can be added until the synapses are
 * drawn: by the first run, or by the first call that looks at states or synapses, kicks, rewards,
 * saves or restores ("until the first run" below).
 *
 * Brains may be used from different threads, one brain by one thread at a time. Every failing call
 * leaves the brain as it was, except amine_brain_run, which says so. */
#ifndef AMINE_BRAIN_H
#define AMINE_BRAIN_H

#include <stddef.h>
#include <stdbool.h>
#include <stdint.h>

#include "amine/chemical.h"
#include "amine/parameter.h"
#include "amine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct amine_brain amine_brain;

/* A parameter by name, for neuron models and plasticity rules. What is not given has its default;
 * amine_neuron_parameter and amine_synapse_rule_parameter list them. */
typedef struct amine_value {
  const char *name;
  double value;
} amine_value;

/* The k-th neuron model ("lif", "lif-cond", "izhikevich", "izhikevich-2007", "adex", "escape", ...),
 * NULL past the end; *meaning (may be NULL) gets one line. */
AMINE_API const char *amine_neuron_model(int k, const char **meaning);
/* The k-th parameter of a model, NULL past the end or if there is no such model. */
AMINE_API const amine_parameter *amine_neuron_parameter(const char *model, int k);
/* The same for the plasticity rules of synapses. */
AMINE_API const char *amine_synapse_rule(int k, const char **meaning);
AMINE_API const amine_parameter *amine_synapse_rule_parameter(const char *rule, int k);

/* An empty brain with steps of dt_ms. AMINE_ERROR_ARGUMENT unless 0 < dt_ms <= 100. */
AMINE_API amine_status amine_brain_create(amine_brain **brain, double dt_ms, uint64_t seed,
                                          amine_error *error);
AMINE_API void amine_brain_destroy(amine_brain *brain); /* NULL is fine */

/* n neurons of a model; *id gets the population's number, 0, 1, 2, … in order of addition. The name
 * is copied. Possible until the first run. AMINE_ERROR_ARGUMENT too where the model's equations
 * need shorter steps with these values; the sentence says how short. In the place of a model's name
 * may stand a text of equations (docs/neurons.md), which has several lines and is copied;
 * AMINE_ERROR_INPUT says, with line and column, what is wrong in it. */
AMINE_API amine_status amine_brain_add_population(amine_brain *brain, int *id, const char *name,
                                                  int n, const char *model,
                                                  const amine_value *values, int n_values,
                                                  amine_error *error);

/* Where the neurons are, [n][4] lattice coordinates x, y, z, w; copied. Needed for connections by
 * distance and shown in reports. */
AMINE_API amine_status amine_brain_set_positions(amine_brain *brain, int population,
                                                 const float *positions, amine_error *error);

/* One parameter neuron by neuron ([n]). Those that the model keeps so ("c" and "d" of izhikevich and
 * izhikevich-2007, "rate_hz" of poisson) may be set at any time. Any other, until the first run,
 * makes the population one that is computed by the model's text (docs/neurons.md); up to eight in
 * all. AMINE_ERROR_ARGUMENT for what is one number for all: time constants by which a state is
 * integrated exactly, and refractory_ms. */
AMINE_API amine_status amine_brain_set_parameter(amine_brain *brain, int population,
                                                 const char *parameter, const float *values,
                                                 amine_error *error);

/* A number for each neuron of a population: given, or drawn from the brain's seed, the same whatever
 * else is drawn. */
typedef enum amine_draw_kind {
  AMINE_DRAW_GIVEN,    /* `values` */
  AMINE_DRAW_UNIFORM,  /* in [a, b); a for all if they are equal */
  AMINE_DRAW_NORMAL,   /* of mean a and standard deviation b */
  AMINE_DRAW_LOGNORMAL /* e^x, x normal of mean a and standard deviation b */
} amine_draw_kind;
typedef struct amine_draw {
  size_t size; /* sizeof(amine_draw) */
  amine_draw_kind kind;
  double a, b;
  const float *values; /* [n] of AMINE_DRAW_GIVEN, copied */
  /* What of AMINE_DRAW_NORMAL and _LOGNORMAL is not in [min, max] is drawn again. The middle of the
   * distribution, a or e^a, lies there. */
  double min, max;
} amine_draw;
AMINE_API amine_draw amine_draw_default(void); /* uniform, a = b = 0; no bounds */

/* The values of a state (amine_brain_get) with which the neurons begin, instead of those of the
 * model. Possible until the first run; from then on there is amine_brain_set. AMINE_ERROR_ARGUMENT
 * names what the model has not, or a number that is not finite. */
AMINE_API amine_status amine_brain_set_initial(amine_brain *brain, int population,
                                               const char *state, const amine_draw *draw,
                                               amine_error *error);
/* amine_brain_set_parameter with drawn numbers. One that is out of the parameter's range is
 * refused: AMINE_ERROR_ARGUMENT names the neuron and the value. */
AMINE_API amine_status amine_brain_draw_parameter(amine_brain *brain, int population,
                                                  const char *parameter, const amine_draw *draw,
                                                  amine_error *error);

typedef enum amine_receptor {
  AMINE_RECEPTOR_1, /* excitatory: decays with tau_e, reverses at e_e */
  AMINE_RECEPTOR_2  /* inhibitory: tau_i, e_i */
  /* further numbers: of amine_brain_add_receptor, and of what a text names by "receptor" */
} amine_receptor;

/* A further receptor of a population: an arrival adds its weight to g, g' = -g / tau_ms (0.001 to
 * 1e6), and g is added to the external current, in its unit; or it is a conductance of the current
 * g (e_mv - v), in the unit of the model's others, if e_mv (-1000 to 1000) is not NAN. The neurons
 * are then computed by their model's text (docs/neurons.md), in which the state g_NAME is g.
 * *receptor (may be NULL) gets its number: eight are the most. AMINE_ERROR_ARGUMENT names what is
 * wrong: a model that is integrated exactly takes no e_mv. Possible until the first run. */
AMINE_API amine_status amine_brain_add_receptor(amine_brain *brain, amine_receptor *receptor,
                                                int population, const char *name, double tau_ms,
                                                double e_mv, amine_error *error);
/* The number of a population's receptor of a name: "excitatory" is 0, "inhibitory" 1; -1: none. */
AMINE_API int amine_brain_receptor(const amine_brain *brain, int population, const char *name);

typedef enum amine_connect {
  AMINE_CONNECT_ALL,
  AMINE_CONNECT_PROBABILITY, /* each pair with `probability` */
  AMINE_CONNECT_OUT,         /* n_out different targets for each source, drawn at random */
  AMINE_CONNECT_DISTANCE,    /* each pair with probability * exp(-d / radius), d Euclidean */
  AMINE_CONNECT_ONE_TO_ONE,  /* i to i */
  AMINE_CONNECT_LIST,        /* the given pairs */
  AMINE_CONNECT_IN,          /* n_in different sources for each target, drawn at random */
  /* n_total synapses, the source and the target of each drawn from all, so that a pair may have
   * several; with self_connections a neuron may be drawn as its own target */
  AMINE_CONNECT_TOTAL
} amine_connect;

typedef struct amine_projection {
  size_t size;      /* sizeof(amine_projection) */
  const char *name; /* NULL: "SOURCE-TARGET" */
  int source, target;
  amine_receptor receptor;
  amine_connect connect;
  double probability, radius;
  int n_out;
  int self_connections;         /* 1: a neuron may be its own target */
  const int *sources, *targets; /* AMINE_CONNECT_LIST: [n_pairs], indices in the populations */
  const float *weights;         /* [n_pairs], or NULL: `weight` */
  size_t n_pairs;
  /* All `weight`, or uniform in [weight, weight_max] if that is larger; what learns begins within
   * its rule's w_min and w_max. */
  double weight, weight_max;
  double delay_ms, delay_max_ms; /* all `delay_ms`, or uniform in whole steps up to delay_max_ms */
  double velocity;               /* lattice units per ms: adds d / velocity to the delay; 0: none */
  /* Plasticity: NULL is none, else a rule's name, or a text of equations of several lines
   * (docs/synapses.md), with its parameters. */
  const char *rule;
  const amine_value *values;
  int n_values;
  amine_third_factor factor; /* 1 in a brain without chemical modulators */
  /* Short-term plasticity (Tsodyks–Markram) of the source's spikes. U = 0: none. */
  double stp_u, stp_tau_rec_ms, stp_tau_facil_ms;
  int n_in; /* AMINE_CONNECT_IN */
  /* How much of the delay is the dendrite's, at most delay_ms: a spike is at the synapse so much
   * before it is at the soma, with the weight of that moment, and a spike of the target is at the
   * synapse so much later. 0: all of it is the axon's. */
  double dendritic_delay_ms;
  size_t n_total; /* AMINE_CONNECT_TOTAL, at most 2^31 - 1 */
  /* Instead of `weight` and `delay_ms`, NULL: those; copied. Weights are AMINE_DRAW_NORMAL or
   * _LOGNORMAL. Delays, in ms, are _NORMAL: the nearest number of steps within [min, max], one at
   * least. Lists with weights of their own take none. */
  const amine_draw *weights_drawn, *delays_drawn;
} amine_projection;

AMINE_API amine_projection amine_projection_default(void);

/* Makes the synapses. *id (may be NULL) gets the projection's number. AMINE_ERROR_ARGUMENT names
 * what is wrong, AMINE_ERROR_INPUT what is in a text; AMINE_ERROR_MEMORY. Possible until the first
 * run. */
AMINE_API amine_status amine_brain_connect(amine_brain *brain, int *id, const amine_projection *p,
                                           amine_error *error);

/* How synapses that never change lie in memory.
 *
 * _FULL:    weights are float32. Fast where many synapses from one neuron have one delay.
 * _COMPACT: 4 bytes a synapse with a delay and a weight of its own, for large networks. A weight is a
 *           whole number of quanta, at most 32,767: the quantum of a receptor of a population is a
 *           power of two, so that no weight changes by more than 2^-15 of the largest that may be
 *           drawn there. What arrives is added exactly. Only for synapses without rule, decay and
 *           short-term plasticity, not listed, with no distances in them; all others stay _FULL.
 *           amine_brain_set_weights refuses them.
 * _AUTOMATIC, the beginning: compact where the rows of a block would be short, a few synapses of one
 *           source and delay, in a brain of 6,000 neurons or more whose usual weights are more than
 *           256 quanta.
 *
 * Which synapses there are is the same in both. The results differ by what weights are rounded. Until
 * the first run; AMINE_ERROR_ARGUMENT. */
typedef enum amine_layout {
  AMINE_LAYOUT_AUTOMATIC,
  AMINE_LAYOUT_FULL,
  AMINE_LAYOUT_COMPACT
} amine_layout;
AMINE_API amine_status amine_brain_set_layout(amine_brain *brain, amine_layout layout,
                                              amine_error *error);
/* Builds the brain if that is still to do; false also if that fails. */
AMINE_API bool amine_brain_is_compact(const amine_brain *brain, int projection);

/* ---- Inputs; each may be changed between runs. */

/* A constant current, and noise: I(k) = mean + uniform * (U - 1/2) per neuron and step, U uniform
 * in [0, 1). Units of the model: mV for lif, pA for lif-cond and adex, none for izhikevich. */
AMINE_API amine_status amine_brain_set_current(amine_brain *brain, int population, double mean,
                                               double uniform, amine_error *error);
/* What is added to it neuron by neuron, [n], copied; NULL: nothing. An image on a sense's area. */
AMINE_API amine_status amine_brain_set_currents(amine_brain *brain, int population,
                                                const float *currents, amine_error *error);
/* Every neuron gets its own Poisson train of rate_hz into a receptor; rate 0 stops it. */
AMINE_API amine_status amine_brain_set_poisson(amine_brain *brain, int population,
                                               amine_receptor receptor, double rate_hz,
                                               double weight, amine_error *error);
/* What drives a part of a population and changes in time. All that a population has add up, with
 * each other and with the inputs above. */
typedef enum amine_drive_kind {
  AMINE_DRIVE_CURRENT, /* a current, as that of amine_brain_set_current */
  AMINE_DRIVE_POISSON, /* a train of its own for each neuron, as that of amine_brain_set_poisson */
  AMINE_DRIVE_RATE     /* adds to rate_hz of neurons of the model "poisson" */
} amine_drive_kind;
typedef struct amine_drive {
  size_t size; /* sizeof(amine_drive) */
  amine_drive_kind kind;
  amine_receptor receptor; /* of AMINE_DRIVE_POISSON, and the weight of its arrivals */
  double weight;
  const int *neurons; /* [n_neurons] different ones, copied; NULL: all of the population */
  int n_neurons;
  /* A current, or a rate in Hz: `before`, and from times_ms[k] on values[k]; copied. Times ascend, by
   * a step at least. With `ramps` it goes from each value to the next on a straight line. */
  double before;
  const double *times_ms, *values; /* [n_values] */
  size_t n_values;
  int ramps;
  /* amplitude sin(2 pi (t / period_ms + phase)) is added; phase in 0 to 1. Rates stop at 0. */
  double amplitude, period_ms, phase;
} amine_drive;
AMINE_API amine_drive amine_drive_default(void); /* a current of 0, for all */
/* Possible until the first run. AMINE_ERROR_ARGUMENT names what is wrong: the rate of a Poisson
 * input changes in steps only. */
AMINE_API amine_status amine_brain_add_drive(amine_brain *brain, int population,
                                             const amine_drive *drive, amine_error *error);
/* Spikes that a "spikes" population will fire: n of neuron[k] at time_ms[k] >= now, any order.
 * They are added to those that wait. A neuron fires in a step as often as it was told for it. */
AMINE_API amine_status amine_brain_add_spikes(amine_brain *brain, int population,
                                              const int *neurons, const double *times_ms, size_t n,
                                              amine_error *error);
/* Adds `v` once to the membrane potential of the given neurons, before the next step. */
AMINE_API amine_status amine_brain_kick(amine_brain *brain, int population, const int *neurons,
                                        int n, double v, amine_error *error);

/* ---- Chemical modulators. */

/* Gives the brain a chemical system (copied), whose levels decay every step_ms. Possible until the
 * first run. Its effects by default: every learning projection by its factor; norepinephrine's gain
 * on the inputs and serotonin on the threshold of every population; see amine_brain_target. */
AMINE_API amine_status amine_brain_set_chemical(amine_brain *brain, const amine_chemical *chemical,
                                                double step_ms, amine_error *error);
/* The live system, to reward, punish, clamp and read; NULL without one. What is done to it between
 * two runs holds from the first step of the next. */
AMINE_API amine_chemical *amine_brain_chemical(amine_brain *brain);
typedef enum amine_effect {
  AMINE_EFFECT_LEARNING = 1,  /* factor of the projections onto the population */
  AMINE_EFFECT_GAIN = 2,      /* norepinephrine: input * gain */
  AMINE_EFFECT_THRESHOLD = 4, /* serotonin: rest + (threshold - rest) (1 + inhibition) */
  AMINE_EFFECT_SENSORY = 8,   /* acetylcholine: external current and Poisson input */
  AMINE_EFFECT_AROUSAL = 16   /* orexin: external current and Poisson input */
} amine_effect;
/* A reward for every projection whose rule knows rewards (da-stdp, mstdp, mstdpet, r-max, or a text)
 * and that has no factor, before the next step. */
AMINE_API amine_status amine_brain_reward(amine_brain *brain, double amount, amine_error *error);
/* Which effects reach a population (a sum of amine_effect), after which delay, and low-pass
 * filtered with tau_ms (0: not). Default: LEARNING, GAIN and THRESHOLD, no delay, no filter. */
AMINE_API amine_status amine_brain_target(amine_brain *brain, int population, unsigned effects,
                                          double delay_ms, double tau_ms, amine_error *error);

/* ---- Lesions: what a brain is without a part of it. Each holds from the next step on, until it is taken
 * back by on = 0; a saved brain keeps them.
 *
 * silence: a population fires no more. Its neurons live on; what they would have fired is counted nowhere
 *          and reaches nobody.
 * block:   nothing arrives by a projection, and its synapses do not change.
 * rest:    no synapse of the brain changes, by spikes, by decay or by scaling; none takes up eligibility,
 *          what there is of it decays. Traces of spikes go on, so that learning goes on from where spikes are.
 *
 * AMINE_ERROR_ARGUMENT: there is no such population or projection. */
AMINE_API amine_status amine_brain_silence(amine_brain *brain, int population, int on,
                                           amine_error *error);
AMINE_API amine_status amine_brain_block(amine_brain *brain, int projection, int on,
                                         amine_error *error);
AMINE_API void amine_brain_rest(amine_brain *brain, int on);
AMINE_API bool amine_brain_is_silent(const amine_brain *brain, int population);
AMINE_API bool amine_brain_is_blocked(const amine_brain *brain, int projection);
AMINE_API bool amine_brain_is_resting(const amine_brain *brain);

/* ---- Running. */

/* Threads that the next runs use, 1 or more. Compact synapses (amine_layout) are cut into parts when
 * they are drawn, as many as there are threads then, or more in a large brain: more threads than
 * parts have nothing to do. */
AMINE_API amine_status amine_brain_set_threads(amine_brain *brain, int n_threads,
                                               amine_error *error);
/* n_steps steps. AMINE_ERROR_NUMERIC names the neuron whose potential is no longer a finite number
 * after them; the brain is then not usable any more. AMINE_ERROR_MEMORY: the brain stopped early,
 * as amine_brain_step tells, and may go on. */
AMINE_API amine_status amine_brain_run(amine_brain *brain, uint64_t n_steps, amine_error *error);
AMINE_API uint64_t amine_brain_step(const amine_brain *brain); /* steps done */
/* What was taken otherwise than it was said, a line each: times that are no whole number of steps
 * ("E-I: delay_ms=1 is taken as 0.7, 1 step of 0.7 ms"). "" if there is nothing to say. The text
 * belongs to the brain and changes with the next call that changes it. */
AMINE_API const char *amine_brain_notes(const amine_brain *brain);
AMINE_API double amine_brain_dt(const amine_brain *brain);     /* ms */

/* ---- Looking inside. */
AMINE_API int amine_brain_n_populations(const amine_brain *brain);
AMINE_API const char *amine_brain_population(const amine_brain *brain, int population, int *n,
                                             const char **model); /* outputs may be NULL */
AMINE_API int amine_brain_n_projections(const amine_brain *brain);
/* Outputs may be NULL. Asking for n_synapses draws the synapses, as the first run does. */
AMINE_API const char *amine_brain_projection(const amine_brain *brain, int projection, int *source,
                                             int *target, size_t *n_synapses);
/* Bytes that synapses take in all, and their number; n may be NULL. Draws the synapses, too. */
AMINE_API size_t amine_brain_synapse_bytes(const amine_brain *brain, size_t *n);

/* A state variable ("v", "u", "w", "g_e", "g_i" as the model has it) of each neuron, [n]. */
AMINE_API amine_status amine_brain_get(const amine_brain *brain, int population, const char *state,
                                       float *values, amine_error *error);
AMINE_API amine_status amine_brain_set(amine_brain *brain, int population, const char *state,
                                       const float *values, amine_error *error);
/* The synapses of a projection in the order of (source, delay, target): any output may be NULL,
 * each [n_synapses]. `variable` is "w", or "c" for the eligibility of a rule that has one, brought
 * up to date to now. */
AMINE_API amine_status amine_brain_synapses(amine_brain *brain, int projection,
                                            const char *variable, int *sources, int *targets,
                                            int *delays, float *values, amine_error *error);
AMINE_API amine_status amine_brain_set_weights(amine_brain *brain, int projection,
                                               const float *weights, amine_error *error);

/* Spikes of the populations that are recorded (all by default), kept until they are read. */
AMINE_API amine_status amine_brain_record(amine_brain *brain, int population, int on,
                                          amine_error *error);
/* How many wait; the first n of them, in the order of (step, population, neuron), go to the arrays
 * and are forgotten: step number, population, neuron in it. Outputs may be NULL. */
AMINE_API size_t amine_brain_n_spikes(const amine_brain *brain);
AMINE_API void amine_brain_read_spikes(amine_brain *brain, uint64_t *steps, int *populations,
                                       int *neurons, size_t n);
/* Spikes fired by a population since the brain was made, recorded or not. */
AMINE_API uint64_t amine_brain_spike_count(const amine_brain *brain, int population);
/* What the synapses onto a neuron of a population have brought it per second, on average since the
 * brain was made: the sum of (spikes of the source) * |weight as it is now| over the synapses onto
 * the population, over its neurons and the time; nS Hz where arrivals are conductances, mV Hz for
 * lif and escape, weight times Hz for izhikevich. A synapse inhibits if its weight is negative;
 * at receptor 2 of a conductance-based model, if it is positive. inhibition / excitation is 1 in
 * balance. 0 before the first step and for models that take no input. Outputs may be NULL. Draws
 * the synapses, too. AMINE_ERROR_ARGUMENT: no such population; AMINE_ERROR_MEMORY. */
AMINE_API amine_status amine_brain_balance(amine_brain *brain, int population, double *excitation,
                                           double *inhibition, amine_error *error);

/* Writes all that shapes the future as a safetensors file, replaced as a whole or not at all. */
AMINE_API amine_status amine_brain_save(amine_brain *brain, const char *path, amine_error *error);
/* Puts a brain that was built by the same calls into the saved state. AMINE_ERROR_INPUT names what
 * does not fit; the brain is then as it was. */
AMINE_API amine_status amine_brain_restore(amine_brain *brain, const char *path,
                                           amine_error *error);

#ifdef __cplusplus
}
#endif
#endif
