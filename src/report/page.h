/* The whole page: head, sections, script. */
#ifndef AMINE_REPORT_PAGE_H
#define AMINE_REPORT_PAGE_H

#include "base/memory.h"
#include "report/train/overview.h"

/* Adds the page to an empty text. AMINE_ERROR_MEMORY only. */
amine_status am_page_write(am_text *page, const am_overview *overview, amine_error *error);

/* What every page begins and ends with: head, style and <main>; script. The title is not escaped.
 */
void am_page_head(am_text *page, const char *title);
void am_page_foot(am_text *page);

/* The style sheet and the script in pieces, ended by NULL (style.c, script.c). */
extern const char *const am_page_style[];
extern const char *const am_page_script[];

#endif
