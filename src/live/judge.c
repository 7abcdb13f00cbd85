/* Judging by hand (see judge.h). */
#include "live/judge.h"

#include <stdio.h>
#include <string.h>

#include "format/json.h"
#include "format/line_reader.h"
#include "learner/preferences.h"
#include "run/folder.h"
#include "run/train/train.h"

enum { FILE_LENGTH = 4096 };

bool am_judge_is_asked(const am_config *config) {
  char judge[32];
  if (!am_config_applies(config, "reward.judge")) return false;
  return strcmp(am_config_text(config, "reward.judge", judge, sizeof judge), "file") == 0;
}

/* What is asked, and where the answers go. */
typedef struct judging {
  am_control *control;
  const am_config *config;
  am_text file; /* path */
  size_t n_pairs, n_answered;
  void (*changed)(void *context);
  void *context;
} judging;

static amine_status write_answer(const judging *j, amine_error *error) {
  static const char *const words[] = {"equal", "first", "second"};
  struct stat is = {0};
  am_appender *file = NULL;
  am_text line = {0};
  const bool there = am_io.stat(j->file.data, &is) == 0;
  am_text_printf(&line, "{\"pair\": %s, \"preferred\": \"%s\"}\n", j->control->asked,
                 words[j->control->answer]);
  amine_status status = line.failed ? am_fail_memory(error, 64) : AMINE_OK;
  if (status == AMINE_OK)
    status = am_appender_open(&file, j->file.data, there ? (uint64_t)is.st_size : 0, error);
  if (status == AMINE_OK) status = am_appender_append(file, line.data, line.length, error);
  const amine_status closed = am_appender_close(file, status == AMINE_OK ? error : NULL);
  am_text_free(&line);
  return status == AMINE_OK ? closed : status;
}

static void put_clips(const judging *j, const json_t *pair) {
  am_text text = {0};
  char task[64];
  am_json_begin(&text);
  am_json_put_int(&text, "pair", json_integer_value(json_object_get(pair, "pair")));
  am_json_put_uint(&text, "of", j->n_pairs);
  am_json_put_uint(&text, "answered", j->n_answered);
  am_json_put_string(&text, "task", am_config_text(j->config, "task.type", task, sizeof task));
  am_json_put_key(&text, "first");
  am_json_write(&text, json_object_get(pair, "first"));
  am_json_put_key(&text, "second");
  am_json_write(&text, json_object_get(pair, "second"));
  am_json_end(&text);
  if (!text.failed)
    (void)am_board_put(j->control->board, j->control->run, "clips", text.data, text.length, NULL);
  am_text_free(&text);
}

/* Shows a pair until it is answered. */
static amine_status ask(judging *j, const json_t *pair, amine_error *error) {
  am_control *c = j->control;
  snprintf(c->asked, sizeof c->asked, "%lld",
           (long long)json_integer_value(json_object_get(pair, "pair")));
  c->answer = -1;
  put_clips(j, pair);
  j->changed(j->context);
  while (c->answer < 0) {
    if (am_control_take(c, NULL, 0) > 0) j->changed(j->context);
    if (am_control_stops(c)) return am_fail(error, AMINE_ERROR_STOPPED, "stopped while it waits");
    if (c->answer < 0) (void)am_board_wait(c->board, c->run, 0.25);
  }
  AM_TRY(write_answer(j, error));
  j->n_answered++;
  return AMINE_OK;
}

/* Calls ask for each line, or only counts them. */
static amine_status read_pairs(judging *j, const char *folder, bool asking, amine_error *error) {
  am_text path = {0};
  am_line_reader *reader = NULL;
  am_line line = {0};
  amine_status status = am_folder_path(&path, folder, AM_CLIPS_FILE, error);
  if (status == AMINE_OK) status = am_line_reader_open(&reader, path.data, error);
  while (status == AMINE_OK && (status = am_line_reader_next(reader, &line, error)) == AMINE_OK &&
         line.text) {
    json_t *pair = NULL;
    if (!asking) j->n_pairs++;
    else status = am_json_parse(&pair, AM_CLIPS_FILE, line.text, line.length, NULL, error);
    if (pair) status = ask(j, pair, error);
    json_decref(pair);
  }
  am_line_reader_close(reader);
  am_text_free(&path);
  return status;
}

amine_status am_judge_wait(am_control *control, const am_config *config, const char *folder,
                           void (*changed)(void *context), void *context, amine_error *error) {
  char name[FILE_LENGTH];
  judging j = {.control = control, .config = config, .changed = changed, .context = context};
  const char *file = am_config_text(config, "reward.file", name, sizeof name);
  amine_status status = am_preferences_file(&j.file, file, config->common.seed, error);
  control->waiting = "answers";
  if (status == AMINE_OK) status = read_pairs(&j, folder, false, error);
  if (status == AMINE_OK && j.n_pairs == 0)
    status = am_fail(error, AMINE_ERROR_STOPPED, "no clips wait");
  if (status == AMINE_OK) status = read_pairs(&j, folder, true, error);
  control->waiting = NULL;
  control->asked[0] = 0;
  control->answer = -1;
  if (status == AMINE_OK) (void)am_board_put(control->board, control->run, "clips", NULL, 0, NULL);
  am_text_free(&j.file);
  return status;
}
