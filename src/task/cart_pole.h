/* Cart and pole: push a cart left or right so that the pole on it stays up. Barto, Sutton and
 * Anderson 1983, doi:10.1109/TSMC.1983.6313077. Velocities are hidden unless asked for, so that
 * what to do cannot be told from one look.
 *
 * With position x, angle theta from the upright (positive: leans to positive x), force F = +-10 N,
 * M = m_c + m, the paper's appendix has
 *
 *   theta'' = (g sin + cos (-F - m l theta'^2 sin + mu_c sgn(x')) / M - mu_p theta' / (m l))
 *             / (l (4/3 - m cos^2 / M))
 *   x''     = (F + m l (theta'^2 sin - theta'' cos) - mu_c sgn(x')) / M
 *
 * | symbol | value | |
 * |---|---|---|
 * | g | 9.8 m/s^2 | gravity |
 * | m_c, m | 1.0, 0.1 kg | mass of the cart, of the pole |
 * | l | 0.5 m | half the length of the pole |
 * | mu_c, mu_p | 0.0005 N, 0.000002 kg m^2/s | friction of the cart, of the pole; 0 without |
 *
 * and a step is one of Euler's of 0.02 s, positions moved by the velocities before it. An episode
 * starts with all four uniform in [-0.05, 0.05) (the paper: 0) and is over once |theta| > 12
 * degrees or |x| > 2.4 m. Every step taken rewards 1, the one that fails too, as is usual now.
 *
 * Everything is float, each operation exactly rounded in the order written, sine and cosine from
 * am_cart_sin and am_cart_cos: an episode has the same bits wherever it is played. */
#ifndef AMINE_TASK_CART_POLE_H
#define AMINE_TASK_CART_POLE_H

#include "task/world.h"

enum { AM_CART_LEFT, AM_CART_RIGHT, AM_CART_ACTIONS };

#define AM_CART_X_LIMIT 2.4f            /* m */
#define AM_CART_THETA_LIMIT 0.20943951f /* 12 degrees in rad */

typedef struct am_cart_pole_options {
  int steps;     /* T, length of an episode at most; 1 to 100000 */
  bool masked;   /* only positions are shown */
  bool friction; /* the paper's mu_c and mu_p; false: none, as in Gymnasium's CartPole */
} am_cart_pole_options;

/* 200 steps, masked, with friction */
am_cart_pole_options am_cart_pole_default(void);

typedef struct am_cart_pole_state {
  am_world world;
  float x, x_dot, theta, theta_dot; /* m, m/s, rad, rad/s */
  int32_t fallen;                   /* 1 once the episode is over */
} am_cart_pole_state;

/* Inputs: x / 2.4 m, theta / 12 degrees; then, if not masked, x' and theta'. Lines: `random`,
 * measured, NAN for episodes of less than 200 steps; `controller`, which sees all four and pushes to
 * the side of theta + 0.25 s theta' + 0.05 x + 0.1 s x'; `ceiling` = T. */
extern const am_task_type am_cart_pole_type;

/* sin and cos for |theta| <= 0.3, by their Taylor polynomials of degree 7 and 6. Largest error,
 * measured over every float there: 0.54 and 0.59 units in the last place. */
float am_cart_sin(float theta);
float am_cart_cos(float theta);

/* One step of the physics, with force in N. */
void am_cart_pole_move(am_cart_pole_state *s, float force, bool friction);

#endif
