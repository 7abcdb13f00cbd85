/* The beginning of test_math: built for every processor, since code built for one instruction set may use it
 * before its own question whether the processor has it. */
#include <stdbool.h>
#include <stdio.h>

int test_math(int argc, char **argv);

static bool runs_here(void) {
#if defined(AMINE_VEC_AVX512)
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
#elif defined(AMINE_VEC_AVX2)
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
#else
  return true;
#endif
}

int main(int argc, char **argv) {
  if (runs_here()) return test_math(argc, argv);
  printf("skipped: this processor lacks what this form of the kernels needs\n");
  return 77;
}
