/* Consolidation: long-term plasticity by two weights for each connection, a fast one that learns
 * and a slow one that remembers. Each weight finds out by itself how useful it has been; nothing
 * tells where one task ends and the next begins.
 *
 *     usefulness   u      <- u + g d          d: the learner's own step of w; g: the change it asks
 *     grip         p       = kappa U / (1 + kappa U),   U = max(u, 0) / ((w - w_0)^2 + xi)
 *     fast         w      <- w + d + p (w_slow - w)
 *     slow         w_slow <- w_slow + rate (w - w_slow)
 *
 * u is the path integral of synaptic intelligence (Zenke, Poole, Ganguli 2017, arXiv 1703.04200):
 * how much the reward rose, to first order, because this weight moved; as g is noisy and d follows
 * it, it also counts how strongly the reward depends on the weight (Benzing 2022, arXiv
 * 2006.06357). xi = 0.1 is theirs; w_0 is where the weight began. The two weights are those of
 * Hinton & Plaut 1987 (Proc. 9th Cogn. Sci. Soc., 177-186); cascades of more: Benna & Fusi 2016,
 * doi:10.1038/nn.4401.
 *
 * All of it is local: a weight knows its own places, steps and change. */
#ifndef AMINE_LEARNER_CONSOLIDATION_H
#define AMINE_LEARNER_CONSOLIDATION_H

#include "learner/agent.h"

typedef struct am_consolidation {
  bool on;
  float strength; /* kappa */
  float rate;     /* of the slow weights, an iteration */
} am_consolidation;

/* The rule, of n weights: all arrays are [n]. w has made the learner's step already, from the place
 * `before`, because of `change`. */
void am_consolidation_hold(float *w, float *slow, float *useful, const float *before,
                           const float *change, const float *first, const am_consolidation *options,
                           size_t n);

/* For an agent, in this order: before it is opened; once its weights have their first values;
 * around each step. Consolidated is what learns of the tensors gru.*, h2o.* and gain.*. Saved with
 * the others: slow.NAME, useful.NAME, first.NAME. */
void am_consolidation_open(am_agent *agent);
void am_consolidation_begin(am_agent *agent);
void am_consolidation_before(am_agent *agent);
void am_consolidation_after(am_agent *agent, const am_consolidation *options);

#endif
