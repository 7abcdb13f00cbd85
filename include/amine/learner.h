/* A learner of your own: the library plays a batch of episodes and hands you what happened in it;
 * you say how the weights are to change.
 *
 *   static amine_status learn(amine_learner *x, const amine_batch *b, amine_error *error) { ... }
 *
 *   static const amine_learner_type readout = {
 *       .size = sizeof(amine_learner_type), .name = "readout", .meaning = "the read-out alone learns",
 *       .parameters = parameters, .options_size = sizeof(readout_options), .learn = learn};
 *
 *   amine_registry_add_learner(registry, &readout, &error);    amine/registry.h; then learner.type=readout
 *
 * A whole one stands in docs/library.md. It learns with every network and rule, in every world that
 * acts or asks for values, and what is promised of runs holds: the same bits on any number of threads,
 * checkpoints, reports. The library keeps for it what learners have in common: the read-outs and, if
 * wanted, a critic; learner.rate and its schedule; the optimiser, if the type is not `plain`; and
 * `learn`, which holds weights still.
 *
 * For that, three things are asked. What shapes the future is in the weights, in what it keeps
 * (amine_learner_keep) and in `iteration`, nowhere else: only these are saved. All randomness is drawn
 * by a key of `seed` and `iteration` (amine/random.h), in a stream from AMINE_STREAM_LEARNER on. Each
 * learner is used by one thread at a time, but `vary`, which several call at once; all with the C
 * locale and IEEE 754 as it is by default. This header needs no library: all that it offers is in it. */
#ifndef AMINE_LEARNER_H
#define AMINE_LEARNER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "amine/parameter.h"
#include "amine/random.h"
#include "amine/status.h"
#include "amine/task.h" /* amine_refuse */

enum { AMINE_KEPT_MAX = 16 };

/* What a learner can learn from: worlds of actions, of values that are asked for, of real actions. */
enum { AMINE_ASKS_ACTIONS = 1, AMINE_ASKS_VALUES = 2, AMINE_ASKS_REAL = 8 };

/* A tensor of the network, row-major. */
typedef struct amine_weights {
  const char *name; /* PyTorch's: "h2o.weight" */
  int rank;         /* 1 or 2 */
  int dims[2];      /* dims[1] is 1 where rank is 1 */
  int held;         /* it does not learn (the key `learn`): its change is passed over */
  const float *values;
  float *change; /* 0 before `learn`: where it is to go */
} amine_weights;

/* What a learner asks to see of what goes on inside the units: what its network's text gives a name to
 * (states, gates, what is given), and traces. */
enum { AMINE_SEES_VALUES = 1, AMINE_SEES_TRACES = 2 };

/* Something inside the units that has a name in the text of the network, step by step: as the step left
 * it, a state and a trace what the next one begins with. Before the first step traces are 0, and states
 * what the text says, 0 if it says nothing. */
typedef struct amine_inner {
  const char
      *name; /* that, and the layer: "z_l0"; a modulator's is "modulator.M_l0", and of a rule with a
                     * second trace, an eligibility, that of H is "H.E_l0" */
  int rank;  /* 0: a number; 1: a vector; 2: a trace, [post][pre] */
  int dims[2]; /* 1 where it has none */
  /* In `learn`: [n_lanes][n_steps][dims[0]][dims[1]]; 0 at a step that the episode does not reach. */
  const float *values;
} amine_inner;

/* Numbers that a learner keeps from one iteration to the next, row-major; 0 at first. */
typedef struct amine_kept {
  const char *name;
  int dims[2];
  float *values; /* from the first `learn` on */
} amine_kept;

/* A batch that was played. At a step that a lane's episode does not reach all of it is 0. */
typedef struct amine_batch {
  size_t size;
  int n_lanes, n_steps;
  int n_inputs, n_units;
  int n_said; /* numbers of a policy: one an action, two a real number; or the values that are said */
  /* [n_lanes][n_steps][n_...] */
  const float *inputs; /* what was seen */
  const float *units;  /* h of the units that the read-out reads */
  /* Probabilities of the actions; or the mean of each number of a real action, then each one's spread
   * sigma; or the values. */
  const float *said;
  /* 1 at the action that was taken, 0 at others; or e, a real action being mean + sigma e, and the
   * same e once more. 0 where values are said. */
  const float *taken;
  const float *wanted; /* 1 at the right action, if the world tells it; or the values asked for */
  /* [n_lanes][n_steps] */
  const float *asked;   /* how much the decision counts; 0 where none is asked for */
  const float *rewards; /* that the step brought */
  const float *live;    /* 1 where the episode goes on, else 0 */
  const float *values;  /* the critic's V; NULL: there is none */
} amine_batch;

/* One that was made. It may grow at its end. */
typedef struct amine_learner {
  size_t size;
  const void *options; /* of its type, a copy of its own */
  void *context;       /* that of its type */
  void *own;           /* whatever `begin` puts there and `destroy` frees */
  uint64_t seed, iteration;
  int n_lanes, n_steps;             /* episodes of a batch, and steps of one at most */
  int n_inputs, n_units, n_said;    /* as in a batch */
  int n_actions, n_real, n_targets; /* of the task: one of them is above 0 */
  int n_weights;
  amine_weights *weights; /* [n_weights]; `begin` sees names and shapes, `learn` the rest */
  int n_kept;
  amine_kept *kept; /* [n_kept], of AMINE_KEPT_MAX */
  double loss;      /* per step, for who looks on: `learn` may set it; NAN before */
  int n_inner;
  const amine_inner *inner; /* [n_inner], what its type asks to see; `begin` sees names and sizes */
} amine_learner;

typedef struct amine_learner_type {
  size_t size;          /* sizeof(amine_learner_type) */
  const char *name;     /* a word: learner.type=NAME */
  const char *meaning;  /* one line */
  const char *equation; /* plain text; NULL: none */
  const char *source;   /* authors, year, doi; NULL: none */
  /* Its keys, learner.NAME, beside those that all have (learner.rate, ...): ends with a NULL name;
   * NULL: none. They fill a struct of options_size bytes, at most 128. */
  const amine_parameter *parameters;
  size_t options_size;
  void *context; /* the caller's own: it is in the learner */
  unsigned asks; /* AMINE_ASKS_...; 0: AMINE_ASKS_ACTIONS */
  double rate;   /* what learner.rate is if nothing is said; 0: 0.0001 */
  bool critic;   /* a second read-out, h2v, says V */
  /* w <- w + learner.rate change, nothing else. Otherwise the change goes through learner.optimiser
   * (Adam, if nothing is said), clipped to learner.norm_clip. */
  bool plain;
  /* Above 1: so many lanes after each other live the same episode with the same draws. */
  int twins;
  /* Says what it keeps (amine_learner_keep). AMINE_ERROR_ARGUMENT with a sentence (amine_refuse);
   * `destroy` is then called, too. NULL: it keeps nothing. */
  amine_status (*begin)(amine_learner *learner, amine_error *error);
  /* What the batch changes: writes into `change` of the weights, and into what is kept, which is as
   * before if this fails or a number broke. Another status than AMINE_OK comes out of the call that
   * wanted the iteration. */
  amine_status (*learn)(amine_learner *learner, const amine_batch *batch, amine_error *error);
  /* Weights of one lane of a batch, for who compares networks that differ: w[k] holds those of
   * weights[k], which it may change; a function of (seed, iteration, lane). Not with a critic. NULL:
   * all lanes are alike. */
  void (*vary)(const amine_learner *learner, int lane, float *const *w);
  void (*destroy)(amine_learner *learner); /* frees what it took besides; NULL: nothing */
  /* AMINE_SEES_...: what it sees inside the units; 0: nothing. Traces of n x m connections are n m
   * numbers a step and lane, and are kept for the whole batch. */
  unsigned sees;
} amine_learner_type;

/* ------------------------------------------------------------------------------ for learners */
/* For `begin`: keeps [rows][cols] numbers, under a name that stays where it is. More than
 * AMINE_KEPT_MAX are too many, which is then said. */
static inline void amine_learner_keep(amine_learner *learner, const char *name, int rows,
                                      int cols) {
  const amine_kept kept = {name, {rows, cols}, NULL};
  if (learner->n_kept < AMINE_KEPT_MAX) learner->kept[learner->n_kept] = kept;
  learner->n_kept++;
}

/* The weights, what is inside the units, or what is kept, of that name; NULL: there is none. */
static inline amine_weights *amine_learner_weights(const amine_learner *learner, const char *name) {
  for (int k = 0; k < learner->n_weights; k++)
    if (strcmp(learner->weights[k].name, name) == 0) return &learner->weights[k];
  return NULL;
}
static inline const amine_inner *amine_learner_inner(const amine_learner *learner,
                                                     const char *name) {
  for (int k = 0; k < learner->n_inner; k++)
    if (strcmp(learner->inner[k].name, name) == 0) return &learner->inner[k];
  return NULL;
}
static inline float *amine_learner_kept(const amine_learner *learner, const char *name) {
  for (int k = 0; k < learner->n_kept; k++)
    if (strcmp(learner->kept[k].name, name) == 0) return learner->kept[k].values;
  return NULL;
}

#endif
