/* Runs that learn from preferences: who answers, what is kept, and that threads change nothing. That
 * they go on to the bit after every stop is shown by test_resume.c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "format/safetensors.h"
#include "learner/preferences.h"
#include "run/train/checkpoint.h"
#include "run/train/evaluate.h"
#include "run/train/seeds.h"
#include "run/train/train.h"
#include "small.h"

#include "base.h"

enum { ANSWERS = 24, FIRST = 10 };

static am_config config_of(const char *more, const char *further) {
  const small_variant variant = {"preferences",
                                 {"task.type=cart-pole", "task.steps=40", "network.type=gru",
                                  "learner.type=signalling", "reward.type=preferences",
                                  "reward.answers=24", "reward.first=10", "reward.every=2",
                                  "reward.spread=6", "reward.updates=2", "reward.units=5",
                                  "reward.episodes=3", more, further}};
  return small_config(&variant);
}

/* [ANSWERS]: those of a checkpoint. */
static void read_answers(float *preferred, const char *folder) {
  char path[200];
  const size_t n = ANSWERS;
  am_tensor_file *f;
  amine_error error = {0};
  snprintf(path, sizeof path, "%s/%s", folder, AM_CHECKPOINT_FILE);
  if (am_tensor_file_open(&f, path, 1 << 26, true, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  assert_int_equal(am_tensor_file_copy(f, "reward.preferred", preferred, AM_F32, 1, &n, &error),
                   AMINE_OK);
  am_tensor_file_close(f);
}

static void train(const char *folder, const char *more, const char *further) {
  am_config config = config_of(more, further);
  amine_error error = {0};
  if (am_train_new(&config, folder, NULL, &error) != AMINE_OK) fail_msg("%s", error.message);
}

/* A judge that is always wrong says the opposite of one that never is, of the same first clips; and
 * one that answers by chance never says that two are alike. */
static void judges_answer(void **state) {
  (void)state;
  char folder[3][100];
  float right[ANSWERS], wrong[ANSWERS], chance[ANSWERS];
  static const char *const more[] = {"reward.wrong=0", "reward.wrong=1", "reward.judge=chance"};
  for (int k = 0; k < 3; k++) {
    snprintf(folder[k], sizeof folder[k], "%s/judge-%d", base, k);
    train(folder[k], more[k], NULL);
  }
  read_answers(right, folder[0]);
  read_answers(wrong, folder[1]);
  read_answers(chance, folder[2]);
  int decided = 0, firsts = 0;
  for (int k = 0; k < FIRST; k++) {
    if (right[k] == 0.5f) assert_true(wrong[k] == 0 || wrong[k] == 1);
    else assert_true(wrong[k] == 1 - right[k]);
    decided += right[k] != 0.5f;
  }
  for (int k = 0; k < ANSWERS; k++) {
    assert_true(chance[k] == 0 || chance[k] == 1);
    firsts += chance[k] == 1;
  }
  assert_true(decided > FIRST / 2);
  assert_true(firsts > ANSWERS / 4 && firsts < 3 * ANSWERS / 4);
}

/* The lines of the metrics: the world's reward stands as the reward, which is what evaluation gives,
 * too, and no step of this world gives more than 1. */
static void rewards_are_the_worlds(void **state) {
  (void)state;
  am_config config = config_of("reward.scale=1000", NULL);
  am_experiment *x = small_experiment(&config);
  amine_error error = {0};
  am_learner_report report;
  am_evaluation fresh;
  for (int k = 0; k < 3; k++) {
    assert_int_equal(am_experiment_iterate(x, &report, &error), AMINE_OK);
    assert_true(report.reward >= 5 && report.reward <= 40);
    assert_true(fabs(report.learned) > 100);
  }
  assert_true(report.answers == FIRST + 2 * (ANSWERS - FIRST) / 6);
  assert_int_equal(am_evaluate_network(&fresh, x, 20, 1, false, &error), AMINE_OK);
  assert_true(fresh.min >= 5 && fresh.max <= 40 && fresh.mean == floor(fresh.mean * 20 + 0.5) / 20);
  am_experiment_destroy(x);
}

/* A judge who does not notice little says the same of the same first clips as one who does, or
 * that they are alike. */
static void little_is_not_noticed(void **state) {
  (void)state;
  char folder[100];
  float right[ANSWERS], blunt[ANSWERS];
  int alike = 0;
  snprintf(folder, sizeof folder, "%s/right", base);
  train(folder, "reward.wrong=0", NULL);
  read_answers(right, folder);
  snprintf(folder, sizeof folder, "%s/blunt", base);
  train(folder, "reward.wrong=0", "reward.notice=12");
  read_answers(blunt, folder);
  for (int k = 0; k < FIRST; k++) {
    assert_true(blunt[k] == right[k] || blunt[k] == 0.5f);
    alike += blunt[k] != right[k];
  }
  assert_true(alike > 0 && alike < FIRST);
}

/* Of the first clips by a policy that always does the same, the share of steps with another action. */
static double others_done(const char *wander) {
  am_config config = config_of(wander, "task.masked=false");
  am_experiment *x = small_experiment(&config);
  am_learner_report report;
  am_learner_tensor t;
  float all[1024] = {0}, *clips = NULL, *lengths = NULL, *values;
  size_t size = 0;
  for (int k = 0; x->learner->type->tensor(x->learner, k, &t); k++) {
    if (strncmp(t.name, "h2o.", 4) != 0 || !t.is_parameter) continue;
    all[0] = strcmp(t.name, "h2o.bias") == 0 ? 50 : 0;
    x->learner->type->set(x->learner, k, all);
  }
  assert_int_equal(am_experiment_iterate(x, &report, NULL), AMINE_OK);
  for (int k = 0; am_preferences_tensor(x->task, k, &t, &values); k++) {
    if (strcmp(t.name, "reward.clips") == 0) clips = values, size = t.dims[1];
    if (strcmp(t.name, "reward.lengths") == 0) lengths = values;
  }
  assert_true(clips && lengths);
  const size_t n_x = size / 32; /* 25 steps in blocks of 16; the actions stand last */
  int n = 0, others = 0;
  for (size_t clip = 0; clip < 2 * FIRST; clip++)
    for (size_t step = 0; step < (size_t)lengths[clip]; step++, n++)
      others += clips[clip * size + step / 16 * n_x * 16 + (n_x - 1) * 16 + step % 16] > 0.5f;
  am_experiment_destroy(x);
  return (double)others / n;
}

/* What a policy never does is shown by episodes that wander. */
static void clips_wander(void **state) {
  (void)state;
  assert_true(others_done("reward.wander=0") == 0);
  const double half = others_done("reward.wander=0.5"), all = others_done("reward.wander=1");
  if (!(half > 0.05 && all > 0.2 && all < 0.5)) fail_msg("%g, %g", half, all);
}

static void threads_change_nothing(void **state) {
  (void)state;
  uint64_t hashes[2];
  for (int k = 0; k < 2; k++) {
    am_config config = config_of(k ? "threads=3" : "threads=1", "batch=40");
    am_experiment *x = small_experiment(&config);
    for (int i = 0; i < 5; i++) {
      am_learner_report report;
      assert_int_equal(am_experiment_iterate(x, &report, NULL), AMINE_OK);
    }
    hashes[k] = small_hash(x->learner);
    am_experiment_destroy(x);
  }
  assert_true(hashes[0] == hashes[1]);
}

/* The number of lines of a run's clips, whose first is of that pair. */
static int clips_in(const char *folder, int pair) {
  char path[200], wanted[40];
  unsigned char *data;
  size_t size;
  int lines = 0;
  snprintf(path, sizeof path, "%s/%s", folder, AM_CLIPS_FILE);
  snprintf(wanted, sizeof wanted, "{\"pair\":%d,\"first\":{\"inputs\":[[", pair);
  assert_int_equal(am_file_read(path, 1 << 26, &data, &size, NULL), AMINE_OK);
  assert_true(size > strlen(wanted) && memcmp(data, wanted, strlen(wanted)) == 0);
  for (size_t k = 0; k < size; k++) lines += data[k] == '\n';
  am_free(data);
  return lines;
}

/* A run waits for answers, and goes on with them as far as they reach. */
static void a_file_is_waited_for(void **state) {
  (void)state;
  char folder[100], key[160];
  amine_error error = {0};
  am_text answers = {0};
  snprintf(folder, sizeof folder, "%s/waits", base);
  snprintf(key, sizeof key, "reward.file=%s/answers.jsonl", base);
  am_config config = config_of("reward.judge=file", key);
  assert_int_equal(am_train_new(&config, folder, NULL, &error), AMINE_ERROR_STOPPED);
  assert_non_null(strstr(error.message, "10 pairs of clips, from number 0 on, wait for answers"));
  assert_int_equal(clips_in(folder, 0), FIRST);
  for (int asked = FIRST, k = 0; k < ANSWERS; k++) {
    am_text_printf(&answers, "{\"pair\": %d, \"preferred\": \"%s\"}\n", k,
                   k % 3 ? "first" : "equal");
    if (k + 1 < asked) continue;
    assert_int_equal(am_file_replace(key + 12, answers.data, answers.length, &error), AMINE_OK);
    const amine_status status = am_train_resume(&config, folder, NULL, &error);
    if (k + 1 == ANSWERS) assert_int_equal(status, AMINE_OK);
    else assert_int_equal(status, AMINE_ERROR_STOPPED);
    if (status == AMINE_ERROR_STOPPED) asked += clips_in(folder, k + 1);
  }
  float preferred[ANSWERS];
  read_answers(preferred, folder);
  for (int k = 0; k < ANSWERS; k++) assert_true(preferred[k] == (k % 3 ? 1 : 0.5f));
  am_text_free(&answers);
}

/* Of two seeds each has answers of its own: the clips differ. One file for both is refused. */
static void seeds_have_files_of_their_own(void **state) {
  (void)state;
  char folder[100], key[160], path[200];
  amine_error error = {0};
  snprintf(folder, sizeof folder, "%s/seeds", base);
  snprintf(key, sizeof key, "reward.file=%s/one.jsonl", base);
  am_config config = config_of("reward.judge=file", key);
  am_train_seeds seeds = {.config = &config, .n = 2, .folder = folder};
  assert_int_equal(am_train_seeds_run(&seeds, false, NULL, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "one.jsonl: several seeds are asked about different clips"));
  snprintf(key, sizeof key, "reward.file=%s/{seed}.jsonl", base);
  config = config_of("reward.judge=file", key);
  assert_int_equal(am_train_seeds_run(&seeds, false, NULL, &error), AMINE_ERROR_STOPPED);
  assert_non_null(strstr(error.message, "wait for answers"));
  for (int k = 0; k < 2; k++) {
    am_text folder_of = {0}, answers = {0};
    unsigned char *clips[2];
    size_t size[2];
    for (int seed = 0; seed < 2; seed++) {
      assert_int_equal(am_seeds_path(&folder_of, folder, config.common.seed + (uint64_t)seed, false,
                                     &error),
                       AMINE_OK);
      snprintf(path, sizeof path, "%s/%s", folder_of.data, AM_CLIPS_FILE);
      assert_int_equal(am_file_read(path, 1 << 26, &clips[seed], &size[seed], NULL), AMINE_OK);
      folder_of.length = 0;
    }
    /* the first is answered, and goes on to its next questions, for which the other still waits */
    const char second[] = "{\"pair\":10,";
    assert_true((strncmp((char *)clips[0], second, strlen(second)) == 0) == (k == 1));
    assert_true(strncmp((char *)clips[1], "{\"pair\":0,", 10) == 0);
    assert_true(k || size[0] != size[1] || memcmp(clips[0], clips[1], size[0]) != 0);
    for (int seed = 0; seed < 2; seed++) am_free(clips[seed]);
    for (int pair = 0; pair < FIRST; pair++)
      am_text_printf(&answers, "{\"pair\": %d, \"preferred\": \"first\"}\n", pair);
    snprintf(path, sizeof path, "%s/%llu.jsonl", base, (unsigned long long)config.common.seed);
    assert_int_equal(am_file_replace(path, answers.data, answers.length, &error), AMINE_OK);
    if (k == 0)
      assert_int_equal(am_train_seeds_run(&seeds, true, NULL, &error), AMINE_ERROR_STOPPED);
    am_text_free(&answers);
    am_text_free(&folder_of);
  }
}

/* With reward.earlier=1 the second clip of every later pair is one that was asked about before, what
 * the world gave in it is still known, and the judge says of all pairs what follows from that. */
static void earlier_clips_come_back(void **state) {
  (void)state;
  char folder[100], path[200];
  float preferred[ANSWERS], given[2 * ANSWERS];
  size_t dims[2] = {ANSWERS, 2};
  am_tensor_file *f;
  amine_error error = {0};
  snprintf(folder, sizeof folder, "%s/earlier", base);
  train(folder, "reward.wrong=0", "reward.earlier=1");
  read_answers(preferred, folder);
  snprintf(path, sizeof path, "%s/%s", folder, AM_CHECKPOINT_FILE);
  assert_int_equal(am_tensor_file_open(&f, path, 1 << 26, true, &error), AMINE_OK);
  assert_int_equal(am_tensor_file_copy(f, "reward.given", given, AM_F32, 2, dims, &error), 0);
  const am_tensor *clips = am_tensor_file_find(f, "reward.clips");
  const size_t size = clips->count / (2 * ANSWERS);
  const float *all = (const float *)(const void *)clips->data;
  for (size_t k = 0; k < ANSWERS; k++) {
    const float first = given[2 * k], second = given[2 * k + 1];
    assert_true(preferred[k] == (first == second ? 0.5f : first > second ? 1 : 0));
    size_t from = 0;
    while (from < 2 * k &&
           memcmp(all + from * size, all + (2 * k + 1) * size, size * sizeof *all) != 0)
      from++;
    if (k < FIRST) continue;
    assert_true(from < 2 * k && given[from] == second);
  }
  am_tensor_file_close(f);
}

/* What a person is shown of one is what was shown. */
static void and_are_shown_again(void **state) {
  (void)state;
  char folder[100], key[160], path[200];
  unsigned char *before, *after;
  size_t n, m;
  amine_error error = {0};
  am_text answers = {0};
  snprintf(folder, sizeof folder, "%s/again", base);
  snprintf(path, sizeof path, "%s/again/%s", base, AM_CLIPS_FILE);
  snprintf(key, sizeof key, "reward.file=%s/again.jsonl", base);
  const small_variant variant = {
      "again",
      {"task.type=cart-pole", "task.steps=40", "network.type=gru", "learner.type=signalling",
       "reward.type=preferences", "reward.answers=14", "reward.first=10", "reward.every=2",
       "reward.spread=2", "reward.units=5", "reward.judge=file", key, "reward.earlier=1"}};
  am_config config = small_config(&variant);
  assert_int_equal(am_train_new(&config, folder, NULL, &error), AMINE_ERROR_STOPPED);
  assert_int_equal(am_file_read(path, 1 << 26, &before, &n, NULL), AMINE_OK);
  for (int k = 0; k < 10; k++)
    am_text_printf(&answers, "{\"pair\": %d, \"preferred\": \"first\"}\n", k);
  assert_int_equal(am_file_replace(key + 12, answers.data, answers.length, &error), AMINE_OK);
  assert_int_equal(am_train_resume(&config, folder, NULL, &error), AMINE_ERROR_STOPPED);
  assert_int_equal(am_file_read(path, 1 << 26, &after, &m, NULL), AMINE_OK);
  int pairs = 0;
  for (char *line = strtok((char *)after, "\n"); line; line = strtok(NULL, "\n"), pairs++) {
    char *second = strstr(line, "\"second\":") + strlen("\"second\":");
    second[strlen(second) - 1] = 0; /* the pair's own brace */
    assert_true(strlen(second) > 40 && strstr((char *)before, second));
  }
  assert_int_equal(pairs, 4);
  am_free(before);
  am_free(after);
  am_text_free(&answers);
}

static void what_makes_no_sense_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *task, *more, *sentence;
  } bad[] = {
      {"task.type=cart-pole", "reward.judge=file", "reward.judge=file needs reward.file=FILE"},
      {"task.type=cart-pole", "reward.file=x",
       "reward.file has no effect with reward.judge=reward"},
      {"task.type=pennies", "learner.type=agents", "learner.type=agents is several"},
      {"task.type=adding", "network.type=lstm",
       "needs actions; task.type=adding asks for target values"},
  };
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
    am_config c;
    am_experiment *x;
    amine_error error = {0};
    const char *const all[] = {bad[k].task, "reward.type=preferences", "learner.type=bptt",
                               bad[k].more};
    am_config_default(&c);
    amine_status status = am_config_assign_all(&c, all, 4, &error);
    if (status == AMINE_OK) status = am_config_resolve(&c, &error);
    if (status == AMINE_OK) status = am_experiment_create(&x, &c, &error);
    assert_int_equal(status, AMINE_ERROR_ARGUMENT);
    if (!strstr(error.message, bad[k].sentence)) fail_msg("%s", error.message);
    am_config_free(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(judges_answer),
      cmocka_unit_test(little_is_not_noticed),
      cmocka_unit_test(earlier_clips_come_back),
      cmocka_unit_test(and_are_shown_again),
      cmocka_unit_test(rewards_are_the_worlds),
      cmocka_unit_test(clips_wander), cmocka_unit_test(threads_change_nothing),
      cmocka_unit_test(a_file_is_waited_for),
      cmocka_unit_test(seeds_have_files_of_their_own),
      cmocka_unit_test(what_makes_no_sense_is_refused),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
