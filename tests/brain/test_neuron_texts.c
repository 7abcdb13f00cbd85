/* Neuron models that are texts: what they do beside our kernels (tests/brain/test_neurons.c holds both
 * to an independent reference), with every instruction set, in 32 and in 64 bits; how far each scheme
 * is from the solution, by the method of Runge and Kutta with very short steps, and that its error
 * falls with the step as it should (in double, which prints the table of docs/neurons.md); and what is
 * said of a text that is wrong. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "brain/brain.h"
#include "brain/neuron_text.h"

#define GOOD(call)                                                                                 \
  if ((call) != AMINE_OK) fail_msg("%s", error.message)

enum { NEURONS = 300 }; /* one block of a program, and a part of another */

static am_neuron_text_model *text_of(const char *text) {
  am_neuron_text_model *m;
  amine_error error;
  GOOD(am_neuron_text_model_make(&m, "mine.txt", text, &error));
  return m;
}

/* ------------------------------------------------------------------------------ beside kernels */
typedef struct drive {
  const char *model;
  double dt_ms, current, noise, rate_hz, weight[2];
  amine_value values[4];
  double tolerance; /* of states, over the larger of 1 and the value; 0: the same bits */
  int steps;
} drive;

/* A population that is driven by noise and by Poisson sources at both receptors, under modulators. */
static amine_brain *driven(const drive *d, const am_registry *parts) {
  amine_error error;
  amine_brain *b;
  int id, n = 0;
  while (d->values[n].name) n++;
  GOOD(am_brain_create(&b, parts, d->dt_ms, 7, &error));
  GOOD(amine_brain_add_population(b, &id, "p", NEURONS, d->model, d->values, n, &error));
  GOOD(amine_brain_set_current(b, id, d->current, d->noise, &error));
  for (int r = 0; r < 2; r++)
    GOOD(amine_brain_set_poisson(b, id, (amine_receptor)r, d->rate_hz, d->weight[r], &error));
  b->populations[id].gain = (am_real)1.125;
  b->populations[id].threshold = (am_real)1.0625;
  return b;
}

static am_registry with(const char *model, am_neuron_text_model *text) {
  am_registry mine = am_brain_parts;
  for (const am_part **part = mine.parts; *part; part++)
    if ((*part)->kind == AM_NEURON && strcmp((*part)->name, model) == 0) *part = &text->is.part;
  snprintf(text->name, sizeof text->name, "%s", model);
  return mine;
}

static void compare_states(const amine_brain *a, const amine_brain *b, const drive *d) {
  const am_neuron_model *model = a->populations[0].model;
  for (int s = 0; model->states[s]; s++)
    for (int i = 0; i < NEURONS; i++) {
      const double x = (double)a->states[s][i], y = (double)b->states[s][i];
      if (d->tolerance == 0 ? x == y : fabs(x - y) <= d->tolerance * fmax(1, fabs(x))) continue;
      fail_msg("%s: %s of neuron %d is %.9g, and by its text %.9g, after %llu steps", d->model,
               model->states[s], i, x, y, (unsigned long long)a->step);
    }
}

static void fires_as_its_kernel(void **state) {
  const drive *d = *state;
  amine_error error;
  am_neuron_text_model *text =
      text_of(((const am_part *)am_registry_find(&am_brain_parts, AM_NEURON, d->model))->text);
  const am_registry mine = with(d->model, text);
  amine_brain *a = driven(d, &am_brain_parts), *b = driven(d, &mine);
  for (int k = 0; k < d->steps; k += d->steps / 4) {
    GOOD(amine_brain_run(a, (uint64_t)(d->steps / 4), &error));
    GOOD(amine_brain_run(b, (uint64_t)(d->steps / 4), &error));
    compare_states(a, b, d);
    assert_int_equal(a->populations[0].is_wide, b->populations[0].is_wide);
    assert_memory_equal(a->populations[0].counts, b->populations[0].counts,
                        NEURONS * sizeof *a->populations[0].counts);
  }
  uint64_t spikes = amine_brain_spike_count(a, 0);
  if (spikes < NEURONS)
    fail_msg("%s: %llu spikes are too few to tell", d->model, (unsigned long long)spikes);
  amine_brain_destroy(a);
  amine_brain_destroy(b);
  am_neuron_text_model_free(text);
}

static drive drives[] = {
    {"lif", 0.1, 14, 30, 800, {1.5, -1}, {{0}}, 2e-5, 2000},
    {"lif", 0.1, 15, 30, 800, {1.5, -1}, {{"tau_e_ms", 5}, {"tau_i_ms", 10}, {0}}, 2e-5, 2000},
    {"lif",
     0.1,
     60,
     30,
     800,
     {90, -50},
     {{"tau_m_ms", 400}, {"v_threshold_mv", -60}, {0}},
     2e-5,
     2000},
    {"lif-cond", 0.1, 90, 100, 800, {4, 3}, {{0}}, 2e-5, 2000},
    {"izhikevich", 0.5, 4, 6, 500, {5, -3}, {{0}}, 0, 2000},
    {"izhikevich-2007", 0.5, 80, 150, 500, {100, -60}, {{0}}, 0, 500},
    {"izhikevich-2007", 1, 80, 90, 500, {30, -20}, {{"tau_e_ms", 3}, {"tau_i_ms", 6}, {0}}, 0, 500},
    {"izhikevich", 1, 4, 6, 500, {2, -1}, {{"tau_e_ms", 3}, {"tau_i_ms", 6}, {0}}, 0, 1000},
    {"adex", 0.1, 500, 600, 800, {6, 4}, {{0}}, 2e-4, 1000},
    {"escape", 0.5, 9, 12, 500, {1, -0.5}, {{0}}, 2e-5, 2000},
};
#define N_DRIVES (sizeof drives / sizeof *drives)

/* ------------------------------------------------------------------------------ by a rate */
enum { SOURCES = 300, MOST_READ = 400000 };

/* Sources of three kinds: of one rate, each of its own, and those driven. */
static void add_sources(amine_brain *b, double rate_hz) {
  amine_error error;
  float each[SOURCES];
  int id;
  const amine_value rate = {"rate_hz", rate_hz};
  for (int i = 0; i < SOURCES; i++) each[i] = (float)(rate_hz * i / (SOURCES / 2));
  for (int k = 0; k < 3; k++) {
    GOOD(amine_brain_add_population(b, &id, (const char *[]){"a", "b", "c"}[k], SOURCES, "poisson",
                                    &rate, 1, &error));
    if (k == 1) GOOD(amine_brain_set_parameter(b, id, "rate_hz", each, &error));
  }
  amine_drive by = amine_drive_default();
  const double times[] = {5, 40}, values[] = {rate_hz, rate_hz / 3};
  by.kind = AMINE_DRIVE_RATE, by.times_ms = times, by.values = values, by.n_values = 2;
  by.amplitude = rate_hz / 2, by.period_ms = 12;
  GOOD(amine_brain_add_drive(b, id, &by, &error));
}

/* Who fired when, as often as it did. */
static size_t spikes_of(const am_registry *parts, double rate_hz, am_isa isa, uint64_t *steps,
                        int *neurons) {
  amine_error error;
  amine_brain *b;
  GOOD(am_brain_create(&b, parts, 0.5, 11, &error));
  add_sources(b, rate_hz);
  b->isa = isa;
  b->pass = am_brain_passes[isa];
  GOOD(amine_brain_run(b, 200, &error));
  const size_t n = amine_brain_n_spikes(b);
  assert_true(n > 1000 && n < MOST_READ);
  int of;
  for (size_t k = 0; k < n; k++) {
    amine_brain_read_spikes(b, &steps[k], &of, &neurons[k], 1);
    neurons[k] += SOURCES * of;
  }
  amine_brain_destroy(b);
  return n;
}

/* Less than one spike a step, some, and many: the same spikes as of the kernel. */
static void fires_by_a_rate_as_its_kernel(void **state) {
  (void)state;
  static uint64_t steps[2][MOST_READ];
  static int neurons[2][MOST_READ];
  am_neuron_text_model *text = text_of(am_neuron_text_poisson);
  const am_registry mine = with("poisson", text);
  assert_true(am_neuron_takes_rate(&text->is));
  for (int k = 0; k < 3; k++) {
    const double rate_hz = (double[]){20, 400, 3000}[k];
    const size_t n = spikes_of(&am_brain_parts, rate_hz, AM_ISA_PLAIN, steps[0], neurons[0]);
    int repeated = 0;
    for (size_t i = 1; i < n; i++)
      repeated += steps[0][i] == steps[0][i - 1] && neurons[0][i] == neurons[0][i - 1];
    assert_true(k == 0 || repeated > 1000);
    for (int isa = 0; isa < AM_N_ISA; isa++) {
      if (!am_isa_runs((am_isa)isa)) continue;
      assert_int_equal(n, spikes_of(&mine, rate_hz, (am_isa)isa, steps[1], neurons[1]));
      assert_memory_equal(steps[0], steps[1], n * sizeof **steps);
      assert_memory_equal(neurons[0], neurons[1], n * sizeof **neurons);
    }
  }
  am_neuron_text_model_free(text);
}

/* A rate of constants of one's own; what is out of all bounds is as much as may be. */
static void a_rate_of_ones_own(void **state) {
  (void)state;
  am_neuron_text_model *m = text_of(
      "neuron bursts\nconstant rate_hz = 100 from 0 to 1e9 Hz\nconstant often = 2 from -1 to 9\n"
      "each often\ngiven dt\npoisson often * rate_hz * dt / 1000\n");
  am_registry mine = am_brain_parts;
  amine_error error = {0};
  amine_brain *b;
  int id;
  float often[1000];
  GOOD(am_registry_add(&mine, &m->is.part, &error));
  assert_false(am_neuron_takes_rate(&m->is));
  GOOD(am_brain_create(&b, &mine, 1, 1, &error));
  GOOD(amine_brain_add_population(b, &id, "p", 1000, "bursts", NULL, 0, &error));
  for (int i = 0; i < 1000; i++) often[i] = i < 500 ? 9 : -1;
  GOOD(amine_brain_set_parameter(b, id, "often", often, &error));
  GOOD(amine_brain_run(b, 100, &error));
  const double n = (double)amine_brain_spike_count(b, id), mean = 500 * 100 * 0.9;
  assert_true(fabs(n - mean) < 5 * sqrt(mean));
  amine_drive by = amine_drive_default();
  by.kind = AMINE_DRIVE_RATE;
  amine_brain_destroy(b);
  GOOD(am_brain_create(&b, &mine, 1, 1, &error));
  const amine_value much = {"rate_hz", 1e9};
  GOOD(amine_brain_add_population(b, &id, "p", 20, "bursts", &much, 1, &error));
  assert_int_equal(amine_brain_add_drive(b, id, &by, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "population p: bursts takes no drive");
  GOOD(amine_brain_run(b, 10, &error));
  const double most = 20 * 10 * (double)AM_NEURON_MEAN_MOST;
  assert_true(fabs((double)amine_brain_spike_count(b, id) - most) < 5 * sqrt(most));
  amine_brain_destroy(b);
  am_neuron_text_model_free(m);
}

/* ------------------------------------------------------------------------------ the same bits */
/* Everything that an operation can be, in 32 bits or, slow as it is then, in 64. */
static const char everything[] =
    "neuron everything\n"
    "constant tau = 8 from 1 to 1e6 ms\n"
    "constant c = -60 from -100 to 0\n"
    "each c\n"
    "state v = -65 mV, m = 0.1, n, x, y, z\n"
    "input I\n"
    "arrival a\n"
    "given threshold, gain, dt\n"
    "k = clip((v + 65) / 10, -3, 3)\n"
    "x' = (y - x) / 30\n"
    "y' = -y / 5\n"
    "m' = (sigmoid(k) - m) / exprel(-k) / 4 by exponential_euler\n"
    "n' = tanh(k) - n * (1 + abs(n)) by heun\n"
    "z' = (softplus(k) - z) / (1 + sqrt(abs(v))) by midpoint\n"
    "v' = (-65 - v + I + x + 3 * m - 2 * relu(n) + z - log(1 + exp(k))) / tau by half_steps\n"
    "begin : y <- y + a\n"
    "end : n <- where(n > 1, 1, n), z <- min(z, 2)\n"
    "chance 1 - exp(-dt * exp((v + 55 * threshold) / 3)) : v <- c, x <- x + gain, m <- spike(m, "
    "1)\n";

static void the_same_bits_everywhere(void **state) {
  (void)state;
  am_neuron_text_model *text = text_of(everything);
  am_registry mine = am_brain_parts;
  amine_error error;
  GOOD(am_registry_add(&mine, &text->is.part, &error));
  for (int wide = 0; wide < 2; wide++) {
    am_real states[6][NEURONS];
    uint64_t spikes = 0;
    drive d = {"everything", 0.5, 8, 4, 400, {2, 1}, {{"tau", wide ? 6000 : 8}, {0}}, 0, 0};
    for (int isa = 0; isa < AM_N_ISA; isa++) {
      if (!am_isa_runs((am_isa)isa)) continue;
      amine_brain *b = driven(&d, &mine);
      b->isa = (am_isa)isa;
      b->pass = am_brain_passes[isa];
      GOOD(amine_brain_run(b, 800, &error));
      if (sizeof(am_real) < sizeof(double)) assert_int_equal(b->populations[0].is_wide, wide);
      if (isa == 0) spikes = amine_brain_spike_count(b, 0);
      assert_true(spikes > NEURONS);
      assert_int_equal(spikes, amine_brain_spike_count(b, 0));
      for (int s = 0; s < 6; s++) {
        if (isa == 0) memcpy(states[s], b->states[s], sizeof states[s]);
        assert_memory_equal(states[s], b->states[s], sizeof states[s]);
      }
      amine_brain_destroy(b);
    }
  }
  am_neuron_text_model_free(text);
}

/* ------------------------------------------------------------------------------ how exactly */
/* One neuron, as what its text becomes in so many steps of dt_ms with a current. */
static void integrate(double *states, const char *source, double dt_ms, int steps, double current,
                      uint64_t *spikes) {
  am_neuron_text_model *text = text_of(source);
  am_registry mine = am_brain_parts;
  amine_error error;
  amine_brain *b;
  int id;
  GOOD(am_registry_add(&mine, &text->is.part, &error));
  GOOD(am_brain_create(&b, &mine, dt_ms, 1, &error));
  GOOD(amine_brain_add_population(b, &id, "p", 1, text->name, NULL, 0, &error));
  GOOD(amine_brain_set_current(b, id, current, 0, &error));
  GOOD(amine_brain_run(b, (uint64_t)steps, &error));
  for (int s = 0; text->is.states[s]; s++)
    states[s] =
        b->populations[id].is_wide ? b->populations[id].wide[s][0] : (double)b->states[s][0];
  if (spikes) *spikes = amine_brain_spike_count(b, id);
  amine_brain_destroy(b);
  am_neuron_text_model_free(text);
}

enum { MOST = 4 };
typedef void equations(double *slope, const double *x, double current);

static void runge_kutta(double *x, int n, equations *of, double current, double h) {
  double k[4][MOST], y[MOST];
  const double part[4] = {0, 0.5, 0.5, 1};
  for (int s = 0; s < 4; s++) {
    for (int i = 0; i < n; i++) y[i] = x[i] + (s > 0 ? h * part[s] * k[s - 1][i] : 0);
    of(k[s], y, current);
  }
  for (int i = 0; i < n; i++) x[i] += h / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
}

/* FitzHugh 1961 and Nagumo: an excitable neuron without units, time in ms. */
#define FITZHUGH(scheme)                                                                           \
  "neuron fitzhugh\nstate v = -1, w = -0.5\ninput I\narrival a\n"                                  \
  "v' = v - v * v * v / 3 - w + I by " scheme "\n"                                                 \
  "w' = (v + 0.7 - 0.8 * w) / 12.5 by " scheme "\n"                                                \
  "end : v <- v + a\nspike v >= 99\n"

static void fitzhugh(double *slope, const double *x, double current) {
  slope[0] = x[0] - x[0] * x[0] * x[0] / 3 - x[1] + current;
  slope[1] = (x[0] + 0.7 - 0.8 * x[1]) / 12.5;
}

static const struct {
  const char *name, *text;
  int order;
} schemes[] = {{"euler", FITZHUGH("euler"), 1},
               {"half_steps", FITZHUGH("half_steps"), 1},
               {"exponential_euler", FITZHUGH("exponential_euler"), 1},
               {"heun", FITZHUGH("heun"), 2},
               {"midpoint", FITZHUGH("midpoint"), 2}};

/* After 20 ms, in which it has gone up and down. */
static void errors_fall_with_the_step(void **state) {
  (void)state;
  static const double steps_ms[] = {0.5, 0.2, 0.1, 0.05, 0.02};
  enum { N_STEPS = 5 };
  const double floor = sizeof(am_real) == sizeof(double) ? 1e-11 : 3e-5;
  double exact[2] = {-1, -0.5};
  double top = -1;
  for (int k = 0; k < 20000; k++) {
    runge_kutta(exact, 2, fitzhugh, 0.5, 1e-3);
    top = fmax(top, exact[0]);
  }
  assert_true(top > 1.5);
  for (size_t s = 0; s < sizeof schemes / sizeof *schemes; s++) {
    double off[N_STEPS];
    print_message("| `%s` |", schemes[s].name);
    for (int k = 0; k < N_STEPS; k++) {
      double x[2] = {0};
      integrate(x, schemes[s].text, steps_ms[k], (int)lround(20 / steps_ms[k]), 0.5, NULL);
      off[k] = fmax(fabs(x[0] - exact[0]), fabs(x[1] - exact[1]));
      print_message(" %.1e |", off[k]);
    }
    print_message("\n");
    for (int k = 3; k < N_STEPS; k++) { /* of the shorter ones */
      const double fall = pow(steps_ms[k - 1] / steps_ms[k], schemes[s].order);
      if (off[k] < floor) continue;
      if (!(off[k - 1] / off[k] > 0.75 * fall && off[k - 1] / off[k] < 1.35 * fall))
        fail_msg("%s: %g at %g ms, %g at %g ms", schemes[s].name, off[k - 1], steps_ms[k - 1],
                 off[k], steps_ms[k]);
    }
  }
}

/* A neuron that adapts, all of it linear, and two coupled synapses: exact in steps of any length, while
 * v is held too. */
static const char linear[] =
    "neuron linear\nstate v = -60, w, x = 3, y = 2\ninput I\narrival a\n"
    "v' = (-60 - v - 2 * w + x + I) / 10\n"
    "w' = (0.5 * (v + 60) - w) / 40\n"
    "x' = (y - x) / 2\n"
    "y' = -y / 7\n"
    "end : v <- v + a\nspike v >= -50 : v <- -65, w <- w + 1\nrefractory 4 ms\n";

static bool is_held;
static void linear_equations(double *slope, const double *x, double current) {
  slope[0] = is_held ? 0 : (-60 - x[0] - 2 * x[1] + x[2] + current) / 10;
  slope[1] = (0.5 * (x[0] + 60) - x[1]) / 40;
  slope[2] = (x[3] - x[2]) / 2;
  slope[3] = -x[3] / 7;
}

static void what_is_linear_is_exact(void **state) {
  (void)state;
  for (int which = 0; which < 2; which++) {
    const double dt = which ? 0.1 : 2;
    const int steps = which ? 600 : 40;
    double want[4] = {-60, 0, 3, 2}, got[5] = {0};
    uint64_t spikes = 0, fired = 0;
    int held = 0;
    for (int k = 0; k < steps; k++) {
      is_held = held > 0;
      for (int i = 0; i < 100; i++) runge_kutta(want, 4, linear_equations, 30, dt / 100);
      held -= held > 0;
      if (is_held || !(want[0] >= -50)) continue;
      want[0] = -65, want[1] += 1, held = (int)lround(4 / dt), fired++;
    }
    integrate(got, linear, dt, steps, 30, &spikes);
    assert_true(fired > 2);
    assert_int_equal(spikes, fired);
    const double allowed = sizeof(am_real) == sizeof(double) ? 1e-10 : 1e-4;
    for (int s = 0; s < 4; s++)
      if (!(fabs(got[s] - want[s]) <= allowed))
        fail_msg("dt = %g ms: state %d is %.12g, not %.12g", dt, s, got[s], want[s]);
  }
}

/* Hodgkin and Huxley 1952, doi:10.1113/jphysiol.1952.sp004764, as docs/neurons.md has it. */
#define SQUID(scheme)                                                                              \
  "neuron squid\n"                                                                                 \
  "state v = -65 mV, m = 0.053, h = 0.596, n = 0.318, up\n"                                        \
  "input I\narrival a\n"                                                                           \
  "v' = I + 120 * m * m * m * h * (50 - v) + 36 * n * n * n * n * (-77 - v)"                       \
  "   + 0.3 * (-54.4 - v) by " scheme "\n"                                                         \
  "m' = (1 - m) / exprel(-(v + 40) / 10) - m * 4 * exp(-(v + 65) / 18) by " scheme "\n"            \
  "h' = (1 - h) * 0.07 * exp(-(v + 65) / 20) - h / (1 + exp(-(v + 35) / 10)) by " scheme "\n"      \
  "n' = (1 - n) * 0.1 / exprel(-(v + 55) / 10) - n * 0.125 * exp(-(v + 65) / 80) by " scheme "\n"  \
  "end : v <- v + a, up <- where(v < -20, 0, up)\n"                                                \
  "spike v - 1000 * up >= 0 : up <- 1\n"

static void squid(double *slope, const double *x, double current) {
  const double v = x[0], m = x[1], h = x[2], n = x[3];
  const double alpha_m = 0.1 * (v + 40) / (1 - exp(-(v + 40) / 10));
  const double alpha_n = 0.01 * (v + 55) / (1 - exp(-(v + 55) / 10));
  slope[0] =
      current + 120 * m * m * m * h * (50 - v) + 36 * n * n * n * n * (-77 - v) + 0.3 * (-54.4 - v);
  slope[1] = alpha_m * (1 - m) - 4 * exp(-(v + 65) / 18) * m;
  slope[2] = 0.07 * exp(-(v + 65) / 20) * (1 - h) - h / (1 + exp(-(v + 35) / 10));
  slope[3] = alpha_n * (1 - n) - 0.125 * exp(-(v + 65) / 80) * n;
}

/* How far v is from where it should be, each ms of the first 14 under 10 uA / cm2: an action potential
 * of which one look falls on the steep flank. */
static double squid_off(const char *text, double dt) {
  double x[4] = {-65, 0.053, 0.596, 0.318}, top = -100, worst = 0;
  uint64_t spikes = 0;
  for (int ms = 1; ms <= 14; ms++) {
    double got[5] = {0};
    for (int k = 0; k < 1000; k++) {
      runge_kutta(x, 4, squid, 10, 1e-3);
      top = fmax(top, x[0]);
    }
    integrate(got, text, dt, (int)lround(ms / dt), 10, &spikes);
    worst = fmax(worst, fabs(got[0] - x[0]));
    for (int s = 1; s < 4; s++) worst = fmax(worst, 50 * fabs(got[s] - x[s]));
  }
  assert_true(top > 30);
  assert_int_equal(spikes, 1);
  return worst;
}

static void squid_fires(void **state) {
  (void)state;
  const char *const text[] = {SQUID("exponential_euler"), SQUID("heun")};
  for (int k = 0; k < 2; k++) {
    const double coarse = squid_off(text[k], 0.02), fine = squid_off(text[k], 0.01);
    print_message("Hodgkin, Huxley by %s: %.2g mV at 0.02 ms, %.2g mV at 0.01 ms\n",
                  k ? "heun" : "exponential_euler", coarse, fine);
    assert_true(fine < (k ? 0.35 : 0.6) * coarse && fine < (k ? 0.5 : 15));
  }
}

/* ------------------------------------------------------------------------------ what is refused */
#define HEAD "state v = -65\ninput I\narrival a\n"
#define FIRES "spike v >= 20 : v <- -65\n"
static const struct {
  const char *text, *sentence;
} wrong[] = {
    {"", "mine.txt: the text is empty"},
    {"input I\narrival a\n", "mine.txt:1:1: there is no state: \"state v = -65 mV\""},
    {"state v\narrival a\n" FIRES,
     "mine.txt:1:1: there is no input: \"input I\" names the external current"},
    {"state v\ninput I\n" FIRES, "mine.txt:1:1: it is not said what arrives"},
    {HEAD "v' = I - v\n", "mine.txt:1:1: it is not said when it fires"},
    {HEAD "v' = I - w\n" FIRES, "mine.txt:4:10: nothing above says what w is"},
    {HEAD "w' = I\n" FIRES, "mine.txt:4:1: there is no state w: \"state w\" makes one"},
    {HEAD "v' = I\nv' = I\n" FIRES, "mine.txt:5:1: the derivative of v is said twice"},
    {HEAD "v' = v * v + I\n" FIRES,
     "mine.txt:4:12: v' is not linear with constant coefficients: say how it is integrated, as in "
     "\"v' = ... by heun\" (euler, half_steps, heun, midpoint, exponential_euler)"},
    {HEAD "state w\nv' = v * v + I by heun\nw' = v - w\n" FIRES,
     "mine.txt:6:8: w' rests on v, which is integrated by heun: say how w is"},
    {HEAD "v' = I by hein\n" FIRES, "mine.txt:4:11: hein is no scheme; did you mean heun?"},
    {HEAD "v <- 3\n" FIRES, "mine.txt:4:1: it is not said when v changes: \"begin : v <- ...\""},
    {HEAD "end : v <- v + a, v <- 2\n" FIRES, "mine.txt:4:19: v is updated twice in this line"},
    {HEAD "end v <- v + a\n" FIRES, "mine.txt:4:5: ':' is missing here, before what happens"},
    {HEAD "spike v : v <- 1\n", "mine.txt:4:9: a comparison belongs here: <, <=, > or >="},
    {HEAD "spike I > 2 : v <- 1\n",
     "mine.txt:4:7: that a neuron fires is told by a state of it: \"spike v >= 20\""},
    {HEAD FIRES FIRES, "mine.txt:5:7: it is said twice when a neuron fires"},
    {HEAD FIRES "refractory v\n", "mine.txt:5:12: how long a neuron is held is made of constants"},
    {HEAD "chance 0.1 : v <- 1\nrefractory 2 ms\n",
     "mine.txt:4:8: what fires by chance is not held"},
    {"constant r = 2 from 0 to 9\neach r\n" HEAD FIRES "refractory r\n",
     "mine.txt:7:12: how long they are held is one time for all neurons"},
    {"constant c = 1 from 2 to 3\n", "mine.txt:1:10: the value of c lies outside its range"},
    {"constant c = yes or no\n" HEAD FIRES, "mine.txt:1:10: a constant of a neuron is a number"},
    {"each c\n", "mine.txt:1:6: there is no constant c above"},
    {"given reward\n", "mine.txt:1:7: a neuron is given threshold, gain and dt, not reward"},
    {"state v, score\n"
     "input I\narrival a\n" FIRES,
     "mine.txt:1:10: score is the fourth state: rules find it there"},
    {HEAD "x = sum(v)\n" FIRES, "mine.txt:4:5: sum is of vectors: a text is about one neuron"},
    {HEAD "x = v @ v\n" FIRES, "mine.txt:4:7: a product of matrices is a network's"},
    {HEAD "trace T\n" FIRES, "mine.txt:4:1: a neuron has no trace: that is of networks and rules"},
    {HEAD "x = where(v, 1, 2)\n" FIRES, "mine.txt:4:12: a comparison belongs here"},
    {HEAD "x = exprell(v)\n" FIRES, "mine.txt:4:5: there is no function exprell"},
    {"input I\ninput J\n", "mine.txt:2:7: a neuron has one input, its external current"},
    {"arrival a, b, c\n", "mine.txt:1:15: a neuron has two receptors"},
    {"state refractory\n", "mine.txt:1:7: refractory is what a neuron counts how long it is held"},
    {"neuron p\nstate x\nx' = -x\npoisson x\n",
     "mine.txt:4:9: how often a neuron fires in a step is made of constants alone"},
    {HEAD "poisson 0.1\n", "mine.txt:4:9: what fires by a rate takes no input: \"chance ...\""},
    {"poisson 0.1\nchance 0.1\n", "mine.txt:2:8: it is said twice when a neuron fires"},
    {"poisson 0.1 : x <- 1\n", "mine.txt:1:13: "},
    {"state mean\n", "mine.txt:1:7: mean is how often a source fires: another name"},
    {"poisson 0.1\nrefractory 2 ms\n", "mine.txt:1:9: what fires by chance is not held"},
    {HEAD "v' = I ; 3\n" FIRES, "mine.txt:4:8: this sign means nothing here"},
};

static void a_wrong_text_gets_a_sentence(void **state) {
  (void)state;
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    am_neuron_text_model *m = NULL;
    amine_error error = {0};
    if (am_neuron_text_model_make(&m, "mine.txt", wrong[k].text, &error) != AMINE_ERROR_INPUT)
      fail_msg("this is taken:\n%s", wrong[k].text);
    if (!strstr(error.message, wrong[k].sentence))
      fail_msg("\n%s\nis answered by\n%s\nnot\n%s", wrong[k].text, error.message,
               wrong[k].sentence);
  }
}

/* A value that makes an infinite number of an equation, and a step that is too long. */
static void values_that_cannot_be(void **state) {
  (void)state;
  am_neuron_text_model *m = text_of(
      "constant k = 1 from 0 to 10\nconstant tau = 10 from 0.1 to 100 ms\n"
      "neuron square\n" HEAD "v' = (k * (v + 65) * (v + 65) - (v + 65)) / tau + I / k by heun\n"
      "end : v <- v + a\n" FIRES);
  am_registry mine = am_brain_parts;
  amine_error error = {0};
  amine_brain *b;
  GOOD(am_registry_add(&mine, &m->is.part, &error));
  GOOD(am_brain_create(&b, &mine, 1, 1, &error));
  const amine_value zero = {"k", 0}, fast = {"tau", 0.25};
  assert_int_equal(amine_brain_add_population(b, NULL, "p", 1, "square", &zero, 1, &error),
                   AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "population p: with these values the equations of square have "
                                     "numbers that are not finite");
  assert_int_equal(amine_brain_add_population(b, NULL, "p", 1, "square", &fast, 1, &error),
                   AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message,
                      "population p: with these values square needs steps of at most "
                      "0.5 ms, not 1 ms");
  GOOD(amine_brain_add_population(b, NULL, "p", 1, "square", NULL, 0, &error));
  amine_brain_destroy(b);
  am_neuron_text_model_free(m);
}

/* ------------------------------------------------------------------------------ main */
int main(void) {
  enum { OTHERS = 8 };
  struct CMUnitTest tests[OTHERS + N_DRIVES] = {cmocka_unit_test(errors_fall_with_the_step),
                                                cmocka_unit_test(what_is_linear_is_exact),
                                                cmocka_unit_test(squid_fires),
                                                cmocka_unit_test(a_wrong_text_gets_a_sentence),
                                                cmocka_unit_test(values_that_cannot_be),
                                                cmocka_unit_test(the_same_bits_everywhere),
                                                cmocka_unit_test(fires_by_a_rate_as_its_kernel),
                                                cmocka_unit_test(a_rate_of_ones_own)};
  for (size_t k = 0; k < N_DRIVES; k++)
    tests[OTHERS + k] =
        (struct CMUnitTest){drives[k].model, fires_as_its_kernel, NULL, NULL, &drives[k]};
  /* in double, how exactly alone: whole populations take long there */
  if (sizeof(am_real) == sizeof(double))
    return _cmocka_run_group_tests("exactly", tests, 3, NULL, NULL);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
