#include "run/keys.h"

#include <math.h>
#include <string.h>

/* Learners without backprop, by what they use. */
#define LOCAL "e-prop|rflo|feedback-alignment"
#define POPULATION "weight-perturbation|evolution"
#define KIN LOCAL "|node-perturbation|" POPULATION

const amine_parameter am_keys[AM_N_KEYS] = {
    [AM_SEED] =
        AM_INTEGER("seed", 1, 0, AM_SEED_MAX, "", "all randomness of the run comes from it"),
    [AM_WEIGHTS] =
        AM_FILE("weights",
                "a safetensors file whose tensors the network begins with, instead of random "
                "ones",
                .neutral = true),
    [AM_ITERATIONS] =
        AM_INTEGER("iterations", 30000, 1, 4e9, "updates", "how long to train", .neutral = true),
    [AM_BATCH] = AM_INTEGER("batch", 30, 1, 65536, "episodes", "episodes played for one update"),
    [AM_THREADS] = AM_INTEGER("threads", 0, 0, 1024, "",
                              "threads; 0 takes every processor; results do not depend on it",
                              .neutral = true),
    [AM_CHECKPOINT_EVERY] =
        AM_INTEGER("checkpoint_every", 500, 1, 4e9, "updates",
                   "a checkpoint after so many updates, and at the end", .neutral = true),
    [AM_RECORD] = AM_INTEGER("record", 10, 1, 4e9, "updates",
                             "a line of metrics.jsonl for so many updates, with their means"),
    [AM_STOP_AT_CRITERION] =
        AM_SWITCH("stop_at_criterion", 0,
                  "end training once the mean reward of the last 1000 episodes has "
                  "reached the task's criterion, or the learner's own is met",
                  .neutral = true),
    [AM_TASK_TYPE] =
        AM_CHOICE("task.type",
                  "maze|delayed-match|evidence|bandit|t-maze|cart-pole|recall|random-bits|"
                  "periodic|recall-values|associative|signals|"
                  "pennies|dnms|selective",
                  "the world (amine list tasks)"),
    [AM_TASK_SIZE] = AM_INTEGER("task.size", 11, 5, 255, "cells",
                                "cells in a row of the maze, outer walls included; odd"),
    [AM_TASK_STEPS] = AM_INTEGER("task.steps", 200, 1, 100000, "steps", "length of an episode"),
    [AM_TASK_WALL_PENALTY] =
        AM_NUMBER("task.wall_penalty", 0, 0, 1e6, "reward", "subtracted for bumping into a wall"),
    [AM_TASK_REWARD] = AM_NUMBER("task.reward", 10, 1e-6, 1e6, "reward",
                                 "for entering the reward cell, or for the right turn"),
    [AM_TASK_CUES] = AM_INTEGER("task.cues", 2, 2, 16, "", "how many different cues there are"),
    [AM_TASK_RULE] = AM_CHOICE(
        "task.rule", "match|nonmatch|both|switch",
        "what is right: to say same of the same, the reverse, either, drawn for each episode, or "
        "the second after the first"),
    [AM_TASK_CONTEXT] = AM_SWITCH("task.context", 0, "two inputs more tell which rule holds"),
    [AM_TASK_SWITCH_AFTER] = AM_INTEGER("task.switch_after", 1000, 0, 4e9, "updates",
                                        "that match is trained before nonmatch (task.rule=switch)"),
    [AM_TASK_LENGTH] = AM_INTEGER(
        "task.length", 3, 1, 1000, "steps",
        "of the corridor to the junction, or how many cues or vectors are shown and recalled"),
    [AM_TASK_DELAY] =
        AM_INTEGER("task.delay", 0, 0, 100000, "steps", "that show nothing, before recall"),
    [AM_TASK_DIFFICULTY] = AM_NUMBER("task.difficulty", 0.8, 0, 1, "",
                                     "0: all pulses come on one side; 1: as many on either"),
    [AM_TASK_NOISE] = AM_NUMBER("task.noise", 0, 0, 0.5, "",
                                "probability that a pulse is shown on the wrong side"),
    [AM_TASK_ARMS] = AM_INTEGER("task.arms", 2, 2, 50, "", "arms of the bandit"),
    [AM_TASK_COMPLEMENTARY] =
        AM_SWITCH("task.complementary", 1,
                  "two arms reward with p and 1 - p; false: each arm with its own probability"),
    [AM_TASK_MEMORY] = AM_INTEGER("task.memory", 1, 1, 16, "plays", "that each player sees again"),
    [AM_TASK_WRONG_PENALTY] =
        AM_NUMBER("task.wrong_penalty", 0, 0, 1e6, "reward", "subtracted for the wrong turn"),
    [AM_TASK_MASKED] = AM_SWITCH("task.masked", 1, "hides the velocities of the cart and the pole"),
    [AM_TASK_FRICTION] = AM_SWITCH("task.friction", 1, "of the cart and the pole"),
    [AM_TASK_WIDTH] = AM_INTEGER("task.width", 0, 0, 64, "",
                                 "bits of an element, or numbers of a vector or value; 0 takes the "
                                 "task's own: 1 for bits, 2 for recall-values, 4 for associative"),
    [AM_TASK_PERIOD] = AM_INTEGER("task.period", 5, 2, 32, "elements", "of a periodic pattern"),
    [AM_TASK_PATTERNS] = AM_INTEGER("task.patterns", 3, 1, 32, "", "how many patterns there are"),
    [AM_TASK_PATTERN_SEED] =
        AM_INTEGER("task.pattern_seed", 1, 0, AM_SEED_MAX, "", "which patterns"),
    [AM_TASK_KEYS] = AM_INTEGER("task.keys", 8, 1, 64, "", "how many different keys there are"),
    [AM_TASK_PAIRS] = AM_INTEGER("task.pairs", 3, 1, 64, "", "of key and value, shown one a step"),
    [AM_TASK_QUERIES] =
        AM_INTEGER("task.queries", 1, 1, 1000, "", "how often a value is asked for"),
    [AM_TASK_STIMULUS] = AM_INTEGER("task.stimulus_ms", 200, 1, 1000000, "ms", "of a stimulus"),
    [AM_TASK_DELAY_MS] = AM_INTEGER("task.delay_ms", 200, 0, 1000000, "ms", "between two stimuli"),
    [AM_TASK_WAIT] =
        AM_INTEGER("task.wait_ms", 200, 0, 1000000, "ms", "between the last one and the response"),
    [AM_TASK_RESPONSE] =
        AM_INTEGER("task.response_ms", 200, 1, 1000000, "ms", "in which the output counts"),
    [AM_TASK_TARGET] =
        AM_NUMBER("task.target", 1, 1e-6, 1e6, "", "the output is to be this or minus it"),
    [AM_TASK_BIAS] = AM_NUMBER("task.bias", 0.5, 0, 1e6, "", "size of the mean of a noisy input"),
    [AM_TASK_NOISE_SD] = AM_NUMBER("task.noise_sd", 1, 0, 1e6, "", "its standard deviation"),
    [AM_NETWORK_TYPE] = AM_CHOICE("network.type", "plastic-rnn|gru|leaky-rnn|hebbian-rnn|ctrnn",
                                  "the network (amine list networks)"),
    [AM_NETWORK_HIDDEN] = AM_INTEGER("network.hidden", 100, 1, 8192, "units", "hidden units"),
    [AM_NETWORK_LAYERS] =
        AM_INTEGER("network.layers", 1, 1, 4, "", "layers of units, each reading the one below"),
    [AM_NETWORK_DROPOUT] =
        AM_NUMBER("network.dropout", 0, 0, 0.95, "",
                  "share of units that the layer above does not see while learning"),
    [AM_NETWORK_UPDATE_BIAS] =
        AM_NUMBER("network.update_bias", 0, -10, 10, "",
                  "added at first to the bias of the update gate z: above 0, units "
                  "remember longer"),
    [AM_NETWORK_UPDATE_SPREAD] =
        AM_NUMBER("network.update_spread", 0, 0, 20, "",
                  "and each unit gets up to this much more of it, so that time constants differ"),
    [AM_NETWORK_INPUT_SCALE] =
        AM_NUMBER("network.input_scale", 1, 0, 100, "",
                  "multiplies the first input weights (of a GRU not those of z)"),
    [AM_NETWORK_RECURRENT_SCALE] =
        AM_NUMBER("network.recurrent_scale", 1, 0, 100, "",
                  "multiplies the first recurrent weights (of a GRU not those of z)"),
    [AM_NETWORK_TAU] = AM_NUMBER("network.tau", 5, 1, 1e6, "steps", "time constant of leaky units"),
    [AM_NETWORK_ALPHA] = AM_CHOICE(
        "network.alpha", "connection|neuron|network",
        "plasticity coefficient alpha: one for each connection, each post neuron, or the network"),
    [AM_NETWORK_INIT_W] =
        AM_NUMBER("network.init_w", 0.01, 0, 100, "", "w begins uniform in [0, this)"),
    [AM_NETWORK_INIT_ALPHA] =
        AM_NUMBER("network.init_alpha", 0.01, 0, 100, "", "alpha begins uniform in [0, this)"),
    [AM_NETWORK_TAU_MS] =
        AM_NUMBER("network.tau_ms", 30, 1e-3, 1e6, "ms", "time constant of a neuron"),
    [AM_NETWORK_DT] = AM_NUMBER("network.dt_ms", 1, 1e-3, 1e6, "ms", "step of the Euler method"),
    [AM_NETWORK_G] =
        AM_NUMBER("network.g", 1.5, 0, 100, "",
                  "J begins normal with the deviation g / sqrt(N); above 1 activity is "
                  "chaotic without inputs"),
    [AM_NETWORK_X0] =
        AM_NUMBER("network.x0", 0.1, 0, 100, "", "x begins a trial uniform within +- this"),
    [AM_NETWORK_KEEP] =
        AM_NUMBER("network.keep", 0.05, 0, 0.9999, "per step", "what the running mean of x keeps"),
    [AM_NETWORK_BIASES] =
        AM_CHOICE("network.biases", "three|four|none",
                  "neurons with a constant x: 1 and 10 at 1, 11 at -1; 1, 10, 11 and "
                  "12 at 1; or none"),
    [AM_RULE_TYPE] = AM_CHOICE("rule.type", "clip|decay|oja|softclip|eligibility|none",
                               "the Hebbian trace (amine list rules); none is an ordinary RNN"),
    [AM_RULE_CLIP_AT] = AM_NUMBER("rule.clip", 1, 1e-6, 1e6, "", "c: bound of |H|"),
    [AM_RULE_ETA] = AM_NUMBER("rule.eta", 0.01, -100, 100, "",
                              "first value of the learned rate eta (modulator.type=constant)"),
    [AM_RULE_ETA_E] = AM_NUMBER("rule.eta_e", 0.01, 0, 1, "",
                                "first value of the learned rate of the eligibility trace"),
    [AM_RULE_STAGE] =
        AM_CHOICE("rule.stage", "none|basic|connection|outer|accumulate|decay|modulated",
                  "the Hebbian trace H: of each unit's connection to itself, of each "
                  "connection, of the last step, of all steps, fading, and fading with a "
                  "modulator; none is an ordinary RNN"),
    [AM_RULE_ETA_H] = AM_NUMBER("rule.eta_h", 0.1, 0, 1, "",
                                "eta: how fast H takes up the new and lets go the old"),
    [AM_RULE_BOUND] =
        AM_NUMBER("rule.bound", 1, 1e-6, 1e6, "", "c: bound of |H| where nothing fades"),
    [AM_RULE_PRODUCT] = AM_CHOICE(
        "rule.product", "before|same",
        "what H takes up: a unit's activity times those of the step before, or of the same"),
    [AM_MODULATOR_TYPE] =
        AM_CHOICE("modulator.type", "readout|constant|chemical",
                  "what gates plasticity: a signal the network learns to emit, one "
                  "learned number eta, or eta "
                  "times what chemical modulators say"),
    [AM_MODULATOR_FACTOR] = AM_CHOICE(
        "modulator.factor", "dopamine|signed|acetylcholine|norepinephrine|serotonin|all",
        "which chemical signal (modulator.type=chemical); signed: a dip of dopamine is negative"),
    [AM_MODULATOR_BASELINE] =
        AM_NUMBER("modulator.baseline", 0.5, 0, 1, "", "level at which the chemical systems rest"),
    [AM_MODULATOR_DECAY_RATE] = AM_NUMBER("modulator.decay_rate", 0.1, 0, 1, "per step",
                                          "how fast the chemical levels go back to the baseline"),
    [AM_MODULATOR_ACTIVATION] =
        AM_CHOICE("modulator.activation", "tanh|sigmoid|linear", "of the read-out"),
    [AM_MODULATOR_FANOUT] =
        AM_SWITCH("modulator.fanout", 0,
                  "the read-out reaches each neuron through its own learned weight and bias"),
    [AM_MODULATOR_UNITS] =
        AM_INTEGER("modulator.units", 16, 1, 1024, "units", "units of the signalling GRU"),
    [AM_MODULATOR_GAIN] =
        AM_NUMBER("modulator.gain", 1, 0, 1, "",
                  "how far the signalling GRU raises or lowers the activity of a unit"),
    [AM_MODULATOR_GAIN_START] = AM_NUMBER("modulator.gain_start", 0.5, 0, 100, "",
                                          "the weights of the gains begin uniform within +- this"),
    [AM_MODULATOR_GIVEN] = AM_CHOICE(
        "modulator.given", "one|random|error|reward|novelty|window",
        "m, the signal that says how much of a step is taken up: always 1, drawn, how wrong or "
        "how right it was, how new the input is, or 1 within a window"),
    [AM_MODULATOR_FROM] = AM_INTEGER("modulator.from", 0, 0, 100000, "steps",
                                     "the window opens at this step, counted from 0"),
    [AM_MODULATOR_UNTIL] =
        AM_INTEGER("modulator.until", 100000, 0, 100000, "steps", "and is closed from this one on"),
    [AM_CLAMP_READOUT] =
        AM_NUMBER("clamp.readout", NAN, -1e6, 1e6, "",
                  "holds the read-out at this level (a lesion); none leaves it free"),
    [AM_CLAMP_CHEMICAL] =
        AM_SWITCH("clamp.chemical", 0, "holds the chemical levels at their baseline (a lesion)"),
    [AM_LEARNER_TYPE] = AM_CHOICE(
        "learner.type", "a2c|bptt|signalling|agents|delta|bptt-values|exploratory-hebb|" KIN,
        "how the slow weights change (amine list learners)"),
    [AM_LEARNER_TEACH] =
        AM_CHOICE("learner.teach", "reward|supervised|mixed",
                  "what tells right from wrong: rewards, the right answers, or both"),
    [AM_LEARNER_RATE] =
        AM_NUMBER("learner.rate", 1e-4, 0, 100, "",
                  "step size of Adam, or of the delta rule; 0: no learning, whatever the schedule"),
    [AM_LEARNER_RATE_END] = AM_NUMBER("learner.rate_end", 1e-4, 0, 100, "",
                                      "step size at the end of a linear schedule"),
    [AM_LEARNER_SCHEDULE] = AM_CHOICE("learner.schedule", "constant|linear",
                                      "how the step size moves from rate to rate_end"),
    [AM_LEARNER_SCHEDULE_ITERATIONS] =
        AM_INTEGER("learner.schedule_iterations", 0, 0, 4e9, "updates",
                   "length of the schedule; 0 is iterations"),
    [AM_LEARNER_ALPHA_RATE] = AM_NUMBER("learner.alpha_rate", 1, 0, 1000, "",
                                        "the steps of alpha are multiplied by this"),
    [AM_LEARNER_GAMMA] = AM_NUMBER("learner.gamma", 0.9, 0, 1, "", "discount of rewards"),
    [AM_LEARNER_LAMBDA] = AM_NUMBER("learner.lambda", 1, 0, 1, "",
                                    "of the generalised advantage; 1 is the plain return"),
    [AM_LEARNER_VALUE_WEIGHT] =
        AM_NUMBER("learner.value_weight", 0.1, 0, 1e6, "", "weight of the critic's squared error"),
    [AM_LEARNER_ENTROPY_WEIGHT] = AM_NUMBER("learner.entropy_weight", 0.03, 0, 1e6, "",
                                            "beta: weight of the penalty on sure policies"),
    [AM_LEARNER_ENTROPY] = AM_CHOICE("learner.entropy", "squared|true",
                                     "that penalty: sum of squared probabilities, or of p log p"),
    [AM_LEARNER_BASELINE] =
        AM_CHOICE("learner.baseline", "own|shared0",
                  "whose value is the advantage's baseline: the lane's own, or lane "
                  "0's for all (as in the authors' batched code)"),
    [AM_LEARNER_BETA1] =
        AM_NUMBER("learner.beta1", 0.9, 0, 0.999999, "",
                  "Adam's decay of the mean change asked for; by backprop the gradient"),
    [AM_LEARNER_BETA2] =
        AM_NUMBER("learner.beta2", 0.999, 0, 0.999999, "", "Adam's decay of the squared change"),
    [AM_LEARNER_EPS] = AM_NUMBER("learner.eps", 1e-4, 1e-12, 1, "", "Adam's epsilon"),
    [AM_LEARNER_NORM_CLIP] = AM_NUMBER("learner.norm_clip", 4, 1e-6, 1e9, "",
                                       "bound of the norm of the change asked for"),
    [AM_LEARNER_WARMUP] =
        AM_INTEGER("learner.warmup", 100, 0, 4e9, "updates", "iterations before the first change"),
    [AM_LEARNER_REWARD] =
        AM_CHOICE("learner.reward", "plain|adaptive",
                  "adaptive: divided by the running spread of what episodes bring, so "
                  "that it says more the rarer it is"),
    [AM_LEARNER_FEEDBACK] = AM_CHOICE(
        "learner.feedback", "kolen-pollack|random|symmetric",
        "B, by which an error reaches the units: learned from W_o's own change, fixed, or W_o "
        "transposed"),
    [AM_LEARNER_FEEDBACK_DECAY] = AM_NUMBER("learner.feedback_decay", 1e-3, 0, 0.5, "per update",
                                            "of B and W_o alike (Kolen-Pollack)"),
    [AM_LEARNER_TRACE] =
        AM_CHOICE("learner.trace", "diagonal|decay",
                  "how a trace lives on: by the diagonal of the Jacobian, or by the "
                  "update gate alone"),
    [AM_LEARNER_FORM] =
        AM_CHOICE("learner.form", "window|online",
                  "the same change summed over the kept steps of an episode, or step by "
                  "step in constant memory"),
    [AM_LEARNER_INPUT_SHARE] =
        AM_NUMBER("learner.input_share", 1, 0, 1000, "", "of the rate, for the input segment"),
    [AM_LEARNER_RECURRENT_SHARE] = AM_NUMBER("learner.recurrent_share", 1, 0, 1000, "",
                                             "of the rate, for the recurrent segment"),
    [AM_LEARNER_OUTPUT_SHARE] =
        AM_NUMBER("learner.output_share", 1, 0, 1000, "", "of the rate, for the output segment"),
    [AM_LEARNER_GAIN_SHARE] = AM_NUMBER("learner.gain_share", 1, 0, 1000, "",
                                        "of the rate, for the gains of the signalling GRU"),
    [AM_LEARNER_CRITIC_SHARE] =
        AM_NUMBER("learner.critic_share", 1, 0, 1000, "", "of the rate, for the critic"),
    [AM_LEARNER_SIGNAL_SHARE] =
        AM_NUMBER("learner.signal_share", 0, 0, 1000, "",
                  "of the rate, for the signalling GRU's own weights; 0 leaves them as they are"),
    [AM_LEARNER_CRITIC_SEES_OUTPUT] =
        AM_SWITCH("learner.critic_sees_output", 0,
                  "the critic reads the controller's units too, not only the signalling GRU's"),
    [AM_LEARNER_CONTROL] =
        AM_CHOICE("learner.control", "none|frozen|shuffled|random|partner",
                  "a lesion: the controller does not learn, rewards go to another "
                  "episode, dopamine is noise, or of several agents only the first learns"),
    [AM_LEARNER_CONSOLIDATION] = AM_CHOICE(
        "learner.consolidation", "none|slow",
        "slow: each weight has a slow one beside it, which holds it where it proved useful"),
    [AM_LEARNER_SLOW_STRENGTH] = AM_NUMBER("learner.slow_strength", 0.1, 0, 1e9, "",
                                           "kappa: how much usefulness holds a weight"),
    [AM_LEARNER_SLOW_RATE] = AM_NUMBER("learner.slow_rate", 0.01, 0, 1, "per update",
                                       "how fast a slow weight follows its fast one"),
    [AM_LEARNER_RULE] = AM_CHOICE("learner.rule", "exploratory|node",
                                  "the trace: of what moved, or of the perturbations themselves"),
    [AM_LEARNER_CHANCE] =
        AM_NUMBER("learner.chance", 0.003, 0, 1, "", "of a perturbation, per neuron and step"),
    [AM_LEARNER_AMPLITUDE] =
        AM_NUMBER("learner.amplitude", 16, 0, 1e6, "", "perturbations are uniform within +- this"),
    [AM_LEARNER_CLIP] = AM_NUMBER("learner.clip", 3e-4, 0, 1e6, "",
                                  "c: bound of the change of a weight in a trial"),
    [AM_LEARNER_AVERAGE] =
        AM_NUMBER("learner.average", 0.75, 0, 0.9999, "per trial", "what the expected error keeps"),
    [AM_LEARNER_SCALED] =
        AM_SWITCH("learner.scaled", 1, "changes are scaled by the expected error"),
    [AM_LEARNER_CRITERION] = AM_CHOICE(
        "learner.criterion", "share|mean",
        "it has learned once 95 of the last 100 errors are below criterion_error, or their "
        "mean is"),
    [AM_LEARNER_CRITERION_ERROR] =
        AM_NUMBER("learner.criterion_error", 1, 1e-6, 1e6, "", "that bound"),
    [AM_LEARNER_SIGMA] = AM_NUMBER("learner.sigma", 0.1, 1e-6, 100, "",
                                   "standard deviation of the noise on units or on weights"),
    [AM_LEARNER_EPISODES] = AM_INTEGER("learner.episodes", 1, 1, 65536, "episodes",
                                       "episodes by which one set of perturbed weights is judged"),
    [AM_LEARNER_FITNESS] = AM_CHOICE("learner.fitness", "rank|z-score",
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
    [AM_RULE_ETA_H] = {AM_RULE_STAGE, "basic|connection|outer|accumulate|decay|modulated"},
    [AM_RULE_BOUND] = {AM_RULE_STAGE, "accumulate"},
    [AM_RULE_PRODUCT] = {AM_RULE_STAGE, "outer|accumulate|decay|modulated"},
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

const char *am_key_condition(am_key_id id, am_key_id *when) {
  *when = conditions[id].when;
  return conditions[id].among;
}

int am_key_of_group(const char *group) {
  const size_t n = strlen(group);
  for (int k = 0; k < AM_N_KEYS; k++)
    if (n > 0 && strncmp(am_keys[k].name, group, n) == 0 && am_keys[k].name[n] == '.') return k;
  return -1;
}

int am_key_find(const char *name) {
  for (int k = 0; k < AM_N_KEYS; k++)
    if (strcmp(am_keys[k].name, name) == 0) return k;
  const int group = am_key_of_group(name); /* its type stands first */
  return group >= 0 && strcmp(strchr(am_keys[group].name, '.'), ".type") == 0 ? group : -1;
}
