/* The numbers of a population of text neurons (see neuron_program.h), in double and with the same
 * bits everywhere. */
#include <math.h>
#include <string.h>

#include "base/steps.h"
#include "equation/neuron_program.h"
#include "kernel/exponential.h"

enum { MOST = 2 * AM_NEURON_STATES };

/* ------------------------------------------------------------------------------ e^M */
typedef struct square {
  int n;
  double x[MOST][MOST];
} square;

static void product(square *to, const square *a, const square *b) {
  to->n = a->n;
  for (int i = 0; i < a->n; i++)
    for (int j = 0; j < a->n; j++) {
      double sum = 0;
      for (int k = 0; k < a->n; k++) sum += a->x[i][k] * b->x[k][j];
      to->x[i][j] = sum;
    }
}

static double norm(const square *a) {
  double most = 0;
  for (int i = 0; i < a->n; i++) {
    double sum = 0;
    for (int j = 0; j < a->n; j++) sum += fabs(a->x[i][j]);
    most = fmax(most, sum);
  }
  return most;
}

/* By squaring: e^M - 1 of M / 2^k by its series, so that nothing is lost where M is small; then
 * k times 2 x + x^2. */
static void exponential_less_one(square *to, const square *m) {
  square scaled = *m, term, next;
  int halvings = 0;
  for (double size = norm(m); size > 0.5 && halvings < 1000; size /= 2) halvings++;
  for (int i = 0; i < m->n; i++)
    for (int j = 0; j < m->n; j++) scaled.x[i][j] = ldexp(m->x[i][j], -halvings);
  *to = term = scaled;
  for (int k = 2; k <= 18; k++) {
    product(&next, &term, &scaled);
    for (int i = 0; i < m->n; i++)
      for (int j = 0; j < m->n; j++) {
        term.x[i][j] = next.x[i][j] / k;
        to->x[i][j] += term.x[i][j];
      }
  }
  for (; halvings > 0; halvings--) {
    product(&next, to, to);
    for (int i = 0; i < m->n; i++)
      for (int j = 0; j < m->n; j++) to->x[i][j] = 2 * to->x[i][j] + next.x[i][j];
  }
}

/* ------------------------------------------------------------------------------ propagators */
enum { FORMS = 4 }; /* of half a step or a whole one; held or not */

typedef struct setup {
  const am_neuron_program *p;
  const double *constants, *states, *shared;
  double dt_ms;
  double x[AM_NEURON_VALUES];
  bool made[FORMS];
  square less_one[FORMS]; /* e^{hM} - 1 */
} setup;

/* What is gone at once: nothing is left of it, and nothing reaches others. */
static bool is_gone(const setup *q, int i) {
  const int a = q->p->coefficient[i][i];
  return q->p->decays[i] && isinf(q->x[a]) && q->x[a] < 0;
}

/* M is A over the linear states, and 1 from a sum for each of them: above on the right of e^{hM} is
 * the integral of e^{sA} over the step. What is held has an empty row. */
static const square *propagators(setup *q, int form) {
  const am_neuron_program *p = q->p;
  const int n = p->n_linear, held = form & AM_PROPAGATE_HELD;
  const int slot = (form & AM_PROPAGATE_HALF ? 1 : 0) + (held ? 2 : 0);
  const double h = form & AM_PROPAGATE_HALF ? q->dt_ms / 2 : q->dt_ms;
  square m = {.n = 2 * n};
  if (q->made[slot]) return &q->less_one[slot];
  for (int i = 0; i < n; i++) {
    if (is_gone(q, i) || (held && p->stands[p->linear[i]])) continue;
    for (int j = 0; j < n; j++)
      if (p->coefficient[i][j] >= 0 && !is_gone(q, j)) m.x[i][j] = h * q->x[p->coefficient[i][j]];
    m.x[i][n + i] = h;
  }
  exponential_less_one(&q->less_one[slot], &m);
  q->made[slot] = true;
  return &q->less_one[slot];
}

static double propagator(setup *q, int form, int i, int j) {
  const double h = form & AM_PROPAGATE_HALF ? q->dt_ms / 2 : q->dt_ms;
  if (form & AM_PROPAGATE_SUM) return propagators(q, form)->x[i][q->p->n_linear + j];
  return i == j ? am_exp(h * q->x[q->p->coefficient[i][i]]) : propagators(q, form)->x[i][j];
}

/* ------------------------------------------------------------------------------ all values */
static double leaf(setup *q, const am_neuron_value *v) {
  switch ((am_neuron_do)v->kind) {
  case AM_NEURON_NUMBER: return v->number;
  case AM_NEURON_PARAMETER: return q->constants[v->in[0]];
  case AM_NEURON_EACH: return q->constants[q->p->each[v->in[0]]];
  case AM_NEURON_DT: return q->dt_ms;
  case AM_NEURON_STATE: return q->states ? q->states[v->in[0]] : 0;
  case AM_NEURON_SHARED: return q->shared ? q->shared[v->in[0]] : 0;
  case AM_NEURON_GAIN:
  case AM_NEURON_THRESHOLD: return 1;
  case AM_NEURON_PROPAGATOR: return propagator(q, v->in[0], v->in[1], v->in[2]);
  default: return 0; /* nothing arrives, and nobody fires */
  }
}

static double result(const setup *q, const am_neuron_value *v) {
  double a[4] = {0};
  for (int k = 0; k < v->n_in; k++) a[k] = q->x[v->in[k]];
  switch ((am_neuron_do)v->kind) {
  case AM_NEURON_NEGATE: return -a[0];
  case AM_NEURON_ADD: return a[0] + a[1];
  case AM_NEURON_SUBTRACT: return a[0] - a[1];
  case AM_NEURON_MULTIPLY: return a[0] * a[1];
  case AM_NEURON_DIVIDE: return a[0] / a[1];
  case AM_NEURON_MIN: return a[0] < a[1] ? a[0] : a[1];
  case AM_NEURON_MAX: return a[0] > a[1] ? a[0] : a[1];
  case AM_NEURON_ABS: return fabs(a[0]);
  case AM_NEURON_EXP: return am_exp(a[0]);
  case AM_NEURON_LOG: return a[0] > 0 ? am_log(a[0]) : a[0] < 0 ? (double)NAN : -(double)INFINITY;
  case AM_NEURON_SQRT: return sqrt(a[0]);
  case AM_NEURON_TANH: return am_tanh(a[0]);
  case AM_NEURON_SIGMOID: return 1 / (1 + am_exp(-a[0]));
  case AM_NEURON_EXPREL: return a[0] == 0 ? 1 : am_expm1(a[0]) / a[0];
  case AM_NEURON_SELECT: return a[0] < a[1] ? a[2] : a[3];
  case AM_NEURON_STEPS: return (double)am_steps(a[0], q->dt_ms);
  default: return a[0];
  }
}

static void evaluate(setup *q) {
  for (int k = 0; k < q->p->n_values; k++) {
    const am_neuron_value *v = &q->p->values[k];
    q->x[k] = v->kind >= AM_NEURON_COPY ? result(q, v) : leaf(q, v);
  }
}

static void begin(setup *q, const am_neuron_program *p, const double *constants, double dt_ms) {
  q->p = p, q->constants = constants, q->dt_ms = dt_ms;
  q->states = q->shared = NULL;
  memset(q->made, 0, sizeof q->made);
  memset(q->x, 0, (size_t)p->n_values * sizeof *q->x);
}

bool am_neuron_program_setup(const am_neuron_program *p, double *k, double *initial,
                             const double *constants, double dt_ms) {
  setup room, *q = &room;
  bool finite = true;
  begin(q, p, constants, dt_ms);
  evaluate(q);
  for (int n = 0; n < p->n_constants; n++) {
    k[n] = q->x[p->constant[n]];
    finite &= fabs(k[n]) <= 3e38;
  }
  for (int s = 0; s < p->n_states; s++) {
    initial[s] = q->x[p->initial[s]];
    finite &= fabs(initial[s]) <= 3e38;
  }
  return finite;
}

void am_neuron_program_evaluate(const am_neuron_program *p, double *x, const double *constants,
                                const double *states, const double *shared, double dt_ms) {
  setup room, *q = &room;
  begin(q, p, constants, dt_ms);
  q->states = states, q->shared = shared;
  evaluate(q);
  memcpy(x, q->x, (size_t)p->n_values * sizeof *x);
}

double am_neuron_program_mean(const am_neuron_program *p, const double *constants, double dt_ms) {
  setup room, *q = &room;
  begin(q, p, constants, dt_ms);
  evaluate(q);
  return q->x[p->means];
}

/* How far a scheme goes along the slope -1: to where what is left is -1 times what was. */
static double reach_of(am_scheme scheme) {
  return scheme == AM_SCHEME_NONE || scheme == AM_SCHEME_EXPONENTIAL_EULER ? (double)INFINITY
         : scheme == AM_SCHEME_HALF_STEPS                                  ? 4
                                                                           : 2;
}

am_neuron_times am_neuron_program_times(const am_neuron_program *p, const double *constants,
                                        double dt_ms) {
  am_neuron_times times = {.longest_step_ms = (double)INFINITY};
  double states[AM_NEURON_STATES];
  setup room, *q = &room;
  begin(q, p, constants, dt_ms);
  evaluate(q);
  for (int s = 0; s < p->n_states; s++) states[s] = q->x[p->initial[s]];
  q->states = states;
  evaluate(q);
  for (int s = 0; s < p->n_states; s++) {
    const double slope = p->slope[s] >= 0 ? q->x[p->slope[s]] : 0, tau = 1 / fabs(slope);
    if (slope == 0 || !isfinite(slope)) continue;
    double *longest = p->compared[s] ? &times.compared_ms : &times.others_ms;
    *longest = fmax(*longest, tau);
    if (slope < 0)
      times.longest_step_ms = fmin(times.longest_step_ms, reach_of(p->scheme[s]) * tau);
  }
  if (p->held >= 0) times.held_ms = q->x[p->held] * dt_ms;
  return times;
}
