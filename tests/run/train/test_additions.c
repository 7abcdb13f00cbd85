/* What a program adds to a registry: worlds, and texts under names; that they are as good as ours; that
 * what is wrong with them is said; and what lists tell. */
#include <jansson.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "amine/amine.h"
#include "memory.h"
#include "run/train/own_bandit.h"

static amine_registry *registry(void) {
  amine_registry *r = NULL;
  assert_int_equal(amine_registry_create(&r, NULL), AMINE_OK);
  return r;
}

static amine_experiment *make(amine_registry *r, const char *preset, const char *json,
                              const char *const *changes, int n) {
  amine_experiment_options o;
  amine_experiment *x = NULL;
  amine_error error = {0};
  amine_experiment_options_init(&o, sizeof o);
  o.registry = r;
  o.configuration = json;
  o.assignments = changes;
  o.n_assignments = n;
  if (amine_experiment_create_with(&x, preset, &o, &error)) fail_msg("%s", error.message);
  return x;
}

/* The sentence about what cannot be made. */
static void refused(amine_registry *r, const char *preset, const char *change,
                    const char *sentence) {
  amine_experiment_options o;
  amine_experiment *x = NULL;
  amine_error error = {0};
  amine_experiment_options_init(&o, sizeof o);
  o.registry = r;
  o.assignments = &change;
  o.n_assignments = 1;
  assert_int_equal(amine_experiment_create_with(&x, preset, &o, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, sentence);
  assert_null(x);
}

/* ------------------------------------------------------------------------------ a world */
static void same_parameters(const amine_experiment *a, const amine_experiment *b) {
  int dims[2], other[2], n_different = 0;
  const char *name;
  for (int k = 0; amine_experiment_tensor(a, k, &name, dims); k++) {
    assert_true(amine_experiment_tensor(b, k, NULL, other));
    assert_true(dims[0] == other[0] && dims[1] == other[1]);
    const size_t n = (size_t)(dims[0] * dims[1]) * sizeof(float);
    float *x = malloc(n), *y = malloc(n);
    assert_int_equal(amine_experiment_get(a, k, x, NULL), AMINE_OK);
    assert_int_equal(amine_experiment_get(b, k, y, NULL), AMINE_OK);
    n_different += memcmp(x, y, n) != 0;
    free(x);
    free(y);
  }
  assert_int_equal(n_different, 0);
}

/* A world from the outside learns with the bits of the same one of ours; the registry may go. */
static void a_world_is_as_ours(void **state) {
  static const char *const ours[] = {"task.steps=20", "network.hidden=16", "threads=2"};
  static const char *const theirs[] = {"task.steps=20", "network.hidden=16", "threads=2",
                                       "task=own-bandit"};
  (void)state;
  amine_registry *r = registry();
  assert_int_equal(amine_registry_add_task(r, &own_bandit, NULL), AMINE_OK);
  amine_experiment *a = make(NULL, "bandit", NULL, ours, 3);
  amine_experiment *b = make(r, "bandit", NULL, theirs, 4);
  amine_registry_destroy(r);
  assert_int_equal(amine_experiment_run(a, 5, NULL, NULL, NULL), AMINE_OK);
  assert_int_equal(amine_experiment_run(b, 5, NULL, NULL, NULL), AMINE_OK);
  same_parameters(a, b);
  amine_score of_a = {.size = sizeof of_a}, of_b = of_a;
  assert_int_equal(amine_experiment_evaluate(a, &of_a, 40, 3, 0, NULL), AMINE_OK);
  assert_int_equal(amine_experiment_evaluate(b, &of_b, 40, 3, 0, NULL), AMINE_OK);
  assert_true(of_a.mean == of_b.mean && of_a.mean > 5);
  amine_experiment_destroy(a);
  amine_experiment_destroy(b);
}

/* Its keys are keys; a checkpoint is opened with it, and without it by a sentence. */
static void a_world_has_keys_and_checkpoints(void **state) {
  char path[] = "/tmp/amine-additions-XXXXXX.safetensors";
  static const char *const changes[] = {"task=own-bandit", "task.pay=2", "network.hidden=16"};
  (void)state;
  amine_error error = {0};
  amine_registry *r = registry();
  assert_int_equal(amine_registry_add_task(r, &own_bandit, NULL), AMINE_OK);
  amine_experiment *none = NULL;
  static const char *const mistyped[] = {"task=own"};
  amine_experiment_options o;
  amine_experiment_options_init(&o, sizeof o);
  o.registry = r, o.assignments = mistyped, o.n_assignments = 1;
  assert_int_equal(amine_experiment_create_with(&none, "bandit", &o, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "|own-bandit")); /* it is on the list */
  amine_experiment *x = make(r, "bandit", NULL, changes, 3), *again = NULL;
  assert_int_equal(amine_experiment_run(x, 2, NULL, NULL, NULL), AMINE_OK);
  const int file = mkstemps(path, 12);
  close(file);
  assert_int_equal(amine_experiment_save(x, path, NULL), AMINE_OK);
  assert_int_equal(amine_experiment_open(&again, path, NULL, 0, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "task.type"));
  amine_experiment_options_init(&o, sizeof o);
  o.registry = r;
  assert_int_equal(amine_experiment_open_with(&again, path, &o, &error), AMINE_OK);
  unlink(path);
  same_parameters(x, again);
  assert_non_null(strstr(amine_experiment_config(again), "\"pay\": 2"));
  amine_experiment_destroy(again);
  amine_experiment_destroy(x);
  amine_registry_destroy(r);
}

/* ------------------------------------------------------------------------------ broken ones */
static void leaves_bytes(const amine_task *task, void *state, uint64_t seed, uint32_t episode,
                         uint32_t lane) {
  amine_world *w = state;
  (void)task;
  *w = (amine_world){.seed = seed, .episode = episode, .lane = lane};
}
static void sets_no_clock(const amine_task *task, void *state, uint64_t seed, uint32_t episode,
                          uint32_t lane) {
  (void)seed, (void)episode, (void)lane;
  memset(state, 0, task->state_size);
}
static void writes_past(const amine_task *task, void *state, uint64_t seed, uint32_t episode,
                        uint32_t lane) {
  amine_world_begin(task, state, seed, episode, lane);
  ((char *)state)[task->state_size + 3] = 1;
}
static void observes_three(const amine_task *task, const void *state, float *input) {
  (void)task, (void)state;
  for (int k = 0; k < 3; k++) input[k] = 0;
}
static float rewards_nothing_finite(const amine_task *task, void *state, int action) {
  (void)task, (void)state;
  return action == 1 ? (float)NAN : 0;
}
static int answers_two(const amine_task *task, const void *state) {
  (void)task, (void)state;
  return 2;
}
static float weighs_nothing(const amine_task *task, const void *state) {
  (void)task, (void)state;
  return 0;
}
static float moves(const amine_task *task, void *state, const float *action) {
  (void)task, (void)state, (void)action;
  return 0;
}
static unsigned nothing_happened(const amine_task *task, const void *before, const void *after) {
  (void)task, (void)before, (void)after;
  return 0;
}
static amine_status fails(amine_task *task, void *options, amine_error *error) {
  (void)task, (void)options, (void)error;
  return AMINE_ERROR_ARGUMENT;
}
#define MAKES(name, what)                                                                          \
  static amine_status name(amine_task *task, void *options, amine_error *error) {                  \
    const amine_status status = own_make(task, options, error);                                    \
    what;                                                                                          \
    return status;                                                                                 \
  }
MAKES(no_steps, task->n_steps = 0)
MAKES(two_sorts, task->n_targets = 1)
MAKES(nothing_said, task->n_actions = 0)
MAKES(a_target, task->n_actions = 0; task->n_targets = 2)
MAKES(small_state, task->state_size = 8)
MAKES(large_state, task->state_size = 5000)
MAKES(tells_five, task->tells = 5)
MAKES(nine_lines, for (int k = 0; k < 7; k++) amine_task_acts(task, "x", 0, own_best))
MAKES(moved_line, amine_task_moves(task, "x", 0, (amine_mover *)(uintptr_t)own_best))
MAKES(symbols, task->n_symbols = 5)
MAKES(symbols_alone, task->n_symbols = 5; task->n_actions = 0)
MAKES(some_episodes, task->n_episodes = 5)
MAKES(held_is_longer, task->n_steps += task->held)
MAKES(held_fails, if (task->held) return amine_refuse(error, "nothing is left to be held out"))

static const amine_parameter no_unit[] = {
    {.name = "a", .kind = AMINE_NUMBER, .max = 1, .meaning = "a"}, {.name = NULL}};
static const amine_parameter beyond[] = {
    {.name = "a", .unit = "", .meaning = "a", .offset = 12, .member = AMINE_MEMBER_DOUBLE},
    {.name = NULL}};
static const amine_parameter outside[] = {
    {.name = "a", .standard = 2, .max = 1, .unit = "", .meaning = "a"}, {.name = NULL}};

static void broken_worlds_are_refused(void **state) {
  static const char *const sizes = "own-bandit: n_actions=%d, n_targets=%d, n_real=%d, "
                                   "n_symbols=%d: one of them must be above 0";
  char two[120], none[120], four[120];
  (void)state;
  snprintf(two, sizeof two, sizes, 2, 1, 0, 0);
  snprintf(none, sizeof none, sizes, 0, 0, 0, 0);
  snprintf(four, sizeof four, sizes, 2, 0, 0, 5);
#define WITH(...)                                                                                  \
  {                                                                                                \
    own_bandit.size, .name = "own-bandit", .meaning = "m", .options_size = sizeof(own_options),    \
                     .parameters = own_parameters, .make = own_make, .start = own_start,           \
                     .observe = own_observe, .step = own_step, __VA_ARGS__                         \
  }
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
  const struct {
    amine_task_type type;
    const char *sentence;
    bool at_once; /* when it is added, not when it is made */
  } cases[] = {
      {WITH(.name = NULL), "a task has no name", true},
      {WITH(.name = "a b"), "\"a b\" is no name for a task", true},
      {WITH(.name = "maze"), "there is a task called maze already", true},
      {WITH(.meaning = NULL), "own-bandit: it has no meaning", true},
      {WITH(.observe = NULL), "own-bandit: it has no function observe", true},
      {WITH(.step = NULL),
       "own-bandit: it needs the function step, or move if its actions are "
       "real; not neither",
       true},
      {WITH(.move = moves),
       "own-bandit: it needs the function step, or move if its actions are "
       "real; not both",
       true},
      {WITH(.happened = nothing_happened), "own-bandit: events and happened go together", true},
      {WITH(.parameters = no_unit),
       "own-bandit: the parameter \"a\" has no meaning, or no unit "
       "(\"\" is none)",
       true},
      {WITH(.parameters = beyond),
       "own-bandit: the parameter \"a\" would be written at byte 12 of "
       "16",
       true},
      {WITH(.parameters = outside), "own-bandit: the standard value 2 of \"a\" is not from 0 to 1",
       true},
      {WITH(.options_size = 600), "own-bandit: options of 600 bytes are more than 512", true},
      {WITH(.make = fails), "own-bandit: make failed and did not say why", false},
      {WITH(.make = no_steps), "own-bandit: n_inputs=4, n_steps=0: both must be 1 or more", false},
      {WITH(.make = two_sorts), two, false},
      {WITH(.make = nothing_said), none, false},
      {WITH(.make = a_target),
       "own-bandit: move is for n_real above 0, target for n_targets, kind "
       "for n_kinds, and each is needed there",
       false},
      {WITH(.make = small_state),
       "own-bandit: a state of 8 bytes: it begins with an amine_world "
       "(24) and has at most 4096",
       false},
      {WITH(.make = large_state),
       "own-bandit: a state of 5000 bytes: it begins with an "
       "amine_world (24) and has at most 4096",
       false},
      {WITH(.make = tells_five),
       "own-bandit: tells=5, n_counted=0, n_kinds=0, n_criterion=0: one "
       "is impossible",
       false},
      {WITH(.make = nine_lines), "own-bandit: 9 lines of known policies are more than 8", false},
      {WITH(.make = moved_line),
       "own-bandit: what plays the line \"x\" is for another sort of "
       "task",
       false},
      {WITH(.make = symbols), four, false},
      {WITH(.make = symbols_alone),
       "own-bandit: symbol is for n_symbols above 0, and needed there; n_inputs is then 1", false},
      {WITH(.symbol = answers_two),
       "own-bandit: symbol, symbol_name and answer go together, and anew with them", true},
      {WITH(.make = some_episodes), "own-bandit: n_episodes and held_out are the library's own",
       false},
      {WITH(.make = held_is_longer, .holds_out = true),
       "own-bandit: what is held out must have the sizes of what is learned", false},
      {WITH(.make = held_fails, .holds_out = true), "own-bandit: nothing is left to be held out",
       false},
      {WITH(.start = leaves_bytes),
       "own-bandit: the same episode started twice differs: start has "
       "to write the whole state (amine_world_begin) and to draw by "
       "its key alone",
       false},
      {WITH(.start = sets_no_clock),
       "own-bandit: start has to begin with amine_world_begin: seed, "
       "episode and lane are not in the state",
       false},
      {WITH(.start = writes_past), "own-bandit: start writes past the 40 bytes of the state",
       false},
      {WITH(.observe = observes_three),
       "own-bandit: observe has to write a finite number into "
       "input 3, at step 0",
       false},
      {WITH(.step = rewards_nothing_finite), "own-bandit: the reward of step 1 is not finite",
       false},
      {WITH(.weight = weighs_nothing),
       "own-bandit: the weight of step 0 is 0: it must be above 0", false},
      {WITH(.answer = answers_two),
       "own-bandit: the answer 2 at step 0 is none of 2 actions, nor "
       "-1",
       false},
  };
#pragma GCC diagnostic pop
  for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
    amine_registry *r = registry();
    amine_error error = {0};
    const amine_status status = amine_registry_add_task(r, &cases[k].type, &error);
    if (cases[k].at_once) {
      assert_int_equal(status, AMINE_ERROR_ARGUMENT);
      assert_string_equal(error.message, cases[k].sentence);
    } else {
      assert_int_equal(status, AMINE_OK);
      refused(r, "bandit", "task=own-bandit", cases[k].sentence);
    }
    amine_registry_destroy(r);
  }
  amine_registry *r = registry();
  assert_int_equal(amine_registry_add_task(r, &own_bandit, NULL), AMINE_OK);
  static const char *const thirteen[] = {"task=own-bandit", "task.steps=13"};
  amine_experiment_options o;
  amine_experiment_options_init(&o, sizeof o);
  o.registry = r, o.assignments = thirteen, o.n_assignments = 2;
  amine_error error = {0};
  amine_experiment *x = NULL;
  assert_int_equal(amine_experiment_create_with(&x, "bandit", &o, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "own-bandit: task.steps=13: thirteen is not liked here");
  amine_registry_destroy(r);
}

/* Names are kept side by side in a place that ends. */
static void a_registry_is_full_at_last(void **state) {
  static char names[64][40];
  amine_registry *r = registry();
  amine_error error = {0};
  amine_task_type t = own_bandit;
  int k = 0;
  (void)state;
  for (amine_status status = AMINE_OK; status == AMINE_OK && k < 64; k++) {
    snprintf(names[k], sizeof names[k], "a-long-name-of-a-task-of-my-own-%06d", k);
    t.name = names[k];
    status = amine_registry_add_task(r, &t, &error);
  }
  assert_true(k > 10 && k < 64);
  assert_non_null(strstr(error.message, "there is no room for one more name of a task"));
  static const char *const changes[] = {"network.hidden=16"};
  amine_experiment_destroy(make(r, "bandit", NULL, changes, 1));
  amine_registry_destroy(r);
}

/* Shorter: before there was `destroy`. Longer: with what we do not know. */
static void a_type_may_be_shorter_and_longer(void **state) {
  (void)state;
  struct {
    amine_task_type type;
    void *later;
  } longer = {.type = own_bandit};
  amine_task_type shorter = own_bandit;
  longer.type.size = sizeof longer;
  longer.type.name = "longer";
  shorter.size = offsetof(amine_task_type, destroy);
  shorter.name = "shorter";
  memset(&shorter.destroy, 0xff, sizeof shorter.destroy);
  amine_registry *r = registry();
  assert_int_equal(amine_registry_add_task(r, &longer.type, NULL), AMINE_OK);
  assert_int_equal(amine_registry_add_task(r, &shorter, NULL), AMINE_OK);
  for (int k = 0; k < 2; k++) {
    const char *changes[] = {k ? "task=longer" : "task=shorter", "network.hidden=16"};
    amine_experiment_destroy(make(r, "bandit", NULL, changes, 2));
  }
  struct {
    amine_experiment_options o;
    const char *later;
  } more;
  amine_experiment *x = NULL;
  amine_experiment_options_init(&more.o, sizeof more);
  assert_null(more.later);
  more.o.configuration = "{\"preset\": \"bandit\", \"network\": {\"hidden\": 8}}";
  more.later = "of another version";
  assert_int_equal(amine_experiment_create_with(&x, NULL, &more.o, NULL), AMINE_OK);
  amine_experiment_destroy(x);
  amine_experiment_options old;
  memset(&old, 0xff, sizeof old);
  amine_experiment_options_init(&old, offsetof(amine_experiment_options, registry));
  assert_true(old.n_assignments == 0 && old.registry != NULL); /* what it does not know stays */
  assert_int_equal(amine_experiment_create_with(&x, "bandit", &old, NULL), AMINE_OK);
  amine_experiment_destroy(x);
  amine_registry_destroy(r);
}

/* ------------------------------------------------------------------------------ held out, and symbols */
/* Pays one while it is learned, two where it is held out, whatever is done. */
static float pays(const amine_task *task, void *state, int action) {
  return own_step(task, state, action) * 0 + (task->held ? 2 : 1);
}

static void what_is_held_out_is_evaluated(void **state) {
  static const char *const changes[] = {"task=own-bandit", "task.steps=10", "network.hidden=4",
                                        "batch=6", "learner.type=e-prop"};
  amine_task_type type = own_bandit;
  amine_progress now = {.size = sizeof now};
  amine_score score = {.size = sizeof score};
  amine_episode *episode = NULL;
  int width;
  (void)state;
  type.step = pays;
  type.holds_out = true;
  amine_registry *r = registry();
  assert_int_equal(amine_registry_add_task(r, &type, NULL), AMINE_OK);
  amine_experiment *x = make(r, "bandit", NULL, changes, 5);
  assert_int_equal(amine_experiment_iterate(x, &now, NULL), AMINE_OK);
  assert_true(now.reward >= 10 && now.reward <= 10);
  assert_int_equal(amine_experiment_evaluate(x, &score, 20, 1, 0, NULL), AMINE_OK);
  assert_true(score.min >= 20 && score.max <= 20);
  assert_int_equal(amine_experiment_episode(x, &episode, 1, 0, NULL), AMINE_OK);
  const char *name = "";
  const float *rewards = NULL;
  for (int k = 0; strcmp(name, "rewards") != 0; k++)
    rewards = amine_episode_series(episode, k, &name, NULL, &width);
  assert_true(rewards[3] >= 2 && rewards[3] <= 2);
  amine_episode_destroy(episode);
  amine_experiment_destroy(x);
  amine_registry_destroy(r);
}

/* Five signs, each followed by the one two further; what is held out begins with the last two. */
typedef struct signs {
  amine_world world; /* first */
  int32_t sign;
} signs;

static void signs_start(const amine_task *task, void *state, uint64_t seed, uint32_t episode,
                        uint32_t lane) {
  signs *s = state;
  amine_world_begin(task, state, seed, episode, lane);
  const uint32_t bits = amine_world_draw(&s->world, AMINE_STREAM_TASK, 0).v[0];
  s->sign = (int32_t)(task->held ? 3 + amine_below(bits, 2) : amine_below(bits, 3));
}
static int signs_shown(const amine_task *task, const void *state) {
  (void)task;
  return ((const signs *)state)->sign;
}
static int signs_next(const amine_task *task, const void *state) {
  return (signs_shown(task, state) + 2) % 5;
}
static void signs_observe(const amine_task *task, const void *state, float *input) {
  input[0] = (float)signs_shown(task, state);
}
static float signs_step(const amine_task *task, void *state, int action) {
  signs *s = state;
  (void)action;
  if (s->world.step >= task->n_steps) return 0;
  s->sign = signs_next(task, state);
  s->world.step++;
  return 0;
}
static const char *signs_name(const amine_task *task, int symbol) {
  static const char *const names[] = {"a", "b", "c", "d", "e"};
  (void)task;
  return names[symbol];
}
static amine_status signs_make(amine_task *task, void *options, amine_error *error) {
  (void)options, (void)error;
  task->n_inputs = 1;
  task->n_symbols = 5;
  task->n_steps = 8;
  task->between = " ";
  task->state_size = sizeof(signs);
  return AMINE_OK;
}
static const amine_task_type five_signs = {.size = sizeof five_signs,
                                           .name = "five-signs",
                                           .meaning = "which sign comes next",
                                           .make = signs_make,
                                           .start = signs_start,
                                           .observe = signs_observe,
                                           .step = signs_step,
                                           .answer = signs_next,
                                           .symbol = signs_shown,
                                           .symbol_name = signs_name,
                                           .holds_out = true};

static void a_world_of_symbols_is_learned(void **state) {
  static const char json[] = "{\"task\": \"five-signs\", \"network\": {\"type\": \"gru\", "
                             "\"hidden\": 8}, \"batch\": 10, \"learner\": {\"type\": \"bptt\", "
                             "\"teach\": \"supervised\", \"rate\": 0.05}}";
  amine_score before = {.size = sizeof before}, after = before;
  (void)state;
  amine_registry *r = registry();
  assert_int_equal(amine_registry_add_task(r, &five_signs, NULL), AMINE_OK);
  amine_experiment *x = make(r, NULL, json, NULL, 0);
  assert_int_equal(amine_experiment_evaluate(x, &before, 20, 1, 0, NULL), AMINE_OK);
  assert_int_equal(amine_experiment_run(x, 60, NULL, NULL, NULL), AMINE_OK);
  assert_int_equal(amine_experiment_evaluate(x, &after, 20, 1, 0, NULL), AMINE_OK);
  assert_true(before.mean < -1.2 && after.mean > -0.2); /* log 5 = 1.61 */
  amine_experiment_destroy(x);
  amine_registry_destroy(r);
}

/* ------------------------------------------------------------------------------ modules */
static int count_tasks(const amine_registry *r) {
  amine_part part = {.size = sizeof part};
  int n = 0;
  while (amine_registry_part(r, AMINE_PART_TASK, n, &part)) n++;
  return n;
}

static void a_module_is_loaded_or_refused(void **state) {
  static const struct {
    const char *name, *sentence;
    amine_status status;
  } broken[] = {
      {"without_symbol", "it is no module of Amine: it exports no amine_module (amine/module.h)",
       AMINE_ERROR_INPUT},
      {"of_another_version",
       "it was built for version 2 of modules, and this library has version 1", AMINE_ERROR_INPUT},
      {"without_task", "this module has no task", AMINE_ERROR_INPUT},
      {"without_learner", "this module has no learner", AMINE_ERROR_INPUT},
      {"with_a_taken_name", "there is a task called maze already", AMINE_ERROR_ARGUMENT},
      {"that_is_not_there", "there is no such file", AMINE_ERROR_IO},
  };
  char path[500], sentence[900];
  (void)state;
  amine_registry *r = registry();
  const int n = count_tasks(r);
  for (size_t k = 0; k < sizeof broken / sizeof *broken; k++) {
    amine_error error = {0};
    snprintf(path, sizeof path, TEST_MODULES "/module_%s.so", broken[k].name);
    snprintf(sentence, sizeof sentence, "%s: %s", path, broken[k].sentence);
    assert_int_equal(amine_registry_add_module(r, path, &error), broken[k].status);
    assert_string_equal(error.message, sentence);
    assert_string_equal(error.file, path);
    assert_int_equal(count_tasks(r), n);
  }
  amine_error error = {0};
  assert_int_equal(amine_registry_add_module(r, TEST_MODULES "/CTestTestfile.cmake", &error),
                   AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "cmake: it cannot be loaded: "));
  assert_int_equal(amine_registry_add_module(r, TEST_MODULES "/module_fine.so", NULL), AMINE_OK);
  assert_int_equal(count_tasks(r), n + 2);
  static const char *const changes[] = {"task=own-second", "task.steps=20", "network.hidden=16"};
  amine_experiment *x = make(r, "bandit", NULL, changes, 3);
  amine_registry_destroy(r); /* its code stays with the experiment */
  assert_int_equal(amine_experiment_run(x, 2, NULL, NULL, NULL), AMINE_OK);
  amine_experiment_destroy(x);
}

/* ------------------------------------------------------------------------------ texts */
static const char network[] = "# units that leak\n"
                              "network leak\n"
                              "constant keep = 0.5 from 0 to 1 \"what stays\"\n"
                              "learned W as \"w\"\nlearned U as \"u\"\n"
                              "input u\n"
                              "state h[n]\n"
                              "h <- keep * h + tanh(W @ h + U @ u + b)\n"
                              "output h\n";

static void a_text_has_a_name(void **state) {
  char path[] = "/tmp/amine-additions-XXXXXX.safetensors";
  static const char *const changes[] = {"network.keep=0.25", "network.type=leak",
                                        "network.hidden=10"};
  (void)state;
  amine_error error = {0};
  amine_registry *r = registry();
  if (amine_registry_add_network(r, "leak", network, &error)) fail_msg("%s", error.message);
  assert_int_equal(amine_registry_add_network(r, "leak", network, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "there is a network called leak already");
  amine_experiment *x = make(r, NULL, "{\"task\": \"bandit\", \"learner\": \"bptt\"}", changes, 3);
  amine_registry_destroy(r);
  assert_non_null(strstr(amine_experiment_config(x), "h <- keep * h"));
  assert_non_null(strstr(amine_experiment_config(x), "\"keep\": 0.25"));
  assert_int_equal(amine_experiment_run(x, 3, NULL, NULL, NULL), AMINE_OK);
  const int file = mkstemps(path, 12);
  close(file);
  assert_int_equal(amine_experiment_save(x, path, NULL), AMINE_OK);
  amine_experiment *again = NULL; /* whole without the registry */
  if (amine_experiment_open(&again, path, NULL, 0, &error)) fail_msg("%s", error.message);
  unlink(path);
  same_parameters(x, again);
  amine_experiment_destroy(again);
  amine_experiment_destroy(x);
}

static void the_last_choice_holds(void **state) {
  static const char *const changes[] = {"network.type=lstm", "network.type=leak",
                                        "network.type=leak", "network.hidden=10"};
  static const char *const back[] = {"network.type=leak", "network.type=gru", "network.hidden=10"};
  (void)state;
  amine_registry *r = registry();
  assert_int_equal(amine_registry_add_network(r, "leak", network, NULL), AMINE_OK);
  amine_experiment *x = make(r, NULL, "{\"task\": \"bandit\", \"learner\": \"bptt\"}", changes, 4);
  assert_non_null(strstr(amine_experiment_config(x), "h <- keep * h"));
  amine_experiment_destroy(x);
  x = make(r, NULL, "{\"task\": \"bandit\", \"learner\": \"bptt\", \"network\": \"leak\"}", back,
           3);
  assert_non_null(strstr(amine_experiment_config(x), "\"type\": \"gru\""));
  amine_experiment_destroy(x);
  amine_registry_destroy(r);
}

static void a_rule_and_a_modulator(void **state) {
  static const char rule[] = "# turns towards the pattern that drives a unit\n"
                             "rule instar\n"
                             "constant c = 1 from 1e-6 to 1e6 \"bound of |H|\"\n"
                             "trace H\n"
                             "H <- clip(H + eta * post * (pre - H), -c, c)\n";
  static const char modulator[] = "# a steep readout\n"
                                  "input y\n"
                                  "constant gain = 4 from 0 to 100 \"how steep\"\n"
                                  "learned w[1, y] as \"steep.weight\" = linear(y)\n"
                                  "M = tanh(gain * (w @ y))\n"
                                  "output M\n";
  static const char *const changes[] = {
      "task.size=7",  "task.steps=20", "network.hidden=16",  "batch=6",
      "rule=my-rule", "rule.c=0.5",    "modulator=my-steep", "modulator.gain=2"};
  (void)state;
  amine_error error = {0};
  amine_registry *r = registry();
  amine_status status = amine_registry_add_rule(r, "my-rule", rule, &error);
  if (status != AMINE_OK) fail_msg("%s\n%s", error.message, error.excerpt);
  status = amine_registry_add_modulator(r, "my-steep", modulator, &error);
  if (status != AMINE_OK) fail_msg("%s\n%s", error.message, error.excerpt);
  amine_experiment *x = make(r, "maze", NULL, changes, 8);
  amine_registry_destroy(r);
  assert_int_equal(amine_experiment_run(x, 2, NULL, NULL, NULL), AMINE_OK);
  assert_non_null(strstr(amine_experiment_config(x), "\"c\": 0.5"));
  assert_non_null(strstr(amine_experiment_config(x), "M = tanh(gain * (w @ y))"));
  int n_steep = 0;
  const char *name;
  for (int k = 0; amine_experiment_tensor(x, k, &name, NULL); k++)
    n_steep += strcmp(name, "steep.weight") == 0;
  assert_int_equal(n_steep, 1);
  amine_experiment_destroy(x);
}

static void a_wrong_text_is_shown(void **state) {
  (void)state;
  amine_error error = {0};
  amine_registry *r = registry();
  assert_int_equal(
      amine_registry_add_network(r, "mine", "network mine\nstate h[n]\nh <- tahn(h)\n", &error),
      AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "mine"));
  assert_non_null(strstr(error.excerpt, "h <- tahn(h)"));
  amine_part part = {.size = sizeof part};
  for (int k = 0; amine_registry_part(r, AMINE_PART_NETWORK, k, &part); k++)
    assert_string_not_equal(part.name, "mine");
  amine_registry_destroy(r);
}

/* ------------------------------------------------------------------------------ lists */
static int find(const amine_registry *r, amine_part_kind kind, const char *name, amine_part *part) {
  for (int k = 0; amine_registry_part(r, kind, k, part); k++)
    if (strcmp(part->name, name) == 0) return k;
  return -1;
}

static void lists_tell_what_there_is(void **state) {
  (void)state;
  amine_part part = {.size = sizeof part};
  amine_registry *r = registry();
  assert_int_equal(amine_registry_add_task(r, &own_bandit, NULL), AMINE_OK);
  assert_int_equal(amine_registry_add_network(r, "leak", network, NULL), AMINE_OK);
  assert_int_equal(find(NULL, AMINE_PART_TASK, "own-bandit", &part), -1);
  assert_true(find(r, AMINE_PART_TASK, "own-bandit", &part) > 5);
  assert_string_equal(part.parameters[1].name, "pay");
  assert_int_equal(find(r, AMINE_PART_TASK, "maze", &part), 0);
  assert_true(find(r, AMINE_PART_NETWORK, "leak", &part) > 5);
  assert_string_equal(part.text, network);
  assert_string_equal(part.meaning, "units that leak");
  assert_true(find(NULL, AMINE_PART_LEARNER, "signalling", &part) > 0 && part.equation);
  assert_true(find(NULL, AMINE_PART_RULE, "oja", &part) > 0 && part.source);
  assert_true(find(NULL, AMINE_PART_MODULATOR, "readout", &part) >= 0);
  assert_true(find(NULL, AMINE_PART_REWARD, "preferences", &part) > 0);
  assert_int_equal(amine_registry_part(NULL, AMINE_PART_RUN, 0, &part), 1);
  assert_string_equal(part.parameters[0].name, "seed");
  assert_int_equal(amine_registry_part(NULL, AMINE_PART_RUN, 1, &part), 0);
  assert_int_equal(amine_registry_part(NULL, (amine_part_kind)9, 0, &part), 0);
  assert_int_equal(amine_registry_part(NULL, AMINE_PART_TASK, -1, &part), 0);
  amine_registry_destroy(r);
}

static void every_preset_is_a_configuration(void **state) {
  const char *name, *text;
  int n = 0, brains = 0, brain;
  (void)state;
  for (; (name = amine_preset(n, &text, &brain)); n++) {
    json_error_t wrong;
    json_t *root = json_loads(text, 0, &wrong);
    if (!root) fail_msg("%s: %s", name, wrong.text);
    assert_non_null(json_string_value(json_object_get(root, "meaning")));
    json_decref(root);
    brains += brain;
  }
  assert_true(n > 30 && brains > 5 && brains < n - 20);
  assert_null(amine_preset(-1, NULL, NULL));
  assert_null(amine_preset(n + 5, NULL, NULL));
}

static void one_of_preset_and_configuration(void **state) {
  (void)state;
  amine_error error = {0};
  amine_experiment *x = NULL;
  amine_experiment_options o;
  amine_experiment_options_init(&o, sizeof o);
  assert_int_equal(amine_experiment_create_with(&x, NULL, &o, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "a preset or file, or a configuration: one of them, not "
                                     "neither");
  o.configuration = "{\"task\": \"bandit\",\n \"batch\": }";
  assert_int_equal(amine_experiment_create_with(&x, NULL, &o, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "line 2"));
  assert_int_equal(amine_experiment_create_with(&x, "maze", &o, &error), AMINE_ERROR_ARGUMENT);
  assert_int_equal(amine_experiment_open_with(&x, "x.safetensors", &o, &error),
                   AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message, "a checkpoint has its own configuration");
  assert_null(x);
}

/* ------------------------------------------------------------------------------ no memory */
/* All that a program does with a registry, as far as there is memory; nothing is kept. */
static amine_status all_of_it(amine_error *error) {
  static const char *const changes[] = {"network.hidden=4", "batch=2", "threads=1",
                                        "task.steps=5"};
  amine_registry *r = NULL;
  amine_experiment *x = NULL;
  amine_episode *e = NULL;
  amine_experiment_options o;
  amine_experiment_options_init(&o, sizeof o);
  amine_status status = amine_registry_create(&r, error);
  if (status == AMINE_OK) status = amine_registry_add_task(r, &own_bandit, error);
  if (status == AMINE_OK) status = amine_registry_add_network(r, "leak", network, error);
  if (status == AMINE_OK) {
    amine_registry *with_module = NULL;
    status = amine_registry_create(&with_module, error);
    if (status == AMINE_OK)
      status = amine_registry_add_module(with_module, TEST_MODULES "/module_fine.so", error);
    amine_registry_destroy(with_module);
  }
  o.registry = r, o.assignments = changes, o.n_assignments = 4;
  o.configuration = "{\"task\": \"own-bandit\", \"network\": \"leak\", \"learner\": \"bptt\"}";
  if (status == AMINE_OK) status = amine_experiment_create_with(&x, NULL, &o, error);
  amine_registry_destroy(r);
  if (status == AMINE_OK) status = amine_experiment_episode(x, &e, 1, 0, error);
  amine_episode_destroy(e);
  amine_experiment_destroy(x);
  return status;
}

static void every_request_may_be_refused(void **state) {
  int n_refused = 0;
  bool all = false; /* there was nothing more to refuse */
  (void)state;
  amine_memory_use(counting, NULL);
  for (memory.at = 1; !all; memory.at++) {
    amine_error error = {0};
    memory.requests = 0;
    const amine_status status = all_of_it(&error);
    if (memory.alive != 0) fail_msg("request %ld: %ld blocks stay", memory.at, memory.alive);
    all = memory.requests < memory.at;
    if (status == AMINE_OK) continue; /* also where a block could only have been shorter */
    assert_int_equal(status, AMINE_ERROR_MEMORY);
    assert_int_equal(error.status, AMINE_ERROR_MEMORY);
    n_refused++;
  }
  memory.at = 0;
  amine_memory_use(NULL, NULL);
  assert_true(n_refused > 80);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_world_is_as_ours),
      cmocka_unit_test(a_world_has_keys_and_checkpoints),
      cmocka_unit_test(broken_worlds_are_refused),
      cmocka_unit_test(what_is_held_out_is_evaluated),
      cmocka_unit_test(a_world_of_symbols_is_learned),
      cmocka_unit_test(a_registry_is_full_at_last),
      cmocka_unit_test(a_type_may_be_shorter_and_longer),
      cmocka_unit_test(a_module_is_loaded_or_refused),
      cmocka_unit_test(a_text_has_a_name),
      cmocka_unit_test(the_last_choice_holds),
      cmocka_unit_test(a_rule_and_a_modulator),
      cmocka_unit_test(a_wrong_text_is_shown),
      cmocka_unit_test(lists_tell_what_there_is),
      cmocka_unit_test(every_preset_is_a_configuration),
      cmocka_unit_test(one_of_preset_and_configuration),
      cmocka_unit_test(every_request_may_be_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
