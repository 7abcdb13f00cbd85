/* A program of somebody else in which the library is a guest. Everything that a process can have
 * for itself is here not as in a program that only trains: a locale with a decimal comma, JSON
 * trees of its own, signal handlers, threads that round upward and flush subnormal numbers to zero.
 *
 * The guest must not notice: the same bits come out. And the host must not notice: all of it is
 * afterwards as it was. Linked against the shared library and its public headers only; built a
 * second time with -ffast-math, which makes the whole program flush to zero from its start. */
#include <amine/amine.h>
#include <errno.h>
#include <fenv.h>
#include <jansson.h>
#include <locale.h>
#include <math.h>
#include <omp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

static char folder[] = "/tmp/amine-host-XXXXXX";

static void fail(const char *what, const char *detail) {
  fprintf(stderr, "FAILED: %s: %s\n", what, detail);
  exit(1);
}

static void fine(amine_status status, const amine_error *error, const char *what) {
  if (status != AMINE_OK) fail(what, error->message);
}

static const char *in_folder(const char *name) {
  static char paths[4][128];
  static int next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

/* -------------------------------------------------------------------------------- the guest */

static uint64_t hash;

static void add(const void *data, size_t size) {
  const unsigned char *bytes = data;
  for (size_t k = 0; k < size; k++) hash = (hash ^ bytes[k]) * 0x100000001b3;
}

static void add_file(const char *path) {
  char data[4096];
  size_t n;
  FILE *f = fopen(path, "rb");
  if (!f) fail("a file that was saved", strerror(errno));
  while ((n = fread(data, 1, sizeof data, f)) > 0) add(data, n);
  fclose(f);
}

static void write_config(const char *path) {
  FILE *f = fopen(path, "w");
  if (!f) fail(path, strerror(errno));
  fputs("{\"task\": {\"type\": \"maze\", \"size\": 5, \"steps\": 12}, \"seed\": 3,\n"
        " \"network\": {\"hidden\": 12}, \"learner\": {\"rate\": 0.0015}, \"batch\": 8}\n",
        f);
  fclose(f);
}

/* Made from a file and from key=value texts with fractions; trained, saved, opened, evaluated. */
static void train(void) {
  const char *changes[] = {"learner.rate=0.003", "threads=3"};
  amine_error error;
  amine_experiment *x = NULL, *again = NULL;
  write_config(in_folder("config.json"));
  fine(amine_experiment_create(&x, in_folder("config.json"), changes, 2, &error), &error, "create");
  for (int k = 0; k < 4; k++) {
    amine_progress now = {.size = sizeof now};
    fine(amine_experiment_iterate(x, &now, &error), &error, "iterate");
    add(&now, sizeof now);
  }
  fine(amine_experiment_save(x, in_folder("x.safetensors"), &error), &error, "save");
  amine_experiment_destroy(x);
  add_file(in_folder("x.safetensors"));
  fine(amine_experiment_open(&again, in_folder("x.safetensors"), changes + 1, 1, &error), &error,
       "open");
  amine_score score = {.size = sizeof score};
  fine(amine_experiment_evaluate(again, &score, 20, 5, 0, &error), &error, "evaluate");
  add(&score, sizeof score);
  amine_experiment_destroy(again);
}

/* Neurons whose potentials are sums of many roundings, Poisson input, learning synapses. */
static void live(void) {
  static const amine_value lif[] = {{"tau_m_ms", 20.3},
                                    {"v_threshold_mv", -50.1},
                                    {"v_rest_mv", -60.7},
                                    {"v_reset_mv", -60.7}};
  amine_error error;
  amine_brain *b = NULL;
  float v[60];
  int a;
  fine(amine_brain_create(&b, 0.1, 7, &error), &error, "a brain");
  fine(amine_brain_add_population(b, &a, "a", 60, "lif", lif, 4, &error), &error, "a population");
  fine(amine_brain_set_current(b, a, 11.3, 0.7, &error), &error, "a current");
  amine_projection p = amine_projection_default();
  p.source = p.target = a;
  p.probability = 0.3;
  p.weight = 0.31;
  fine(amine_brain_connect(b, NULL, &p, &error), &error, "a projection");
  fine(amine_brain_set_threads(b, 3, &error), &error, "threads");
  fine(amine_brain_run(b, 2000, &error), &error, "a run");
  fine(amine_brain_get(b, a, "v", v, &error), &error, "potentials");
  add(v, sizeof v);
  fine(amine_brain_save(b, in_folder("brain.safetensors"), &error), &error, "save a brain");
  fine(amine_brain_restore(b, in_folder("brain.safetensors"), &error), &error, "restore a brain");
  add_file(in_folder("brain.safetensors"));
  amine_brain_destroy(b);
}

static void modulate(void) {
  static const char text[] = "{\"dopamine\": {\"baseline\": 0.6, \"tau_ms\": 1.5e2}}";
  amine_error error;
  amine_chemical c;
  fine(amine_chemical_from_json(&c, text, sizeof text - 1, &error), &error, "chemicals");
  add(&c.dopamine.level.baseline, sizeof(float));
}

static int look(void *user, amine_experiment *x, const amine_progress *now) {
  (void)user, (void)x;
  add(&now->reward, sizeof now->reward);
  return 0;
}

/* A network of the host's own, whose text and configuration have fractions, and an episode of it. */
static void add_own(void) {
  static const char text[] = "network leak\n"
                             "constant keep = 0.25 from 0.125 to 0.75 \"what stays\"\n"
                             "input u\nstate h[n]\n"
                             "h <- keep * h + tanh(W @ h + 0.5 * (U @ u))\noutput h\n";
  amine_error error;
  amine_registry *r = NULL;
  amine_experiment *x = NULL;
  amine_episode *e = NULL;
  amine_experiment_options o;
  amine_experiment_options_init(&o, sizeof o);
  fine(amine_registry_create(&r, &error), &error, "a registry");
  fine(amine_registry_add_network(r, "leak", text, &error), &error, "a network");
  o.registry = r;
  o.configuration = "{\"task\": {\"type\": \"bandit\", \"steps\": 9}, \"batch\": 4,"
                    " \"network\": {\"type\": \"leak\", \"keep\": 0.625, \"hidden\": 5},"
                    " \"learner\": {\"type\": \"bptt\", \"rate\": 0.0125}}";
  fine(amine_experiment_create_with(&x, NULL, &o, &error), &error, "create with a registry");
  amine_registry_destroy(r);
  fine(amine_experiment_run(x, 3, look, NULL, &error), &error, "a run with who looks on");
  add(amine_experiment_config(x), strlen(amine_experiment_config(x)));
  fine(amine_experiment_episode(x, &e, 2, 1, &error), &error, "an episode");
  const float *values;
  int width;
  for (int k = 0; (values = amine_episode_series(e, k, NULL, NULL, &width)); k++)
    add(values, (size_t)(amine_episode_steps(e) * width) * sizeof *values);
  amine_episode_destroy(e);
  amine_experiment_destroy(x);
}

static uint64_t be_a_guest(void) {
  hash = 0xcbf29ce484222325;
  train();
  add_own();
  live();
  modulate();
  return hash;
}

/* -------------------------------------------------------------------------------- the host */

typedef struct mode {
  const char *name;
  int rounding;
  unsigned flush; /* bits of MXCSR: flush to zero, and read subnormal numbers as zero */
} mode;

static unsigned flushing(void) {
#if defined(__x86_64__)
  return _mm_getcsr() & 0x8040;
#else
  return 0;
#endif
}

static void set_mode(const mode *m) {
  fesetround(m->rounding);
#if defined(__x86_64__)
  _mm_setcsr((_mm_getcsr() & ~0x8040u) | m->flush);
#endif
}

static void be_in_mode(const mode *m) {
  if (fegetround() != m->rounding || flushing() != m->flush)
    fail("a thread computes as before", m->name);
}

/* In this thread and in those that OpenMP keeps, which the library uses, too. */
static void set_all(const mode *m) {
#pragma omp parallel num_threads(3)
  set_mode(m);
}

static void check_all(const mode *m) {
#pragma omp parallel num_threads(3)
  be_in_mode(m);
}

static void on_signal(int number) { (void)number; }

static void take_signals(void) {
  struct sigaction action = {.sa_handler = on_signal};
  for (int s = 1; s < 32; s++)
    if (s != SIGKILL && s != SIGSTOP) sigaction(s, &action, NULL);
}

static void check_signals(void) {
  struct sigaction now;
  for (int s = 1; s < 32; s++) {
    if (s == SIGKILL || s == SIGSTOP) continue;
    sigaction(s, NULL, &now);
    if (now.sa_handler != on_signal) fail("the host's signal handlers stay", strsignal(s));
  }
}

static json_t *make_tree(void) {
  json_t *tree = json_object();
  for (int k = 0; k < 200; k++) {
    char key[16];
    snprintf(key, sizeof key, "key %d", k);
    json_object_set_new(tree, key, json_pack("[s, i, f]", "text of the host", k, 0.5 * k));
  }
  return tree;
}

/* A comma locale, made here; false if it cannot be had. */
static int speak_german(void) {
  char command[300];
  snprintf(command, sizeof command,
           "localedef -i de_DE -f UTF-8 '%s/de_DE.UTF-8' >/dev/null 2>&1", folder);
  if (!setlocale(LC_ALL, "de_DE.UTF-8")) {
    if (system(command) == -1) return 0;
    setenv("LOCPATH", folder, 1);
    if (!setlocale(LC_ALL, "de_DE.UTF-8")) return 0;
  }
  return localeconv()->decimal_point[0] == ',';
}

static void expect(uint64_t wanted, const char *where) {
  const uint64_t got = be_a_guest();
  printf("%016llx  %s\n", (unsigned long long)got, where);
  if (got != wanted) fail("the same bits", where);
}

static void in_each_mode(uint64_t wanted) {
  const mode modes[] = {{"rounding upward", FE_UPWARD, 0},
                        {"rounding downward", FE_DOWNWARD, 0},
                        {"rounding toward zero", FE_TOWARDZERO, 0},
#if defined(__x86_64__)
                        {"flushing to zero", FE_TONEAREST, 0x8040},
                        {"flushing, rounding upward", FE_UPWARD, 0x8040},
#endif
                        {"as at the start", FE_TONEAREST, 0}};
  for (size_t k = 0; k < sizeof modes / sizeof modes[0]; k++) {
    set_all(&modes[k]);
    expect(wanted, modes[k].name);
    check_all(&modes[k]);
  }
}

static void with_json(uint64_t wanted) {
  json_malloc_t take;
  json_free_t release;
  json_t *before = make_tree();
  expect(wanted, "beside JSON trees of the host");
  json_t *after = make_tree();
  if (!json_equal(before, after)) fail("the host's trees", "they changed");
  char *text = json_dumps(before, 0);
  json_decref(before);
  json_decref(after);
  free(text);
  json_get_alloc_funcs(&take, &release);
  if (take != malloc || release != free) fail("the host's allocator of JSON", "it changed");
}

int main(void) {
  fenv_t own;
  const unsigned own_flushing = flushing();
  fegetenv(&own);
  const mode standard = {"at the start", FE_TONEAREST, 0};
  const mode born = {"own", FE_TONEAREST, own_flushing};
  if (!mkdtemp(folder)) fail(folder, strerror(errno));
#if defined(HOST_IS_FAST) && defined(__x86_64__)
  if (!own_flushing) fail("-ffast-math", "this program does not flush to zero");
#endif
  set_all(&standard);
  take_signals();
  const uint64_t wanted = be_a_guest();
  set_all(&born);
  expect(wanted, "as this program was built");
  check_all(&born);
  with_json(wanted);
  in_each_mode(wanted);
  if (speak_german()) {
    expect(wanted, "in German");
    in_each_mode(wanted);
    with_json(wanted);
    if (localeconv()->decimal_point[0] != ',')
      fail("the host's locale stays", setlocale(LC_ALL, NULL));
  } else {
    printf("skipped: no locale with a decimal comma (localedef and its source, package locales)\n");
  }
  check_signals();
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command) != 0;
}
