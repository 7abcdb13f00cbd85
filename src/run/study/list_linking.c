/* Transitive inference and list linking (Miconi and Kay 2025): a network whose plasticity it
 * modulates itself learns a new order from neighbours; plasticity at a constant rate, and a
 * network without any. */
#include "run/study/studies.h"
#include "run/study/training.h"
#include "task/list_linking.h"

#include <math.h>

enum { MODULATED, CONSTANT, RNN, N_ARMS };

#define PRESET "list-linking"

#define ROW(n, what)                                                                               \
  { .name = n, .unit = "", .meaning = "mean reward of an answer, " what, .title = "Reward, " what }
#define APART(d) ROW("apart_" d, "a test of cues " d " apart in a list of eight")

enum { N_MEASURES = AM_N_TRAINING_MEASURES + AM_LINKING_EVENTS + 1 };
static const am_measure measures[N_MEASURES] = {
    AM_TRAINING_ROWS,
    ROW("practice", "neighbours that are practised"),
    APART("1"),
    APART("2"),
    APART("3"),
    APART("4"),
    APART("5"),
    APART("6"),
    APART("7"),
    ROW("within", "a test of cues of one of two linked lists"),
    ROW("ends", "a test of both linked lists, with a first or last cue"),
    ROW("across", "a test of both linked lists, without these"),
    {.name = "distance",
     .unit = "",
     .meaning = "mean reward of a test of cues 6 apart, less that of cues 2 apart",
     .title = "Reward, cues 6 apart, less 2 apart"},
};
static const am_apart distance[] = {{AM_LINKING_APART + 5, AM_LINKING_APART + 1}};

static const am_lesions tests = {
    .each = true,
    .apart = distance,
    .n_apart = 1,
    .protocol = {.name = "training",
                 .meaning = "a learner is trained on a task, and its answers in fresh episodes are "
                            "looked at, event by event",
                 .measures = measures,
                 .n_measures = N_MEASURES}};

static const am_arm arms[N_ARMS] = {
    [MODULATED] = AM_LESIONED(&tests, "modulated", PRESET, NULL),
    [CONSTANT] = AM_LESIONED(&tests, "constant rate", PRESET, "modulator.type=constant"),
    [RNN] = AM_LESIONED(&tests, "without plasticity", PRESET, "rule.type=none"),
};

#define CHANCE 0.0
#define CLEAR 0.2 /* 60 % right */
static const am_criterion full[] = {
    {MODULATED, "apart_2", AM_JUDGE_MEAN, CLEAR, INFINITY, 0,
     "infers the order of two cues that were never shown together"},
    {MODULATED, "distance", AM_JUDGE_MEAN, CHANCE, INFINITY, 0,
     "is right more often the farther they are apart"},
    {MODULATED, "across", AM_JUDGE_MEAN, CHANCE, INFINITY, 0,
     "one pair joins two lists: is right about cues of both, never shown together"},
    {MODULATED, "apart_2", AM_JUDGE_DIFFERENCE, CHANCE, INFINITY, CONSTANT,
     "infers more than plasticity at a constant rate"},
    {RNN, "apart_2", AM_JUDGE_MEAN, -0.1, 0.1, 0, "without plasticity it is at chance"},
};

static const am_criterion quick[] = {
    {RNN, "apart_2", AM_JUDGE_AT_LEAST, -0.25, 0.25, 0.5, "without plasticity it is at chance"},
    {MODULATED, "practice", AM_JUDGE_AT_LEAST, -0.1, INFINITY, 0.5, "it answers"},
};

#define POINTS(arm, name)                                                                          \
  {name, 1, arm, "apart_1"}, {name, 2, arm, "apart_2"}, {name, 3, arm, "apart_3"},                 \
      {name, 4, arm, "apart_4"}, {name, 5, arm, "apart_5"}, {name, 6, arm, "apart_6"}, {           \
    name, 7, arm, "apart_7"                                                                        \
  }
static const am_point apart[] = {POINTS(MODULATED, "modulated"), POINTS(CONSTANT, "constant rate"),
                                 POINTS(RNN, "without plasticity")};
static const am_point linked[] = {
    {"modulated", 1, MODULATED, "within"},  {"modulated", 2, MODULATED, "ends"},
    {"modulated", 3, MODULATED, "across"},  {"constant rate", 1, CONSTANT, "within"},
    {"constant rate", 2, CONSTANT, "ends"}, {"constant rate", 3, CONSTANT, "across"}};
static const am_across across[] = {{.title = "Reward of an answer in tests of eight cues",
                                    .x = "how far apart they are",
                                    AM_POINTS(apart),
                                    .known = 0,
                                    .known_name = "chance"},
                                   {.title = "Reward of an answer, two lists linked",
                                    .x = "1 within a list, 2 both with a first or last, 3 both",
                                    AM_POINTS(linked),
                                    .known = 0,
                                    .known_name = "chance"}};

static const am_chart charts[] = {
    {"reward", "Reward of an episode of 20 trials of practice and 10 tests", NULL}};

const am_study am_study_list_linking = {
    .name = PRESET,
    .title = "An order from its neighbours, and two joined by one pair (Miconi and Kay 2025)",
    .meaning = "a network that modulates its own plasticity infers an order, and links two",
    .source = "Miconi, Kay 2025, doi:10.1038/s41593-024-01852-8",
    .page = "docs/reproductions.md#list-linking",
    AM_ARMS(arms),
    .full = {.assignments = {NULL},
             AM_CRITERIA(full),
             .band =
                 "What is published is that such networks do it, and are the more often right the "
                 "farther two cues are apart; the figures are of a network six times as wide and "
                 "twenty times as many episodes. Against chance, which is exact, and for one gap "
                 "60 % right. Tuned on seeds 0 to 9 and 200 to 211; a verdict counts on others "
                 "(seed=300)."},
    .quick = {.assignments = {"iterations=60", "batch=8"},
              AM_CRITERIA(quick),
              .band = "480 episodes: that each arm runs, and no more."},
    AM_CHARTS(charts),
    AM_ACROSS(across),
};
