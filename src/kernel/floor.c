/* The loops of floor.h, on the same vector as the kernels. */
#include "kernel/vector.h"

#include "kernel/floor.h"

/* Independent sums: enough to hide the latency of two units of four steps each, few enough to stay
 * in registers, of which a vec takes two with AVX2 and four with NEON. */
#if defined(AMINE_VEC_AVX512)
#define MULTIPLY_SUMS 12
#define READ_SUMS 8
#else
#define MULTIPLY_SUMS 6
#define READ_SUMS 4
#endif

static double multiply_add(real *sink, int n) {
  vec s[MULTIPLY_SUMS], total = v_zero();
  const vec factor = v_load(sink), add = v_sub(v_set1(1), factor);
  for (int k = 0; k < MULTIPLY_SUMS; k++) s[k] = v_set1((real)k);
  for (int round = 0; round < n; round++)
    for (int k = 0; k < MULTIPLY_SUMS; k++) s[k] = v_fma(s[k], factor, add);
  for (int k = 0; k < MULTIPLY_SUMS; k++) total = v_add(total, s[k]);
  v_store(sink, total);
  return (double)n * MULTIPLY_SUMS;
}

static void read_all(real *sink, const real *p, size_t n) {
  vec s[READ_SUMS], total = v_zero();
  for (int k = 0; k < READ_SUMS; k++) s[k] = v_zero();
  for (const real *end = p + n; p < end; p += AM_FLOOR_UNIT)
    for (int i = 0; i < AM_FLOOR_UNIT; i += 16 * READ_SUMS)
      for (int k = 0; k < READ_SUMS; k++) s[k] = v_add(s[k], v_load(p + i + 16 * k));
  for (int k = 0; k < READ_SUMS; k++) total = v_add(total, s[k]);
  v_store(sink, total);
}

static void update(real *p, size_t n, real add) {
  const vec a = v_set1(add);
  for (real *end = p + n; p < end; p += AM_FLOOR_UNIT)
    for (int i = 0; i < AM_FLOOR_UNIT; i += 16) v_store(p + i, v_add(v_load(p + i), a));
}

extern const am_floor_ops AM_ISA(am_floor_ops);
const am_floor_ops AM_ISA(am_floor_ops) = {
    .multiply_add = multiply_add, .read = read_all, .update = update};
