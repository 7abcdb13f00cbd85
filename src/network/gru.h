/* Layers of gated recurrent units: options, tensors and their names. The equations are in
 * gru_lane.h. */
#ifndef AMINE_NETWORK_GRU_H
#define AMINE_NETWORK_GRU_H

#include "base/error.h"
#include "network/gru_lane.h"
#include "network/places.h"

enum { AM_GRU_LAYERS_MAX = 4 };

typedef struct am_gru_options {
  int n_inputs, n_hidden; /* n_hidden: units of each layer */
  int n_layers;           /* 1 to AM_GRU_LAYERS_MAX; each reads the one below */
  float dropout;          /* share of units that the layer above does not see, in [0, 1) */
} am_gru_options;

typedef struct am_gru {
  am_gru_options options;
  int first; /* its first tensor among the places */
  size_t w_ih[AM_GRU_LAYERS_MAX], w_hh[AM_GRU_LAYERS_MAX];
  size_t b_ih[AM_GRU_LAYERS_MAX], b_hh[AM_GRU_LAYERS_MAX];
} am_gru;

/* Adds the tensors PREFIX.weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, ..._l1, ... to the
 * places. AMINE_ERROR_ARGUMENT for an option out of range. */
amine_status am_gru_make(am_gru *gru, am_places *places, const am_gru_options *options,
                         const char *prefix, amine_error *error);

/* How the first weights differ from PyTorch's, uniform in +-1/sqrt(n_hidden). Where traces are
 * local a unit must remember from the start, or nothing ever reaches back over a delay. */
typedef struct am_gru_start {
  float input_scale, recurrent_scale; /* multiply W_ir, W_in and W_hr, W_hn */
  float update_bias, update_spread;   /* each unit's b_iz gets update_bias + U(0, update_spread):
                                         units   with many time constants */
} am_gru_start;

/* 1, 1, 0, 0: as PyTorch */
static inline am_gru_start am_gru_start_plain(void) { return (am_gru_start){1, 1, 0, 0}; }

void am_gru_initialise(const am_gru *gru, const am_places *places, float *parameters,
                       const am_gru_start *start, uint64_t seed);

static inline int am_gru_width(const am_gru *g, int layer) {
  return layer == 0 ? g->options.n_inputs : g->options.n_hidden;
}

static inline am_gru_cell am_gru_cell_of(const am_gru *g, const am_real *p, int layer) {
  return (am_gru_cell){.n_inputs = am_gru_width(g, layer),
                       .n = g->options.n_hidden,
                       .w_ih = p + g->w_ih[layer],
                       .w_hh = p + g->w_hh[layer],
                       .b_ih = p + g->b_ih[layer],
                       .b_hh = p + g->b_hh[layer]};
}

static inline am_gru_change am_gru_change_of(const am_gru *g, am_real *c, int layer) {
  return (am_gru_change){.w_ih = c + g->w_ih[layer],
                         .w_hh = c + g->w_hh[layer],
                         .b_ih = c + g->b_ih[layer],
                         .b_hh = c + g->b_hh[layer]};
}

#endif
