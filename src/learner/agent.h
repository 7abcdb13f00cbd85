/* An agent: a learner whose network is a flat vector of parameters and whose batch is played in
 * groups of sixteen episodes. What such learners share is here: memory, threads, sums in a fixed
 * order, the step, evaluation, and the tensors that are saved. A learner adds how a group is played and
 * what change of the parameters it asks for.
 *
 * A change is an ascent direction, summed over the lanes; it is divided by the number of lanes, and
 * the parameters move by the optimiser's step along it (or by the change itself), each tensor with
 * its own share of the rate. A tensor that is held asks for no change: neither it nor its moments
 * move, and it is no part of the norm. */
#ifndef AMINE_LEARNER_AGENT_H
#define AMINE_LEARNER_AGENT_H

#include "base/strands.h"
#include "learner/group.h"
#include "learner/learner.h"
#include "learner/optimiser.h"
#include "learner/roles.h"
#include "learner/schedule.h"
#include "network/places.h"

typedef struct am_agent_options {
  int n_lanes;   /* episodes of an iteration, 1 to 65536 */
  int n_threads; /* 0: every processor */
  uint64_t seed;
  am_schedule schedule; /* of the step size */
  am_optimiser optimiser;
  uint64_t warmup; /* iterations without a step */
  uint32_t learn;  /* the roles that learn, as the key says (equation/role.h); 0: all */
  bool keep_first; /* the parameters that the run began with are an extra vector, the first */
} am_agent_options;

/* Sums over a group's lanes and live steps. */
typedef struct am_agent_sums {
  double value, entropy, loss, steps;
  double kl; /* from the policy that the run began with, if it is kept */
  float reward[AM_GROUP_LANES]; /* of each episode */
} am_agent_sums;

/* One group being played. */
typedef struct am_turn {
  am_group group; /* begun */
  void *scratch;  /* the worker's, laid out by the learner */
  bool greedy;
  float *change;     /* [n_grouped], zero at first, to which the learner adds; NULL: no learning */
  const am_hold *hold; /* what is held meanwhile, or NULL */
  am_series *series; /* what is recorded of lane 0, or NULL */
  am_agent_sums *sums;
} am_turn;

typedef struct am_agent am_agent;

enum { AM_AGENT_EXTRA = 4, AM_AGENT_BLOCKS = 3 };

/* Figures that a learner does not have: they are reported as NAN. */
enum { AM_LACKS_VALUE = 1, AM_LACKS_ENTROPY = 2, AM_LACKS_LOSS = 4 };

typedef struct am_agent_ops {
  unsigned lacks; /* of those, together */
  size_t (*scratch_bytes)(const am_agent *agent);
  void (*play)(const am_agent *agent, am_turn *turn);
  /* Around the step of an iteration: before it with the mean change, which may be altered, and
   * after it. Both may be NULL. */
  void (*before)(am_agent *agent, float *change);
  void (*after)(am_agent *agent);
  bool plain; /* the step is the mean change times the rate, as it is: no optimiser, no moments */
  /* The batch is cut into so many groups at least, as long as it has as many episodes; 0: each of
   * sixteen */
  int n_chunks;
  int n_side; /* lanes of a group that `play` plays side by side; 0: all of them */
  /* The change is the gradient of the mean of a loss, which is descended, and the step is the
   * learner's to take. NULL: as above. */
  void (*descend)(am_agent *agent, const am_step *step, const float *gradient, float rate);
} am_agent_ops;

struct am_agent {
  am_learner learner; /* numbers[0..1]: powers of beta1 and beta2 (optimiser.h) */
  am_agent_options options;
  const am_agent_ops *ops;
  am_places places;
  float share[AM_PLACES_MAX]; /* of the rate, for each tensor; 0: it does not learn */
  bool held[AM_PLACES_MAX];   /* what is not among the roles that learn */
  float *parameters, *m, *v;  /* [places.size] */
  int n_extra;                /* set before opening: vectors more that a learner keeps and saves, */
  int n_extra_saved;          /* the first of them, */
  const char *const *extra_prefixes; /* whose tensors are called so and as the parameters; */
  float *extra[AM_AGENT_EXTRA];      /* [places.size], zero at first */
  int n_own;                     /* set before opening: blocks of the learner's own, taken with */
  am_block own[AM_AGENT_BLOCKS]; /* the agent's, which the learner frees */
  size_t n_grouped; /* set before opening: of so many parameters, the first, changes are sums over
                       groups; those of the others the learner writes into the sum; 0: of all */
  float *changes;   /* [n_groups][n_grouped], and [places.size]: their sum */
  am_agent_sums *sums; /* [n_groups] */
  int n_groups, n_threads;
  int n_side;          /* lanes of a group, at most */
  am_strands *strands; /* that play them, where the task takes one call for all lanes; else NULL */
  int n_workers;       /* with memory of their own */
  unsigned char *blocks; /* [n_workers][block] */
  size_t block, worlds;  /* bytes of one worker; where its worlds begin */
};

/* Takes the memory, after the learner has added its tensors to agent->places. AMINE_ERROR_ARGUMENT
 * if a role is to learn that no tensor has. After a failure am_agent_close frees what was taken. */
amine_status am_agent_open(am_agent *agent, const am_task *task, const am_agent_options *options,
                           const am_agent_ops *ops, amine_error *error);
void am_agent_close(am_agent *agent);

/* The parts of an iteration, for learners that do more in one. A turn of a worker: with no
 * group begun, no change and no sums; or about to learn from group number `item` of the batch. */
am_turn am_agent_turn(const am_agent *agent, int worker);
am_turn am_agent_learning_turn(const am_agent *agent, int item, int worker);
/* The sum of the changes. */
static inline float *am_agent_sum(const am_agent *a) {
  return a->changes + (size_t)a->n_groups * a->n_grouped;
}
/* Learns from every group of the batch. */
void am_agent_learn(am_agent *agent);
/* The parameters that the run began with: those of the present, before the first iteration. They stay
 * as they were when it last asked for them in that. NULL: they are not kept. */
float *am_agent_first(am_agent *agent);
/* The mean change over all groups, and its norm; AMINE_ERROR_NUMERIC if it is no step to take,
 * nothing has changed then. After it the step, which ends the iteration. */
amine_status am_agent_gather(am_agent *agent, float *norm, amine_error *error);
void am_agent_finish(am_agent *agent, float norm, am_learner_report *report);

/* Whether the tensor that begins at `at` is held. */
bool am_agent_holds(const am_agent *agent, size_t at);

/* The step size of the present iteration; 0: no parameter changes at all, not even by a decay. */
double am_agent_rate(const am_agent *a);

/* The functions of am_learner_type that all agents share. */
amine_status am_agent_iterate(am_learner *learner, am_learner_report *report, amine_error *error);
void am_agent_evaluate(am_learner *learner, double *rewards, int n_episodes, uint32_t first,
                       uint64_t seed, bool greedy);
bool am_agent_tensor(const am_learner *learner, int k, am_learner_tensor *out);
void am_agent_get(const am_learner *learner, int k, float *values);
void am_agent_set(am_learner *learner, int k, const float *values);
void am_agent_release(am_learner *learner, int k);
void am_agent_watch(am_learner *learner, am_series *series, uint32_t lane, uint64_t seed,
                    bool greedy);

static inline am_agent *am_agent_of(am_learner *learner) { return (am_agent *)(void *)learner; }
static inline const am_agent *am_agent_of_const(const am_learner *learner) {
  return (const am_agent *)(const void *)learner;
}

/* Copies values that are `stride` elements apart into step t of the series of that name, if it is
 * recorded. */
void am_turn_note(const am_turn *turn, const char *name, int t, const float *values, int stride);
/* The same of lane 0 in [width][lanes]. */
static inline void am_turn_record(const am_turn *turn, const char *name, int t, const float *rows) {
  am_turn_note(turn, name, t, rows, AM_GROUP_LANES);
}
/* The same for the series "actions": what lane 0 did. */
void am_turn_record_actions(const am_turn *turn, int t);

#endif
