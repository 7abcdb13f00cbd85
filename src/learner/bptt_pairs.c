/* Backpropagation through time, two lanes side by side, whose traces live (see bptt.h).
 *
 * A batch is cut into sixteen groups, always the same ones; a group's gradient is summed two lanes
 * at a time by one thread, and the groups are summed in their order. So the result does not depend
 * on the number of threads. */
#include <math.h>
#include <string.h>

#include "base/memory.h"
#include "learner/bptt.h"
#include "network/pair_backward.h"

enum { GROUPS = 16 };

static const am_bptt *bptt_of(const am_agent *a) { return (const am_bptt *)(const void *)a; }

static const am_trace_ops *rule_code(const am_bptt *b) {
  return b->rule ? b->rule->ops[am_isa_now()] : NULL;
}

enum { FOLLOWERS = AM_TRACE_LANES }; /* behind the actors: of the policy that the run began with */

/* A worker's memory: two actors and, if they are there, their followers, and behind them what they
 * point to. Returns its bytes; with a NULL block it only measures. */
static size_t lay_out(const am_bptt *b, unsigned char *block) {
  const am_trace_ops *rule = rule_code(b);
  am_actor some[AM_TRACE_LANES + FOLLOWERS], *actors = block ? (am_actor *)(void *)block : some;
  const int n = b->options.agent.keep_first ? AM_TRACE_LANES + FOLLOWERS : AM_TRACE_LANES;
  size_t at = am_size_round((size_t)n * sizeof *some, 64);
  for (int q = 0; q < n; q++)
    at = am_size_add(at, am_actor_lay_out(&actors[q], block ? block + at : NULL,
                                          b->agent.learner.task, &b->pair, rule && rule->has_E));
  return at;
}

static size_t scratch_bytes(const am_agent *a) { return lay_out(bptt_of(a), NULL); }

/* The loss is the mean over lanes; a2c's is over steps too. */
static float scale_of(const am_bptt *b, const am_task *task) {
  const double lanes = b->options.agent.n_lanes,
               steps = b->values ? am_task_counted(task) : task->n_steps;
  return (float)(1 / (b->options.a2c || b->values ? lanes * steps : lanes));
}

static am_objective objective_of(const am_bptt *b) {
  const am_bptt_options *o = &b->options;
  return (am_objective){.teach = o->teach,
                        .gamma = o->gamma,
                        .lambda = o->lambda,
                        .value_weight = o->a2c ? o->value_weight : 0.5f,
                        .beta = o->entropy_weight,
                        .kl_weight = o->kl_weight,
                        .entropy = o->entropy,
                        .scale = scale_of(b, b->agent.learner.task)};
}

/* What the loss reads and writes of an episode; `apart` where the value is shared. */
static am_objective_episode episode_of(const am_bptt *b, const am_actor *actor, float *apart) {
  return (am_objective_episode){
      .n_steps = actor->lane.n_steps,
      .n_out = am_task_said(b->agent.learner.task),
      .stride = b->pair.head_rows,
      .heads = actor->lane.heads,
      .p = actor->p,
      .logp = actor->logp,
      .actions = actor->actions,
      .noise = b->agent.learner.task->n_real > 0 ? actor->noise : NULL,
      .rewards = actor->rewards,
      .answers = actor->answers,
      .asked = !b->options.a2c                       ? actor->asked
               : b->agent.learner.task->type->weight ? actor->weight
                                                     : NULL,
      .wanted = actor->wanted,
      .shared = b->shared,
      .apart = apart,
      .dheads = actor->lane.dheads,
  };
}

/* What the critic asks of the units. */
static void shape(const am_bptt *b, const am_pair_lane *lane) {
  if (b->options.a2c || b->values) return;
  for (int t = 0; t < lane->n_steps; t++)
    lane->dheads[t * b->pair.head_rows + am_task_said(b->agent.learner.task)] *=
        b->options.value_weight;
}

static void back(const am_bptt *b, am_actor *actors, int n, float *gradient) {
  am_pair_lane *lanes[AM_TRACE_LANES];
  for (int q = 0; q < n; q++) {
    lanes[q] = &actors[q].lane;
    am_pair_backward_code()->heads(&b->pair, lanes[q], gradient);
    shape(b, lanes[q]);
  }
  am_pair_backward_code()->back(&b->pair, rule_code(b), lanes, n, gradient, b->agent.parameters);
}

static am_play play_of(const am_bptt *b, const am_turn *turn) {
  return (am_play){.group = &turn->group,
                   .network = &b->pair,
                   .rule = rule_code(b),
                   .parameters = b->agent.parameters,
                   .dropped = turn->change != NULL,
                   .feed = b->options.feed,
                   .hold = turn->hold,
                   .greedy = turn->greedy};
}

/* ------------------------------------------------------------------------------ series */
enum { ACTIONS, VALUE, OUTPUT, ACTIVITY, LEVEL, N_SERIES };

int am_bptt_pairs_series(const am_bptt *b, am_series *out) {
  const am_task *task = b->agent.learner.task;
  const am_series all[N_SERIES] = {
      [ACTIONS] = {"actions", "what it did", task->n_actions ? 1 : task->n_real, NULL},
      [VALUE] = {"value", "the reward that the network expects", am_task_acted(task), NULL},
      [OUTPUT] = {"policy", am_policy_meaning(task->n_real > 0),
                  am_task_acted(task) ? am_task_said(task) : 0, NULL},
      [ACTIVITY] = {"activity", "of each hidden unit", b->pair.n_outputs, NULL},
      [LEVEL] = {"level", "the modulator M(t)", am_pair_level_rows(&b->pair), NULL}};
  int n = 0;
  for (int k = 0; k < N_SERIES; k++)
    if (all[k].width) out[n++] = all[k];
    else if (k == OUTPUT) out[n++] = (am_series){"output", "what it says", task->n_targets, NULL};
  const am_plan *p = b->pair.plan[0];
  for (int k = 0; k < p->n_told && n < AM_SERIES_MAX; k++)
    out[n++] = (am_series){p->told[k].name, "of what modulates", p->told[k].operand.rows, NULL};
  out[n] = (am_series){0};
  return n;
}

static void note(const am_bptt *b, const am_turn *turn, const am_actor *actor) {
  const am_pair *p = &b->pair;
  const am_task *task = b->agent.learner.task;
  const size_t A = (size_t)am_task_said(task);
  for (int t = 0; t < actor->lane.n_steps; t++) {
    const float *heads = actor->lane.heads + t * p->head_rows, action = (float)actor->actions[t];
    am_turn_note(turn, "actions", t, task->n_real ? actor->moves + t * task->n_real : &action, 1);
    am_turn_note(turn, "value", t, heads + A, 1);
    am_turn_note(turn, "policy", t, actor->p + (size_t)t * A, 1);
    am_turn_note(turn, "output", t, heads, 1);
    am_turn_note(turn, "activity", t, am_pair_output(p, &actor->lane, t), 1);
    if (am_pair_level_rows(p)) am_turn_note(turn, "level", t, am_pair_level(p, &actor->lane, t), 1);
    for (int k = 0; k < p->plan[0]->n_told; k++)
      am_turn_note(turn, p->plan[0]->told[k].name, t,
                   am_pair_at(p, &actor->lane, 0, t, &p->plan[0]->told[k].operand), 1);
  }
}

/* ------------------------------------------------------------------------------ a group */
static void add_up(const am_bptt *b, am_turn *turn, const am_objective_sums *s, int lane,
                   int steps) {
  am_agent_sums *sums = turn->sums;
  sums->reward[lane] = (float)s->reward;
  sums->value += s->value;
  sums->entropy += s->entropy;
  sums->kl += s->kl;
  sums->loss += b->options.a2c ? s->loss : s->surprise;
  sums->steps += steps;
}

static void play(const am_agent *a, am_turn *turn) {
  const am_bptt *b = bptt_of(a);
  const am_play how = play_of(b, turn);
  const am_objective o = objective_of(b);
  const size_t T = (size_t)a->learner.task->n_steps;
  const bool learns = turn->change != NULL;
  am_play then = how;
  then.parameters = b->first;
  then.dropped = false;
  then.hold = NULL;
  am_actor *actors = turn->scratch;
  float *apart = learns && b->apart ? b->apart + (size_t)(turn->sums - a->sums) * T : NULL;
  if (apart) memset(apart, 0, T * sizeof *apart);
  for (int lane = 0; lane < turn->group.n; lane += AM_TRACE_LANES) {
    const int rest = turn->group.n - lane, n = rest < AM_TRACE_LANES ? rest : AM_TRACE_LANES;
    am_actor_play(actors, n, &how, lane);
    const bool first = learns && b->first;
    if (first) am_actor_follow(actors + FOLLOWERS, actors, n, &then, lane);
    for (int q = 0; q < n; q++) {
      am_objective_episode e = episode_of(b, &actors[q], apart);
      if (first) {
        const am_actor *other = &actors[FOLLOWERS + q];
        e.first = a->learner.task->n_real ? other->p : other->logp;
      }
      am_objective_sums sums;
      if (!learns) e.shared = NULL;
      (b->values ? am_objective_code()->values : am_objective_code()->actions)(&sums, &e, &o);
      add_up(b, turn, &sums, lane + q, e.n_steps);
      if (turn->series && lane + q == 0) note(b, turn, &actors[0]);
    }
    if (learns) back(b, actors, n, turn->change);
  }
}

/* ------------------------------------------------------------------------------ an iteration */
/* Plays lane 0 of the batch once more; its values, which all lanes share, are 0 once its episode is
 * over. */
static am_actor *first_lane(am_bptt *b) {
  am_turn turn = am_agent_turn(&b->agent, 0);
  am_group_begin(&turn.group, b->agent.options.seed, (uint32_t)b->agent.learner.iteration, 0, 1);
  am_play how = play_of(b, &turn);
  how.dropped = true;
  am_actor_play(turn.scratch, 1, &how, 0);
  return turn.scratch;
}

static void note_shared(am_bptt *b) {
  const am_actor *actor = first_lane(b);
  for (int t = 0; t < b->agent.learner.task->n_steps; t++)
    b->shared[t] =
        t < actor->lane.n_steps
            ? actor->lane.heads[t * b->pair.head_rows + am_task_said(b->agent.learner.task)]
            : 0;
}

/* The gradient of lane 0's values, from the returns of all lanes. */
static void learn_shared(am_bptt *b) {
  am_actor *actor = first_lane(b);
  const size_t T = (size_t)b->agent.learner.task->n_steps;
  const am_objective o = objective_of(b);
  for (size_t k = T; k < T * (size_t)b->agent.n_groups; k++) b->apart[k % T] += b->apart[k];
  const am_objective_episode episode = episode_of(b, actor, b->apart);
  am_objective_code()->shared(&episode, &o);
  back(b, actor, 1, b->agent.changes);
}

amine_status am_bptt_pairs_iterate(am_bptt *b, am_learner_report *report, amine_error *error) {
  float norm;
  if (b->shared) note_shared(b);
  am_agent_learn(&b->agent);
  if (b->shared) learn_shared(b);
  AM_TRY(am_agent_gather(&b->agent, &norm, error));
  am_agent_finish(&b->agent, norm, report);
  return AMINE_OK;
}

static void reduce(am_agent *a, float *gradient) {
  am_pair_code()->reduce(&bptt_of(a)->pair, gradient);
}

/* What multiplies traces has a rate of its own. */
size_t am_bptt_pairs_descend(const am_bptt *b, const am_step *step, const float *g, float rate) {
  const am_pair *pair = &b->pair;
  const am_agent *a = &b->agent;
  size_t from = 0;
  for (int l = 0; l < pair->n_layers; l++) {
    const am_plan *p = pair->plan[l];
    for (int k = 0; k < p->n_tensors; k++) {
      const size_t at = pair->at[l] + p->tensors[k].at;
      const size_t to =
          pair->at[l] + (k + 1 < p->n_tensors ? p->tensors[k + 1].at : p->n_parameters);
      am_step_take(step, a->parameters + at, a->m + at, a->v + at, g + at, to - at,
                   p->tensors[k].alpha ? rate * b->options.alpha_rate : rate);
    }
    from = pair->at[l] + p->n_packed;
  }
  return from;
}

static void descend(am_agent *a, const am_step *step, const float *g, float rate) {
  const size_t from = am_bptt_pairs_descend(bptt_of(a), step, g, rate);
  am_step_take(step, a->parameters + from, a->m + from, a->v + from, g + from,
               a->places.size - from, rate);
}

const am_actor *am_bptt_watch(am_bptt *b, uint32_t lane, uint64_t seed, bool greedy,
                              void (*watch)(void *context, const am_actor *actor, int t),
                              void *context) {
  am_turn turn = am_agent_turn(&b->agent, 0);
  turn.greedy = greedy;
  am_group_begin_held_out(&turn.group, seed, lane, 1);
  am_play how = play_of(b, &turn);
  how.watch = watch;
  how.context = context;
  am_pair_code()->expand(&b->pair, b->agent.parameters);
  am_actor_play(turn.scratch, 1, &how, 0);
  return turn.scratch;
}

/* ------------------------------------------------------------------------------ making one */
static amine_status make_network(am_bptt *b, const am_task *task, const am_units *units,
                                 amine_error *error) {
  const am_pair_head heads[] = {{"h2o", am_task_said(task)}, {"h2v", 1}};
  const bool bare = b->options.readout == AM_READOUT_NONE;
  am_pair_options o = {.units = units->stack,
                       .heads = heads,
                       .n_heads = bare        ? 0
                                  : b->values ? 1
                                              : 2,
                       .n_bare = bare ? task->n_targets : 0,
                       .program = units->rule && units->rule->part.text ? &units->program : NULL,
                       .clip = units->clip,
                       .rate = units->rate};
  o.units.n_inputs = task->n_inputs;
  o.units.trace_penalty = b->options.trace_penalty * scale_of(b, task);
  return am_pair_make(&b->pair, &b->agent.places, &o, error);
}

amine_status am_bptt_pairs_open(am_bptt *b, const am_task *task, const am_units *units,
                                amine_error *error) {
  static const am_agent_ops actions = {.scratch_bytes = scratch_bytes,
                                       .play = play,
                                       .before = reduce,
                                       .n_chunks = GROUPS,
                                   .n_side = AM_TRACE_LANES,
                                       .descend = descend},
                            values = {.lacks = AM_LACKS_VALUE | AM_LACKS_ENTROPY,
                                      .scratch_bytes = scratch_bytes,
                                      .play = play,
                                      .before = reduce,
                                      .n_chunks = GROUPS,
                                   .n_side = AM_TRACE_LANES,
                                      .descend = descend};
  const am_agent_options *o = &b->options.agent;
  am_agent *a = &b->agent;
  const size_t lanes = task->type->together ? 1 : AM_GROUP_LANES;
  const size_t T = (size_t)task->n_steps, groups = GROUPS + (size_t)o->n_lanes / lanes;
  if (b->options.baseline == AM_BASELINE_SHARED0 && !b->values) a->n_own = 2;
  a->own[0] = (am_block){&b->shared, T, sizeof *b->shared};
  a->own[1] = (am_block){&b->apart, am_size_mul(T, groups), sizeof *b->apart};
  AM_TRY(make_network(b, task, units, error));
  AM_TRY(am_agent_open(a, task, o, b->values ? &values : &actions, error));
  a->learner.signals = b->pair.plan[0];
  for (int k = 0; k < a->n_workers; k++) lay_out(b, a->blocks + (size_t)k * a->block);
  am_pair_initialise(&b->pair, &a->places, a->parameters, o->seed);
  return AMINE_OK;
}
