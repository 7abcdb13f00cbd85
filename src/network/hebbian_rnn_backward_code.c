/* Which form of the backward pass is used (kernel/isa.h). */
#include "kernel/isa.h"
#include "network/hebbian_rnn_backward.h"

AM_ISA_DECLARE(const am_hebbian_backward_ops, am_hebbian_backward_ops);

const am_hebbian_backward_ops *am_hebbian_backward_code(void) {
  static const am_hebbian_backward_ops *const code[AM_N_ISA] =
      AM_ISA_TABLE(am_hebbian_backward_ops);
  return code[am_isa_now()];
}
