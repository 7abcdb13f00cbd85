/* Forms of a study (see form.h). */
#include "run/study/form.h"

const am_study_form *am_study_plan_form(const am_study_plan *plan) {
  return plan->quick ? &plan->study->quick : &plan->study->full;
}

const char *am_study_plan_form_name(const am_study_plan *plan) {
  return plan->quick ? "quick" : "full";
}
