/* Holding a signal (see hold.h). */
#include "learner/hold.h"

#include <string.h>

bool am_hold_can(const am_plan *plan, const char *signal, int *rows) {
  am_operand o;
  if (!am_plan_signal(plan, signal, &o)) return false;
  *rows = o.rows;
  return o.from == AM_FROM_GIVEN || am_plan_writes(plan, &o) >= 0;
}

bool am_learner_holds(const am_learner *l, const char *signal, int *rows) {
  if (l->type->holds) return l->type->holds(l, signal, rows);
  return l->signals && am_hold_can(l->signals, signal, rows);
}

void am_holding_begin(am_holding *h, const am_hold *hold, const am_plan *plan) {
  int rows;
  *h = (am_holding){.plan = plan};
  if (!hold || (hold->signal && !am_hold_can(plan, hold->signal, &rows))) return;
  h->hold = hold;
  h->held.behind = -1;
  if (!hold->signal) return;
  am_plan_signal(plan, hold->signal, &h->held.signal);
  h->given = h->held.signal.from == AM_FROM_GIVEN;
  h->held.behind = am_plan_writes(plan, &h->held.signal);
  h->late = h->held.behind >= plan->n_now;
}

void am_holding_ask(am_holding *h, int k, bool live, uint32_t lane, int step, const void *world,
                    float reward, bool over) {
  if (!h->hold) return;
  h->said[over][k] = live ? h->hold->say(h->hold->context, lane, step, world, reward, over) : NULL;
  h->held.value[k] = h->hold->signal ? h->said[h->late][k] : NULL;
}

/* Has a number the name of the one that is held? One that is asked for before and after a step is
 * there twice. */
static bool is_same(const am_plan *p, const am_plan_given *g, int row) {
  for (int k = 0; k < p->n_numbers; k++)
    if (p->given[k].row == row) return strcmp(p->given[k].name, g->name) == 0;
  return false;
}

void am_holding_give(const am_holding *h, int k, float *given, int stride) {
  for (int g = 0; h->hold && h->given && g < h->plan->n_numbers; g++) {
    const am_plan_given *number = &h->plan->given[g];
    const float *value = h->said[!number->before][k];
    if (value && is_same(h->plan, number, h->held.signal.row))
      given[(size_t)number->row * (size_t)stride] = *value;
  }
}

void am_holding_group(am_holding *h, const am_group *g, const float *live, float *given, int step,
                      const float *reward) {
  for (int k = 0; h->hold && k < AM_GROUP_LANES; k++) {
    am_holding_ask(h, k, live[k] > 0, am_group_lane(g, k), step, am_group_world(g, k),
                   reward ? reward[k] : 0, reward != NULL);
    if (given) am_holding_give(h, k, given + k, AM_GROUP_LANES);
  }
}
