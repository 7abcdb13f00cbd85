/* What the passes of pairs share. Only for vector sources. */
#ifndef AMINE_NETWORK_PAIR_PASS_H
#define AMINE_NETWORK_PAIR_PASS_H

#define PLAN_UNITS
#include "equation/plan_pass.h"
/* after vector.h, which says what a real is */
#include "network/pair_state.h"

VEC_INLINE size_t padded(int n) { return (size_t)am_pad(n, 16); }

VEC_INLINE am_trace_constants constants_of(const am_pair *pair, int l, const real *parameters) {
  const am_plan *p = pair->plan[l];
  am_trace_constants k = {
      .clip = (real)pair->clip, .eta_e = (real)pair->rate, .program = &pair->program};
  if (p->rate != SIZE_MAX) k.eta_e = parameters[pair->at[l] + p->rate];
  return k;
}

/* What layer l reads: at step 0, and how far it is to the next. */
VEC_INLINE const real *seen_of(const am_pair *pair, const am_pair_lane *lane, int l, size_t *step) {
  if (l == 0) return *step = padded(pair->plan[0]->n_inputs), lane->u;
  const am_plan *below = pair->plan[l - 1];
  if (lane->dropped) return *step = padded(below->n_outputs), lane->layer[l - 1].shown;
  *step = (size_t)below->n_rows;
  return lane->layer[l - 1].block + below->n_rows + below->output;
}

VEC_INLINE am_plan_step pair_step_of(const am_pair *pair, const am_pair_lane *lane, int l, int t,
                                     const real *parameters) {
  const am_plan *p = pair->plan[l];
  const am_pair_layer *m = &lane->layer[l];
  size_t step;
  const real *seen = seen_of(pair, lane, l, &step);
  return (am_plan_step){.parameters = parameters + pair->at[l],
                        .fixed = m->fixed,
                        .input = seen + (size_t)t * step,
                        .given = lane->given + (size_t)t * padded(1) * (size_t)p->n_given,
                        .before = m->block + (size_t)t * (size_t)p->n_rows,
                        .block = m->block + (size_t)(t + 1) * (size_t)p->n_rows,
                        .held = l == 0 ? lane->held : NULL,
                        .n_past = t,
                        .block_step = (size_t)p->n_rows};
}

/* Elements from an operand of one step to that of the next. */
VEC_INLINE size_t stride_of(const am_pair *pair, const am_pair_lane *lane, int l,
                            const am_operand *o) {
  size_t step;
  if (o->from == AM_FROM_INPUT) return seen_of(pair, lane, l, &step), step;
  if (o->from == AM_FROM_GIVEN) return padded(1) * (size_t)pair->plan[l]->n_given;
  return o->from == AM_FROM_FIXED ? 0 : (size_t)pair->plan[l]->n_rows;
}

VEC_INLINE am_panel_shape shape_of(const am_plan_trace *t) { return am_panel_of(t->rows, t->cols); }
VEC_INLINE am_panel_shape panel_of(const am_operation *o) {
  return o->transposed ? am_panel_of(o->in[0].rows, o->rows) : am_panel_of(o->rows, o->in[0].rows);
}

/* eta [rows], for a number one for all rows in `room`. */
VEC_INLINE const real *spread_eta(const am_plan_trace *t, const am_plan_step *s, real *room) {
  const vectors eta = rows_of(&t->eta, s);
  if (eta.step) return eta.at;
  for (size_t i = 0; i < padded(t->rows); i += 16) v_store(room + i, v_set1(*eta.at));
  return room;
}

/* A trace's E, as the update of step u meets it. */
VEC_INLINE void begin_anew(const am_pair_lane *lane, real *E, int u, am_panel_shape shape) {
  if (lane->keep && E && lane->keep[u] == 0) memset(E, 0, am_panel_elements(shape) * sizeof *E);
}

#endif
