/* Means of weights in bins of neurons (see matrix.h). */
#include "live/matrix.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "format/npz.h"

#define SYNAPSES_MAX 20000000u /* of a projection that is looked at while it runs */

void am_matrix_free(am_matrix *m) {
  am_free(m->cells);
  am_free(m->weights);
  *m = (am_matrix){0};
}

static int side(int n) { return n < AM_MATRIX_SIDE ? n : AM_MATRIX_SIDE; }
static int bin(int neuron, int n, int sides) { return (int)((int64_t)neuron * sides / n); }

/* Where each synapse of the projection is drawn. */
static bool begin(am_matrix *m, amine_brain *brain, int projection) {
  int source, target, n_pre, n_post;
  size_t n;
  am_matrix_free(m);
  const char *name = amine_brain_projection(brain, projection, &source, &target, &n);
  if (n == 0 || n > SYNAPSES_MAX) return false;
  amine_brain_population(brain, source, &n_pre, NULL);
  amine_brain_population(brain, target, &n_post, NULL);
  snprintf(m->name, sizeof m->name, "%s", name);
  m->rows = side(n_post);
  m->cols = side(n_pre);
  m->cells = am_alloc(n, sizeof *m->cells);
  m->weights = am_alloc(n, sizeof *m->weights);
  int *sources = am_alloc(n, sizeof *sources), *targets = am_alloc(n, sizeof *targets);
  const bool fine =
      m->cells && m->weights && sources && targets &&
      amine_brain_synapses(brain, projection, "w", sources, targets, NULL, NULL, NULL) == AMINE_OK;
  for (size_t k = 0; fine && k < n; k++)
    m->cells[k] =
        (uint16_t)(bin(targets[k], n_post, m->rows) * m->cols + bin(sources[k], n_pre, m->cols));
  am_free(sources);
  am_free(targets);
  if (!fine) return false;
  m->n = n;
  m->projection = projection + 1;
  return true;
}

bool am_matrix_of_projection(am_matrix *m, amine_brain *brain, int projection) {
  static _Thread_local double sums[AM_MATRIX_SIDE * AM_MATRIX_SIDE];
  static _Thread_local uint32_t counts[AM_MATRIX_SIDE * AM_MATRIX_SIDE];
  if (m->projection != projection + 1 && !begin(m, brain, projection)) return false;
  if (amine_brain_synapses(brain, projection, "w", NULL, NULL, NULL, m->weights, NULL) != AMINE_OK)
    return false;
  memset(sums, 0, sizeof sums);
  memset(counts, 0, sizeof counts);
  for (size_t k = 0; k < m->n; k++) {
    sums[m->cells[k]] += (double)m->weights[k];
    counts[m->cells[k]]++;
  }
  for (int k = 0; k < m->rows * m->cols; k++)
    m->values[k] = counts[k] ? (float)(sums[k] / counts[k]) : (float)NAN;
  return true;
}

void am_matrix_put(const am_matrix *m, am_board *board, int run) {
  const size_t dims[2] = {(size_t)m->rows, (size_t)m->cols};
  am_npz_builder *b = NULL;
  am_text bytes = {0};
  if (am_npz_builder_new(&b, NULL) == AMINE_OK &&
      am_npz_builder_add(b, m->name, AM_F32, 2, dims, m->values, NULL) == AMINE_OK &&
      am_npz_builder_bytes(b, &bytes, false, NULL) == AMINE_OK)
    (void)am_board_put(board, run, "weights", bytes.data, bytes.length, NULL);
  am_npz_builder_free(b);
  am_text_free(&bytes);
}
