/* Layout and first values of gated recurrent units (see gru.h). */
#include "network/gru.h"

#include <math.h>
#include <stdio.h>

#include "base/random.h"

amine_status am_gru_make(am_gru *g, am_places *places, const am_gru_options *o, const char *prefix,
                         amine_error *error) {
  if (o->n_inputs < 1 || o->n_inputs > 4096)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a GRU has 1 to 4096 inputs, not %d", o->n_inputs);
  if (o->n_hidden < 1 || o->n_hidden > 1024)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a GRU has 1 to 1024 units, not %d", o->n_hidden);
  if (o->n_layers < 1 || o->n_layers > AM_GRU_LAYERS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a GRU has 1 to %d layers, not %d",
                   AM_GRU_LAYERS_MAX, o->n_layers);
  if (!(o->dropout >= 0 && o->dropout < 1))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "dropout is from 0 to below 1, not %g",
                   (double)o->dropout);
  *g = (am_gru){.options = *o, .first = places->n};
  const int n = o->n_hidden;
  for (int l = 0; l < o->n_layers; l++) {
    const int m = am_gru_width(g, l);
    const struct {
      const char *name;
      size_t *at;
      int cols;
    } parts[] = {{"weight_ih", g->w_ih, m},
                 {"weight_hh", g->w_hh, n},
                 {"bias_ih", g->b_ih, 0},
                 {"bias_hh", g->b_hh, 0}};
    for (int k = 0; k < 4; k++) {
      char name[48];
      snprintf(name, sizeof name, "%s.%s_l%d", prefix, parts[k].name, l);
      parts[k].at[l] = am_places_add(places, name, 3 * n, parts[k].cols);
    }
  }
  return AMINE_OK;
}

/* Rows of the gates r and n; z keeps its scale. */
static void scale_gates(float *w, int n, int width, float scale) {
  const size_t block = (size_t)n * (size_t)width;
  for (size_t i = 0; i < block; i++) {
    w[i] *= scale;
    w[2 * block + i] *= scale;
  }
}

void am_gru_initialise(const am_gru *g, const am_places *places, float *parameters,
                       const am_gru_start *start, uint64_t seed) {
  const int n = g->options.n_hidden;
  const float bound = 1 / sqrtf((float)n);
  for (int k = 0; k < 4 * g->options.n_layers; k++)
    am_places_uniform(places, g->first + k, parameters, bound, seed);
  for (int l = 0; l < g->options.n_layers; l++) {
    const int bias = g->first + 4 * l + 2;
    scale_gates(parameters + g->w_ih[l], n, am_gru_width(g, l), start->input_scale);
    scale_gates(parameters + g->w_hh[l], n, n, start->recurrent_scale);
    for (int j = 0; j < n; j++) { /* the second number of the draw that made this element */
      const am_random_key key = {seed, AM_STREAM_PARAMETERS, (uint32_t)bias, (uint32_t)(n + j)};
      const float u = am_uniform(am_random(key, 0).v[1]);
      parameters[g->b_ih[l] + (size_t)(n + j)] += start->update_bias + start->update_spread * u;
    }
  }
}
