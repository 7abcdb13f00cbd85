/* The progress line of a simulation (see simulation_progress.h). What does not fit is left out
 * whole, least needed first. */
#include "cli/simulation_progress.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/progress.h"
#include "cli/terminal.h"

#define EVERY_IN_PLACE 0.2 /* seconds between two writings */
#define EVERY_LINE 10.0

enum { BAR = 1, TIME = 2, PERCENT = 4, SPEED = 8, LEFT = 16, RATES = 32, LEVELS = 64 };
enum { BAR_MIN = 6, BAR_MAX = 24, RATES_SHOWN = 4 };

/* From the widest to the narrowest; the first that fits is taken. */
static const int layouts[] = {
    BAR | TIME | SPEED | LEFT | RATES | LEVELS,
    BAR | PERCENT | SPEED | LEFT | RATES | LEVELS,
    PERCENT | SPEED | LEFT | RATES | LEVELS,
    BAR | PERCENT | SPEED | LEFT | RATES,
    BAR | PERCENT | LEFT | RATES,
    PERCENT | LEFT | RATES,
    BAR | PERCENT | LEFT,
    PERCENT | LEFT,
    PERCENT,
};
enum { N_LAYOUTS = sizeof layouts / sizeof *layouts };

void cli_simulation_progress_begin(cli_simulation_progress *p, bool silent) {
  *p = (cli_simulation_progress){.silent = silent,
                                 .in_place = cli_terminal(STDERR_FILENO),
                                 .colour = cli_terminal_colour(STDERR_FILENO),
                                 .utf8 = cli_terminal_utf8()};
  p->next = p->in_place ? 0 : am_clock() + EVERY_LINE;
}

/* ------------------------------------------------------------------------------ the pieces */
typedef struct pieces {
  char time[48], percent[8], speed[24], left[24];
} pieces;

static double part_of(const am_simulation_progress *p) {
  return p->duration_s > 0 ? fmin(p->t_s / p->duration_s, 1) : 1;
}

static void put_left(char *out, size_t size, const am_simulation_progress *p) {
  const bool done = p->t_s >= p->duration_s - 1e-9;
  const double left = done ? p->seconds : (p->duration_s - p->t_s) / p->speed;
  char time[16] = "-:--";
  if (left < 3.6e7) cli_put_time(time, left);
  snprintf(out, size, done ? "in %s" : "%s left", time);
}

static pieces pieces_of(const am_simulation_progress *p) {
  pieces out;
  char left[24];
  if (p->slices) snprintf(out.time, sizeof out.time, "%.1f/%.6g s", p->t_s, p->duration_s);
  else snprintf(out.time, sizeof out.time, "%3d%%", (int)(100 * part_of(p)));
  snprintf(out.percent, sizeof out.percent, "%3d%%", (int)(100 * part_of(p)));
  snprintf(out.speed, sizeof out.speed, p->speed >= 10 ? "%.0fx real time" : "%.2gx real time",
           p->speed);
  if (!p->slices) out.speed[0] = 0;
  put_left(left, sizeof left, p);
  snprintf(out.left, sizeof out.left, "%10s", left);
  return out;
}

/* The first few populations, and how many more there are. */
static void note_rates(am_text *out, const am_simulation_progress *p) {
  am_text_free(out);
  for (int k = 0; k < p->n_populations && k < RATES_SHOWN; k++)
    am_text_printf(out, "%s%.12s %.1f", k ? ", " : "", p->names[k], p->rates_hz[k]);
  am_text_puts(out, " Hz");
  if (p->n_populations > RATES_SHOWN) am_text_printf(out, " (+%d)", p->n_populations - RATES_SHOWN);
}

static void note_levels(am_text *out, const am_simulation_progress *p) {
  am_text_free(out);
  for (int k = 0; p->levels && k < AM_N_MODULATORS; k++)
    am_text_printf(out, "%s%s %.2f", k ? " " : "", am_modulator_marks[k], p->levels[k]);
}

static const char *shown(const am_text *text) { return text->data ? text->data : ""; }

/* ------------------------------------------------------------------------------ the line */
typedef struct piece {
  int bit;
  const char *text, *style;
} piece;
enum { N_PIECES = 6 };

static void list_pieces(piece list[N_PIECES], const pieces *t, const cli_simulation_progress *p) {
  const piece all[N_PIECES] = {
      {TIME, t->time, ""}, {PERCENT, t->percent, ""},      {SPEED, t->speed, ""},
      {LEFT, t->left, ""}, {RATES, shown(&p->rates), "1"}, {LEVELS, shown(&p->levels), "2"},
  };
  for (int k = 0; k < N_PIECES; k++) list[k] = all[k];
}

static int columns_of(int layout, const piece list[N_PIECES]) {
  int n = layout & BAR ? 2 + BAR_MIN : 0;
  for (int k = 0; k < N_PIECES; k++)
    if ((layout & list[k].bit) && list[k].text[0]) n += 2 + cli_columns(list[k].text);
  return n > 0 ? n - 2 : 0;
}

static void put_line(am_text *out, const cli_simulation_progress *p, int width) {
  const pieces t = pieces_of(&p->latest);
  piece list[N_PIECES];
  int k = 0;
  list_pieces(list, &t, p);
  while (k < N_LAYOUTS - 1 && columns_of(layouts[k], list) > width) k++;
  const int layout = layouts[k], spare = width - columns_of(layout, list);
  const char *gap = "";
  if (spare < 0) return; /* not even the percentage fits */
  if (layout & BAR) {
    const int bar = spare < BAR_MAX - BAR_MIN ? BAR_MIN + spare : BAR_MAX;
    cli_put_bar(out, part_of(&p->latest), bar, p->colour, p->utf8);
    gap = "  ";
  }
  for (int i = 0; i < N_PIECES; i++) {
    if (!(layout & list[i].bit) || !list[i].text[0]) continue;
    am_text_puts(out, gap);
    if (p->colour && list[i].style[0])
      am_text_printf(out, "\033[%sm%s\033[0m", list[i].style, list[i].text);
    else am_text_puts(out, list[i].text);
    gap = "  ";
  }
}

static void write_now(cli_simulation_progress *p) {
  am_text text = {0};
  if (p->in_place) {
    am_text_puts(&text, "\r");
    put_line(&text, p, cli_terminal_width(STDERR_FILENO, 80) - 1);
    am_text_puts(&text, "\033[K");
  } else {
    const pieces t = pieces_of(&p->latest);
    am_text_printf(&text, "%s %s", p->latest.slices ? "simulated" : "done", t.time);
    if (p->latest.slices) am_text_printf(&text, " %s", t.percent);
    const char *const more[] = {t.speed, t.left, shown(&p->rates), shown(&p->levels)};
    for (int k = 0; k < 4; k++)
      if (more[k][0]) am_text_printf(&text, "  %s", more[k]);
    am_text_puts(&text, "\n");
  }
  if (!text.failed) {
    fwrite(text.data, 1, text.length, stderr);
    fflush(stderr);
  }
  am_text_free(&text);
  p->pending = false;
}

static void note(cli_simulation_progress *p, const am_simulation_progress *now) {
  p->latest = *now;
  p->latest.names = NULL;
  p->latest.rates_hz = p->latest.levels = NULL;
  p->pending = p->any = true;
}

void cli_simulation_progress_step(void *context, const am_simulation_progress *now) {
  cli_simulation_progress *p = context;
  const double time = am_clock();
  note(p, now);
  const bool due = time >= p->next, last = now->slice == now->slices;
  if (p->silent || (!due && !last)) return;
  note_rates(&p->rates, now);
  note_levels(&p->levels, now);
  if (!due) return;
  p->next = time + (p->in_place ? EVERY_IN_PLACE : EVERY_LINE);
  write_now(p);
}

void cli_simulation_progress_share(cli_simulation_progress *p, double done, double seconds) {
  const double time = am_clock();
  const am_simulation_progress now = {
      .t_s = done, .duration_s = 1, .seconds = seconds, .speed = seconds > 0 ? done / seconds : 0};
  note(p, &now);
  if (p->silent || time < p->next) return;
  p->next = time + (p->in_place ? EVERY_IN_PLACE : EVERY_LINE);
  write_now(p);
}

void cli_simulation_progress_end(cli_simulation_progress *p) {
  if (!p->silent && p->any) {
    if (p->pending) write_now(p);
    if (p->in_place) fputc('\n', stderr);
  }
  am_text_free(&p->rates);
  am_text_free(&p->levels);
}
