/* Which parts of a network learn (`learn`), and runs that begin with a network of another one (`from`):
 * what is held stays to the bit in every learner, and so do its moments; what learns makes the step
 * that it would have made among all; a network comes with its text, its rule and its modulator. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "run/train/checkpoint.h"
#include "run/train/evaluate.h"
#include "run/train/train.h"
#include "run/train/weights.h"
#include "small.h"

#include "base.h"

enum { ITERATIONS = 9 }; /* two of them without a step */

static size_t count_of(const am_learner_tensor *t) {
  return t->dims[0] * (t->rank > 1 ? t->dims[1] : 1);
}

static float *values_of(const am_learner *l, int k, const am_learner_tensor *t) {
  float *values = calloc(count_of(t) + 1, sizeof *values);
  assert_non_null(values);
  l->type->get(l, k, values);
  return values;
}

static bool equal(const am_learner *a, const am_learner *b, int k) {
  am_learner_tensor t;
  a->type->tensor(a, k, &t);
  float *x = values_of(a, k, &t), *y = values_of(b, k, &t);
  bool same = true;
  for (size_t i = 0; i < count_of(&t); i++) same = same && x[i] == y[i];
  free(x);
  free(y);
  return same;
}

static bool is_zero(const am_learner *l, int k) {
  am_learner_tensor t;
  l->type->tensor(l, k, &t);
  float *x = values_of(l, k, &t);
  bool zero = true;
  for (size_t i = 0; i < count_of(&t); i++) zero = zero && x[i] == 0;
  free(x);
  return zero;
}

static am_experiment *begin(const small_variant *v, unsigned learn) {
  am_config config = small_config(v);
  if (am_config_applies(&config, "learner.sigma")) /* noise on a few weights is to change actions */
    am_config_put(&config, "learner.sigma", 5);
  config.common.learn = learn;
  return small_experiment(&config);
}

static void iterate(am_experiment *x, int n) {
  am_learner_report report;
  amine_error error = {0};
  for (int k = 0; k < n; k++)
    if (am_experiment_iterate(x, &report, &error) != AMINE_OK) fail_msg("%s", error.message);
}

/* ------------------------------------------------------------------------------ holding */
/* The parameter that a saved tensor is a moment of; NULL: it is none. */
static const char *of_moment(const char *name) {
  static const char *const prefixes[] = {"adam.m.", "adam.v.", "rmsprop.m.", "rmsprop.v.",
                                         "sgd.m."};
  const char *agent = strncmp(name, "agent", 5) == 0 ? strchr(name, '.') + 1 : name;
  for (size_t k = 0; k < sizeof prefixes / sizeof *prefixes; k++)
    if (strncmp(agent, prefixes[k], strlen(prefixes[k])) == 0) return agent + strlen(prefixes[k]);
  return NULL;
}

static bool is_held(const am_learner *l, const char *name, unsigned learn) {
  am_learner_tensor t;
  for (int k = 0; l->type->tensor(l, k, &t); k++)
    if (t.is_parameter &&
        strcmp(strncmp(t.name, "agent", 5) ? t.name : strchr(t.name, '.') + 1, name) == 0)
      return !(learn & am_role_bit(t.role));
  return false;
}

/* B and a baseline, a running mean, are no part of the network.
 * Whether a tensor follows others rather than learning by itself: B, the way of an error back; the
 * signalling GRU's, whose change comes through the critic, which begins at 0. */
static bool follows(const char *name) {
  return strstr(name, "feedback") || strstr(name, "signal.");
}

static void hold_all_but(const small_variant *v, am_role role, const am_experiment *all,
                         const am_experiment *fresh) {
  am_experiment *x = begin(v, am_role_bit(role));
  const am_learner *l = x->learner;
  am_learner_tensor t;
  iterate(x, ITERATIONS);
  for (int k = 0; l->type->tensor(l, k, &t); k++) {
    const bool learns = t.role == role;
    if (t.is_parameter && !learns && !equal(l, fresh->learner, k) && !strstr(t.name, "feedback") &&
        strcmp(t.name, "baseline") != 0)
      fail_msg("%s, learn=%s: %s moves", v->name, am_role_name(role), t.name);
    if (t.is_parameter && learns && !equal(all->learner, fresh->learner, k) &&
        equal(l, fresh->learner, k) && !follows(t.name))
      fail_msg("%s, learn=%s: %s does not move", v->name, am_role_name(role), t.name);
    const char *moment = of_moment(t.name);
    if (moment && is_held(l, moment, am_role_bit(role)) && !is_zero(l, k))
      fail_msg("%s, learn=%s: %s is kept", v->name, am_role_name(role), t.name);
  }
  am_experiment_destroy(x);
}

static void what_is_held_stays_in_every_learner(void **state) {
  (void)state;
  unsigned seen = 0;
  for (size_t v = 0; v < sizeof small_variants / sizeof *small_variants; v++) {
    am_experiment *all = begin(&small_variants[v], AM_ROLES_ALL);
    am_experiment *fresh = begin(&small_variants[v], AM_ROLES_ALL);
    am_learner_tensor t;
    unsigned roles = 0;
    for (int k = 0; all->learner->type->tensor(all->learner, k, &t); k++)
      if (t.is_parameter) roles |= am_role_bit(t.role);
    iterate(all, ITERATIONS);
    for (am_role role = 0; role < AM_N_ROLES; role++)
      if (roles & am_role_bit(role)) hold_all_but(&small_variants[v], role, all, fresh);
    am_experiment_destroy(all);
    am_experiment_destroy(fresh);
    seen |= roles;
  }
  assert_int_equal(seen, (2u << AM_N_ROLES) - 2); /* every role somewhere */
}

/* Without bound and moments, what learns makes the step that it makes among all. */
static void what_learns_makes_its_own_step(void **state) {
  (void)state;
  static const char *const texts[] = {"network.type=lstm", "network.type=plastic-rnn",
                                      "network.type=attention"};
  for (size_t n = 0; n < sizeof texts / sizeof *texts; n++) {
    const small_variant v = {"sgd",
                             {"task.type=delayed-match", texts[n], "learner.type=bptt",
                              "network.hidden=20", "learner.warmup=0", "learner.optimiser=sgd",
                              "learner.norm_clip=1e9"}};
    am_experiment *all = begin(&v, AM_ROLES_ALL);
    iterate(all, 1);
    for (am_role role = 0; role < AM_N_ROLES; role++) {
      am_config config = small_config(&v);
      am_experiment *x;
      am_learner_tensor t;
      config.common.learn = am_role_bit(role);
      if (am_experiment_create(&x, &config, NULL) != AMINE_OK) continue;
      iterate(x, 1);
      for (int k = 0; x->learner->type->tensor(x->learner, k, &t); k++)
        if (t.is_parameter && t.role == role) assert_true(equal(x->learner, all->learner, k));
      am_experiment_destroy(x);
    }
    am_experiment_destroy(all);
  }
}

static void every_tensor_has_the_role_of_its_text(void **state) {
  (void)state;
  static const struct {
    small_variant variant;
    const char *name;
    am_role role;
  } cases[] = {
      {{"", {"modulator.fanout=true"}}, "w", AM_ROLE_WEIGHTS},
      {{"", {NULL}}, "i2h.weight", AM_ROLE_WEIGHTS},
      {{"", {NULL}}, "i2h.bias", AM_ROLE_BIASES},
      {{"", {NULL}}, "alpha", AM_ROLE_TRACES},
      {{"", {"network.alpha=network"}}, "alpha", AM_ROLE_TRACES},
      {{"", {"network.alpha=neuron"}}, "alpha", AM_ROLE_TRACES},
      {{"", {"rule.type=eligibility"}}, "etaet", AM_ROLE_TRACES},
      {{"", {"modulator.type=constant"}}, "eta", AM_ROLE_TRACES},
      {{"", {NULL}}, "h2mod.weight", AM_ROLE_MODULATOR},
      {{"", {NULL}}, "h2mod.bias", AM_ROLE_MODULATOR},
      {{"", {"modulator.fanout=true"}}, "modfanout.weight", AM_ROLE_MODULATOR},
      {{"", {NULL}}, "h2o.weight", AM_ROLE_HEADS},
      {{"", {NULL}}, "h2v.bias", AM_ROLE_HEADS},
      {{"", {"network.type=attention", "network.hidden=20"}},
       "attention.norm1_weight_l0",
       AM_ROLE_GAINS},
      {{"", {"network.type=attention", "network.hidden=20"}},
       "attention.norm1_bias_l0",
       AM_ROLE_BIASES},
      {{"", {"network.type=attention", "network.hidden=20"}},
       "attention.in_proj_weight_l0",
       AM_ROLE_WEIGHTS},
      {{"", {BPTT}}, "gru.bias_hh_l0", AM_ROLE_BIASES},
      {{"", {SIGNALLING, "task.type=bandit"}}, "signal.weight_hh_l0", AM_ROLE_MODULATOR},
      {{"", {SIGNALLING, "task.type=bandit"}}, "gain.weight", AM_ROLE_GAINS},
      {{"", {SIGNALLING, "task.type=bandit"}}, "critic.weight", AM_ROLE_HEADS},
      {{"", {SYMBOLS, "network.type=lstm"}}, "symbols.weight", AM_ROLE_WEIGHTS},
      {{"", {SYMBOLS, "network.type=lstm"}}, "h2s.bias", AM_ROLE_HEADS},
  };
  for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
    am_experiment *x = begin(&cases[c].variant, AM_ROLES_ALL);
    am_learner_tensor t;
    am_role role = AM_N_ROLES;
    for (int k = 0; x->learner->type->tensor(x->learner, k, &t); k++)
      if (strcmp(t.name, cases[c].name) == 0) role = t.role;
    if (role != cases[c].role)
      fail_msg("%s has role %s", cases[c].name, role < AM_N_ROLES ? am_role_name(role) : "none");
    am_experiment_destroy(x);
  }
}

static void a_role_that_nobody_has_is_said(void **state) {
  (void)state;
  amine_error error = {0};
  am_experiment *x;
  am_config config = small_config(&(small_variant){"", {"rule.type=none"}});
  small_set(&config, "learn=biases,modulator");
  assert_int_equal(am_experiment_create(&x, &config, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "learn=modulator: this network has none that learn; it has "
                                     "biases, heads, weights");
  small_set(&config, "learn=all,modulator"); /* all is all */
  am_experiment_destroy(small_experiment(&config));
}

/* ------------------------------------------------------------------------------ from a run */
static const small_variant first = {
    "",
    {"rule.type=eligibility", "modulator.fanout=true", "network.alpha=neuron", "rule.clip=0.7"}};

/* A run of two iterations, and its folder. */
static void train_first(char folder[100]) {
  amine_error error = {0};
  const am_config config = small_config(&first);
  snprintf(folder, 100, "%s/first", base);
  folder_remove(folder);
  if (am_train_new(&config, folder, NULL, &error) != AMINE_OK) fail_msg("%s", error.message);
}

static am_config second(const char *from, const char *more) {
  const small_variant v = {
      "", {"task.type=bandit", "network.type=plastic-rnn", "rule.type=oja", "network.hidden=11"}};
  am_config config = small_config(&v);
  char word[200];
  snprintf(word, sizeof word, "from=%s", from);
  small_set(&config, word);
  if (more) small_set(&config, more);
  small_pass_over(&config);
  amine_error error = {0};
  if (am_config_resolve(&config, &error) != AMINE_OK) fail_msg("%s", error.message);
  return config;
}

static float *tensor_of(const am_learner *l, const char *name, am_learner_tensor *t) {
  for (int k = 0; l->type->tensor(l, k, t); k++)
    if (strcmp(t->name, name) == 0) return values_of(l, k, t);
  fail_msg("there is no %s", name);
  return NULL;
}

static void a_network_comes_with_its_text_and_slots(void **state) {
  (void)state;
  char folder[100], word[64];
  amine_error error = {0};
  train_first(folder);
  am_config config = second(folder, "learn=heads");
  assert_string_equal(am_config_text(&config, "rule.type", word, sizeof word), "eligibility");
  assert_string_equal(am_config_text(&config, "network.alpha", word, sizeof word), "neuron");
  assert_true(am_config_number(&config, "network.hidden") == 19);
  assert_true(am_config_number(&config, "rule.clip") == 0.7);
  am_experiment *x = small_experiment(&config), *old;
  am_config saved;
  am_config_default(&saved);
  assert_int_equal(am_evaluate_config(&saved, folder, &error), AMINE_OK);
  assert_int_equal(am_evaluate_open(&old, &saved, folder, &error), AMINE_OK);
  static const char *const kept[] = {"w", "alpha", "i2h.bias", "modfanout.weight", "h2v.weight"};
  for (size_t k = 0; k < sizeof kept / sizeof *kept; k++) {
    am_learner_tensor t;
    float *a = tensor_of(x->learner, kept[k], &t), *b = tensor_of(old->learner, kept[k], &t);
    assert_memory_equal(a, b, count_of(&t) * sizeof *a);
    free(a);
    free(b);
  }
  assert_string_equal(x->notes.data, "made anew, and learned whatever learns: i2h.weight, "
                                     "h2o.weight, h2o.bias\n");
  am_learner_tensor t;
  float *u = tensor_of(x->learner, "i2h.weight", &t), *w = tensor_of(x->learner, "w", &t);
  iterate(x, 4);
  float *v = tensor_of(x->learner, "w", &t);
  assert_memory_equal(w, v, count_of(&t) * sizeof *v);
  free(v);
  v = tensor_of(x->learner, "i2h.weight", &t); /* which is no head, but new */
  assert_memory_not_equal(u, v, count_of(&t) * sizeof *v);
  free(u), free(v), free(w);
  am_experiment_destroy(x);
  am_experiment_destroy(old);
  am_config_free(&saved);
  am_config_free(&config);
}

static void what_is_said_goes_over_it(void **state) {
  (void)state;
  char folder[100], word[64];
  train_first(folder);
  am_config config = second(folder, "modulator.type=constant");
  assert_string_equal(am_config_text(&config, "rule.type", word, sizeof word), "eligibility");
  am_experiment *x = small_experiment(&config); /* eta is new, and learns */
  assert_non_null(strstr(x->notes.data, "eta"));
  am_experiment_destroy(x);
  am_config_free(&config);
}

/* The run keeps what it began with, and goes on with the same bits: what was made anew learns still. */
static void such_a_run_is_gone_on_with(void **state) {
  (void)state;
  char folder[100], whole[100], cut[100], path[150];
  amine_error error = {0};
  train_first(folder);
  am_config config = second(folder, "learn=modulator,heads");
  snprintf(whole, sizeof whole, "%s/whole", base);
  snprintf(cut, sizeof cut, "%s/cut", base);
  assert_int_equal(am_train_new(&config, whole, NULL, &error), AMINE_OK);
  config.common.iterations = 5;
  assert_int_equal(am_train_new(&config, cut, NULL, &error), AMINE_OK);
  am_config_free(&config);
  folder_remove(folder); /* it is needed no more */
  am_config later;
  am_config_default(&later);
  if (am_train_config(&later, cut, &error) != AMINE_OK) fail_msg("%s", error.message);
  if (am_config_resolve(&later, &error) != AMINE_OK) fail_msg("%s", error.message);
  later.common.iterations = 9;
  if (am_train_resume(&later, cut, NULL, &error) != AMINE_OK) fail_msg("%s", error.message);
  am_config_free(&later);
  void *a, *b;
  size_t n, m;
  snprintf(path, sizeof path, "%s/" AM_CHECKPOINT_FILE, whole);
  assert_int_equal(am_file_read(path, 1 << 24, (unsigned char **)&a, &n, &error), AMINE_OK);
  snprintf(path, sizeof path, "%s/" AM_CHECKPOINT_FILE, cut);
  assert_int_equal(am_file_read(path, 1 << 24, (unsigned char **)&b, &m, &error), AMINE_OK);
  assert_int_equal(n, m);
  assert_memory_equal(a, b, n);
  am_free(a);
  am_free(b);
}

static void another_size_is_refused(void **state) {
  (void)state;
  char folder[100];
  amine_error error = {0};
  am_experiment *x;
  train_first(folder);
  am_config config = second(folder, "network.hidden=20");
  assert_int_equal(am_experiment_create(&x, &config, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "is [19"));
  assert_non_null(strstr(error.message, "no other size"));
  am_config_free(&config);
  config = second(folder, "network.type=lstm");
  assert_int_equal(am_experiment_create(&x, &config, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "none of this network's tensors"));
  am_config_free(&config);
  am_config_default(&config);
  assert_int_equal(am_config_assign(&config, "from=/nowhere", &error), AMINE_ERROR_IO);
  assert_non_null(strstr(error.message, "/nowhere"));
  assert_int_equal(am_config_assign(&config, "from=" TEST_DATA, &error), AMINE_ERROR_INPUT);
  small_set(&config, "weights=x");
  char word[150];
  snprintf(word, sizeof word, "from=%s", folder);
  small_set(&config, word);
  assert_int_equal(am_config_resolve(&config, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "one of them is enough"));
  am_config_free(&config);
}

int main(void) {
  small_write_text();
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_held_stays_in_every_learner),
      cmocka_unit_test(what_learns_makes_its_own_step),
      cmocka_unit_test(every_tensor_has_the_role_of_its_text),
      cmocka_unit_test(a_role_that_nobody_has_is_said),
      cmocka_unit_test(a_network_comes_with_its_text_and_slots),
      cmocka_unit_test(what_is_said_goes_over_it),
      cmocka_unit_test(such_a_run_is_gone_on_with),
      cmocka_unit_test(another_size_is_refused),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
