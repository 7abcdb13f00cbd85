/* The gradient through layers and steps (see stack_backward.h). */
#include "network/stack_backward.h"

#include <string.h>

#include "equation/plan_backward.h"

enum { LANES = AM_STACK_LANES };

static void layer_back(const am_stack *s, const am_stack_memory *m, int layer,
                       const am_real *parameters, const am_real *u, const am_real *gradient,
                       bool dropped) {
  const am_plan *p = s->plan[layer];
  const size_t n = (size_t)p->n_outputs * LANES, width = (size_t)p->n_inputs * LANES;
  size_t seen_step;
  const am_real *seen = am_stack_seen(s, m, layer, u, dropped, &seen_step);
  for (int t = m->n_steps - 1; t >= 0; t--) {
    am_real *below = layer ? m->below + (size_t)t * width : NULL;
    const am_plan_step now = {.parameters = parameters + s->at[layer],
                              .fixed = m->fixed[layer],
                              .input = seen + (size_t)t * seen_step,
                              .before = am_stack_block(s, m, layer, t - 1),
                              .block = am_stack_block(s, m, layer, t)};
    const am_plan_gradient to = {.block = am_stack_gradient(s, m, layer, t),
                                 .before = am_stack_gradient(s, m, layer, t - 1),
                                 .input = below,
                                 .fixed = m->fixed_gradient[layer]};
    am_stack_seed(s, m, layer, t, gradient + (size_t)t * n);
    if (below) memset(below, 0, width * sizeof *below);
    am_plan_backward_code()->back(p, &now, &to);
  }
}

void am_stack_back(const am_stack *s, const am_stack_memory *m, am_real *change,
                   const am_real *parameters, const am_real *u, const am_real *gradient,
                   bool dropped) {
  am_stack_clear(s, m);
  for (int l = s->n_layers - 1; l >= 0; l--) {
    size_t step;
    const am_real *seen = am_stack_seen(s, m, l, u, dropped, &step);
    layer_back(s, m, l, parameters, u, gradient, dropped);
    am_stack_collect(s, m, l, change, seen, step);
    if (l == 0) return;
    const size_t n = (size_t)m->n_steps * (size_t)s->plan[l]->n_inputs * LANES;
    const am_real *mask = dropped ? am_stack_mask(s, m, l - 1, 0) : NULL;
    for (size_t k = 0; mask && k < n; k++) m->below[k] *= mask[k];
    gradient = m->below;
  }
}
