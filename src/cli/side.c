/* Runs side by side (see side.h). */
#include "cli/side.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/threads.h"
#include "cli/folder.h"
#include "cli/signals.h"
#include "cli/terminal.h"
#include "format/json.h"
#include "run/seeds.h"

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

void cli_side_begin(cli_side *s, const cli_line *line, const am_text *said, const char *folder,
                    int n_seeds) {
  memset(s, 0, sizeof *s);
  s->line = line;
  s->said = *said;
  s->folder = folder;
  s->n_seeds = n_seeds;
  s->start = am_clock();
  atomic_flag_clear(&s->busy);
  cli_simulation_progress_begin(&s->progress, cli_has(line, CLI_QUIET));
  signal(SIGPIPE, SIG_IGN); /* who watched may leave; the runs go on */
  s->watch = (am_side_watch){.progress = show, .context = s, .stop = cli_signals_catch()};
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
