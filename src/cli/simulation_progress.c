/* The progress line of a simulation (see simulation_progress.h). What does not fit is left out
 * whole, least needed first. */
#include "cli/simulation_progress.h"

#include <math.h>
#include <stdio.h>

enum { BAR = CLI_BAR, TIME = 2, PERCENT = 4, SPEED = 8, LEFT = 16, RATES = 32, LEVELS = 64 };
enum { BAR_MAX = 24, RATES_SHOWN = 4 };

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
  *p = (cli_simulation_progress){.place = cli_place_begin(silent)};
}

/* ------------------------------------------------------------------------------ the pieces */
typedef struct pieces {
  char time[48], percent[8], speed[24], left[24];
} pieces;

static double part_of(const am_simulation_progress *p) {
  return p->duration_s > 0 ? fmin(p->t_s / p->duration_s, 1) : 1;
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
  const bool done = p->t_s >= p->duration_s - 1e-9;
  cli_put_left(left, sizeof left, done, done ? p->seconds : (p->duration_s - p->t_s) / p->speed);
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
static void put_line(am_text *out, const cli_simulation_progress *p, const pieces *t) {
  const cli_piece list[] = {{TIME, t->time, "", NULL, false},
                            {PERCENT, t->percent, "", NULL, false},
                            {SPEED, t->speed, "", NULL, false},
                            {LEFT, t->left, "", NULL, false},
                            {RATES, shown(&p->rates), "1", NULL, false},
                            {LEVELS, shown(&p->levels), "2", NULL, false}};
  const cli_layouts all = {.layouts = layouts,
                           .n_layouts = N_LAYOUTS,
                           .pieces = list,
                           .n_pieces = sizeof list / sizeof *list,
                           .bar_max = BAR_MAX,
                           .part = part_of(&p->latest)};
  cli_put_pieces(out, &p->place, &all, cli_place_width());
}

static void write_now(cli_simulation_progress *p) {
  am_text text = {0};
  const pieces t = pieces_of(&p->latest);
  if (p->place.in_place) {
    put_line(&text, p, &t);
  } else {
    am_text_printf(&text, "%s %s", p->latest.slices ? "simulated" : "done", t.time);
    if (p->latest.slices) am_text_printf(&text, " %s", t.percent);
    const char *const more[] = {t.speed, t.left, shown(&p->rates), shown(&p->levels)};
    for (int k = 0; k < 4; k++)
      if (more[k][0]) am_text_printf(&text, "  %s", more[k]);
  }
  cli_place_write(&p->place, &text);
}

static void note(cli_simulation_progress *p, const am_simulation_progress *now) {
  p->latest = *now;
  p->latest.names = NULL;
  p->latest.rates_hz = p->latest.levels = NULL;
  p->place.pending = p->any = true;
}

void cli_simulation_progress_step(void *context, const am_simulation_progress *now) {
  cli_simulation_progress *p = context;
  note(p, now);
  if (p->place.silent) return;
  const bool due = cli_place_due(&p->place), last = now->slice == now->slices;
  if (!due && !last) return;
  note_rates(&p->rates, now);
  note_levels(&p->levels, now);
  if (due) write_now(p);
}

void cli_simulation_progress_share(cli_simulation_progress *p, double done, double seconds) {
  const am_simulation_progress now = {
      .t_s = done, .duration_s = 1, .seconds = seconds, .speed = seconds > 0 ? done / seconds : 0};
  note(p, &now);
  if (!p->place.silent && cli_place_due(&p->place)) write_now(p);
}

void cli_simulation_progress_end(cli_simulation_progress *p) {
  if (!p->place.silent && p->any) {
    if (p->place.pending) write_now(p);
    if (p->place.in_place) fputc('\n', stderr);
  }
  am_text_free(&p->rates);
  am_text_free(&p->levels);
}
