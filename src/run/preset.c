/* What the presets are for (see preset.h). */
#include "run/preset.h"

#include <string.h>

#include "brain/description.h"
#include "format/json.h"

bool am_preset_is_brain(const am_preset *preset) {
  json_t *root;
  if (am_json_parse(&root, preset->name, preset->text, strlen(preset->text), NULL, NULL) !=
      AMINE_OK)
    return false;
  const bool is = am_describes_brain(root);
  json_decref(root);
  return is;
}
