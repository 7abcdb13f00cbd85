/* Choice of the instruction set: the widest that runs here, unless one was asked for. */
#include "kernel/isa.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "amine/kernel.h"

static const char *const names[AM_N_ISA] = {"plain" AM_AVX2("avx2") AM_AVX512("avx512")
                                                AM_NEON("neon")};

static atomic_int chosen = -1;

const char *am_isa_name(am_isa isa) { return names[isa]; }

bool am_isa_runs(am_isa isa) {
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (strcmp(names[isa], "avx2") == 0) return avx2;
  if (strcmp(names[isa], "avx512") == 0)
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
#endif
  return isa < AM_N_ISA;
}

static am_isa widest(void) {
  am_isa isa = AM_N_ISA - 1;
  while (isa > AM_ISA_PLAIN && !am_isa_runs(isa)) isa--;
  return isa;
}

am_isa am_isa_now(void) {
  int isa = atomic_load_explicit(&chosen, memory_order_relaxed);
  if (isa < 0) {
    isa = (int)widest();
    atomic_store_explicit(&chosen, isa, memory_order_relaxed);
  }
  return (am_isa)isa;
}

const char *amine_kernel_name(void) { return names[am_isa_now()]; }

amine_status amine_kernel_use(const char *name, amine_error *error) {
  if (strcmp(name, "auto") == 0) {
    atomic_store(&chosen, (int)widest());
    return AMINE_OK;
  }
  for (int isa = 0; isa < AM_N_ISA; isa++) {
    if (strcmp(name, names[isa]) != 0) continue;
    if (!am_isa_runs((am_isa)isa))
      return am_fail(error, AMINE_ERROR_ARGUMENT, "this processor cannot run the %s kernels", name);
    atomic_store(&chosen, isa);
    return AMINE_OK;
  }
  char forms[64] = "";
  for (int isa = 0; isa < AM_N_ISA; isa++) {
    const size_t used = strlen(forms);
    snprintf(forms + used, sizeof forms - used, "%s%s", isa ? ", " : "", names[isa]);
  }
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "unknown kernel \"%.40s\"; this build has %s and auto", name, forms);
}
