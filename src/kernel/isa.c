/* Choice of the instruction set: the widest that runs here, unless one was asked for. */
#include "kernel/isa.h"

#include <stdatomic.h>
#include <string.h>

#include "amine/kernel.h"

static const char *const names[AM_N_ISA] = {
    "plain",
#if defined(__x86_64__)
    "avx2",
    "avx512",
#elif defined(__aarch64__)
    "neon",
#endif
};

static atomic_int chosen = -1;

const char *am_isa_name(am_isa isa) { return names[isa]; }

bool am_isa_runs(am_isa isa) {
#if defined(__x86_64__)
  if (isa == AM_ISA_AVX2) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (isa == AM_ISA_AVX512)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
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
  return am_fail(error, AMINE_ERROR_ARGUMENT, "unknown kernel \"%.40s\"; this build has plain%s",
                 name,
#if defined(__x86_64__)
                 ", avx2, avx512 and auto"
#elif defined(__aarch64__)
                 ", neon and auto"
#else
                 " and auto"
#endif
  );
}
