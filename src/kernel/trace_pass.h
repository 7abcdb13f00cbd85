/* The passes of kernel/trace.h, written once. A rule's file includes this after it has defined
 *   RULE_NAME            the symbol is am_trace_<RULE_NAME>_<isa>
 *   RULE_HAS_E           1 if there is a second trace
 *   RULE_USES_H0         1 if the adjoint needs H as it was before the update
 *   RULE_USES_B          1 if the coefficient b is used
 *   rule_update, rule_adjoint, rule_coefficients, rule_coefficients_back
 * on vectors of 16 connections of one post unit. */

/* The state of 16 connections, and its gradient on the way back. */
#ifndef RULE_NAME
#error "define the rule first"
#endif

static void trace_coefficients(am_real *a, am_real *b, const am_real *eta, const am_real *x,
                               am_trace_constants k, int n) {
  for (int i = 0; i < n; i += 16) {
    vec av = v_zero(), bv = v_zero();
    rule_coefficients(&av, &bv, v_load(eta + i), v_load(x + i), k);
    v_store(a + i, av);
    v_store(b + i, bv);
  }
}

static am_real trace_coefficients_back(am_real *deta, am_real *dx, const am_real *da,
                                       const am_real *db, const am_real *dk, const am_real *eta,
                                       const am_real *x, am_trace_constants k, int n) {
  vec deta_e = v_zero();
  for (int i = 0; i < n; i += 16) {
    vec de = v_zero(), dxv = v_load(dx + i);
    rule_coefficients_back(&de, &dxv, &deta_e, v_load(da + i), v_load(db + i), v_load(dk + i),
                           v_load(eta + i), v_load(x + i), k);
    v_store(deta + i, de);
    v_store(dx + i, dxv);
  }
  return v_sum(deta_e);
}

/* What one lane needs for four rows, in the order in which memory is read. */
typedef struct forward_lane {
  am_real *H, *E, *H_saved, *E_saved;
  const am_real *h, *x;
  vec a[4], b[4], sum[4];
} forward_lane;

VEC_INLINE void forward_begin(forward_lane *q, const am_trace_forward *p, int i, size_t start,
                              int save) {
  q->H = p->H + start;
  q->E = RULE_HAS_E ? p->E + start : NULL;
  q->H_saved = save ? p->H_saved + start : NULL;
  q->E_saved = save && RULE_HAS_E ? p->E_saved + start : NULL;
  q->h = p->h;
  q->x = p->x;
  for (int r = 0; r < 4; r++) {
    q->sum[r] = v_zero();
    q->a[r] = v_set1(p->a[i + r]);
    q->b[r] = v_set1(RULE_USES_B ? p->b[i + r] : 0);
  }
}

/* 16 connections of row r */
VEC_INLINE void forward_cell(forward_lane *q, int r, int at, vec w, vec alpha, vec h, vec x,
                             const rule_constants *k, int save) {
  vec H = v_load(q->H + at), E = v_zero();
  if (save) v_store(q->H_saved + at, H);
  if (RULE_HAS_E) {
    E = v_load(q->E + at);
    if (save) v_store(q->E_saved + at, E);
  }
  rule_update(&H, &E, h, q->a[r], q->b[r], k);
  v_store(q->H + at, H);
  if (RULE_HAS_E) v_store(q->E + at, E);
  q->sum[r] = v_fma(v_fma(alpha, H, w), x, q->sum[r]);
}

VEC_INLINE void forward_rows(const am_trace_forward *p, int n, const rule_constants *k, int i,
                             int cols, int save) {
  forward_lane q[AM_TRACE_LANES];
  const size_t start = (size_t)i * (size_t)cols;
  const am_real *w = p->w + start, *alpha = p->alpha + start;
  for (int l = 0; l < n; l++) forward_begin(&q[l], &p[l], i, start, save);
  for (int j = 0; j < cols; j += 16) {
    vec h[AM_TRACE_LANES], x[AM_TRACE_LANES];
    for (int l = 0; l < n; l++) {
      h[l] = v_load(q[l].h + j);
      x[l] = v_load(q[l].x + j);
    }
    for (int r = 0; r < 4; r++) {
      const int at = 4 * j + 16 * r;
      const vec wv = v_load(w + at), av = v_load(alpha + at);
      for (int l = 0; l < n; l++) forward_cell(&q[l], r, at, wv, av, h[l], x[l], k, save);
    }
  }
  for (int l = 0; l < n; l++)
    v_sum4(p[l].y + i, q[l].sum[0], q[l].sum[1], q[l].sum[2], q[l].sum[3]);
}

static void trace_forward(const am_trace_forward *p, int n, am_trace_constants constants, int rows,
                          int cols) {
  const rule_constants k = rule_constants_of(constants);
  if (n == 2 && p->H_saved)
    for (int i = 0; i < rows; i += 4) forward_rows(p, 2, &k, i, cols, 1);
  else if (n == 2)
    for (int i = 0; i < rows; i += 4) forward_rows(p, 2, &k, i, cols, 0);
  else if (p->H_saved)
    for (int i = 0; i < rows; i += 4) forward_rows(p, 1, &k, i, cols, 1);
  else
    for (int i = 0; i < rows; i += 4) forward_rows(p, 1, &k, i, cols, 0);
}

static void trace_again(am_real *H, am_real *E, const am_real *H0, const am_real *E0,
                        const am_real *a, const am_real *b, const am_real *h,
                        am_trace_constants constants, int n, int rows, int cols) {
  const rule_constants k = rule_constants_of(constants);
  const size_t size = (size_t)rows * (size_t)cols;
  for (int i = 0; i < rows; i += 4)
    for (int j = 0; j < cols; j += 16) {
      const size_t at = (size_t)i * (size_t)cols + 4 * (size_t)j;
      vec Hv[4], Ev[4];
      for (int r = 0; r < 4; r++) {
        Hv[r] = v_load(H0 + at + 16 * r);
        Ev[r] = RULE_HAS_E ? v_load(E0 + at + 16 * r) : v_zero();
      }
      for (int s = 0; s < n; s++) {
        const vec hv = v_load(h + (size_t)s * (size_t)cols + j);
        const am_real *as = a + (size_t)s * (size_t)cols + i,
                      *bs = b + (size_t)s * (size_t)cols + i;
        am_real *Hs = H + (size_t)s * size + at,
                *Es = RULE_HAS_E ? E + (size_t)s * size + at : NULL;
        for (int r = 0; r < 4; r++) {
          rule_update(&Hv[r], &Ev[r], hv, v_set1(as[r]), v_set1(RULE_USES_B ? bs[r] : 0), &k);
          v_store(Hs + 16 * r, Hv[r]);
          if (RULE_HAS_E) v_store(Es + 16 * r, Ev[r]);
        }
      }
    }
}

/* One lane on the way back through four rows. */
typedef struct backward_lane {
  const am_real *H, *H0, *E0, *x, *h;
  am_real *dH, *dE, *dx, *dh;
  vec dy[4], a[4], b[4], da[4], db[4], dk[4];
} backward_lane;

VEC_INLINE void backward_begin(backward_lane *q, const am_trace_backward *p, int i, size_t start) {
  q->H = p->H + start;
  q->H0 = p->H0 + start;
  q->E0 = RULE_HAS_E ? p->E0 + start : NULL;
  q->dH = p->dH + start;
  q->dE = RULE_HAS_E ? p->dE + start : NULL;
  q->x = p->x;
  q->h = p->h;
  q->dx = p->dx;
  q->dh = p->dh;
  for (int r = 0; r < 4; r++) {
    q->da[r] = q->db[r] = q->dk[r] = v_zero();
    q->dy[r] = v_set1(p->dy[i + r]);
    q->a[r] = v_set1(p->a[i + r]);
    q->b[r] = v_set1(RULE_USES_B ? p->b[i + r] : 0);
  }
}

/* What 16 columns of a lane carry from row to row. */
typedef struct backward_cols {
  vec x, h, dx, dh;
} backward_cols;

/* 16 connections of row r; returns dalpha with this lane's part added */
VEC_INLINE vec backward_cell(backward_lane *q, backward_cols *c, int r, int at, vec w, vec alpha,
                             vec dalpha, const rule_constants *k) {
  const vec H = v_load(q->H + at);
  const vec g = v_mul(q->dy[r], c->x); /* gradient of the effective weight */
  c->dx = v_fma(v_fma(alpha, H, w), q->dy[r], c->dx);
  rule_gradient d = {.H = v_fma(g, alpha, v_load(q->dH + at)),
                     .E = RULE_HAS_E ? v_load(q->dE + at) : v_zero(),
                     .h = c->dh,
                     .a = q->da[r],
                     .b = q->db[r],
                     .k = q->dk[r]};
  rule_adjoint(&d, H, RULE_USES_H0 ? v_load(q->H0 + at) : v_zero(),
               RULE_HAS_E ? v_load(q->E0 + at) : v_zero(), c->h, q->a[r], q->b[r], k);
  v_store(q->dH + at, d.H);
  if (RULE_HAS_E) v_store(q->dE + at, d.E);
  c->dh = d.h;
  q->da[r] = d.a;
  q->db[r] = d.b;
  q->dk[r] = d.k;
  return v_fma(g, H, dalpha);
}

VEC_INLINE void backward_rows(const am_trace_backward *p, int n, const rule_constants *k, int i,
                              int cols) {
  backward_lane q[AM_TRACE_LANES];
  const size_t start = (size_t)i * (size_t)cols;
  const am_real *w = p->w + start, *alpha = p->alpha + start;
  am_real *dalpha = p->dalpha + start;
  for (int l = 0; l < n; l++) backward_begin(&q[l], &p[l], i, start);
  for (int j = 0; j < cols; j += 16) {
    backward_cols c[AM_TRACE_LANES];
    for (int l = 0; l < n; l++)
      c[l] = (backward_cols){v_load(q[l].x + j), v_load(q[l].h + j), v_load(q[l].dx + j),
                             v_load(q[l].dh + j)};
    for (int r = 0; r < 4; r++) {
      const int at = 4 * j + 16 * r;
      const vec wv = v_load(w + at), av = v_load(alpha + at);
      vec d = v_load(dalpha + at);
      for (int l = 0; l < n; l++) d = backward_cell(&q[l], &c[l], r, at, wv, av, d, k);
      v_store(dalpha + at, d);
    }
    for (int l = 0; l < n; l++) {
      v_store(q[l].dx + j, c[l].dx);
      v_store(q[l].dh + j, c[l].dh);
    }
  }
  for (int l = 0; l < n; l++) {
    v_sum4(p[l].da + i, q[l].da[0], q[l].da[1], q[l].da[2], q[l].da[3]);
    if (RULE_USES_B) v_sum4(p[l].db + i, q[l].db[0], q[l].db[1], q[l].db[2], q[l].db[3]);
    if (RULE_HAS_E) v_sum4(p[l].dk + i, q[l].dk[0], q[l].dk[1], q[l].dk[2], q[l].dk[3]);
  }
}

static void trace_backward(const am_trace_backward *p, int n, am_trace_constants constants,
                           int rows, int cols) {
  const rule_constants k = rule_constants_of(constants);
  if (n == 2)
    for (int i = 0; i < rows; i += 4) backward_rows(p, 2, &k, i, cols);
  else
    for (int i = 0; i < rows; i += 4) backward_rows(p, 1, &k, i, cols);
}

extern const am_trace_ops AM_ISA(AM_PASTE(am_trace, RULE_NAME));
const am_trace_ops AM_ISA(AM_PASTE(am_trace, RULE_NAME)) = {
    .has_E = RULE_HAS_E,
    .coefficients = trace_coefficients,
    .coefficients_back = trace_coefficients_back,
    .forward = trace_forward,
    .again = trace_again,
    .backward = trace_backward,
};
