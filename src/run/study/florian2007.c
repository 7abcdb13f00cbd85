/* Florian 2007, doi:10.1162/neco.2007.19.6.1468: XOR of two rates, learned by reward-modulated
 * STDP with and without an eligibility trace. */
#include "run/study/studies.h"

enum { MSTDP, MSTDPET, RANDOM, N_ARMS };

static const am_arm arms[N_ARMS] = {
    [MSTDP] = AM_ARM("MSTDP", "florian2007-xor", NULL),
    [MSTDPET] = AM_ARM(
        "MSTDPET", "florian2007-xor", "projections.A-hidden.rule=mstdpet",
        "projections.A-inhibitory-hidden.rule=mstdpet", "projections.B-hidden.rule=mstdpet",
        "projections.B-inhibitory-hidden.rule=mstdpet", "projections.hidden-output.rule=mstdpet"),
    [RANDOM] = AM_CONTROL("MSTDP, random rewards", "florian2007-xor", "protocol.target=random"),
};

#define BOTH_ABOVE "output rates for 01 and 10 are above the rate for 11"

static const am_criterion full[] = {
    {MSTDP, "solved", AM_JUDGE_AT_LEAST, 1, 1, 0.9, BOTH_ABOVE},
    {MSTDPET, "solved", AM_JUDGE_AT_LEAST, 1, 1, 0.7, BOTH_ABOVE},
    {RANDOM, "solved", AM_JUDGE_AT_MOST, 1, 1, 0.6, BOTH_ABOVE},
};

static const am_criterion quick[] = {
    {MSTDP, "solved", AM_JUDGE_AT_LEAST, 1, 1, 0.5, BOTH_ABOVE},
    {MSTDPET, "solved", AM_JUDGE_AT_LEAST, 1, 1, 0.5, BOTH_ABOVE},
};

static const am_chart charts[] = {
    {"rate_00", "Output rate for 0, 0", NULL},
    {"rate_01", "Output rate for 0, 1", NULL},
    {"rate_10", "Output rate for 1, 0", NULL},
    {"rate_11", "Output rate for 1, 1", NULL},
    {"margin", "Smaller of the rates for 01 and 10, minus that for 11", NULL},
};

const am_study am_study_florian2007_xor = {
    .name = "florian2007-xor",
    .title = "XOR, learned from reward (Florian 2007)",
    .meaning = "a spiking network learns XOR by reward-modulated STDP, with and without a trace",
    .source = "Florian 2007, doi:10.1162/neco.2007.19.6.1468",
    .page = "docs/reproductions.md",
    AM_ARMS(arms),
    .full = {AM_CRITERIA(full),
             .band = "Published: solved in about 99 % (MSTDP) and 98 % (MSTDPET) of many runs; an "
                     "independent simulation has 39 and 37 of 40. At these rates 9 or more, and 7 "
                     "or more, of 10 runs succeed with probability 0.98 and 0.99. Random rewards "
                     "prefer no pattern: the rate for 11 is the smallest of three in 1/3 of the "
                     "runs at most, and more than 6 of 10 succeed with probability 0.02."},
    .quick = {AM_CRITERIA(quick),
              .band = "The published length, made for two runs: where 92 % succeed, both of two "
                      "fail with probability 0.006. So few say nothing about the control, which "
                      "is not judged."},
    AM_CHARTS(charts),
};
