/* recording.npz of a simulation: what pictures and other tools want to see of it.
 *
 * P populations, R projections that learn, B bins. Neurons are numbered through all populations, as
 * in spikes.gdf. Names are bytes of UTF-8, padded with zeros: bytes(row).rstrip(b"\0").decode().
 *
 *   population_names u1 [P][.]    sizes i4 [P]    first i4 [P]: number of its first neuron
 *   excitation f8 [P]   inhibition f8 [P]   what synapses brought (amine_brain_balance)
 *   dt_ms f8 [1]    end f8 [1]: biological time done, s; less if the protocol had ended before
 *   begin f8 [1]: end - record.window_s, or 0; later where more than 4,000,000 spikes fell into
 *                 that time
 *   i i4 [n]   t f8 [n]           all spikes from `begin` to `end`: neuron, s
 *   v f4 [T][k]   v_t f8 [T]   v_i i4 [k]       voltages of k neurons in the last record.voltage_s
 *   level_names u1 [5][.]   levels f4 [T][5]   levels_t f8 [T]   baselines f4 [5]
 *       of the last record.window_s: every 10 ms, and just after each event
 *   event_names u1 [.][.]: of the kinds (amine/events.h)
 *   events_begin f8 [1]           all events since then; later than 0 where there were more than
 *                                 10,000
 *   events_t f8 [n]   events_kind i4 [n]   events_value f4 [n]   events_second f4 [n]
 *       s; and their two numbers: reward and what was expected of it, punishment and stress, ...
 *   event_plans u1 [.][.]   events_source i4 [n]: which of the model's events; -1: the protocol
 *   events_before f4 [n][5]   events_after f4 [n][5]
 *       the levels just before the event and just after it; NaN without chemical modulators
 *   projection_names u1 [R][.]   synapses i8 [R]
 *   target_rate_hz f4 [R]: to which homeostasis scales them; 0: it does not
 *   weight_edges f8 [R][B+1]   weight_before i8 [R][B]   weight_after i8 [R][B]
 *       of every synapse, or of 32,769 to 65,536 evenly chosen ones: so many as the bins sum to
 *   w f4 [T][m]   w_t f8 [T]   w_projection, w_pre, w_post i4 [m]   some synapses, the whole time
 *   checkpoint i8 [2]             bytes and CRC-32C of the checkpoint that it belongs to
 *   limits u1 [.][.]              in words, what was left out because it was too much
 *
 * What a brain does not have is left out. */
#ifndef AMINE_RUN_SIMULATE_RECORDING_H
#define AMINE_RUN_SIMULATE_RECORDING_H

#include "run/simulate/records.h"

/* Writes it to the folder, in which the checkpoint and spikes.gdf stand as the run left them.
 * *limits (empty before) gets the lines that the file has as `limits`, each ended by a newline. */
amine_status am_simulation_recording_write(am_simulation *simulation,
                                           const am_simulation_mark *mark, const char *folder,
                                           am_text *limits, amine_error *error);

/* Does the folder hold one that is whole, and of the checkpoint that it holds now? Also true where
 * there is no checkpoint. AMINE_ERROR_MEMORY only. */
amine_status am_simulation_recording_is_fresh(bool *is, const char *folder, amine_error *error);

/* One of populations and spikes alone: n spikes, neurons numbered through all populations, and the
 * steps at which they fired, ascending; `from` is the first step that could have some.
 * Every spike must be from before the simulation's present step. */
amine_status am_simulation_raster_write(const am_simulation *simulation, uint64_t from,
                                        const uint32_t *neurons, const uint64_t *steps, size_t n,
                                        const char *path, amine_error *error);

#endif
