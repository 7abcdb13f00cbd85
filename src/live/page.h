/* The page's files, as src/live/page/ has them: cmake/embed_page.cmake makes the table, and
 * whatever lies there is in it. */
#ifndef AMINE_LIVE_PAGE_H
#define AMINE_LIVE_PAGE_H

#include <stddef.h>

typedef struct am_page_file {
  const char *path; /* below src/live/page/: "index.html", "live/curve.js" */
  const char *type; /* as HTTP names it */
  const unsigned char *bytes;
  size_t n;
} am_page_file;

/* Ends with a path that is NULL. */
extern const am_page_file am_page_files[];

#endif
