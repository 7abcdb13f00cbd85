/* Layers of a text in the layout UNITS (equation/plan.h): one episode, or two side by side, each
 * with traces of its own, and heads on top:
 *
 *     heads_t = W_o output_t + b_o          of the top layer, or its first outputs themselves
 *     H, E <- rule(H, E; eta_t, post_t, pre_t)
 *
 * Traces and states are at first as the text says (traces: 0). The update of step t - 1 and the
 * product of step t are one pass over w, alpha and H (kernel/trace.h), so a trace lags one update
 * behind until it is finished. */
#ifndef AMINE_NETWORK_PAIR_LANE_H
#define AMINE_NETWORK_PAIR_LANE_H

#include "network/pair_state.h"

/* Functions on `lanes` take n of them, 1 or 2, which go through the episode side by side: it is
 * faster that way, and each lane's results are the same bits as alone. In `gradient` the first
 * lane's part is added before the second's wherever both meet in one pass. rule: NULL without
 * traces. */
typedef struct am_pair_ops {
  /* What lies behind the parameters of each layer: alpha of every connection. Once for all episodes
   * with these parameters. */
  void (*expand)(const am_pair *pair, am_real *parameters);
  /* The gradient of fewer alphas from that of every connection, which becomes 0. */
  void (*reduce)(const am_pair *pair, am_real *gradient);
  /* Forgets the episode before. */
  void (*begin)(const am_pair *pair, am_pair_lane *lane, const am_real *parameters);
  /* One step: reads u[t], fills the blocks and heads[t]. */
  void (*step)(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *const *lanes, int n,
               const am_real *parameters, int t);
  /* What traces take up of step t, once what is given is known. Before step t + 1. */
  void (*after)(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *const *lanes, int n,
                const am_real *parameters, int t);
  /* Brings all traces up to date with step t, the last one taken. For pictures. */
  void (*finish)(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *lane,
                 const am_real *parameters, int t);
} am_pair_ops;

const am_pair_ops *am_pair_code(void);

#endif
