/* Putting the page together. */
#include "report/train/page.h"

#include "report/explained.h"
#include "report/page.h"
#include "report/train/sections.h"

amine_status am_page_write(am_text *page, const am_overview *overview, amine_error *error) {
  am_text title = {0};
  am_page_title(&title, overview);
  am_page_head(page, title.data ? title.data : "");
  page->failed = page->failed || title.failed;
  am_text_free(&title);
  AM_TRY(am_section_summary(page, overview, error));
  AM_TRY(am_section_learning(page, overview, error));
  AM_TRY(am_section_episode(page, overview, error));
  const size_t shown = overview->shown < overview->n_sources ? overview->shown : 0;
  am_explained_section(page, overview->sources[shown].explained);
  AM_TRY(am_section_weights(page, overview, error));
  AM_TRY(am_section_training(page, overview, error));
  AM_TRY(am_section_settings(page, overview, error));
  am_page_foot(page);
  return page->failed ? am_fail_memory(error, page->length) : AMINE_OK;
}
