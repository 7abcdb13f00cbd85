/* Classification: the examples of a table are shown, training's by chance and test's in turn, and a
 * learner is evaluated on test alone. */
#include "support.h"

#include <stdlib.h>

#include "folder.h"
#include "format/file.h"
#include "memory.h"
#include "run/config/objects.h"
#include "run/train/evaluate.h"
#include "task/create.h"

static char folder[32], paths[4][96];

static const char *file_of(int k, const char *text) {
  snprintf(paths[k], sizeof paths[k], "%s/%d.csv", folder, k);
  assert_int_equal(am_file_replace(paths[k], text, strlen(text), NULL), AMINE_OK);
  return paths[k];
}

static am_task *made(am_classify_options o) {
  am_task *task = NULL;
  amine_error error = {0};
  if (am_classify_create(&task, &o, &error) != AMINE_OK) fail_msg("%s", error.message);
  return task;
}

/* Ten examples, whose first feature tells them apart; every fifth is test. */
static am_classify_options ten(void) {
  am_classify_options o = am_classify_default();
  o.file = file_of(0, "0,1,0\n1,1,1\n2,1,2\n3,1,1\n4,1,3\n5,1,1\n6,1,0\n7,1,1\n-8,1,0\n9,1,2\n");
  return o;
}

/* What stands in the first feature of an episode, with `scale` taken back. */
static int shown(const am_task *task, float scale, uint32_t episode, uint32_t lane, int *class) {
  am_classify_state s;
  float input[2];
  task->type->start(task, &s, 1, episode, lane);
  task->type->observe(task, &s, input);
  assert_true(input[1] == 1 / scale);
  *class = task->type->answer(task, &s);
  assert_true(task->type->step(task, &s, *class) == 1);
  assert_true(task->type->step(task, &s, *class) == 0); /* it is over */
  assert_int_equal(task->type->answer(task, &s), -1);
  task->type->start(task, &s, 1, episode, lane);
  assert_true(task->type->step(task, &s, (*class + 1) % task->n_actions) == 0);
  return (int)lrintf(input[0] * scale);
}

static void training_and_test_are_apart(void **state) {
  (void)state;
  enum { N = 20000 };
  am_task *task = made(ten());
  const am_task *test = am_task_evaluated(task);
  int count[10] = {0}, class;
  assert_int_equal(task->n_inputs, 2);
  assert_int_equal(task->n_actions, 4);
  assert_int_equal(am_classify_rows(task), 8);
  assert_int_equal(am_classify_rows(test), 2);
  for (uint32_t k = 0; k < N; k++) count[abs(shown(task, 8, k % 100, k / 100, &class))]++;
  for (int k = 0; k < 10; k++) /* five deviations of a binomial */
    near(count[k], k % 5 == 4 ? 0 : N / 8, k % 5 == 4 ? 0 : 5 * sqrt(N / 8.0 * 7 / 8));
  for (uint32_t k = 0; k < 6; k++) {
    assert_int_equal(shown(test, 8, 0, k, &class), k % 2 ? 9 : 4);
    assert_int_equal(class, k % 2 ? 2 : 3);
  }
  near(task->lines[0].reward, 0, 1e-15); /* `most`: 1 is most frequent, and not in test */
  near(task->lines[1].reward, 0.25, 1e-15);
  near(task->lines[2].reward, 1, 0);
  am_task_destroy(task);
}

static void tables_of_their_own(void **state) {
  (void)state;
  am_classify_options o = ten();
  o.labels_file = file_of(1, "1\n1\n0\n0\n0\n0\n0\n0\n0\n0\n");
  o.test_file = file_of(2, "10,1,7\n11,1,7\n12,1,7\n13,1,7\n");
  o.test_labels_file = file_of(3, "2\n0\n0\n0\n");
  o.scale = 2;
  /* the last column is one more feature now */
  am_task *task = made(o);
  const am_task *test = am_task_evaluated(task);
  assert_int_equal(task->n_inputs, 3);
  assert_int_equal(task->n_actions, 3);
  assert_int_equal(am_classify_rows(task), 10);
  double sum = 0, told = 0;
  for (uint32_t k = 0; k < 4; k++) {
    am_classify_state s;
    float input[3];
    test->type->start(test, &s, 1, 0, k);
    test->type->observe(test, &s, input);
    assert_true(input[0] == (float)(10 + k) / 2 && input[2] == 3.5f);
    sum += am_task_play(test, 1, 1, 0, k);
    told += am_task_play(test, 2, 1, 0, k);
  }
  assert_true(sum == 3 && told == 4);
  near(task->lines[1].reward, 0.75, 1e-15);
  near(task->lines[0].reward, 1.0 / 3, 1e-15);
  am_task_destroy(task);
}

/* Whoever learns is evaluated on what he was not shown: a world in which test is the opposite. */
static void learners_are_evaluated_on_test(void **state) {
  (void)state;
  static const char *const learners[][3] = {{"bptt", "gru", "0.01"},
                                            {"a2c", "plastic-rnn", "0.01"},
                                            {"signalling", "gru", "0.01"},
                                            {"delta", "rnn", "0.3"}};
  am_classify_options o = {.file = file_of(0, "-1,0\n1,1\n"),
                           .test_file = file_of(1, "-1,1\n1,0\n")};
  for (int k = 0; k < 4; k++) {
    char word[160];
    am_config c;
    am_experiment *x;
    am_learner_report report = {0};
    am_evaluation e;
    amine_error error = {0};
    am_config_default(&c);
    const char *const keys[] = {"task=classify", "network.hidden=16", "batch=16", "threads=1"};
    for (int i = 0; i < 4; i++) assert_int_equal(am_config_assign(&c, keys[i], &error), AMINE_OK);
    static const char *const said[] = {"learner", "network", "learner.rate"};
    for (int i = 0; i < 3; i++) {
      snprintf(word, sizeof word, "%s=%s", said[i], learners[k][i]);
      assert_int_equal(am_config_assign(&c, word, &error), AMINE_OK);
    }
    snprintf(word, sizeof word, "task.file=%s", o.file);
    assert_int_equal(am_config_assign(&c, word, &error), AMINE_OK);
    snprintf(word, sizeof word, "task.test_file=%s", o.test_file);
    assert_int_equal(am_config_assign(&c, word, &error), AMINE_OK);
    if (am_config_resolve(&c, &error) != AMINE_OK) fail_msg("%s", error.message);
    if (am_experiment_create(&x, &c, &error) != AMINE_OK) fail_msg("%s", error.message);
    for (int i = 0; i < 300; i++)
      assert_int_equal(am_experiment_iterate(x, &report, &error), AMINE_OK);
    assert_int_equal(am_evaluate_network(&e, x, 40, 1, true, &error), AMINE_OK);
    if (!(report.reward > 0.9 && e.mean == 0))
      fail_msg("%s: %g in training, %g in test", learners[k][0], report.reward, e.mean);
    am_experiment_destroy(x);
    am_config_free(&c);
  }
}

static void says(const am_classify_options *o, amine_status expected, const char *sentence) {
  am_task before = {0}, *out = &before;
  amine_error error = {0};
  assert_int_equal(am_classify_create(&out, o, &error), expected);
  assert_ptr_equal(out, &before);
  if (!strstr(error.message, sentence)) fail_msg("%s\n%s", error.message, sentence);
}

static void what_is_no_example_is_refused(void **state) {
  (void)state;
  am_classify_options o = am_classify_default();
  says(&o, AMINE_ERROR_ARGUMENT, "task.file=none: task.type=classify needs a table of examples");
  o.file = "/usr/share/datasets/fashion-mnist/no-such-images.gz";
  says(&o, AMINE_ERROR_IO,
       "there is no such file. Debian's package dataset-fashion-mnist brings it");
  o.file = "/nowhere/sklearn/datasets/data/digits.csv.gz";
  says(&o, AMINE_ERROR_IO, "there is no such file. Debian's package python3-sklearn brings it");
  o.file = file_of(0, "1,0\n1,0.5\n");
  says(&o, AMINE_ERROR_INPUT,
       "0.csv: row 2: 0.5 is no class: they are whole numbers from 0 to 999");
  o.file = file_of(0, "1,0\n1,-1\n");
  says(&o, AMINE_ERROR_INPUT, "0.csv: row 2: -1 is no class");
  o.file = file_of(0, "1\n0\n");
  says(&o, AMINE_ERROR_INPUT, "0.csv: 0 columns beside the class: 1 to 100000 are wanted");
  o = ten();
  o.labels_file = file_of(1, "1\n1\n");
  says(&o, AMINE_ERROR_INPUT,
       "1.csv: 2 rows and 1 columns: one column is wanted, and 10 rows as in");
  o = ten();
  o.test_file = file_of(1, "1,1\n");
  says(&o, AMINE_ERROR_INPUT, "1.csv: 1 columns beside the class, not 2 as");
  o = ten();
  o.test = 0.09;
  says(&o, AMINE_ERROR_INPUT, "none of its 10 examples is for test: task.test is too small");
  REFUSED(classify, am_task, "classify", test, 0.91);
  REFUSED(classify, am_task, "classify", scale, -1);
}

/* Whichever request is refused, all is given back. */
static void refused_memory_is_said(void **state) {
  (void)state;
  am_classify_options o = ten();
  amine_status status = AMINE_ERROR_MEMORY;
  const long alive = memory.alive;
  long at = 0;
  while (status == AMINE_ERROR_MEMORY && ++at < 1000) {
    am_task *task = NULL;
    amine_error error = {0};
    memory.at = at, memory.requests = 0;
    status = am_classify_create(&task, &o, &error);
    memory.at = 0;
    assert_true((task != NULL) == (status == AMINE_OK) && error.status == status);
    am_task_destroy(task);
    assert_int_equal(memory.alive, alive);
  }
  assert_int_equal(status, AMINE_OK);
  assert_true(at > 5);
}

static int begin(void **state) {
  (void)state;
  return folder_make(folder, sizeof folder);
}

static int end(void **state) {
  (void)state;
  folder_remove(folder);
  return 0;
}

int main(void) {
  amine_memory_use(counting, NULL);
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(training_and_test_are_apart),
      cmocka_unit_test(tables_of_their_own),
      cmocka_unit_test(learners_are_evaluated_on_test),
      cmocka_unit_test(what_is_no_example_is_refused),
      cmocka_unit_test(refused_memory_is_said),
  };
  return cmocka_run_group_tests(tests, begin, end);
}
