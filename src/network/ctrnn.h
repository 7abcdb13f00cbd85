/* The continuous-time recurrent network with signed rates (Sompolinsky, Crisanti, Sommers 1988,
 * doi:10.1103/PhysRevLett.61.259), as used by Miconi 2017, doi:10.7554/eLife.20899:
 *
 *     tau dx_i/dt = -x_i + sum_j J_ij r_j + sum_k B_ik u_k + xi_i,      r_i = tanh x_i
 *
 * in Euler steps of dt; xi is a perturbation from outside. Bias neurons are held at a constant x.
 * J_ij ~ N(0, g^2 / N), B_ik ~ U(-1, 1), x_i(0) ~ U(-x0, x0). The first neurons are the output.
 * Beside x a step keeps its running mean xbar <- keep xbar + (1 - keep) x, which starts at x(0). */
#ifndef AMINE_NETWORK_CTRNN_H
#define AMINE_NETWORK_CTRNN_H

#include <stdint.h>

#include "base/error.h"
#include "base/registry.h"
#include "kernel/isa.h"
#include "kernel/panel.h"
#include "kernel/real.h"

enum {
  AM_CTRNN_MAX_BIASES = 8,
  AM_CTRNN_STEPS = 1 << 14 /* of a time constant at most: 32 bits hold no slower change */
};

typedef struct am_ctrnn_options {
  int n_inputs, n_hidden; /* n_hidden: N */
  float tau_ms, dt_ms;
  float g;    /* above 1 the network is chaotic without inputs */
  float x0;   /* bound of x(0) */
  float keep; /* of the running mean */
  int n_biases;
  struct {
    int neuron;
    float x;
  } biases[AM_CTRNN_MAX_BIASES];
} am_ctrnn_options;

typedef struct am_ctrnn {
  am_ctrnn_options options;
  am_panel_shape shape; /* of the panel [J | B]: [N][N + n_inputs] */
  int cols;             /* N + n_inputs padded to 16 */
  int n_vector;         /* N padded to 16: length of x, xbar, r, xi, dx */
  size_t n_panel;       /* elements of the panel */
  float euler;          /* dt / tau */
} am_ctrnn;

/* One network at work; all arrays of the caller, padding zero. */
typedef struct am_ctrnn_state {
  am_real *x, *mean, *r; /* [n_vector]; mean: xbar */
  am_real *z;            /* [cols + 16]: r and then, from element N on, the inputs u */
  am_real *y;            /* [n_vector] scratch: J r + B u */
  am_real *held, *value; /* [n_vector] held: 1 for bias neurons and padding, whose x is `value` */
} am_ctrnn_state;

typedef struct am_ctrnn_ops {
  /* t = 0: takes x as it stands in the state, holds the bias neurons, sets mean, r and z. */
  void (*start)(const am_ctrnn *network, am_ctrnn_state *state);
  /* One step, with u in z. dx: x(t) - xbar(t - 1); before: r(t - 1), both [n_vector]. */
  void (*step)(const am_ctrnn *network, const am_real *panel, am_ctrnn_state *state,
               const am_real *xi, am_real *dx, am_real *before);
  /* xi[i] = amplitude U(-1, 1) with probability `chance`, else 0; neuron i's draw of this step */
  void (*perturb)(am_real *xi, int n_vector, am_real chance, am_real amplitude, uint64_t seed,
                  uint32_t stream, uint32_t population, uint64_t step);
} am_ctrnn_ops;

/* The instruction set's code. */
const am_ctrnn_ops *am_ctrnn_code(void);

/* What the part is told. */
typedef enum am_ctrnn_biases { AM_BIASES_THREE, AM_BIASES_FOUR, AM_BIASES_NONE } am_ctrnn_biases;
typedef struct am_ctrnn_network {
  int n_hidden;
  float tau_ms, dt_ms, g, x0, keep;
  am_ctrnn_biases biases; /* of the two below, or none */
} am_ctrnn_network;
extern const am_part am_ctrnn_part;
am_ctrnn_options am_ctrnn_of(const am_ctrnn_network *network, int n_inputs);

/* N 200, tau 30 ms, dt 1 ms, g 1.5, x0 0.1, keep 0.05. Bias neurons: default x_1 = x_10 = 1 and
 * x_11 = -1; printed: 1 at 1, 10, 11, 12, since the paper's text says that four are held at 1, but
 * not which. Nor does it say how the running mean is kept. */
am_ctrnn_options am_ctrnn_default(int n_inputs);
am_ctrnn_options am_ctrnn_printed(int n_inputs);

/* Checks the options and works out the layout; takes no memory. */
amine_status am_ctrnn_make(am_ctrnn *network, const am_ctrnn_options *options, amine_error *error);

/* Draws J and B into a zeroed panel. */
void am_ctrnn_initialise(const am_ctrnn *network, float *panel, uint64_t seed);

/* Lays a state out in a zeroed block of am_ctrnn_state_size floats. */
size_t am_ctrnn_state_size(const am_ctrnn *network);
void am_ctrnn_place(const am_ctrnn *network, am_ctrnn_state *state, float *block);
/* Draws x(0) of episode (seed, episode, lane) into the state; `start` comes after it. */
void am_ctrnn_draw_start(const am_ctrnn *network, am_ctrnn_state *state, uint64_t seed,
                         uint32_t episode, uint32_t lane);

#endif
