/* The Neuromodulator Signaling Model: a GRU controller that learns from the signals of a second
 * GRU, which sees its activity, its output and a scalar reward. No gradient of a loss is propagated
 * backward, through time or from layer to layer, and there is no optimiser's model of the loss.
 *
 *     controller   h_t = GRU layers(u_t; the matrices read o_{t-1}),  m_t = m_max tanh(W_a s_{t-1})
 *                  o_t = (1 + m_t) o h_t
 *     output       pi = softmax(W_o o_t + b_o) of the top layer, or linear for real values
 *     signalling   s_t = GRU(s_{t-1}, [o_t; pi_t; a_{t-1}; r_{t-1}])
 *     dopamine     V_t = w_v . [s_t; o_t],  delta_t = r_t + gamma V_{t+1} - V_t (linear TD(lambda))
 *     output error eps = hit - pi, where a decision is asked for;  N = c pi o (-log pi - H), or,
 *                  where a teacher says what is right, + (y* - y)
 *     credit       L = B eps for each unit of each layer
 *     weights      dW_ji = sum_t delta_t tag_ji + N e_ji,
 *                  tag <- gamma lambda tag + L_j (1 + m_j) e_ji
 *     gains        dW_a  likewise with trace L_j h_j m_max (1 - tanh^2) s_{t-1}
 *     feedback     B takes W_o's own change, and both decay (Kolen-Pollack); or stays random; or is
 *                  W_o' (symmetric, which no synapse can know)
 *
 * e is the local trace of gru_trace.h; lower layers get a fixed random B, for no weight of W_o
 * corresponds to them. What holds: with U = 0 (no recurrence), one layer, no gains, B = W_o' and
 * lambda = 1 the change is the exact policy gradient (tested); the change of W_o always is; the
 * critic is linear TD(lambda). Otherwise the controller's change is a truncated gradient.
 *
 * Sources: eligibility and three factors, Bellec et al. 2020, doi:10.1038/s41467-020-17236-y,
 * Murray 2019, doi:10.7554/eLife.43299; feedback, Kolen & Pollack 1994,
 * doi:10.1109/ICNN.1994.374486, Lillicrap et al. 2016, doi:10.1038/ncomms13276; TD, Sutton 1988,
 * doi:10.1007/BF00115009.
 *
 * Cost of a step and lane, with H units, I inputs, S signalling units: forward 3 H (I + H) + 3 S (H
 * + S) multiply-adds, learning as much as the controller's forward again (window), or three times
 * its weights (online). Memory: window, activity of each step; online, two numbers a weight and
 * lane, whatever the length of an episode. */
#ifndef AMINE_LEARNER_SIGNALLING_H
#define AMINE_LEARNER_SIGNALLING_H

#include "learner/agent.h"
#include "learner/consolidation.h"
#include "learner/teach.h"
#include "network/gru.h"

typedef enum am_feedback { AM_FEEDBACK_KP, AM_FEEDBACK_RANDOM, AM_FEEDBACK_SYMMETRIC } am_feedback;
typedef enum am_trace_form { AM_FORM_WINDOW, AM_FORM_ONLINE } am_trace_form;

/* What is taken away, to see that learning needs it. */
typedef enum am_signal_control {
  AM_CONTROL_NONE,
  AM_CONTROL_FROZEN,  /* the controller does not learn */
  AM_CONTROL_SHUFFLE, /* each lane is told the reward of its neighbour */
  AM_CONTROL_RANDOM,  /* dopamine is noise */
  AM_CONTROL_PARTNER  /* of several agents only the first learns (agents.h) */
} am_signal_control;

typedef struct am_signalling_options {
  am_agent_options agent;
  int n_hidden, n_layers;
  float dropout;
  int n_signal; /* S */
  float gamma, lambda, entropy_weight;
  float gain;       /* m_max; 0: no gains */
  float gain_start; /* W_a begins uniform in +- this */
  am_feedback feedback;
  float feedback_decay; /* of B and W_o, a step (Kolen-Pollack) */
  am_trace_kind trace;
  am_trace_form form;
  am_teach teach;
  /* shares of the rate: input, recurrent and output segment, gains, critic, and the signalling
   * GRU's own weights (0: frozen), which learn by the same local trace with w_v as their credit */
  float input, recurrent, output, gains, critic, signal;
  bool critic_sees_output; /* V reads o too, not s alone */
  bool adaptive;           /* rewards are divided by the running spread of what episodes bring */
  am_gru_start start;
  am_signal_control control;
  am_consolidation consolidation; /* of the controller, its output and its gains */
} am_signalling_options;

/* AMINE_ERROR_ARGUMENT for an option out of range, or one that the task does not allow. Free it
 * with am_learner_destroy. */
amine_status am_signalling_create(am_learner **learner, const am_task *task,
                                  const am_signalling_options *options, amine_error *error);

extern const am_learner_type am_signalling_type;

/* For learners that are made of it: its table, and the options that a configuration has chosen. */
extern const amine_parameter am_signalling_parameters[];
am_signalling_options am_signalling_chosen(const am_chosen *chosen);

#endif
