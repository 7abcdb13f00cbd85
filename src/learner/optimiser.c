/* From a change to a step (see optimiser.h). */
#include "learner/optimiser.h"

am_step am_step_begin(const am_optimiser *o, double *powers, float norm) {
  const float clip = o->norm_clip / (norm + 1e-6f), scale = clip < 1 ? clip : 1;
  am_step s = {
      .kind = o->kind,
      .descent = {.beta2 = o->beta2, .eps = o->eps, .momentum = o->momentum, .scale = scale}};
  if (o->kind != AM_OPTIMISER_ADAM) return s;
  powers[0] *= (double)o->beta1;
  powers[1] *= (double)o->beta2;
  s.adam = (am_adam_constants){.beta1 = o->beta1,
                               .beta2 = o->beta2,
                               .eps = o->eps,
                               .correction1 = (float)(1 / (1 - powers[0])),
                               .correction2 = (float)(1 / (1 - powers[1])),
                               .scale = scale};
  return s;
}

void am_step_take(const am_step *s, float *p, float *m, float *v, const float *g, size_t n,
                  float rate) {
  switch (s->kind) {
  case AM_OPTIMISER_ADAM: am_adam_code()->step(p, m, v, g, n, rate, &s->adam); break;
  case AM_OPTIMISER_RMSPROP: am_descent_code()->rmsprop(p, m, v, g, n, rate, &s->descent); break;
  case AM_OPTIMISER_SGD: am_descent_code()->sgd(p, m, g, n, rate, &s->descent); break;
  }
}

int am_optimiser_moments(const am_optimiser *o) { return o->kind == AM_OPTIMISER_SGD ? 1 : 2; }

const char *am_optimiser_prefix(const am_optimiser *o, int moment) {
  static const char *const prefixes[][2] = {[AM_OPTIMISER_ADAM] = {"adam.m.", "adam.v."},
                                            [AM_OPTIMISER_RMSPROP] = {"rmsprop.m.", "rmsprop.v."},
                                            [AM_OPTIMISER_SGD] = {"sgd.m.", ""}};
  return prefixes[o->kind][moment];
}
