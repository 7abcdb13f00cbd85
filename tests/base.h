/* What test programs begin with that write files: a folder of their own, made before the tests and
 * removed after them (cmocka_run_group_tests(tests, make_base, remove_base)), and two words. Stands
 * after all other headers, whose parameters may be called as the folder is. */
#ifndef TESTS_BASE_H
#define TESTS_BASE_H

#include "amine/status.h"
#include "folder.h"

static char base[64];

static inline int make_base(void **state) {
  (void)state;
  return folder_make(base, sizeof base);
}

static inline int remove_base(void **state) {
  (void)state;
  folder_remove(base);
  return 0;
}

/* BASE/name, kept in one of a few rooms. */
static inline const char *in_base(const char *name) {
  static char rooms[8][160];
  static int next;
  char *room = rooms[next++ % 8];
  snprintf(room, sizeof rooms[0], "%s/%s", base, name);
  return room;
}

static inline void good(amine_status status, const amine_error *error) {
  if (status != AMINE_OK) fail_msg("%s", error->message);
}

static inline void says(const amine_error *error, const char *part) {
  if (!strstr(error->message, part)) fail_msg("\"%s\" is not in: %s", part, error->message);
}

#endif
