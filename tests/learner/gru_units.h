/* Gated units as a test says them to a learner of texts. */
#ifndef TESTS_LEARNER_GRU_UNITS_H
#define TESTS_LEARNER_GRU_UNITS_H

#include "network/units.h"

/* Of n_layers layers of n_hidden units, with first weights as the scales say (1, 1, 0: PyTorch's);
 * the text is read once. */
static inline am_stack_options gru_units(int n_hidden, int n_layers, double input_scale,
                                         double recurrent_scale, double update_spread) {
  static am_equations *text;
  static am_binding given[3];
  if (!text && am_equations_read(&text, am_gru_part.name, am_gru_part.text, NULL, NULL))
    text = NULL;
  given[0] = (am_binding){"input_scale", input_scale};
  given[1] = (am_binding){"recurrent_scale", recurrent_scale};
  given[2] = (am_binding){"update_spread", update_spread};
  return (am_stack_options){
      .text = text, .n_hidden = n_hidden, .n_layers = n_layers, .given = given, .n_given = 3};
}

#endif
