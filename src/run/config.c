/* The table of keys, and how values get into and out of it. */
#include "run/config.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/words.h"
#include "brain/description.h"
#include "format/json.h"
#include "run/preset.h"

#define INTEGER_MAX 9007199254740992.0 /* 2^53 */

/* A key with its range, a choice, a switch. The last word says whether results depend on it. */
#define INT(n, std, lo, hi, unit, text, shapes)                                                    \
  { n, AM_KEY_INTEGER, std, lo, hi, "", unit, text, shapes }
#define NUM(n, std, lo, hi, unit, text)                                                            \
  { n, AM_KEY_NUMBER, std, lo, hi, "", unit, text, true }
#define ONE(n, list, text)                                                                         \
  { n, AM_KEY_CHOICE, 0, 0, 0, list, "", text, true }
#define YES(n, std, text)                                                                          \
  { n, AM_KEY_SWITCH, std, 0, 1, "true|false", "", text, true }

/* Learners without backprop, by what they use. */
#define LOCAL "e-prop|rflo|feedback-alignment"
#define POPULATION "weight-perturbation|evolution"
#define KIN LOCAL "|node-perturbation|" POPULATION

const am_key am_keys[AM_N_KEYS] = {
    [AM_SEED] = INT("seed", 1, 0, 18446744073709551615.0, "",
                    "all randomness of the run comes from it", true),
    [AM_ITERATIONS] = INT("iterations", 30000, 1, 4e9, "updates", "how long to train", false),
    [AM_BATCH] = INT("batch", 30, 1, 65536, "episodes", "episodes played for one update", true),
    [AM_THREADS] = INT("threads", 0, 0, 1024, "",
                       "threads; 0 takes every processor; results do not depend on it", false),
    [AM_CHECKPOINT_EVERY] = INT("checkpoint_every", 500, 1, 4e9, "updates",
                                "a checkpoint after so many updates, and at the end", false),
    [AM_RECORD] = INT("record", 10, 1, 4e9, "updates",
                      "a line of metrics.jsonl for so many updates, with their means", true),
    [AM_STOP_AT_CRITERION] = {"stop_at_criterion", AM_KEY_SWITCH, 0, 0, 1, "true|false", "",
                              "end training once the mean reward of the last 1000 episodes has "
                              "reached the task's criterion, or the learner's own is met",
                              false},
    [AM_TASK_TYPE] = ONE("task.type",
                         "maze|delayed-match|evidence|bandit|t-maze|cart-pole|recall|random-bits|"
                         "periodic|recall-values|associative|signals|"
                         "pennies|dnms|selective",
                         "the world (amine list tasks)"),
    [AM_TASK_SIZE] = INT("task.size", 11, 5, 255, "cells",
                         "cells in a row of the maze, outer walls included; odd", true),
    [AM_TASK_STEPS] = INT("task.steps", 200, 1, 100000, "steps", "length of an episode", true),
    [AM_TASK_WALL_PENALTY] =
        NUM("task.wall_penalty", 0, 0, 1e6, "reward", "subtracted for bumping into a wall"),
    [AM_TASK_REWARD] = NUM("task.reward", 10, 1e-6, 1e6, "reward",
                           "for entering the reward cell, or for the right turn"),
    [AM_TASK_CUES] = INT("task.cues", 2, 2, 16, "", "how many different cues there are", true),
    [AM_TASK_RULE] = ONE(
        "task.rule", "match|nonmatch|both|switch",
        "what is right: to say same of the same, the reverse, either, drawn for each episode, or "
        "the second after the first"),
    [AM_TASK_CONTEXT] = YES("task.context", 0, "two inputs more tell which rule holds"),
    [AM_TASK_SWITCH_AFTER] = INT("task.switch_after", 1000, 0, 4e9, "updates",
                                 "that match is trained before nonmatch (task.rule=switch)", true),
    [AM_TASK_LENGTH] =
        INT("task.length", 3, 1, 1000, "steps",
            "of the corridor to the junction, or how many cues or vectors are shown and recalled",
            true),
    [AM_TASK_DELAY] =
        INT("task.delay", 0, 0, 100000, "steps", "that show nothing, before recall", true),
    [AM_TASK_DIFFICULTY] = NUM("task.difficulty", 0.8, 0, 1, "",
                               "0: all pulses come on one side; 1: as many on either"),
    [AM_TASK_NOISE] =
        NUM("task.noise", 0, 0, 0.5, "", "probability that a pulse is shown on the wrong side"),
    [AM_TASK_ARMS] = INT("task.arms", 2, 2, 50, "", "arms of the bandit", true),
    [AM_TASK_COMPLEMENTARY] =
        YES("task.complementary", 1,
            "two arms reward with p and 1 - p; false: each arm with its own probability"),
    [AM_TASK_MEMORY] = INT("task.memory", 1, 1, 16, "plays", "that each player sees again", true),
    [AM_TASK_WRONG_PENALTY] =
        NUM("task.wrong_penalty", 0, 0, 1e6, "reward", "subtracted for the wrong turn"),
    [AM_TASK_MASKED] = YES("task.masked", 1, "hides the velocities of the cart and the pole"),
    [AM_TASK_FRICTION] = YES("task.friction", 1, "of the cart and the pole"),
    [AM_TASK_WIDTH] = INT("task.width", 0, 0, 64, "",
                          "bits of an element, or numbers of a vector or value; 0 takes the "
                          "task's own: 1 for bits, 2 for recall-values, 4 for associative",
                          true),
    [AM_TASK_PERIOD] = INT("task.period", 5, 2, 32, "elements", "of a periodic pattern", true),
    [AM_TASK_PATTERNS] = INT("task.patterns", 3, 1, 32, "", "how many patterns there are", true),
    [AM_TASK_PATTERN_SEED] =
        INT("task.pattern_seed", 1, 0, 18446744073709551615.0, "", "which patterns", true),
    [AM_TASK_KEYS] = INT("task.keys", 8, 1, 64, "", "how many different keys there are", true),
    [AM_TASK_PAIRS] = INT("task.pairs", 3, 1, 64, "", "of key and value, shown one a step", true),
    [AM_TASK_QUERIES] = INT("task.queries", 1, 1, 1000, "", "how often a value is asked for", true),
    [AM_TASK_STIMULUS] = INT("task.stimulus_ms", 200, 1, 1000000, "ms", "of a stimulus", true),
    [AM_TASK_DELAY_MS] = INT("task.delay_ms", 200, 0, 1000000, "ms", "between two stimuli", true),
    [AM_TASK_WAIT] =
        INT("task.wait_ms", 200, 0, 1000000, "ms", "between the last one and the response", true),
    [AM_TASK_RESPONSE] =
        INT("task.response_ms", 200, 1, 1000000, "ms", "in which the output counts", true),
    [AM_TASK_TARGET] = NUM("task.target", 1, 1e-6, 1e6, "", "the output is to be this or minus it"),
    [AM_TASK_BIAS] = NUM("task.bias", 0.5, 0, 1e6, "", "size of the mean of a noisy input"),
    [AM_TASK_NOISE_SD] = NUM("task.noise_sd", 1, 0, 1e6, "", "its standard deviation"),
    [AM_NETWORK_TYPE] = ONE("network.type", "plastic-rnn|gru|leaky-rnn|hebbian-rnn|ctrnn",
                            "the network (amine list networks)"),
    [AM_NETWORK_HIDDEN] = INT("network.hidden", 100, 1, 8192, "units", "hidden units", true),
    [AM_NETWORK_LAYERS] =
        INT("network.layers", 1, 1, 4, "", "layers of units, each reading the one below", true),
    [AM_NETWORK_DROPOUT] = NUM("network.dropout", 0, 0, 0.95, "",
                               "share of units that the layer above does not see while learning"),
    [AM_NETWORK_UPDATE_BIAS] =
        NUM("network.update_bias", 0, -10, 10, "",
            "added at first to the bias of the update gate z: above 0, units "
            "remember longer"),
    [AM_NETWORK_UPDATE_SPREAD] =
        NUM("network.update_spread", 0, 0, 20, "",
            "and each unit gets up to this much more of it, so that time constants differ"),
    [AM_NETWORK_INPUT_SCALE] = NUM("network.input_scale", 1, 0, 100, "",
                                   "multiplies the first input weights (of a GRU not those of z)"),
    [AM_NETWORK_RECURRENT_SCALE] =
        NUM("network.recurrent_scale", 1, 0, 100, "",
            "multiplies the first recurrent weights (of a GRU not those of z)"),
    [AM_NETWORK_TAU] = NUM("network.tau", 5, 1, 1e6, "steps", "time constant of leaky units"),
    [AM_NETWORK_ALPHA] = ONE(
        "network.alpha", "connection|neuron|network",
        "plasticity coefficient alpha: one for each connection, each post neuron, or the network"),
    [AM_NETWORK_INIT_W] = NUM("network.init_w", 0.01, 0, 100, "", "w begins uniform in [0, this)"),
    [AM_NETWORK_INIT_ALPHA] =
        NUM("network.init_alpha", 0.01, 0, 100, "", "alpha begins uniform in [0, this)"),
    [AM_NETWORK_TAU_MS] = NUM("network.tau_ms", 30, 1e-3, 1e6, "ms", "time constant of a neuron"),
    [AM_NETWORK_DT] = NUM("network.dt_ms", 1, 1e-3, 1e6, "ms", "step of the Euler method"),
    [AM_NETWORK_G] = NUM("network.g", 1.5, 0, 100, "",
                         "J begins normal with the deviation g / sqrt(N); above 1 activity is "
                         "chaotic without inputs"),
    [AM_NETWORK_X0] = NUM("network.x0", 0.1, 0, 100, "", "x begins a trial uniform within +- this"),
    [AM_NETWORK_KEEP] =
        NUM("network.keep", 0.05, 0, 0.999999, "per step", "what the running mean of x keeps"),
    [AM_NETWORK_BIASES] = ONE("network.biases", "three|four|none",
                              "neurons with a constant x: 1 and 10 at 1, 11 at -1; 1, 10, 11 and "
                              "12 at 1; or none"),
    [AM_RULE_TYPE] = ONE("rule.type", "clip|decay|oja|softclip|eligibility|none",
                         "the Hebbian trace (amine list rules); none is an ordinary RNN"),
    [AM_RULE_CLIP_AT] = NUM("rule.clip", 1, 1e-6, 1e6, "", "c: bound of |H|"),
    [AM_RULE_ETA] = NUM("rule.eta", 0.01, -100, 100, "",
                        "first value of the learned rate eta (modulator.type=constant)"),
    [AM_RULE_ETA_E] = NUM("rule.eta_e", 0.01, 0, 1, "",
                          "first value of the learned rate of the eligibility trace"),
    [AM_RULE_STAGE] = ONE("rule.stage", "none|basic|outer|accumulate|decay|modulated",
                          "the Hebbian trace H: of each unit's connection to itself, of the last "
                          "step, of all steps, fading, and fading with a modulator; none is an "
                          "ordinary RNN"),
    [AM_RULE_ETA_H] =
        NUM("rule.eta_h", 0.1, 0, 1, "", "eta: how fast H takes up the new and lets go the old"),
    [AM_RULE_BOUND] = NUM("rule.bound", 1, 1e-6, 1e6, "", "c: bound of |H| where nothing fades"),
    [AM_MODULATOR_TYPE] = ONE("modulator.type", "readout|constant|chemical",
                              "what gates plasticity: a signal the network learns to emit, one "
                              "learned number eta, or eta "
                              "times what chemical modulators say"),
    [AM_MODULATOR_FACTOR] = ONE(
        "modulator.factor", "dopamine|signed|acetylcholine|norepinephrine|serotonin|all",
        "which chemical signal (modulator.type=chemical); signed: a dip of dopamine is negative"),
    [AM_MODULATOR_BASELINE] =
        NUM("modulator.baseline", 0.5, 0, 1, "", "level at which the chemical systems rest"),
    [AM_MODULATOR_DECAY_RATE] = NUM("modulator.decay_rate", 0.1, 0, 1, "per step",
                                    "how fast the chemical levels go back to the baseline"),
    [AM_MODULATOR_ACTIVATION] =
        ONE("modulator.activation", "tanh|sigmoid|linear", "of the read-out"),
    [AM_MODULATOR_FANOUT] =
        YES("modulator.fanout", 0,
            "the read-out reaches each neuron through its own learned weight and bias"),
    [AM_MODULATOR_UNITS] =
        INT("modulator.units", 16, 1, 1024, "units", "units of the signalling GRU", true),
    [AM_MODULATOR_GAIN] = NUM("modulator.gain", 1, 0, 1, "",
                              "how far the signalling GRU raises or lowers the activity of a unit"),
    [AM_MODULATOR_GAIN_START] = NUM("modulator.gain_start", 0.5, 0, 100, "",
                                    "the weights of the gains begin uniform within +- this"),
    [AM_MODULATOR_GIVEN] =
        ONE("modulator.given", "one|random|error|reward|novelty|window",
            "m, the signal that says how much of a step is taken up: always 1, drawn, how wrong or "
            "how right it was, how new the input is, or 1 within a window"),
    [AM_MODULATOR_FROM] = INT("modulator.from", 0, 0, 100000, "steps",
                              "the window opens at this step, counted from 0", true),
    [AM_MODULATOR_UNTIL] =
        INT("modulator.until", 100000, 0, 100000, "steps", "and is closed from this one on", true),
    [AM_CLAMP_READOUT] = NUM("clamp.readout", NAN, -1e6, 1e6, "",
                             "holds the read-out at this level (a lesion); none leaves it free"),
    [AM_CLAMP_CHEMICAL] =
        YES("clamp.chemical", 0, "holds the chemical levels at their baseline (a lesion)"),
    [AM_LEARNER_TYPE] =
        ONE("learner.type", "a2c|bptt|signalling|agents|delta|bptt-values|exploratory-hebb|" KIN,
            "how the slow weights change (amine list learners)"),
    [AM_LEARNER_TEACH] = ONE("learner.teach", "reward|supervised|mixed",
                             "what tells right from wrong: rewards, the right answers, or both"),
    [AM_LEARNER_RATE] =
        NUM("learner.rate", 1e-4, 0, 100, "", "step size of Adam, or of the delta rule"),
    [AM_LEARNER_RATE_END] =
        NUM("learner.rate_end", 1e-4, 0, 100, "", "step size at the end of a linear schedule"),
    [AM_LEARNER_SCHEDULE] =
        ONE("learner.schedule", "constant|linear", "how the step size moves from rate to rate_end"),
    [AM_LEARNER_SCHEDULE_ITERATIONS] = INT("learner.schedule_iterations", 0, 0, 4e9, "updates",
                                           "length of the schedule; 0 is iterations", true),
    [AM_LEARNER_ALPHA_RATE] =
        NUM("learner.alpha_rate", 1, 0, 1000, "", "the steps of alpha are multiplied by this"),
    [AM_LEARNER_GAMMA] = NUM("learner.gamma", 0.9, 0, 1, "", "discount of rewards"),
    [AM_LEARNER_LAMBDA] =
        NUM("learner.lambda", 1, 0, 1, "", "of the generalised advantage; 1 is the plain return"),
    [AM_LEARNER_VALUE_WEIGHT] =
        NUM("learner.value_weight", 0.1, 0, 1e6, "", "weight of the critic's squared error"),
    [AM_LEARNER_ENTROPY_WEIGHT] = NUM("learner.entropy_weight", 0.03, 0, 1e6, "",
                                      "beta: weight of the penalty on sure policies"),
    [AM_LEARNER_ENTROPY] = ONE("learner.entropy", "squared|true",
                               "that penalty: sum of squared probabilities, or of p log p"),
    [AM_LEARNER_BASELINE] = ONE("learner.baseline", "own|shared0",
                                "whose value is the advantage's baseline: the lane's own, or lane "
                                "0's for all (as in the authors' batched code)"),
    [AM_LEARNER_BETA1] = NUM("learner.beta1", 0.9, 0, 0.999999, "",
                             "Adam's decay of the mean change asked for; by backprop the gradient"),
    [AM_LEARNER_BETA2] =
        NUM("learner.beta2", 0.999, 0, 0.999999, "", "Adam's decay of the squared change"),
    [AM_LEARNER_EPS] = NUM("learner.eps", 1e-4, 1e-12, 1, "", "Adam's epsilon"),
    [AM_LEARNER_NORM_CLIP] =
        NUM("learner.norm_clip", 4, 1e-6, 1e9, "", "bound of the norm of the change asked for"),
    [AM_LEARNER_WARMUP] =
        INT("learner.warmup", 100, 0, 4e9, "updates", "iterations before the first change", true),
    [AM_LEARNER_REWARD] = ONE("learner.reward", "plain|adaptive",
                              "adaptive: divided by the running spread of what episodes bring, so "
                              "that it says more the rarer it is"),
    [AM_LEARNER_FEEDBACK] =
        ONE("learner.feedback", "kolen-pollack|random|symmetric",
            "B, by which an error reaches the units: learned from W_o's own change, fixed, or W_o "
            "transposed"),
    [AM_LEARNER_FEEDBACK_DECAY] = NUM("learner.feedback_decay", 1e-3, 0, 0.5, "per update",
                                      "of B and W_o alike (Kolen-Pollack)"),
    [AM_LEARNER_TRACE] = ONE("learner.trace", "diagonal|decay",
                             "how a trace lives on: by the diagonal of the Jacobian, or by the "
                             "update gate alone"),
    [AM_LEARNER_FORM] = ONE("learner.form", "window|online",
                            "the same change summed over the kept steps of an episode, or step by "
                            "step in constant memory"),
    [AM_LEARNER_INPUT_SHARE] =
        NUM("learner.input_share", 1, 0, 1000, "", "of the rate, for the input segment"),
    [AM_LEARNER_RECURRENT_SHARE] =
        NUM("learner.recurrent_share", 1, 0, 1000, "", "of the rate, for the recurrent segment"),
    [AM_LEARNER_OUTPUT_SHARE] =
        NUM("learner.output_share", 1, 0, 1000, "", "of the rate, for the output segment"),
    [AM_LEARNER_GAIN_SHARE] = NUM("learner.gain_share", 1, 0, 1000, "",
                                  "of the rate, for the gains of the signalling GRU"),
    [AM_LEARNER_CRITIC_SHARE] =
        NUM("learner.critic_share", 1, 0, 1000, "", "of the rate, for the critic"),
    [AM_LEARNER_SIGNAL_SHARE] =
        NUM("learner.signal_share", 0, 0, 1000, "",
            "of the rate, for the signalling GRU's own weights; 0 leaves them as they are"),
    [AM_LEARNER_CRITIC_SEES_OUTPUT] =
        YES("learner.critic_sees_output", 0,
            "the critic reads the controller's units too, not only the signalling GRU's"),
    [AM_LEARNER_CONTROL] =
        ONE("learner.control", "none|frozen|shuffled|random|partner",
            "a lesion: the controller does not learn, rewards go to another "
            "episode, dopamine is noise, or of several agents only the first learns"),
    [AM_LEARNER_CONSOLIDATION] =
        ONE("learner.consolidation", "none|slow",
            "slow: each weight has a slow one beside it, which holds it where it proved useful"),
    [AM_LEARNER_SLOW_STRENGTH] =
        NUM("learner.slow_strength", 0.1, 0, 1e9, "", "kappa: how much usefulness holds a weight"),
    [AM_LEARNER_SLOW_RATE] = NUM("learner.slow_rate", 0.01, 0, 1, "per update",
                                 "how fast a slow weight follows its fast one"),
    [AM_LEARNER_RULE] = ONE("learner.rule", "exploratory|node",
                            "the trace: of what moved, or of the perturbations themselves"),
    [AM_LEARNER_CHANCE] =
        NUM("learner.chance", 0.003, 0, 1, "", "of a perturbation, per neuron and step"),
    [AM_LEARNER_AMPLITUDE] =
        NUM("learner.amplitude", 16, 0, 1e6, "", "perturbations are uniform within +- this"),
    [AM_LEARNER_CLIP] =
        NUM("learner.clip", 3e-4, 0, 1e6, "", "c: bound of the change of a weight in a trial"),
    [AM_LEARNER_AVERAGE] =
        NUM("learner.average", 0.75, 0, 0.999999, "per trial", "what the expected error keeps"),
    [AM_LEARNER_SCALED] = YES("learner.scaled", 1, "changes are scaled by the expected error"),
    [AM_LEARNER_CRITERION] =
        ONE("learner.criterion", "share|mean",
            "it has learned once 95 of the last 100 errors are below criterion_error, or their "
            "mean is"),
    [AM_LEARNER_CRITERION_ERROR] = NUM("learner.criterion_error", 1, 1e-6, 1e6, "", "that bound"),
    [AM_LEARNER_SIGMA] = NUM("learner.sigma", 0.1, 1e-6, 100, "",
                             "standard deviation of the noise on units or on weights"),
    [AM_LEARNER_EPISODES] = INT("learner.episodes", 1, 1, 65536, "episodes",
                                "episodes by which one set of perturbed weights is judged", true),
    [AM_LEARNER_FITNESS] = ONE("learner.fitness", "rank|z-score",
                               "what the rewards of the perturbed networks are made into"),
};

/* Where a key applies: only if `when`, a choice that itself applies, is one of `among`. A key that
 * is not in the table always applies. A list names every choice for which a key has an effect. */
typedef struct condition {
  am_key_id when;
  const char *among;
} condition;

#define MAZE                                                                                       \
  { AM_TASK_TYPE, "maze" }
#define PLASTIC_RNN                                                                                \
  { AM_NETWORK_TYPE, "plastic-rnn" }
#define HEBBIAN_RNN                                                                                \
  { AM_NETWORK_TYPE, "hebbian-rnn" }
#define PLASTIC                                                                                    \
  { AM_RULE_TYPE, "clip|decay|oja|softclip|eligibility" }
#define READOUT                                                                                    \
  { AM_MODULATOR_TYPE, "readout" }
#define CHEMICAL                                                                                   \
  { AM_MODULATOR_TYPE, "chemical" }
#define SIGNALLING                                                                                 \
  { AM_LEARNER_TYPE, "signalling|agents" }
#define NOISY                                                                                      \
  { AM_TASK_TYPE, "selective" }
#define TIMED                                                                                      \
  { AM_TASK_TYPE, "dnms|selective" }
#define CTRNN                                                                                      \
  { AM_NETWORK_TYPE, "ctrnn" }
#define HEBB                                                                                       \
  { AM_LEARNER_TYPE, "exploratory-hebb" }
#define A2C                                                                                        \
  { AM_LEARNER_TYPE, "a2c" }

static const condition conditions[AM_N_KEYS] = {
    [AM_TASK_SIZE] = MAZE,
    [AM_TASK_STEPS] =
        {AM_TASK_TYPE,
         "maze|delayed-match|evidence|bandit|t-maze|cart-pole|pennies|random-bits|periodic"},
    [AM_TASK_CUES] = {AM_TASK_TYPE, "delayed-match|recall|signals"},
    [AM_TASK_RULE] = {AM_TASK_TYPE, "delayed-match"},
    [AM_TASK_CONTEXT] = {AM_TASK_TYPE, "delayed-match"},
    [AM_TASK_SWITCH_AFTER] = {AM_TASK_RULE, "switch"},
    [AM_TASK_LENGTH] = {AM_TASK_TYPE, "t-maze|recall|recall-values"},
    [AM_TASK_DELAY] = {AM_TASK_TYPE, "recall|recall-values|associative"},
    [AM_TASK_DIFFICULTY] = {AM_TASK_TYPE, "evidence"},
    [AM_TASK_NOISE] = {AM_TASK_TYPE, "evidence"},
    [AM_TASK_ARMS] = {AM_TASK_TYPE, "bandit"},
    [AM_TASK_COMPLEMENTARY] = {AM_TASK_TYPE, "bandit"},
    [AM_TASK_WALL_PENALTY] = {AM_TASK_TYPE, "maze|t-maze"},
    [AM_TASK_REWARD] = {AM_TASK_TYPE, "maze|t-maze"},
    [AM_TASK_MEMORY] = {AM_TASK_TYPE, "pennies"},
    [AM_TASK_WRONG_PENALTY] = {AM_TASK_TYPE, "t-maze"},
    [AM_TASK_MASKED] = {AM_TASK_TYPE, "cart-pole"},
    [AM_TASK_FRICTION] = {AM_TASK_TYPE, "cart-pole"},
    [AM_NETWORK_HIDDEN] = {AM_NETWORK_TYPE, "plastic-rnn|gru|leaky-rnn|hebbian-rnn|ctrnn"},
    [AM_TASK_WIDTH] = {AM_TASK_TYPE, "random-bits|periodic|recall-values|associative"},
    [AM_TASK_PERIOD] = {AM_TASK_TYPE, "periodic"},
    [AM_TASK_PATTERNS] = {AM_TASK_TYPE, "periodic"},
    [AM_TASK_PATTERN_SEED] = {AM_TASK_TYPE, "periodic"},
    [AM_TASK_KEYS] = {AM_TASK_TYPE, "associative"},
    [AM_TASK_PAIRS] = {AM_TASK_TYPE, "associative"},
    [AM_TASK_QUERIES] = {AM_TASK_TYPE, "associative"},
    [AM_TASK_STIMULUS] = TIMED,
    [AM_TASK_DELAY_MS] = {AM_TASK_TYPE, "dnms"},
    [AM_TASK_WAIT] = {AM_TASK_TYPE, "dnms"},
    [AM_TASK_RESPONSE] = TIMED,
    [AM_TASK_TARGET] = TIMED,
    [AM_TASK_BIAS] = NOISY,
    [AM_TASK_NOISE_SD] = NOISY,
    [AM_NETWORK_LAYERS] = {AM_NETWORK_TYPE, "gru"},
    [AM_NETWORK_DROPOUT] = {AM_NETWORK_TYPE, "gru"},
    [AM_NETWORK_UPDATE_BIAS] = {AM_NETWORK_TYPE, "gru"},
    [AM_NETWORK_UPDATE_SPREAD] = {AM_NETWORK_TYPE, "gru"},
    [AM_NETWORK_INPUT_SCALE] = {AM_NETWORK_TYPE, "gru|leaky-rnn|hebbian-rnn"},
    [AM_NETWORK_RECURRENT_SCALE] = {AM_NETWORK_TYPE, "gru|leaky-rnn|hebbian-rnn"},
    [AM_NETWORK_TAU] = {AM_NETWORK_TYPE, "leaky-rnn"},
    [AM_NETWORK_ALPHA] = PLASTIC,
    [AM_NETWORK_INIT_W] = PLASTIC_RNN,
    [AM_NETWORK_INIT_ALPHA] = PLASTIC,
    [AM_NETWORK_TAU_MS] = CTRNN,
    [AM_NETWORK_DT] = CTRNN,
    [AM_NETWORK_G] = CTRNN,
    [AM_NETWORK_X0] = CTRNN,
    [AM_NETWORK_KEEP] = CTRNN,
    [AM_NETWORK_BIASES] = CTRNN,
    [AM_RULE_TYPE] = PLASTIC_RNN,
    [AM_RULE_CLIP_AT] = {AM_RULE_TYPE, "clip|softclip|eligibility"},
    [AM_RULE_ETA] = {AM_MODULATOR_TYPE, "constant|chemical"},
    [AM_RULE_ETA_E] = {AM_RULE_TYPE, "eligibility"},
    [AM_RULE_STAGE] = HEBBIAN_RNN,
    [AM_RULE_ETA_H] = {AM_RULE_STAGE, "basic|outer|accumulate|decay|modulated"},
    [AM_RULE_BOUND] = {AM_RULE_STAGE, "accumulate"},
    [AM_MODULATOR_TYPE] = PLASTIC,
    [AM_MODULATOR_FACTOR] = CHEMICAL,
    [AM_MODULATOR_BASELINE] = CHEMICAL,
    [AM_MODULATOR_DECAY_RATE] = CHEMICAL,
    [AM_MODULATOR_ACTIVATION] = READOUT,
    [AM_MODULATOR_FANOUT] = READOUT,
    [AM_MODULATOR_UNITS] = SIGNALLING,
    [AM_MODULATOR_GAIN] = SIGNALLING,
    [AM_MODULATOR_GAIN_START] = SIGNALLING,
    [AM_MODULATOR_GIVEN] = {AM_RULE_STAGE, "modulated"},
    [AM_MODULATOR_FROM] = {AM_MODULATOR_GIVEN, "window"},
    [AM_MODULATOR_UNTIL] = {AM_MODULATOR_GIVEN, "window"},
    [AM_CLAMP_READOUT] = READOUT,
    [AM_CLAMP_CHEMICAL] = CHEMICAL,
    [AM_LEARNER_RATE] = {AM_LEARNER_TYPE,
                         "a2c|bptt|signalling|agents|delta|bptt-values|exploratory-hebb|" KIN},
    [AM_LEARNER_RATE_END] = {AM_LEARNER_TYPE, "a2c|bptt|signalling|agents|delta|bptt-values|" KIN},
    [AM_LEARNER_SCHEDULE] = {AM_LEARNER_TYPE, "a2c|bptt|signalling|agents|delta|bptt-values|" KIN},
    [AM_LEARNER_SCHEDULE_ITERATIONS] = {AM_LEARNER_TYPE,
                                        "a2c|bptt|signalling|agents|delta|bptt-values|" KIN},
    [AM_LEARNER_ALPHA_RATE] = PLASTIC,
    [AM_LEARNER_GAMMA] = {AM_LEARNER_TYPE,
                          "a2c|bptt|signalling|agents|e-prop|feedback-alignment|node-perturbation"},
    [AM_LEARNER_LAMBDA] = {AM_LEARNER_TYPE, "a2c|bptt|signalling|agents|e-prop|feedback-alignment"},
    [AM_LEARNER_TEACH] = {AM_LEARNER_TYPE, "bptt|signalling|e-prop|feedback-alignment"},
    [AM_LEARNER_VALUE_WEIGHT] = {AM_LEARNER_TYPE, "a2c|bptt|e-prop|feedback-alignment"},
    [AM_LEARNER_ENTROPY_WEIGHT] = {AM_LEARNER_TYPE,
                                   "a2c|bptt|signalling|agents|node-perturbation|" LOCAL},
    [AM_LEARNER_ENTROPY] = A2C,
    [AM_LEARNER_BASELINE] = A2C,
    [AM_LEARNER_BETA1] = {AM_LEARNER_TYPE, "a2c|bptt|signalling|agents|bptt-values|" KIN},
    [AM_LEARNER_BETA2] = {AM_LEARNER_TYPE, "a2c|bptt|signalling|agents|bptt-values|" KIN},
    [AM_LEARNER_EPS] = {AM_LEARNER_TYPE, "a2c|bptt|signalling|agents|bptt-values|" KIN},
    [AM_LEARNER_NORM_CLIP] = {AM_LEARNER_TYPE, "a2c|bptt|signalling|agents|bptt-values|" KIN},
    [AM_LEARNER_WARMUP] = {AM_LEARNER_TYPE, "a2c|exploratory-hebb"},
    [AM_LEARNER_REWARD] = SIGNALLING,
    [AM_LEARNER_FEEDBACK] = {AM_LEARNER_TYPE, "signalling|agents|e-prop|rflo"},
    [AM_LEARNER_FEEDBACK_DECAY] = {AM_LEARNER_TYPE, "signalling|agents|e-prop|rflo"},
    [AM_LEARNER_TRACE] = {AM_LEARNER_TYPE, "signalling|agents|e-prop"},
    [AM_LEARNER_FORM] = SIGNALLING,
    [AM_LEARNER_INPUT_SHARE] = {AM_LEARNER_TYPE, "signalling|agents|node-perturbation|" LOCAL},
    [AM_LEARNER_RECURRENT_SHARE] = {AM_LEARNER_TYPE, "signalling|agents|node-perturbation|" LOCAL},
    [AM_LEARNER_OUTPUT_SHARE] = {AM_LEARNER_TYPE, "signalling|agents|node-perturbation|" LOCAL},
    [AM_LEARNER_GAIN_SHARE] = SIGNALLING,
    [AM_LEARNER_CRITIC_SHARE] = SIGNALLING,
    [AM_LEARNER_SIGNAL_SHARE] = SIGNALLING,
    [AM_LEARNER_CRITIC_SEES_OUTPUT] = SIGNALLING,
    [AM_LEARNER_CONTROL] = {AM_LEARNER_TYPE, "signalling|agents|exploratory-hebb"},
    [AM_LEARNER_CONSOLIDATION] = SIGNALLING,
    [AM_LEARNER_SLOW_STRENGTH] = {AM_LEARNER_CONSOLIDATION, "slow"},
    [AM_LEARNER_SLOW_RATE] = {AM_LEARNER_CONSOLIDATION, "slow"},
    [AM_LEARNER_RULE] = HEBB,
    [AM_LEARNER_CHANCE] = HEBB,
    [AM_LEARNER_AMPLITUDE] = HEBB,
    [AM_LEARNER_CLIP] = HEBB,
    [AM_LEARNER_AVERAGE] = HEBB,
    [AM_LEARNER_SCALED] = HEBB,
    [AM_LEARNER_CRITERION] = HEBB,
    [AM_LEARNER_CRITERION_ERROR] = HEBB,
    [AM_LEARNER_SIGMA] = {AM_LEARNER_TYPE, "node-perturbation|" POPULATION},
    [AM_LEARNER_EPISODES] = {AM_LEARNER_TYPE, POPULATION},
    [AM_LEARNER_FITNESS] = {AM_LEARNER_TYPE, "evolution"},
};

static am_value standard_value(int k) {
  return (am_value){am_keys[k].standard, (uint64_t)fmax(am_keys[k].standard, 0)};
}

void am_config_default(am_config *config) {
  *config = (am_config){0};
  for (int k = 0; k < AM_N_KEYS; k++) config->values[k] = standard_value(k);
}

static const char *next_key(int k) { return k < AM_N_KEYS ? am_keys[k].name : NULL; }
static const char *next_preset(int k) { return am_presets[k].name; }

/* ------------------------------------------------------------------------------ one value */
static int find_key(const char *name) {
  for (int k = 0; k < AM_N_KEYS; k++)
    if (strcmp(am_keys[k].name, name) == 0) return k;
  return -1;
}

/* The index of a word in "a|b|c", or -1. */
static int find_choice(const char *choices, const char *word) {
  const size_t n = strlen(word);
  int index = 0;
  for (const char *p = choices;; index++) {
    const char *bar = strchr(p, '|');
    const size_t length = bar ? (size_t)(bar - p) : strlen(p);
    if (length == n && memcmp(p, word, n) == 0) return index;
    if (!bar) return -1;
    p = bar + 1;
  }
}

bool am_word_among(const char *words, const char *word) { return find_choice(words, word) >= 0; }

/* The first key, down the chain of conditions to `id`, whose own condition is not met, or -1. */
static int unmet(const am_config *config, int id) {
  const condition *c = &conditions[id];
  char value[64];
  if (!c->among) return -1;
  const int above = unmet(config, (int)c->when);
  if (above >= 0) return above;
  am_config_text(config, c->when, value, sizeof value);
  return am_word_among(c->among, value) ? -1 : id;
}

bool am_config_applies(const am_config *config, am_key_id id) { return unmet(config, (int)id) < 0; }

const char *am_key_condition(am_key_id id, am_key_id *when) {
  *when = conditions[id].when;
  return conditions[id].among;
}

char *am_key_range(const am_key *key, char *out, size_t size) {
  if (key->kind == AM_KEY_CHOICE || key->kind == AM_KEY_SWITCH || key->kind == AM_KEY_WORD)
    snprintf(out, size, "%s", key->choices);
  else if (isnan(key->standard)) snprintf(out, size, "%.10g to %.10g, or none", key->min, key->max);
  else if (key->max > 1e19) snprintf(out, size, "0 to 2^64-1");
  else snprintf(out, size, "%.10g to %.10g", key->min, key->max);
  return out;
}

static amine_status refuse(const am_key *key, const char *value, amine_error *error) {
  char range[200];
  am_key_range(key, range, sizeof range);
  const bool word =
      key->kind == AM_KEY_CHOICE || key->kind == AM_KEY_SWITCH || key->kind == AM_KEY_WORD;
  return am_fail(error, AMINE_ERROR_ARGUMENT, "%s=%.60s%s: it must be %s%s", key->name, value,
                 strlen(value) > 60 ? "..." : "",
                 word                          ? "one of "
                 : key->kind == AM_KEY_INTEGER ? "a whole number from "
                                               : "a number from ",
                 range);
}

/* Reads a whole number: digits, or a form like 2e5 that is one. */
static bool read_integer(const char *text, am_value *v) {
  char *end;
  errno = 0;
  if (text[0] >= '0' && text[0] <= '9') {
    v->integer = strtoull(text, &end, 10);
    v->number = (double)v->integer;
    if (*end == 0 && errno == 0) return true;
  }
  errno = 0;
  v->number = strtod(text, &end);
  if (end == text || *end != 0 || errno != 0 || !(v->number >= 0) || v->number > INTEGER_MAX ||
      v->number != floor(v->number))
    return false;
  v->integer = (uint64_t)v->number;
  return true;
}

static bool read_number(const char *text, am_value *v) {
  char *end;
  v->number = strtod(text, &end);
  v->integer = 0;
  return end != text && *end == 0 && isfinite(v->number);
}

amine_status am_key_read(const am_key *key, const char *value, am_value *out, amine_error *error) {
  am_value v = {0};
  bool fine = value[0] != 0 && value[0] != ' ' && strlen(value) < 400;
  if (fine && key->kind == AM_KEY_INTEGER) {
    fine = read_integer(value, &v) && v.number >= key->min && v.number <= key->max;
  } else if (fine && key->kind == AM_KEY_NUMBER) {
    if (isnan(key->standard) && strcmp(value, "none") == 0) v.number = (double)NAN;
    else fine = read_number(value, &v) && v.number >= key->min && v.number <= key->max;
  } else if (fine && key->kind != AM_KEY_WORD) {
    const int index = find_choice(key->choices, value);
    fine = index >= 0;
    v.number = key->kind == AM_KEY_SWITCH ? index == 0 : index;
  }
  if (!fine) return refuse(key, value, error);
  *out = v;
  return AMINE_OK;
}

static amine_status set_key(am_config *config, int k, const char *value, amine_error *error) {
  return am_key_read(&am_keys[k], value, &config->values[k], error);
}

/* `where` is the file in which it stands, NULL if a user typed it. */
static amine_status unknown(const char *key, const char *where, amine_error *error) {
  const char *near = am_nearest(key, next_key);
  const amine_status status = where ? AMINE_ERROR_INPUT : AMINE_ERROR_ARGUMENT;
  return am_fail_file(error, status, where, -1, "unknown key \"%.60s\"%s%s%s", key,
                      near ? "; did you mean " : "", near ? near : "",
                      near ? "?" : "; amine show maze lists all keys");
}

amine_status am_config_set(am_config *config, const char *key, const char *value,
                           amine_error *error) {
  const int k = find_key(key);
  if (k < 0) return unknown(key, NULL, error);
  AM_TRY(set_key(config, k, value, error));
  config->wished[k] = true;
  return AMINE_OK;
}

amine_status am_config_assign(am_config *config, const char *assignment, amine_error *error) {
  const char *equal = strchr(assignment, '=');
  char key[64];
  if (!equal || equal == assignment)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "\"%.60s\" is not key=value", assignment);
  const size_t n = (size_t)(equal - assignment);
  if (n >= sizeof key)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "unknown key \"%.60s...\"; amine show maze lists all keys", assignment);
  memcpy(key, assignment, n);
  key[n] = 0;
  return am_config_set(config, key, equal + 1, error);
}

/* ------------------------------------------------------------------------------ JSON */
static amine_status merge_value(am_config *config, const char *key, const json_t *value,
                                const char *name, amine_error *error) {
  char text[64];
  amine_error inner = {0};
  amine_status status;
  const int k = find_key(key);
  if (k < 0) return unknown(key, name, error);
  if (json_is_integer(value)) {
    snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
    /* seeds above 2^63 are written as text */
    status = set_key(config, k, text, &inner);
  } else if (json_is_real(value)) {
    snprintf(text, sizeof text, "%.17g", json_real_value(value));
    status = set_key(config, k, text, &inner);
  } else if (json_is_string(value)) {
    status = set_key(config, k, json_string_value(value), &inner);
  } else if (json_is_boolean(value)) {
    status = set_key(config, k, json_is_true(value) ? "true" : "false", &inner);
  } else {
    status =
        am_fail(&inner, AMINE_ERROR_ARGUMENT, "%s must be a number, a word or true/false", key);
  }
  if (status == AMINE_OK) return AMINE_OK;
  return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "%s", inner.message);
}

static amine_status merge_object(am_config *config, const json_t *object, const char *prefix,
                                 const char *name, amine_error *error) {
  const char *key;
  json_t *value;
  json_object_foreach((json_t *)(uintptr_t)object, key, value) {
    char full[64];
    const int n = snprintf(full, sizeof full, "%s%s%s", prefix, prefix[0] ? "." : "", key);
    if (n < 0 || (size_t)n >= sizeof full)
      return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "unknown key \"%.60s...\"", full);
    if (strcmp(full, "preset") == 0 && json_is_string(value)) {
      snprintf(config->preset, sizeof config->preset, "%s", json_string_value(value));
    } else if (strcmp(full, "meaning") == 0) { /* for people, and not part of the run */
      if (!json_is_string(value))
        return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "meaning must be a text in quotes");
    } else if (json_is_object(value)) {
      if (prefix[0])
        return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "%s is nested too deep", full);
      AM_TRY(merge_object(config, value, full, name, error));
    } else {
      AM_TRY(merge_value(config, full, value, name, error));
    }
  }
  return AMINE_OK;
}

amine_status am_config_merge(am_config *config, const json_t *object, const char *name,
                             amine_error *error) {
  am_config changed = *config;
  if (!json_is_object(object))
    return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "a configuration is a JSON object");
  AM_TRY(merge_object(&changed, object, "", name, error));
  *config = changed;
  return AMINE_OK;
}

/* What describes a brain is not for training. */
static amine_status refuse_brain(const json_t *root, const char *from, bool preset,
                                 amine_error *error) {
  if (!am_describes_brain(root)) return AMINE_OK;
  const amine_status status = preset ? AMINE_ERROR_ARGUMENT : AMINE_ERROR_INPUT;
  return am_fail(error, status,
                 "%.300s describes a brain, which is not trained: amine simulate %.300s", from,
                 from);
}

static amine_status load_preset(am_config *config, const am_preset *preset, amine_error *error) {
  json_t *root;
  AM_TRY(am_json_parse(&root, preset->name, preset->text, strlen(preset->text), NULL, error));
  amine_status status = refuse_brain(root, preset->name, true, error);
  if (status == AMINE_OK) status = am_config_merge(config, root, preset->name, error);
  json_decref(root);
  if (status == AMINE_OK) snprintf(config->preset, sizeof config->preset, "%s", preset->name);
  return status;
}

/* "task.size has no effect with task.type=bandit" */
static void say_unmet(char out[200], const am_config *config, int id) {
  char value[64];
  const am_key_id when = conditions[unmet(config, id)].when;
  am_config_text(config, when, value, sizeof value);
  snprintf(out, 200, "%s has no effect with %s=%s", am_keys[id].name, am_keys[when].name, value);
}

static bool is_standard(const am_config *config, int id) {
  const double number = config->values[id].number, standard = am_keys[id].standard;
  return number == standard || (isnan(number) && isnan(standard));
}

/* What a file sets is to have an effect beside its own choices, unless it is the standard value. */
static amine_status check_file(const am_config *config, const char *name, amine_error *error) {
  for (int k = 0; k < AM_N_KEYS; k++) {
    char sentence[200];
    if (am_config_applies(config, (am_key_id)k) || is_standard(config, k)) continue;
    say_unmet(sentence, config, k);
    return am_fail_file(error, AMINE_ERROR_INPUT, name, -1, "%s", sentence);
  }
  return AMINE_OK;
}

static amine_status load_file(am_config *config, const char *from, bool checked,
                              amine_error *error) {
  am_config changed = *config;
  json_t *root;
  AM_TRY(am_json_read(&root, from, NULL, error));
  amine_status status = refuse_brain(root, from, false, error);
  if (status == AMINE_OK) status = am_config_merge(&changed, root, from, error);
  json_decref(root);
  if (status == AMINE_OK && checked) status = check_file(&changed, from, error);
  if (status == AMINE_OK) *config = changed;
  return status;
}

amine_status am_config_load(am_config *config, const char *from, amine_error *error) {
  for (int k = 0; am_presets[k].name; k++)
    if (strcmp(am_presets[k].name, from) == 0) return load_preset(config, &am_presets[k], error);
  if (!strchr(from, '/') && !strchr(from, '.')) {
    const char *near = am_nearest(from, next_preset);
    return am_fail(error, AMINE_ERROR_ARGUMENT, "unknown preset \"%.60s\"%s%s%s", from,
                   near ? "; did you mean " : "", near ? near : "",
                   near ? "?" : "; amine list presets shows them (a file is named with a . or /)");
  }
  return load_file(config, from, true, error);
}

amine_status am_config_reload(am_config *config, const char *path, amine_error *error) {
  return load_file(config, path, false, error);
}

char *am_key_text(const am_key *key, const am_value *v, char *out, size_t size) {
  if (key->kind == AM_KEY_INTEGER) {
    snprintf(out, size, "%llu", (unsigned long long)v->integer);
  } else if (key->kind == AM_KEY_SWITCH) {
    snprintf(out, size, "%s", v->number != 0 ? "true" : "false");
  } else if (key->kind == AM_KEY_NUMBER) {
    if (isnan(v->number)) snprintf(out, size, "none");
    else if (snprintf(out, size, "%.9g", v->number), strtod(out, NULL) != v->number)
      snprintf(out, size, "%.17g", v->number);
  } else {
    const char *p = key->choices;
    for (int k = (int)v->number; k > 0; k--) p = strchr(p, '|') + 1;
    const char *bar = strchr(p, '|');
    snprintf(out, size, "%.*s", bar ? (int)(bar - p) : (int)strlen(p), p);
  }
  return out;
}

char *am_config_text(const am_config *config, am_key_id id, char *out, size_t size) {
  return am_key_text(&am_keys[id], &config->values[id], out, size);
}

void am_config_write(const am_config *config, bool only_shaping, am_text *text) {
  char group[32] = "", value[64];
  am_text_puts(text, "{");
  if (config->preset[0]) {
    am_text_puts(text, "\n  \"preset\": ");
    am_json_string(text, config->preset);
  }
  bool first = config->preset[0] == 0;
  for (int k = 0; k < AM_N_KEYS; k++) {
    const am_key *key = &am_keys[k];
    if ((only_shaping && !key->shapes) || !am_config_applies(config, (am_key_id)k)) continue;
    const char *dot = strchr(key->name, '.'), *leaf = dot ? dot + 1 : key->name;
    const int n = dot ? (int)(dot - key->name) : 0;
    const bool same = (int)strlen(group) == n && strncmp(group, key->name, (size_t)n) == 0;
    if (!same) {
      if (group[0]) am_text_puts(text, "\n  }");
      snprintf(group, sizeof group, "%.*s", n, key->name);
      if (group[0]) am_text_printf(text, "%s\n  \"%s\": {", first ? "" : ",", group);
      first = group[0] != 0;
    }
    am_config_text(config, (am_key_id)k, value, sizeof value);
    const bool quoted = key->kind == AM_KEY_CHOICE || strcmp(value, "none") == 0 ||
                        (key->kind == AM_KEY_INTEGER && config->values[k].integer > INT64_MAX);
    am_text_printf(text, "%s\n%s\"%s\": %s%s%s", first ? "" : ",", group[0] ? "    " : "  ", leaf,
                   quoted ? "\"" : "", value, quoted ? "\"" : "");
    first = false;
  }
  am_text_puts(text, group[0] ? "\n  }\n}\n" : "\n}\n");
}

amine_status am_config_resolve(am_config *config, amine_error *error) {
  am_config c = *config;
  for (int k = 0; k < AM_N_KEYS; k++) {
    char sentence[200];
    if (am_config_applies(&c, (am_key_id)k)) continue;
    if (c.wished[k]) {
      say_unmet(sentence, &c, k);
      return am_fail(error, AMINE_ERROR_ARGUMENT, "%s", sentence);
    }
    c.values[k] = standard_value(k);
  }
  memset(c.wished, 0, sizeof c.wished);
  if (am_config_applies(&c, AM_TASK_SIZE) && am_config_int(&c, AM_TASK_SIZE) % 2 == 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "task.size=%d: a maze has an odd number of cells in a row",
                   am_config_int(&c, AM_TASK_SIZE));
  if (am_config_applies(&c, AM_LEARNER_SCHEDULE_ITERATIONS) &&
      c.values[AM_LEARNER_SCHEDULE_ITERATIONS].integer == 0)
    c.values[AM_LEARNER_SCHEDULE_ITERATIONS] = c.values[AM_ITERATIONS];
  *config = c;
  return AMINE_OK;
}

int am_config_episodes(const am_config *c) {
  const bool several = am_config_applies(c, AM_LEARNER_EPISODES);
  const double each = several ? am_config_number(c, AM_LEARNER_EPISODES) : 1;
  return (int)fmin(am_config_number(c, AM_BATCH) * each, INT_MAX);
}
