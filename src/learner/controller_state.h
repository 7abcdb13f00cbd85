/* The inside of a controller (amine/controller.h): what its block holds, shared by its files.
 *
 * The block begins with the struct below and goes on with floats, in the order of
 * am_controller_parts. Every field has four bytes, so that the block is the same on machines of the
 * same byte order. */
#ifndef AMINE_LEARNER_CONTROLLER_STATE_H
#define AMINE_LEARNER_CONTROLLER_STATE_H

#include "amine/controller.h"
#include "learner/controller_gru.h"

#define AM_CONTROLLER_MAGIC 0x436e6d41u /* "AmnC" */
#define AM_CONTROLLER_VERSION 2u

struct amine_controller {
  uint32_t magic, version, bytes;
  uint32_t seed[2];                           /* low, high */
  uint32_t running, learning, greedy;         /* 0 or 1 */
  uint32_t stepped;                           /* 1: this episode has had a step */
  uint32_t pending;                           /* 1: the last step's traces are still to come */
  uint32_t step, turns;                       /* of the episode; how often that began anew at 0 */
  uint32_t episodes, updates, waiting;        /* waiting: episodes or steps since an update */
  float filled1, filled2;                     /* 1 - beta^updates: how far the moments are filled */
  float value, delta, reward, asked, entropy; /* of the last step; asked: 1 if it decided */
  float one;                                  /* 1, for those who read it from an array */
  amine_controller_options options;
};
_Static_assert(sizeof(struct amine_controller) == 23 * 4 + sizeof(amine_controller_options),
               "no padding");

/* Where everything is, for the present step; rows as in signalling.h, one lane. */
typedef struct am_controller_parts {
  int n_gru,
      n_learning; /* weights of the controller's GRU; all that learn, which begin with those */
  float *weights, *change, *moment, *square, *tag; /* [n_learning] */
  float *trace;                                    /* [n_gru] */
  float *signal, *feedback;                        /* weights of the signalling GRU; B */
  /* parts of `weights`: W_o, b_o, W_a, w_v, its bias */
  float *o_w, *o_b, *a_w, *v_w, *v_b;
  /* what it did: now, and one step before */
  float *state, *state_before, *o, *o_before, *m, *m_before, *s, *s_before;
  float *u, *p, *logp, *hit, *heard, *seen;
  /* of learning, within a step */
  float *eps, *now, *L, *N, *credit, *credit_now, *dgain, *dgain_now, *own, *gates, *old;
  int n_heard, n_seen;
  size_t n; /* floats in all */
} am_controller_parts;

/* `block` NULL: sizes only. */
am_controller_parts am_controller_lay_out(const amine_controller_options *o, float *block,
                                          uint32_t step);

static inline am_controller_parts am_controller_parts_of(const amine_controller *c) {
  return am_controller_lay_out(&c->options, (float *)(void *)(c + 1), c->step);
}

static inline am_gru_cell am_controller_cell(const float *w, int n_inputs, int n) {
  const float *hh = w + 3 * n * n_inputs, *b = hh + 3 * n * n;
  return (am_gru_cell){
      .n_inputs = n_inputs, .n = n, .w_ih = w, .w_hh = hh, .b_ih = b, .b_hh = b + 3 * n};
}

/* Whether x is neither infinite nor NaN. */
static inline bool am_controller_finite(float x) { return x - x == 0; }

#endif
