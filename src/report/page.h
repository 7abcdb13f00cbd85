/* What every page begins and ends with. */
#ifndef AMINE_REPORT_PAGE_H
#define AMINE_REPORT_PAGE_H

#include "base/memory.h"

/* Head, style and <main>; script. The title is not escaped. */
void am_page_head(am_text *page, const char *title);
void am_page_foot(am_text *page);

/* The style sheet and the script in pieces, ended by NULL (style.c, script.c). */
extern const char *const am_page_style[];
extern const char *const am_page_script[];

#endif
