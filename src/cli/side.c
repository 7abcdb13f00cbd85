/* Runs side by side (see side.h). */
#include "cli/side.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/threads.h"
#include "cli/beside.h"
#include "cli/folder.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "format/json.h"
#include "run/seeds.h"

#define LONG_S 60 /* what takes longer is told beforehand */

/* Who comes while another thread writes passes by. Nothing is said before something is done, for
 * until then the runs may still be refused. */
static void show(void *context, double done) {
  cli_side *s = context;
  if (atomic_flag_test_and_set(&s->busy)) return;
  if (!s->announced) cli_say(s->line, "%s", s->said.data ? s->said.data : "");
  s->announced = true;
  cli_simulation_progress_share(&s->progress, done, am_clock() - s->start);
  atomic_flag_clear(&s->busy);
}

/* "41 s", "12 min", "3.4 h" */
static void put_time(char *out, size_t size, double seconds) {
  if (seconds < 10) snprintf(out, size, "%.1f s", seconds);
  else if (seconds < 120) snprintf(out, size, "%.0f s", seconds);
  else if (seconds < 7200) snprintf(out, size, "%.0f min", seconds / 60);
  else snprintf(out, size, "%.1f h", seconds / 3600);
}

/* How long the others will take, once, if that is long. */
static void tell_first(void *context, double seconds, int left) {
  cli_side *s = context;
  char one[24], all[24];
  if (s->n_threads == 0 || atomic_flag_test_and_set(&s->told)) return;
  const int at_once = left < s->n_threads ? left : s->n_threads;
  const double rest = left > 0 ? seconds * left / at_once : 0;
  if (rest < LONG_S) return;
  put_time(one, sizeof one, seconds);
  put_time(all, sizeof all, rest);
  while (atomic_flag_test_and_set(&s->busy)) continue; /* `show` writes a line */
  cli_say(s->line, "%sthe first run took %s; %d more, %d at a time, take about %s\n",
          s->progress.place.in_place ? "\r\033[K" : "", one, left, at_once, all);
  atomic_flag_clear(&s->busy);
}

void cli_side_begin(cli_side *s, const cli_line *line, const am_text *said, const char *folder,
                    int n_seeds) {
  memset(s, 0, sizeof *s);
  s->line = line;
  s->said = *said;
  s->folder = folder;
  s->n_seeds = n_seeds;
  s->start = am_clock();
  atomic_flag_clear(&s->busy);
  atomic_flag_clear(&s->told);
  cli_simulation_progress_begin(&s->progress, cli_has(line, CLI_QUIET));
  cli_beside_show(folder);
  signal(SIGPIPE, SIG_IGN); /* who watched may leave; the runs go on */
  s->watch = (am_side_watch){
      .progress = show, .finished = tell_first, .context = s, .stop = cli_signals_catch()};
}

void cli_side_end(cli_side *s) {
  cli_signals_release();
  cli_simulation_progress_end(&s->progress);
  am_text_free(&s->said);
}

int cli_side_stopped(const cli_side *s) {
  am_text members = {0};
  am_json_put_string(&members, "folder", s->folder);
  am_json_put_int(&members, "seeds", s->n_seeds);
  return cli_stopped(s->line, s->folder, "stopped; everything is saved.", &members,
                     atomic_load(s->watch.stop));
}

void cli_json_interval(am_text *text, const char *key, const am_interval *i) {
  am_json_put_key(text, key);
  am_json_begin(text);
  am_json_put_double(text, "mean", i->mean);
  am_json_put_double(text, "ci95", i->half);
  am_json_put_int(text, "n", i->n);
  am_text_puts(text, "}");
}

void cli_put_interval(char *out, size_t size, const am_interval *i) {
  const double mean = i->mean, half = i->half;
  if (isnan(mean)) {
    snprintf(out, size, "-");
  } else if (!(half > 1e-9 * fabs(mean))) {
    snprintf(out, size, "%.4g", mean);
  } else {
    int decimals = 1 - (int)floor(log10(half));
    if (decimals < 0) decimals = 0;
    if (decimals > 9) decimals = 9;
    snprintf(out, size, "%.*f%s%.*f", decimals, mean, cli_plus_minus(), decimals, half);
  }
}

amine_status cli_side_report(am_text *page, const char *folder, uint64_t first, int n,
                             bool controls, amine_error *error) {
  const size_t n_folders = (size_t)n * (controls ? 2 : 1);
  char **folders = am_alloc(n_folders, sizeof *folders);
  amine_status status = folders ? AMINE_OK : am_fail_memory(error, n_folders * sizeof *folders);
  for (size_t k = 0; k < n_folders && status == AMINE_OK; k++) {
    am_text path = {0}; /* the free runs first */
    status = am_seeds_path(&path, folder, first + k % (size_t)n, k >= (size_t)n, error);
    folders[k] = path.data;
  }
  if (status == AMINE_OK)
    status = cli_write_report(page, folder, (const char *const *)folders, (int)n_folders, error);
  for (size_t k = 0; folders && k < n_folders; k++) am_free(folders[k]);
  am_free(folders);
  return status;
}
