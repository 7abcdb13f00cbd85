/* A recurrent signal that sets the gains of a layer (Vecoven et al. 2020): it finds a hidden bias; held
 * when the bias changes it sends the agent to where the old one was, and let go it repairs that. */
#include <math.h>

#include "run/study/studies.h"

enum { NMN, CHANGED, GRU, N_ARMS };

#define PRESET "nmn"
#define FRESH "evaluation"

/* Parameters with the heads: 3,719, 3,719, 3,651. */
static const am_arm arms[N_ARMS] = {
    [NMN] = AM_HELD("M_z", "nmn", PRESET, NULL),
    [CHANGED] = AM_HELD("M_z", "nmn, another bias halfway", PRESET, "task.swap=true"),
    [GRU] = AM_ARM("gru", PRESET, "network.type=gru", "network.hidden=32"),
};

/* Who goes on with the old bias of two, whose distance is that of two numbers uniform in [-10, 10), earns
 * 0.0975 * 10 - 6.6183 = -5.643 a step; half of the way from there to 10 is 2.2. */
static const am_criterion full[] = {
    {NMN, FRESH, AM_JUDGE_MEAN, 458.1, INFINITY, 0, "95 % of the best player's 482.2"},
    {NMN, FRESH, AM_JUDGE_DIFFERENCE, 0, INFINITY, GRU,
     "more than gated units of as many parameters"},
    {NMN, "held", AM_JUDGE_MEAN, 9, INFINITY, 0,
     "holding the signal costs nothing as long as the bias stays"},
    {CHANGED, "free", AM_JUDGE_MEAN, 2.2, INFINITY, 0, "another bias is soon found out"},
    {CHANGED, "held", AM_JUDGE_MEAN, -INFINITY, -3, 0,
     "not so with the signal held: the old bias is gone on with"},
    {CHANGED, "released", AM_JUDGE_MEAN, 2.2, INFINITY, 0, "which letting it go repairs"},
};

static const am_criterion quick[] = {
    {CHANGED, "held", AM_JUDGE_AT_MOST, 0, INFINITY, 0,
     "the signal held, the old bias is gone on with"},
    {CHANGED, "released", AM_JUDGE_AT_LEAST, 0, INFINITY, 0.5, "which letting it go repairs"},
};

static const am_chart charts[] = {{"reward", "Reward of an episode of 50 steps", "Fig. 3"}};

const am_study am_study_nmn = {
    .name = PRESET,
    .title = "Gains that a recurrent signal sets (Vecoven et al. 2020)",
    .meaning =
        "a network whose gains a signal sets finds a hidden bias; the signal held, it does not",
    .source = "Vecoven, Ernst, Wehenkel, Drion 2020, doi:10.1371/journal.pone.0227922",
    .page = "docs/reproductions.md#nmn",
    AM_ARMS(arms),
    .full = {AM_CRITERIA(full),
             .band = "Published: 4534 where the best player earns 4679, 97 %. The best player's "
                     "482.2 here is exact, and so is that who goes on with the old one of two "
                     "biases earns -5.6 a step, of which 2.2 is half of the way to 10. Tuned on "
                     "seeds 0 to 9; a verdict counts on others "
                     "(seed=100)."},
    .quick = {.assignments = {"iterations=1200", "batch=16", "task.steps=24"},
              AM_CRITERIA(quick),
              .band = "Half of the steps, half of the episodes and half of the updates."},
    AM_CHARTS(charts),
};
