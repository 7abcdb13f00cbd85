/* Plans, made and freed (see plan.h). */
#include "equation/plan_builder.h"

static amine_status build(am_builder *b, const am_binding *given, int n) {
  AM_TRY(am_builder_given(b, given, n));
  AM_TRY(am_builder_tensors(b));
  b->p->n_inputs = rows_of(b, b->e->symbols[b->e->input].shape);
  AM_TRY(am_builder_operations(b));
  return am_builder_rows(b);
}

/* Arrays as long as anything may become; and as they have become. */
static bool take_arrays(am_plan *p) {
  p->operations = am_alloc(AM_OPERATIONS_MAX, sizeof *p->operations);
  p->backward = am_alloc(AM_OPERATIONS_MAX, sizeof *p->backward);
  p->parts = am_alloc(AM_TENSORS_MAX, sizeof *p->parts);
  return p->operations && p->backward && p->parts;
}

static void *cut(void *array, int n, size_t size) {
  void *shorter = am_resize(array, (size_t)n, size);
  return shorter ? shorter : array;
}

static void cut_arrays(am_plan *p) {
  p->operations = cut(p->operations, p->n_operations, sizeof *p->operations);
  p->backward = cut(p->backward, p->n_operations, sizeof *p->backward);
  p->parts = cut(p->parts, p->n_parts, sizeof *p->parts);
  if (p->fixed) p->fixed = cut(p->fixed, p->n_fixed, sizeof *p->fixed);
}

amine_status am_plan_make(am_plan **plan, const am_equations *e, const am_binding *given, int n,
                          am_layout layout, unsigned done, amine_error *error) {
  am_builder *b = am_alloc(1, sizeof *b);
  am_plan *p = am_alloc(1, sizeof *p);
  amine_status status = AMINE_OK;
  if (!b || !p || !take_arrays(p)) status = am_fail_memory(error, sizeof *b + sizeof *p);
  else {
    p->layout = layout;
    *b = (am_builder){.e = e,
                      .p = p,
                      .done = done,
                      .gains = -1,
                      .given = -1,
                      .said = -1,
                      .heard = -1,
                      .error = error};
    status = build(b, given, n);
  }
  am_free(b);
  if (status != AMINE_OK) {
    am_plan_free(p);
    return status;
  }
  cut_arrays(p);
  *plan = p;
  return AMINE_OK;
}

void am_plan_free(am_plan *plan) {
  if (!plan) return;
  am_free(plan->operations);
  am_free(plan->backward);
  am_free(plan->parts);
  am_free(plan->fixed);
  am_free(plan->kept);
  am_free(plan->seen);
  am_free(plan->begins);
  am_free(plan);
}
