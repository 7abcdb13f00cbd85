/* Named tensors one after the other in a flat vector, each row-major at a multiple of 16 elements;
 * what lies between them is zero and stays zero. */
#ifndef AMINE_NETWORK_PLACES_H
#define AMINE_NETWORK_PLACES_H

#include <stddef.h>
#include <stdint.h>

enum { AM_PLACES_MAX = 48 };

typedef struct am_place {
  char name[48]; /* as PyTorch would call it */
  int rank;      /* 1 or 2 */
  int dims[2];   /* dims[1] = 1 where rank is 1 */
  size_t at;
} am_place;

typedef struct am_places {
  am_place place[AM_PLACES_MAX];
  int n;
  size_t size; /* elements of the whole vector, a multiple of 16 */
} am_places;

/* Adds a tensor [rows][cols], or a vector [rows] if cols is 0. Returns where it begins. */
size_t am_places_add(am_places *places, const char *name, int rows, int cols);

static inline size_t am_place_count(const am_place *p) {
  return (size_t)p->dims[0] * (size_t)p->dims[1];
}

/* Fills the k-th tensor with numbers uniform in [-bound, bound): a pure function of seed, k and the
 * place of the element. */
void am_places_uniform(const am_places *places, int k, float *vector, float bound, uint64_t seed);

#endif
