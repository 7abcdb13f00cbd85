/* The studies vogels-abbott, brunel2000 and vogels2011: networks that are left to themselves.
 * Where the bands come from: docs/reproductions.md; their figures are those of
 * tests/reference/activity.py. */
#include "run/study/studies.h"

#include <math.h>

/* ------------------------------------------------------------------------------ vogels-abbott */
enum { COBA, CUBA, COBA_UNKICKED, COBA_UNINHIBITED, CUBA_UNINHIBITED };
static const am_arm vogels_abbott_arms[] = {
    AM_ARM("COBA", "vogels-abbott-coba", NULL),
    AM_ARM("CUBA", "vogels-abbott-cuba", NULL),
    AM_CONTROL("COBA, no kick", "vogels-abbott-coba", "protocol.kick_n=0"),
    AM_CONTROL("COBA, no inhibition", "vogels-abbott-coba", "projections.I-E.weight=0",
               "projections.I-I.weight=0"),
    AM_CONTROL("CUBA, no inhibition", "vogels-abbott-cuba", "projections.I-E.weight=0",
               "projections.I-I.weight=0"),
};

/* Mean of Brian2's networks, their standard deviation, and 4 standard errors of the difference. */
static const am_criterion vogels_abbott_full[] = {
    {COBA, "alive_s", AM_JUDGE_AT_LEAST, 5.4, 5.5, 1, "activity sustains itself to the end"},
    {COBA, "rate", AM_JUDGE_MEAN, 17.33, 20.70, 0, "the rate of Brian2's networks"},
    {COBA, "cv", AM_JUDGE_MEAN, 1.747, 1.859, 0, "their irregularity"},
    {COBA, "synchrony", AM_JUDGE_MEAN, 3.63, 4.32, 0, "their synchrony"},
    {CUBA, "alive_s", AM_JUDGE_AT_LEAST, 5.4, 5.5, 1, "activity lasts to the end"},
    {CUBA, "rate", AM_JUDGE_MEAN, 5.27, 5.89, 0, "the rate of Brian2's networks"},
    {CUBA, "cv", AM_JUDGE_MEAN, 0.675, 0.697, 0, "their irregularity"},
    {CUBA, "synchrony", AM_JUDGE_MEAN, 2.03, 2.48, 0, "their synchrony"},
    {COBA_UNKICKED, "rate", AM_JUDGE_AT_MOST, 1e-9, 1e3, 0, "nothing fires"},
    {COBA_UNINHIBITED, "cv", AM_JUDGE_AT_MOST, 0.34, 1e3, 0, "firing is not irregular"},
    {CUBA_UNINHIBITED, "cv", AM_JUDGE_AT_MOST, 0.34, 1e3, 0, "firing is not irregular"},
};
static const am_criterion vogels_abbott_quick[] = {
    {COBA, "alive_s", AM_JUDGE_AT_LEAST, 1.4, 1.5, 1, "activity sustains itself to the end"},
    {COBA, "rate", AM_JUDGE_MEAN, 14.5, 22.1, 0, "the rate of Brian2's networks"},
    {COBA, "cv", AM_JUDGE_MEAN, 1.582, 1.816, 0, "their irregularity"},
    {CUBA, "alive_s", AM_JUDGE_AT_LEAST, 1.4, 1.5, 1, "activity lasts to the end"},
    {CUBA, "rate", AM_JUDGE_MEAN, 4.70, 6.23, 0, "the rate of Brian2's networks"},
    {CUBA, "cv", AM_JUDGE_MEAN, 0.467, 0.513, 0, "their irregularity"},
    {COBA_UNKICKED, "rate", AM_JUDGE_AT_MOST, 1e-9, 1e3, 0, "nothing fires"},
    {COBA_UNINHIBITED, "cv", AM_JUDGE_AT_MOST, 0.24, 1e3, 0, "firing is not irregular"},
    {CUBA_UNINHIBITED, "cv", AM_JUDGE_AT_MOST, 0.24, 1e3, 0, "firing is not irregular"},
};
static const am_chart activity_charts[] = {
    {"now", "Rate of all neurons over the last second, Hz", NULL},
};

const am_study am_study_vogels_abbott = {
    .name = "vogels-abbott",
    .title = "Irregular firing that sustains itself (Vogels, Abbott 2005)",
    .meaning = "4,000 neurons that sustain irregular firing by themselves",
    .source =
        "Vogels and Abbott 2005, doi:10.1523/JNEUROSCI.3508-05.2005, as benchmarks 1 and 2 of "
        "Brette et al. 2007, doi:10.1007/s10827-007-0038-6",
    .page = "docs/reproductions.md#vogels-and-abbott-2005-brette-et-al-2007",
    AM_ARMS(vogels_abbott_arms),
    .full = {AM_CRITERIA(vogels_abbott_full),
             .band = "mean of 30 networks in Brian2, +- 4 standard errors of its difference from "
                     "the mean of 10; a control is irregular above half the CV of CUBA"},
    .quick = {.assignments = {"duration_s=1.5"},
              AM_CRITERIA(vogels_abbott_quick),
              .band = "mean of 10 networks in Brian2 from 0.5 to 1.5 s, +- 4 standard errors of "
                      "its difference from the mean of 2 seeds"},
    AM_CHARTS(activity_charts),
    .raster = true,
};

/* ------------------------------------------------------------------------------ brunel2000 */
enum { FAST, IRREGULAR, SLOW, REGULAR };
static const am_arm brunel2000_arms[] = {
    AM_ARM("g 6, eta 4", "brunel2000", "projections.I-E.weight=-0.6", "projections.I-I.weight=-0.6",
           "inputs.E.rate_hz=40000", "inputs.I.rate_hz=40000"),
    AM_ARM("g 5, eta 2", "brunel2000", NULL),
    AM_ARM("g 4.5, eta 0.9", "brunel2000", "projections.I-E.weight=-0.45",
           "projections.I-I.weight=-0.45", "inputs.E.rate_hz=9000", "inputs.I.rate_hz=9000"),
    AM_CONTROL("g 3, eta 2", "brunel2000", "projections.I-E.weight=-0.3",
               "projections.I-I.weight=-0.3"),
};
static const am_criterion brunel2000_full[] = {
    {FAST, "rate", AM_JUDGE_MEAN, 58.23, 61.43, 0, "published: 60.7 Hz"},
    {FAST, "cv", AM_JUDGE_MEAN, 0.739, 0.915, 0, "neurons fire as irregularly as in Brian2"},
    {FAST, "synchrony", AM_JUDGE_MEAN, 504, 711, 0, "the network oscillates as it does there"},
    {IRREGULAR, "rate", AM_JUDGE_MEAN, 36.76, 38.08, 0, "published: 37.7 Hz"},
    {IRREGULAR, "cv", AM_JUDGE_MEAN, 0.398, 0.410, 0, "neurons fire as irregularly as in Brian2"},
    {IRREGULAR, "synchrony", AM_JUDGE_MEAN, 126, 152, 0, "the network is as synchronous as there"},
    {SLOW, "rate", AM_JUDGE_MEAN, 2.49, 8.25, 0, "published: 5.5 Hz"},
    {REGULAR, "cv", AM_JUDGE_AT_MOST, 0.2, 1e3, 0, "neurons fire regularly"},
};
static const am_criterion brunel2000_quick[] = {
    {FAST, "rate", AM_JUDGE_MEAN, 57.0, 62.8, 0, "published: 60.7 Hz"},
    {IRREGULAR, "rate", AM_JUDGE_MEAN, 36.70, 38.30, 0, "published: 37.7 Hz"},
    {SLOW, "rate", AM_JUDGE_MEAN, -INFINITY, 12.5, 0, "published: 5.5 Hz"},
    {REGULAR, "cv", AM_JUDGE_AT_MOST, 0.2, 1e3, 0, "neurons fire regularly"},
};

const am_study am_study_brunel2000 = {
    .name = "brunel2000",
    .title = "The states of sparse networks (Brunel 2000)",
    .meaning = "rates and states of sparse networks by inhibition and drive",
    .source = "Brunel 2000, doi:10.1023/A:1008925309027",
    .page = "docs/reproductions.md#brunel-2000",
    AM_ARMS(brunel2000_arms),
    .full = {AM_CRITERIA(brunel2000_full),
             .band = "rates: from the published one to that of Brian2's networks (13, 6 and 2), "
                     "+- 4 standard errors of their difference from the mean of 10; the CV at g 5: "
                     "from three networks in NumPy to Brian2's; the rest: around Brian2 alone"},
    .quick = {.assignments = {"duration_s=0.5"},
              AM_CRITERIA(brunel2000_quick),
              .band = "as for the full form, but from 0.2 to 0.5 s and for the mean of 2 seeds"},
    AM_CHARTS(activity_charts),
    .raster = true,
};

/* ------------------------------------------------------------------------------ vogels2011 */
enum { PLASTIC, NOT_PLASTIC };
static const am_arm vogels2011_arms[] = {
    AM_ARM("plastic", "vogels2011", "projections.I-E.values.eta=0.1"),
    AM_CONTROL("no plasticity", "vogels2011", "projections.I-E.values.eta=0"),
};
static const am_criterion vogels2011_full[] = {
    {PLASTIC, "rate_e", AM_JUDGE_MEAN, 3.81, 4.07, 0,
     "excitatory neurons settle where Brian2's do, above the target of 3 Hz"},
    {PLASTIC, "cv", AM_JUDGE_AT_LEAST, 0.8, 1.2, 1, "firing is irregular"},
    {NOT_PLASTIC, "rate_e", AM_JUDGE_AT_MOST, 0, 20, 0, "the rate stays high"},
    {NOT_PLASTIC, "cv_e", AM_JUDGE_AT_MOST, 0.8, 1.2, 0, "firing stays regular"},
};
static const am_criterion vogels2011_quick[] = {
    {PLASTIC, "rate_e", AM_JUDGE_MEAN, 4.37, 5.50, 0,
     "excitatory rates fall as in Brian2, on the way to the target of 3 Hz"},
    {PLASTIC, "cv", AM_JUDGE_AT_LEAST, 0.8, 1.2, 1, "firing is irregular"},
    {NOT_PLASTIC, "rate_e", AM_JUDGE_AT_MOST, 0, 20, 0, "the rate stays high"},
    {NOT_PLASTIC, "cv_e", AM_JUDGE_AT_MOST, 0.8, 1.2, 0, "firing stays regular"},
};
static const am_chart vogels2011_charts[] = {
    {"now_e", "Rate of the excitatory neurons over the last second, Hz", NULL},
};

const am_study am_study_vogels2011 = {
    .name = "vogels2011",
    .title = "Inhibitory plasticity balances a network (Vogels et al. 2011)",
    .meaning = "inhibitory plasticity brings a network to low rates and irregular firing",
    .source = "Vogels, Sprekeler, Zenke, Clopath and Gerstner 2011, doi:10.1126/science.1211095",
    .page = "docs/reproductions.md#vogels-et-al-2011",
    AM_ARMS(vogels2011_arms),
    .full = {.assignments = {"duration_s=40", "protocol.settle_s=30"},
             AM_CRITERIA(vogels2011_full),
             .band = "two networks of Brian2 from 30 to 40 s, +- 4 standard errors "
                     "of the difference from the mean of 10; both settle above the published 3 Hz"},
    .quick = {.assignments = {"duration_s=6", "protocol.settle_s=4"},
              AM_CRITERIA(vogels2011_quick),
              .band = "two networks of Brian2 from 4 to 6 s, +- 4 standard errors of the "
                      "difference from the mean of 2 seeds"},
    AM_CHARTS(vogels2011_charts),
    .raster = true,
};
