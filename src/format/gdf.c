/* Spikes as text (see gdf.h). */
#include "format/gdf.h"

#include <math.h>
#include <string.h>

#include "base/steps.h"
#include "format/line_reader.h"

#define DECIMALS_MAX 9
#define LINE_MAX_BYTES 64

am_gdf_clock am_gdf_clock_of(double dt_ms) {
  double scale = 1;
  for (int decimals = 0; decimals <= DECIMALS_MAX; decimals++, scale *= 10) {
    const double units = dt_ms * scale, whole = round(units);
    /* NEST writes one decimal at least, and so do we */
    if (decimals > 0 && whole >= 1 && fabs(units - whole) < 1e-9 * whole && whole < 1e9)
      return (am_gdf_clock){dt_ms, decimals, (uint64_t)whole};
  }
  return (am_gdf_clock){dt_ms, DECIMALS_MAX, 0};
}

static uint64_t power_of_ten(int n) {
  uint64_t p = 1;
  while (n-- > 0) p *= 10;
  return p;
}

/* Writes the digits so that they end before `end`; returns where they begin. */
static char *digits(char *end, uint64_t value, int at_least) {
  char *p = end;
  while (value > 0 || at_least > 0) {
    *--p = (char)('0' + value % 10);
    value /= 10;
    at_least--;
  }
  return p;
}

void am_gdf_put(am_text *text, const am_gdf_clock *c, uint32_t neuron, uint64_t step) {
  char line[LINE_MAX_BYTES], *end = line + sizeof line, *p = end;
  const uint64_t one = power_of_ten(c->decimals);
  const uint64_t time =
      c->units ? step * c->units : (uint64_t)llround((double)step * c->dt_ms * (double)one);
  *--p = '\n';
  p = digits(p, time % one, c->decimals);
  *--p = '.';
  p = digits(p, time / one, 1);
  *--p = '\t';
  p = digits(p, neuron, 1);
  am_text_add(text, p, (size_t)(end - p));
}

/* ------------------------------------------------------------------------------------ reading */

/* What was found so far: a ring once there are as many as may be. */
typedef struct found {
  am_gdf_spikes spikes;
  am_gdf_window window;
  size_t capacity, next;
} found;

static amine_status grow(found *f, amine_error *error) {
  am_gdf_spikes *s = &f->spikes;
  size_t capacity = f->capacity ? 2 * f->capacity : 1024;
  if (capacity > f->window.most) capacity = f->window.most;
  uint32_t *neurons = am_resize(s->neurons, capacity, sizeof *neurons);
  if (neurons) s->neurons = neurons;
  uint64_t *steps = am_resize(s->steps, capacity, sizeof *steps);
  if (steps) s->steps = steps;
  if (!neurons || !steps) return am_fail_memory(error, capacity * sizeof *steps);
  f->capacity = capacity;
  return AMINE_OK;
}

/* Whatever is left out has the other spikes of its step left out, too. */
static amine_status keep(found *f, uint32_t neuron, uint64_t step, amine_error *error) {
  am_gdf_spikes *s = &f->spikes;
  s->n_asked++;
  if (s->n < f->window.most && s->n == f->capacity) AM_TRY(grow(f, error));
  if (s->n < f->window.most) f->next = s->n++;
  else if (s->steps[f->next] >= s->from) s->from = s->steps[f->next] + 1;
  s->neurons[f->next] = neuron;
  s->steps[f->next] = step;
  f->next = f->next + 1 == f->window.most ? 0 : f->next + 1;
  return AMINE_OK;
}

/* Digits to a number below 2^62; returns what follows them, or NULL. */
static const char *read_digits(const char *p, uint64_t *out) {
  uint64_t value = 0;
  if (*p < '0' || *p > '9') return NULL;
  for (; *p >= '0' && *p <= '9'; p++) {
    if (value > ((uint64_t)1 << 62) / 10 - 1) return NULL;
    value = 10 * value + (uint64_t)(*p - '0');
  }
  *out = value;
  return p;
}

/* One line without its newline, ended by 0. */
static bool read_line(const char *line, const am_gdf_clock *c, uint32_t *neuron, uint64_t *step) {
  uint64_t number, whole, part;
  const char *p = read_digits(line, &number);
  if (!p || number > UINT32_MAX || *p != '\t') return false;
  p = read_digits(p + 1, &whole);
  if (!p || *p != '.') return false;
  const char *fraction = p + 1;
  p = read_digits(fraction, &part);
  if (!p || *p || p - fraction != c->decimals) return false;
  const double ms = (double)whole + (double)part / (double)power_of_ten(c->decimals);
  *neuron = (uint32_t)number;
  *step = am_steps(ms, c->dt_ms);
  return *step < AM_STEPS_MOST;
}

static amine_status take(found *f, const char *path, const am_line *line, const am_gdf_clock *clock,
                         amine_error *error) {
  uint32_t neuron;
  uint64_t step;
  if (line->length >= LINE_MAX_BYTES || !read_line(line->text, clock, &neuron, &step))
    return am_fail_file(error, AMINE_ERROR_INPUT, path, (int64_t)line->begin,
                        "a line that is no spike: a number, a tab and a time are wanted");
  if (step < f->window.from || step >= f->window.until) return AMINE_OK;
  return keep(f, neuron, step, error);
}

static amine_status read_all(found *f, const char *path, uint64_t bytes, const am_gdf_clock *clock,
                             amine_error *error) {
  am_line_reader *reader;
  am_line line = {0};
  AM_TRY(am_line_reader_open(&reader, path, error));
  amine_status status = AMINE_OK;
  while (status == AMINE_OK && line.end < bytes) {
    status = am_line_reader_next(reader, &line, error);
    if (status == AMINE_OK && (!line.whole || line.end > bytes))
      status = am_fail_file(error, AMINE_ERROR_INPUT, path, (int64_t)line.begin,
                            "the file ends too early");
    if (status == AMINE_OK) status = take(f, path, &line, clock, error);
  }
  am_line_reader_close(reader);
  return status;
}

/* Puts the ring in order, the oldest first, and leaves out what is not of whole steps. */
static amine_status unroll(found *f, amine_error *error) {
  am_gdf_spikes *s = &f->spikes;
  const size_t n = s->n, first = n < f->window.most ? 0 : f->next;
  uint32_t *neurons = am_alloc(n, sizeof *neurons);
  uint64_t *steps = am_alloc(n, sizeof *steps);
  if (!neurons || !steps) {
    am_free(neurons);
    am_free(steps);
    return am_fail_memory(error, n * sizeof *steps);
  }
  s->n = 0;
  for (size_t k = 0; k < n; k++) {
    const size_t at = (first + k) % n;
    if (s->steps[at] < s->from) continue;
    neurons[s->n] = s->neurons[at];
    steps[s->n++] = s->steps[at];
  }
  am_free(s->neurons);
  am_free(s->steps);
  s->neurons = neurons;
  s->steps = steps;
  return AMINE_OK;
}

void am_gdf_spikes_free(am_gdf_spikes *s) {
  am_free(s->neurons);
  am_free(s->steps);
  *s = (am_gdf_spikes){0};
}

amine_status am_gdf_read(am_gdf_spikes *spikes, const char *path, uint64_t bytes,
                         const am_gdf_clock *clock, const am_gdf_window *window,
                         amine_error *error) {
  found f = {.spikes.from = window->from, .window = *window};
  if (f.window.most == 0) f.window.most = 1;
  amine_status status = read_all(&f, path, bytes, clock, error);
  if (status == AMINE_OK && f.spikes.n_asked > f.spikes.n) status = unroll(&f, error);
  if (status == AMINE_OK) *spikes = f.spikes;
  else am_gdf_spikes_free(&f.spikes);
  return status;
}
