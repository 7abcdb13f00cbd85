/* Forward passes of pairs (see pair_lane.h). */
#include <stdbool.h>

#include "kernel/vector.h"

#include "network/pair_pass.h"
/* after vector.h, which says what a real is */
#include "network/pair_lane.h"

/* ------------------------------------------------------------------------------ alpha */
static void expand_trace(const am_plan_trace *t, real *parameters) {
  for (int i = 0; i < t->rows; i++)
    for (int j = 0; j < t->cols; j++)
      parameters[t->alpha + am_panel_at(i, j, t->cols)] =
          t->few == SIZE_MAX ? 1 : parameters[t->few + (size_t)(t->n_few > 1 ? i : 0)];
}

static void expand(const am_pair *pair, real *parameters) {
  for (int l = 0; l < pair->n_layers; l++)
    for (int k = 0; k < pair->plan[l]->n_traces; k++)
      if (pair->plan[l]->traces[k].n_few)
        expand_trace(&pair->plan[l]->traces[k], parameters + pair->at[l]);
}

static void reduce_trace(const am_plan_trace *t, real *gradient) {
  const real *full = gradient + t->alpha;
  const am_panel_shape shape = shape_of(t);
  vec whole = v_zero();
  real rest = 0;
  for (int i = 0; i < t->rows; i++) {
    vec row = v_zero();
    real left = 0;
    for (int j = 0; j < shape.whole; j += 16)
      row = v_add(row, v_load(full + am_panel_at(i, j, t->cols)));
    for (int j = shape.whole; j < t->cols; j++) left += full[am_panel_at(i, j, t->cols)];
    if (t->n_few > 1) gradient[t->few + (size_t)i] += v_sum(row) + left;
    whole = v_add(whole, row);
    rest += left;
  }
  if (t->n_few == 1) gradient[t->few] += v_sum(whole) + rest;
}

static void reduce(const am_pair *pair, real *gradient) {
  for (int l = 0; l < pair->n_layers; l++) {
    const am_plan *p = pair->plan[l];
    real *g = gradient + pair->at[l];
    for (int k = 0; k < p->n_traces; k++)
      if (p->traces[k].n_few && p->traces[k].few != SIZE_MAX) reduce_trace(&p->traces[k], g);
    memset(g + p->n_parameters, 0, (p->n_packed - p->n_parameters) * sizeof *g);
  }
}

/* ------------------------------------------------------------------------------ forward */
static void lane_begin(const am_pair *pair, am_pair_lane *lane, const real *parameters) {
  for (int l = 0; l < pair->n_layers; l++) {
    const am_plan *p = pair->plan[l];
    am_pair_layer *m = &lane->layer[l];
    for (int k = 0; k < p->n_fixed; k++)
      m->fixed[k] =
          p->fixed[k].learned ? parameters[pair->at[l] + p->fixed[k].at] : (real)p->fixed[k].number;
    for (int s = 0; s < p->n_states; s++)
      for (int k = 0; k < p->states[s].rows; k++)
        m->block[p->states[s].row + k] = (real)p->begins[p->states[s].begin + k].middle;
    for (int k = 0; k < p->n_traces; k++) {
      const size_t bytes = am_panel_elements(shape_of(&p->traces[k])) * sizeof(real);
      memset(m->trace[k].H, 0, bytes);
      if (m->trace[k].E) memset(m->trace[k].E, 0, bytes);
    }
  }
}

/* y (+)= from (+ bias) */
static void add_up(real *y, const real *from, const real *bias, bool adds, int n) {
  for (int i = 0; i < n; i += 16) {
    vec v = v_load(from + i);
    if (bias) v = v_add(v, v_load(bias + i));
    v_store(y + i, adds ? v_add(v_load(y + i), v) : v);
  }
}

static void affine(const am_operation *o, const am_plan_step *s, real *sum) {
  real *y = s->block + o->row;
  const real *W = s->parameters + o->weights, *x = rows_of(&o->in[0], s).at;
  const real *bias = o->has_bias ? s->parameters + o->bias : NULL;
  const int n = am_pad(o->rows, 16);
  if (!o->transposed) {
    panel_apply(o->adds ? sum : y, W, x, panel_of(o));
    if (bias || o->adds) add_up(y, o->adds ? sum : y, bias, o->adds, n);
    return;
  }
  for (int i = 0; i < n; i += 16) {
    const vec b = bias ? v_load(bias + i) : v_zero();
    v_store(y + i, o->adds ? v_add(v_load(y + i), b) : b);
  }
  panel_apply_transposed(y, W, x, panel_of(o));
}

/* y = (W + alpha H) x, with the update of step t - 1 applied to H first. */
static void plastic(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *const *lanes,
                    int n, const real *parameters, int l, const am_operation *o, int t) {
  const am_plan_trace *trace = &pair->plan[l]->traces[o->trace];
  const am_panel_shape shape = shape_of(trace);
  const size_t width = padded(trace->rows), size = am_panel_elements(shape);
  am_trace_forward pass[AM_TRACE_LANES];
  for (int q = 0; q < n; q++) {
    const am_plan_step now = pair_step_of(pair, lanes[q], l, t, parameters);
    const am_plan_step last = pair_step_of(pair, lanes[q], l, t - 1, parameters);
    const am_pair_trace *m = &lanes[q]->layer[l].trace[o->trace];
    const int save = !pair->forward && (t - 1) % m->segment == 0;
    const size_t slot = save ? (size_t)((t - 1) / m->segment) * size : 0;
    begin_anew(lanes[q], m->E, t - 1, shape);
    pass[q] = (am_trace_forward){.H = m->H,
                                 .E = m->E,
                                 .H_saved = save ? m->saved_H + slot : NULL,
                                 .E_saved = save && m->E ? m->saved_E + slot : NULL,
                                 .w = now.parameters + trace->w,
                                 .alpha = now.parameters + trace->alpha,
                                 .a = m->a + (size_t)(t - 1) * width,
                                 .b = m->b + (size_t)(t - 1) * width,
                                 .h = rows_of(&trace->pre, &last).at,
                                 .x = rows_of(&o->in[0], &now).at,
                                 .y = o->adds ? lanes[q]->sum : now.block + o->row};
  }
  rule->forward(pass, n, constants_of(pair, l, parameters), shape);
  for (int q = 0; q < n; q++) {
    const am_plan_step now = pair_step_of(pair, lanes[q], l, t, parameters);
    const real *bias = o->has_bias ? now.parameters + o->bias : NULL;
    if (bias || o->adds) add_up(now.block + o->row, pass[q].y, bias, o->adds, (int)width);
  }
}

static void hold(const am_plan_held *h, real *block) {
  for (int i = 0; h->value[0] && i < h->signal.rows; i++)
    block[h->signal.row + i] = h->value[0][i];
}

/* Each operation for all lanes: while one lane's sums are on their way, the next one's begin. */
static void operations(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *const *lanes,
                       int n, const real *parameters, int l, int t, int from, int to) {
  am_plan_step now[AM_TRACE_LANES];
  for (int q = 0; q < n; q++) now[q] = pair_step_of(pair, lanes[q], l, t, parameters);
  for (int k = from; k < to; k++) {
    const am_operation *o = &pair->plan[l]->operations[k];
    if (o->trace >= 0 && t > 0) plastic(pair, rule, lanes, n, parameters, l, o, t);
    else if (o->kind == AM_DO_AFFINE)
      for (int q = 0; q < n; q++) affine(o, &now[q], lanes[q]->sum);
    else
      for (int q = 0; q < n; q++) elements_forward(o, &now[q]);
    for (int q = 0; q < n; q++)
      if (now[q].held && now[q].held->behind == k) hold(now[q].held, now[q].block);
  }
}

/* What the layer above sees of what this one said. */
static void show(const am_pair *pair, am_pair_lane *lane, int l, int t) {
  const am_plan *p = pair->plan[l];
  const size_t n = padded(p->n_outputs), at = (size_t)t * n;
  const real *y = lane->layer[l].block + (size_t)(t + 1) * (size_t)p->n_rows + p->output;
  for (size_t i = 0; i < n; i += 16)
    v_store(lane->layer[l].shown + at + i,
            v_mul(v_load(lane->layer[l].mask + at + i), v_load(y + i)));
}

static void read_out(const am_pair *pair, am_pair_lane *lane, const real *parameters, int t) {
  const am_plan *top = pair->plan[pair->n_layers - 1];
  const real *y = lane->layer[pair->n_layers - 1].block + (size_t)(t + 1) * (size_t)top->n_rows;
  real *heads = lane->heads + (size_t)t * (size_t)pair->head_rows;
  if (pair->bare) {
    memcpy(heads, y + top->output, (size_t)pair->n_heads * sizeof *heads);
    return;
  }
  panel_apply(heads, parameters + pair->head_w, y + top->output, pair->head);
  for (int k = 0; k < pair->n_heads; k++) heads[k] += parameters[pair->head_b + (size_t)k];
}

static void lane_step(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *const *lanes,
                      int n, const real *parameters, int t) {
  for (int l = 0; l < pair->n_layers; l++) {
    operations(pair, rule, lanes, n, parameters, l, t, 0, pair->plan[l]->n_now);
    for (int q = 0; q < n && l + 1 < pair->n_layers; q++)
      if (lanes[q]->dropped) show(pair, lanes[q], l, t);
  }
  for (int q = 0; q < n && pair->n_heads > 0; q++) read_out(pair, lanes[q], parameters, t);
}

static void lane_after(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *const *lanes,
                       int n, const real *parameters, int t) {
  for (int l = 0; l < pair->n_layers; l++) {
    const am_plan *p = pair->plan[l];
    operations(pair, rule, lanes, n, parameters, l, t, p->n_now, p->n_operations);
    for (int k = 0; k < p->n_traces; k++)
      for (int q = 0; q < n; q++) {
        const am_plan_step now = pair_step_of(pair, lanes[q], l, t, parameters);
        const am_pair_trace *m = &lanes[q]->layer[l].trace[k];
        const size_t width = padded(p->traces[k].rows), at = (size_t)t * width;
        rule->coefficients(m->a + at, m->b + at, spread_eta(&p->traces[k], &now, lanes[q]->eta),
                           rows_of(&p->traces[k].post, &now).at, constants_of(pair, l, parameters),
                           (int)width);
      }
  }
}

static void lane_finish(const am_pair *pair, const am_trace_ops *rule, am_pair_lane *lane,
                        const real *parameters, int t) {
  for (int l = 0; l < pair->n_layers; l++)
    for (int k = 0; k < pair->plan[l]->n_traces; k++) {
      const am_plan_trace *trace = &pair->plan[l]->traces[k];
      const am_plan_step now = pair_step_of(pair, lane, l, t, parameters);
      const am_pair_trace *m = &lane->layer[l].trace[k];
      const size_t width = padded(trace->rows), at = (size_t)t * width;
      begin_anew(lane, m->E, t, shape_of(trace));
      rule->again(m->H, m->E, m->H, m->E, m->a + at, m->b + at, rows_of(&trace->pre, &now).at,
                  width, 0, constants_of(pair, l, parameters), 1, 1, shape_of(trace));
    }
}

extern const am_pair_ops AM_ISA(am_pair_ops);
const am_pair_ops AM_ISA(am_pair_ops) = {.expand = expand,
                                         .reduce = reduce,
                                         .begin = lane_begin,
                                         .step = lane_step,
                                         .after = lane_after,
                                         .finish = lane_finish};
