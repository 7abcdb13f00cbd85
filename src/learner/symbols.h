/* What a network of symbols has on both sides of its layers: a vector for each symbol, which the
 * lowest layer reads, and the probability of each to be the next.
 *
 *     u_t = D[s_t]                              D [n][n_in]: the vectors of the symbols
 *     p_t = softmax(W h_t + b)                  W [n][n_out], h: the top layer's output
 *     L   = - scale sum over tokens of log p_t(s_{t+1})
 *
 * A token is a step of a lane. Sixteen at a time lie side by side, whichever lane and step they are
 * of, so that nothing is padded but the last of them; the products with W are then products of
 * matrices, and take most of the time where the alphabet is large. */
#ifndef AMINE_LEARNER_SYMBOLS_H
#define AMINE_LEARNER_SYMBOLS_H

#include <stdbool.h>

#include "base/error.h"
#include "learner/symbols_lane.h"
#include "network/places.h"

typedef struct am_symbols {
  int n, n_in, n_out;
  int first;                    /* its first tensor among the places: */
  size_t vectors, weight, bias; /* D, W, b */
  int n_tokens, n_blocks;       /* at most; blocks of sixteen */
  size_t bytes;                 /* of its memory */
  int *shown, *next;            /* [n_tokens]: s_t, s_{t+1} */
  float *logp;                  /* [n_blocks][16]: of the next */
  float *h, *dh;                /* [n_blocks][n_out][16], and the gradient of L there */
  float *turned;                /* [n_out / 16, rounded up][n_blocks][16][16]: h, its rows last */
  float *parts, *packed; /* of dh, sums over parts of the alphabet; of W, some rows turned round */
  float *z;              /* [n_blocks][n][16]: the gradient of L at the logits */
} am_symbols;

/* Adds its tensors to the places, and takes the memory. */
amine_status am_symbols_open(am_symbols *s, am_places *places, int n, int n_in, int n_out,
                             int n_tokens, amine_error *error);
void am_symbols_close(am_symbols *s);
/* D and W uniform within +-0.1, b is 0: a function of the seed. */
void am_symbols_initialise(const am_symbols *s, const am_places *places, float *parameters,
                           uint64_t seed);

/* u [n_in], `stride` elements apart, of token k; and h [n_out] of it is put where it belongs. */
void am_symbols_read(const am_symbols *s, const float *parameters, int k, float *u, int stride);
void am_symbols_put(const am_symbols *s, int k, const float *h, int stride);
/* logp of the first n_tokens tokens; if `learns`, dh and z too. */
void am_symbols_predict(const am_symbols *s, const float *parameters, int n_tokens, float scale,
                        bool learns, int n_threads);
/* A symbol drawn after token k, whose h is there: the first of which, with those before it, more
 * than a share u in [0, 1) of the probability is. */
int am_symbols_draw(const am_symbols *s, const float *parameters, int k, float u, int n_threads);
/* The gradient of L in W and b, into `gradient` (a vector of all parameters); D's there becomes 0. */
void am_symbols_collect(const am_symbols *s, float *gradient, int n_threads);
/* dh of token k; and that of its u is added to D's. */
void am_symbols_take(const am_symbols *s, int k, float *dh, int stride);
void am_symbols_back(const am_symbols *s, float *gradient, int k, const float *du, int stride);

#endif
