/* The neuron models and synapse rules that a brain is made of: those of ours, and where they are
 * found. A brain keeps the registry that it was made with (brain/brain.h), so that a program's own
 * ones are named in a model file as ours are. */
#ifndef AMINE_BRAIN_PARTS_H
#define AMINE_BRAIN_PARTS_H

#include "base/words.h"
#include "brain/neuron.h"
#include "rule/synapse.h"

/* In the order of the public lists. "lif" and "none" are what is taken where nothing is said. */
#define AM_BRAIN_PARTS                                                                             \
  &am_lif_model.part, &am_lif_cond_model.part, &am_izhikevich_model.part,                          \
      &am_izhikevich_2007_model.part, &am_adex_model.part, &am_escape_model.part,                  \
      &am_poisson_model.part, &am_spikes_model.part, &am_none_synapse.part,                        \
      &am_hebb_synapse.part, &am_stdp_synapse.part, &am_stdp_weight_synapse.part,                  \
      &am_triplet_synapse.part, &am_istdp_synapse.part, &am_bcm_synapse.part, &am_da_stdp_synapse.part,                      \
      &am_mstdp_synapse.part, &am_mstdpet_synapse.part, &am_r_max_synapse.part

extern const am_neuron_model am_lif_model, am_lif_cond_model, am_izhikevich_model,
    am_izhikevich_2007_model, am_adex_model, am_escape_model, am_poisson_model, am_spikes_model;
extern const am_synapse_rule am_none_synapse, am_hebb_synapse, am_stdp_synapse,
    am_stdp_weight_synapse, am_triplet_synapse, am_istdp_synapse, am_bcm_synapse, am_da_stdp_synapse, am_mstdp_synapse, am_mstdpet_synapse,
    am_r_max_synapse;

/* Them alone: what a brain is made with if nothing else is said. */
extern const am_registry am_brain_parts;

static inline const am_neuron_model *am_neuron_find(const am_registry *parts, const char *name) {
  return (const am_neuron_model *)am_registry_find(parts, AM_NEURON, name);
}
static inline const am_synapse_rule *am_synapse_find(const am_registry *parts, const char *name) {
  return (const am_synapse_rule *)am_registry_find(parts, AM_SYNAPSE, name);
}

/* What a description means by a word: the part of that name, or, `loosely`, however it is spelled
 * ("Regular_Spiking") and by the names that other tools have for it. NULL: none, and *nearest (may
 * be NULL) is the name nearest to it, or NULL. */
const am_part *am_brain_part_of(const am_registry *parts, am_part_kind kind, const char *word,
                                bool loosely, const char **nearest);

/* The names of a model's states, in `out`: "v, g_e, g_i"; "none". */
const char *am_neuron_states_text(char *out, size_t size, const am_neuron_model *model);

/* Is `word` that name, or one of "a|b", as am_brain_part_of spells it? */
bool am_spelled_so(const char *word, const char *name, const char *others);

/* The parameter of a name, or NULL; loosely: also without its unit, and by the names that other
 * tools use. */
const amine_parameter *am_parameter_find(const am_part *part, const char *name, bool loose);

/* The parameters of a neuron model or rule (NULL: none), also by the names that other tools have
 * for them. */
void am_nearest_parameter(am_nearest_word *nearest, const am_part *part);

#endif
