/* Learning by local traces and a broadcast error: what e-prop, random-feedback local online
 * learning and feedback alignment have in common. Each is a choice of these options, and says so in
 * its own file.
 *
 *     eps  = delta-weighted (hit - pi) + c pi o (-log pi - H), and y* - pi or y* - y from a teacher
 *     L_j  = sum_k B_jk eps_k (+ c_V B_jV of the critic)               the unit's learning signal
 *     e_ji <- d_j e_ji + psi_ji s_i                                    its trace
 *     dW_ji = sum_t delta_t tag_ji(t) + N_j(t) e_ji(t),  tag <- gamma lambda tag + L_j e_ji
 *
 * summed over the kept steps of an episode by am_stack_local, which gives the same sums as
 * the rule step by step: one number a unit and step instead of one a weight. Without a trace d = 0:
 * credit goes to what was read at the very step of the error.
 *
 * Cost of a step and lane, n units, m inputs, A outputs: forward g n (m + n) + n A multiply-adds (g
 * = 3 gated, 1 leaky), learning as much again and n A for B. Memory of a lane: that of the episode,
 * and its rows once more (5 a unit and step gated, 2 leaky); step by step, whatever T, it would be
 * two numbers a weight. */
#ifndef AMINE_LEARNER_LOCAL_H
#define AMINE_LEARNER_LOCAL_H

#include "learner/rollout.h"
#include "learner/rows.h"
#include "learner/signalling_options.h" /* am_feedback */

typedef enum am_local_trace {
  AM_LOCAL_DIAGONAL, /* d: the diagonal of the Jacobian */
  AM_LOCAL_DECAY,    /* d: the update gate, or 1 - 1/tau */
  AM_LOCAL_NONE      /* d = 0 */
} am_local_trace;

typedef struct am_local_options {
  am_agent_options agent;
  am_stack_options units;
  float gamma, lambda, value_weight, entropy_weight;
  am_teach teach; /* supervised: no critic */
  am_feedback feedback;
  float feedback_decay; /* of B and W_o, a step (Kolen-Pollack) */
  am_local_trace trace;
  float input, recurrent, output; /* shares of the rate */
} am_local_options;

/* For their tables: where a value goes, and rows that all of them have. */
#define AM_LOCAL_AT(member) AM_MEMBER(am_local_options, member)
#define AM_LOCAL_AGENT(member) AM_MEMBER(am_local_options, agent.member)
#define AM_LOCAL_SCHEDULE(member) AM_MEMBER(am_local_options, agent.schedule.member)
#define AM_LOCAL_OPTIMISER(member) AM_MEMBER(am_local_options, agent.optimiser.member)
#define AM_LOCAL_CRITIC_PARAMETERS                                                                 \
  AM_GAMMA_PARAMETER(AM_LOCAL_AT), AM_LAMBDA_PARAMETER(AM_LOCAL_AT), AM_VALUE_PARAMETER(AM_LOCAL_AT)

/* AMINE_ERROR_ARGUMENT for an option out of range, or one that the task does not allow. */
amine_status am_local_create(am_learner **learner, const am_learner_type *type, const am_task *task,
                             const am_local_options *options, amine_error *error);

/* By `create`, from the options and the text that a configuration has chosen. */
amine_status am_local_create_chosen(am_learner **learner, const am_task *task,
                                    const am_chosen *chosen,
                                    amine_status (*create)(am_learner **, const am_task *,
                                                           const am_local_options *, amine_error *),
                                    amine_error *error);

/* The angle between B and the transposed output weights as vectors, in degrees: 90 if B tells
 * nothing of them, 0 if credit goes where the gradient would send it. */
double am_local_angle(const am_learner *learner);

/* The functions of am_learner_type that are not am_agent's. Beside those of am_rollout_series there
 * is a series "alignment", the angle. */
int am_local_series(const am_learner *learner, am_series *out);
void am_local_destroy(am_learner *learner);

#endif
