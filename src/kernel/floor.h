/* What a machine can do at most: loops that do nothing but multiply and add, or read, or read and
 * write. The kernels are judged by them (src/run/bench/floor.h). */
#ifndef AMINE_KERNEL_FLOOR_H
#define AMINE_KERNEL_FLOOR_H

#include <stddef.h>

#include "kernel/trace.h"

#define AM_FLOOR_UNIT 128 /* elements that the loops over memory take at once */

typedef struct am_floor_ops {
  /* n rounds of fused multiply-adds in registers, on as many independent sums as fit there. Returns
   * how many vectors of 16 were multiplied and added. sink [16] gets their sum. */
  double (*multiply_add)(am_real *sink, int n);
  /* Reads n elements, n a multiple of AM_FLOOR_UNIT. sink [16] gets their sum. */
  void (*read)(am_real *sink, const am_real *p, size_t n);
  /* Reads and writes each of n elements: p[i] += add. */
  void (*update)(am_real *p, size_t n, am_real add);
} am_floor_ops;

#endif
