/* Gains and credits of the Neuromodulator Signaling Model, lane by lane (see signalling.h). Arrays
 * are [unit][lanes]. */
#ifndef AMINE_LEARNER_SIGNALLING_LANE_H
#define AMINE_LEARNER_SIGNALLING_LANE_H

#include "kernel/real.h"

typedef struct am_signalling_ops {
  /* m = m_max tanh(m) in place; o = (1 + m) o h */
  void (*gain)(am_real *o, am_real *m, const am_real *h, am_real m_max, int n);
  /* credit = L o (1 + m); dgain = L o h o m_max (1 - tanh^2), which is m_max - m^2 / m_max */
  void (*credit)(am_real *credit, am_real *dgain, const am_real *L, const am_real *m,
                 const am_real *h, am_real m_max, int n);
  /* out[j] = weight[j] factor, for weight [n] the same in all lanes and factor [lanes] */
  void (*spread)(am_real *out, const am_real *weight, const am_real *factor, int n);
} am_signalling_ops;

const am_signalling_ops *am_signalling_code(void);

#endif
