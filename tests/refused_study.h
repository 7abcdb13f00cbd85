/* A study whose requests for memory are refused, one in each attempt: none is lost, none leaks. */
#ifndef TESTS_REFUSED_STUDY_H
#define TESTS_REFUSED_STUDY_H

#include "amine/memory.h"
#include "folder.h"
#include "memory.h"
#include "run/study/reproduce.h"

/* Returns how many refusals were answered as such; every other outcome fails the test. What the
 * process keeps for good is to be had already. */
static inline long refuse_each_request(const am_study_plan *plan, const char *folder) {
  long refusals = 0;
  amine_memory_use(counting, NULL);
  for (long at = 1;; at += 1 + at / 40) { /* the first ones all, then ever fewer */
    am_reproduction r;
    amine_error error = {0};
    folder_remove(folder);
    memory.requests = memory.alive = 0;
    memory.at = at;
    const amine_status status = am_reproduce(&r, plan, folder, NULL, &error);
    const bool reached = memory.requests >= at;
    memory.at = 0;
    if (status == AMINE_OK) am_reproduction_free(&r);
    else if (status != AMINE_ERROR_MEMORY)
      fail_msg("request %ld: status %d, %s", at, (int)status, error.message);
    assert_int_equal(memory.alive, 0);
    if (!reached) break;
    refusals += status != AMINE_OK;
  }
  amine_memory_use(NULL, NULL);
  return refusals;
}

#endif
