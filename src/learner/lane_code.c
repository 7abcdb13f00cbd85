/* Which form of the learners' vector code is used (kernel/isa.h). */
#include "kernel/isa.h"
#include "learner/adam_step.h"
#include "learner/descent_step.h"
#include "learner/objective.h"
#include "learner/policy_lane.h"
#include "learner/signalling_lane.h"
#include "learner/symbols_lane.h"

AM_ISA_DECLARE(const am_adam_ops, am_adam_ops);
AM_ISA_DECLARE(const am_descent_ops, am_descent_ops);
AM_ISA_DECLARE(const am_policy_ops, am_policy_ops);
AM_ISA_DECLARE(const am_objective_ops, am_objective_ops);
AM_ISA_DECLARE(const am_signalling_ops, am_signalling_ops);
AM_ISA_DECLARE(const am_symbols_ops, am_symbols_ops);

const am_adam_ops *am_adam_code(void) {
  static const am_adam_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_adam_ops);
  return code[am_isa_now()];
}

const am_descent_ops *am_descent_code(void) {
  static const am_descent_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_descent_ops);
  return code[am_isa_now()];
}

const am_policy_ops *am_policy_code(void) {
  static const am_policy_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_policy_ops);
  return code[am_isa_now()];
}

const am_objective_ops *am_objective_code(void) {
  static const am_objective_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_objective_ops);
  return code[am_isa_now()];
}

const am_signalling_ops *am_signalling_code(void) {
  static const am_signalling_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_signalling_ops);
  return code[am_isa_now()];
}

const am_symbols_ops *am_symbols_code(void) {
  static const am_symbols_ops *const code[AM_N_ISA] = AM_ISA_TABLE(am_symbols_ops);
  return code[am_isa_now()];
}
