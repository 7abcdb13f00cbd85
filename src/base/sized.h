/* Structs of the public headers that may grow. They begin with `size_t size`, which says how much of
 * one the caller knows: a program that was built with older headers has a shorter one than ours, one
 * that was built with newer headers a longer one, and both are served. */
#ifndef AMINE_BASE_SIZED_H
#define AMINE_BASE_SIZED_H

#include <stddef.h>
#include <string.h>

/* Copies `from` to `to`, each of its own size: what only one of them has stays as it is, or is left
 * out. `to` keeps its size. */
static inline void am_sized_copy(void *to, size_t to_size, const void *from, size_t from_size) {
  const size_t n = to_size < from_size ? to_size : from_size, size = sizeof(size_t);
  if (n > size) memcpy((char *)to + size, (const char *)from + size, n - size);
}

#endif
