/* The memory of an object, laid out by tables: several blocks, of which what is too much is refused
 * with its sum before any is taken; or one block that is cut into spans. */
#ifndef AMINE_BASE_BLOCKS_H
#define AMINE_BASE_BLOCKS_H

#include <stddef.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"

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

/* Frees all; the pointers become NULL. */
void am_blocks_free(const am_block *blocks, size_t n);

/* A part of a block. */
typedef struct am_span {
  void *where; /* the address of the pointer to its first element */
  size_t count;
} am_span;

/* Cuts a block of elements of `size` bytes into spans, one after the other, and returns how many
 * elements they take in all. `block` NULL: so it is asked how long the block must be; the pointers
 * become NULL. */
static inline size_t am_spans_cut(const am_span *spans, size_t n, void *block, size_t size) {
  size_t at = 0;
  for (size_t k = 0; k < n; k++) {
    void *first = block ? (char *)block + at * size : NULL;
    memcpy(spans[k].where, &first, sizeof first);
    at += spans[k].count;
  }
  return at;
}

/* A block that is cut as one goes along, where a table would be full of conditions. */
typedef struct am_cutter {
  void *block; /* NULL: it is only measured */
  size_t at;   /* bytes that are cut, a multiple of 64; SIZE_MAX: it overflows */
  size_t size; /* bytes of an element */
} am_cutter;

/* Cuts `count` elements; the pointer at `where` becomes their address, or stays as it is if there
 * are none or it is only measured. */
static inline void am_cut(am_cutter *c, void *where, size_t count) {
  void *first = c->block ? (char *)c->block + c->at : NULL;
  if (first && count > 0) memcpy(where, &first, sizeof first);
  c->at = am_size_add(c->at, am_size_round(am_size_mul(count, c->size), 64));
}

/* The same of n structs of `size` bytes, which are zeroed. */
static inline void am_cut_structs(am_cutter *c, void *where, size_t n, size_t size) {
  const size_t bytes = am_size_mul(n, size);
  if (c->block && n > 0) memset((char *)c->block + c->at, 0, bytes);
  am_cut(c, where, am_size_add(bytes, c->size - 1) / c->size);
}

#endif
