/* A learner: it plays episodes of a task with a network and changes the network's slow parameters.
 * One interface for all of them, with backprop and without.
 *
 * A learner owns its network's parameters and all that shapes its future: tensors, numbers and the
 * count of iterations. Task and network are borrowed and must outlive it. All memory that training
 * needs is taken when it is made. Different learners may be used by different threads, one learner
 * by one thread at a time; results never depend on how many threads it uses inside. */
#ifndef AMINE_LEARNER_LEARNER_H
#define AMINE_LEARNER_LEARNER_H

#include <limits.h>

#include "base/blocks.h"
#include "base/error.h"
#include "equation/role.h"
#include "task/task.h"

enum {
  AM_LEARNER_NUMBERS = 8,
  AM_LEARNER_SCHEDULE = 15,
  AM_SERIES_MAX = 64,
  AM_CRITERION_LENGTH = 64
};

typedef struct am_learner am_learner;
typedef struct am_hold am_hold; /* hold.h */
typedef struct am_plan am_plan; /* equation/plan.h */

/* What one iteration did: means over its batch. NAN for what a learner does not have. */
typedef struct am_learner_report {
  double reward;         /* per episode */
  double lowest;         /* the least of an episode's */
  double value, entropy; /* per step: the critic's estimate; of the policy, nats */
  double loss;           /* per step */
  double gradient_norm;  /* size of the change before it is scaled or clipped */
  double rate;           /* step size */
  /* With reward.type=preferences (preferences.h): what the learned reward says of an episode, the
   * answers so far, and the share of the latest ones that the model had foreseen. */
  double learned, answers, agreement;
  /* Of an episode, nats: KL(pi || pi_first), where the policy that the run began with is kept; else
   * without a meaning. */
  double kl;
} am_learner_report;

/* One tensor of the state that is saved. */
typedef struct am_learner_tensor {
  char name[64]; /* parameters carry PyTorch's names */
  int rank;      /* 1 or 2 */
  size_t dims[2];
  bool is_parameter; /* false for moments, traces and other memories */
  am_role role;      /* of a parameter */
} am_learner_tensor;

/* Something that is recorded at every step of an episode: values [n_steps][width], of the caller.
 * A learner that acts has a series "actions" of width 1 (or n_real of its task): the recording plays the world again by it
 * and adds the series "inputs", "rewards", "targets" and "answers" where the learner has none. */
typedef struct am_series {
  const char *name;    /* "dopamine", "activity": the name of the array in recording.npz */
  const char *meaning; /* one line, for the report */
  int width;
  float *values;
} am_series;

/* What a learner asks of a task. */
enum { AM_ASKS_ACTIONS = 1, AM_ASKS_VALUES = 2, AM_ASKS_SYMBOLS = 4, AM_ASKS_REAL = 8 };

typedef struct am_learner_type {
  am_part part;  /* first; learner.type is its name */
  bool past;     /* it trains networks that look back at earlier steps of the episode, too (am_part) */
  unsigned asks; /* AM_ASKS_..., at least one */
  bool backprop; /* whether it propagates the gradient of a loss backward: the yardsticks */
  /* Makes one for the task, of the chosen parts and their options: the learner's own, the network's
   * and those of what the network has a place for. AMINE_ERROR_ARGUMENT if they do not go together.
   */
  amine_status (*create)(am_learner **learner, const am_task *task, const am_chosen *chosen,
                         amine_error *error);
  /* Plays a batch and learns from it. AMINE_ERROR_NUMERIC with a sentence that names the iteration
   * and the weight if a number broke; the state is then as before. */
  amine_status (*iterate)(am_learner *learner, am_learner_report *report, amine_error *error);
  /* Plays episodes (seed, 0, first + k) without learning: rewards[k] is the sum of an episode's
   * rewards. greedy: the most probable action each time instead of one drawn from the policy. */
  void (*evaluate)(am_learner *learner, double *rewards, int n_episodes, uint32_t first,
                   uint64_t seed, bool greedy);
  /* The k-th tensor of the state; false past the last. get and set copy it, row-major. */
  bool (*tensor)(const am_learner *learner, int k, am_learner_tensor *out);
  void (*get)(const am_learner *learner, int k, float *values);
  void (*set)(am_learner *learner, int k, const float *values);
  /* The k-th tensor, a parameter, learns whatever roles are to. NULL: the learner has none to hold,
   * and `learn` has to be "all". */
  void (*release)(am_learner *learner, int k);
  /* The series that `watch` records: names, meanings and widths; returns how many, up to
   * AM_SERIES_MAX, and ends them with one without a name. watch plays the episode (seed, 0, lane)
   * without learning. Both may be NULL. */
  int (*series)(const am_learner *learner, am_series *out);
  void (*watch)(am_learner *learner, am_series *series, uint32_t lane, uint64_t seed, bool greedy);
  /* Whether evaluate and watch can hold that series at values (hold.h), and of how many numbers it is.
   * NULL: those that the text of `signals` has, and no other. */
  bool (*holds)(const am_learner *learner, const char *series, int *rows);
  /* Of a task of symbols: goes on by itself after the episode that was watched last. Each of n
   * symbols is drawn from what it predicts, and shown to it next; a function of the seed and of what
   * was watched. Must follow watch. NULL: it cannot. */
  void (*write)(am_learner *learner, int *symbols, int n, uint64_t seed);
  /* Whether the learner's own criterion is met now, which then stands in place of the task's (a
   * mean reward of 1000 episodes). A function of the saved state alone. NULL: it has none. */
  bool (*reached)(const am_learner *learner);
  void (*destroy)(am_learner *learner);
} am_learner_type;

/* The first part of every learner. */
struct am_learner {
  const am_learner_type *type;
  const am_task *task;
  /* A text whose signals evaluate and watch can hold, and what is held there now; NULL: there is none;
   * nothing. */
  const am_plan *signals;
  const am_hold *hold;
  /* Where evaluate notes what episodes regret, [n_episodes][n_regret] (group.h), if the learner plays
   * groups of them; NULL: nowhere. Of a task that can say. */
  double *regret;
  int n_regret;
  /* What multiplies every step size: 1, until a person says otherwise while it learns; 0: it rests. */
  double rate_factor;
  uint64_t iteration;                   /* iterations done */
  int n_lanes;                          /* that play side by side in an iteration */
  bool keeps_first;                     /* the policy that the run began with: report.kl is told */
  int n_further;                        /* episodes of a lane after its first in an iteration */
  size_t bytes;                         /* of memory that it takes */
  double numbers[AM_LEARNER_NUMBERS];   /* saved with the tensors: powers of Adam's betas, ... */
  int n_schedule;                       /* how many of the next are saved, too: what the schedule */
  double schedule[AM_LEARNER_SCHEDULE]; /* remembers (schedule.h), of up to three agents */
  char criterion[AM_CRITERION_LENGTH];  /* what `reached` asks, in words; "" without it */
};

/* Episodes of an iteration. */
static inline int am_learner_episodes(const am_learner *learner) {
  const int64_t all = (int64_t)learner->n_lanes * (1 + (int64_t)learner->n_further);
  return all < INT_MAX ? (int)all : INT_MAX;
}

/* For learners: takes their memory, as am_blocks_take does, once type and n_lanes are there. */
amine_status am_learner_take(am_learner *learner, const am_block *blocks, size_t n,
                             amine_error *error);

static inline void am_learner_destroy(am_learner *learner) {
  if (learner) learner->type->destroy(learner);
}

#endif
