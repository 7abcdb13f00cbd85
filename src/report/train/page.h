/* The page of one or more trainings. */
#ifndef AMINE_REPORT_TRAIN_PAGE_H
#define AMINE_REPORT_TRAIN_PAGE_H

#include "base/error.h"
#include "report/train/overview.h"

/* Adds the page to an empty text. AMINE_ERROR_MEMORY only. */
amine_status am_page_write(am_text *page, const am_overview *overview, amine_error *error);

#endif
