/* The public face of simulations (amine/simulation.h). */
#include "amine/simulation.h"

#include <string.h>

#include "base/host.h"
#include "base/sized.h"
#include "format/json.h"
#include "run/config/additions.h"
#include "run/simulate/recording.h"
#include "run/simulate/run.h"

/* Who looks on, and what he has answered. */
typedef struct onlooker {
  amine_simulation_watch look;
  void *user;
  const am_visit *host; /* how the thread is while he looks */
  atomic_int stop;
} onlooker;

static void look(void *context, const am_simulation_progress *now) {
  onlooker *o = context;
  const amine_simulation_progress ours = {sizeof ours,  now->t_s,   now->duration_s,
                                          now->seconds, now->speed, now->reward};
  am_visit_end(o->host);
  const int answer = o->look(o->user, &ours);
  (void)am_visit_begin(); /* which ends where the call does */
  if (answer != 0) atomic_store(&o->stop, 1);
}

static am_simulation_watch watch_of(onlooker *o) {
  return (am_simulation_watch){
      .progress = o->look ? look : NULL, .context = o, .stop = o->look ? &o->stop : NULL};
}

static amine_experiment_options known_of(const amine_experiment_options *options) {
  amine_experiment_options ours = {.size = sizeof ours};
  if (options) am_sized_copy(&ours, sizeof ours, options, options->size);
  return ours;
}

static amine_status parse(am_simulation_config *config, const am_registry *parts, const char *text,
                          amine_error *error) {
  static const char name[] = "the configuration";
  json_t *root;
  AM_TRY(am_json_parse(&root, name, text, strlen(text), NULL, error));
  const amine_status status = am_simulation_config_of(config, parts, root, name, error);
  json_decref(root);
  return status;
}

/* The preset, the file or the configuration, and the assignments over it; to be freed in any case. */
static amine_status load(am_simulation_config *config, const char *preset_or_file,
                         const amine_experiment_options *o, amine_error *error) {
  const am_registry *parts = am_additions_parts(o->registry);
  if (!preset_or_file == !o->configuration)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "a preset or file, or a configuration: one of them, not %s",
                   o->configuration ? "both" : "neither");
  AM_TRY(preset_or_file ? am_simulation_config_load_of(config, parts, preset_or_file, error)
                        : parse(config, parts, o->configuration, error));
  return am_simulation_config_apply(config, o->assignments, o->n_assignments, error);
}

/* That of a folder; to be freed in any case. */
static amine_status load_saved(am_simulation_config *config, const char *folder,
                               const amine_experiment_options *o, amine_error *error) {
  if (o->configuration)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a run has its own configuration");
  AM_TRY(am_simulation_folder_config(config, am_additions_parts(o->registry), folder, error));
  return am_simulation_config_apply(config, o->assignments, o->n_assignments, error);
}

/* A new run, or on with one. */
typedef amine_status living(am_simulation_outcome *outcome, const am_simulation_config *config,
                            const char *folder, const am_simulation_watch *watch,
                            amine_error *error);

/* Lives by a configuration, if it was loaded, and frees it. */
static amine_status live(living *run, am_simulation_config *config, amine_status loaded,
                         const char *folder, onlooker o, amine_error *error) {
  const am_simulation_watch watch = watch_of(&o);
  am_simulation_outcome outcome = {0};
  amine_status status = loaded;
  if (status == AMINE_OK) {
    status = run(&outcome, config, folder, &watch, error);
    if (status == AMINE_OK || status == AMINE_ERROR_STOPPED) am_simulation_outcome_free(&outcome);
  }
  am_simulation_config_free(config);
  return status;
}

amine_status amine_simulation_run(const char *folder, const char *preset_or_file,
                                  const amine_experiment_options *options,
                                  amine_simulation_watch onlook, void *user, amine_error *error) {
  AM_ENTER;
  const amine_experiment_options known = known_of(options);
  am_simulation_config config = {0};
  const amine_status loaded = load(&config, preset_or_file, &known, error);
  return live(am_simulation_new, &config, loaded, folder,
              (onlooker){.look = onlook, .user = user, .host = &am_this_visit}, error);
}

amine_status amine_simulation_resume(const char *folder, const amine_experiment_options *options,
                                     amine_simulation_watch onlook, void *user,
                                     amine_error *error) {
  AM_ENTER;
  const amine_experiment_options known = known_of(options);
  am_simulation_config config = {0};
  const amine_status loaded = load_saved(&config, folder, &known, error);
  return live(am_simulation_resume, &config, loaded, folder,
              (onlooker){.look = onlook, .user = user, .host = &am_this_visit}, error);
}

amine_status amine_simulation_record(const char *folder, const amine_experiment_options *options,
                                     amine_error *error) {
  AM_ENTER;
  const amine_experiment_options known = known_of(options);
  am_text limits = {0}; /* which the recording holds, too */
  bool fresh = false;
  amine_status status = am_simulation_recording_is_fresh(&fresh, folder, error);
  if (status == AMINE_OK && !fresh)
    status = am_simulation_record(folder, am_additions_parts(known.registry), &limits, error);
  am_text_free(&limits);
  return status;
}
