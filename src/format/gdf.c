/* Spikes as text (see gdf.h). */
#include "format/gdf.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>

#include "base/steps.h"
#include "format/file.h"

#define DECIMALS_MAX 9
#define LINE_MAX_BYTES 64
#define PIECE 65536

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

/* What was found so far: a ring once there are `most`. */
typedef struct found {
  uint32_t *neurons;
  uint64_t *steps;
  size_t n, capacity, most, next;
} found;

static amine_status keep(found *f, uint32_t neuron, uint64_t step, amine_error *error) {
  if (f->n < f->most && f->n == f->capacity) {
    size_t capacity = f->capacity ? 2 * f->capacity : 1024;
    if (capacity > f->most) capacity = f->most;
    uint32_t *neurons = am_resize(f->neurons, capacity, sizeof *neurons);
    if (neurons) f->neurons = neurons;
    uint64_t *steps = am_resize(f->steps, capacity, sizeof *steps);
    if (steps) f->steps = steps;
    if (!neurons || !steps) return am_fail_memory(error, capacity * sizeof *steps);
    f->capacity = capacity;
  }
  if (f->n < f->most) f->next = f->n++;
  f->neurons[f->next] = neuron;
  f->steps[f->next] = step;
  f->next = f->next + 1 == f->most ? 0 : f->next + 1;
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

typedef struct reader {
  const char *path;
  const am_gdf_clock *clock;
  uint64_t from, at; /* byte where the line began */
  char line[LINE_MAX_BYTES];
  size_t length;
  found found;
} reader;

static amine_status take(reader *r, const char *bytes, size_t n, amine_error *error) {
  for (size_t k = 0; k < n; k++) {
    if (bytes[k] != '\n' && r->length + 1 < sizeof r->line) {
      r->line[r->length++] = bytes[k];
      continue;
    }
    uint32_t neuron;
    uint64_t step;
    r->line[r->length] = 0;
    if (bytes[k] != '\n' || !read_line(r->line, r->clock, &neuron, &step))
      return am_fail_file(error, AMINE_ERROR_INPUT, r->path, (int64_t)r->at,
                          "a line that is no spike: a number, a tab and a time are wanted");
    if (step >= r->from) AM_TRY(keep(&r->found, neuron, step, error));
    r->at += r->length + 1;
    r->length = 0;
  }
  return AMINE_OK;
}

static amine_status read_all(reader *r, int fd, uint64_t bytes, amine_error *error) {
  char piece[PIECE];
  while (bytes > 0) {
    const ssize_t n = am_io.read(fd, piece, bytes < PIECE ? (size_t)bytes : PIECE);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0)
      return am_fail_file(error, AMINE_ERROR_IO, r->path, (int64_t)r->at, "cannot be read: %s",
                          strerror(errno));
    if (n == 0) break;
    AM_TRY(take(r, piece, (size_t)n, error));
    bytes -= (uint64_t)n;
  }
  if (bytes > 0 || r->length > 0)
    return am_fail_file(error, AMINE_ERROR_INPUT, r->path, (int64_t)r->at,
                        "the file ends too early");
  return AMINE_OK;
}

/* Puts the ring in order: the oldest first. */
static amine_status unroll(found *f, amine_error *error) {
  if (f->n < f->most || f->next == 0) return AMINE_OK;
  uint32_t *neurons = am_alloc(f->n, sizeof *neurons);
  uint64_t *steps = am_alloc(f->n, sizeof *steps);
  if (!neurons || !steps) {
    am_free(neurons);
    am_free(steps);
    return am_fail_memory(error, f->n * sizeof *steps);
  }
  for (size_t k = 0; k < f->n; k++) {
    const size_t from = (f->next + k) % f->n;
    neurons[k] = f->neurons[from];
    steps[k] = f->steps[from];
  }
  am_free(f->neurons);
  am_free(f->steps);
  f->neurons = neurons;
  f->steps = steps;
  return AMINE_OK;
}

amine_status am_gdf_read(uint32_t **neurons, uint64_t **steps, size_t *n, const char *path,
                         uint64_t bytes, const am_gdf_clock *clock, uint64_t from, size_t most,
                         amine_error *error) {
  reader r = {.path = path, .clock = clock, .from = from, .found.most = most ? most : 1};
  const int fd = am_io.open(path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0)
    return am_fail_file(error, AMINE_ERROR_IO, path, -1, "cannot be opened: %s", strerror(errno));
  amine_status status = read_all(&r, fd, bytes, error);
  am_io.close(fd);
  if (status == AMINE_OK) status = unroll(&r.found, error);
  if (status != AMINE_OK) {
    am_free(r.found.neurons);
    am_free(r.found.steps);
    return status;
  }
  *neurons = r.found.neurons;
  *steps = r.found.steps;
  *n = r.found.n;
  return AMINE_OK;
}
