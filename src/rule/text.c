/* Rules that are texts: the passes of kernel/trace.h over a program (equation/rule_program.h), each
 * operation for up to AM_RULE_ROWS vectors of a stripe of four rows at once, so that choosing what
 * to do costs little beside doing it.
 *
 * a is eta, b is post. The gradient goes through the update as it is written; what a kernel by hand
 * would hold in registers lies in the first-level cache. */
#include "kernel/vector.h"

#include "base/strands.h"
#include "equation/plan_pass.h"
#include "equation/rule_program.h"
#include "kernel/trace.h"

typedef am_rule_program program;

/* Up to eight blocks of 16 columns of all rows, and the block of 4 behind the last. */
typedef struct part {
  int from, blocks; /* columns from `from` on */
  bool tail;
  int rows, pre; /* vectors of a stripe; of what is of pre */
} part;

static part part_of(am_panel_shape shape, int from) {
  const int left = (shape.whole - from) / 16;
  part q = {from, left < AM_RULE_BLOCKS ? left : AM_RULE_BLOCKS, false, 0, 0};
  q.tail = am_panel_has_tail(shape) && from + 16 * q.blocks == shape.whole;
  q.rows = 4 * q.blocks + q.tail;
  q.pre = q.blocks + q.tail;
  return q;
}
/* Whether there is a part from there on. */
static bool is_left(am_panel_shape shape, int from) {
  return from < shape.whole || (from == 0 && am_panel_has_tail(shape));
}

/* What is run: the operations with the rows of a part; where values and their gradients lie. */
typedef struct run {
  const program *p;
  am_operation operations[AM_RULE_OPERATIONS];
  real *arena;
  part q;
} run;

#define ROW(arena, row) ((arena) + (size_t)(row)*VEC_LANES)

static void begin(run *r, const program *p, real *arena, am_trace_constants k) {
  r->p = p;
  r->arena = arena;
  memcpy(r->operations, p->operations, (size_t)p->begin[AM_RULE_SIDES] * sizeof *r->operations);
  for (int n = 0; n < p->n_numbers; n++)
    v_store(ROW(arena, n), v_set1(n == p->rate ? k.eta_e : (real)p->number[n]));
}

static void take_part(run *r, part q) {
  const int rows[AM_RULE_SIDES] = {1, 1, q.pre, q.rows};
  r->q = q;
  for (int side = 0; side < AM_RULE_SIDES; side++)
    for (int k = r->p->begin[side]; k < r->p->begin[side + 1]; k++) {
      am_operation *o = &r->operations[k];
      o->rows = rows[side];
      for (int i = 0; i < o->n_in; i++)
        o->in[i].rows = r->p->operations[k].in[i].rows ? 1 : o->rows;
    }
}

static am_plan_step step_of(const run *r, const real *H, const real *E) {
  return (am_plan_step){.block = r->arena, .given = r->arena, .before = H, .gained = E};
}

/* Operations of one row, or of pre. */
static void forward_side(const run *r, int side) {
  const am_plan_step s = step_of(r, NULL, NULL);
  for (int k = r->p->begin[side]; k < r->p->begin[side + 1]; k++)
    elements_forward(&r->operations[k], &s);
}

/* Operand k of an operation, made by the arm: by its own kind, a constant where this is inlined. */
typedef struct arm {
  vectors a, b;
} arm;

VEC_INLINE arm arm_of(const run *r, const am_operation *o, int i, int made, const am_plan_step *s) {
  if (made < 0) return (arm){rows_of(&o->in[i], s), rows_of(&o->in[i], s)};
  const am_operation *by = &r->operations[made];
  return (arm){rows_of(&by->in[0], s), rows_of(&by->in[1], s)};
}

VEC_INLINE vec factor(am_operation_kind kind, arm x, int k) {
  const vec a = row_of(x.a, k);
  switch (kind) {
  case AM_DO_ADD: return v_add(a, row_of(x.b, k));
  case AM_DO_SUBTRACT: return v_sub(a, row_of(x.b, k));
  case AM_DO_MAX: return v_max(a, row_of(x.b, k));
  case AM_DO_MIN: return v_min(a, row_of(x.b, k));
  default: return a;
  }
}

static am_operation_kind kind_of(const run *r, const am_rule_brief *b, int i) {
  return b->arm[i] < 0 ? AM_DO_COPY : r->operations[b->arm[i]].kind;
}

/* run(first, second, ...) with the kinds of both arms as constants. */
#define WITH_SECOND(run, first, second, ...)                                                       \
  switch (second) {                                                                                \
  case AM_DO_ADD: run(first, AM_DO_ADD, __VA_ARGS__); break;                                       \
  case AM_DO_SUBTRACT: run(first, AM_DO_SUBTRACT, __VA_ARGS__); break;                             \
  case AM_DO_MAX: run(first, AM_DO_MAX, __VA_ARGS__); break;                                       \
  case AM_DO_MIN: run(first, AM_DO_MIN, __VA_ARGS__); break;                                       \
  default: run(first, AM_DO_COPY, __VA_ARGS__); break;                                             \
  }                                                                                                \
  break
#define WITH_ARMS(run, first, second, ...)                                                         \
  switch (first) {                                                                                 \
  case AM_DO_ADD: WITH_SECOND(run, AM_DO_ADD, second, __VA_ARGS__);                                \
  case AM_DO_SUBTRACT: WITH_SECOND(run, AM_DO_SUBTRACT, second, __VA_ARGS__);                      \
  case AM_DO_MAX: WITH_SECOND(run, AM_DO_MAX, second, __VA_ARGS__);                                \
  case AM_DO_MIN: WITH_SECOND(run, AM_DO_MIN, second, __VA_ARGS__);                                \
  default: WITH_SECOND(run, AM_DO_COPY, second, __VA_ARGS__);                                      \
  }

VEC_INLINE void multiply_add(am_operation_kind first, am_operation_kind second, real *y, int n,
                             const arm *x, vectors c) {
  for (int k = 0; k < n; k++, y += VEC_LANES)
    v_store(y, v_fma(factor(first, x[0], k), factor(second, x[1], k), row_of(c, k)));
}

/* An operation with its arms in one pass: the bits of one after the other. */
static void forward_arms(const run *r, const am_rule_brief *b, const am_plan_step *s) {
  const am_operation *o = &r->operations[b->operation];
  const arm x[2] = {arm_of(r, o, 0, b->arm[0], s), arm_of(r, o, 1, b->arm[1], s)};
  real *y = ROW(r->arena, o->row);
  const int n = o->rows;
  if (o->kind == AM_DO_MIN) {
    for (int k = 0; k < n; k++, y += VEC_LANES)
      v_store(y, v_min(factor(AM_DO_MAX, x[0], k), row_of(x[1].a, k)));
    return;
  }
  const vectors c = rows_of(&o->in[2], s);
  WITH_ARMS(multiply_add, kind_of(r, b, 0), kind_of(r, b, 1), y, n, x, c)
}

static void forward_both(const run *r, const real *H, const real *E) {
  const am_plan_step s = step_of(r, H, E);
  for (int k = 0; k < r->p->n_brief; k++) {
    const am_rule_brief *b = &r->p->brief[k];
    if (b->arm[0] < 0 && b->arm[1] < 0) elements_forward(&r->operations[b->operation], &s);
    else forward_arms(r, b, &s);
  }
}

/* What is of pre, for all stripes of a part. Behind the last column stand ones: whatever is done
 * with them, it gives numbers. */
static void set_pre(run *r, const real *h, int n_cols) {
  const program *p = r->p;
  const part q = r->q;
  if (p->end[1] >= 0) {
    real *pre = ROW(r->arena, p->end[1]);
    for (int j = 0; j < 16 * q.pre; j++) pre[j] = q.from + j < n_cols ? h[q.from + j] : 1;
  }
  forward_side(r, AM_SIDE_PRE);
  for (int k = 0; k < p->n_spreads; k++) {
    const real *from = ROW(r->arena, p->spread[k].from);
    real *to = ROW(r->arena, p->spread[k].to);
    if (!p->spread[k].pre) continue;
    for (int b = 0; b < q.blocks; b++, from += 16)
      for (int row = 0; row < 4; row++, to += 16) v_store(to, v_load(from));
    if (q.tail) v_store(to, v_tile4(from));
  }
}

static void set_end(run *r, int end, const real *from, int i, int n_rows) {
  if (r->p->end[end] < 0) return;
  real *to = ROW(r->arena, r->p->end[end]);
  for (int l = 0; l < 16; l++) to[l] = i + (l & 3) < n_rows ? from[i + (l & 3)] : 1;
}

/* What is of post, for a stripe. */
static void set_post(run *r, const real *a, const real *b, int i, int n_rows) {
  const program *p = r->p;
  set_end(r, 0, b, i, n_rows);
  set_end(r, 2, a, i, n_rows);
  forward_side(r, AM_SIDE_POST);
  for (int k = 0; k < p->n_spreads; k++) {
    const real *from = ROW(r->arena, p->spread[k].from);
    real *to = ROW(r->arena, p->spread[k].to);
    if (p->spread[k].pre) continue;
    vec row[4];
    for (int l = 0; l < 4; l++) row[l] = v_set1(from[l]);
    for (int n = 0; n < r->q.blocks; n++)
      for (int l = 0; l < 4; l++, to += 16) v_store(to, row[l]);
    if (r->q.tail) v_store(to, v_spread4(from));
  }
}

/* What lies behind the last row or column becomes 0 again. */
static void clear_padding(const run *r, real *state, int i, am_panel_shape shape) {
  const part q = r->q;
  const int last = q.from + 16 * q.blocks + (q.tail ? 4 : 0);
  if (i + 4 <= shape.n_rows && last <= shape.n_cols) return;
  for (int n = 0; n < q.rows; n++)
    for (int l = 0; l < 16; l++) {
      const bool tail = n == 4 * q.blocks;
      const int row = i + (tail ? l / 4 : n % 4);
      const int col = q.from + (tail ? 16 * q.blocks + l % 4 : n / 4 * 16 + l);
      if (row >= shape.n_rows || col >= shape.n_cols) state[16 * n + l] = 0;
    }
}

/* The update of a stripe; the states after it lie in the arena. */
static void update(run *r, const real *H, const real *E, int i, am_panel_shape shape) {
  forward_both(r, H, E);
  clear_padding(r, ROW(r->arena, r->p->H), i, shape);
  if (r->p->E >= 0) clear_padding(r, ROW(r->arena, r->p->E), i, shape);
}

static void copy(real *to, const real *from, int rows) {
  for (int n = 0; n < rows; n++) v_store(to + 16 * n, v_load(from + 16 * n));
}

/* ------------------------------------------------------------------------------ forward */
/* The products of a stripe with what it has become; y is added to behind the first part. */
static void products(const run *r, const am_trace_forward *p, size_t at, int i) {
  const real *H = ROW(r->arena, r->p->H), *w = p->w + at, *alpha = p->alpha + at;
  const part q = r->q;
  vec sum[4] = {v_zero(), v_zero(), v_zero(), v_zero()};
  real y[16];
  for (int b = 0; b < q.blocks; b++) {
    const vec x = v_load(p->x + q.from + 16 * b);
    for (int l = 0; l < 4; l++, H += 16, w += 16, alpha += 16)
      sum[l] = v_fma(v_fma(v_load(alpha), v_load(H), v_load(w)), x, sum[l]);
  }
  if (!q.tail) v_sum4(y, sum[0], sum[1], sum[2], sum[3]);
  else
    v_sum4_tail(
        y, sum[0], sum[1], sum[2], sum[3],
        v_mul(v_fma(v_load(alpha), v_load(H), v_load(w)), v_tile4(p->x + q.from + 16 * q.blocks)));
  for (int l = 0; l < 4; l++) p->y[i + l] = q.from > 0 ? p->y[i + l] + y[l] : y[l];
}

static void forward_stripe(run *r, const am_trace_forward *p, int i, am_panel_shape shape) {
  const size_t at = (size_t)i * (size_t)shape.width + 4 * (size_t)r->q.from;
  const bool has_E = r->p->E >= 0;
  const int rows = r->q.rows;
  set_post(r, p->a, p->b, i, shape.n_rows);
  if (p->H_saved) copy(p->H_saved + at, p->H + at, rows);
  if (p->H_saved && has_E) copy(p->E_saved + at, p->E + at, rows);
  update(r, p->H + at, has_E ? p->E + at : NULL, i, shape);
  copy(p->H + at, ROW(r->arena, r->p->H), rows);
  if (has_E) copy(p->E + at, ROW(r->arena, r->p->E), rows);
  products(r, p, at, i);
}

static void text_forward(const am_trace_forward *p, int n, am_trace_constants k,
                         am_panel_shape shape) {
  _Alignas(64) real arena[AM_RULE_ARENA * VEC_LANES];
  run r;
  begin(&r, k.program, arena, k);
  forward_side(&r, 0);
  for (int l = 0; l < n; l++)
    for (int from = 0; is_left(shape, from); from += 16 * AM_RULE_BLOCKS) {
      take_part(&r, part_of(shape, from));
      set_pre(&r, p[l].h, shape.n_cols);
      for (int i = 0; i < shape.rows; i += 4) forward_stripe(&r, &p[l], i, shape);
    }
}

/* ------------------------------------------------------------------------------ again */
/* `every` updates of all stripes of a part, from one state to the next that is kept. */
typedef struct again_run {
  run r[2]; /* of each of them */
  real *H, *E;
  const real *H0, *E0, *a, *b;
  size_t post_step;
  int every;
} again_run;

static void again_stripe(again_run *q, int i, am_panel_shape shape) {
  const int rows = q->r[0].q.rows;
  const size_t at = (size_t)i * (size_t)shape.width + 4 * (size_t)q->r[0].q.from;
  const real *H = q->H0 + at, *E = q->r[0].p->E >= 0 ? q->E0 + at : NULL;
  for (int s = 0; s < q->every; s++) {
    run *r = &q->r[s];
    set_post(r, q->a + (size_t)s * q->post_step, q->b + (size_t)s * q->post_step, i, shape.n_rows);
    update(r, H, E, i, shape);
    H = ROW(r->arena, r->p->H);
    if (E) E = ROW(r->arena, r->p->E);
  }
  copy(q->H + at, H, rows);
  if (E) copy(q->E + at, E, rows);
}

static void text_again(am_real *H, am_real *E, const am_real *H0, const am_real *E0,
                       const am_real *a, const am_real *b, const am_real *h, size_t post_step,
                       size_t pre_step, am_trace_constants k, int n, int every,
                       am_panel_shape shape) {
  _Alignas(64) real arena[2][AM_RULE_ARENA * VEC_LANES];
  const size_t size = am_panel_elements(shape);
  const program *p = k.program;
  again_run q = {.post_step = post_step, .every = every};
  for (int s = 0; s < every; s++) {
    begin(&q.r[s], p, arena[s], k);
    forward_side(&q.r[s], 0);
  }
  for (int t = 0; t + every <= n; t += every) {
    const size_t slot = (size_t)(t / every) * size;
    q.H = H + slot, q.H0 = t ? q.H - size : H0;
    if (p->E >= 0) q.E = E + slot, q.E0 = t ? q.E - size : E0;
    q.a = a + (size_t)t * post_step, q.b = b + (size_t)t * post_step;
    for (int from = 0; is_left(shape, from); from += 16 * AM_RULE_BLOCKS) {
      for (int s = 0; s < every; s++) {
        take_part(&q.r[s], part_of(shape, from));
        set_pre(&q.r[s], h + (size_t)(t + s) * pre_step, shape.n_cols);
      }
      for (int i = 0; i < shape.rows; i += 4) again_stripe(&q, i, shape);
    }
  }
}

/* ------------------------------------------------------------------------------ backward */
typedef struct backward {
  run r[2];       /* of the update before, if ahead is 2; and of the last */
  real *gradient; /* an arena */
  vec tail_dx;    /* of the block of 4 columns, over all stripes */
  const am_trace_backward *p;
  int ahead;
} backward;

static void clear(real *arena, int row, int rows) {
  for (int n = 0; n < rows; n++) v_store(ROW(arena, row + n), v_zero());
}

/* Operations of one row, or of pre: their gradients are added to what is there. */
static void back_side(const backward *q, int side) {
  const run *r = &q->r[1];
  const am_plan_step s = step_of(r, NULL, NULL);
  const am_plan_gradient g = {.block = q->gradient};
  for (int k = r->p->begin[side + 1] - 1; k >= r->p->begin[side]; k--)
    elements_back(NULL, &r->operations[k], &s, &g, false);
}

/* Where an operand's gradient goes, NULL: nowhere; `first` to be written, else added to. */
typedef struct target {
  real *to;
  bool first;
} target;

static target target_of(const am_operand *o, const am_plan_gradient *g) {
  return (target){gradient_of(NULL, o, g), o->first};
}

VEC_INLINE void hand_to(target *t, vec d) {
  if (!t->to) return;
  v_store(t->to, t->first ? d : v_add(v_load(t->to), d));
  t->to += VEC_LANES;
}

/* The gradient d of what an arm makes to what it is made of. */
VEC_INLINE void hand_arm(am_operation_kind kind, target *to, vec d, arm x, int k) {
  const vec a = row_of(x.a, k), b = row_of(x.b, k), none = v_zero();
  hand_to(&to[0], derivative(kind, 0, d, none, a, b, none));
  if (kind != AM_DO_COPY) hand_to(&to[1], derivative(kind, 1, d, none, a, b, none));
}

/* to: of the first arm's operands, the second's, and c */
VEC_INLINE void multiply_add_back(am_operation_kind first, am_operation_kind second, const real *g,
                                  int n, const arm *x, target *to) {
  for (int k = 0; k < n; k++, g += VEC_LANES) {
    const vec d = v_load(g), a = factor(first, x[0], k), b = factor(second, x[1], k);
    hand_to(&to[4], d);
    hand_arm(second, to + 2, v_mul(d, a), x[1], k);
    hand_arm(first, to, v_mul(d, b), x[0], k);
  }
}

static void clip_back(const real *g, int n, const arm *x, target *to) {
  for (int k = 0; k < n; k++, g += VEC_LANES) {
    const vec most = row_of(x[1].a, k), inner = factor(AM_DO_MAX, x[0], k), none = v_zero();
    hand_to(&to[2], derivative(AM_DO_MIN, 1, v_load(g), none, inner, most, none));
    hand_arm(AM_DO_MAX, to, derivative(AM_DO_MIN, 0, v_load(g), none, inner, most, none), x[0], k);
  }
}

/* An operation with its arms, all in one pass. */
static void back_arms(const run *r, const am_rule_brief *b, const am_plan_step *s,
                      const am_plan_gradient *gradient) {
  const am_operation *o = &r->operations[b->operation];
  const arm x[2] = {arm_of(r, o, 0, b->arm[0], s), arm_of(r, o, 1, b->arm[1], s)};
  const real *g = ROW(gradient->block, o->row);
  target to[5] = {{0}};
  for (int i = 0; i < 2; i++) {
    const am_operand *in = b->arm[i] < 0 ? &o->in[i] : r->operations[b->arm[i]].in;
    to[2 * i] = target_of(&in[0], gradient);
    if (b->arm[i] >= 0) to[2 * i + 1] = target_of(&in[1], gradient);
  }
  if (o->kind == AM_DO_MULTIPLY_ADD) to[4] = target_of(&o->in[2], gradient);
  if (o->kind == AM_DO_MIN) clip_back(g, o->rows, x, to);
  else WITH_ARMS(multiply_add_back, kind_of(r, b, 0), kind_of(r, b, 1), g, o->rows, x, to)
}

static void back_both(const backward *q, const real *H, const real *E, real *dH, real *dE) {
  const run *r = &q->r[1];
  const am_plan_step s = step_of(r, H, E);
  const am_plan_gradient g = {.block = q->gradient, .before = dH, .gained = dE};
  for (int k = r->p->n_brief - 1; k >= 0; k--) {
    const am_rule_brief *b = &r->p->brief[k];
    if (b->together) back_arms(r, b, &s, &g);
    else elements_back(NULL, &r->operations[b->operation], &s, &g, false);
  }
}

/* Through the product: what it asks of H after the update, and of x, alpha. */
static void back_products(backward *q, size_t at, int i) {
  const am_trace_backward *p = q->p;
  const run *r = &q->r[1];
  const real *H = ROW(r->arena, r->p->H), *w = p->w + at, *alpha = p->alpha + at;
  real *to = ROW(q->gradient, r->p->H), *dH = p->dH + at, *dalpha = p->dalpha + at;
  const int tail = r->q.from + 16 * r->q.blocks;
  for (int n = 0; n < r->q.rows;
       n++, H += 16, w += 16, alpha += 16, to += 16, dH += 16, dalpha += 16) {
    const bool last = n == 4 * r->q.blocks;
    real *column = p->dx + r->q.from + n / 4 * 16;
    const vec dy = last ? v_spread4(p->dy + i) : v_set1(p->dy[i + n % 4]);
    const vec x = last ? v_tile4(p->x + tail) : v_load(p->x + r->q.from + n / 4 * 16);
    const vec g = v_mul(dy, x), dx = last ? q->tail_dx : v_load(column);
    const vec sum = v_fma(v_fma(v_load(alpha), v_load(H), v_load(w)), dy, dx);
    v_store(to, v_fma(g, v_load(alpha), v_load(dH)));
    v_store(dalpha, v_fma(g, v_load(H), v_load(dalpha)));
    if (last) q->tail_dx = sum;
    else v_store(column, sum);
  }
}

/* From what was spread over a stripe to the four post units, and on to eta and post. */
static void back_post(backward *q, int i) {
  const run *r = &q->r[1];
  const program *p = r->p;
  for (int k = 0; k < p->n_spreads; k++) {
    const real *from = ROW(q->gradient, p->spread[k].to);
    vec sum[4] = {v_zero(), v_zero(), v_zero(), v_zero()};
    if (p->spread[k].pre) continue;
    for (int b = 0; b < r->q.blocks; b++)
      for (int l = 0; l < 4; l++, from += 16) sum[l] = v_add(sum[l], v_load(from));
    real *to = ROW(q->gradient, p->spread[k].from);
    if (r->q.tail) v_sum4_tail(to, sum[0], sum[1], sum[2], sum[3], v_load(from));
    else v_sum4(to, sum[0], sum[1], sum[2], sum[3]);
  }
  back_side(q, AM_SIDE_POST);
  for (int l = 0; l < 4; l++) {
    if (p->end[2] >= 0) q->p->da[i + l] += ROW(q->gradient, p->end[2])[l];
    if (p->end[0] >= 0) q->p->db[i + l] += ROW(q->gradient, p->end[0])[l];
  }
}

static void back_stripe(backward *q, int i, am_panel_shape shape) {
  const am_trace_backward *p = q->p;
  const program *text = q->r[1].p;
  const int rows = q->r[1].q.rows;
  const size_t at = (size_t)i * (size_t)shape.width + 4 * (size_t)q->r[1].q.from;
  const real *H = p->H + at, *E = text->E >= 0 ? p->E + at : NULL;
  if (q->ahead == 2) {
    set_post(&q->r[0], p->a0, p->b0, i, shape.n_rows);
    update(&q->r[0], H, E, i, shape);
    H = ROW(q->r[0].arena, text->H);
    if (E) E = ROW(q->r[0].arena, text->E);
  }
  set_post(&q->r[1], p->a, p->b, i, shape.n_rows);
  update(&q->r[1], H, E, i, shape);
  back_products(q, at, i);
  real *dH = p->dH + at, *dE = E ? p->dE + at : NULL;
  for (int n = 0; E && n < rows; n++) {
    real *to = ROW(q->gradient, text->E + n);
    const vec d = v_load(dE + 16 * n);
    v_store(to, text->E == text->H ? v_add(v_load(to), d) : d);
  }
  if (!text->reads[0]) clear(dH, 0, rows);
  if (E && !text->reads[1]) clear(dE, 0, rows);
  for (int k = text->begin[AM_SIDE_POST]; k < text->begin[AM_SIDE_POST + 1]; k++)
    clear(q->gradient, text->operations[k].row, 1);
  for (int k = 0; k < 3; k += 2)
    if (text->end[k] >= 0) clear(q->gradient, text->end[k], 1);
  back_both(q, H, E, dH, dE);
  back_post(q, i);
}

/* What stripes have added up of pre goes on to h. */
static void back_pre(backward *q) {
  const run *r = &q->r[1];
  const program *p = r->p;
  for (int k = 0; k < p->n_spreads; k++) {
    const real *from = ROW(q->gradient, p->spread[k].to);
    real *to = ROW(q->gradient, p->spread[k].from);
    if (!p->spread[k].pre) continue;
    for (int b = 0; b < r->q.blocks; b++, to += 16)
      for (int l = 0; l < 4; l++, from += 16) v_store(to, v_add(v_load(to), v_load(from)));
    if (r->q.tail) panel_add_folded(to, v_load(from));
  }
  back_side(q, AM_SIDE_PRE);
  const real *pre = ROW(q->gradient, p->end[1]);
  const int n = 16 * r->q.blocks + (r->q.tail ? 4 : 0);
  for (int j = 0; p->end[1] >= 0 && j < n; j++) q->p->dh[r->q.from + j] += pre[j];
}

static void back_part(backward *q, am_panel_shape shape, int from) {
  const program *p = q->r[1].p;
  q->tail_dx = v_zero();
  for (int s = 2 - q->ahead; s < 2; s++) {
    take_part(&q->r[s], part_of(shape, from));
    set_pre(&q->r[s], s ? q->p->h : q->p->h0, shape.n_cols);
  }
  for (int k = 0; k < p->n_spreads; k++)
    if (p->spread[k].pre) clear(q->gradient, p->spread[k].to, AM_RULE_ROWS);
  for (int k = p->begin[AM_SIDE_PRE]; k < p->begin[AM_SIDE_PRE + 1]; k++)
    clear(q->gradient, p->operations[k].row, AM_RULE_PRE);
  if (p->end[1] >= 0) clear(q->gradient, p->end[1], AM_RULE_PRE);
  for (int i = 0; i < shape.rows; i += 4) back_stripe(q, i, shape);
  back_pre(q);
  if (q->r[1].q.tail) panel_add_folded(q->p->dx + shape.whole, q->tail_dx);
}

static void text_backward(const am_trace_backward *p, int n, int ahead, am_trace_constants k,
                          am_panel_shape shape) {
  _Alignas(64) real arena[3][AM_RULE_ARENA * VEC_LANES];
  _Static_assert(sizeof arena < AM_STRAND_STACK / 4 * 3, "a strand's stack is too small");
  backward q = {.gradient = arena[2], .ahead = ahead};
  const program *text = k.program;
  for (int s = 2 - ahead; s < 2; s++) {
    begin(&q.r[s], text, arena[s], k);
    forward_side(&q.r[s], 0);
  }
  for (int l = 0; l < n; l++) {
    q.p = &p[l];
    clear(q.gradient, 0, text->n_numbers);
    for (int o = 0; o < text->begin[1]; o++) clear(q.gradient, text->operations[o].row, 1);
    for (int i = 0; i < am_pad(shape.n_rows, 16); i++) q.p->da[i] = q.p->db[i] = q.p->dk[i] = 0;
    for (int from = 0; is_left(shape, from); from += 16 * AM_RULE_BLOCKS)
      back_part(&q, shape, from);
    back_side(&q, 0);
    if (text->rate >= 0) q.p->dk[0] = v_sum(v_load(ROW(q.gradient, text->rate)));
  }
}

/* ------------------------------------------------------------------------------ coefficients */
static void text_coefficients(am_real *a, am_real *b, const am_real *eta, const am_real *x,
                              am_trace_constants k, int n) {
  (void)k;
  copy(a, eta, n / 16);
  copy(b, x, n / 16);
}

static am_real text_coefficients_back(am_real *deta, am_real *dx, const am_real *da,
                                      const am_real *db, const am_real *dk, const am_real *eta,
                                      const am_real *x, am_trace_constants k, int n) {
  (void)eta, (void)x, (void)k;
  vec rate = v_zero();
  for (int i = 0; i < n; i += 16) {
    v_store(deta + i, v_load(da + i));
    v_store(dx + i, v_add(v_load(dx + i), v_load(db + i)));
    rate = v_add(rate, v_load(dk + i));
  }
  return v_sum(rate);
}

/* ------------------------------------------------------------------------------ on lanes */
/* Sixteen episodes: a row of what is of post or pre is one unit of each of them, and the rows of
 * what is of both are up to AM_RULE_PRE columns. */
static void lanes_begin(run *r, const program *p, real *arena, am_trace_constants k,
                        const real *eta_e) {
  begin(r, p, arena, k);
  if (p->rate >= 0) v_store(ROW(arena, p->rate), v_load(eta_e));
  forward_side(r, 0);
}

static int lanes_part(run *r, int from, int cols) {
  const int n = cols - from < AM_RULE_PRE ? cols - from : AM_RULE_PRE;
  take_part(r, (part){.from = from, .rows = n, .pre = n});
  return n;
}

static void lanes_pre(run *r, const real *h, int n) {
  const program *p = r->p;
  if (p->end[1] >= 0) copy(ROW(r->arena, p->end[1]), h, n);
  forward_side(r, AM_SIDE_PRE);
  for (int k = 0; k < p->n_spreads; k++)
    if (p->spread[k].pre) copy(ROW(r->arena, p->spread[k].to), ROW(r->arena, p->spread[k].from), n);
}

static void lanes_post(run *r, const real *a, const real *b, int n) {
  const program *p = r->p;
  if (p->end[0] >= 0) copy(ROW(r->arena, p->end[0]), b, 1);
  if (p->end[2] >= 0) copy(ROW(r->arena, p->end[2]), a, 1);
  forward_side(r, AM_SIDE_POST);
  for (int k = 0; k < p->n_spreads; k++)
    for (int q = 0; q < n && !p->spread[k].pre; q++)
      copy(ROW(r->arena, p->spread[k].to + q), ROW(r->arena, p->spread[k].from), 1);
}

static void lanes_states(run *r, real *H, real *E, int n) {
  forward_both(r, H, E);
  copy(H, ROW(r->arena, r->p->H), n);
  if (r->p->E >= 0) copy(E, ROW(r->arena, r->p->E), n);
}

static void text_lanes_update(const am_trace_lanes *p, am_trace_constants k, int rows, int cols) {
  _Alignas(64) real arena[AM_RULE_ARENA * VEC_LANES];
  run r;
  lanes_begin(&r, k.program, arena, k, p->eta_e);
  for (int i = 0; i < rows; i++) {
    copy(ROW(p->a, i), p->eta + (size_t)i * p->eta_step, 1);
    copy(ROW(p->b, i), ROW(p->post, i), 1);
  }
  for (int j = 0; j < cols; j += AM_RULE_PRE) {
    const int n = lanes_part(&r, j, cols);
    lanes_pre(&r, ROW(p->h, j), n);
    for (int i = 0; i < rows; i++) {
      const size_t at = (size_t)i * (size_t)cols + (size_t)j;
      lanes_post(&r, ROW(p->a, i), ROW(p->b, i), n);
      real *E = r.p->E >= 0 ? ROW(p->E_next, at) : NULL;
      if (p->H_next != p->H) copy(ROW(p->H_next, at), ROW(p->H, at), n);
      if (E && p->E_next != p->E) copy(E, ROW(p->E, at), n);
      lanes_states(&r, ROW(p->H_next, at), E, n);
    }
  }
}

static void text_lanes_collect(am_real *dalpha, size_t row, size_t col, const am_trace_window *w,
                               am_trace_constants k, int rows, int cols) {
  _Alignas(64) real arena[AM_RULE_ARENA * VEC_LANES];
  _Alignas(64) real H[AM_RULE_PRE * VEC_LANES], E[AM_RULE_PRE * VEC_LANES];
  run r;
  lanes_begin(&r, k.program, arena, k, w->eta_e);
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < cols; j += AM_RULE_PRE) {
      const int n = lanes_part(&r, j, cols);
      vec sum[AM_RULE_PRE];
      for (int q = 0; q < n; q++) sum[q] = v_zero();
      clear(H, 0, n), clear(E, 0, n);
      for (size_t t = 0; t < (size_t)w->n_steps; t++) {
        const vec dy = v_load(ROW(w->dy, i) + t * w->dy_step);
        for (int q = 0; q < n; q++)
          sum[q] =
              v_fma(v_mul(dy, v_load(ROW(w->x, j + q) + t * w->x_step)), v_load(ROW(H, q)), sum[q]);
        lanes_pre(&r, ROW(w->h, j) + t * w->h_step, n);
        lanes_post(&r, ROW(w->a, i) + t * w->a_step, ROW(w->b, i) + t * w->a_step, n);
        for (int q = 0; q < n && w->keep; q++)
          v_store(ROW(E, q), v_mul(v_load(ROW(E, q)), v_load(ROW(w->keep, t))));
        lanes_states(&r, H, E, n);
      }
      for (int q = 0; q < n; q++) dalpha[(size_t)i * row + (size_t)(j + q) * col] += v_sum(sum[q]);
    }
}

extern const am_trace_ops AM_ISA(am_trace_text), AM_ISA(am_trace_text_two);
#define TEXT_OPS(second)                                                                           \
  {                                                                                                \
    .has_E = second, .needs_state = 1, .coefficients = text_coefficients,                          \
    .coefficients_back = text_coefficients_back, .forward = text_forward, .again = text_again,     \
    .backward = text_backward, .lanes_update = text_lanes_update,                                  \
    .lanes_collect = text_lanes_collect                                                            \
  }
const am_trace_ops AM_ISA(am_trace_text) = TEXT_OPS(0);
const am_trace_ops AM_ISA(am_trace_text_two) = TEXT_OPS(1);
