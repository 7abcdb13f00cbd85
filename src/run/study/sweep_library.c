/* The public face of sweeps (amine/sweep.h). */
#include <assert.h>
#include <stdatomic.h>
#include <string.h>

#include "amine/sweep.h"
#include "base/host.h"
#include "base/sized.h"
#include "report/report.h"
#include "run/config/additions.h"
#include "run/folder.h"
#include "run/study/reproduce.h"
#include "run/study/sweep.h"

void amine_sweep_options_init(amine_sweep_options *options, size_t size) {
  const amine_sweep_options ours = {.size = sizeof ours, .n_seeds = 5};
  memset(options, 0, size);
  memcpy(options, &size, sizeof size);
  am_sized_copy(options, size, &ours, sizeof ours);
}

static void progress(void *context, double done) {
  const amine_sweep_options *o = context;
  o->watch(o->user, done);
}

/* What a signal handler may set, a program in C++ too, is an int there; it is read as what it is. */
static_assert(sizeof(atomic_int) == sizeof(int) && ATOMIC_INT_LOCK_FREE == 2, "an int is atomic");

static amine_status run(const char *folder, const am_study_plan *plan, amine_sweep_options *options,
                        amine_error *error) {
  const am_side_watch watch = {.progress = options->watch ? progress : NULL,
                               .context = options,
                               .stop = (const atomic_int *)(uintptr_t)options->stop};
  am_reproduction r = {0};
  am_text page = {0};
  const amine_status status = am_reproduce(&r, plan, folder, &watch, error);
  am_reproduction_free(&r);
  AM_TRY(status);
  AM_TRY(am_folder_path(&page, folder, "report.html", error));
  const amine_status shown = am_report_write(&folder, 1, page.data, error);
  am_text_free(&page);
  return shown;
}

amine_status amine_sweep_run(const char *folder, const char *preset_or_file,
                             const amine_sweep_options *options, amine_error *error) {
  AM_ENTER;
  amine_sweep_options o = {.size = sizeof o, .n_seeds = 5};
  am_sweep sweep;
  if (options) am_sized_copy(&o, sizeof o, options, options->size);
  am_study_plan plan = {.n_seeds = o.n_seeds, .first_seed = o.seed, .n_threads = o.n_threads};
  AM_TRY(am_sweep_make(&sweep, am_additions_parts(o.registry), preset_or_file, o.assignments,
                       o.n_assignments, o.n_threads, error));
  plan.study = &sweep.study;
  const amine_status status = run(folder, &plan, &o, error);
  am_sweep_free(&sweep);
  return status;
}
