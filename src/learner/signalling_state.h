/* The inside of the Neuromodulator Signaling Model, shared by its files: what it is made of, and
 * one worker's memory. */
#ifndef AMINE_LEARNER_SIGNALLING_STATE_H
#define AMINE_LEARNER_SIGNALLING_STATE_H

#include "equation/plan_eligibility.h"
#include "learner/hold.h"
#include "learner/signalling_options.h"

#define AM_SPREAD_MIN 0.05 /* adaptive rewards are made at most 20 times larger */

enum { LANES = AM_GROUP_LANES, LAYERS = 4 };

/* The segments that signals reach: what comes in, the controller's units, what goes out. */
enum { AM_INPUT, AM_UNITS, AM_OUTPUT, AM_SEGMENTS };

typedef struct am_signalling_gains {
  float most; /* m_max */
  int n;      /* rows: of the inputs, units of all layers, or outputs; 0: none */
  size_t w;   /* W_a [n][n_signal] */
} am_signalling_gains;

typedef struct am_signalling {
  am_agent agent; /* first. numbers[2], [3]: running mean and mean square of episodes' rewards */
  am_signalling_options options;
  am_stack units, signal;                       /* the controller; the signalling GRU, one layer */
  am_eligibility traces[LAYERS], signal_traces; /* of the online form */
  am_plan_reach reach;
  am_signalling_gains gains[AM_SEGMENTS];
  int n;                                /* units of the top layer */
  int n_out;                            /* actions, or real values */
  int n_units, from[LAYERS];            /* of all layers; where a layer begins among them */
  int n_heard;                          /* inputs of the signalling GRU */
  int n_seen;                           /* inputs of the critic */
  size_t o_w, o_b, v_w, v_b, b_w, bi_w; /* W_o, b_o, w_v, its bias, B, B of the inputs' gains */
  float *old_output;                    /* [n_out][n] W_o before the step */
  struct am_signalling *then; /* the same with the parameters that the run began with; NULL: they
                               * are not kept */
} am_signalling;

/* Arrays are [slot][rows][LANES]. The window form keeps a slot for each step, and one before the
 * first; the online form has two, used in turn. */
typedef struct am_signalling_memory {
  int n_slots;
  am_stack_memory units, signal; /* blocks in the same slots */
  float *u, *live, *asked, *hit, *answer, *reward, *p, *logp, *entropy, *value;
  float *o;                              /* n_units rows, layer after layer */
  float *m[AM_SEGMENTS], *taken, *meant; /* gains; u and what W_o says, with and without them */
  float *shown[LAYERS];                  /* with dropout */
  float *heard, *seen;
  void *fed; /* what the controller is given comes from (group_feed.h) */
  am_holding holding; /* a signal of the controller's, or gains, while nothing is learned */
  am_hold asked_of;   /* who says what gains are held at */
  int gain_held;      /* of which segment; -1: of none */
  /* of one step */
  float *mask, *logits, *eps, *now, *L, *N, *credit, *credit_now, *through, *back;
  float *dgain[AM_SEGMENTS], *dgain_now[AM_SEGMENTS], *delta, *factor, *told;
  /* window: [step] */
  float *deltas, *A, *error, *dgains[AM_SEGMENTS];
  /* online: traces and tags */
  am_eligibility_memory e[LAYERS], signal_e;
  float *o_tag, *ob_tag, *a_tag[AM_SEGMENTS], *v_tag, *vb_tag;
  /* with the policy that the run began with: what it meets; what it says in each slot, log p; and
   * how far that is at one step */
  struct am_signalling_memory *first;
  float *says, *kl;
} am_signalling_memory;

size_t am_signalling_lay_out(am_signalling_memory *m, float *block, const am_signalling *x);

/* The series of the gains of each segment. */
extern const char *const am_signalling_gain_names[AM_SEGMENTS];

static inline const am_signalling *am_signalling_of(const am_agent *a) {
  return (const am_signalling *)(const void *)a;
}

/* Where step t lies; t = -1 is before the first. */
static inline float *am_slot(const am_signalling_memory *m, float *base, int t, int rows) {
  return base + (size_t)((t + 1) % m->n_slots) * (size_t)rows * LANES;
}
/* The block that a layer of the controller, or the signalling GRU, left at t, and its output. */
static inline float *am_block_at(const am_stack *s, const am_stack_memory *blocks,
                                 const am_signalling_memory *m, int layer, int t) {
  return am_stack_block(s, blocks, layer, (t + 1) % m->n_slots - 1);
}
static inline float *am_h_at(const am_signalling *x, const am_signalling_memory *m, int layer,
                             int t) {
  return am_block_at(&x->units, &m->units, m, layer, t) +
         (size_t)x->units.plan[layer]->output * LANES;
}
static inline float *am_s_at(const am_signalling *x, const am_signalling_memory *m, int t) {
  return am_block_at(&x->signal, &m->signal, m, 0, t) + (size_t)x->signal.plan[0]->output * LANES;
}
/* o of one layer, and m of it */
static inline float *am_o_at(const am_signalling *x, const am_signalling_memory *m, int layer,
                             int t) {
  return am_slot(m, m->o, t, x->n_units) + (size_t)x->from[layer] * LANES;
}
static inline float *am_m_at(const am_signalling *x, const am_signalling_memory *m, int layer,
                             int t) {
  return am_slot(m, m->m[AM_UNITS], t, x->n_units) + (size_t)x->from[layer] * LANES;
}
/* What the first layer reads at t. */
static inline float *am_taken_at(const am_signalling *x, const am_signalling_memory *m, int t) {
  const int n = x->agent.learner.task->n_inputs;
  return am_slot(m, x->gains[AM_INPUT].n ? m->taken : m->u, t, n);
}
/* What a layer reads at t, and how far that is from one step to the next. */
static inline float *am_input_at(const am_signalling *x, const am_signalling_memory *m, int layer,
                                 int t, bool dropped, size_t *step) {
  if (layer == 0) {
    *step = (size_t)x->agent.learner.task->n_inputs * LANES;
    return am_taken_at(x, m, t);
  }
  const int below = x->units.plan[layer - 1]->n_outputs;
  *step = (size_t)(dropped ? below : x->n_units) * LANES;
  return dropped ? am_slot(m, m->shown[layer - 1], t, below) : am_o_at(x, m, layer - 1, t);
}
/* Step t of a layer, whose traces are told in `living`; of the signalling GRU. */
static inline am_plan_step am_layer_step(const am_signalling *x, const am_signalling_memory *m,
                                         int layer, int t, bool dropped,
                                         am_plan_living living[AM_TRACES_MAX]) {
  size_t step;
  am_plan_step now = am_stack_step_of(&x->units, &m->units, layer, t % m->units.n_steps,
                                      x->agent.parameters + x->units.at[layer],
                                      am_input_at(x, m, layer, t, dropped, &step), living);
  now.before = am_block_at(&x->units, &m->units, m, layer, t - 1);
  now.gained = am_o_at(x, m, layer, t - 1);
  now.block = am_block_at(&x->units, &m->units, m, layer, t);
  return now;
}
static inline float *am_given_at(const am_signalling *x, const am_signalling_memory *m, int t) {
  return am_stack_given(&x->units, &m->units, t % m->units.n_steps);
}
static inline am_plan_step am_signal_step(const am_signalling *x, const am_signalling_memory *m,
                                          int t) {
  return (am_plan_step){.parameters = x->agent.parameters + x->signal.at[0],
                        .fixed = m->signal.layer[0].fixed,
                        .input = am_slot(m, m->heard, t, x->n_heard),
                        .before = am_block_at(&x->signal, &m->signal, m, 0, t - 1),
                        .block = am_block_at(&x->signal, &m->signal, m, 0, t)};
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
