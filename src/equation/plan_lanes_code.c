/* Which form of the passes of plans is used (kernel/isa.h). */
#include "equation/plan_lanes.h"
#include "kernel/isa.h"

AM_ISA_DECLARE(const am_plan_lanes_ops, am_plan_lanes_ops);

const am_plan_lanes_ops *am_plan_lanes_code(void) {
  static const am_plan_lanes_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_plan_lanes_ops);
  return code[am_isa_now()];
}
