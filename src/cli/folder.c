/* The folder of a run (see folder.h). */
#include "cli/folder.h"

#include <string.h>

#include "base/words.h"
#include "cli/module.h"
#include "format/file.h"
#include "format/json.h"
#include "report/report.h"

/* "dir/name.json" -> "name" */
static void base_name(am_text *out, const char *preset_or_file) {
  const char *slash = strrchr(preset_or_file, '/');
  const char *name = slash ? slash + 1 : preset_or_file;
  const char *end = strrchr(name, '.');
  am_text_add(out, name, end && end > name ? (size_t)(end - name) : strlen(name));
}

void cli_free_path(am_text *out, const char *path) {
  struct stat found;
  am_text_puts(out, path);
  for (int k = 2; !out->failed && am_io.stat(out->data, &found) == 0; k++) {
    am_text_free(out);
    am_text_printf(out, "%s-%d", path, k);
  }
}

void cli_free_name(am_text *out, const char *name) {
  am_text path = {0};
  am_text_printf(&path, "runs/%s", name);
  if (!path.failed) cli_free_path(out, path.data);
  else out->failed = true;
  am_text_free(&path);
}

void cli_free_folder(am_text *out, const char *preset_or_file, uint64_t seed, int n_seeds) {
  am_text name = {0};
  base_name(&name, preset_or_file);
  am_text_printf(&name, "-seed%s%llu", n_seeds > 1 ? "s" : "", (unsigned long long)seed);
  if (n_seeds > 1)
    am_text_printf(&name, "-%llu", (unsigned long long)(seed + (uint64_t)n_seeds - 1));
  if (!name.failed) cli_free_name(out, name.data);
  else out->failed = true;
  am_text_free(&name);
}

amine_status cli_refuse_folder(const char *word, const char *command, amine_error *error) {
  struct stat found;
  if (strchr(word, '/') == NULL || am_io.stat(word, &found) != 0 || !S_ISDIR(found.st_mode))
    return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT,
                 "%.300s is a folder; %s takes a preset or a JSON file, and amine resume goes on "
                 "with a run",
                 word, command);
}

void cli_put_resume(am_text *text, const char *folder) {
  am_shell_word(text, cli_program);
  am_text_puts(text, " resume ");
  if (folder[0] == '-') am_text_puts(text, "./");
  am_shell_word(text, folder);
  cli_put_modules(text);
}

int cli_stopped(const cli_line *line, const char *folder, const char *said, am_text *members,
                int signal) {
  am_text command = {0}, text = {0};
  cli_put_resume(&command, folder);
  const char *go_on = command.data ? command.data : "amine resume";
  cli_say(line, "%s To go on:\n  %s\n", said, go_on);
  if (cli_has(line, CLI_JSON)) {
    am_json_begin(&text);
    am_json_put_string(&text, "status", "stopped");
    am_text_printf(&text, ",%s", members->data ? members->data : "");
    am_json_put_int(&text, "signal", signal);
    am_json_put_string(&text, "resume", go_on);
    am_json_end(&text);
    text.failed = text.failed || members->failed;
    cli_print(&text);
  }
  am_text_free(&command);
  am_text_free(members);
  return CLI_SIGNAL + signal;
}

amine_status cli_write_report(am_text *page, const char *folder, const char *const *folders, int n,
                              amine_error *error) {
  AM_TRY(am_folder_path(page, folder, "report.html", error));
  return am_report_write(folders, n, page->data, error);
}

int cli_refuse_events(int n_seeds) {
  amine_error error = {0};
  am_fail(&error, AMINE_ERROR_ARGUMENT, "--events is for one run, and seeds=%d asks for several",
          n_seeds);
  return cli_fail(AMINE_ERROR_ARGUMENT, &error, false);
}
