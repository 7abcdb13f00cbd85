/* Neurons of one population that differ in parameters which their model does not keep neuron by neuron.
 *
 * A kernel's constants are those of the whole population, so such a population is computed by its
 * model's text (presets/neurons), in which these constants are said to differ: the same equations, by
 * the same schemes. Populations without them keep their kernels. */
#ifndef AMINE_BRAIN_NEURON_EACH_H
#define AMINE_BRAIN_NEURON_EACH_H

#include "brain/neuron_text.h"

/* The model whose neurons have `parameter` for themselves, beside what they have already.
 * AMINE_ERROR_ARGUMENT says why that cannot be: the model has no text, the text integrates a state
 * exactly and so with one time constant for all, or there are too many such parameters. */
amine_status am_neuron_each_make(am_neuron_text_model **made, const am_neuron_model *model,
                                 const char *parameter, amine_error *error);

#endif
