/* A model with one receptor more: its text, with a conductance or a current of its own beside the
 * external one. */
#ifndef AMINE_BRAIN_NEURON_RECEPTOR_H
#define AMINE_BRAIN_NEURON_RECEPTOR_H

#include "brain/neuron_text.h"

/* What arrives at the receptor adds its weight to g, g' = -g / tau_ms, and g is a current beside the
 * external one, or, if e_mv is not NAN, a conductance of the current g (e_mv - v). Its state is
 * called g_NAME. AMINE_ERROR_ARGUMENT: the model has no text, or cannot have it;
 * AMINE_ERROR_MEMORY. */
amine_status am_neuron_receptor_make(am_neuron_text_model **made, const am_neuron_model *model,
                                     const char *name, double tau_ms, double e_mv,
                                     amine_error *error);

#endif
