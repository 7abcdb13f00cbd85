/* The default model in full: what a file that only says `{"neuron_model": {}}` would get, and
 * modulators, plasticity and a drive that keeps it awake. */
#include <string.h>

#include "brain/model.h"
#include "format/json.h"

extern const char am_model_default[]; /* model_default.json, by cmake/embed_text.cmake */

void am_brain_default_model(json_t **root) {
  *root = NULL;
  (void)am_json_parse(root, "the default model", am_model_default, strlen(am_model_default), NULL,
                      NULL);
}
