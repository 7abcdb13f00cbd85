/* The folder of several seeds (see seeds.h). */
#include "run/seeds.h"

#include <string.h>

#include "format/file.h"
#include "format/json.h"
#include "run/config/key_json.h"

static const amine_parameter first_key = AM_INTEGER("first_seed", 0, 0, AM_SEED_MAX, "", "");

amine_status am_seeds_check(uint64_t first, int n, amine_error *error) {
  if (n < 2 || n > AM_SEEDS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "seeds=%d: it must be a whole number from 2 to %d",
                   n, AM_SEEDS_MAX);
  if (first > UINT64_MAX - (uint64_t)n)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "seed=%llu leaves no room for %d seeds",
                   (unsigned long long)first, n);
  return AMINE_OK;
}

amine_status am_seeds_write(const char *folder, uint64_t first, int n, const am_text *config,
                            amine_error *error) {
  am_text path = {0}, text = {0};
  const char *quote = first > INT64_MAX ? "\"" : "";
  am_text_printf(&text, "{\n\"first_seed\": %s%llu%s,\n\"seeds\": %d,\n\"config\": ", quote,
                 (unsigned long long)first, quote, n);
  am_text_add(&text, config->data, config->length);
  am_text_puts(&text, "}\n");
  amine_status status = am_folder_path(&path, folder, AM_SEEDS_FILE, error);
  if (status == AMINE_OK && (text.failed || config->failed))
    status = am_fail_memory(error, text.length);
  if (status == AMINE_OK) status = am_file_replace(path.data, text.data, text.length, error);
  am_text_free(&path);
  am_text_free(&text);
  return status;
}

static amine_status take(am_seeds *seeds, const json_t *root, const char *path,
                         amine_error *error) {
  am_value first;
  const json_t *n = json_object_get(root, "seeds");
  const json_t *seed = json_object_get(root, "first_seed");
  json_t *config = json_object_get(root, "config");
  const bool fine = json_is_integer(n) && json_integer_value(n) >= 2 &&
                    json_integer_value(n) <= AM_SEEDS_MAX && json_is_object(config) && seed &&
                    am_key_read_json(&first_key, first_key.name, seed, &first, NULL) == AMINE_OK;
  if (!fine || am_seeds_check(first.integer, (int)json_integer_value(n), NULL) != AMINE_OK)
    return am_fail_file(error, AMINE_ERROR_INPUT, path, -1,
                        "it must hold first_seed, seeds and config, as it was written");
  *seeds = (am_seeds){.first = first.integer,
                      .n = (int)json_integer_value(n),
                      .config = json_incref(config)};
  return AMINE_OK;
}

amine_status am_seeds_read(am_seeds *seeds, const char *folder, amine_error *error) {
  am_text path = {0};
  json_t *root = NULL;
  amine_status status = am_folder_path(&path, folder, AM_SEEDS_FILE, error);
  if (status == AMINE_OK) status = am_json_read(&root, path.data, NULL, error);
  if (status == AMINE_OK) status = take(seeds, root, path.data, error);
  json_decref(root);
  am_text_free(&path);
  return status;
}

void am_seeds_free(am_seeds *seeds) {
  json_decref(seeds->config);
  *seeds = (am_seeds){0};
}

static bool is_there(const char *folder, const char *file) {
  am_text path = {0};
  struct stat found;
  const bool there =
      am_folder_path(&path, folder, file, NULL) == AMINE_OK && am_io.stat(path.data, &found) == 0;
  am_text_free(&path);
  return there;
}

bool am_seeds_folder(const char *folder) { return is_there(folder, AM_SEEDS_FILE); }
bool am_seeds_begun(const char *run_folder) { return is_there(run_folder, AM_CONFIG_FILE); }

amine_status am_seeds_path(am_text *path, const char *folder, uint64_t seed, bool control,
                           amine_error *error) {
  am_text_printf(path, "%s/%sseed%llu", folder, control ? "control-" : "",
                 (unsigned long long)seed);
  return path->failed ? am_fail_memory(error, strlen(folder) + 64) : AMINE_OK;
}
