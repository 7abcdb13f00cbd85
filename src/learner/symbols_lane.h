/* The probabilities of the symbols of an alphabet, 16 tokens side by side; arrays [row][16]. */
#ifndef AMINE_LEARNER_SYMBOLS_LANE_H
#define AMINE_LEARNER_SYMBOLS_LANE_H

#include <stddef.h>

#include "kernel/real.h"

enum { AM_SYMBOLS_LANES = 16 };

typedef struct am_symbols_ops {
  /* From the logits z [n] of which next [16] came: logp [16] = log p(next), and in place of z what
   * the loss sum_k weight_k (- log p_k(next_k)) has as its gradient there, weight (p - hit). */
  void (*predict)(am_real *z, am_real *logp, const int *next, const am_real *weight, int n);
  /* dW [n_rows][n], db [n_rows] = sums over tokens of z h', of z: z [block][row], its blocks z_step
   * elements apart; h turned round, [tile of 16 rows of h][block][token][16]. Each sum in the order
   * of the tokens; that of db over blocks first, then over lanes. */
  void (*collect)(am_real *dW, am_real *db, const am_real *z, size_t z_step, const am_real *turned,
                  int n_blocks, int n_rows, int n);
  /* to [cols][rows] = from [rows][cols] */
  void (*turn)(am_real *to, const am_real *from, int rows, int cols);
  /* y [block][n][16] += W x, x [block][m][16], blocks x_step elements apart */
  void (*add)(am_real *y, const am_real *W, const am_real *x, size_t x_step, int n_blocks, int n,
              int m);
} am_symbols_ops;

const am_symbols_ops *am_symbols_code(void);

#endif
