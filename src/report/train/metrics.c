/* Reading metrics.jsonl, line by line. */
#include "report/train/metrics.h"

#include <math.h>
#include <string.h>

#include "format/file.h"
#include "format/json.h"
#include "format/line_reader.h"

#define LINE_VALUES 4096

const char *const am_metric_keys[AM_N_METRICS] = {"iteration", "seconds", "reward",        "value",
                                                  "entropy",   "loss",    "gradient_norm", "rate",
                                                  "learned",   "agreement", "kl"};

static bool is_blank(const char *s, size_t n) {
  for (size_t k = 0; k < n; k++)
    if (!strchr(" \t\r", s[k])) return false;
  return true;
}

/* The line with the words that other writers use for what JSON cannot say replaced by null. */
static void without_nan(am_text *out, const char *s, size_t n) {
  static const char *const words[] = {"-Infinity", "Infinity", "NaN"};
  bool in_string = false;
  for (size_t k = 0; k < n;) {
    size_t skip = 1;
    if (s[k] == '"') in_string = !in_string;
    if (in_string && s[k] == '\\' && k + 1 < n) skip = 2;
    for (int w = 0; w < 3 && !in_string; w++)
      if (n - k >= strlen(words[w]) && memcmp(s + k, words[w], strlen(words[w])) == 0) {
        am_text_puts(out, "null");
        k += strlen(words[w]);
        skip = 0;
        break;
      }
    am_text_add(out, s + k, skip);
    k += skip;
  }
}

static amine_status parse_line(json_t **root, const char *path, const char *s, size_t n,
                               amine_error *error) {
  const am_json_limits limits = {.values = LINE_VALUES, .depth = 8};
  amine_status status = am_json_parse(root, path, s, n, &limits, error);
  if (status != AMINE_ERROR_INPUT) return status;
  am_text clean = {0};
  without_nan(&clean, s, n);
  status = clean.failed ? am_fail_memory(error, n)
                        : am_json_parse(root, path, clean.data, clean.length, &limits, error);
  am_text_free(&clean);
  return status;
}

/* The columns of a file that is being read. */
typedef struct table {
  am_metrics metrics;
  size_t capacity; /* rows for which there is room */
} table;

static amine_status make_room(table *t, amine_error *error) {
  if (t->metrics.n < t->capacity) return AMINE_OK;
  const size_t capacity = t->capacity ? am_size_mul(2, t->capacity) : 256;
  for (int m = 0; m < AM_N_METRICS; m++) {
    double *grown = am_resize(t->metrics.column[m], capacity, sizeof *grown);
    if (!grown) return am_fail_memory(error, am_size_mul(capacity, sizeof *grown));
    t->metrics.column[m] = grown;
  }
  t->capacity = capacity;
  return AMINE_OK;
}

static amine_status take_row(table *t, const json_t *root, uint64_t line, amine_error *error) {
  am_metrics *metrics = &t->metrics;
  AM_TRY(make_room(t, error));
  for (int m = 0; m < AM_N_METRICS; m++) {
    const json_t *value = json_object_get(root, am_metric_keys[m]);
    double number = json_is_number(value) ? json_number_value(value) : (double)NAN;
    metrics->column[m][metrics->n] = isfinite(number) ? number : (double)NAN;
  }
  double *iteration = metrics->column[AM_METRIC_ITERATION] + metrics->n;
  if (isnan(*iteration)) *iteration = (double)line;
  metrics->n++;
  return AMINE_OK;
}

static amine_status take_line(table *t, const char *path, const am_line *line,
                              amine_error *error) {
  json_t *root = NULL;
  if (is_blank(line->text, line->length)) return AMINE_OK;
  amine_status status = parse_line(&root, path, line->text, line->length, error);
  if (status == AMINE_ERROR_MEMORY) return status;
  const bool good = status == AMINE_OK && json_is_object(root);
  status = AMINE_OK;
  if (good) status = take_row(t, root, line->number, error);
  else if (line->whole)
    status = am_fail_file(error, AMINE_ERROR_INPUT, path, (int64_t)line->begin,
                          "line %llu is no JSON object", (unsigned long long)line->number);
  json_decref(root);
  return status;
}

amine_status am_metrics_read(am_metrics *metrics, const char *path, amine_error *error) {
  am_line_reader *reader;
  am_line line = {0};
  table found = {0};
  if (am_file_missing(path)) {
    *metrics = found.metrics;
    return AMINE_OK;
  }
  AM_TRY(am_line_reader_open(&reader, path, error));
  amine_status status = AMINE_OK;
  do {
    status = am_line_reader_next(reader, &line, error);
    if (status == AMINE_OK && line.text) status = take_line(&found, path, &line, error);
  } while (status == AMINE_OK && line.text);
  am_line_reader_close(reader);
  if (status == AMINE_OK) *metrics = found.metrics;
  else am_metrics_free(&found.metrics);
  return status;
}

void am_metrics_free(am_metrics *metrics) {
  for (int m = 0; m < AM_N_METRICS; m++) am_free(metrics->column[m]);
  *metrics = (am_metrics){0};
}
