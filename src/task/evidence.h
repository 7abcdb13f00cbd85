/* Evidence accumulation: count pulses on two sides and say at the end which had more. After the
 * visual and auditory pulse tasks of rodents: Brunton et al. 2013, doi:10.1126/science.1233912.
 *
 * A side is drawn for the episode, each with probability 1/2. At each step but the last one pulse
 * comes, on that side with probability 1 - difficulty / 2, otherwise on the other. It is shown on
 * the wrong side with probability `noise`. At the last step `decide` is 1: action 0 says left, 1
 * right. Reward 1 for the side on which more pulses came, whatever was shown. If as many came on
 * both (only if steps is odd), the drawn side counts as right, which nobody can tell from the
 * pulses: a coin.
 *
 * The lines are exact. With n pulses, m of them on the drawn side and k shown there, P(m, k)
 * follows by adding one pulse at a time. */
#ifndef AMINE_TASK_EVIDENCE_H
#define AMINE_TASK_EVIDENCE_H

#include "task/world.h"

enum {
  AM_EVIDENCE_LEFT,
  AM_EVIDENCE_RIGHT,
  AM_EVIDENCE_ACTIONS,
  AM_EVIDENCE_DECIDE = 2, /* inputs: a pulse left, a pulse right, decide */
  AM_EVIDENCE_INPUTS
};

typedef struct am_evidence_options {
  int steps;        /* T, one more than pulses; 2 to 257 */
  float difficulty; /* 0: all pulses on one side, 1: both sides alike */
  float noise;      /* probability that a pulse is shown on the wrong side; 0 to 0.5 */
} am_evidence_options;

/* 12 steps (11 pulses: no ties), difficulty 0.8, no noise */
am_evidence_options am_evidence_default(void);

typedef struct am_evidence_state {
  am_world world;
  int32_t side;           /* drawn for the episode: AM_EVIDENCE_... */
  int32_t pulse, seen;    /* of the present step: -1 left, 1 right; as it came and as shown */
  int32_t balance, shown; /* pulses right minus left before the present step; likewise */
  int32_t last;           /* the one shown last, 0 at first */
} am_evidence_state;

/* Lines: `random`; `last` says the side shown last; `ceiling` the side shown more. It counts as
 * learned from nine tenths of the way from `random` to `ceiling` on. */
extern const am_task_type am_evidence_type;

#endif
