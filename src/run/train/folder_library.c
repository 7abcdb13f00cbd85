/* The public face of runs (amine/run.h). */
#include "amine/run.h"
#include "base/host.h"
#include "report/report.h"
#include "run/train/options.h"
#include "run/train/outcome.h"
#include "run/train/train.h"

/* Who looks on, and what he has answered. */
typedef struct onlooker {
  amine_run_watch look;
  void *user;
  const am_visit *host; /* how the thread is while he looks */
  atomic_int stop;
} onlooker;

static void look(void *context, const am_train_progress *now) {
  onlooker *o = context;
  const amine_run_progress ours = {sizeof ours,  now->iteration, now->iterations,
                                   now->seconds, now->rate,      now->reward};
  am_visit_end(o->host);
  const int answer = o->look(o->user, &ours);
  (void)am_visit_begin(); /* which ends where the call does */
  if (answer != 0) atomic_store(&o->stop, 1);
}

static am_train_watch watch_of(onlooker *o) {
  return (am_train_watch){
      .progress = o->look ? look : NULL, .context = o, .stop = o->look ? &o->stop : NULL};
}

amine_status amine_run_train(const char *folder, const char *preset_or_file,
                             const amine_experiment_options *options, amine_run_watch onlook,
                             void *user, amine_error *error) {
  AM_ENTER;
  const amine_experiment_options known = am_options_known(options);
  onlooker o = {.look = onlook, .user = user, .host = &am_this_visit};
  const am_train_watch watch = watch_of(&o);
  am_config config;
  am_options_begin(&config, &known);
  amine_status status = am_options_load(&config, preset_or_file, &known, error);
  if (status == AMINE_OK) status = am_train_new(&config, folder, &watch, error);
  am_config_free(&config);
  return status;
}

/* The configuration of a folder, begun and to be freed in any case. */
static amine_status config_of(am_config *config, const char *folder,
                              const amine_experiment_options *options, amine_error *error) {
  const amine_experiment_options known = am_options_known(options);
  AM_TRY(am_options_begin_saved(config, &known, error));
  AM_TRY(am_train_config(config, folder, error));
  return am_options_apply(config, &known, error);
}

amine_status amine_run_resume(const char *folder, const amine_experiment_options *options,
                              amine_run_watch onlook, void *user, amine_error *error) {
  AM_ENTER;
  onlooker o = {.look = onlook, .user = user, .host = &am_this_visit};
  const am_train_watch watch = watch_of(&o);
  am_config config;
  amine_status status = config_of(&config, folder, options, error);
  if (status == AMINE_OK) status = am_train_resume(&config, folder, &watch, error);
  am_config_free(&config);
  return status;
}

amine_status amine_run_record(const char *folder, const amine_experiment_options *options,
                              amine_error *error) {
  AM_ENTER;
  am_config config;
  amine_status status = config_of(&config, folder, options, error);
  if (status == AMINE_OK) status = am_outcome_record(&config, folder, NULL, NULL, error);
  am_config_free(&config);
  return status;
}

amine_status amine_run_report(const char *const *folders, int n_folders, const char *page,
                              amine_error *error) {
  AM_ENTER;
  if (n_folders < 1)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a report is of at least 1 run, not of %d",
                   n_folders);
  return am_report_write(folders, n_folders, page, error);
}
