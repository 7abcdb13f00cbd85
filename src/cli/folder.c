/* The folder of a run (see folder.h). */
#include "cli/folder.h"

#include <string.h>

#include "cli/command.h"
#include "format/file.h"

/* "dir/name.json" -> "name" */
static void base_name(am_text *out, const char *preset_or_file) {
  const char *slash = strrchr(preset_or_file, '/');
  const char *name = slash ? slash + 1 : preset_or_file;
  const char *end = strrchr(name, '.');
  am_text_add(out, name, end && end > name ? (size_t)(end - name) : strlen(name));
}

void cli_free_name(am_text *out, const char *name) {
  struct stat found;
  am_text_printf(out, "runs/%s", name);
  for (int k = 2; !out->failed && am_io.stat(out->data, &found) == 0; k++) {
    am_text_free(out);
    am_text_printf(out, "runs/%s-%d", name, k);
  }
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
  cli_quote(text, cli_program);
  am_text_puts(text, " resume ");
  if (folder[0] == '-') am_text_puts(text, "./");
  cli_quote(text, folder);
}
