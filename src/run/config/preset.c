/* What the presets are for (see preset.h). */
#include "run/config/preset.h"

#include <string.h>

#include "format/json.h"

void am_preset_meaning(am_text *text, const am_preset *preset) {
  json_t *root = NULL; /* as it stays without memory: the texts themselves are tested */
  am_json_parse(&root, preset->name, preset->text, strlen(preset->text), NULL, NULL);
  const char *meaning = json_string_value(json_object_get(root, "meaning"));
  am_text_puts(text, meaning ? meaning : "");
  json_decref(root);
}
