/* A number for each neuron, given or drawn: states with which neurons begin, and parameters. */
#include <math.h>

#include "format/support.h"
#include "model_support.h"

static amine_error error;

static amine_draw drawn(amine_draw_kind kind, double a, double b) {
  amine_draw d = amine_draw_default();
  d.kind = kind, d.a = a, d.b = b;
  return d;
}

/* Mean, variance and fourth moment of n numbers lie within five standard errors of what they are
 * of the distribution. */
static void check_moments(const float *x, int n, double mean, double variance, double fourth) {
  double sum[3] = {0};
  for (int i = 0; i < n; i++) {
    const double d = (double)x[i] - mean;
    sum[0] += d, sum[1] += d * d, sum[2] += d * d * d * d;
  }
  if (fabs(sum[0] / n) > 5 * sqrt(variance / n) ||
      fabs(sum[1] / n - variance) > 5 * sqrt((fourth - variance * variance) / n))
    fail_msg("mean %g, variance %g", mean + sum[0] / n, sum[1] / n);
  if (fabs(sum[2] / n - fourth) > 0.2 * fourth) fail_msg("fourth moment %g", sum[2] / n);
}

static void numbers_are_drawn_as_they_say(void **state) {
  (void)state;
  enum { N = 40000 };
  amine_brain *b;
  int id;
  static float v[N], g[N], u[N];
  EXPECT_OK(amine_brain_create(&b, 1, 7, &error), &error);
  EXPECT_OK(amine_brain_add_population(b, &id, "E", N, "izhikevich", NULL, 0, &error), &error);
  const amine_draw uniform = drawn(AMINE_DRAW_UNIFORM, -80, -40);
  const amine_draw normal = drawn(AMINE_DRAW_NORMAL, -3, 2);
  const amine_draw lognormal = drawn(AMINE_DRAW_LOGNORMAL, 1, 0.5);
  EXPECT_OK(amine_brain_set_initial(b, 0, "v", &uniform, &error), &error);
  EXPECT_OK(amine_brain_set_initial(b, 0, "u", &normal, &error), &error);
  EXPECT_OK(amine_brain_set_initial(b, 0, "g_e", &lognormal, &error), &error);
  EXPECT_OK(amine_brain_get(b, 0, "v", v, &error), &error);
  EXPECT_OK(amine_brain_get(b, 0, "u", u, &error), &error);
  EXPECT_OK(amine_brain_get(b, 0, "g_e", g, &error), &error);
  check_moments(v, N, -60, 1600.0 / 12, 1600.0 * 1600 / 80);
  check_moments(u, N, -3, 4, 3 * 16);
  double together[3] = {0};
  for (int i = 0; i < N; i++) {
    assert_true(v[i] >= -80 && v[i] <= -40 && g[i] > 0);
    together[0] += ((double)v[i] + 60) / (40 / sqrt(12)) * ((double)u[i] + 3) / 2;
    if (i > 0) together[1] += ((double)u[i] + 3) / 2 * ((double)u[i - 1] + 3) / 2;
    g[i] = logf(g[i]);
    together[2] += ((double)g[i] - 1) / 0.5 * ((double)u[i] + 3) / 2;
  }
  check_moments(g, N, 1, 0.25, 3 * 0.0625);
  for (int k = 0; k < 3; k++) assert_true(fabs(together[k]) < 5 * sqrt(N)); /* independent */
  amine_brain_destroy(b);
}

/* Exact: without input V of lif comes back to rest as exp(-t / tau), from where each began. Neurons
 * so slow that they are computed in 64 bits begin where they are told, too. */
static void neurons_go_on_from_there(void **state) {
  (void)state;
  for (int slow = 0; slow < 2; slow++) {
    const double tau_ms = slow ? 1e5 : 20;
    const amine_value values[] = {{"tau_m_ms", tau_ms}, {"refractory_ms", 2}};
    amine_brain *b;
    int id;
    float v[20], held[20];
    EXPECT_OK(amine_brain_create(&b, 1, 1, &error), &error);
    EXPECT_OK(amine_brain_add_population(b, &id, "E", 20, "lif", values, 2, &error), &error);
    for (int i = 0; i < 20; i++) v[i] = -80 + (float)i, held[i] = i == 3 ? 5 : 0;
    amine_draw each = drawn(AMINE_DRAW_GIVEN, 0, 0);
    each.values = v;
    EXPECT_OK(amine_brain_set_initial(b, 0, "v", &each, &error), &error);
    each.values = held;
    EXPECT_OK(amine_brain_set_initial(b, 0, "refractory", &each, &error), &error);
    assert_int_equal(b->populations[0].is_wide, slow);
    EXPECT_OK(amine_brain_run(b, 10, &error), &error);
    EXPECT_OK(amine_brain_get(b, 0, "v", v, &error), &error);
    for (int i = 0; i < 20; i++) {
      const double t = i == 3 ? 5 : 10; /* held for five steps */
      const double wanted = -65 + (-15 + i) * exp(-t / tau_ms);
      if (fabs((double)v[i] - wanted) > 1e-4)
        fail_msg("neuron %d, tau %g: %g, not %g", i, tau_ms, (double)v[i], wanted);
    }
    amine_brain_destroy(b);
  }
}

/* ------------------------------------------------------------------------------ any parameter */

/* Three neurons with numbers of their own, and three populations of one neuron each, by the kernel. */
static amine_brain *three(const char *model, const amine_parameter *p, double current, bool apart,
                          amine_status *status) {
  amine_brain *b;
  int id;
  float each[3];
  const double base = p->standard == 0 ? 1 : p->standard;
  for (int k = 0; k < 3; k++) each[k] = (float)(base * (1 + 0.06 * k));
  EXPECT_OK(amine_brain_create(&b, 0.1, 1, &error), &error);
  for (int k = 0; k < (apart ? 3 : 1); k++) {
    const amine_value value = {p->name, (double)each[k]};
    const char name[2] = {(char)('A' + k), 0};
    EXPECT_OK(amine_brain_add_population(b, &id, name, apart ? 1 : 3, model, &value, apart, &error),
              &error);
    EXPECT_OK(amine_brain_set_current(b, id, current, 0, &error), &error);
  }
  *status = apart ? AMINE_OK : amine_brain_set_parameter(b, 0, p->name, each, &error);
  return b;
}

static void any_parameter_may_differ(void **state) {
  (void)state;
  static const struct {
    const char *model;
    double current;
    const char *shared; /* what all neurons have */
  } models[] = {{"lif", 24, "tau_m_ms|refractory_ms|tau_e_ms|tau_i_ms"},
                {"lif-cond", 260, "refractory_ms|tau_e_ms|tau_i_ms"},
                {"izhikevich", 9, "tau_e_ms|tau_i_ms"},
                {"izhikevich-2007", 120, "tau_e_ms|tau_i_ms"},
                {"adex", 900, "refractory_ms|tau_e_ms|tau_i_ms"}};
  int differ = 0;
  for (size_t m = 0; m < sizeof models / sizeof *models; m++) {
    const amine_parameter *p;
    for (int k = 0; (p = amine_neuron_parameter(models[m].model, k)) != NULL; k++) {
      amine_status status, fine;
      if (strncmp(models[m].model, "izh", 3) == 0 && am_word_among("c|d", p->name)) continue; /* kept */
      amine_brain *a = three(models[m].model, p, models[m].current, false, &status);
      const bool shared = am_word_among(models[m].shared, p->name);
      if (shared != (status == AMINE_ERROR_ARGUMENT))
        fail_msg("%s %s: %s", models[m].model, p->name, shared ? "taken" : error.message);
      if (shared) assert_non_null(strstr(error.message, "one number for all neurons"));
      amine_brain *b = three(models[m].model, p, models[m].current, true, &fine);
      float together[3], apart[3];
      EXPECT_OK(amine_brain_run(a, 600, &error), &error);
      EXPECT_OK(amine_brain_run(b, 600, &error), &error);
      EXPECT_OK(amine_brain_get(a, 0, "v", together, &error), &error);
      uint64_t spikes = 0;
      for (int i = 0; i < 3 && !shared; i++, differ++) {
        EXPECT_OK(amine_brain_get(b, i, "v", &apart[i], &error), &error);
        spikes += amine_brain_spike_count(b, i);
        if (fabs((double)together[i] - (double)apart[i]) > 2e-3 * fabs((double)apart[i]))
          fail_msg("%s %s: neuron %d is at %.9g, not %.9g", models[m].model, p->name, i,
                   (double)together[i], (double)apart[i]);
      }
      if (!shared) assert_int_equal(amine_brain_spike_count(a, 0), spikes);
      if (!shared) assert_true(spikes > 0);
      amine_brain_destroy(a);
      amine_brain_destroy(b);
    }
  }
  assert_int_equal(differ, 3 * (3 + 7 + 3 + 7 + 12));
}

/* Eight at most, of which izhikevich-2007 has two; what was given stays; nothing changes the rest. */
static void eight_parameters_may_differ(void **state) {
  (void)state;
  static const char *const names[] = {"c", "k", "v_r_mv", "v_t_mv", "a", "b", "c_pf", "v_peak_mv"};
  static const float values[][2] = {{-50, -55},     {0.7f, 0.8f}, {-60, -61}, {-40, -41},
                                    {0.03f, 0.02f}, {-2, -1},     {100, 90},  {35, 30}};
  amine_brain *b;
  int id;
  EXPECT_OK(amine_brain_create(&b, 0.1, 1, &error), &error);
  EXPECT_OK(amine_brain_add_population(b, &id, "E", 2, "izhikevich-2007", NULL, 0, &error), &error);
  for (int k = 0; k < 7; k++)
    EXPECT_OK(amine_brain_set_parameter(b, 0, names[k], values[k], &error), &error);
  assert_int_equal(amine_brain_set_parameter(b, 0, names[7], values[7], &error),
                   AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "population E: izhikevich-2007: at most 8 parameters"));
  const am_population *p = &b->populations[0];
  for (int k = 0; k < 7; k++) {
    int which = 0;
    while (strcmp(p->model->own[which], names[k]) != 0) which++;
    assert_true(p->own[which][0] == (am_real)values[k][0] &&
                p->own[which][1] == (am_real)values[k][1]);
  }
  const float far[2] = {100, 1e-3f}; /* so small a capacitance that the step is too long */
  assert_int_equal(amine_brain_set_parameter(b, 0, "c_pf", far, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "needs steps of at most"));
  EXPECT_OK(amine_brain_run(b, 10, &error), &error);
  EXPECT_OK(amine_brain_set_parameter(b, 0, "k", values[1], &error), &error);
  amine_brain_destroy(b);
}

/* A brain that is saved goes on with the same bits; it is another one than without. */
static void such_brains_are_saved(void **state) {
  (void)state;
  static const char model[] =
      "{\"populations\": [{\"name\": \"E\", \"n\": 40, \"model\": \"lif\"%s}],"
      " \"inputs\": [{\"population\": \"E\", \"type\": \"current\", \"mean\": 18, \"noise\": 9}]}";
  char text[2][400];
  float v[2][40];
  snprintf(text[0], sizeof text[0], model,
           ", \"values\": {\"v_threshold_mv\": {\"normal\": [-50, 1]},"
           " \"v_reset_mv\": {\"uniform\": [-72, -66]}}");
  snprintf(text[1], sizeof text[1], model, "");
  amine_brain *a = brain_from(text[0]), *b = brain_from(text[0]), *c = brain_from(text[1]);
  const char *path = in_folder("each"), *name;
  EXPECT_OK(amine_brain_run(a, 100, &error), &error);
  EXPECT_OK(amine_brain_save(a, path, &error), &error);
  EXPECT_OK(amine_brain_restore(b, path, &error), &error);
  EXPECT_OK(amine_brain_run(a, 100, &error), &error);
  EXPECT_OK(amine_brain_run(b, 100, &error), &error);
  EXPECT_OK(amine_brain_get(a, 0, "v", v[0], &error), &error);
  EXPECT_OK(amine_brain_get(b, 0, "v", v[1], &error), &error);
  assert_memory_equal(v[0], v[1], sizeof v[0]);
  assert_true(amine_brain_spike_count(a, 0) > 40);
  assert_int_equal(amine_brain_restore(c, path, &error), AMINE_ERROR_INPUT);
  amine_brain_population(a, 0, NULL, &name);
  assert_string_equal(name, "lif");
  amine_brain_destroy(a);
  amine_brain_destroy(b);
  amine_brain_destroy(c);
}

static const char file[] =
    "{\"populations\": [{\"name\": \"P\", \"n\": 30, \"model\": \"poisson\"},"
    " {\"name\": \"E\", \"n\": 50, \"model\": \"izhikevich\","
    "  \"values\": {\"c\": {\"uniform\": [-65, -50]}, \"d\": {\"normal\": [6, 0.5]}},"
    "  \"initial\": {\"v\": {\"uniform\": [-70, -60]}, \"u\": -12.5}},"
    " {\"name\": \"R\", \"n\": 50, \"model\": \"poisson\","
    "  \"values\": {\"rate_hz\": {\"lognormal\": [2, 0.3]}}},"
    " {\"name\": \"F\", \"n\": 3, \"model\": \"lif\", \"initial\": {\"v\": [-61, -62, -63]}}]}";

/* What a file says is what the calls of a program say; a draw is the neuron's own, whatever else is
 * there. */
static void files_say_the_same(void **state) {
  (void)state;
  amine_brain *b = brain_from(file), *c;
  float from_file[50], from_calls[50];
  int id;
  EXPECT_OK(amine_brain_create(&c, 1, 1, &error), &error);
  for (int k = 0; k < 2; k++)
    EXPECT_OK(amine_brain_add_population(c, &id, k ? "b" : "a", 50, "izhikevich", NULL, 0, &error),
              &error);
  const amine_draw normal = drawn(AMINE_DRAW_NORMAL, 6, 0.5);
  const amine_draw uniform = drawn(AMINE_DRAW_UNIFORM, -70, -60);
  EXPECT_OK(amine_brain_draw_parameter(c, 1, "d", &normal, &error), &error);
  EXPECT_OK(amine_brain_set_initial(c, 1, "v", &uniform, &error), &error);
  assert_memory_equal(b->populations[1].own[1], c->populations[1].own[1], 50 * sizeof(am_real));
  EXPECT_OK(amine_brain_get(b, 1, "v", from_file, &error), &error);
  EXPECT_OK(amine_brain_get(c, 1, "v", from_calls, &error), &error);
  assert_memory_equal(from_file, from_calls, sizeof from_file);
  EXPECT_OK(amine_brain_get(b, 1, "u", from_file, &error), &error);
  for (int i = 0; i < 50; i++) {
    const am_real c_mv = b->populations[1].own[0][i], hz = 1000 * b->populations[2].own[1][i];
    assert_true(from_file[i] == -12.5f && c_mv >= -65 && c_mv < -50 && hz > 1 && hz < 40);
    assert_true(i == 0 || hz != 1000 * b->populations[2].own[1][i - 1]);
  }
  EXPECT_OK(amine_brain_get(b, 3, "v", from_file, &error), &error);
  assert_true(from_file[0] == -61 && from_file[1] == -62 && from_file[2] == -63);
  amine_brain_destroy(b);
  amine_brain_destroy(c);
}

#define REFUSED(call, part)                                                                        \
  do {                                                                                             \
    error = (amine_error){0};                                                                      \
    if ((call) != AMINE_ERROR_ARGUMENT || !strstr(error.message, part))                            \
      fail_msg("%s: \"%s\" without \"%s\"", #call, error.message, part);                           \
  } while (0)

static void nonsense_is_refused(void **state) {
  (void)state;
  amine_brain *b;
  int id;
  const float bad[4] = {1, NAN, 0, 0};
  const amine_draw ok = drawn(AMINE_DRAW_UNIFORM, 0, 1), none = drawn(AMINE_DRAW_GIVEN, 0, 0);
  const amine_draw turned = drawn(AMINE_DRAW_UNIFORM, 2, 1);
  const amine_draw negative = drawn(AMINE_DRAW_NORMAL, 2, -1);
  const amine_draw huge = drawn(AMINE_DRAW_LOGNORMAL, 200, 1);
  const amine_draw wide = drawn(AMINE_DRAW_NORMAL, 0, 1e5);
  amine_draw nan = none;
  nan.values = bad;
  EXPECT_OK(amine_brain_create(&b, 1, 1, &error), &error);
  EXPECT_OK(amine_brain_add_population(b, &id, "E", 4, "izhikevich", NULL, 0, &error), &error);
  REFUSED(amine_brain_set_initial(b, 1, "v", &ok, &error), "no population 1");
  REFUSED(amine_brain_set_initial(b, 0, "w", &ok, &error), "izhikevich has no w");
  REFUSED(amine_brain_set_initial(b, 0, NULL, &ok, &error), "has no NULL");
  REFUSED(amine_brain_set_initial(b, 0, "v", &none, &error), "values are missing");
  REFUSED(amine_brain_set_initial(b, 0, "v", &nan, &error), "v of neuron 1 is not finite");
  REFUSED(amine_brain_set_initial(b, 0, "v", &turned, &error), "not uniform from 2 to 1");
  REFUSED(amine_brain_set_initial(b, 0, "v", &negative, &error), "standard deviation of -1");
  REFUSED(amine_brain_set_initial(b, 0, "v", &huge, &error), "not finite");
  REFUSED(amine_brain_draw_parameter(b, 0, "d", &wide, &error), "not in -1000 to 1000");
  REFUSED(amine_brain_draw_parameter(b, 0, "e", &ok, &error), "no parameter e");
  REFUSED(amine_brain_draw_parameter(b, 0, NULL, &ok, &error), "no name");
  EXPECT_OK(amine_brain_run(b, 1, &error), &error);
  REFUSED(amine_brain_set_initial(b, 0, "v", &ok, &error), "until the first run");
  amine_brain_destroy(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_are_drawn_as_they_say),
      cmocka_unit_test(neurons_go_on_from_there),
      cmocka_unit_test(files_say_the_same),
      cmocka_unit_test(nonsense_is_refused),
      cmocka_unit_test(any_parameter_may_differ),
      cmocka_unit_test(eight_parameters_may_differ),
      cmocka_unit_test(such_brains_are_saved),
  };
  return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
