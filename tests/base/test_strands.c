/* Strands: each item is done once, all that run meet, and what they bring is dealt with in their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "amine/memory.h"
#include "base/strands.h"

enum { ITEMS = 8, AT_ONCE = 3 };

typedef struct course {
  int done[ITEMS], strand[ITEMS], meetings, inside;
  char said[256]; /* who met, a letter each, a blank after a meeting */
} course;

/* Item k meets k times, and keeps what it has on its stack meanwhile. */
static void work(void *context, int item, int strand) {
  course *c = context;
  volatile double here[64];
  for (int k = 0; k < 64; k++) here[k] = item * 64 + k;
  int sum = 0;
  for (int k = 0; k < item; k++) {
    int brought = item;
    assert_true(am_strands_meet(&brought));
    assert_int_equal(brought, -item); /* it was dealt with */
    sum++;
  }
  for (int k = 0; k < 64; k++) assert_true(here[k] == item * 64 + k);
  c->strand[item] = strand;
  c->done[item] += sum == item;
}

static void meeting(void *context, void *const *brought, int n) {
  course *c = context;
  for (int k = 0; k < n; k++) {
    int *item = brought[k];
    c->said[strlen(c->said)] = (char)('0' + *item);
    *item = -*item;
  }
  c->said[strlen(c->said)] = ' ';
  c->meetings++;
  c->inside += am_strands_meet(&n); /* nobody's strand here */
}

static void they_meet_in_their_order(void **state) {
  (void)state;
  am_strands *s;
  course c = {0};
  assert_int_equal(am_strands_create(&s, AT_ONCE, NULL), AMINE_OK);
  am_strands_run(s, ITEMS, work, &c, meeting, &c);
  /* 0, 1, 2 side by side, then 3, 4, 5, then 6, 7 */
  assert_string_equal(c.said, "12 2 345 345 345 45 5 67 67 67 67 67 67 7 ");
  for (int k = 0; k < ITEMS; k++) {
    assert_int_equal(c.done[k], 1);
    assert_int_equal(c.strand[k], k % AT_ONCE);
  }
  assert_int_equal(c.inside, 0);
  memset(&c, 0, sizeof c);
  am_strands_run(s, 2, work, &c, meeting, &c); /* and again */
  assert_string_equal(c.said, "1 ");
  am_strands_destroy(s);
  am_strands_destroy(NULL);
  assert_false(am_strands_meet(&c));
}

static void *refuse(void *context, void *block, size_t old_size, size_t new_size) {
  (void)context, (void)block, (void)old_size, (void)new_size;
  return NULL;
}

static void without_memory_it_is_said(void **state) {
  (void)state;
  amine_error error = {0};
  am_strands *s = NULL;
  amine_memory_use(refuse, NULL);
  assert_int_equal(am_strands_create(&s, 4, &error), AMINE_ERROR_MEMORY);
  amine_memory_use(NULL, NULL);
  assert_null(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(they_meet_in_their_order),
                                     cmocka_unit_test(without_memory_it_is_said)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
