/* Plastic texts in the layout LANES against the layout UNITS: the same weights, inputs, given
 * signal and dropout, every rule and modulator. The difference is that of the order of sums.
 * Compiled for float, and for double where little is left of it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "network/pair.h"
#include "network/stack.h"
#include "network/units.h"
#include "network/written.h"

enum { LANES = AM_STACK_LANES, I = 3, N = 7, T = 9, LAYERS = 2 };
#if defined(AMINE_VEC_F64)
#define TOLERANCE 1e-12
#define RULE(name)                                                                                 \
  extern const am_trace_ops am_trace_##name##_f64;                                                 \
  static const am_trace_ops *const name = &am_trace_##name##_f64
RULE(decay);
RULE(oja);
RULE(clip);
RULE(softclip);
RULE(eligibility);
RULE(fading);
RULE(last);
RULE(gated);
static const am_trace_ops *rule_code(am_rule_id k) {
  const am_trace_ops *const all[] = {NULL,        decay,  oja,  clip, softclip,
                                     eligibility, fading, last, gated};
  return all[k];
}
#else
#define TOLERANCE 2e-5
static const am_trace_ops *rule_code(am_rule_id k) { return am_rules[k].ops[am_isa_now()]; }
#endif

static amine_error error;

static void must(amine_status status) {
  if (status != AMINE_OK) fail_msg("%s", error.message);
}

static void *zeros(size_t bytes) {
  void *p = aligned_alloc(64, (bytes + 64) / 64 * 64);
  assert_non_null(p);
  return memset(p, 0, (bytes + 64) / 64 * 64);
}

/* Numbers that differ everywhere: of inputs, of what is given, of masks. */
static double number(int what, int lane, int t, int k) {
  return sin(1.7 * what + 2.3 * lane + 0.9 * t + 1.1 * k + 0.31 * lane * t);
}
static double mask_of(int lane, int t, int k) { return number(7, lane, t, k) < -0.4 ? 0 : 1.25; }

/* What is tried. */
typedef struct choice {
  const am_part *network;
  am_rule_id rule;
  const am_modulator_type *modulator;
  am_readout_options readout;
  am_alpha_form alpha;
} choice;

typedef struct both {
  am_units units;
  am_pair pair;
  am_stack stack;
  am_places pair_places, stack_places;
  am_real *pair_parameters, *stack_parameters, *each;
  am_pair_lane lane;
  am_stack_memory memory, apart; /* apart: each lane with parameters of its own */
  am_real *block, *apart_block, *u;
  void *lane_block;
  int n_lanes;
  bool dropped;
} both;

/* The pair's first values, and the same in the stack, tensor by tensor. */
static void same_parameters(both *x) {
  float *from = zeros(x->pair.size * sizeof *from);
  float *to = zeros(x->stack_places.size * sizeof *to), values[76 * N];
  am_pair_initialise(&x->pair, &x->pair_places, from, 11);
  for (int k = 0; k < x->stack_places.n; k++) {
    const am_place *place = &x->pair_places.place[k];
    assert_string_equal(place->name, x->stack_places.place[k].name);
    am_place_get(place, values, from);
    for (size_t i = 0; strstr(place->name, "alpha") && i < am_place_count(place); i++)
      values[i] = values[i] * 60 - 0.2f;
    am_place_set(place, from, values);
    am_place_set(&x->stack_places.place[k], to, values);
  }
  x->pair_parameters = zeros(x->pair.size * sizeof(am_real));
  x->stack_parameters = zeros(x->stack_places.size * sizeof(am_real));
  x->each = zeros(x->stack_places.size * LANES * sizeof(am_real));
  for (size_t i = 0; i < x->pair.size; i++) x->pair_parameters[i] = (am_real)from[i];
  for (size_t i = 0; i < x->stack_places.size * LANES; i++)
    x->each[i] = x->stack_parameters[i / LANES] = (am_real)to[i / LANES];
  am_pair_code()->expand(&x->pair, x->pair_parameters);
  free(from), free(to);
}

static void open_both(both *x, const choice *c, int n_layers) {
  const am_units_options o = {.n_hidden = N,
                              .n_layers = n_layers,
                              .dropout = n_layers > 1 ? 0.2f : 0,
                              .alpha = c->alpha,
                              .constants = {0.5, 0.02}};
  const am_rule_options r = {.clip = 0.05f, .eta = 0.3f, .eta_e = 0.25f, .eta_h = 0.2f};
  const am_pair_head head = {"out", 2};
  *x = (both){.n_lanes = 3, .dropped = n_layers > 1};
  must(am_units_read(&x->units, c->network, &o, &am_rules[c->rule], &r, c->modulator, &c->readout,
                     &error));
  am_pair_options p = {.units = x->units.stack,
                       .heads = &head,
                       .n_heads = 1,
                       .clip = x->units.clip,
                       .rate = x->units.rate};
  am_stack_options s = x->units.stack;
  p.units.n_inputs = s.n_inputs = I;
  s.rule = rule_code(c->rule);
  s.feed.kind = AM_FEED_SIGNAL; /* the test says what it is */
  must(am_pair_make(&x->pair, &x->pair_places, &p, &error));
  must(am_stack_make(&x->stack, &x->stack_places, &s, &error));
  same_parameters(x);
  const bool has_E = am_rules[c->rule].rate != NULL;
  x->lane_block = zeros(am_pair_lane_bytes(&x->pair, T, has_E, sizeof(am_real)));
  am_pair_lane_place(&x->pair, &x->lane, x->lane_block, T, has_E, sizeof(am_real));
  x->block = zeros(am_stack_lay_out(&x->memory, NULL, &x->stack, T, true) * sizeof(am_real));
  am_stack_lay_out(&x->memory, x->block, &x->stack, T, true);
  x->apart_block = zeros(am_stack_lay_out(&x->apart, NULL, &x->stack, T, false) * sizeof(am_real));
  am_stack_lay_out(&x->apart, x->apart_block, &x->stack, T, false);
  x->u = zeros(T * I * LANES * sizeof(am_real));
}

static void close_both(both *x) {
  void *all[] = {x->pair_parameters, x->stack_parameters, x->each, x->block, x->apart_block, x->u,
                 x->lane_block};
  for (size_t k = 0; k < sizeof all / sizeof *all; k++) free(all[k]);
  am_pair_free(&x->pair);
  am_stack_free(&x->stack);
  am_units_free(&x->units);
}

static void play_lanes(both *x, am_stack_memory *m, bool each) {
  const am_stack *s = &x->stack;
  const am_real *w = each ? x->each : x->stack_parameters;
  am_stack_begin(s, m, w, each);
  for (int t = 0; t < T; t++) {
    am_real *u = x->u + t * I * LANES;
    for (int k = 0; k < x->n_lanes; k++) {
      for (int i = 0; i < I; i++) u[i * LANES + k] = (am_real)number(1, k, t, i);
      for (int i = 0; x->dropped && !each && i < N; i++)
        am_stack_mask(s, m, 0, t)[i * LANES + k] = (am_real)mask_of(k, t, i);
      for (int g = 0; g < s->n_given; g++)
        am_stack_given(s, m, t)[g * LANES + k] = (am_real)number(2, k, t, g);
    }
    if (each) am_stack_step_each(s, m, t, w, u);
    else am_stack_step(s, m, t, w, u, x->dropped);
    am_stack_after(s, m, t, w, u, x->dropped && !each, each);
  }
}

static void play_units(both *x, const am_trace_ops *rule, int lane) {
  const am_pair *p = &x->pair;
  am_pair_lane *lanes[] = {&x->lane};
  x->lane.dropped = x->dropped;
  am_pair_code()->begin(p, &x->lane, x->pair_parameters);
  for (int t = 0; t < T; t++) {
    for (int i = 0; i < I; i++) x->lane.u[t * 16 + i] = (am_real)number(1, lane, t, i);
    for (int i = 0; x->dropped && i < N; i++)
      x->lane.layer[0].mask[t * 16 + i] = (am_real)mask_of(lane, t, i);
    const int n = p->plan[0]->n_given;
    for (int g = 0; g < n; g++)
      x->lane.given[(t * n + g) * 16] = (am_real)number(2, lane, t, g);
    am_pair_code()->step(p, rule, lanes, 1, x->pair_parameters, t);
    am_pair_code()->after(p, rule, lanes, 1, x->pair_parameters, t);
  }
  am_pair_code()->finish(p, rule, &x->lane, x->pair_parameters, T - 1);
}

/* The same with room for three steps, over and over, and nothing saved: the same bits. */
static void play_on(const both *x, const choice *c, int lane) {
  enum { ROOM = 3 };
  am_pair p = x->pair;
  p.forward = true;
  const bool has_E = am_rules[c->rule].rate != NULL;
  void *block = zeros(am_pair_lane_bytes(&p, ROOM, has_E, sizeof(am_real)));
  am_pair_lane short_lane, *const lanes[] = {&short_lane};
  am_pair_lane_place(&p, &short_lane, block, ROOM, has_E, sizeof(am_real));
  am_pair_code()->begin(&p, &short_lane, x->pair_parameters);
  for (int t = 0, slot = 0; t < T; t++, slot++) {
    if (slot == ROOM) am_pair_lane_carry(&p, &short_lane, ROOM - 1), slot = 1;
    for (int i = 0; i < I; i++) short_lane.u[slot * 16 + i] = (am_real)number(1, lane, t, i);
    const int n = p.plan[0]->n_given;
    for (int g = 0; g < n; g++)
      short_lane.given[(slot * n + g) * 16] = (am_real)number(2, lane, t, g);
    am_pair_code()->step(&p, rule_code(c->rule), lanes, 1, x->pair_parameters, slot);
    am_pair_code()->after(&p, rule_code(c->rule), lanes, 1, x->pair_parameters, slot);
    assert_memory_equal(am_pair_output(&p, &short_lane, slot),
                        am_pair_output(&x->pair, &x->lane, t), N * sizeof(am_real));
  }
  free(block);
}

static double worst;

static void near(const choice *c, const char *what, am_real a, am_real b) {
  const double off = fabs((double)a - (double)b);
  if (!(off <= TOLERANCE * (1 + fabs((double)b))))
    fail_msg("%s, %s, %s: %s is %.17g on lanes, %.17g by units", c->network->name,
             am_rules[c->rule].part.name, c->modulator->part.name, what, (double)a, (double)b);
  worst = fmax(worst, off);
}

static void compare(both *x, const choice *c, int lane, double *most) {
  const am_stack *s = &x->stack;
  for (int t = 0; t < T; t++) {
    for (int i = 0; i < N; i++)
      near(c, "the output", am_stack_output(s, &x->memory, t)[i * LANES + lane],
           am_pair_output(&x->pair, &x->lane, t)[i]);
    am_plan_living living[AM_TRACES_MAX];
    const am_plan_step step = am_stack_step_of(s, &x->memory, 0, t, NULL, NULL, living);
    if (s->plan[0]->has_level)
      near(c, "M", am_plan_told(&step, &s->plan[0]->level)[lane],
           *am_pair_level(&x->pair, &x->lane, t));
    assert_int_equal(s->plan[0]->n_told, x->pair.plan[0]->n_told);
    for (int k = 0; k < s->plan[0]->n_told; k++)
      near(c, s->plan[0]->told[k].name, am_plan_told(&step, &s->plan[0]->told[k].operand)[lane],
           *am_pair_at(&x->pair, &x->lane, 0, t, &x->pair.plan[0]->told[k].operand));
  }
  for (int l = 0; l < s->n_layers; l++)
    for (int k = 0; k < s->plan[l]->n_traces; k++)
      for (int i = 0; i < N * N; i++) {
        const am_real H = x->memory.layer[l].living[k].H[i * LANES + lane];
        near(c, "H", H, x->lane.layer[l].trace[k].H[am_panel_at(i / N, i % N, N)]);
        *most = fmax(*most, fabs((double)H));
      }
}

static void try_choice(const choice *c, int n_layers) {
  both x;
  double most = 0;
  open_both(&x, c, n_layers);
  play_lanes(&x, &x.memory, false);
  for (int lane = 0; lane < x.n_lanes; lane++) {
    play_units(&x, rule_code(c->rule), lane);
    compare(&x, c, lane, &most);
    if (n_layers == 1) play_on(&x, c, lane);
  }
  assert_true(most > 1e-3); /* or nothing was learned */
  if (n_layers == 1) {      /* parameters of each lane's own: the same bits */
    play_lanes(&x, &x.apart, true);
    for (int t = 0; t < T; t++)
      assert_memory_equal(am_stack_output(&x.stack, &x.memory, t),
                          am_stack_output(&x.stack, &x.apart, t), N * LANES * sizeof(am_real));
  }
  close_both(&x);
}

static void both_layouts_agree(void **state) {
  amine_parameter rows[4];
  const am_part twofold = written_part(two_signals, rows);
  const am_part *const parts[] = {&am_plastic_rnn_part,     &am_plastic_gru_part,
                                  &am_plastic_lstm_part,    &am_plastic_lstm_gates_part,
                                  &am_plastic_highway_part, &am_fast_weights_part,
                                  &twofold};
  const am_modulator_type *const modulators[] = {&am_readout_type, &am_constant_type,
                                                 &am_chemical_type, &am_given_type};
  (void)state;
  for (int part = 0; part < 7; part++)
    for (am_rule_id rule = AM_RULE_DECAY; rule < AM_N_RULES; rule++)
      for (int k = 0; k < 5; k++) {
        const choice c = {.network = parts[part],
                          .rule = rule,
                          .modulator = modulators[k % 4],
                          .readout = {.fanout = k == 4, .clamp = NAN},
                          .alpha = (am_alpha_form)((part + (int)rule + k) % 3)};
        try_choice(&c, 1);
        if (k % 2 == 0) try_choice(&c, LAYERS);
      }
  print_message("largest difference %.2g\n", worst);
}

/* alpha is 1 where a text has none, and H may stand alone; what both a state and a trace ask for is
 * given twice, before the step and after it. */
static void without_alpha(void **state) {
  static const char *const texts[] = {
      "input u\nstate h[n]\ntrace H[n, n]\ny = tanh(g * layer_norm((W + H) @ h + V @ u))\n"
      "H <- rule(post = y, pre = h, eta = modulator(y))\nh <- y\noutput y\n",
      "input u\nstate h[n]\ntrace H[n, u]\ny = tanh(W @ h + V @ u + H @ u)\n"
      "H <- rule(post = y, pre = u, eta = modulator(y))\nh <- y\noutput y\n",
      "input u\ngiven reward\nstate h[n]\ntrace H[n, n]\nlearned w[n]\n"
      "y = tanh((W + H) @ h + V @ u + w * reward)\n"
      "H <- rule(post = y, pre = h, eta = reward)\nh <- y\noutput y\n",
      /* what a trace and its modulator read of the past; one part that is longer than a vector */
      "input u\nstate h[n]\ntrace H[n, n]\nz = attend(Q @ u, R @ h, V @ u, 4)\n"
      "y = tanh((W + H) @ h + U @ u + P @ z) + attend(h, K @ u, h, n, 3)\n"
      "H <- rule(post = attend(h, y, y, 1), pre = h, eta = modulator(y))\nh <- y\noutput y\n"
      "learned Q[12, u]\nlearned V[76, u]\n",
  };
  (void)state;
  for (int k = 0; k < 4; k++) {
    amine_parameter rows[4];
    const am_part part = written_part(texts[k], rows);
    for (am_rule_id rule = AM_RULE_DECAY; rule < AM_N_RULES; rule++) {
      const choice c = {.network = &part, .rule = rule, .modulator = &am_given_type};
      both x;
      open_both(&x, &c, 1);
      const am_plan *plans[] = {x.stack.plan[0], x.pair.plan[0]};
      for (int l = 0; l < 2; l++) {
        assert_int_equal(plans[l]->n_given, k == 2 ? 2 : 1);
        for (int g = 0; g < plans[l]->n_given; g++) {
          assert_string_equal(plans[l]->given[g].name, k == 2 ? "reward" : "modulator.M");
          assert_int_equal(plans[l]->given[g].before, g == 1);
        }
      }
      play_lanes(&x, &x.memory, false);
      for (int lane = 0; lane < x.n_lanes; lane++) {
        play_units(&x, rule_code(rule), lane);
        for (int t = 0; t < T; t++)
          for (int i = 0; i < N; i++)
            near(&c, "the output", am_stack_output(&x.stack, &x.memory, t)[i * LANES + lane],
                 am_pair_output(&x.pair, &x.lane, t)[i]);
        if (!x.pair.plan[0]->looks_back) play_on(&x, &c, lane);
      }
      close_both(&x);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(both_layouts_agree),
                                     cmocka_unit_test(without_alpha)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
