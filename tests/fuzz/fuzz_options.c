/* Any lines of text as key=value options: each is refused with a sentence and changes nothing, or
 * is accepted, and its text form is accepted again and means the same; at the end that of every
 * key of the parts that are then chosen. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "run/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_again(const am_config *config, const char *name) {
  char first[64], second[64];
  amine_error error;
  am_config again = *config;
  am_config_text(config, name, first, sizeof first);
  if (am_config_set(&again, name, first, &error) != AMINE_OK) abort();
  am_config_text(&again, name, second, sizeof second);
  if (strcmp(first, second) != 0) abort();
}

static bool is_text(const am_config *config, const am_key *key) {
  return !key->part && am_text_part_of(config->texts, config->part[key->kind]);
}

static void try_option(am_config *config, const char *option) {
  amine_error error = {.status = AMINE_OK};
  am_key key;
  char name[64];
  const am_config before = *config;
  if (am_config_assign(config, option, &error) != AMINE_OK) {
    if (error.message[0] == 0 || memcmp(&before, config, sizeof before) != 0) abort();
    return;
  }
  snprintf(name, sizeof name, "%.*s", (int)strcspn(option, "="), option);
  if (!am_key_find(&key, config->registry, config->part, name)) abort();
  if (!is_text(config, &key)) read_again(config, name);
}

/* Whatever else the lines changed: of all of them together, since that takes long. The keys of parts
 * that are not chosen were read as they were set, and are else standard. */
static void read_all_again(const am_config *config) {
  am_keys keys;
  for (am_config_keys(&keys, config); am_keys_next(&keys);)
    if (!is_text(config, &keys.key)) read_again(config, keys.key.name);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  am_config config;
  am_config_default(&config);
  char *text = malloc(size + 1);
  if (!text) return 0;
  memcpy(text, data, size);
  text[size] = 0;
  for (char *line = text; line;) {
    char *end = strchr(line, '\n');
    if (end) *end = 0;
    try_option(&config, line);
    line = end ? end + 1 : NULL;
  }
  read_all_again(&config);
  am_config_free(&config);
  free(text);
  return 0;
}
