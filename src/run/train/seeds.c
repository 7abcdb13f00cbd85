/* Training with several seeds (see seeds.h). */
#include "run/train/seeds.h"

#include <stdio.h>

#include "format/file.h"
#include "run/config/objects.h"
#include "run/train/evaluate.h"
#include "run/train/train.h"
#include "run/train/weights.h"

typedef struct work {
  const am_train_seeds *seeds;
  const am_side_watch *watch;
  am_side_share share;
} work;

typedef struct one {
  work *work;
  uint64_t told;
} one;

static void step(void *context, const am_train_progress *now) {
  one *o = context;
  am_side_tell(&o->work->share, &o->told, (double)now->iteration / (double)now->iterations);
}

/* Is there nothing left to do? */
static amine_status is_complete(bool *complete, const am_config *config, const char *folder,
                                amine_error *error) {
  am_experiment *x;
  am_config saved;
  am_config_begin(&saved, config->registry);
  amine_status status = am_evaluate_config(&saved, folder, error);
  if (status == AMINE_OK) status = am_config_resolve(&saved, error);
  if (status == AMINE_OK) status = am_evaluate_open(&x, &saved, folder, error);
  am_config_free(&saved);
  if (status != AMINE_OK) return status;
  *complete = x->learner->iteration >= config->common.iterations ||
              (x->recent.reached > 0 && config->common.stop_at_criterion);
  am_experiment_destroy(x);
  return AMINE_OK;
}

static amine_status train(one *o, const am_config *config, const char *folder,
                          amine_error *error) {
  bool complete = false;
  const am_train_watch watch = {
      .progress = step, .context = o, .stop = o->work->watch ? o->work->watch->stop : NULL};
  if (am_side_stopped(o->work->watch)) return am_fail(error, AMINE_ERROR_STOPPED, "stopped");
  if (!am_seeds_begun(folder)) return am_train_new(config, folder, &watch, error);
  AM_TRY(is_complete(&complete, config, folder, error));
  return complete ? AMINE_OK : am_train_resume(config, folder, &watch, error);
}

static amine_status one_run(void *context, int run, amine_error *error) {
  work *w = context;
  const am_train_seeds *s = w->seeds;
  one o = {.work = w};
  am_text folder = {0};
  am_config config = *s->config;
  const uint64_t seed = config.common.seed + (uint64_t)run;
  config.common.seed = seed;
  config.common.threads = 1;
  amine_status status = am_seeds_path(&folder, s->folder, seed, false, error);
  if (status == AMINE_OK) status = train(&o, &config, folder.data, error);
  if (status == AMINE_OK && s->finished)
    status = s->finished(s->context, &config, folder.data, error);
  if (status == AMINE_OK) am_side_tell(&w->share, &o.told, 1);
  am_text_free(&folder);
  return status;
}

static amine_status write_seeds(const am_train_seeds *s, amine_error *error) {
  am_text text = {0};
  am_config here = *s->config;
  am_weights_place(&here);
  am_config_write(&here, false, &text);
  const amine_status status = am_seeds_write(s->folder, s->config->common.seed, s->n, &text, error);
  am_text_free(&text);
  return status;
}

amine_status am_train_seeds_run(const am_train_seeds *seeds, bool resume,
                                const am_side_watch *watch, amine_error *error) {
  work w = {.seeds = seeds, .watch = watch, .share = {.watch = watch, .n = seeds->n}};
  AM_TRY(am_seeds_check(seeds->config->common.seed, seeds->n, error));
  if (!resume) {
    am_experiment *x; /* what is wrong with it is found before anything is written */
    AM_TRY(am_folder_must_be_free(seeds->folder, error));
    if (seeds->n > 1) AM_TRY(am_world_check_seeds(seeds->config, error));
    AM_TRY(am_experiment_create(&x, seeds->config, error));
    am_experiment_destroy(x);
    AM_TRY(am_folder_make(seeds->folder, error));
    AM_TRY(am_weights_keep(seeds->config, seeds->folder, error));
  }
  AM_TRY(write_seeds(seeds, error));
  const am_side_runs runs = {
      .n = seeds->n, .n_threads = seeds->config->common.threads, .context = &w, .one = one_run};
  return am_side_by_side(&runs, error);
}
