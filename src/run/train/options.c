/* Options of a program become a configuration (see options.h). */
#include "run/train/options.h"

#include <string.h>

#include "base/sized.h"
#include "run/config/additions.h"

void amine_experiment_options_init(amine_experiment_options *options, size_t size) {
  memset(options, 0, size);
  memcpy(options, &size, sizeof size);
}

amine_experiment_options am_options_known(const amine_experiment_options *options) {
  amine_experiment_options ours = {.size = sizeof ours};
  if (options) am_sized_copy(&ours, sizeof ours, options, options->size);
  return ours;
}

void am_options_begin(am_config *config, const amine_experiment_options *o) {
  am_config_begin(config, am_additions_parts(o->registry));
}

amine_status am_options_load(am_config *config, const char *preset_or_file,
                             const amine_experiment_options *o, amine_error *error) {
  const char *text = o->configuration;
  if (!preset_or_file == !text)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "a preset or file, or a configuration: one of them, not %s",
                   text ? "both" : "neither");
  AM_TRY(text ? am_config_parse(config, text, strlen(text), error)
              : am_config_load(config, preset_or_file, error));
  AM_TRY(am_config_assign_all(config, o->assignments, o->n_assignments, error));
  return am_config_resolve(config, error);
}

amine_status am_options_begin_saved(am_config *config, const amine_experiment_options *o,
                                    amine_error *error) {
  am_options_begin(config, o);
  if (!o->configuration) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT, "a checkpoint has its own configuration");
}

amine_status am_options_apply(am_config *config, const amine_experiment_options *o,
                              amine_error *error) {
  AM_TRY(am_config_assign_all(config, o->assignments, o->n_assignments, error));
  return am_config_resolve(config, error);
}
