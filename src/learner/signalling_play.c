/* A group of episodes lived by the Neuromodulator Signaling Model (equations: signalling.h). */
#include <math.h>
#include <string.h>

#include "base/blocks.h"
#include "learner/group_feed.h"
#include "learner/policy_lane.h"
#include "learner/signalling_lane.h"
#include "learner/signalling_state.h"
#include "network/linear_lane.h"

/* Rows of lanes behind each other in a block, or only counted. */
typedef struct rows {
  float *block; /* NULL: counted */
  size_t n;
} rows;

static float *end_of(const rows *r) { return r->block ? r->block + r->n * LANES : NULL; }

static void cut(rows *r, const am_span *spans, size_t n) {
  r->n += am_spans_cut(spans, n, end_of(r), LANES * sizeof(float));
}

/* Of each step, or of the last two. */
static void lay_out_slots(am_signalling_memory *m, rows *r, const am_signalling *x) {
  const size_t slots = (size_t)m->n_slots, I = slots * (size_t)x->agent.learner.task->n_inputs;
  const size_t A = slots * (size_t)x->n_out, U = slots * (size_t)x->n_units;
  size_t gains[AM_SEGMENTS];
  for (int q = 0; q < AM_SEGMENTS; q++) gains[q] = slots * (size_t)x->gains[q].n;
  const am_span spans[] = {
      {&m->u, I},
      {&m->live, slots},
      {&m->asked, slots},
      {&m->hit, A},
      {&m->answer, A},
      {&m->reward, slots},
      {&m->p, A},
      {&m->logp, A},
      {&m->entropy, slots},
      {&m->value, slots},
      {&m->o, U},
      {&m->m[AM_INPUT], gains[AM_INPUT]},
      {&m->m[AM_UNITS], gains[AM_UNITS]},
      {&m->m[AM_OUTPUT], gains[AM_OUTPUT]},
      {&m->taken, gains[AM_INPUT]},
      {&m->meant, gains[AM_OUTPUT]},
      {&m->heard, slots * (size_t)x->n_heard},
      {&m->seen, slots * (size_t)x->n_seen},
  };
  cut(r, spans, sizeof spans / sizeof *spans);
  for (int l = 0; x->units.dropout > 0 && l + 1 < x->units.n_layers; l++)
    cut(r, &(am_span){&m->shown[l], slots * (size_t)x->units.plan[l]->n_outputs}, 1);
}

static void lay_out_step(am_signalling_memory *m, rows *r, const am_signalling *x) {
  const size_t A = (size_t)x->n_out, U = (size_t)x->n_units, S = (size_t)x->options.n_signal;
  const size_t I = (size_t)x->gains[AM_INPUT].n, units = U > S ? U : S, inputs = U > I ? U : I;
  const am_span spans[] = {
      {&m->mask, U},       {&m->logits, A},     {&m->eps, A},
      {&m->now, A},        {&m->L, inputs},     {&m->N, inputs},
      {&m->credit, units}, {&m->credit_now, U}, {&m->through, A > I ? A : I},
      {&m->back, units},   {&m->delta, 1},      {&m->factor, 1},
      {&m->told, 1},
  };
  cut(r, spans, sizeof spans / sizeof *spans);
  for (int q = 0; q < AM_SEGMENTS; q++) {
    const size_t n = (size_t)x->gains[q].n;
    cut(r, (const am_span[]){{&m->dgain[q], n}, {&m->dgain_now[q], n}}, 2);
  }
}

static void lay_out_window(am_signalling_memory *m, rows *r, const am_signalling *x) {
  const size_t T = (size_t)x->agent.learner.task->n_steps, A = (size_t)x->n_out;
  cut(r, (const am_span[]){{&m->deltas, T}, {&m->A, T}, {&m->error, T * A}}, 3);
  for (int q = 0; q < AM_SEGMENTS; q++)
    cut(r, &(am_span){&m->dgains[q], T * (size_t)x->gains[q].n}, 1);
}

static void lay_out_tags(am_signalling_memory *m, rows *r, const am_signalling *x) {
  const size_t A = (size_t)x->n_out, S = (size_t)x->options.n_signal, seen = (size_t)x->n_seen;
  for (int l = 0; l < x->units.n_layers; l++)
    r->n += am_eligibility_lay_out(&m->e[l], end_of(r), &x->traces[l]) / LANES;
  if (x->options.signal > 0)
    r->n += am_eligibility_lay_out(&m->signal_e, end_of(r), &x->signal_traces) / LANES;
  const am_span spans[] = {
      {&m->o_tag, A * (size_t)x->n}, {&m->ob_tag, A}, {&m->v_tag, seen}, {&m->vb_tag, 1}};
  cut(r, spans, sizeof spans / sizeof *spans);
  for (int q = 0; q < AM_SEGMENTS; q++)
    cut(r, &(am_span){&m->a_tag[q], (size_t)x->gains[q].n * S}, 1);
}

/* What an episode needs of which so many steps are kept, with gradients of the two networks or not. */
static void lay_out_life(am_signalling_memory *m, rows *r, const am_signalling *x, int steps,
                         bool units, bool signal) {
  *m = (am_signalling_memory){.n_slots = steps + 1};
  lay_out_slots(m, r, x);
  m->fed = end_of(r);
  r->n += am_group_feed_bytes(&x->units) / (LANES * sizeof(float));
  r->n += am_stack_lay_out(&m->units, end_of(r), &x->units, steps, units) / LANES;
  r->n += am_stack_lay_out(&m->signal, end_of(r), &x->signal, steps, signal) / LANES;
  lay_out_step(m, r, x);
}

/* The life of the policy that the run began with. */
static void lay_out_first(am_signalling_memory *m, rows *r, const am_signalling *x) {
  const int steps = am_stack_looks_back(&x->units) ? x->agent.learner.task->n_steps : 1;
  const size_t line = LANES * sizeof(float);
  am_signalling_memory measured, *first = r->block ? (void *)end_of(r) : &measured;
  r->n += am_size_round(sizeof *first, line) / line;
  lay_out_life(first, r, x, steps, false, false);
  cut(r, (const am_span[]){{&m->says, (size_t)(m->n_slots * x->n_out)}, {&m->kl, 1}}, 2);
  m->first = r->block ? first : NULL;
}

size_t am_signalling_lay_out(am_signalling_memory *m, float *block, const am_signalling *x) {
  const bool online = x->options.form == AM_FORM_ONLINE;
  rows r = {block, 0};
  lay_out_life(m, &r, x, online ? 1 : x->agent.learner.task->n_steps, !online,
               !online && x->options.signal > 0);
  if (online) lay_out_tags(m, &r, x);
  else lay_out_window(m, &r, x);
  if (x->options.agent.keep_first) lay_out_first(m, &r, x);
  return r.n * LANES * sizeof(float);
}

/* ------------------------------------------------------------------------------ one step */
static void clear_past(const am_signalling *x, const am_signalling_memory *m, const am_group *g) {
  const size_t lanes = LANES * sizeof(float);
  const float *w = x->agent.parameters;
  am_stack_begin(&x->units, &m->units, w, false);
  am_stack_draw(&x->units, &m->units, g->seed, g->episode, g->first, g->n, g->twins);
  am_stack_begin(&x->signal, &m->signal, w, false);
  am_group_feed_begin(&x->units, m->fed);
  for (int l = 0; l < x->units.n_layers; l++) {
    const am_plan *p = x->units.plan[l];
    if (p->output_is_state)
      memcpy(am_o_at(x, m, l, -1), am_h_at(x, m, l, -1), (size_t)p->n_outputs * lanes);
    else memset(am_o_at(x, m, l, -1), 0, (size_t)p->n_outputs * lanes);
  }
  for (int q = 0; q < AM_SEGMENTS; q++) {
    const int n = x->gains[q].n;
    memset(am_slot(m, m->m[q], -1, n), 0, (size_t)n * lanes);
  }
  memset(am_slot(m, m->hit, -1, x->n_out), 0, (size_t)x->n_out * lanes);
  memset(am_slot(m, m->reward, -1, 1), 0, lanes);
}

/* W_a s of the step before, of which a gain is made. */
static void signal_to(const am_signalling *x, const am_signalling_memory *m, int segment, int t) {
  const am_signalling_gains *g = &x->gains[segment];
  am_linear_code()->forward(am_slot(m, m->m[segment], t, g->n), x->agent.parameters + g->w, NULL,
                            am_s_at(x, m, t - 1), g->n, x->options.n_signal);
}

/* Puts what gains are held at in their place: n of them, of unit `first` of the segment on. */
static void hold_gains(const am_signalling_memory *m, int segment, int first, float *o, float *gain,
                       const float *h, int n) {
  for (int k = 0; m->gain_held == segment && k < LANES; k++) {
    const float *value = m->holding.said[0][k];
    for (int i = 0; value && i < n; i++) {
      gain[i * LANES + k] = value[first + i];
      o[i * LANES + k] = fmaf(value[first + i], h[i * LANES + k], h[i * LANES + k]);
    }
  }
}

/* What comes in, with its gains. */
static void take(const am_signalling *x, const am_signalling_memory *m, int t) {
  const am_signalling_gains *g = &x->gains[AM_INPUT];
  if (g->n == 0) return;
  signal_to(x, m, AM_INPUT, t);
  float *gain = am_slot(m, m->m[AM_INPUT], t, g->n), *u = am_slot(m, m->u, t, g->n);
  am_signalling_code()->gain(am_taken_at(x, m, t), gain, u, g->most, g->n);
  hold_gains(m, AM_INPUT, 0, am_taken_at(x, m, t), gain, u, g->n);
}

/* What the controller is given before the step, or its signal is held at. */
static void give(const am_signalling *x, am_signalling_memory *m, const am_turn *turn, int t) {
  float *given = am_given_at(x, m, t);
  am_group_feed_before(&x->units, given, m->fed);
  am_holding_group(&m->holding, &turn->group, am_slot(m, m->live, t, 1), given, t, NULL);
}

/* Controller: h, m, o of every layer. */
static void control(const am_signalling *x, const am_signalling_memory *m, const am_turn *turn,
                    int t) {
  const bool dropped = x->units.dropout > 0 && turn->change;
  am_plan_living living[AM_TRACES_MAX];
  signal_to(x, m, AM_UNITS, t);
  for (int l = 0; l < x->units.n_layers; l++) {
    const am_plan *p = x->units.plan[l];
    const int n = p->n_outputs;
    const am_plan_step step = am_layer_step(x, m, l, t, dropped, living);
    am_plan_lanes_code()->step(p, &step);
    am_signalling_code()->gain(am_o_at(x, m, l, t), am_m_at(x, m, l, t), am_h_at(x, m, l, t),
                               x->options.gain, n);
    hold_gains(m, AM_UNITS, x->from[l], am_o_at(x, m, l, t), am_m_at(x, m, l, t),
               am_h_at(x, m, l, t), n);
    if (!dropped || l + 1 == x->units.n_layers) continue;
    const float *out = am_o_at(x, m, l, t);
    float *shown = am_slot(m, m->shown[l], t, n);
    am_group_mask(&turn->group, m->mask, l, t, n, x->units.dropout);
    for (int k = 0; k < n * LANES; k++) shown[k] = m->mask[k] * out[k];
  }
}

/* Output: p, or the real values, with its gains. */
static void speak(const am_signalling *x, const am_signalling_memory *m, int t) {
  const float *w = x->agent.parameters;
  const am_signalling_gains *g = &x->gains[AM_OUTPUT];
  const int A = x->n_out;
  float *p = am_slot(m, m->p, t, A);
  const bool linear = x->agent.learner.task->n_targets > 0;
  float *said = linear ? p : m->logits, *meant = g->n ? am_slot(m, m->meant, t, A) : said;
  am_linear_code()->forward(meant, w + x->o_w, w + x->o_b, am_o_at(x, m, x->units.n_layers - 1, t),
                            A, x->n);
  if (g->n) {
    signal_to(x, m, AM_OUTPUT, t);
    am_signalling_code()->gain(said, am_slot(m, m->m[AM_OUTPUT], t, A), meant, g->most, A);
    hold_gains(m, AM_OUTPUT, 0, said, am_slot(m, m->m[AM_OUTPUT], t, A), meant, A);
  }
  if (linear) return;
  am_policy_code()->policy(p, am_slot(m, m->logp, t, A), am_slot(m, m->entropy, t, 1), m->logits,
                           A);
}

/* Signalling GRU and critic: s, V. */
static void signal_step(const am_signalling *x, const am_signalling_memory *m, int t) {
  const am_signalling_options *o = &x->options;
  const size_t lanes = LANES * sizeof(float);
  const float *w = x->agent.parameters;
  const int A = x->n_out, U = x->n_units, S = o->n_signal;
  float *heard = am_slot(m, m->heard, t, x->n_heard), *seen = am_slot(m, m->seen, t, x->n_seen);
  memcpy(heard, am_o_at(x, m, 0, t), (size_t)U * lanes);
  memcpy(heard + U * LANES, am_slot(m, m->p, t, A), (size_t)A * lanes);
  memcpy(heard + (U + A) * LANES, am_slot(m, m->hit, t - 1, A), (size_t)A * lanes);
  memcpy(heard + (U + 2 * A) * LANES, am_slot(m, m->reward, t - 1, 1), lanes);
  const am_plan_step step = am_signal_step(x, m, t);
  am_plan_lanes_code()->step(x->signal.plan[0], &step);
  memcpy(seen, am_s_at(x, m, t), (size_t)S * lanes);
  if (o->critic_sees_output) memcpy(seen + S * LANES, am_o_at(x, m, 0, t), (size_t)U * lanes);
  am_linear_code()->forward(am_slot(m, m->value, t, 1), w + x->v_w, w + x->v_b, seen, 1, x->n_seen);
}

/* What the signalling GRU is told of the rewards: reward [t] from m->told. */
static void tell(const am_signalling *x, const am_signalling_memory *m, const am_turn *turn,
                 int t) {
  float *reward = am_slot(m, m->reward, t, 1);
  const double *n = x->agent.learner.numbers, spread = sqrt(fmax(n[3] - n[2] * n[2], 0));
  const float scale = x->options.adaptive ? (float)(1 / fmax(spread, AM_SPREAD_MIN)) : 1;
  for (int k = 0; k < LANES; k++) {
    const int who =
        x->options.control == AM_CONTROL_SHUFFLE && k < turn->group.n ? (k + 1) % turn->group.n : k;
    reward[k] = scale * m->told[who];
  }
}

/* Real values are compared with the targets, and the world moves on. */
static void compare(const am_signalling *x, const am_signalling_memory *m, am_turn *turn, int t) {
  const int A = x->n_out;
  am_group_compare(&turn->group, am_slot(m, m->answer, t, A), am_slot(m, m->asked, t, 1), m->told,
                   am_slot(m, m->p, t, A));
  memset(am_slot(m, m->hit, t, A), 0, (size_t)(A * LANES) * sizeof(float));
}

static void count(const am_signalling *x, const am_signalling_memory *m, const am_turn *turn,
                  int t) {
  am_agent_sums *s = turn->sums;
  for (int k = 0; k < LANES; k++) {
    s->reward[k] += m->told[k];
    if (am_slot(m, m->live, t, 1)[k] == 0) continue;
    s->steps++;
    s->value += (double)am_slot(m, m->value, t, 1)[k];
    if (x->agent.learner.task->n_targets == 0)
      s->entropy += (double)am_slot(m, m->entropy, t, 1)[k];
  }
}

/* What traces take up of the step, which is over. */
static void take_up(const am_signalling *x, am_signalling_memory *m, const am_turn *turn, int t) {
  const int A = x->n_out;
  am_plan_living living[AM_TRACES_MAX];
  am_group_feed_after(&x->units, am_given_at(x, m, t), m->fed, &turn->group,
                      &(am_group_brought){.step = t,
                                          .u = am_slot(m, m->u, t, x->agent.learner.task->n_inputs),
                                          .reward = m->told,
                                          .p = am_slot(m, m->p, t, A),
                                          .wanted = am_slot(m, m->answer, t, A),
                                          .asked = am_slot(m, m->asked, t, 1)});
  am_holding_group(&m->holding, &turn->group, am_slot(m, m->live, t, 1), am_given_at(x, m, t), t,
                   m->told);
  for (int l = 0; l < x->units.n_layers; l++) {
    if (x->units.plan[l]->n_traces == 0) continue;
    const am_plan_step step =
        am_layer_step(x, m, l, t, x->units.dropout > 0 && turn->change, living);
    const am_plan_rule rule = am_stack_rule_of(&x->units, &m->units, l);
    am_plan_lanes_code()->after(x->units.plan[l], &step, &rule);
  }
}

/* ------------------------------------------------------------------------------ the first policy */
/* It sees what this one sees, without dropout, and says what it would do. */
static void first_thinks(const am_signalling *x, const am_signalling_memory *m, const am_turn *turn,
                         int t) {
  const am_signalling *then = x->then;
  am_signalling_memory *f = m->first;
  const size_t line = LANES * sizeof(float);
  const int I = x->agent.learner.task->n_inputs, A = x->n_out;
  am_turn still = *turn;
  still.change = NULL;
  memcpy(am_slot(f, f->u, t, I), am_slot(m, m->u, t, I), (size_t)I * line);
  memcpy(am_slot(f, f->live, t, 1), am_slot(m, m->live, t, 1), line);
  take(then, f, t);
  give(then, f, &still, t);
  control(then, f, &still, t);
  speak(then, f, t);
  signal_step(then, f, t);
  memcpy(am_slot(m, m->says, t, A), am_slot(f, f->logp, t, A), (size_t)A * line);
}

/* It hears what this one did and what that brought. */
static void first_hears(const am_signalling *x, const am_signalling_memory *m, const am_turn *turn,
                        int t) {
  am_signalling_memory *f = m->first;
  const size_t line = LANES * sizeof(float);
  const int A = x->n_out;
  am_turn still = *turn;
  still.change = NULL;
  memcpy(f->told, m->told, line);
  memcpy(am_slot(f, f->reward, t, 1), am_slot(m, m->reward, t, 1), line);
  memcpy(am_slot(f, f->asked, t, 1), am_slot(m, m->asked, t, 1), line);
  memcpy(am_slot(f, f->hit, t, A), am_slot(m, m->hit, t, A), (size_t)A * line);
  memcpy(am_slot(f, f->answer, t, A), am_slot(m, m->answer, t, A), (size_t)A * line);
  take_up(x->then, f, &still, t);
}

/* ------------------------------------------------------------------------------ an episode */
static void record(const am_signalling *x, const am_signalling_memory *m, am_turn *turn, int t) {
  const int A = x->n_out;
  am_turn_record(turn, "activity", t, am_o_at(x, m, 0, t));
  for (int q = 0; q < AM_SEGMENTS; q++)
    am_turn_record(turn, am_signalling_gain_names[q], t, am_slot(m, m->m[q], t, x->gains[q].n));
  am_turn_record(turn, "output", t, am_slot(m, m->p, t, A));
  am_turn_record_actions(turn, t);
  am_turn_record(turn, "signal", t, am_s_at(x, m, t));
  am_turn_record(turn, "value", t, am_slot(m, m->value, t, 1));
  am_turn_record(turn, "told", t, am_slot(m, m->reward, t, 1));
  am_plan_living living[AM_TRACES_MAX];
  const am_plan_step step = am_layer_step(x, m, 0, t, false, living);
  am_group_feed_record(&x->units, turn, &step, t);
  if (t > 0) { /* the dopamine of a step is known one step later */
    am_signalling_delta(x, m, t - 1);
    am_turn_record(turn, "dopamine", t - 1, m->delta);
  }
}

/* Gains are no signal of the text: who holds them is asked as who only looks on. */
static void begin_holding(const am_signalling *x, am_signalling_memory *m, const am_hold *hold) {
  m->gain_held = -1;
  for (int q = 0; q < AM_SEGMENTS && hold && hold->signal; q++)
    if (strcmp(hold->signal, am_signalling_gain_names[q]) == 0) m->gain_held = q;
  if (m->gain_held >= 0) {
    m->asked_of = (am_hold){NULL, hold->say, hold->context};
    hold = &m->asked_of;
  }
  am_holding_begin(&m->holding, hold, x->units.plan[0]);
}

void am_signalling_begin(const am_signalling *x, am_signalling_memory *m, am_turn *turn) {
  am_signalling_lay_out(m, turn->scratch, x);
  clear_past(x, m, &turn->group);
  begin_holding(x, m, turn->hold);
  m->units.held = am_holding_held(&m->holding);
  if (turn->change) am_signalling_learn_begin(x, m);
  if (!turn->change) m->first = NULL; /* asked for by who learns */
  if (!m->first) return;
  m->first->gain_held = -1;
  clear_past(x->then, m->first, &turn->group);
  am_holding_begin(&m->first->holding, NULL, x->units.plan[0]);
}

void am_signalling_think(const am_signalling *x, am_signalling_memory *m, am_turn *turn, int t) {
  const int n_inputs = x->agent.learner.task->n_inputs;
  am_group_observe(&turn->group, am_slot(m, m->u, t, n_inputs), am_slot(m, m->live, t, 1));
  give(x, m, turn, t);
  take(x, m, t);
  control(x, m, turn, t);
  speak(x, m, t);
  signal_step(x, m, t);
  if (m->first) first_thinks(x, m, turn, t);
}

void am_signalling_choose(const am_signalling *x, am_signalling_memory *m, am_turn *turn, int t) {
  const int A = x->n_out;
  float *hit = am_slot(m, m->hit, t, A), *asked = am_slot(m, m->asked, t, 1);
  am_group_answer(&turn->group, am_slot(m, m->answer, t, A), asked);
  am_group_choose(&turn->group, hit, am_slot(m, m->p, t, A), t, turn->greedy);
  /* what is done where nothing is asked for has no meaning */
  for (int a = 0; a < A; a++)
    for (int k = 0; k < LANES; k++) hit[a * LANES + k] *= asked[k];
}

void am_signalling_hear(const am_signalling *x, am_signalling_memory *m, am_turn *turn, int t) {
  tell(x, m, turn, t);
  count(x, m, turn, t);
  if (turn->change) am_signalling_learn_step(x, m, turn, t);
  take_up(x, m, turn, t);
  if (m->first) first_hears(x, m, turn, t);
  if (turn->series) record(x, m, turn, t);
}

void am_signalling_end(const am_signalling *x, am_signalling_memory *m, am_turn *turn) {
  const int last = x->agent.learner.task->n_steps - 1;
  if (turn->change) am_signalling_learn_end(x, m, turn);
  if (!turn->series) return;
  am_signalling_delta(x, m, last);
  am_turn_record(turn, "dopamine", last, m->delta);
}

void am_signalling_play(const am_agent *a, am_turn *turn) {
  const am_signalling *x = am_signalling_of(a);
  const am_task *task = a->learner.task;
  am_signalling_memory m;
  am_signalling_begin(x, &m, turn);
  for (int t = 0; t < task->n_steps; t++) {
    am_signalling_think(x, &m, turn, t);
    if (task->n_targets > 0) {
      compare(x, &m, turn, t);
    } else {
      am_signalling_choose(x, &m, turn, t);
      am_group_move(&turn->group, m.told);
    }
    am_signalling_hear(x, &m, turn, t);
  }
  am_signalling_end(x, &m, turn);
}
