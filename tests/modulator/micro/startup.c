/* The scenario on a bare Cortex-M4: the vector table, the start, and output by semihosting, with
 * which a program asks the debugger, here the emulator, to print a text and to end the run. */
#include <stddef.h>
#include <stdint.h>

#include "scenario.h"

enum { SYS_WRITE0 = 0x04, SYS_EXIT_EXTENDED = 0x20, EXIT_NORMAL = 0x20026 };

extern uint32_t stack_top[], data_start[], data_end[], data_image[], bss_start[], bss_end[];
void reset(void);
void *memset(void *block, int value, size_t n);
void *memcpy(void *to, const void *from, size_t n);

/* What a compiler may call whatever the flags. `volatile`, lest it make them call themselves. */
void *memset(void *block, int value, size_t n) {
  for (volatile unsigned char *p = block; n > 0; n--) *p++ = (unsigned char)value;
  return block;
}

void *memcpy(void *to, const void *from, size_t n) {
  const volatile unsigned char *q = from;
  for (unsigned char *p = to; n > 0; n--) *p++ = *q++;
  return to;
}

static int ask(int operation, const void *argument) {
  register int r0 __asm__("r0") = operation;
  register const void *r1 __asm__("r1") = argument;
  __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
  return r0;
}

static void leave(uint32_t code) {
  const uint32_t block[2] = {EXIT_NORMAL, code};
  ask(SYS_EXIT_EXTENDED, block);
  for (;;) {
  }
}

static void put(const char *line) {
  ask(SYS_WRITE0, line);
  ask(SYS_WRITE0, "\n");
}

static void fault(void) { leave(3); }

void reset(void) {
#ifdef __ARM_FP
  *(volatile uint32_t *)0xe000ed88 |= 0xfu
                                      << 20; /* CPACR: the floating-point unit is off at first */
  __asm__ volatile("dsb\n\tisb");
#endif
  for (uint32_t *to = data_start, *from = data_image; to < data_end;) *to++ = *from++;
  for (uint32_t *to = bss_start; to < bss_end;) *to++ = 0;
  scenario(put);
  leave(0);
}

typedef union vector {
  uint32_t *stack;
  void (*handler)(void);
} vector;

__attribute__((section(".vectors"), used)) static const vector vectors[16] = {
    {.stack = stack_top}, {.handler = reset}, {.handler = fault}, {.handler = fault},
    {.handler = fault},   {.handler = fault}, {.handler = fault}};
