/* A model file becomes the brain that it describes: counts, places, seeds, inputs, names, paths. */
#include "amine/model.h"
#include "brain/model_files.h"
#include "brain/model_image.h"
#include "format/npz.h"
#include "model_support.h"

#include "format/support.h"

#include <math.h>

/* ------------------------------------------------------------------------------ counts */

static size_t n_synapses(const amine_brain *brain) {
  size_t sum = 0, n;
  for (int k = 0; k < amine_brain_n_projections(brain); k++) {
    amine_brain_projection(brain, k, NULL, NULL, &n);
    sum += n;
  }
  return sum;
}

/* Every weight of a projection lies in a range, every delay is one of these steps. */
static void check_synapses(amine_brain *brain, int projection, double low, double high, int first,
                           int last) {
  size_t n;
  amine_error error = {0};
  const char *name = amine_brain_projection(brain, projection, NULL, NULL, &n);
  float *w = malloc((n + 1) * sizeof *w);
  int *delay = malloc((n + 1) * sizeof *delay);
  EXPECT_OK(amine_brain_synapses(brain, projection, "w", NULL, NULL, delay, w, &error), &error);
  for (size_t k = 0; k < n; k++)
    if ((double)w[k] < low - 1e-6 || (double)w[k] > high + 1e-6 || delay[k] < first ||
        delay[k] > last)
      fail_msg("%s: weight %g, delay %d", name, (double)w[k], delay[k]);
  free(w);
  free(delay);
}

static void default_model_is_as_promised(void **state) {
  (void)state;
  static const char *const names[] = {"V1_like", "A1_like", "S1_like", "Digital_sensor"};
  json_t *root;
  am_brain_default_model(&root);
  assert_non_null(root);
  am_text notes = {0};
  amine_brain *b = brain_of(root, 5, &notes);
  assert_int_equal(notes.length, 0);
  assert_int_equal(amine_brain_n_populations(b), 4);
  for (int k = 0; k < 4; k++) {
    int n;
    const char *model;
    assert_string_equal(amine_brain_population(b, k, &n, &model), names[k]);
    assert_int_equal(n, 250);
    assert_string_equal(model, "lif");
    for (int i = 0; i < n; i++) {
      const float *at = b->populations[k].positions + 4 * i;
      assert_true(at[3] == (float)k && at[0] >= 0 && at[0] <= 19 && at[0] == floorf(at[0]));
      /* in the order of the lattice, so all are different */
      if (i > 0)
        assert_true(at[2] * 400 + at[1] * 20 + at[0] > at[-2] * 400 + at[-3] * 20 + at[-4]);
    }
  }
  assert_int_equal(amine_brain_n_projections(b), 16);
  /* 999,000 pairs with p = 0.1: 99,900 and a standard deviation of 300 */
  const double n = (double)n_synapses(b);
  assert_true(fabs(n - 99900) < 6 * 300);
  for (int k = 0; k < 16; k++)
    check_synapses(b, k, 0.1 - 0.05 * sqrt(3), 0.1 + 0.05 * sqrt(3), 1, 1);
  assert_non_null(amine_brain_chemical(b));
  amine_brain_destroy(b);
  json_decref(root);
}

/* Each area alone has as many synapses as its pairs let expect. */
static void counts_follow_the_density(void **state) {
  (void)state;
  amine_brain *b = brain_from("{\"lattice_shape\": [10, 10, 10, 2], \"density\": 0.3,"
                              " \"connection_probability\": 0.05, \"areas\": ["
                              " {\"name\": \"a\", \"coord_ranges\": {\"w\": 0}},"
                              " {\"name\": \"b\", \"density\": 0.1, \"coord_ranges\": {\"w\": 1}},"
                              " {\"name\": \"c\", \"n\": 77}]}");
  const int wanted[] = {300, 100, 77};
  for (int k = 0; k < 3; k++) {
    int n;
    amine_brain_population(b, k, &n, NULL);
    assert_int_equal(n, wanted[k]);
  }
  for (int k = 0; k < 9; k++) {
    int source, target;
    size_t n;
    amine_brain_projection(b, k, &source, &target, &n);
    const double pairs = (double)wanted[source] * (wanted[target] - (source == target));
    assert_true(fabs((double)n - 0.05 * pairs) < 6 * sqrt(0.05 * 0.95 * pairs));
  }
  amine_brain_destroy(b);
}

/* Neurons of two types share an area: together as many as it has, each at a place of its own. */
static void cell_types_share_an_area(void **state) {
  (void)state;
  amine_brain *b = brain_from(
      "{\"lattice_shape\": [5, 5, 5, 1], \"density\": 1, \"neuron_model\": {\"type\": \"lif\","
      " \"params_default\": {\"tau_m\": 10}}, \"plasticity\": {\"rule\": \"hebb\"},"
      " \"cell_types\": [{\"name\": \"excitatory\", \"fraction\": 0.8}, {\"name\": "
      "\"inhibitory\"}]}");
  int n[2];
  assert_string_equal(amine_brain_population(b, 0, &n[0], NULL), "lattice/excitatory");
  assert_string_equal(amine_brain_population(b, 1, &n[1], NULL), "lattice/inhibitory");
  assert_int_equal(n[0], 100);
  assert_int_equal(n[1], 25);
  bool taken[125] = {false};
  for (int p = 0; p < 2; p++)
    for (int i = 0; i < n[p]; i++) {
      const float *at = b->populations[p].positions + 4 * i;
      const int site = (int)(at[2] * 25 + at[1] * 5 + at[0]);
      assert_false(taken[site]);
      taken[site] = true;
    }
  assert_true(b->populations[1].values[0] == 10); /* tau_m of the common model */
  check_synapses(b, 0, 0, 0.2, 1, 1);             /* excitatory */
  check_synapses(b, 2, -0.8, 0, 1, 1);            /* inhibitory: 4 times as strong, below 0 */
  assert_string_equal(b->projections[0].rule->part.name, "hebb");
  assert_string_equal(b->projections[2].rule->part.name, "none");
  amine_brain_destroy(b);
}

/* Parameter `name` of a population. */
static double parameter(const amine_brain *b, int population, const char *model, const char *name) {
  const amine_parameter *p;
  for (int k = 0; (p = amine_neuron_parameter(model, k)) != NULL; k++)
    if (strcmp(p->name, name) == 0) return b->populations[population].values[k];
  fail_msg("%s has no %s", model, name);
  return 0;
}

static void cells_and_synapses_have_names(void **state) {
  (void)state;
  static const struct {
    const char *spelled;
    double a, b, c, d;
  } kinds[] = {{"regular", 0.02, 0.2, -65, 8},   {"RS", 0.02, 0.2, -65, 8},
               {"bursting", 0.02, 0.2, -55, 4},  {"chattering", 0.02, 0.2, -50, 2},
               {"Fast_Spiking", 0.1, 0.2, -65, 2}, {"low threshold", 0.02, 0.25, -65, 2},
               {"thalamo-cortical", 0.02, 0.25, -65, 0.05}, {"resonator", 0.1, 0.26, -65, 2}};
  for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    char text[400];
    snprintf(text, sizeof text,
             "{\"lattice_shape\": [3, 3, 3, 1], \"density\": 1,"
             " \"neuron_model\": {\"type\": \"Izhikevich\","
             " \"kind\": \"%s\"}, \"cell_types\": {\"as\": {\"fraction\": 0.5},"
             " \"own\": {\"kind\": \"chattering\", \"params\": {\"d\": 3}}}}",
             kinds[k].spelled);
    amine_brain *b = brain_from(text);
    assert_true(parameter(b, 0, "izhikevich", "a") == kinds[k].a);
    assert_true(parameter(b, 0, "izhikevich", "b") == kinds[k].b);
    assert_true(parameter(b, 0, "izhikevich", "c") == kinds[k].c);
    assert_true(parameter(b, 0, "izhikevich", "d") == kinds[k].d);
    assert_true(parameter(b, 1, "izhikevich", "c") == -50); /* its own kind, */
    assert_true(parameter(b, 1, "izhikevich", "d") == 3);   /* and numbers above names */
    amine_brain_destroy(b);
  }
  amine_brain *b = brain_from(
      "{\"lattice_shape\": [3, 3, 3, 1], \"neuron_model\": {\"type\": \"lif-cond\","
      " \"excitatory_synapse\": \"nmda\", \"inhibitory_synapse\": \"gaba\","
      " \"params\": {\"e_i_mv\": -75}}}");
  assert_true(parameter(b, 0, "lif-cond", "tau_e_ms") == 100);
  assert_true(parameter(b, 0, "lif-cond", "e_e_mv") == 0);
  assert_true(parameter(b, 0, "lif-cond", "tau_i_ms") == 5);
  assert_true(parameter(b, 0, "lif-cond", "e_i_mv") == -75);
  amine_brain_destroy(b);
  b = brain_from("{\"lattice_shape\": [3, 3, 3, 1],"
                 " \"neuron_model\": {\"excitatory_synapse\": \"ampa\"}}");
  assert_true(parameter(b, 0, "lif", "tau_e_ms") == 2 && parameter(b, 0, "lif", "tau_i_ms") == 0);
  amine_brain_destroy(b);
}

static void default_areas_follow_the_senses(void **state) {
  (void)state;
  amine_brain *b = brain_from("{\"lattice_shape\": [4, 4, 4, 3], \"senses\": {"
                              " \"touch\": {\"areal\": \"S1\", \"w_index\": 2},"
                              " \"sight\": {\"areal\": \"V1\", \"w_index\": 0}},"
                              " \"inputs\": [{\"sense\": \"touch\", \"type\": \"current\"}]}");
  assert_int_equal(amine_brain_n_populations(b), 2);
  assert_string_equal(amine_brain_population(b, 0, NULL, NULL), "S1");
  assert_true(b->populations[0].positions[3] == 2);
  amine_brain_destroy(b);
  b = brain_from("{\"lattice_shape\": [4, 4, 4, 3]}");
  assert_string_equal(amine_brain_population(b, 0, NULL, NULL), "lattice");
  amine_brain_destroy(b);
}

/* ------------------------------------------------------------------------------ foreign files */

static void foreign_file_loads(void **state) {
  (void)state;
  json_t *root;
  amine_error error = {0};
  am_text notes = {0};
  EXPECT_OK(am_json_read(&root, TEST_DATA "/lattice_model.json", NULL, &error), &error);
  amine_brain *b = brain_of(root, 1, &notes);
  const int wanted[] = {86, 86, 43}; /* a tenth of 864 and 432 sites */
  assert_int_equal(amine_brain_n_populations(b), 3);
  for (int k = 0; k < 3; k++) {
    int n;
    amine_brain_population(b, k, &n, NULL);
    assert_int_equal(n, wanted[k]);
  }
  assert_string_equal(notes.data,
                      "model_version: accepted, not used: every version is read alike\n"
                      "dimensions: accepted, not used: a lattice always has four: lattice_shape "
                      "says how long\n"
                      "cell_lifecycle: accepted, not used: neurons neither die nor multiply\n"
                      "neuromodulation.histamine: accepted, not used: there is no such modulator "
                      "here\n"
                      "neuromodulation.dopamine.colour: accepted, not used: pictures choose their "
                      "own\n"
                      "neuron_model.params_default.noise_amplitude: accepted, not used: neurons "
                      "have no noise of their own: inputs of type current have noise\n"
                      "areas[].colour: accepted, not used: pictures choose their own\n"
                      "senses.taste: no area of this sense, not used\n"
                      "senses.digital.input_description: accepted, not used: a remark\n"
                      "plasticity.short_term.facilitation_fraction: accepted, not used: all "
                      "synapses are of one kind: default_type, or u, tau_rec, tau_facil\n"
                      "plasticity.metaplasticity: of rule bcm only, not used\n");
  const am_projection *p = &b->projections[0];
  assert_string_equal(p->rule->part.name, "hebb");
  assert_int_equal(p->factor, AMINE_FACTOR_ALL);
  assert_true(p->values[AM_VALUE_TARGET_RATE] == 5 && p->values[AM_VALUE_DECAY] == 1e-5);
  assert_true(p->stp_u == 0);
  EXPECT_OK(amine_brain_run(b, 20, &error), &error);
  amine_brain_destroy(b);
  am_text_free(&notes);
  json_decref(root);
}

static void notes_end_somewhere(void **state) {
  (void)state;
  json_t *root = tree("{\"lattice_shape\": [2, 2, 2, 2], \"a\\nb\": 1}");
  char key[20];
  for (int k = 0; k < 200; k++) {
    snprintf(key, sizeof key, "key%d", k);
    json_object_set_new(root, key, json_integer(k));
  }
  am_text notes = {0};
  amine_brain_destroy(brain_of(root, 1, &notes));
  int lines = 0;
  for (size_t k = 0; k < notes.length; k++) lines += notes.data[k] == '\n';
  assert_int_equal(lines, 65);
  assert_non_null(strstr(notes.data, "a?b: accepted"));
  assert_non_null(strstr(notes.data, "\nmore keys: accepted, not used\n"));
  am_text_free(&notes);
  json_decref(root);
}

/* What other tools call rules, models and parameters. */
static void spellings_are_understood(void **state) {
  (void)state;
  static const char *const rules[][2] = {
      {"Hebbian", "hebb"},
      {"hebb_like", "hebb"},
      {"STDP", "stdp"},
      {"triplet_stdp", "triplet"},
      {"dopamine_stdp", "da-stdp"},
      {"R-STDP", "da-stdp"},
      {"BCM", "bcm"},
      {"inhibitory_stdp", "istdp"},
      {"fixed", "none"},
  };
  for (size_t k = 0; k < sizeof rules / sizeof *rules; k++) {
    char text[200];
    snprintf(
        text, sizeof text,
        "{\"lattice_shape\": [4, 4, 4, 1], \"density\": 0.1, \"plasticity\": {\"rule\": \"%s\"},"
        "\"neuron_model\": {\"model_type\": \"Leaky_Integrate_and_Fire\"}}",
        rules[k][0]);
    amine_brain *b = brain_from(text);
    assert_string_equal(b->projections[0].rule->part.name, rules[k][1]);
    amine_brain_destroy(b);
  }
  amine_brain *b = brain_from("{\"neuron_model\": {\"type\": \"Izhikevich\", \"params_default\":"
                              " {\"izh_a\": 0.1, \"c\": -55}}, \"density\": 0.001}");
  assert_true(b->populations[0].values[0] == 0.1 && b->populations[0].values[2] == -55);
  amine_brain_destroy(b);
  b = brain_from(
      "{\"neuron_model\": {\"params_default\": {\"refractory_period\": 2, \"tau_e\": 3}},"
      " \"density\": 0.001}");
  assert_true(b->populations[0].values[4] == 2 && b->populations[0].values[5] == 3);
  amine_brain_destroy(b);
}

/* ------------------------------------------------------------------------------ seeds */

static void seed_makes_the_brain(void **state) {
  (void)state;
  json_t *root;
  am_brain_default_model(&root);
  amine_brain *b[3];
  int *targets[3];
  size_t n[3];
  amine_error error = {0};
  for (int k = 0; k < 3; k++) {
    b[k] = brain_of(root, k == 2 ? 8 : 7, NULL);
    amine_brain_projection(b[k], 6, NULL, NULL, &n[k]);
    targets[k] = malloc(n[k] * sizeof(int));
    EXPECT_OK(amine_brain_synapses(b[k], 6, NULL, NULL, targets[k], NULL, NULL, &error), &error);
  }
  const size_t bytes = (size_t)250 * 4 * sizeof(float);
  assert_memory_equal(b[0]->populations[2].positions, b[1]->populations[2].positions, bytes);
  assert_memory_not_equal(b[0]->populations[2].positions, b[2]->populations[2].positions, bytes);
  assert_int_equal(n[0], n[1]);
  assert_memory_equal(targets[0], targets[1], n[0] * sizeof(int));
  assert_true(n[2] != n[0] || memcmp(targets[0], targets[2], n[0] * sizeof(int)) != 0);
  for (int k = 0; k < 3; k++) {
    amine_brain_destroy(b[k]);
    free(targets[k]);
  }
  json_decref(root);
}

/* Every choice of 2 of 6 sites, and both orders of it, come up equally often: chi-squared with 29
 * degrees of freedom stays below 58 with probability 0.999. */
static void every_choice_of_sites_is_equally_likely(void **state) {
  (void)state;
  const am_box box = {.low = {3, 0, 0, 1}, .high = {5, 0, 1, 1}};
  int counts[6][6] = {{0}};
  const int draws = 30000;
  uint64_t sites[6];
  amine_error error;
  assert_int_equal(am_box_sites(&box), 6);
  for (int seed = 0; seed < draws; seed++) {
    assert_int_equal(am_lattice_draw(sites, 2, &box, (uint64_t)seed, 3, &error), AMINE_OK);
    counts[sites[0]][sites[1]]++;
  }
  double chi = 0;
  for (int i = 0; i < 6; i++)
    for (int j = 0; j < 6; j++) {
      if (i == j) assert_int_equal(counts[i][j], 0);
      else chi += (counts[i][j] - draws / 30.0) * (counts[i][j] - draws / 30.0) / (draws / 30.0);
    }
  assert_true(chi < 58);
  assert_int_equal(am_lattice_draw(sites, 6, &box, 1, 0, &error), AMINE_OK);
  float positions[24];
  am_lattice_positions(positions, sites, 6, &box);
  for (int k = 0; k < 6; k++)
    assert_true(positions[4 * k] == (float)(3 + k % 3) && positions[4 * k + 2] == (float)(k / 3) &&
                positions[4 * k + 3] == 1);
}

/* ------------------------------------------------------------------------------ explicit form */

static void explicit_form_is_what_it_says(void **state) {
  (void)state;
  amine_brain *b = brain_from(
      "{\"dt_ms\": 0.1, \"populations\": ["
      " {\"name\": \"E\", \"n\": 40, \"model\": \"lif-cond\", \"values\": {\"tau_e_ms\": 4}},"
      " {\"name\": \"I\", \"n\": 10, \"model\": \"lif-cond\", \"record\": false},"
      " {\"name\": \"P\", \"n\": 10, \"model\": \"poisson\","
      "  \"values\": {\"rate_hz\": [0, 0, 0, 0, 0, 0, 0, 0, 0, 1000]}}],"
      "\"projections\": ["
      " {\"source\": \"E\", \"target\": \"E\", \"connect\": \"all\", \"weight\": [2, 3]},"
      " {\"source\": \"E\", \"target\": \"E\", \"connect\": \"all\", \"self\": true},"
      " {\"name\": \"x\", \"source\": \"E\", \"target\": \"I\", \"connect\": \"out\", \"n_out\": 3,"
      "  \"delay_ms\": [0.2, 0.5]},"
      " {\"source\": \"P\", \"target\": \"I\", \"connect\": \"one-to-one\", \"receptor\": "
      "\"inhibitory\"},"
      " {\"source\": \"I\", \"target\": \"E\", \"connect\": \"list\", \"rule\": \"istdp\","
      "  \"pairs\": [[3, 4, 0.5], [9, 39, 7]]},"
      " {\"source\": \"I\", \"target\": \"I\", \"connect\": \"probability\", \"probability\": "
      "0.5}]}");
  const size_t wanted[] = {1560, 1600, 120, 10, 2};
  for (int k = 0; k < 5; k++) {
    size_t n;
    amine_brain_projection(b, k, NULL, NULL, &n);
    assert_int_equal(n, wanted[k]);
  }
  check_synapses(b, 0, 2, 3, 10, 10);
  check_synapses(b, 1, 1, 1, 10, 10);
  check_synapses(b, 2, 1, 1, 2, 5);
  assert_string_equal(amine_brain_projection(b, 2, NULL, NULL, NULL), "x");
  assert_string_equal(amine_brain_projection(b, 4, NULL, NULL, NULL), "I-E");
  assert_int_equal(b->projections[3].receptor, 1);
  assert_true(b->populations[0].recorded && !b->populations[1].recorded);
  int sources[2], targets[2];
  float w[2];
  amine_error error = {0};
  EXPECT_OK(amine_brain_synapses(b, 4, "w", sources, targets, NULL, w, &error), &error);
  assert_true(sources[0] == 3 && targets[0] == 4 && w[0] == 0.5f && sources[1] == 9 &&
              targets[1] == 39 && w[1] == 7);
  EXPECT_OK(amine_brain_run(b, 1000, &error), &error);
  assert_in_range(amine_brain_spike_count(b, 2), 50, 150); /* of one neuron, 0.1 s at 1000 Hz */
  amine_brain_destroy(b);
}

static void whole_model_is_built(void **state) {
  (void)state;
  json_t *root = tree(whole_model);
  am_text notes = {0};
  amine_brain *b = brain_of(root, 1, &notes);
  assert_int_equal(notes.length, 0);
  assert_int_equal(amine_brain_n_populations(b), 6); /* two areas of two types, E and S */
  assert_int_equal(amine_brain_n_projections(b), 17);
  const am_population *E = &b->populations[4];
  assert_string_equal(E->name, "E");
  assert_true(E->effects == (AMINE_EFFECT_LEARNING | AMINE_EFFECT_SENSORY) && E->delay_ms == 10);
  assert_true(E->mean == 1 && E->uniform == 2 && E->poisson_hz[1] == 10);
  assert_true(E->own[1][7] == 8);
  assert_true(b->populations[5].positions[5] == 0.5f && b->populations[5].positions[8] == 2);
  const am_projection *p = &b->projections[0];
  assert_string_equal(p->rule->part.name, "bcm");
  assert_true(p->values[AM_VALUES_COMMON] == 0.002 && p->values[AM_VALUES_COMMON + 2] == 900);
  assert_true(p->values[AM_VALUE_W_MIN] == -2 && p->values[AM_VALUE_TARGET_RATE] == 4);
  assert_true(p->stp_u == 0.3);
  amine_error error = {0};
  EXPECT_OK(amine_brain_run(b, 40, &error), &error);
  assert_int_equal(amine_brain_spike_count(b, 5), 2);
  amine_brain_destroy(b);
  json_decref(root);
}

/* Beside populations a lattice that only has a neuron model is not filled. */
static void forms_do_not_get_in_each_others_way(void **state) {
  (void)state;
  json_t *root = tree("{\"populations\": [{\"name\": \"E\", \"n\": 2, \"model\": \"lif\"}],"
                      " \"neuron_model\": {}, \"plasticity\": {\"rule\": \"stdp\"}}");
  am_text notes = {0};
  amine_brain *b = brain_of(root, 1, &notes);
  assert_int_equal(amine_brain_n_populations(b), 1);
  assert_string_equal(notes.data,
                      "neuron_model: accepted, not used: beside populations it needs areas, senses "
                      "or lattice_shape\n"
                      "plasticity: accepted, not used: beside populations it needs areas, senses "
                      "or lattice_shape\n");
  amine_brain_destroy(b);
  am_text_free(&notes);
  json_decref(root);
  /* own projections: the areas are not connected unless connectivity is there */
  b = brain_from(
      "{\"areas\": [{\"name\": \"a\", \"n\": 5}, {\"name\": \"b\", \"n\": 5}],"
      " \"projections\": [{\"source\": \"a\", \"target\": \"b\", \"connect\": \"all\"}]}");
  assert_int_equal(amine_brain_n_projections(b), 1);
  amine_brain_destroy(b);
}

/* ------------------------------------------------------------------------------ pictures, files */

/* Column 10 y + x of a population on the lattice sees the pixel that is stretched over it. */
static void pictures_fall_on_the_lattice(void **state) {
  (void)state;
  amine_brain *b = brain_from("{\"lattice_shape\": [4, 4, 1, 1], \"density\": 1,"
                              " \"inputs\": [{\"population\": \"lattice\", \"type\": \"image\","
                              " \"values\": [[1, 2], [3, 4]], \"scale\": 10}]}");
  const am_population *p = &b->populations[0];
  for (int i = 0; i < 16; i++) {
    const float *at = p->positions + 4 * i;
    const float wanted = 10 * (1 + (float)(at[0] >= 2) + 2 * (float)(at[1] >= 2));
    assert_true(p->currents[i] == wanted);
  }
  amine_brain_destroy(b);
  /* a row of numbers takes the shape of the sense's input: [height, width] */
  b = brain_from(
      "{\"lattice_shape\": [3, 2, 1, 1], \"density\": 1, \"senses\": {\"s\":"
      " {\"areal\": \"a\", \"w_index\": 0, \"input_size\": [2, 3]}},"
      " \"inputs\": [{\"sense\": \"s\", \"type\": \"image\", \"values\": [1, 2, 3, 4, 5, 6]}]}");
  for (int i = 0; i < 6; i++) assert_true(b->populations[0].currents[i] == (float)(i + 1));
  amine_brain_destroy(b);
  /* without positions pixel i goes to neuron i */
  b = brain_from("{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"lif\"}], \"inputs\":"
                 " [{\"population\": \"E\", \"type\": \"image\", \"values\": [[1, 2], [3, 4]]}]}");
  for (int i = 0; i < 4; i++) assert_true(b->populations[0].currents[i] == (float)(i + 1));
  amine_brain_destroy(b);
}

static amine_status build_with_file(amine_brain **brain, const char *input, const char *file,
                                    amine_error *error) {
  char text[600];
  snprintf(
      text, sizeof text,
      "{\"populations\": [{\"name\": \"E\", \"n\": 4, \"model\": \"lif\"},"
      " {\"name\": \"S\", \"n\": 3, \"model\": \"spikes\"}], \"inputs\": [{%s, \"file\": \"%s\"}]}",
      input, file);
  json_t *root = tree(text);
  const amine_status status = am_brain_from_json(brain, root, NULL, 1, NULL, error);
  json_decref(root);
  return status;
}

static void pictures_come_from_files(void **state) {
  (void)state;
  static const unsigned char idx[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0,  0,   2,
                                      0, 0, 0, 2, 0, 0, 0, 0, 0, 51, 102, 255};
  static const float picture[] = {1, 2, 3, 4};
  static const char second[] = "\"population\": \"E\", \"type\": \"image\", \"index\": 1";
  static const char first[] = "\"population\": \"E\", \"type\": \"image\", \"scale\": 2";
  amine_error error = {0};
  amine_brain *b;
  put_file(in_folder("digits"), idx, sizeof idx);
  EXPECT_OK(build_with_file(&b, second, in_folder("digits"), &error), &error);
  assert_true(b->populations[0].currents[1] == 0.2f && b->populations[0].currents[3] == 1);
  amine_brain_destroy(b);
  EXPECT_OK(am_npy_save(in_folder("p.npy"), AM_F32, 2, (size_t[]){2, 2}, picture, &error), &error);
  EXPECT_OK(build_with_file(&b, first, in_folder("p.npy"), &error), &error);
  assert_true(b->populations[0].currents[0] == 2 && b->populations[0].currents[3] == 8);
  amine_brain_destroy(b);
  expect_failure(build_with_file(&b, second, in_folder("p.npy"), &error), AMINE_ERROR_INPUT, &error,
                 "index=1: there are 1 pictures");
  expect_failure(build_with_file(&b, first, in_folder("none"), &error), AMINE_ERROR_IO, &error,
                 "none");
  put_file(in_folder("short"), idx, 12);
  expect_failure(build_with_file(&b, first, in_folder("short"), &error), AMINE_ERROR_INPUT, &error,
                 "neither");
  put_file(in_folder("cut"), idx, sizeof idx - 1);
  expect_failure(build_with_file(&b, first, in_folder("cut"), &error), AMINE_ERROR_INPUT, &error,
                 "other sizes");
}

static void spikes_come_from_files(void **state) {
  (void)state;
  static const double good[] = {0, 5, 2, 1, 2, 7}, bad[] = {3, 5};
  static const char input[] = "\"population\": \"S\", \"type\": \"spikes\"";
  amine_error error = {0};
  amine_brain *b;
  uint64_t steps[3];
  int neurons[3];
  EXPECT_OK(am_npy_save(in_folder("s.npy"), AM_F64, 2, (size_t[]){3, 2}, good, &error), &error);
  EXPECT_OK(build_with_file(&b, input, in_folder("s.npy"), &error), &error);
  EXPECT_OK(amine_brain_run(b, 10, &error), &error);
  assert_int_equal(amine_brain_n_spikes(b), 3);
  amine_brain_read_spikes(b, steps, NULL, neurons, 3);
  assert_true(steps[0] == 1 && neurons[0] == 2 && steps[1] == 5 && neurons[1] == 0 &&
              steps[2] == 7 && neurons[2] == 2);
  amine_brain_destroy(b);
  EXPECT_OK(am_npy_save(in_folder("b.npy"), AM_F64, 2, (size_t[]){1, 2}, bad, &error), &error);
  expect_failure(build_with_file(&b, input, in_folder("b.npy"), &error), AMINE_ERROR_INPUT, &error,
                 "a neuron from 0 to 2");
  /* a model that lies beside its file, wherever the process runs */
  static const char beside[] =
      "{\"populations\": [{\"name\": \"S\", \"n\": 2, \"model\": \"spikes\"}], \"inputs\":"
      " [{\"population\": \"S\", \"type\": \"spikes\", \"file\": \"s.gdf\", \"first\": 7}]}";
  put_file(in_folder("s.gdf"), "8\t3.0\n4\t3.0\n", 12);
  put_file(in_folder("s.json"), beside, sizeof beside - 1);
  EXPECT_OK(amine_brain_from_file(&b, in_folder("s.json"), NULL, &error), &error);
  assert_non_null(strstr(amine_brain_notes(b), "1 of the 2 spikes"));
  EXPECT_OK(amine_brain_run(b, 10, &error), &error);
  assert_int_equal(amine_brain_n_spikes(b), 1);
  amine_brain_read_spikes(b, steps, NULL, neurons, 1);
  assert_true(steps[0] == 3 && neurons[0] == 1);
  amine_brain_destroy(b);
}

/* Synapses of a brain of 3 and 4 neurons that a file lists. */
static amine_status build_with_pairs(amine_brain **b, const char *path, amine_error *error) {
  char text[700];
  snprintf(text, sizeof text,
           "{\"populations\": [{\"name\": \"A\", \"n\": 3, \"model\": \"spikes\"},"
           " {\"name\": \"B\", \"n\": 4, \"model\": \"lif\"}], \"projections\": [{\"source\": \"A\","
           " \"target\": \"B\", \"connect\": \"list\", \"weight\": 7, \"file\": \"%s\"}]}", path);
  return amine_brain_from_json(b, text, strlen(text), NULL, error);
}

static void expect_pairs(const char *path, const char *want) {
  amine_brain *b;
  amine_error error = {0};
  int from[12], to[12];
  float w[12];
  size_t n;
  char found[200] = "";
  EXPECT_OK(build_with_pairs(&b, path, &error), &error);
  amine_brain_projection(b, 0, NULL, NULL, &n);
  assert_true(n <= 12);
  EXPECT_OK(amine_brain_synapses(b, 0, "w", from, to, NULL, w, &error), &error);
  for (size_t k = 0; k < n; k++)
    snprintf(found + strlen(found), sizeof found - strlen(found), "%d-%d:%g ", from[k], to[k],
             (double)w[k]);
  assert_string_equal(found, want);
  amine_brain_destroy(b);
}

static void synapses_come_from_files(void **state) {
  (void)state;
  static const char want[] = "0-3:0.5 1-1:-2 2-0:0.25 ";
  static const char csv[] = "source;target;weight\n0;3;0.5\n\n2;0;.25 # the second\n1;1;-2\n";
  static const char blanks[] = "0\t3\r\n2 0\r\n1, 1";
  static const float rows[] = {2, 0, .25f, 0, 3, .5f, 1, 1, -2};
  static const int32_t from[] = {1, 2, 0};
  static const int64_t to[] = {1, 0, 3}, pairs[] = {0, 3, 2, 0, 1, 1};
  static const double weights[] = {-2, .25, .5};
  static const double matrix[12] = {[3] = .5, [5] = -2, [8] = .25};
  const size_t three = 3, shape[2] = {3, 4};
  amine_error error = {0};
  am_npz_builder *npz;
  put_file(in_folder("p.csv"), csv, sizeof csv - 1);
  expect_pairs(in_folder("p.csv"), want);
  put_file(in_folder("p.txt"), blanks, sizeof blanks - 1);
  expect_pairs(in_folder("p.txt"), "0-3:7 1-1:7 2-0:7 ");
  EXPECT_OK(am_npy_save(in_folder("p.npy"), AM_F32, 2, (size_t[]){3, 3}, rows, &error), &error);
  expect_pairs(in_folder("p.npy"), want);
  EXPECT_OK(am_npy_save(in_folder("q.npy"), AM_I64, 2, (size_t[]){3, 2}, pairs, &error), &error);
  expect_pairs(in_folder("q.npy"), "0-3:7 1-1:7 2-0:7 ");
  for (int k = 0; k < 2; k++) {
    EXPECT_OK(am_npz_builder_new(&npz, &error), &error);
    if (k == 0) {
      EXPECT_OK(am_npz_builder_add(npz, "sources", AM_I32, 1, &three, from, &error), &error);
      EXPECT_OK(am_npz_builder_add(npz, "targets", AM_I64, 1, &three, to, &error), &error);
      EXPECT_OK(am_npz_builder_add(npz, "weights", AM_F64, 1, &three, weights, &error), &error);
    } else {
      EXPECT_OK(am_npz_builder_add(npz, "matrix", AM_F64, 2, shape, matrix, &error), &error);
    }
    EXPECT_OK(am_npz_builder_save(npz, in_folder("p.npz"), true, &error), &error);
    am_npz_builder_free(npz);
    expect_pairs(in_folder("p.npz"), want);
  }
  put_file(in_folder("none.csv"), "# nobody\n", 9);
  expect_pairs(in_folder("none.csv"), "");
}

static void wrong_files_of_synapses_are_refused(void **state) {
  (void)state;
  static const char *const texts[][2] = {
      {"0 1\n0 4\n", "pair 1, from 0 to 4: a source is a whole number from 0 to 2, a target from 0 to 3"},
      {"3 1\n", "pair 0, from 3 to 1"},
      {"0.5 1\n", "from 0.5 to 1"},
      {"-1 1\n", "from -1 to 1"},
      {"0 1 2e6\n", "the weight 2000000"},
      {"0 1\n0 1 2\n", "line 2 has 3 numbers, those before it 2"},
      {"0\n", "line 1: 2 to 3 numbers"},
      {"0 1 2 3\n", "line 1: 2 to 3 numbers"},
      {"a,b\nc,d\n", "line 2: 2 to 3 numbers"},
      {"0 1\na b\n", "line 2: 2 to 3 numbers"},
      {"0 1,\n", "line 1"},
      {"0,,1\n", "line 1"},
      {"0 nan\n", "line 1"},
  };
  static const float wide[12] = {0}, nan[] = {0, 1, NAN};
  const size_t one = 1, two = 2, shape[2] = {4, 3};
  amine_error error = {0};
  amine_brain *b;
  am_npz_builder *npz;
  for (size_t k = 0; k < sizeof texts / sizeof *texts; k++) {
    put_file(in_folder("w.csv"), texts[k][0], strlen(texts[k][0]));
    expect_failure(build_with_pairs(&b, in_folder("w.csv"), &error), AMINE_ERROR_INPUT, &error,
                   texts[k][1]);
  }
  EXPECT_OK(am_npy_save(in_folder("w.npy"), AM_F32, 2, (size_t[]){2, 4}, wide, &error), &error);
  expect_failure(build_with_pairs(&b, in_folder("w.npy"), &error), AMINE_ERROR_INPUT, &error, "[n][3]");
  EXPECT_OK(am_npy_save(in_folder("w.npy"), AM_F32, 2, (size_t[]){1, 3}, nan, &error), &error);
  expect_failure(build_with_pairs(&b, in_folder("w.npy"), &error), AMINE_ERROR_INPUT, &error, "weight");
  static const char *const sentences[] = {"one length", "must have the arrays", "[3][4]"};
  for (int k = 0; k < 3; k++) {
    EXPECT_OK(am_npz_builder_new(&npz, &error), &error);
    if (k < 2) EXPECT_OK(am_npz_builder_add(npz, "sources", AM_F32, 1, &one, wide, &error), &error);
    if (k < 1) EXPECT_OK(am_npz_builder_add(npz, "targets", AM_F32, 1, &two, wide, &error), &error);
    if (k == 2) EXPECT_OK(am_npz_builder_add(npz, "matrix", AM_F32, 2, shape, wide, &error), &error);
    EXPECT_OK(am_npz_builder_save(npz, in_folder("w.npz"), false, &error), &error);
    am_npz_builder_free(npz);
    expect_failure(build_with_pairs(&b, in_folder("w.npz"), &error), AMINE_ERROR_INPUT, &error,
                   sentences[k]);
  }
  put_file(in_folder("w.npz"), "PK\3\4 and nothing more", 21);
  assert_int_equal(build_with_pairs(&b, in_folder("w.npz"), &error), AMINE_ERROR_INPUT);
  expect_failure(build_with_pairs(&b, in_folder("missing.csv"), &error), AMINE_ERROR_IO, &error,
                 "missing.csv");
}

/* A model's folder is where its files are, projections' too. */
static void files_of_projections_go_with_the_model(void **state) {
  (void)state;
  json_t *root = tree("{\"inputs\": [{\"file\": \"a.gdf\"}, {}], \"projections\": [{}, {\"file\": "
                      "\"b.csv\"}, {\"file\": \"/c.csv\"}]}");
  static const char *const want[] = {"there/a.gdf", "there/b.csv", "/c.csv"};
  amine_error error = {0};
  EXPECT_OK(am_model_files_from(root, "there", &error), &error);
  for (size_t k = 0; k < 3; k++)
    assert_string_equal(json_string_value(json_object_get(am_model_file_at(root, k), "file")), want[k]);
  assert_null(am_model_file_at(root, 3));
  json_decref(root);
}

/* ------------------------------------------------------------------------------ paths */

static const char *const known[] = {"dt_ms",
                                    "dt",
                                    "populations",
                                    "populations.E",
                                    "populations.E.n",
                                    "populations.E.values.a",
                                    "populations.E.positions",
                                    "projections.in.weight",
                                    "projections.in.values.a_plus",
                                    "projections.in.short_term.u",
                                    "events.look.every_ms",
                                    "events.look.period_ms",
                                    "inputs.told.times_ms",
                                    "inputs.E.mean",
                                    "targets.E.tau_ms",
                                    "neuromodulation.step_ms",
                                    "neuromodulation.dopamine.baseline",
                                    "lattice_shape",
                                    "neuron_model.type",
                                    "populations.E.initial.v",
                                    "populations.E.initial.u.uniform",
                                    "populations.E.initial.g_x",
                                    "populations.E.receptors.x.tau_ms",
                                    "neuron_model.params_default.tau_m",
                                    "neuron_model.params.tau_m_ms",
                                    "cell_types.inhibitory.params.a",
                                    "plasticity.rule",
                                    "plasticity.learning_rate",
                                    "plasticity.weight_min",
                                    "plasticity.bcm_tau_ms",
                                    "plasticity.homeostatic.target_rate",
                                    "connectivity.probability",
                                    "senses.vision.w_index",
                                    "areas.V1.coord_ranges.x",
                                    "areas.A1.density",
                                    "neuron_density"};
static const char *const unknown[][2] = {
    {"dt_mss", "dt_ms"},
    {"populatoins.E.n", "populations"},
    {"populations.F.n", "E"},
    {"populations.E.m", "n"},
    {"populations.E.modl", "model"},
    {"populations.E.values.v_peak", "v_peak_mv"},
    {"populations.E.initial.vv", "v"},
    {"populations.E.initial.w", "v"},
    {"populations.E.initial.v.norm", "v"},
    {"populations.E.receptors.y.tau_ms", "x"},
    {"populations.E.receptors.x.tau", "tau_ms"},
    {"projections.in.wieght", "weight"},
    {"projections.inn.weight", "in"},
    {"projections.in.values.a_pluss", "a_plus"},
    {"neuromodulation.dopamin.baseline", "dopamine"},
    {"neuromodulation.dopamine.basline", "baseline"},
    {"plasticity.homeostatic.target", NULL},
    {"plasticity.tau_plus", NULL}, /* bcm has none */
    {"areas.V1.coord_ranges.q", "x"},
    {"areas.V2.density", "V1"},
    {"events.lock.current", "look"},
    {"events.look.curent", "current"},
    {"seed", NULL}, /* the run's */
    {"", NULL},
    {".", NULL},
    {"populations.", NULL},
    {"populations.E.", NULL},
    {"populations.E.n.x", NULL},
    {"populations.E.values.a.b", "a"},
    {"a word that is very far from anything that there is in a model, and long, too", NULL},
};

static void paths_of_keys_are_known(void **state) {
  (void)state;
  json_t *root = tree(whole_model);
  am_found found;
  for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
    if (!am_brain_find_key(&found, &am_brain_parts, root, known[k]))
      fail_msg("%s is not known", known[k]);
    const char *meaning = found.field ? found.field->meaning : found.parameter->meaning;
    if (!meaning || !meaning[0]) fail_msg("%s has no meaning", known[k]);
  }
  for (size_t k = 0; k < sizeof unknown / sizeof *unknown; k++) {
    if (am_brain_find_key(&found, &am_brain_parts, root, unknown[k][0]))
      fail_msg("%s is known", unknown[k][0]);
    if (unknown[k][1] && (!found.nearest || strcmp(found.nearest, unknown[k][1]) != 0))
      fail_msg("%s: did you mean %s?", unknown[k][0], found.nearest ? found.nearest : "nothing");
  }
  json_decref(root);
  root = tree("{\"projections\": [{\"source\": \"E\", \"target\": \"I\"}]}");
  assert_true(am_brain_find_key(&found, &am_brain_parts, root, "projections.E-I.weight"));
  assert_false(am_brain_find_key(&found, &am_brain_parts, root, "projections.E-E.weight"));
  json_decref(root);
  root = tree("{\"populations\": [{\"name\": \"L2\", \"n\": 1, \"model\": \"lif\"},"
              " {\"name\": \"L2.3\", \"n\": 2, \"model\": \"lif\"}]}");
  assert_true(am_brain_find_key(&found, &am_brain_parts, root, "populations.L2.3.n"));
  assert_true(am_brain_find_key(&found, &am_brain_parts, root, "populations.L2.n"));
  assert_false(am_brain_find_key(&found, &am_brain_parts, root, "populations.L2.3.tau"));
  assert_string_equal(found.wrong, "tau");
  assert_string_equal(found.nearest, "tau_m_ms");
  assert_string_equal(found.inside, "values");
  json_decref(root);
}

/* ------------------------------------------------------------------------------ documentation */

static char *documentation;

/* Each name of each table stands in docs/model.md in code font. */
static void check_table(const am_table *table) {
  for (const am_field *f = table->fields; f->name; f++) {
    char quoted[80];
    snprintf(quoted, sizeof quoted, "`%s`", f->name);
    if (!strstr(documentation, quoted)) fail_msg("docs/model.md has no %s", quoted);
    if (f->kind != AM_FIELD_OTHERS && !(f->meaning && f->meaning[0]))
      fail_msg("amine show would not explain %s", f->name);
    if (f->inside) check_table(f->inside);
  }
}

/* The row of a parameter, with its unit and standard value, stands in the table behind `from`. */
static void check_parameter(const char *from, const char *of, const amine_parameter *p,
                            bool value) {
  char row[200], number[40];
  snprintf(number, sizeof number, "%s%.10g |", p->standard < 0 ? "−" : "", fabs(p->standard));
  snprintf(row, sizeof row, "\n| `%s` | %s | %s", p->name, p->unit, value ? number : "by rule |");
  const char *end = strstr(from, "\n**"), *at = strstr(from, row);
  if (!at || (end && at > end)) fail_msg("docs/model.md says of %s no \"%s\"", of, row + 1);
}

static void check_part(const am_part *part) {
  char head[100];
  const amine_parameter *p = part->parameters;
  const char *all = strstr(documentation, "All rules have these");
  snprintf(head, sizeof head, "\n**`%s`** — ", part->name);
  const char *own = strstr(documentation, head);
  if (!all || !own) fail_msg("docs/model.md has no %s", part->name);
  own += 3;
  for (int k = 0; p && p[k].name; k++) {
    const bool common = part->kind == AM_SYNAPSE && k < AM_VALUES_COMMON;
    check_parameter(common ? all : own, part->name, &p[k], !common || k > AM_VALUE_W_MAX);
  }
}

static int read_documentation(void **state) {
  (void)state;
  static char text[200000];
  FILE *f = fopen(TEST_SOURCE "/../docs/model.md", "rb");
  if (!f) return -1;
  text[fread(text, 1, sizeof text - 1, f)] = 0;
  documentation = text;
  return fclose(f);
}

static void every_key_is_documented(void **state) {
  (void)state;
  check_table(&am_model_table);
  for (const am_part *const *part = am_brain_parts.parts; *part; part++) check_part(*part);
}

static void documented_examples_run(void **state) {
  (void)state;
  static const char fence[] = "```json\n";
  int n = 0;
  for (const char *p = documentation; (p = strstr(p, fence)) != NULL; n++) {
    p += sizeof fence - 1;
    json_t *root;
    amine_error error = {0};
    am_text notes = {0};
    EXPECT_OK(
        am_json_parse(&root, "docs/model.md", p, (size_t)(strstr(p, "```") - p), NULL, &error),
        &error);
    amine_brain *b = brain_of(root, 1, &notes);
    assert_int_equal(notes.length, 0);
    EXPECT_OK(amine_brain_run(b, 500, &error), &error);
    uint64_t spikes = 0;
    for (int k = 0; k < amine_brain_n_populations(b); k++) spikes += amine_brain_spike_count(b, k);
    assert_true(spikes > 0);
    amine_brain_destroy(b);
    json_decref(root);
  }
  assert_int_equal(n, 3);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(default_model_is_as_promised),
      cmocka_unit_test(counts_follow_the_density),
      cmocka_unit_test(cell_types_share_an_area),
      cmocka_unit_test(cells_and_synapses_have_names),
      cmocka_unit_test(default_areas_follow_the_senses),
      cmocka_unit_test(foreign_file_loads),
      cmocka_unit_test(notes_end_somewhere),
      cmocka_unit_test(spellings_are_understood),
      cmocka_unit_test(seed_makes_the_brain),
      cmocka_unit_test(every_choice_of_sites_is_equally_likely),
      cmocka_unit_test(explicit_form_is_what_it_says),
      cmocka_unit_test(whole_model_is_built),
      cmocka_unit_test(forms_do_not_get_in_each_others_way),
      cmocka_unit_test(pictures_fall_on_the_lattice),
      cmocka_unit_test(pictures_come_from_files),
      cmocka_unit_test(spikes_come_from_files),
      cmocka_unit_test(synapses_come_from_files),
      cmocka_unit_test(wrong_files_of_synapses_are_refused),
      cmocka_unit_test(files_of_projections_go_with_the_model),
      cmocka_unit_test(paths_of_keys_are_known),
      cmocka_unit_test_setup(every_key_is_documented, read_documentation),
      cmocka_unit_test_setup(documented_examples_run, read_documentation),
  };
  return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
