/* What drives a part of a population and changes in time, and plasticity: against Brian2
 * (tests/reference/brain_file.py), and by the counts that rates let expect. */
#include "format/support.h"
#include "model_support.h"
#include "replay.h"

#define N 3000

static amine_error error;

/* Of the last population of the file. */
static void neurons_are_those_of_brian(void **state) {
  const char *name = *state;
  am_tensor_file *f = open_data(TEST_DATA "/brain_file.safetensors");
  const am_tensor *v = tensor(f, name, "v", AM_F64), *spikes = tensor(f, name, "spikes", AM_I64);
  amine_brain *b = brain_from(note(f, name, "model"));
  float now[16];
  const int last = amine_brain_n_populations(b) - 1;
  for (int k = 0; k < last; k++) good(amine_brain_record(b, k, 0, &error), &error);
  for (size_t k = 0; k < v->dims[0]; k++) {
    run(b, 10);
    get(b, last, "v", now);
    for (size_t i = 0; i < v->dims[1]; i++)
      near((double)now[i], ((const double *)v->data)[k * v->dims[1] + i]);
  }
  assert_int_equal(amine_brain_n_spikes(b), spikes->dims[0]);
  for (size_t k = 0; k < spikes->dims[0]; k++) {
    uint64_t step;
    int neuron;
    amine_brain_read_spikes(b, &step, NULL, &neuron, 1);
    assert_int_equal(step, ((const int64_t *)spikes->data)[2 * k]);
    assert_int_equal(neuron, ((const int64_t *)spikes->data)[2 * k + 1]);
  }
  amine_brain_destroy(b);
  am_tensor_file_close(f);
}

/* Six sources, four targets: STDP that depends on the weight in three forms, and in the one in which
 * weights do not matter; and rules whose delays are in part, or all, the dendrites', at 130 Hz of both
 * sides for 0.8 s, in which float32 goes up to 7e-5 astray. */
static void weights_are_those_of_brian(void **state) {
  (void)state;
  static const char *const cases[] = {
      "weak",          "mixed",            "wide",           "additive",      "dendrite-weight",
      "dendrite-stdp", "dendrite-triplet", "dendrite-istdp", "dendrite-whole"};
  am_tensor_file *f = open_data(TEST_DATA "/brain_file.safetensors");
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    const am_tensor *w = tensor(f, cases[k], "w", AM_F64);
    amine_brain *b = brain_from(note(f, cases[k], "model"));
    float now[24];
    assert_int_equal(w->dims[1], 24);
    for (size_t row = 0; row < w->dims[0]; row++) {
      run(b, 1000);
      good(amine_brain_synapses(b, 0, "w", NULL, NULL, NULL, now, &error), &error);
      for (size_t i = 0; i < 24; i++) {
        const double want = ((const double *)w->data)[row * 24 + i];
        if (k < 4) near((double)now[i], want);
        else if (!(fabs((double)now[i] - want) <= 1e-4))
          fail_msg("%s: %.9g is not %.9g", cases[k], (double)now[i], want);
      }
    }
    amine_brain_destroy(b);
  }
  am_tensor_file_close(f);
}

/* Mean and variance of counts that are Poisson numbers with this mean, to five standard errors. */
static void poisson_with(const double *count, int n, double mean) {
  double sum = 0, squares = 0;
  for (int i = 0; i < n; i++) sum += count[i], squares += (count[i] - mean) * (count[i] - mean);
  if (mean == 0) assert_true(sum == 0);
  if (fabs(sum / n - mean) > 5 * sqrt(mean / n) ||
      fabs(squares / n - mean) > 5 * sqrt((mean + 2 * mean * mean) / n))
    fail_msg("mean %g, variance %g, not %g", sum / n, squares / n, mean);
}

/* V of a neuron that forgets next to nothing counts its arrivals. Two inputs that change, one of
 * them for every third neuron, and one that does not: each comes by itself. */
static void arrivals_come_as_often_as_they_should(void **state) {
  (void)state;
  static int third[N / 3];
  static float v[N], before[N];
  static double all[N], part[N / 3];
  const amine_value values[] = {
      {"tau_m_ms", 1e6}, {"v_rest_mv", 0}, {"v_reset_mv", 0}, {"v_threshold_mv", 1e3}};
  static const double times[] = {20, 50}, rates[] = {900, 0}, more[] = {0, 2500};
  static const double mean[3] = {400 * .02, 900 * .03, 0}, added[3] = {100 * .02, 0, 2500 * .04};
  amine_brain *b;
  for (int i = 0; i < N / 3; i++) third[i] = N - 1 - 3 * i;
  good(amine_brain_create(&b, 0.5, 3, &error), &error);
  const int p = add_population(b, "E", N, "lif", values, 4);
  amine_drive d = amine_drive_default();
  d.kind = AMINE_DRIVE_POISSON, d.before = 400;
  d.times_ms = times, d.values = rates, d.n_values = 2;
  good(amine_brain_add_drive(b, p, &d, &error), &error);
  d.before = 100, d.values = more, d.neurons = third, d.n_neurons = N / 3;
  good(amine_brain_add_drive(b, p, &d, &error), &error);
  good(amine_brain_set_poisson(b, p, AMINE_RECEPTOR_1, 200, 1, &error), &error);
  get(b, p, "v", before);
  for (int k = 0; k < 3; k++) {
    const double ms = k == 0 ? 20 : k == 1 ? 30 : 40, base = 200 * ms / 1000;
    int n = 0;
    run(b, (uint64_t)(2 * ms));
    get(b, p, "v", v);
    double together = 0;
    for (int i = 0; i < N; i++) {
      const double count = floor((double)v[i] - (double)before[i] + 0.5);
      if (i % 3 == 2) part[i / 3] = count;
      else all[n++] = count;
      if (i % 3 == 1) together += (count - base - mean[k]) * (all[n - 2] - base - mean[k]);
    }
    poisson_with(all, n, base + mean[k]);
    poisson_with(part, N / 3, base + mean[k] + added[k]);
    assert_true(fabs(together / (N / 3)) < 5 * (base + mean[k]) / sqrt(N / 3.0));
    memcpy(before, v, sizeof v);
  }
  amine_brain_destroy(b);
}

/* Sources fire as often as the integral of their rate says, on lines, in steps and by the sine,
 * which stops at 0; those that are not reached keep their own. */
static void sources_follow_their_rate(void **state) {
  (void)state;
  static const double times[] = {100, 300}, lines[] = {0, 400}, steps[] = {50, 0};
  static int reached[N / 2];
  static double count[3][N];
  for (int i = 0; i < N / 2; i++) reached[i] = i;
  amine_brain *b;
  good(amine_brain_create(&b, 1, 5, &error), &error);
  const amine_value rate = {"rate_hz", 30};
  const int p = add_population(b, "P", N, "poisson", &rate, 1);
  amine_drive d = amine_drive_default();
  d.kind = AMINE_DRIVE_RATE, d.ramps = 1;
  d.times_ms = times, d.values = lines, d.n_values = 2, d.neurons = reached, d.n_neurons = N / 2;
  good(amine_brain_add_drive(b, p, &d, &error), &error);
  d.ramps = 0, d.values = steps;
  good(amine_brain_add_drive(b, p, &d, &error), &error);
  d.n_values = 0, d.amplitude = 60, d.period_ms = 100;
  good(amine_brain_add_drive(b, p, &d, &error), &error);
  run(b, 400);
  while (amine_brain_n_spikes(b) > 0) {
    uint64_t step;
    int neuron;
    amine_brain_read_spikes(b, &step, NULL, &neuron, 1);
    count[step < 100 ? 0 : step < 300 ? 1 : 2][neuron] += 1;
  }
  double sine = 0, ramp = 0; /* the sums of the steps that begin there */
  for (int k = 0; k < 100; k++) sine += fmax(60 * sin(2 * M_PI * k / 100), 0) / 1000;
  for (int k = 0; k < 200; k++) ramp += 2 * k / 1000.0;
  poisson_with(count[0], N / 2, 3 + sine);
  poisson_with(count[1], N / 2, 6 + ramp + 10 + 2 * sine);
  poisson_with(count[2], N / 2, 3 + 40 + sine);
  poisson_with(count[0] + N / 2, N / 2, 3);
  poisson_with(count[1] + N / 2, N / 2, 6);
  amine_brain_destroy(b);
}

/* Files: a fraction is drawn by the seed, each neuron as likely as any other. */
static void a_fraction_is_drawn(void **state) {
  (void)state;
  json_t *root =
      tree("{\"populations\": [{\"name\": \"E\", \"n\": 10, \"model\": \"lif\"}], \"inputs\":"
           " [{\"population\": \"E\", \"type\": \"current\", \"mean\": 5, \"fraction\": 0.3}]}");
  int counts[10] = {0}, pairs = 0;
  for (uint64_t seed = 0; seed < 2000; seed++) {
    amine_brain *b = brain_of(root, seed, NULL);
    float v[10];
    int n = 0;
    run(b, 1);
    get(b, 0, "v", v);
    for (int i = 0; i < 10; i++) {
      counts[i] += v[i] > -65;
      n += v[i] > -65;
    }
    pairs += v[2] > -65 && v[7] > -65;
    assert_int_equal(n, 3);
    amine_brain_destroy(b);
  }
  for (int i = 0; i < 10; i++) assert_true(abs(counts[i] - 600) < 5 * sqrt(2000 * 0.3 * 0.7));
  assert_true(fabs(pairs - 2000 * 0.3 * 2 / 9) < 5 * sqrt(2000 * 0.0667 * 0.9333));
  json_decref(root);
}

/* A brain that is saved in the middle goes on with the same bits; one with another drive is another
 * brain. */
static void saved_brains_go_on(void **state) {
  (void)state;
  static const char model[] =
      "{\"populations\": [{\"name\": \"P\", \"n\": 40, \"model\": \"poisson\"},"
      "  {\"name\": \"E\", \"n\": 30, \"model\": \"lif\"}],"
      " \"projections\": [{\"source\": \"P\", \"target\": \"E\", \"connect\": \"all\"}], "
      "\"inputs\":"
      " [{\"population\": \"P\", \"type\": \"poisson\", \"rate_hz\": 9, \"amplitude\": %d},"
      "  {\"population\": \"E\", \"type\": \"poisson\", \"steps\": [[9, 800], [33, 60]],"
      "   \"range\": [3, 20]},"
      "  {\"population\": \"E\", \"type\": \"current\", \"ramps\": [[0, 3], [60, 19]]}]}";
  char text[2][900];
  float v[2][30];
  for (int k = 0; k < 2; k++) snprintf(text[k], sizeof text[k], model, 20 + k);
  amine_brain *a = brain_from(text[0]), *b = brain_from(text[0]), *c = brain_from(text[1]);
  const char *path = in_folder("drives");
  run(a, 27);
  good(amine_brain_save(a, path, &error), &error);
  good(amine_brain_restore(b, path, &error), &error);
  run(a, 40);
  run(b, 40);
  get(a, 1, "v", v[0]);
  get(b, 1, "v", v[1]);
  assert_memory_equal(v[0], v[1], sizeof v[0]);
  assert_int_equal(amine_brain_spike_count(a, 0), amine_brain_spike_count(b, 0));
  assert_int_equal(amine_brain_restore(c, path, &error), AMINE_ERROR_INPUT);
  amine_brain_destroy(a);
  amine_brain_destroy(b);
  amine_brain_destroy(c);
}

#define REFUSED(drive, population, part)                                                           \
  do {                                                                                             \
    if (amine_brain_add_drive(b, population, &(drive), &error) != AMINE_ERROR_ARGUMENT ||          \
        !strstr(error.message, part))                                                              \
      fail_msg("\"%s\" without \"%s\"", error.message, part);                                      \
  } while (0)

static void nonsense_is_refused(void **state) {
  (void)state;
  static const int twice[] = {1, 1}, none[] = {4};
  static const double times[] = {5, 5.2}, values[] = {1, -2}, huge[] = {1, 1e30};
  amine_brain *b;
  good(amine_brain_create(&b, 1, 5, &error), &error);
  add_population(b, "E", 4, "lif", NULL, 0);
  add_population(b, "P", 4, "poisson", NULL, 0);
  add_population(b, "S", 4, "spikes", NULL, 0);
  amine_drive d = amine_drive_default();
  REFUSED(d, 3, "no population 3");
  REFUSED(d, 1, "poisson takes a rate");
  REFUSED(d, 2, "spikes takes no drive");
  d.neurons = twice, d.n_neurons = 2;
  REFUSED(d, 0, "neuron 1 twice");
  d.neurons = none, d.n_neurons = 1;
  REFUSED(d, 0, "no neuron 4");
  d = amine_drive_default();
  d.n_values = 2;
  REFUSED(d, 0, "no times");
  d.times_ms = times, d.values = values;
  REFUSED(d, 0, "5.2 ms follows 5 ms");
  d = amine_drive_default(), d.before = INFINITY;
  REFUSED(d, 0, "not finite");
  d = amine_drive_default(), d.period_ms = 0;
  REFUSED(d, 0, "period of 0 ms");
  d = amine_drive_default(), d.kind = AMINE_DRIVE_RATE;
  REFUSED(d, 0, "no rate");
  d.before = -1;
  REFUSED(d, 1, "below 0");
  d.before = 499995;
  REFUSED(d, 1, "rate of 500005 Hz is not in 0 to 500000");
  d.kind = AMINE_DRIVE_POISSON, d.before = 1, d.ramps = 1;
  REFUSED(d, 0, "in steps only");
  d.ramps = 0, d.times_ms = (const double[]){1, 2}, d.values = huge, d.n_values = 2;
  REFUSED(d, 0, "rate of 1e+30 Hz");
  d = amine_drive_default();
  run(b, 1);
  REFUSED(d, 0, "until the first run");
  amine_brain_destroy(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(neurons_are_those_of_brian, (char[]){"currents"}),
      cmocka_unit_test_prestate(neurons_are_those_of_brian, (char[]){"differing"}),
      cmocka_unit_test_prestate(neurons_are_those_of_brian, (char[]){"dendrites"}),
      cmocka_unit_test_prestate(neurons_are_those_of_brian, (char[]){"receptors"}),
      cmocka_unit_test(weights_are_those_of_brian),
      cmocka_unit_test(arrivals_come_as_often_as_they_should),
      cmocka_unit_test(sources_follow_their_rate),
      cmocka_unit_test(a_fraction_is_drawn),
      cmocka_unit_test(saved_brains_go_on),
      cmocka_unit_test(nonsense_is_refused),
  };
  return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
