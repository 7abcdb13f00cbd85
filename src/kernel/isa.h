/* Which instruction set the vector sources run with. Chosen once, the widest that this processor
 * has; every choice gives the same bits. */
#ifndef AMINE_KERNEL_ISA_H
#define AMINE_KERNEL_ISA_H

#include <stdbool.h>

#include "base/error.h"

/* The forms of this build besides the plain one: those that processors of its kind may run, unless it
 * was told to leave some out (AMINE_FORMS of CMakeLists.txt). Each is an item of the lists below. */
#if defined(__x86_64__) && !defined(AMINE_NO_AVX2)
#define AM_AVX2(...) , __VA_ARGS__
#else
#define AM_AVX2(...)
#endif
#if defined(__x86_64__) && !defined(AMINE_NO_AVX512)
#define AM_AVX512(...) , __VA_ARGS__
#else
#define AM_AVX512(...)
#endif
#if defined(__aarch64__)
#define AM_NEON(...) , __VA_ARGS__
#else
#define AM_NEON(...)
#endif

typedef enum am_isa {
  AM_ISA_PLAIN /* C without intrinsics: the specification of the others */
  AM_AVX2(AM_ISA_AVX2) AM_AVX512(AM_ISA_AVX512) AM_NEON(AM_ISA_NEON),
  AM_N_ISA
} am_isa;

/* One form for all of them: of what is written without vectors. */
#define AM_ISA_ALL(name)                                                                           \
  { &name AM_AVX2(&name) AM_AVX512(&name) AM_NEON(&name) }

/* Declares `type name_<isa>` for every instruction set of this build, and lists their addresses in
 * the order of the enum above. */
#if defined(AMINE_VEC_F64) /* the double form stands in for all of them */
#define AM_ISA_DECLARE(type, name) extern type name##_f64
#define AM_ISA_TABLE(name) AM_ISA_ALL(name##_f64)
#else
#define AM_ISA_DECLARE(type, name)                                                                 \
  extern type name##_plain AM_AVX2(name##_avx2) AM_AVX512(name##_avx512) AM_NEON(name##_neon)
#define AM_ISA_TABLE(name)                                                                         \
  { &name##_plain AM_AVX2(&name##_avx2) AM_AVX512(&name##_avx512) AM_NEON(&name##_neon) }
#endif

/* The same for the wide form of a source (brain/neuron.h): there is none of AVX-512 for itself. */
#define AM_WIDE_DECLARE(type, name) extern type name##_wide, name##_wide_avx2
#define AM_WIDE_TABLE(name)                                                                        \
  { &name##_wide AM_AVX2(&name##_wide_avx2) AM_AVX512(&name##_wide_avx2) AM_NEON(&name##_wide) }

const char *am_isa_name(am_isa isa);
/* Whether this processor can run it. */
bool am_isa_runs(am_isa isa);
/* The one in use. */
am_isa am_isa_now(void);

#endif
