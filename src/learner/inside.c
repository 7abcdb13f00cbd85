/* What goes on inside units (see inside.h). */
#include "learner/inside.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

enum { LANES = AM_GROUP_LANES };

/* ------------------------------------------------------------------------------ what there is */
static void add(am_inside *x, const am_inside_source *from, const char *name, int rank, int rows,
                int cols) {
  am_inside_source *s = &x->from[x->n];
  *s = *from;
  snprintf(s->name, sizeof s->name, "%s%s_l%d", name, from->second ? ".E" : "", from->layer);
  x->shown[x->n++] = (amine_inner){.name = s->name, .rank = rank, .dims = {rows, cols}};
  x->n_numbers = am_size_add(x->n_numbers, am_size_mul((size_t)rows, (size_t)cols));
}

static void add_layer(am_inside *x, const am_stack *stack, int layer, unsigned sees) {
  const am_plan *p = stack->plan[layer];
  for (int k = 0; k < p->n_seen && sees & AMINE_SEES_VALUES; k++) {
    const am_plan_named *named = &p->seen[k];
    const am_inside_source from = {.layer = layer, .trace = -1, .operand = named->operand};
    add(x, &from, named->name, named->rank, named->operand.rows, 1);
  }
  for (int k = 0; k < p->n_traces && sees & AMINE_SEES_TRACES; k++) {
    const am_plan_trace *t = &p->traces[k];
    for (int second = 0; second <= (stack->rule->has_E ? 1 : 0); second++) {
      const am_inside_source from = {.layer = layer, .trace = k, .second = second};
      add(x, &from, t->name, 2, t->rows, t->cols);
    }
  }
}

amine_status am_inside_make(am_inside *x, const am_stack *stack, unsigned sees,
                            amine_error *error) {
  size_t most = 0;
  *x = (am_inside){0};
  if (!sees) return AMINE_OK;
  for (int l = 0; l < stack->n_layers; l++)
    most += (size_t)stack->plan[l]->n_seen + 2 * (size_t)stack->plan[l]->n_traces;
  x->shown = am_alloc(most, sizeof *x->shown);
  x->from = am_alloc(most, sizeof *x->from);
  if (!x->shown || !x->from) return am_fail_memory(error, most * sizeof *x->from);
  for (int l = 0; l < stack->n_layers; l++) add_layer(x, stack, l, sees);
  return AMINE_OK;
}

void am_inside_free(am_inside *x) {
  am_free(x->shown);
  am_free(x->from);
  *x = (am_inside){0};
}

static size_t numbers_of(const amine_inner *i) { return (size_t)i->dims[0] * (size_t)i->dims[1]; }

void am_inside_cut(am_inside *x, float *at, size_t n_rows) {
  x->first = at;
  for (int k = 0; k < x->n; k++) {
    x->shown[k].values = at;
    at += n_rows * numbers_of(&x->shown[k]);
  }
}

/* ------------------------------------------------------------------------------ one step */
/* values [count][LANES] into [lane][step][count]; 0 where the episode is over. */
static void put(float *to, const float *values, size_t count, const am_inside_moment *m) {
  const float *live = am_rows(m->episode->live, m->slot, 1);
  for (int k = 0; k < m->n; k++) {
    const size_t row = ((size_t)m->first + (size_t)k) * (size_t)m->n_steps + (size_t)m->t;
    float *at = to + row * count;
    for (size_t i = 0; i < count; i++) at[i] = live[k] > 0 ? values[i * LANES + (size_t)k] : 0;
  }
}

static am_plan_step step_of(const am_stack *stack, const am_inside_moment *m, int layer,
                            am_plan_living living[AM_TRACES_MAX]) {
  const am_rollout *e = m->episode;
  size_t step = 0;
  const float *seen = am_stack_seen(stack, &e->units, layer, e->u, m->dropped, &step);
  return am_stack_step_of(stack, &e->units, layer, m->slot, NULL, seen + (size_t)m->slot * step,
                          living);
}

void am_inside_note(const am_inside *x, const am_stack *stack, const am_inside_moment *m) {
  am_plan_living living[AM_TRACES_MAX];
  am_plan_step step = {0};
  int layer = -1;
  for (int k = 0; k < x->n; k++) {
    const am_inside_source *s = &x->from[k];
    if (s->layer != layer) step = step_of(stack, m, layer = s->layer, living);
    const float *values = s->trace < 0 ? am_plan_told(&step, &s->operand)
                          : s->second  ? living[s->trace].E
                                       : living[s->trace].H;
    put(x->first + (x->shown[k].values - x->first), values, numbers_of(&x->shown[k]), m);
  }
}
