/* The one allocator of the library. */
#ifndef AMINE_MEMORY_H
#define AMINE_MEMORY_H

#include <stddef.h>

#include "amine/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One function does everything, as in Lua:
 *   new_size == 0   frees `block` (which may be NULL) and returns NULL;
 *   block == NULL   returns a new block of new_size bytes, aligned to 64 bytes, or NULL;
 *   otherwise       returns the block resized, contents kept up to the smaller size, aligned to 64
 *                   bytes, or NULL, in which case `block` is as it was.
 * `old_size` is the size that `block` was asked with. Called from several threads at once. */
typedef void *(*amine_allocate)(void *context, void *block, size_t old_size, size_t new_size);

/* Replaces the allocator for the whole process; NULL brings the standard one back. Call it before
 * the first object is made: a block must be freed by the allocator that made it. Not thread-safe.
 */
AMINE_API void amine_memory_use(amine_allocate allocate, void *context);

#ifdef __cplusplus
}
#endif
#endif
