/* Weights as pictures: a matrix of at most 128 x 128 means, [post][pre]. */
#ifndef AMINE_LIVE_MATRIX_H
#define AMINE_LIVE_MATRIX_H

#include <stdbool.h>
#include <stdint.h>

#include "amine/brain.h"
#include "base/memory.h"
#include "live/board.h"

enum { AM_MATRIX_SIDE = 128, AM_MATRIX_NAME = 400 };

typedef struct am_matrix {
  int projection; /* + 1; 0: none yet */
  char name[AM_MATRIX_NAME];
  size_t n;        /* synapses */
  uint16_t *cells; /* [n] of rows * cols, where each is drawn */
  float *weights;  /* [n] */
  int rows, cols;
  float values[AM_MATRIX_SIDE * AM_MATRIX_SIDE]; /* NAN: no synapse */
} am_matrix;

void am_matrix_free(am_matrix *matrix);

/* The weights of a projection as they are now. false: it has none, or too many to look at while it runs, or
 * for want of memory. */
bool am_matrix_of_projection(am_matrix *matrix, amine_brain *brain, int projection);
/* Puts it as the run's block `weights`, an archive with one array of the projection's name. */
void am_matrix_put(const am_matrix *matrix, am_board *board, int run);

#endif
