/* How much memory the machine has, so that what is too much is refused in words before it is taken,
 * and not by the system, which ends the process that it finds too large. */
#ifndef AMINE_BASE_MACHINE_H
#define AMINE_BASE_MACHINE_H

#include <stdbool.h>
#include <stddef.h>

#define AM_LARGE ((size_t)16 << 20) /* bytes that are worth asking for how many there are */

#define AM_TOLD 1e9 /* bytes of which somebody is told who did not ask */

/* Bytes that may still be taken: what the machine has free or can set free, or less if a control
 * group (a container) allows less. SIZE_MAX where nobody says so. */
size_t am_memory_free(void);
/* Who answers that; tests put another in its place. */
extern size_t (*am_memory_ask)(void);

/* "512 bytes", "1.3 GB"; returns out. */
char *am_bytes_text(char out[32], double bytes);

#endif
