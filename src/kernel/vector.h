/* For sources that are compiled once per instruction set ("vector sources").
 *
 * The build gives each such source AMINE_VEC_<FORM> and AMINE_ISA=<suffix>; AM_ISA(name) makes the
 * symbol of that form, so that am_adam_step becomes am_adam_step_avx512 and so on. What is shared
 * by all forms is declared through AM_ISA_DECLARE and collected with AM_ISA_TABLE (kernel/isa.h).
 */
#ifndef AMINE_KERNEL_VECTOR_H
#define AMINE_KERNEL_VECTOR_H

#include "base/vec.h"

#ifndef AMINE_ISA
#error                                                                                             \
    "a vector source is compiled once for each instruction set: the build says AMINE_ISA=<suffix>"
#endif

#define AM_PASTE2(a, b) a##_##b
#define AM_PASTE(a, b) AM_PASTE2(a, b)
#define AM_ISA(name) AM_PASTE(name, AMINE_ISA)

#endif
