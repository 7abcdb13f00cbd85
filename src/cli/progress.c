/* The progress line (see progress.h). What does not fit is left out whole, least needed first. */
#include "cli/progress.h"

#include <math.h>
#include <stdio.h>

#include "cli/outcome.h"

enum { BAR = CLI_BAR, COUNT = 2, PERCENT = 4, RATE = 8, LEFT = 16, REWARD = 32, LINES = 64 };
enum { BAR_MAX = 30 };

/* From the widest to the narrowest; the first that fits is taken. */
static const int layouts[] = {
    BAR | COUNT | RATE | LEFT | REWARD | LINES,
    BAR | PERCENT | RATE | LEFT | REWARD | LINES,
    BAR | PERCENT | LEFT | REWARD | LINES,
    PERCENT | RATE | LEFT | REWARD | LINES,
    PERCENT | LEFT | REWARD | LINES,
    BAR | PERCENT | RATE | LEFT | REWARD,
    BAR | PERCENT | LEFT | REWARD,
    PERCENT | LEFT | REWARD,
    PERCENT | REWARD,
    PERCENT,
};
enum { N_LAYOUTS = sizeof layouts / sizeof *layouts };

void cli_progress_begin(cli_progress *p, const am_task *task, bool silent) {
  const int last = task->n_lines - 1; /* shown are the lowest two, and the highest */
  *p = (cli_progress){.place = cli_place_begin(silent)};
  size_t used = 0;
  p->digits = cli_reward_digits(task) - 1;
  p->perplexity = task->n_symbols > 0;
  for (int k = 0; k < 3 && k <= last; k++) {
    const am_task_line *line = &task->lines[k < 2 ? k : last];
    const double reward = cli_spoken(task, line->reward);
    if (isnan(reward)) continue;
    const char *between = used == 0 ? "" : p->place.utf8 && p->place.in_place ? " · " : ", ";
    const int digits = task->n_symbols > 0 ? 5 : reward < 10 ? 2 : 3;
    const int n = snprintf(p->lines + used, sizeof p->lines - used, "%s%s %.*g", between,
                           line->policy, digits, reward);
    if (n > 0 && used + (size_t)n < sizeof p->lines) used += (size_t)n;
  }
}

/* ------------------------------------------------------------------------------ the pieces */
static void put_rate(char *out, size_t size, double rate) {
  snprintf(out, size, rate >= 100 ? "%.0f/s" : rate >= 10 ? "%.1f/s" : "%.2f/s", rate);
}

/* The texts of the pieces, padded so that they seldom change their width. */
typedef struct pieces {
  char count[48], percent[8], rate[16], left[24], reward[32];
} pieces;

static pieces pieces_of(const cli_progress *all) {
  const am_train_progress *p = &all->latest;
  pieces out;
  char total[24], rate[16], left[24];
  const int digits = snprintf(total, sizeof total, "%llu", (unsigned long long)p->iterations);
  snprintf(out.count, sizeof out.count, "%*llu/%s", digits, (unsigned long long)p->iteration,
           total);
  const double part = p->iterations ? (double)p->iteration / (double)p->iterations : 1;
  snprintf(out.percent, sizeof out.percent, "%3d%%", (int)(100 * fmin(part, 1)));
  put_rate(rate, sizeof rate, p->rate);
  snprintf(out.rate, sizeof out.rate, "%6s", rate);
  const bool done = p->iteration >= p->iterations;
  cli_put_left(left, sizeof left, done,
               done ? p->seconds : (double)(p->iterations - p->iteration) / p->rate);
  snprintf(out.left, sizeof out.left, "%10s", left);
  if (all->perplexity) snprintf(out.reward, sizeof out.reward, "perplexity %6.1f", exp(-p->reward));
  else snprintf(out.reward, sizeof out.reward, "reward %5.*f", all->digits, p->reward);
  return out;
}

static void put_line(am_text *text, const cli_progress *p, const pieces *t) {
  const am_train_progress *now = &p->latest;
  const cli_piece list[] = {{COUNT, t->count, "", NULL, false},
                            {PERCENT, t->percent, "", NULL, false},
                            {RATE, t->rate, "", NULL, false},
                            {LEFT, t->left, "", NULL, false},
                            {REWARD, t->reward, "1", NULL, false},
                            {LINES, p->lines, "2", p->place.utf8 ? " │ " : " | ", true}};
  const cli_layouts all = {
      .layouts = layouts,
      .n_layouts = N_LAYOUTS,
      .pieces = list,
      .n_pieces = sizeof list / sizeof *list,
      .bar_max = BAR_MAX,
      .part = now->iterations ? (double)now->iteration / (double)now->iterations : 1};
  cli_put_pieces(text, &p->place, &all, cli_place_width());
}

static void write_now(cli_progress *p) {
  am_text text = {0};
  const pieces t = pieces_of(p);
  if (p->place.in_place) put_line(&text, p, &t);
  else
    am_text_printf(&text, "iteration %s %s %s %s  %s%s%s%s", t.count, t.percent, t.rate, t.left,
                   t.reward, p->lines[0] ? " (" : "", p->lines, p->lines[0] ? ")" : "");
  cli_place_write(&p->place, &text);
}

/* On a line of its own, once. */
static void warn(cli_progress *p) {
  const am_train_progress *now = &p->latest;
  if (p->warned || !now->collapsed || !now->collapsed[0]) return;
  p->warned = true;
  fprintf(stderr, "%sat iteration %llu %s\n", p->place.in_place ? "\r\033[K" : "",
          (unsigned long long)now->iteration, now->collapsed);
}

void cli_progress_step(void *context, const am_train_progress *now) {
  cli_progress *p = context;
  p->latest = *now;
  p->place.pending = true;
  if (p->place.silent) return;
  warn(p);
  if (cli_place_due(&p->place)) write_now(p);
}

void cli_progress_end(cli_progress *p) {
  if (p->place.silent || p->latest.iterations == 0) return;
  if (p->place.pending) write_now(p);
  if (p->place.in_place) fputc('\n', stderr);
}
