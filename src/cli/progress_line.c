/* The line of progress (see progress_line.h). */
#include "cli/progress_line.h"

#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/terminal.h"

#define EVERY_IN_PLACE 0.2 /* seconds between two writings */
#define EVERY_LINE 10.0

cli_place cli_place_begin(bool silent) {
  cli_place p = {.silent = silent,
                 .in_place = cli_terminal(STDERR_FILENO),
                 .colour = cli_terminal_colour(STDERR_FILENO),
                 .utf8 = cli_terminal_utf8()};
  p.next = p.in_place ? 0 : am_clock() + EVERY_LINE;
  return p;
}

bool cli_place_due(cli_place *p) {
  const double time = am_clock();
  if (time < p->next) return false;
  p->next = time + (p->in_place ? EVERY_IN_PLACE : EVERY_LINE);
  return true;
}

void cli_place_write(cli_place *p, am_text *line) {
  if (!line->failed) {
    fprintf(stderr, p->in_place ? "\r%s\033[K" : "%s\n", line->data ? line->data : "");
    fflush(stderr);
  }
  am_text_free(line);
  p->pending = false;
}

int cli_place_width(void) { return cli_terminal_width(STDERR_FILENO, 80) - 1; }

static void put_bar(am_text *text, double part, int width, const cli_place *p) {
  const int full = (int)(fmin(part, 1) * width);
  if (p->colour) am_text_puts(text, "\033[32m");
  for (int k = 0; k < full; k++) am_text_puts(text, p->utf8 ? "█" : "#");
  if (p->colour) am_text_puts(text, "\033[2m");
  for (int k = full; k < width; k++) am_text_puts(text, p->utf8 ? "░" : "-");
  if (p->colour) am_text_puts(text, "\033[0m");
}

static const char *gap_of(const cli_piece *p) { return p->gap ? p->gap : "  "; }

static int columns_of(const cli_layouts *all, int layout) {
  int n = layout & CLI_BAR ? 2 + CLI_BAR_MIN : 0;
  for (int k = 0; k < all->n_pieces; k++) {
    const cli_piece *p = &all->pieces[k];
    if ((layout & p->bit) && p->text[0]) n += cli_columns(gap_of(p)) + cli_columns(p->text);
  }
  return n > 0 ? n - 2 : 0;
}

static bool lacks(const cli_layouts *all, int layout) {
  for (int k = 0; k < all->n_pieces; k++)
    if ((layout & all->pieces[k].bit) && all->pieces[k].needed && !all->pieces[k].text[0])
      return true;
  return false;
}

void cli_put_pieces(am_text *text, const cli_place *place, const cli_layouts *all, int width) {
  int k = 0;
  while (k < all->n_layouts - 1 &&
         (columns_of(all, all->layouts[k]) > width || lacks(all, all->layouts[k])))
    k++;
  const int layout = all->layouts[k], spare = width - columns_of(all, layout);
  const int wider = spare < all->bar_max - CLI_BAR_MIN ? spare : all->bar_max - CLI_BAR_MIN;
  bool first = true;
  if (spare < 0) return;
  if (layout & CLI_BAR) put_bar(text, all->part, CLI_BAR_MIN + wider, place), first = false;
  for (int i = 0; i < all->n_pieces; i++) {
    const cli_piece *p = &all->pieces[i];
    if (!(layout & p->bit) || !p->text[0]) continue;
    if (!first) am_text_puts(text, gap_of(p));
    first = false;
    if (place->colour && p->style[0]) am_text_printf(text, "\033[%sm%s\033[0m", p->style, p->text);
    else am_text_puts(text, p->text);
  }
}

static void put_time(char out[16], double seconds) {
  const int s = (int)(seconds + 0.5);
  if (s < 3600) snprintf(out, 16, "%d:%02d", s / 60, s % 60);
  else snprintf(out, 16, "%d:%02d:%02d", s / 3600 % 10000, s / 60 % 60, s % 60);
}

void cli_put_left(char *out, size_t size, bool done, double seconds) {
  char time[16] = "-:--";
  if (seconds < 3.6e7) put_time(time, seconds);
  snprintf(out, size, done ? "in %s" : "%s left", time);
}
