/* Reading metrics.jsonl, line by line. */
#include "report/metrics.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "format/file.h"
#include "format/json.h"

#define FILE_LIMIT ((size_t)1 << 30)
#define LINE_VALUES 4096

const char *const am_metric_keys[AM_N_METRICS] = {"iteration", "seconds", "reward",        "value",
                                                  "entropy",   "loss",    "gradient_norm", "rate"};

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

static void take_row(am_metrics *metrics, const json_t *root, size_t line) {
  for (int m = 0; m < AM_N_METRICS; m++) {
    const json_t *value = json_object_get(root, am_metric_keys[m]);
    double number = json_is_number(value) ? json_number_value(value) : (double)NAN;
    metrics->column[m][metrics->n] = isfinite(number) ? number : (double)NAN;
  }
  double *iteration = metrics->column[AM_METRIC_ITERATION] + metrics->n;
  if (isnan(*iteration)) *iteration = (double)line;
  metrics->n++;
}

static amine_status parse(am_metrics *metrics, const char *path, const char *text, size_t size,
                          amine_error *error) {
  size_t line = 0;
  for (size_t at = 0; at < size;) {
    const char *end = memchr(text + at, '\n', size - at);
    size_t n = end ? (size_t)(end - text) - at : size - at;
    line++;
    if (!is_blank(text + at, n)) {
      json_t *root = NULL;
      amine_status status = parse_line(&root, path, text + at, n, error);
      if (status == AMINE_ERROR_MEMORY) return status;
      bool good = status == AMINE_OK && json_is_object(root);
      if (good) take_row(metrics, root, line);
      json_decref(root);
      if (!good && end)
        return am_fail_file(error, AMINE_ERROR_INPUT, path, (int64_t)at,
                            "line %zu is no JSON object", line);
    }
    at += n + 1;
  }
  return AMINE_OK;
}

amine_status am_metrics_read(am_metrics *metrics, const char *path, amine_error *error) {
  struct stat info;
  unsigned char *text = NULL;
  size_t size = 0, lines = 1;
  am_metrics found = {0};
  if (am_io.stat(path, &info) != 0 && errno == ENOENT) {
    *metrics = found;
    return AMINE_OK;
  }
  AM_TRY(am_file_read(path, FILE_LIMIT, &text, &size, error));
  for (size_t k = 0; k < size; k++) lines += text[k] == '\n';
  amine_status status = AMINE_OK;
  for (int m = 0; m < AM_N_METRICS && status == AMINE_OK; m++) {
    found.column[m] = am_alloc(lines, sizeof(double));
    if (!found.column[m]) status = am_fail_memory(error, lines * sizeof(double));
  }
  if (status == AMINE_OK) status = parse(&found, path, (const char *)text, size, error);
  am_free(text);
  if (status != AMINE_OK) {
    am_metrics_free(&found);
    return status;
  }
  *metrics = found;
  return AMINE_OK;
}

void am_metrics_free(am_metrics *metrics) {
  for (int m = 0; m < AM_N_METRICS; m++) am_free(metrics->column[m]);
  *metrics = (am_metrics){0};
}
