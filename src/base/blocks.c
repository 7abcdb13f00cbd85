/* Blocks of memory (see blocks.h). */
#include "base/blocks.h"

#include <stdint.h>
#include <string.h>

#include "base/machine.h"
#include "base/memory.h"

size_t am_blocks_bytes(const am_block *blocks, size_t n) {
  size_t sum = 0;
  for (size_t k = 0; k < n; k++)
    sum = am_size_add(sum, am_size_mul(blocks[k].count, blocks[k].size));
  return sum;
}

amine_status am_blocks_take(const am_block *blocks, size_t n, const char *what,
                            amine_error *error) {
  const size_t bytes = am_blocks_bytes(blocks, n);
  if (bytes >= AM_LARGE && bytes != SIZE_MAX) AM_TRY(am_memory_check(what, (double)bytes, error));
  for (size_t k = 0; k < n; k++) {
    void *block = am_alloc(blocks[k].count, blocks[k].size);
    if (!block) return am_fail_memory(error, am_size_mul(blocks[k].count, blocks[k].size));
    memcpy(blocks[k].where, &block, sizeof block);
  }
  return AMINE_OK;
}

void am_blocks_free(const am_block *blocks, size_t n) {
  void *const none = NULL;
  for (size_t k = 0; k < n; k++) {
    void *block;
    memcpy(&block, blocks[k].where, sizeof block);
    am_free(block);
    memcpy(blocks[k].where, &none, sizeof none);
  }
}
