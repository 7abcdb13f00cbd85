/* Which form of the lanes' code is used (kernel/isa.h). */
#include "kernel/isa.h"
#include "network/each_lane.h"
#include "network/linear_lane.h"

AM_ISA_DECLARE(const am_linear_ops, am_linear_ops);
AM_ISA_DECLARE(const am_each_ops, am_each_ops);

const am_linear_ops *am_linear_code(void) {
  static const am_linear_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_linear_ops);
  return code[am_isa_now()];
}

const am_each_ops *am_each_code(void) {
  static const am_each_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_each_ops);
  return code[am_isa_now()];
}
