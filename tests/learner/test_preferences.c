/* Rewards that are learned from preferences: the model's gradient is PyTorch's
 * (tests/reference/preferences.py), and the world's own reward reaches nobody who learns. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "folder.h"
#include "format/file.h"
#include "format/safetensors.h"
#include "learner/answers.h"
#include "learner/preferences.h"
#include "learner/reward_model.h"
#include "task/bandit.h"
#include "task/cart_pole.h"
#include "task/recall_values.h"
#include "task/t_maze.h"

enum { PAIRS = 16, CLIP = 25, N_IN = 5, HIDDEN = 7, LANES = 16, STEPS = PAIRS * 2 * CLIP };

static am_tensor_file *reference;

static int open_reference(void **state) {
  (void)state;
  return am_tensor_file_open(&reference, TEST_DATA "/preferences.safetensors", 1 << 20, false,
                             NULL) != AMINE_OK;
}

static int close_reference(void **state) {
  (void)state;
  am_tensor_file_close(reference);
  return 0;
}

/* The values of a tensor, whatever its shape. */
static const double *values_of(const char *name) {
  const am_tensor *t = am_tensor_file_find(reference, name);
  if (!t) fail_msg("no %s", name);
  return (const double *)t->data;
}

/* A model whose member 1 has the reference's parameters. */
static void open_model(am_reward_model *model, float slip) {
  static const char *const names[] = {"0.weight", "0.bias",   "2.weight",
                                      "2.bias",   "4.weight", "4.bias"};
  const am_model_options o = {
      .n_in = N_IN, .hidden = HIDDEN, .clip = CLIP, .decay = 0.01f, .slip = slip, .seed = 3};
  assert_int_equal(am_reward_model_open(model, &o, NULL), AMINE_OK);
  for (int k = 0; k < 6; k++) {
    const am_place *place = &model->places.place[6 + k];
    const double *from = values_of(names[k]);
    for (size_t i = 0; i < am_place_count(place); i++)
      model->parameters[place->at + i] = (float)from[i];
  }
  am_reward_model_changed(model);
}

/* clips [32][am_clip_size] in the model's order of steps */
static void fill_pairs(const am_reward_model *model, am_compared pairs[PAIRS], float *clips) {
  const double *x = values_of("x"), *lengths = values_of("lengths");
  const double *preferred = values_of("preferred");
  for (int k = 0; k < PAIRS; k++) {
    pairs[k].preferred = (float)preferred[k];
    for (int side = 0; side < 2; side++) {
      const int c = 2 * k + side;
      float *clip = clips + (size_t)c * am_clip_size(model);
      for (int t = 0; t < CLIP; t++)
        for (int i = 0; i < N_IN; i++)
          clip[(t / LANES * N_IN + i) * LANES + t % LANES] = (float)x[(c * CLIP + t) * N_IN + i];
      pairs[k].clip[side] = clip;
      pairs[k].length[side] = (int)lengths[c];
    }
  }
}

static void near(double got, double wanted, double tolerance, const char *what) {
  if (!(fabs(got - wanted) <= tolerance * fmax(1, fabs(wanted))))
    fail_msg("%s: %.9g, not %.9g", what, got, wanted);
}

static void the_gradient_is_pytorchs(void **state) {
  (void)state;
  static const char *const names[] = {"0.weight", "0.bias",   "2.weight",
                                      "2.bias",   "4.weight", "4.bias"};
  for (int s = 0; s < 2; s++) {
    am_reward_model model;
    am_compared pairs[PAIRS];
    open_model(&model, s ? 0.1f : 0);
    float *clips = am_alloc(2 * PAIRS * am_clip_size(&model), sizeof *clips);
    fill_pairs(&model, pairs, clips);
    am_reward_model_gradient(&model, 1, pairs);
    for (int k = 0; k < 6; k++) {
      char name[40];
      snprintf(name, sizeof name, "%s/%s", s ? "0.1" : "0.0", names[k]);
      const double *wanted = values_of(name);
      const am_place *place = &model.places.place[k];
      for (size_t i = 0; i < am_place_count(place); i++)
        near((double)model.gradient[place->at + i], wanted[i], 2e-6, name);
    }
    am_free(clips);
    am_reward_model_close(&model);
  }
}

/* The sums of clips, what they make of a pair, and one step at a time beside sixteen. */
static void steps_and_clips_are_worth_what_they_are(void **state) {
  (void)state;
  am_reward_model model;
  am_compared pairs[PAIRS];
  const double *worth = values_of("worth"), *wanted = values_of("p");
  float first[PAIRS], second[PAIRS], p[PAIRS];
  open_model(&model, 0);
  float *clips = am_alloc(2 * PAIRS * am_clip_size(&model), sizeof *clips);
  fill_pairs(&model, pairs, clips);
  for (int k = 0; k < PAIRS; k++) {
    float sums[2][AM_MODEL_MEMBERS];
    for (int side = 0; side < 2; side++) {
      am_reward_model_clip(&model, sums[side], pairs[k].clip[side], pairs[k].length[side]);
      near((double)sums[side][1], worth[2 * k + side], 1e-5, "a clip");
    }
    first[k] = sums[0][1];
    second[k] = sums[1][1];
  }
  am_reward_model_prefer(p, first, second, PAIRS);
  for (int k = 0; k < PAIRS; k++) near((double)p[k], wanted[k], 1e-5, "P");
  float all[AM_MODEL_MEMBERS * LANES], one[AM_MODEL_MEMBERS], x[N_IN];
  am_reward_model_say_all(&model, all, clips);
  for (int t = 0; t < LANES; t++) {
    for (int i = 0; i < N_IN; i++) x[i] = clips[i * LANES + t];
    am_reward_model_say(&model, one, x);
    for (int k = 0; k < AM_MODEL_MEMBERS; k++)
      near((double)one[k], (double)all[k * LANES + t], 1e-6, "a step alone");
  }
  am_free(clips);
  am_reward_model_close(&model);
}

/* Steps against the gradient bring a member to say what was answered; the others stay. */
static void a_member_learns_what_was_answered(void **state) {
  (void)state;
  am_reward_model model;
  am_compared pairs[PAIRS];
  open_model(&model, 0.1f);
  model.options.rate = 0.01f;
  model.options.decay = 0;
  float *clips = am_alloc(2 * PAIRS * am_clip_size(&model), sizeof *clips);
  float *before = am_alloc(model.size, sizeof *before);
  memcpy(before, model.parameters, model.size * sizeof *before);
  fill_pairs(&model, pairs, clips);
  for (int k = 0; k < PAIRS; k++) pairs[k].preferred = (float)(k % 2);
  for (int k = 0; k < 400; k++) am_reward_model_learn(&model, 1, pairs);
  for (int k = 0; k < PAIRS; k++) {
    float sums[2][AM_MODEL_MEMBERS];
    for (int side = 0; side < 2; side++)
      am_reward_model_clip(&model, sums[side], pairs[k].clip[side], pairs[k].length[side]);
    assert_int_equal(sums[0][1] > sums[1][1], k % 2);
  }
  assert_memory_equal(before, model.parameters, model.size * sizeof *before);
  am_free(before);
  am_free(clips);
  am_reward_model_close(&model);
}

/* ------------------------------------------------------------------------------ the task */
static am_preferences_options standard(void) {
  am_preferences_options o;
  memset(&o, 0, sizeof o);
  for (const amine_parameter *row = am_reward_preferences_part.parameters; row->name; row++) {
    char *at = (char *)&o + row->offset;
    if (row->member == AMINE_MEMBER_FLOAT) *(float *)(void *)at = (float)row->standard;
    if (row->member == AMINE_MEMBER_INT) *(int *)(void *)at = (int)row->standard;
    if (row->member == AMINE_MEMBER_UINT64) *(uint64_t *)(void *)at = (uint64_t)row->standard;
  }
  o.seed = 5;
  return o;
}

static am_task *made(const am_task_type *type, const void *options, am_preferences_options o) {
  am_task *world, *task;
  amine_error error = {0};
  assert_int_equal(am_task_create(&world, type, options, &error), AMINE_OK);
  if (am_preferences_create(&task, world, &o, &error) != AMINE_OK) fail_msg("%s", error.message);
  return task;
}

/* A model that says something: as if it had been asked. */
static void give_gain(am_task *task) {
  double numbers[AM_PREFERENCES_NUMBERS];
  am_preferences_get(task, numbers);
  numbers[6] = 1; /* gain */
  assert_true(am_preferences_fine(task, numbers));
  am_preferences_set(task, numbers);
}

/* The input of a bandit that tells the last reward tells what the model said of the step, every other
 * is the world's, and what the world gave is counted. */
static void the_worlds_reward_is_hidden(void **state) {
  (void)state;
  const am_bandit_options o = am_bandit_default();
  am_task *task = made(&am_bandit_type, &o, standard()), *world;
  assert_int_equal(am_task_create(&world, &am_bandit_type, &o, NULL), AMINE_OK);
  give_gain(task);
  max_align_t hidden[AM_TASK_STATE_MAX / sizeof(max_align_t)];
  max_align_t open[AM_TASK_STATE_MAX / sizeof(max_align_t)];
  float seen[64], plain[64];
  double given = 0, heard[3] = {7, 7, 7};
  int told = 0;
  am_preferences_hear(task, heard, 3, 10);
  am_preferences_begin(task);
  task->type->start(task, hidden, 9, 0, 11);
  world->type->start(world, open, 9, 0, 11);
  float said = 0;
  for (int t = 0; t < task->n_steps; t++) {
    task->type->observe(task, hidden, seen);
    world->type->observe(world, open, plain);
    for (int i = 0; i < task->n_inputs; i++)
      if (i != task->tells - 1) assert_true(seen[i] == plain[i]);
    assert_true(seen[task->tells - 1] == said);
    told += said != plain[task->tells - 1];
    said = task->type->step(task, hidden, t % task->n_actions);
    given += (double)world->type->step(world, open, t % task->n_actions);
  }
  assert_true(told > 0);
  assert_true(heard[0] == 0 && heard[1] == given && heard[2] == 0);
  am_learner_report report = {.reward = 12};
  am_preferences_report(task, &report);
  assert_true(report.reward == given && report.learned == 12);
  am_preferences_deafen(task);
  am_task_destroy(task);
  am_task_destroy(world);
}

/* The model is not told the world's reward either: two worlds that differ in what they give alone
 * are worth the same. */
static void the_model_does_not_see_it(void **state) {
  (void)state;
  am_t_maze_options rich = am_t_maze_default(), poor = rich;
  poor.reward = 1;
  poor.wrong = poor.bump = 0.5f;
  am_preferences_options o = standard();
  o.memory = 20;
  am_task *a = made(&am_t_maze_type, &rich, o), *b = made(&am_t_maze_type, &poor, o);
  give_gain(a);
  give_gain(b);
  max_align_t in_a[AM_TASK_STATE_MAX / sizeof(max_align_t)],
      in_b[AM_TASK_STATE_MAX / sizeof(max_align_t)];
  a->type->start(a, in_a, 1, 0, 0);
  b->type->start(b, in_b, 1, 0, 0);
  float sum = 0;
  for (int t = 0; t < 12; t++) {
    const int action = t < 10 ? AM_T_MAZE_FORWARD : AM_T_MAZE_LEFT;
    const float said = a->type->step(a, in_a, action);
    assert_true(said == b->type->step(b, in_b, action));
    sum += fabsf(said);
  }
  assert_true(sum > 0);
  assert_true(a->type->over(a, in_a));
  assert_true(a->type->step(a, in_a, 0) == 0);
  am_task_destroy(a);
  am_task_destroy(b);
}

static void worlds_without_actions_are_refused(void **state) {
  (void)state;
  const am_recall_values_options o = am_recall_values_default();
  const am_preferences_options preferences = standard();
  am_task *world, *task;
  amine_error error = {0};
  assert_int_equal(am_task_create(&world, &am_recall_values_type, &o, &error), AMINE_OK);
  assert_int_equal(am_preferences_create(&task, world, &preferences, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "reward.type=preferences needs actions; "
                                     "task.type=recall-values asks for target values");
}

/* ------------------------------------------------------------------------------ answers */
static void answers_are_read(void **state) {
  (void)state;
  char base[64], path[100];
  amine_error error = {0};
  float answers[3];
  bool all = true;
  assert_int_equal(folder_make(base, sizeof base), 0);
  snprintf(path, sizeof path, "%s/answers.jsonl", base);
  assert_int_equal(am_answers_read(answers, &all, path, 0, 3, &error), AMINE_OK);
  assert_false(all); /* no file yet */
  static const char text[] = "{\"pair\": 4, \"preferred\": \"second\"}\n\n"
                             "{\"pair\": 5, \"preferred\": \"first\"}\n"
                             "{\"pair\": 3, \"preferred\": \"equal\", \"who\": \"Ada\"}\n"
                             "{\"pair\": 4, \"preferred\": \"first\"}\n";
  assert_int_equal(am_file_replace(path, text, sizeof text - 1, &error), AMINE_OK);
  assert_int_equal(am_answers_read(answers, &all, path, 3, 3, &error), AMINE_OK);
  assert_true(all && answers[0] == 0.5f && answers[1] == 1 && answers[2] == 1);
  assert_int_equal(am_answers_read(answers, &all, path, 4, 3, &error), AMINE_OK);
  assert_false(all); /* of pair 6 nothing is said */
  static const struct {
    const char *line, *sentence;
  } bad[] = {
      {"{\"pair\": 1, \"preferred\": \"both\"}", "line 1: \"preferred\" is \"both\", and must be"},
      {"\n{\"pair\": 1}", "line 2: \"preferred\" is no word"},
      {"{\"preferred\": \"first\"}", "line 1 has no number \"pair\""},
      {"first", "line 1 is no JSON: first"}};
  for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
    assert_int_equal(am_file_replace(path, bad[k].line, strlen(bad[k].line), &error), AMINE_OK);
    assert_int_equal(am_answers_read(answers, &all, path, 0, 3, &error), AMINE_ERROR_INPUT);
    assert_non_null(strstr(error.message, bad[k].sentence));
    assert_non_null(strstr(error.message, path));
  }
  folder_remove(base);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_gradient_is_pytorchs),
      cmocka_unit_test(steps_and_clips_are_worth_what_they_are),
      cmocka_unit_test(a_member_learns_what_was_answered),
      cmocka_unit_test(the_worlds_reward_is_hidden),
      cmocka_unit_test(the_model_does_not_see_it),
      cmocka_unit_test(worlds_without_actions_are_refused),
      cmocka_unit_test(answers_are_read),
  };
  return cmocka_run_group_tests(tests, open_reference, close_reference);
}
