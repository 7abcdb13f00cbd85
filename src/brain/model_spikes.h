/* Spikes that a model names, told neuron by neuron or in a file. */
#ifndef AMINE_BRAIN_MODEL_SPIKES_H
#define AMINE_BRAIN_MODEL_SPIKES_H

#include "brain/model_plan.h"

#define AM_SPIKES_LATEST_MS 1e12

/* Room for n spikes, which the plan owns and the input points to. */
amine_status am_spikes_room(am_model_plan_input *input, int **neurons, double **times_ms, size_t n,
                            am_model_plan *plan, amine_error *error);

typedef struct am_spike_file {
  const char *path, *checksum; /* the latter may be NULL */
  int first; /* the file's number for neuron 0: what lies outside the population is then passed over
              * and noted; -1: numbers are those of the population, others are refused */
} am_spike_file;

/* NPY of floats [n][2], neuron and time in ms, or text (format/spike_text.h). `above` is the input.
 */
amine_status am_spike_file_read(am_model_plan_input *input, am_model_plan *plan, am_reader *r,
                                const am_where *above, const am_spike_file *file);

#endif
