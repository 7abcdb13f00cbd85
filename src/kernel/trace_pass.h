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

VEC_INLINE void forward_rows(const am_trace_forward *p, const rule_constants *k, int i, int cols,
                             int save) {
  vec s[4], a[4], b[4];
  for (int r = 0; r < 4; r++) {
    s[r] = v_zero();
    a[r] = v_set1(p->a[i + r]);
    b[r] = v_set1(RULE_USES_B ? p->b[i + r] : 0);
  }
  const size_t start = (size_t)i * (size_t)cols;
  const am_real *w = p->w + start, *alpha = p->alpha + start;
  am_real *H = p->H + start, *E = RULE_HAS_E ? p->E + start : NULL;
  am_real *H_saved = save ? p->H_saved + start : NULL;
  am_real *E_saved = save && RULE_HAS_E ? p->E_saved + start : NULL;
  const am_real *hs = p->h, *xs = p->x;
  for (int j = 0; j < cols; j += 16) {
    const vec h = v_load(hs + j), x = v_load(xs + j);
    for (int r = 0; r < 4; r++) {
      const int at = 4 * j + 16 * r;
      vec Hv = v_load(H + at), Ev = v_zero();
      if (save) v_store(H_saved + at, Hv);
      if (RULE_HAS_E) {
        Ev = v_load(E + at);
        if (save) v_store(E_saved + at, Ev);
      }
      rule_update(&Hv, &Ev, h, a[r], b[r], k);
      v_store(H + at, Hv);
      if (RULE_HAS_E) v_store(E + at, Ev);
      s[r] = v_fma(v_fma(v_load(alpha + at), Hv, v_load(w + at)), x, s[r]);
    }
  }
  v_sum4(p->y + i, s[0], s[1], s[2], s[3]);
}

static void trace_forward(const am_trace_forward *p, am_trace_constants constants, int rows,
                          int cols) {
  const rule_constants k = rule_constants_of(constants);
  if (p->H_saved)
    for (int i = 0; i < rows; i += 4) forward_rows(p, &k, i, cols, 1);
  else
    for (int i = 0; i < rows; i += 4) forward_rows(p, &k, i, cols, 0);
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
        const am_real *as = a + (size_t)s * (size_t)cols + i, *bs = b + (size_t)s * (size_t)cols + i;
        am_real *Hs = H + (size_t)s * size + at, *Es = E + (RULE_HAS_E ? (size_t)s * size + at : 0);
        for (int r = 0; r < 4; r++) {
          rule_update(&Hv[r], &Ev[r], hv, v_set1(as[r]), v_set1(RULE_USES_B ? bs[r] : 0), &k);
          v_store(Hs + 16 * r, Hv[r]);
          if (RULE_HAS_E) v_store(Es + 16 * r, Ev[r]);
        }
      }
    }
}

VEC_INLINE void backward_rows(const am_trace_backward *p, const rule_constants *k, int i,
                              int cols) {
  vec dy[4], a[4], b[4], da[4], db[4], dk[4];
  for (int r = 0; r < 4; r++) {
    da[r] = db[r] = dk[r] = v_zero();
    dy[r] = v_set1(p->dy[i + r]);
    a[r] = v_set1(p->a[i + r]);
    b[r] = v_set1(RULE_USES_B ? p->b[i + r] : 0);
  }
  const size_t start = (size_t)i * (size_t)cols;
  const am_real *w = p->w + start, *alpha = p->alpha + start, *H = p->H + start;
  const am_real *H0 = p->H0 + start, *E0 = RULE_HAS_E ? p->E0 + start : NULL;
  am_real *dH = p->dH + start, *dE = RULE_HAS_E ? p->dE + start : NULL;
  am_real *dalpha = p->dalpha + start, *dxs = p->dx, *dhs = p->dh;
  const am_real *xs = p->x, *hs = p->h;
  for (int j = 0; j < cols; j += 16) {
    const vec x = v_load(xs + j), h = v_load(hs + j);
    vec dx = v_load(dxs + j), dh = v_load(dhs + j);
    for (int r = 0; r < 4; r++) {
      const int at = 4 * j + 16 * r;
      const vec Hv = v_load(H + at), av = v_load(alpha + at);
      const vec g = v_mul(dy[r], x); /* gradient of the effective weight */
      dx = v_fma(v_fma(av, Hv, v_load(w + at)), dy[r], dx);
      v_store(dalpha + at, v_fma(g, Hv, v_load(dalpha + at)));
      rule_gradient d = {.H = v_fma(g, av, v_load(dH + at)),
                         .E = RULE_HAS_E ? v_load(dE + at) : v_zero(),
                         .h = dh, .a = da[r], .b = db[r], .k = dk[r]};
      rule_adjoint(&d, Hv, RULE_USES_H0 ? v_load(H0 + at) : v_zero(),
                   RULE_HAS_E ? v_load(E0 + at) : v_zero(), h, a[r], b[r], k);
      v_store(dH + at, d.H);
      if (RULE_HAS_E) v_store(dE + at, d.E);
      dh = d.h;
      da[r] = d.a;
      db[r] = d.b;
      dk[r] = d.k;
    }
    v_store(dxs + j, dx);
    v_store(dhs + j, dh);
  }
  v_sum4(p->da + i, da[0], da[1], da[2], da[3]);
  if (RULE_USES_B) v_sum4(p->db + i, db[0], db[1], db[2], db[3]);
  if (RULE_HAS_E) v_sum4(p->dk + i, dk[0], dk[1], dk[2], dk[3]);
}

static void trace_backward(const am_trace_backward *p, am_trace_constants constants, int rows,
                           int cols) {
  const rule_constants k = rule_constants_of(constants);
  for (int i = 0; i < rows; i += 4) backward_rows(p, &k, i, cols);
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
