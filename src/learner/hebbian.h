/* A Hebbian RNN that predicts values, as its learners share it: what it is made of, and how a group
 * of episodes is lived. Nothing here learns, and nothing here goes backward.
 *
 *     x_t, H_t  as in hebbian_rnn_lane.h,  y_t = W_o x_t + b_o,  m_t as in given.h
 *
 * At a step the input is seen, x and y are made, the target is compared with y, m_t is known, and
 * H takes up the step. An episode begins with x = 0 and H = 0, so that all it knows of its episode
 * is its own.
 *
 * Series of a watched episode: inputs, prediction, activity, trace (the norm of H), and, where the
 * stage is modulated, modulator. */
#ifndef AMINE_LEARNER_HEBBIAN_H
#define AMINE_LEARNER_HEBBIAN_H

#include "learner/agent.h"
#include "modulator/given.h"
#include "network/hebbian_rnn.h"

typedef struct am_hebbian_options {
  am_agent_options agent;
  am_hebbian_rnn_options rnn; /* its n_inputs is the task's */
  am_given given;             /* m_t, where the stage is modulated */
} am_hebbian_options;

/* The parameters of the learners that are made of it, and the options that a configuration has
 * chosen. */
extern const amine_parameter am_hebbian_parameters[];
am_hebbian_options am_hebbian_chosen(const am_task *task, const am_chosen *chosen);

typedef struct am_hebbian {
  am_agent agent; /* first */
  am_hebbian_options options;
  am_hebbian_rnn rnn;
  size_t o_w, o_b; /* W_o [n_targets][n_hidden], b_o */
  bool keeps;      /* the whole episode, for who looks back; else two steps */
} am_hebbian;

static inline const am_hebbian *am_hebbian_of(const am_agent *a) {
  return (const am_hebbian *)(const void *)a;
}

/* One worker's memory for a group: slots of [rows][AM_GROUP_LANES]. Step t is in slot t + 1 modulo
 * their number, and what was before the first in slot 0. */
typedef struct am_hebbian_memory {
  int n_slots;
  float *u, *x, *H, *m, *y, *error;             /* error: asked (y* - y) */
  float *live, *asked, *target, *reward, *seen; /* of one step; seen: sum of the inputs so far */
} am_hebbian_memory;

static inline float *am_hebbian_slot(const am_hebbian_memory *m, float *base, int t, size_t rows) {
  return base + (size_t)((t + 1) % m->n_slots) * rows * AM_GROUP_LANES;
}

/* Adds i2h.weight, i2h.bias, w, h2o.weight and h2o.bias and takes the memory (am_agent_open); the
 * type is the caller's to set first. AMINE_ERROR_ARGUMENT for an option out of range, or a task
 * that asks for no values. After a failure am_agent_close frees what was taken. */
amine_status am_hebbian_open(am_hebbian *x, const am_task *task, const am_hebbian_options *options,
                             bool keeps, const am_agent_ops *ops, amine_error *error);

/* Lays the memory out in a block and returns its bytes, a multiple of 64; with a NULL block it only
 * measures. */
size_t am_hebbian_lay_out(am_hebbian_memory *m, float *block, const am_hebbian *x);

/* An episode begins; step t is lived. */
void am_hebbian_begin(const am_hebbian *x, const am_hebbian_memory *m, am_turn *turn);
void am_hebbian_step(const am_hebbian *x, const am_hebbian_memory *m, am_turn *turn, int t);

/* The trace of step t, or NULL where there is none. */
static inline float *am_hebbian_trace(const am_hebbian *x, const am_hebbian_memory *m, int t) {
  const size_t n = (size_t)x->rnn.options.n_hidden;
  return x->rnn.options.rule.stage == AM_HEBBIAN_NONE ? NULL : am_hebbian_slot(m, m->H, t, n * n);
}

/* For am_learner_type. */
int am_hebbian_series(const am_learner *learner, am_series *out);
void am_hebbian_destroy(am_learner *learner);

#endif
