/* What the presets are for (see preset.h). */
#include "run/config/preset.h"

#include <string.h>

#include "brain/description.h"
#include "format/json.h"

/* NULL without memory: the texts themselves are tested. */
static json_t *root_of(const am_preset *preset) {
  json_t *root;
  const size_t n = strlen(preset->text);
  return am_json_parse(&root, preset->name, preset->text, n, NULL, NULL) == AMINE_OK ? root : NULL;
}

bool am_preset_is_brain(const am_preset *preset) {
  json_t *root = root_of(preset);
  const bool is = root && am_describes_brain(root);
  json_decref(root);
  return is;
}

amine_status am_preset_kind(bool *is_brain, const am_preset *preset, amine_error *error) {
  json_t *root;
  AM_TRY(am_json_parse(&root, preset->name, preset->text, strlen(preset->text), NULL, error));
  *is_brain = am_describes_brain(root);
  json_decref(root);
  return AMINE_OK;
}

void am_preset_meaning(am_text *text, const am_preset *preset) {
  json_t *root = root_of(preset);
  const char *meaning = json_string_value(json_object_get(root, "meaning"));
  am_text_puts(text, meaning ? meaning : "");
  json_decref(root);
}
