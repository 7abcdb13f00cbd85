/* exp, tanh, the logistic sigmoid, log and softmax on the 16-wide vector.
 *
 * Promise: the float forms use nothing but the operations of base/vec.h, each exactly rounded or a
 * selection, so every instruction set and compiler gives the same bits, NaN payloads aside (build
 * with -ffp-contract=off, round to nearest, subnormals on). NaN gives NaN. The largest error over
 * all 2^32 floats, in units in the last place, measured by tests/kernel/test_math.c --all:
 *
 *   v_exp      1.01   overflows to +inf, underflows through the subnormals to 0
 *   v_tanh     1.16   odd to the bit, never above 1 in magnitude, tanh(+-0) = +-0
 *   v_sigmoid  1.66   1/(1 + e^-x), in [0, 1], precise in its lower tail too
 *   v_log      0.95   natural; log(+-0) = -inf, below 0 NaN, subnormals included
 *   v_exprel   2.14   (e^x - 1) / x, 1 at 0, +inf where e^x is; of every 1021st float
 *
 * From one float to the next v_exp, v_tanh and v_log never fall; v_sigmoid can, by one last place,
 * for |x| < 2.
 *
 * The double form (AMINE_VEC_F64) calls the C library for each element: it serves gradient checks.
 *
 * Method. x = n ln 2 + r with n = round(x / ln 2): adding 1.5 * 2^23 leaves n in the low bits of
 * the sum, and a shift of those makes 2^n. Then e^x = 2^n (1 + w) with w = e^r - 1. For log,
 * x = 2^k m with m in [sqrt(1/2), sqrt 2). The three polynomials are our own minimax fits: Remez
 * exchange with 50 decimal digits, the error weighted relative to the function, then each
 * coefficient rounded to float. The remark "left" says how far the rounded polynomial is from the
 * function, in units of 2^-24. */
#ifndef AMINE_KERNEL_MATH_H
#define AMINE_KERNEL_MATH_H

#include <stddef.h>

#include "base/vec.h"

#if defined(AMINE_VEC_ONE) /* which may have no C library */
#define MATH_INFINITY __builtin_inff()
#define MATH_NAN __builtin_nanf("")
#else
#include <math.h>
#if defined(AMINE_WIDE)
#include "kernel/exponential.h"
#endif
#define MATH_INFINITY INFINITY
#define MATH_NAN NAN
#endif

#if defined(AMINE_VEC_F64)

#define MATH_EACH(name, expr)                                                                      \
  VEC_INLINE vec name(vec a) {                                                                     \
    for (int k = 0; k < VEC_LANES; k++) {                                                          \
      const real x = a.e[k];                                                                       \
      a.e[k] = (expr);                                                                             \
    }                                                                                              \
    return a;                                                                                      \
  }
#if defined(AMINE_WIDE) /* the same bits under every C library: a part of the engine */
MATH_EACH(v_exp, am_exp(x))
MATH_EACH(v_tanh, am_tanh(x))
MATH_EACH(v_sigmoid, (x < 0 ? am_exp(x) : 1) / (1 + am_exp(-fabs(x))))
MATH_EACH(v_log, x > 0 && x < MATH_INFINITY ? am_log(x)
                 : x == 0                   ? -(real)MATH_INFINITY
                 : x > 0                    ? x
                                            : MATH_NAN)
MATH_EACH(v_exprel, x == 0 ? 1 : am_expm1(x) / fmin(x, 1000))
#else
MATH_EACH(v_exp, exp(x))
MATH_EACH(v_tanh, tanh(x))
MATH_EACH(v_sigmoid, (x < 0 ? exp(x) : 1) / (1 + exp(-fabs(x))))
MATH_EACH(v_log, log(x))
MATH_EACH(v_exprel, x == 0 ? 1 : expm1(x) / fmin(x, 1000))
#endif
#undef MATH_EACH

#else

/* t + MATH_ROUND rounds t to an integer, |t| < 2^22, and keeps it in the low bits of the sum */
#define MATH_ROUND 0x1.8p+23f
#define MATH_LOG2E 0x1.715476p+0f
/* ln 2 = MATH_LN2 + MATH_LN2_REST, each the nearest float */
#define MATH_LN2 0x1.62e43p-1f
#define MATH_LN2_REST -0x1.05c61p-29f
/* ln 2 again, the first part so short that its product with any exponent is exact */
#define MATH_LN2_SHORT 0x1.62e4p-1f
#define MATH_LN2_SHORT_REST 0x1.7f7d1cp-20f

/* e^r - 1 for |r| <= ln(2)/2; left: 0.06 relative to e^r */
VEC_INLINE vec math_expm1(vec r) {
  vec q = v_set1(0x1.6a242ep-10f);
  q = v_fma(q, r, v_set1(0x1.1239e2p-7f));
  q = v_fma(q, r, v_set1(0x1.5558f2p-5f));
  q = v_fma(q, r, v_set1(0x1.555492p-3f));
  q = v_fma(q, r, v_set1(0x1.fffffcp-2f));
  return v_fma(v_mul(r, r), q, r);
}

/* x - n ln 2, for x within ln(2)/2 of n ln 2: the first step is exact, only the second rounds */
VEC_INLINE vec math_remainder(vec x, vec n) {
  vec r = v_fnma(n, v_set1(MATH_LN2), x);
  return v_fnma(n, v_set1(MATH_LN2_REST), r);
}

/* From -104 to 89 the exponents n span -150 to 128, more than one float factor can hold. So 2^n is
 * the product of two halves, both in range, and only the last multiplication can round. */
VEC_INLINE vec v_exp(vec x) {
  const vec bias1 = v_set1(MATH_ROUND + 127), bias2 = v_set1(MATH_ROUND + 254);
  x = v_max(v_set1(-104), v_min(v_set1(89), x));
  vec t = v_fma(x, v_set1(MATH_LOG2E), bias2);
  vec half = v_fma(x, v_set1(0.5f * MATH_LOG2E), bias1);
  vec s1 = v_frombits(vb_exponent_up(v_bits(half)));
  vec s2 = v_frombits(vb_exponent_up(vb_sub(v_bits(t), v_bits(half))));
  vec w = math_expm1(math_remainder(x, v_sub(t, bias2)));
  return v_mul(v_fma(s1, w, s1), s2);
}

/* Below 0.65 an odd polynomial, left: 0.18. Above, 1 - 2/(e^2|x| + 1), which is 1 to the last bit
 * from |x| = 9.02 on; there the error of ln 2 as a single float has no weight. */
VEC_INLINE vec v_tanh(vec x) {
  const vec one = v_set1(1), bias = v_set1(MATH_ROUND + 127);
  vec a = v_abs(x);
  vec z = v_mul(a, a);
  vec p = v_set1(-0x1.63fd7ep-8f);
  p = v_fma(p, z, v_set1(0x1.4e34p-6f));
  p = v_fma(p, z, v_set1(-0x1.b7a8f6p-5f));
  p = v_fma(p, z, v_set1(0x1.110342p-3f));
  p = v_fma(p, z, v_set1(-0x1.555526p-2f));
  vec small = v_fma(v_mul(z, a), p, a);

  vec y = v_min(v_set1(19), v_add(a, a));
  vec t = v_fma(y, v_set1(MATH_LOG2E), bias);
  vec s = v_frombits(vb_exponent_up(v_bits(t)));
  vec w = math_expm1(v_fnma(v_sub(t, bias), v_set1(MATH_LN2), y));
  vec d = v_fma(s, w, v_add(s, one)); /* e^y + 1 */
  vec large = v_sub(one, v_div(v_set1(2), d));
  return v_copysign(v_select(v_lt(a, v_set1(0.65f)), small, large), x);
}

/* With e = e^-|x|: 1 - e/(1 + e), or e - e e/(1 + e) where x is negative, so that the roundings
 * inside the quotient lose weight as it shrinks. e is made 2^100 times too large, which keeps the
 * exponents -150 to 0 in the range of one factor, and brought back by a multiplication. */
VEC_INLINE vec v_sigmoid(vec x) {
  const vec one = v_set1(1), bias = v_set1(MATH_ROUND + 127 + 100);
  vec y = v_max(v_set1(-104), v_copysign(x, v_set1(-1)));
  vec t = v_fma(y, v_set1(MATH_LOG2E), bias);
  vec s = v_frombits(vb_exponent_up(v_bits(t)));
  vec w = math_expm1(math_remainder(y, v_sub(t, bias)));
  vec e = v_mul(v_fma(s, w, s), v_set1(0x1p-100f));
  vec base = v_select(v_lt(x, v_zero()), e, one);
  return v_fnma(base, v_div(e, v_add(one, e)), base);
}

/* log(1 + f) = f - f^2/2 + f^3 p(f); left: 0.12. The sum k ln 2 + f is kept in two floats. */
VEC_INLINE vec v_log(vec x) {
  const vec inf = v_set1(MATH_INFINITY), zero = v_zero();
  vmask subnormal = v_lt(x, v_set1(0x1p-126f));
  vbits b = v_bits(v_select(subnormal, v_mul(x, v_set1(0x1p+23f)), x));
  vbits e = vb_exponent_down(vb_sub(b, vb_set1(0x3f3504f3))); /* less the bits of sqrt(1/2) */
  vec f = v_sub(v_frombits(vb_sub(b, vb_exponent_up(e))), v_set1(1));
  vec k = v_sub(vb_toreal(e), v_select(subnormal, v_set1(23), zero));
  vec p = v_set1(-0x1.38b6c2p-4f);
  p = v_fma(p, f, v_set1(0x1.055c56p-3f));
  p = v_fma(p, f, v_set1(-0x1.0d8576p-3f));
  p = v_fma(p, f, v_set1(0x1.22da02p-3f));
  p = v_fma(p, f, v_set1(-0x1.54723cp-3f));
  p = v_fma(p, f, v_set1(0x1.99a00ap-3f));
  p = v_fma(p, f, v_set1(-0x1.000228p-2f));
  p = v_fma(p, f, v_set1(0x1.555554p-2f));
  vec rest = v_mul(v_mul(f, f), v_fma(p, f, v_set1(-0.5f)));

  vec kl = v_mul(k, v_set1(MATH_LN2_SHORT));
  vec hi = v_add(kl, f);
  vec lo = v_fma(k, v_set1(MATH_LN2_SHORT_REST), v_add(f, v_sub(kl, hi)));
  vec r = v_select(v_lt(x, inf), v_add(hi, v_add(lo, rest)), x);
  vec outside = v_select(v_lt(x, zero), v_set1(MATH_NAN), v_sub(x, inf)); /* 0 - inf, NaN - inf */
  return v_select(v_lt(zero, x), r, outside);
}

/* By its series to x^8 where e^x - 1 loses digits; +inf where e^x is. Chances of a short step are
 * small all together, and done then. */
VEC_INLINE vec v_exprel(vec x) {
  const vec one = v_set1(1);
  vec s = v_set1(1.0f / 362880);
  s = v_fma(s, x, v_set1(1.0f / 40320));
  s = v_fma(s, x, v_set1(1.0f / 5040));
  s = v_fma(s, x, v_set1(1.0f / 720));
  s = v_fma(s, x, v_set1(1.0f / 120));
  s = v_fma(s, x, v_set1(1.0f / 24));
  s = v_fma(s, x, v_set1(1.0f / 6));
  s = v_fma(s, x, v_set1(0.5f));
  s = v_fma(s, x, one);
  const vmask near = v_lt(v_abs(x), v_set1(0.625f));
  if (v_mask_bits(near) == (1u << VEC_LANES) - 1) return s;
  const vec far = v_div(v_sub(v_exp(x), one), v_min(x, v_set1(1000)));
  return v_select(near, s, far);
}

#endif

/* The next up to 16 of n > 0 elements, -inf after the last. */
VEC_INLINE vec math_load_part(const real *p, int n) {
  if (n >= VEC_LANES) return v_load(p);
  real part[VEC_LANES];
  for (int k = 0; k < VEC_LANES; k++) part[k] = k < n ? p[k] : -(real)MATH_INFINITY;
  return v_load(part);
}

VEC_INLINE void math_store_part(real *p, vec a, int n) {
  if (n >= VEC_LANES) {
    v_store(p, a);
    return;
  }
  real part[VEC_LANES];
  v_store(part, a);
  for (int k = 0; k < n; k++) p[k] = part[k];
}

/* p[i] = exp(logits[i]) / sum_j exp(logits[j]) and logp[i] = log p[i], for i < n; no padding is
 * read or written. p or logp may be the very array `logits`, but not each other; logp may be NULL.
 * The sum has one order: element i into partial sum i mod VEC_LANES, then the tree of v_sum. A
 * logit of -inf gets p = 0 and logp = -inf; all of them -inf, one +inf or one NaN makes every
 * result NaN. */
VEC_INLINE void m_softmax(real *p, real *logp, const real *logits, int n) {
  vec x = math_load_part(logits, n), top = x;
  for (int i = VEC_LANES; i < n; i += VEC_LANES)
    top = v_max(top, math_load_part(logits + i, n - i));
  real each[VEC_LANES], max;
  v_store(each, top);
  max = each[0];
  for (int k = 1; k < VEC_LANES && k < n; k++) max = each[k] > max ? each[k] : max;

  x = v_sub(x, v_set1(max));
  const vec e = v_exp(x);
  if (n <= VEC_LANES) { /* nothing need be kept in memory */
    const vec total = v_set1(v_sum(e));
    math_store_part(p, v_div(e, total), n);
    if (logp != NULL) math_store_part(logp, v_sub(x, v_log(total)), n);
    return;
  }
  vec sum = v_zero();
  for (int i = 0; i < n; i += VEC_LANES) {
    const vec xi = v_sub(math_load_part(logits + i, n - i), v_set1(max)), ei = v_exp(xi);
    sum = v_add(sum, ei);
    math_store_part(p + i, ei, n - i);
    if (logp != NULL) math_store_part(logp + i, xi, n - i);
  }
  const vec total = v_set1(v_sum(sum)), log_total = v_log(total);
  for (int i = 0; i < n; i += VEC_LANES) {
    math_store_part(p + i, v_div(math_load_part(p + i, n - i), total), n - i);
    if (logp != NULL)
      math_store_part(logp + i, v_sub(math_load_part(logp + i, n - i), log_total), n - i);
  }
}

#endif
