/* The forms of the passes. */
#include "brain/pass.h"

AM_ISA_DECLARE(const am_brain_pass, am_brain_pass);

const am_brain_pass *const am_brain_passes[AM_N_ISA] = AM_ISA_TABLE(am_brain_pass);
