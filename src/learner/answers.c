/* Reading answers (see answers.h). */
#include "learner/answers.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "format/json.h"
#include "format/line_reader.h"

/* 1, 0 or 1/2; -1: none of the words. */
static float value_of(const char *word) {
  static const char *const words[] = {"second", "equal", "first"};
  for (int k = 0; word && k < 3; k++)
    if (strcmp(word, words[k]) == 0) return (float)k / 2;
  return -1;
}

static amine_status read_line(float *answers, const char *path, const am_line *line, uint64_t from,
                              int n, amine_error *error) {
  json_t *root;
  if (line->text[strspn(line->text, " \t\r")] == 0) return AMINE_OK;
  if (am_json_parse(&root, path, line->text, line->length, NULL, NULL) != AMINE_OK)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "line %llu is no JSON: %.60s",
                        (unsigned long long)line->number, line->text);
  size_t pair = 0;
  const char *word = json_string_value(json_object_get(root, "preferred"));
  const bool numbered = am_json_size(json_object_get(root, "pair"), &pair);
  const float value = value_of(word);
  amine_status status = AMINE_OK;
  if (!numbered)
    status = am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "line %llu has no number \"pair\"",
                          (unsigned long long)line->number);
  else if (value < 0)
    status = am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                          "line %llu: \"preferred\" is %s%.40s%s, and must be \"first\", "
                          "\"second\" or \"equal\"",
                          (unsigned long long)line->number, word ? "\"" : "",
                          word ? word : "no word", word ? "\"" : "");
  else if (pair >= from && pair - from < (size_t)n) answers[pair - from] = value;
  json_decref(root);
  return status;
}

amine_status am_answers_read(float *answers, bool *all, const char *path, uint64_t from, int n,
                             amine_error *error) {
  am_line_reader *reader;
  am_line line;
  for (int k = 0; k < n; k++) answers[k] = NAN;
  *all = false;
  if (access(path, F_OK) != 0) return AMINE_OK;
  AM_TRY(am_line_reader_open(&reader, path, error));
  amine_status status;
  while ((status = am_line_reader_next(reader, &line, error)) == AMINE_OK && line.text) {
    status = read_line(answers, path, &line, from, n, error);
    if (status != AMINE_OK) break;
  }
  am_line_reader_close(reader);
  AM_TRY(status);
  *all = true;
  for (int k = 0; k < n; k++) *all = *all && !isnan(answers[k]);
  return AMINE_OK;
}
