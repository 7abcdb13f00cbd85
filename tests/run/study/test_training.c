/* Studies whose arms are trained: medians and their ratios at every edge; a run is what training
 * makes of the same keys; neither threads nor interruptions change a byte; a report comes out. */
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "format/file.h"
#include "format/json.h"
#include "refused_study.h"
#include "report/report.h"
#include "run/study/held.h"
#include "run/study/reproduce.h"
#include "run/study/training.h"
#include "run/train/evaluate.h"
#include "run/train/weights.h"

#include "base.h"

#define NEVER ((double)NAN)

/* ------------------------------------------------------------------------------ judging */
static am_criterion band(am_judgement judgement, double low, double high, double share) {
  return (am_criterion){0, "reward", judgement, low, high, share, "a test"};
}

static void test_medians(void **state) {
  (void)state;
  const double odd[] = {5, NEVER, 1}, six[] = {4, 1, NEVER, 2, 3, 4}, all[] = {4, 1, 6, 2, 3, 4};
  const double late[] = {NEVER, NEVER, NEVER, NEVER, 9, NEVER};
  am_criterion c = band(AM_JUDGE_MEDIAN, 5, 6, 0);
  am_verdict v = am_study_judge(&c, odd, 3); /* 1, 5, never; three have no interval */
  assert_true(v.value == 5 && v.answer == AM_ANSWER_OPEN && v.inside == 1);
  c = band(AM_JUDGE_MEDIAN, 1, 6, 0);
  v = am_study_judge(&c, all, 6); /* from 1 to 6 */
  assert_true(v.value == 3.5 && v.answer == AM_ANSWER_MET && v.low == 1 && v.high == 6);
  v = am_study_judge(&c, six, 6); /* from 1 to never */
  assert_true(v.value == 3.5 && v.answer == AM_ANSWER_OPEN && isinf(v.high));
  c.high = INFINITY; /* as late as one likes, or never */
  assert_int_equal(am_study_judge(&c, six, 6).answer, AM_ANSWER_MET);
  c = band(AM_JUDGE_MEDIAN, 0, 8.9, 0);
  v = am_study_judge(&c, late, 6); /* from 9 to never */
  assert_true(isinf(v.value) && v.answer == AM_ANSWER_MISSED);
  const double half[] = {1, NEVER}; /* half way to never is never */
  assert_true(isinf(am_study_judge(&c, half, 2).value));
}

/* The sign test's interval: of 6 values the extremes, 2/64 beyond; of 10 the second and the ninth,
 * 2 * 11/1024 beyond; of 5 there is none, 2/32 would be beyond. */
static void test_interval_of_a_median(void **state) {
  (void)state;
  double values[20], median, low, high;
  const struct {
    size_t n, k;
  } known[] = {{1, 0}, {5, 0}, {6, 1}, {8, 1}, {9, 2}, {10, 2}, {11, 2}, {12, 3}, {20, 6}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    const size_t n = known[i].n, k = known[i].k;
    for (size_t j = 0; j < n; j++) values[j] = (double)(n - j); /* descending: n, ..., 1 */
    am_median_interval(&median, &low, &high, values, n);
    assert_true(median == (double)(n + 1) / 2);
    if (k == 0) assert_true(isnan(low) && isnan(high));
    else assert_true(low == (double)k && high == (double)(n + 1 - k));
  }
}

/* Which resamples are drawn is not laid down; what follows from the values is. */
static void test_ratios(void **state) {
  (void)state;
  const double one[] = {30, 10, 20, 20, 20, 20}, two[] = {NEVER, 4, 5, 5, 5, 5};
  const double never[] = {NEVER, NEVER, NEVER, 1, 1, NEVER}, zero[6] = {0};
  const double narrow[] = {8, 8, 8, 8, 8, 8}, wide[] = {1, 2, 3, 4, 5, 6, 7, 8};
  am_criterion c = band(AM_JUDGE_RATIO, 2, 4, 1);
  am_verdict v = am_study_judge_two(&c, narrow, two + 1, 5);
  assert_true(v.value == 1.6 && v.answer == AM_ANSWER_OPEN); /* five: no interval */
  v = am_study_judge_two(&c, one, two, 6);
  assert_true(v.value == 4 && v.low <= 4 && v.high >= 4);
  v = am_study_judge_two(&c, narrow, narrow, 6); /* no spread: exactly 1 */
  assert_true(v.value == 1 && v.low == 1 && v.high == 1 && v.answer == AM_ANSWER_MISSED);
  c = band(AM_JUDGE_RATIO, 0, 7.9, 1);
  v = am_study_judge_two(&c, wide, wide, 8);
  assert_true(v.value == 1 && v.low >= 1. / 8 && v.low < 0.6 && v.high > 1.6 && v.high <= 8);
  c.high = 1.5;
  assert_int_equal(am_study_judge_two(&c, wide, wide, 8).answer, AM_ANSWER_OPEN);
  c = band(AM_JUDGE_RATIO, 0, INFINITY, 1);
  v = am_study_judge_two(&c, one, never, 6); /* nothing can be said */
  assert_true(isnan(v.value) && v.answer == AM_ANSWER_MISSED);
  assert_int_equal(am_study_judge_two(&c, one, zero, 6).answer, AM_ANSWER_MISSED);
  v = am_study_judge_two(&c, never, one, 6);
  assert_true(isinf(v.value) && v.answer == AM_ANSWER_MET);
}

/* Differences 1, 2, 3 and 2: 2 +- 3.18245 sqrt(2 / 3 / 4) (Student's t of 3 degrees at 97.5 %). */
static void test_differences(void **state) {
  (void)state;
  const double one[] = {11, 22, 33, 44}, other[] = {10, 20, 30, 42}, none[] = {1, NEVER, 1, 1};
  const double half = 3.182446305 * sqrt(2. / 3 / 4);
  am_criterion c = band(AM_JUDGE_DIFFERENCE, 0, INFINITY, 1);
  am_verdict v = am_study_judge_two(&c, one, other, 4);
  assert_true(v.value == 2 && v.answer == AM_ANSWER_MET && v.inside == 4);
  assert_true(fabs(v.low - (2 - half)) < 1e-6 && fabs(v.high - (2 + half)) < 1e-6);
  assert_int_equal(am_study_judge_two(&c, other, one, 4).answer, AM_ANSWER_MISSED);
  assert_int_equal(am_study_judge_two(&c, one, other, 1).answer, AM_ANSWER_OPEN);
  assert_int_equal(am_study_judge_two(&c, none, one, 4).answer, AM_ANSWER_MISSED);
  c.low = 1;
  assert_int_equal(am_study_judge_two(&c, one, other, 4).answer, AM_ANSWER_OPEN);
}

/* ------------------------------------------------------------------------------ a study */
#define SMALL                                                                                      \
  "task.size=5", "task.steps=12", "network.hidden=6", "batch=40", "learner.warmup=3",              \
      "learner.rate=0.01"
static const am_arm arms[] = {
    AM_ARM("plastic", "maze", SMALL, "modulator.type=constant"),
    AM_CONTROL("no learning", "maze", SMALL, "learner.rate=0"),
};
/* What is tested is the running; the bands hold everything. */
static const am_criterion criteria[] = {
    {0, "reward", AM_JUDGE_MEDIAN, 0, 1000, 0, "there is a median"},
    {0, "evaluation", AM_JUDGE_RATIO, 0, 1000, 1, "there is a ratio"},
    {1, "trials_to_criterion", AM_JUDGE_AT_MOST, 0, 1e9, 1, "a maze has no criterion"},
};
static const am_chart charts[] = {{"reward", "Reward", NULL}};
static const am_study study = {
    .name = "training",
    .meaning = "for this test",
    .source = "nobody",
    .page = "",
    .arms = arms,
    .n_arms = 2,
    .full = {{"iterations=130", NULL}, criteria, 3, "none"},
    .quick = {{"iterations=7", NULL}, criteria, 3, "none"},
    .charts = charts,
    .n_charts = 1,
};

static am_study_plan plan_of(bool quick, int n_threads) {
  return (am_study_plan){
      .study = &study, .quick = quick, .first_seed = 3, .n_seeds = 3, .n_threads = n_threads};
}

static void same_files(const char *a, const char *b) {
  static const char *const files[] = {AM_STUDY_FILE, AM_STUDY_RUNS_FILE};
  for (int k = 0; k < 2; k++) {
    unsigned char *x, *y;
    size_t n, m;
    char path[200];
    snprintf(path, sizeof path, "%s/%s", in_base(a), files[k]);
    assert_int_equal(am_file_read(path, 1 << 24, &x, &n, NULL), AMINE_OK);
    snprintf(path, sizeof path, "%s/%s", in_base(b), files[k]);
    assert_int_equal(am_file_read(path, 1 << 24, &y, &m, NULL), AMINE_OK);
    if (n != m || memcmp(x, y, n) != 0) fail_msg("%s of %s and of %s differ", files[k], a, b);
    am_free(x);
    am_free(y);
  }
}

static void reproduce_in(const char *folder, const am_study_plan *plan) {
  am_reproduction r;
  amine_error error = {0};
  if (am_reproduce(&r, plan, folder ? in_base(folder) : NULL, NULL, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  assert_int_equal(r.answer, AM_ANSWER_OPEN); /* three seeds: no interval of a median */
  am_reproduction_free(&r);
}

/* A run is what training by the same keys comes to, whoever asks. */
static void test_against_training(void **state) {
  (void)state;
  static const char *const keys[] = {SMALL, "modulator.type=constant", "iterations=130", "seed=4"};
  const am_study_plan plan = plan_of(false, 2);
  am_reproduction r;
  am_config c;
  am_experiment *x;
  amine_error error = {0};
  if (am_reproduce(&r, &plan, NULL, NULL, &error) != AMINE_OK) fail_msg("%s", error.message);
  am_config_default(&c);
  assert_int_equal(am_config_load(&c, "maze", &error), AMINE_OK);
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
    assert_int_equal(am_config_assign(&c, keys[k], &error), AMINE_OK);
  assert_int_equal(am_config_resolve(&c, &error), AMINE_OK);
  assert_int_equal(am_experiment_create(&x, &c, &error), AMINE_OK);
  const am_study_run *run = &r.runs[1]; /* the first arm's second seed */
  double rewards[130];
  size_t sampled = 0;
  assert_int_equal(run->n_samples, 100);
  for (int k = 0; k < 130; k++) {
    am_learner_report report;
    assert_int_equal(am_experiment_iterate(x, &report, &error), AMINE_OK);
    rewards[k] = report.reward;
    if ((size_t)k + 1 != (sampled + 1) * 130 / 100) continue;
    double sum = 0;
    const int from = k < 25 ? 0 : k - 24; /* 25 batches of 40 */
    for (int j = from; j <= k; j++) sum += rewards[j];
    assert_true(run->times[sampled] == 40 * (k + 1));
    assert_true(run->course[sampled * 3] == sum / (k + 1 - from));
    assert_true(isnan(run->course[sampled * 3 + 1]) && isnan(run->course[sampled * 3 + 2]));
    sampled++;
  }
  am_evaluation e;
  assert_int_equal(am_evaluate_network(&e, x, 1000, 4, false, &error), AMINE_OK);
  assert_int_equal(sampled, 100);
  assert_true(run->measures[AM_TRAINING_REWARD] == run->course[99 * 3]);
  assert_true(run->measures[AM_TRAINING_EVALUATION] == e.mean);
  assert_true(isnan(run->measures[AM_TRAINING_TRIALS]));
  am_experiment_destroy(x);
  am_reproduction_free(&r);
}

/* An arm that begins with the network of another: trained with its seed, handed over, and measured
 * on both tasks. Here only read-outs learn, so that the traces stay. */
#define LATER SMALL, "task.size=7", "learn=heads"
static const am_arm two_arms[] = {
    AM_ARM("first", "maze", SMALL, "modulator.type=constant"),
    AM_AFTER(0, "later", "maze", LATER, "modulator.type=constant"),
};
static const am_criterion kept[] = {
    {1, "kept", AM_JUDGE_MEAN, -1000, 1000, 0, "there is a figure"},
};

static void test_after_another(void **state) {
  (void)state;
  static const char *const first_keys[] = {SMALL, "modulator.type=constant", "iterations=20"};
  static const char *const later_keys[] = {LATER, "modulator.type=constant", "iterations=20"};
  am_study tuning = study;
  tuning.arms = two_arms;
  tuning.full = (am_study_form){{"iterations=20", NULL}, kept, 1, "none"};
  am_study_plan plan = plan_of(false, 2);
  plan.study = &tuning;
  am_reproduction r;
  amine_error error = {0};
  if (am_reproduce(&r, &plan, NULL, NULL, &error) != AMINE_OK) fail_msg("%s", error.message);
  am_experiment *x[2];
  for (int later = 0; later < 2; later++) {
    am_config c;
    am_learner_report report;
    am_config_default(&c);
    assert_int_equal(am_config_load(&c, "maze", &error), AMINE_OK);
    for (size_t k = 0; k < (later ? sizeof later_keys : sizeof first_keys) / sizeof *later_keys; k++)
      assert_int_equal(am_config_assign(&c, (later ? later_keys : first_keys)[k], &error), AMINE_OK);
    assert_int_equal(am_config_assign(&c, "seed=5", &error), AMINE_OK);
    assert_int_equal(am_config_resolve(&c, &error), AMINE_OK);
    assert_int_equal(am_experiment_create(&x[later], &c, &error), AMINE_OK);
    if (later)
      assert_int_equal(am_weights_hand_over(x[1]->learner, x[0]->learner, &error), AMINE_OK);
    for (int k = 0; k < 20; k++)
      assert_int_equal(am_experiment_iterate(x[later], &report, &error), AMINE_OK);
  }
  am_evaluation e;
  const am_study_run *first = &r.runs[2], *later = &r.runs[5]; /* of the third seed */
  assert_int_equal(am_evaluate_network(&e, x[0], 1000, 5, false, &error), AMINE_OK);
  assert_true(first->measures[AM_TRAINING_EVALUATION] == e.mean);
  assert_int_equal(am_evaluate_network(&e, x[1], 1000, 5, false, &error), AMINE_OK);
  assert_true(later->measures[AM_TRAINING_EVALUATION] == e.mean);
  assert_int_equal(am_weights_hand_over(x[0]->learner, x[1]->learner, &error), AMINE_OK);
  assert_int_equal(am_evaluate_network(&e, x[0], 1000, 5, false, &error), AMINE_OK);
  assert_true(later->measures[AM_TRAINING_KEPT] == e.mean);
  assert_true(e.mean != first->measures[AM_TRAINING_EVALUATION]);
  for (int k = 0; k < 2; k++) am_experiment_destroy(x[k]);
  am_reproduction_free(&r);
  am_arm wrong[2] = {two_arms[0], two_arms[1]};
  wrong[1].after = 2; /* itself */
  tuning.arms = wrong;
  assert_int_equal(am_reproduce(&r, &plan, NULL, NULL, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "begins with the network"));
}

/* An arm that begins with another's network, learns nothing, and has a signal of it held. */
#define BIASED "task.steps=8", "network.hidden=5", "batch=2"
static const am_arm held_arms[] = {
    AM_ARM("first", "nmn", BIASED),
    {.name = "later",
     .preset = "nmn",
     .assignments = {BIASED, "learner.warmup=1000"},
     .after = 1,
     .held = "M_z"},
};
static const am_criterion held_one[] = {
    {1, "held", AM_JUDGE_MEAN, -1000, 1000, 0, "there is a figure"},
};

static void test_held_after_another(void **state) {
  (void)state;
  static const char *const keys[] = {BIASED, "iterations=20", "seed=5"};
  am_study holding = study;
  holding.arms = held_arms;
  holding.full = (am_study_form){{"iterations=20", NULL}, held_one, 1, "none"};
  am_study_plan plan = plan_of(false, 2);
  plan.study = &holding;
  am_reproduction r;
  am_config c;
  am_experiment *x;
  am_learner_report report;
  am_held h;
  amine_error error = {0};
  if (am_reproduce(&r, &plan, NULL, NULL, &error) != AMINE_OK) fail_msg("%s", error.message);
  am_config_default(&c);
  assert_int_equal(am_config_load(&c, "nmn", &error), AMINE_OK);
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
    assert_int_equal(am_config_assign(&c, keys[k], &error), AMINE_OK);
  assert_int_equal(am_config_resolve(&c, &error), AMINE_OK);
  assert_int_equal(am_experiment_create(&x, &c, &error), AMINE_OK);
  for (int k = 0; k < 20; k++)
    assert_int_equal(am_experiment_iterate(x, &report, &error), AMINE_OK);
  assert_int_equal(am_held_measure(&h, x, "M_z", 5, &error), AMINE_OK);
  const am_study_run *later = &r.runs[5];
  assert_true(later->measures[AM_TRAINING_FREE] == h.free);
  assert_true(later->measures[AM_TRAINING_HELD] == h.held && h.held != h.free);
  assert_true(later->measures[AM_TRAINING_RELEASED] == h.released);
  am_experiment_destroy(x);
  am_config_free(&c);
  am_reproduction_free(&r);
}

/* An arm that keeps its first policy tells how far it went, and what it lost since its best sample. */
static void test_straying(void **state) {
  (void)state;
  enum { N = 60 };
  static const char *const keys[] = {SMALL,           "learner.keep_first=true", "learner.warmup=0",
                                     "iterations=60", "seed=3"};
  static const am_arm away[] = {
      AM_ARM("away", "maze", SMALL, "learner.keep_first=true", "learner.warmup=0")};
  static const am_criterion lost[] = {{0, "lost", AM_JUDGE_MEAN, 0, INFINITY, 0, "of the best"}};
  static const am_plane planes[] = {{"distance", "reward", "The way", NULL}};
  am_study straying = study;
  straying.arms = away;
  straying.n_arms = 1;
  straying.full = (am_study_form){{"iterations=60", NULL}, lost, 1, "none"};
  straying.planes = planes;
  straying.n_planes = 1;
  am_study_plan plan = plan_of(false, 1);
  plan.study = &straying;
  plan.n_seeds = 1;
  am_reproduction r;
  am_config c;
  am_experiment *x;
  am_learner_report report;
  amine_error error = {0};
  if (am_reproduce(&r, &plan, in_base("away"), NULL, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  am_config_default(&c);
  assert_int_equal(am_config_load(&c, "maze", &error), AMINE_OK);
  for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
    assert_int_equal(am_config_assign(&c, keys[k], &error), AMINE_OK);
  assert_int_equal(am_config_resolve(&c, &error), AMINE_OK);
  assert_int_equal(am_experiment_create(&x, &c, &error), AMINE_OK);
  const am_study_run *run = &r.runs[0];
  const size_t n = AM_N_STRAYING_MEASURES;
  double best = -INFINITY;
  assert_int_equal(run->n_samples, N);
  for (int k = 0; k < N; k++) {
    const double *now = run->course + (size_t)k * n;
    assert_int_equal(am_experiment_iterate(x, &report, &error), AMINE_OK);
    assert_true(now[AM_TRAINING_DISTANCE] == sqrt(report.kl));
    assert_true(isnan(now[AM_TRAINING_LEARNED])); /* the task's own reward */
    best = fmax(best, now[AM_TRAINING_REWARD]);
  }
  assert_true(report.kl > 1e-3);
  assert_true(run->measures[AM_TRAINING_DISTANCE] == sqrt(report.kl));
  assert_true(run->measures[AM_TRAINING_LOST] == best - run->measures[AM_TRAINING_REWARD]);
  assert_true(run->measures[AM_TRAINING_LOST] > 0);
  assert_true(isnan(run->measures[AM_TRAINING_GAINED]));
  am_experiment_destroy(x);
  am_reproduction_free(&r);
  straying.planes = &(am_plane){"distance", "nobody", "The way", NULL};
  assert_int_equal(am_reproduce(&r, &plan, NULL, NULL, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "no arm has both of its measures"));
}

typedef struct stopper {
  double after;
  atomic_int stop;
} stopper;

static void stop_at(void *context, double done) {
  stopper *s = context;
  if (done >= s->after) atomic_store(&s->stop, 1);
}

/* Runs that are kept until they are finished. */
static int n_kept(const char *folder) {
  int n = 0;
  DIR *d = opendir(in_base(folder));
  assert_non_null(d);
  for (struct dirent *e; (e = readdir(d)) != NULL;) n += strncmp(e->d_name, "run-", 4) == 0;
  closedir(d);
  return n;
}

static void test_same_bytes(void **state) {
  (void)state;
  const am_study_plan one = plan_of(false, 1), two = plan_of(false, 2);
  reproduce_in("one", &one);
  reproduce_in("two", &two);
  same_files("one", "two");
  for (int k = 0; k < 4; k++) {
    char name[32];
    stopper s = {.after = 0.2 * k + 0.05};
    am_reproduction r;
    amine_error error = {0};
    const am_side_watch watch = {.progress = stop_at, .context = &s, .stop = &s.stop};
    snprintf(name, sizeof name, "stopped%d", k);
    assert_int_equal(am_reproduce(&r, &two, in_base(name), &watch, &error), AMINE_ERROR_STOPPED);
    assert_true(am_reproduction_done(&r) < r.n_runs);
    am_reproduction_free(&r);
    assert_true(n_kept(name) > 0);
    reproduce_in(name, &one);
    same_files("one", name);
    assert_int_equal(n_kept(name), 0);
  }
}

typedef struct watcher {
  uint64_t stop, first, last; /* stop: after this iteration; 0: never */
} watcher;

static amine_status watch_step(void *context, uint64_t iteration, uint64_t iterations,
                               amine_error *error) {
  watcher *w = context;
  assert_int_equal(iterations, 130);
  if (w->first == 0) w->first = iteration;
  w->last = iteration;
  return iteration == w->stop ? am_fail(error, AMINE_ERROR_STOPPED, "stopped") : AMINE_OK;
}

static amine_status watched(am_study_run *run, const am_config *config, const char *path,
                            watcher *w, amine_error *error) {
  const am_training_watch watch = {watch_step, w};
  const am_training training = {.config = config, .n_samples = 100, .path = path};
  return am_study_train(run, &training, &watch, error);
}

/* A run that was stopped goes on after the iteration that it was stopped at, to the same bits; not
 * by other keys, nor from a damaged file. */
static void test_goes_on(void **state) {
  (void)state;
  const am_study_plan plan = plan_of(false, 1);
  const char *path = in_base("kept.safetensors");
  am_config config, other;
  am_study_run whole, run;
  watcher w = {0};
  amine_error error = {0};
  assert_int_equal(am_study_training_config(&config, &plan, 0, 4, &error), AMINE_OK);
  assert_int_equal(am_study_training_config(&other, &plan, 0, 5, &error), AMINE_OK);
  assert_int_equal(watched(&whole, &config, NULL, &w, &error), AMINE_OK);
  for (uint64_t at = 1; at <= 130; at += 43) {
    w = (watcher){.stop = at};
    assert_int_equal(watched(&run, &config, path, &w, &error), AMINE_ERROR_STOPPED);
    assert_true(w.first == (at > 1 ? at - 42 : 1) && w.last == at);
    am_study_run_free(&run);
  }
  w = (watcher){0};
  assert_int_equal(watched(&run, &other, path, &w, &error), AMINE_ERROR_ARGUMENT);
  if (!strstr(error.message, "seed=4 cannot be changed to 5")) fail_msg("%s", error.message);
  am_study_run_free(&run);
  assert_int_equal(watched(&run, &config, path, &w, &error), AMINE_OK);
  assert_int_equal(w.first, 0); /* all iterations were done: what is left is to evaluate */
  assert_int_equal(run.n_samples, whole.n_samples);
  const size_t n = run.n_samples * AM_N_TRAINING_MEASURES;
  assert_memory_equal(run.course, whole.course, n * sizeof *run.course);
  assert_memory_equal(run.measures, whole.measures, AM_N_TRAINING_MEASURES * sizeof *run.measures);
  am_study_run_free(&run);
  FILE *f = fopen(path, "r+b");
  assert_non_null(f);
  assert_int_equal(fseek(f, -9, SEEK_END), 0);
  assert_int_equal(fputc('?', f), '?');
  assert_int_equal(fclose(f), 0);
  assert_int_equal(watched(&run, &config, path, &w, &error), AMINE_ERROR_INPUT);
  if (!strstr(error.message, "kept.safetensors")) fail_msg("%s", error.message);
  am_study_run_free(&run);
  am_study_run_free(&whole);
  am_config_free(&config);
  am_config_free(&other);
}

static void test_quick_and_report(void **state) {
  (void)state;
  const am_study_plan plan = plan_of(true, 2);
  am_reproduction r;
  amine_error error = {0};
  unsigned char *page;
  size_t size;
  char path[200];
  if (am_reproduce(&r, &plan, in_base("quick"), NULL, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  assert_int_equal(r.runs[0].n_samples, 7);
  assert_true(r.runs[0].times[6] == 7 * 40);
  am_reproduction_free(&r);
  const char *folder = in_base("quick");
  snprintf(path, sizeof path, "%s/report.html", folder);
  if (am_report_write(&folder, 1, path, &error) != AMINE_OK) fail_msg("%s", error.message);
  assert_int_equal(am_file_read(path, 1 << 24, &page, &size, &error), AMINE_OK);
  static const char *const parts[] = {"the median, over that of no learning", ">trials<",
                                      "the median</td>"};
  for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
    if (!strstr((char *)page, parts[k])) fail_msg("the page lacks %s", parts[k]);
  am_free(page);
}

static void test_wrong_plans(void **state) {
  (void)state;
  am_arm wrong[2];
  am_criterion other[3];
  am_study s = study;
  am_study_plan plan = plan_of(false, 1);
  const am_protocol *protocols[AM_ARMS_MAX];
  amine_error error = {0};
  plan.study = &s;
  s.arms = wrong;
  memcpy(wrong, arms, sizeof arms);
  wrong[1].preset = "reinforcement"; /* a brain beside training */
  assert_int_equal(am_study_plan_check(&plan, protocols, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "describes a brain"));
  memcpy(wrong, arms, sizeof arms);
  wrong[0].assignments[6] = "rule.eta=0.1"; /* has no effect: the modulator is the read-out */
  assert_int_equal(am_study_plan_check(&plan, protocols, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "rule.eta has no effect"));
  s.arms = arms;
  s.full.criteria = other;
  memcpy(other, criteria, sizeof criteria);
  other[1].share = 2; /* there are two arms */
  assert_int_equal(am_study_plan_check(&plan, protocols, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "no other arm"));
}

/* Where nothing learns and the task tells regret, a run is fresh episodes, sampled by their steps. */
static void test_lives(void **state) {
  (void)state;
  static const am_arm players[] = {AM_ARM("text", "volatile-bandit", NULL),
                                   AM_ARM("bounds", "discounted-ucb", NULL)};
  static const am_criterion lost[] = {{0, "regret", AM_JUDGE_MEAN, 0, 1000, 0, "it loses"}};
  static const am_chart regret[] = {{"regret", "Regret", NULL}};
  am_study s = study;
  s.arms = players;
  s.charts = regret;
  s.full = (am_study_form){{"task.steps=150", "task.block=50", NULL}, lost, 1, "none"};
  am_study_plan plan = plan_of(false, 2);
  plan.study = &s;
  am_reproduction r;
  amine_error error = {0};
  if (am_reproduce(&r, &plan, in_base("lives"), NULL, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  assert_ptr_equal(r.protocols[0], &am_lives_protocol);
  am_config c;
  am_experiment *x;
  am_evaluation e;
  double wanted[100];
  assert_int_equal(am_study_training_config(&c, &plan, 1, 4, &error), AMINE_OK);
  assert_int_equal(am_experiment_create(&x, &c, &error), AMINE_OK);
  assert_int_equal(am_evaluate_regret(&e, wanted, 100, x, 1000, 4, &error), AMINE_OK);
  const am_study_run *run = &r.runs[4]; /* the second arm's second seed */
  assert_int_equal(run->n_samples, 100);
  assert_true(wanted[99] > wanted[0] && wanted[0] > 0);
  for (int i = 0; i < 100; i++) {
    assert_true(run->times[i] == (i + 1) * 150 / 100);
    assert_true(isnan(run->course[2 * i + AM_LIVES_EVALUATION]));
    assert_true(run->course[2 * i + AM_LIVES_REGRET] == wanted[i]);
  }
  assert_true(run->measures[AM_LIVES_EVALUATION] == e.mean);
  assert_true(run->measures[AM_LIVES_REGRET] == wanted[99]);
  am_experiment_destroy(x);
  am_config_free(&c);
  am_reproduction_free(&r);
  unsigned char *text;
  size_t n;
  char path[200];
  snprintf(path, sizeof path, "%s/%s", in_base("lives"), AM_STUDY_FILE);
  assert_int_equal(am_file_read(path, 1 << 24, &text, &n, NULL), AMINE_OK);
  json_t *tree = json_loadb((const char *)text, n, 0, NULL);
  assert_string_equal(json_string_value(json_object_get(tree, "time")), AM_STUDY_TIME_STEPS);
  json_decref(tree);
  am_free(text);
}

/* Requests for memory are refused, one in each attempt; none is lost, none leaks. */
static void test_memory(void **state) {
  (void)state;
  am_study_plan plan = plan_of(true, 1);
  plan.n_seeds = 1;
  reproduce_in("memory-whole", &plan); /* what others keep for good is had by now */
  assert_true(refuse_each_request(&plan, in_base("memory")) > 100);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_medians),          cmocka_unit_test(test_interval_of_a_median),
      cmocka_unit_test(test_differences),      cmocka_unit_test(test_ratios),
      cmocka_unit_test(test_against_training), cmocka_unit_test(test_after_another),
      cmocka_unit_test(test_held_after_another),
      cmocka_unit_test(test_straying),
      cmocka_unit_test(test_same_bytes),
      cmocka_unit_test(test_goes_on),          cmocka_unit_test(test_quick_and_report),
      cmocka_unit_test(test_wrong_plans),      cmocka_unit_test(test_memory),
      cmocka_unit_test(test_lives),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
