/* Spiking networks for measuring speed: those of bench/peer_brain.py, and four more. */
#ifndef AMINE_RUN_BENCH_BRAIN_H
#define AMINE_RUN_BENCH_BRAIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amine/brain.h"

/* How large "random" is; the others are as large as they are. */
typedef struct am_bench_size {
  int n_neurons, n_out; /* n_out targets for each neuron */
  double rate_hz;       /* what every neuron fires at */
} am_bench_size;

typedef struct am_bench_network {
  const char *name, *meaning;
  double seconds; /* of biological time that are worth measuring */
  bool peer;      /* bench/peer_brain.py has it too */
  bool alone;     /* measured where it is asked for by its name only */
  double dt_ms;
  const char *preset; /* that describes it; NULL: `build` does */
  amine_status (*build)(amine_brain *brain, const am_bench_size *size, uint64_t seed,
                        amine_error *error);
  /* What happens in its life: at step 0 of the unmeasured start and every start_ms of it; at step 0
   * of the measured time and every event_ms. NULL: nothing. */
  amine_status (*start)(amine_brain *brain, amine_error *error);
  amine_status (*event)(amine_brain *brain, amine_error *error);
  double start_ms, event_ms;
} am_bench_network;

/* The k-th network, NULL past the end; and the one of that name, or NULL. */
const am_bench_network *am_bench_network_at(int k);
const am_bench_network *am_bench_network_find(const char *name);

typedef struct am_bench_spikes {
  double simulate_s;                     /* wall time of the measured steps */
  double setup_s;                        /* of everything before */
  double rate_hz, rate_e_hz, rate_i_hz;  /* mean; those of the neurons with names E and I, or 0 */
  size_t n_neurons, n_synapses, n_bytes; /* bytes of the synapses */
  double n_steps, n_events;              /* events: spikes times the synapses of their neuron */
} am_bench_spikes;

/* Builds the network, runs 50 ms that are not measured, then so many seconds on so many threads.
 * AMINE_ERROR_ARGUMENT if the size is none for this network, or the time no step; *result is then
 * as it was, as after every failure. */
amine_status am_bench_brain(am_bench_spikes *result, const am_bench_network *network,
                            const am_bench_size *size, double seconds, int threads, uint64_t seed,
                            amine_error *error);

#endif
