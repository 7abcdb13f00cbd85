/* The trees of Jansson take their memory from the library's allocator in this test program, so that
 * what is counted and refused there is counted and refused for them, too. A program may choose that
 * before it makes a tree; the library itself never does. */
#ifndef TESTS_JSON_MEMORY_H
#define TESTS_JSON_MEMORY_H

#include <jansson.h>

#include "base/memory.h"

static inline void *json_from_the_library(size_t size) { return am_alloc(size, 1); }

__attribute__((constructor)) static void share_memory_with_json(void) {
  json_set_alloc_funcs(json_from_the_library, am_free);
}

#endif
