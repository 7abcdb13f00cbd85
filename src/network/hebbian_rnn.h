/* A recurrent network with a Hebbian trace: options, tensors and their names. The equations are in
 * hebbian_rnn_lane.h. */
#ifndef AMINE_NETWORK_HEBBIAN_RNN_H
#define AMINE_NETWORK_HEBBIAN_RNN_H

#include "base/error.h"
#include "network/hebbian_rnn_lane.h"
#include "base/registry.h"
#include "modulator/given.h"
#include "network/places.h"

typedef struct am_hebbian_rnn_options {
  int n_inputs, n_hidden;
  am_hebbian_rule rule;
  float input_scale, recurrent_scale; /* of the first W_x and W_h, which are uniform within
                                         +-1/sqrt(n_hidden) times this */
} am_hebbian_rnn_options;

/* What the part is told. */
typedef struct am_hebbian_network {
  am_hebbian_rnn_options rnn; /* without its inputs */
  am_given given;             /* m_t, where the stage is modulated */
} am_hebbian_network;
extern const am_part am_hebbian_part;

typedef struct am_hebbian_rnn {
  am_hebbian_rnn_options options;
  int first; /* its first tensor among the places */
  size_t w_x, b, w_h;
} am_hebbian_rnn;

/* Adds the tensors i2h.weight [n_hidden][n_inputs], i2h.bias and w [n_hidden][n_hidden].
 * AMINE_ERROR_ARGUMENT for an option out of range; the places are then as they were. */
amine_status am_hebbian_rnn_make(am_hebbian_rnn *rnn, am_places *places,
                                 const am_hebbian_rnn_options *options, amine_error *error);

/* First values, a pure function of the seed. */
void am_hebbian_rnn_initialise(const am_hebbian_rnn *rnn, const am_places *places,
                               float *parameters, uint64_t seed);

static inline am_hebbian_cell am_hebbian_cell_of(const am_hebbian_rnn *r, const am_real *p) {
  return (am_hebbian_cell){.n_inputs = r->options.n_inputs,
                           .n = r->options.n_hidden,
                           .w_x = p + r->w_x,
                           .b = p + r->b,
                           .w_h = p + r->w_h};
}

#endif
