/* The element of fast arrays outside vector sources: float, or double in the builds that check the
 * equations. */
#ifndef AMINE_KERNEL_REAL_H
#define AMINE_KERNEL_REAL_H

#if defined(AMINE_VEC_F64)
typedef double am_real;
#else
typedef float am_real;
#endif

#endif
