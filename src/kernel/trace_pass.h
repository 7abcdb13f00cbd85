/* The passes of kernel/trace.h, written once. A rule's file includes this after it has defined
 *   RULE_NAME            the symbol is am_trace_<RULE_NAME>_<isa>
 *   RULE_HAS_E           1 if there is a second trace
 *   RULE_NEEDS_STATE     1 if the adjoint needs H0 or E0, the state as it was before the update
 *   RULE_USES_B          1 if the coefficient b is used
 *   rule_update, rule_adjoint, rule_coefficients, rule_coefficients_back
 * on vectors of 16 connections of one post unit, or of one connection in 16 episodes. */

#ifndef RULE_NAME
#error "define the rule first"
#endif

static void trace_coefficients(am_real *a, am_real *b, const am_real *eta, const am_real *x,
                               am_trace_constants constants, int n) {
  const rule_constants k = rule_constants_of(constants);
  for (int i = 0; i < n; i += 16) {
    vec av = v_zero(), bv = v_zero();
    rule_coefficients(&av, &bv, v_load(eta + i), v_load(x + i), &k);
    v_store(a + i, av);
    v_store(b + i, bv);
  }
}

static am_real trace_coefficients_back(am_real *deta, am_real *dx, const am_real *da,
                                       const am_real *db, const am_real *dk, const am_real *eta,
                                       const am_real *x, am_trace_constants constants, int n) {
  const rule_constants k = rule_constants_of(constants);
  vec deta_e = v_zero();
  for (int i = 0; i < n; i += 16) {
    vec de = v_zero(), dxv = v_load(dx + i);
    rule_coefficients_back(&de, &dxv, &deta_e, v_load(da + i), v_load(db + i), v_load(dk + i),
                           v_load(eta + i), v_load(x + i), &k);
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

/* 16 connections; returns their products added to `sum` */
VEC_INLINE vec forward_cell(forward_lane *q, int at, vec w, vec alpha, vec h, vec x, vec a, vec b,
                            vec sum, const rule_constants *k, int save) {
  vec H = v_load(q->H + at), E = v_zero();
  if (save) v_store(q->H_saved + at, H);
  if (RULE_HAS_E) {
    E = v_load(q->E + at);
    if (save) v_store(q->E_saved + at, E);
  }
  rule_update(&H, &E, h, a, b, k);
  v_store(q->H + at, H);
  if (RULE_HAS_E) v_store(q->E + at, E);
  return v_fma(v_fma(alpha, H, w), x, sum);
}

/* The block of 4 columns, and the sums of the four rows. */
VEC_INLINE void forward_tail(forward_lane *q, const am_trace_forward *p, int i, int j, vec w,
                             vec alpha, const rule_constants *k, int save) {
  const vec b = RULE_USES_B ? v_spread4(p->b + i) : v_zero();
  const vec tail = forward_cell(q, 4 * j, w, alpha, v_tile4(q->h + j), v_tile4(q->x + j),
                                v_spread4(p->a + i), b, v_zero(), k, save);
  v_sum4_tail(p->y + i, q->sum[0], q->sum[1], q->sum[2], q->sum[3], tail);
}

VEC_INLINE void forward_rows(const am_trace_forward *p, int n, const rule_constants *k, int i,
                             am_panel_shape shape, int save) {
  forward_lane q[AM_TRACE_LANES];
  const size_t start = (size_t)i * (size_t)shape.width;
  const am_real *w = p->w + start, *alpha = p->alpha + start;
  for (int l = 0; l < n; l++) forward_begin(&q[l], &p[l], i, start, save);
  for (int j = 0; j < shape.whole; j += 16) {
    vec h[AM_TRACE_LANES], x[AM_TRACE_LANES];
    for (int l = 0; l < n; l++) {
      h[l] = v_load(q[l].h + j);
      x[l] = v_load(q[l].x + j);
    }
    for (int r = 0; r < 4; r++) {
      const int at = 4 * j + 16 * r;
      const vec wv = v_load(w + at), av = v_load(alpha + at);
      for (int l = 0; l < n; l++)
        q[l].sum[r] =
            forward_cell(&q[l], at, wv, av, h[l], x[l], q[l].a[r], q[l].b[r], q[l].sum[r], k, save);
    }
  }
  if (!am_panel_has_tail(shape)) {
    for (int l = 0; l < n; l++)
      v_sum4(p[l].y + i, q[l].sum[0], q[l].sum[1], q[l].sum[2], q[l].sum[3]);
    return;
  }
  const vec wv = v_load(w + 4 * shape.whole), av = v_load(alpha + 4 * shape.whole);
  for (int l = 0; l < n; l++) forward_tail(&q[l], &p[l], i, shape.whole, wv, av, k, save);
}

VEC_INLINE void forward_all(const am_trace_forward *p, int n, am_trace_constants constants,
                            am_panel_shape shape, int save) {
  const rule_constants k = rule_constants_of(constants);
  for (int i = 0; i < shape.rows; i += 4) forward_rows(p, n, &k, i, shape, save);
}

static void trace_forward(const am_trace_forward *p, int n, am_trace_constants k,
                          am_panel_shape shape) {
  if (n == 2 && p->H_saved) forward_all(p, 2, k, shape, 1);
  else if (n == 2) forward_all(p, 2, k, shape, 0);
  else if (p->H_saved) forward_all(p, 1, k, shape, 1);
  else forward_all(p, 1, k, shape, 0);
}

/* ------------------------------------------------------------------------------ again */
/* What `again` was asked for. */
typedef struct again_run {
  am_real *H, *E;
  const am_real *H0, *E0, *a, *b, *h;
  int n;
  size_t size, post_step, pre_step; /* of a panel; of a and b, and of h, from update to update */
} again_run;

/* One block of 16 columns, as four vectors, or of 4 columns in one. */
VEC_INLINE void again_block(const again_run *q, const rule_constants *k, size_t at, int i, int j,
                            int n_vectors, int every) {
  am_real *H = q->H + at, *E = RULE_HAS_E ? q->E + at : NULL;
  const am_real *a = q->a + i, *b = q->b + i, *h = q->h + j;
  vec Hv[4], Ev[4];
  for (int r = 0; r < n_vectors; r++) {
    Hv[r] = v_load(q->H0 + at + 16 * r);
    Ev[r] = RULE_HAS_E ? v_load(q->E0 + at + 16 * r) : v_zero();
  }
  for (int s = 0; s < q->n; s++, a += q->post_step, b += q->post_step, h += q->pre_step) {
    if (n_vectors == 1) {
      const vec bv = RULE_USES_B ? v_spread4(b) : v_zero();
      rule_update(&Hv[0], &Ev[0], v_tile4(h), v_spread4(a), bv, k);
    } else {
      const vec hv = v_load(h);
      for (int r = 0; r < 4; r++)
        rule_update(&Hv[r], &Ev[r], hv, v_set1(a[r]), v_set1(RULE_USES_B ? b[r] : 0), k);
    }
    if ((s + 1) % every) continue;
    for (int r = 0; r < n_vectors; r++) {
      v_store(H + 16 * r, Hv[r]);
      if (RULE_HAS_E) v_store(E + 16 * r, Ev[r]);
    }
    H += q->size;
    if (RULE_HAS_E) E += q->size;
  }
}

VEC_INLINE void again_all(const again_run *q, am_trace_constants constants, am_panel_shape shape,
                          int every) {
  const rule_constants k = rule_constants_of(constants);
  size_t at = 0;
  for (int i = 0; i < shape.rows; i += 4) {
    for (int j = 0; j < shape.whole; j += 16, at += 64) again_block(q, &k, at, i, j, 4, every);
    if (!am_panel_has_tail(shape)) continue;
    again_block(q, &k, at, i, shape.whole, 1, every);
    at += 16;
  }
}

static void trace_again(am_real *H, am_real *E, const am_real *H0, const am_real *E0,
                        const am_real *a, const am_real *b, const am_real *h, size_t post_step,
                        size_t pre_step, am_trace_constants k, int n, int every,
                        am_panel_shape shape) {
  const size_t size = am_panel_elements(shape);
  const again_run q = {H, E, H0, E0, a, b, h, n, size, post_step, pre_step};
  if (every == 2) again_all(&q, k, shape, 2);
  else again_all(&q, k, shape, 1);
}

/* ------------------------------------------------------------------------------ backward */
/* Two lanes read and write more arrays than a processor has registers for their addresses. What is
 * as long as a layer is therefore gathered first, in the order in which the pass needs it. */
typedef struct backward_cols { /* 16 columns of a lane */
  am_real x[16], h[16], h0[16], dx[16], dh[16];
} backward_cols;
typedef struct backward_row { /* a row of a lane; a0, b0 of the update before, if ahead is 2 */
  am_real dy, a, b, a0, b0;
} backward_row;
_Static_assert(sizeof(backward_cols) == 16 * AM_TRACE_GATHERED * sizeof(am_real) &&
                   sizeof(backward_row) == AM_TRACE_GATHERED * sizeof(am_real),
               "am_trace_scratch says how much is gathered");

VEC_INLINE void backward_gather(const am_trace_backward *p, int n, int ahead, backward_cols *c,
                                backward_row *rows, am_panel_shape shape) {
  for (int j = 0; j < shape.whole; j += 16)
    for (int l = 0; l < n; l++, c++) {
      v_store(c->x, v_load(p[l].x + j));
      v_store(c->h, v_load(p[l].h + j));
      if (ahead == 2) v_store(c->h0, v_load(p[l].h0 + j));
      v_store(c->dx, v_load(p[l].dx + j));
      v_store(c->dh, v_load(p[l].dh + j));
    }
  for (int i = 0; i < shape.rows; i++)
    for (int l = 0; l < n; l++, rows++) {
      rows->dy = p[l].dy[i];
      rows->a = p[l].a[i];
      if (RULE_USES_B) rows->b = p[l].b[i];
      if (ahead == 2) rows->a0 = p[l].a0[i];
      if (RULE_USES_B && ahead == 2) rows->b0 = p[l].b0[i];
    }
}

VEC_INLINE void backward_scatter(const am_trace_backward *p, int n, const backward_cols *c,
                                 am_panel_shape shape) {
  for (int j = 0; j < shape.whole; j += 16)
    for (int l = 0; l < n; l++, c++) {
      v_store(p[l].dx + j, v_load(c->dx));
      v_store(p[l].dh + j, v_load(c->dh));
    }
}

/* What 16 connections have from their rows, */
typedef struct backward_post {
  vec dy, a, b, a0, b0;
} backward_post;
/* and from their columns. */
typedef struct backward_pre {
  vec x, h, h0; /* given */
  vec dx, dh;   /* added to */
} backward_pre;

/* What is added up over a row. */
typedef struct backward_sums {
  vec da, db, dk;
} backward_sums;

/* One lane on the way back through four rows. */
typedef struct backward_lane {
  const am_real *H, *E;
  am_real *dH, *dE;
  backward_sums row[4];
} backward_lane;

VEC_INLINE void backward_begin(backward_lane *q, const am_trace_backward *p, size_t start) {
  q->H = p->H + start;
  q->E = RULE_HAS_E ? p->E + start : NULL;
  q->dH = p->dH + start;
  q->dE = RULE_HAS_E ? p->dE + start : NULL;
  for (int r = 0; r < 4; r++) q->row[r] = (backward_sums){v_zero(), v_zero(), v_zero()};
}

VEC_INLINE backward_post backward_post_of(const backward_row *row, int ahead) {
  return (backward_post){
      .dy = v_set1(row->dy),
      .a = v_set1(row->a),
      .b = v_set1(RULE_USES_B ? row->b : 0),
      .a0 = v_set1(ahead == 2 ? row->a0 : 0),
      .b0 = v_set1(ahead == 2 && RULE_USES_B ? row->b0 : 0),
  };
}

VEC_INLINE backward_pre backward_pre_of(const backward_cols *c, int ahead) {
  return (backward_pre){v_load(c->x), v_load(c->h), ahead == 2 ? v_load(c->h0) : v_zero(),
                        v_load(c->dx), v_load(c->dh)};
}

/* 16 connections; returns dalpha with this lane's part added */
VEC_INLINE vec backward_cell(const backward_lane *q, backward_sums *s, backward_post i,
                             backward_pre *j, int ahead, int at, vec w, vec alpha, vec dalpha,
                             const rule_constants *k) {
  vec H = v_load(q->H + at), E = RULE_HAS_E ? v_load(q->E + at) : v_zero();
  if (ahead == 2) rule_update(&H, &E, j->h0, i.a0, i.b0, k);
  const vec H0 = H, E0 = E;
  if (ahead > 0) rule_update(&H, &E, j->h, i.a, i.b, k);
  const vec g = v_mul(i.dy, j->x); /* gradient of the effective weight */
  rule_gradient d = {.H = v_fma(g, alpha, v_load(q->dH + at)),
                     .E = RULE_HAS_E ? v_load(q->dE + at) : v_zero(),
                     .h = j->dh,
                     .a = s->da,
                     .b = s->db,
                     .k = s->dk};
  rule_adjoint(&d, H, H0, E0, j->h, i.a, i.b, k);
  v_store(q->dH + at, d.H);
  if (RULE_HAS_E) v_store(q->dE + at, d.E);
  j->dx = v_fma(v_fma(alpha, H, w), i.dy, j->dx);
  j->dh = d.h;
  s->da = d.a;
  s->db = d.b;
  s->dk = d.k;
  return v_fma(g, H, dalpha);
}

/* What the block of 4 columns of a lane adds up over all rows. */
typedef struct backward_fold {
  vec dx, dh;
} backward_fold;

/* The block of 4 columns of a lane, and what the four rows added up; returns dalpha with its part
 * added. */
VEC_INLINE vec backward_tail(const backward_lane *q, backward_fold *f, const am_trace_backward *p,
                             int ahead, int i, int j, vec w, vec alpha, vec dalpha,
                             const rule_constants *k) {
  backward_post post = {
      .dy = v_spread4(p->dy + i),
      .a = v_spread4(p->a + i),
      .b = RULE_USES_B ? v_spread4(p->b + i) : v_zero(),
      .a0 = ahead == 2 ? v_spread4(p->a0 + i) : v_zero(),
      .b0 = ahead == 2 && RULE_USES_B ? v_spread4(p->b0 + i) : v_zero(),
  };
  backward_sums sum = {v_zero(), v_zero(), v_zero()};
  backward_pre pre = {v_tile4(p->x + j), v_tile4(p->h + j),
                      ahead == 2 ? v_tile4(p->h0 + j) : v_zero(), f->dx, f->dh};
  dalpha = backward_cell(q, &sum, post, &pre, ahead, 4 * j, w, alpha, dalpha, k);
  *f = (backward_fold){pre.dx, pre.dh};
  const backward_sums *s = q->row;
  v_sum4_tail(p->da + i, s[0].da, s[1].da, s[2].da, s[3].da, sum.da);
  if (RULE_USES_B) v_sum4_tail(p->db + i, s[0].db, s[1].db, s[2].db, s[3].db, sum.db);
  if (RULE_HAS_E) v_sum4_tail(p->dk + i, s[0].dk, s[1].dk, s[2].dk, s[3].dk, sum.dk);
  return dalpha;
}

/* What four rows added up, without a block of 4 columns. */
VEC_INLINE void backward_end(const backward_sums *s, const am_trace_backward *p, int i) {
  v_sum4(p->da + i, s[0].da, s[1].da, s[2].da, s[3].da);
  if (RULE_USES_B) v_sum4(p->db + i, s[0].db, s[1].db, s[2].db, s[3].db);
  if (RULE_HAS_E) v_sum4(p->dk + i, s[0].dk, s[1].dk, s[2].dk, s[3].dk);
}

/* 4 rows of 16 columns */
VEC_INLINE void backward_block(backward_lane *q, backward_cols *c, const backward_row *rows, int n,
                               int ahead, const am_real *w, const am_real *alpha, am_real *dalpha,
                               int at, const rule_constants *k) {
  backward_pre pre[AM_TRACE_LANES];
  for (int l = 0; l < n; l++) pre[l] = backward_pre_of(&c[l], ahead);
  for (int r = 0; r < 4; r++, at += 16) {
    const vec wv = v_load(w + at), av = v_load(alpha + at);
    vec d = v_load(dalpha + at);
    for (int l = 0; l < n; l++) {
      const backward_post post = backward_post_of(&rows[n * r + l], ahead);
      d = backward_cell(&q[l], &q[l].row[r], post, &pre[l], ahead, at, wv, av, d, k);
    }
    v_store(dalpha + at, d);
  }
  for (int l = 0; l < n; l++) {
    v_store(c[l].dx, pre[l].dx);
    v_store(c[l].dh, pre[l].dh);
  }
}

VEC_INLINE void backward_rows(backward_fold *f, const am_trace_backward *p, int n, int ahead,
                              backward_cols *c, const backward_row *rows, const rule_constants *k,
                              int i, am_panel_shape shape) {
  backward_lane q[AM_TRACE_LANES];
  const size_t start = (size_t)i * (size_t)shape.width;
  const am_real *w = p->w + start, *alpha = p->alpha + start;
  am_real *dalpha = p->dalpha + start;
  for (int l = 0; l < n; l++) backward_begin(&q[l], &p[l], start);
  for (int j = 0; j < shape.whole; j += 16, c += n)
    backward_block(q, c, rows, n, ahead, w, alpha, dalpha, 4 * j, k);
  if (!am_panel_has_tail(shape)) {
    for (int l = 0; l < n; l++) backward_end(q[l].row, &p[l], i);
    return;
  }
  const int at = 4 * shape.whole;
  const vec wv = v_load(w + at), av = v_load(alpha + at);
  vec d = v_load(dalpha + at);
  for (int l = 0; l < n; l++)
    d = backward_tail(&q[l], &f[l], &p[l], ahead, i, shape.whole, wv, av, d, k);
  v_store(dalpha + at, d);
}

VEC_INLINE void backward_all(const am_trace_backward *p, int n, int ahead,
                             am_trace_constants constants, am_panel_shape shape) {
  const rule_constants k = rule_constants_of(constants);
  backward_cols *c = (backward_cols *)(void *)p->scratch;
  backward_row *rows = (backward_row *)(void *)(c + shape.whole / 16 * n);
  backward_fold f[AM_TRACE_LANES];
  for (int l = 0; l < n; l++) f[l] = (backward_fold){v_zero(), v_zero()};
  backward_gather(p, n, ahead, c, rows, shape);
  for (int i = 0; i < shape.rows; i += 4)
    backward_rows(f, p, n, ahead, c, rows + i * n, &k, i, shape);
  backward_scatter(p, n, c, shape);
  if (!am_panel_has_tail(shape)) return;
  for (int l = 0; l < n; l++) {
    panel_add_folded(p[l].dx + shape.whole, f[l].dx);
    panel_add_folded(p[l].dh + shape.whole, f[l].dh);
  }
}

/* Two lanes in one pass on the way back need the 32 wide registers of AVX-512. Where they would be
 * put aside all the time, one after the other is faster; the order of sums is the same. */
#if defined(AMINE_VEC_AVX2) || defined(AMINE_VEC_NEON)
#define BACKWARD_TOGETHER 1
#else
#define BACKWARD_TOGETHER 2
#endif

static void trace_backward(const am_trace_backward *p, int n, int ahead, am_trace_constants k,
                           am_panel_shape shape) {
  const int far = RULE_NEEDS_STATE ? 2 : 0; /* the other is 1 */
  for (int l = 0; l < n; l += BACKWARD_TOGETHER) {
    const int together = BACKWARD_TOGETHER == 2 && n - l > 1;
    if (together && ahead == far) backward_all(p + l, 2, far, k, shape);
    else if (together) backward_all(p + l, 2, 1, k, shape);
    else if (ahead == far) backward_all(p + l, 1, far, k, shape);
    else backward_all(p + l, 1, 1, k, shape);
  }
}

/* ------------------------------------------------------------------------------ on lanes */
static void trace_lanes_update(const am_trace_lanes *p, am_trace_constants constants, int rows,
                               int cols) {
  const rule_constants k = rule_constants_each(constants, p->eta_e);
  const size_t row = (size_t)cols * VEC_LANES;
  for (int i = 0; i < rows; i++) {
    const am_real *H = p->H + (size_t)i * row, *E = RULE_HAS_E ? p->E + (size_t)i * row : NULL;
    am_real *H_next = p->H_next + (size_t)i * row;
    am_real *E_next = RULE_HAS_E ? p->E_next + (size_t)i * row : NULL;
    const size_t at = (size_t)i * VEC_LANES;
    vec a = v_zero(), b = v_zero(), e = v_zero();
    rule_coefficients(&a, &b, v_load(p->eta + (size_t)i * p->eta_step), v_load(p->post + at), &k);
    v_store(p->a + at, a);
    v_store(p->b + at, b);
    for (size_t j = 0; j < row; j += VEC_LANES) {
      vec now = v_load(H + j);
      if (RULE_HAS_E) e = v_load(E + j);
      rule_update(&now, &e, v_load(p->h + j), a, b, &k);
      v_store(H_next + j, now);
      if (RULE_HAS_E) v_store(E_next + j, e);
    }
  }
}

/* What one row on the way back reads, and what it adds up. */
typedef struct lanes_row {
  const am_real *H, *E, *H0, *E0, *w, *alpha;
  am_real *dH, *dE;
  vec dy, a, b;
  backward_sums sum;
} lanes_row;

VEC_INLINE lanes_row lanes_row_of(const am_trace_lanes_back *p, int i, int cols) {
  const size_t at = (size_t)i * VEC_LANES, row = at * (size_t)cols;
  return (lanes_row){.H = p->H + row,
                     .E = RULE_HAS_E ? p->E + row : NULL,
                     .H0 = RULE_NEEDS_STATE ? p->H0 + row : NULL,
                     .E0 = RULE_HAS_E ? p->E0 + row : NULL,
                     .w = p->w + (size_t)i * p->w_row,
                     .alpha = p->alpha + (size_t)i * p->alpha_row,
                     .dH = p->dH + row,
                     .dE = RULE_HAS_E ? p->dE + row : NULL,
                     .dy = v_load(p->dy + at),
                     .a = v_load(p->a + at),
                     .b = RULE_USES_B ? v_load(p->b + at) : v_zero(),
                     .sum = {v_zero(), v_zero(), v_zero()}};
}

/* One connection; h, x and what is added to dx and dh are of its column. */
VEC_INLINE void lanes_back_cell(lanes_row *r, backward_pre *c, size_t j, const rule_constants *k,
                                int ones) {
  const vec H = v_load(r->H + j), w = v_set1(*r->w), alpha = ones ? v_zero() : v_set1(*r->alpha);
  const vec dH = v_load(r->dH + j);
  rule_gradient d = {.H = ones ? v_fma(r->dy, c->x, dH) : v_fma(v_mul(r->dy, c->x), alpha, dH),
                     .E = RULE_HAS_E ? v_load(r->dE + j) : v_zero(),
                     .h = c->dh,
                     .a = r->sum.da,
                     .b = r->sum.db,
                     .k = r->sum.dk};
  rule_adjoint(&d, H, RULE_NEEDS_STATE ? v_load(r->H0 + j) : v_zero(),
               RULE_HAS_E ? v_load(r->E0 + j) : v_zero(), c->h, r->a, r->b, k);
  c->dx = v_fma(ones ? v_add(H, w) : v_fma(alpha, H, w), r->dy, c->dx);
  c->dh = d.h;
  v_store(r->dH + j, d.H);
  if (RULE_HAS_E) v_store(r->dE + j, d.E);
  r->sum = (backward_sums){d.a, d.b, d.k};
}

/* n <= 2 rows from i on, side by side: what they share of their columns is read once. */
VEC_INLINE void lanes_back_rows(lanes_row *r, const am_trace_lanes_back *p, const rule_constants *k,
                                int i, int n, int cols, int ones) {
  for (int q = 0; q < n; q++) r[q] = lanes_row_of(p, i + q, cols);
  for (size_t j = 0; j < (size_t)cols * VEC_LANES; j += VEC_LANES) {
    backward_pre c = {.x = v_load(p->x + j),
                      .h = v_load(p->h + j),
                      .dx = v_load(p->dx + j),
                      .dh = v_load(p->dh + j)};
    for (int q = 0; q < n; q++) {
      lanes_back_cell(&r[q], &c, j, k, ones);
      r[q].w += p->w_col, r[q].alpha += p->alpha_col;
    }
    v_store(p->dx + j, c.dx);
    v_store(p->dh + j, c.dh);
  }
}

/* From what row i added up to what it took up. */
VEC_INLINE void lanes_back_ends(const am_trace_lanes_back *p, backward_sums d, vec *rate,
                                const rule_constants *k, int i) {
  const size_t at = (size_t)i * VEC_LANES, eta = (size_t)i * p->eta_step;
  vec de = v_zero(), dx = p->dpost ? v_load(p->dpost + at) : v_zero();
  rule_coefficients_back(&de, &dx, rate, d.da, d.db, d.dk, v_load(p->eta + eta),
                         v_load(p->post + at), k);
  if (p->deta) v_store(p->deta + eta, v_add(v_load(p->deta + eta), de));
  if (p->dpost) v_store(p->dpost + at, dx);
}

VEC_INLINE void lanes_back_all(const am_trace_lanes_back *p, am_trace_constants constants, int rows,
                               int cols, int ones) {
  const rule_constants k = rule_constants_each(constants, p->eta_e);
  vec rate = v_load(p->deta_e);
  lanes_row r[2];
  for (int i = 0; i < rows; i += 2) {
    const int n = rows - i < 2 ? 1 : 2;
    if (n == 2) lanes_back_rows(r, p, &k, i, 2, cols, ones);
    else lanes_back_rows(r, p, &k, i, 1, cols, ones);
    for (int q = 0; q < n; q++) lanes_back_ends(p, r[q].sum, &rate, &k, i + q);
  }
  v_store(p->deta_e, rate);
}

static void trace_lanes_backward(const am_trace_lanes_back *p, am_trace_constants k, int rows,
                                 int cols) {
  const int ones = p->alpha_row == 0 && p->alpha_col == 0 && *p->alpha == 1;
  if (ones) lanes_back_all(p, k, rows, cols, 1);
  else lanes_back_all(p, k, rows, cols, 0);
}

/* Of n <= 4 connections of a row, whose traces stay in registers all the while. */
VEC_INLINE void collect_some(am_real *sums, const am_trace_window *w, const rule_constants *k,
                             int i, int j, int n) {
  const size_t row = (size_t)i * VEC_LANES, col = (size_t)j * VEC_LANES;
  const am_real *dy = w->dy + row, *a = w->a + row, *b = w->b + row;
  const am_real *x = w->x + col, *h = w->h + col;
  vec H[4], E[4], sum[4];
  for (int q = 0; q < 4; q++) H[q] = E[q] = sum[q] = v_zero();
  for (int t = 0; t < w->n_steps; t++) {
    const vec dyv = v_load(dy), av = v_load(a), bv = v_load(b);
    for (int q = 0; q < n; q++) {
      sum[q] = v_fma(v_mul(dyv, v_load(x + q * VEC_LANES)), H[q], sum[q]);
      if (RULE_HAS_E && w->keep) E[q] = v_mul(E[q], v_load(w->keep + (size_t)t * VEC_LANES));
      rule_update(&H[q], &E[q], v_load(h + q * VEC_LANES), av, bv, k);
    }
    dy += w->dy_step, x += w->x_step, a += w->a_step, b += w->a_step, h += w->h_step;
  }
  v_sum4(sums, sum[0], sum[1], sum[2], sum[3]);
}

static void trace_lanes_collect(am_real *dalpha, size_t row, size_t col, const am_trace_window *w,
                                am_trace_constants constants, int rows, int cols) {
  const rule_constants k = rule_constants_each(constants, w->eta_e);
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < cols; j += 4) {
      const int n = cols - j < 4 ? cols - j : 4;
      am_real sums[4];
      if (n == 4) collect_some(sums, w, &k, i, j, 4);
      else collect_some(sums, w, &k, i, j, n);
      for (int q = 0; q < n; q++) dalpha[(size_t)i * row + (size_t)(j + q) * col] += sums[q];
    }
}

extern const am_trace_ops AM_ISA(AM_PASTE(am_trace, RULE_NAME));
const am_trace_ops AM_ISA(AM_PASTE(am_trace, RULE_NAME)) = {
    .has_E = RULE_HAS_E,
    .needs_state = RULE_NEEDS_STATE,
    .coefficients = trace_coefficients,
    .coefficients_back = trace_coefficients_back,
    .forward = trace_forward,
    .again = trace_again,
    .backward = trace_backward,
    .lanes_update = trace_lanes_update,
    .lanes_backward = trace_lanes_backward,
    .lanes_collect = trace_lanes_collect,
};
