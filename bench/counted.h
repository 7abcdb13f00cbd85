/* Counts what the vector sources do: included before everything else by the build of bench/energy,
 * where it stands for every instruction set. A vector operation is one operation of each of its 16
 * elements; a multiply-add is one operation, a comparison, a minimum or a choice is one too. */
#ifndef AMINE_BENCH_COUNTED_H
#define AMINE_BENCH_COUNTED_H

#include "kernel/vector.h"

typedef struct counted {
  unsigned long long operations; /* of vectors */
  unsigned long long bytes;      /* between memory and registers, both ways */
} counted;
extern counted am_counted;

VEC_INLINE vec counted_load(const real *p) {
  am_counted.bytes += sizeof(vec);
  return v_load(p);
}
VEC_INLINE void counted_store(real *p, vec a) {
  am_counted.bytes += sizeof(vec);
  v_store(p, a);
}
VEC_INLINE vec counted_fma(vec a, vec b, vec c) {
  am_counted.operations++;
  return v_fma(a, b, c);
}
VEC_INLINE vec counted_fnma(vec a, vec b, vec c) {
  am_counted.operations++;
  return v_fnma(a, b, c);
}
VEC_INLINE vec counted_select(vmask m, vec a, vec b) {
  am_counted.operations++;
  return v_select(m, a, b);
}
#define COUNTED(name)                                                                              \
  VEC_INLINE vec counted_##name(vec a, vec b) {                                                    \
    am_counted.operations++;                                                                       \
    return v_##name(a, b);                                                                         \
  }
COUNTED(add)
COUNTED(sub)
COUNTED(mul)
COUNTED(div)
COUNTED(min)
COUNTED(max)
COUNTED(clip)
#undef COUNTED

/* a register is a whole vector here, so that all that is left is the same */
#define vr_load counted_load
#define vr_fma counted_fma
#define v_load counted_load
#define v_store counted_store
#define v_fma counted_fma
#define v_fnma counted_fnma
#define v_select counted_select
#define v_add counted_add
#define v_sub counted_sub
#define v_mul counted_mul
#define v_div counted_div
#define v_min counted_min
#define v_max counted_max
#define v_clip counted_clip

#endif
