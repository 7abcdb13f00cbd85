/* A study that is about to be run: its form and seeds. */
#ifndef AMINE_RUN_STUDY_FORM_H
#define AMINE_RUN_STUDY_FORM_H

#include "run/study/study.h"

/* So that a seed is a number that JSON can say. */
#define AM_STUDY_SEED_MAX 1000000000000000u
enum { AM_STUDY_SEEDS_MAX = 1000, AM_SWEEP_RUNS_MAX = 10000 };

typedef struct am_study_plan {
  const am_study *study;
  bool quick;
  uint64_t first_seed; /* and those that follow it */
  int n_seeds;
  int n_threads; /* 0: every processor */
} am_study_plan;

const am_study_form *am_study_plan_form(const am_study_plan *plan);
const char *am_study_plan_form_name(const am_study_plan *plan); /* "full", "quick" */

#endif
