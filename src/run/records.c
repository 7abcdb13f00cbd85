/* Lines of metrics and events (see records.h). */
#include "run/records.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "format/file.h"
#include "format/json.h"
#include "format/tfevents.h"

#define METRICS_LIMIT ((size_t)1 << 31)

static const char *const names[AM_RECORD_SUMS] = {"reward", "value",         "entropy",
                                                  "loss",   "gradient_norm", "rate"};

struct am_records {
  am_record_state state;
  uint64_t every;
  double seconds;
  am_appender *metrics;
  am_tfevents *events;
};

/* Where line number `lines` ends in the text, or SIZE_MAX if there are fewer. */
static size_t end_of_line(const char *text, size_t size, uint64_t lines) {
  size_t at = 0;
  for (uint64_t k = 0; k < lines; k++) {
    const char *end = memchr(text + at, '\n', size - at);
    if (!end) return SIZE_MAX;
    at = (size_t)(end - text) + 1;
  }
  return at;
}

static amine_status add_event(am_records *r, double seconds, uint64_t iteration,
                              const double values[AM_RECORD_SUMS], amine_error *error) {
  am_scalar scalars[AM_RECORD_SUMS];
  for (int k = 0; k < AM_RECORD_SUMS; k++) scalars[k] = (am_scalar){names[k], (float)values[k]};
  return am_tfevents_add(r->events, seconds, (int64_t)iteration, scalars, AM_RECORD_SUMS, error);
}

/* Writes the events of one line that was kept. */
static amine_status repeat_line(am_records *r, const char *path, const char *line, size_t length,
                                amine_error *error) {
  json_t *root;
  AM_TRY(am_json_parse(&root, path, line, length, NULL, error));
  double values[AM_RECORD_SUMS];
  for (int k = 0; k < AM_RECORD_SUMS; k++)
    values[k] = json_number_value(json_object_get(root, names[k]));
  r->seconds = json_number_value(json_object_get(root, "seconds"));
  const json_int_t iteration = json_integer_value(json_object_get(root, "iteration"));
  json_decref(root);
  return add_event(r, r->seconds, (uint64_t)iteration, values, error);
}

/* Finds the end of the kept lines and repeats them as events. */
static amine_status take_up(am_records *r, const char *path, uint64_t *position,
                            amine_error *error) {
  unsigned char *text = NULL;
  size_t size = 0;
  *position = 0;
  if (r->state.lines == 0) return AMINE_OK;
  AM_TRY(am_file_read(path, METRICS_LIMIT, &text, &size, error));
  const size_t end = end_of_line((const char *)text, size, r->state.lines);
  amine_status status = AMINE_OK;
  if (end == SIZE_MAX)
    status = am_fail_file(error, AMINE_ERROR_INPUT, path, (int64_t)size,
                          "fewer lines than the %llu that the checkpoint knows of",
                          (unsigned long long)r->state.lines);
  for (size_t at = 0; status == AMINE_OK && at < end;) {
    const size_t next = at + end_of_line((const char *)text + at, size - at, 1);
    status = repeat_line(r, path, (const char *)text + at, next - at, error);
    at = next;
  }
  am_free(text);
  *position = end;
  return status;
}

amine_status am_records_open(am_records **records, const char *folder, const am_record_state *state,
                             uint64_t every, amine_error *error) {
  am_text metrics = {0}, events = {0};
  am_text_printf(&metrics, "%s/" AM_METRICS_FILE, folder);
  am_text_printf(&events, "%s/" AM_EVENTS_FILE, folder);
  am_records *r = am_alloc(1, sizeof *r);
  amine_status status = AMINE_OK;
  if (!r || metrics.failed || events.failed) status = am_fail_memory(error, sizeof *r);
  uint64_t position = 0;
  if (status == AMINE_OK) {
    r->state = *state;
    r->every = every;
    status = am_tfevents_open(&r->events, events.data, 0, 0, error);
  }
  if (status == AMINE_OK) status = take_up(r, metrics.data, &position, error);
  if (status == AMINE_OK) status = am_appender_open(&r->metrics, metrics.data, position, error);
  am_text_free(&metrics);
  am_text_free(&events);
  if (status != AMINE_OK) {
    am_records_close(r, NULL);
    return status;
  }
  *records = r;
  return AMINE_OK;
}

static amine_status write_line(am_records *r, uint64_t iteration, double seconds,
                               amine_error *error) {
  double means[AM_RECORD_SUMS];
  am_text line = {0};
  for (int k = 0; k < AM_RECORD_SUMS; k++) means[k] = r->state.sums[k] / (double)r->state.pending;
  am_json_begin(&line);
  am_json_put_uint(&line, "iteration", iteration);
  am_json_put_float(&line, "seconds", (float)seconds);
  for (int k = 0; k < AM_RECORD_SUMS; k++) am_json_put_float(&line, names[k], (float)means[k]);
  am_json_end(&line);
  amine_status status = line.failed ? am_fail_memory(error, 256)
                                    : am_appender_append(r->metrics, line.data, line.length, error);
  am_text_free(&line);
  AM_TRY(status);
  r->seconds = seconds;
  r->state = (am_record_state){.lines = r->state.lines + 1};
  return add_event(r, seconds, iteration, means, error);
}

amine_status am_records_add(am_records *r, uint64_t iteration, double seconds,
                            const am_a2c_report *report, amine_error *error) {
  const double values[AM_RECORD_SUMS] = {report->reward, report->value,         report->entropy,
                                         report->loss,   report->gradient_norm, report->rate};
  for (int k = 0; k < AM_RECORD_SUMS; k++) r->state.sums[k] += values[k];
  r->state.pending++;
  return r->state.pending >= r->every ? write_line(r, iteration, seconds, error) : AMINE_OK;
}

const am_record_state *am_records_state(const am_records *r) { return &r->state; }
double am_records_seconds(const am_records *r) { return r->seconds; }

amine_status am_records_sync(am_records *r, amine_error *error) {
  AM_TRY(am_appender_sync(r->metrics, error));
  return am_tfevents_sync(r->events, error);
}

amine_status am_records_close(am_records *r, amine_error *error) {
  if (!r) return AMINE_OK;
  amine_status first = am_appender_close(r->metrics, error);
  amine_status second = am_tfevents_close(r->events, first == AMINE_OK ? error : NULL);
  am_free(r);
  return first != AMINE_OK ? first : second;
}
