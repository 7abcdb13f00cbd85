/* Backpropagation through time as a part, under two names (see bptt.h). */
#include "learner/bptt.h"

#include <string.h>

#include "base/memory.h"
#include "learner/rows.h"
#include "modulator/modulator.h"

static void destroy(am_learner *learner) {
  am_bptt *b = am_bptt_of(learner);
  am_bptt_symbols_close(b);
  am_actor_net_free(&b->net);
  am_pair_free(&b->pair);
  am_free(b->shared);
  am_free(b->apart);
  am_agent_close(&b->agent);
  am_free(b);
}

/* What is made of the parameters once they have changed. */
static am_bptt *begin(am_learner *learner) {
  am_bptt *b = am_bptt_of(learner);
  float *first = am_agent_first(&b->agent);
  if (b->pairs) am_pair_code()->expand(&b->pair, b->agent.parameters);
  if (b->pairs && first) am_pair_code()->expand(&b->pair, first);
  b->first = first;
  return b;
}

static amine_status iterate(am_learner *learner, am_learner_report *report, amine_error *error) {
  am_bptt *b = begin(learner);
  if (b->symbols) return am_bptt_symbols_iterate(b, report, error);
  return b->pairs ? am_bptt_pairs_iterate(b, report, error)
                  : am_agent_iterate(learner, report, error);
}

static void evaluate(am_learner *learner, double *rewards, int n_episodes, uint32_t first,
                     uint64_t seed, bool greedy) {
  am_bptt *b = begin(learner);
  if (b->symbols) am_bptt_symbols_evaluate(b, rewards, n_episodes, first, seed);
  else am_agent_evaluate(learner, rewards, n_episodes, first, seed, greedy);
}

static void watch(am_learner *learner, am_series *all, uint32_t lane, uint64_t seed, bool greedy) {
  am_bptt *b = begin(learner);
  if (b->symbols) am_bptt_symbols_watch(b, all, lane, seed);
  else am_agent_watch(learner, all, lane, seed, greedy);
}

static void write_symbols(am_learner *learner, int *symbols, int n, uint64_t seed) {
  am_bptt_symbols_write((am_bptt *)learner, symbols, n, seed);
}

static int series(const am_learner *learner, am_series *out) {
  const am_bptt *b = (const am_bptt *)(const void *)learner;
  if (b->symbols) return am_bptt_symbols_series(b, out);
  return b->pairs ? am_bptt_pairs_series(b, out) : am_rollout_series(&b->net, out);
}

/* The agent's tensors, and behind them what symbols' layers carry on. */
static int n_of_agent(const am_learner *learner) {
  am_learner_tensor one;
  int n = 0;
  while (am_agent_tensor(learner, n, &one)) n++;
  return n;
}

static bool tensor(const am_learner *learner, int k, am_learner_tensor *out) {
  const am_bptt *b = (const am_bptt *)(const void *)learner;
  if (am_agent_tensor(learner, k, out)) return true;
  return b->symbols && am_bptt_symbols_tensor(b, k - n_of_agent(learner), out);
}

/* The values of tensor k, if it is one of those. */
static float *carried(const am_learner *learner, int k, size_t *n) {
  const am_bptt *b = (const am_bptt *)(const void *)learner;
  am_learner_tensor t;
  if (!b->symbols || k < n_of_agent(learner) || !tensor(learner, k, &t)) return NULL;
  *n = t.dims[0] * t.dims[1];
  return am_bptt_symbols_values(b);
}

static void get(const am_learner *learner, int k, float *values) {
  size_t n;
  const float *from = carried(learner, k, &n);
  if (from) memcpy(values, from, n * sizeof *values);
  else am_agent_get(learner, k, values);
}

static void set(am_learner *learner, int k, const float *values) {
  size_t n;
  float *to = carried(learner, k, &n);
  if (to) memcpy(to, values, n * sizeof *values);
  else am_agent_set(learner, k, values);
}

#define AT(member) AM_MEMBER(am_bptt_options, member)
#define AGENT(member) AM_MEMBER(am_bptt_options, agent.member)
#define SCHEDULE(member) AM_MEMBER(am_bptt_options, agent.schedule.member)
#define OPTIMISER(member) AM_MEMBER(am_bptt_options, agent.optimiser.member)
/* entropy: the standard one; warmup likewise */
#define PARAMETERS(entropy_kind, n_warmup)                                                         \
  AM_PLAY_PARAMETERS(AGENT), AM_SCHEDULE_PARAMETERS(SCHEDULE),                                     \
      AM_NUMBER("alpha_rate", 1, 0, 1000, "", "the steps of alpha are multiplied by this",         \
                AT(alpha_rate), .when = "rule.type!=none"),                                        \
      AM_NUMBER("trace_penalty", 0, 0, 1e6, "",                                                    \
                "weight in the loss of the mean of H^2 at each step", AT(trace_penalty),           \
                .when = "rule.type!=none"),                                                        \
      AM_GAMMA_PARAMETER(AT), AM_LAMBDA_PARAMETER(AT), AM_VALUE_PARAMETER(AT),                     \
      AM_ENTROPY_PARAMETER(AT(entropy_weight)),                                                    \
      AM_CHOICE("entropy", "squared|true",                                                         \
                "that penalty: sum of squared probabilities, or of p log p", AT(entropy),          \
                .standard = entropy_kind),                                                         \
      AM_FIRST_PARAMETERS(AT, AGENT),                                                              \
      AM_CHOICE(                                                                                   \
          "baseline", "own|shared0",                                                               \
          "whose value is the advantage's baseline: the lane's own, or lane 0's for all (as "      \
          "in the authors' batched code)",                                                         \
          AT(baseline)),                                                                           \
      AM_OPTIMISER_PARAMETERS(OPTIMISER, OPTIMISER),                                               \
      AM_INTEGER("warmup", n_warmup, 0, 4e9, "updates", "iterations before the first change",      \
                 AGENT(warmup)),                                                                   \
  {                                                                                                \
    0                                                                                              \
  }
static const amine_parameter bptt_parameters[] = {
    AM_TEACH_PARAMETER(AT),
    AM_CHOICE("readout", "learned|none",
              "what is said where values are asked "
              "for: a linear read-out of the units, "
              "or the first units themselves",
              AT(readout)),
    AM_INTEGER("embedding", 0, 0, 4096, "",
               "numbers of the vector that a symbol is "
               "to the network; 0: as many as hidden "
               "units",
               AT(n_embedded), .when = "task.type=text"),
    PARAMETERS(AM_ENTROPY_TRUE, 0)};
static const amine_parameter a2c_parameters[] = {PARAMETERS(AM_ENTROPY_SQUARED, 100)};

static amine_status create(am_learner **learner, const am_task *task, const am_chosen *chosen,
                           amine_error *error) {
  am_bptt_options o = *(const am_bptt_options *)chosen->options[AM_LEARNER];
  const am_part *modulator = chosen->part[AM_MODULATOR];
  am_units units;
  AM_TRY(am_units_chosen(&units, chosen, true, error));
  o.a2c = chosen->part[AM_LEARNER] == &am_a2c_type.part;
  o.feed = am_modulator_feed(chosen);
  am_learner *made;
  const amine_status status = am_bptt_create(&made, task, &units, &o, error);
  am_units_free(&units);
  AM_TRY(status);
  am_bptt *b = am_bptt_of(made);
  const am_plan *plan = b->pairs ? b->pair.plan[0] : NULL;
  amine_status fed = AMINE_OK;
  for (int k = 0; plan && k < plan->n_numbers && fed == AMINE_OK; k++)
    fed = am_feed_ask(&b->options.feed, plan->given[k].name, plan->given[k].before,
                      modulator ? modulator->name : NULL, error);
  if (fed == AMINE_OK) *learner = made;
  else destroy(made);
  return fed;
}

#define TYPE(asked, ...)                                                                           \
  {                                                                                                \
    .part = {.kind = AM_LEARNER, .options_size = sizeof(am_bptt_options), __VA_ARGS__},            \
    .past = true, .asks = asked, .create = create, .backprop = true, .iterate = iterate,           \
    .evaluate = evaluate, .tensor = tensor, .get = get, .set = set, .release = am_agent_release,   \
    .series = series, .watch = watch, .write = write_symbols, .destroy = destroy,                  \
  }

const am_learner_type am_bptt_type =
    TYPE(AM_ASKS_ACTIONS | AM_ASKS_VALUES | AM_ASKS_SYMBOLS | AM_ASKS_REAL, .name = "bptt",
         .meaning = "backpropagation through time, traces included: actor-critic from rewards, "
                    "cross-entropy from right answers, squared error of values; the yardstick",
         .equation = "ascends sum_t log pi(a_t) A_t - c_v (R_t - V_t)^2 / 2 + beta H_t; or less "
                     "the mean squared error",
         .source = "Williams 1992, doi:10.1007/BF00992696; Mnih et al. 2016, arXiv 1602.01783; "
                   "Werbos 1990, doi:10.1109/5.58337",
         .parameters = bptt_parameters);

const am_learner_type am_a2c_type =
    TYPE(AM_ASKS_ACTIONS | AM_ASKS_REAL, .name = "a2c",
         .meaning = "actor-critic over whole episodes: backpropagation through time",
         .equation = "loss = -log pi(a_t) A_t + value_weight (R_t - V_t)^2 + entropy penalty",
         .source = "Mnih et al. 2016, arXiv 1602.01783", .parameters = a2c_parameters);

/* Side by side every state of a trace is kept; two by two some are, and the others computed again. */
#define KEPT_BYTES ((size_t)4 << 20)

static size_t kept_bytes(const am_units *units, int n_steps) {
  const am_stack_options *o = &units->stack;
  size_t n = 0;
  for (int k = 0; o->rule && k < units->text->n_symbols; k++)
    n += units->text->symbols[k].kind == AM_SYMBOL_TRACE;
  n = am_size_mul(n * (size_t)o->n_layers, (size_t)o->n_hidden * (size_t)o->n_hidden);
  return am_size_mul(n, (size_t)n_steps * AM_GROUP_LANES * sizeof(float));
}

/* A layer's way back is over before the one below it begins, and what a trace took up of its input is
 * found a step later than the rest. */
static amine_status check_traces(const am_bptt *b, amine_error *error) {
  if (!b->rule) return AMINE_OK;
  const int n_layers = b->pairs ? b->pair.n_layers : b->net.stack.n_layers;
  const am_plan *top = b->pairs ? b->pair.plan[n_layers - 1] : b->net.stack.plan[n_layers - 1];
  for (int k = 0; n_layers > 1 && k < top->n_traces; k++)
    if (top->traces[k].pre.from == AM_FROM_INPUT)
      return am_fail(
          error, AMINE_ERROR_ARGUMENT,
          "the trace %s takes up its layer's input: its gradient is for network.layers=1",
          top->traces[k].name);
  return AMINE_OK;
}

amine_status am_bptt_create(am_learner **learner, const am_task *task, const am_units *units,
                            const am_bptt_options *o, amine_error *error) {
  if (o->teach != AM_TEACH_REWARD && am_task_acted(task) && !task->type->answer)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%s does not say what would be right: it can be learned from rewards only",
                   task->type->part.name);
  if (o->readout == AM_READOUT_NONE && task->n_targets == 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.readout=none is for tasks that ask for values, and %s asks for actions",
                   task->type->part.name);
  if (o->agent.keep_first && !am_task_acted(task))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.keep_first=true keeps a policy, and task.type=%s asks for no actions",
                   task->type->part.name);
  am_bptt *b = am_alloc(1, sizeof *b);
  if (!b) return am_fail_memory(error, sizeof *b);
  b->agent.learner.type = o->a2c ? &am_a2c_type : &am_bptt_type;
  b->options = *o;
  b->values = task->n_targets > 0;
  b->rule = units->stack.rule ? units->rule : NULL;
  b->pairs = o->a2c || o->pairs || (b->rule && !units->stack.rule->lanes_backward) ||
             kept_bytes(units, task->n_steps) > KEPT_BYTES ||
             (!b->values && (o->entropy != AM_ENTROPY_TRUE || o->baseline != AM_BASELINE_OWN));
  amine_status status = (task->n_symbols ? am_bptt_symbols_open
                         : b->pairs      ? am_bptt_pairs_open
                                         : am_bptt_lanes_open)(b, task, units, error);
  if (status == AMINE_OK) status = check_traces(b, error);
  if (status != AMINE_OK) {
    destroy(&b->agent.learner);
    return status;
  }
  *learner = &b->agent.learner;
  return AMINE_OK;
}
