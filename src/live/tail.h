/* The last line of a file that somebody else is writing. */
#ifndef AMINE_LIVE_TAIL_H
#define AMINE_LIVE_TAIL_H

#include <stdbool.h>

#include "base/memory.h"

#define AM_TAIL_MAX ((size_t)8 << 20) /* bytes of a line, at most */

/* `line` becomes the last line that is whole, without its newline; what was cut off behind it by a
 * crash, or is being written, is passed over. Only the file's end is read. false: there is none,
 * or no memory. */
bool am_tail_read(am_text *line, const char *path);

#endif
