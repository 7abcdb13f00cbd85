/* From a synapse rule's text to its programs (see synapse_program.h). */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "equation/neuron_lists.h"
#include "equation/neuron_values.h"
#include "equation/synapse_program.h"

enum { LEAVES = AM_SYNAPSE_STATES };

typedef struct maker {
  am_synapse_program *p;
  const am_synapse_text *t;
  am_neuron_values *b;         /* of the program that is made */
  int instead[AM_SYMBOLS_MAX]; /* what symbols stand for in it */
  amine_error *error;
} maker;

#define REFUSE(m, node, ...)                                                                       \
  am_equations_refuse((m)->t->e, (m)->t->e->nodes[node].at, (m)->error, __VA_ARGS__)

static const char *name_of(const maker *m, int symbol) { return m->t->e->symbols[symbol].name; }
static int number(maker *m, double x) { return am_values_number(m->b, x); }
static bool is_setup(const maker *m, int v) { return m->b->p->values[v].rate == AM_AT_SETUP; }

/* Begins another program. */
static void begin(maker *m, am_neuron_program *p) {
  memset(m->b, 0, sizeof *m->b);
  m->b->p = p, m->b->text = &m->t->target, m->b->instead = m->instead;
  for (int k = 0; k < AM_SYMBOLS_MAX; k++) m->instead[k] = -1;
  am_values_forget(m->b);
  number(m, 0);
}

static void stand(maker *m, int symbol, int value) {
  if (symbol < 0) return;
  m->instead[symbol] = value;
  am_values_forget(m->b);
}

static int leaf(maker *m, int state) { return am_values_leaf(m->b, AM_NEURON_STATE, state); }
static int shared(maker *m, int which) { return am_values_leaf(m->b, AM_NEURON_SHARED, which); }
static int value(maker *m, int node) { return am_values_of(m->b, node); }

static void stand_given(maker *m, am_synapse_role role, int v) {
  for (int k = 0; k < m->t->e->n_symbols; k++)
    if (m->t->role[k] == role) stand(m, k, v);
}

/* ------------------------------------------------------------------------------ laws */
/* What x' = a x with constant a decays with; refuses what is no such law. *tau gets a value: of
 * -x / tau it is tau itself. */
static amine_status decay(maker *m, int16_t *tau, int symbol, int node) {
  const int x = leaf(m, 0), zero = number(m, 0), one = number(m, 1);
  const am_neuron_value *values = m->b->p->values;
  stand(m, symbol, x);
  const int slope = value(m, node), a = am_values_derivative(m->b, slope, x);
  stand(m, symbol, zero);
  if (!is_setup(m, a) || !am_values_is(m->b, value(m, node), 0))
    return REFUSE(m, node, "%s decays alone: \"%s' = -%s / tau\"", name_of(m, symbol),
                  name_of(m, symbol), name_of(m, symbol));
  int inner = a;
  if (values[a].kind == AM_NEURON_NEGATE) inner = values[a].in[0];
  else if (values[a].kind == AM_NEURON_MULTIPLY)
    for (int k = 0; k < 2; k++)
      if (am_values_is(m->b, values[a].in[k], -1)) inner = values[a].in[1 - k];
  if (inner != a && values[inner].kind == AM_NEURON_DIVIDE && values[inner].in[0] == one)
    *tau = values[inner].in[1];
  else *tau = (int16_t)am_values_two(m->b, AM_NEURON_DIVIDE, number(m, -1), a);
  return AMINE_OK;
}

/* What becomes of a symbol by all lines of a moment. */
static int after(maker *m, int symbol, am_synapse_when when) {
  const am_synapse_text *t = m->t;
  int x = m->instead[symbol];
  const int before = x;
  for (int k = 0; k < t->n_updates; k++) {
    if (t->updates[k].when != when || t->updates[k].symbol != symbol) continue;
    x = value(m, t->updates[k].node);
    stand(m, symbol, x);
  }
  stand(m, symbol, before);
  return x;
}

static int node_of(const maker *m, int symbol, am_synapse_when when) {
  int node = -1;
  for (int k = 0; k < m->t->n_updates; k++)
    if (m->t->updates[k].when == when && m->t->updates[k].symbol == symbol)
      node = m->t->updates[k].node;
  return node;
}

/* x <- keeps x + adds, x decaying alone; or AMINE_ERROR_INPUT: it is no such law, and a program. */
static amine_status source_laws(maker *m, int l) {
  am_synapse_program *p = m->p;
  const int symbol = m->t->source[l], node = node_of(m, symbol, AM_WHEN_ARRIVES);
  if (node < 0) return AMINE_ERROR_INPUT;
  for (int k = 0; k < m->t->n_sources; k++) stand(m, m->t->source[k], leaf(m, 1 + k));
  AM_TRY(decay(m, &p->source_tau[l], symbol, m->t->origin.slope[l]));
  const int x = leaf(m, 0);
  stand(m, symbol, x);
  const int keeps = am_values_derivative(m->b, after(m, symbol, AM_WHEN_ARRIVES), x);
  stand(m, symbol, number(m, 0));
  const int adds = after(m, symbol, AM_WHEN_ARRIVES);
  if (!is_setup(m, keeps) || !is_setup(m, adds) || am_values_is(m->b, adds, 0))
    return AMINE_ERROR_INPUT;
  p->source_keeps[l] = (int16_t)keeps;
  p->source_adds[l] = (int16_t)adds;
  return AMINE_OK;
}

/* Whether a value is a sum of which `of` is a term. */
static bool has_term(const maker *m, int v, int of) {
  const am_neuron_value *x = &m->b->p->values[v];
  if (v == of) return true;
  if (x->kind == AM_NEURON_SUBTRACT) return has_term(m, x->in[0], of);
  if (x->kind != AM_NEURON_ADD) return false;
  return has_term(m, x->in[0], of) || has_term(m, x->in[1], of);
}

/* v - of, without the term where there is one. */
static int less(maker *m, int v, int of) {
  const am_neuron_value x = m->b->p->values[v];
  if (v == of) return number(m, 0);
  if (!has_term(m, v, of)) return am_values_two(m->b, AM_NEURON_SUBTRACT, v, of);
  const bool left = has_term(m, x.in[0], of);
  const int a = left ? less(m, x.in[0], of) : x.in[0], b = left ? x.in[1] : less(m, x.in[1], of);
  return am_values_two(m->b, (am_neuron_do)x.kind, a, b);
}

static int weight_change(maker *m, int node, int w, bool impulse) {
  return impulse ? less(m, after(m, m->t->weight, AM_WHEN_REWARDED), w) : value(m, node);
}

/* w' = gamma c (d - base), or at a reward r: w <- w + gamma r c */
static amine_status weight_law(maker *m, int node, int of, bool impulse) {
  am_synapse_program *p = m->p;
  const am_synapse_text *t = m->t;
  const int c = leaf(m, 0), d = leaf(m, 1), w = leaf(m, 2), zero = number(m, 0);
  const char *form = impulse ? "w <- w + gamma * r * c" : "w' = gamma * c * (d - b)";
  stand(m, t->weight, w);
  stand(m, t->eligibility, c);
  stand(m, of, d);
  const int change = weight_change(m, node, w, impulse),
            by_c = am_values_derivative(m->b, change, c);
  const int gamma = am_values_derivative(m->b, by_c, d);
  stand(m, of, zero);
  const int by_base = am_values_derivative(m->b, weight_change(m, node, w, impulse), c);
  stand(m, of, d);
  stand(m, t->eligibility, zero);
  const int without = weight_change(m, node, w, impulse);
  if (!is_setup(m, gamma) || !is_setup(m, by_base) || am_values_is(m->b, gamma, 0) ||
      !am_values_is(m->b, without, 0) || (impulse && !am_values_is(m->b, by_base, 0)))
    return REFUSE(m, node, "eligibility c becomes weight as in \"%s\", with constants gamma%s",
                  form, impulse ? "" : " and b");
  p->gamma = (int16_t)gamma;
  const int negative = am_values_one(m->b, AM_NEURON_NEGATE, by_base);
  p->base = (int16_t)(impulse ? zero : am_values_two(m->b, AM_NEURON_DIVIDE, negative, gamma));
  return AMINE_OK;
}

/* d <- d + r */
static amine_status level_law(maker *m) {
  const int symbol = m->t->level, d = leaf(m, 0), r = leaf(m, 1);
  AM_TRY(decay(m, &m->p->level_tau, symbol, m->t->level_slope));
  stand(m, symbol, d);
  stand(m, m->t->reward, r);
  if (after(m, symbol, AM_WHEN_REWARDED) == am_values_two(m->b, AM_NEURON_ADD, d, r))
    return AMINE_OK;
  return REFUSE(m, node_of(m, symbol, AM_WHEN_REWARDED),
                "a reward is added to a level: \"%s <- %s + %s\"", name_of(m, symbol),
                name_of(m, symbol), name_of(m, m->t->reward));
}

static amine_status eligibility_law(maker *m) {
  const am_synapse_text *t = m->t;
  const int symbol = t->eligibility, node = node_of(m, symbol, AM_WHEN_STEPS);
  m->p->has_eligibility = true;
  if (t->eligibility_slope >= 0)
    return decay(m, &m->p->eligibility_tau, symbol, t->eligibility_slope);
  stand(m, symbol, leaf(m, 0));
  m->p->is_gone = true;
  if (am_values_is(m->b, after(m, symbol, AM_WHEN_STEPS), 0)) return AMINE_OK;
  return REFUSE(m, node,
                "it is not said how %s decays: \"%s' = -%s / 1000\", or \"step : %s <- 0\"",
                name_of(m, symbol), name_of(m, symbol), name_of(m, symbol), name_of(m, symbol));
}

/* Sources follow laws in closed form, or all of them a program. */
static void find_source_laws(maker *m) {
  const am_synapse_text *t = m->t;
  amine_error *error = m->error, unused = {0};
  bool *runs = &m->p->runs_origin;
  *runs = m->p->delivers = t->efficacy >= 0;
  for (int l = 0; l < t->n_sources; l++)
    *runs |= t->origin.scheme[l] != AM_SCHEME_NONE || t->e->symbols[t->source[l]].begin >= 0;
  m->error = &unused;
  for (int l = 0; l < t->n_sources && !*runs; l++)
    *runs = source_laws(m, l) != AMINE_OK;
  m->error = error;
}

static amine_status find_laws(maker *m) {
  am_synapse_program *p = m->p;
  const am_synapse_text *t = m->t;
  begin(m, &p->laws);
  p->eligibility_tau = p->level_tau = p->gamma = p->base = p->every = -1;
  find_source_laws(m);
  if (t->eligibility >= 0) AM_TRY(eligibility_law(m));
  if (t->level >= 0) AM_TRY(level_law(m));
  if (t->weight_slope >= 0) AM_TRY(weight_law(m, t->weight_slope, t->level, false));
  const int impulse = node_of(m, t->weight, AM_WHEN_REWARDED);
  if (impulse >= 0) AM_TRY(weight_law(m, impulse, t->reward, true));
  if (t->every >= 0) p->every = (int16_t)value(m, t->every);
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ changes */
/* What symbols stand for in a pass; what an arrival adds to x is a factor of it, since what is kept
 * rises by 1. */
static int scaled(maker *m, int l, int x) {
  if (m->p->runs_origin) return x;
  const am_neuron_value *adds = &m->p->laws.values[m->p->source_adds[l]];
  if (adds->kind == AM_NEURON_NUMBER && adds->number == 1) return x;
  stand(m, m->t->source[l], number(m, 0));
  const int by = after(m, m->t->source[l], AM_WHEN_ARRIVES);
  return am_values_two(m->b, AM_NEURON_MULTIPLY, by, x);
}

static void leaves(maker *m, am_synapse_passes which) {
  const am_synapse_text *t = m->t;
  stand(m, t->weight, leaf(m, AM_SYNAPSE_W));
  stand(m, t->eligibility, leaf(m, AM_SYNAPSE_C));
  for (int l = 0; l < t->n_sources; l++) {
    const int x = which == AM_PASS_FIRE ? leaf(m, AM_SYNAPSE_SOURCE + l) : shared(m, l);
    stand(m, t->source[l], scaled(m, l, x));
  }
  for (int l = 0; l < t->target.n_states; l++)
    stand(m, t->target.state[l],
          which == AM_PASS_FIRE ? shared(m, l) : leaf(m, AM_SYNAPSE_TARGET + l));
  stand_given(m, AM_ROLE_FACTOR, shared(m, AM_SYNAPSE_SHARED_M));
  stand_given(m, AM_ROLE_SCORE, leaf(m, AM_SYNAPSE_SCORE));
}

static bool is_step(am_synapse_passes which) {
  return which == AM_PASS_STEP || which == AM_PASS_STEP_KEPT;
}

/* Of a step eligibility alone: it sees what is of the target as it was before. */
static bool belongs(const maker *m, const am_synapse_update *u, am_synapse_passes which) {
  if (which == AM_PASS_FIRE) return u->when == AM_WHEN_SPIKES;
  if (is_step(which)) return u->when == AM_WHEN_STEPS && u->symbol == m->t->eligibility;
  return u->when == AM_WHEN_ARRIVES || u->when == AM_WHEN_LATE;
}

/* The updates of a pass, line after line, of all that they change. */
static void update(maker *m, am_synapse_passes which) {
  const am_synapse_text *t = m->t;
  for (int k = 0; k < t->n_updates;) {
    const int line = t->updates[k].line, first = k;
    int next[AM_NEURON_UPDATES];
    for (; k < t->n_updates && t->updates[k].line == line; k++)
      if (belongs(m, &t->updates[k], which)) next[k] = value(m, t->updates[k].node);
    for (int j = first; j < k; j++)
      if (belongs(m, &t->updates[j], which)) stand(m, t->updates[j].symbol, next[j]);
  }
}

/* What is done in each step is done where a source left something alone. */
static amine_status check_step(maker *m) {
  const am_synapse_text *t = m->t;
  const int node = node_of(m, t->eligibility, AM_WHEN_STEPS), c = leaf(m, AM_SYNAPSE_C);
  leaves(m, AM_PASS_STEP);
  for (int l = 0; l < t->n_sources; l++) stand(m, t->source[l], number(m, 0));
  update(m, AM_PASS_STEP);
  if (t->n_sources > 0 && m->instead[t->eligibility] == c) return AMINE_OK;
  return REFUSE(m, node,
                "what a step adds to %s is a multiple of what the source left: \"%s <- %s + "
                "score * x\"",
                name_of(m, t->eligibility), name_of(m, t->eligibility), name_of(m, t->eligibility));
}

static amine_status too_large(const maker *m) {
  return am_fail(m->error, AMINE_ERROR_INPUT, "%s: a synapse has fewer operations than these",
                 m->t->e->name);
}

static amine_status make_lists(const maker *m, const int *is, const int *becomes) {
  const amine_status status = am_neuron_lists_make(m->b, is, becomes, NULL, -1, m->error);
  return status == AMINE_ERROR_INPUT ? too_large(m) : status;
}

static amine_status make_pass(maker *m, am_synapse_passes which) {
  am_synapse_pass *pass = &m->p->passes[which];
  am_neuron_program *p = &pass->program;
  int is[AM_NEURON_STATES], becomes[AM_NEURON_STATES];
  begin(m, p);
  p->counts = p->mean = p->held = -1;
  p->n_states = AM_SYNAPSE_STATES;
  for (int s = 0; s < AM_NEURON_STATES; s++) is[s] = becomes[s] = leaf(m, s);
  if (is_step(which)) {
    if (m->p->is_gone || node_of(m, m->t->eligibility, AM_WHEN_STEPS) < 0) return AMINE_OK;
    AM_TRY(check_step(m));
  }
  leaves(m, which);
  update(m, which);
  const int of[2] = {m->t->weight, m->t->eligibility};
  for (int k = 0; k < 2; k++) {
    if (of[k] < 0) continue;
    const int change = less(m, m->instead[of[k]], is[k]);
    pass->change[k] = (int16_t)change;
    pass->changes[k] = !am_values_is(m->b, change, 0);
    if (pass->changes[k]) becomes[k] = which == AM_PASS_STEP ? m->instead[of[k]] : change;
  }
  pass->any = pass->changes[0] || pass->changes[1];
  AM_TRY(m->b->full ? too_large(m) : make_lists(m, is, becomes));
  for (int k = 0; k < p->n_places; k++)
    if (p->places[k].kind == AM_PLACE_STATE) pass->reads[p->places[k].index] = true;
  return AMINE_OK;
}

/* ------------------------------------------------------------------------------ both sides */
static amine_status make_sides(maker *m) {
  am_synapse_program *p = m->p;
  p->n_targets = m->t->target.n_states;
  if (p->runs_origin) AM_TRY(am_neuron_program_make(&p->origin, &m->t->origin, m->error));
  if (p->n_targets == 0) return AMINE_OK;
  return am_neuron_program_make(&p->target, &m->t->target, m->error);
}

static void name(const maker *m, char out[AM_SYMBOL_SIZE], int symbol) {
  if (symbol >= 0) memcpy(out, name_of(m, symbol), AM_SYMBOL_SIZE);
}

static amine_status make(maker *m) {
  am_synapse_program *p = m->p;
  const am_synapse_text *t = m->t;
  p->n_sources = t->n_sources;
  p->w_min = t->w_min, p->w_max = t->w_max;
  name(m, p->weight_name, t->weight);
  name(m, p->eligibility_name, t->eligibility);
  name(m, p->efficacy_name, t->efficacy);
  for (int l = 0; l < t->n_sources; l++) name(m, p->source_name[l], t->source[l]);
  for (int l = 0; l < t->target.n_states; l++) name(m, p->target_name[l], t->target.state[l]);
  for (int k = 0; k < t->n_updates; k++) p->is_late |= t->updates[k].when == AM_WHEN_LATE;
  AM_TRY(find_laws(m));
  if (m->b->full) return too_large(m);
  for (int k = 0; k < AM_N_PASSES; k++) AM_TRY(make_pass(m, (am_synapse_passes)k));
  for (int k = 0; k < AM_N_PASSES; k++) p->changes |= p->passes[k].any;
  p->changes |= p->has_eligibility;
  return make_sides(m);
}

amine_status am_synapse_program_make(am_synapse_program *p, am_synapse_text *text, int first,
                                     amine_error *error) {
  am_neuron_values *b = am_alloc(1, sizeof *b);
  maker *m = am_alloc(1, sizeof *m);
  amine_status status = AMINE_OK;
  text->target.first_parameter = text->origin.first_parameter = first;
  memset(p, 0, sizeof *p);
  if (b && m) {
    *m = (maker){.p = p, .t = text, .b = b, .error = error};
    status = make(m);
  } else status = am_fail_memory(error, sizeof *b);
  am_free(b);
  am_free(m);
  return status;
}

/* ------------------------------------------------------------------------------ numbers */
static bool is_time(double x) { return x > 0 && x <= 1e30; }

bool am_synapse_program_laws(const am_synapse_program *p, am_synapse_laws *laws,
                             const double *parameters) {
  double *x = am_alloc((size_t)p->laws.n_values, sizeof *x);
  bool good = x != NULL;
  if (good) am_neuron_program_evaluate(&p->laws, x, parameters, NULL, NULL, 1);
  *laws = (am_synapse_laws){0};
  for (int l = 0; good && l < p->n_sources && !p->runs_origin; l++) {
    laws->source_tau[l] = x[p->source_tau[l]];
    laws->source_keeps[l] = x[p->source_keeps[l]];
    good = is_time(laws->source_tau[l]) && fabs(laws->source_keeps[l]) <= 1e30;
  }
  const struct {
    int16_t value;
    double *number;
    bool time;
  } all[] = {{p->eligibility_tau, &laws->eligibility_tau, true},
             {p->level_tau, &laws->level_tau, true},
             {p->gamma, &laws->gamma, false},
             {p->base, &laws->base, false},
             {p->every, &laws->every, false}};
  for (size_t k = 0; good && k < sizeof all / sizeof *all; k++) {
    if (all[k].value < 0) continue;
    *all[k].number = x[all[k].value];
    good = all[k].time ? is_time(*all[k].number) : fabs(*all[k].number) <= 1e30;
  }
  am_free(x);
  return good && laws->every >= 0;
}

/* The largest of a pass's changes at corners of what it sees. */
static double largest(const am_synapse_pass *pass, double *x, const double *parameters,
                      double weight, double gamma) {
  double most = 0;
  for (int corner = 0; corner < 32; corner++) {
    double states[AM_NEURON_STATES] = {0};
    double shares[AM_NEURON_SHARES] = {corner & 1, corner >> 1 & 1, 1};
    states[AM_SYNAPSE_W] = corner & 16 ? parameters[1] : parameters[0];
    if (fabs(states[AM_SYNAPSE_W]) >= 1e6) states[AM_SYNAPSE_W] = weight;
    for (int l = 0; l < AM_SYNAPSE_SIDE; l++)
      states[AM_SYNAPSE_SOURCE + l] = states[AM_SYNAPSE_TARGET + l] = corner >> (2 + l) & 1;
    states[AM_SYNAPSE_SCORE] = 1;
    am_neuron_program_evaluate(&pass->program, x, parameters, states, shares, 1);
    if (pass->changes[0]) most = fmax(most, fabs(x[pass->change[0]]));
    if (pass->changes[1]) most = fmax(most, fabs(gamma * x[pass->change[1]]));
  }
  return most;
}

double am_synapse_program_change(const am_synapse_program *p, const double *parameters,
                                 double weight) {
  double *x = am_alloc(AM_NEURON_VALUES, sizeof *x), most = 0;
  am_synapse_laws laws;
  if (!x || !am_synapse_program_laws(p, &laws, parameters)) return am_free(x), 0;
  for (int k = 0; k < AM_N_PASSES; k++)
    if (p->passes[k].any)
      most = fmax(most, largest(&p->passes[k], x, parameters, weight, laws.gamma));
  am_free(x);
  return most;
}

/* The least of what the states of a program lose. */
static double loss_of(const am_neuron_program *p, int n, double *x, const double *parameters,
                      double dt_ms) {
  double states[AM_NEURON_STATES] = {0}, least = 1;
  am_neuron_program_evaluate(p, x, parameters, NULL, NULL, dt_ms);
  for (int s = 0; s < n; s++) states[s] = x[p->initial[s]];
  am_neuron_program_evaluate(p, x, parameters, states, NULL, dt_ms);
  for (int s = 0; s < n; s++) {
    const double left = x[p->factor[s]];
    if (left > 0 && left < 1) least = fmin(least, 1 - left);
  }
  return least;
}

double am_synapse_program_loss(const am_synapse_program *p, const double *parameters,
                               double dt_ms) {
  double *x = am_alloc(AM_NEURON_VALUES, sizeof *x), least = 1;
  if (!x) return 1;
  if (p->n_targets > 0) least = loss_of(&p->target, p->n_targets, x, parameters, dt_ms);
  if (p->runs_origin)
    least = fmin(least, loss_of(&p->origin, p->n_sources, x, parameters, dt_ms));
  am_free(x);
  return least;
}
