/* The page of a simulation: what is on it, what never is, and what is said about damaged files. */
#include "report/folders.h"

#include "format/npz.h"
#include "report/brain/page.h"
#include "report/report.h"
#include "memory.h"

#define P 2  /* populations, of 3 and 1 neurons */
#define T 20 /* lines of metrics, samples of levels */
#define S 6  /* spikes */
#define B 4  /* bins */

/* A recording; arrays can be changed before they are written. */
typedef struct brain {
  uint8_t names[P][3], projections[1][6];
  int32_t sizes[P], first[P], i[S], v_i[1], events_kind[2];
  uint8_t limits[1][14];
  size_t n_limits;
  double events_begin, dt_ms, begin, end, t[S], v_t[3], levels_t[T], events_t[2], edges[1][B + 1];
  float v[3][1], levels[T][5], baselines[5], events_value[2];
  uint8_t event_plans[1][5];
  int32_t events_source[2];
  float events_before[2][5], events_after[2][5], target_rate_hz[1];
  double excitation[P], inhibition[P];
  int64_t synapses[1], before[1][B], after[1][B];
} brain;

static brain make_brain(void) {
  brain b = {.names = {"E<", "I"},
             .projections = {"E-I"},
             .limits = {"all <but> few"},
             .sizes = {3, 1},
             .first = {0, 3},
             .excitation = {4, 0},
             .inhibition = {3, 1},
             .dt_ms = 0.5,
             .end = 2,
             .i = {0, 3, 1, 2, 0, 3},
             .t = {0.1, 0.2, 0.5, 0.9, 1.5, 1.95},
             .v = {{-65}, {-60}, {-70}},
             .v_t = {1.9, 1.95, 1.999},
             .v_i = {0},
             .baselines = {0.5f, 0.5f, 0.5f, 0.5f, 0.5f},
             .events_t = {0.5, 1},
             .events_kind = {0, 1},
             .events_value = {1, 0.5f},
             .event_plans = {"tre<t"},
             .events_source = {0, -1},
             .events_before = {{0.5f, 0.5f, 0.5f, 0.5f, 0.5f}, {0.6f, 0.5f, 0.5f, 0.5f, 0.5f}},
             .events_after = {{0.75f, 0.5f, 0.5f, 0.5f, 0.5f}, {0.6f, 0.25f, 0.5f, 0.5f, 0.5f}},
             .target_rate_hz = {5},
             .synapses = {12345},
             .edges = {{0, 0.25, 0.5, 0.75, 1}},
             .before = {{10, 0, 0, 0}},
             .after = {{4, 3, 2, 1}}};
  for (int k = 0; k < T; k++) {
    b.levels_t[k] = 0.1 * k;
    for (int l = 0; l < 5; l++) b.levels[k][l] = 0.5f + 0.02f * (float)(k * (l % 2));
  }
  return b;
}

/* `without`: an array that is left out; `odd`: one whose first dimension is given as one less. */
static void put_recording_of(const char *folder, const brain *b, const char *without,
                             const char *odd) {
  const struct {
    const char *name;
    am_dtype dtype;
    int rank;
    size_t dims[2];
    const void *data;
  } arrays[] = {
      {"population_names", AM_U8, 2, {P, 3}, b->names},
      {"sizes", AM_I32, 1, {P, 0}, b->sizes},
      {"first", AM_I32, 1, {P, 0}, b->first},
      {"excitation", AM_F64, 1, {P, 0}, b->excitation},
      {"inhibition", AM_F64, 1, {P, 0}, b->inhibition},
      {"dt_ms", AM_F64, 1, {1, 0}, &b->dt_ms},
      {"begin", AM_F64, 1, {1, 0}, &b->begin},
      {"end", AM_F64, 1, {1, 0}, &b->end},
      {"i", AM_I32, 1, {S, 0}, b->i},
      {"t", AM_F64, 1, {S, 0}, b->t},
      {"v", AM_F32, 2, {3, 1}, b->v},
      {"v_t", AM_F64, 1, {3, 0}, b->v_t},
      {"v_i", AM_I32, 1, {1, 0}, b->v_i},
      {"levels", AM_F32, 2, {T, 5}, b->levels},
      {"levels_t", AM_F64, 1, {T, 0}, b->levels_t},
      {"baselines", AM_F32, 1, {5, 0}, b->baselines},
      {"events_t", AM_F64, 1, {2, 0}, b->events_t},
      {"events_kind", AM_I32, 1, {2, 0}, b->events_kind},
      {"events_value", AM_F32, 1, {2, 0}, b->events_value},
      {"event_plans", AM_U8, 2, {1, 5}, b->event_plans},
      {"events_source", AM_I32, 1, {2, 0}, b->events_source},
      {"events_before", AM_F32, 2, {2, 5}, b->events_before},
      {"events_after", AM_F32, 2, {2, 5}, b->events_after},
      {"target_rate_hz", AM_F32, 1, {1, 0}, b->target_rate_hz},
      {"events_begin", AM_F64, 1, {1, 0}, &b->events_begin},
      {"limits", AM_U8, 2, {b->n_limits, 14}, b->limits},
      {"projection_names", AM_U8, 2, {1, 6}, b->projections},
      {"synapses", AM_I64, 1, {1, 0}, b->synapses},
      {"weight_edges", AM_F64, 2, {1, B + 1}, b->edges},
      {"weight_before", AM_I64, 2, {1, B}, b->before},
      {"weight_after", AM_I64, 2, {1, B}, b->after},
  };
  am_npz_builder *builder;
  char *folder_path = path_of(folder), path[600];
  snprintf(path, sizeof path, "%s/recording.npz", folder_path);
  assert_int_equal(am_npz_builder_new(&builder, NULL), AMINE_OK);
  for (size_t k = 0; k < sizeof arrays / sizeof *arrays; k++) {
    size_t dims[2] = {arrays[k].dims[0], arrays[k].dims[1]};
    if (without && strcmp(without, arrays[k].name) == 0) continue;
    if (odd && strcmp(odd, arrays[k].name) == 0) dims[0]--;
    assert_int_equal(am_npz_builder_add(builder, arrays[k].name, arrays[k].dtype, arrays[k].rank,
                                        dims, arrays[k].data, NULL),
                     AMINE_OK);
  }
  assert_int_equal(am_npz_builder_save(builder, path, true, NULL), AMINE_OK);
  am_npz_builder_free(builder);
  free(folder_path);
}

static void put_metrics(const char *folder, const char *config) {
  char text[8000];
  size_t n = 0;
  put_text(folder, "config.json", config);
  for (int k = 1; k <= T; k++)
    n +=
        (size_t)snprintf(text + n, sizeof text - n,
                         "{\"iteration\":%d,\"seconds\":%g,\"t_s\":%g,\"rate_hz\":{\"E<\":%g,\"I\":"
                         "%s},\"level\":{\"dopamine\":%g,\"serotonin\":0.5,\"norepinephrine\":0.5,"
                         "\"acetylcholine\":0.5,\"orexin\":0.5},\"reward\":%d,\"weight\":{\"E-I\":"
                         "%g},\"measure\":{\"correct\":%g}}\n",
                         k, 0.01 * k, 0.1 * k, 2.0 + 0.1 * k, k % 2 ? "null" : "7", 0.4 + 0.01 * k,
                         k, 0.5 - 0.01 * k, 0.05 * k);
  put_text(folder, "metrics.jsonl", text);
}

static const char config[] =
    "{\"preset\": \"brain\", \"meaning\": \"two <b>populations\", \"seed\": 3, \"duration_s\": 2,\n"
    " \"protocol\": {\"type\": \"bandit\", \"reward\": 1}, \"clamp\": {\"dopamine\": 0.5,\n"
    " \"orexin\": \"none\"}, \"populations\": [{\"name\": \"E<\", \"n\": 3}, {\"name\": \"I\", "
    "\"n\": 1}]}";

static void test_one(void **state) {
  (void)state;
  const brain b = make_brain();
  put_metrics("one", config);
  put_recording_of("one", &b, NULL, NULL);
  char *page = report(1, "one");
  expect_closed(page);
  expect_whole(page);
  expect_part(page, "<h1>A spiking brain</h1>");
  expect_part(page, "4 neurons in 2 populations, with 12,345 synapses that learn, lived for "
                    "2&nbsp;s and fired at <b>");
  expect_part(page, "Two &lt;b&gt;populations. Protocol: bandit. Held still: dopamine at 0.5.");
  expect_part(page, "E&lt; <small>3</small>");
  expect_part(page, "inhibition / excitation</th>");
  expect_part(page, "<td class=\"n\">0.75</td></tr>");
  assert_int_equal(count_of(page, "class=\"dots c0 d0\""), 1);
  assert_int_equal(count_of(page, "class=\"dots c1 d0\""), 1);
  assert_int_equal(count_of(page, "h0"), S); /* one dot for each spike */
  for (int k = 0; k < 5; k++) {
    static const char *const lines[] = {"line dopamine", "line serotonin", "line norepinephrine",
                                        "line acetylcholine", "line orexin"};
    assert_int_equal(count_of(page, lines[k]), 1);
  }
  assert_int_equal(count_of(page, "class=\"level hit\""), 1);
  assert_int_equal(count_of(page, "class=\"level punished\""), 1);
  expect_part(page, "<b>1</b> reward, in sum 1.");
  expect_part(page, "<b>1</b> punishment.");
  expect_part(page, "tre&lt;t</td><td>reward</td><td class=\"n\">1</td><td class=\"n\">+0.25</td>");
  expect_part(page,
              "the protocol</td><td>punishment</td><td class=\"n\">1</td><td class=\"n\"></td>"
              "<td class=\"n\">\xe2\x88\x92"
              "0.25</td>");
  expect_part(page, "homeostatic target <b>5</b>");
  assert_int_equal(count_of(page, "class=\"bar c0 d0\""), 4);
  expect_part(page, "12,345 synapses</small>");
  assert_int_equal(count_of(page, "class=\"level fired c0 d0\""), 0); /* its spikes were earlier */
  expect_part(page, "What the protocol measured");
  expect_part(page, "amine simulate config.json");
  expect_no_part(page, "class=\"missing\"");
  expect_no_part(page, "nan");
  expect_no_part(page, "inf");
  expect_no_part(page, "<b>pop");
  char *again = report(1, "one");
  assert_string_equal(page, again);
  free(again);
  free(page);
}

/* What is left out is said. */
static void test_limits(void **state) {
  (void)state;
  brain b = make_brain();
  b.n_limits = 1;
  b.events_begin = 0.25;
  put_metrics("limits", config);
  put_recording_of("limits", &b, NULL, NULL);
  char *page = report(1, "limits");
  expect_whole(page);
  expect_part(page, "<p class=\"missing\">all &lt;but&gt; few.</p>");
  expect_part(page, "These are since 0.25&nbsp;s: earlier ones are left out.");
  free(page);
  b.events_begin = -1;
  put_recording_of("limits", &b, NULL, NULL);
  char *folder = path_of("limits"), *out = path_of("limits.html");
  amine_error error = {0};
  assert_int_equal(am_report_write((const char *const[]){folder}, 1, out, &error),
                   AMINE_ERROR_INPUT);
  expect_part(error.message, "events_begin");
  free(folder);
  free(out);
}

/* A mean over lines of different length is one over the time: 1 s at 4 Hz and 0.5 s at 1 Hz. */
static void test_lengths(void **state) {
  (void)state;
  put_text("lengths", "config.json", "{\"populations\": []}");
  put_text("lengths", "metrics.jsonl",
           "{\"iteration\":10,\"t_s\":1,\"rate_hz\":{\"E\":4}}\n"
           "{\"iteration\":15,\"t_s\":1.5,\"rate_hz\":{\"E\":1}}\n");
  char *page = report(1, "lengths");
  expect_part(page, "fired at <b>3&nbsp;Hz</b>");
  free(page);
}

static void test_little(void **state) {
  (void)state;
  put_text("bare", "config.json", "{\"populations\": []}");
  char *page = report(1, "bare");
  expect_closed(page);
  expect_whole(page);
  expect_part(page, "Nothing has been recorded yet.");
  expect_no_part(page, "nan");
  free(page);
  put_metrics("lines", config);
  page = report(1, "lines");
  expect_whole(page);
  expect_part(page, "Rates over the whole time");
  expect_no_part(page, "class=\"dots");
  free(page);
}

static void test_several(void **state) {
  (void)state;
  const brain b = make_brain();
  put_metrics("several/a", config);
  put_metrics("several/b", "{\"populations\": [], \"seed\": 4}");
  put_recording_of("several/b", &b, NULL, NULL);
  char *page = report(2, "several/a", "several/b");
  expect_closed(page);
  expect_whole(page);
  expect_part(page, "<h1>Spiking brains</h1>");
  expect_part(page, "2 simulations side by side.");
  expect_part(page, "Spikes of <i>b</i>.");
  expect_part(page, "dopamine at 0.5</td>");
  expect_part(page, "Mean weights");
  expect_no_part(page, "nan");
  free(page);
}

/* A level is drawn beside that of another run as it is alone: fine where it was recorded, with its
 * extremes. */
static void test_levels_of_several(void **state) {
  (void)state;
  brain b = make_brain();
  b.levels[T / 2][1] = 0.99f;
  put_metrics("levels/a", config);
  put_recording_of("levels/a", &b, NULL, NULL);
  put_metrics("levels/b", config);
  put_recording_of("levels/b", &b, NULL, NULL);
  char *one = report(1, "levels/a"), *two = report(2, "levels/a", "levels/b");
  const char *chart = strstr(one, "Serotonin"), *y = chart ? strstr(chart, "\"y\":[") : NULL;
  assert_non_null(y);
  char course[4000];
  snprintf(course, sizeof course, "%.*s", (int)strcspn(y, "]"), y);
  assert_non_null(strstr(course, "0.99"));
  assert_true(count_of(two, course) >= 2);
  free(one);
  free(two);
}

static void test_mixed(void **state) {
  (void)state;
  put_run("mixed/run", 1, "\"rule\": {\"type\": \"clip\"},", 10);
  put_metrics("mixed/brain", config);
  char *folders[2] = {path_of("mixed/run"), path_of("mixed/brain")}, *out = path_of("mixed.html");
  amine_error error = {0};
  assert_int_equal(am_report_write((const char *const *)folders, 2, out, &error),
                   AMINE_ERROR_ARGUMENT);
  expect_part(error.message, "1 of these 2 folders holds a simulation");
  for (int k = 0; k < 2; k++) free(folders[k]);
  free(out);
}

/* Each array missing, and each with one row less: a page, or a sentence that names the file. */
static void test_arrays(void **state) {
  (void)state;
  static const char *const names[] = {"population_names",
                                      "sizes",
                                      "first",
                                      "excitation",
                                      "inhibition",
                                      "dt_ms",
                                      "begin",
                                      "end",
                                      "i",
                                      "t",
                                      "v",
                                      "v_t",
                                      "v_i",
                                      "levels",
                                      "levels_t",
                                      "baselines",
                                      "events_t",
                                      "events_kind",
                                      "events_value",
                                      "event_plans",
                                      "events_source",
                                      "events_before",
                                      "events_after",
                                      "target_rate_hz",
                                      "events_begin",
                                      "limits",
                                      "projection_names",
                                      "synapses",
                                      "weight_edges",
                                      "weight_before",
                                      "weight_after"};
  brain b = make_brain();
  b.n_limits = 1;
  int refused = 0;
  put_metrics("arrays", config);
  for (size_t k = 0; k < sizeof names / sizeof *names; k++)
    for (int odd = 0; odd < 2; odd++) {
      amine_error error = {0};
      put_recording_of("arrays", &b, odd ? NULL : names[k], odd ? names[k] : NULL);
      char *folder = path_of("arrays"), *out = path_of("arrays.html");
      const amine_status status = am_report_write((const char *const[]){folder}, 1, out, &error);
      if (status != AMINE_OK) {
        refused++;
        assert_int_equal(status, AMINE_ERROR_INPUT);
        expect_part(error.message, "recording.npz");
      } else {
        char *page = take_file(out, NULL);
        expect_whole(page);
        expect_no_part(page, "nan");
        free(page);
      }
      free(folder);
      free(out);
    }
  assert_true(refused > 15);
}

/* A recording of no neurons at all would have no rows to show. */
static void test_no_neurons(void **state) {
  (void)state;
  const brain b = make_brain();
  static const char *const times[] = {"dt_ms", "begin", "end"};
  const size_t none = 0, one = 1, no_names[2] = {0, 1};
  am_npz_builder *builder;
  char *path = path_of("none/recording.npz");
  amine_error error = {0};
  put_metrics("none", config);
  assert_int_equal(am_npz_builder_new(&builder, NULL), AMINE_OK);
  am_npz_builder_add(builder, "population_names", AM_U8, 2, no_names, b.names, NULL);
  am_npz_builder_add(builder, "sizes", AM_I32, 1, &none, b.sizes, NULL);
  am_npz_builder_add(builder, "first", AM_I32, 1, &none, b.first, NULL);
  am_npz_builder_add(builder, "i", AM_I32, 1, &none, b.i, NULL);
  am_npz_builder_add(builder, "t", AM_F64, 1, &none, b.t, NULL);
  for (int k = 0; k < 3; k++)
    am_npz_builder_add(builder, times[k], AM_F64, 1, &one, k == 2 ? &b.end : &b.dt_ms, NULL);
  assert_int_equal(am_npz_builder_save(builder, path, true, NULL), AMINE_OK);
  am_npz_builder_free(builder);
  assert_int_equal(report_fails("none", &error), AMINE_ERROR_INPUT);
  expect_part(error.message, "tensor population_names: no name is in it");
  free(path);
}

static void refused_for(const brain *b, const char *says) {
  amine_error error = {0};
  put_recording_of("values", b, NULL, NULL);
  assert_int_equal(report_fails("values", &error), AMINE_ERROR_INPUT);
  expect_part(error.message, says);
}

static void test_values(void **state) {
  (void)state;
  put_metrics("values", config);
  brain b = make_brain();
  b.i[2] = 4;
  refused_for(&b, "tensor i: a number out of range");
  b = make_brain();
  b.i[2] = -1;
  refused_for(&b, "tensor i: a number out of range");
  b = make_brain();
  b.v_i[0] = 9;
  refused_for(&b, "tensor v_i");
  b = make_brain();
  b.t[3] = 0.1;
  refused_for(&b, "tensor t: times must ascend");
  b = make_brain();
  b.sizes[0] = 2;
  refused_for(&b, "tensor first");
  b = make_brain();
  b.sizes[0] = b.first[1] = INT32_MAX;
  refused_for(&b, "tensor sizes: too many neurons");
  b = make_brain();
  b.dt_ms = 0;
  refused_for(&b, "tensor dt_ms");
  b = make_brain();
  for (int k = 0; k < 3; k++) b.v[k][0] = (float)(k ? 1e30 : -1e30);
  b.edges[0][B] = 0; /* no width */
  b.levels[3][0] = 1e30f;
  put_recording_of("values", &b, NULL, NULL);
  char *page = report(1, "values");
  expect_whole(page);
  expect_no_part(page, "nan");
  expect_no_part(page, "inf");
  free(page);
  put_text("values", "metrics.jsonl", "{\"t_s\": 1}\nno line\n{\"t_s\": 2}\n");
  amine_error error = {0};
  assert_int_equal(report_fails("values", &error), AMINE_ERROR_INPUT);
  expect_part(error.message, "line 2");
}

/* ------------------------------------------------------------------------------ memory */
/* Every request for memory is refused once: a sentence, nothing left behind, no page. */
static void test_memory(void **state) {
  (void)state;
  const brain b = make_brain();
  put_metrics("memory", config);
  put_text("memory", "metrics.jsonl",
           "{\"t_s\":1,\"rate_hz\":{\"E<\":2},\"level\":{\"dopamine\":0.5}}\n");
  put_recording_of("memory", &b, NULL, NULL);
  free(report(1, "memory")); /* what others keep for good is had by now */
  char *folder = path_of("memory"), *page = path_of("memory.html");
  amine_memory_use(counting, NULL);
  for (memory.at = 1;; memory.at++) {
    amine_error error = {0};
    memory.requests = memory.alive = 0;
    const amine_status status = am_report_write((const char *const[]){folder}, 1, page, &error);
    assert_int_equal(memory.alive, 0);
    if (memory.requests < memory.at) {
      assert_int_equal(status, AMINE_OK);
      break;
    }
    if (status != AMINE_ERROR_MEMORY)
      fail_msg("request %ld: status %d, %s", memory.at, (int)status, error.message);
  }
  amine_memory_use(NULL, NULL);
  assert_true(memory.at > 100);
  free(folder);
  free(page);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one),     cmocka_unit_test(test_limits),
      cmocka_unit_test(test_lengths), cmocka_unit_test(test_little),
      cmocka_unit_test(test_several), cmocka_unit_test(test_levels_of_several),
      cmocka_unit_test(test_mixed),
      cmocka_unit_test(test_arrays),  cmocka_unit_test(test_no_neurons),
      cmocka_unit_test(test_values),  cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, make_root, remove_root);
}
