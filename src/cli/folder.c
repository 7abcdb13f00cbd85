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

void cli_free_folder(am_text *out, const char *preset_or_file, uint64_t seed) {
  am_text stem = {0};
  struct stat found;
  am_text_puts(&stem, "runs/");
  base_name(&stem, preset_or_file);
  am_text_printf(&stem, "-seed%llu", (unsigned long long)seed);
  am_text_puts(out, stem.failed ? "" : stem.data);
  for (int k = 2; !stem.failed && !out->failed && am_io.stat(out->data, &found) == 0; k++) {
    am_text_free(out);
    am_text_printf(out, "%s-%d", stem.data, k);
  }
  if (stem.failed) out->failed = true;
  am_text_free(&stem);
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
