/* The gradient of pairs (see pair_backward.h).
 *
 * On the way back H is needed at every step, latest first: `saved` keeps it every `segment` steps,
 * and every second one between is computed again, to the same bits. The gradients of matrices are
 * products over all steps and are taken at the end. */
#include <stdbool.h>

#include "kernel/vector.h"

#include "network/pair_backward.h"
#include "network/pair_pass.h"

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
static bool was_saved(const am_pair_trace *m, int n_steps, int u, int k) {
  return k == 0 || (k == m->segment && u < n_steps - 2);
}

static const real *kept_state(const am_pair_trace *m, const am_trace_ops *rule, const real *saved,
                              const real *again, int n_steps, int u, size_t size) {
  if (!saved) return NULL;
  const int k = kept_at(rule, u, m->segment);
  return was_saved(m, n_steps, u, k) ? saved + (size_t)((u + k) / m->segment) * size
                                     : again + (size_t)(k / 2 - 1) * size;
}

/* Where the gradient of layer l goes at step t; before the first nobody asks for it. */
static am_plan_gradient gradient_at(const am_pair *pair, const am_pair_lane *lane, int l, int t) {
  const am_plan *p = pair->plan[l];
  const am_pair_layer *m = &lane->layer[l];
  real *input = l ? lane->below : lane->dinput;
  return (am_plan_gradient){.block = m->gradient + (size_t)(t + 1) * (size_t)p->n_rows,
                            .before = t ? m->gradient + (size_t)t * (size_t)p->n_rows : NULL,
                            .input = input ? input + (size_t)t * padded(p->n_inputs) : NULL,
                            .fixed = m->dfixed};
}

/* The same n updates as `again` makes, every second state of which is kept, one by one: E begins anew
 * before some. What is kept is what the next update meets. */
static void again_anew(const am_pair *pair, const am_trace_ops *rule, const am_pair_lane *lane,
                       int l, int k, const real *parameters, int first, int n) {
  const am_plan_trace *trace = &pair->plan[l]->traces[k];
  const am_pair_trace *m = &lane->layer[l].trace[k];
  const am_panel_shape shape = shape_of(trace);
  const size_t size = am_panel_elements(shape), width = padded(trace->rows);
  const size_t slot = (size_t)(first / m->segment) * size;
  const real *H = m->saved_H + slot, *E = m->saved_E ? m->saved_E + slot : NULL;
  for (int s = 0; s < n; s++) {
    const am_plan_step then = pair_step_of(pair, lane, l, first + s, parameters);
    const size_t at = (size_t)(first + s) * width;
    real *to = m->again_H + (size_t)(s / 2) * size;
    real *to_E = E ? m->again_E + (size_t)(s / 2) * size : NULL;
    rule->again(to, to_E, H, E, m->a + at, m->b + at, rows_of(&trace->pre, &then).at, width, 0,
                constants_of(pair, l, parameters), 1, 1, shape);
    begin_anew(lane, to_E, first + s + 1, shape);
    H = to, E = to_E;
  }
}

/* Computes again every second state of the segment that holds update u, as far as u needs. */
static void fill_segment(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *lane, int l,
                         int k, const real *parameters, int u) {
  const am_plan_trace *trace = &pair->plan[l]->traces[k];
  const am_pair_trace *m = &lane->layer[l].trace[k];
  const size_t size = am_panel_elements(shape_of(trace)), width = padded(trace->rows);
  const int first = u / m->segment * m->segment;
  const size_t slot = (size_t)(u / m->segment) * size, at = (size_t)first * width;
  const am_plan_step then = pair_step_of(pair, lane, l, first, parameters);
  int n = kept_at(rule, u, m->segment);
  if (was_saved(m, lane->n_steps, u, n)) n -= 2;
  if (n <= 0) return;
  if (pair->anew) {
    again_anew(pair, rule, lane, l, k, parameters, first, n);
    return;
  }
  rule->again(m->again_H, m->again_E, m->saved_H + slot, m->saved_E ? m->saved_E + slot : NULL,
              m->a + at, m->b + at, rows_of(&trace->pre, &then).at, width,
              stride_of(pair, lane, l, &trace->pre), constants_of(pair, l, parameters), n, 2,
              shape_of(trace));
}

/* From the coefficients of update u to what it took up. */
static void update_back(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *lane, int l,
                        const am_plan_trace *trace, real *gradient, const real *parameters, int u) {
  const am_plan *p = pair->plan[l];
  const am_plan_step then = pair_step_of(pair, lane, l, u, parameters);
  const am_plan_gradient to = gradient_at(pair, lane, l, u);
  real *dpost = gradient_of(p, &trace->post, &to), *deta = gradient_of(p, &trace->eta, &to);
  const real rate =
      rule->coefficients_back(lane->deta, dpost ? dpost : lane->lost, lane->da, lane->db, lane->dk,
                              spread_eta(trace, &then, lane->eta), rows_of(&trace->post, &then).at,
                              constants_of(pair, l, parameters), (int)padded(trace->rows));
  if (p->rate != SIZE_MAX) gradient[pair->at[l] + p->rate] += rate;
  if (!deta) return;
  if (trace->eta.rows > 1) {
    for (size_t i = 0; i < padded(trace->rows); i += 16)
      v_store(deta + i, v_add(v_load(deta + i), v_load(lane->deta + i)));
    return;
  }
  vec all = v_zero();
  for (size_t i = 0; i < padded(trace->rows); i += 16) all = v_add(all, v_load(lane->deta + i));
  *deta += v_sum(all);
}

static am_trace_backward pass_of(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *lane,
                                 int l, const am_operation *o, real *gradient,
                                 const real *parameters, int t, int ahead) {
  const am_plan *p = pair->plan[l];
  const am_plan_trace *trace = &p->traces[o->trace];
  const am_pair_trace *m = &lane->layer[l].trace[o->trace];
  const int u = t - 1, older = ahead == 2 ? u - 1 : u;
  const size_t size = am_panel_elements(shape_of(trace)), width = padded(trace->rows);
  const am_plan_step now = pair_step_of(pair, lane, l, t, parameters);
  const am_plan_step then = pair_step_of(pair, lane, l, u, parameters);
  const am_plan_step before = pair_step_of(pair, lane, l, older, parameters);
  const am_plan_gradient to = gradient_at(pair, lane, l, t), back = gradient_at(pair, lane, l, u);
  real *dx = gradient_of(p, &o->in[0], &to), *dh = gradient_of(p, &trace->pre, &back);
  if (dx && o->in[0].first) memset(dx, 0, padded(trace->cols) * sizeof *dx);
  if (dh && dh == dx) memset(dh = lane->lost, 0, padded(trace->cols) * sizeof *dh);
  return (am_trace_backward){
      .H = kept_state(m, rule, m->saved_H, m->again_H, lane->n_steps, u, size),
      .E = kept_state(m, rule, m->saved_E, m->again_E, lane->n_steps, u, size),
      .dH = m->dH,
      .dE = m->dE,
      .dalpha = gradient + pair->at[l] + trace->alpha,
      .w = now.parameters + trace->w,
      .alpha = now.parameters + trace->alpha,
      .dy = to.block + o->row,
      .x = rows_of(&o->in[0], &now).at,
      .a = m->a + (size_t)u * width,
      .b = m->b + (size_t)u * width,
      .h = rows_of(&trace->pre, &then).at,
      .a0 = m->a + (size_t)older * width,
      .b0 = m->b + (size_t)older * width,
      .h0 = rows_of(&trace->pre, &before).at,
      .dx = dx ? dx : lane->lost,
      .dh = dh ? dh : lane->lost,
      .da = lane->da,
      .db = lane->db,
      .dk = lane->dk,
      .scratch = lane->scratch,
  };
}

/* What is taken up may be what the product of the next step reads: the two gradients that then go to
 * one place are kept apart until here. */
static void add_lost(const am_pair *pair, am_pair_lane *lane, int l, const am_plan_trace *trace,
                     real *dx, int u) {
  const am_plan_gradient back = gradient_at(pair, lane, l, u);
  if (dx != gradient_of(pair->plan[l], &trace->pre, &back)) return;
  for (size_t j = 0; j < padded(trace->cols); j += 16)
    v_store(dx + j, v_add(v_load(dx + j), v_load(lane->lost + j)));
}

/* Where E begins anew between the two updates that a pass would make again, the first is made here:
 * the pass begins with what the second meets. */
static void meet(const am_pair *pair, const am_trace_ops *rule, const am_pair_lane *lane, int l,
                 const am_operation *o, am_trace_backward *pass, const real *parameters, int u) {
  const am_plan_trace *trace = &pair->plan[l]->traces[o->trace];
  const am_pair_trace *m = &lane->layer[l].trace[o->trace];
  rule->again(m->met_H, m->met_E, pass->H, pass->E, pass->a0, pass->b0, pass->h0,
              padded(trace->rows), 0, constants_of(pair, l, parameters), 1, 1, shape_of(trace));
  begin_anew(lane, m->met_E, u, shape_of(trace));
  pass->H = m->met_H, pass->E = m->met_E;
}

static bool any_anew(am_pair_lane *const *lanes, int n, int u) {
  bool any = false;
  for (int q = 0; q < n; q++) any |= lanes[q]->keep && lanes[q]->keep[u] == 0;
  return any;
}

/* The mean of H^2 as the product saw it, `ahead` updates after what is kept, is of the loss. */
static void penalise(const am_pair *pair, const am_trace_ops *rule, const am_pair_lane *lane, int l,
                     const am_operation *o, const am_trace_backward *pass, const real *parameters,
                     int ahead) {
  const am_plan_trace *trace = &pair->plan[l]->traces[o->trace];
  const am_pair_trace *m = &lane->layer[l].trace[o->trace];
  const size_t n = am_panel_elements(shape_of(trace));
  const real *H = ahead ? m->seen_H : pass->H;
  const vec weight =
      v_set1(2 * (real)pair->trace_penalty / (real)((size_t)trace->rows * (size_t)trace->cols));
  if (ahead)
    rule->again(m->seen_H, m->seen_E, pass->H, pass->E, ahead == 2 ? pass->a0 : pass->a,
                ahead == 2 ? pass->b0 : pass->b, ahead == 2 ? pass->h0 : pass->h,
                padded(trace->rows), stride_of(pair, lane, l, &trace->pre),
                constants_of(pair, l, parameters), ahead, ahead, shape_of(trace));
  for (size_t k = 0; k < n; k += VEC_LANES)
    v_store(m->dH + k, v_fma(weight, v_load(H + k), v_load(m->dH + k)));
}

/* The product of step t >= 1 and the update before it. */
static void plastic_back(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *const *lanes,
                         int n, int l, const am_operation *o, real *gradient,
                         const real *parameters, int t) {
  const am_plan_trace *trace = &pair->plan[l]->traces[o->trace];
  const int segment = lanes[0]->layer[l].trace[o->trace].segment;
  const int u = t - 1;
  int ahead = updates_ahead(rule, u, segment);
  am_trace_backward pass[AM_TRACE_LANES] = {0};
  for (int q = 0; q < n; q++) {
    if (t == lanes[q]->n_steps - 1 || t % segment == 0)
      fill_segment(pair, rule, lanes[q], l, o->trace, parameters, u);
    pass[q] = pass_of(pair, rule, lanes[q], l, o, gradient, parameters, t, ahead);
  }
  if (ahead == 2 && any_anew(lanes, n, u)) {
    for (int q = 0; q < n; q++) meet(pair, rule, lanes[q], l, o, &pass[q], parameters, u);
    ahead = 1;
  }
  for (int q = 0; q < n && pair->trace_penalty > 0; q++)
    penalise(pair, rule, lanes[q], l, o, &pass[q], parameters, ahead);
  rule->backward(pass, n, ahead, constants_of(pair, l, parameters), shape_of(trace));
  for (int q = 0; q < n; q++) {
    begin_anew(lanes[q], lanes[q]->layer[l].trace[o->trace].dE, u, shape_of(trace));
    add_lost(pair, lanes[q], l, trace, pass[q].dx, u);
  }
  for (int q = 0; q < n; q++)
    if (u >= lanes[q]->first) update_back(pair, rule, lanes[q], l, trace, gradient, parameters, u);
}

static void affine_back(const am_plan *p, const am_operation *o, const am_plan_step *s,
                        const am_plan_gradient *gradient, real *sum) {
  real *to = gradient_of(p, &o->in[0], gradient);
  const real *W = s->parameters + o->weights, *dy = gradient->block + o->row;
  const size_t n = padded(o->in[0].rows);
  if (!to) return;
  if (o->in[0].first) memset(to, 0, n * sizeof *to);
  if (!o->transposed) {
    panel_apply_transposed(to, W, dy, panel_of(o));
    return;
  }
  panel_apply(sum, W, dy, panel_of(o));
  for (size_t i = 0; i < (size_t)am_pad(o->in[0].rows, 4); i++) to[i] += sum[i];
}

/* What comes from above to the output of step t. */
static void receive(const am_pair *pair, am_pair_lane *lane, int l, const real *parameters, int t) {
  const am_plan *p = pair->plan[l];
  real *to = lane->layer[l].gradient + (size_t)(t + 1) * (size_t)p->n_rows + p->output;
  const real *dheads = lane->dheads + (size_t)t * (size_t)pair->head_rows;
  if (l == pair->n_layers - 1 && pair->bare) {
    for (int k = 0; k < pair->n_heads; k++) to[k] += dheads[k];
    return;
  }
  if (l == pair->n_layers - 1) {
    panel_apply_transposed(to, parameters + pair->head_w, dheads, pair->head);
    return;
  }
  const size_t n = padded(p->n_outputs), at = (size_t)t * n;
  for (size_t i = 0; i < n; i += 16) {
    vec g = v_load(lane->below + at + i);
    if (lane->dropped) g = v_mul(g, v_load(lane->layer[l].mask + at + i));
    v_store(to + i, v_add(v_load(to + i), g));
  }
}

/* What later steps and the layer above add to is 0 before they do: of step t, -1 and on. */
static void clear_kept(const am_pair *pair, const am_pair_lane *lane, int l, int t) {
  const am_plan *p = pair->plan[l];
  real *block = lane->layer[l].gradient + (size_t)(t + 1) * (size_t)p->n_rows;
  for (int k = 0; k < p->n_kept && t >= -1; k++)
    memset(block + p->kept[k].row, 0, padded(p->kept[k].rows) * sizeof(real));
}

static void step_back(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *const *lanes,
                      int n, int l, real *gradient, const real *parameters, int t) {
  const am_plan *p = pair->plan[l];
  am_plan_step now[AM_TRACE_LANES];
  am_plan_gradient to[AM_TRACE_LANES];
  for (int q = 0; q < n; q++) {
    if (!p->looks_back) clear_kept(pair, lanes[q], l, t - 2); /* nobody reaches further back */
    receive(pair, lanes[q], l, parameters, t);
    now[q] = pair_step_of(pair, lanes[q], l, t, parameters);
    to[q] = gradient_at(pair, lanes[q], l, t);
    if (to[q].input) memset(to[q].input, 0, padded(p->n_inputs) * sizeof(real));
  }
  for (int k = 0; k < p->n_operations; k++) {
    const am_operation *o = &p->operations[p->backward[k]];
    if (o->trace >= 0 && t > 0) plastic_back(pair, rule, lanes, n, l, o, gradient, parameters, t);
    else if (o->kind == AM_DO_AFFINE)
      for (int q = 0; q < n; q++) affine_back(p, o, &now[q], &to[q], lanes[q]->sum);
    else
      for (int q = 0; q < n; q++) elements_back(p, o, &now[q], &to[q], false);
  }
}

static void layer_begins(const am_pair *pair, am_pair_lane *lane, int l) {
  const am_plan *p = pair->plan[l];
  am_pair_layer *m = &lane->layer[l];
  if (p->n_fixed) memset(m->dfixed, 0, (size_t)p->n_fixed * sizeof(real));
  for (int t = p->looks_back ? -1 : lane->n_steps - 2; t < lane->n_steps; t++)
    clear_kept(pair, lane, l, t);
  for (int k = 0; k < p->n_traces; k++) {
    const size_t bytes = am_panel_elements(shape_of(&p->traces[k])) * sizeof(real);
    memset(m->trace[k].dH, 0, bytes);
    if (m->trace[k].dE) memset(m->trace[k].dE, 0, bytes);
  }
}

static void bias_back(real *to, const real *dy, size_t stride, int n_steps, int width) {
  for (size_t i = 0; i < padded(width); i += 16) {
    vec s = v_load(to + i);
    for (size_t t = 0; t < (size_t)n_steps; t++) s = v_add(s, v_load(dy + t * stride + i));
    v_store(to + i, s);
  }
}

/* The sums over all steps. */
static void products_back(const am_pair *pair, const am_pair_lane *lane, int l, real *gradient,
                          const real *parameters) {
  const am_plan *p = pair->plan[l];
  const am_plan_step first = pair_step_of(pair, lane, l, lane->first, parameters);
  const size_t width = (size_t)p->n_rows;
  const int T = lane->n_steps - lane->first;
  real *g = gradient + pair->at[l];
  for (int k = 0; k < p->n_operations; k++) {
    const am_operation *o = &p->operations[k];
    if (o->kind != AM_DO_AFFINE) continue;
    const real *dy = lane->layer[l].gradient + (size_t)(1 + lane->first) * width + o->row,
               *x = rows_of(&o->in[0], &first).at;
    const size_t stride = stride_of(pair, lane, l, &o->in[0]);
    if (o->has_bias) bias_back(g + o->bias, dy, width, T, o->rows);
    if (o->weights >= p->n_parameters) continue; /* nothing that is learned */
    if (o->transposed) panel_add_outer(g + o->weights, x, stride, dy, width, T, panel_of(o));
    else panel_add_outer(g + o->weights, dy, width, x, stride, T, panel_of(o));
  }
  for (int k = 0; k < p->n_fixed; k++)
    if (p->fixed[k].learned) g[p->fixed[k].at] += lane->layer[l].dfixed[k];
}

static void heads_back(const am_pair *pair, const am_pair_lane *lane, real *gradient) {
  const am_plan *top = pair->plan[pair->n_layers - 1];
  const size_t width = (size_t)top->n_rows, head_rows = (size_t)pair->head_rows;
  if (pair->bare) return;
  panel_add_outer(gradient + pair->head_w, lane->dheads, head_rows,
                  lane->layer[pair->n_layers - 1].block + width + top->output, width, lane->n_steps,
                  pair->head);
  bias_back(gradient + pair->head_b, lane->dheads, head_rows, lane->n_steps, pair->head_rows);
}

static void back(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *const *lanes, int n,
                 real *gradient, const real *parameters) {
  int last = 0;
  for (int q = 0; q < n; q++)
    if (lanes[q]->n_steps > last) last = lanes[q]->n_steps;
  for (int l = pair->n_layers - 1; l >= 0; l--) {
    for (int q = 0; q < n; q++) layer_begins(pair, lanes[q], l);
    for (int t = last - 1; t >= lanes[0]->first; t--) {
      am_pair_lane *live[AM_TRACE_LANES]; /* those that live at this step */
      int m = 0;
      for (int q = 0; q < n; q++)
        if (t < lanes[q]->n_steps) live[m++] = lanes[q];
      step_back(pair, rule, live, m, l, gradient, parameters, t);
    }
    for (int q = 0; q < n; q++) products_back(pair, lanes[q], l, gradient, parameters);
  }
}

extern const am_pair_backward_ops AM_ISA(am_pair_backward_ops);
const am_pair_backward_ops AM_ISA(am_pair_backward_ops) = {.heads = heads_back, .back = back};
