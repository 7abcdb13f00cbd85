/* Drives the network's code for one real type (see pair_model.h). The loss is written here once
 * more, plainly, in double, so that finite differences do not lean on the code under test. */
#include "network/pair_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(AMINE_VEC_F64)
extern const am_pair_ops am_pair_ops_f64;
extern const am_pair_backward_ops am_pair_backward_ops_f64;
extern const am_objective_ops am_objective_ops_f64;
extern const am_trace_ops am_trace_decay_f64, am_trace_oja_f64, am_trace_clip_f64,
    am_trace_softclip_f64, am_trace_eligibility_f64, am_trace_fading_f64, am_trace_last_f64,
    am_trace_gated_f64;
static const am_pair_ops *code(void) { return &am_pair_ops_f64; }
static const am_pair_backward_ops *back_code(void) { return &am_pair_backward_ops_f64; }
static const am_objective_ops *loss_code(void) { return &am_objective_ops_f64; }
static const am_trace_ops *rule_code(const pair_net *n) {
  const am_trace_ops *const all[] = {NULL,
                                     &am_trace_decay_f64,
                                     &am_trace_oja_f64,
                                     &am_trace_clip_f64,
                                     &am_trace_softclip_f64,
                                     &am_trace_eligibility_f64,
                                     &am_trace_fading_f64,
                                     &am_trace_last_f64,
                                     &am_trace_gated_f64};
  return all[n->choice.rule];
}
#else
static const am_pair_ops *code(void) { return am_pair_code(); }
static const am_pair_backward_ops *back_code(void) { return am_pair_backward_code(); }
static const am_objective_ops *loss_code(void) { return am_objective_code(); }
static const am_trace_ops *rule_code(const pair_net *n) {
  return am_rules[n->choice.rule].ops[am_isa_now()];
}
#endif

static void *block(size_t bytes) {
  void *p = aligned_alloc(64, (bytes + 64) / 64 * 64);
  if (!p) abort();
  return memset(p, 0, (bytes + 64) / 64 * 64);
}

typedef struct run {
  const pair_net *network;
  const pair_data *data;
  pair_result *result;
  am_real *parameters, *gradient;
  am_real *shared, *apart; /* lane 0's values, the sum of R - v */
  am_real *p[2], *logp[2], *rewards, *asked, *wanted;
  am_pair_lane lanes[2]; /* side by side, as in training */
} run;

static const am_real *output_of(const am_pair *p, const am_pair_lane *lane, int t) {
  const am_plan *top = p->plan[p->n_layers - 1];
  return lane->layer[p->n_layers - 1].block + (size_t)(t + 1) * (size_t)top->n_rows + top->output;
}

static am_real level_of(const am_pair *p, const am_pair_lane *lane, int t) {
  const am_plan *low = p->plan[0];
  if (low->level.from == AM_FROM_GIVEN) return lane->given[t * 16 * low->n_given];
  return lane->layer[0].block[(size_t)(t + 1) * (size_t)low->n_rows + (size_t)low->level.row];
}

/* Copies what step t of a lane gave. */
static void note_step(run *r, int q, int lane, int t) {
  const am_pair *p = &r->network->pair;
  pair_result *out = r->result;
  const size_t at = (size_t)lane * (size_t)r->data->n_steps + (size_t)t;
  const am_real *heads = r->lanes[q].heads + (size_t)t * (size_t)p->head_rows;
  const am_real *x = output_of(p, &r->lanes[q], t);
  const int A = r->network->choice.n_actions, N = p->n_outputs;
  loss_code()->policy(r->p[q] + t * A, r->logp[q] + t * A, heads, A);
  for (int i = 0; out->x && i < N; i++) out->x[at * (size_t)N + (size_t)i] = x[i];
  for (int k = 0; out->logits && k < A; k++) out->logits[at * (size_t)A + (size_t)k] = heads[k];
  if (out->value) out->value[at] = heads[A];
  if (out->level && p->plan[0]->has_level) out->level[at] = level_of(p, &r->lanes[q], t);
}

/* The M of a network that is given one: of both signs, different in each lane and step. */
static double given_level(int lane, int t) { return 0.1 * ((lane * 5 + t * 7) % 11) - 0.4; }

/* Lanes `first` to first + n - 1, each to its end */
static void forward(run *r, int first, int n) {
  const am_pair *p = &r->network->pair;
  const pair_data *d = r->data;
  for (int q = 0; q < n; q++) {
    code()->begin(p, &r->lanes[q], r->parameters);
    r->lanes[q].n_steps = d->ends ? d->ends[first + q] : d->n_steps;
  }
  for (int t = 0; t < d->n_steps; t++) {
    am_pair_lane *now[2];
    int m = 0;
    for (int q = 0; q < n; q++) {
      am_pair_lane *lane = &r->lanes[q];
      const size_t at = (size_t)(first + q) * (size_t)d->n_steps + (size_t)t;
      if (t >= lane->n_steps) continue;
      const int I = p->plan[0]->n_inputs;
      for (int k = 0; k < I; k++)
        lane->u[t * am_pad(I, 16) + k] = (am_real)d->u[at * (size_t)I + (size_t)k];
      if (p->plan[0]->n_given)
        lane->given[t * 16] = (am_real)(d->given ? d->given[at] : given_level(first + q, t));
      now[m++] = lane;
    }
    if (m > 0) code()->step(p, rule_code(r->network), now, m, r->parameters, t);
    if (m > 0) code()->after(p, rule_code(r->network), now, m, r->parameters, t);
    for (int q = 0; q < n; q++)
      if (t < r->lanes[q].n_steps) note_step(r, q, first + q, t);
  }
}

static void copy_trace(run *r, int q, int lane) {
  const am_pair *p = &r->network->pair;
  const am_plan_trace *trace = &p->plan[p->n_layers - 1]->traces[0];
  const int N = trace->cols;
  if (!r->result->H_last) return;
  code()->finish(p, rule_code(r->network), &r->lanes[q], r->parameters, r->lanes[q].n_steps - 1);
  for (int i = 0; i < trace->rows; i++)
    for (int j = 0; j < N; j++)
      r->result->H_last[((size_t)lane * (size_t)N + (size_t)i) * (size_t)N + (size_t)j] =
          r->lanes[q].layer[p->n_layers - 1].trace[0].H[am_panel_at(i, j, N)];
}

/* The value that a lane is judged by: its own, or lane 0's, which is 0 behind that one's end. */
static double value_of(const run *r, int q, int t) {
  const am_pair *p = &r->network->pair;
  if (r->data->baseline == AM_BASELINE_SHARED0) return r->shared[t];
  return r->lanes[q].heads[t * p->head_rows + r->network->choice.n_actions];
}

/* Advantages and targets of a lane, from the definition. */
static void advantages(run *r, int q, int lane) {
  const pair_data *d = r->data;
  double *A = r->result->advantage + (size_t)lane * (size_t)d->n_steps;
  double *R = r->result->target + (size_t)lane * (size_t)d->n_steps;
  double ahead = 0, value_ahead = 0;
  for (int t = r->lanes[q].n_steps - 1; t >= 0; t--) {
    const double v = value_of(r, q, t);
    ahead = d->rewards[lane * d->n_steps + t] + d->gamma * value_ahead - v +
            d->gamma * d->lambda * ahead;
    A[t] = ahead;
    R[t] = ahead + v;
    value_ahead = v;
  }
}

static double asked_at(const pair_data *d, size_t at) { return d->asked ? d->asked[at] : 1; }

/* Of values: the mean squared error of a step. */
static double off_by(const run *r, const am_real *heads, size_t at) {
  const int n = r->network->choice.n_actions;
  double squares = 0;
  for (int k = 0; k < n; k++)
    squares += pow((double)heads[k] - r->data->wanted[at * (size_t)n + (size_t)k], 2) / n;
  return squares;
}

static double lane_loss(const run *r, int q, int lane) {
  const am_pair *p = &r->network->pair;
  const pair_data *d = r->data;
  double loss = 0;
  for (int t = 0; t < r->lanes[q].n_steps; t++) {
    const size_t at = (size_t)lane * (size_t)d->n_steps + (size_t)t;
    const am_real *heads = r->lanes[q].heads + (size_t)t * (size_t)p->head_rows;
    double z = 0, S = 0, policy = 0;
    if (d->wanted) {
      loss += asked_at(d, at) * off_by(r, heads, at);
      continue;
    }
    for (int k = 0; k < r->network->choice.n_actions; k++) z += exp((double)heads[k]);
    for (int k = 0; k < r->network->choice.n_actions; k++) {
      const double share = exp((double)heads[k]) / z;
      S += d->entropy == AM_ENTROPY_SQUARED ? share * share : share * log(share);
    }
    const double error = r->result->target[at] - value_of(r, q, t);
    if (d->teach != AM_TEACH_SUPERVISED)
      policy -= ((double)heads[d->actions[at]] - log(z)) * r->result->advantage[at];
    if (d->teach != AM_TEACH_REWARD && d->answers[at] >= 0)
      policy -= (double)heads[d->answers[at]] - log(z);
    loss += d->value_weight * error * error + asked_at(d, at) * (policy + d->beta * S);
  }
  return loss / d->n_steps / d->n_lanes;
}

/* The gradient of a lane's loss at its heads; or, with `shared`, what that leaves out of lane 0. */
static void loss_back(run *r, int q, int lane, bool shared) {
  const am_pair *p = &r->network->pair;
  const pair_data *d = r->data;
  const int from = lane * d->n_steps, A = r->network->choice.n_actions;
  for (int t = 0; t < d->n_steps; t++) {
    r->rewards[t] = (am_real)d->rewards[from + t];
    r->asked[t] = (am_real)asked_at(d, (size_t)(from + t));
    for (int k = 0; d->wanted && k < A; k++)
      r->wanted[t * A + k] = (am_real)d->wanted[(from + t) * A + k];
  }
  const am_objective_episode e = {.n_steps = r->lanes[q].n_steps,
                                  .n_out = A,
                                  .stride = p->head_rows,
                                  .heads = r->lanes[q].heads,
                                  .p = r->p[q],
                                  .logp = r->logp[q],
                                  .actions = d->actions + from,
                                  .rewards = r->rewards,
                                  .answers = d->answers ? d->answers + from : NULL,
                                  .asked = d->asked ? r->asked : NULL,
                                  .wanted = r->wanted,
                                  .shared = d->baseline == AM_BASELINE_SHARED0 ? r->shared : NULL,
                                  .apart = r->apart,
                                  .dheads = r->lanes[q].dheads};
  const am_objective o = {.teach = d->teach,
                          .gamma = (am_real)d->gamma,
                          .lambda = (am_real)d->lambda,
                          .value_weight = (am_real)d->value_weight,
                          .beta = (am_real)d->beta,
                          .entropy = d->entropy,
                          .scale = (am_real)(1.0 / d->n_steps / d->n_lanes)};
  am_objective_sums sums;
  if (shared) loss_code()->shared(&e, &o);
  else (d->wanted ? loss_code()->values : loss_code()->actions)(&sums, &e, &o);
}

static void backward(run *r, int first, int n, bool shared) {
  am_pair_lane *lanes[2] = {&r->lanes[0], &r->lanes[1]};
  for (int q = 0; q < n; q++) {
    loss_back(r, q, first + q, shared);
    back_code()->heads(&r->network->pair, lanes[q], r->gradient);
  }
  back_code()->back(&r->network->pair, rule_code(r->network), lanes, n, r->gradient, r->parameters);
}

/* Two lanes, or the last one alone: forward, loss, backward. */
static void one_pair(run *r, int first, int n) {
  const am_pair *p = &r->network->pair;
  pair_result *result = r->result;
  forward(r, first, n);
  for (int t = 0; first == 0 && t < r->data->n_steps; t++)
    r->shared[t] = t < r->lanes[0].n_steps
                       ? r->lanes[0].heads[t * p->head_rows + r->network->choice.n_actions]
                       : 0;
  for (int q = 0; q < n; q++) {
    if (result->advantage && !result->fixed) advantages(r, q, first + q);
    if (result->advantage) result->loss += lane_loss(r, q, first + q);
  }
  if (result->gradient) backward(r, first, n, false);
  for (int q = 0; q < n; q++) copy_trace(r, q, first + q);
}

void PAIR(pair_run)(const pair_net *network, const double *parameters, const pair_data *data,
                    pair_result *result) {
  const am_pair *p = &network->pair;
  const size_t T = (size_t)data->n_steps, size = sizeof(am_real);
  const bool has_E = network->choice.rule == AM_RULE_ELIGIBILITY;
  run r = {.network = network, .data = data, .result = result};
  r.parameters = block(p->size * size);
  r.gradient = block(p->size * size);
  r.rewards = block(T * size);
  r.asked = block(T * size);
  r.wanted = block(T * (size_t)network->choice.n_actions * size);
  r.shared = block(T * size);
  r.apart = block(T * size);
  void *memory[2];
  for (int q = 0; q < 2; q++) {
    r.p[q] = block(T * (size_t)network->choice.n_actions * size);
    r.logp[q] = block(T * (size_t)network->choice.n_actions * size);
    memory[q] = block(am_pair_lane_bytes(p, data->n_steps, has_E, size));
    am_pair_lane_place(p, (void *)&r.lanes[q], memory[q], data->n_steps, has_E, size);
  }
  for (size_t i = 0; i < p->size; i++) r.parameters[i] = (am_real)parameters[i];
  code()->expand(p, r.parameters);
  result->loss = 0;
  for (int first = 0; first < data->n_lanes; first += 2)
    one_pair(&r, first, data->n_lanes - first < 2 ? 1 : 2);
  if (result->gradient && data->baseline == AM_BASELINE_SHARED0) {
    forward(&r, 0, 1);
    backward(&r, 0, 1, true);
  }
  code()->reduce(p, r.gradient);
  for (size_t i = 0; result->gradient && i < p->size; i++)
    result->gradient[i] = (double)r.gradient[i];
  free(r.parameters);
  free(r.gradient);
  free(r.rewards);
  free(r.asked);
  free(r.wanted);
  free(r.shared);
  free(r.apart);
  for (int q = 0; q < 2; q++) {
    free(r.p[q]);
    free(r.logp[q]);
    free(memory[q]);
  }
}
