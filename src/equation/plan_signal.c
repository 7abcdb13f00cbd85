/* Signals of a plan by their names (see plan.h). */
#include <string.h>

#include "equation/plan.h"

bool am_plan_signal(const am_plan *p, const char *name, am_operand *out) {
  const bool level = strcmp(name, "level") == 0;
  if (level && p->has_level) *out = p->level;
  for (int k = 0; k < p->n_told && !level; k++)
    if (strcmp(p->told[k].name, name) == 0) return *out = p->told[k].operand, true;
  return level && p->has_level;
}

int am_plan_writes(const am_plan *p, const am_operand *o) {
  int k = o->from == AM_FROM_STEP ? p->n_operations - 1 : -1;
  while (k >= 0 && p->operations[k].row != o->row) k--;
  return k;
}
