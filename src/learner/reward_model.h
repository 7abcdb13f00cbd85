/* A reward that is learned from comparisons: a few small networks, each of which says for a step
 * what it thinks it is worth, and a sum over the steps of a clip for the clip.
 *
 *     r(x) = w_3 relu'(W_2 relu'(W_1 x + b_1) + b_2) + b_3          relu' leaks .01
 *     P(first is preferred) = (1 - slip) sigmoid(sum r(first) - sum r(second)) + slip / 2
 *     loss = - mu log P - (1 - mu) log(1 - P) + decay / 2 |w|^2     mu = 1, 0; 1/2: alike
 *
 * P is Bradley and Terry's, with a judge who errs now and then. Members begin with other weights
 * and learn from other draws of the same answers, so where nothing was learned they disagree.
 * Source: Christiano et al. 2017, arXiv 1706.03741.
 *
 * A clip's steps lie side by side, sixteen in a block: [blocks][n_in][16], the first `length` of
 * them lived, the others worth nothing. Results are the same bits on every machine. */
#ifndef AMINE_LEARNER_REWARD_MODEL_H
#define AMINE_LEARNER_REWARD_MODEL_H

#include "base/error.h"
#include "network/places.h"

enum {
  AM_MODEL_MEMBERS = 3,
  AM_MODEL_LANES = 16,
  AM_MODEL_BATCH = 16, /* pairs of a step, one a lane */
  AM_MODEL_INPUTS = 512,
  AM_MODEL_HIDDEN = 128
};

typedef struct am_model_options {
  int n_in, hidden; /* up to AM_MODEL_INPUTS, AM_MODEL_HIDDEN */
  int clip;         /* steps of a clip */
  float rate, decay, slip;
  uint64_t seed;
} am_model_options;

typedef struct am_reward_model {
  am_model_options options;
  int n_blocks;                          /* of sixteen steps in a clip */
  am_places places;                      /* of all members, one behind the other */
  size_t size;                           /* of a member */
  float *parameters, *m, *v;             /* [places.size] */
  double powers[AM_MODEL_MEMBERS][2];    /* of Adam's betas */
  float *x, *h1, *h2, *r, *d1, *d2, *dr; /* [2 batch blocks][rows][lanes] */
  float *gradient;                       /* [size] */
  float *turned_1, *turned_2; /* [members][n_in][hidden], [members][hidden][hidden]: W_1, W_2 */
} am_reward_model;

/* Two clips and what was said of them. */
typedef struct am_compared {
  const float *clip[2];
  int length[2];
  float preferred; /* 1: the first, 0: the second, 1/2: neither */
} am_compared;

/* After a failure am_reward_model_close frees what was taken. */
amine_status am_reward_model_open(am_reward_model *model, const am_model_options *options,
                                  amine_error *error);
void am_reward_model_close(am_reward_model *model);

static inline size_t am_clip_size(const am_reward_model *m) {
  return (size_t)m->n_blocks * (size_t)m->options.n_in * AM_MODEL_LANES;
}

/* out [members]: what each says of a step x [n_in]. Any thread may ask. */
void am_reward_model_say(const am_reward_model *model, float *out, const float *x);
/* The same of sixteen steps, out [members][lanes], x [n_in][lanes]; to the last bits. */
void am_reward_model_say_all(const am_reward_model *model, float *out, const float *x);
/* After the parameters have changed otherwise than by learning. */
void am_reward_model_changed(am_reward_model *model);
/* sums [members] of a clip. */
void am_reward_model_clip(const am_reward_model *model, float *sums, const float *clip, int length);
/* P of the first of n <= 16 pairs; first, second and p are [n]. */
void am_reward_model_prefer(float *p, const float *first, const float *second, int n);

/* The gradient of the mean loss of a member over AM_MODEL_BATCH pairs, in model->gradient. */
void am_reward_model_gradient(am_reward_model *model, int member,
                              const am_compared pairs[AM_MODEL_BATCH]);
/* And a step of Adam against it. */
void am_reward_model_learn(am_reward_model *model, int member,
                           const am_compared pairs[AM_MODEL_BATCH]);

#endif
