/* What folders tell, on a board (see folder.h). */
#include "live/folder.h"

#include <string.h>

#include "amine/version.h"
#include "format/file.h"
#include "format/json.h"
#include "live/folder_run.h"
#include "live/folder_study.h"
#include "report/study/source.h"
#include "run/config/parts.h"
#include "run/seeds.h"

enum { FOLDERS_MAX = 256 };

/* One folder: a run, several seeds or a study. */
typedef struct shown {
  char *folder; /* owned */
  am_folder_study *study;
  am_folder_run *
      *runs; /* [n_runs]: of a run one; of seeds [2 n_seeds], NULL where none has begun */
  int n_runs;
  uint64_t first_seed;
  bool seeds;
} shown;

struct am_live_folder {
  am_board *board;
  const am_registry *parts;
  shown *folders; /* [n] */
  int n;
};

static void release(shown *s) {
  for (int k = 0; k < s->n_runs; k++) am_folder_run_close(s->runs[k]);
  am_free(s->runs);
  am_folder_study_close(s->study);
  am_free(s->folder);
  *s = (shown){0};
}

/* ----------------------------------------------------------------------------- the list of runs */
static void put_one(am_text *text, int run, const char *name, const char *kind, const char *group) {
  am_json_begin(text);
  am_json_put_int(text, "run", run);
  am_json_put_string(text, "name", name);
  am_json_put_string(text, "kind", kind);
  am_json_put_string(text, "group", group);
  am_text_puts(text, "}");
}

static void put_shown(am_text *text, const shown *s) {
  if (s->study)
    put_one(text, am_folder_study_number(s->study), am_folder_study_name(s->study), "study", "");
  for (int k = 0; k < s->n_runs; k++) {
    const bool control = s->seeds && k >= s->n_runs / 2;
    if (s->runs[k])
      put_one(text, am_folder_run_number(s->runs[k]), am_folder_run_name(s->runs[k]),
              am_folder_run_kind(s->runs[k]), control ? "control" : "");
  }
}

/* What stands above: the study's title, the run's name, or the folder's. */
static void put_title(am_text *text, const am_live_folder *l) {
  const shown *s = &l->folders[0];
  am_text title = {0};
  char *name = am_folder_name(s->folder);
  if (!name) text->failed = true;
  if (l->n > 1) am_text_printf(&title, s->study ? "%d experiments" : "%d folders", l->n);
  else if (s->study) am_text_puts(&title, am_folder_study_title(s->study));
  else if (!s->seeds) am_text_puts(&title, am_folder_run_name(s->runs[0]));
  else am_text_puts(&title, name && name[0] ? name : s->folder);
  am_json_put_string(text, "title", title.data);
  if (title.failed) text->failed = true;
  am_text_free(&title);
  am_free(name);
}

static amine_status put_runs(const am_live_folder *l, amine_error *error) {
  am_text text = {0};
  const shown *first = &l->folders[0];
  am_json_begin(&text);
  am_json_put_string(&text, "mode", first->study ? "study" : first->seeds ? "seeds" : "run");
  put_title(&text, l);
  am_json_put_string(&text, "version", amine_version());
  am_json_list(&text, "runs");
  for (int k = 0; k < l->n; k++) put_shown(&text, &l->folders[k]);
  am_text_puts(&text, "]");
  am_json_end(&text);
  const amine_status status =
      text.failed ? am_fail_memory(error, text.length)
                  : am_board_put(l->board, AM_BOARD_ITSELF, "runs", text.data, text.length, error);
  am_text_free(&text);
  return status;
}

/* ------------------------------------------------------------------------------ folders */
/* Runs of seeds that have begun since; true: there are some. What cannot be read yet is looked at
 * again. */
static bool look_for_seeds(const am_live_folder *l, shown *s) {
  bool found = false;
  const int n = s->n_runs / 2;
  if (am_board_runs(l->board) == AM_BOARD_RUNS) return false;
  for (int k = 0; s->seeds && k < s->n_runs; k++) {
    am_text path = {0};
    if (!s->runs[k] &&
        am_seeds_path(&path, s->folder, s->first_seed + (uint64_t)(k % n), k >= n, NULL) ==
            AMINE_OK &&
        am_seeds_begun(path.data))
      found |= am_folder_run_open(&s->runs[k], l->board, l->parts, path.data, NULL) == AMINE_OK;
    am_text_free(&path);
  }
  return found;
}

static amine_status take_seeds(const am_live_folder *l, shown *s, amine_error *error) {
  am_seeds seeds;
  AM_TRY(am_seeds_read(&seeds, s->folder, error));
  s->seeds = true;
  s->first_seed = seeds.first;
  const int n = 2 * seeds.n;
  am_seeds_free(&seeds);
  AM_TRY(AM_TAKE(s->runs, (size_t)n, error));
  s->n_runs = n;
  look_for_seeds(l, s);
  return AMINE_OK;
}

static amine_status take_run(const am_live_folder *l, shown *s, amine_error *error) {
  AM_TRY(AM_TAKE(s->runs, 1, error));
  s->n_runs = 1;
  return am_folder_run_open(&s->runs[0], l->board, l->parts, s->folder, error);
}

static amine_status take_folder(const am_live_folder *l, shown *s, amine_error *error) {
  bool study;
  AM_TRY(am_study_folder(&study, s->folder, error));
  if (study) return am_folder_study_open(&s->study, l->board, s->folder, error);
  return am_seeds_folder(s->folder) ? take_seeds(l, s, error) : take_run(l, s, error);
}

amine_status am_live_folder_add(am_live_folder *l, const char *folder, amine_error *error) {
  if (l->n == FOLDERS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a page shows at most %d folders", FOLDERS_MAX);
  shown s = {.folder = am_strdup(folder)};
  amine_status status = s.folder ? AMINE_OK : am_fail_memory(error, strlen(folder));
  if (status == AMINE_OK) status = take_folder(l, &s, error);
  if (status != AMINE_OK) {
    release(&s);
    return status;
  }
  l->folders[l->n++] = s;
  return put_runs(l, error);
}

amine_status am_live_folder_open(am_live_folder **live, am_board *board, const char *folder,
                                 const am_registry *parts, amine_error *error) {
  am_live_folder *l = am_alloc(1, sizeof *l);
  if (!l) return am_fail_memory(error, sizeof *l);
  *l = (am_live_folder){.board = board, .parts = parts ? parts : &am_standard_parts};
  amine_status status = AM_TAKE(l->folders, (size_t)FOLDERS_MAX, error);
  if (status == AMINE_OK) status = am_live_folder_add(l, folder, error);
  if (status == AMINE_OK) *live = l;
  else am_live_folder_close(l);
  return status;
}

/* Nobody is there who would do what they say. */
static void pass_over(am_board *board, int run) {
  am_board_command command;
  while (am_board_take(board, run, &command)) continue;
}

void am_live_folder_look(am_live_folder *l) {
  bool more = false;
  for (int k = 0; k < l->n; k++) {
    shown *s = &l->folders[k];
    if (s->study) am_folder_study_look(s->study);
    if (s->study) pass_over(l->board, am_folder_study_number(s->study));
    for (int j = 0; j < s->n_runs; j++) {
      if (!s->runs[j]) continue;
      am_folder_run_look(s->runs[j]);
      pass_over(l->board, am_folder_run_number(s->runs[j]));
    }
    more |= look_for_seeds(l, s);
  }
  if (more) (void)put_runs(l, NULL);
}

void am_live_folder_close(am_live_folder *l) {
  if (!l) return;
  for (int k = 0; k < l->n; k++) release(&l->folders[k]);
  am_free(l->folders);
  am_free(l);
}
