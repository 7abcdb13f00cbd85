/* The command that a simulation is made with (see command.h). */
#include "run/simulate/command.h"

#include <string.h>

#include "base/words.h"

enum { WORDS_MAX = 200 }; /* a command with more of them is none for people */

typedef struct finder {
  const json_t *base;
  char *words[WORDS_MAX]; /* owned */
  int n;
} finder;

static bool same(const json_t *a, const json_t *b) {
  if (json_is_number(a) && json_is_number(b)) return json_number_value(a) == json_number_value(b);
  return a && json_equal(a, b);
}

/* What a value is said as, where the base has another. */
static amine_status look(void *context, const char *path, const json_t *value) {
  finder *f = context;
  am_text word = {0};
  const json_t *has = am_tree_get(f->base, path);
  const bool is_seed = strcmp(path, "seed") == 0;
  if (strcmp(path, "preset") == 0 || strcmp(path, "meaning") == 0) return AMINE_OK;
  if (!is_seed && same(has, value)) return AMINE_OK;
  if (f->n == WORDS_MAX) return AMINE_ERROR_ARGUMENT;
  am_text_printf(&word, "%s=", path);
  am_tree_text(&word, value);
  f->words[f->n] = word.failed ? NULL : am_strdup(word.data);
  am_text_free(&word);
  return f->words[f->n++] ? AMINE_OK : AMINE_ERROR_MEMORY;
}

/* Do they make the base into what is wanted? */
static bool fits(am_simulation_config *base, const finder *f, const am_simulation_config *wanted) {
  static const char *const passed[] = {"preset", "meaning", NULL};
  char at[AM_PATH_MAX];
  return am_simulation_config_apply(base, (const char *const *)f->words, f->n, NULL) == AMINE_OK &&
         !am_tree_difference(at, base->root, wanted->root, passed);
}

/* The preset and its key=value, or nothing where that does not give the description. */
static bool of_preset(am_text *words, const am_simulation_config *config) {
  const char *preset = json_string_value(json_object_get(config->root, "preset"));
  am_simulation_config base;
  if (!preset || am_simulation_config_load_of(&base, config->parts, preset, NULL) != AMINE_OK)
    return false;
  finder f = {.base = base.root};
  const bool is = am_tree_walk(config->root, look, &f) == AMINE_OK && fits(&base, &f, config);
  if (is) am_text_puts(words, preset);
  for (int k = 0; k < f.n; k++) {
    if (is) am_text_puts(words, " ");
    if (is) am_shell_word(words, f.words[k]);
    am_free(f.words[k]);
  }
  am_simulation_config_free(&base);
  return is;
}

amine_status am_simulation_command(am_text *text, const am_simulation_config *config,
                                   const char *folder, amine_error *error) {
  am_text words = {0};
  if (!of_preset(&words, config)) {
    am_text path = {0};
    am_text_printf(&path, "%s/config.json", folder);
    if (!path.failed) am_shell_word(&words, path.data);
    else words.failed = true;
    am_text_free(&path);
  }
  if (!words.failed) am_text_printf(text, "amine simulate %s", words.data);
  const bool failed = words.failed || text->failed;
  am_text_free(&words);
  return failed ? am_fail_memory(error, text->length) : AMINE_OK;
}
