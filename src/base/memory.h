/* Blocks of memory, with checked sizes, from the one replaceable allocator. */
#ifndef AMINE_BASE_MEMORY_H
#define AMINE_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>

#include "amine/memory.h"
#include "base/error.h"

/* a * b, or SIZE_MAX if it does not fit; and the same for a + b. SIZE_MAX is never a size that can
 * be had, so a chain of them ends in a refused allocation. */
size_t am_size_mul(size_t a, size_t b);
size_t am_size_add(size_t a, size_t b);
/* n rounded up to a multiple of `unit` (a power of two), or SIZE_MAX */
size_t am_size_round(size_t n, size_t unit);

/* A zeroed block of count * size bytes, aligned to 64 bytes, or NULL. Zero bytes give a block too.
 * Free it with am_free. */
void *am_alloc(size_t count, size_t size);
/* The block resized to count * size bytes; bytes beyond the old size are zero. NULL leaves it. */
void *am_resize(void *block, size_t count, size_t size);
void am_free(void *block);

/* Puts a zeroed block of count elements into a pointer. AMINE_ERROR_MEMORY: it is then NULL. */
#define AM_TAKE(pointer, count, error) am_take(&(pointer), count, sizeof *(pointer), error)
amine_status am_take(void *where, size_t count, size_t size, amine_error *error);

/* AMINE_ERROR_MEMORY if `bytes` are more than there are: "WHAT needs about 26 GB of memory; this
 * machine has 22.8 GB free". */
amine_status am_memory_check(const char *what, double bytes, amine_error *error);

/* A copy of a string, or NULL. */
char *am_strdup(const char *s);

/* Text that grows; `failed` stays set once memory was refused, so that one check at the end is
 * enough. */
typedef struct am_text {
  char *data; /* ends with 0; NULL while empty */
  size_t length, capacity;
  bool failed;
} am_text;
void am_text_add(am_text *text, const char *data, size_t length);
void am_text_puts(am_text *text, const char *s);
void am_text_printf(am_text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void am_text_free(am_text *text);

#endif
