/* Networks that differ by noise on their weights, and what each earned: what weight perturbation
 * and evolution strategies share.
 *
 * The lanes of a batch are pairs; pair p draws eps_p, one normal number a weight, and its two lanes
 * live the same episodes with the same draws of the policy. F of a lane is its mean reward over
 * `episodes` episodes. The change asked for is
 *
 *     dw = (1 / n_pairs) sum_p f_p eps_p
 *
 * in which f_p is made of all F by the learner. Nothing is kept of eps: it is drawn again.
 *
 * Cost of a step and lane: forward alone, 3 n (m + n) + n A multiply-adds of gated units, each with
 * a weight of its own to read; an iteration draws two numbers a pair and weight. Memory: one number
 * a weight and lane, and the episode; it does not grow with what learning would have to remember.
 */
#ifndef AMINE_LEARNER_PERTURBED_H
#define AMINE_LEARNER_PERTURBED_H

#include "learner/rollout.h"
#include "learner/rows.h"

typedef struct am_perturbed_options {
  am_agent_options agent; /* n_lanes even */
  am_stack_options units;
  float sigma;   /* above 0 */
  int episodes;  /* 1 to 65536 */
  bool z_scored; /* evolution: by z-score in place of rank */
} am_perturbed_options;

typedef struct am_perturbed {
  am_agent agent; /* first */
  am_perturbed_options options;
  am_actor_net net;
  float sign[2]; /* of eps in the two lanes of a pair */
  /* f [n_pairs] from F [2 n_pairs]; work [2 n_pairs] is scratch */
  void (*weigh)(const struct am_perturbed *networks, float *f, const float *F, float *work);
  float *F, *f, *work;
} am_perturbed;

/* For their tables: where a value goes, and rows that all of them have. */
#define AM_PERTURBED_AT(member) AM_MEMBER(am_perturbed_options, member)
#define AM_PERTURBED_AGENT(member) AM_MEMBER(am_perturbed_options, agent.member)
#define AM_PERTURBED_SCHEDULE(member) AM_MEMBER(am_perturbed_options, agent.schedule.member)
#define AM_PERTURBED_OPTIMISER(member) AM_MEMBER(am_perturbed_options, agent.optimiser.member)
#define AM_PERTURBED_PARAMETERS                                                                    \
  AM_PLAY_PARAMETERS(AM_PERTURBED_AGENT), AM_SCHEDULE_PARAMETERS(AM_PERTURBED_SCHEDULE),           \
      AM_OPTIMISER_PARAMETERS(AM_PERTURBED_OPTIMISER, AM_PERTURBED_OPTIMISER),                     \
      AM_NUMBER("sigma", 0.1, 1e-6, 100, "", "standard deviation of the noise on weights",         \
                AM_PERTURBED_AT(sigma)),                                                           \
      AM_INTEGER("episodes", 1, 1, 65536, "episodes",                                              \
                 "episodes by which one set of perturbed weights is judged",                       \
                 AM_PERTURBED_AT(episodes))

/* AMINE_ERROR_ARGUMENT for an option out of range. */
amine_status am_perturbed_create(
    am_learner **learner, const am_learner_type *type, const am_task *task,
    const am_perturbed_options *options, const float sign[2],
    void (*weigh)(const am_perturbed *, float *, const float *, float *), amine_error *error);
/* By `create`, from the options and the text that a configuration has chosen. */
amine_status am_perturbed_create_chosen(am_learner **learner, const am_task *task,
                                        const am_chosen *chosen,
                                        amine_status (*create)(am_learner **, const am_task *,
                                                               const am_perturbed_options *,
                                                               amine_error *),
                                        amine_error *error);

int am_perturbed_series(const am_learner *learner, am_series *out);
void am_perturbed_destroy(am_learner *learner);

#endif
