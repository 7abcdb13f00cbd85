/* The one rule of rounding (see steps.h). */
#include "base/steps.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

uint64_t am_steps(double ms, double dt_ms) {
  const double x = ms / dt_ms;
  /* both numbers and their quotient are off by half a unit in the last place each */
  const double steps = floor(x + 0.5 + x * (4 * DBL_EPSILON));
  if (!(steps >= 1)) return isnan(steps) ? AM_STEPS_MOST : 0;
  return steps < (double)AM_STEPS_MOST ? (uint64_t)steps : AM_STEPS_MOST;
}

uint64_t am_steps_or_one(double ms, double dt_ms) {
  const uint64_t steps = am_steps(ms, dt_ms);
  return steps > 0 ? steps : 1;
}

bool am_steps_exact(double ms, double dt_ms) {
  return fabs((double)am_steps(ms, dt_ms) * dt_ms - ms) <= 1e-9 * fabs(ms);
}

uint64_t am_tick(uint64_t n, double period_ms, double dt_ms) {
  return am_steps((double)n * period_ms, dt_ms);
}

uint64_t am_last_tick(uint64_t step, double period_ms, double dt_ms) {
  uint64_t n = (uint64_t)(((double)step + 0.5) * dt_ms / period_ms);
  while (n > 0 && am_tick(n, period_ms, dt_ms) > step) n--;
  while (am_tick(n + 1, period_ms, dt_ms) <= step) n++;
  return n;
}

uint64_t am_next_tick(uint64_t step, double period_ms, double dt_ms) {
  return am_tick(am_last_tick(step, period_ms, dt_ms) + 1, period_ms, dt_ms);
}

bool am_is_tick(uint64_t step, double period_ms, double dt_ms) {
  return am_tick(am_last_tick(step, period_ms, dt_ms), period_ms, dt_ms) == step;
}

/* ------------------------------------------------------------------------------ notes */
static void add_line(am_text *notes, const char *line) {
  const size_t n = strlen(line);
  for (const char *p = notes->data; p && (p = strstr(p, line)) != NULL; p += n)
    if ((p == notes->data || p[-1] == '\n') && p[n] == '\n') return;
  am_text_add(notes, line, n);
  am_text_puts(notes, "\n");
}

void am_steps_note(am_text *notes, const char *what, double value, double unit_ms, double dt_ms,
                   uint64_t least) {
  char line[400];
  uint64_t steps = am_steps(value * unit_ms, dt_ms);
  if (!notes || (am_steps_exact(value * unit_ms, dt_ms) && steps >= least)) return;
  if (steps < least) steps = least;
  snprintf(line, sizeof line, "%.250s=%.10g is taken as %.10g, %llu step%s of %.10g ms", what,
           value, (double)steps * dt_ms / unit_ms, (unsigned long long)steps,
           steps == 1 ? "" : "s", dt_ms);
  add_line(notes, line);
}

void am_ticks_note(am_text *notes, const char *what, double value, double unit_ms, double dt_ms) {
  char line[400];
  if (!notes || am_steps_exact(value * unit_ms, dt_ms)) return;
  snprintf(line, sizeof line,
           "%.250s=%.10g is no whole number of steps of %.10g ms: each time the nearest step is "
           "taken",
           what, value, dt_ms);
  add_line(notes, line);
}

void am_times_note(am_text *notes, const char *what, double dt_ms) {
  char line[400];
  snprintf(line, sizeof line,
           "%.250s: not all are whole numbers of steps of %.10g ms: of each the nearest step is "
           "taken",
           what, dt_ms);
  if (notes) add_line(notes, line);
}
