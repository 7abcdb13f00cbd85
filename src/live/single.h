/* The page of runs as one file, which needs nothing else: what amine report --interactive writes.
 *
 * It is src/live/page/index.html with its style sheet and its scripts in it, and behind <body>'s
 * own parts, before the scripts, what the page reads, each as base64 in an element of its own:
 *
 *   <script type="application/octet-stream" id="block-RUN-NAME">
 *     a block of the board; RUN is a number, or "board": block-board-runs, block-0-state
 *   <script type="application/octet-stream" id="file-RUN-NAME">
 *     a file of the run's folder, whole: file-0-metrics.jsonl
 *
 * What is not there the page does not have. The file forbids itself to load anything
 * (Content-Security-Policy), so that it may be opened from a disk and sent. */
#ifndef AMINE_LIVE_SINGLE_H
#define AMINE_LIVE_SINGLE_H

#include "base/memory.h"
#include "live/board.h"

#define AM_SINGLE_MAX ((size_t)64 << 20) /* bytes of blocks and files in a page, before base64 */

/* Adds the page of what is on the board now, with the files of its folders. What would make more
 * than AM_SINGLE_MAX bytes is left out, the largest kinds of files first, and *left_out gets a
 * line for each; the page says it too. AMINE_ERROR_MEMORY, AMINE_ERROR_IO. */
amine_status am_live_single(am_text *page, am_text *left_out, am_board *board, amine_error *error);

#endif
