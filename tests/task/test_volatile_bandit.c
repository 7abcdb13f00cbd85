/* The volatile bandit: whole lives to the bit and what its policies earn against an independent program
 * (tests/reference/volatile_bandit.py), its odds, and its options. */
#include "support.h"

#include "format/safetensors.h"
#include "task/create.h"

static const am_task_type *const type = &am_volatile_bandit_type;
enum { STEPS = 300, ARMS = 5, SHOWN = 2 * ARMS + 2 };
static const uint64_t SEED = 20261130;

static am_volatile_bandit_options options_of(bool told) {
  am_volatile_bandit_options o = am_volatile_bandit_default();
  o.steps = STEPS;
  o.block = 50;
  o.chance = 0.5;
  o.told = told;
  return o;
}

static void read(double *out, const char *name, int rank, size_t a, size_t b) {
  am_tensor_file *file;
  const size_t dims[] = {a, b};
  amine_error error = {0};
  amine_status status =
      am_tensor_file_open(&file, TEST_DATA "/volatile_bandit.safetensors", 1 << 20, false, &error);
  if (status == AMINE_OK) {
    status = am_tensor_file_copy(file, name, out, AM_F64, rank, dims, &error);
    am_tensor_file_close(file);
  }
  if (status != AMINE_OK) fail_msg("%s", error.message);
}

/* The first life of the reference, by its actions; who is told nothing sees the first inputs alone. */
static void a_life_is_the_references(void **state) {
  (void)state;
  static double inputs[STEPS][SHOWN], actions[STEPS];
  read(&inputs[0][0], "estimated/inputs", 2, STEPS, SHOWN);
  read(actions, "estimated/actions", 1, STEPS, 0);
  for (int told = 0; told < 2; told++) {
    const am_volatile_bandit_options o = options_of(told == 1);
    am_task *task = NULL;
    am_volatile_bandit_state s;
    int n_new = 0;
    assert_int_equal(am_volatile_bandit_create(&task, &o, NULL), AMINE_OK);
    assert_int_equal(task->n_inputs, told ? SHOWN : ARMS + 1);
    type->start(task, &s, SEED, 0, 0);
    for (int t = 0; t < STEPS; t++) {
      float input[SHOWN];
      type->observe(task, &s, input);
      for (int k = 0; k < task->n_inputs; k++) near((double)input[k], inputs[t][k], 0);
      n_new += inputs[t][SHOWN - 1] > 0;
      type->step(task, &s, (int)actions[t]);
    }
    assert_in_range(n_new, 2, 6);              /* of six blocks: the tape holds both kinds */
    assert_true(type->step(task, &s, 0) == 0); /* it is over */
    am_task_destroy(task);
  }
}

/* The regret is what the best arm has more in the mean, step by step. */
static void regret_adds_up(void **state) {
  (void)state;
  am_task *task = NULL;
  am_volatile_bandit_state s;
  assert_int_equal(am_volatile_bandit_create(&task, NULL, NULL), AMINE_OK);
  type->start(task, &s, SEED, 0, 3);
  s.mu[0] = 0.25f;
  s.mu[1] = 0.75f;
  s.mu[2] = s.mu[3] = s.mu[4] = -0.5f;
  s.sd[0] = 0;
  assert_true(type->step(task, &s, 0) == 0.25f);
  near(s.regret, 0.5, 0);
  type->step(task, &s, 1);
  near(s.regret, 0.5, 0);
  type->step(task, &s, 4);
  near(s.regret, 1.75, 0);
  am_task_destroy(task);
}

static void arms_have_their_odds(void **state) {
  (void)state;
  enum { N = 4000 };
  am_task *task = NULL;
  double mean = 0, squares = 0, sd = 0, paid = 0, paid_squares = 0;
  int n_new = 0;
  MAKE(volatile_bandit, &task,
       {.steps = 2, .arms = 2, .block = 1, .chance = 0.4, .sd_low = 0.2, .sd_high = 0.6});
  for (uint32_t i = 0; i < N; i++) {
    am_volatile_bandit_state s;
    type->start(task, &s, 1, 0, i);
    const float mu = s.mu[1];
    mean += (double)mu / N;
    squares += (double)(mu * mu) / N;
    sd += (double)s.sd[0] / N;
    const double z = (double)((type->step(task, &s, 1) - mu) / s.sd[1]);
    if (s.mu[1] == mu) { /* else it is of another deviation */
      paid += z;
      paid_squares += z * z;
    } else {
      n_new++;
    }
  }
  const int n = N - n_new;
  near(mean, 0, 5 * sqrt(1.0 / 3 / N));
  near(squares, 1.0 / 3, 5 * sqrt(4.0 / 45 / N));
  near(sd, 0.4, 5 * 0.4 / sqrt(12.0 * N));
  near((double)n_new / N, 0.4, 5 * sqrt(0.24 / N));
  near(paid / n, 0, 5 / sqrt(n));
  near(paid_squares / n, 1, 5 * sqrt(2.0 / n));
  am_task_destroy(task);
}

/* What a line lost against the best arm, mean of `n` lives; *error: the standard error of that. */
static double regret_of(const am_task *task, int line, int n, double *error) {
  double sum = 0, squares = 0;
  for (uint32_t i = 0; i < (uint32_t)n; i++) {
    am_volatile_bandit_state s;
    type->start(task, &s, 5, 0, i);
    while (s.world.step < task->n_steps)
      type->step(task, &s, task->lines[line].act(task, &s, (am_random4){{0}}));
    sum += s.regret;
    squares += s.regret * s.regret;
  }
  *error = sqrt((squares / n - sum / n * sum / n) / (n - 1));
  return sum / n;
}

/* By regret, in which lives differ less than in what they earn. The reference's own error is 3.1. */
static void lines_are_what_the_reference_plays(void **state) {
  (void)state;
  am_task *task = NULL;
  double error;
  assert_int_equal(am_volatile_bandit_create(&task, NULL, NULL), AMINE_OK);
  assert_string_equal(task->lines[1].policy, "discounted-ucb");
  near(task->lines[3].reward, 10000 * 4.0 / 6, 1e-9);
  for (int line = 1; line < 4; line++) {
    const double regret = regret_of(task, line, 60, &error);
    near(regret, task->lines[3].reward - task->lines[line].reward, 4 * (error + 3.1));
    assert_true(line == 3 ? regret == 0 : error < 40);
  }
  am_task_destroy(task);
  MAKE(volatile_bandit, &task, {.steps = 7, .arms = 3, .block = 5, .chance = 1});
  assert_true(isnan(task->lines[1].reward) && isnan(task->lines[2].reward));
  near(task->lines[3].reward, 3.5, 1e-12);
  am_task_destroy(task);
}

static void bad_options_are_refused(void **state) {
  (void)state;
  REFUSED(volatile_bandit, am_task, "volatile-bandit", arms, 1);
  REFUSED(volatile_bandit, am_task, "volatile-bandit", arms, 17);
  REFUSED(volatile_bandit, am_task, "volatile-bandit", steps, 0);
  REFUSED(volatile_bandit, am_task, "volatile-bandit", steps, 100001);
  REFUSED(volatile_bandit, am_task, "volatile-bandit", block, 0);
  REFUSED(volatile_bandit, am_task, "volatile-bandit", chance, 1.01);
  REFUSED(volatile_bandit, am_task, "volatile-bandit", sd_low, -1);
  REFUSED(volatile_bandit, am_task, "volatile-bandit", sd_high, 0.05);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_life_is_the_references),
      cmocka_unit_test(regret_adds_up),
      cmocka_unit_test(arms_have_their_odds),
      cmocka_unit_test(lines_are_what_the_reference_plays),
      cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
