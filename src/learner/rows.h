/* Rows of parameters that several learners have; those of a schedule, of an optimiser and of teaching
 * stand beside these. AT(m) is AM_MEMBER of the member m of the learner's options, and what else their
 * rows have. */
#ifndef AMINE_LEARNER_ROWS_H
#define AMINE_LEARNER_ROWS_H

#include "base/parameter.h"
#include "equation/role.h"

/* How a learner plays: what every run has. */
#define AM_PLAY_PARAMETERS(AT)                                                                     \
  AM_BORROWED("batch", 30, AT(n_lanes)), AM_BORROWED("threads", 0, AT(n_threads)),                 \
      AM_BORROWED("seed", 1, AT(seed)), AM_BORROWED("learn", AM_ROLES_ALL, AT(learn))

#define AM_GAMMA_PARAMETER(AT) AM_NUMBER("gamma", 0.9, 0, 1, "", "discount of rewards", AT(gamma))
#define AM_LAMBDA_PARAMETER(AT)                                                                    \
  AM_NUMBER("lambda", 1, 0, 1, "", "of the generalised advantage; 1 is the plain return",          \
            AT(lambda))
#define AM_VALUE_PARAMETER(AT)                                                                     \
  AM_NUMBER("value_weight", 0.1, 0, 1e6, "", "weight of the critic's squared error",               \
            AT(value_weight))
#define AM_ENTROPY_PARAMETER(member)                                                               \
  AM_NUMBER("entropy_weight", 0.03, 0, 1e6, "", "beta: weight of the penalty on sure policies",    \
            member)

/* The policy that the run began with. */
#define AM_FIRST_PARAMETERS(AT, AGENT)                                                             \
  AM_SWITCH("keep_first", 0,                                                                       \
            "keeps the policy that the run begins with, and tells how far from it the present "    \
            "one has gone: KL(pi || pi_first) of an episode, in nats",                             \
            AGENT(keep_first)),                                                                    \
      AM_NUMBER("kl_weight", 0, 0, 1e6, "", "weight of the penalty KL(pi || pi_first) of a step",  \
                AT(kl_weight), .when = "keep_first=true")

/* B, the way of an error to the units. */
#define AM_FEEDBACK_PARAMETERS(AT)                                                                 \
  AM_CHOICE("feedback", "kolen-pollack|random|symmetric",                                          \
            "B, by which an error reaches the units: learned from W_o's own change, fixed, or "    \
            "W_o transposed",                                                                      \
            AT(feedback)),                                                                         \
      AM_NUMBER("feedback_decay", 1e-3, 0, 0.5, "per update",                                      \
                "of B and W_o alike (Kolen-Pollack)", AT(feedback_decay))

#define AM_TRACE_PARAMETER(member)                                                                 \
  AM_CHOICE("trace", "diagonal|decay",                                                             \
            "how a trace lives on: by the diagonal of the Jacobian, or by the update gate alone",  \
            member)

#define AM_SHARE_PARAMETERS(AT)                                                                    \
  AM_NUMBER("input_share", 1, 0, 1000, "", "of the rate, for the input segment", AT(input)),       \
      AM_NUMBER("recurrent_share", 1, 0, 1000, "", "of the rate, for the recurrent segment",       \
                AT(recurrent)),                                                                    \
      AM_NUMBER("output_share", 1, 0, 1000, "", "of the rate, for the output segment", AT(output))

#endif
