/* Published experiments, run over seeds and judged.
 *
 * A study is a few arms, each a preset with assignments over it: the experiment itself, its other
 * forms, and its controls. Every arm is run for every seed: a brain is simulated, anything else is
 * trained (training.h); the arms of a study are all of one kind. The measures of its
 * protocol, or of training, are taken at the end, and on the way, for the charts. Then criteria say
 * whether what was published came out (in the arms of the experiment) and did not come out where it
 * must not (in the controls).
 *
 * A sweep (sweep.h) is a study that a user's command line makes.
 *
 * A study is data: a file NAME.c here with one or a few `const am_study`, which are named
 * in studies.h and in the table of studies.c. */
#ifndef AMINE_RUN_STUDY_STUDY_H
#define AMINE_RUN_STUDY_STUDY_H

#include <jansson.h>
#include <stdatomic.h>

#include "run/simulate/config.h"

enum { AM_ARMS_MAX = 1000, AM_ASSIGNMENTS_MAX = 12, AM_CRITERIA_MAX = 24, AM_CHARTS_MAX = 8 };

/* Two events of a task: what a step of the one earns more than one of the other. */
typedef struct am_apart {
  int event, than;
} am_apart;

/* Signals of a network, or none, that are held one after the other at the events of its task once
 * it is trained (lesion.h). What is measured then are rows of measures: those of AM_TRAINING_ROWS
 * (training.h), and the reward at each event, first as the network is, then with each signal held;
 * then, of the network as it is, how far events are apart: 3 + (1 + n_signals) events + n_apart. */
typedef struct am_lesions {
  const char *const *signals;
  int n_signals;
  bool each; /* the reward of a step of the event, not of all of an episode */
  const am_apart *apart;
  int n_apart;
  am_protocol protocol;
} am_lesions;

typedef struct am_arm {
  const char *name;   /* "free", "continuous", "rewards at random times": stands in tables */
  const char *preset; /* of a brain, whose protocol has the measures, or of training */
  const char *assignments[AM_ASSIGNMENTS_MAX + 1]; /* "protocol.random_rewards=true"; NULL ends them */
  bool is_control;
  /* 1 + the arm whose network, trained with the same seed, this one's training begins with (as by
   * `from`); 0: none */
  int after;
  /* A signal of its network's ("M_z") that is held for a quarter of some episodes once it is trained
   * (held.h): it then has the measures free, held and released too, and not what is kept of another
   * arm's task. NULL: none is. */
  const char *held;
  /* Of an arm with a fresh network: what is held at events, and measured. NULL: nothing is. */
  const am_lesions *lesions;
  /* Its whole configuration, of which the preset then only tells; NULL: preset and assignments make it. */
  const json_t *config;
} am_arm;

typedef enum am_judgement {
  AM_JUDGE_AT_LEAST, /* at least `share` of the seeds lie in [low, high] */
  AM_JUDGE_AT_MOST,  /* at most `share` of them do: for controls */
  AM_JUDGE_MEAN,     /* the mean over the seeds lies in [low, high] */
  /* The median over the seeds lies in [low, high]; NAN counts as infinite: a criterion that was
   * never reached. */
  AM_JUDGE_MEDIAN,
  /* The median of this arm over that of the arm `share` (its index) lies in [low, high]. NAN as
   * above; there is no ratio to an infinite median or to 0. */
  AM_JUDGE_RATIO,
  /* The mean over the seeds of what this arm has more than the arm `share` at the same seed lies in
   * [low, high]. */
  AM_JUDGE_DIFFERENCE
} am_judgement;

/* A measure that is NAN at the end of a run lies in no band. Where no value can lie beyond a bound
 * (a share of 1, a weight of 0), the band of a mean has none there: intervals know no such limits.
 */
typedef struct am_criterion {
  int arm;             /* index in arms */
  const char *measure; /* of its protocol */
  am_judgement judgement;
  double low, high, share; /* share: of the seeds, or the other arm (am_judges_two) */
  const char *meaning;     /* "the rewarded synapse reaches the upper bound": one line */
} am_criterion;

/* A chart of the report: one measure against time, over all arms that have it. */
typedef struct am_chart {
  const char *measure;
  const char *title;  /* "Weight of the rewarded synapse" */
  const char *figure; /* what of the paper it is like: "Fig. 1d"; may be NULL */
} am_chart;

/* A chart of what came out: points at a number x in which arms, or measures, differ (depth), joined
 * to lines by their names. */
typedef struct am_point {
  const char *line; /* "highway" */
  double x;
  int arm; /* index in arms */
  const char *measure;
} am_point;

typedef struct am_across {
  const char *title, *figure; /* as of am_chart */
  const char *x;              /* what x is: "layers" */
  bool logarithmic;           /* the axis of x */
  const am_point *points;
  int n_points;
  double known; /* a level to hold the points against, by its name; NULL: none */
  const char *known_name;
} am_across;

/* A chart of one measure against another, along the way of the runs, over all arms that have both. */
typedef struct am_plane {
  const char *x, *y;          /* measures */
  const char *title, *figure; /* as of am_chart */
} am_plane;

/* A length of the experiment: the published one, and a shorter one with a band of its own, for a
 * quick check. */
typedef struct am_study_form {
  /* Over those of every arm: "duration_s=600"; NULL ends them. An arm that is trained passes over
   * what has no effect in it. */
  const char *assignments[AM_ASSIGNMENTS_MAX + 1];
  const am_criterion *criteria;
  int n_criteria;
  const char *band; /* where the band comes from: one or two sentences */
} am_study_form;

typedef struct am_study {
  const char *name, *meaning; /* one word; one line */
  const char *title;          /* of its page; NULL: its name */
  const char *source;         /* authors, year, doi */
  const char *page;           /* "docs/reproductions.md#izhikevich2007" */
  const am_arm *arms;
  int n_arms;
  am_study_form full, quick;
  const am_chart *charts;
  int n_charts;
  const am_across *across;
  int n_across;
  const am_plane *planes;
  int n_planes;
  bool raster; /* the report shows the spikes of the last second of each arm's first run */
  /* Of a sweep: what it is, as study.json says it (report/study/source.h). It has one form, without
   * criteria, and a run whose numbers break does not end the others. NULL: it is none. */
  json_t *sweep;
  const am_registry *parts; /* whose parts runs name, a user's own among them; NULL: ours */
} am_study;

/* Rows of a table of arms: of the experiment, a control, one that begins with the network of another,
 * one with a signal that is held, and one with signals that are held at events. Assignments follow, or NULL. */
#define AM_ARM(n, p, ...)                                                                          \
  { n, p, {__VA_ARGS__}, false, 0, NULL, NULL, NULL }
#define AM_CONTROL(n, p, ...)                                                                      \
  { n, p, {__VA_ARGS__}, true, 0, NULL, NULL, NULL }
#define AM_AFTER(arm, n, p, ...)                                                                   \
  { n, p, {__VA_ARGS__}, false, 1 + (arm), NULL, NULL, NULL }
#define AM_HELD(signal, n, p, ...)                                                                 \
  { n, p, {__VA_ARGS__}, false, 0, signal, NULL, NULL }
#define AM_LESIONED(lesions, n, p, ...)                                                            \
  { n, p, {__VA_ARGS__}, false, 0, NULL, lesions, NULL }
/* The tables of a study and of its forms. */
#define AM_ARMS(table) .arms = table, .n_arms = sizeof table / sizeof *table
#define AM_CRITERIA(table) .criteria = table, .n_criteria = sizeof table / sizeof *table
#define AM_POINTS(table) .points = table, .n_points = sizeof table / sizeof *table
#define AM_ACROSS(table) .across = table, .n_across = sizeof table / sizeof *table
#define AM_PLANES(table) .planes = table, .n_planes = sizeof table / sizeof *table
#define AM_CHARTS(table) .charts = table, .n_charts = sizeof table / sizeof *table

/* The k-th study, NULL past the end; by name, NULL if there is none. */
const am_study *am_study_at(int k);
const am_study *am_study_find(const char *name);

#endif
