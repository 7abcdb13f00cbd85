/* A number for each neuron: with what its states begin, and parameters that neurons have for
 * themselves. A draw is a function of (seed, population, neuron, which number it is). */
#include <float.h>
#include <math.h>
#include <stdio.h>

#include "base/error.h"
#include "base/host.h"
#include "base/memory.h"
#include "base/normal.h"
#include "base/random.h"
#include "base/sized.h"
#include "brain/brain.h"
#include "brain/draw.h"
#include "brain/state.h"
#include "kernel/exponential.h"

#define ARGUMENT(...) am_fail(error, AMINE_ERROR_ARGUMENT, __VA_ARGS__)
#define PARAMETERS 64 /* numbers below are states, those from here on rows of parameters */

amine_draw amine_draw_default(void) {
  return (amine_draw){
      .size = sizeof(amine_draw), .kind = AMINE_DRAW_UNIFORM, .min = -HUGE_VAL, .max = HUGE_VAL};
}

double am_draw_at(const amine_draw *d, double z) {
  const double x = d->a + d->b * z;
  return d->kind == AMINE_DRAW_LOGNORMAL ? am_exp(x) : x;
}

double am_draw_normal(const amine_draw *d, double z, am_random_key key, uint32_t step, int which) {
  for (;;) {
    const double x = am_draw_at(d, z);
    if (x >= d->min && x <= d->max) return x;
    double again[2];
    key.stream += 256;
    const am_random4 r = am_random(key, step);
    am_normal2(again, r.v[0], r.v[1]);
    z = again[which];
  }
}

amine_status am_draw_check(const amine_draw *d, const char *what, amine_error *error) {
  const double middle = am_draw_at(d, 0), low = am_draw_at(d, -0.01), high = am_draw_at(d, 0.01);
  if (!(fabs(d->a) <= FLT_MAX) || !(d->b >= 0 && d->b <= FLT_MAX))
    return ARGUMENT("%s has a mean of %g and a standard deviation of %g", what, d->a, d->b);
  if (!(middle >= d->min && middle <= d->max) || !(d->min <= low || d->max >= high))
    return ARGUMENT("%s is within %g to %g, where hardly any is, or not its middle, %g", what,
                    d->min, d->max, middle);
  return AMINE_OK;
}

static double one(const amine_draw *d, int neuron, am_random_key key, uint32_t which) {
  if (d->kind == AMINE_DRAW_GIVEN) return (double)d->values[neuron];
  key.lane = (uint32_t)neuron;
  const am_random4 r = am_random(key, which);
  if (d->kind == AMINE_DRAW_UNIFORM)
    return d->a + (d->b - d->a) * am_uniform_double(r.v[0], r.v[1]);
  double z[2];
  am_normal2(z, r.v[0], r.v[1]);
  return am_draw_normal(d, z[0], key, which, 0);
}

/* The numbers of all neurons, [n], which the caller frees. */
static amine_status draw(float **out, const amine_brain *b, int population, const char *name,
                         const amine_draw *given, uint32_t which, amine_error *error) {
  const am_population *p = &b->populations[population];
  const am_random_key key = {b->seed, AM_STREAM_EACH, (uint32_t)population, 0};
  amine_draw d = amine_draw_default();
  char what[320];
  am_sized_copy(&d, sizeof d, given, given->size);
  if ((unsigned)d.kind > AMINE_DRAW_LOGNORMAL || (d.kind == AMINE_DRAW_GIVEN && !d.values))
    return ARGUMENT("population %s: %s is not drawn so, or its values are missing", p->name, name);
  if (d.kind == AMINE_DRAW_UNIFORM && !(d.a <= d.b))
    return ARGUMENT("population %s: %s is not uniform from %g to %g", p->name, name, d.a, d.b);
  snprintf(what, sizeof what, "population %.200s: %.100s", p->name, name);
  if (d.kind >= AMINE_DRAW_NORMAL) AM_TRY(am_draw_check(&d, what, error));
  float *values = am_alloc((size_t)p->n, sizeof *values);
  if (!values) return am_fail_memory(error, am_size_mul((size_t)p->n, sizeof *values));
  for (int i = 0; i < p->n; i++) {
    values[i] = (float)one(&d, i, key, which);
    if (isfinite(values[i])) continue;
    am_free(values);
    return ARGUMENT("population %s: %s of neuron %d is not finite", p->name, name, i);
  }
  *out = values;
  return AMINE_OK;
}

amine_status amine_brain_set_initial(amine_brain *b, int population, const char *state,
                                     const amine_draw *given, amine_error *error) {
  AM_ENTER;
  int which = 0;
  float *values = NULL;
  if (b->built)
    return ARGUMENT("choosing initial values is possible until the first run only; "
                    "amine_brain_set sets states then");
  AM_TRY(am_brain_find_state(&which, b, population, state, error));
  AM_TRY(draw(&values, b, population, state, given, (uint32_t)which, error));
  am_free(b->populations[population].start[which]);
  b->populations[population].start[which] = values;
  return AMINE_OK;
}

amine_status amine_brain_draw_parameter(amine_brain *b, int population, const char *parameter,
                                        const amine_draw *given, amine_error *error) {
  AM_ENTER;
  float *values = NULL;
  if (population < 0 || population >= b->n_populations)
    return ARGUMENT("there is no population %d: there are %d", population, b->n_populations);
  if (!parameter) return ARGUMENT("a parameter has no name");
  const am_part *part = &b->populations[population].model->part;
  const amine_parameter *row = am_parameter_find(part, parameter, false);
  if (!row) return ARGUMENT("%s has no parameter %.100s", part->name, parameter);
  const uint32_t which = PARAMETERS + (uint32_t)(row - part->parameters);
  AM_TRY(draw(&values, b, population, parameter, given, which, error));
  const amine_status status = amine_brain_set_parameter(b, population, parameter, values, error);
  am_free(values);
  return status;
}
