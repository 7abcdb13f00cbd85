/* From folders to the page. */
#include "report/report.h"

#include "base/memory.h"
#include "format/file.h"
#include "report/brain/page.h"
#include "report/study/page.h"
#include "report/train/overview.h"
#include "report/train/page.h"

#define FOLDERS_MAX 10000

static amine_status write_page(const am_source *sources, const char *const *folders, size_t n,
                               const char *out_path, amine_error *error) {
  am_overview overview;
  am_text page = {0};
  amine_status status = AMINE_OK;
  AM_TRY(am_overview_make(&overview, sources, n, error));
  if (overview.shown < n)
    status = am_recorded_episode_read(&overview.episode, folders[overview.shown], true, error);
  else if (n > 0) status = am_recorded_episode_read(&overview.episode, folders[0], false, error);
  if (status == AMINE_OK && overview.shown < n && !overview.episode.task)
    status = am_source_recording(&overview.recording, folders[overview.shown], error);
  if (status == AMINE_OK) status = am_page_write(&page, &overview, error);
  if (status == AMINE_OK) status = am_file_replace(out_path, page.data, page.length, error);
  am_text_free(&page);
  am_overview_free(&overview);
  return status;
}

/* How many of the folders hold simulations. */
static amine_status count_brains(size_t *brains, const char *const *folders, size_t n,
                                 amine_error *error) {
  *brains = 0;
  for (size_t k = 0; k < n; k++) {
    bool is;
    AM_TRY(am_brain_folder(&is, folders[k], error));
    *brains += is;
  }
  return AMINE_OK;
}

/* Does one of the folders hold a published experiment? It is then to be the only one. */
static amine_status look_for_study(bool *found, const char *const *folders, size_t n,
                                   amine_error *error) {
  *found = false;
  for (size_t k = 0; k < n && !*found; k++) {
    AM_TRY(am_study_folder(found, folders[k], error));
    if (*found && n > 1)
      return am_fail(error, AMINE_ERROR_ARGUMENT,
                     "%.300s holds a published experiment or a sweep: it has a page of its own, "
                     "without other folders",
                     folders[k]);
  }
  return AMINE_OK;
}

amine_status am_report_write(const char *const *folders, int n_folders, const char *out_path,
                             amine_error *error) {
  if (n_folders < 1 || n_folders > FOLDERS_MAX)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "a report is made of 1 to %d runs, not of %d",
                   FOLDERS_MAX, n_folders);
  const size_t n = (size_t)n_folders;
  size_t n_brains;
  bool study;
  AM_TRY(look_for_study(&study, folders, n, error));
  if (study) return am_study_report_write(folders[0], out_path, error);
  AM_TRY(count_brains(&n_brains, folders, n, error));
  if (n_brains == n) return am_brain_report_write(folders, n, out_path, error);
  if (n_brains > 0)
    return am_fail(
        error, AMINE_ERROR_ARGUMENT,
        "%zu of these %zu folders hold%s a simulation, the others training: one page shows "
        "one kind",
        n_brains, n, n_brains == 1 ? "s" : "");
  am_source *sources = am_alloc(n, sizeof *sources);
  if (!sources) return am_fail_memory(error, n * sizeof *sources);
  amine_status status = AMINE_OK;
  size_t n_read = 0;
  while (n_read < n && status == AMINE_OK) {
    status = am_source_read(&sources[n_read], folders[n_read], error);
    if (status == AMINE_OK) n_read++;
  }
  if (status == AMINE_OK) status = write_page(sources, folders, n, out_path, error);
  for (size_t k = 0; k < n_read; k++) am_source_free(&sources[k]);
  am_free(sources);
  return status;
}
