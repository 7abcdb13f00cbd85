/* A source that fires when it is told ("spikes"): by a file, an event or a program
 * (amine_brain_add_spikes), as often in a step as it was told for it. It has no step of its own:
 * brain/step.c lists who was told. */
#include "brain/neuron.h"

const am_neuron_model am_spikes_model = {
    .part = {.kind = AM_NEURON, .name = "spikes", .meaning = "fires when it is told"},
    .is_source = 1};
