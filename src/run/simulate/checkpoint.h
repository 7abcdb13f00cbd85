/* Checkpoints of a simulation: everything that shapes its future, in one safetensors file.
 *
 *   what amine_brain_save writes, and beside it
 *   protocol.state  U8 [bytes]     the protocol's state
 *   run.next        U64 [1]        the step of its next call
 *   run.pending     U64 [n][3]     spikes since its last one: step, population, neuron
 *   run.marks       U64 [3]        lines of metrics.jsonl, bytes of spikes.gdf, step of the last
 *                                  line
 *   run.counts      U64 [P]        spikes of each population until that step
 *   run.rewards     F64 [1]        their sum
 *   trace.NAME, trace.NAME.t, trace.NAME.thinned      levels, voltages, weights, events
 *   before.K        F32 [n]        weights of learning projection K at step 0
 *   __metadata__: what the brain writes, simulation (the keys that results depend on), checksums
 *
 * It holds no clock time and nothing of the machine: equal runs give equal files. */
#ifndef AMINE_RUN_SIMULATE_CHECKPOINT_H
#define AMINE_RUN_SIMULATE_CHECKPOINT_H

#include "run/simulate/records.h"

/* Replaces the file as a whole; on failure the one that was there is still there. */
amine_status am_simulation_checkpoint_save(am_simulation *simulation,
                                           const am_simulation_mark *mark, const char *path,
                                           amine_error *error);

/* The configuration that a checkpoint was written with, without the keys that results do not depend
 * on. The caller json_decref's *root. */
amine_status am_simulation_checkpoint_config(json_t **root, const char *path, amine_error *error);

/* The step that it was saved at. */
amine_status am_simulation_checkpoint_step(uint64_t *step, const char *path, amine_error *error);

/* Puts a prepared simulation of the same configuration into the saved state, and fills in *mark,
 * which is to be freed. What is damaged gets a sentence; the simulation is then only good to be
 * destroyed. */
amine_status am_simulation_checkpoint_load(am_simulation *simulation, am_simulation_mark *mark,
                                           const char *path, amine_error *error);

#endif
