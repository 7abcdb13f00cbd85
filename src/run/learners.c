#include "run/learners.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "learner/a2c.h"
#include "learner/agents.h"
#include "learner/bptt.h"
#include "learner/bptt_values.h"
#include "learner/delta.h"
#include "learner/e_prop.h"
#include "learner/evolution.h"
#include "learner/exploratory_hebb.h"
#include "learner/feedback_alignment.h"
#include "learner/node_perturbation.h"
#include "learner/rflo.h"
#include "learner/signalling.h"
#include "learner/weight_perturbation.h"
#include "task/dnms.h"
#include "task/selective.h"

static am_plastic_options network_options(const am_config *c, const am_task *task) {
  static const am_rule_id rules[] = {AM_RULE_CLIP,     AM_RULE_DECAY,       AM_RULE_OJA,
                                     AM_RULE_SOFTCLIP, AM_RULE_ELIGIBILITY, AM_RULE_NONE};
  return (am_plastic_options){
      .n_inputs = task->n_inputs,
      .n_hidden = am_config_int(c, AM_NETWORK_HIDDEN),
      .n_actions = task->n_actions,
      .rule = rules[am_config_int(c, AM_RULE_TYPE)],
      .readout = am_config_int(c, AM_MODULATOR_TYPE) == 0,
      .given = am_config_int(c, AM_MODULATOR_TYPE) == 2,
      .fanout = am_config_is(c, AM_MODULATOR_FANOUT),
      .activation = (am_activation)am_config_int(c, AM_MODULATOR_ACTIVATION),
      .clamped = !isnan(am_config_number(c, AM_CLAMP_READOUT)),
      .clamp =
          isnan(am_config_number(c, AM_CLAMP_READOUT)) ? 0 : am_config_float(c, AM_CLAMP_READOUT),
      .alpha = (am_alpha_form)am_config_int(c, AM_NETWORK_ALPHA),
      .clip = am_config_float(c, AM_RULE_CLIP_AT),
      .init_w = am_config_float(c, AM_NETWORK_INIT_W),
      .init_alpha = am_config_float(c, AM_NETWORK_INIT_ALPHA),
      .init_eta = am_config_float(c, AM_RULE_ETA),
      .init_eta_e = am_config_float(c, AM_RULE_ETA_E),
  };
}

static am_schedule schedule_of(const am_config *c) {
  return (am_schedule){.kind = (am_schedule_kind)am_config_int(c, AM_LEARNER_SCHEDULE),
                       .rate = am_config_number(c, AM_LEARNER_RATE),
                       .rate_end = am_config_number(c, AM_LEARNER_RATE_END),
                       .iterations = c->values[AM_LEARNER_SCHEDULE_ITERATIONS].integer};
}

static am_a2c_options a2c_options(const am_config *c) {
  return (am_a2c_options){
      .n_lanes = am_config_int(c, AM_BATCH),
      .gamma = am_config_float(c, AM_LEARNER_GAMMA),
      .lambda = am_config_float(c, AM_LEARNER_LAMBDA),
      .value_weight = am_config_float(c, AM_LEARNER_VALUE_WEIGHT),
      .beta = am_config_float(c, AM_LEARNER_ENTROPY_WEIGHT),
      .entropy = (am_entropy)am_config_int(c, AM_LEARNER_ENTROPY),
      .baseline = (am_baseline)am_config_int(c, AM_LEARNER_BASELINE),
      .beta1 = am_config_float(c, AM_LEARNER_BETA1),
      .beta2 = am_config_float(c, AM_LEARNER_BETA2),
      .eps = am_config_float(c, AM_LEARNER_EPS),
      .alpha_rate = am_config_float(c, AM_LEARNER_ALPHA_RATE),
      .norm_clip = am_config_float(c, AM_LEARNER_NORM_CLIP),
      .warmup = c->values[AM_LEARNER_WARMUP].integer,
      .schedule = schedule_of(c),
      .drive = {.factor = (amine_third_factor)(AMINE_FACTOR_DOPAMINE +
                                               am_config_int(c, AM_MODULATOR_FACTOR)),
                .scale =
                    am_config_applies(c, AM_TASK_REWARD) ? am_config_float(c, AM_TASK_REWARD) : 1,
                .baseline = am_config_float(c, AM_MODULATOR_BASELINE),
                .decay_rate = am_config_float(c, AM_MODULATOR_DECAY_RATE),
                .clamped = am_config_is(c, AM_CLAMP_CHEMICAL)},
  };
}

static int threads_of(const am_config *config) {
  const int threads = am_config_int(config, AM_THREADS);
  return threads ? threads : am_processors();
}

static amine_status create_a2c(am_learner **learner, const am_config *config, const am_task *task,
                               amine_error *error) {
  am_plastic network;
  const am_plastic_options plastic = network_options(config, task);
  const am_a2c_options options = a2c_options(config);
  AM_TRY(am_plastic_make(&network, &plastic, error));
  return am_a2c_create(learner, task, &network, &options, config->values[AM_SEED].integer,
                       threads_of(config), error);
}

static am_agent_options agent_options(const am_config *c) {
  return (am_agent_options){
      .n_lanes = am_config_int(c, AM_BATCH),
      .n_threads = threads_of(c),
      .seed = c->values[AM_SEED].integer,
      .schedule = schedule_of(c),
      .beta1 = am_config_float(c, AM_LEARNER_BETA1),
      .beta2 = am_config_float(c, AM_LEARNER_BETA2),
      .eps = am_config_float(c, AM_LEARNER_EPS),
      .norm_clip = am_config_float(c, AM_LEARNER_NORM_CLIP),
  };
}

static am_gru_start start_of(const am_config *c) {
  return (am_gru_start){.input_scale = am_config_float(c, AM_NETWORK_INPUT_SCALE),
                        .recurrent_scale = am_config_float(c, AM_NETWORK_RECURRENT_SCALE),
                        .update_bias = am_config_float(c, AM_NETWORK_UPDATE_BIAS),
                        .update_spread = am_config_float(c, AM_NETWORK_UPDATE_SPREAD)};
}

static amine_status create_bptt(am_learner **learner, const am_config *c, const am_task *task,
                                amine_error *error) {
  const am_bptt_options options = {.agent = agent_options(c),
                                   .n_hidden = am_config_int(c, AM_NETWORK_HIDDEN),
                                   .n_layers = am_config_int(c, AM_NETWORK_LAYERS),
                                   .dropout = am_config_float(c, AM_NETWORK_DROPOUT),
                                   .gamma = am_config_float(c, AM_LEARNER_GAMMA),
                                   .lambda = am_config_float(c, AM_LEARNER_LAMBDA),
                                   .value_weight = am_config_float(c, AM_LEARNER_VALUE_WEIGHT),
                                   .entropy_weight = am_config_float(c, AM_LEARNER_ENTROPY_WEIGHT),
                                   .teach = (am_teach)am_config_int(c, AM_LEARNER_TEACH),
                                   .start = start_of(c)};
  return am_bptt_create(learner, task, &options, error);
}

static am_signalling_options signalling_options(const am_config *c) {
  return (am_signalling_options){
      .agent = agent_options(c),
      .n_hidden = am_config_int(c, AM_NETWORK_HIDDEN),
      .n_layers = am_config_int(c, AM_NETWORK_LAYERS),
      .dropout = am_config_float(c, AM_NETWORK_DROPOUT),
      .n_signal = am_config_int(c, AM_MODULATOR_UNITS),
      .gamma = am_config_float(c, AM_LEARNER_GAMMA),
      .lambda = am_config_float(c, AM_LEARNER_LAMBDA),
      .entropy_weight = am_config_float(c, AM_LEARNER_ENTROPY_WEIGHT),
      .gain = am_config_float(c, AM_MODULATOR_GAIN),
      .gain_start = am_config_float(c, AM_MODULATOR_GAIN_START),
      .feedback = (am_feedback)am_config_int(c, AM_LEARNER_FEEDBACK),
      .feedback_decay = am_config_float(c, AM_LEARNER_FEEDBACK_DECAY),
      .trace = (am_trace_kind)am_config_int(c, AM_LEARNER_TRACE),
      .form = (am_trace_form)am_config_int(c, AM_LEARNER_FORM),
      .teach = (am_teach)am_config_int(c, AM_LEARNER_TEACH),
      .input = am_config_float(c, AM_LEARNER_INPUT_SHARE),
      .recurrent = am_config_float(c, AM_LEARNER_RECURRENT_SHARE),
      .output = am_config_float(c, AM_LEARNER_OUTPUT_SHARE),
      .gains = am_config_float(c, AM_LEARNER_GAIN_SHARE),
      .critic = am_config_float(c, AM_LEARNER_CRITIC_SHARE),
      .signal = am_config_float(c, AM_LEARNER_SIGNAL_SHARE),
      .critic_sees_output = am_config_is(c, AM_LEARNER_CRITIC_SEES_OUTPUT),
      .adaptive = am_config_int(c, AM_LEARNER_REWARD) == 1,
      .start = start_of(c),
      .control = (am_signal_control)am_config_int(c, AM_LEARNER_CONTROL),
      .consolidation = {.on = am_config_int(c, AM_LEARNER_CONSOLIDATION) == 1,
                        .strength = am_config_float(c, AM_LEARNER_SLOW_STRENGTH),
                        .rate = am_config_float(c, AM_LEARNER_SLOW_RATE)},
  };
}

static amine_status create_signalling(am_learner **learner, const am_config *c, const am_task *task,
                                      amine_error *error) {
  const am_signalling_options options = signalling_options(c);
  if (options.control == AM_CONTROL_PARTNER)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.control=partner is for learner.type=agents: one alone has no partner");
  return am_signalling_create(learner, task, &options, error);
}

static amine_status create_agents(am_learner **learner, const am_config *c, const am_task *task,
                                  amine_error *error) {
  const am_signalling_options options = signalling_options(c);
  return am_agents_create(learner, task, &options, error);
}

static am_hebbian_options hebbian_options(const am_config *c, const am_task *task) {
  return (am_hebbian_options){
      .agent = agent_options(c),
      .rnn = {.n_inputs = task->n_inputs,
              .n_hidden = am_config_int(c, AM_NETWORK_HIDDEN),
              .rule = {.stage = (am_hebbian_stage)am_config_int(c, AM_RULE_STAGE),
                       .eta = am_config_float(c, AM_RULE_ETA_H),
                       .bound = am_config_float(c, AM_RULE_BOUND),
                       .product = (am_hebbian_product)am_config_int(c, AM_RULE_PRODUCT)},
              .input_scale = am_config_float(c, AM_NETWORK_INPUT_SCALE),
              .recurrent_scale = am_config_float(c, AM_NETWORK_RECURRENT_SCALE)},
      .given = {.kind = (am_given_kind)am_config_int(c, AM_MODULATOR_GIVEN),
                .from = am_config_int(c, AM_MODULATOR_FROM),
                .until = am_config_int(c, AM_MODULATOR_UNTIL)}};
}

static amine_status create_delta(am_learner **learner, const am_config *c, const am_task *task,
                                 amine_error *error) {
  const am_hebbian_options options = hebbian_options(c, task);
  return am_delta_create(learner, task, &options, error);
}

static amine_status create_bptt_values(am_learner **learner, const am_config *c,
                                       const am_task *task, amine_error *error) {
  const am_hebbian_options options = hebbian_options(c, task);
  return am_bptt_values_create(learner, task, &options, error);
}

static amine_status make_ctrnn(am_ctrnn *network, const am_config *c, const am_task *task,
                               amine_error *error) {
  const int biases = am_config_int(c, AM_NETWORK_BIASES); /* three|four|none */
  am_ctrnn_options o =
      biases == 1 ? am_ctrnn_printed(task->n_inputs) : am_ctrnn_default(task->n_inputs);
  if (biases == 2) o.n_biases = 0;
  o.n_hidden = am_config_int(c, AM_NETWORK_HIDDEN);
  o.tau_ms = am_config_float(c, AM_NETWORK_TAU_MS);
  o.dt_ms = am_config_float(c, AM_NETWORK_DT);
  o.g = am_config_float(c, AM_NETWORK_G);
  o.x0 = am_config_float(c, AM_NETWORK_X0);
  o.keep = am_config_float(c, AM_NETWORK_KEEP);
  return am_ctrnn_make(network, &o, error);
}

static amine_status create_hebb(am_learner **learner, const am_config *c, const am_task *task,
                                amine_error *error) {
  am_ctrnn network;
  char control[32];
  am_config_text(c, AM_LEARNER_CONTROL, control, sizeof control);
  if (!am_word_among("none|shuffled", control))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.control=%s: with learner.type=exploratory-hebb it must be one of "
                   "none|shuffled",
                   control);
  const am_hebb_options options = {
      .n_lanes = am_config_int(c, AM_BATCH),
      .rule = (am_hebb_rule)am_config_int(c, AM_LEARNER_RULE),
      .chance = am_config_float(c, AM_LEARNER_CHANCE),
      .amplitude = am_config_float(c, AM_LEARNER_AMPLITUDE),
      .eta = am_config_float(c, AM_LEARNER_RATE),
      .clip = am_config_float(c, AM_LEARNER_CLIP),
      .average = am_config_float(c, AM_LEARNER_AVERAGE),
      .scaled = am_config_is(c, AM_LEARNER_SCALED),
      .warmup = c->values[AM_LEARNER_WARMUP].integer * (uint64_t)am_config_int(c, AM_BATCH),
      .shuffled = strcmp(control, "shuffled") == 0,
      .criterion = (am_hebb_criterion)am_config_int(c, AM_LEARNER_CRITERION),
      .bound = am_config_float(c, AM_LEARNER_CRITERION_ERROR),
  };
  AM_TRY(make_ctrnn(&network, c, task, error));
  return am_hebb_create(learner, task, &network, &options, c->values[AM_SEED].integer, error);
}

static am_cell_options cell_options(const am_config *c) {
  char network[64];
  am_config_text(c, AM_NETWORK_TYPE, network, sizeof network);
  return (am_cell_options){.kind = strcmp(network, "gru") == 0 ? AM_CELL_GRU : AM_CELL_LEAKY,
                           .n_hidden = am_config_int(c, AM_NETWORK_HIDDEN),
                           .tau = am_config_float(c, AM_NETWORK_TAU),
                           .start = start_of(c)};
}

/* These have one layer of units and no dropout. */
static amine_status check_plain(const am_config *c, const am_learner_type *type,
                                amine_error *error) {
  if (am_config_int(c, AM_NETWORK_LAYERS) == 1 && !(am_config_float(c, AM_NETWORK_DROPOUT) > 0))
    return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "learner.type=%s trains one layer without dropout (network.layers=1, "
                 "network.dropout=0)",
                 type->name);
}

static am_local_options local_options(const am_config *c) {
  return (am_local_options){.agent = agent_options(c),
                            .cell = cell_options(c),
                            .gamma = am_config_float(c, AM_LEARNER_GAMMA),
                            .lambda = am_config_float(c, AM_LEARNER_LAMBDA),
                            .value_weight = am_config_float(c, AM_LEARNER_VALUE_WEIGHT),
                            .entropy_weight = am_config_float(c, AM_LEARNER_ENTROPY_WEIGHT),
                            .teach = (am_teach)am_config_int(c, AM_LEARNER_TEACH),
                            .feedback = (am_feedback)am_config_int(c, AM_LEARNER_FEEDBACK),
                            .feedback_decay = am_config_float(c, AM_LEARNER_FEEDBACK_DECAY),
                            .trace = (am_local_trace)am_config_int(c, AM_LEARNER_TRACE),
                            .input = am_config_float(c, AM_LEARNER_INPUT_SHARE),
                            .recurrent = am_config_float(c, AM_LEARNER_RECURRENT_SHARE),
                            .output = am_config_float(c, AM_LEARNER_OUTPUT_SHARE)};
}

static amine_status create_e_prop(am_learner **learner, const am_config *c, const am_task *task,
                                  amine_error *error) {
  const am_local_options options = local_options(c);
  AM_TRY(check_plain(c, &am_e_prop_type, error));
  return am_e_prop_create(learner, task, &options, error);
}

static amine_status create_rflo(am_learner **learner, const am_config *c, const am_task *task,
                                amine_error *error) {
  const am_local_options options = local_options(c);
  return am_rflo_create(learner, task, &options, error);
}

static amine_status create_feedback_alignment(am_learner **learner, const am_config *c,
                                              const am_task *task, amine_error *error) {
  const am_local_options options = local_options(c);
  AM_TRY(check_plain(c, &am_feedback_alignment_type, error));
  return am_feedback_alignment_create(learner, task, &options, error);
}

static amine_status create_node_perturbation(am_learner **learner, const am_config *c,
                                             const am_task *task, amine_error *error) {
  const am_node_perturbation_options options = {
      .agent = agent_options(c),
      .cell = cell_options(c),
      .gamma = am_config_float(c, AM_LEARNER_GAMMA),
      .entropy_weight = am_config_float(c, AM_LEARNER_ENTROPY_WEIGHT),
      .sigma = am_config_float(c, AM_LEARNER_SIGMA),
      .input = am_config_float(c, AM_LEARNER_INPUT_SHARE),
      .recurrent = am_config_float(c, AM_LEARNER_RECURRENT_SHARE),
      .output = am_config_float(c, AM_LEARNER_OUTPUT_SHARE)};
  AM_TRY(check_plain(c, &am_node_perturbation_type, error));
  return am_node_perturbation_create(learner, task, &options, error);
}

static am_population_options population_options(const am_config *c) {
  return (am_population_options){.agent = agent_options(c),
                                 .cell = cell_options(c),
                                 .sigma = am_config_float(c, AM_LEARNER_SIGMA),
                                 .episodes = am_config_int(c, AM_LEARNER_EPISODES),
                                 .z_scored = am_config_int(c, AM_LEARNER_FITNESS) == 1};
}

static amine_status create_weight_perturbation(am_learner **learner, const am_config *c,
                                               const am_task *task, amine_error *error) {
  const am_population_options options = population_options(c);
  AM_TRY(check_plain(c, &am_weight_perturbation_type, error));
  return am_weight_perturbation_create(learner, task, &options, error);
}

static amine_status create_evolution(am_learner **learner, const am_config *c, const am_task *task,
                                     amine_error *error) {
  const am_population_options options = population_options(c);
  AM_TRY(check_plain(c, &am_evolution_type, error));
  return am_evolution_create(learner, task, &options, error);
}

/* Which networks a learner can train, how it is made, and what it asks of the task. */
static const struct {
  const am_learner_type *type;
  const char *networks; /* "gru|ctrnn" */
  enum { ACTIONS = 1, TARGETS = 2 } takes;
  amine_status (*create)(am_learner **learner, const am_config *config, const am_task *task,
                         amine_error *error);
} learners[] = {
    {&am_a2c_type, "plastic-rnn", ACTIONS, create_a2c},
    {&am_bptt_type, "gru", ACTIONS, create_bptt},
    {&am_signalling_type, "gru", ACTIONS | TARGETS, create_signalling},
    {&am_agents_type, "gru", ACTIONS, create_agents},
    {&am_delta_type, "hebbian-rnn", TARGETS, create_delta},
    {&am_bptt_values_type, "hebbian-rnn", TARGETS, create_bptt_values},
    {&am_hebb_type, "ctrnn", TARGETS, create_hebb},
    {&am_e_prop_type, "gru|leaky-rnn", ACTIONS | TARGETS, create_e_prop},
    {&am_rflo_type, "leaky-rnn", ACTIONS | TARGETS, create_rflo},
    {&am_feedback_alignment_type, "gru|leaky-rnn", ACTIONS | TARGETS, create_feedback_alignment},
    {&am_node_perturbation_type, "gru|leaky-rnn", ACTIONS, create_node_perturbation},
    {&am_weight_perturbation_type, "gru", ACTIONS, create_weight_perturbation},
    {&am_evolution_type, "gru", ACTIONS, create_evolution},
};
enum { N_LEARNERS = sizeof learners / sizeof *learners };

const am_learner_type *am_learner_type_at(int k) {
  return k >= 0 && k < N_LEARNERS ? learners[k].type : NULL;
}

/* The lines and the criterion of dnms and selective are mean absolute errors, as exploratory-hebb
 * reports; those of other tasks with targets are mean squared errors, as all others do. Beside each
 * other they would tell of learning where there was none. */
static amine_status check_measure(const am_task *task, const am_learner_type *type,
                                  amine_error *error) {
  const bool absolute = task->type == &am_dnms_type || task->type == &am_selective_type;
  if (absolute == (type == &am_hebb_type)) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "learner.type=%s is judged by %s errors, task.type=%s by %s ones", type->name,
                 absolute ? "squared" : "absolute", task->type->name,
                 absolute ? "absolute" : "squared");
}

/* Adds which keys make it as much: those that blocks are as long as, with their values. */
static amine_status name_sizes(const am_config *config, amine_error *error) {
  static const am_key_id keys[] = {AM_BATCH,      AM_NETWORK_HIDDEN, AM_NETWORK_LAYERS,
                                   AM_TASK_STEPS, AM_TASK_LENGTH,    AM_TASK_DELAY};
  char sizes[200] = "", refused[sizeof error->message];
  if (!error) return AMINE_ERROR_MEMORY;
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
    const size_t used = strlen(sizes);
    char value[64];
    if (!am_config_applies(config, keys[k])) continue;
    am_config_text(config, keys[k], value, sizeof value);
    snprintf(sizes + used, sizeof sizes - used, "%s%s=%s", used > 0 ? ", " : "",
             am_keys[keys[k]].name, value);
  }
  snprintf(refused, sizeof refused, "%s", error->message);
  return am_fail(error, AMINE_ERROR_MEMORY, "%s; it needs less with smaller values than %s", refused,
                 sizes);
}

amine_status am_learner_of_config(am_learner **learner, const am_config *config,
                                  const am_task *task, amine_error *error) {
  char name[64], network[64];
  int k = 0;
  am_config_text(config, AM_LEARNER_TYPE, name, sizeof name);
  am_config_text(config, AM_NETWORK_TYPE, network, sizeof network);
  while (k < N_LEARNERS && strcmp(learners[k].type->name, name) != 0) k++;
  if (k == N_LEARNERS)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "learner.type=%s: there is no such learner", name);
  if (!am_word_among(learners[k].networks, network))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.type=%s does not train network.type=%s, but %s", name, network,
                   learners[k].networks);
  if (!(learners[k].takes & (task->n_targets > 0 ? TARGETS : ACTIONS)))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "learner.type=%s needs %s; task.type=%s asks for %s", name,
                   task->n_targets > 0 ? "actions" : "target values", task->type->name,
                   task->n_targets > 0 ? "target values" : "actions");
  AM_TRY(check_measure(task, learners[k].type, error));
  const amine_status status = learners[k].create(learner, config, task, error);
  return status == AMINE_ERROR_MEMORY ? name_sizes(config, error) : status;
}
