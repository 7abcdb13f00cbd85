/* Episodes lived and kept (see rollout.h). */
#include "learner/rollout.h"

#include <math.h>
#include <string.h>

#include "learner/policy_lane.h"
#include "network/gru_each_lane.h"
#include "network/linear_lane.h"

enum { LANES = AM_GROUP_LANES };

amine_status am_actor_net_make(am_actor_net *net, am_places *places, const am_task *task,
                               const am_cell_options *cell, bool critic, amine_error *error) {
  const int n = cell->n_hidden;
  *net = (am_actor_net){.n_in = task->n_inputs,
                        .n_out = task->n_targets > 0 ? task->n_targets : task->n_actions,
                        .linear = task->n_targets > 0,
                        .critic = critic};
  am_cell_options o = *cell;
  o.n_inputs = task->n_inputs;
  AM_TRY(am_cell_make(&net->cell, places, &o, error));
  net->heads = places->n;
  net->o_w = am_places_add(places, "h2o.weight", net->n_out, n);
  net->o_b = am_places_add(places, "h2o.bias", net->n_out, 0);
  if (!critic) return AMINE_OK;
  net->v_w = am_places_add(places, "h2v.weight", 1, n);
  net->v_b = am_places_add(places, "h2v.bias", 1, 0);
  return AMINE_OK;
}

void am_actor_net_initialise(const am_actor_net *net, const am_places *places, float *parameters,
                             uint64_t seed) {
  const float bound = 1 / sqrtf((float)net->cell.options.n_hidden);
  am_cell_initialise(&net->cell, places, parameters, seed);
  for (int k = 0; k < (net->critic ? 4 : 2); k++)
    am_places_uniform(places, net->heads + k, parameters, bound, seed);
}

size_t am_rollout_lay_out(am_rollout *e, float *block, const am_actor_net *net, int n_steps) {
  const size_t T = (size_t)n_steps, I = (size_t)net->n_in, A = (size_t)net->n_out;
  const size_t rows = (size_t)(net->cell.rows * net->cell.options.n_hidden);
  size_t at = 0;
#define CUT(field, rows) (e->field = block ? block + at : NULL, at += (rows)*LANES)
  CUT(u, T * I), CUT(live, T), CUT(asked, T), CUT(hit, T * A), CUT(answer, T * A), CUT(reward, T);
  CUT(p, T * A), CUT(logp, T * A), CUT(entropy, T), CUT(value, T), CUT(state, (T + 1) * rows);
  CUT(logits, A);
#undef CUT
  return at * sizeof(float);
}

/* ------------------------------------------------------------------------------ one step */
static void forward(const am_rollout *e, const am_actor_net *net, const am_rollout_how *how,
                    int t) {
  float *state = am_rollout_state(e, net, t);
  const float *u = am_rows(e->u, t, net->n_in), *before = am_rollout_h(e, net, t - 1);
  if (how->each) {
    const float *w = how->each;
    const am_gru *g = &net->cell.gru;
    const am_gru_cell cell = {.n_inputs = net->n_in,
                              .n = net->cell.options.n_hidden,
                              .w_ih = w + g->w_ih[0] * LANES,
                              .w_hh = w + g->w_hh[0] * LANES,
                              .b_ih = w + g->b_ih[0] * LANES,
                              .b_hh = w + g->b_hh[0] * LANES};
    am_each_code()->gru(&cell, state, u, before);
  } else {
    am_cell_step(&net->cell, how->parameters, state, u, before);
  }
  if (how->disturb) how->disturb(how->context, am_rollout_h(e, net, t), t);
}

static void speak(const am_rollout *e, const am_actor_net *net, const am_rollout_how *how, int t) {
  const int n = net->cell.options.n_hidden, A = net->n_out;
  const float *w = how->parameters, *h = am_rollout_h(e, net, t);
  float *p = am_rows(e->p, t, A), *out = net->linear ? p : e->logits;
  if (how->each)
    am_each_code()->linear(out, how->each + net->o_w * LANES, how->each + net->o_b * LANES, h, A,
                           n);
  else am_linear_code()->forward(out, w + net->o_w, w + net->o_b, h, A, n);
  if (net->critic)
    am_linear_code()->forward(am_rows(e->value, t, 1), w + net->v_w, w + net->v_b, h, 1, n);
  if (!net->linear)
    am_policy_code()->policy(p, am_rows(e->logp, t, A), am_rows(e->entropy, t, 1), e->logits, A);
}

static void act(const am_rollout *e, const am_actor_net *net, am_turn *turn, int t) {
  const int A = net->n_out;
  am_group *g = &turn->group;
  float *asked = am_rows(e->asked, t, 1), *reward = am_rows(e->reward, t, 1);
  if (net->linear) {
    am_group_compare(g, am_rows(e->answer, t, A), asked, reward, am_rows(e->p, t, A));
  } else {
    am_group_answer(g, am_rows(e->answer, t, A), asked);
    am_group_act(g, am_rows(e->hit, t, A), reward, am_rows(e->p, t, A), t, turn->greedy);
  }
  am_agent_sums *s = turn->sums;
  const float *live = am_rows(e->live, t, 1);
  for (int k = 0; k < LANES; k++) {
    s->reward[k] += reward[k];
    if (live[k] == 0) continue;
    s->steps++;
    if (net->critic) s->value += (double)am_rows(e->value, t, 1)[k];
    if (!net->linear) s->entropy += (double)am_rows(e->entropy, t, 1)[k];
  }
}

void am_rollout_play(const am_rollout *e, const am_actor_net *net, am_turn *turn,
                     const am_rollout_how *how) {
  const int T = turn->group.task->n_steps, A = net->n_out;
  memset(am_rollout_state(e, net, -1), 0,
         (size_t)(net->cell.rows * net->cell.options.n_hidden * LANES) * sizeof(float));
  for (int t = 0; t < T; t++) {
    am_group_observe(&turn->group, am_rows(e->u, t, net->n_in), am_rows(e->live, t, 1));
    forward(e, net, how, t);
    speak(e, net, how, t);
    act(e, net, turn, t);
    if (!turn->series) continue;
    am_turn_record(turn, "activity", t, am_rollout_h(e, net, t));
    am_turn_record(turn, net->linear ? "output" : "policy", t, am_rows(e->p, t, A));
    if (!net->linear) am_turn_record_actions(turn, t);
    if (net->critic) am_turn_record(turn, "value", t, am_rows(e->value, t, 1));
  }
}

int am_rollout_series(const am_actor_net *net, am_series *out) {
  int n = 0;
  out[n++] = (am_series){"activity", "h of the units", net->cell.options.n_hidden, NULL};
  if (net->linear) out[n++] = (am_series){"output", "what it says", net->n_out, NULL};
  else out[n++] = (am_series){"policy", "probability of each action", net->n_out, NULL};
  if (!net->linear) out[n++] = (am_series){"actions", "what it did", 1, NULL};
  if (net->critic) out[n++] = (am_series){"value", "the critic's estimate V", 1, NULL};
  out[n] = (am_series){0};
  return n;
}

/* ------------------------------------------------------------------------------ afterwards */
am_gru_window am_rollout_window(const am_rollout *e, const am_actor_net *net, float *gates,
                                int n_steps) {
  const size_t row = (size_t)(net->cell.options.n_hidden * LANES);
  const size_t step = (size_t)net->cell.rows * row;
  return (am_gru_window){.n_steps = n_steps,
                         .x = e->u,
                         .before = am_rollout_h(e, net, -1),
                         .state = am_rollout_state(e, net, 0),
                         .gates = gates,
                         .x_step = (size_t)(net->n_in * LANES),
                         .before_step = step,
                         .state_step = step,
                         .gates_step = (size_t)net->cell.gate_rows * row};
}

void am_rollout_taught(const am_rollout *e, const am_actor_net *net, am_turn *turn, float *error,
                       int t) {
  const int A = net->n_out;
  const float *answer = am_rows(e->answer, t, A), *p = am_rows(e->p, t, A);
  const float *asked = am_rows(e->asked, t, 1), *logp = am_rows(e->logp, t, A);
  for (int a = 0; a < A; a++)
    for (int k = 0; k < LANES; k++) {
      const int at = a * LANES + k;
      const float off = asked[k] * (answer[at] - p[at]);
      error[at] += off;
      if (net->linear) turn->sums->loss += (double)(off * off);
      else if (answer[at] > 0) turn->sums->loss -= (double)logp[at];
    }
}
