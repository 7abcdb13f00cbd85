/* Which form of the way back through pairs is used (kernel/isa.h). */
#include "kernel/isa.h"
#include "network/pair_backward.h"

AM_ISA_DECLARE(const am_pair_backward_ops, am_pair_backward_ops);

const am_pair_backward_ops *am_pair_backward_code(void) {
  static const am_pair_backward_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_pair_backward_ops);
  return code[am_isa_now()];
}
