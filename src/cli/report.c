/* amine report: one page of one or more runs. */
#include "report/report.h"

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/outcome.h"
#include "report/study_source.h"
#include "run/simulation_run.h"
#include "run/train.h"

/* Makes sure that each folder has its evaluation and its recording; a simulation made its own,
 * and a published experiment has none. */
static int prepare(const cli_line *line) {
  for (int k = 0; k < line->n_words; k++) {
    amine_error error = {0};
    am_config config;
    bool study = false;
    amine_status status = am_study_folder(&study, line->words[k], &error);
    if (study || am_simulation_folder(line->words[k])) continue;
    if (status == AMINE_OK) status = am_train_config(&config, line->words[k], &error);
    if (status == AMINE_OK) status = am_config_resolve(&config, &error);
    if (status != AMINE_OK) return cli_fail(status, &error, true);
    status = cli_outcome_record(line, &config, line->words[k], &error);
    if (status != AMINE_OK) return cli_fail(status, &error, false);
  }
  return CLI_DONE;
}

int cli_report(const cli_line *line) {
  amine_error error = {0};
  am_text page = {0}, text = {0};
  int code = prepare(line);
  if (code != CLI_DONE) return code;
  if (line->out) am_text_puts(&page, line->out);
  else if (line->n_words == 1) am_text_printf(&page, "%s/report.html", line->words[0]);
  else am_text_puts(&page, "report.html");
  amine_status status = page.failed
                            ? am_fail_memory(&error, strlen(line->words[0]) + 16)
                            : am_report_write(line->words, line->n_words, page.data, &error);
  if (status == AMINE_OK) {
    am_text_printf(&text, "%s\n", page.data);
    code = cli_print(&text);
  } else {
    code = cli_fail(status, &error, false);
  }
  am_text_free(&page);
  return code;
}
