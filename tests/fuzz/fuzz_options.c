/* Any lines of text as key=value options: each is refused with a sentence and changes nothing, or
 * is accepted, and its text form is accepted again and means the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "run/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_option(am_config *config, const char *option) {
  amine_error error = {.status = AMINE_OK};
  const am_config before = *config;
  if (am_config_assign(config, option, &error) != AMINE_OK) {
    if (error.message[0] == 0 || memcmp(&before, config, sizeof before) != 0) abort();
    return;
  }
  am_keys keys;
  for (am_keys_begin(&keys, config->registry); am_keys_next(&keys);) {
    char first[64], second[64];
    am_config again = *config;
    if (!keys.key.part && am_text_part_of(config->texts, config->part[keys.key.kind])) continue;
    am_config_text(config, keys.key.name, first, sizeof first);
    if (am_config_set(&again, keys.key.name, first, &error) != AMINE_OK) abort();
    am_config_text(&again, keys.key.name, second, sizeof second);
    if (strcmp(first, second) != 0) abort();
  }
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
  am_config_free(&config);
  free(text);
  return 0;
}
