/* Tests that check many numbered things may be told which: "0/3", every third. */
#ifndef AMINE_TESTS_PART_H
#define AMINE_TESTS_PART_H

#include <stdbool.h>
#include <stdio.h>

/* Whether k is of the part "I/N", k % N == I; NULL: all are. */
static inline bool part_has(const char *part, int k) {
  int i = 0, n = 0;
  return !part || (sscanf(part, "%d/%d", &i, &n) == 2 && n > 0 && k % n == i);
}

#endif
