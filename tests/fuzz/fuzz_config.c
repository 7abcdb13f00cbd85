/* Any bytes as a configuration file: it is refused with a sentence, or what it says can be
 * resolved, written, read again, and is then the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/json.h"
#include "run/config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_read(const am_config *config) {
  am_text text = {0}, again = {0};
  am_config second;
  amine_error error;
  json_t *root;
  am_config_write(config, false, &text);
  if (text.failed) abort();
  am_config_default(&second);
  if (am_json_parse(&root, "again", text.data, text.length, NULL, &error) != AMINE_OK) abort();
  if (am_config_merge(&second, root, "again", &error) != AMINE_OK) abort();
  json_decref(root);
  am_config_write(&second, false, &again);
  if (again.failed || again.length != text.length ||
      memcmp(again.data, text.data, text.length) != 0)
    abort();
  am_text_free(&text);
  am_text_free(&again);
  am_config_free(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  json_t *root;
  amine_error error = {.status = AMINE_OK};
  if (am_json_parse(&root, "fuzz", (const char *)data, size, NULL, &error) != AMINE_OK) return 0;
  am_config config, before;
  am_config_default(&config);
  before = config;
  if (am_config_merge(&config, root, "fuzz", &error) != AMINE_OK) {
    if (error.message[0] == 0 || memcmp(&before, &config, sizeof config) != 0) abort();
  } else if (am_config_resolve(&config, &error) == AMINE_OK) {
    write_and_read(&config);
  }
  json_decref(root);
  am_config_free(&config);
  return 0;
}
