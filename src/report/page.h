/* What every page begins and ends with. */
#ifndef AMINE_REPORT_PAGE_H
#define AMINE_REPORT_PAGE_H

#include "base/memory.h"

/* Head, style and <main>; script. The title is not escaped. */
void am_page_head(am_text *page, const char *title);
void am_page_foot(am_text *page);

/* The style sheet, style.css: light and dark, wide and narrow, screen and paper; system fonts only.
 * The script, script.js: read-outs under the pointer and the replay; the page is whole without it.
 * Both made by cmake/embed_text.cmake. */
extern const char am_page_style[], am_page_script[];

#endif
