/* Text as a task: against an independent program (tests/reference/text.py), its lines by playing
 * them, lanes that go on where they were, and every sentence that refuses. */
#include "support.h"

#include <inttypes.h>
#include <unistd.h>

#include "base/memory.h"
#include "folder.h"
#include "format/file.h"
#include "memory.h"
#include "run/config/objects.h"
#include "task/create.h"

static char folder[32];

/* A file in the folder with these bytes; the path is good until the next call. */
static const char *file_of(const char *name, const void *data, size_t size) {
  static char path[96];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  assert_int_equal(am_file_replace(path, data, size, NULL), AMINE_OK);
  return path;
}

static const char *text_of(const char *name, const char *text) {
  return file_of(name, text, strlen(text));
}

/* ------------------------------------------------------------------ against the reference */
static uint64_t fnv(uint64_t hash, const void *data, size_t size) {
  for (size_t k = 0; k < size; k++)
    hash = (hash ^ ((const unsigned char *)data)[k]) * 1099511628211u;
  return hash;
}

#define FNV_BEGIN 14695981039346656037u

/* All (symbol, answer) of an episode. */
static uint64_t hash_of_window(const am_task *task, uint64_t hash, uint32_t episode,
                               uint32_t lane) {
  am_text_task_state s;
  task->type->start(task, &s, 7, episode, lane);
  for (int t = 0; t < task->n_steps; t++) {
    const int now = task->type->symbol(task, &s), next = task->type->answer(task, &s);
    float input = -1;
    task->type->observe(task, &s, &input);
    if (input != (float)now) fail_msg("%g is shown, not %d", (double)input, now);
    const unsigned char both[4] = {(unsigned char)now, (unsigned char)(now >> 8),
                                   (unsigned char)next, (unsigned char)(next >> 8)};
    hash = fnv(hash, both, sizeof both);
    assert_true(task->type->step(task, &s, 0) == 0);
  }
  assert_int_equal(task->type->answer(task, &s), -1);
  return hash;
}

static uint64_t hash_of_names(const am_task *task) {
  uint64_t hash = FNV_BEGIN;
  for (int k = 0; k < task->n_symbols; k++) {
    const char *name = task->type->symbol_name(task, k);
    hash = fnv(hash, name, strlen(name) + 1);
  }
  return hash;
}

/* One line of the file. */
static void as_expected(const char *line) {
  am_text_task_options o = am_text_task_default();
  char unit[8], held[8];
  int n_symbols, n_training, n_held;
  uint64_t names, training, evaluation;
  double unigram;
  const int n =
      sscanf(line, "%7s %d %d %d %lf %lf %7s %d %d %d %d %" SCNx64 " %" SCNx64 " %" SCNx64 " %lf",
             unit, &o.vocabulary, &o.steps, &o.blocks, &o.valid, &o.test, held, &o.n_lanes,
             &n_symbols, &n_training, &n_held, &names, &training, &evaluation, &unigram);
  assert_int_equal(n, 15);
  o.file = TEST_DATA "/text.txt";
  o.unit = strcmp(unit, "bytes") == 0 ? AM_UNIT_BYTES : AM_UNIT_WORDS;
  o.held_out = strcmp(held, "valid") == 0 ? AM_HELD_VALID : AM_HELD_TEST;
  am_task *task = NULL;
  amine_error error = {0};
  if (am_text_task_create(&task, &o, &error) != AMINE_OK) fail_msg("%s", error.message);
  const am_task *out = am_task_evaluated(task);
  assert_ptr_equal(out, task->held_out);
  assert_int_equal(task->n_symbols, n_symbols);
  assert_int_equal(out->n_symbols, n_symbols);
  assert_int_equal(am_text_task_windows(task), n_training);
  assert_int_equal(am_text_task_windows(out), n_held);
  assert_true(hash_of_names(task) == names && hash_of_names(out) == names);
  uint64_t hash = FNV_BEGIN;
  for (int lane = 0; lane < o.n_lanes; lane++)
    for (int e = 0; e < n_training / o.n_lanes; e++)
      hash = hash_of_window(task, hash, (uint32_t)e, (uint32_t)lane);
  assert_true(hash == training);
  hash = FNV_BEGIN;
  for (int w = 0; w < n_held; w++) hash = hash_of_window(out, hash, 0, (uint32_t)w);
  assert_true(hash == evaluation);
  double played = 0;
  for (int w = 0; w < n_held; w++) played += am_task_play(out, 1, 7, 0, (uint32_t)w) / n_held;
  near(out->lines[1].reward, unigram, 1e-12);
  near(played, unigram, 1e-12);
  near(am_task_play(out, 0, 7, 0, 0), -log(n_symbols), 1e-15);
  am_task_destroy(task);
}

static void it_is_what_the_reference_says(void **state) {
  (void)state;
  unsigned char *lines;
  size_t size;
  int n = 0;
  assert_int_equal(am_file_read(TEST_DATA "/text_expected.txt", 1 << 16, &lines, &size, NULL),
                   AMINE_OK);
  for (char *line = strtok((char *)lines, "\n"); line; line = strtok(NULL, "\n"), n++)
    as_expected(line);
  assert_int_equal(n, 7);
  am_free(lines);
}

/* ------------------------------------------------------------------ small texts, by hand */
static am_task *made(am_text_task_options o) {
  am_task *task = NULL;
  amine_error error = {0};
  if (am_text_task_create(&task, &o, &error) != AMINE_OK) fail_msg("%s", error.message);
  return task;
}

/* 21 tokens, 17 to train and 4 held out. */
static am_text_task_options numbers(void) {
  am_text_task_options o = am_text_task_default();
  o.file = text_of("numbers", "0 1 2 3 4 5 6 7 8 9\n10 11 12 13 14 15 16 17 18");
  o.steps = 3;
  o.blocks = 1;
  o.valid = 0;
  o.test = 0.2;
  o.n_lanes = 1;
  return o;
}

static void reads(const am_task *task, uint32_t episode, uint32_t lane, const char *words,
                  bool begins) {
  am_text_task_state s;
  char seen[200] = "";
  task->type->start(task, &s, 1, episode, lane);
  assert_true(task->type->anew(task, &s) == begins);
  for (int t = 0; t < task->n_steps; t++) {
    strcat(seen, task->type->symbol_name(task, task->type->symbol(task, &s)));
    strcat(seen, ">");
    strcat(seen, task->type->symbol_name(task, task->type->answer(task, &s)));
    strcat(seen, t + 1 < task->n_steps ? " " : "");
    task->type->step(task, &s, 0);
  }
  assert_string_equal(seen, words);
}

static void a_lane_goes_on_where_it_was(void **state) {
  (void)state;
  am_text_task_options o = numbers();
  o.n_lanes = 2;
  o.test = 0.4; /* 13 and 8 */
  am_task *task = made(o);
  assert_int_equal(am_text_task_windows(task), 2);
  reads(task, 0, 0, "0>1 1>2 2>3", true);
  reads(task, 0, 1, "6>7 7>8 8>9", true);
  reads(task, 1, 0, "0>1 1>2 2>3", true); /* a block has one window */
  am_task_destroy(task);
  o = numbers();
  task = made(o);
  assert_int_equal(am_text_task_windows(task), 5);
  reads(task, 0, 0, "0>1 1>2 2>3", true);
  reads(task, 1, 0, "3>4 4>5 5>6", false);
  reads(task, 3, 0, "9><eos> <eos>>10 10>11", false);
  reads(task, 5, 0, "0>1 1>2 2>3", true);  /* and again */
  reads(task, 0, 2, "6>7 7>8 8>9", false); /* a lane beyond the batch is a later window */
  const am_task *out = am_task_evaluated(task);
  reads(out, 0, 0, "<unk>><unk> <unk>><unk> <unk>><eos>", true);
  assert_int_equal(out->n_lines, 1); /* training never shows <unk> */
  am_task_destroy(task);
}

static void most_frequent_words_are_symbols(void **state) {
  (void)state;
  am_text_task_options o = numbers();
  o.file = text_of("words", "b\va\fc a\td\r\nb a c <unk>\n\n<eos> z");
  o.test = o.valid = 0;
  o.test_file = TEST_DATA "/text.txt"; /* which has none of the words */
  o.vocabulary = 5;
  am_task *task = made(o);
  static const char *const names[] = {"<unk>", "<eos>", "a", "b", "c"};
  assert_int_equal(task->n_symbols, 5);
  for (int k = 0; k < 5; k++) assert_string_equal(task->type->symbol_name(task, k), names[k]);
  reads(task, 0, 0, "b>a a>c c>a", true);
  reads(task, 1, 0, "a><unk> <unk>><eos> <eos>>b", false);
  reads(task, 2, 0, "b>a a>c c><unk>", false);
  reads(task, 3, 0, "<unk>><eos> <eos>><eos> <eos>><eos>", false);
  near(task->lines[0].reward, -log(5), 1e-15);
  am_task_destroy(task);
}

/* What a file of its own holds is not split. */
static void three_files_are_three_parts(void **state) {
  (void)state;
  char valid[96], test[96];
  am_text_task_options o = numbers();
  strcpy(valid, text_of("valid", "3 2 1 0\n"));
  strcpy(test, text_of("test", "5 5 5 5\n"));
  o.file = text_of("train", "0 1 2 3\n5 3 1 0\n");
  o.valid_file = valid;
  o.test_file = test;
  am_task *task = made(o);
  assert_int_equal(am_text_task_windows(task), 3);
  reads(task, 2, 0, "3>1 1>0 0><eos>", false);
  reads(am_task_evaluated(task), 0, 0, "5>5 5>5 5>5", true);
  near(task->lines[1].reward, log(0.1), 1e-15);
  am_task_destroy(task);
  o.held_out = AM_HELD_VALID;
  task = made(o);
  reads(am_task_evaluated(task), 0, 0, "3>2 2>1 1>0", true);
  near(task->lines[1].reward, (log(0.1) + 2 * log(0.2)) / 3, 1e-15);
  am_task_destroy(task);
}

static void bytes_are_themselves(void **state) {
  (void)state;
  static const char bytes[] = "a\0\xff\n\\b a\0\xff\n\\b a\0\xff\n\\b ";
  am_text_task_options o = numbers();
  o.file = file_of("bytes", bytes, sizeof bytes - 1);
  o.unit = AM_UNIT_BYTES;
  o.test = 0.3;
  am_task *task = made(o);
  assert_int_equal(task->n_symbols, 256);
  reads(task, 0, 0, "a>\\x00 \\x00>\\xff \\xff>\\x0a", true);
  reads(task, 1, 0, "\\x0a>\\x5c \\x5c>b b> ", false);
  am_task_destroy(task);
}

/* ------------------------------------------------------------------ sentences */
static void says(const am_text_task_options *o, amine_status expected, const char *sentence) {
  am_task before = {0}, *out = &before;
  amine_error error = {0};
  assert_int_equal(am_text_task_create(&out, o, &error), expected);
  assert_ptr_equal(out, &before);
  if (!strstr(error.message, sentence)) fail_msg("%s\n%s", error.message, sentence);
}

static void what_is_no_text_is_refused(void **state) {
  (void)state;
  am_text_task_options o = numbers();
  o.file = text_of("bad", "one two\n\xc3\xa4 b\xff c\n");
  says(&o, AMINE_ERROR_INPUT, "/bad: line 2, column 4: this is not UTF-8");
  o.file = file_of("zero", "a\0b", 3);
  says(&o, AMINE_ERROR_INPUT, "/zero: line 1, column 2: a byte 0 is no text");
  o.file = text_of("empty", "");
  says(&o, AMINE_ERROR_INPUT, "/empty: the file is empty");
  o.file = text_of("packed", "\x1f\x8b\x08");
  says(&o, AMINE_ERROR_INPUT, "gzip");
  o.file = NULL;
  says(&o, AMINE_ERROR_ARGUMENT,
       "task.file=none: task.type=text needs a text, as in task.file=bible.txt");
  o.file = "/nowhere/words.txt";
  says(&o, AMINE_ERROR_IO, "/nowhere/words.txt: ");
  o.file = "/nowhere/bible.txt";
  says(&o, AMINE_ERROR_IO, "/nowhere/bible.txt: there is no such file. Debian's package bible-kjv");
  says(&o, AMINE_ERROR_IO,
       "bible -f Gen1:1-Rev22:21 | cut -d' ' -f2- | tr A-Z a-z | "
       "sed \"s/[^a-z' ]/ & /g\" > bible.txt makes it");
}

static void too_little_text_is_refused(void **state) {
  (void)state;
  am_text_task_options o = numbers();
  o.steps = 5;
  says(&o, AMINE_ERROR_INPUT,
       "numbers: the test part has 4 tokens, and 1 window of task.steps=5 side by side (batch) "
       "need 6");
  o.steps = 3;
  o.n_lanes = 5;
  says(&o, AMINE_ERROR_INPUT, "the training part has 17 tokens, and 5 windows");
  o.n_lanes = 1;
  o.test = 0;
  says(&o, AMINE_ERROR_INPUT, "the test part has 0 tokens");
  o.held_out = AM_HELD_VALID;
  o.test = 0.2;
  says(&o, AMINE_ERROR_INPUT, "the validation part has 0 tokens");
  REFUSED(text_task, am_task, "text", vocabulary, 2);
  REFUSED(text_task, am_task, "text", vocabulary, AM_VOCABULARY_MOST + 1);
  REFUSED(text_task, am_task, "text", steps, 0);
  REFUSED(text_task, am_task, "text", blocks, 0);
  REFUSED(text_task, am_task, "text", valid, 0.51);
  REFUSED(text_task, am_task, "text", test, -0.01);
}

/* Whichever request is refused, all is given back. */
static void refused_memory_is_said(void **state) {
  (void)state;
  am_text_task_options o = numbers();
  amine_status status = AMINE_ERROR_MEMORY;
  const long alive = memory.alive;
  long at = 0;
  while (status == AMINE_ERROR_MEMORY && ++at < 1000) {
    am_task *task = NULL;
    amine_error error = {0};
    memory.at = at, memory.requests = 0;
    status = am_text_task_create(&task, &o, &error);
    memory.at = 0;
    assert_true((task != NULL) == (status == AMINE_OK) && error.status == status);
    am_task_destroy(task);
    assert_int_equal(memory.alive, alive);
  }
  assert_int_equal(status, AMINE_OK);
  assert_true(at > 10);
}

/* ------------------------------------------------------------------ as a configuration says */
static void set(am_config *c, const char *assignment) {
  amine_error error = {0};
  if (am_config_assign(c, assignment, &error) != AMINE_OK) fail_msg("%s", error.message);
}

static void keys_make_it(void **state) {
  (void)state;
  am_config c, again;
  am_task *task = NULL;
  amine_error error = {0};
  am_text written = {0};
  char path[96], here[400], text[400];
  snprintf(path, sizeof path, "%s", numbers().file);
  am_config_default(&c);
  set(&c, "task=text");
  set(&c, "task.steps=3");
  set(&c, "task.test=0.4");
  set(&c, "task.blocks=1");
  set(&c, "batch=2");
  set(&c, "task.file=numbers");
  assert_non_null(getcwd(here, sizeof here));
  assert_int_equal(chdir(folder), 0);
  assert_int_equal(am_config_resolve(&c, &error), AMINE_OK);
  assert_int_equal(chdir(here), 0);
  assert_string_equal(am_config_text(&c, "task.file", text, sizeof text), path); /* absolute */
  if (am_task_of_config(&task, &c, &error) != AMINE_OK) fail_msg("%s", error.message);
  reads(task, 0, 1, "6>7 7>8 8>9", true);
  am_learner *learner = NULL;
  assert_int_equal(am_learner_of_config(&learner, &c, task, &error), AMINE_ERROR_ARGUMENT);
  assert_string_equal(error.message,
                      "learner.type=a2c needs actions or real actions; task.type=text asks for symbols");
  set(&c, "learner=bptt");
  if (am_learner_of_config(&learner, &c, task, &error) != AMINE_OK) fail_msg("%s", error.message);
  am_learner_destroy(learner);
  am_task_destroy(task);
  am_config_write(&c, true, &written); /* what is read again is the same */
  json_t *root = json_loads(written.data, 0, NULL);
  am_config_default(&again);
  assert_int_equal(am_config_merge(&again, root, "there/config.json", &error), AMINE_OK);
  assert_string_equal(am_config_text(&again, "task.file", text, sizeof text), path);
  json_decref(root);
  am_text_free(&written);
  /* beside the file that names it, and gone with the task */
  root = json_pack("{s{ss}}", "task", "file", "a.txt");
  assert_int_equal(am_config_merge(&again, root, "there/config.json", &error), AMINE_OK);
  assert_string_equal(am_config_text(&again, "task.file", text, sizeof text), "there/a.txt");
  json_decref(root);
  set(&again, "task=recall");
  assert_int_equal(am_config_resolve(&again, &error), AMINE_OK);
  set(&again, "task=text");
  assert_string_equal(am_config_text(&again, "task.file", text, sizeof text), "none");
  set(&again, "task.file=b");
  set(&again, "task.file=none");
  assert_string_equal(am_config_text(&again, "task.file", text, sizeof text), "none");
  am_config_free(&c);
  am_config_free(&again);
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
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(it_is_what_the_reference_says),
      cmocka_unit_test(a_lane_goes_on_where_it_was),
      cmocka_unit_test(most_frequent_words_are_symbols),
      cmocka_unit_test(three_files_are_three_parts),
      cmocka_unit_test(bytes_are_themselves),
      cmocka_unit_test(what_is_no_text_is_refused),
      cmocka_unit_test(too_little_text_is_refused),
      cmocka_unit_test(refused_memory_is_said),
      cmocka_unit_test(keys_make_it),
  };
  amine_memory_use(counting, NULL);
  return cmocka_run_group_tests(tests, begin, end);
}
