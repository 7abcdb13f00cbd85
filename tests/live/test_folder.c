/* What a folder tells of its run is on the board: what it is, how far it is, whether it goes on. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "format/json.h"
#include "live/folder.h"
#include "live/tail.h"
#include "run/seeds.h"
#include "run/simulate/run.h"
#include "run/train/train.h"

#include "base.h"

static amine_error error;

static void must(amine_status status) { good(status, &error); }

/* ------------------------------------------------------------------------------ runs */
static am_config bandit(const char *more) {
  am_config c;
  am_config_default(&c);
  must(am_config_load(&c, "bandit", &error));
  static const char *const all[] = {"iterations=20", "batch=16", "record=5"};
  must(am_config_assign_all(&c, all, 3, &error));
  if (more) must(am_config_assign(&c, more, &error));
  must(am_config_resolve(&c, &error));
  return c;
}

static void train(const char *name, const char *more, const am_train_watch *watch,
                  amine_status wanted) {
  am_config c = bandit(more);
  assert_int_equal(am_train_new(&c, in_base(name), watch, &error), wanted);
  am_config_free(&c);
}

static bool until_8(void *context, am_experiment *x, am_interventions *interventions) {
  (void)context;
  (void)interventions;
  return x->learner->iteration < 8;
}

static void simulate(const char *name, const char *script) {
  static const char *const all[] = {"duration_s=0.3", "seed=3", "clamp.serotonin=0.25"};
  am_simulation_config c;
  am_simulation_outcome outcome = {0};
  const am_simulation_watch watch = {.script = script};
  must(am_simulation_config_load(&c, "brain", &error));
  must(am_simulation_config_apply(&c, all, 3, &error));
  must(am_simulation_new(&outcome, &c, in_base(name), &watch, &error));
  am_simulation_outcome_free(&outcome);
  am_simulation_config_free(&c);
}

static void write_file(const char *name, const char *text) {
  must(am_file_replace(in_base(name), text, strlen(text), &error));
}

static void append(const char *name, const char *text) {
  FILE *f = fopen(in_base(name), "a");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

/* ------------------------------------------------------------------------------ the board */
static am_board *board;
static am_live_folder *live;

static void open_folder(const char *name) {
  must(am_board_create(&board, &error));
  must(am_live_folder_open(&live, board, in_base(name), NULL, &error));
}

static void close_folder(void) {
  am_live_folder_close(live);
  am_board_destroy(board);
}

/* What a block holds; to be let go of. */
static json_t *block(int run, const char *name) {
  const am_board_block *b;
  json_t *root;
  if (!am_board_get(board, &b, run, name, 0)) fail_msg("run %d has no block %s", run, name);
  must(am_json_parse(&root, name, (const char *)b->bytes, b->n, NULL, &error));
  am_board_release(b);
  return root;
}

/* A member of a block as JSON text is as wanted. */
static void holds(int run, const char *name, const char *path, const char *wanted) {
  json_t *root = block(run, name);
  am_text text = {0};
  const json_t *value = am_tree_get(root, path);
  if (!value) fail_msg("%s has no %s", name, path);
  am_json_write(&text, value);
  am_text_add(&text, "", 1);
  if (strcmp(text.data, wanted) != 0)
    fail_msg("%s of %s is %s, not %s", path, name, text.data, wanted);
  am_text_free(&text);
  json_decref(root);
}

/* ------------------------------------------------------------------------------ trainings */
static void a_training_that_is_done(void **state) {
  (void)state;
  train("done", NULL, NULL, AMINE_OK);
  open_folder("done");
  holds(-1, "runs", "mode", "\"run\"");
  holds(-1, "runs", "title", "\"bandit, seed 1\"");
  holds(-1, "runs", "runs",
        "[{\"run\":0,\"name\":\"bandit, seed 1\",\"kind\":\"train\",\"group\":\"\"}]");
  assert_string_equal(am_board_folder(board, 0), in_base("done"));
  holds(0, "run", "command", "\"amine train bandit seed=1 iterations=20 batch=16 record=5\"");
  holds(0, "run", "again", "null"); /* nothing was done */
  holds(0, "run", "config.learner.type", "\"signalling\"");
  holds(0, "run", "lines.0.policy", "\"random\"");
  holds(0, "run", "recorded", "false");
  holds(0, "run", "controls", "false");
  holds(0, "run", "reach.learning.has_value", "true");
  holds(0, "state", "iteration", "20");
  holds(0, "state", "iterations", "20");
  holds(0, "state", "done", "true");
  holds(0, "state", "ended", "\"done\"");
  holds(0, "state", "resting", "false");
  json_t *root = block(0, "state");
  am_text line = {0};
  json_t *last;
  assert_true(am_tail_read(&line, in_base("done/metrics.jsonl")));
  must(am_json_parse(&last, "metrics", line.data, line.length, NULL, &error));
  assert_true(am_json_number_of(root, "reward") == am_json_number_of(last, "reward"));
  json_decref(root);
  json_decref(last);
  am_text_free(&line);
  /* it is recorded meanwhile */
  write_file("done/episode.json", "{\"task\":\"bandit\",\"series\":[]}\n");
  write_file("done/recording.npz", "PK");
  am_live_folder_look(live);
  holds(0, "run", "recorded", "true");
  holds(0, "series", "task", "\"bandit\"");
  close_folder();
}

/* Somebody is at work in it as long as its lock is held, whatever is in the files. */
static void a_training_that_goes_on(void **state) {
  (void)state;
  int held;
  train("goes", "iterations=40", &(am_train_watch){.moment = until_8}, AMINE_ERROR_STOPPED);
  must(am_folder_lock(&held, in_base("goes"), &error));
  open_folder("goes");
  holds(0, "state", "ended", "null");
  holds(0, "state", "saved", "true");
  holds(0, "state", "done", "false");
  holds(0, "state", "iteration", "8");
  const uint64_t before = am_board_version(board);
  am_live_folder_look(live);
  assert_int_equal(am_board_version(board), before); /* nothing has changed */
  append("goes/metrics.jsonl", "{\"iteration\":10,\"seconds\":1000,\"reward\":12.5}\n");
  am_live_folder_look(live);
  append("goes/metrics.jsonl", "{\"iteration\":20,\"seconds\":1002,\"reward\":13.5}\n{\"itera");
  am_live_folder_look(live);
  holds(0, "state", "iteration", "20");
  holds(0, "state", "reward", "13.5");
  holds(0, "state", "rate", "5");
  holds(0, "state", "left_s", "4");
  am_folder_unlock(held);
  am_live_folder_look(live);
  holds(0, "state", "ended", "\"stopped\"");
  holds(0, "state", "left_s", "null");
  close_folder();
}

static void what_was_done_to_a_training(void **state) {
  (void)state;
  write_file("acts", "{\"step\":3,\"do\":\"rate\",\"value\":0.5}\n"
                     "{\"step\":4,\"do\":\"learning\",\"value\":0}\n"
                     "{\"step\":30,\"do\":\"learning\",\"value\":1}\n");
  train("acted", NULL, &(am_train_watch){.script = in_base("acts")}, AMINE_OK);
  open_folder("acted");
  holds(0, "state", "resting", "true"); /* the last line is of later */
  holds(0, "state", "rate_factor", "0.5");
  char command[400];
  snprintf(command, sizeof command,
           "\"amine train bandit seed=1 iterations=20 batch=16 record=5 --events %s/events.jsonl\"",
           in_base("acted"));
  holds(0, "run", "again", command);
  close_folder();
}

/* A run that ends where its criterion is reached is done there. */
static void a_training_that_reached_its_criterion(void **state) {
  (void)state;
  am_config c = bandit("iterations=4000");
  must(am_config_assign(&c, "stop_at_criterion=true", &error));
  must(am_config_assign(&c, "batch=32", &error));
  must(am_config_resolve(&c, &error));
  must(am_train_new(&c, in_base("reached"), NULL, &error));
  am_config_free(&c);
  open_folder("reached");
  json_t *root = block(0, "state");
  assert_true(am_json_number_of(root, "iteration") < 4000);
  json_decref(root);
  holds(0, "state", "ended", "\"done\"");
  close_folder();
}

/* ------------------------------------------------------------------------------ simulations */
static void a_simulation(void **state) {
  (void)state;
  write_file("hands", "{\"step\":100,\"do\":\"clamp\",\"of\":\"dopamine\",\"value\":0.75}\n"
                      "{\"step\":100,\"do\":\"lesion\",\"of\":\"A1_like\"}\n"
                      "{\"step\":150,\"do\":\"lesion\",\"of\":\"S1_like\"}\n"
                      "{\"step\":200,\"do\":\"heal\",\"of\":\"A1_like\"}\n");
  simulate("brain", in_base("hands"));
  open_folder("brain");
  holds(-1, "runs", "runs",
        "[{\"run\":0,\"name\":\"brain, seed 3\",\"kind\":\"brain\",\"group\":\"\"}]");
  holds(0, "run", "command", "\"amine simulate brain duration_s=0.3 seed=3 clamp.serotonin=0.25\"");
  holds(0, "run", "recorded", "true");
  holds(0, "run", "populations.Digital_sensor.first", "750");
  holds(0, "run", "populations.Digital_sensor.n", "250");
  holds(0, "run", "projections.V1_like-A1_like.learns", "true");
  holds(0, "run", "modulators.orexin.baseline", "0.5");
  holds(0, "run", "dt_ms", "1");
  holds(0, "state", "step", "300");
  holds(0, "state", "t_s", "0.29999999999999999");
  holds(0, "state", "ended", "\"done\"");
  holds(0, "state", "held", "[0.75,0.25,null,null,null]");
  holds(0, "state", "lesioned", "[\"S1_like\"]");
  json_t *root = block(0, "state");
  const json_t *rates = json_object_get(root, "rates_hz");
  assert_int_equal(json_array_size(rates), 4);
  assert_true(json_number_value(json_array_get(rates, 2)) == 0); /* lesioned */
  assert_true(json_number_value(json_array_get(rates, 0)) > 0);
  assert_true(json_number_value(json_array_get(json_object_get(root, "levels"), 0)) == 0.75);
  json_decref(root);
  close_folder();
}

/* ------------------------------------------------------------------------------ several */
static void runs_of_seeds_come_as_they_begin(void **state) {
  (void)state;
  am_config c = bandit(NULL);
  am_text text = {0};
  must(am_folder_make(in_base("seeds"), &error));
  am_config_write(&c, false, &text);
  must(am_seeds_write(in_base("seeds"), 4, 2, &text, &error));
  am_text_free(&text);
  am_config_free(&c);
  open_folder("seeds");
  holds(-1, "runs", "mode", "\"seeds\"");
  holds(-1, "runs", "title", "\"seeds\"");
  holds(-1, "runs", "runs", "[]");
  train("seeds/seed5", "seed=5", NULL, AMINE_OK);
  am_live_folder_look(live);
  holds(-1, "runs", "runs",
        "[{\"run\":0,\"name\":\"bandit, seed 5\",\"kind\":\"train\",\"group\":\"\"}]");
  train("seeds/seed4", "seed=4", NULL, AMINE_OK);
  train("seeds/control-seed4", "seed=4", NULL, AMINE_OK);
  train("seeds/seed6", "seed=6", NULL, AMINE_OK); /* not one of them */
  am_live_folder_look(live);
  holds(-1, "runs", "runs",
        "[{\"run\":1,\"name\":\"bandit, seed 4\",\"kind\":\"train\",\"group\":\"\"},"
        "{\"run\":0,\"name\":\"bandit, seed 5\",\"kind\":\"train\",\"group\":\"\"},"
        "{\"run\":2,\"name\":\"bandit, seed 4\",\"kind\":\"train\",\"group\":\"control\"}]");
  holds(1, "state", "ended", "\"done\"");
  close_folder();
}

static void a_study(void **state) {
  (void)state;
  int held;
  must(am_folder_make(in_base("study"), &error));
  write_file(
      "study/study.json",
      "{\"study\":\"bandit\",\"title\":\"Sweep of bandit\",\"meaning\":\"m\",\"form\":\"full\","
      "\"first_seed\":3,\"seeds\":2,\"sweep\":{\"from\":\"bandit\",\"assignments\":"
      "[\"iterations=50\"],\"keys\":[{\"key\":\"learner.rate\",\"values\":[\"0.1\",\"1\"]}]},"
      "\"arms\":[{\"name\":\"a\"},{\"name\":\"b\"}]}");
  write_file("study/runs.jsonl", "{\"arm\":\"a\"}\n{\"arm\":\"b\"}\n{\"ar");
  must(am_folder_lock(&held, in_base("study"), &error));
  open_folder("study");
  holds(-1, "runs", "mode", "\"study\"");
  holds(-1, "runs", "title", "\"Sweep of bandit\"");
  holds(0, "run", "kind", "\"study\"");
  holds(0, "run", "command",
        "\"amine sweep bandit iterations=50 learner.rate=0.1,1 seeds=2 seed=3\"");
  holds(0, "state", "runs", "4");
  holds(0, "state", "runs_done", "2");
  holds(0, "state", "ended", "null");
  append("study/runs.jsonl", "m\":\"a\"}\n{\"arm\":\"b\"}\n");
  am_folder_unlock(held);
  am_live_folder_look(live);
  holds(0, "state", "runs_done", "4");
  holds(0, "state", "ended", "\"done\"");
  /* another one beside it */
  must(am_folder_make(in_base("second"), &error));
  assert_int_equal(am_live_folder_add(live, in_base("second"), &error), AMINE_ERROR_INPUT);
  write_file("second/study.json", "{\"study\":\"xor\",\"seeds\":3,\"arms\":[{\"name\":\"a\"}]}");
  must(am_live_folder_add(live, in_base("second"), &error));
  holds(-1, "runs", "title", "\"2 experiments\"");
  holds(-1, "runs", "runs",
        "[{\"run\":0,\"name\":\"bandit\",\"kind\":\"study\",\"group\":\"\"},"
        "{\"run\":1,\"name\":\"xor\",\"kind\":\"study\",\"group\":\"\"}]");
  holds(1, "run", "command", "\"amine reproduce xor seeds=3 seed=0\"");
  holds(1, "state", "ended", "\"stopped\"");
  close_folder();
}

/* ------------------------------------------------------------------------------ what is none */
static void refused(const char *name, amine_status wanted, const char *sentence) {
  assert_int_equal(am_live_folder_open(&live, board, in_base(name), NULL, &error), wanted);
  says(&error, sentence);
  assert_int_equal(am_board_runs(board), 0);
}

static void folders_without_a_run(void **state) {
  (void)state;
  must(am_board_create(&board, &error));
  must(am_folder_make(in_base("empty"), &error));
  refused("empty", AMINE_ERROR_INPUT, "this folder holds no run");
  refused("nowhere", AMINE_ERROR_IO, "there is no run");
  write_file("file", "text");
  refused("file", AMINE_ERROR_INPUT, "this is a file");
  must(am_folder_make(in_base("broken"), &error));
  write_file("broken/config.json", "{\"task\": 3");
  refused("broken", AMINE_ERROR_INPUT, "config.json");
  must(am_folder_make(in_base("broken-study"), &error));
  write_file("broken-study/study.json", "{}");
  refused("broken-study", AMINE_ERROR_INPUT, "study.json");
  am_board_destroy(board);
}

/* ------------------------------------------------------------------------------ lines and locks */
static void last_lines(void **state) {
  (void)state;
  am_text line = {0}, file = {0};
  assert_false(am_tail_read(&line, in_base("no such file")));
  write_file("lines", "");
  assert_false(am_tail_read(&line, in_base("lines")));
  write_file("lines", "half");
  assert_false(am_tail_read(&line, in_base("lines")));
  write_file("lines", "one\nhalf");
  assert_true(am_tail_read(&line, in_base("lines")));
  assert_string_equal(line.data, "one");
  for (int k = 0; k < 100000; k++) am_text_puts(&file, "0123456789"); /* longer than a piece */
  am_text_puts(&file, "\nlast\n");
  must(am_file_replace(in_base("lines"), file.data, file.length, &error));
  assert_true(am_tail_read(&line, in_base("lines")));
  assert_string_equal(line.data, "last");
  must(am_file_replace(in_base("lines"), file.data, 1000001, &error));
  assert_true(am_tail_read(&line, in_base("lines")));
  assert_int_equal(line.length, 1000000);
  am_text_free(&line);
  am_text_free(&file);
}

static atomic_bool looks;

static void *look_long(void *path) {
  const int fd = open(path, O_RDONLY | O_DIRECTORY);
  assert_int_equal(flock(fd, LOCK_SH), 0);
  atomic_store(&looks, true);
  nanosleep(&(struct timespec){.tv_nsec = 8000000}, NULL);
  close(fd);
  return NULL;
}

/* Who only looks does not keep a run from beginning. */
static void looking_locks_nobody_out(void **state) {
  (void)state;
  int held, again;
  pthread_t thread;
  must(am_folder_make(in_base("locked"), &error));
  assert_false(am_folder_is_locked(in_base("locked")));
  must(am_folder_lock(&held, in_base("locked"), &error));
  assert_true(am_folder_is_locked(in_base("locked")));
  assert_int_equal(am_folder_lock(&again, in_base("locked"), &error), AMINE_ERROR_IO);
  am_folder_unlock(held);
  assert_false(am_folder_is_locked(in_base("locked")));
  char path[200];
  snprintf(path, sizeof path, "%s", in_base("locked"));
  assert_int_equal(pthread_create(&thread, NULL, look_long, path), 0);
  while (!atomic_load(&looks)) continue;
  must(am_folder_lock(&held, path, &error));
  am_folder_unlock(held);
  pthread_join(thread, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_training_that_is_done),
      cmocka_unit_test(a_training_that_goes_on),
      cmocka_unit_test(what_was_done_to_a_training),
      cmocka_unit_test(a_training_that_reached_its_criterion),
      cmocka_unit_test(a_simulation),
      cmocka_unit_test(runs_of_seeds_come_as_they_begin),
      cmocka_unit_test(a_study),
      cmocka_unit_test(folders_without_a_run),
      cmocka_unit_test(last_lines),
      cmocka_unit_test(looking_locks_nobody_out),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
