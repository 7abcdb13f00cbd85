/* Stacks that take turns (see strands.h): ucontext, which the C library has on every processor, sets a
 * strand out; turns after that are taken by _setjmp and _longjmp, for swapcontext asks the system at each
 * of them which signals are blocked, and that took a tenth of an iteration. */
#undef _FORTIFY_SOURCE /* whose longjmp believes that a thread has one stack */
#include "base/strands.h"

#include <assert.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

#include "base/memory.h"

/* Sanitizers want to be told when the stack is another one. */
#if defined(__SANITIZE_ADDRESS__)
#define TELLS_ADDRESS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TELLS_ADDRESS
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define TELLS_THREAD
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TELLS_THREAD
#endif
#endif
#ifdef TELLS_ADDRESS
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef TELLS_THREAD
#include <sanitizer/tsan_interface.h>
#endif

enum { STACK = AM_STRAND_STACK };
#define END 0x5374616b456e6421u /* stands at the end of each stack */

/* Where a stack is left. Sanitizers know of swapcontext what they do not know of _longjmp. */
typedef struct place {
  ucontext_t context;
#if !defined(TELLS_ADDRESS) && !defined(TELLS_THREAD)
  jmp_buf jump;
  bool left; /* there is a jump to go to */
#endif
} place;

typedef struct strand {
  place at;
  unsigned char *stack; /* [STACK] */
  void *brought;
  int item;
  bool runs;
#ifdef TELLS_ADDRESS
  void *fake;
#endif
#ifdef TELLS_THREAD
  void *fiber;
#endif
} strand;

struct am_strands {
  int n;
  strand *strands;       /* [n] */
  unsigned char *stacks; /* [n][STACK] */
  void **brought;        /* [n] */
  place home;
  strand *now;
  void (*work)(void *context, int item, int strand);
  void *context;
#ifdef TELLS_ADDRESS
  void *fake;
  const void *home_stack;
  size_t home_size;
#endif
#ifdef TELLS_THREAD
  void *fiber;
#endif
};

/* Whose strand the thread is in. */
static _Thread_local am_strands *here;

/* ------------------------------------------------------------------------------ turns */
static void change(place *from, place *to) {
#if defined(TELLS_ADDRESS) || defined(TELLS_THREAD)
  swapcontext(&from->context, &to->context);
#else
  from->left = true;
  if (_setjmp(from->jump) != 0) return;
  if (to->left) _longjmp(to->jump, 1);
  setcontext(&to->context);
#endif
}

static void go(am_strands *s, strand *to) {
  s->now = to;
#ifdef TELLS_ADDRESS
  __sanitizer_start_switch_fiber(&s->fake, to->stack, STACK);
#endif
#ifdef TELLS_THREAD
  s->fiber = __tsan_get_current_fiber();
  __tsan_switch_to_fiber(to->fiber, 0);
#endif
  change(&s->home, &to->at);
#ifdef TELLS_ADDRESS
  __sanitizer_finish_switch_fiber(s->fake, NULL, NULL);
#endif
  s->now = NULL;
}

static void come_home(am_strands *s, strand *from, bool for_good) {
#ifdef TELLS_ADDRESS
  __sanitizer_start_switch_fiber(for_good ? NULL : &from->fake, s->home_stack, s->home_size);
#else
  (void)for_good;
#endif
#ifdef TELLS_THREAD
  __tsan_switch_to_fiber(s->fiber, 0);
#endif
  change(&from->at, &s->home);
#ifdef TELLS_ADDRESS
  __sanitizer_finish_switch_fiber(from->fake, &s->home_stack, &s->home_size);
#endif
}

static void live(void) {
  am_strands *s = here;
  strand *me = s->now;
#ifdef TELLS_ADDRESS
  __sanitizer_finish_switch_fiber(NULL, &s->home_stack, &s->home_size);
#endif
  s->work(s->context, me->item, (int)(me - s->strands));
  me->runs = false;
  come_home(s, me, true);
}

bool am_strands_meet(void *brought) {
  am_strands *s = here;
  if (!s || !s->now) return false;
  strand *me = s->now;
  me->brought = brought;
  come_home(s, me, false);
  return true;
}

/* ------------------------------------------------------------------------------ side by side */
static void set_out(strand *k, int item) {
  const uint64_t end = END;
  memcpy(k->stack, &end, sizeof end);
  k->item = item;
  k->runs = true;
  k->at = (place){0};
  getcontext(&k->at.context);
  k->at.context.uc_stack.ss_sp = k->stack + sizeof end * 8;
  k->at.context.uc_stack.ss_size = STACK - sizeof end * 8;
  k->at.context.uc_link = NULL;
  makecontext(&k->at.context, live, 0);
}

/* Each goes on to where it meets or ends; returns how many meet. */
static int round_of(am_strands *s, int n) {
  int meet = 0;
  for (int k = 0; k < n; k++) {
    strand *one = &s->strands[k];
    if (!one->runs) continue;
    go(s, one);
    uint64_t end;
    memcpy(&end, one->stack, sizeof end);
    assert(end == END && "a strand's stack is too small");
    if (one->runs) s->brought[meet++] = one->brought;
  }
  return meet;
}

void am_strands_run(am_strands *s, int n_items, void (*work)(void *context, int item, int strand),
                    void *context, am_meeting *meeting, void *with) {
  assert(!here);
  s->work = work;
  s->context = context;
  for (int first = 0; first < n_items; first += s->n) {
    const int n = n_items - first < s->n ? n_items - first : s->n;
    for (int k = 0; k < n; k++) set_out(&s->strands[k], first + k);
    for (;;) {
      here = s;
      const int meet = round_of(s, n);
      here = NULL;
      if (meet == 0) break;
      meeting(with, s->brought, meet);
    }
  }
}

/* ------------------------------------------------------------------------------ memory */
amine_status am_strands_create(am_strands **strands, int n, amine_error *error) {
  am_strands *s = am_alloc(1, sizeof *s);
  if (!s) return am_fail_memory(error, sizeof *s);
  s->n = n;
  s->strands = am_alloc((size_t)n, sizeof *s->strands);
  s->stacks = am_alloc((size_t)n, STACK);
  s->brought = am_alloc((size_t)n, sizeof *s->brought);
  if (!s->strands || !s->stacks || !s->brought) {
    am_strands_destroy(s);
    return am_fail_memory(error, am_size_mul((size_t)n, STACK));
  }
  for (int k = 0; k < n; k++) {
    s->strands[k].stack = s->stacks + (size_t)k * STACK;
#ifdef TELLS_THREAD
    s->strands[k].fiber = __tsan_create_fiber(0);
#endif
  }
  *strands = s;
  return AMINE_OK;
}

void am_strands_destroy(am_strands *s) {
  if (!s) return;
#ifdef TELLS_THREAD
  for (int k = 0; s->strands && k < s->n; k++)
    if (s->strands[k].fiber) __tsan_destroy_fiber(s->strands[k].fiber);
#endif
  am_free(s->strands);
  am_free(s->stacks);
  am_free(s->brought);
  am_free(s);
}
