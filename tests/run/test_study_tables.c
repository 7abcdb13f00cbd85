/* The studies as data: what they speak of is there, and both forms can be run. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "format/json.h"
#include "run/study.h"

static int begin(void **state) {
  (void)state;
  am_json_init();
  return 0;
}

static bool measures(const am_protocol *p, const char *name) {
  for (int k = 0; k < p->n_measures; k++)
    if (strcmp(p->measures[k].name, name) == 0) return true;
  return false;
}

static int count(const char *const *assignments) {
  int n = 0;
  while (n < AM_ASSIGNMENTS_MAX && assignments[n]) n++;
  return n;
}

/* The protocol of an arm in a form; NULL past what can be configured. */
static const am_protocol *protocol_of(const am_arm *arm, const am_study_form *form) {
  am_simulation_config c;
  amine_error error = {0};
  if (am_simulation_config_load(&c, arm->preset, &error) != AMINE_OK)
    fail_msg("%s: %s", arm->name, error.message);
  if (am_simulation_config_apply(&c, arm->assignments, count(arm->assignments), &error) ||
      am_simulation_config_apply(&c, form->assignments, count(form->assignments), &error))
    fail_msg("%s: %s", arm->name, error.message);
  amine_brain *brain; /* a key of the model is only read here */
  if (am_simulation_config_brain(&c, &brain, NULL, &error))
    fail_msg("%s: %s", arm->name, error.message);
  amine_brain_destroy(brain);
  const am_protocol *protocol = c.protocol;
  am_simulation_config_free(&c);
  return protocol;
}

static void look_at_form(const am_study *s, const am_study_form *form) {
  const am_protocol *protocols[AM_ARMS_MAX];
  bool is_judged[AM_ARMS_MAX] = {false};
  assert_in_range(form->n_criteria, 1, AM_CRITERIA_MAX);
  assert_non_null(form->band);
  for (int k = 0; k < s->n_arms; k++) protocols[k] = protocol_of(&s->arms[k], form);
  for (int k = 0; k < form->n_criteria; k++) {
    const am_criterion *c = &form->criteria[k];
    assert_in_range(c->arm, 0, s->n_arms - 1);
    is_judged[c->arm] = true;
    if (!measures(protocols[c->arm], c->measure)) fail_msg("%s: no %s", s->name, c->measure);
    assert_true(isfinite(c->low) && c->low <= c->high);
    assert_true(c->share >= 0 && c->share <= 1);
  }
  for (int k = 0; k < s->n_arms; k++)
    if (s->arms[k].is_control && !is_judged[k])
      fail_msg("%s: nobody judges %s", s->name, s->arms[k].name);
}

static void test_what_studies_speak_of_is_there(void **state) {
  (void)state;
  int n = 0;
  for (const am_study *s; (s = am_study_at(n)); n++) {
    assert_ptr_equal(am_study_find(s->name), s);
    assert_in_range(s->n_arms, 2, AM_ARMS_MAX);
    assert_in_range(s->n_curves, 0, AM_CURVES_MAX);
    look_at_form(s, &s->full);
    look_at_form(s, &s->quick);
    for (int k = 0; k < s->n_curves; k++)
      assert_true(measures(protocol_of(&s->arms[0], &s->full), s->curves[k].measure));
  }
  assert_true(n >= 3);
  assert_null(am_study_find("no such study"));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_what_studies_speak_of_is_there)};
  return cmocka_run_group_tests(tests, begin, NULL);
}
