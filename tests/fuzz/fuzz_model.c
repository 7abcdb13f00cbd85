/* Any bytes as a model file: it is refused with a sentence, or it is a small brain that can be
 * destroyed and, if it is a very small one, run. Every key that it names may be asked for. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "brain/model.h"
#include "brain/parts.h"
#include "format/json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask_for_keys(const json_t *root, const uint8_t *data, size_t size) {
  const char *key;
  json_t *value;
  char path[200];
  am_found found;
  json_object_foreach((json_t *)(uintptr_t)root, key, value)
      am_brain_find_key(&found, &am_brain_parts, root, key);
  const size_t n = size < sizeof path - 1 ? size : sizeof path - 1;
  memcpy(path, data + size - n, n);
  path[n] = 0;
  if (!am_brain_find_key(&found, &am_brain_parts, root, path) && found.nearest &&
      strlen(found.nearest) > 1000000)
    abort(); /* reads it */
}

static void run_if_tiny(amine_brain *brain) {
  amine_error error = {0};
  int n, sum = 0;
  for (int k = 0; k < amine_brain_n_populations(brain); k++) {
    amine_brain_population(brain, k, &n, NULL);
    sum += n;
  }
  if (sum > 100 || amine_brain_n_projections(brain) > 20) return;
  if (amine_brain_run(brain, 5, &error) != AMINE_OK && error.message[0] == 0) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const am_model_limits limits = {.neurons = 2000, .synapses = 200000, .no_files = true};
  json_t *root;
  amine_brain *brain = NULL;
  amine_error error = {.status = AMINE_OK};
  am_text notes = {0};
  if (am_json_parse(&root, "fuzz", (const char *)data, size, NULL, &error) != AMINE_OK) return 0;
  if (am_brain_from_json_within(&brain, root, "fuzz", 1, &limits, &notes, &error) != AMINE_OK) {
    if (error.message[0] == 0 || brain) abort();
  } else {
    run_if_tiny(brain);
  }
  ask_for_keys(root, data, size);
  amine_brain_destroy(brain);
  am_text_free(&notes);
  json_decref(root);
  return 0;
}
