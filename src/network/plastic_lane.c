/* The plastic recurrent network's step and its exact gradient (see plastic_lane.h).
 *
 * The update of step t - 1 and the product of step t are one pass over w, alpha and H. On the way
 * back H is needed at every step, latest first: `saved` keeps it every `segment` steps, and every
 * second one between is computed again, to the same bits. The gradient of w, of the input and of
 * the heads is a product over all steps and is taken at the end. */
#include <stdbool.h>

#include "kernel/vector.h"
/* after vector.h, which says what a real is */
#include "network/plastic_lane.h"

static am_trace_constants constants_of(const am_plastic_layout *l, const real *parameters) {
  am_trace_constants k = {.clip = l->clip};
  if (l->eta_e != SIZE_MAX) k.eta_e = parameters[l->eta_e];
  return k;
}

static void lane_begin(const am_plastic_layout *l, am_plastic_lane *lane) {
  memset(lane->x, 0, (size_t)l->cols * sizeof(real));
  if (!l->has_trace) return;
  const size_t size = am_panel_elements(l->square) * sizeof(real);
  memset(lane->H, 0, size);
  if (lane->E) memset(lane->E, 0, size);
}

/* eta [cols] of step t */
static void plasticity(const am_plastic_layout *l, real *eta, const am_plastic_lane *lane,
                       const real *parameters, int t) {
  if (!l->has_readout) {
    const real rate = l->is_given ? parameters[l->eta] * lane->level[t] : parameters[l->eta];
    for (int i = 0; i < l->cols; i += 16) v_store(eta + i, v_set1(rate));
    return;
  }
  const real *f = l->has_fanout ? parameters + l->fan_f : NULL;
  const real *g = l->has_fanout ? parameters + l->fan_g : NULL;
  readout_spread(eta, lane->level[t], f, g, l->cols);
}

/* y = (w + alpha ∘ H) x_{t-1}, with the update of step t - 1 applied to H first */
static void recurrent(const am_plastic_layout *l, const am_trace_ops *rule,
                      am_plastic_lane *const *lanes, int n, const real *parameters,
                      const real *alpha, int t) {
  const size_t cols = (size_t)l->cols, s = (size_t)t;
  const size_t size = am_panel_elements(l->square);
  am_trace_forward pass[AM_TRACE_LANES];
  for (int q = 0; q < n; q++) {
    am_plastic_lane *lane = lanes[q];
    if (!l->has_trace) {
      panel_apply(lane->y, parameters + l->w, lane->x + s * cols, l->square);
      continue;
    }
    const int save = (t - 1) % lane->segment == 0;
    const size_t slot = save ? (size_t)((t - 1) / lane->segment) * size : 0;
    pass[q] = (am_trace_forward){
        .H = lane->H,
        .E = lane->E,
        .H_saved = save ? lane->saved_H + slot : NULL,
        .E_saved = save && lane->E ? lane->saved_E + slot : NULL,
        .w = parameters + l->w,
        .alpha = alpha,
        .a = lane->a + (s - 1) * cols,
        .b = lane->b + (s - 1) * cols,
        .h = lane->x + (s - 1) * cols,
        .x = lane->x + s * cols,
        .y = lane->y,
    };
  }
  if (l->has_trace) rule->forward(pass, n, constants_of(l, parameters), l->square);
}

/* y gains the input's part and becomes the activity of step t */
static void take_input(const am_plastic_layout *l, am_plastic_lane *lane, const real *parameters,
                       int t) {
  const size_t s = (size_t)t;
  real *y = lane->y;
  for (int i = 0; i < l->cols; i += 16)
    v_store(y + i, v_add(v_load(y + i), v_load(parameters + l->input_b + i)));
  panel_apply_transposed(y, parameters + l->input_w, lane->u + s * (size_t)l->input_rows, l->input);
}

static void activate(const am_plastic_layout *l, am_plastic_lane *lane, int t) {
  real *x = lane->x + ((size_t)t + 1) * (size_t)l->cols;
  for (int i = 0; i < l->cols; i += 16) v_store(x + i, v_tanh(v_load(lane->y + i)));
}

static void read_out(const am_plastic_layout *l, am_plastic_lane *lane, const real *parameters,
                     int t) {
  const size_t s = (size_t)t;
  real *heads = lane->heads + s * (size_t)l->head_rows;
  panel_apply(heads, parameters + l->head_w, lane->x + (s + 1) * (size_t)l->cols, l->head);
  for (int k = 0; k < l->n_heads; k++) heads[k] += parameters[l->head_b + (size_t)k];
}

static void modulate(const am_plastic_layout *l, const am_trace_ops *rule, am_plastic_lane *lane,
                     const real *parameters, int t) {
  const size_t cols = (size_t)l->cols, s = (size_t)t;
  const real *heads = lane->heads + s * (size_t)l->head_rows;
  if (!l->is_given)
    lane->level[t] = !l->has_readout ? 0
                     : l->is_clamped ? (real)l->clamp
                                     : readout_level(heads[l->n_actions + 1], l->activation);
  if (!l->has_trace) return;
  plasticity(l, lane->eta, lane, parameters, t);
  rule->coefficients(lane->a + s * cols, lane->b + s * cols, lane->eta, lane->x + (s + 1) * cols,
                     constants_of(l, parameters), l->cols);
}

/* Part by part, each for all lanes: while one lane's sums are on their way, the next one's begin.
 */
static void lane_step(const am_plastic_layout *l, const am_trace_ops *rule,
                      am_plastic_lane *const *lanes, int n, const real *parameters,
                      const real *alpha, int t) {
  if (t > 0) recurrent(l, rule, lanes, n, parameters, alpha, t);
  else
    for (int q = 0; q < n; q++) memset(lanes[q]->y, 0, (size_t)l->cols * sizeof(real));
  for (int q = 0; q < n; q++) take_input(l, lanes[q], parameters, t);
  for (int q = 0; q < n; q++) activate(l, lanes[q], t);
  for (int q = 0; q < n; q++) read_out(l, lanes[q], parameters, t);
  for (int q = 0; q < n; q++) modulate(l, rule, lanes[q], parameters, t);
}

static void lane_finish(const am_plastic_layout *l, const am_trace_ops *rule, am_plastic_lane *lane,
                        const real *parameters, int t) {
  if (!l->has_trace) return;
  const size_t at = (size_t)t * (size_t)l->cols;
  rule->again(lane->H, lane->E, lane->H, lane->E, lane->a + at, lane->b + at, lane->x + at,
              constants_of(l, parameters), 1, 1, l->square);
}

/* How many updates before the state that update u made the nearest one lies that was kept. Kept are
 * the states before the even updates of a segment, and the one after its last. */
static int updates_ahead(const am_trace_ops *rule, int u, int segment) {
  const int odd = u % segment % 2;
  return rule->needs_state ? 1 + odd : 1 - odd;
}

/* That state: after how many updates of its segment. */
static int kept_at(const am_trace_ops *rule, int u, int segment) {
  return u % segment + 1 - updates_ahead(rule, u, segment);
}

/* Whether it was saved on the way there: as the first of its segment, or of the next. */
static bool was_saved(const am_plastic_lane *lane, int u, int k) {
  return k == 0 || (k == lane->segment && u < lane->n_steps - 2);
}

static const real *kept_state(const am_plastic_lane *lane, const am_trace_ops *rule,
                              const real *saved, const real *again, int u, size_t size) {
  if (!saved) return NULL;
  const int segment = lane->segment, k = kept_at(rule, u, segment);
  return was_saved(lane, u, k) ? saved + (size_t)((u + k) / segment) * size
                               : again + (size_t)(k / 2 - 1) * size;
}

/* Computes again every second state of the segment that holds update u, as far as u needs. */
static void fill_segment(const am_plastic_layout *l, const am_trace_ops *rule,
                         am_plastic_lane *lane, const real *parameters, int u) {
  const size_t size = am_panel_elements(l->square), cols = (size_t)l->cols;
  const int first = u / lane->segment * lane->segment;
  const size_t slot = (size_t)(u / lane->segment) * size, at = (size_t)first * cols;
  int n = kept_at(rule, u, lane->segment);
  if (was_saved(lane, u, n)) n -= 2;
  if (n <= 0) return;
  rule->again(lane->again_H, lane->again_E, lane->saved_H + slot,
              lane->saved_E ? lane->saved_E + slot : NULL, lane->a + at, lane->b + at, lane->x + at,
              constants_of(l, parameters), n, 2, l->square);
}

/* From the coefficients of update u to the activity and the modulator of step u. */
static void modulator_back(const am_plastic_layout *l, const am_trace_ops *rule,
                           am_plastic_lane *lane, real *gradient, const real *parameters, int u) {
  plasticity(l, lane->eta, lane, parameters, u);
  real deta_e = rule->coefficients_back(lane->deta, lane->dx[1], lane->da, lane->db, lane->dk,
                                        lane->eta, lane->x + ((size_t)u + 1) * (size_t)l->cols,
                                        constants_of(l, parameters), l->cols);
  if (l->eta_e != SIZE_MAX) gradient[l->eta_e] += deta_e;
  if (!l->has_readout) {
    const real deta = readout_spread_back(NULL, NULL, lane->deta, 0, NULL, l->cols);
    gradient[l->eta] += l->is_given ? deta * lane->level[u] : deta;
    return;
  }
  real *df = l->has_fanout ? gradient + l->fan_f : NULL;
  real *dg = l->has_fanout ? gradient + l->fan_g : NULL;
  const real *f = l->has_fanout ? parameters + l->fan_f : NULL;
  const real M = lane->level[u], dM = readout_spread_back(df, dg, lane->deta, M, f, l->cols);
  lane->dheads[(size_t)u * (size_t)l->head_rows + (size_t)l->n_actions + 1] =
      l->is_clamped ? 0 : dM * readout_slope(M, l->activation);
}

/* The product of step t >= 1 and the update before it: adds to the gradients of x_{t-1} and
 * x_{t-2}. */
static void plastic_back(const am_plastic_layout *l, const am_trace_ops *rule,
                         am_plastic_lane *const *lanes, int n, real *gradient,
                         const real *parameters, const real *alpha, int t) {
  const size_t cols = (size_t)l->cols, s = (size_t)t;
  const size_t size = am_panel_elements(l->square);
  const int u = t - 1, ahead = updates_ahead(rule, u, lanes[0]->segment);
  const size_t last = (s - 1) * cols, older = ahead == 2 ? last - cols : last;
  am_trace_backward pass[AM_TRACE_LANES] = {0};
  for (int q = 0; q < n; q++) {
    am_plastic_lane *lane = lanes[q];
    if (t == lane->n_steps - 1 || t % lane->segment == 0)
      fill_segment(l, rule, lane, parameters, u);
    pass[q] = (am_trace_backward){
        .H = kept_state(lane, rule, lane->saved_H, lane->again_H, u, size),
        .E = kept_state(lane, rule, lane->saved_E, lane->again_E, u, size),
        .dH = lane->dH,
        .dE = lane->dE,
        .dalpha = gradient + l->alpha_full,
        .w = parameters + l->w,
        .alpha = alpha,
        .dy = lane->dy + s * cols,
        .x = lane->x + s * cols,
        .a = lane->a + last,
        .b = lane->b + last,
        .h = lane->x + last,
        .a0 = lane->a + older,
        .b0 = lane->b + older,
        .h0 = lane->x + older,
        .dx = lane->dx[1],
        .dh = lane->dx[2],
        .da = lane->da,
        .db = lane->db,
        .dk = lane->dk,
        .scratch = lane->scratch,
    };
  }
  rule->backward(pass, n, ahead, constants_of(l, parameters), l->square);
  for (int q = 0; q < n; q++) modulator_back(l, rule, lanes[q], gradient, parameters, u);
}

static void recurrent_back(const am_plastic_layout *l, const am_trace_ops *rule,
                           am_plastic_lane *const *lanes, int n, real *gradient,
                           const real *parameters, const real *alpha, int t) {
  if (l->has_trace) {
    plastic_back(l, rule, lanes, n, gradient, parameters, alpha, t);
    return;
  }
  for (int q = 0; q < n; q++)
    panel_apply_transposed(lanes[q]->dx[1], parameters + l->w,
                           lanes[q]->dy + (size_t)t * (size_t)l->cols, l->square);
}

/* The sums over all steps. */
static void products_back(const am_plastic_layout *l, const am_plastic_lane *lane, real *gradient) {
  const size_t cols = (size_t)l->cols, head_rows = (size_t)l->head_rows;
  const int T = lane->n_steps;
  panel_add_outer(gradient + l->w, lane->dy + cols, cols, lane->x + cols, cols, T - 1, l->square);
  panel_add_outer(gradient + l->input_w, lane->u, (size_t)l->input_rows, lane->dy, cols, T,
                  l->input);
  panel_add_outer(gradient + l->head_w, lane->dheads, head_rows, lane->x + cols, cols, T, l->head);
  for (size_t i = 0; i < cols; i += 16) {
    vec s = v_load(gradient + l->input_b + i);
    for (size_t t = 0; t < (size_t)T; t++) s = v_add(s, v_load(lane->dy + t * cols + i));
    v_store(gradient + l->input_b + i, s);
  }
  for (size_t k = 0; k < head_rows; k += 16) {
    vec s = v_load(gradient + l->head_b + k);
    for (size_t t = 0; t < (size_t)T; t++) s = v_add(s, v_load(lane->dheads + t * head_rows + k));
    v_store(gradient + l->head_b + k, s);
  }
}

static void backward_begins(const am_plastic_layout *l, am_plastic_lane *lane) {
  const size_t bytes = (size_t)l->cols * sizeof(real);
  for (int k = 0; k < 3; k++) memset(lane->dx[k], 0, bytes);
  if (l->has_trace) {
    const size_t size = am_panel_elements(l->square) * sizeof(real);
    memset(lane->dH, 0, size);
    if (lane->dE) memset(lane->dE, 0, size);
  }
  if (l->has_readout)
    lane->dheads[(size_t)(lane->n_steps - 1) * (size_t)l->head_rows + (size_t)l->n_actions + 1] = 0;
}

/* The gradient of y at step t, from that of x_t, to which the heads add theirs. */
static void activate_back(const am_plastic_layout *l, am_plastic_lane *lane, const real *parameters,
                          int t) {
  const size_t cols = (size_t)l->cols, s = (size_t)t;
  const real *x = lane->x + (s + 1) * cols;
  real *dy = lane->dy + s * cols, *dx = lane->dx[0];
  panel_apply_transposed(dx, parameters + l->head_w, lane->dheads + s * (size_t)l->head_rows,
                         l->head);
  for (size_t i = 0; i < cols; i += 16) {
    const vec xv = v_load(x + i);
    v_store(dy + i, v_mul(v_load(dx + i), v_fnma(xv, xv, v_set1(1))));
  }
}

/* Step t - 1 comes next: its gradient is what was called that of x_{t-1}. */
static void step_back(const am_plastic_layout *l, am_plastic_lane *lane) {
  real *done = lane->dx[0];
  lane->dx[0] = lane->dx[1];
  lane->dx[1] = lane->dx[2];
  lane->dx[2] = done;
  memset(done, 0, (size_t)l->cols * sizeof(real));
}

static void lane_backward(const am_plastic_layout *l, const am_trace_ops *rule,
                          am_plastic_lane *const *lanes, int n, real *gradient,
                          const real *parameters, const real *alpha) {
  int last = 0;
  for (int q = 0; q < n; q++) {
    backward_begins(l, lanes[q]);
    if (lanes[q]->n_steps > last) last = lanes[q]->n_steps;
  }
  for (int t = last - 1; t >= 0; t--) {
    am_plastic_lane *live[AM_TRACE_LANES]; /* those that live at this step */
    int m = 0;
    for (int q = 0; q < n; q++)
      if (t < lanes[q]->n_steps) live[m++] = lanes[q];
    for (int q = 0; q < m; q++) activate_back(l, live[q], parameters, t);
    if (t > 0) recurrent_back(l, rule, live, m, gradient, parameters, alpha, t);
    for (int q = 0; q < m; q++) step_back(l, live[q]);
  }
  for (int q = 0; q < n; q++) products_back(l, lanes[q], gradient);
}

static void alpha_expand(const am_plastic_layout *l, real *alpha, const real *parameters,
                         int per_neuron) {
  const real *from = parameters + l->alpha;
  for (int i = 0; i < l->n_hidden; i++)
    for (int j = 0; j < l->n_hidden; j++)
      alpha[am_panel_at(i, j, l->n_hidden)] = from[per_neuron ? i : 0];
}

static void alpha_reduce(const am_plastic_layout *l, real *gradient, int per_neuron) {
  const real *full = gradient + l->alpha_full;
  vec whole = v_zero();
  real rest = 0;
  for (int i = 0; i < l->n_hidden; i++) {
    vec row = v_zero();
    for (int j = 0; j < l->square.whole; j += 16)
      row = v_add(row, v_load(full + am_panel_at(i, j, l->n_hidden)));
    real left = 0;
    for (int j = l->square.whole; j < l->n_hidden; j++)
      left += full[am_panel_at(i, j, l->n_hidden)];
    if (per_neuron) gradient[l->alpha + (size_t)i] += v_sum(row) + left;
    whole = v_add(whole, row);
    rest += left;
  }
  if (!per_neuron) gradient[l->alpha] += v_sum(whole) + rest;
}

extern const am_plastic_ops AM_ISA(am_plastic_ops);
const am_plastic_ops AM_ISA(am_plastic_ops) = {
    .begin = lane_begin,
    .step = lane_step,
    .finish = lane_finish,
    .backward = lane_backward,
    .alpha_expand = alpha_expand,
    .alpha_reduce = alpha_reduce,
};
