/* Lines of metrics and events (see records.h). */
#include "run/train/records.h"

#include <math.h>

#include "format/json.h"

static const char *const names[AM_RECORD_SUMS] = {"reward",  "value",         "entropy",
                                                  "loss",    "gradient_norm", "rate",
                                                  "learned", "answers",       "agreement",
                                                  "kl"};

struct am_records {
  am_record_state state;
  uint64_t every;
  am_lines *lines;
};

amine_status am_records_open(am_records **records, const char *folder, const am_record_state *state,
                             uint64_t every, amine_error *error) {
  am_records *r = am_alloc(1, sizeof *r);
  if (!r) return am_fail_memory(error, sizeof *r);
  *r = (am_records){.state = *state, .every = every};
  const amine_status status = am_lines_open(&r->lines, folder, state->lines, error);
  if (status == AMINE_OK) *records = r;
  else am_free(r);
  return status;
}

static amine_status write_line(am_records *r, uint64_t iteration, double seconds,
                               amine_error *error) {
  am_text line = {0};
  am_json_begin(&line);
  am_json_put_uint(&line, "iteration", iteration);
  am_json_put_float(&line, "seconds", (float)seconds);
  const bool preferences = r->state.sums[AM_RECORD_ANSWERS] > 0;
  const bool kl = !isnan(r->state.sums[AM_RECORD_KL]);
  for (int k = 0; k < AM_RECORD_SUMS; k++)
    if (am_record_has(k, preferences, kl))
      am_json_put_float(&line, names[k], (float)(r->state.sums[k] / (double)r->state.pending));
  am_json_end(&line);
  const amine_status status = am_lines_add(r->lines, &line, error);
  am_text_free(&line);
  return status;
}

amine_status am_records_add(am_records *r, uint64_t iteration, double seconds,
                            const am_learner_report *report, amine_error *error) {
  const double values[AM_RECORD_SUMS] = {report->reward, report->value,         report->entropy,
                                         report->loss,   report->gradient_norm, report->rate,
                                         report->learned, report->answers, report->agreement,
                                         report->kl};
  for (int k = 0; k < AM_RECORD_SUMS; k++) r->state.sums[k] += values[k];
  r->state.pending++;
  if (r->state.pending < r->every) return AMINE_OK;
  AM_TRY(write_line(r, iteration, seconds, error));
  r->state = (am_record_state){.lines = r->state.lines + 1};
  return AMINE_OK;
}

amine_status am_records_finish(am_records *r, uint64_t iteration, double seconds,
                               amine_error *error) {
  return r->state.pending > 0 ? write_line(r, iteration, seconds, error) : AMINE_OK;
}

const am_record_state *am_records_state(const am_records *r) { return &r->state; }
double am_records_seconds(const am_records *r) { return am_lines_seconds(r->lines); }
amine_status am_records_sync(am_records *r, amine_error *error) {
  return am_lines_sync(r->lines, error);
}

amine_status am_records_close(am_records *r, amine_error *error) {
  if (!r) return AMINE_OK;
  const amine_status status = am_lines_close(r->lines, error);
  am_free(r);
  return status;
}
