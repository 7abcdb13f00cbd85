/* Drives the network's code for one real type (see plastic_model.h). The loss is written here once
 * more, plainly, in double, so that finite differences do not lean on the code under test. */
#include "network/plastic_model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#if defined(AMINE_VEC_F64)
extern const am_plastic_ops am_plastic_ops_f64;
extern const am_a2c_ops am_a2c_ops_f64;
extern const am_trace_ops am_trace_decay_f64, am_trace_oja_f64, am_trace_clip_f64,
    am_trace_softclip_f64, am_trace_eligibility_f64;
static const am_plastic_ops *code(void) { return &am_plastic_ops_f64; }
static const am_a2c_ops *loss_code(void) { return &am_a2c_ops_f64; }
static const am_trace_ops *rule_code(const am_plastic *n) {
  const am_trace_ops *const all[] = {NULL,
                                     &am_trace_decay_f64,
                                     &am_trace_oja_f64,
                                     &am_trace_clip_f64,
                                     &am_trace_softclip_f64,
                                     &am_trace_eligibility_f64};
  return all[n->options.rule];
}
#else
#include "learner/actor.h"
static const am_plastic_ops *code(void) { return am_plastic_code(); }
static const am_a2c_ops *loss_code(void) { return am_a2c_code(); }
static const am_trace_ops *rule_code(const am_plastic *n) { return am_plastic_rule_code(n); }
#endif

static void *block(size_t bytes) {
  void *p = aligned_alloc(64, (bytes + 64) / 64 * 64);
  if (!p) abort();
  return memset(p, 0, (bytes + 64) / 64 * 64);
}

typedef struct run {
  const am_plastic *network;
  const plastic_data *data;
  plastic_result *result;
  am_real *parameters, *alpha, *gradient;
  am_real *shared, *apart; /* lane 0's values, the sum of R - v */
  am_real *p[2], *logp[2], *rewards;
  am_plastic_lane lanes[2]; /* side by side, as in training */
} run;

/* Copies what step t of a lane gave. */
static void note_step(run *r, int q, int lane, int t) {
  const am_plastic_layout *l = &r->network->layout;
  plastic_result *out = r->result;
  const size_t at = (size_t)lane * (size_t)r->data->n_steps + (size_t)t;
  const am_real *heads = r->lanes[q].heads + (size_t)t * (size_t)l->head_rows;
  const am_real *x = r->lanes[q].x + (size_t)(t + 1) * (size_t)l->cols;
  loss_code()->policy(r->p[q] + t * l->n_actions, r->logp[q] + t * l->n_actions, heads,
                      l->n_actions);
  for (int i = 0; out->x && i < l->n_hidden; i++)
    out->x[at * (size_t)l->n_hidden + (size_t)i] = x[i];
  for (int k = 0; out->logits && k < l->n_actions; k++)
    out->logits[at * (size_t)l->n_actions + (size_t)k] = heads[k];
  if (out->value) out->value[at] = heads[l->n_actions];
  if (out->level) out->level[at] = r->lanes[q].level[t];
}

/* The M of a network that is given one: of both signs, different in each lane and step. */
static double given_level(int lane, int t) { return 0.1 * ((lane * 5 + t * 7) % 11) - 0.4; }

/* Lanes `first` to first + n - 1, each to its end */
static void forward(run *r, int first, int n) {
  const am_plastic_layout *l = &r->network->layout;
  const plastic_data *d = r->data;
  for (int q = 0; q < n; q++) {
    code()->begin(l, &r->lanes[q]);
    r->lanes[q].n_steps = d->ends ? d->ends[first + q] : d->n_steps;
  }
  for (int t = 0; t < d->n_steps; t++) {
    am_plastic_lane *now[2];
    int m = 0;
    for (int q = 0; q < n; q++) {
      am_plastic_lane *lane = &r->lanes[q];
      const size_t at = (size_t)(first + q) * (size_t)d->n_steps + (size_t)t;
      if (t >= lane->n_steps) continue;
      for (int k = 0; k < l->n_inputs; k++)
        lane->u[t * l->input_rows + k] = (am_real)d->u[at * (size_t)l->n_inputs + (size_t)k];
      if (l->is_given) lane->level[t] = (am_real)given_level(first + q, t);
      now[m++] = lane;
    }
    if (m > 0) code()->step(l, rule_code(r->network), now, m, r->parameters, r->alpha, t);
    for (int q = 0; q < n; q++)
      if (t < r->lanes[q].n_steps) note_step(r, q, first + q, t);
  }
}

static void copy_trace(run *r, int q, int lane) {
  const am_plastic_layout *l = &r->network->layout;
  const int N = l->n_hidden;
  if (!r->result->H_last) return;
  code()->finish(l, rule_code(r->network), &r->lanes[q], r->parameters,
                 r->lanes[q].n_steps - 1);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++)
      r->result->H_last[((size_t)lane * (size_t)N + (size_t)i) * (size_t)N + (size_t)j] =
          r->lanes[q].H[am_panel_at(i, j, N)];
}

/* The value that a lane is judged by: its own, or lane 0's, which is 0 behind that one's end. */
static double value_of(const run *r, int q, int t) {
  const am_plastic_layout *l = &r->network->layout;
  if (r->data->baseline == AM_BASELINE_SHARED0) return r->shared[t];
  return r->lanes[q].heads[t * l->head_rows + l->n_actions];
}

/* Advantages and targets of a lane, from the definition. */
static void advantages(run *r, int q, int lane) {
  const plastic_data *d = r->data;
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

static double lane_loss(const run *r, int q, int lane) {
  const am_plastic_layout *l = &r->network->layout;
  const plastic_data *d = r->data;
  double loss = 0;
  for (int t = 0; t < r->lanes[q].n_steps; t++) {
    const size_t at = (size_t)lane * (size_t)d->n_steps + (size_t)t;
    const am_real *heads = r->lanes[q].heads + (size_t)t * (size_t)l->head_rows;
    double z = 0, S = 0;
    for (int k = 0; k < l->n_actions; k++) z += exp((double)heads[k]);
    for (int k = 0; k < l->n_actions; k++) {
      const double p = exp((double)heads[k]) / z;
      S += d->entropy == AM_ENTROPY_SQUARED ? p * p : p * log(p);
    }
    const double error = r->result->target[at] - value_of(r, q, t);
    loss += -((double)heads[d->actions[at]] - log(z)) * r->result->advantage[at] +
            d->value_weight * error * error + d->beta * S;
  }
  return loss / d->n_steps / d->n_lanes;
}

/* The gradient of a lane's loss at its heads; or, with `shared`, what that leaves out of lane 0. */
static void loss_back(run *r, int q, int lane, bool shared) {
  const am_plastic_layout *l = &r->network->layout;
  const plastic_data *d = r->data;
  for (int t = 0; t < d->n_steps; t++) r->rewards[t] = (am_real)d->rewards[lane * d->n_steps + t];
  const am_a2c_episode e = {.n_steps = r->lanes[q].n_steps,
                            .n_actions = l->n_actions,
                            .stride = l->head_rows,
                            .heads = r->lanes[q].heads,
                            .p = r->p[q],
                            .logp = r->logp[q],
                            .actions = d->actions + lane * d->n_steps,
                            .rewards = r->rewards,
                            .shared = d->baseline == AM_BASELINE_SHARED0 ? r->shared : NULL,
                            .apart = r->apart,
                            .dheads = r->lanes[q].dheads};
  const am_a2c_loss_options o = {.gamma = (am_real)d->gamma,
                                 .lambda = (am_real)d->lambda,
                                 .value_weight = (am_real)d->value_weight,
                                 .beta = (am_real)d->beta,
                                 .entropy = d->entropy,
                                 .scale = (am_real)(1.0 / d->n_steps / d->n_lanes)};
  am_a2c_sums sums;
  if (shared) loss_code()->shared(&e, &o);
  else loss_code()->gradient(&sums, &e, &o);
}

static void backward(run *r, int first, int n, bool shared) {
  am_plastic_lane *lanes[2] = {&r->lanes[0], &r->lanes[1]};
  for (int q = 0; q < n; q++) loss_back(r, q, first + q, shared);
  code()->backward(&r->network->layout, rule_code(r->network), lanes, n, r->gradient, r->parameters,
                   r->alpha);
}

/* Two lanes, or the last one alone: forward, loss, backward. */
static void one_pair(run *r, int first, int n) {
  const am_plastic_layout *l = &r->network->layout;
  plastic_result *result = r->result;
  forward(r, first, n);
  for (int t = 0; first == 0 && t < r->data->n_steps; t++)
    r->shared[t] =
        t < r->lanes[0].n_steps ? r->lanes[0].heads[t * l->head_rows + l->n_actions] : 0;
  for (int q = 0; q < n; q++) {
    if (result->advantage && !result->fixed) advantages(r, q, first + q);
    if (result->advantage) result->loss += lane_loss(r, q, first + q);
  }
  if (result->gradient) backward(r, first, n, false);
  for (int q = 0; q < n; q++) copy_trace(r, q, first + q);
}

void PLASTIC(plastic_run)(const am_plastic *network, const double *parameters,
                          const plastic_data *data, plastic_result *result) {
  const am_plastic_layout *l = &network->layout;
  const size_t T = (size_t)data->n_steps, size = sizeof(am_real);
  const int per_neuron = network->options.alpha == AM_ALPHA_NEURON;
  run r = {.network = network, .data = data, .result = result};
  r.parameters = block(l->n_parameters * size);
  r.gradient = block(l->n_gradient * size);
  r.alpha = block(am_panel_size(l->n_hidden, l->n_hidden) * size);
  r.rewards = block(T * size);
  r.shared = block(T * size);
  r.apart = block(T * size);
  void *memory[2];
  for (int q = 0; q < 2; q++) {
    r.p[q] = block(T * (size_t)l->n_actions * size);
    r.logp[q] = block(T * (size_t)l->n_actions * size);
    memory[q] = block(am_plastic_lane_bytes(network, data->n_steps, size));
    am_plastic_lane_place(network, &r.lanes[q], memory[q], data->n_steps, size);
  }
  for (size_t i = 0; i < l->n_parameters; i++) r.parameters[i] = (am_real)parameters[i];
  if (l->has_trace && l->alpha_is_full)
    memcpy(r.alpha, r.parameters + l->alpha, am_panel_size(l->n_hidden, l->n_hidden) * size);
  else if (l->has_trace) code()->alpha_expand(l, r.alpha, r.parameters, per_neuron);
  result->loss = 0;
  for (int first = 0; first < data->n_lanes; first += 2)
    one_pair(&r, first, data->n_lanes - first < 2 ? 1 : 2);
  if (result->gradient && data->baseline == AM_BASELINE_SHARED0) {
    forward(&r, 0, 1);
    backward(&r, 0, 1, true);
  }
  if (l->has_trace && !l->alpha_is_full) code()->alpha_reduce(l, r.gradient, per_neuron);
  for (size_t i = 0; result->gradient && i < l->n_parameters; i++)
    result->gradient[i] = (double)r.gradient[i];
  free(r.parameters);
  free(r.gradient);
  free(r.alpha);
  free(r.rewards);
  free(r.shared);
  free(r.apart);
  for (int q = 0; q < 2; q++) {
    free(r.p[q]);
    free(r.logp[q]);
    free(memory[q]);
  }
}
