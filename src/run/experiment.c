/* From keys to objects: what task.type and learner.type can be, each a row of a table with the
 * function that makes it from the configuration. */
#include "run/experiment.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"
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
#include "task/associative.h"
#include "task/bandit.h"
#include "task/cart_pole.h"
#include "task/delayed_match.h"
#include "task/dnms.h"
#include "task/evidence.h"
#include "task/game_pennies.h"
#include "task/game_signals.h"
#include "task/game_task.h"
#include "task/maze.h"
#include "task/next.h"
#include "task/recall.h"
#include "task/recall_values.h"
#include "task/selective.h"
#include "task/t_maze.h"

static float real_of(const am_config *c, am_key_id id) { return (float)am_config_number(c, id); }

/* ------------------------------------------------------------------------------ tasks */
static amine_status create_maze(am_task **task, const am_config *c, amine_error *error) {
  const am_maze_options options = {.size = am_config_int(c, AM_TASK_SIZE),
                                   .steps = am_config_int(c, AM_TASK_STEPS),
                                   .wall_penalty = real_of(c, AM_TASK_WALL_PENALTY),
                                   .reward = real_of(c, AM_TASK_REWARD)};
  return am_maze_create(task, &options, error);
}

static amine_status create_delayed_match(am_task **task, const am_config *c, amine_error *error) {
  const am_delayed_match_options options = {.steps = am_config_int(c, AM_TASK_STEPS),
                                            .cues = am_config_int(c, AM_TASK_CUES),
                                            .rule = (am_match_rule)am_config_int(c, AM_TASK_RULE),
                                            .context = am_config_is(c, AM_TASK_CONTEXT),
                                            .switch_after =
                                                (uint32_t)c->values[AM_TASK_SWITCH_AFTER].integer};
  return am_delayed_match_create(task, &options, error);
}

static amine_status create_evidence(am_task **task, const am_config *c, amine_error *error) {
  const am_evidence_options options = {.steps = am_config_int(c, AM_TASK_STEPS),
                                       .difficulty = real_of(c, AM_TASK_DIFFICULTY),
                                       .noise = real_of(c, AM_TASK_NOISE)};
  return am_evidence_create(task, &options, error);
}

static amine_status create_bandit(am_task **task, const am_config *c, amine_error *error) {
  const am_bandit_options options = {.arms = am_config_int(c, AM_TASK_ARMS),
                                     .steps = am_config_int(c, AM_TASK_STEPS),
                                     .complementary = am_config_is(c, AM_TASK_COMPLEMENTARY)};
  return am_bandit_create(task, &options, error);
}

static amine_status create_t_maze(am_task **task, const am_config *c, amine_error *error) {
  const am_t_maze_options options = {.length = am_config_int(c, AM_TASK_LENGTH),
                                     .steps = am_config_int(c, AM_TASK_STEPS),
                                     .reward = real_of(c, AM_TASK_REWARD),
                                     .wrong = -real_of(c, AM_TASK_WRONG_PENALTY),
                                     .bump = -real_of(c, AM_TASK_WALL_PENALTY)};
  return am_t_maze_create(task, &options, error);
}

static amine_status create_cart_pole(am_task **task, const am_config *c, amine_error *error) {
  const am_cart_pole_options options = {.steps = am_config_int(c, AM_TASK_STEPS),
                                        .masked = am_config_is(c, AM_TASK_MASKED),
                                        .friction = am_config_is(c, AM_TASK_FRICTION)};
  return am_cart_pole_create(task, &options, error);
}

static amine_status create_recall(am_task **task, const am_config *c, amine_error *error) {
  const am_recall_options options = {.symbols = am_config_int(c, AM_TASK_CUES),
                                     .length = am_config_int(c, AM_TASK_LENGTH),
                                     .delay = am_config_int(c, AM_TASK_DELAY)};
  return am_recall_create(task, &options, error);
}

static amine_status create_signals(am_task **task, const am_config *c, amine_error *error) {
  const am_signals_options options = {.cues = am_config_int(c, AM_TASK_CUES)};
  am_game *game;
  AM_TRY(am_signals_create(&game, &options, error));
  return am_game_task_create(task, &am_signals_task_type, game, error);
}

static amine_status create_pennies(am_task **task, const am_config *c, amine_error *error) {
  const am_pennies_options options = {.steps = am_config_int(c, AM_TASK_STEPS),
                                      .memory = am_config_int(c, AM_TASK_MEMORY)};
  am_game *game;
  AM_TRY(am_pennies_create(&game, &options, error));
  return am_game_task_create(task, &am_pennies_task_type, game, error);
}

/* task.width, or what the task is like by itself */
static int width_of(const am_config *c, int own) {
  const int width = am_config_int(c, AM_TASK_WIDTH);
  return width ? width : own;
}

static amine_status create_random_bits(am_task **task, const am_config *c, amine_error *error) {
  const am_random_bits_options options = {.steps = am_config_int(c, AM_TASK_STEPS),
                                          .width = width_of(c, am_random_bits_default().width)};
  return am_random_bits_create(task, &options, error);
}

static amine_status create_periodic(am_task **task, const am_config *c, amine_error *error) {
  const am_periodic_options options = {.steps = am_config_int(c, AM_TASK_STEPS),
                                       .width = width_of(c, am_periodic_default().width),
                                       .period = am_config_int(c, AM_TASK_PERIOD),
                                       .patterns = am_config_int(c, AM_TASK_PATTERNS),
                                       .pattern_seed = c->values[AM_TASK_PATTERN_SEED].integer};
  return am_periodic_create(task, &options, error);
}

static amine_status create_recall_values(am_task **task, const am_config *c, amine_error *error) {
  const am_recall_values_options options = {.width = width_of(c, am_recall_values_default().width),
                                            .length = am_config_int(c, AM_TASK_LENGTH),
                                            .delay = am_config_int(c, AM_TASK_DELAY)};
  return am_recall_values_create(task, &options, error);
}

static amine_status create_associative(am_task **task, const am_config *c, amine_error *error) {
  const am_associative_options options = {.keys = am_config_int(c, AM_TASK_KEYS),
                                          .pairs = am_config_int(c, AM_TASK_PAIRS),
                                          .width = width_of(c, am_associative_default().width),
                                          .delay = am_config_int(c, AM_TASK_DELAY),
                                          .queries = am_config_int(c, AM_TASK_QUERIES)};
  return am_associative_create(task, &options, error);
}

static amine_status create_dnms(am_task **task, const am_config *c, amine_error *error) {
  const am_dnms_options options = {.stimulus_ms = am_config_int(c, AM_TASK_STIMULUS),
                                   .delay_ms = am_config_int(c, AM_TASK_DELAY_MS),
                                   .wait_ms = am_config_int(c, AM_TASK_WAIT),
                                   .response_ms = am_config_int(c, AM_TASK_RESPONSE),
                                   .target = real_of(c, AM_TASK_TARGET)};
  return am_dnms_create(task, &options, error);
}

static amine_status create_selective(am_task **task, const am_config *c, amine_error *error) {
  const am_selective_options options = {.stimulus_ms = am_config_int(c, AM_TASK_STIMULUS),
                                        .response_ms = am_config_int(c, AM_TASK_RESPONSE),
                                        .bias = real_of(c, AM_TASK_BIAS),
                                        .noise = real_of(c, AM_TASK_NOISE_SD),
                                        .target = real_of(c, AM_TASK_TARGET)};
  return am_selective_create(task, &options, error);
}

static const struct {
  const am_task_type *type;
  amine_status (*create)(am_task **task, const am_config *config, amine_error *error);
} tasks[] = {
    {&am_maze_type, create_maze},
    {&am_delayed_match_type, create_delayed_match},
    {&am_evidence_type, create_evidence},
    {&am_bandit_type, create_bandit},
    {&am_t_maze_type, create_t_maze},
    {&am_cart_pole_type, create_cart_pole},
    {&am_recall_type, create_recall},
    {&am_signals_task_type, create_signals},
    {&am_pennies_task_type, create_pennies},
    {&am_random_bits_type, create_random_bits},
    {&am_periodic_type, create_periodic},
    {&am_recall_values_type, create_recall_values},
    {&am_associative_type, create_associative},
    {&am_dnms_type, create_dnms},
    {&am_selective_type, create_selective},
};
enum { N_TASKS = sizeof tasks / sizeof *tasks };

const am_task_type *am_experiment_task_type(int k) {
  return k >= 0 && k < N_TASKS ? tasks[k].type : NULL;
}

amine_status am_experiment_task(am_task **task, const am_config *config, amine_error *error) {
  char name[64];
  am_config_text(config, AM_TASK_TYPE, name, sizeof name);
  for (int k = 0; k < N_TASKS; k++)
    if (strcmp(tasks[k].type->name, name) == 0) return tasks[k].create(task, config, error);
  return am_fail(error, AMINE_ERROR_ARGUMENT, "task.type=%s: there is no such task", name);
}

/* ------------------------------------------------------------------------------ learners */

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
      .clamp = isnan(am_config_number(c, AM_CLAMP_READOUT)) ? 0 : real_of(c, AM_CLAMP_READOUT),
      .alpha = (am_alpha_form)am_config_int(c, AM_NETWORK_ALPHA),
      .clip = real_of(c, AM_RULE_CLIP_AT),
      .init_w = real_of(c, AM_NETWORK_INIT_W),
      .init_alpha = real_of(c, AM_NETWORK_INIT_ALPHA),
      .init_eta = real_of(c, AM_RULE_ETA),
      .init_eta_e = real_of(c, AM_RULE_ETA_E),
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
      .gamma = real_of(c, AM_LEARNER_GAMMA),
      .lambda = real_of(c, AM_LEARNER_LAMBDA),
      .value_weight = real_of(c, AM_LEARNER_VALUE_WEIGHT),
      .beta = real_of(c, AM_LEARNER_ENTROPY_WEIGHT),
      .entropy = (am_entropy)am_config_int(c, AM_LEARNER_ENTROPY),
      .baseline = (am_baseline)am_config_int(c, AM_LEARNER_BASELINE),
      .beta1 = real_of(c, AM_LEARNER_BETA1),
      .beta2 = real_of(c, AM_LEARNER_BETA2),
      .eps = real_of(c, AM_LEARNER_EPS),
      .alpha_rate = real_of(c, AM_LEARNER_ALPHA_RATE),
      .norm_clip = real_of(c, AM_LEARNER_NORM_CLIP),
      .warmup = c->values[AM_LEARNER_WARMUP].integer,
      .schedule = schedule_of(c),
      .drive = {.factor = (amine_third_factor)(AMINE_FACTOR_DOPAMINE +
                                               am_config_int(c, AM_MODULATOR_FACTOR)),
                .scale = am_config_applies(c, AM_TASK_REWARD) ? real_of(c, AM_TASK_REWARD) : 1,
                .baseline = real_of(c, AM_MODULATOR_BASELINE),
                .decay_rate = real_of(c, AM_MODULATOR_DECAY_RATE),
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
      .beta1 = real_of(c, AM_LEARNER_BETA1),
      .beta2 = real_of(c, AM_LEARNER_BETA2),
      .eps = real_of(c, AM_LEARNER_EPS),
      .norm_clip = real_of(c, AM_LEARNER_NORM_CLIP),
  };
}

static am_gru_start start_of(const am_config *c) {
  return (am_gru_start){.input_scale = real_of(c, AM_NETWORK_INPUT_SCALE),
                        .recurrent_scale = real_of(c, AM_NETWORK_RECURRENT_SCALE),
                        .update_bias = real_of(c, AM_NETWORK_UPDATE_BIAS),
                        .update_spread = real_of(c, AM_NETWORK_UPDATE_SPREAD)};
}

static amine_status create_bptt(am_learner **learner, const am_config *c, const am_task *task,
                                amine_error *error) {
  const am_bptt_options options = {.agent = agent_options(c),
                                   .n_hidden = am_config_int(c, AM_NETWORK_HIDDEN),
                                   .n_layers = am_config_int(c, AM_NETWORK_LAYERS),
                                   .dropout = real_of(c, AM_NETWORK_DROPOUT),
                                   .gamma = real_of(c, AM_LEARNER_GAMMA),
                                   .lambda = real_of(c, AM_LEARNER_LAMBDA),
                                   .value_weight = real_of(c, AM_LEARNER_VALUE_WEIGHT),
                                   .entropy_weight = real_of(c, AM_LEARNER_ENTROPY_WEIGHT),
                                   .teach = (am_teach)am_config_int(c, AM_LEARNER_TEACH),
                                   .start = start_of(c)};
  return am_bptt_create(learner, task, &options, error);
}

static am_signalling_options signalling_options(const am_config *c) {
  return (am_signalling_options){
      .agent = agent_options(c),
      .n_hidden = am_config_int(c, AM_NETWORK_HIDDEN),
      .n_layers = am_config_int(c, AM_NETWORK_LAYERS),
      .dropout = real_of(c, AM_NETWORK_DROPOUT),
      .n_signal = am_config_int(c, AM_MODULATOR_UNITS),
      .gamma = real_of(c, AM_LEARNER_GAMMA),
      .lambda = real_of(c, AM_LEARNER_LAMBDA),
      .entropy_weight = real_of(c, AM_LEARNER_ENTROPY_WEIGHT),
      .gain = real_of(c, AM_MODULATOR_GAIN),
      .gain_start = real_of(c, AM_MODULATOR_GAIN_START),
      .feedback = (am_feedback)am_config_int(c, AM_LEARNER_FEEDBACK),
      .feedback_decay = real_of(c, AM_LEARNER_FEEDBACK_DECAY),
      .trace = (am_trace_kind)am_config_int(c, AM_LEARNER_TRACE),
      .form = (am_trace_form)am_config_int(c, AM_LEARNER_FORM),
      .teach = (am_teach)am_config_int(c, AM_LEARNER_TEACH),
      .input = real_of(c, AM_LEARNER_INPUT_SHARE),
      .recurrent = real_of(c, AM_LEARNER_RECURRENT_SHARE),
      .output = real_of(c, AM_LEARNER_OUTPUT_SHARE),
      .gains = real_of(c, AM_LEARNER_GAIN_SHARE),
      .critic = real_of(c, AM_LEARNER_CRITIC_SHARE),
      .signal = real_of(c, AM_LEARNER_SIGNAL_SHARE),
      .critic_sees_output = am_config_is(c, AM_LEARNER_CRITIC_SEES_OUTPUT),
      .adaptive = am_config_int(c, AM_LEARNER_REWARD) == 1,
      .start = start_of(c),
      .control = (am_signal_control)am_config_int(c, AM_LEARNER_CONTROL),
      .consolidation = {.on = am_config_int(c, AM_LEARNER_CONSOLIDATION) == 1,
                        .strength = real_of(c, AM_LEARNER_SLOW_STRENGTH),
                        .rate = real_of(c, AM_LEARNER_SLOW_RATE)},
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
                       .eta = real_of(c, AM_RULE_ETA_H),
                       .bound = real_of(c, AM_RULE_BOUND)},
              .input_scale = real_of(c, AM_NETWORK_INPUT_SCALE),
              .recurrent_scale = real_of(c, AM_NETWORK_RECURRENT_SCALE)},
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
  o.tau_ms = real_of(c, AM_NETWORK_TAU_MS);
  o.dt_ms = real_of(c, AM_NETWORK_DT);
  o.g = real_of(c, AM_NETWORK_G);
  o.x0 = real_of(c, AM_NETWORK_X0);
  o.keep = real_of(c, AM_NETWORK_KEEP);
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
      .chance = real_of(c, AM_LEARNER_CHANCE),
      .amplitude = real_of(c, AM_LEARNER_AMPLITUDE),
      .eta = real_of(c, AM_LEARNER_RATE),
      .clip = real_of(c, AM_LEARNER_CLIP),
      .average = real_of(c, AM_LEARNER_AVERAGE),
      .scaled = am_config_is(c, AM_LEARNER_SCALED),
      .warmup = c->values[AM_LEARNER_WARMUP].integer * (uint64_t)am_config_int(c, AM_BATCH),
      .shuffled = strcmp(control, "shuffled") == 0,
      .criterion = (am_hebb_criterion)am_config_int(c, AM_LEARNER_CRITERION),
      .bound = real_of(c, AM_LEARNER_CRITERION_ERROR),
  };
  AM_TRY(make_ctrnn(&network, c, task, error));
  return am_hebb_create(learner, task, &network, &options, c->values[AM_SEED].integer, error);
}

static am_cell_options cell_options(const am_config *c) {
  char network[64];
  am_config_text(c, AM_NETWORK_TYPE, network, sizeof network);
  return (am_cell_options){.kind = strcmp(network, "gru") == 0 ? AM_CELL_GRU : AM_CELL_LEAKY,
                           .n_hidden = am_config_int(c, AM_NETWORK_HIDDEN),
                           .tau = real_of(c, AM_NETWORK_TAU),
                           .start = start_of(c)};
}

/* These have one layer of units and no dropout. */
static amine_status check_plain(const am_config *c, const am_learner_type *type,
                                amine_error *error) {
  if (am_config_int(c, AM_NETWORK_LAYERS) == 1 && !(real_of(c, AM_NETWORK_DROPOUT) > 0))
    return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "learner.type=%s trains one layer without dropout (network.layers=1, "
                 "network.dropout=0)",
                 type->name);
}

static am_local_options local_options(const am_config *c) {
  return (am_local_options){.agent = agent_options(c),
                            .cell = cell_options(c),
                            .gamma = real_of(c, AM_LEARNER_GAMMA),
                            .lambda = real_of(c, AM_LEARNER_LAMBDA),
                            .value_weight = real_of(c, AM_LEARNER_VALUE_WEIGHT),
                            .entropy_weight = real_of(c, AM_LEARNER_ENTROPY_WEIGHT),
                            .teach = (am_teach)am_config_int(c, AM_LEARNER_TEACH),
                            .feedback = (am_feedback)am_config_int(c, AM_LEARNER_FEEDBACK),
                            .feedback_decay = real_of(c, AM_LEARNER_FEEDBACK_DECAY),
                            .trace = (am_local_trace)am_config_int(c, AM_LEARNER_TRACE),
                            .input = real_of(c, AM_LEARNER_INPUT_SHARE),
                            .recurrent = real_of(c, AM_LEARNER_RECURRENT_SHARE),
                            .output = real_of(c, AM_LEARNER_OUTPUT_SHARE)};
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
  const am_node_perturbation_options options = {.agent = agent_options(c),
                                                .cell = cell_options(c),
                                                .gamma = real_of(c, AM_LEARNER_GAMMA),
                                                .entropy_weight =
                                                    real_of(c, AM_LEARNER_ENTROPY_WEIGHT),
                                                .sigma = real_of(c, AM_LEARNER_SIGMA),
                                                .input = real_of(c, AM_LEARNER_INPUT_SHARE),
                                                .recurrent = real_of(c, AM_LEARNER_RECURRENT_SHARE),
                                                .output = real_of(c, AM_LEARNER_OUTPUT_SHARE)};
  AM_TRY(check_plain(c, &am_node_perturbation_type, error));
  return am_node_perturbation_create(learner, task, &options, error);
}

static am_population_options population_options(const am_config *c) {
  return (am_population_options){.agent = agent_options(c),
                                 .cell = cell_options(c),
                                 .sigma = real_of(c, AM_LEARNER_SIGMA),
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

const am_learner_type *am_experiment_learner_type(int k) {
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

static amine_status create_learner(am_learner **learner, const am_config *config,
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
  return learners[k].create(learner, config, task, error);
}

/* ------------------------------------------------------------------------------ both */
static amine_status fill(am_experiment *x, amine_error *error) {
  AM_TRY(am_experiment_task(&x->task, &x->config, error));
  AM_TRY(create_learner(&x->learner, &x->config, x->task, error));
  const double criterion = x->learner->type->reached ? INFINITY : x->task->criterion;
  am_recent_begin(&x->recent, am_config_episodes(&x->config), criterion);
  if (am_config_is(&x->config, AM_STOP_AT_CRITERION) && isnan(criterion))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "stop_at_criterion=true: task.type=%s has none",
                   x->task->type->name);
  return AMINE_OK;
}

amine_status am_experiment_create(am_experiment **experiment, const am_config *config,
                                  amine_error *error) {
  *experiment = NULL;
  am_experiment *x = am_alloc(1, sizeof *x);
  if (!x) return am_fail_memory(error, sizeof *x);
  x->config = *config;
  amine_status status = fill(x, error);
  if (status != AMINE_OK) {
    am_experiment_destroy(x);
    return status;
  }
  *experiment = x;
  return AMINE_OK;
}

void am_experiment_destroy(am_experiment *x) {
  if (!x) return;
  am_learner_destroy(x->learner);
  am_task_destroy(x->task);
  am_free(x);
}

amine_status am_experiment_iterate(am_experiment *x, am_learner_report *report,
                                   amine_error *error) {
  AM_TRY(x->learner->type->iterate(x->learner, report, error));
  am_recent_add(&x->recent, report->reward, x->learner->iteration);
  if (x->learner->type->reached && x->recent.reached == 0 && x->learner->type->reached(x->learner))
    x->recent.reached = x->learner->iteration;
  return AMINE_OK;
}

am_a2c *am_experiment_a2c(const am_experiment *x) {
  return x->learner->type == &am_a2c_type ? am_a2c_of(x->learner) : NULL;
}
