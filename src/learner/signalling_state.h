/* The inside of the Neuromodulator Signaling Model, shared by its files: what it is made of, and
 * one worker's memory. */
#ifndef AMINE_LEARNER_SIGNALLING_STATE_H
#define AMINE_LEARNER_SIGNALLING_STATE_H

#include "learner/signalling.h"
#include "network/gru.h"
#include "network/gru_trace.h"

#define AM_SPREAD_MIN 0.05 /* adaptive rewards are made at most 20 times larger */

enum { LANES = AM_GROUP_LANES, LAYERS = AM_GRU_LAYERS_MAX };

typedef struct am_signalling {
  am_agent agent; /* first. numbers[2], [3]: running mean and mean square of episodes' rewards */
  am_signalling_options options;
  am_gru gru, signal;
  int n_out;                           /* actions, or real values */
  int n_units;                         /* of all layers */
  int n_heard;                         /* inputs of the signalling GRU */
  int n_seen;                          /* inputs of the critic */
  size_t o_w, o_b, a_w, v_w, v_b, b_w; /* W_o, b_o, W_a, w_v, its bias, B */
  float *old_output;                   /* [n_out][n_hidden] W_o before the step */
} am_signalling;

/* Arrays are [slot][rows][LANES]. The window form keeps a slot for each step, and one before the
 * first; the online form has two, used in turn. */
typedef struct am_signalling_memory {
  int n_slots;
  float *u, *live, *asked, *hit, *answer, *reward, *p, *logp, *entropy, *value;
  float *state[LAYERS]; /* AM_GRU_ROWS n_hidden rows */
  float *o, *m;         /* n_units rows, layer after layer */
  float *shown[LAYERS]; /* with dropout */
  float *heard, *s, *seen;
  /* of one step */
  float *mask, *logits, *eps, *now, *L, *N, *credit, *credit_now, *dgain, *dgain_now, *own, *ones;
  float *gates, *delta, *factor, *told;
  /* window: [step] */
  float *deltas, *A, *error, *owns, *all_gates, *dgains;
  float *credits; /* [layer][step][n_hidden] */
  /* online: traces and tags */
  am_gru_traces e[LAYERS], tag[LAYERS], signal_e, signal_tag;
  float *o_tag, *ob_tag, *a_tag, *v_tag, *vb_tag;
} am_signalling_memory;

size_t am_signalling_lay_out(am_signalling_memory *m, float *block, const am_signalling *x);

static inline const am_signalling *am_signalling_of(const am_agent *a) {
  return (const am_signalling *)(const void *)a;
}

/* Where step t lies; t = -1 is before the first. */
static inline float *am_slot(const am_signalling_memory *m, float *base, int t, int rows) {
  return base + (size_t)((t + 1) % m->n_slots) * (size_t)rows * LANES;
}
static inline float *am_state_at(const am_signalling *x, const am_signalling_memory *m, int layer,
                                 int t) {
  return am_slot(m, m->state[layer], t, AM_GRU_ROWS * x->options.n_hidden);
}
static inline float *am_h_at(const am_signalling *x, const am_signalling_memory *m, int layer,
                             int t) {
  return am_state_at(x, m, layer, t) + (size_t)(AM_GRU_H * x->options.n_hidden * LANES);
}
static inline float *am_s_at(const am_signalling *x, const am_signalling_memory *m, int t) {
  const int S = x->options.n_signal;
  return am_slot(m, m->s, t, AM_GRU_ROWS * S) + (size_t)(AM_GRU_H * S * LANES);
}
/* o of one layer */
static inline float *am_o_at(const am_signalling *x, const am_signalling_memory *m, int layer,
                             int t) {
  return am_slot(m, m->o, t, x->n_units) + (size_t)(layer * x->options.n_hidden * LANES);
}
static inline float *am_m_at(const am_signalling *x, const am_signalling_memory *m, int layer,
                             int t) {
  return am_slot(m, m->m, t, x->n_units) + (size_t)(layer * x->options.n_hidden * LANES);
}
/* What a layer reads at t. */
static inline float *am_input_at(const am_signalling *x, const am_signalling_memory *m, int layer,
                                 int t, bool dropped) {
  if (layer == 0) return am_slot(m, m->u, t, x->agent.learner.task->n_inputs);
  return dropped ? am_slot(m, m->shown[layer - 1], t, x->options.n_hidden)
                 : am_o_at(x, m, layer - 1, t);
}

/* m->delta: dopamine of step t, once the step after it is there. */
void am_signalling_delta(const am_signalling *x, const am_signalling_memory *m, int t);

/* An episode in steps, so that several agents can live in one world: `begin`; then for each t
 * `think` (what is seen, done and expected), `choose` (group.actions, by which somebody moves the
 * world), m->told [LANES] is set to what each lane earned, `hear`; and `end`. */
void am_signalling_begin(const am_signalling *x, am_signalling_memory *m, am_turn *turn);
void am_signalling_think(const am_signalling *x, am_signalling_memory *m, am_turn *turn, int t);
void am_signalling_choose(const am_signalling *x, am_signalling_memory *m, am_turn *turn, int t);
void am_signalling_hear(const am_signalling *x, am_signalling_memory *m, am_turn *turn, int t);
void am_signalling_end(const am_signalling *x, am_signalling_memory *m, am_turn *turn);
/* All of it, alone in a world. */
void am_signalling_play(const am_agent *agent, am_turn *turn);

/* Learning from a step that has just been taken, and at the end of an episode (signalling_learn.c).
 */
void am_signalling_learn_begin(const am_signalling *x, am_signalling_memory *m);
void am_signalling_learn_step(const am_signalling *x, am_signalling_memory *m, am_turn *turn,
                              int t);
void am_signalling_learn_end(const am_signalling *x, am_signalling_memory *m, am_turn *turn);

#endif
