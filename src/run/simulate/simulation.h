/* A simulation: a brain, the protocol that acts on it, and what is kept of its course in memory.
 *
 * It runs in slices: to the next multiple of 0.1 s of biological time, to the next line of
 * metrics.jsonl or to the end, whatever is first. Within a slice it stops where the protocol wants
 * to act and where something is sampled; none of that changes what the brain does. */
#ifndef AMINE_RUN_SIMULATE_SIMULATION_H
#define AMINE_RUN_SIMULATE_SIMULATION_H

#include "kernel/real.h"
#include "run/simulate/config.h"
#include "run/simulate/learning.h"
#include "run/simulate/recorder.h"
#include "run/simulate/states.h"

#define AM_FOLLOWED_MAX 256     /* synapses that are followed in all */
#define AM_SPIKES_MAX 4000000u /* spikes in a recording */

typedef struct am_simulation {
  const am_simulation_config *config;
  amine_brain *brain;
  uint64_t end;       /* steps */
  uint64_t halt;      /* a slice ends at this step, if it comes to it: something will be done there */
  size_t most_spikes; /* in a recording */
  am_stage stage;
  void *state;       /* of the protocol */
  am_task *task;     /* that it plays, and its world; NULL: none */
  void *world;
  uint64_t next;     /* step of its next call */
  am_spike *pending; /* [n_pending] spikes since its last call */
  size_t n_pending, pending_capacity;
  am_event_log log;
  double peaks[AM_N_MODULATORS]; /* levels furthest from their baselines since the last line */
  am_recorder levels;   /* five columns, every 10 ms and at events, the last record.window_s */
  am_recorder voltages; /* every ms, the last record.voltage_s */
  am_recorder weights;  /* of the synapses that are followed, the whole time, thinned */
  am_states states;     /* that the description asks for */
  int n_voltages, *voltage_population, *voltage_neuron;
  float *voltage_row, *population_row; /* scratch */
  am_learning *learning;
  int n_learning;
  float *weight_values, *weight_row; /* scratch: of a projection; of the synapses followed */
  am_real *block_values;             /* scratch: of a block */
  am_spike *fired;                   /* scratch: the spikes of one stretch */
  uint64_t *fired_steps;
  int *fired_populations, *fired_neurons;
  size_t fired_capacity;
  amine_brain_event *happened; /* scratch: the events of one stretch */
  size_t happened_capacity;
} am_simulation;

/* Who gets the spikes of a slice, stretch by stretch, in order; NULL as a function: nobody. */
typedef struct am_spike_sink {
  void (*take)(void *context, const am_spike *spikes, size_t n);
  void *context;
} am_spike_sink;

/* Makes it at step 0, with the protocol started. The configuration must outlive it. n_threads 0
 * takes every processor. Failures as of am_simulation_config_brain and of the protocol's start. */
amine_status am_simulation_create(am_simulation **simulation, const am_simulation_config *config,
                                  int n_threads, am_text *notes, amine_error *error);
/* The same, to be put into a saved state (checkpoint.h): the protocol is not started. */
amine_status am_simulation_prepare(am_simulation **simulation, const am_simulation_config *config,
                                   int n_threads, am_text *notes, amine_error *error);
void am_simulation_destroy(am_simulation *simulation);

/* Do a projection's weights change by themselves? */
bool am_simulation_learns(const amine_brain *brain, int projection);

/* Tenths of a second done, the one that the end has cut short included; and planned. */
uint64_t am_simulation_slice(const am_simulation *simulation);
uint64_t am_simulation_slices(const am_simulation *simulation);
/* Is a line of metrics.jsonl due at this step? */
bool am_simulation_line_due(const am_simulation *simulation);
/* Is the planned time done? */
bool am_simulation_done(const am_simulation *simulation);
/* Biological time done, in s. */
double am_simulation_time(const am_simulation *simulation);

/* One slice more. AMINE_ERROR_NUMERIC: the numbers broke; the simulation is of no use any more. */
amine_status am_simulation_run(am_simulation *simulation, const am_spike_sink *sink,
                               amine_error *error);

/* Biological time in s until which there is something to see: the present, or, of a protocol that
 * does nothing more, a second after its last event. Pictures end there. */
double am_simulation_shown(const am_simulation *simulation);

/* Forgets the peaks: a line has told them. */
void am_simulation_forget_peaks(am_simulation *simulation);

/* Looks at the learning weights: `mean` and `weight_row` are those of now. */
void am_simulation_look_at_weights(am_simulation *simulation);
/* The same, and keeps the row for the recording. To be called at step 0 and then in one fixed
 * rhythm. */
amine_status am_simulation_weigh(am_simulation *simulation, amine_error *error);

/* The figures of the protocol, [protocol->n_measures]. */
void am_simulation_measure(const am_simulation *simulation, double *values);

/* The number of a population's first neuron, all neurons counted through. */
uint32_t am_simulation_first(const am_simulation *simulation, int population);

#endif
