/* Lines of metrics and events (see records.h). */
#include "run/records.h"

#include <math.h>

#include "base/memory.h"
#include "format/file.h"
#include "format/json.h"
#include "format/tfevents.h"
#include "run/lines.h"

static const char *const names[AM_RECORD_SUMS] = {"reward", "value",         "entropy",
                                                  "loss",   "gradient_norm", "rate"};

struct am_records {
  am_record_state state;
  uint64_t every;
  double seconds;
  am_appender *metrics;
  am_tfevents *events;
};

static amine_status add_event(am_records *r, double seconds, uint64_t iteration,
                              const double values[AM_RECORD_SUMS], amine_error *error) {
  am_scalar scalars[AM_RECORD_SUMS];
  size_t n = 0;
  for (int k = 0; k < AM_RECORD_SUMS; k++)
    if (!isnan(values[k])) scalars[n++] = (am_scalar){names[k], (float)values[k]};
  return am_tfevents_add(r->events, seconds, (int64_t)iteration, scalars, n, error);
}

/* Writes the events of one line that was kept. */
static amine_status repeat_line(void *context, const json_t *root, amine_error *error) {
  am_records *r = context;
  double values[AM_RECORD_SUMS];
  for (int k = 0; k < AM_RECORD_SUMS; k++) {
    const json_t *value = json_object_get(root, names[k]);
    values[k] = json_is_number(value) ? json_number_value(value) : (double)NAN;
  }
  r->seconds = json_number_value(json_object_get(root, "seconds"));
  const json_int_t iteration = json_integer_value(json_object_get(root, "iteration"));
  return add_event(r, r->seconds, (uint64_t)iteration, values, error);
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
  if (status == AMINE_OK)
    status = am_lines_take(&position, metrics.data, state->lines, repeat_line, r, error);
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
                            const am_learner_report *report, amine_error *error) {
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
