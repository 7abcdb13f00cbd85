#include "cli/module.h"

#include <stdio.h>
#include <string.h>

#include "amine/module.h"
#include "base/words.h"
#include "run/config/additions.h"

enum { MOST = 8 };

/* Parts that a module may have. */
static const am_part_kind kinds[] = {AM_TASK, AM_LEARNER};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

/* Kept until the command ends: what runs may use their functions. */
static struct {
  amine_registry *registry;
  int n;
  struct {
    const char *word; /* as it was said */
    char path[AM_WEIGHTS_MAX];
    const char *first[N_KINDS], *last[N_KINDS]; /* names of its parts; NULL: it has none */
    char choice[AM_KEY_LENGTH + 16];            /* "task.type=echo" */
  } of[MOST];
} modules;

const am_registry *cli_parts(void) { return am_additions_parts(modules.registry); }

/* What a word says of task.type or learner.type, whose place among the kinds is *k; NULL: it is about
 * something else. */
static const char *said(const char *word, int *k) {
  for (*k = 0; *k < N_KINDS; ++*k) {
    const char *kind = am_kind_name(kinds[*k]);
    const size_t n = strlen(kind);
    if (strncmp(word, kind, n) != 0) continue;
    if (strncmp(word + n, ".type=", 6) == 0) return word + n + 6;
    if (word[n] == '=') return word + n + 1;
  }
  return NULL;
}

bool cli_names_module(const char *word) {
  int kind;
  const char *value = said(word, &kind);
  const size_t n = value ? strlen(value) : 0;
  return n > 0 && (strchr(value, '/') || strstr(value, ".so:") ||
                   (n > 3 && strcmp(value + n - 3, ".so") == 0));
}

static int count(am_part_kind kind) {
  int n = 0;
  while (am_registry_at(cli_parts(), kind, n)) n++;
  return n;
}

/* Loads a path into the next place, or finds it loaded: the names of what it has. */
static amine_status load(const char *path, amine_error *error) {
  int n_before[N_KINDS];
  const char **first = modules.of[modules.n].first, **last = modules.of[modules.n].last;
  for (int k = 0; k < modules.n; k++)
    if (strcmp(modules.of[k].path, path) == 0) {
      memcpy(first, modules.of[k].first, sizeof modules.of[k].first);
      memcpy(last, modules.of[k].last, sizeof modules.of[k].last);
      return AMINE_OK;
    }
  if (!modules.registry) AM_TRY(amine_registry_create(&modules.registry, error));
  for (int k = 0; k < N_KINDS; k++) n_before[k] = count(kinds[k]);
  AM_TRY(amine_registry_add_module(modules.registry, path, error));
  for (int k = 0; k < N_KINDS; k++) {
    const int n = count(kinds[k]);
    first[k] = n > n_before[k] ? am_registry_at(cli_parts(), kinds[k], n_before[k])->name : NULL;
    last[k] = n > n_before[k] ? am_registry_at(cli_parts(), kinds[k], n - 1)->name : NULL;
  }
  return AMINE_OK;
}

/* The part that is chosen: of that name, or (NULL) the first. */
static amine_status choose(const char **choice, const char *path, const char *name, int k,
                           amine_error *error) {
  const char *kind = am_kind_name(kinds[k]);
  const char *first = modules.of[modules.n].first[k], *last = modules.of[modules.n].last[k];
  if (!first)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%.200s: it has no %s", path, kind);
  *choice = name ? name : first;
  if (am_registry_find(cli_parts(), kinds[k], *choice)) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT, "%.200s: it has no %s called \"%.40s\"; its %s %s",
                 path, kind, name, last == first ? "only one is" : "first one is", first);
}

static amine_status take(const char **word, amine_error *error) {
  int kind;
  const char *value = said(*word, &kind), *colon = NULL, *choice = NULL;
  for (const char *so = value; (so = strstr(so, ".so:")); so += 3) colon = so + 3;
  const int n = colon ? (int)(colon - value) : (int)strlen(value);
  if (modules.n == MOST || n >= AM_WEIGHTS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%.60s: %s", *word,
                   modules.n == MOST ? "these are too many shared objects"
                                     : "the path is too long");
  char path[AM_WEIGHTS_MAX];
  snprintf(path, sizeof path, "%.*s", n, value);
  AM_TRY(load(path, error));
  AM_TRY(choose(&choice, path, colon ? colon + 1 : NULL, kind, error));
  memcpy(modules.of[modules.n].path, path, sizeof path);
  modules.of[modules.n].word = *word;
  snprintf(modules.of[modules.n].choice, sizeof modules.of[0].choice, "%s.type=%s",
           am_kind_name(kinds[kind]), choice);
  *word = modules.of[modules.n++].choice;
  return AMINE_OK;
}

amine_status cli_take_modules(cli_line *line, amine_error *error) {
  for (int k = 0; k < line->n_assignments; k++)
    if (cli_names_module(line->assignments[k])) AM_TRY(take(&line->assignments[k], error));
  return AMINE_OK;
}

bool cli_chose_module(const char *assignment) {
  bool did = false;
  for (int m = 0; m < modules.n; m++) did = did || assignment == modules.of[m].choice;
  return did;
}

int cli_count_modules(const cli_line *line) {
  int n = 0;
  for (int k = 0; k < line->n_assignments; k++) n += cli_chose_module(line->assignments[k]);
  return n;
}

void cli_put_modules(am_text *text) {
  for (int k = 0; k < modules.n; k++) {
    am_text_puts(text, " ");
    am_shell_word(text, modules.of[k].word);
  }
}
