/* Episodes lived and kept (see rollout.h). */
#include "learner/rollout.h"

#include <math.h>
#include <string.h>

#include "learner/group_feed.h"
#include "learner/hold.h"
#include "learner/policy_lane.h"
#include "network/each_lane.h"
#include "network/linear_lane.h"

enum { LANES = AM_GROUP_LANES };

amine_status am_actor_net_make(am_actor_net *net, am_places *places, const am_task *task,
                               const am_stack_options *units, bool critic, amine_error *error) {
  *net = (am_actor_net){.bare = net->bare,
                        .n_in = task->n_inputs,
                        .n_out = am_task_said(task),
                        .linear = task->n_targets > 0,
                        .real = task->n_real > 0,
                        .critic = critic};
  am_stack_options o = *units;
  o.n_inputs = task->n_inputs;
  AM_TRY(am_stack_make(&net->stack, places, &o, error));
  net->n = net->stack.n_outputs;
  net->heads = places->n;
  if (net->bare && net->n_out > net->n)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "the network gives out %d numbers, and %d are to be what it says", net->n,
                   net->n_out);
  if (net->bare) return AMINE_OK;
  net->o_w = am_places_add(places, "h2o.weight", net->n_out, net->n);
  net->o_b = am_places_add(places, "h2o.bias", net->n_out, 0);
  if (!critic) return AMINE_OK;
  net->v_w = am_places_add(places, "h2v.weight", 1, net->n);
  net->v_b = am_places_add(places, "h2v.bias", 1, 0);
  return AMINE_OK;
}

void am_actor_net_free(am_actor_net *net) { am_stack_free(&net->stack); }

void am_actor_net_initialise(const am_actor_net *net, const am_places *places, float *parameters,
                             uint64_t seed) {
  const float bound = 1 / sqrtf((float)net->n);
  am_stack_initialise(&net->stack, places, parameters, seed);
  for (int k = 0; k < (net->bare ? 0 : net->critic ? 4 : 2); k++)
    am_places_uniform(places, net->heads + k, parameters, bound, seed);
}

size_t am_rollout_lay_out(am_rollout *e, float *block, const am_actor_net *net, int n_steps,
                          bool gradients) {
  const bool whole = gradients || am_stack_looks_back(&net->stack);
  const size_t T = whole ? (size_t)n_steps : 1, I = (size_t)net->n_in, A = (size_t)net->n_out;
  const am_span spans[] = {{&e->u, T * I},      {&e->live, T},   {&e->asked, T}, {&e->hit, T * A},
                           {&e->answer, T * A}, {&e->reward, T}, {&e->p, T * A}, {&e->logp, T * A},
                           {&e->entropy, T},    {&e->value, T},  {&e->logits, A}};
  size_t at = am_rows_cut(spans, sizeof spans / sizeof *spans, block, 0) / sizeof(float);
  e->fed = block ? block + at : NULL;
  at += am_group_feed_bytes(&net->stack) / sizeof(float);
  e->n_slots = (int)T;
  at += am_stack_lay_out(&e->units, block ? block + at : NULL, &net->stack, (int)T, gradients);
  return at * sizeof(float);
}

/* ------------------------------------------------------------------------------ one step */
/* Where step t is kept. */
static int slot_of(const am_rollout *e, int t) { return t % e->n_slots; }

static void begin(const am_rollout *e, const am_actor_net *net, const am_rollout_how *how) {
  am_stack_begin(&net->stack, &e->units, how->each ? how->each : how->parameters,
                 how->each != NULL);
  am_group_feed_begin(&net->stack, e->fed);
}

/* What traces take up of the step, which is over. */
static void take_up(const am_rollout *e, const am_actor_net *net, const am_turn *turn,
                    const am_rollout_how *how, am_holding *holding, int t) {
  const am_stack *stack = &net->stack;
  const int s = slot_of(e, t), A = net->n_out;
  const float *u = am_rows(e->u, s, net->n_in);
  am_group_feed_after(stack, am_stack_given(stack, &e->units, s), e->fed, &turn->group,
                      &(am_group_brought){.step = t,
                                          .u = u,
                                          .reward = am_rows(e->reward, s, 1),
                                          .p = am_rows(e->p, s, A),
                                          .wanted = am_rows(e->answer, s, A),
                                          .asked = am_rows(e->asked, s, 1)});
  am_holding_group(holding, &turn->group, am_rows(e->live, s, 1),
                   am_stack_given(stack, &e->units, s), t, am_rows(e->reward, s, 1));
  am_stack_after(stack, &e->units, s, how->each ? how->each : how->parameters, u,
                 how->dropped && stack->dropout > 0, how->each != NULL);
}

static void forward(const am_rollout *e, const am_actor_net *net, const am_turn *turn,
                    const am_rollout_how *how, int t) {
  const am_stack *stack = &net->stack;
  const int s = slot_of(e, t);
  const float *u = am_rows(e->u, s, net->n_in);
  const bool dropped = how->dropped && stack->dropout > 0;
  for (int l = 0; dropped && l + 1 < stack->n_layers; l++)
    am_group_mask(&turn->group, am_stack_mask(stack, &e->units, l, s), l, t, net->n,
                  stack->dropout);
  if (how->each) am_stack_step_each(stack, &e->units, s, how->each, u);
  else am_stack_step(stack, &e->units, s, how->parameters, u, dropped);
  if (how->disturb) how->disturb(how->context, am_rollout_h(e, net, s), t);
}

static void speak(const am_rollout *e, const am_actor_net *net, const am_rollout_how *how, int t) {
  const int n = net->n, A = net->n_out, s = slot_of(e, t);
  const float *w = how->parameters, *h = am_rollout_h(e, net, s);
  float *p = am_rows(e->p, s, A), *out = net->linear ? p : e->logits;
  if (net->bare) memcpy(out, h, (size_t)(A * LANES) * sizeof *out);
  else if (how->each)
    am_each_code()->linear(out, how->each + net->o_w * LANES, how->each + net->o_b * LANES, h, A,
                           n);
  else am_linear_code()->forward(out, w + net->o_w, w + net->o_b, h, A, n);
  if (net->critic)
    am_linear_code()->forward(am_rows(e->value, s, 1), w + net->v_w, w + net->v_b, h, 1, n);
  float *logp = am_rows(e->logp, s, A), *entropy = am_rows(e->entropy, s, 1);
  if (net->real) am_policy_code()->gauss(p, logp, entropy, e->logits, A / 2);
  else if (!net->linear) am_policy_code()->policy(p, logp, entropy, e->logits, A);
}

static void act(const am_rollout *e, const am_actor_net *net, am_turn *turn, int t) {
  const int A = net->n_out, s = slot_of(e, t);
  am_group *g = &turn->group;
  float *asked = am_rows(e->asked, s, 1), *reward = am_rows(e->reward, s, 1);
  if (net->linear) {
    am_group_compare(g, am_rows(e->answer, s, A), asked, reward, am_rows(e->p, s, A));
  } else {
    am_group_answer(g, am_rows(e->answer, s, A), asked);
    (net->real ? am_group_move_real : am_group_act)(g, am_rows(e->hit, s, A), reward,
                                                    am_rows(e->p, s, A), t, turn->greedy);
  }
  am_agent_sums *sums = turn->sums;
  const float *live = am_rows(e->live, s, 1);
  for (int k = 0; k < LANES; k++) {
    sums->reward[k] += reward[k];
    if (live[k] == 0) continue;
    sums->steps++;
    if (net->critic) sums->value += (double)am_rows(e->value, s, 1)[k];
    if (!net->linear) sums->entropy += (double)am_rows(e->entropy, s, 1)[k];
  }
}

static void record(const am_rollout *e, const am_actor_net *net, const am_turn *turn,
                   const am_rollout_how *how, int t) {
  const int A = net->n_out, s = slot_of(e, t);
  am_turn_record(turn, "activity", t, am_rollout_h(e, net, s));
  am_turn_record(turn, net->linear ? "output" : "policy", t, am_rows(e->p, s, A));
  if (net->real) am_turn_record(turn, "actions", t, turn->group.moves[0]);
  else if (!net->linear) am_turn_record_actions(turn, t);
  if (net->critic) am_turn_record(turn, "value", t, am_rows(e->value, s, 1));
  am_plan_living living[AM_TRACES_MAX];
  const am_plan_step step = am_stack_step_of(&net->stack, &e->units, 0, s, how->parameters,
                                             am_rows(e->u, s, net->n_in), living);
  am_group_feed_record(&net->stack, turn, &step, t);
}

void am_rollout_play(const am_rollout *rollout, const am_actor_net *net, am_turn *turn,
                     const am_rollout_how *how) {
  const int T = turn->group.task->n_steps;
  am_holding holding;
  am_rollout now = *rollout;
  const am_rollout *e = &now;
  am_holding_begin(&holding, turn->hold, net->stack.plan[0]);
  now.units.held = am_holding_held(&holding);
  begin(e, net, how);
  const am_group *g = &turn->group;
  am_stack_draw(&net->stack, &e->units, g->seed, g->episode, g->first, g->n, g->twins);
  for (int t = 0; t < T; t++) {
    const int s = slot_of(e, t);
    am_group_observe(&turn->group, am_rows(e->u, s, net->n_in), am_rows(e->live, s, 1));
    if (net->stack.anew) am_group_begins(&turn->group, am_rows(e->units.keep, s, 1));
    am_group_feed_before(&net->stack, am_stack_given(&net->stack, &e->units, s), e->fed);
    am_holding_group(&holding, g, am_rows(e->live, s, 1),
                     am_stack_given(&net->stack, &e->units, s), t, NULL);
    forward(e, net, turn, how, t);
    speak(e, net, how, t);
    act(e, net, turn, t);
    take_up(e, net, turn, how, &holding, t);
    if (how->step_over) how->step_over(how->context, turn, s);
    if (turn->series) record(e, net, turn, how, t);
    if (e->n_slots == 1) am_stack_forget(&net->stack, &e->units);
  }
}

void am_rollout_follow(const am_rollout *e, const am_actor_net *net, const am_turn *turn,
                       const float *parameters, const am_rollout *led, float *says) {
  const am_rollout_how how = {.parameters = parameters};
  const am_group *g = &turn->group;
  const am_stack *stack = &net->stack;
  const int A = net->n_out;
  const size_t row = LANES * sizeof(float);
  am_holding none;
  am_holding_begin(&none, NULL, stack->plan[0]);
  begin(e, net, &how);
  am_stack_draw(stack, &e->units, g->seed, g->episode, g->first, g->n, g->twins);
  for (int t = 0; t < g->task->n_steps; t++) {
    const int s = slot_of(e, t);
    memcpy(am_rows(e->u, s, net->n_in), am_rows(led->u, t, net->n_in), (size_t)net->n_in * row);
    memcpy(am_rows(e->live, s, 1), am_rows(led->live, t, 1), row);
    if (stack->anew) memcpy(am_rows(e->units.keep, s, 1), am_rows(led->units.keep, t, 1), row);
    memcpy(am_rows(e->reward, s, 1), am_rows(led->reward, t, 1), row);
    memcpy(am_rows(e->asked, s, 1), am_rows(led->asked, t, 1), row);
    memcpy(am_rows(e->answer, s, A), am_rows(led->answer, t, A), (size_t)A * row);
    am_group_feed_before(stack, am_stack_given(stack, &e->units, s), e->fed);
    forward(e, net, turn, &how, t);
    speak(e, net, &how, t);
    memcpy(am_rows(says, t, A), am_rows(net->real ? e->p : e->logp, s, A), (size_t)A * row);
    take_up(e, net, turn, &how, &none, t);
    if (e->n_slots == 1) am_stack_forget(stack, &e->units);
  }
}

int am_rollout_series(const am_actor_net *net, am_series *out) {
  int n = 0;
  out[n++] = (am_series){"activity", "h of the units", net->n, NULL};
  if (net->linear) out[n++] = (am_series){"output", "what it says", net->n_out, NULL};
  else out[n++] = (am_series){"policy", am_policy_meaning(net->real), net->n_out, NULL};
  if (!net->linear)
    out[n++] = (am_series){"actions", "what it did", net->real ? net->n_out / 2 : 1, NULL};
  if (net->critic) out[n++] = (am_series){"value", "the critic's estimate V", 1, NULL};
  return am_group_feed_series(&net->stack, out, n);
}

/* ------------------------------------------------------------------------------ afterwards */
void am_rollout_collect_heads(const am_rollout *e, const am_actor_net *net, float *change,
                              const float *error, const float *dvalue) {
  const am_linear_ops *code = am_linear_code();
  const size_t step = am_stack_stride(&net->stack);
  const float *h = am_rollout_h(e, net, 0);
  const int T = e->units.n_steps, A = net->n_out, n = net->n;
  if (net->bare) return;
  code->collect(change + net->o_w, change + net->o_b, error, (size_t)(A * LANES), h, step, T, A, n);
  if (net->critic)
    code->collect(change + net->v_w, change + net->v_b, dvalue, LANES, h, step, T, 1, n);
}

float am_rollout_share(const am_actor_net *net, const am_places *places, int k,
                       am_rate_shares shares) {
  const char *name = places->place[k].name;
  if (k >= net->heads) return shares.output;
  return strstr(name, "_ih") || strncmp(name, "i2h", 3) == 0 ? shares.input : shares.recurrent;
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
