/* The memory of an object as a table of its blocks, from which it is taken and its sum told: what
 * is too much is refused, with the sum, before any of it is taken. */
#ifndef AMINE_BASE_BLOCKS_H
#define AMINE_BASE_BLOCKS_H

#include <stddef.h>

#include "base/error.h"

typedef struct am_block {
  void *where; /* the address of the pointer to the block */
  size_t count, size;
} am_block;

/* SIZE_MAX: it overflows. */
size_t am_blocks_bytes(const am_block *blocks, size_t n);

/* Takes all, zeroed. AMINE_ERROR_MEMORY: "WHAT needs about 26 GB of memory; this machine has 22.8
 * GB free", or a block was refused; what was taken by then is where it belongs, and is the owner's
 * to free. */
amine_status am_blocks_take(const am_block *blocks, size_t n, const char *what, amine_error *error);

#endif
