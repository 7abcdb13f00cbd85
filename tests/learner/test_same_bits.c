/* The same bits: every variant is trained for a few iterations, and the whole state is hashed. The
 * hash must not depend on the number of threads or on the instruction set, and it must be the one
 * in tests/data/same_bits.txt, whatever compiled this: gcc or clang, -O0 or -O3, x86 or Arm.
 *
 *   test_same_bits FILE [I/N]           checks; of all lines k those with k % N == I
 *   test_same_bits FILE --widest [I/N]  the same with one thread and the widest kernels, for emulators
 *   test_same_bits FILE --write         writes the file anew, after a change that is meant to change
 *                                       bits
 */
#include <inttypes.h>
#include <math.h>

#include "amine/kernel.h"
#include "part.h"
#include "small.h"

static uint64_t trained(const am_config *config) {
  am_experiment *x = small_experiment(config);
  for (uint64_t k = 0; k < config->common.iterations; k++) {
    am_learner_report report;
    amine_error error = {0};
    if (am_experiment_iterate(x, &report, &error) != AMINE_OK) {
      printf("%s\n", error.message);
      exit(1);
    }
  }
  const uint64_t hash = small_hash(x->learner);
  am_experiment_destroy(x);
  return hash;
}

static int failures;

static void expect(const char *variant, const char *what, uint64_t got, uint64_t wanted) {
  if (got == wanted) return;
  printf("FAILED %s, %s: %016" PRIx64 ", wanted %016" PRIx64 "\n", variant, what, got, wanted);
  failures++;
}

/* The hash with one thread and the widest kernels, after comparing all others with it. */
static uint64_t check_variant(const small_variant *v, bool widest_only) {
  am_config config = small_config(v);
  const uint64_t first = trained(&config);
  if (widest_only) return first;
  const char *const threads[] = {"threads=2", "threads=3", "threads=8"};
  for (int k = 0; k < 3; k++) {
    small_set(&config, threads[k]);
    expect(v->name, threads[k], trained(&config), first);
  }
  small_set(&config, "threads=1");
  const char *const kernels[] = {"plain", "avx2", "avx512", "neon"};
  for (int k = 0; k < 4; k++) {
    if (amine_kernel_use(kernels[k], NULL) != AMINE_OK) continue;
    expect(v->name, kernels[k], trained(&config), first);
  }
  amine_kernel_use("auto", NULL);
  return first;
}

static void write_all(const char *path) {
  FILE *f = fopen(path, "w");
  if (!f) exit(2);
  for (int k = 0; k < N_SMALL_VARIANTS; k++) {
    const am_config config = small_config(&small_variants[k]);
    fprintf(f, "%s %016" PRIx64 "\n", small_variants[k].name, trained(&config));
  }
  fclose(f);
}

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  if (argc > 2 && strcmp(argv[2], "--write") == 0) {
    write_all(argv[1]);
    return 0;
  }
  const bool widest_only = argc > 2 && strcmp(argv[2], "--widest") == 0;
  FILE *f = fopen(argv[1], "r");
  if (!f) return 2;
  const char *part = argc > 2 + widest_only ? argv[2 + widest_only] : NULL;
  int checked = 0;
  for (int k = 0; k < N_SMALL_VARIANTS; k++) {
    char name[64];
    uint64_t wanted;
    if (fscanf(f, "%63s %" SCNx64, name, &wanted) != 2 ||
        strcmp(name, small_variants[k].name) != 0) {
      printf("FAILED: %s does not list %s\n", argv[1], small_variants[k].name);
      return 1;
    }
    if (!part_has(part, k)) continue;
    expect(name, "the saved hash", check_variant(&small_variants[k], widest_only), wanted);
    checked++;
  }
  fclose(f);
  printf("%d variants, %d failures; widest kernels here: %s\n", checked, failures,
         amine_kernel_name());
  return failures != 0 || checked == 0;
}
