/* The command that a training is made with (see command.h). */
#include "run/config/command.h"

#include <string.h>

#include "base/words.h"

/* Sets `base` to what the configuration has of a key, where it has something else, and adds that. */
static amine_status add_key(am_text *words, am_config *base, const am_config *config,
                            const char *key, amine_error *error) {
  char wanted[AM_WEIGHTS_MAX], has[AM_WEIGHTS_MAX];
  if (!am_config_applies(config, key)) return AMINE_OK;
  am_config_text(config, key, wanted, sizeof wanted);
  am_config_text(base, key, has, sizeof has);
  if (strcmp(wanted, has) == 0 && strcmp(key, "seed") != 0) return AMINE_OK;
  am_text word = {0};
  AM_TRY(am_config_set(base, key, wanted, error));
  am_text_printf(&word, "%s=%s", key, wanted);
  am_text_puts(words, " ");
  if (word.failed) words->failed = true;
  else am_shell_word(words, word.data);
  am_text_free(&word);
  return AMINE_OK;
}

static bool same(const am_config *a, const am_config *b) {
  am_text texts[2] = {{0}, {0}};
  am_config_write(a, false, &texts[0]);
  am_config_write(b, false, &texts[1]);
  const bool equal =
      !texts[0].failed && !texts[1].failed && strcmp(texts[0].data, texts[1].data) == 0;
  am_text_free(&texts[0]);
  am_text_free(&texts[1]);
  return equal;
}

/* The preset and the keys, or nothing where that does not give the configuration. */
static bool of_preset(am_text *words, const am_config *config, amine_error *error) {
  am_config base;
  am_keys keys;
  if (!config->preset[0]) return false;
  am_config_begin(&base, config->registry);
  am_text_puts(words, config->preset);
  amine_status status = am_config_load(&base, config->preset, error);
  if (status == AMINE_OK) status = am_config_resolve(&base, error);
  am_config_keys(&keys, config);
  while (status == AMINE_OK && am_keys_next(&keys))
    status = add_key(words, &base, config, keys.key.p.name, error);
  if (status == AMINE_OK) status = am_config_resolve(&base, error);
  const bool is = status == AMINE_OK && same(&base, config);
  am_config_free(&base);
  return is;
}

amine_status am_config_command(am_text *text, const am_config *config, const char *folder,
                               amine_error *error) {
  amine_error inner = {0};
  am_text words = {0};
  if (!of_preset(&words, config, &inner)) {
    am_text path = {0};
    am_text_free(&words);
    am_text_printf(&path, "%s/config.json", folder);
    if (!path.failed) am_shell_word(&words, path.data);
    else words.failed = true;
    am_text_free(&path);
  }
  if (!words.failed) am_text_printf(text, "amine train %s", words.data);
  const bool failed = words.failed || text->failed;
  am_text_free(&words);
  return failed ? am_fail_memory(error, text->length) : AMINE_OK;
}
