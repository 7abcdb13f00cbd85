/* The progress line (see progress.h). What does not fit is left out whole, least needed first. */
#include "cli/progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/outcome.h"
#include "base/clock.h"
#include "cli/terminal.h"

#define EVERY_IN_PLACE 0.2 /* seconds between two writings */
#define EVERY_LINE 10.0

enum { BAR = 1, COUNT = 2, PERCENT = 4, RATE = 8, LEFT = 16, REWARD = 32, LINES = 64 };
enum { BAR_MIN = 6, BAR_MAX = 30 };

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
  *p = (cli_progress){.silent = silent,
                      .in_place = cli_terminal(STDERR_FILENO),
                      .colour = cli_terminal_colour(STDERR_FILENO),
                      .utf8 = cli_terminal_utf8()};
  p->next = p->in_place ? 0 : am_clock() + EVERY_LINE;
  size_t used = 0;
  p->digits = cli_reward_digits(task) - 1;
  for (int k = 0; k < 3 && k <= last; k++) {
    const am_task_line *line = &task->lines[k < 2 ? k : last];
    const double reward = line->reward;
    if (isnan(reward)) continue;
    const char *between = used == 0 ? "" : p->utf8 && p->in_place ? " · " : ", ";
    const int digits = reward < 10 ? 2 : 3;
    const int n = snprintf(p->lines + used, sizeof p->lines - used, "%s%s %.*g", between,
                           line->policy, digits, reward);
    if (n > 0 && used + (size_t)n < sizeof p->lines) used += (size_t)n;
  }
}

/* ------------------------------------------------------------------------------ the pieces */
static void put_rate(char *out, size_t size, double rate) {
  snprintf(out, size, rate >= 100 ? "%.0f/s" : rate >= 10 ? "%.1f/s" : "%.2f/s", rate);
}

void cli_put_time(char out[16], double seconds) {
  const int s = (int)(seconds + 0.5);
  if (s < 3600) snprintf(out, 16, "%d:%02d", s / 60, s % 60);
  else snprintf(out, 16, "%d:%02d:%02d", s / 3600 % 10000, s / 60 % 60, s % 60);
}

static void put_left(char *out, size_t size, const am_train_progress *p) {
  const bool done = p->iteration >= p->iterations;
  const double left = done ? p->seconds : (double)(p->iterations - p->iteration) / p->rate;
  char time[16] = "-:--";
  if (left < 3.6e7) cli_put_time(time, left);
  snprintf(out, size, done ? "in %s" : "%s left", time);
}

/* The texts of the pieces, padded so that they seldom change their width. */
typedef struct pieces {
  char count[48], percent[8], rate[16], left[24], reward[32];
} pieces;

static pieces pieces_of(const am_train_progress *p, int digits_of_reward) {
  pieces out;
  char total[24], rate[16], left[24];
  const int digits = snprintf(total, sizeof total, "%llu", (unsigned long long)p->iterations);
  snprintf(out.count, sizeof out.count, "%*llu/%s", digits, (unsigned long long)p->iteration,
           total);
  const double part = p->iterations ? (double)p->iteration / (double)p->iterations : 1;
  snprintf(out.percent, sizeof out.percent, "%3d%%", (int)(100 * fmin(part, 1)));
  put_rate(rate, sizeof rate, p->rate);
  snprintf(out.rate, sizeof out.rate, "%6s", rate);
  put_left(left, sizeof left, p);
  snprintf(out.left, sizeof out.left, "%10s", left);
  snprintf(out.reward, sizeof out.reward, "reward %5.*f", digits_of_reward, p->reward);
  return out;
}

static int columns_of(int layout, const pieces *t, const char *lines) {
  int n = 0;
  if (layout & BAR) n += 2 + BAR_MIN;
  if (layout & COUNT) n += 2 + cli_columns(t->count);
  if (layout & PERCENT) n += 2 + cli_columns(t->percent);
  if (layout & RATE) n += 2 + cli_columns(t->rate);
  if (layout & LEFT) n += 2 + cli_columns(t->left);
  if (layout & REWARD) n += 2 + cli_columns(t->reward);
  if (layout & LINES) n += 3 + cli_columns(lines);
  return n > 0 ? n - 2 : 0;
}

static void add(am_text *text, const char *style, const char *s, bool colour) {
  if (colour) am_text_printf(text, "\033[%sm%s\033[0m", style, s);
  else am_text_puts(text, s);
}

void cli_put_bar(am_text *text, double part, int width, bool colour, bool utf8) {
  const int full = (int)(fmin(part, 1) * width);
  if (colour) am_text_puts(text, "\033[32m");
  for (int k = 0; k < full; k++) am_text_puts(text, utf8 ? "█" : "#");
  if (colour) am_text_puts(text, "\033[2m");
  for (int k = full; k < width; k++) am_text_puts(text, utf8 ? "░" : "-");
  if (colour) am_text_puts(text, "\033[0m");
}

static void add_bar(am_text *text, const cli_progress *p, int width) {
  const am_train_progress *now = &p->latest;
  const double part = now->iterations ? (double)now->iteration / (double)now->iterations : 1;
  cli_put_bar(text, part, width, p->colour, p->utf8);
}

void cli_progress_line(am_text *text, const cli_progress *p, int width) {
  const pieces t = pieces_of(&p->latest, p->digits);
  int k = 0;
  while (k < N_LAYOUTS - 1 &&
         (columns_of(layouts[k], &t, p->lines) > width || ((layouts[k] & LINES) && !p->lines[0])))
    k++;
  const int layout = layouts[k], spare = width - columns_of(layout, &t, p->lines);
  if (spare < 0) return; /* not even the percentage fits */
  const char *gap = "";
  if (layout & BAR) {
    add_bar(text, p, spare < BAR_MAX - BAR_MIN ? BAR_MIN + spare : BAR_MAX);
    gap = "  ";
  }
  const struct {
    int bit;
    const char *text, *style;
  } order[] = {{COUNT, t.count, "0"},
               {PERCENT, t.percent, "0"},
               {RATE, t.rate, "0"},
               {LEFT, t.left, "0"},
               {REWARD, t.reward, "1"}};
  for (int i = 0; i < 5; i++) {
    if (!(layout & order[i].bit)) continue;
    am_text_puts(text, gap);
    add(text, order[i].style, order[i].text, p->colour && order[i].style[0] != '0');
    gap = "  ";
  }
  if (layout & LINES) {
    am_text_puts(text, p->utf8 ? " │ " : " | ");
    add(text, "2", p->lines, p->colour);
  }
}

static void write_now(cli_progress *p) {
  am_text text = {0};
  if (p->in_place) {
    am_text_puts(&text, "\r");
    cli_progress_line(&text, p, cli_terminal_width(STDERR_FILENO, 80) - 1);
    am_text_puts(&text, "\033[K");
  } else {
    const pieces t = pieces_of(&p->latest, p->digits);
    am_text_printf(&text, "iteration %s %s %s %s  %s%s%s%s\n", t.count, t.percent, t.rate, t.left,
                   t.reward, p->lines[0] ? " (" : "", p->lines, p->lines[0] ? ")" : "");
  }
  if (!text.failed) {
    fwrite(text.data, 1, text.length, stderr);
    fflush(stderr);
  }
  am_text_free(&text);
  p->pending = false;
}

/* On a line of its own, once. */
static void warn(cli_progress *p) {
  const am_train_progress *now = &p->latest;
  if (p->warned || !now->collapsed || !now->collapsed[0]) return;
  p->warned = true;
  fprintf(stderr, "%sat iteration %llu %s\n", p->in_place ? "\r\033[K" : "",
          (unsigned long long)now->iteration, now->collapsed);
}

void cli_progress_step(void *context, const am_train_progress *now) {
  cli_progress *p = context;
  p->latest = *now;
  p->pending = true;
  if (p->silent) return;
  warn(p);
  const double time = am_clock();
  if (time < p->next) return;
  p->next = time + (p->in_place ? EVERY_IN_PLACE : EVERY_LINE);
  write_now(p);
}

void cli_progress_end(cli_progress *p) {
  if (p->silent || p->latest.iterations == 0) return;
  if (p->pending) write_now(p);
  if (p->in_place) fputc('\n', stderr);
}
