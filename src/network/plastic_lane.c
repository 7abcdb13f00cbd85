/* The plastic recurrent network's step and its exact gradient, for one lane (see plastic_lane.h).
 *
 * The update of step t - 1 and the product of step t are one pass over w, alpha and H. On the way back
 * H is needed at every step, latest first: `saved` keeps it every `segment` steps, and the steps between
 * are computed again, to the same bits. The gradient of w, of the input and of the heads is a product over
 * all steps and is taken at the end. */
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
  const size_t size = am_panel_size(l->n_hidden, l->n_hidden) * sizeof(real);
  memset(lane->H, 0, size);
  if (lane->E) memset(lane->E, 0, size);
}

/* eta [cols] of step t */
static void plasticity(const am_plastic_layout *l, real *eta, const am_plastic_lane *lane,
                       const real *parameters, int t) {
  if (!l->has_readout) {
    for (int i = 0; i < l->cols; i += 16) v_store(eta + i, v_set1(parameters[l->eta]));
    return;
  }
  const real *f = l->has_fanout ? parameters + l->fan_f : NULL;
  const real *g = l->has_fanout ? parameters + l->fan_g : NULL;
  readout_spread(eta, lane->level[t], f, g, l->cols);
}

/* y = (w + alpha ∘ H) x_{t-1}, with the update of step t - 1 applied to H first */
static void recurrent(const am_plastic_layout *l, const am_trace_ops *rule, am_plastic_lane *lane,
                      real *y, const real *parameters, const real *alpha, int t) {
  const size_t cols = (size_t)l->cols, s = (size_t)t;
  const real *w = parameters + l->w, *before = lane->x + s * cols;
  if (!l->has_trace) {
    panel_apply(y, w, before, l->rows, l->cols);
    return;
  }
  const size_t size = am_panel_size(l->n_hidden, l->n_hidden);
  const int save = (t - 1) % lane->segment == 0;
  const size_t slot = save ? (size_t)((t - 1) / lane->segment) * size : 0;
  const am_trace_forward pass = {
      .H = lane->H,
      .E = lane->E,
      .H_saved = save ? lane->saved_H + slot : NULL,
      .E_saved = save && lane->E ? lane->saved_E + slot : NULL,
      .w = w,
      .alpha = alpha,
      .a = lane->a + (s - 1) * cols,
      .b = lane->b + (s - 1) * cols,
      .h = lane->x + (s - 1) * cols,
      .x = before,
      .y = y,
  };
  rule->forward(&pass, constants_of(l, parameters), l->rows, l->cols);
}

static void lane_step(const am_plastic_layout *l, const am_trace_ops *rule, am_plastic_lane *lane,
                      const real *parameters, const real *alpha, int t) {
  const size_t cols = (size_t)l->cols, s = (size_t)t;
  real *x = lane->x + (s + 1) * cols, *heads = lane->heads + s * (size_t)l->head_rows;
  real *y = lane->work, *eta = lane->work + cols;
  if (t == 0)
    memset(y, 0, cols * sizeof(real));
  else
    recurrent(l, rule, lane, y, parameters, alpha, t);
  for (int i = 0; i < l->cols; i += 16)
    v_store(y + i, v_add(v_load(y + i), v_load(parameters + l->input_b + i)));
  panel_apply_transposed(y, parameters + l->input_w, lane->u + s * (size_t)l->input_rows,
                         l->input_rows, l->cols);
  for (int i = 0; i < l->cols; i += 16) v_store(x + i, v_tanh(v_load(y + i)));
  panel_apply(heads, parameters + l->head_w, x, am_pad(l->n_heads, 4), l->cols);
  for (int k = 0; k < l->n_heads; k++) heads[k] += parameters[l->head_b + (size_t)k];
  lane->level[t] = !l->has_readout ? 0
                   : l->is_clamped ? (real)l->clamp
                                   : readout_level(heads[l->n_actions + 1], l->activation);
  if (!l->has_trace) return;
  plasticity(l, eta, lane, parameters, t);
  rule->coefficients(lane->a + s * cols, lane->b + s * cols, eta, x, constants_of(l, parameters),
                     l->cols);
}

static void lane_finish(const am_plastic_layout *l, const am_trace_ops *rule,
                        am_plastic_lane *lane, const real *parameters, int t) {
  if (!l->has_trace) return;
  const size_t at = (size_t)t * (size_t)l->cols;
  rule->again(lane->H, lane->E, lane->H, lane->E, lane->a + at, lane->b + at, lane->x + at,
              constants_of(l, parameters), 1, l->rows, l->cols);
}

/* The state before the update of step u (u >= 0), out of what was saved and computed again. */
static const real *state_before(const real *saved, const real *again, int u, int segment,
                                size_t size) {
  if (!saved) return NULL;
  const int k = u % segment;
  return k == 0 ? saved + (size_t)(u / segment) * size : again + (size_t)(k - 1) * size;
}

/* Computes again the states of the segment that holds update u. */
static void fill_segment(const am_plastic_layout *l, const am_trace_ops *rule,
                         am_plastic_lane *lane, const real *parameters, int u) {
  const size_t size = am_panel_size(l->n_hidden, l->n_hidden), cols = (size_t)l->cols;
  const int first = u / lane->segment * lane->segment;
  const size_t slot = (size_t)(u / lane->segment) * size, at = (size_t)first * cols;
  rule->again(lane->again_H, lane->again_E, lane->saved_H + slot,
              lane->saved_E ? lane->saved_E + slot : NULL, lane->a + at, lane->b + at,
              lane->x + at, constants_of(l, parameters), u - first + 1, l->rows, l->cols);
}

/* From the coefficients of update u to the activity and the modulator of step u. */
static void modulator_back(const am_plastic_layout *l, const am_trace_ops *rule,
                           am_plastic_lane *lane, real *gradient, real *dx, const real *d[3],
                           const real *parameters, int u) {
  const size_t cols = (size_t)l->cols;
  real *eta = lane->work + cols, *deta = lane->work + 2 * cols;
  plasticity(l, eta, lane, parameters, u);
  real deta_e = rule->coefficients_back(deta, dx, d[0], d[1], d[2], eta,
                                        lane->x + ((size_t)u + 1) * cols,
                                        constants_of(l, parameters), l->cols);
  if (l->eta_e != SIZE_MAX) gradient[l->eta_e] += deta_e;
  if (!l->has_readout) {
    gradient[l->eta] += readout_spread_back(NULL, NULL, deta, 0, NULL, l->cols);
    return;
  }
  real *df = l->has_fanout ? gradient + l->fan_f : NULL;
  real *dg = l->has_fanout ? gradient + l->fan_g : NULL;
  const real M = lane->level[u];
  real dM = readout_spread_back(df, dg, deta, M, l->has_fanout ? parameters + l->fan_f : NULL,
                                l->cols);
  lane->dheads[(size_t)u * (size_t)l->head_rows + (size_t)l->n_actions + 1] =
      l->is_clamped ? 0 : dM * readout_slope(M, l->activation);
}

/* The product of step t >= 1 and the update before it: adds to the gradients dx1 of x_{t-1} and dx2
 * of x_{t-2}. */
static void recurrent_back(const am_plastic_layout *l, const am_trace_ops *rule,
                           am_plastic_lane *lane, real *gradient, real *dx1, real *dx2,
                           const real *parameters, const real *alpha, int t) {
  const size_t cols = (size_t)l->cols, s = (size_t)t;
  const real *dy = lane->dy + s * cols;
  if (!l->has_trace) {
    panel_apply_transposed(dx1, parameters + l->w, dy, l->rows, l->cols);
    return;
  }
  const size_t size = am_panel_size(l->n_hidden, l->n_hidden);
  const int u = t - 1;
  if (t == lane->n_steps - 1 || t % lane->segment == 0) fill_segment(l, rule, lane, parameters, u);
  real *da = lane->work + 3 * cols, *db = lane->work + 4 * cols, *dk = lane->work + 5 * cols;
  const am_trace_backward pass = {
      .H = lane->again_H + (size_t)(u % lane->segment) * size,
      .H0 = state_before(lane->saved_H, lane->again_H, u, lane->segment, size),
      .E0 = state_before(lane->saved_E, lane->again_E, u, lane->segment, size),
      .dH = lane->dH,
      .dE = lane->dE,
      .dalpha = gradient + l->alpha_full,
      .w = parameters + l->w,
      .alpha = alpha,
      .dy = dy,
      .x = lane->x + s * cols,
      .a = lane->a + (s - 1) * cols,
      .b = lane->b + (s - 1) * cols,
      .h = lane->x + (s - 1) * cols,
      .dx = dx1,
      .dh = dx2,
      .da = da,
      .db = db,
      .dk = dk,
  };
  rule->backward(&pass, constants_of(l, parameters), l->rows, l->cols);
  const real *d[3] = {da, db, dk};
  modulator_back(l, rule, lane, gradient, dx1, d, parameters, u);
}

/* The sums over all steps. */
static void products_back(const am_plastic_layout *l, const am_plastic_lane *lane,
                          real *gradient) {
  const size_t cols = (size_t)l->cols, head_rows = (size_t)l->head_rows;
  const int T = lane->n_steps;
  panel_add_outer(gradient + l->w, lane->dy + cols, cols, lane->x + cols, cols, T - 1, l->rows,
                  l->cols);
  panel_add_outer(gradient + l->input_w, lane->u, (size_t)l->input_rows, lane->dy, cols, T,
                  l->input_rows, l->cols);
  panel_add_outer(gradient + l->head_w, lane->dheads, head_rows, lane->x + cols, cols, T,
                  am_pad(l->n_heads, 4), l->cols);
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

static void lane_backward(const am_plastic_layout *l, const am_trace_ops *rule,
                          am_plastic_lane *lane, real *gradient, const real *parameters,
                          const real *alpha) {
  const size_t cols = (size_t)l->cols, bytes = cols * sizeof(real);
  real *dx[3] = {lane->work, lane->work + 6 * cols, lane->work + 7 * cols};
  for (int k = 0; k < 3; k++) memset(dx[k], 0, bytes);
  memset(lane->work + 3 * cols, 0, 3 * bytes); /* da, db, dk: not every rule writes them all */
  if (l->has_trace) {
    const size_t size = am_panel_size(l->n_hidden, l->n_hidden) * sizeof(real);
    memset(lane->dH, 0, size);
    if (lane->dE) memset(lane->dE, 0, size);
  }
  if (l->has_readout)
    lane->dheads[(size_t)(lane->n_steps - 1) * (size_t)l->head_rows + (size_t)l->n_actions + 1] = 0;
  for (int t = lane->n_steps - 1; t >= 0; t--) {
    const size_t s = (size_t)t;
    const real *x = lane->x + (s + 1) * cols;
    real *dy = lane->dy + s * cols;
    panel_apply_transposed(dx[0], parameters + l->head_w, lane->dheads + s * (size_t)l->head_rows,
                           am_pad(l->n_heads, 4), l->cols);
    for (size_t i = 0; i < cols; i += 16) {
      const vec xv = v_load(x + i);
      v_store(dy + i, v_mul(v_load(dx[0] + i), v_fnma(xv, xv, v_set1(1))));
    }
    if (t > 0) recurrent_back(l, rule, lane, gradient, dx[1], dx[2], parameters, alpha, t);
    real *done = dx[0];
    dx[0] = dx[1];
    dx[1] = dx[2];
    dx[2] = done;
    memset(done, 0, bytes);
  }
  products_back(l, lane, gradient);
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
  for (int i = 0; i < l->n_hidden; i++) {
    vec row = v_zero();
    for (int j = 0; j < l->cols; j += 16)
      row = v_add(row, v_load(full + am_panel_at(i, j, l->n_hidden)));
    if (per_neuron) gradient[l->alpha + (size_t)i] += v_sum(row);
    whole = v_add(whole, row);
  }
  if (!per_neuron) gradient[l->alpha] += v_sum(whole);
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
