#include "brain/part_texts.h"

#include <string.h>

amine_status am_part_texts_make(am_part_texts *texts, const am_part **part, am_part_kind kind,
                                const char *name, const char *text, amine_error *error) {
  if (kind == AM_NEURON) {
    am_neuron_text_model *model;
    AM_TRY(am_neuron_text_model_make(&model, name, text, error));
    model->next = texts->neurons;
    texts->neurons = model;
    *part = &model->is.part;
    return AMINE_OK;
  }
  am_synapse_text_rule *rule;
  AM_TRY(am_synapse_text_rule_make(&rule, name, text, error));
  rule->next = texts->synapses;
  texts->synapses = rule;
  *part = &rule->is.part;
  return AMINE_OK;
}

void am_part_texts_free(am_part_texts *texts) {
  while (texts->neurons) {
    am_neuron_text_model *model = texts->neurons;
    texts->neurons = model->next;
    am_neuron_text_model_free(model);
  }
  while (texts->synapses) {
    am_synapse_text_rule *rule = texts->synapses;
    texts->synapses = rule->next;
    am_synapse_text_rule_free(rule);
  }
}

bool am_is_part_text(const char *word) { return word && strchr(word, '\n'); }
