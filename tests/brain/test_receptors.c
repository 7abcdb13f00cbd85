/* Receptors beside the first two: one that is as the first does as the first, in every model; a text's
 * own and a file's do the same; Poisson inputs, drives, saving, threads and slow ones; what is said
 * with initial values and with numbers of each neuron; and what makes no sense is refused. That they
 * are what Brian2 has: here for conductances, in tests/brain/test_drives.c for currents. */
#include "brain/brain.h"
#include "format/support.h"
#include "model_support.h"
#include "replay.h"

static amine_error error;

/* ------------------------------------------------------------------------------ as the solution */
/* lif-cond takes steps of second order: within 2e-3 mV of the solution (in steps of 0.1 ms). */
static void conductances_are_those_of_brian(void **state) {
  (void)state;
  am_tensor_file *f = open_data(TEST_DATA "/brain_file.safetensors");
  const am_tensor *v = tensor(f, "conductances", "v", AM_F64);
  amine_brain *b = brain_from(note(f, "conductances", "model"));
  double most = 0;
  for (size_t k = 0; k < v->dims[0]; k++) {
    float now[3];
    run(b, 10);
    get(b, 1, "v", now);
    for (size_t i = 0; i < 3; i++)
      most = fmax(most, fabs((double)now[i] - ((const double *)v->data)[3 * k + i]));
  }
  if (!(most <= 2e-3)) fail_msg("%g mV from the solution", most);
  amine_brain_destroy(b);
  am_tensor_file_close(f);
}

/* ------------------------------------------------------------------------------ as the first */
enum { SOURCES = 40, NEURONS = 37 };

typedef struct twin {
  const char *model, *values; /* those of receptor 1 among them */
  double tau_ms, e_mv, weight, mean, tolerance;
} twin;

/* Two projections: both onto receptor 1, or one of them onto a receptor that is like it. */
static amine_brain *twin_of(const twin *t, bool further) {
  amine_brain *b;
  amine_value values[MAX_VALUES];
  char text[200];
  int neurons[2000];
  int32_t steps[2000];
  good(amine_brain_create(&b, 0.1, 4, &error), &error);
  const int n = parse_values(t->values, text, sizeof text, values);
  const int from = add_population(b, "from", SOURCES, "spikes", NULL, 0);
  const int to = add_population(b, "to", NEURONS, t->model, values, n);
  amine_receptor third = AMINE_RECEPTOR_1;
  if (further)
    good(amine_brain_add_receptor(b, &third, to, "third", t->tau_ms, t->e_mv, &error), &error);
  assert_int_equal(amine_brain_receptor(b, to, "third"), further ? 2 : -1);
  amine_projection p = amine_projection_default();
  p.source = from, p.target = to, p.connect = AMINE_CONNECT_PROBABILITY, p.probability = 0.3;
  p.weight = t->weight, p.weight_max = 2 * t->weight;
  for (int k = 0; k < 2; k++) {
    p.receptor = k ? third : AMINE_RECEPTOR_1;
    good(amine_brain_connect(b, NULL, &p, &error), &error);
  }
  good(amine_brain_set_current(b, to, t->mean, 0, &error), &error);
  for (int k = 0; k < 2000; k++) {
    neurons[k] = (int)((unsigned)k * 2654435761u >> 16) % SOURCES;
    steps[k] = k;
  }
  add_spikes(b, from, neurons, steps, 2000, 0.1);
  return b;
}

static void one_more_is_as_the_first(void **state) {
  (void)state;
  static const twin twins[] = {
      {"lif", "tau_e_ms=5 tau_i_ms=10", 5, NAN, 2, 8, 1e-3},
      {"lif", "tau_e_ms=900 tau_i_ms=10", 900, NAN, 0.05, 8, 1e-3}, /* in 64 bits */
      {"lif-cond", "tau_e_ms=5 e_e_mv=0", 5, 0, 3, 90, 1e-3},
      {"adex", "tau_e_ms=5 e_e_mv=0", 5, 0, 4, 500, 1e-2},
      {"izhikevich", "tau_e_ms=3 tau_i_ms=6", 3, NAN, 0.7, 4, 1e-2},
      {"izhikevich-2007", "tau_e_ms=3 tau_i_ms=6", 3, NAN, 8, 60, 1e-2}};
  for (size_t k = 0; k < sizeof twins / sizeof *twins; k++) {
    const twin *t = &twins[k];
    amine_brain *a = twin_of(t, false), *b = twin_of(t, true);
    for (int at = 0; at < 2000; at += 100) {
      float v[2][NEURONS];
      run(a, 100);
      run(b, 100);
      get(a, 1, "v", v[0]);
      get(b, 1, "v", v[1]);
      if (amine_brain_spike_count(a, 1) != amine_brain_spike_count(b, 1))
        fail_msg("%s: %llu spikes and %llu", t->model,
                 (unsigned long long)amine_brain_spike_count(a, 1),
                 (unsigned long long)amine_brain_spike_count(b, 1));
      for (int i = 0; i < NEURONS; i++)
        if (fabsf(v[0][i] - v[1][i]) > t->tolerance)
          fail_msg("%s: v of neuron %d is %.9g and %.9g after %d steps", t->model, i,
                   (double)v[0][i], (double)v[1][i], at + 100);
    }
    assert_true(amine_brain_spike_count(a, 1) > 20);
    assert_int_equal(a->populations[1].is_wide, b->populations[1].is_wide);
    assert_int_equal(a->populations[1].is_wide, t->tau_ms > 500);
    amine_brain_destroy(a);
    amine_brain_destroy(b);
  }
}

/* ------------------------------------------------------------------------------ texts and files */
#define OWN                                                                                        \
  "\"# mine\", \"neuron mine\", \"state v = -65 mV, g_e, g_i, g_x, g_y\", \"input I\","              \
  "\"arrival a_e, a_i\", \"receptor x, y\","                                                        \
  "\"begin : g_e <- g_e + a_e, g_i <- g_i + a_i, g_x <- g_x + x, g_y <- g_y + y\","                  \
  "\"g_e' = -g_e / 5\", \"g_i' = -g_i / 10\", \"g_x' = -g_x / 60\", \"g_y' = -g_y / 2.5\","            \
  "\"v' = (-65 - v + g_e + g_i + (I + g_x + g_y)) / 20\", \"spike v >= -50 : v <- -65\""

static const char mine[] =
    "{\"dt_ms\": 0.1, \"populations\": [{\"name\": \"P\", \"n\": 30, \"model\": \"poisson\","
    "  \"values\": {\"rate_hz\": 30}}, {\"name\": \"E\", \"n\": 50, %s}],"
    " \"projections\": [{\"source\": \"P\", \"target\": \"E\", \"connect\": \"out\", \"n_out\": 20,"
    "   \"weight\": [1, 3], \"receptor\": \"y\", \"rule\": \"stdp\", \"values\": {\"w_max\": 9}},"
    "  {\"name\": \"inhibits\", \"source\": \"P\", \"target\": \"E\", \"connect\": \"out\","
    "   \"n_out\": 20, \"weight\": -1, \"receptor\": \"inhibitory\"}],"
    " \"inputs\": [{\"population\": \"E\", \"type\": \"poisson\", \"rate_hz\": 200, \"weight\": 0.3,"
    "   \"receptor\": \"x\"}, {\"name\": \"more\", \"population\": \"E\", \"type\": \"poisson\","
    "   \"steps\": [[20, 300], [60, 0]], \"weight\": 0.3, \"receptor\": \"x\"},"
    "  {\"name\": \"steady\", \"population\": \"E\", \"type\": \"poisson\", \"rate_hz\": 100,"
    "   \"weight\": 2}, {\"population\": \"E\", \"type\": \"current\", \"mean\": 12}]}";

static amine_brain *mine_with(const char *model) {
  char text[3000];
  assert_true((size_t)snprintf(text, sizeof text, mine, model) < sizeof text);
  return brain_from(text);
}

/* Both are the same text but for names: the same bits. */
static void a_text_has_receptors_of_its_own(void **state) {
  (void)state;
  amine_brain *a = mine_with("\"model\": [" OWN "]");
  amine_brain *b = mine_with("\"model\": \"lif\", \"values\": {\"tau_e_ms\": 5, \"tau_i_ms\": 10,"
                             " \"refractory_ms\": 0, \"v_reset_mv\": -65}, \"receptors\":"
                             " {\"x\": {\"tau_ms\": 60}, \"y\": {\"tau_ms\": 2.5}}");
  float v[2][50];
  run(a, 1500);
  run(b, 1500);
  get(a, 1, "v", v[0]);
  get(b, 1, "v", v[1]);
  assert_true(amine_brain_spike_count(a, 1) > 50);
  assert_int_equal(amine_brain_spike_count(a, 1), amine_brain_spike_count(b, 1));
  for (int i = 0; i < 50; i++) near((double)v[0][i], (double)v[1][i]);
  amine_brain_destroy(a);
  amine_brain_destroy(b);
}

/* Who begins with charged receptors has more; each neuron may have its own threshold beside them. */
static void they_go_with_numbers_of_each_neuron(void **state) {
  (void)state;
  static const char model[] =
      "{\"dt_ms\": 0.1, \"populations\": [{\"name\": \"E\", \"n\": 3, \"model\": \"izhikevich\","
      " \"values\": {\"c\": [-65, -60, -55], \"b\": [0.2, 0.21, 0.22]},"
      " \"receptors\": {\"nmda\": {\"tau_ms\": 80}}, \"initial\": {\"v\": -60, \"g_nmda\": [0, 4, 20]}}]}";
  amine_brain *b = brain_from(model);
  float v[3], g[3];
  get(b, 0, "g_nmda", g);
  assert_true(g[0] == 0 && g[1] == 4 && g[2] == 20);
  run(b, 20);
  get(b, 0, "v", v);
  get(b, 0, "g_nmda", g);
  assert_true(v[0] < v[1]);
  near((double)g[2], 20 * exp(-2. / 80));
  run(b, 2000);
  assert_true(amine_brain_spike_count(b, 0) > 1);
  assert_string_equal(b->populations[0].model->own[0], "c");
  assert_string_equal(b->populations[0].model->part.name, "izhikevich");
  amine_brain_destroy(b);
}

/* ------------------------------------------------------------------------------ saved, threads */
static void saved_brains_go_on(void **state) {
  (void)state;
  const char *path = in_folder("receptors");
  static const char *const models[] = {
      "\"model\": \"lif\", \"receptors\": {\"x\": {\"tau_ms\": 60}, \"y\": {\"tau_ms\": 2.5}}",
      "\"model\": \"lif-cond\", \"receptors\": {\"x\": {\"tau_ms\": 900}, \"y\": {\"tau_ms\": 2, \"e_mv\": 0}}"};
  for (int k = 0; k < 2; k++) {
    amine_brain *a = mine_with(models[k]), *b = mine_with(models[k]), *c = mine_with(models[!k]);
    float v[2][50];
    good(amine_brain_set_threads(b, 2, &error), &error);
    run(a, 333);
    good(amine_brain_save(a, path, &error), &error);
    good(amine_brain_restore(b, path, &error), &error);
    assert_int_equal(amine_brain_restore(c, path, &error), AMINE_ERROR_INPUT);
    run(a, 400);
    run(b, 400);
    get(a, 1, "v", v[0]);
    get(b, 1, "v", v[1]);
    assert_memory_equal(v[0], v[1], sizeof v[0]);
    assert_int_equal(amine_brain_spike_count(a, 1), amine_brain_spike_count(b, 1));
    amine_brain_destroy(a);
    amine_brain_destroy(b);
    amine_brain_destroy(c);
  }
}

/* Inputs that are set anew are restored, too. */
static void poisson_inputs_are_restored(void **state) {
  (void)state;
  const char *path = in_folder("receptors_poisson");
  float v[2][20];
  amine_brain *b[2];
  for (int k = 0; k < 2; k++) {
    amine_receptor nmda;
    good(amine_brain_create(&b[k], 0.1, 4, &error), &error);
    const int to = add_population(b[k], "to", 20, "lif", NULL, 0);
    good(amine_brain_add_receptor(b[k], &nmda, to, "nmda", 50, NAN, &error), &error);
    if (k == 0) good(amine_brain_set_poisson(b[k], to, nmda, 300, 0.5, &error), &error);
    run(b[k], 50);
  }
  good(amine_brain_save(b[0], path, &error), &error);
  good(amine_brain_restore(b[1], path, &error), &error);
  for (int k = 0; k < 2; k++) {
    run(b[k], 300);
    get(b[k], 0, "v", v[k]);
    assert_true(v[k][0] > -64);
  }
  assert_memory_equal(v[0], v[1], sizeof v[0]);
  amine_brain_destroy(b[0]);
  amine_brain_destroy(b[1]);
}

/* ------------------------------------------------------------------------------ what is refused */
static void nonsense_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *model, *parts;
  } wrong[] = {
      {"\"model\": \"lif\", \"receptors\": {\"y\": {\"tau_ms\": 3}}",
       "inputs.E.receptor: \"x\" is no receptor of E|did you mean y"},
      {"\"model\": \"lif\"", "projections.P-E.receptor: \"y\" is no receptor of E"},
      {"\"model\": \"lif\", \"receptors\": {\"x\": {}}", "populations.E.receptors.x: |needs tau_ms"},
      {"\"model\": \"lif\", \"receptors\": {\"x\": {\"tau_ms\": 0}}",
       "populations.E.receptors.x.tau_ms=0|0.001 to"},
      {"\"model\": \"lif\", \"receptors\": [{\"tau_ms\": 3}]", "a receptor needs a name"},
      {"\"model\": \"lif\", \"receptors\": {\"x\": {\"tau\": 3}}",
       "unknown key \"tau\"|did you mean tau_ms"},
      {"\"model\": \"lif\", \"receptors\": {\"x\": {\"tau_ms\": 3, \"e_mv\": 0}, \"y\": {\"tau_ms\": 3}}",
       "receptor x: lif is integrated exactly, so its receptors are currents, without e_mv"},
      {"\"model\": \"lif\", \"receptors\": {\"x\": {\"tau_ms\": 3}, \"y\": {\"tau_ms\": 3},"
       " \"no-name\": {\"tau_ms\": 3}}", "\"no-name\" is no name of a receptor"},
      {"\"model\": \"lif\", \"receptors\": {\"x\": {\"tau_ms\": 3}, \"y\": {\"tau_ms\": 3},"
       " \"e\": {\"tau_ms\": 3}}", "receptor e of lif: |g_e"},
      {"\"model\": \"spikes\", \"receptors\": {\"x\": {\"tau_ms\": 3}, \"y\": {\"tau_ms\": 3}}",
       "spikes takes no further receptors"},
      {"\"model\": \"lif\", \"initial\": {\"g_x\": 3}", "a neuron of lif has no state \"g_x\""}};
  char text[3000], sentence[900];
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    snprintf(text, sizeof text, mine, wrong[k].model);
    json_t *root = tree(text);
    if (!refuses(root, wrong[k].parts, sentence, sizeof sentence)) fail_msg("%s", sentence);
    json_decref(root);
  }
  amine_brain *b;
  good(amine_brain_create(&b, 0.1, 4, &error), &error);
  const int to = add_population(b, "to", 20, "lif", NULL, 0);
  amine_projection p = amine_projection_default();
  p.receptor = (amine_receptor)2;
  assert_int_equal(amine_brain_connect(b, NULL, &p, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "to has no receptor 2"));
  assert_int_equal(amine_brain_set_poisson(b, to, p.receptor, 3, 1, &error), AMINE_ERROR_ARGUMENT);
  assert_int_equal(amine_brain_add_receptor(b, NULL, to, "x", 1, 2000, &error),
                   AMINE_ERROR_ARGUMENT);
  for (int k = 0; k < 6; k++) {
    const char name[] = {(char)('p' + k), 0};
    good(amine_brain_add_receptor(b, NULL, to, name, 1 + k, NAN, &error), &error);
    assert_int_equal(amine_brain_receptor(b, to, name), 2 + k);
  }
  assert_int_equal(amine_brain_add_receptor(b, NULL, to, "z", 1, NAN, &error),
                   AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "there are 8 already"));
  assert_int_equal(amine_brain_add_receptor(b, NULL, to, "p", 1, NAN, &error),
                   AMINE_ERROR_ARGUMENT);
  run(b, 3);
  assert_int_equal(amine_brain_add_receptor(b, NULL, to, "z", 1, NAN, &error),
                   AMINE_ERROR_ARGUMENT);
  amine_brain_destroy(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(conductances_are_those_of_brian),
      cmocka_unit_test(one_more_is_as_the_first),
      cmocka_unit_test(a_text_has_receptors_of_its_own),
      cmocka_unit_test(they_go_with_numbers_of_each_neuron),
      cmocka_unit_test(saved_brains_go_on),
      cmocka_unit_test(poisson_inputs_are_restored),
      cmocka_unit_test(nonsense_is_refused),
  };
  return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
