/* Which instruction set the vector sources run with. Chosen once, the widest that this processor
 * has; every choice gives the same bits. */
#ifndef AMINE_KERNEL_ISA_H
#define AMINE_KERNEL_ISA_H

#include <stdbool.h>

#include "base/error.h"

typedef enum am_isa {
  AM_ISA_PLAIN, /* C without intrinsics: the specification of the others */
#if defined(__x86_64__)
  AM_ISA_AVX2,
  AM_ISA_AVX512,
#elif defined(__aarch64__)
  AM_ISA_NEON,
#endif
  AM_N_ISA
} am_isa;

/* One form for all of them: of what is written without vectors. */
#if defined(__x86_64__)
#define AM_ISA_ALL(name)                                                                           \
  { &name, &name, &name }
#elif defined(__aarch64__)
#define AM_ISA_ALL(name)                                                                           \
  { &name, &name }
#else
#define AM_ISA_ALL(name)                                                                           \
  { &name }
#endif

/* Declares `type name_<isa>` for every instruction set of this build, and lists their addresses in
 * the order of the enum above. */
#if defined(AMINE_VEC_F64) /* the double form stands in for all of them */
#define AM_ISA_DECLARE(type, name) extern type name##_f64
#define AM_ISA_TABLE(name) AM_ISA_ALL(name##_f64)
#elif defined(__x86_64__)
#define AM_ISA_DECLARE(type, name) extern type name##_plain, name##_avx2, name##_avx512
#define AM_ISA_TABLE(name)                                                                         \
  { &name##_plain, &name##_avx2, &name##_avx512 }
#elif defined(__aarch64__)
#define AM_ISA_DECLARE(type, name) extern type name##_plain, name##_neon
#define AM_ISA_TABLE(name)                                                                         \
  { &name##_plain, &name##_neon }
#else
#define AM_ISA_DECLARE(type, name) extern type name##_plain
#define AM_ISA_TABLE(name)                                                                         \
  { &name##_plain }
#endif

/* The same for the wide form of a source (brain/neuron.h), of which there are fewer. */
#if defined(__x86_64__)
#define AM_WIDE_DECLARE(type, name) extern type name##_wide, name##_wide_avx2
#define AM_WIDE_TABLE(name)                                                                        \
  { &name##_wide, &name##_wide_avx2, &name##_wide_avx2 }
#elif defined(__aarch64__)
#define AM_WIDE_DECLARE(type, name) extern type name##_wide
#define AM_WIDE_TABLE(name)                                                                        \
  { &name##_wide, &name##_wide }
#else
#define AM_WIDE_DECLARE(type, name) extern type name##_wide
#define AM_WIDE_TABLE(name)                                                                        \
  { &name##_wide }
#endif

const char *am_isa_name(am_isa isa);
/* Whether this processor can run it. */
bool am_isa_runs(am_isa isa);
/* The one in use. */
am_isa am_isa_now(void);

#endif
