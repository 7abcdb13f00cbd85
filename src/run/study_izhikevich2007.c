/* The three experiments of Izhikevich 2007, doi:10.1093/cercor/bhl152, with their controls and
 * bands. The derivations of the short forms' bands stand in docs/reproductions.md. */
#include "run/studies.h"

#define SOURCE                                                                                     \
  "Izhikevich, Solving the distal reward problem through linkage of STDP and dopamine signaling, " \
  "Cerebral Cortex 17:2443, 2007, doi:10.1093/cercor/bhl152"
#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

/* ------------------------------------------------------------------------------ Fig. 1 */
enum { DISCRETE, CONTINUOUS, RANDOM_TIMES, NO_REWARD };

static const am_arm reinforcement_arms[] = {
    [DISCRETE] = {"discrete", "izhikevich2007-reinforcement", {NULL}, false},
    [CONTINUOUS] = {"continuous",
                    "izhikevich2007-reinforcement",
                    {"projections.E-E.values.read_ms=0", "projections.E-I.values.read_ms=0"},
                    false},
    [RANDOM_TIMES] = {"rewards at random times",
                      "izhikevich2007-reinforcement",
                      {"protocol.random_rewards=true"},
                      true},
    [NO_REWARD] = {"no rewards", "izhikevich2007-reinforcement", {"protocol.reward=0"}, true},
};

#define HOUR 3600.0
static const am_criterion reinforcement_full[] = {
    {DISCRETE, "reached", AM_JUDGE_AT_LEAST, 0, HOUR, 0.9,
     "the rewarded synapse reaches 3.9 within the hour"},
    {DISCRETE, "above", AM_JUDGE_AT_LEAST, 0, 0.001, 0.9,
     "at the end at most 0.1 % of the synapses are stronger"},
    {CONTINUOUS, "reached", AM_JUDGE_AT_LEAST, 0, HOUR, 0.9,
     "the same where weights change continuously"},
    {CONTINUOUS, "above", AM_JUDGE_AT_LEAST, 0, 0.001, 0.9,
     "the same where weights change continuously"},
    {RANDOM_TIMES, "reached", AM_JUDGE_AT_MOST, 0, HOUR, 0.1,
     "with rewards at random times it does not reach 3.9"},
    {NO_REWARD, "reached", AM_JUDGE_AT_MOST, 0, HOUR, 0.1, "without rewards it does not reach 3.9"},
};
static const am_criterion reinforcement_quick[] = {
    {DISCRETE, "weight", AM_JUDGE_MEAN, 1.5, 4, 1, "the rewarded synapse has grown"},
    {CONTINUOUS, "weight", AM_JUDGE_MEAN, 1.5, 4, 1, "the same where weights change continuously"},
    {RANDOM_TIMES, "weight", AM_JUDGE_MEAN, 0, 1, 1, "with rewards at random times it has not"},
    {NO_REWARD, "weight", AM_JUDGE_MEAN, 0, 1, 1, "without rewards it has not"},
};
static const am_curve reinforcement_curves[] = {
    {"weight", "Weight of the rewarded synapse", "Fig. 1d"},
    {"above", "Share of the synapses that are stronger", NULL},
    {"mean_weight", "Mean weight of all synapses", NULL},
    {"rewards", "Rewards so far", "Fig. 1d"},
};

const am_study am_study_izhikevich2007_reinforcement = {
    .name = "izhikevich2007-reinforcement",
    .meaning = "dopamine that comes seconds later finds the synapse that earned it",
    .source = SOURCE,
    .page = "docs/reproductions.md#izhikevich-2007-reinforcement-of-a-synapse",
    .arms = reinforcement_arms,
    .n_arms = COUNT(reinforcement_arms),
    .full = {.assignments = {"duration_s=3600"},
             .criteria = reinforcement_full,
             .n_criteria = COUNT(reinforcement_full),
             .band = "The paper's synapse grows from 0 to the upper bound 4 within the hour and "
                     "ends among the strongest; one in a thousand is the specification's reading, "
                     "in nine of ten seeds."},
    .quick = {.assignments = {"duration_s=200", "protocol.delay_min_ms=100",
                              "protocol.delay_max_ms=300", "protocol.random_rate_hz=0.036"},
              .criteria = reinforcement_quick,
              .n_criteria = COUNT(reinforcement_quick),
              .band = "Delays of 100 to 300 ms. 1.35 Hz gives 0.036 coincidences a second, 7.3 in "
                      "200 s; each leaves 0.064 of eligibility, which the reward turns into "
                      "0.05 * 167 * 0.82 * 0.064 = 0.44 of weight, less 0.02: 3.1 in all, half of "
                      "which is asked for. At random times the sum is a walk of 0.13 a step from "
                      "a wall at 0: 0.3 after 7."},
    .curves = reinforcement_curves,
    .n_curves = COUNT(reinforcement_curves),
    .raster = true};

/* ------------------------------------------------------------------------------ Fig. 2 */
enum { REWARDED, DECOUPLED };

static const am_arm conditioning_arms[] = {
    [REWARDED] = {"S1 rewarded", "izhikevich2007-conditioning", {NULL}, false},
    [DECOUPLED] = {"rewards at random",
                   "izhikevich2007-conditioning",
                   {"protocol.random_rewards=true"},
                   true},
};
static const am_criterion conditioning_full[] = {
    {REWARDED, "rank", AM_JUDGE_AT_LEAST, 1, 1, 0.9,
     "at the end the response to S1 is the largest of all"},
    {REWARDED, "z", AM_JUDGE_AT_LEAST, 3, 1e9, 0.9,
     "and three standard deviations of the others above their mean"},
    {REWARDED, "first_rank", AM_JUDGE_AT_MOST, 1, 1, 0.2,
     "to its first five presentations it is not the largest"},
    {DECOUPLED, "rank", AM_JUDGE_AT_MOST, 1, 1, 0.2,
     "with rewards at random it is not the largest at the end"},
};
static const am_criterion conditioning_quick[] = {
    {REWARDED, "rank", AM_JUDGE_AT_LEAST, 1, 1, 1, "the response to S1 is the largest of all"},
    {DECOUPLED, "rank", AM_JUDGE_AT_MOST, 1, 1, 0.5, "with rewards at random it is not"},
};
static const am_curve conditioning_curves[] = {
    {"response", "Spikes after the rewarded stimulus", "Fig. 2"},
    {"others", "Spikes after the other stimuli", "Fig. 2"},
    {"z", "Response to the rewarded stimulus, in standard deviations of the others", NULL},
    {"rank", "Its rank among a hundred", NULL},
};

const am_study am_study_izhikevich2007_conditioning = {
    .name = "izhikevich2007-conditioning",
    .meaning = "of a hundred stimuli the network comes to answer the one that a reward follows",
    .source = SOURCE,
    .page = "docs/reproductions.md#izhikevich-2007-classical-conditioning",
    .arms = conditioning_arms,
    .n_arms = COUNT(conditioning_arms),
    .full = {.assignments = {"duration_s=3600"},
             .criteria = conditioning_full,
             .n_criteria = COUNT(conditioning_full),
             .band = "S1 stands out at the end and not at the start. Stimuli are alike but for the "
                     "reward, so by chance S1 is the largest of 100 in one of 100 runs; in three "
                     "of ten with probability 1e-4."},
    .quick = {.assignments = {"duration_s=200", "protocol.stimuli=20", "protocol.reward=0.1"},
              .criteria = conditioning_quick,
              .n_criteria = COUNT(conditioning_quick),
              .band = "20 stimuli, so S1 every 4 s, 50 times. A cell that answers S1 gains "
                      "0.1 * 167 * 0.63 * 0.1 = 1.05 on each synapse from it, the others a fifth "
                      "of that. By chance S1 is the largest in both of two seeds once in 400."},
    .curves = conditioning_curves,
    .n_curves = COUNT(conditioning_curves),
    .raster = true};

/* ------------------------------------------------------------------------------ Fig. 4 */
enum { CONTINGENT, UNCONDITIONAL };

static const am_arm instrumental_arms[] = {
    [CONTINGENT] = {"response rewarded", "izhikevich2007-instrumental", {NULL}, false},
    [UNCONDITIONAL] = {"any response rewarded",
                       "izhikevich2007-instrumental",
                       {"protocol.random_rewards=true"},
                       true},
};
static const am_criterion instrumental_full[] = {
    {CONTINGENT, "p_a_before", AM_JUDGE_MEAN, 0.9, 1, 1,
     "in the last 50 trials with A rewarded, A is chosen"},
    {CONTINGENT, "p_a_after", AM_JUDGE_MEAN, 0, 0.1, 1,
     "in the last 50 trials with B rewarded, A is not chosen"},
    {CONTINGENT, "reversal", AM_JUDGE_AT_LEAST, 0.8, 1, 0.9, "the choice reverses"},
    {UNCONDITIONAL, "reversal", AM_JUDGE_AT_MOST, 0.8, 1, 0.1,
     "with rewards for any response it does not"},
};
