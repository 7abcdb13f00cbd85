/* Spikes as text (see spike_text.h). */
#include "format/spike_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"
#include "format/lines.h"

#define LARGEST_NUMBER 9007199254740992.0 /* 2^53: whole numbers below it are exact */

typedef struct reader {
  const char *file;
  size_t line; /* from 1 */
  int columns; /* of the first line that has any; 0: none yet */
  uint64_t *neurons;
  double *times;
  size_t n, capacity;
} reader;

static amine_status keep(reader *r, uint64_t neuron, double time, amine_error *error) {
  if (r->n == r->capacity) {
    const size_t capacity = r->capacity ? am_size_mul(2, r->capacity) : 1024;
    uint64_t *neurons = am_resize(r->neurons, capacity, sizeof *neurons);
    if (neurons) r->neurons = neurons;
    double *times = am_resize(r->times, capacity, sizeof *times);
    if (times) r->times = times;
    if (!neurons || !times) return am_fail_memory(error, am_size_mul(capacity, sizeof *times));
    r->capacity = capacity;
  }
  r->neurons[r->n] = neuron;
  r->times[r->n++] = time;
  return AMINE_OK;
}

static const char *skip(const char *p, const char *end, const char *what) {
  while (p < end && *p && strchr(what, *p)) p++;
  return p;
}

/* A number between p and end; NULL if there is none. */
static const char *number(const char *p, const char *end, double *out) {
  char *after;
  if (p == end || !*p || !strchr("0123456789.+-", *p))
    return NULL; /* no words, no blanks before it */
  *out = am_number_read(p, &after);
  return after > p && after <= end && isfinite(*out) ? after : NULL;
}

/* One line, without its end and its remark. */
static amine_status take(reader *r, const char *p, const char *end, amine_error *error) {
  double values[2];
  int columns = 0;
  const char *at = skip(p, end, " \t\r"), *after = at;
  if (at == end) return AMINE_OK;
  while (columns < 2 && (after = number(at, end, &values[columns])) != NULL) {
    columns++;
    at = skip(after, end, " \t\r");
    if (at < end && *at == ',' && columns == 1) at = skip(at + 1, end, " \t\r");
    else if (at == after) break; /* two numbers need something between them */
  }
  if (!after || at != end)
    return am_fail_file(error, AMINE_ERROR_INPUT, r->file, -1,
                        "line %zu: a neuron's number and a time in ms are wanted, or a time alone",
                        r->line);
  if (r->columns && columns != r->columns)
    return am_fail_file(error, AMINE_ERROR_INPUT, r->file, -1,
                        "line %zu has %d number%s, those before it %d", r->line, columns,
                        columns == 1 ? "" : "s", r->columns);
  r->columns = columns;
  const double neuron = columns == 2 ? values[0] : 0, time = values[columns - 1];
  if (!(neuron >= 0 && neuron < LARGEST_NUMBER && neuron == floor(neuron)))
    return am_fail_file(error, AMINE_ERROR_INPUT, r->file, -1,
                        "line %zu: %.17g is no neuron's number", r->line, neuron);
  return keep(r, (uint64_t)neuron, time, error);
}

amine_status am_spike_text_parse(uint64_t **neurons, double **times_ms, size_t *n, const char *file,
                                 const char *text, size_t length, amine_error *error) {
  reader r = {.file = file};
  amine_status status = AMINE_OK;
  am_lines lines = am_lines_begin(text, length);
  while (status == AMINE_OK && am_lines_next(&lines)) {
    r.line++;
    status = take(&r, lines.begin, lines.end, error);
  }
  if (status != AMINE_OK) {
    am_free(r.neurons);
    am_free(r.times);
    return status;
  }
  *neurons = r.neurons;
  *times_ms = r.times;
  *n = r.n;
  return AMINE_OK;
}
