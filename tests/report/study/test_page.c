/* The page of a published experiment: what is on it, what never is, and what is said about damaged
 * files (the runner's own test, tests/run/study/test_study.c, tries the damage to each value). */
#include "report/folders.h"

#include "format/npz.h"
#include "memory.h"
#include "report/report.h"
#include "report/study/source.h"

/* Two arms, three seeds from 5; %s are the criteria and the end of the object. */
static const char head[] =
    "{\"study\": \"two<b>\", \"meaning\": \"one & another\", \"source\": \"A <i>, 2007\", "
    "\"page\": "
    "\"docs/x.md\",\n\"form\": \"full\", \"band\": \"from \\\"the\\\" paper\", \"first_seed\": 5, "
    "\"seeds\": 3, \"raster\": true,\n\"curves\": [{\"measure\": \"w\", \"title\": \"Weight <w>\", "
    "\"figure\": \"Fig. 1d\"}, {\"measure\": \"r\", \"title\": \"Rate\", \"figure\": null}],\n"
    "\"arms\": [{\"name\": \"free<1>\", \"preset\": \"p<\", \"control\": false, \"measures\": "
    "[{\"name\": \"w\", \"unit\": \"mV\", \"meaning\": \"weight <of> it\"}, {\"name\": \"r\", "
    "\"unit\": \"\", \"meaning\": \"rank\"}], \"assignments\": [\"a=<1>\"]},\n{\"name\": \"held\", "
    "\"preset\": \"p\", \"control\": true, \"measures\": [{\"name\": \"w\", \"unit\": \"mV\", "
    "\"meaning\": \"weight\"}], \"assignments\": []}],\n\"criteria\": [{\"arm\": \"free<1>\", "
    "\"measure\": \"w\", \"judgement\": \"at least\", \"low\": 3.9, \"high\": null, \"share\": "
    "0.9, "
    "\"meaning\": \"it <grows>\"}, {\"arm\": \"held\", \"measure\": \"w\", \"judgement\": \"at "
    "most\", \"low\": 3.9, \"high\": null, \"share\": 0.1, \"meaning\": \"it does not\"}, "
    "{\"arm\": "
    "\"free<1>\", \"measure\": \"r\", \"judgement\": \"mean\", \"low\": null, \"high\": 0.001, "
    "\"share\": null, \"meaning\": \"rank\"}]%s}\n";

static const char verdicts[] =
    ", \"verdicts\": [{\"value\": 1, \"low95\": 0.4385, \"high95\": 1, \"inside\": 3, \"passed\": "
    "true}, {\"value\": 0, \"low95\": 0, \"high95\": 0.5615, \"inside\": 0, \"passed\": true}, "
    "{\"value\": %s, \"low95\": null, \"high95\": null, \"inside\": 3, \"passed\": %s}], "
    "\"passed\": %s";

static void put_study(const char *folder, const char *more) {
  char text[4000];
  snprintf(text, sizeof text, head, more);
  put_text(folder, AM_STUDY_FILE, text);
}

static void put_judged(const char *folder, const char *value, const char *passed) {
  char more[1000];
  snprintf(more, sizeof more, verdicts, value, passed, passed);
  put_study(folder, more);
}

/* `n_free` runs of the first arm, and `n_held` of the second; four samples. */
static void put_runs(const char *folder, int n_free, int n_held, const char *last) {
  char text[4000];
  size_t n = 0;
  text[0] = 0;
  for (int k = 0; k < n_free; k++)
    n += (size_t)snprintf(
        text + n, sizeof text - n,
        "{\"arm\":\"free<1>\",\"seed\":%d,\"form\":\"full\",\"measures\":{\"w\":4,\"r\":0.0005},"
        "\"times\":[900,1800,2700,3600],\"course\":{\"w\":[null,1.%d,3,%s],\"r\":[null,null,null,"
        "0.0005]}}\n",
        5 + k, k, last);
  for (int k = 0; k < n_held; k++)
    n += (size_t)snprintf(
        text + n, sizeof text - n,
        "{\"arm\":\"held\",\"seed\":%d,\"form\":\"full\",\"measures\":{\"w\":0.%d},"
        "\"times\":[900,1800,2700,3600],\"course\":{\"w\":[0,0.1,0.2,0.%d]}}\n",
        5 + k, k, k);
  put_text(folder, AM_STUDY_RUNS_FILE, text);
}

static void put_raster(const char *folder, int32_t neuron) {
  const uint8_t names[2][2] = {"E", "I"};
  const int32_t sizes[] = {3, 1}, first[] = {0, 3}, i[] = {0, neuron};
  const double dt = 1, begin = 3599, end = 3600, t[] = {3599.25, 3599.5};
  const size_t two_two[] = {2, 2}, two[] = {2}, one[] = {1};
  am_npz_builder *b;
  char *place = path_of(folder), path[600];
  snprintf(path, sizeof path, "%s/raster-0.npz", place);
  assert_int_equal(am_npz_builder_new(&b, NULL), AMINE_OK);
  assert_int_equal(am_npz_builder_add(b, "population_names", AM_U8, 2, two_two, names, NULL), 0);
  assert_int_equal(am_npz_builder_add(b, "sizes", AM_I32, 1, two, sizes, NULL), AMINE_OK);
  assert_int_equal(am_npz_builder_add(b, "first", AM_I32, 1, two, first, NULL), AMINE_OK);
  assert_int_equal(am_npz_builder_add(b, "dt_ms", AM_F64, 1, one, &dt, NULL), AMINE_OK);
  assert_int_equal(am_npz_builder_add(b, "begin", AM_F64, 1, one, &begin, NULL), AMINE_OK);
  assert_int_equal(am_npz_builder_add(b, "end", AM_F64, 1, one, &end, NULL), AMINE_OK);
  assert_int_equal(am_npz_builder_add(b, "i", AM_I32, 1, two, i, NULL), AMINE_OK);
  assert_int_equal(am_npz_builder_add(b, "t", AM_F64, 1, two, t, NULL), AMINE_OK);
  assert_int_equal(am_npz_builder_save(b, path, true, NULL), AMINE_OK);
  am_npz_builder_free(b);
  free(place);
}

/* Whole, closed, escaped. */
static void expect_sound(const char *page) {
  expect_whole(page);
  expect_part(page, "<!DOCTYPE html>");
  expect_part(page, "</html>");
  expect_no_part(page, "http:");
  expect_no_part(page, "https:");
  expect_no_part(page, "src=\"/");
  expect_no_part(page, "nan");
  expect_no_part(page, "<b>two");
  expect_no_part(page, "free<1>");
  expect_no_part(page, "A <i>");
  expect_no_part(page, "<grows>");
  assert_int_equal(count_of(page, "<section"), count_of(page, "</section>"));
  assert_int_equal(count_of(page, "<figure"), count_of(page, "</figure>"));
  assert_int_equal(count_of(page, "<div"), count_of(page, "</div>"));
  assert_int_equal(count_of(page, "<table"), count_of(page, "</table>"));
}

static void test_passed(void **state) {
  (void)state;
  put_judged("passed", "0.0005", "true");
  put_runs("passed", 3, 3, "4");
  put_raster("passed", 3);
  char *page = report(1, "passed");
  expect_sound(page);
  expect_part(page, "two&lt;b&gt;");
  expect_part(page, "<p class=\"verdict yes\">PASS</p>");
  expect_part(page, "All 3 criteria are met, over 3 seeds: one &amp; another.");
  expect_part(page, "A &lt;i&gt;, 2007");
  expect_part(page, "from &quot;the&quot; paper");
  expect_part(page, "it &lt;grows&gt;");
  expect_part(page, "at least 3.9");
  expect_part(page, "at most 0.001");
  expect_part(page, "at least 90&nbsp;% of the seeds");
  expect_part(page, "3 of 3 <small>(43.9&nbsp;% to 100&nbsp;%)</small>");
  assert_int_equal(count_of(page, "<b class=\"yes\">yes</b>"), 3);
  expect_no_part(page, "<b class=\"no\">");
  /* curves: three thin lines and a thick one of each arm, and the band, of the weight; of the rank
   * those of the first arm */
  expect_part(page, "Weight &lt;w&gt; <small>compare Fig. 1d</small>");
  assert_int_equal(count_of(page, "class=\"line c0 d0 thin"), 6);
  assert_int_equal(count_of(page, "class=\"line c0 d0 bold"), 2);
  assert_int_equal(count_of(page, "class=\"line c1 d0 thin\""), 3);
  assert_int_equal(count_of(page, "class=\"line c1 d0 bold\""), 1);
  assert_int_equal(count_of(page, "class=\"band wanted\""), 2);
  assert_int_equal(count_of(page, "<span class=\"xt\">min</span>"), 2); /* up to 60 min */
  /* the medians under the pointer: null, 1.1, 3, 4 in the first arm */
  expect_part(page, "\"y\":[null,1.1,3,4]");
  expect_part(page, "class=\"dots c0 d0\"");
  assert_int_equal(count_of(page, "<tr><td class=\"n\">5</td>"), 2);
  /* a control outside the band of an "at most" is as it is wanted */
  assert_int_equal(count_of(page, "<td class=\"n in\">"), 9);
  expect_no_part(page, "<td class=\"n out\">");
  expect_part(page, "<code>a=&lt;1&gt;</code>");
  expect_part(page, "amine reproduce two&lt;b&gt; seeds=3 seed=5</code>");
  free(page);
}

/* What came out against a number: a point of each seed, a line through the medians, across an arm
 * that is not there yet. */
static void test_across(void **state) {
  (void)state;
  put_study("across",
            ", \"across\": [{\"title\": \"End <w>\", \"figure\": \"Fig. 2\", \"x\": \"mm\", "
            "\"known\": 2, \"known_name\": \"half\", \"points\": ["
            "{\"line\": \"a<b\", \"x\": 10, \"arm\": \"free<1>\", \"measure\": \"w\"}, "
            "{\"line\": \"a<b\", \"x\": 50, \"arm\": \"held\", \"measure\": \"w\"}, "
            "{\"line\": \"c\", \"x\": 20, \"arm\": \"held\", \"measure\": \"w\"}]}]");
  put_runs("across", 2, 3, "4");
  char *page = report(1, "across");
  expect_sound(page);
  expect_part(page, "<h2>At the end</h2>");
  expect_part(page, "End &lt;w&gt; <small>compare Fig. 2</small>");
  expect_part(page, "a&lt;b</li>");
  expect_part(page, "half");
  expect_part(page, "\"x\":[10,20,50]");
  expect_part(page, "\"y\":[4,null,0.1]"); /* of 0.0, 0.1, 0.2 */
  expect_part(page, "\"y\":[null,0.1,null]");
  free(page);
  put_runs("across", 0, 0, "4");
  page = report(1, "across");
  expect_no_part(page, "<h2>At the end</h2>");
  free(page);
}

/* One measure against another: a line of each seed and one through the medians, of the arm that has
 * both. */
static void test_planes(void **state) {
  (void)state;
  put_study("planes", ", \"planes\": [{\"x\": \"r\", \"y\": \"w\", \"title\": \"Way <w>\", "
                      "\"figure\": \"Fig. 3\"}]");
  put_runs("planes", 2, 3, "4");
  char *page = report(1, "planes"), *without;
  put_study("plain", "");
  put_runs("plain", 2, 3, "4");
  without = report(1, "plain");
  expect_sound(page);
  expect_part(page, "<h2>One against the other</h2>");
  expect_part(page, "Way &lt;w&gt; <small>compare Fig. 3</small>");
  assert_int_equal(count_of(page, "class=\"line c0 d0 thin"),
                   count_of(without, "class=\"line c0 d0 thin") + 2);
  assert_int_equal(count_of(page, "class=\"line c0 d0 bold"),
                   count_of(without, "class=\"line c0 d0 bold") + 1);
  assert_int_equal(count_of(page, "class=\"line c1 d0"), count_of(without, "class=\"line c1 d0"));
  free(page);
  free(without);
  put_runs("planes", 0, 0, "4");
  page = report(1, "planes");
  expect_no_part(page, "<h2>One against the other</h2>");
  free(page);
}

/* A sweep of two keys, a text and a number, two seeds from 5; the second measure has no better side. */
static void put_sweep(const char *folder) {
  static const char *const texts[] = {"a<b", "c,d"}, *const numbers[] = {"2", "60"};
  char study[6000];
  size_t n = (size_t)snprintf(
      study, sizeof study,
      "{\"study\": \"mine\", \"title\": \"Sweep of <mine>\", \"meaning\": \"mine with <two>\", "
      "\"source\": \"\", \"page\": \"\", \"form\": \"full\", \"band\": \"\", \"first_seed\": 5, "
      "\"seeds\": 2, \"raster\": false, \"curves\": [], \"criteria\": [],\n\"sweep\": {\"from\": "
      "\"./my <mine>.json\", \"assignments\": [\"batch=4\"], \"keys\": [{\"key\": \"r<\", \"values\": "
      "[\"a<b\", \"c,d\"]}, {\"key\": \"n\", \"values\": [\"2\", \"60\"]}]},\n\"across\": [{\"title\": "
      "\"Trials\", \"figure\": null, \"x\": \"n\", \"logarithmic\": true, \"points\": [{\"line\": "
      "\"r<=a<b\", \"x\": 2, \"arm\": \"r<=a<b n=2\", \"measure\": \"t\"}, {\"line\": \"r<=a<b\", "
      "\"x\": 60, \"arm\": \"r<=a<b n=60\", \"measure\": \"t\"}]}],\n\"arms\": [");
  for (int k = 0; k < 4; k++)
    n += (size_t)snprintf(
        study + n, sizeof study - n,
        "%s{\"name\": \"r<=%s n=%s\", \"preset\": \"./my <mine>.json\", \"control\": false, "
        "\"assignments\": [], \"config\": {}, \"measures\": [{\"name\": \"t\", \"unit\": \"ms\", "
        "\"meaning\": \"time <of> it\", \"better\": \"less\"}, {\"name\": \"v\", \"unit\": \"\", "
        "\"meaning\": \"v\"}, {\"name\": \"never\", \"unit\": \"\", \"meaning\": \"v\", \"better\": "
        "\"more\"}]}",
        k ? "," : "", texts[k / 2], numbers[k % 2]);
  snprintf(study + n, sizeof study - n, "]}\n");
  put_text(folder, AM_STUDY_FILE, study);
}

/* Of the four combinations: both seeds have a time; one; none, for its runs broke; one is not run. */
static void put_sweep_runs(const char *folder) {
  static const char *const runs[][4] = {{"a<b n=2", "5", "10", ""},
                                        {"a<b n=2", "6", "14", ""},
                                        {"a<b n=60", "5", "7", ""},
                                        {"a<b n=60", "6", "null", ""},
                                        {"c,d n=2", "5", "null", "\"broke\":\"it <broke>\","},
                                        {"c,d n=2", "6", "null", "\"broke\":\"it <broke>\","}};
  char text[4000];
  size_t n = 0;
  for (size_t k = 0; k < sizeof runs / sizeof *runs; k++)
    n += (size_t)snprintf(text + n, sizeof text - n,
                          "{\"arm\":\"r<=%s\",\"seed\":%s,\"form\":\"full\",%s\"measures\":{\"t\":%s,"
                          "\"v\":%s,\"never\":null},\"times\":[],\"course\":{\"t\":[],\"v\":[],"
                          "\"never\":[]}}\n",
                          runs[k][0], runs[k][1], runs[k][3], runs[k][2],
                          runs[k][3][0] ? "null" : "0.5");
  put_text(folder, AM_STUDY_RUNS_FILE, text);
}

static void test_sweep(void **state) {
  (void)state;
  put_sweep("sweep");
  put_sweep_runs("sweep");
  char *page = report(1, "sweep");
  expect_sound(page);
  expect_no_part(page, "<mine>");
  expect_no_part(page, "<broke>");
  expect_no_part(page, "a<b");
  expect_no_part(page, "inf");
  expect_part(page, "<h1>Sweep of &lt;mine&gt;</h1>");
  expect_part(page, "6 of 8 runs are done: mine with &lt;two&gt;.");
  expect_part(page, "4 combinations, 2 seeds from 5; the numbers of 2 runs broke.");
  /* the table, and the maps of two measures, of which only one has a best; the third has no value */
  assert_int_equal(count_of(page, "<table class=\"sweep\">"), 1);
  assert_int_equal(count_of(page, "<table class=\"sweep map\">"), 2);
  assert_int_equal(count_of(page, "<td class=\"best\""), 2);
  expect_part(page, "<td class=\"best\">12 <small>(11 to 13)</small><div class=\"seeds");
  expect_part(page, "<td class=\"best\" style=\"--a:1\">12 <small>(11 to 13)</small></td>");
  expect_part(page, "<td>none<div class=\"seeds"); /* half of them never: no median */
  assert_int_equal(count_of(page, "<td>0.5<"), 2);
  assert_int_equal(count_of(page, "<td style=\"--a:0\">0.5<"), 2);
  assert_int_equal(count_of(page, "<td class=\"out\">2 of 2</td>"), 1);
  assert_int_equal(count_of(page, ": it &lt;broke&gt;</li>"), 2);
  expect_part(page, "<li>r&lt;=c,d n=2, seed 5: ");
  expect_part(page, "<td colspan=\"3\">broke: it &lt;broke&gt;</td>");
  /* dots of the first two combinations: t and v of two seeds, t of one and v of two */
  assert_int_equal(count_of(page, "<i class=\"seed c0\""), 7);
  assert_int_equal(count_of(page, "<i class=\"median\""), 3);
  /* the line of medians has no point at 60, the axis is one of powers of ten */
  expect_part(page, "\"x\":[2,60]");
  expect_part(page, "\"y\":[12,null]");
  expect_part(page, ">100<");
  expect_part(page, "amine sweep &#39;./my &lt;mine&gt;.json&#39; batch=4 &#39;r&lt;=a&lt;b|c,d&#39; n=2,60 seeds=2 "
                    "seed=5</code>");
  free(page);
  put_text("sweep", AM_STUDY_RUNS_FILE, "");
  page = report(1, "sweep");
  expect_sound(page);
  expect_part(page, "0 of 8 runs are done");
  expect_no_part(page, "<table class=\"sweep");
  free(page);
}

static void test_missed(void **state) {
  (void)state;
  put_judged("missed", "null", "false");
  put_runs("missed", 3, 3, "4");
  char *page = report(1, "missed");
  expect_sound(page);
  expect_part(page, "<p class=\"verdict no\">FAIL</p>");
  expect_part(page, "1 of 3 criteria missed");
  assert_int_equal(count_of(page, "<b class=\"no\">NO</b>"), 1);
  expect_part(page, "The folder has no spikes to show.");
  free(page);
}

/* Answers as they are written now; one of three criteria cannot be judged. */
static void test_open(void **state) {
  (void)state;
  put_study(
      "open",
      ", \"verdicts\": [{\"value\": 1, \"low95\": 0.4385, \"high95\": 1, \"inside\": 3, "
      "\"answer\": \"too few seeds\"}, {\"value\": 0, \"low95\": 0, \"high95\": 0.5615, "
      "\"inside\": 0, \"answer\": \"met\"}, {\"value\": 0.0005, \"low95\": null, "
      "\"high95\": null, \"inside\": 3, \"answer\": \"met\"}], \"answer\": \"too few seeds\"");
  put_runs("open", 3, 3, "4");
  char *page = report(1, "open");
  expect_sound(page);
  expect_part(page, "<p class=\"verdict open\">OPEN</p>");
  expect_part(page, "Too few seeds to judge 1 of 3 criteria, over 3 seeds");
  assert_int_equal(count_of(page, "<b class=\"open\">too few seeds</b>"), 1);
  assert_int_equal(count_of(page, "<b class=\"yes\">yes</b>"), 2);
  free(page);
}

/* Stopped before the end; and with nothing at all. */
static void test_unfinished(void **state) {
  (void)state;
  put_study("half", "");
  put_runs("half", 1, 0, "4");
  char *page = report(1, "half");
  expect_sound(page);
  expect_part(page, "not finished");
  expect_part(page, "1 of 6 runs are done");
  expect_no_part(page, "<b class=\"yes\">");
  assert_int_equal(count_of(page, "thin\""), 0); /* of one seed the thick line is enough */
  free(page);
  put_study("bare", "");
  page = report(1, "bare");
  expect_sound(page);
  expect_part(page, "0 of 6 runs are done");
  expect_no_part(page, "<h2>Over time</h2>");
  free(page);
}

/* A torn last line is left out; values that are missing or huge do no harm. */
static void test_values(void **state) {
  (void)state;
  put_judged("values", "1e300", "false");
  put_runs("values", 3, 2, "1e300");
  char *page = report(1, "values");
  expect_sound(page);
  expect_no_part(page, "inf");
  free(page);
  put_runs("values", 2, 0, "null");
  char *path = path_of("values"), *text, file[600];
  size_t size;
  snprintf(file, sizeof file, "%s/" AM_STUDY_RUNS_FILE, path);
  text = take_file(file, &size);
  put_bytes("values", AM_STUDY_RUNS_FILE, text, size - 5);
  page = report(1, "values");
  expect_sound(page);
  assert_int_equal(count_of(page, "<tr><td class=\"n\">5</td>"), 1);
  expect_no_part(page, "<tr><td class=\"n\">6</td>");
  free(text);
  free(path);
  free(page);
}

static void test_damage(void **state) {
  (void)state;
  amine_error error = {0};
  put_judged("damage", "1", "true");
  put_runs("damage", 3, 3, "4");
  put_raster("damage", 4); /* there are neurons 0 to 3 */
  assert_int_equal(report_fails("damage", &error), AMINE_ERROR_INPUT);
  expect_part(error.message, "raster-0.npz");
  remove_file("damage", "raster-0.npz");
  put_text("damage", AM_STUDY_RUNS_FILE, "{\"arm\":\"free<1>\"}\n");
  assert_int_equal(report_fails("damage", &error), AMINE_ERROR_INPUT);
  expect_part(error.message, "line 1");
  put_text("damage", AM_STUDY_FILE, "[]");
  assert_int_equal(report_fails("damage", &error), AMINE_ERROR_INPUT);
  expect_part(error.message, "study.json");
}

/* It has a page of its own. */
static void test_alone(void **state) {
  (void)state;
  amine_error error = {0};
  put_judged("alone", "1", "true");
  char *a = path_of("alone"), *b = path_of("passed"), *page = path_of("both.html");
  assert_int_equal(am_report_write((const char *const[]){a, b}, 2, page, &error),
                   AMINE_ERROR_ARGUMENT);
  expect_part(error.message, "a page of its own");
  free(a);
  free(b);
  free(page);
}

/* Every request for memory is refused once: a sentence, nothing left behind. */
static void refuse_each(const char *name) {
  free(report(1, name)); /* what others keep for good is had by now */
  char *folder = path_of(name), *page = path_of("memory.html");
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

static void test_memory(void **state) {
  (void)state;
  put_judged("memory", "0.0005", "true");
  put_runs("memory", 2, 2, "4");
  put_raster("memory", 3);
  refuse_each("memory");
  put_sweep("sweep-memory");
  put_sweep_runs("sweep-memory");
  refuse_each("sweep-memory");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_passed),     cmocka_unit_test(test_across),
      cmocka_unit_test(test_planes),
      cmocka_unit_test(test_sweep),
      cmocka_unit_test(test_missed),     cmocka_unit_test(test_open),
      cmocka_unit_test(test_unfinished), cmocka_unit_test(test_values),
      cmocka_unit_test(test_damage),     cmocka_unit_test(test_alone),
      cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, make_root, remove_root);
}
