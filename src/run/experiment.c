/* From keys to objects. */
#include "run/experiment.h"

#include <math.h>

#include "base/threads.h"
#include "task/maze.h"

static float real_of(const am_config *c, am_key_id id) { return (float)am_config_number(c, id); }

amine_status am_experiment_task(am_task **task, const am_config *c, amine_error *error) {
  const am_maze_options options = {.size = am_config_int(c, AM_TASK_SIZE),
                                   .steps = am_config_int(c, AM_TASK_STEPS),
                                   .wall_penalty = real_of(c, AM_TASK_WALL_PENALTY),
                                   .reward = real_of(c, AM_TASK_REWARD)};
  return am_maze_create(task, &options, error);
}

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

static am_a2c_options learner_options(const am_config *c) {
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
      .schedule = {.kind = (am_schedule_kind)am_config_int(c, AM_LEARNER_SCHEDULE),
                   .rate = am_config_number(c, AM_LEARNER_RATE),
                   .rate_end = am_config_number(c, AM_LEARNER_RATE_END),
                   .iterations = c->values[AM_LEARNER_SCHEDULE_ITERATIONS].integer},
      .drive = {.factor = (amine_third_factor)(AMINE_FACTOR_DOPAMINE +
                                               am_config_int(c, AM_MODULATOR_FACTOR)),
                .scale = real_of(c, AM_TASK_REWARD),
                .baseline = real_of(c, AM_MODULATOR_BASELINE),
                .decay_rate = real_of(c, AM_MODULATOR_DECAY_RATE),
                .clamped = am_config_is(c, AM_CLAMP_CHEMICAL)},
  };
}

amine_status am_experiment_create(am_experiment **experiment, const am_config *config,
                                  amine_error *error) {
  *experiment = NULL;
  am_experiment *x = am_alloc(1, sizeof *x);
  if (!x) return am_fail_memory(error, sizeof *x);
  x->config = *config;
  amine_status status = am_experiment_task(&x->task, config, error);
  if (status == AMINE_OK) {
    const am_plastic_options network = network_options(config, x->task);
    status = am_plastic_make(&x->network, &network, error);
  }
  if (status == AMINE_OK) {
    const am_a2c_options learner = learner_options(config);
    const int threads = am_config_int(config, AM_THREADS);
    status =
        am_a2c_create(&x->learner, x->task, &x->network, &learner, config->values[AM_SEED].integer,
                      threads ? threads : am_processors(), error);
  }
  if (status != AMINE_OK) {
    am_experiment_destroy(x);
    return status;
  }
  *experiment = x;
  return AMINE_OK;
}

void am_experiment_destroy(am_experiment *x) {
  if (!x) return;
  am_a2c_destroy(x->learner);
  am_task_destroy(x->task);
  am_free(x);
}
