/* The allocator. Each block carries its size in the 64 bytes before it, so that the replaceable
 * function is told the old size and blocks stay aligned. */
#include "base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/machine.h"

#define HEADER 64

static void *standard_allocate(void *context, void *block, size_t old_size, size_t new_size) {
  (void)context;
  if (new_size == 0) {
    free(block);
    return NULL;
  }
  if (new_size > PTRDIFF_MAX - HEADER) return NULL;
  if (new_size >= AM_LARGE && new_size > old_size && new_size - old_size > am_memory_free())
    return NULL; /* the system would grant it, and end the process where it is used */
  void *fresh = NULL;
  if (posix_memalign(&fresh, 64, (new_size + 63) / 64 * 64) != 0) return NULL;
  if (block) {
    memcpy(fresh, block, old_size < new_size ? old_size : new_size);
    free(block);
  }
  return fresh;
}

static amine_allocate the_allocate = standard_allocate;
static void *the_context;

void amine_memory_use(amine_allocate allocate, void *context) {
  the_allocate = allocate ? allocate : standard_allocate;
  the_context = allocate ? context : NULL;
}

size_t am_size_mul(size_t a, size_t b) {
  size_t r;
  return __builtin_mul_overflow(a, b, &r) ? SIZE_MAX : r;
}

size_t am_size_add(size_t a, size_t b) {
  size_t r;
  return __builtin_add_overflow(a, b, &r) ? SIZE_MAX : r;
}

size_t am_size_round(size_t n, size_t unit) {
  size_t r = am_size_add(n, unit - 1);
  return r == SIZE_MAX ? r : r & ~(unit - 1);
}

void *am_alloc(size_t count, size_t size) { return am_resize(NULL, count, size); }

void *am_resize(void *block, size_t count, size_t size) {
  size_t bytes = am_size_mul(count, size);
  size_t whole = am_size_add(bytes, HEADER);
  if (whole >= PTRDIFF_MAX) return NULL;
  char *old = block ? (char *)block - HEADER : NULL;
  size_t old_bytes = 0;
  if (old) memcpy(&old_bytes, old, sizeof old_bytes);
  char *fresh = the_allocate(the_context, old, old ? old_bytes + HEADER : 0, whole);
  if (!fresh) return NULL;
  memcpy(fresh, &bytes, sizeof bytes);
  if (bytes > old_bytes) memset(fresh + HEADER + old_bytes, 0, bytes - old_bytes);
  return fresh + HEADER;
}

amine_status am_take(void *where, size_t count, size_t size, amine_error *error) {
  void *block = am_alloc(count, size);
  memcpy(where, &block, sizeof block);
  return block ? AMINE_OK : am_fail_memory(error, am_size_mul(count, size));
}

void am_free(void *block) {
  if (!block) return;
  char *whole = (char *)block - HEADER;
  size_t bytes;
  memcpy(&bytes, whole, sizeof bytes);
  the_allocate(the_context, whole, bytes + HEADER, 0);
}

amine_status am_memory_check(const char *what, double bytes, amine_error *error) {
  char needed[32], there[32];
  const size_t left = am_memory_free();
  if (bytes <= (double)left) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_MEMORY,
                 "%.300s needs about %s of memory; this machine has %s free", what,
                 am_bytes_text(needed, bytes), am_bytes_text(there, (double)left));
}

char *am_strdup(const char *s) {
  size_t n = strlen(s) + 1;
  char *copy = am_alloc(n, 1);
  return copy ? memcpy(copy, s, n) : NULL;
}

void am_text_add(am_text *text, const char *data, size_t length) {
  if (text->failed || length == 0) return;
  size_t need = am_size_add(am_size_add(text->length, length), 1);
  if (need > text->capacity) {
    size_t capacity = text->capacity ? am_size_mul(text->capacity, 2) : 256;
    if (capacity < need) capacity = need;
    char *grown = am_resize(text->data, capacity, 1);
    if (!grown) {
      text->failed = true;
      return;
    }
    text->data = grown;
    text->capacity = capacity;
  }
  memcpy(text->data + text->length, data, length);
  text->length += length;
  text->data[text->length] = 0;
}

void am_text_puts(am_text *text, const char *s) { am_text_add(text, s, strlen(s)); }

void am_text_printf(am_text *text, const char *format, ...) {
  char small[512];
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int n = vsnprintf(small, sizeof small, format, arguments);
  va_end(arguments);
  if (n < 0) {
    text->failed = true;
  } else if ((size_t)n < sizeof small) {
    am_text_add(text, small, (size_t)n);
  } else {
    char *large = am_alloc((size_t)n + 1, 1);
    if (large) {
      vsnprintf(large, (size_t)n + 1, format, again);
      am_text_add(text, large, (size_t)n);
      am_free(large);
    } else {
      text->failed = true;
    }
  }
  va_end(again);
}

void am_text_free(am_text *text) {
  am_free(text->data);
  *text = (am_text){0};
}
