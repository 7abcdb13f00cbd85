/* What the worked examples share: random numbers, and the effect of a treatment over seeds. */
#ifndef EFFECT_H
#define EFFECT_H

#include <amine/amine.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SEEDS = 10 };
#define T95 2.262157 /* Student's t for SEEDS - 1 degrees of freedom, two-sided 95 % */

/* Ends the program if a call failed; error is NULL for those that give no details. */
static inline void must(amine_status status, const amine_error *error) {
  if (status == AMINE_OK) return;
  fprintf(stderr, "%s\n", error ? error->message : "a value is out of its range");
  exit(1);
}

/* Uniform in [0, 1): splitmix64. */
static inline double uniform(uint64_t *state) {
  uint64_t z = (*state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* Mean of x; *half gets half the width of its 95 % confidence interval. */
static inline double mean_of(const double x[SEEDS], double *half) {
  double sum = 0, squares = 0;
  for (int i = 0; i < SEEDS; i++) sum += x[i];
  for (int i = 0; i < SEEDS; i++) squares += (x[i] - sum / SEEDS) * (x[i] - sum / SEEDS);
  *half = T95 * sqrt(squares / (SEEDS - 1) / SEEDS);
  return sum / SEEDS;
}

/* Prints both means and their difference, paired by seed. Returns the sign of the difference, 0 if
 * its interval reaches zero. */
static inline int print_effect(const char *what, const double treated[SEEDS],
                               const double control[SEEDS]) {
  double difference[SEEDS], half[3];
  for (int i = 0; i < SEEDS; i++) difference[i] = treated[i] - control[i];
  const double t = mean_of(treated, &half[0]), c = mean_of(control, &half[1]);
  const double d = mean_of(difference, &half[2]);
  printf("%-24s %8.3f +- %.3f  control %8.3f +- %.3f  difference %+.3f +- %.3f\n", what, t, half[0],
         c, half[1], d, half[2]);
  return d > half[2] ? 1 : d < -half[2] ? -1 : 0;
}

#endif
