/* An allocator for a test program that counts, and refuses one request:
 *
 *   amine_memory_use(counting, NULL);
 *   memory.at = 3, memory.requests = 0;      the third request from now on gets nothing */
#ifndef TESTS_MEMORY_H
#define TESTS_MEMORY_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "json_memory.h"

static struct {
  long at;       /* which request is refused; 0: none */
  long requests; /* so far */
  long alive;    /* blocks that are not freed */
} memory;

static inline void *counting(void *context, void *block, size_t old_size, size_t new_size) {
  (void)context;
  if (new_size == 0) {
    memory.alive -= block != NULL;
    free(block);
    return NULL;
  }
  if (++memory.requests == memory.at) return NULL;
  void *grown = aligned_alloc(64, (new_size + 63) / 64 * 64);
  if (!grown) return NULL;
  if (block) memcpy(grown, block, old_size < new_size ? old_size : new_size);
  memory.alive += block == NULL;
  free(block);
  return grown;
}

#endif
