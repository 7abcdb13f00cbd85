/* Small experiments for tests: a 7 x 7 maze or another small world, few steps, every variant of
 * every learner. The list only grows at its end: tests/data/same_bits.txt has its lines in this
 * order. */
#ifndef TESTS_SMALL_H
#define TESTS_SMALL_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "folder.h"
#include "format/file.h"
#include "run/train/experiment.h"

/* A text that is written where the test runs: what a task of symbols reads. */
#define SMALL_TEXT "small-text.txt"
static inline void small_write_text(void) {
  am_text text = {0};
  uint32_t word = 1;
  for (int k = 0; k < 3000; k++, word = word * 69069 + 1)
    am_text_printf(&text, "w%x%s", (word >> 16) % 13 * ((word >> 24) % 9), k % 11 ? " " : "\n");
  if (am_file_replace(SMALL_TEXT, text.data, text.length, NULL) != AMINE_OK) abort();
  am_text_free(&text);
}

typedef struct small_variant {
  const char *name;
  const char *assignments[16];
} small_variant;

#define BPTT "network.type=gru", "learner.type=bptt", "learner.warmup=0"
#define HEBBIAN "network.type=hebbian-rnn", "learner.type=bptt", "learner.warmup=0"
#define DELTA "network.type=hebbian-rnn", "learner.type=delta"
#define GIVEN(what) "modulator.type=given", "modulator.given=" what
#define AGENTS "network.type=gru", "learner.type=agents"
#define KIN(name) "task.type=delayed-match", "network.type=gru", "learner.type=" name
#define SYMBOLS "task.type=text", "task.file=" SMALL_TEXT, "task.steps=7", "learner.type=bptt"
#define PREFERENCES                                                                                \
  "reward.type=preferences", "reward.answers=20", "reward.first=8", "reward.every=2",              \
      "reward.spread=5", "reward.updates=2", "reward.units=5", "reward.episodes=2"
#define SIGNALLING "network.type=gru", "learner.type=signalling"

static const small_variant small_variants[] = {
    {"rnn", {"rule.type=none"}},
    {"decay", {"rule.type=decay", "modulator.type=constant"}},
    {"oja", {"rule.type=oja", "modulator.type=constant"}},
    {"clip", {"rule.type=clip", "modulator.type=constant", "network.alpha=neuron"}},
    {"softclip", {"rule.type=softclip", "modulator.type=constant", "network.alpha=network"}},
    {"eligibility", {"rule.type=eligibility", "modulator.type=constant"}},
    {"modulated", {"learner.lambda=0.9", "learner.entropy=true"}},
    {"modulated-fanout", {"modulator.fanout=true", "rule.clip=2", "network.hidden=33"}},
    {"modulated-shared0", {"learner.baseline=shared0", "modulator.activation=sigmoid"}},
    {"modulated-decay", {"rule.type=decay", "modulator.activation=linear"}},
    {"modulated-oja", {"rule.type=oja"}},
    {"modulated-softclip", {"rule.type=softclip", "network.alpha=neuron"}},
    {"retroactive", {"rule.type=eligibility", "task.wall_penalty=0.5"}},
    {"retroactive-fanout",
     {"rule.type=eligibility", "modulator.fanout=true", "network.alpha=network"}},
    {"clamped", {"clamp.readout=0.5"}},
    {"chemical", {"modulator.type=chemical", "modulator.factor=signed", "task.wall_penalty=1"}},
    {"chemical-all", {"modulator.type=chemical", "modulator.factor=all", "rule.type=decay"}},
    {"bptt", {BPTT, "task.type=bandit"}},
    {"bptt-layers",
     {BPTT, "task.type=delayed-match", "network.layers=2", "network.dropout=0.3",
      "learner.teach=mixed", "learner.lambda=0.9"}},
    {"bptt-supervised", {BPTT, "task.type=evidence", "learner.teach=supervised"}},
    {"signalling", {SIGNALLING, "task.type=t-maze", "task.length=3"}},
    {"signalling-layers",
     {SIGNALLING, "task.type=delayed-match", "network.layers=2", "network.dropout=0.3",
      "learner.feedback=symmetric", "learner.teach=mixed", "learner.signal_share=0.5",
      "learner.critic_sees_output=true", "learner.lambda=0.9", "learner.reward=adaptive"}},
    {"signalling-random",
     {SIGNALLING, "task.type=recall", "task.length=3", "task.delay=2", "learner.feedback=random",
      "learner.teach=supervised", "learner.trace=decay", "modulator.gain=0"}},
    {"signalling-shuffled", {SIGNALLING, "task.type=bandit", "learner.control=shuffled"}},
    {"signalling-noise", {SIGNALLING, "task.type=evidence", "learner.control=random"}},
    {"signalling-cart-pole",
     {SIGNALLING, "task.type=cart-pole", "task.steps=30", "learner.reward=adaptive"}},
    {"online", {SIGNALLING, "learner.form=online", "task.type=t-maze", "task.length=3"}},
    {"online-layers",
     {SIGNALLING, "learner.form=online", "task.type=delayed-match", "network.layers=2",
      "network.dropout=0.3", "learner.feedback=symmetric", "learner.teach=mixed",
      "learner.signal_share=0.5", "learner.critic_sees_output=true", "learner.lambda=0.9",
      "learner.reward=adaptive"}},
    {"online-random",
     {SIGNALLING, "learner.form=online", "task.type=recall", "task.length=3", "task.delay=2",
      "learner.feedback=random", "learner.teach=supervised", "learner.trace=decay"}},
    {"online-noise",
     {SIGNALLING, "learner.form=online", "task.type=bandit", "learner.control=random"}},
    {"signalling-segments",
     {"learner.type=signalling", "network.type=lstm", "task.type=delayed-match", "network.layers=2",
      "modulator.input_gain=0.5", "modulator.output_gain=0.3"}},
    {"online-segments",
     {"learner.type=signalling", "network.type=spiking", "learner.form=online",
      "task.type=delayed-match", "modulator.input_gain=0.5", "modulator.output_gain=0.3"}},
    {"delta", {"task.type=periodic", DELTA, "rule.type=fading", GIVEN("one")}},
    {"delta-random", {"task.type=recall-values", DELTA, "rule.type=fading", GIVEN("random")}},
    {"bptt-values-none", {"task.type=random-bits", HEBBIAN, "rule.type=none"}},
    {"bptt-values-basic",
     {"task.type=periodic", "network.type=hebbian-basic", "learner.type=bptt", "learner.warmup=0",
      "network.eta_h=0.5"}},
    {"bptt-values-accumulate",
     {"task.type=periodic", HEBBIAN, "rule.type=clip", "rule.clip=0.05", GIVEN("one"),
      "modulator.scale=0.1"}},
    {"bptt-values-error", {"task.type=associative", HEBBIAN, "rule.type=fading", GIVEN("error")}},
    {"bptt-values-novelty",
     {"task.type=associative", HEBBIAN, "rule.type=fading", GIVEN("novelty"), "network.hidden=33"}},
    {"agents-signals", {AGENTS, "task.type=signals", "task.cues=3", "learner.reward=adaptive"}},
    {"agents-lstm", {"learner.type=agents", "network.type=lstm", "task.type=signals"}},
    {"agents-pennies", {AGENTS, "task.type=pennies", "learner.form=online", "task.memory=2"}},
    {"consolidation",
     {SIGNALLING, "task.type=delayed-match", "task.rule=switch", "task.context=true",
      "task.switch_after=4", "network.layers=2", "learner.consolidation=slow"}},
    {"agents-consolidation", {AGENTS, "task.type=signals", "learner.consolidation=slow"}},
    {"e-prop", {KIN("e-prop"), "learner.feedback=symmetric"}},
    {"e-prop-teach",
     {KIN("e-prop"), "learner.teach=supervised", "learner.trace=decay", "learner.feedback=random"}},
    {"rflo", {KIN("rflo"), "network.type=leaky-rnn", "network.tau=3"}},
    {"feedback-alignment", {KIN("feedback-alignment"), "learner.teach=mixed"}},
    {"node-perturbation", {KIN("node-perturbation")}},
    {"weight-perturbation", {KIN("weight-perturbation"), "learner.episodes=3"}},
    {"evolution", {KIN("evolution"), "learner.episodes=2", "learner.fitness=z-score"}},
    {"exploratory-hebb",
     {"task.type=dnms", "task.stimulus_ms=20", "task.delay_ms=10", "task.wait_ms=10",
      "task.response_ms=30", "network.type=ctrnn", "learner.type=exploratory-hebb",
      "learner.chance=0.05"}},
    {"exploratory-hebb-node",
     {"task.type=selective", "task.stimulus_ms=40", "task.response_ms=20", "network.type=ctrnn",
      "learner.type=exploratory-hebb", "learner.rule=node", "learner.control=shuffled",
      "learner.chance=0.05"}},
    {"a2c-cart-pole", {"task.type=cart-pole", "task.steps=40"}},
    {"bptt-values-same",
     {"task.type=periodic", "network.type=hebbian-rnn-same", "learner.type=bptt",
      "learner.warmup=0", "rule.type=fading", GIVEN("error")}},
    {"delta-connection", {"task.type=periodic", DELTA, "rule.type=last", GIVEN("one")}},
    {"a2c-rmsprop", {"learner.optimiser=rmsprop", "learner.beta2=0.9", "learner.momentum=0.5"}},
    {"bptt-cosine",
     {BPTT, "task.type=bandit", "learner.optimiser=sgd", "learner.momentum=0.9",
      "learner.schedule=cosine", "learner.warmup_iterations=3"}},
    {"signalling-plateau",
     {SIGNALLING, "task.type=t-maze", "task.length=3", "learner.schedule=plateau",
      "learner.plateau_patience=0", "learner.plateau_span=2"}},
    {"agents-dopamine",
     {AGENTS, "task.type=signals", "learner.schedule=dopamine", "learner.dopamine_scale=0.1",
      "learner.optimiser=rmsprop"}},
    {"a2c-dopamine", {"learner.schedule=dopamine", "learner.warmup_iterations=4"}},
    {"delta-step",
     {"task.type=periodic", DELTA, "rule.type=none", "learner.schedule=step",
      "learner.step_iterations=2"}},
    {"fading-given", {"rule.type=fading", "modulator.type=given", "modulator.given=reward"}},
    {"a2c-plastic-lstm",
     {"network.type=plastic-lstm-gates", "network.layers=2", "network.dropout=0.2"}},
    {"e-prop-plastic-rnn",
     {KIN("e-prop"), "network.type=plastic-rnn", "rule.type=eligibility", "modulator.fanout=true"}},
    {"e-prop-plastic-lstm",
     {KIN("e-prop"), "network.type=plastic-lstm", "network.alpha=neuron", "rule.type=oja",
      "modulator.type=chemical", "learner.teach=mixed"}},
    {"node-perturbation-plastic-rnn", {KIN("node-perturbation"), "network.type=plastic-rnn"}},
    {"node-perturbation-plastic-lstm",
     {KIN("node-perturbation"), "network.type=plastic-lstm", "rule.type=decay",
      "modulator.type=given", "modulator.given=novelty"}},
    {"evolution-plastic-rnn",
     {KIN("evolution"), "network.type=plastic-rnn", "rule.type=eligibility", "learner.episodes=2"}},
    {"evolution-plastic-lstm",
     {KIN("evolution"), "network.type=plastic-lstm", "network.alpha=network",
      "modulator.type=given", "modulator.given=random", "learner.episodes=2"}},
    {"delta-plastic-gru",
     {"task.type=associative", "network.type=plastic-gru", "network.layers=2",
      "network.dropout=0.3", "learner.type=delta", "rule.type=fading", "modulator.type=given",
      "modulator.given=error"}},
    {"exploratory-hebb-gru",
     {"task.type=selective", "task.stimulus_ms=40", "task.response_ms=20", "network.type=gru",
      "learner.type=exploratory-hebb", "learner.input=0.5", "learner.chance=0.05",
      "learner.amplitude=1"}},
    {"e-prop-ctrnn", {"task.type=delayed-match", "network.type=ctrnn", "learner.type=e-prop"}},
    {"bptt-plastic-lstm",
     {"network.type=plastic-lstm", "learner.type=bptt", "task.type=evidence", "network.layers=2",
      "network.dropout=0.2", "rule.type=eligibility", "learner.teach=mixed"}},
    {"bptt-plastic-gru-pairs",
     {"network.type=plastic-gru", "learner.type=bptt", "task.type=delayed-match", "rule.type=oja",
      "learner.entropy=squared", "learner.alpha_rate=2"}},
    {"signalling-plastic-rnn",
     {"task.type=delayed-match", "learner.type=signalling", "network.type=plastic-rnn",
      "modulator.input_gain=0.5"}},
    {"agents-plastic-rnn",
     {"task.type=signals", "learner.type=agents", "network.type=plastic-rnn",
      "rule.type=eligibility", "modulator.type=given", "modulator.given=reward",
      "learner.form=online"}},
    {"exploratory-hebb-plastic-rnn",
     {"task.type=dnms", "task.stimulus_ms=20", "task.delay_ms=10", "task.wait_ms=10",
      "task.response_ms=30", "network.type=plastic-rnn", "learner.type=exploratory-hebb",
      "learner.input=0.5", "learner.chance=0.05", "learner.amplitude=1", "rule.type=eligibility",
      "modulator.fanout=true"}},
    {"exploratory-hebb-plastic-lstm",
     {"task.type=selective", "task.stimulus_ms=40", "task.response_ms=20",
      "network.type=plastic-lstm-gates", "network.alpha=neuron", "learner.type=exploratory-hebb",
      "learner.rule=node", "learner.alpha_rate=0.5", "learner.chance=0.05", "learner.amplitude=1",
      "rule.type=oja", "modulator.type=chemical"}},
    {"bptt-adding",
     {"task.type=adding", "task.steps=20", "network.type=lstm-1997", "learner.type=bptt"}},
    {"bptt-adding-pairs",
     {"task.type=adding", "task.steps=20", "network.type=plastic-rnn", "learner.type=bptt",
      "rule.type=oja"}},
    {"bptt-attention",
     {BPTT, "network.type=attention", "network.hidden=20", "network.layers=2",
      "network.dropout=0.2", "task.type=delayed-match", "network.beta=1.5"}},
    {"a2c-attention",
     {"network.type=attention", "network.hidden=21", "network.heads=3", "learner.lambda=0.9"}},
    {"node-attention", {KIN("node-perturbation"), "network.type=attention", "network.heads=1"}},
    {"evolution-attention",
     {KIN("evolution"), "network.type=attention", "network.heads=19", "learner.episodes=2"}},
    {"delta-attention",
     {"task.type=associative", "network.type=attention", "network.heads=1", "learner.type=delta"}},
    {"exploratory-hebb-attention",
     {"task.type=selective", "task.stimulus_ms=40", "task.response_ms=20", "network.heads=1",
      "network.type=attention", "learner.type=exploratory-hebb", "learner.input=0.5",
      "learner.chance=0.05", "learner.amplitude=1"}},
    {"bptt-pattern-completion",
     {"task.type=pattern-completion", "task.bits=19", "network.type=plastic-direct",
      "rule.type=decay", "modulator.type=constant", "learner.type=bptt", "learner.readout=none"}},
    {"bptt-pattern-completion-lanes",
     {"task.type=pattern-completion", "task.bits=5", "network.type=plastic-direct",
      "rule.type=none", "learner.type=bptt", "learner.readout=none"}},
    {"symbols",
     {SYMBOLS, "task.vocabulary=50", "network.type=lstm", "network.layers=2", "network.dropout=0.3",
      "learner.embedding=7"}},
    {"symbols-plastic",
     {SYMBOLS, "task.unit=bytes", "network.type=plastic-lstm", "network.layers=2",
      "network.dropout=0.2", "rule.type=eligibility", "modulator.fanout=true",
      "network.alpha=neuron", "learner.optimiser=sgd", "learner.momentum=0.5"}},
    {"bptt-hidden-bias",
     {"task.type=hidden-bias", "task.steps=10", "network.type=nmn", "learner.type=bptt"}},
    {"a2c-two-targets",
     {"task.type=two-targets", "task.steps=20", "network.type=nmn", "network.observed=4",
      "learner.warmup=0"}},
    {"retrieval-fast-weights",
     {"task.type=retrieval", "task.vocabulary=20", "task.length=24", "task.rounds=2",
      "network.type=fast-weights", "rule.type=gated", "learner.type=bptt",
      "learner.teach=supervised"}},
    {"retrieval-attention",
     {"task.type=retrieval", "task.vocabulary=20", "task.length=18", "task.filler=random",
      "network.type=attention-modulated", "network.heads=1",
      "learner.type=bptt", "learner.teach=supervised"}},
    {"retrieval-a2c",
     {"task.type=retrieval", "task.vocabulary=20", "task.length=18", "network.type=fast-weights",
      "rule.type=gated"}},
    {"preferences",
     {SIGNALLING, "task.type=cart-pole", "task.steps=40", PREFERENCES, "reward.wrong=0.2"}},
    {"preferences-plastic",
     {PREFERENCES, "reward.memory=3", "reward.pick=random", "modulator.type=chemical"}},
    {"a2c-fast-weights",
     {"task.type=islands", "task.graphs=9", "network.type=fast-weight-memory",
      "learner.lambda=0.9"}},
    {"reward-walk", {KIN("reward-walk"), "learner.groups=7", "learner.sigma=0.1"}},
    {"reward-walk-values",
     {"task.type=movement", "task.steps=20", "network.type=gains", "learner.type=reward-walk",
      "learn=gains", "learner.control=random"}},
    {"first-policy",
     {BPTT, "task.type=cart-pole", "task.steps=40", PREFERENCES, "learner.keep_first=true",
      "learner.kl_weight=0.3"}},
    {"first-policy-plastic", {"learner.keep_first=true", "learner.kl_weight=0.3"}},
    {"preferences-earlier",
     {SIGNALLING, "task.type=cart-pole", "task.steps=40", PREFERENCES, "reward.earlier=0.7"}},
    {"retrieval-attention-chemical",
     {"task.type=retrieval", "task.vocabulary=20", "task.length=18", "task.filler=random",
      "network.type=attention-modulated", "network.heads=1", "learner.type=bptt",
      "learner.teach=supervised", "modulator.type=chemical", "modulator.factor=slot",
      "clamp.acetylcholine=0.75"}},
};
#define N_SMALL_VARIANTS ((int)(sizeof small_variants / sizeof *small_variants))

/* Stops the program: these settings are the test's own. */
static inline void small_set(am_config *config, const char *assignment) {
  amine_error error = {0};
  if (am_config_assign(config, assignment, &error) == AMINE_OK) return;
  fprintf(stderr, "%s\n", error.message);
  abort();
}

/* What has been set and has no effect is passed over, as a preset's keys are. */
static inline void small_pass_over(am_config *config) {
  config->wished = 0;
  for (int k = 0; k < config->n_settings; k++) config->settings[k].wished = false;
}

static inline am_config small_config(const small_variant *variant) {
  static const char *const common[] = {"task.size=7",        "task.steps=17",
                                       "network.hidden=19",  "batch=20",
                                       "iterations=9",       "learner.warmup=2",
                                       "learner.rate=0.01",  "learner.rate_end=0.001",
                                       "network.init_w=0.2", "network.init_alpha=0.2",
                                       "rule.clip=0.3",      "learner.schedule=linear",
                                       "record=2",           "checkpoint_every=1000",
                                       "threads=1",          "seed=12345678901234567890"};
  am_config config;
  am_config_default(&config);
  for (size_t k = 0; k < sizeof common / sizeof *common; k++) small_set(&config, common[k]);
  small_pass_over(&config); /* what a variant has no use for */
  for (int k = 0; k < 16 && variant->assignments[k]; k++)
    small_set(&config, variant->assignments[k]);
  if (strcmp(config.part[AM_TASK]->name, "text") == 0) small_write_text();
  amine_error error;
  if (am_config_resolve(&config, &error) != AMINE_OK) abort();
  return config;
}

static inline uint64_t small_fnv(uint64_t hash, const void *data, size_t size) {
  for (size_t i = 0; i < size; i++)
    hash = (hash ^ ((const unsigned char *)data)[i]) * 1099511628211u;
  return hash;
}

/* The same of a learner's tensors and numbers, as they are saved. */
static inline uint64_t small_hash(const am_learner *learner) {
  uint64_t hash = 14695981039346656037u;
  am_learner_tensor t;
  for (int k = 0; learner->type->tensor(learner, k, &t); k++) {
    const size_t n = t.dims[0] * (t.rank > 1 ? t.dims[1] : 1);
    float *values = malloc(n * sizeof *values);
    if (!values) abort();
    learner->type->get(learner, k, values);
    hash = small_fnv(hash, values, n * sizeof *values);
    free(values);
  }
  hash = small_fnv(hash, learner->numbers, sizeof learner->numbers);
  hash = small_fnv(hash, learner->schedule, (size_t)learner->n_schedule * sizeof(double));
  return small_fnv(hash, &learner->iteration, sizeof learner->iteration);
}

/* Creates an experiment or stops the program. */
static inline am_experiment *small_experiment(const am_config *config) {
  am_experiment *x;
  amine_error error = {0};
  if (am_experiment_create(&x, config, &error) == AMINE_OK) return x;
  fprintf(stderr, "%s\n", error.message);
  abort();
}

#endif
