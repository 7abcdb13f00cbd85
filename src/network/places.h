/* Named tensors in a flat vector, each at a multiple of 16 elements, row-major or in another form;
 * what lies between their elements is zero and stays zero. */
#ifndef AMINE_NETWORK_PLACES_H
#define AMINE_NETWORK_PLACES_H

#include <stddef.h>
#include <stdint.h>

#include "equation/role.h"
#include "kernel/panel.h"

enum { AM_PLACES_MAX = 256 };

typedef struct am_place {
  char name[48]; /* as PyTorch would call it */
  int rank;      /* 1 or 2 */
  int dims[2];   /* dims[1] = 1 where rank is 1 */
  size_t at;
  am_form
      form; /* where its elements lie behind `at`; of a whole of which it is rows from `row` on */
  int row;
  am_role role;
} am_place;

typedef struct am_places {
  am_place place[AM_PLACES_MAX];
  int n;
  size_t size; /* elements of the whole vector, a multiple of 16 */
} am_places;

/* Adds a tensor [rows][cols], or a vector [rows] if cols is 0, which is one of the heads. Returns
 * where it begins. */
size_t am_places_add(am_places *places, const char *name, int rows, int cols);

/* Where element (i, j) lies. */
static inline size_t am_place_at(const am_place *p, int i, int j) {
  return p->at + am_form_at(p->form, p->row + i, j, p->dims[1]);
}

static inline size_t am_place_count(const am_place *p) {
  return (size_t)p->dims[0] * (size_t)p->dims[1];
}

/* Copies a tensor out of, or into, a vector; values [dims[0]][dims[1]], row-major. */
void am_place_get(const am_place *place, float *values, const float *vector);
void am_place_set(const am_place *place, float *vector, const float *values);

/* Fills the k-th tensor with numbers uniform in [-bound, bound): a pure function of seed, k and the
 * place of the element. */
void am_places_uniform(const am_places *places, int k, float *vector, float bound, uint64_t seed);

#endif
