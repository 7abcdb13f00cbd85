/* Whether a study can be run as it is planned, and what is written down of it in study.json. */
#ifndef AMINE_RUN_STUDY_PLAN_H
#define AMINE_RUN_STUDY_PLAN_H

#include "run/study/form.h"

/* The configuration of one run: the preset of its arm, the assignments of the arm, those of the
 * form, and the seed. Free it with am_simulation_config_free. */
amine_status am_study_plan_config(am_simulation_config *config, const am_study_plan *plan, int arm,
                                  uint64_t seed, amine_error *error);

/* AMINE_ERROR_ARGUMENT with a sentence if the seeds are out of their range, the study does not have
 * the form, or its data cannot be: an unknown preset, key or measure, a band that holds nothing, a
 * share beyond [0, 1], ... protocols [n_arms] gets those of the arms. */
amine_status am_study_plan_check(const am_study_plan *plan, const am_protocol **protocols,
                                 amine_error *error);

/* Whether what the tasks of training read is there: AMINE_ERROR_IO or _INPUT with the sentence that
 * says what is missing, and how one gets it. */
amine_status am_study_plan_data(const am_study_plan *plan, amine_error *error);

/* study.json without verdicts. The caller json_decref's *root. */
amine_status am_study_plan_tree(json_t **root, const am_study_plan *plan, amine_error *error);

/* The first thing in which two such trees differ as far as runs depend on it; NULL if none. */
const char *am_study_plan_difference(char out[AM_PATH_MAX], const json_t *a, const json_t *b);

#endif
