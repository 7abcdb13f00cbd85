/* amine report: one page of one or more runs; or the live page of one folder as a file. */
#include "report/report.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/served.h"
#include "cli/module.h"
#include "cli/outcome.h"
#if AMINE_LIVE
#include "live/folder.h"
#include "live/single.h"
#endif
#include "report/study/source.h"
#include "run/seeds.h"
#include "run/simulate/recording.h"
#include "run/simulate/run.h"
#include "run/train/train.h"

/* The folders whose runs are shown. */
typedef struct folders {
  char **list;
  size_t n, capacity;
} folders;

/* Takes the path over, also after a failure. */
static amine_status add(folders *f, char *path, amine_error *error) {
  if (path && f->n == f->capacity) {
    const size_t capacity = f->capacity ? 2 * f->capacity : 16;
    char **grown = am_resize(f->list, capacity, sizeof *grown);
    if (grown) f->list = grown, f->capacity = capacity;
  }
  if (path && f->n < f->capacity) {
    f->list[f->n++] = path;
    return AMINE_OK;
  }
  am_free(path);
  return am_fail_memory(error, 256);
}

/* The runs of several seeds that have begun, and then their controls. */
static amine_status add_seeds(folders *f, const char *folder, amine_error *error) {
  am_seeds seeds;
  AM_TRY(am_seeds_read(&seeds, folder, error));
  amine_status status = AMINE_OK;
  for (int k = 0; k < 2 * seeds.n && status == AMINE_OK; k++) {
    am_text path = {0};
    status = am_seeds_path(&path, folder, seeds.first + (uint64_t)(k % seeds.n), k >= seeds.n,
                           error);
    if (status == AMINE_OK && am_seeds_begun(path.data)) status = add(f, path.data, error);
    else am_text_free(&path);
  }
  am_seeds_free(&seeds);
  return status;
}

static amine_status take_folders(folders *f, const cli_line *line, amine_error *error) {
  for (int k = 0; k < line->n_words; k++)
    AM_TRY(am_seeds_folder(line->words[k]) ? add_seeds(f, line->words[k], error)
                                           : add(f, am_strdup(line->words[k]), error));
  return AMINE_OK;
}

/* A simulation that was killed has no recording, or an older one. What cannot be had is said, and
 * the page shows what there is. */
static void renew_recording(const cli_line *line, const char *folder) {
  amine_error error = {0};
  am_text limits = {0};
  bool fresh = false;
  amine_status status = am_simulation_recording_is_fresh(&fresh, folder, &error);
  if (status == AMINE_OK && !fresh) {
    cli_say(line, "making the recording of %.300s\n", folder);
    status = am_simulation_record(folder, cli_parts(), &limits, &error);
  }
  if (limits.data) cli_say(line, "%s", limits.data);
  if (status != AMINE_OK) cli_fail(status, &error, true);
  am_text_free(&limits);
}

/* Makes sure that each folder has its evaluation and its recording; a published experiment has
 * none. */
static int prepare(const folders *f, const cli_line *line) {
  for (size_t k = 0; k < f->n; k++) {
    amine_error error = {0};
    am_config config;
    bool study = false;
    const char *folder = f->list[k];
    amine_status status = am_study_folder(&study, folder, &error);
    const bool brain = !study && am_simulation_folder(folder);
    if (brain) renew_recording(line, folder);
    if (study || brain) continue;
    am_config_begin(&config, cli_parts());
    if (status == AMINE_OK) status = am_train_config(&config, folder, &error);
    if (status == AMINE_OK) status = am_config_resolve(&config, &error);
    const bool reading = status != AMINE_OK;
    if (!reading) status = cli_outcome_record(line, &config, folder, &error);
    am_config_free(&config);
    if (status != AMINE_OK) return cli_fail(status, &error, reading);
  }
  return CLI_DONE;
}

static int write_page(const folders *f, const cli_line *line) {
  amine_error error = {0};
  am_text page = {0}, text = {0};
  int code;
  if (line->out) am_text_puts(&page, line->out);
  else if (line->n_words == 1) am_text_printf(&page, "%s/report.html", line->words[0]);
  else am_text_puts(&page, "report.html");
  amine_status status =
      page.failed
          ? am_fail_memory(&error, strlen(line->words[0]) + 16)
          : am_report_write((const char *const *)f->list, (int)f->n, page.data, &error);
  if (status == AMINE_OK) {
    am_text_printf(&text, "%s\n", page.data);
    code = cli_print(&text);
  } else {
    code = cli_fail(status, &error, false);
  }
  am_text_free(&page);
  return code;
}

/* ---------------------------------------------------------------------- the live page as a file */
#if AMINE_LIVE
static amine_status make_single(am_text *page, am_text *left_out, const char *folder,
                                amine_error *error) {
  am_board *board = NULL;
  am_live_folder *live = NULL;
  amine_status status = am_board_create(&board, error);
  if (status == AMINE_OK) status = am_live_folder_open(&live, board, folder, cli_parts(), error);
  if (status == AMINE_OK) status = am_live_single(page, left_out, board, error);
  am_live_folder_close(live);
  am_board_destroy(board);
  return status;
}

static int write_single(const cli_line *line) {
  amine_error error = {0};
  am_text path = {0}, page = {0}, left_out = {0}, text = {0};
  const char *folder = line->words[0];
  if (line->out) am_text_puts(&path, line->out);
  else am_text_printf(&path, "%s/live.html", folder);
  amine_status status =
      path.failed ? am_fail_memory(&error, 256) : make_single(&page, &left_out, folder, &error);
  const bool reading = status != AMINE_OK;
  if (status == AMINE_OK) status = am_file_replace(path.data, page.data, page.length, &error);
  if (left_out.length > 0) cli_say(line, "left out:\n%s", left_out.data);
  am_text_printf(&text, "%s\n", path.data);
  const int code = status == AMINE_OK ? cli_print(&text) : cli_fail(status, &error, reading);
  if (status != AMINE_OK) am_text_free(&text);
  am_text_free(&path);
  am_text_free(&page);
  am_text_free(&left_out);
  return code;
}
#else
static int write_single(const cli_line *line) {
  amine_error error = {0};
  (void)line;
  return cli_fail(cli_live_missing("--interactive", &error), &error, false);
}
#endif

/* Each option is right by itself; together they may make no sense. */
static amine_status check(const cli_line *line, amine_error *error) {
  if (!cli_has(line, CLI_INTERACTIVE) || line->n_words == 1) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "--interactive is a page of one folder (a folder of several seeds is one, too), "
                 "not of %d",
                 line->n_words);
}

int cli_report(const cli_line *line) {
  amine_error error = {0};
  folders f = {0};
  amine_status status = check(line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  status = take_folders(&f, line, &error);
  int code = status == AMINE_OK ? prepare(&f, line) : cli_fail(status, &error, true);
  if (code == CLI_DONE)
    code = cli_has(line, CLI_INTERACTIVE) ? write_single(line) : write_page(&f, line);
  for (size_t k = 0; k < f.n; k++) am_free(f.list[k]);
  am_free(f.list);
  return code;
}
