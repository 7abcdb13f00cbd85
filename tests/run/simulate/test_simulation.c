/* Simulations: the same bytes after an interruption at every slice and on any number of threads,
 * with a protocol that looks at spikes, draws numbers and gives rewards; what is refused; the
 * pieces of which they are made. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "format/file.h"
#include "format/json.h"
#include "format/safetensors.h"
#include "run/protocol/protocols.h"
#include "run/simulate/compare.h"
#include "run/simulate/checkpoint.h"
#include "run/simulate/recording.h"
#include "run/simulate/run.h"
#include "small.h"
#include "memory.h"

#include "base.h"

/* 60 neurons that learn by three rules, two delays, noise, all modulators. */
static const char small_brain[] =
    "{\"duration_s\": 0.9, \"dt_ms\": 0.5, \"seed\": 7, \"checkpoint_every_s\": 1000, \"threads\": "
    "1,\n"
    " \"record\": {\"interval_s\": 0.2, \"window_s\": 0.35, \"voltage_s\": 0.25,\n"
    "   \"states\": [{\"population\": \"I\", \"state\": \"v\", \"neurons\": [3, 1], \"every_ms\": 7}]},\n"
    " \"populations\": [{\"name\": \"E\", \"n\": 48, \"model\": \"lif\"},\n"
    "                  {\"name\": \"I\", \"n\": 12, \"model\": \"lif\"}],\n"
    " \"projections\": [\n"
    "  {\"source\": \"E\", \"target\": \"E\", \"connect\": \"probability\", \"probability\": 0.2,\n"
    "   \"weight\": [0.2, 0.6], \"delay_ms\": [0.5, 5], \"rule\": \"da-stdp\"},\n"
    "  {\"source\": \"E\", \"target\": \"I\", \"connect\": \"probability\", \"probability\": 0.3,\n"
    "   \"weight\": 0.5, \"delay_ms\": 1, \"rule\": \"stdp\", \"factor\": \"dopamine\"},\n"
    "  {\"source\": \"I\", \"target\": \"E\", \"connect\": \"all\", \"weight\": -0.4}],\n"
    " \"inputs\": [{\"population\": \"E\", \"type\": \"current\", \"mean\": 14, \"noise\": 30},\n"
    "             {\"population\": \"I\", \"type\": \"poisson\", \"rate_hz\": 800, \"weight\": "
    "2}],\n"
    " \"neuromodulation\": {\"step_ms\": 5, \"dopamine\": {}, \"serotonin\": {}, "
    "\"norepinephrine\":\n"
    "   {}, \"acetylcholine\": {}, \"orexin\": {}}}\n";

/* ------------------------------------------------------------------------------ a protocol */
/* Every 37 ms: counts the spikes that it is given, rewards a lucky draw, kicks a neuron. */
typedef struct tester {
  uint64_t calls, spikes, last;
  double rewards;
} tester;

static int n_starts;

static amine_status start(void *state, am_stage *stage, amine_error *error) {
  tester *s = state;
  int n, E;
  n_starts++;
  assert_int_equal(stage->now, 0);
  AM_TRY(am_stage_find(stage, "tester", "E", &E, &n, error));
  assert_int_equal(n, 48);
  s->last = 12345;
  return AMINE_OK;
}

static amine_status advance(void *state, am_stage *stage, uint64_t *until, amine_error *error) {
  tester *s = state;
  const am_random4 draw = am_stage_random(stage, (uint32_t)s->calls, 0);
  const int neuron = (int)am_below(draw.v[1], 48);
  for (size_t k = 0; k < stage->n_spikes; k++) {
    assert_true(stage->spikes[k].step < stage->now);
    if (s->calls > 0) assert_true(stage->spikes[k].step >= s->last);
    assert_in_range(stage->spikes[k].population, 0, 1);
  }
  s->spikes += stage->n_spikes;
  if (am_uniform(draw.v[0]) < 0.5f) s->rewards += am_stage_reward(stage, 0.75, 0.25);
  else am_stage_punish(stage, 0.3, 0.1);
  am_stage_note(stage, AMINE_EVENT_CUE, neuron);
  AM_TRY(amine_brain_kick(stage->brain, 0, &neuron, 1, 5, error));
  AM_TRY(amine_brain_set_current(stage->brain, 1, (double)(s->calls % 3), 0, error));
  s->calls++;
  s->last = stage->now;
  *until = stage->now + am_stage_steps(stage, 37);
  return AMINE_OK;
}

static bool check(const void *state, const am_stage *stage) {
  const tester *s = state;
  return (s->calls == 0 || s->last <= stage->now) && isfinite(s->rewards);
}

static void measure(double *values, const void *state, const am_stage *stage) {
  const tester *s = state;
  (void)stage;
  values[0] = (double)s->calls;
  values[1] = (double)s->spikes;
}

static const am_measure measures[] = {{.name = "calls", .unit = "", .meaning = ""},
                                      {.name = "spikes", .unit = "", .meaning = ""}};
static const am_protocol protocol = {.name = "tester",
                                     .meaning = "",
                                     .measures = measures,
                                     .n_measures = 2,
                                     .control = "dopamine|serotonin",
                                     .state_size = sizeof(tester),
                                     .start = start,
                                     .advance = advance,
                                     .check = check,
                                     .measure = measure};

/* ------------------------------------------------------------------------------ helpers */
static am_simulation_config config_of(const char *text, bool with_protocol) {
  am_simulation_config c;
  json_t *root;
  amine_error error = {0};
  if (am_json_parse(&root, "test", text, strlen(text), NULL, &error) != AMINE_OK ||
      am_simulation_config_from(&c, root, "test", &error) != AMINE_OK)
    fail_msg("%s", error.message);
  json_decref(root);
  if (with_protocol) c.protocol = &protocol;
  return c;
}

static void set(am_simulation_config *c, const char *assignment) {
  amine_error error = {0};
  const am_protocol *kept = c->protocol;
  if (am_simulation_config_apply(c, &assignment, 1, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  c->protocol = kept;
}

typedef struct bytes {
  unsigned char *data;
  size_t size;
} bytes;

static bytes read_all(const char *folder, const char *file) {
  char path[200];
  bytes b;
  amine_error error = {0};
  snprintf(path, sizeof path, "%s/%s", folder, file);
  if (am_file_read(path, 1 << 26, &b.data, &b.size, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  return b;
}

/* Lines without the clock. */
static void blank_seconds(bytes *b) {
  for (char *p = (char *)b->data; (p = strstr(p, "\"seconds\":")) != NULL;)
    for (p += 10; *p && *p != ','; p++) *p = ' ';
  size_t n = 0;
  for (size_t k = 0; k < b->size; k++)
    if (b->data[k] != ' ') b->data[n++] = b->data[k];
  b->size = n;
}

static const char *const files[] = {"checkpoint.safetensors", "metrics.jsonl", "spikes.gdf",
                                    "recording.npz", "config.json"};
enum { N_FILES = 5 };

static void expect_same(const char *what, const char *folder, const char *reference) {
  for (int k = 0; k < N_FILES; k++) {
    bytes a = read_all(folder, files[k]), b = read_all(reference, files[k]);
    if (k == 1) blank_seconds(&a), blank_seconds(&b);
    if (k < 4 && (a.size != b.size || memcmp(a.data, b.data, a.size) != 0))
      fail_msg("%s: %s differs (%zu and %zu bytes)", what, files[k], a.size, b.size);
    am_free(a.data);
    am_free(b.data);
  }
}

static void simulate(const am_simulation_config *c, const char *folder) {
  am_simulation_outcome outcome;
  amine_error error = {0};
  if (am_simulation_new(&outcome, c, folder, NULL, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  am_simulation_outcome_free(&outcome);
}

static void resume(const am_simulation_config *c, const char *folder) {
  am_simulation_outcome outcome;
  amine_error error = {0};
  if (am_simulation_resume(&outcome, c, folder, NULL, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  am_simulation_outcome_free(&outcome);
}

typedef struct stopper {
  uint64_t after;
  atomic_int stop;
} stopper;

static void stop_after(void *context, const am_simulation_progress *p) {
  stopper *s = context;
  assert_int_equal(p->n_populations, 2);
  if (p->slice >= s->after) atomic_store(&s->stop, 1);
}

static void simulate_and_stop(const am_simulation_config *c, const char *folder, uint64_t after) {
  am_simulation_outcome outcome;
  amine_error error = {0};
  stopper s = {.after = after};
  const am_simulation_watch watch = {.progress = stop_after, .context = &s, .stop = &s.stop};
  assert_int_equal(am_simulation_new(&outcome, c, folder, &watch, &error), AMINE_ERROR_STOPPED);
  am_simulation_outcome_free(&outcome);
}

static const char *folder_of(const char *name) {
  static char folders[8][120];
  static int next;
  char *out = folders[next++ % 8];
  snprintf(out, 120, "%s/%s", base, name);
  return out;
}

/* ------------------------------------------------------------------------------ the same bytes */
static void same_after_every_stop(void **state) {
  (void)state;
  am_simulation_config c = config_of(small_brain, true);
  const char *whole = folder_of("whole");
  n_starts = 0;
  simulate(&c, whole);
  assert_int_equal(n_starts, 1);
  for (uint64_t stop = 1; stop < 9; stop++) {
    char name[40];
    snprintf(name, sizeof name, "stop-%d", (int)stop);
    const char *folder = folder_of(name);
    simulate_and_stop(&c, folder, stop);
    resume(&c, folder);
    expect_same(name, folder, whole);
  }
  am_simulation_config_free(&c);
}

/* A run that was planned shorter, and goes on. */
static void same_when_it_goes_on(void **state) {
  (void)state;
  am_simulation_config c = config_of(small_brain, true);
  const char *whole = folder_of("longer-whole");
  simulate(&c, whole);
  static const char *const parts[] = {"duration_s=0.1", "duration_s=0.5", "duration_s=0.8"};
  for (int k = 0; k < 3; k++) {
    char name[40];
    snprintf(name, sizeof name, "part-%d", k);
    const char *folder = folder_of(name);
    am_simulation_config part = config_of(small_brain, true);
    set(&part, parts[k]);
    simulate(&part, folder);
    resume(&c, folder);
    expect_same(name, folder, whole);
    am_simulation_config_free(&part);
  }
  am_simulation_config_free(&c);
}

static void same_on_any_number_of_threads(void **state) {
  (void)state;
  am_simulation_config c = config_of(small_brain, true);
  const char *whole = folder_of("threads-1");
  simulate(&c, whole);
  static const char *const more[] = {"threads=2", "threads=3", "threads=8"};
  for (int k = 0; k < 3; k++) {
    const char *folder = folder_of(more[k]);
    set(&c, more[k]);
    simulate(&c, folder);
    expect_same(more[k], folder, whole);
  }
  am_simulation_config_free(&c);
}

/* What was written beyond the checkpoint is cut off. */
static void records_are_taken_up(void **state) {
  (void)state;
  am_simulation_config c = config_of(small_brain, true);
  const char *whole = folder_of("records-whole"), *folder = folder_of("records");
  simulate(&c, whole);
  simulate_and_stop(&c, folder, 5);
  for (int k = 1; k < 3; k++) {
    char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, files[k]);
    FILE *f = fopen(path, "a");
    assert_non_null(f);
    fputs("{\"iteration\": 6, \"t_s\"", f);
    fclose(f);
  }
  resume(&c, folder);
  expect_same("with torn records", folder, whole);
  am_simulation_config_free(&c);
}

static void the_protocol_is_asked_in_time(void **state) {
  (void)state;
  am_simulation_config c = config_of(small_brain, true);
  am_simulation_outcome o;
  amine_error error = {0};
  assert_int_equal(am_simulation_new(&o, &c, folder_of("asked"), NULL, &error), AMINE_OK);
  assert_true(o.measures[0] == 25); /* at 0, 37, ..., 888 ms */
  assert_true(o.measures[1] > 0 && o.measures[1] <= (double)(o.spikes[0] + o.spikes[1]));
  assert_true(o.reward > 0);
  am_simulation_outcome_free(&o);
  am_simulation_config_free(&c);
}

/* ------------------------------------------------------------------------------ refusals */
static void a_change_of_results_is_refused(void **state) {
  (void)state;
  am_simulation_config c = config_of(small_brain, false);
  am_simulation_outcome o;
  const char *folder = folder_of("refused");
  amine_error error = {0};
  simulate(&c, folder);
  assert_int_equal(am_simulation_new(&o, &c, folder, NULL, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "already holds a run"));
  static const char *const changes[] = {
      "seed=8",  "record.window_s=1", "clamp.dopamine=0.5", "populations.E.n=49",
      "dt_ms=1", "inputs.E.mean=15"};
  static const char *const named[] = {
      "seed=7",    "record.window_s=0.35", "clamp.dopamine=none", "populations.E.n=48",
      "dt_ms=0.5", "inputs.E.mean=14"};
  for (int k = 0; k < 6; k++) {
    am_simulation_config other = config_of(small_brain, false);
    set(&other, changes[k]);
    assert_int_equal(am_simulation_resume(&o, &other, folder, NULL, &error), AMINE_ERROR_ARGUMENT);
    if (!strstr(error.message, named[k])) fail_msg("%s: %s", changes[k], error.message);
    am_simulation_config_free(&other);
  }
  set(&c, "duration_s=0.5");
  assert_int_equal(am_simulation_resume(&o, &c, folder, NULL, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "already done"));
  set(&c, "duration_s=1.1");
  set(&c, "threads=2");
  set(&c, "checkpoint_every_s=0.2");
  resume(&c, folder);
  am_simulation_config_free(&c);
}

typedef struct second_try {
  const am_simulation_config *config;
  const char *folder;
  amine_status status;
  amine_error error;
} second_try;

static void resume_meanwhile(void *context, const am_simulation_progress *p) {
  second_try *s = context;
  am_simulation_outcome o;
  if (p->slice == 3) s->status = am_simulation_resume(&o, s->config, s->folder, NULL, &s->error);
}

static void a_folder_in_use_is_refused(void **state) {
  (void)state;
  am_simulation_config c = config_of(small_brain, false);
  second_try s = {.config = &c, .folder = folder_of("in-use")};
  const am_simulation_watch watch = {.progress = resume_meanwhile, .context = &s};
  am_simulation_outcome o;
  assert_int_equal(am_simulation_new(&o, &c, s.folder, &watch, NULL), AMINE_OK);
  am_simulation_outcome_free(&o);
  assert_int_equal(s.status, AMINE_ERROR_IO);
  assert_non_null(strstr(s.error.message, "another process"));
  am_simulation_config_free(&c);
}

/* A protocol whose state is not what its file says. */
static bool never(const void *state, const am_stage *stage) {
  (void)state, (void)stage;
  return false;
}

static void a_wrong_state_is_refused(void **state) {
  (void)state;
  am_simulation_config c = config_of(small_brain, true);
  am_simulation_outcome o;
  amine_error error = {0};
  const char *folder = folder_of("wrong-state");
  simulate_and_stop(&c, folder, 2);
  am_protocol other = protocol;
  other.check = never;
  c.protocol = &other;
  assert_int_equal(am_simulation_resume(&o, &c, folder, NULL, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "protocol.state"));
  other = protocol;
  other.state_size += 8;
  assert_int_equal(am_simulation_resume(&o, &c, folder, NULL, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "protocol.state"));
  am_simulation_config_free(&c);
}

/* Every tensor of ours, one after the other, with numbers at their extremes, under right checksums:
 * a sentence, or a run that ends. */
static void extreme_checkpoints_do_no_harm(void **state) {
  (void)state;
  am_simulation_config c = config_of(small_brain, true);
  const char *folder = folder_of("extreme");
  char path[200];
  simulate_and_stop(&c, folder, 4);
  snprintf(path, sizeof path, "%s/%s", folder, files[0]);
  am_tensor_file *f;
  amine_error error = {0};
  assert_int_equal(am_tensor_file_open(&f, path, 1 << 26, true, &error), AMINE_OK);
  int refused = 0;
  for (size_t k = 0; k < am_tensor_file_count(f); k++) {
    const am_tensor *t = am_tensor_file_at(f, k);
    if (strncmp(t->name, "run.", 4) && strncmp(t->name, "trace.", 6) &&
        strncmp(t->name, "before.", 7))
      continue;
    for (int fill = 0; fill < 3; fill++) {
      static const unsigned char fills[] = {0xff, 0x7f, 0x3f};
      const size_t size = t->count * am_dtype_size(t->dtype);
      unsigned char *wild = malloc(size + 1);
      am_tensor_builder *b;
      assert_int_equal(am_tensor_builder_new(&b, &error), AMINE_OK);
      memset(wild, fills[fill], size);
      static const char *const notes[] = {"format", "structure", "simulation"};
      for (int n = 0; n < 3; n++)
        am_tensor_builder_note(b, notes[n], am_tensor_file_note(f, notes[n]), &error);
      for (size_t j = 0; j < am_tensor_file_count(f); j++) {
        const am_tensor *u = am_tensor_file_at(f, j);
        am_tensor_builder_add(b, u->name, u->dtype, u->rank, u->dims, j == k ? wild : u->data,
                              &error);
      }
      char bad[220];
      snprintf(bad, sizeof bad, "%s/bad.safetensors", folder);
      assert_int_equal(am_tensor_builder_save(b, bad, &error), AMINE_OK);
      am_tensor_builder_free(b);
      free(wild);
      am_simulation *s;
      am_simulation_mark mark = {0};
      assert_int_equal(am_simulation_prepare(&s, &c, 1, NULL, &error), AMINE_OK);
      const amine_status status = am_simulation_checkpoint_load(s, &mark, bad, &error);
      refused += status != AMINE_OK;
      if (status != AMINE_OK) assert_non_null(strstr(error.message, "bad.safetensors"));
      am_simulation_mark_free(&mark);
      am_simulation_destroy(s);
    }
  }
  assert_true(refused > 10);
  am_tensor_file_close(f);
  am_simulation_config_free(&c);
}

/* ------------------------------------------------------------------------------ configuration */
static void sentences_name_the_key(void **state) {
  (void)state;
  static const struct {
    const char *assignment, *says;
  } cases[] = {
      {"seed=-1", "seed=-1: it must be a whole number"},
      {"duration_s=0", "duration_s=0: it must be"},
      {"record.window_s=nan", "record.window_s=nan: it must be"},
      {"record.windows=3", "did you mean record.window_s?"},
      {"clamp.dopamine=1.5", "clamp.dopamine=1.5: it must be"},
      {"clamp.dopamin=0.5", "did you mean clamp.dopamine?"},
      {"protocol=nune", "protocol.type=nune: it must be one of"},
      {"protocol.rate=3", "unknown key \"protocol.rate\""},
      {"populations.E.m=3", "unknown key \"populations.E.m\""},
      {"populations.X.n=3", "unknown key \"populations.X.n\""},
      {"duration=3", "did you mean duration_s?"},
      {"=3", "is not key=value"},
      {"preset=x", "unknown key \"preset\""},
      {"seed=\xff", "UTF-8"},
  };
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    am_simulation_config c = config_of(small_brain, false);
    amine_error error = {0};
    assert_int_equal(am_simulation_config_apply(&c, &cases[k].assignment, 1, &error),
                     AMINE_ERROR_ARGUMENT);
    if (!strstr(error.message, cases[k].says))
      fail_msg("%s: %s", cases[k].assignment, error.message);
    am_simulation_config_free(&c);
  }
  static const char *const engines[] = {"populations.E.n=0", "populations.E.n=x", "dt_ms=-1",
                                        "projections.E-I.rule=nothing"};
  for (size_t k = 0; k < 4; k++) { /* said when the brain is made */
    am_simulation_config c = config_of(small_brain, false);
    amine_brain *brain;
    amine_error error = {0};
    set(&c, engines[k]);
    assert_int_equal(am_simulation_config_brain(&c, &brain, NULL, &error), AMINE_ERROR_ARGUMENT);
    assert_memory_equal(error.message, engines[k], strcspn(engines[k], "="));
    am_simulation_config_free(&c);
  }
}

/* What is written is read as the same, and holds every key. */
static void configurations_survive_writing(void **state) {
  (void)state;
  am_simulation_config c = config_of(small_brain, false);
  set(&c, "seed=18446744073709551615");
  set(&c, "clamp.orexin=0.1");
  am_text first = {0}, second = {0};
  json_t *root;
  char path[AM_PATH_MAX];
  assert_int_equal(am_simulation_config_write(&c, false, &first, NULL), AMINE_OK);
  assert_int_equal(am_json_parse(&root, "again", first.data, first.length, NULL, NULL), AMINE_OK);
  for (int k = 0; k < AM_N_SIM_KEYS; k++)
    assert_non_null(am_tree_get(root, am_simulation_keys[k].name));
  assert_null(am_simulation_config_difference(path, c.root, root));
  am_simulation_config again = config_of(first.data, false);
  assert_true(again.values[AM_SIM_SEED].integer == UINT64_MAX);
  assert_int_equal(am_simulation_config_write(&again, false, &second, NULL), AMINE_OK);
  assert_string_equal(first.data, second.data);
  json_decref(root);
  am_text_free(&first);
  am_text_free(&second);
  am_simulation_config_free(&c);
  am_simulation_config_free(&again);
}

static void protocols_are_named_once(void **state) {
  (void)state;
  am_text names = {0};
  for (int k = 0; am_protocol_at(k); k++) {
    const am_protocol *p = am_protocol_at(k);
    am_text_printf(&names, "%s%s", k ? "|" : "", p->name);
    assert_ptr_equal(am_protocol_find(p->name), p);
    assert_true(p->meaning[0] && p->n_measures <= AM_MEASURES_MAX && p->state_size % 8 == 0);
    assert_true(p->n_keys <= AM_PROTOCOL_KEYS_MAX);
  }
  assert_string_equal(names.data, AM_PROTOCOL_NAMES);
  am_text_free(&names);
}

/* ------------------------------------------------------------------------------ trees */
static void trees_are_walked_by_paths(void **state) {
  (void)state;
  json_t *t = am_tree_value("{\"a\": {\"b\": 1}, \"p\": [{\"name\": \"E\", \"n\": 3}, {\"source\": "
                            "\"E\", \"target\": \"I\", \"w\": 2}], \"l\": [5, 6]}");
  amine_error error;
  assert_int_equal(json_integer_value(am_tree_get(t, "a.b")), 1);
  assert_int_equal(json_integer_value(am_tree_get(t, "p.E.n")), 3);
  assert_int_equal(json_integer_value(am_tree_get(t, "p.0.n")), 3);
  assert_int_equal(json_integer_value(am_tree_get(t, "p.E-I.w")), 2);
  assert_int_equal(json_integer_value(am_tree_get(t, "l.1")), 6);
  assert_null(am_tree_get(t, "a.c"));
  assert_null(am_tree_get(t, "a.b.c"));
  assert_null(am_tree_get(t, "l.2"));
  assert_int_equal(am_tree_set(t, "p.E.n", am_tree_value("1e2"), &error), AMINE_OK);
  assert_true(json_real_value(am_tree_get(t, "p.E.n")) == 100);
  assert_int_equal(am_tree_set(t, "x.y.z", am_tree_value("word"), &error), AMINE_OK);
  assert_string_equal(json_string_value(am_tree_get(t, "x.y.z")), "word");
  assert_int_equal(am_tree_set(t, "p.Q.n", am_tree_value("1"), &error), AMINE_ERROR_ARGUMENT);
  assert_int_equal(am_tree_set(t, "a.b.c", am_tree_value("1"), &error), AMINE_ERROR_ARGUMENT);
  json_t *u = json_deep_copy(t);
  char path[AM_PATH_MAX];
  static const char *const none[] = {NULL}, *const x[] = {"x", NULL};
  static const char *const q[] = {"*.q", NULL}, *const r[] = {"*.r", "*.", NULL};
  assert_null(am_tree_difference(path, t, u, none));
  assert_int_equal(am_tree_set(u, "x.y.q", am_tree_value("1"), &error), AMINE_OK);
  assert_string_equal(am_tree_difference(path, t, u, none), "x.y.q");
  assert_null(am_tree_difference(path, t, u, x));
  assert_null(am_tree_difference(path, t, u, q));
  assert_string_equal(am_tree_difference(path, t, u, r), "x.y.q");
  assert_int_equal(am_tree_set(u, "p.E-I.w", am_tree_value("2.0"), &error), AMINE_OK);
  assert_null(am_tree_difference(path, t, u, x));
  json_decref(t);
  json_decref(u);
}

/* ------------------------------------------------------------------------------ recorders */
/* A thinned recorder holds, at any length, evenly spaced rows from the first on, and at least half
 * of what it may hold. */
static void thinned_recorders_stay_even(void **state) {
  (void)state;
  for (size_t most = 2; most < 9; most++) {
    am_recorder s = {.name = "x", .n_columns = 1, .most = most};
    for (int k = 0; k < 200; k++) {
      const float row = (float)k;
      assert_int_equal(am_recorder_add(&s, k, &row, NULL), AMINE_OK);
      assert_true(s.n >= 1 && s.n <= most);
      const double step = s.n > 1 ? s.t[1] - s.t[0] : 1;
      for (size_t i = 0; i < s.n; i++) {
        assert_true(s.t[i] == (double)i * step);
        assert_true((double)s.values[i] == s.t[i]);
      }
      assert_true(s.t[s.n - 1] + step > k);
    }
    am_recorder_free(&s);
  }
}

static void old_rows_are_dropped(void **state) {
  (void)state;
  am_recorder s = {.name = "x", .n_columns = 2};
  for (int k = 0; k < 1000; k++) {
    const float row[2] = {(float)k, (float)-k};
    am_recorder_drop(&s, k - 10);
    assert_int_equal(am_recorder_add(&s, k, row, NULL), AMINE_OK);
    assert_true(s.n <= 20 && s.t[0] <= fmax(0, k - 10) && s.t[s.n - 1] == k);
    assert_true(s.values[2 * (s.n - 1) + 1] == (float)-k);
  }
  am_recorder_free(&s);
}

/* ------------------------------------------------------------------------------ comparisons */
static void student_is_right(void **state) {
  (void)state;
  /* two-sided 95 % points from the tables */
  static const double table[][2] = {{1, 12.7062}, {2, 4.30265},  {3, 3.18245},  {5, 2.57058},
                                    {9, 2.26216}, {29, 2.04523}, {120, 1.97993}};
  for (size_t k = 0; k < sizeof table / sizeof *table; k++)
    assert_true(fabs(am_student_t95((int)table[k][0]) - table[k][1]) < 6e-5);
  const double values[] = {1, 2, 3, 4, (double)NAN};
  const am_interval i = am_interval_of(values, 5);
  assert_int_equal(i.n, 4);
  assert_true(fabs(i.mean - 2.5) < 1e-12);
  assert_true(fabs(i.half - 3.182446305 * sqrt(5.0 / 3 / 4)) < 1e-8);
  assert_true(isnan(am_interval_of(values, 1).half));
  assert_true(isnan(am_interval_of(values + 4, 1).mean));
}

/* The treated runs are those of the same seeds alone; the control is clamped; threads do not
 * matter. */
static void comparisons_are_paired(void **state) {
  (void)state;
  am_simulation_config c = config_of(small_brain, false);
  am_comparison free_of = {0}, clamped = {0};
  amine_error error = {0};
  const char *held = folder_of("held"), *unheld = folder_of("unheld");
  set(&c, "duration_s=0.3");
  set(&c, "threads=3");
  set(&c, "clamp.serotonin=0.9");
  assert_int_equal(am_compare(&clamped, &c, 3, held, false, NULL, &error), AMINE_OK);
  assert_true(clamped.has_control && clamped.clamped[AM_MODULATOR_SEROTONIN]);
  set(&c, "clamp.serotonin=none");
  set(&c, "threads=1");
  assert_int_equal(am_compare(&free_of, &c, 3, held, false, NULL, &error), AMINE_ERROR_ARGUMENT);
  assert_int_equal(am_compare(&free_of, &c, 3, unheld, false, NULL, &error), AMINE_OK);
  assert_false(free_of.has_control);
  for (int k = 0; k < 3; k++) {
    assert_true(clamped.values[0][k] == free_of.values[0][k]);
    assert_true(clamped.values[0][k] != clamped.values[1][k]);
  }
  assert_true(fabs(clamped.difference[0].mean -
                   (clamped.treated[0].mean - clamped.control[0].mean)) < 1e-9);
  am_comparison_free(&clamped);
  am_comparison_free(&free_of);
  assert_int_equal(am_compare(&free_of, &c, 1, unheld, false, NULL, &error), AMINE_ERROR_ARGUMENT);
  set(&c, "seed=18446744073709551615");
  assert_int_equal(am_compare(&free_of, &c, 3, unheld, false, NULL, &error), AMINE_ERROR_ARGUMENT);
  am_simulation_config_free(&c);
}

/* ------------------------------------------------------------------------------ failing disks */
static int calls_until_failure;
static ssize_t failing_pwrite(int fd, const void *data, size_t size, off_t offset) {
  if (calls_until_failure-- > 0) return am_io_system.pwrite(fd, data, size, offset);
  errno = ENOSPC;
  return -1;
}

static int closed_stat(const char *path, struct stat *about) {
  if (!strchr(strrchr(path, '/'), '.')) return am_io_system.stat(path, about); /* the folder */
  errno = EACCES;
  return -1;
}

/* Nobody knows what is in a folder that may not be looked into, and nobody says that it is empty. */
static void a_closed_folder_is_not_called_empty(void **state) {
  (void)state;
  amine_error error = {0};
  const char *folder = folder_of("closed");
  assert_int_equal(am_folder_make(folder, &error), AMINE_OK);
  am_io.stat = closed_stat;
  const amine_status holds = am_folder_must_hold_run(folder, &error);
  const bool said = strstr(error.message, "the folder cannot be looked into") != NULL;
  const amine_status is_free = am_folder_must_be_free(folder, &error);
  am_io.stat = am_io_system.stat;
  assert_true(said);
  assert_int_equal(holds, AMINE_ERROR_IO);
  assert_int_equal(is_free, AMINE_ERROR_IO);
}

/* The disk becomes full at one moment after the other; when there is room again, resume ends with
 * the same bytes. */
static void a_full_disk_loses_nothing(void **state) {
  (void)state;
  am_simulation_config c = config_of(small_brain, true);
  const char *whole = folder_of("disk-whole");
  set(&c, "checkpoint_every_s=0.3");
  simulate(&c, whole);
  int failed = 0;
  for (int at = 4; at < 60; at += 5) {
    char name[40];
    am_simulation_outcome o;
    amine_error error = {0};
    snprintf(name, sizeof name, "disk-%d", at);
    const char *folder = folder_of(name);
    calls_until_failure = at;
    am_io.pwrite = failing_pwrite;
    const amine_status status = am_simulation_new(&o, &c, folder, NULL, &error);
    am_io.pwrite = am_io_system.pwrite;
    if (status == AMINE_OK) {
      am_simulation_outcome_free(&o);
      break;
    }
    failed++;
    assert_int_equal(status, AMINE_ERROR_IO);
    assert_true(error.message[0] != 0);
    if (am_simulation_folder(folder)) resume(&c, folder);
    else simulate(&c, folder);
    expect_same(name, folder, whole);
  }
  assert_true(failed > 2);
  am_simulation_config_free(&c);
}

/* ------------------------------------------------------------------------------ memory */
/* One request after the other is refused: a sentence, and nothing left behind. */
static void memory_that_is_refused_is_an_answer(void **state) {
  (void)state;
  am_simulation_config warm = config_of(small_brain, true);
  simulate(&warm, folder_of("memory-warm")); /* what others keep for good is had by now */
  am_simulation_config_free(&warm);
  bool done = false;
  for (long at = 1; !done; at += at < 100 ? 1 : 7) {
    char name[40];
    am_simulation_outcome o = {0};
    amine_error error = {0};
    snprintf(name, sizeof name, "memory-%ld", at);
    const char *folder = folder_of(name);
    am_simulation_config c = config_of(small_brain, true);
    set(&c, "duration_s=0.2");
    memory.at = at;
    memory.requests = memory.alive = 0;
    amine_memory_use(counting, NULL);
    const amine_status status = am_simulation_new(&o, &c, folder, NULL, &error);
    am_simulation_outcome_free(&o);
    amine_memory_use(NULL, NULL);
    done = memory.requests < at;
    if (memory.alive != 0) fail_msg("request %ld: %ld blocks are left", at, memory.alive);
    if (status != (done ? AMINE_OK : AMINE_ERROR_MEMORY))
      fail_msg("request %ld: status %d, %s", at, (int)status, error.message);
    am_simulation_config_free(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_after_every_stop),
      cmocka_unit_test(same_when_it_goes_on),
      cmocka_unit_test(same_on_any_number_of_threads),
      cmocka_unit_test(records_are_taken_up),
      cmocka_unit_test(the_protocol_is_asked_in_time),
      cmocka_unit_test(a_change_of_results_is_refused),
      cmocka_unit_test(a_folder_in_use_is_refused),
      cmocka_unit_test(a_wrong_state_is_refused),
      cmocka_unit_test(extreme_checkpoints_do_no_harm),
      cmocka_unit_test(sentences_name_the_key),
      cmocka_unit_test(configurations_survive_writing),
      cmocka_unit_test(protocols_are_named_once),
      cmocka_unit_test(trees_are_walked_by_paths),
      cmocka_unit_test(thinned_recorders_stay_even),
      cmocka_unit_test(old_rows_are_dropped),
      cmocka_unit_test(student_is_right),
      cmocka_unit_test(comparisons_are_paired),
      cmocka_unit_test(a_closed_folder_is_not_called_empty),
      cmocka_unit_test(a_full_disk_loses_nothing),
      cmocka_unit_test(memory_that_is_refused_is_an_answer),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
