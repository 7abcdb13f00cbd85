/* A study that is about to be run: its form and seeds, whether it can be run at all, and what is
 * written down of it in study.json. */
#ifndef AMINE_RUN_STUDY_PLAN_H
#define AMINE_RUN_STUDY_PLAN_H

#include "run/study/study.h"

/* So that a seed is a number that JSON can say. */
#define AM_STUDY_SEED_MAX 1000000000000000u
enum { AM_STUDY_SEEDS_MAX = 1000 };

typedef struct am_study_plan {
  const am_study *study;
  bool quick;
  uint64_t first_seed; /* and those that follow it */
  int n_seeds;
  int n_threads; /* 0: every processor */
} am_study_plan;

const am_study_form *am_study_plan_form(const am_study_plan *plan);
const char *am_study_plan_form_name(const am_study_plan *plan); /* "full", "quick" */
/* "at least", "at most", "mean", "median", "ratio" */
const char *am_judgement_name(am_judgement judgement);
/* Whether it is about a share of the seeds: the first two. */
bool am_judges_share(am_judgement judgement);

/* The configuration of one run: the preset of its arm, the assignments of the arm, those of the
 * form, and the seed. Free it with am_simulation_config_free. */
amine_status am_study_plan_config(am_simulation_config *config, const am_study_plan *plan, int arm,
                                  uint64_t seed, amine_error *error);

/* The number of a measure of a protocol, -1 if it has none of that name. */
int am_measure_find(const am_protocol *protocol, const char *name);

/* AMINE_ERROR_ARGUMENT with a sentence if the seeds are out of their range, the study does not have
 * the form, or its data cannot be: an unknown preset, key or measure, a band that holds nothing, a
 * share beyond [0, 1], ... protocols [n_arms] gets those of the arms. */
amine_status am_study_plan_check(const am_study_plan *plan, const am_protocol **protocols,
                                 amine_error *error);

/* study.json without verdicts. The caller json_decref's *root. */
amine_status am_study_plan_tree(json_t **root, const am_study_plan *plan, amine_error *error);

/* The first thing in which two such trees differ as far as runs depend on it; NULL if none. */
const char *am_study_plan_difference(char out[AM_PATH_MAX], const json_t *a, const json_t *b);

#endif
