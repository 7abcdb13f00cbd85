/* The 16-wide vector on which every hot loop is written.
 *
 * One source, several machines: the file that includes this one defines exactly one of
 *   AMINE_VEC_AVX512, AMINE_VEC_AVX2, AMINE_VEC_NEON, AMINE_VEC_PLAIN   (elements are float)
 *   AMINE_VEC_F64                                                       (elements are double)
 *   AMINE_VEC_ONE                                                       (a single float)
 * and gets the type `vec` of 16 elements of type `real` with the operations below.
 *
 * Promise: for finite results every float form gives the same bits. Each operation is either
 * exactly rounded (IEEE 754 add, sub, mul, div, sqrt, fused multiply-add) or a selection, and v_sum
 * adds in one fixed tree: distance 8, then 4, 2, 1. The double form exists so that the very code
 * that is fast in float can be checked against finite differences.
 *
 * The form of a single element (VEC_LANES is 1) is for sources in which an element is a lane of its
 * own: they then live one episode at a time, with the bits that this lane has among sixteen. It
 * needs no C library, only a processor with exactly rounded floats and fused multiply-add, such as
 * a Cortex-M4 with its floating-point unit; build with -fno-math-errno, or the compiler calls
 * sqrtf. It has no vuint, whose products take two elements.
 */
#ifndef AMINE_BASE_VEC_H
#define AMINE_BASE_VEC_H

#include <stdint.h>

#if defined(AMINE_VEC_ONE)
#define VEC_LANES 1
#else
#include <string.h>
#define VEC_LANES 16
#endif

#if defined(AMINE_VEC_F64)
typedef double real;
typedef int64_t real_bits;
#define REAL_MANTISSA 52
#else
typedef float real;
typedef int32_t real_bits;
#define REAL_MANTISSA 23
#endif

/* Where sixteen lanes are loops, inlining every operation takes minutes to compile, under sanitizers
 * hours: AMINE_VEC_LOOP_CALLS makes calls of those, AMINE_VEC_CALLS of all. Where an operation is an
 * instruction or two, its call takes longer than all that sanitizers add. */
#if defined(AMINE_VEC_CALLS) || \
    (defined(AMINE_VEC_LOOP_CALLS) && !defined(AMINE_VEC_AVX512) && !defined(AMINE_VEC_AVX2))
#define VEC_INLINE static __attribute__((noinline, unused))
#elif defined(__GNUC__)
#define VEC_INLINE static inline __attribute__((always_inline, unused))
#else
#define VEC_INLINE static inline
#endif

/* ------------------------------------------------------------------------------------ AVX-512 */
#if defined(AMINE_VEC_AVX512)
#include <immintrin.h>
typedef __m512 vec;
typedef __mmask16 vmask;

VEC_INLINE vec v_set1(real a) { return _mm512_set1_ps(a); }
VEC_INLINE vec v_load(const real *p) { return _mm512_loadu_ps(p); }
VEC_INLINE void v_store(real *p, vec a) { _mm512_storeu_ps(p, a); }
VEC_INLINE vec v_add(vec a, vec b) { return _mm512_add_ps(a, b); }
VEC_INLINE vec v_sub(vec a, vec b) { return _mm512_sub_ps(a, b); }
VEC_INLINE vec v_mul(vec a, vec b) { return _mm512_mul_ps(a, b); }
VEC_INLINE vec v_div(vec a, vec b) { return _mm512_div_ps(a, b); }
VEC_INLINE vec v_sqrt(vec a) { return _mm512_sqrt_ps(a); }
VEC_INLINE vec v_fma(vec a, vec b, vec c) { return _mm512_fmadd_ps(a, b, c); }
VEC_INLINE vec v_fnma(vec a, vec b, vec c) { return _mm512_fnmadd_ps(a, b, c); }
VEC_INLINE vec v_min(vec a, vec b) { return _mm512_min_ps(a, b); }
VEC_INLINE vec v_max(vec a, vec b) { return _mm512_max_ps(a, b); }
VEC_INLINE vec v_clip(vec a, vec c) { return _mm512_range_ps(a, c, 2); } /* the smaller, a's sign */
#define VEC_HAS_CLIP
VEC_INLINE vec v_abs(vec a) { return _mm512_abs_ps(a); }
VEC_INLINE vmask v_lt(vec a, vec b) { return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ); }
VEC_INLINE vec v_select(vmask m, vec a, vec b) { return _mm512_mask_blend_ps(m, b, a); }
VEC_INLINE vec v_copysign(vec mag, vec sgn) {
  const __m512i s = _mm512_set1_epi32(INT32_MIN);
  return _mm512_castsi512_ps(_mm512_or_si512(_mm512_andnot_si512(s, _mm512_castps_si512(mag)),
                                             _mm512_and_si512(s, _mm512_castps_si512(sgn))));
}
typedef __m512i vbits;
VEC_INLINE vbits v_bits(vec a) { return _mm512_castps_si512(a); }
VEC_INLINE vec v_frombits(vbits a) { return _mm512_castsi512_ps(a); }
VEC_INLINE vbits vb_set1(real_bits a) { return _mm512_set1_epi32(a); }
VEC_INLINE vbits vb_add(vbits a, vbits b) { return _mm512_add_epi32(a, b); }
VEC_INLINE vbits vb_sub(vbits a, vbits b) { return _mm512_sub_epi32(a, b); }
VEC_INLINE vbits vb_and(vbits a, vbits b) { return _mm512_and_si512(a, b); }
VEC_INLINE vbits vb_exponent_up(vbits a) { return _mm512_slli_epi32(a, REAL_MANTISSA); }
VEC_INLINE vbits vb_exponent_down(vbits a) { return _mm512_srai_epi32(a, REAL_MANTISSA); }
VEC_INLINE vec vb_toreal(vbits a) { return _mm512_cvtepi32_ps(a); }

VEC_INLINE unsigned v_mask_bits(vmask m) { return m; }
VEC_INLINE vec v_load_n(const real *p, int n) {
  return _mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}
VEC_INLINE void v_store_n(real *p, vec a, int n) {
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), a);
}
VEC_INLINE vec v_gather16_n(const real *p, const uint16_t *at, int n) {
  const __mmask16 m = (__mmask16)((1u << n) - 1);
  const __m512i i = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(m, at));
  return _mm512_mask_i32gather_ps(_mm512_setzero_ps(), m, i, p, 4);
}
VEC_INLINE vec v_gather32_n(const real *p, const uint32_t *at, int n) {
  const __mmask16 m = (__mmask16)((1u << n) - 1);
  return _mm512_mask_i32gather_ps(_mm512_setzero_ps(), m, _mm512_maskz_loadu_epi32(m, at), p, 4);
}
VEC_INLINE void v_scatter32_n(real *p, const uint32_t *at, vec a, int n) {
  const __mmask16 m = (__mmask16)((1u << n) - 1);
  _mm512_mask_i32scatter_ps(p, m, _mm512_maskz_loadu_epi32(m, at), a, 4);
}
VEC_INLINE vec v_from_i32(const int32_t *p) { return _mm512_cvtepi32_ps(_mm512_loadu_si512(p)); }
VEC_INLINE vec v_from_u16(const uint16_t *p) {
  return _mm512_cvtepi32_ps(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p)));
}

typedef __m512i vuint;
VEC_INLINE vuint vu_set1(uint32_t a) { return _mm512_set1_epi32((int)a); }
VEC_INLINE vuint vu_load(const uint32_t *p) { return _mm512_loadu_si512(p); }
VEC_INLINE void vu_store(uint32_t *p, vuint a) { _mm512_storeu_si512(p, a); }
VEC_INLINE vuint vu_xor3(vuint a, vuint b, vuint c) {
  return _mm512_ternarylogic_epi32(a, b, c, 0x96);
}
VEC_INLINE vuint vu_multiply(vuint a, uint32_t b) { return _mm512_mul_epu32(a, vu_set1(b)); }
VEC_INLINE vuint vu_high(vuint a) { return _mm512_srli_epi64(a, 32); }
VEC_INLINE vuint vu_zip(vuint a, vuint b) {
  return _mm512_mask_blend_epi32(0xaaaa, a, _mm512_slli_epi64(b, 32));
}
VEC_INLINE vec vu_uniform(vuint a) {
  return _mm512_mul_ps(_mm512_cvtepi32_ps(_mm512_srli_epi32(a, 8)), _mm512_set1_ps(0x1p-24f));
}
#define VEC_HAS_VUINT
VEC_INLINE vec v_reached(const uint32_t *u, const uint32_t *t, int n) {
  const __m512i x = _mm512_loadu_si512(u), one = _mm512_set1_epi32(1);
  __m512i even = _mm512_setzero_si512(), odd = even;
  for (int k = 0; k + 1 < n; k += 2) {
    even = _mm512_mask_add_epi32(even, _mm512_cmpge_epu32_mask(x, _mm512_set1_epi32((int)t[k])),
                                 even, one);
    odd = _mm512_mask_add_epi32(odd, _mm512_cmpge_epu32_mask(x, _mm512_set1_epi32((int)t[k + 1])),
                                odd, one);
  }
  if (n % 2)
    even = _mm512_mask_add_epi32(even, _mm512_cmpge_epu32_mask(x, _mm512_set1_epi32((int)t[n - 1])),
                                 even, one);
  return _mm512_cvtepi32_ps(_mm512_add_epi32(even, odd));
}

VEC_INLINE real v_sum(vec a) {
  __m256 s8 = _mm256_add_ps(_mm512_castps512_ps256(a),
                            _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a), 1)));
  __m128 s4 = _mm_add_ps(_mm256_castps256_ps128(s8), _mm256_extractf128_ps(s8, 1));
  __m128 s2 = _mm_add_ps(s4, _mm_movehl_ps(s4, s4));
  return _mm_cvtss_f32(_mm_add_ss(s2, _mm_movehdup_ps(s2)));
}
/* what v_sum's tree has after the distances 8 and 4, of a, b, c and d one after the other */
VEC_INLINE vec vec_quarters(vec a, vec b, vec c, vec d) {
  __m512 ab = _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
  __m512 cd = _mm512_add_ps(_mm512_shuffle_f32x4(c, d, 0x44), _mm512_shuffle_f32x4(c, d, 0xee));
  return _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xdd));
}
VEC_INLINE void vec_sum4_quarters(real *out, vec s4) {
  __m512 s2 = _mm512_add_ps(s4, _mm512_permute_ps(s4, 0x4e));
  __m512 s1 = _mm512_add_ps(s2, _mm512_permute_ps(s2, 0xb1));
  _mm_storeu_ps(out, _mm512_castps512_ps128(_mm512_permutexvar_ps(
                         _mm512_setr_epi32(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), s1)));
}
VEC_INLINE void v_sum4(real *out, vec a, vec b, vec c, vec d) {
  vec_sum4_quarters(out, vec_quarters(a, b, c, d));
}
VEC_INLINE void v_sum4_tail(real *out, vec a, vec b, vec c, vec d, vec tail) {
  vec_sum4_quarters(out, _mm512_add_ps(vec_quarters(a, b, c, d), tail));
}
VEC_INLINE vec v_tile4(const real *p) { return _mm512_broadcast_f32x4(_mm_loadu_ps(p)); }
VEC_INLINE vec v_spread4(const real *p) {
  return _mm512_permutexvar_ps(_mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3),
                               _mm512_castps128_ps512(_mm_loadu_ps(p)));
}
VEC_INLINE void v_fold4(real *out, vec a) {
  __m256 s8 = _mm256_add_ps(_mm512_castps512_ps256(a),
                            _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(a), 1)));
  _mm_storeu_ps(out, _mm_add_ps(_mm256_castps256_ps128(s8), _mm256_extractf128_ps(s8, 1)));
}
#define VEC_HAS_FOURS

#define VEC_SUMS 16

#elif defined(AMINE_VEC_AVX2) /* ---------------------------------------------------- AVX2 + FMA   \
                               */
#include <immintrin.h>
typedef struct {
  __m256 lo, hi;
} vec;
typedef struct {
  __m256 lo, hi;
} vmask;
typedef struct {
  __m256i lo, hi;
} vbits;

VEC_INLINE vec v_set1(real a) { return (vec){_mm256_set1_ps(a), _mm256_set1_ps(a)}; }
VEC_INLINE vec v_load(const real *p) { return (vec){_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
VEC_INLINE void v_store(real *p, vec a) {
  _mm256_storeu_ps(p, a.lo);
  _mm256_storeu_ps(p + 8, a.hi);
}
#define VEC_BINARY(name, op)                                                                       \
  VEC_INLINE vec name(vec a, vec b) { return (vec){op(a.lo, b.lo), op(a.hi, b.hi)}; }
VEC_BINARY(v_add, _mm256_add_ps)
VEC_BINARY(v_sub, _mm256_sub_ps)
VEC_BINARY(v_mul, _mm256_mul_ps)
VEC_BINARY(v_div, _mm256_div_ps)
VEC_BINARY(v_min, _mm256_min_ps)
VEC_BINARY(v_max, _mm256_max_ps)
VEC_INLINE vec v_sqrt(vec a) { return (vec){_mm256_sqrt_ps(a.lo), _mm256_sqrt_ps(a.hi)}; }
VEC_INLINE vec v_fma(vec a, vec b, vec c) {
  return (vec){_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)};
}
VEC_INLINE vec v_fnma(vec a, vec b, vec c) {
  return (vec){_mm256_fnmadd_ps(a.lo, b.lo, c.lo), _mm256_fnmadd_ps(a.hi, b.hi, c.hi)};
}
VEC_INLINE vec v_abs(vec a) {
  const __m256 s = _mm256_set1_ps(-0.0f);
  return (vec){_mm256_andnot_ps(s, a.lo), _mm256_andnot_ps(s, a.hi)};
}
VEC_INLINE vmask v_lt(vec a, vec b) {
  return (vmask){_mm256_cmp_ps(a.lo, b.lo, _CMP_LT_OQ), _mm256_cmp_ps(a.hi, b.hi, _CMP_LT_OQ)};
}
VEC_INLINE vec v_select(vmask m, vec a, vec b) {
  return (vec){_mm256_blendv_ps(b.lo, a.lo, m.lo), _mm256_blendv_ps(b.hi, a.hi, m.hi)};
}
VEC_INLINE vec v_copysign(vec mag, vec sgn) {
  const __m256 s = _mm256_set1_ps(-0.0f);
  return (vec){_mm256_or_ps(_mm256_andnot_ps(s, mag.lo), _mm256_and_ps(s, sgn.lo)),
               _mm256_or_ps(_mm256_andnot_ps(s, mag.hi), _mm256_and_ps(s, sgn.hi))};
}
VEC_INLINE vbits v_bits(vec a) {
  return (vbits){_mm256_castps_si256(a.lo), _mm256_castps_si256(a.hi)};
}
VEC_INLINE vec v_frombits(vbits a) {
  return (vec){_mm256_castsi256_ps(a.lo), _mm256_castsi256_ps(a.hi)};
}
VEC_INLINE vbits vb_set1(real_bits a) {
  return (vbits){_mm256_set1_epi32(a), _mm256_set1_epi32(a)};
}
VEC_INLINE vbits vb_add(vbits a, vbits b) {
  return (vbits){_mm256_add_epi32(a.lo, b.lo), _mm256_add_epi32(a.hi, b.hi)};
}
VEC_INLINE vbits vb_sub(vbits a, vbits b) {
  return (vbits){_mm256_sub_epi32(a.lo, b.lo), _mm256_sub_epi32(a.hi, b.hi)};
}
VEC_INLINE vbits vb_and(vbits a, vbits b) {
  return (vbits){_mm256_and_si256(a.lo, b.lo), _mm256_and_si256(a.hi, b.hi)};
}
VEC_INLINE vbits vb_exponent_up(vbits a) {
  return (vbits){_mm256_slli_epi32(a.lo, REAL_MANTISSA), _mm256_slli_epi32(a.hi, REAL_MANTISSA)};
}
VEC_INLINE vbits vb_exponent_down(vbits a) {
  return (vbits){_mm256_srai_epi32(a.lo, REAL_MANTISSA), _mm256_srai_epi32(a.hi, REAL_MANTISSA)};
}
VEC_INLINE vec vb_toreal(vbits a) {
  return (vec){_mm256_cvtepi32_ps(a.lo), _mm256_cvtepi32_ps(a.hi)};
}

typedef vbits vuint;
VEC_INLINE vuint vu_set1(uint32_t a) { return vb_set1((int)a); }
VEC_INLINE vuint vu_load(const uint32_t *p) {
  return (vuint){_mm256_loadu_si256((const __m256i *)p),
                 _mm256_loadu_si256((const __m256i *)p + 1)};
}
VEC_INLINE void vu_store(uint32_t *p, vuint a) {
  _mm256_storeu_si256((__m256i *)p, a.lo);
  _mm256_storeu_si256((__m256i *)p + 1, a.hi);
}
VEC_INLINE vuint vu_xor3(vuint a, vuint b, vuint c) {
  return (vuint){_mm256_xor_si256(_mm256_xor_si256(a.lo, b.lo), c.lo),
                 _mm256_xor_si256(_mm256_xor_si256(a.hi, b.hi), c.hi)};
}
VEC_INLINE vuint vu_multiply(vuint a, uint32_t b) {
  const __m256i m = _mm256_set1_epi32((int)b);
  return (vuint){_mm256_mul_epu32(a.lo, m), _mm256_mul_epu32(a.hi, m)};
}
VEC_INLINE vuint vu_high(vuint a) {
  return (vuint){_mm256_srli_epi64(a.lo, 32), _mm256_srli_epi64(a.hi, 32)};
}
VEC_INLINE vuint vu_zip(vuint a, vuint b) {
  return (vuint){_mm256_blend_epi32(a.lo, _mm256_slli_epi64(b.lo, 32), 0xaa),
                 _mm256_blend_epi32(a.hi, _mm256_slli_epi64(b.hi, 32), 0xaa)};
}
VEC_INLINE vec vu_uniform(vuint a) {
  const __m256 unit = _mm256_set1_ps(0x1p-24f);
  return (vec){_mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_srli_epi32(a.lo, 8)), unit),
               _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_srli_epi32(a.hi, 8)), unit)};
}
#define VEC_HAS_VUINT
VEC_INLINE unsigned v_mask_bits(vmask m) {
  return (unsigned)_mm256_movemask_ps(m.lo) | (unsigned)_mm256_movemask_ps(m.hi) << 8;
}
#define VEC_PARTS_BY_ARRAY

VEC_INLINE __m128 vec_sum_quarter(vec a) {
  __m256 s8 = _mm256_add_ps(a.lo, a.hi);
  return _mm_add_ps(_mm256_castps256_ps128(s8), _mm256_extractf128_ps(s8, 1));
}
VEC_INLINE real v_sum(vec a) {
  __m128 s4 = vec_sum_quarter(a);
  __m128 s2 = _mm_add_ps(s4, _mm_movehl_ps(s4, s4));
  return _mm_cvtss_f32(_mm_add_ss(s2, _mm_movehdup_ps(s2)));
}
VEC_INLINE void vec_sum4_quarters(real *out, __m128 w, __m128 x, __m128 y, __m128 z) {
  __m128 wx = _mm_add_ps(_mm_movelh_ps(w, x), _mm_movehl_ps(x, w));
  __m128 yz = _mm_add_ps(_mm_movelh_ps(y, z), _mm_movehl_ps(z, y));
  _mm_storeu_ps(out, _mm_add_ps(_mm_shuffle_ps(wx, yz, 0x88), _mm_shuffle_ps(wx, yz, 0xdd)));
}
VEC_INLINE void v_sum4(real *out, vec a, vec b, vec c, vec d) {
  vec_sum4_quarters(out, vec_sum_quarter(a), vec_sum_quarter(b), vec_sum_quarter(c),
                    vec_sum_quarter(d));
}
VEC_INLINE void v_sum4_tail(real *out, vec a, vec b, vec c, vec d, vec t) {
  vec_sum4_quarters(out, _mm_add_ps(vec_sum_quarter(a), _mm256_castps256_ps128(t.lo)),
                    _mm_add_ps(vec_sum_quarter(b), _mm256_extractf128_ps(t.lo, 1)),
                    _mm_add_ps(vec_sum_quarter(c), _mm256_castps256_ps128(t.hi)),
                    _mm_add_ps(vec_sum_quarter(d), _mm256_extractf128_ps(t.hi, 1)));
}
VEC_INLINE vec v_tile4(const real *p) {
  const __m256 a = _mm256_broadcast_ps((const __m128 *)(const void *)p);
  return (vec){a, a};
}
VEC_INLINE vec v_spread4(const real *p) {
  const __m256 a = _mm256_broadcast_ps((const __m128 *)(const void *)p);
  return (vec){_mm256_permutevar_ps(a, _mm256_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1)),
               _mm256_permutevar_ps(a, _mm256_setr_epi32(2, 2, 2, 2, 3, 3, 3, 3))};
}
VEC_INLINE void v_fold4(real *out, vec a) { _mm_storeu_ps(out, vec_sum_quarter(a)); }
#define VEC_HAS_FOURS

#define VEC_SUMS 6
typedef __m256 vreg;
#define VEC_REGS 2
VEC_INLINE vreg vr_zero(void) { return _mm256_setzero_ps(); }
VEC_INLINE vreg vr_load(const real *p) { return _mm256_loadu_ps(p); }
VEC_INLINE vreg vr_fma(vreg a, vreg b, vreg c) { return _mm256_fmadd_ps(a, b, c); }
VEC_INLINE vec v_of_regs(const vreg *r) { return (vec){r[0], r[1]}; }

#elif defined(AMINE_VEC_NEON) /* --------------------------------------------------------- NEON */
#include <arm_neon.h>
typedef struct {
  float32x4_t q[4];
} vec;
typedef struct {
  uint32x4_t q[4];
} vmask;
typedef struct {
  int32x4_t q[4];
} vbits;
#define VEC_EACH(type, expr)                                                                       \
  type r;                                                                                          \
  for (int k = 0; k < 4; k++) r.q[k] = (expr);                                                     \
  return r

VEC_INLINE vec v_set1(real a) { VEC_EACH(vec, vdupq_n_f32(a)); }
VEC_INLINE vec v_load(const real *p) { VEC_EACH(vec, vld1q_f32(p + 4 * k)); }
VEC_INLINE void v_store(real *p, vec a) {
  for (int k = 0; k < 4; k++) vst1q_f32(p + 4 * k, a.q[k]);
}
VEC_INLINE vec v_add(vec a, vec b) { VEC_EACH(vec, vaddq_f32(a.q[k], b.q[k])); }
VEC_INLINE vec v_sub(vec a, vec b) { VEC_EACH(vec, vsubq_f32(a.q[k], b.q[k])); }
VEC_INLINE vec v_mul(vec a, vec b) { VEC_EACH(vec, vmulq_f32(a.q[k], b.q[k])); }
VEC_INLINE vec v_div(vec a, vec b) { VEC_EACH(vec, vdivq_f32(a.q[k], b.q[k])); }
VEC_INLINE vec v_sqrt(vec a) { VEC_EACH(vec, vsqrtq_f32(a.q[k])); }
VEC_INLINE vec v_fma(vec a, vec b, vec c) { VEC_EACH(vec, vfmaq_f32(c.q[k], a.q[k], b.q[k])); }
VEC_INLINE vec v_fnma(vec a, vec b, vec c) { VEC_EACH(vec, vfmsq_f32(c.q[k], a.q[k], b.q[k])); }
VEC_INLINE vec v_min(vec a, vec b) {
  VEC_EACH(vec, vbslq_f32(vcltq_f32(a.q[k], b.q[k]), a.q[k], b.q[k]));
}
VEC_INLINE vec v_max(vec a, vec b) {
  VEC_EACH(vec, vbslq_f32(vcgtq_f32(a.q[k], b.q[k]), a.q[k], b.q[k]));
}
VEC_INLINE vec v_abs(vec a) { VEC_EACH(vec, vabsq_f32(a.q[k])); }
VEC_INLINE vmask v_lt(vec a, vec b) { VEC_EACH(vmask, vcltq_f32(a.q[k], b.q[k])); }
VEC_INLINE vec v_select(vmask m, vec a, vec b) { VEC_EACH(vec, vbslq_f32(m.q[k], a.q[k], b.q[k])); }
VEC_INLINE vec v_copysign(vec mag, vec sgn) {
  VEC_EACH(vec, vbslq_f32(vdupq_n_u32(0x80000000u), sgn.q[k], mag.q[k]));
}
VEC_INLINE vbits v_bits(vec a) { VEC_EACH(vbits, vreinterpretq_s32_f32(a.q[k])); }
VEC_INLINE vec v_frombits(vbits a) { VEC_EACH(vec, vreinterpretq_f32_s32(a.q[k])); }
VEC_INLINE vbits vb_set1(real_bits a) { VEC_EACH(vbits, vdupq_n_s32(a)); }
VEC_INLINE vbits vb_add(vbits a, vbits b) { VEC_EACH(vbits, vaddq_s32(a.q[k], b.q[k])); }
VEC_INLINE vbits vb_sub(vbits a, vbits b) { VEC_EACH(vbits, vsubq_s32(a.q[k], b.q[k])); }
VEC_INLINE vbits vb_and(vbits a, vbits b) { VEC_EACH(vbits, vandq_s32(a.q[k], b.q[k])); }
VEC_INLINE vbits vb_exponent_up(vbits a) { VEC_EACH(vbits, vshlq_n_s32(a.q[k], REAL_MANTISSA)); }
VEC_INLINE vbits vb_exponent_down(vbits a) { VEC_EACH(vbits, vshrq_n_s32(a.q[k], REAL_MANTISSA)); }
VEC_INLINE vec vb_toreal(vbits a) { VEC_EACH(vec, vcvtq_f32_s32(a.q[k])); }
#undef VEC_EACH
VEC_INLINE unsigned v_mask_bits(vmask m) {
  unsigned bits = 0;
  for (int k = 0; k < 4; k++) {
    const uint32x4_t weights = {1, 2, 4, 8};
    bits |= vaddvq_u32(vandq_u32(m.q[k], weights)) << (4 * k);
  }
  return bits;
}
#define VEC_PARTS_BY_ARRAY

VEC_INLINE real v_sum(vec a) {
  float32x4_t s4 = vaddq_f32(vaddq_f32(a.q[0], a.q[2]), vaddq_f32(a.q[1], a.q[3]));
  float32x2_t s2 = vadd_f32(vget_low_f32(s4), vget_high_f32(s4));
  return vget_lane_f32(vpadd_f32(s2, s2), 0);
}

#define VEC_SUMS 6
typedef float32x4_t vreg;
#define VEC_REGS 4
VEC_INLINE vreg vr_zero(void) { return vdupq_n_f32(0); }
VEC_INLINE vreg vr_load(const real *p) { return vld1q_f32(p); }
VEC_INLINE vreg vr_fma(vreg a, vreg b, vreg c) { return vfmaq_f32(c, a, b); }
VEC_INLINE vec v_of_regs(const vreg *r) { return (vec){{r[0], r[1], r[2], r[3]}}; }

#elif defined(AMINE_VEC_ONE) /* ------------------------------------------------- a single float   \
                              */
typedef float vec;
typedef int vmask;
typedef int32_t vbits;
typedef union vec_word { /* a float and its bits */
  float value;
  int32_t bits;
} vec_word;

VEC_INLINE vec v_set1(real a) { return a; }
VEC_INLINE vec v_load(const real *p) { return *p; }
VEC_INLINE void v_store(real *p, vec a) { *p = a; }
VEC_INLINE vec v_add(vec a, vec b) { return a + b; }
VEC_INLINE vec v_sub(vec a, vec b) { return a - b; }
VEC_INLINE vec v_mul(vec a, vec b) { return a * b; }
VEC_INLINE vec v_div(vec a, vec b) { return a / b; }
VEC_INLINE vec v_sqrt(vec a) { return __builtin_sqrtf(a); }
VEC_INLINE vec v_fma(vec a, vec b, vec c) { return __builtin_fmaf(a, b, c); }
VEC_INLINE vec v_fnma(vec a, vec b, vec c) { return __builtin_fmaf(-a, b, c); }
VEC_INLINE vec v_min(vec a, vec b) { return a < b ? a : b; }
VEC_INLINE vec v_max(vec a, vec b) { return a > b ? a : b; }
VEC_INLINE vec v_abs(vec a) { return __builtin_fabsf(a); }
VEC_INLINE vmask v_lt(vec a, vec b) { return a < b; }
VEC_INLINE vec v_select(vmask m, vec a, vec b) { return m ? a : b; }
VEC_INLINE vec v_copysign(vec mag, vec sgn) { return __builtin_copysignf(mag, sgn); }
VEC_INLINE vbits v_bits(vec a) { return ((vec_word){.value = a}).bits; }
VEC_INLINE vec v_frombits(vbits a) { return ((vec_word){.bits = a}).value; }
VEC_INLINE vbits vb_set1(real_bits a) { return a; }
VEC_INLINE vbits vb_add(vbits a, vbits b) { return (vbits)((uint32_t)a + (uint32_t)b); }
VEC_INLINE vbits vb_sub(vbits a, vbits b) { return (vbits)((uint32_t)a - (uint32_t)b); }
VEC_INLINE vbits vb_and(vbits a, vbits b) { return a & b; }
VEC_INLINE vbits vb_exponent_up(vbits a) { return (vbits)((uint32_t)a << REAL_MANTISSA); }
VEC_INLINE vbits vb_exponent_down(vbits a) { return a >> REAL_MANTISSA; }
VEC_INLINE vec vb_toreal(vbits a) { return (vec)a; }
VEC_INLINE unsigned v_mask_bits(vmask m) { return m != 0; }
/* parts of one element: n is 1 */
VEC_INLINE vec v_load_n(const real *p, int n) { return n > 0 ? *p : 0; }
VEC_INLINE void v_store_n(real *p, vec a, int n) {
  if (n > 0) *p = a;
}
VEC_INLINE vec v_gather16_n(const real *p, const uint16_t *at, int n) { return n > 0 ? p[*at] : 0; }
VEC_INLINE vec v_gather32_n(const real *p, const uint32_t *at, int n) { return n > 0 ? p[*at] : 0; }
VEC_INLINE void v_scatter32_n(real *p, const uint32_t *at, vec a, int n) {
  if (n > 0) p[*at] = a;
}
VEC_INLINE vec v_from_i32(const int32_t *p) { return (vec)*p; }
VEC_INLINE vec v_from_u16(const uint16_t *p) { return (vec)*p; }
VEC_INLINE vec v_reached(const uint32_t *u, const uint32_t *t, int n) {
  uint32_t count = 0;
  for (int k = 0; k < n; k++) count += *u >= t[k];
  return (vec)count;
}

VEC_INLINE real v_sum(vec a) { return a; }

#else /* -------------------------------------------- plain C, float or double: the specification  \
       */
#include <math.h>
typedef struct {
  real e[VEC_LANES];
} vec;
typedef struct {
  unsigned char e[VEC_LANES];
} vmask;
typedef struct {
  real_bits e[VEC_LANES];
} vbits;
#define VEC_EACH(type, expr)                                                                       \
  type r;                                                                                          \
  for (int k = 0; k < VEC_LANES; k++) r.e[k] = (expr);                                             \
  return r

VEC_INLINE real vec_fma1(real a, real b, real c) {
#if defined(AMINE_VEC_F64)
  return fma(a, b, c);
#else
  return fmaf(a, b, c);
#endif
}
VEC_INLINE vec v_set1(real a) { VEC_EACH(vec, a); }
VEC_INLINE vec v_load(const real *p) { VEC_EACH(vec, p[k]); }
VEC_INLINE void v_store(real *p, vec a) {
  for (int k = 0; k < VEC_LANES; k++) p[k] = a.e[k];
}
VEC_INLINE vec v_add(vec a, vec b) { VEC_EACH(vec, a.e[k] + b.e[k]); }
VEC_INLINE vec v_sub(vec a, vec b) { VEC_EACH(vec, a.e[k] - b.e[k]); }
VEC_INLINE vec v_mul(vec a, vec b) { VEC_EACH(vec, a.e[k] * b.e[k]); }
VEC_INLINE vec v_div(vec a, vec b) { VEC_EACH(vec, a.e[k] / b.e[k]); }
VEC_INLINE vec v_sqrt(vec a) { VEC_EACH(vec, (real)sqrt((double)a.e[k])); }
VEC_INLINE vec v_fma(vec a, vec b, vec c) { VEC_EACH(vec, vec_fma1(a.e[k], b.e[k], c.e[k])); }
VEC_INLINE vec v_fnma(vec a, vec b, vec c) { VEC_EACH(vec, vec_fma1(-a.e[k], b.e[k], c.e[k])); }
VEC_INLINE vec v_min(vec a, vec b) { VEC_EACH(vec, a.e[k] < b.e[k] ? a.e[k] : b.e[k]); }
VEC_INLINE vec v_max(vec a, vec b) { VEC_EACH(vec, a.e[k] > b.e[k] ? a.e[k] : b.e[k]); }
VEC_INLINE vec v_abs(vec a) { VEC_EACH(vec, (real)fabs((double)a.e[k])); }
VEC_INLINE vmask v_lt(vec a, vec b) { VEC_EACH(vmask, a.e[k] < b.e[k]); }
VEC_INLINE vec v_select(vmask m, vec a, vec b) { VEC_EACH(vec, m.e[k] ? a.e[k] : b.e[k]); }
VEC_INLINE vec v_copysign(vec mag, vec sgn) {
  VEC_EACH(vec, (real)copysign((double)mag.e[k], (double)sgn.e[k]));
}
VEC_INLINE vbits v_bits(vec a) {
  vbits r;
  memcpy(&r, &a, sizeof r);
  return r;
}
VEC_INLINE vec v_frombits(vbits a) {
  vec r;
  memcpy(&r, &a, sizeof r);
  return r;
}
#if defined(AMINE_VEC_F64)
typedef uint64_t real_ubits;
#else
typedef uint32_t real_ubits;
#endif
VEC_INLINE vbits vb_set1(real_bits a) { VEC_EACH(vbits, a); }
VEC_INLINE vbits vb_add(vbits a, vbits b) {
  VEC_EACH(vbits, (real_bits)((real_ubits)a.e[k] + (real_ubits)b.e[k]));
}
VEC_INLINE vbits vb_sub(vbits a, vbits b) {
  VEC_EACH(vbits, (real_bits)((real_ubits)a.e[k] - (real_ubits)b.e[k]));
}
VEC_INLINE vbits vb_and(vbits a, vbits b) { VEC_EACH(vbits, a.e[k] & b.e[k]); }
VEC_INLINE vbits vb_exponent_up(vbits a) {
  VEC_EACH(vbits, (real_bits)((real_ubits)a.e[k] << REAL_MANTISSA));
}
VEC_INLINE vbits vb_exponent_down(vbits a) { VEC_EACH(vbits, a.e[k] >> REAL_MANTISSA); }
VEC_INLINE vec vb_toreal(vbits a) { VEC_EACH(vec, (real)a.e[k]); }
#undef VEC_EACH
VEC_INLINE unsigned v_mask_bits(vmask m) {
  unsigned bits = 0;
  for (int k = 0; k < VEC_LANES; k++) bits |= (unsigned)(m.e[k] != 0) << k;
  return bits;
}
#define VEC_PARTS_BY_ARRAY

VEC_INLINE real v_sum(vec a) {
  real s[8];
  for (int k = 0; k < 8; k++) s[k] = a.e[k] + a.e[k + 8];
  for (int k = 0; k < 4; k++) s[k] = s[k] + s[k + 4];
  for (int k = 0; k < 2; k++) s[k] = s[k] + s[k + 2];
  return s[0] + s[1];
}
#endif

#if !defined(VEC_HAS_FOURS)
VEC_INLINE void v_sum4(real *out, vec a, vec b, vec c, vec d) {
  out[0] = v_sum(a);
  out[1] = v_sum(b);
  out[2] = v_sum(c);
  out[3] = v_sum(d);
}
#endif

/* Vectors of four quads. v_tile4: p[0..3] in every quad. v_spread4: p[q] all through quad q.
 * v_fold4: out[0..3] is the sum over the quads, by v_sum's tree. v_sum4: out[0..3] = v_sum of a, b,
 * c, d; v_sum4_tail: and of the four quads of `tail`, which come in after distance 4. */
#if !defined(VEC_HAS_FOURS) && !defined(AMINE_VEC_ONE)
VEC_INLINE vec v_tile4(const real *p) {
  real e[16];
  for (int k = 0; k < 16; k++) e[k] = p[k % 4];
  return v_load(e);
}
VEC_INLINE vec v_spread4(const real *p) {
  real e[16];
  for (int k = 0; k < 16; k++) e[k] = p[k / 4];
  return v_load(e);
}
VEC_INLINE void v_fold4(real *out, vec a) {
  real e[16];
  v_store(e, a);
  for (int k = 0; k < 4; k++) out[k] = (e[k] + e[k + 8]) + (e[k + 4] + e[k + 12]);
}
VEC_INLINE void v_sum4_tail(real *out, vec a, vec b, vec c, vec d, vec tail) {
  const vec rows[4] = {a, b, c, d};
  real t[16];
  v_store(t, tail);
  for (int r = 0; r < 4; r++) {
    real s[4];
    v_fold4(s, rows[r]);
    for (int k = 0; k < 4; k++) s[k] += t[4 * r + k];
    out[r] = (s[0] + s[2]) + (s[1] + s[3]);
  }
}
#endif

/* 16 unsigned numbers of 32 bits. vu_xor3: a ^ b ^ c. vu_multiply: all 64 bits of a[k] b for k
 * even, the low ones at k, the high ones at k + 1. vu_high: what stands at k + 1, at k. vu_zip:
 * a[k] at k, b[k] at k + 1, for k even. vu_uniform: am_uniform (base/random.h) of each. */
#if !defined(VEC_HAS_VUINT) && !defined(AMINE_VEC_ONE)
typedef struct {
  uint32_t e[VEC_LANES];
} vuint;
#define VEC_EACH(expr)                                                                             \
  vuint r;                                                                                         \
  for (int k = 0; k < VEC_LANES; k++) r.e[k] = (expr);                                             \
  return r
VEC_INLINE vuint vu_set1(uint32_t a) { VEC_EACH(a); }
VEC_INLINE vuint vu_load(const uint32_t *p) { VEC_EACH(p[k]); }
VEC_INLINE void vu_store(uint32_t *p, vuint a) { memcpy(p, a.e, sizeof a.e); }
VEC_INLINE vuint vu_xor3(vuint a, vuint b, vuint c) { VEC_EACH(a.e[k] ^ b.e[k] ^ c.e[k]); }
VEC_INLINE vuint vu_multiply(vuint a, uint32_t b) {
  for (int k = 0; k < VEC_LANES; k += 2) {
    const uint64_t product = (uint64_t)a.e[k] * b;
    a.e[k] = (uint32_t)product;
    a.e[k + 1] = (uint32_t)(product >> 32);
  }
  return a;
}
VEC_INLINE vuint vu_high(vuint a) { VEC_EACH(k % 2 == 0 ? a.e[k + 1] : 0); }
VEC_INLINE vuint vu_zip(vuint a, vuint b) { VEC_EACH(k % 2 == 0 ? a.e[k] : b.e[k - 1]); }
#undef VEC_EACH
VEC_INLINE vec vu_uniform(vuint a) {
  real e[VEC_LANES];
  for (int k = 0; k < VEC_LANES; k++) e[k] = (real)(a.e[k] >> 8) * (real)0x1p-24;
  return v_load(e);
}
#endif

/* Parts of a vector: the first n elements, 1 <= n <= 16; the others load as 0. `at` are indices.
 * v_reached: how many of the n numbers t are not above u, for each of 16 u. */
#if defined(VEC_PARTS_BY_ARRAY)
VEC_INLINE vec v_load_n(const real *p, int n) {
  real e[VEC_LANES] = {0};
  memcpy(e, p, (size_t)n * sizeof(real));
  return v_load(e);
}
VEC_INLINE void v_store_n(real *p, vec a, int n) {
  real e[VEC_LANES];
  v_store(e, a);
  memcpy(p, e, (size_t)n * sizeof(real));
}
VEC_INLINE vec v_gather16_n(const real *p, const uint16_t *at, int n) {
  real e[VEC_LANES] = {0};
  for (int k = 0; k < n; k++) e[k] = p[at[k]];
  return v_load(e);
}
VEC_INLINE vec v_gather32_n(const real *p, const uint32_t *at, int n) {
  real e[VEC_LANES] = {0};
  for (int k = 0; k < n; k++) e[k] = p[at[k]];
  return v_load(e);
}
VEC_INLINE void v_scatter32_n(real *p, const uint32_t *at, vec a, int n) {
  real e[VEC_LANES];
  v_store(e, a);
  for (int k = 0; k < n; k++) p[at[k]] = e[k];
}
VEC_INLINE vec v_from_i32(const int32_t *p) {
  real e[VEC_LANES];
  for (int k = 0; k < VEC_LANES; k++) e[k] = (real)p[k];
  return v_load(e);
}
VEC_INLINE vec v_from_u16(const uint16_t *p) {
  real e[VEC_LANES];
  for (int k = 0; k < VEC_LANES; k++) e[k] = (real)p[k];
  return v_load(e);
}
VEC_INLINE vec v_reached(const uint32_t *u, const uint32_t *t, int n) {
  uint32_t count[VEC_LANES] = {0};
  for (int k = 0; k < n; k++)
    for (int l = 0; l < VEC_LANES; l++) count[l] += u[l] >= t[k];
  real e[VEC_LANES];
  for (int l = 0; l < VEC_LANES; l++) e[l] = (real)count[l];
  return v_load(e);
}
#undef VEC_PARTS_BY_ARRAY
#endif

VEC_INLINE vec v_zero(void) { return v_set1(0); }
/* a clipped to [-c, c] */
/* Of so many sums of vectors the registers hold all while they are added to. */
#if !defined(VEC_SUMS)
#define VEC_SUMS 8
#endif
/* A vector is so many registers: where many are added to at once, they are better taken one by one. */
#if !defined(VEC_REGS)
typedef vec vreg;
#define VEC_REGS 1
VEC_INLINE vreg vr_zero(void) { return v_zero(); }
VEC_INLINE vreg vr_load(const real *p) { return v_load(p); }
VEC_INLINE vreg vr_fma(vreg a, vreg b, vreg c) { return v_fma(a, b, c); }
VEC_INLINE vec v_of_regs(const vreg *r) { return *r; }
#endif
#if !defined(VEC_HAS_CLIP)
VEC_INLINE vec v_clip(vec a, vec c) { return v_max(v_min(a, c), v_sub(v_zero(), c)); }
#endif

#endif
