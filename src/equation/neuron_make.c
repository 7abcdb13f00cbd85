/* From a neuron's text to its program (see neuron_program.h): what a step is made of. */
#include "equation/neuron_program.h"

#include <string.h>

#include "base/memory.h"
#include "equation/neuron_lists.h"
#include "equation/neuron_values.h"

typedef struct maker {
  am_neuron_program *p;
  const am_neuron_text *t;
  am_neuron_values *b;
  int leaf[AM_NEURON_STATES];  /* states as a step finds them */
  int start[AM_NEURON_STATES]; /* once it has begun */
  int half[AM_NEURON_STATES],
      whole[AM_NEURON_STATES]; /* what is exact, in its middle and at its end */
  int moved[AM_NEURON_STATES]; /* what the schemes have made of the others */
  int place[AM_NEURON_STATES]; /* among the linear states, -1: it is none */
  bool reaches[AM_NEURON_STATES][AM_NEURON_STATES]; /* linear state i rests on j within a step */
  amine_error *error;
} maker;

#define REFUSE(m, node, ...)                                                                       \
  am_equations_refuse((m)->t->e, (m)->t->e->nodes[node].at, (m)->error, __VA_ARGS__)

static const char *name_of(const maker *m, int state) {
  return m->t->e->symbols[m->t->state[state]].name;
}

static int number(maker *m, double x) { return am_values_number(m->b, x); }
static int add(maker *m, int x, int y) { return am_values_two(m->b, AM_NEURON_ADD, x, y); }
static int multiply(maker *m, int x, int y) {
  return am_values_two(m->b, AM_NEURON_MULTIPLY, x, y);
}

/* A node, with states as they are given. */
static int value_with(maker *m, int node, const int *states) {
  memcpy(m->b->now, states, sizeof m->b->now);
  am_values_forget(m->b);
  return am_values_of(m->b, node);
}

static int slope_with(maker *m, int state, const int *states) {
  return value_with(m, m->t->slope[state], states);
}

/* ------------------------------------------------------------------------------ what is linear */
/* A state that a derivative rests on, though it is not integrated exactly; -1: none. */
static int foreign_state(const maker *m, uint32_t states) {
  for (int s = 0; s < m->t->n_states; s++)
    if (states >> s & 1 && m->t->slope[s] >= 0 && m->t->scheme[s] != AM_SCHEME_NONE) return s;
  return -1;
}

/* A_ij of all j; refuses what has no constant coefficients. */
static amine_status coefficients(maker *m, int i) {
  const int s = m->p->linear[i], slope = slope_with(m, s, m->leaf);
  const int foreign = foreign_state(m, m->b->states[slope]);
  if (foreign >= 0)
    return REFUSE(m, m->t->slope[s],
                  "%s' rests on %s, which is integrated by %s: say how %s is, as in \"%s' = ... by "
                  "euler\"",
                  name_of(m, s), name_of(m, foreign), am_scheme_name(m->t->scheme[foreign]),
                  name_of(m, s), name_of(m, s));
  for (int j = 0; j < m->p->n_linear; j++) {
    const int a = am_values_derivative(m->b, slope, m->leaf[m->p->linear[j]]);
    m->p->coefficient[i][j] = (int16_t)(am_values_is(m->b, a, 0) ? -1 : a);
    if (m->p->values[a].rate == AM_AT_SETUP) continue;
    return REFUSE(m, m->t->slope[s],
                  "%s' is not linear with constant coefficients: say how it is integrated, as in "
                  "\"%s' = ... by heun\" (euler, half_steps, heun, midpoint, exponential_euler)",
                  name_of(m, s), name_of(m, s));
  }
  return AMINE_OK;
}

/* It decays alone: nothing else is in its derivative. */
static bool is_decay(maker *m, int i) {
  int states[AM_NEURON_STATES];
  for (int j = 0; j < m->p->n_linear; j++)
    if ((m->p->coefficient[i][j] >= 0) != (i == j)) return false;
  memcpy(states, m->leaf, sizeof states);
  states[m->p->linear[i]] = number(m, 0);
  return am_values_is(m->b, slope_with(m, m->p->linear[i], states), 0);
}

static amine_status find_linear(maker *m) {
  am_neuron_program *p = m->p;
  for (int s = 0; s < AM_NEURON_STATES; s++) m->place[s] = -1;
  for (int s = 0; s < m->t->n_states; s++) {
    if (m->t->slope[s] < 0 || m->t->scheme[s] != AM_SCHEME_NONE) continue;
    m->place[s] = p->n_linear;
    p->linear[p->n_linear++] = s;
  }
  const int n = p->n_linear;
  for (int i = 0; i < n; i++) AM_TRY(coefficients(m, i));
  for (int i = 0; i < n; i++) {
    p->decays[i] = is_decay(m, i);
    for (int j = 0; j < n; j++) m->reaches[i][j] = i == j || p->coefficient[i][j] >= 0;
  }
  for (int k = 0; k < n; k++)
    for (int i = 0; i < n; i++)
      for (int j = 0; j < n; j++) m->reaches[i][j] |= m->reaches[i][k] && m->reaches[k][j];
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ what is held */
/* `now` of a state that is not held, what it was of one that is. */
static int hold(maker *m, int state, int now) {
  if (!m->p->stands[state]) return now;
  return am_values_select(m->b, m->leaf[m->p->counts], number(m, 1), now, m->leaf[state]);
}

/* Firing tells of these states: they are compared, and held after a spike. */
static amine_status find_compared(maker *m) {
  const am_neuron_text *t = m->t;
  am_neuron_program *p = m->p;
  const int node = t->condition >= 0 ? t->condition : t->chance;
  if (node < 0) return AMINE_OK; /* it is told, or fires by a rate */
  const int v = value_with(m, node, m->leaf);
  if (t->condition >= 0 && m->b->states[v] == 0)
    return am_equations_refuse(t->e, t->fires_at, m->error,
                               "that a neuron fires is told by a state of it: \"spike v >= 20\"");
  for (int s = 0; s < t->n_states; s++) {
    p->compared[s] = m->b->states[v] >> s & 1;
    p->stands[s] = p->compared[s] && t->refractory >= 0;
  }
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ exact steps */
/* Linear state i after a step or half of one. */
static int exactly(maker *m, int i, int form, const int *slopes) {
  const am_neuron_program *p = m->p;
  const bool held = form & AM_PROPAGATE_HELD;
  int x = m->start[p->linear[i]];
  if (p->decays[i]) return multiply(m, am_values_propagator(m->b, form, i, i), x);
  for (int j = 0; j < p->n_linear; j++) {
    const bool sums = !p->decays[j];
    if (!m->reaches[i][j] || (held && sums && p->stands[p->linear[j]])) continue;
    const int k = am_values_propagator(m->b, form | (sums ? AM_PROPAGATE_SUM : 0), i, j);
    x = add(m, x, multiply(m, k, sums ? slopes[j] : m->start[p->linear[j]]));
  }
  return x;
}

/* Whether what is held changes what becomes of linear state i. */
static bool feels_hold(const maker *m, int i) {
  for (int j = 0; j < m->p->n_linear; j++)
    if (j != i && m->reaches[i][j] && m->p->stands[m->p->linear[j]]) return true;
  return false;
}

static void exact_steps(maker *m, int *out, int form) {
  const am_neuron_program *p = m->p;
  int slopes[AM_NEURON_STATES] = {0}, without[AM_NEURON_STATES];
  memcpy(without, m->start, sizeof without);
  for (int i = 0; i < p->n_linear; i++)
    if (p->decays[i]) without[p->linear[i]] = number(m, 0);
  for (int i = 0; i < p->n_linear; i++)
    if (!p->decays[i]) slopes[i] = slope_with(m, p->linear[i], without);
  for (int i = 0; i < p->n_linear; i++) {
    const int s = p->linear[i];
    int x = exactly(m, i, form, slopes);
    if (p->stands[s]) x = hold(m, s, x);
    else if (feels_hold(m, i))
      x = am_values_select(m->b, m->leaf[p->counts], number(m, 1), x,
                           exactly(m, i, form | AM_PROPAGATE_HELD, slopes));
    out[s] = x;
  }
}

/* ------------------------------------------------------------------------------ schemes */
/* States for a slope: what is exact as in `linear`, of the others what has become of them. */
static void stage(const maker *m, int *states, const int *linear) {
  for (int s = 0; s < AM_NEURON_STATES; s++) states[s] = m->place[s] >= 0 ? linear[s] : m->moved[s];
}

static int part_of_step(maker *m, double part) {
  return multiply(m, number(m, part), am_values_leaf(m->b, AM_NEURON_DT, 0));
}

/* Euler's step of one state alone, in `parts`. */
static void alone(maker *m, int s, int parts) {
  int states[AM_NEURON_STATES];
  for (int k = 0; k < parts; k++) {
    stage(m, states, m->start);
    const int step = multiply(m, part_of_step(m, 1.0 / parts), slope_with(m, s, states));
    m->moved[s] = hold(m, s, add(m, m->moved[s], step));
  }
}

/* All states of a scheme, from slopes at one stage and, unless that is the only one, at another. */
typedef struct group {
  int state[AM_NEURON_STATES], n;
} group;

static void slopes_at(maker *m, const group *g, const int *states, int *slopes) {
  for (int k = 0; k < g->n; k++) slopes[k] = slope_with(m, g->state[k], states);
}

/* `states` with those of the group a part of a step further along their slopes. */
static void go_on(maker *m, const group *g, int *states, const int *slopes, double part) {
  for (int k = 0; k < g->n; k++) {
    const int s = g->state[k];
    states[s] = hold(m, s, add(m, m->moved[s], multiply(m, part_of_step(m, part), slopes[k])));
  }
}

static void by_heun(maker *m, const group *g) {
  int states[AM_NEURON_STATES], first[AM_NEURON_STATES], second[AM_NEURON_STATES];
  stage(m, states, m->start);
  slopes_at(m, g, states, first);
  stage(m, states, m->whole);
  go_on(m, g, states, first, 1);
  slopes_at(m, g, states, second);
  for (int k = 0; k < g->n; k++) second[k] = add(m, first[k], second[k]);
  go_on(m, g, states, second, 0.5);
  for (int k = 0; k < g->n; k++) m->moved[g->state[k]] = states[g->state[k]];
}

static void by_midpoint(maker *m, const group *g) {
  int states[AM_NEURON_STATES], slopes[AM_NEURON_STATES];
  stage(m, states, m->start);
  slopes_at(m, g, states, slopes);
  stage(m, states, m->half);
  go_on(m, g, states, slopes, 0.5);
  slopes_at(m, g, states, slopes);
  go_on(m, g, states, slopes, 1);
  for (int k = 0; k < g->n; k++) m->moved[g->state[k]] = states[g->state[k]];
}

static void by_exponential_euler(maker *m, const group *g) {
  int states[AM_NEURON_STATES], next[AM_NEURON_STATES] = {0};
  const int dt = part_of_step(m, 1);
  for (int k = 0; k < g->n; k++) { /* the derivative is by a value that nothing looks through */
    const int s = g->state[k];
    if (m->moved[s] != m->leaf[s]) m->moved[s] = am_values_one(m->b, AM_NEURON_COPY, m->moved[s]);
  }
  stage(m, states, m->half);
  for (int k = 0; k < g->n; k++) {
    const int s = g->state[k], slope = slope_with(m, s, states);
    const int own = am_values_derivative(m->b, slope, states[s]);
    const int part = am_values_one(m->b, AM_NEURON_EXPREL, multiply(m, dt, own));
    next[k] = hold(m, s, add(m, m->moved[s], multiply(m, multiply(m, dt, part), slope)));
  }
  for (int k = 0; k < g->n; k++) m->moved[g->state[k]] = next[k];
}

/* In the order of the text; those that go together where the first of them stands. */
static void move_others(maker *m) {
  const am_neuron_text *t = m->t;
  bool done[AM_N_SCHEMES] = {false};
  for (int k = 0; k < t->n_moved; k++) {
    const int s = t->moved[k];
    const am_scheme scheme = t->scheme[s];
    group g = {.n = 0};
    if (scheme == AM_SCHEME_EULER) alone(m, s, 1);
    if (scheme == AM_SCHEME_HALF_STEPS) alone(m, s, 2);
    if (scheme < AM_SCHEME_HEUN || done[scheme]) continue;
    done[scheme] = true;
    for (int j = k; j < t->n_moved; j++)
      if (t->scheme[t->moved[j]] == scheme) g.state[g.n++] = t->moved[j];
    if (scheme == AM_SCHEME_HEUN) by_heun(m, &g);
    else if (scheme == AM_SCHEME_MIDPOINT) by_midpoint(m, &g);
    else by_exponential_euler(m, &g);
  }
}

/* ------------------------------------------------------------------------------ a step */
/* The updates of a moment, line after line. */
static void update(maker *m, int *states, am_neuron_when when) {
  const am_neuron_text *t = m->t;
  for (int k = 0; k < t->n_updates;) {
    const int line = t->updates[k].line;
    int next[AM_NEURON_STATES];
    memcpy(next, states, sizeof next);
    for (; k < t->n_updates && t->updates[k].line == line; k++) {
      int s = 0;
      if (t->updates[k].when != when) continue;
      while (t->state[s] != t->updates[k].symbol) s++;
      next[s] = value_with(m, t->updates[k].node, states);
    }
    memcpy(states, next, sizeof next);
  }
}

/* That a Poisson number of this mean is not 0: 1 - e^{-mean}. */
static int at_all(maker *m, int mean) {
  const int less = am_values_one(m->b, AM_NEURON_NEGATE, mean);
  return multiply(m, mean, am_values_one(m->b, AM_NEURON_EXPREL, less));
}

static int fired_value(maker *m, const int *states) {
  const am_neuron_text *t = m->t;
  if (t->told) return am_values_leaf(m->b, AM_NEURON_ARRIVED, 0);
  if (t->mean >= 0) return am_values_one(m->b, AM_NEURON_CHANCE, at_all(m, m->p->means));
  if (t->condition < 0)
    return am_values_one(m->b, AM_NEURON_CHANCE, value_with(m, t->chance, states));
  const int fires = value_with(m, t->condition, states);
  if (m->p->counts < 0) return fires;
  return am_values_select(m->b, m->leaf[m->p->counts], number(m, 1), fires, number(m, 0));
}

/* What becomes of the states, and whether it fires. */
static int step(maker *m, int *states) {
  const am_neuron_program *p = m->p;
  memcpy(m->start, m->leaf, sizeof m->start);
  update(m, m->start, AM_WHEN_BEGIN);
  memcpy(m->moved, m->start, sizeof m->moved);
  exact_steps(m, m->half, AM_PROPAGATE_HALF);
  exact_steps(m, m->whole, 0);
  move_others(m);
  stage(m, states, m->whole);
  update(m, states, AM_WHEN_END);
  for (int s = 0; s < m->t->n_states; s++) {
    if (!p->stands[s]) continue;
    const int free = am_values_where(m->b, states[s], m->leaf[p->counts], number(m, 1));
    states[s] = hold(m, s, free);
  }
  if (p->counts >= 0) states[p->counts] = am_values_one(m->b, AM_NEURON_COUNT, m->leaf[p->counts]);
  if (p->mean >= 0) states[p->mean] = p->means;
  return fired_value(m, states);
}

/* And of those that fired. */
static void after_spike(maker *m, int *states) {
  const am_neuron_program *p = m->p;
  memcpy(states, m->leaf, sizeof m->leaf);
  update(m, states, AM_WHEN_FIRES);
  if (p->counts >= 0) states[p->counts] = p->held;
  const int fired = am_values_leaf(m->b, AM_NEURON_FIRED, 0);
  for (int s = 0; s < p->n_states; s++)
    if (states[s] != m->leaf[s])
      states[s] = am_values_select(m->b, number(m, 0), fired, states[s], m->leaf[s]);
}

/* What set-up needs to know beside the numbers of the lists. */
static void remember(maker *m) {
  am_neuron_program *p = m->p;
  const am_equations *e = m->t->e;
  for (int s = 0; s < m->t->n_states; s++) {
    const int begin = e->symbols[m->t->state[s]].begin;
    p->scheme[s] = m->t->scheme[s];
    p->initial[s] = (int16_t)(begin >= 0 ? value_with(m, begin, m->leaf) : number(m, 0));
    p->slope[s] = -1;
    if (m->t->slope[s] < 0) continue;
    p->slope[s] = (int16_t)am_values_derivative(m->b, slope_with(m, s, m->leaf), m->leaf[s]);
  }
  for (int s = m->t->n_states; s < p->n_states; s++)
    p->initial[s] = (int16_t)number(m, 0), p->slope[s] = -1;
  p->n_each = m->t->n_each;
  for (int k = 0; k < p->n_each; k++)
    for (int j = p->each[k] = 0; j < m->t->each[k]; j++)
      p->each[k] += e->symbols[j].kind == AM_SYMBOL_CONSTANT;
}

static amine_status check_parameters(const maker *m) {
  const am_equations *e = m->t->e;
  int n = 0;
  for (int k = 0; k < e->n_symbols; k++)
    if (e->symbols[k].kind == AM_SYMBOL_CONSTANT && ++n > AM_NEURON_PARAMETERS)
      return am_equations_refuse(e, e->symbols[k].at, m->error, "a neuron has at most %d constants",
                                 AM_NEURON_PARAMETERS);
  return AMINE_OK;
}

static amine_status too_large(const maker *m) {
  return am_fail(m->error, AMINE_ERROR_INPUT, "%s: a neuron has fewer operations than these",
                 m->t->e->name);
}

static amine_status make(maker *m) {
  am_neuron_program *p = m->p;
  int states[AM_NEURON_STATES], fires[AM_NEURON_STATES];
  AM_TRY(check_parameters(m));
  number(m, 0);
  p->n_states = m->t->n_states;
  p->draws = m->t->chance >= 0 || m->t->mean >= 0;
  p->counts = p->mean = p->held = -1;
  for (int s = 0; s < AM_NEURON_STATES; s++) m->leaf[s] = am_values_leaf(m->b, AM_NEURON_STATE, s);
  AM_TRY(find_compared(m));
  if (m->t->refractory >= 0) {
    p->counts = p->n_states++;
    p->held =
        (int16_t)am_values_one(m->b, AM_NEURON_STEPS, value_with(m, m->t->refractory, m->leaf));
    if (p->values[p->held].rate != AM_AT_SETUP)
      return REFUSE(m, m->t->refractory, "how long they are held is one time for all neurons");
  }
  if (m->t->mean >= 0) {
    p->mean = p->n_states++;
    p->means = (int16_t)value_with(m, m->t->mean, m->leaf);
  }
  AM_TRY(find_linear(m));
  remember(m);
  const int fired = step(m, states);
  after_spike(m, fires);
  for (int s = 0; s < p->n_states && m->t->told; s++)
    p->factor[s] = (int16_t)am_values_derivative(m->b, states[s], m->leaf[s]);
  if (m->b->full) return too_large(m);
  const amine_status status =
      am_neuron_lists_make(m->b, m->leaf, states, fires, fired, m->error);
  return status == AMINE_ERROR_INPUT ? too_large(m) : status;
}

amine_status am_neuron_program_make(am_neuron_program *p, const am_neuron_text *text,
                                    amine_error *error) {
  am_neuron_values *b = am_alloc(1, sizeof *b);
  if (!b) return am_fail_memory(error, sizeof *b);
  memset(p, 0, sizeof *p);
  b->p = p, b->text = text;
  maker m = {.p = p, .t = text, .b = b, .error = error};
  const amine_status status = make(&m);
  am_free(b);
  return status;
}
