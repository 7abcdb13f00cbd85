/* Any bytes as a text of equations: it is read, or refused with a sentence and a mark; what is read
 * becomes a plan, or is refused, and the plan's rows lie in its block. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "equation/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_plan(const am_plan *p) {
  for (int k = 0; k < p->n_operations; k++) {
    const am_operation *o = &p->operations[k];
    if (o->row < 0 || o->rows < 1 || o->row + o->rows > p->n_rows) abort();
    for (int i = 0; i < o->n_in; i++) {
      const am_operand *in = &o->in[i];
      const int all = in->from == AM_FROM_INPUT   ? p->n_inputs
                      : in->from == AM_FROM_FIXED ? p->n_fixed
                                                  : p->n_rows;
      if (in->row < 0 || in->rows < 1 || in->row + in->rows > all) abort();
    }
    if (o->kind == AM_DO_AFFINE &&
        o->weights + (size_t)o->rows * (size_t)o->in[0].rows > p->n_parameters)
      abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = am_alloc(size + 1, 1);
  am_equations *e;
  am_plan *plan;
  amine_error error = {.status = AMINE_OK};
  if (!text) abort();
  if (size > 0) memcpy(text, data, size);
  if (am_equations_read(&e, "fuzz", text, NULL, &error) != AMINE_OK) {
    if (!error.message[0]) abort();
    am_free(text);
    return 0;
  }
  am_binding given[AM_SIZES_MAX];
  int n = 0;
  for (int k = 0; k < e->n_sizes; k++)
    if (e->sizes[k].name[0]) given[n++] = (am_binding){e->sizes[k].name, 2};
  am_text shown = {0};
  am_equations_put_tensors(e, &shown);
  am_text_free(&shown);
  if (am_plan_make(&plan, e, given, n, AM_LAYOUT_LANES, 0, &error) == AMINE_OK) {
    check_plan(plan);
    am_plan_free(plan);
  } else if (!error.message[0]) abort();
  am_equations_free(e);
  am_free(text);
  return 0;
}
