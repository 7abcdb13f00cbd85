/* The program around the library is somebody else's: its threads may have a locale with a decimal
 * comma, may round upward, may flush subnormal numbers to zero (any program linked with
 * -ffast-math does) or may trap on an inexact result. The promise of the same bits holds there too:
 * every public function that computes, reads or writes numbers begins with
 *
 *   AM_ENTER;
 *
 * and so does every thread that works for it. From there to the end of the block, on every way out,
 * the calling thread has the C locale and the arithmetic of IEEE 754 as it is by default; then it
 * has its own back. Nothing of the process is changed, no other thread notices. Entering twice is
 * fine and costs a few nanoseconds. */
#ifndef AMINE_BASE_HOST_H
#define AMINE_BASE_HOST_H

#include <locale.h>
#include <stdint.h>

#if !defined(__x86_64__) && !defined(__aarch64__)
#include <fenv.h>
#endif

/* How a thread computes, as its processor keeps it. */
typedef struct am_arithmetic {
#if defined(__x86_64__)
  uint32_t sse;
  uint16_t x87;
#elif defined(__aarch64__)
  uint64_t fpcr;
#else
  fenv_t all;
#endif
} am_arithmetic;

/* What a thread had when it entered. */
typedef struct am_visit {
  am_arithmetic arithmetic;
  locale_t locale;
} am_visit;

am_visit am_visit_begin(void);
void am_visit_end(const am_visit *visit);

#define AM_ENTER                                                                                   \
  const am_visit am_this_visit __attribute__((cleanup(am_visit_end), unused)) = am_visit_begin()

/* The C locale, for functions that take one. Never freed: it is the C library's own. */
locale_t am_c_locale(void);

#endif
