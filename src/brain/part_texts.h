/* Neuron models and synapse rules that were made of texts for one brain, and live as long as it
 * does. */
#ifndef AMINE_BRAIN_PART_TEXTS_H
#define AMINE_BRAIN_PART_TEXTS_H

#include "brain/neuron_text.h"
#include "rule/synapse_text.h"

typedef struct am_part_texts {
  am_neuron_text_model *neurons;
  am_synapse_text_rule *synapses;
} am_part_texts;

enum { AM_PART_TEXT_MAX = 65536 }; /* bytes */

/* Makes one of a kind, AM_NEURON or AM_SYNAPSE, and keeps it; `name` stands in sentences.
 * AMINE_ERROR_INPUT for what is wrong in it, with line and column; AMINE_ERROR_MEMORY. */
amine_status am_part_texts_make(am_part_texts *texts, const am_part **part, am_part_kind kind,
                                const char *name, const char *text, amine_error *error);
void am_part_texts_free(am_part_texts *texts);

/* Whether a word in the place of a part's name is a text: it has several lines. */
bool am_is_part_text(const char *word);

#endif
