/* Entering and leaving the library. These are calls into another file on purpose: no arithmetic of
 * the caller's can be moved across them. */
#include "base/host.h"

#include <pthread.h>
#include <stddef.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static locale_t c_locale;

static void make_c_locale(void) { c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0); }

locale_t am_c_locale(void) {
  pthread_once(&once, make_c_locale);
  return c_locale;
}

#if defined(__x86_64__)

/* Round to nearest, flush nothing, trap nothing; the low bits of MXCSR only report. */
enum { SSE_OURS = 0x1f80, SSE_CONTROL = 0xffc0, X87_OURS = 0x037f, X87_CONTROL = 0x0f3f };

static am_arithmetic take_arithmetic(void) {
  am_arithmetic had;
  __asm__ volatile("stmxcsr %0" : "=m"(had.sse));
  __asm__ volatile("fnstcw %0" : "=m"(had.x87)); /* printf and strtod ask it how to round */
  const uint32_t sse = SSE_OURS;
  const uint16_t x87 = X87_OURS;
  if ((had.sse & SSE_CONTROL) != SSE_OURS) __asm__ volatile("ldmxcsr %0" : : "m"(sse) : "memory");
  if ((had.x87 & X87_CONTROL) != (X87_OURS & X87_CONTROL))
    __asm__ volatile("fldcw %0" : : "m"(x87) : "memory");
  return had;
}

static void give_back_arithmetic(const am_arithmetic *had) {
  if ((had->sse & SSE_CONTROL) != SSE_OURS)
    __asm__ volatile("ldmxcsr %0" : : "m"(had->sse) : "memory");
  if ((had->x87 & X87_CONTROL) != (X87_OURS & X87_CONTROL))
    __asm__ volatile("fldcw %0" : : "m"(had->x87) : "memory");
}

#elif defined(__aarch64__)

static void set_fpcr(uint64_t fpcr) { __asm__ volatile("msr fpcr, %0" : : "r"(fpcr) : "memory"); }

static am_arithmetic take_arithmetic(void) {
  am_arithmetic had;
  __asm__ volatile("mrs %0, fpcr" : "=r"(had.fpcr));
  if (had.fpcr != 0) set_fpcr(0);
  return had;
}

static void give_back_arithmetic(const am_arithmetic *had) {
  if (had->fpcr != 0) set_fpcr(had->fpcr);
}

#else

static am_arithmetic take_arithmetic(void) {
  am_arithmetic had;
  fegetenv(&had.all);
  fesetenv(FE_DFL_ENV);
  return had;
}

static void give_back_arithmetic(const am_arithmetic *had) { fesetenv(&had->all); }

#endif

am_visit am_visit_begin(void) {
  am_visit visit = {.arithmetic = take_arithmetic()};
  const locale_t ours = am_c_locale();
  if (ours) visit.locale = uselocale(ours);
  return visit;
}

void am_visit_end(const am_visit *visit) {
  if (visit->locale) uselocale(visit->locale);
  give_back_arithmetic(&visit->arithmetic);
}
