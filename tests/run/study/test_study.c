/* Published experiments: how they are judged, at every edge; that neither threads nor interruptions
 * nor failing disks change a byte of what comes out; that a folder of something else, or a damaged
 * one, gets a sentence; and that the experiments of the public table can be run. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "format/file.h"
#include "format/json.h"
#include "refused_study.h"
#include "run/study/reproduce.h"
#include "studies.h"

#include "base.h"

/* ------------------------------------------------------------------------------ judging */
static am_criterion band(am_judgement judgement, double low, double high, double share) {
  return (am_criterion){0, "right", judgement, low, high, share, "a test"};
}

static am_answer answer(const am_criterion *c, const double *values, size_t n) {
  return am_study_judge(c, values, n).answer;
}

static void test_shares(void **state) {
  (void)state;
  const double none = (double)NAN;
  const double values[] = {1, 2, 3, 4, none}; /* of five */
  am_criterion c = band(AM_JUDGE_AT_LEAST, 2, 3, 0.1);
  am_verdict v = am_study_judge(&c, values, 5);
  assert_int_equal(v.inside, 2); /* both bounds belong to the band; NAN to none */
  assert_true(v.value == 0.4);
  assert_int_equal(v.answer, AM_ANSWER_MET); /* the interval, 12 % to 77 %, lies above 10 % */
  c.share = 0.4;
  assert_int_equal(answer(&c, values, 5), AM_ANSWER_OPEN); /* it does not lie above 40 % */
  c.share = 0.76;
  assert_int_equal(answer(&c, values, 5), AM_ANSWER_OPEN);
  c.share = 0.77;
  assert_int_equal(answer(&c, values, 5), AM_ANSWER_MISSED);
  c.judgement = AM_JUDGE_AT_MOST;
  assert_int_equal(answer(&c, values, 5), AM_ANSWER_MET);
  c.share = 0.4;
  assert_int_equal(answer(&c, values, 5), AM_ANSWER_OPEN);
  c.share = 0.11;
  assert_int_equal(answer(&c, values, 5), AM_ANSWER_MISSED);
}

/* All of the seeds, or none: three tell it from a coin no better than two, four do. */
static void test_how_many_seeds(void **state) {
  (void)state;
  const double all[5] = {1, 1, 1, 1, 1}, none[5] = {0}, but_one[5] = {0, 0, 0, 0, 1};
  for (size_t n = 1; n <= 5; n++) {
    const am_answer wanted = n < 4 ? AM_ANSWER_OPEN : AM_ANSWER_MET;
    am_criterion c = band(AM_JUDGE_AT_LEAST, 1, 1, 0.9);
    assert_int_equal(answer(&c, all, n), wanted);
    c.share = 1; /* all there can be */
    assert_int_equal(answer(&c, all, n), wanted);
    c.judgement = AM_JUDGE_AT_MOST, c.share = 0.1;
    assert_int_equal(answer(&c, none, n), wanted);
    c.share = 0; /* never */
    assert_int_equal(answer(&c, none, n), wanted);
  }
  am_criterion never = band(AM_JUDGE_AT_MOST, 1, 1, 0);
  assert_int_equal(answer(&never, but_one + 3, 2), AM_ANSWER_MISSED); /* one is too many */
  never = band(AM_JUDGE_AT_LEAST, 0, 0, 1);
  assert_int_equal(answer(&never, but_one, 5), AM_ANSWER_MISSED); /* not all */
  /* a share that binary numbers do not hit: 0.1 of 30 is 3.0000000000000004 */
  double thirty[30] = {1, 1, 1};
  am_criterion c = band(AM_JUDGE_AT_MOST, 1, 1, 0.1);
  assert_true(0.1 * 30 > 3 || 0.1 * 3 > 0.3); /* why there is room for rounding */
  assert_int_equal(answer(&c, thirty, 30), AM_ANSWER_MET);
}

static void test_nothing_but_nan(void **state) {
  (void)state;
  const double values[] = {(double)NAN, (double)NAN};
  am_criterion c = band(AM_JUDGE_AT_LEAST, -INFINITY, INFINITY, 0.5);
  assert_int_equal(answer(&c, values, 2), AM_ANSWER_OPEN);
  c.share = 0; /* nothing is asked for */
  assert_int_equal(answer(&c, values, 2), AM_ANSWER_MET);
  c = band(AM_JUDGE_AT_MOST, -INFINITY, INFINITY, 1);
  assert_int_equal(answer(&c, values, 2), AM_ANSWER_MET);
  c = band(AM_JUDGE_MEAN, -INFINITY, INFINITY, 0);
  const am_verdict v = am_study_judge(&c, values, 2);
  assert_int_equal(v.answer, AM_ANSWER_MISSED);
  assert_true(isnan(v.value) && isnan(v.low) && isnan(v.high));
}

static void test_means(void **state) {
  (void)state;
  const double values[] = {1, 2, 3, 4, (double)NAN};
  const double half = 3.182446305 * sqrt(5.0 / 3 / 4); /* Student's t, 3: 2.054 */
  am_criterion c = band(AM_JUDGE_MEAN, 0.4, 4.6, 0);
  am_verdict v = am_study_judge(&c, values, 4);
  assert_true(v.answer == AM_ANSWER_MET && v.value == 2.5 && v.inside == 4);
  assert_true(fabs(v.high - 2.5 - half) < 1e-8);
  assert_true(fabs(v.low + v.high - 5) < 1e-12);
  c.low = 0.5; /* the mean lies well inside, its interval does not */
  assert_int_equal(answer(&c, values, 4), AM_ANSWER_OPEN);
  c = band(AM_JUDGE_MEAN, 2.6, 4.6, 0); /* the mean lies outside, but who knows */
  assert_int_equal(answer(&c, values, 4), AM_ANSWER_OPEN);
  c = band(AM_JUDGE_MEAN, 4.6, 9, 0);
  assert_int_equal(answer(&c, values, 4), AM_ANSWER_MISSED);
  c = band(AM_JUDGE_MEAN, -INFINITY, INFINITY, 0);
  assert_int_equal(answer(&c, values, 4), AM_ANSWER_MET);
  assert_int_equal(answer(&c, values, 5), AM_ANSWER_MISSED); /* one run has no value */
  v = am_study_judge(&c, values + 1, 1);                     /* one seed: no interval */
  assert_true(v.value == 2 && isnan(v.low) && isnan(v.high) && v.answer == AM_ANSWER_OPEN);
  /* "found 3.0 (-9 to 15)" */
  const double two[] = {2.055, 3.945};
  c = band(AM_JUDGE_MEAN, 2, 4, 0);
  v = am_study_judge(&c, two, 2);
  assert_true(fabs(v.low + 9) < 0.1 && fabs(v.high - 15) < 0.1);
  assert_int_equal(v.answer, AM_ANSWER_OPEN);
}

/* At the ends the formula is n / (n + z^2); in the middle the table of Newcombe, Stat. Med. 17
 * (1998) 857, doi 10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, method 3. */
static void test_interval_of_a_share(void **state) {
  (void)state;
  static const struct {
    int inside, n;
    double low, high;
  } table[] = {{81, 263, 0.2553, 0.3662},
               {15, 148, 0.0624, 0.1605},
               {0, 20, 0, 0.1611},
               {1, 29, 0.0061, 0.1718}};
  double low, high;
  for (size_t k = 0; k < sizeof table / sizeof *table; k++) {
    am_share_interval(&low, &high, table[k].inside, table[k].n);
    assert_true(fabs(low - table[k].low) < 6e-5 && fabs(high - table[k].high) < 6e-5);
  }
  am_share_interval(&low, &high, 10, 10);
  assert_true(fabs(low - 10 / (10 + 1.959963984540054 * 1.959963984540054)) < 1e-12 && high == 1);
}

/* ------------------------------------------------------------------------------ tiny studies */
/* Three trials, 1.2 s; the second arm is longer. */
static const am_arm tiny_arms[] = {
    AM_ARM("free", "reinforcement", "duration_s=1.2"),
    AM_CONTROL("held, and longer", "reinforcement", "clamp.dopamine=0.5", "duration_s=1.4"),
};
/* What a share of any number of seeds meets, and what it misses. */
static const am_criterion tiny_criteria[] = {
    {0, "expected", AM_JUDGE_AT_MOST, 0, 1, 1, "it expects something, or not"},
    {1, "right", AM_JUDGE_AT_LEAST, 0, 1, 0, "it acts, or not"},
};
static const am_criterion tiny_missed[] = {
    {1, "right", AM_JUDGE_AT_LEAST, 2, 3, 1, "it is more than right"},
};
static const am_point tiny_points[] = {{"free", 1, 0, "right"}, {"free", 2.5, 1, "right"}};
static const am_across tiny_across[] = {
    {.title = "Right", .x = "size", AM_POINTS(tiny_points), .known = 0.5, .known_name = "half"}};
static const am_study tiny = {
    .name = "tiny",
    .meaning = "three trials",
    .arms = tiny_arms,
    .n_arms = 2,
    .full = {{"task.steps=1", "body.episodes=3", NULL}, tiny_criteria, 2, "none"},
    .quick = {{"task.steps=1", "body.episodes=3", "duration_s=0.9", NULL}, tiny_missed, 1, "none"},
    .charts = small_charts,
    .n_charts = 2,
    AM_ACROSS(tiny_across),
    .raster = true,
};

static am_study_plan plan_of(const am_study *study, int n_seeds, int n_threads) {
  return (am_study_plan){
      .study = study, .first_seed = 3, .n_seeds = n_seeds, .n_threads = n_threads};
}

/* The bytes of a file of a folder in the base; NULL if it is not there. */
static char *content(const char *folder, const char *file, size_t *size) {
  char path[256];
  unsigned char *data = NULL;
  snprintf(path, sizeof path, "%s/%s", in_base(folder), file);
  *size = 0;
  return am_file_read(path, 1 << 26, &data, size, NULL) == AMINE_OK ? (char *)data : NULL;
}

static void put(const char *folder, const char *file, const char *text, size_t size) {
  char path[256];
  amine_error error = {0};
  snprintf(path, sizeof path, "%s/%s", in_base(folder), file);
  good(am_folder_make(in_base(folder), &error), &error);
  good(am_file_replace(path, text, size, &error), &error);
}

static void same_files(const char *a, const char *b) {
  static const char *const files[] = {AM_STUDY_FILE, AM_STUDY_RUNS_FILE, "raster-0.npz",
                                      "raster-1.npz"};
  for (size_t k = 0; k < 4; k++) {
    size_t n, m;
    char *x = content(a, files[k], &n), *y = content(b, files[k], &m);
    assert_non_null(x);
    assert_non_null(y);
    if (n != m || memcmp(x, y, n) != 0) fail_msg("%s of %s and of %s differ", files[k], a, b);
    am_free(x);
    am_free(y);
  }
}

/* A whole run in a folder of the base. */
static void reproduce_in(const char *folder, const am_study_plan *plan, bool passes) {
  am_reproduction r;
  amine_error error = {0};
  good(am_reproduce(&r, plan, in_base(folder), NULL, &error), &error);
  assert_int_equal(r.answer, passes ? AM_ANSWER_MET : AM_ANSWER_MISSED);
  assert_int_equal(am_reproduction_done(&r), r.n_runs);
  am_reproduction_free(&r);
}

/* ------------------------------------------------------------------------------ same bytes */
static void test_threads(void **state) {
  (void)state;
  for (int n = 1; n <= 3; n++) {
    const am_study_plan plan = plan_of(&tiny, 3, n);
    char name[32];
    snprintf(name, sizeof name, "threads%d", n);
    reproduce_in(name, &plan, true);
    same_files("threads1", name);
  }
}

/* A run of a study is what amine simulate makes of the same keys; the samples end at its end. */
static void test_against_a_simulation(void **state) {
  (void)state;
  const am_study_plan plan = plan_of(&tiny, 2, 2);
  const char *keys[] = {"task.steps=1", "body.episodes=3", "duration_s=1.4", "clamp.dopamine=0.5",
                        "seed=4"};
  double values[AM_MEASURES_MAX];
  am_reproduction r;
  am_simulation_config c;
  am_simulation *s;
  amine_error error = {0};
  good(am_reproduce(&r, &plan, NULL, NULL, &error), &error);
  good(am_simulation_config_load(&c, "reinforcement", &error), &error);
  good(am_simulation_config_apply(&c, keys, 5, &error), &error);
  good(am_simulation_create(&s, &c, 1, NULL, &error), &error);
  const am_study_run *run = &r.runs[1 * 2 + 1]; /* the second arm's second seed */
  const size_t n = (size_t)c.protocol->n_measures;
  assert_int_equal(run->n_samples, 14);
  for (size_t k = 0; k < 14; k++) {
    good(am_simulation_run(s, NULL, &error), &error);
    assert_true(run->times[k] == am_simulation_time(s));
    am_simulation_measure(s, values);
    for (size_t i = 0; i < n; i++)
      assert_true(isnan(values[i]) ? isnan(run->course[k * n + i])
                                   : values[i] == run->course[k * n + i]);
  }
  for (size_t i = 0; i < n; i++)
    assert_true(isnan(values[i]) ? isnan(run->measures[i]) : values[i] == run->measures[i]);
  am_simulation_destroy(s);
  am_simulation_config_free(&c);
  am_reproduction_free(&r);
}

/* Of long runs there are 100 samples, at equal distances. */
static void test_samples(void **state) {
  (void)state;
  am_reproduction r;
  amine_error error = {0};
  am_study_plan plan = plan_of(&small_failing, 1, 2);
  good(am_reproduce(&r, &plan, NULL, NULL, &error), &error);
  for (int k = 0; k < 2; k++) {
    assert_int_equal(r.runs[k].n_samples, 100);
    for (size_t i = 0; i < 100; i++) /* of 180 slices of 0.1 s, rounded down */
      assert_true(fabs(r.runs[k].times[i] - 0.1 * (double)((i + 1) * 180 / 100)) < 1e-9);
  }
  assert_int_not_equal(r.answer, AM_ANSWER_MET);
  am_reproduction_free(&r);
}

/* ------------------------------------------------------------------------------ stopping */
typedef struct stopper {
  double at;
  atomic_int stop;
} stopper;

static void stop_at(void *context, double done) {
  stopper *s = context;
  if (done >= s->at) atomic_store(&s->stop, 2);
}

/* Runs until a share is done; returns how many runs are finished. */
static int run_some(const am_study_plan *plan, const char *folder, double share) {
  stopper s = {.at = share};
  const am_side_watch watch = {.progress = stop_at, .context = &s, .stop = &s.stop};
  am_reproduction r;
  amine_error error = {0};
  const amine_status status = am_reproduce(&r, plan, in_base(folder), &watch, &error);
  if (status == AMINE_OK) assert_true(share >= 1);
  else assert_int_equal(status, AMINE_ERROR_STOPPED);
  const int n = am_reproduction_done(&r);
  am_reproduction_free(&r);
  return n;
}

static void test_interrupted(void **state) {
  (void)state;
  const am_study_plan one = plan_of(&tiny, 3, 1), two = plan_of(&tiny, 3, 2);
  int finished = 0;
  reproduce_in("whole", &one, true);
  for (int k = 0; k < 9; k++) { /* of 6 runs; each time another tenth of what is left */
    const int n = run_some(k % 2 ? &one : &two, "cut", 0.35);
    size_t size;
    char *lines = content("cut", AM_STUDY_RUNS_FILE, &size);
    int there = 0;
    for (size_t i = 0; i < size; i++) there += lines[i] == '\n';
    assert_int_equal(there, n); /* what is finished is kept */
    assert_true(n >= finished);
    finished = n;
    am_free(lines);
  }
  assert_true(finished > 2);
  reproduce_in("cut", &two, true);
  same_files("whole", "cut");
  reproduce_in("cut", &one, true); /* there is nothing left to do */
  same_files("whole", "cut");
}

/* Nothing was finished. */
static void test_stopped_at_once(void **state) {
  (void)state;
  const am_study_plan plan = plan_of(&tiny, 2, 2);
  assert_int_equal(run_some(&plan, "at-once", 0), 0);
  size_t size;
  char *lines = content("at-once", AM_STUDY_RUNS_FILE, &size);
  assert_int_equal(size, 0);
  am_free(lines);
  am_study_source source;
  amine_error error = {0};
  good(am_study_source_read(&source, in_base("at-once"), true, &error), &error);
  assert_false(source.judged);
  am_study_source_free(&source);
}

/* A machine that died in the middle of a line, after every byte of a line. */
static void test_torn(void **state) {
  (void)state;
  const am_study_plan plan = plan_of(&tiny, 2, 2);
  size_t size, study_size;
  reproduce_in("torn-whole", &plan, true);
  char *lines = content("torn-whole", AM_STUDY_RUNS_FILE, &size);
  char *study = content("torn-whole", AM_STUDY_FILE, &study_size);
  const size_t second = (size_t)((char *)memchr(lines, '\n', size) - lines) + 1;
  const size_t third =
      second + (size_t)((char *)memchr(lines + second, '\n', size) - (lines + second)) + 1;
  for (size_t at = second; at < third; at += 97) {
    am_study_source source;
    amine_error error = {0};
    put("torn", AM_STUDY_FILE, study, study_size);
    put("torn", AM_STUDY_RUNS_FILE, lines, at);
    good(am_study_source_read(&source, in_base("torn"), false, &error), &error);
    assert_int_equal(source.position, second);
    assert_true(source.arms[0].runs[0].done && !source.arms[0].runs[1].done);
    am_study_source_free(&source);
  }
  folder_remove(in_base("torn"));
  put("torn", AM_STUDY_FILE, study, study_size);
  put("torn", AM_STUDY_RUNS_FILE, lines, third - 1);
  am_reproduction r;
  amine_error error = {0};
  good(am_reproduce(&r, &plan, in_base("torn"), NULL, &error), &error);
  assert_int_equal(r.n_before, 1);
  am_reproduction_free(&r);
  size_t n;
  char *again = content("torn", AM_STUDY_RUNS_FILE, &n);
  assert_int_equal(n, size);
  assert_memory_equal(again, lines, n);
  am_free(again);
  am_free(lines);
  am_free(study);
}

/* More seeds, after and before those that are there. */
static void test_more_seeds(void **state) {
  (void)state;
  am_study_plan few = plan_of(&tiny, 1, 2), many = few;
  many.first_seed = 2, many.n_seeds = 3;
  reproduce_in("few", &few, true);
  am_reproduction r;
  amine_error error = {0};
  good(am_reproduce(&r, &many, in_base("few"), NULL, &error), &error);
  assert_int_equal(r.n_before, 2);
  am_reproduction_free(&r);
  reproduce_in("many", &many, true);
  same_files("few", "many");
  assert_int_equal(am_reproduce(&r, &few, in_base("few"), NULL, &error), AMINE_ERROR_ARGUMENT);
  says(&error, "a run of seed 2");
  same_files("few", "many");
}

/* ------------------------------------------------------------------------------ other folders */
static void refused(const am_study_plan *plan, const char *folder, amine_status wanted,
                    const char *part) {
  am_reproduction r;
  amine_error error = {0};
  const amine_status status = am_reproduce(&r, plan, in_base(folder), NULL, &error);
  if (status != wanted)
    fail_msg("%s: status %d instead of %d, %s", part, (int)status, (int)wanted, error.message);
  says(&error, part);
}

static void test_wrong_folder(void **state) {
  (void)state;
  am_study_plan plan = plan_of(&tiny, 1, 1);
  reproduce_in("other", &plan, true);
  am_study changed = tiny;
  am_study_plan wrong = {.study = &changed, .first_seed = 3, .n_seeds = 1};
  changed.name = "another";
  refused(&wrong, "other", AMINE_ERROR_ARGUMENT, "there study is tiny, here another");
  changed.name = "tiny";
  wrong.quick = true;
  refused(&wrong, "other", AMINE_ERROR_ARGUMENT, "there form is full, here quick");
  wrong.quick = false;
  changed.full.assignments[2] = "body.average=5";
  refused(&wrong, "other", AMINE_ERROR_ARGUMENT, "arms.free.");
  changed.full.assignments[2] = NULL;
  changed.n_arms = 1;
  changed.n_across = 0;
  changed.full.n_criteria = 1;
  refused(&wrong, "other", AMINE_ERROR_ARGUMENT, "arms");
  /* what is said of the runs may change: they are judged anew */
  changed = tiny;
  changed.meaning = "something else";
  changed.full.criteria = tiny_missed;
  changed.full.n_criteria = 1;
  reproduce_in("other", &wrong, false);
  reproduce_in("other", &plan, true);
  put("taken", "config.json", "{}", 2);
  refused(&plan, "taken", AMINE_ERROR_ARGUMENT, "already holds a run");
  put("orphaned", AM_STUDY_RUNS_FILE, "{}\n", 3);
  refused(&plan, "orphaned", AMINE_ERROR_INPUT, "there is no study.json beside it");
}

/* ------------------------------------------------------------------------------ damage */
/* `from` in a file becomes `to`, once. */
static void damage(const char *folder, const char *file, const char *from, const char *to) {
  size_t size;
  char *text = content(folder, file, &size);
  am_text changed = {0};
  char *at = text ? strstr(text, from) : NULL;
  if (!at) fail_msg("there is no %s in %s", from, file);
  am_text_add(&changed, text, (size_t)(at - text));
  am_text_puts(&changed, to);
  am_text_puts(&changed, at + strlen(from));
  put(folder, file, changed.data, changed.length);
  am_text_free(&changed);
  am_free(text);
}

static void test_damage(void **state) {
  (void)state;
  static const struct {
    const char *file, *from, *to, *says;
  } cases[] = {
      {AM_STUDY_RUNS_FILE, "{\"arm\"", "[\"arm\"", "line 1"},
      {AM_STUDY_RUNS_FILE, "\"seed\":4", "\"seed\":3", "line 2: seed: this run is there twice"},
      {AM_STUDY_RUNS_FILE, "\"seed\":4", "\"seed\":5", "line 2: seed"},
      {AM_STUDY_RUNS_FILE, "\"seed\":4", "\"seed\":-4", "line 2: seed"},
      {AM_STUDY_RUNS_FILE, "\"seed\":4,", "", "line 2: seed"},
      {AM_STUDY_RUNS_FILE, "\"free\"", "\"freed\"", "line 1: arm"},
      {AM_STUDY_RUNS_FILE, "\"full\"", "\"quick\"", "line 1: form"},
      {AM_STUDY_RUNS_FILE, "\"right\":", "\"wrong\":", "line 1: right"},
      {AM_STUDY_RUNS_FILE, "\"measures\":{", "\"measures\":{\"more\":1,", "line 1: measures"},
      {AM_STUDY_RUNS_FILE, "\"times\":[", "\"times\":[9,", "line 1: times"},
      {AM_STUDY_RUNS_FILE, "\"times\":[", "\"times\":[0,", "its course is not as long"},
      {AM_STUDY_RUNS_FILE, "\"course\":{", "\"course\":{\"more\":[],", "line 1: course"},
      {AM_STUDY_RUNS_FILE, "\"expected\":[", "\"expected\":[true,", "line 1: expected"},
      {AM_STUDY_RUNS_FILE, "\n", "\n\n", "line 2"},
      {AM_STUDY_FILE, "{", "", "study.json"},
      {AM_STUDY_FILE, "\"study\": \"tiny\"", "\"study\": 3", "study: a text is wanted"},
      {AM_STUDY_FILE, "\"seeds\": 2", "\"seeds\": 0", "seeds: "},
      {AM_STUDY_FILE, "\"seeds\": 2", "\"seeds\": 1", "inside: "},
      {AM_STUDY_FILE, "\"arms\"", "\"legs\"", "arms: "},
      {AM_STUDY_FILE, "\"control\": true", "\"control\": 1", "control: "},
      {AM_STUDY_FILE, "\"name\": \"free\"", "\"name\": \"held, and longer\"", "there twice"},
      {AM_STUDY_FILE, "\"arm\": \"free\"", "\"arm\": \"fre\"", "an arm that is not there"},
      {AM_STUDY_FILE, "\"measure\": \"expected\",\n      \"judgement\"",
       "\"measure\": \"e\",\n      \"judgement\"", "a measure that its arm does not have"},
      {AM_STUDY_FILE, "\"inside\": 2", "\"inside\": 3", "inside: "},
      {AM_STUDY_FILE, "\"low95\": ", "\"low95\": true, \"x\": ", "low95: "},
      {AM_STUDY_FILE, "\"verdicts\": [", "\"verdicts\": [{},", "one for each criterion"},
      {AM_STUDY_FILE, "\"curves\": [", "\"curves\": [1,", "curves: "},
      {AM_STUDY_FILE, "\"across\": [", "\"across\": [1,", "across: "},
      {AM_STUDY_FILE, "\"points\": [", "\"points\": [], \"more\": [", "points: "},
      {AM_STUDY_FILE, "\"x\": 2.5", "\"x\": null", "a point of a chart has a number"},
      {AM_STUDY_FILE, "2.5,\n          \"arm\": \"held", "2.5,\n          \"arm\": \"hel",
       "a chart is about an arm that is not there"},
      {AM_STUDY_FILE, "\"measure\": \"right\"\n        }", "\"measure\": \"wrong\"\n        }",
       "a chart is about a measure that its arm does not have"},
  };
  const am_study_plan plan = plan_of(&tiny, 2, 2);
  reproduce_in("sound", &plan, true);
  size_t n_study, n_runs;
  char *study = content("sound", AM_STUDY_FILE, &n_study);
  char *runs = content("sound", AM_STUDY_RUNS_FILE, &n_runs);
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    put("damaged", AM_STUDY_FILE, study, n_study);
    put("damaged", AM_STUDY_RUNS_FILE, runs, n_runs);
    damage("damaged", cases[k].file, cases[k].from, cases[k].to);
    size_t n, m;
    char *before = content("damaged", AM_STUDY_RUNS_FILE, &n);
    refused(&plan, "damaged", AMINE_ERROR_INPUT, cases[k].says);
    char *after = content("damaged", AM_STUDY_RUNS_FILE, &m);
    assert_int_equal(n, m); /* what is damaged is left as it is */
    assert_memory_equal(before, after, n);
    am_free(before);
    am_free(after);
  }
  put("sound", "raster-1.npz", "PK", 2);
  am_study_source source;
  amine_error error = {0};
  assert_int_equal(am_study_source_read(&source, in_base("sound"), true, &error),
                   AMINE_ERROR_INPUT);
  says(&error, "raster-1.npz");
  am_free(study);
  am_free(runs);
}

/* ------------------------------------------------------------------------------ plans */
static void wrong_plan(const am_study_plan *plan, const char *part) {
  const am_protocol *protocols[AM_ARMS_MAX];
  amine_error error = {0};
  assert_int_equal(am_study_plan_check(plan, protocols, &error), AMINE_ERROR_ARGUMENT);
  says(&error, part);
}

static void test_wrong_plans(void **state) {
  (void)state;
  am_study s = small_passing;
  am_study_plan plan = plan_of(&s, 0, 1);
  am_arm arms[2];
  am_criterion criteria[3];
  wrong_plan(&plan, "from 1 to 1000");
  plan.n_seeds = 1001;
  wrong_plan(&plan, "from 1 to 1000");
  plan.n_seeds = 1;
  plan.first_seed = AM_STUDY_SEED_MAX + 1;
  wrong_plan(&plan, "at most");
  plan.first_seed = 0;
  s.arms = memcpy(arms, small_arms, sizeof arms);
  s.full.criteria = memcpy(criteria, small_met, sizeof criteria);
  const am_protocol *protocols[AM_ARMS_MAX];
  amine_error error = {0};
  good(am_study_plan_check(&plan, protocols, &error), &error);
  arms[1].preset = "reinforcemint";
  wrong_plan(&plan, "did you mean reinforcement?");
  arms[1] = arms[0];
  wrong_plan(&plan, "it is there twice");
  arms[1] = small_arms[1];
  arms[1].assignments[0] = "clamp.dopamin=0.5";
  wrong_plan(&plan, "clamp.dopamine");
  arms[1] = small_arms[1];
  criteria[0].measure = "left";
  wrong_plan(&plan, "\"left\"");
  criteria[0] = small_met[0];
  criteria[0].arm = 2;
  wrong_plan(&plan, "no arm of this number");
  criteria[0] = small_met[0];
  criteria[0].high = 0.7;
  wrong_plan(&plan, "holds nothing");
  criteria[0].high = (double)NAN;
  wrong_plan(&plan, "holds nothing");
  criteria[0] = small_met[0];
  criteria[0].share = 90;
  wrong_plan(&plan, "[0, 1]");
  criteria[0] = small_met[0];
  s.charts = (const am_chart[]){{"left", "Left", NULL}};
  s.n_charts = 1;
  wrong_plan(&plan, "no arm has such a measure");
  s.n_charts = 0;
  am_point point = {"line", 1, 0, "left"};
  s.across = &(am_across){.title = "Left", .x = "size", .points = &point, .n_points = 1};
  s.n_across = 1;
  wrong_plan(&plan, "\"left\"");
  point = (am_point){"line", 1, 2, "right"};
  wrong_plan(&plan, "no arm of this number");
  point = (am_point){"line", (double)NAN, 0, "right"};
  wrong_plan(&plan, "a point has a line and a number x");
  s.across = &(am_across){.title = "Left", .points = &point, .n_points = 1};
  wrong_plan(&plan, "it lacks a title, a name of x");
  plan.study = &small_failing;
  plan.quick = true;
  wrong_plan(&plan, "small-failing has no quick form");
}

/* The experiments that users can name: all of their data makes sense, in each form that they have.
 */
static void test_public_table(void **state) {
  (void)state;
  for (int k = 0; am_study_at(k); k++) {
    const am_study *study = am_study_at(k);
    const am_protocol *protocols[AM_ARMS_MAX];
    amine_error error = {0};
    assert_ptr_equal(am_study_find(study->name), study);
    assert_string_not_equal(study->name, "all");
    assert_non_null(study->meaning);
    assert_non_null(study->source);
    assert_non_null(study->page);
    for (int quick = 0; quick < 2; quick++) {
      am_study_plan plan = plan_of(study, 10, 1);
      plan.quick = quick;
      if (quick && study->quick.n_criteria == 0) continue;
      assert_non_null(am_study_plan_form(&plan)->band);
      good(am_study_plan_check(&plan, protocols, &error), &error);
    }
  }
  assert_null(am_study_find("no such study"));
  assert_null(am_study_at(-1));
}

/* ------------------------------------------------------------------------------ faults */
static long calls, fail_at;

static int fails(void) {
  if (++calls != fail_at) return 0;
  errno = ENOSPC;
  return 1;
}
static int bad_open(const char *path, int flags, mode_t mode) {
  return fails() ? -1 : am_io_system.open(path, flags, mode);
}
static ssize_t bad_write(int fd, const void *data, size_t size) {
  return fails() ? -1 : am_io_system.write(fd, data, size);
}
static ssize_t bad_pwrite(int fd, const void *data, size_t size, off_t offset) {
  /* half of it gets there */
  return fails()     ? am_io_system.pwrite(fd, data, size / 2, offset),
         (ssize_t)-1 : am_io_system.pwrite(fd, data, size, offset);
}
static int bad_fsync(int fd) { return fails() ? -1 : am_io_system.fsync(fd); }
static int bad_rename(const char *from, const char *to) {
  return fails() ? -1 : am_io_system.rename(from, to);
}
static int bad_mkdir(const char *path, mode_t mode) {
  return fails() ? -1 : am_io_system.mkdir(path, mode);
}

/* Each system call fails once: there is a sentence, or all is well; afterwards the same study on
 * the same folder ends in the same bytes. */
static void test_failing_disk(void **state) {
  (void)state;
  const am_study_plan plan = plan_of(&tiny, 2, 1);
  long failures = 0;
  reproduce_in("disk-whole", &plan, true);
  for (long at = 1;; at++) {
    am_reproduction r;
    amine_error error = {0};
    folder_remove(in_base("disk"));
    calls = 0, fail_at = at;
    am_io.open = bad_open, am_io.write = bad_write, am_io.pwrite = bad_pwrite;
    am_io.fsync = bad_fsync, am_io.rename = bad_rename, am_io.mkdir = bad_mkdir;
    const amine_status status = am_reproduce(&r, &plan, in_base("disk"), NULL, &error);
    am_io = am_io_system;
    if (status == AMINE_OK) am_reproduction_free(&r);
    else assert_int_equal(status, AMINE_ERROR_IO);
    if (status != AMINE_OK) {
      assert_true(error.message[0] != 0);
      failures++;
    }
    reproduce_in("disk", &plan, true);
    same_files("disk-whole", "disk");
    if (calls < at) break;
  }
  assert_true(failures > 20);
}

/* Requests for memory are refused, one in each attempt; none is lost, none leaks. */
static void test_memory(void **state) {
  (void)state;
  const am_study_plan plan = plan_of(&tiny, 1, 1);
  reproduce_in("memory-whole", &plan, true); /* what others keep for good is had by now */
  assert_true(refuse_each_request(&plan, in_base("memory")) > 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_shares),
      cmocka_unit_test(test_how_many_seeds),
      cmocka_unit_test(test_nothing_but_nan),
      cmocka_unit_test(test_means),           cmocka_unit_test(test_interval_of_a_share),
      cmocka_unit_test(test_threads),         cmocka_unit_test(test_against_a_simulation),
      cmocka_unit_test(test_samples),         cmocka_unit_test(test_interrupted),
      cmocka_unit_test(test_stopped_at_once), cmocka_unit_test(test_torn),
      cmocka_unit_test(test_more_seeds),      cmocka_unit_test(test_wrong_folder),
      cmocka_unit_test(test_damage),          cmocka_unit_test(test_wrong_plans),
      cmocka_unit_test(test_public_table),    cmocka_unit_test(test_failing_disk),
      cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
