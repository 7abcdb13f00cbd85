/* A published experiment or a sweep on a board (see folder_study.h). */
#include "live/folder_study.h"

#include <string.h>

#include "base/words.h"
#include "format/json.h"
#include "live/stamp.h"
#include "report/study/source.h"
#include "run/folder.h"

struct am_folder_study {
  am_board *board;
  char *folder;
  int number;              /* on the board */
  am_stamp described;      /* study.json */
  json_t *root;            /* what it holds */
  uint64_t lines, counted; /* of runs.jsonl: those that are whole, and their bytes */
  am_text state;           /* as it was put */
};

/* ------------------------------------------------------------------------------ what it is */
static const char *text_of(const am_folder_study *s, const char *key) {
  const char *text = json_string_value(json_object_get(s->root, key));
  return text ? text : "";
}

static uint64_t count_of(const am_folder_study *s) {
  const json_int_t seeds = json_integer_value(json_object_get(s->root, "seeds"));
  return json_array_size(json_object_get(s->root, "arms")) * (seeds > 0 ? (uint64_t)seeds : 0);
}

/* " key=a,b", or with | where a value has commas of its own */
static void put_key(am_text *command, const json_t *key) {
  const json_t *values = json_object_get(key, "values"), *value;
  am_text word = {0};
  const char *between = "=", *comma = ",";
  size_t k;
  json_array_foreach((json_t *)(uintptr_t)values, k, value) {
    const char *text = json_string_value(value);
    if (text && strchr(text, ',')) comma = "|";
  }
  am_text_puts(&word, json_string_value(json_object_get(key, "key")));
  json_array_foreach((json_t *)(uintptr_t)values, k, value) {
    const char *text = json_string_value(value);
    am_text_printf(&word, "%s%s", between, text ? text : "");
    between = comma;
  }
  am_text_puts(command, " ");
  if (word.failed) command->failed = true;
  else am_shell_word(command, word.data);
  am_text_free(&word);
}

static void put_sweep(am_text *command, const json_t *sweep) {
  const char *from = json_string_value(json_object_get(sweep, "from"));
  const json_t *value;
  size_t k;
  am_text_puts(command, "amine sweep ");
  am_shell_word(command, from ? from : "");
  json_array_foreach((json_t *)(uintptr_t)json_object_get(sweep, "assignments"), k, value) {
    am_text_puts(command, " ");
    am_shell_word(command, json_string_value(value) ? json_string_value(value) : "");
  }
  json_array_foreach((json_t *)(uintptr_t)json_object_get(sweep, "keys"), k, value)
      put_key(command, value);
}

static void put_command(am_text *text, const am_folder_study *s) {
  const json_t *sweep = json_object_get(s->root, "sweep");
  am_text command = {0};
  if (sweep) put_sweep(&command, sweep);
  else am_text_printf(&command, "amine reproduce %s", text_of(s, "study"));
  if (strcmp(text_of(s, "form"), "quick") == 0) am_text_puts(&command, " quick=true");
  am_text_printf(&command, " seeds=%lld seed=%lld",
                 (long long)json_integer_value(json_object_get(s->root, "seeds")),
                 (long long)json_integer_value(json_object_get(s->root, "first_seed")));
  am_json_put_string(text, "command", command.data);
  if (command.failed) text->failed = true;
  am_text_free(&command);
}

static amine_status put_run(const am_folder_study *s, amine_error *error) {
  static const char *const texts[] = {"title", "meaning", "source", "form"};
  am_text text = {0};
  am_json_begin(&text);
  am_json_put_string(&text, "name", text_of(s, "study"));
  am_json_put_string(&text, "kind", "study");
  for (int k = 0; k < 4; k++) am_json_put_string(&text, texts[k], text_of(s, texts[k]));
  am_json_put_string(&text, "folder", s->folder);
  am_json_put_bool(&text, "sweep", json_object_get(s->root, "sweep") != NULL);
  am_json_put_uint(&text, "arms", json_array_size(json_object_get(s->root, "arms")));
  am_json_put_int(&text, "seeds", json_integer_value(json_object_get(s->root, "seeds")));
  put_command(&text, s);
  am_json_put_bool(&text, "controls", false);
  am_json_put_string(&text, "twin_of", NULL);
  am_json_end(&text);
  const amine_status status =
      text.failed ? am_fail_memory(error, text.length)
                  : am_board_put(s->board, s->number, "run", text.data, text.length, error);
  am_text_free(&text);
  return status;
}

/* ------------------------------------------------------------------------------ how far it is */
/* The lines that were added since. A file that was made anew is counted anew. */
static void count_lines(am_folder_study *s) {
  am_text path = {0};
  am_file_reader reader;
  char bytes[1 << 14];
  size_t n = 0;
  struct stat is;
  if (am_folder_path(&path, s->folder, AM_STUDY_RUNS_FILE, NULL) == AMINE_OK &&
      am_io.stat(path.data, &is) == 0 && (uint64_t)is.st_size != s->counted &&
      am_file_open(&reader, path.data, NULL) == AMINE_OK) {
    s->lines = s->counted = 0;
    while (am_file_take(&reader, bytes, sizeof bytes, &n, NULL) == AMINE_OK && n > 0) {
      for (size_t k = 0; k < n; k++) s->lines += bytes[k] == '\n';
      s->counted += n;
    }
    am_file_close(&reader);
  }
  am_text_free(&path);
}

static void put_state(am_folder_study *s) {
  am_text text = {0};
  const bool goes = am_folder_is_locked(s->folder);
  count_lines(s);
  const char *ended = goes ? NULL : s->lines >= count_of(s) ? "done" : "stopped";
  am_json_begin(&text);
  am_json_put_uint(&text, "runs_done", s->lines);
  am_json_put_uint(&text, "runs", count_of(s));
  am_json_put_bool(&text, "done", ended != NULL);
  am_json_put_string(&text, "ended", ended);
  am_json_list(&text, "marks");
  am_text_puts(&text, "]");
  am_json_list(&text, "said");
  am_text_puts(&text, "]");
  am_json_end(&text);
  const bool same = s->state.data && text.data && strcmp(s->state.data, text.data) == 0;
  if (!text.failed && !same &&
      am_board_put(s->board, s->number, "state", text.data, text.length, NULL) == AMINE_OK) {
    am_text_free(&s->state);
    s->state = text;
  } else {
    am_text_free(&text);
  }
}

/* ------------------------------------------------------------------------------ looking */
static amine_status read_study(am_folder_study *s, amine_error *error) {
  am_text path = {0};
  json_t *root = NULL;
  am_stamp_changed(&s->described, s->folder, AM_STUDY_FILE);
  amine_status status = am_folder_path(&path, s->folder, AM_STUDY_FILE, error);
  if (status == AMINE_OK) status = am_json_read(&root, path.data, NULL, error);
  if (status == AMINE_OK && !(json_is_string(json_object_get(root, "study")) &&
                              json_is_array(json_object_get(root, "arms")) &&
                              json_is_integer(json_object_get(root, "seeds"))))
    status = am_fail_file(error, AMINE_ERROR_INPUT, path.data, -1,
                          "it must hold study, arms and seeds, as it was written");
  if (status == AMINE_OK) {
    json_decref(s->root);
    s->root = json_incref(root);
  }
  json_decref(root);
  am_text_free(&path);
  return status;
}

void am_folder_study_look(am_folder_study *s) {
  am_stamp now = s->described;
  if (am_stamp_changed(&now, s->folder, AM_STUDY_FILE) && read_study(s, NULL) == AMINE_OK)
    (void)put_run(s, NULL);
  put_state(s);
}

amine_status am_folder_study_open(am_folder_study **study, am_board *board, const char *folder,
                                  amine_error *error) {
  am_folder_study *s = am_alloc(1, sizeof *s);
  if (!s) return am_fail_memory(error, sizeof *s);
  *s = (am_folder_study){.board = board, .folder = am_strdup(folder)};
  amine_status status = s->folder ? AMINE_OK : am_fail_memory(error, strlen(folder));
  if (status == AMINE_OK) status = read_study(s, error);
  if (status == AMINE_OK) status = am_board_add(board, &s->number, folder, error);
  if (status == AMINE_OK) status = put_run(s, error);
  if (status != AMINE_OK) {
    am_folder_study_close(s);
    return status;
  }
  put_state(s);
  *study = s;
  return AMINE_OK;
}

void am_folder_study_close(am_folder_study *s) {
  if (!s) return;
  json_decref(s->root);
  am_free(s->folder);
  am_text_free(&s->state);
  am_free(s);
}

int am_folder_study_number(const am_folder_study *s) { return s->number; }
const char *am_folder_study_name(const am_folder_study *s) { return text_of(s, "study"); }
const char *am_folder_study_title(const am_folder_study *s) { return text_of(s, "title"); }
