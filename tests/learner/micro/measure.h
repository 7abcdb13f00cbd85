/* What only the emulated microcontroller can tell: instructions and stack. Elsewhere all are 0. */
#ifndef MICRO_MEASURE_H
#define MICRO_MEASURE_H

#include <stdint.h>

#if defined(__ARM_ARCH_7EM__)

/* SysTick counts down at 25 MHz. Under `qemu -icount shift=0` an instruction takes 1 ns, so that a
 * tick is 40 instructions. */
#define MEASURE_TICK 40u
#define MEASURE_CTRL (*(volatile uint32_t *)0xe000e010)
#define MEASURE_LOAD (*(volatile uint32_t *)0xe000e014)
#define MEASURE_NOW (*(volatile uint32_t *)0xe000e018)
#define MEASURE_PAINT 0xa5a5a5a5u

extern uint32_t stack_top[], bss_end[];

/* Starts the clock and paints what the stack has not used yet. */
static inline void measure_start(void) {
  uint32_t *top;
  __asm__ volatile("mov %0, sp" : "=r"(top));
  for (volatile uint32_t *p = bss_end; p < top - 16; p++) *p = MEASURE_PAINT;
  MEASURE_LOAD = 0xffffff;
  MEASURE_NOW = 0;
  MEASURE_CTRL = 5; /* on, by the processor's clock, no interrupts */
}
static inline uint32_t measure_now(void) { return MEASURE_NOW; }
static inline uint32_t measure_since(uint32_t then) {
  return ((then - MEASURE_NOW) & 0xffffff) * MEASURE_TICK;
}
/* Bytes of stack that were ever in use. */
static inline uint32_t measure_stack(void) {
  const volatile uint32_t *p = bss_end;
  while (p < stack_top && *p == MEASURE_PAINT) p++;
  return (uint32_t)(stack_top - p) * 4;
}

#else

static inline void measure_start(void) {}
static inline uint32_t measure_now(void) { return 0; }
static inline uint32_t measure_since(uint32_t then) { return then; }
static inline uint32_t measure_stack(void) { return 0; }

#endif
#endif
