#include "cli/module.h"

#include <stdio.h>
#include <string.h>

#include "amine/module.h"
#include "base/words.h"
#include "run/config/additions.h"

enum { MOST = 8 };

/* Kept until the command ends: what runs may use their functions. */
static struct {
  amine_registry *registry;
  int n;
  struct {
    const char *word; /* as it was said */
    char path[AM_WEIGHTS_MAX];
    const char *first;               /* name of its first task */
    char choice[AM_KEY_LENGTH + 16]; /* "task.type=echo" */
  } of[MOST];
} modules;

const am_registry *cli_parts(void) { return am_additions_parts(modules.registry); }

/* What a word says of task.type; NULL: it is about something else. */
static const char *said(const char *word) {
  if (strncmp(word, "task.type=", 10) == 0) return word + 10;
  return strncmp(word, "task=", 5) == 0 ? word + 5 : NULL;
}

bool cli_names_module(const char *word) {
  const char *value = said(word);
  const size_t n = value ? strlen(value) : 0;
  return n > 0 && (strchr(value, '/') || strstr(value, ".so:") ||
                   (n > 3 && strcmp(value + n - 3, ".so") == 0));
}

static const am_part *last_task(void) {
  const am_part *last = NULL, *part;
  for (int k = 0; (part = am_registry_at(cli_parts(), AM_TASK, k)); k++) last = part;
  return last;
}

/* Loads a path, unless it is loaded; *first gets the name of its first task. */
static amine_status load(const char **first, const char *path, amine_error *error) {
  int n_before = 0;
  for (int k = 0; k < modules.n; k++)
    if (strcmp(modules.of[k].path, path) == 0) return *first = modules.of[k].first, AMINE_OK;
  if (!modules.registry) AM_TRY(amine_registry_create(&modules.registry, error));
  while (am_registry_at(cli_parts(), AM_TASK, n_before)) n_before++;
  AM_TRY(amine_registry_add_module(modules.registry, path, error));
  *first = am_registry_at(cli_parts(), AM_TASK, n_before)->name;
  return AMINE_OK;
}

static amine_status take(const char **word, amine_error *error) {
  const char *value = said(*word), *colon = NULL, *first;
  for (const char *so = value; (so = strstr(so, ".so:")); so += 3) colon = so + 3;
  const char *name = colon ? colon + 1 : NULL;
  const int n = colon ? (int)(colon - value) : (int)strlen(value);
  if (modules.n == MOST || n >= AM_WEIGHTS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%.60s: %s", *word,
                   modules.n == MOST ? "these are too many shared objects"
                                     : "the path is too long");
  char path[AM_WEIGHTS_MAX];
  snprintf(path, sizeof path, "%.*s", n, value);
  AM_TRY(load(&first, path, error));
  if (name && !am_registry_find(cli_parts(), AM_TASK, name))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%.200s: it has no task called \"%.40s\"; its %s %s", path, name,
                   last_task()->name == first ? "only one is" : "first one is", first);
  memcpy(modules.of[modules.n].path, path, sizeof path);
  modules.of[modules.n].word = *word;
  modules.of[modules.n].first = first;
  snprintf(modules.of[modules.n].choice, sizeof modules.of[0].choice, "task.type=%s",
           name ? name : first);
  *word = modules.of[modules.n++].choice;
  return AMINE_OK;
}

amine_status cli_take_modules(cli_line *line, amine_error *error) {
  for (int k = 0; k < line->n_assignments; k++)
    if (cli_names_module(line->assignments[k])) AM_TRY(take(&line->assignments[k], error));
  return AMINE_OK;
}

int cli_count_modules(const cli_line *line) {
  int n = 0;
  for (int k = 0; k < line->n_assignments; k++)
    for (int m = 0; m < modules.n; m++) n += line->assignments[k] == modules.of[m].choice;
  return n;
}

void cli_put_modules(am_text *text) {
  for (int k = 0; k < modules.n; k++) {
    am_text_puts(text, " ");
    am_shell_word(text, modules.of[k].word);
  }
}
