/* Networks that are texts of equations, as parts: presets/networks/NAME.txt says of each its
 * meaning (its first line), its source (the remarks below), and its constants, which are parameters
 * beside those that all have. The build makes the parts of the texts (cmake/
 * embed_networks.cmake). */
#ifndef AMINE_NETWORK_UNITS_H
#define AMINE_NETWORK_UNITS_H

#include "base/parameter.h"
#include "base/registry.h"
#include "equation/rule_program.h"
#include "modulator/modulator.h"
#include "network/stack.h"
#include "rule/rule.h"

enum { AM_UNITS_CONSTANTS = 32 };

/* What a text is told; constants in the order of its parameters. */
typedef struct am_units_options {
  int n_hidden, n_layers;
  float dropout;
  am_alpha_form alpha; /* of texts with a trace */
  double constants[AM_UNITS_CONSTANTS];
} am_units_options;

#define AM_UNITS_AT(member) AM_MEMBER(am_units_options, member)
#define AM_UNITS_PARAMETERS                                                                        \
  AM_INTEGER("hidden", 100, 1, 8192, "units", "hidden units", AM_UNITS_AT(n_hidden)),              \
      AM_INTEGER("layers", 1, 1, AM_STACK_LAYERS_MAX, "",                                          \
                 "layers of units, each reading the one below", AM_UNITS_AT(n_layers)),            \
      AM_NUMBER("dropout", 0, 0, 0.95, "",                                                         \
                "share of units that the layer above does not see while learning",                 \
                AM_UNITS_AT(dropout))
/* and of those with a trace */
#define AM_UNITS_ALPHA                                                                             \
  AM_CHOICE("alpha", "connection|neuron|network",                                                  \
            "plasticity coefficient alpha: one for each connection, each post neuron, or the "     \
            "network",                                                                             \
            AM_UNITS_AT(alpha), .when = "rule.type!=none")

extern const am_part am_gru_part, am_leaky_rnn_part, am_rnn_part, am_lstm_part, am_highway_part,
    am_spiking_part, am_ctrnn_part, am_hebbian_basic_part, am_lstm_1997_part, am_attention_part,
    am_nmn_part, am_attention_modulated_part, am_highway_layer_part, am_plain_layer_part,
    am_gains_part;
extern const am_part am_plastic_rnn_part, am_plastic_gru_part, am_plastic_lstm_part,
    am_plastic_lstm_gates_part, am_plastic_highway_part, am_hebbian_rnn_part,
    am_hebbian_rnn_same_part, am_plastic_direct_part, am_fast_weights_part,
    am_fast_weight_memory_part;

/* A chosen text, read, with what it was told. */
typedef struct am_units {
  am_equations *text, *above; /* above: as a layer on another, where that is not the same */
  am_binding given[AM_SYMBOLS_MAX];
  /* of those that are a modulator's, which stands in so many slots */
  char names[AM_MODULATORS_MAX][AM_UNITS_CONSTANTS][AM_SYMBOL_SIZE];
  am_stack_options stack;   /* without its inputs */
  const am_rule_type *rule; /* in its slot; NULL: it has none */
  float clip, rate;         /* that rule's bound, and its own rate if it does not learn one */
  am_rule_program program;  /* of a rule that is a text (part.text) */
} am_units;

/* Reads the text of a network's part with what it was told and with what stands in its slots; rule
 * NULL: it has none, modulator NULL: the rule has none.
 * AMINE_ERROR_INPUT for what is wrong in a text, AMINE_ERROR_MEMORY. */
amine_status am_units_read(am_units *units, const am_part *network, const am_units_options *options,
                           const am_rule_type *rule, const am_rule_options *rule_options,
                           const am_modulator_type *modulator, const void *modulator_options,
                           amine_error *error);

/* deep: the learner trains several layers and dropout; if not, AMINE_ERROR_ARGUMENT for these. */
amine_status am_units_chosen(am_units *units, const am_chosen *chosen, bool deep,
                             amine_error *error);
void am_units_free(am_units *units);

/* A constant of the chosen text by its name; `otherwise` if it has none of that name. */
double am_units_constant(const am_chosen *chosen, const char *name, double otherwise);

#endif
