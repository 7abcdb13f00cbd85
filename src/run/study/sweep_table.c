/* sweep.csv (see sweep_table.h), as RFC 4180 says: a text with a comma, a quote or a line's end stands
 * in quotes, quotes in it twice. */
#include "run/study/sweep_table.h"

#include <math.h>
#include <string.h>

#include "base/number.h"
#include "format/file.h"
#include "report/study/spread.h"

static void put_field(am_text *text, const char *value) {
  if (!strpbrk(value, ",\"\n\r")) {
    am_text_puts(text, value);
    return;
  }
  am_text_puts(text, "\"");
  for (const char *p = value; *p; p++) am_text_add(text, *p == '"' ? "\"\"" : p, *p == '"' ? 2 : 1);
  am_text_puts(text, "\"");
}

static void put_number(am_text *text, double value) {
  char digits[AM_NUMBER_SIZE];
  am_text_puts(text, isnan(value) ? "nan" : am_number_exact(digits, value, 1));
}

static void put_row(am_text *text, const am_study_source *s, size_t arm, size_t seed,
                    const am_study_measured *const *measures, size_t n) {
  const am_study_arm *a = &s->arms[arm];
  const am_study_run *run = &a->runs[seed];
  for (size_t k = 0; k < s->n_swept; k++) {
    put_field(text, am_study_value(s, arm, k));
    am_text_puts(text, ",");
  }
  am_text_printf(text, "%llu", (unsigned long long)s->first_seed + seed);
  for (size_t i = 0; i < n; i++) {
    const size_t k = am_study_measure(a, measures[i]->name);
    am_text_puts(text, ",");
    put_number(text, k < a->n_measures ? run->measures[k] : (double)NAN);
  }
  am_text_puts(text, run->broke ? ",1\n" : ",0\n");
}

static void put_table(am_text *text, const am_study_source *s) {
  const am_study_measured *measures[AM_STUDY_NAMES_MAX];
  const size_t n = am_study_measures(measures, s);
  for (size_t k = 0; k < s->n_swept; k++) {
    put_field(text, s->swept[k].key);
    am_text_puts(text, ",");
  }
  am_text_puts(text, "seed");
  for (size_t i = 0; i < n; i++) am_text_printf(text, ",%s", measures[i]->name);
  am_text_puts(text, ",broke\n");
  for (size_t a = 0; a < s->n_arms; a++)
    for (size_t k = 0; k < s->n_seeds; k++)
      if (s->arms[a].runs[k].done) put_row(text, s, a, k, measures, n);
}

amine_status am_sweep_table_write(const char *folder, amine_error *error) {
  am_study_source source;
  am_text path = {0}, text = {0};
  AM_TRY(am_study_source_read(&source, folder, false, error));
  put_table(&text, &source);
  am_study_source_free(&source);
  amine_status status = text.failed ? am_fail_memory(error, text.length) : AMINE_OK;
  if (status == AMINE_OK) status = am_folder_path(&path, folder, AM_SWEEP_TABLE_FILE, error);
  if (status == AMINE_OK) status = am_file_replace(path.data, text.data, text.length, error);
  am_text_free(&path);
  am_text_free(&text);
  return status;
}
