/* Which form of the backward pass of plans is used (kernel/isa.h). */
#include "equation/plan_backward.h"
#include "kernel/isa.h"

AM_ISA_DECLARE(const am_plan_backward_ops, am_plan_backward_ops);

const am_plan_backward_ops *am_plan_backward_code(void) {
  static const am_plan_backward_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_plan_backward_ops);
  return code[am_isa_now()];
}
