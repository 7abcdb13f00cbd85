/* The options of the Neuromodulator Signaling Model (symbols: signalling.h). */
#ifndef AMINE_LEARNER_SIGNALLING_OPTIONS_H
#define AMINE_LEARNER_SIGNALLING_OPTIONS_H

#include "learner/agent.h"
#include "learner/consolidation.h"
#include "learner/teach.h"
#include "network/units.h"

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
  am_stack_options units; /* the controller's, without its inputs; read while one is made */
  int n_signal;           /* S */
  float gamma, lambda, entropy_weight;
  float kl_weight;               /* of the way from the policy that the run began with */
  float gain;                    /* m_max of the controller's units; 0: no gains */
  float input_gain, output_gain; /* of the inputs, of the output */
  float gain_start;              /* W_a begins uniform in +- this */
  am_feedback feedback;
  float feedback_decay; /* of B and W_o, a step (Kolen-Pollack) */
  bool decay; /* a trace lives on by elements alone (the update gate), not by the diagonal of the
               * Jacobian */
  am_trace_form form;
  am_teach teach;
  /* shares of the rate: input, recurrent and output segment, gains, critic, and the signalling
   * GRU's own weights (0: frozen), which learn by the same local trace with w_v as their credit */
  float input, recurrent, output, gains, critic, signal;
  bool critic_sees_output; /* V reads o too, not s alone */
  bool adaptive;           /* rewards are divided by the running spread of what episodes bring */
  am_signal_control control;
  am_consolidation consolidation; /* of the controller, its output and its gains */
} am_signalling_options;

#endif
