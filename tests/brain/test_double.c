/* The engine compiled in double against the float64 reference, to 1e-12: what a float could hide is
 * not in the equations. One synapse each, whose neurons fire when they are told to, and neurons
 * that get the reference's currents and arrivals. */
#include "brain/replay.h"

#include "brain/state.h"

#define EXACT 1e-12

static amine_error error;

typedef struct train {
  const am_tensor_file *f;
  const char *name;
  amine_brain *b;
  int id;
  double dt, worst;
} train;

static void tell(const train *r, int population, const char *key) {
  const am_tensor *t = tensor(r->f, r->name, key, AM_I32);
  int *neurons = calloc(t->count + 1, sizeof *neurons);
  add_spikes(r->b, population, neurons, t->data, t->count, r->dt);
  free(neurons);
}

static void build(train *r) {
  char text[1024];
  amine_value values[MAX_VALUES];
  r->dt = atof(note(r->f, r->name, "dt_ms"));
  good(amine_brain_create(&r->b, r->dt, 1, &error), &error);
  amine_projection p = amine_projection_default();
  p.source = add_population(r->b, "pre", 1, "spikes", NULL, 0);
  p.target = add_population(r->b, "post", 1, "spikes", NULL, 0);
  tell(r, p.source, "pre");
  tell(r, p.target, "post");
  p.delay_ms = atoi(note(r->f, r->name, "delay")) * r->dt;
  p.rule = note(r->f, r->name, "rule");
  p.n_values = parse_values(note(r->f, r->name, "values"), text, sizeof text, values);
  p.values = values;
  p.weight = (double)*(const float *)tensor(r->f, r->name, "w0", AM_F32)->data;
  good(amine_brain_connect(r->b, &r->id, &p, &error), &error);
}

/* Rewards due at a step are given before it. */
static void run_to(const train *r, int end) {
  const am_tensor *at = maybe(r->f, r->name, "reward_at");
  for (int now = (int)amine_brain_step(r->b); now < end; now++) {
    for (size_t i = 0; at && i < at->count; i++)
      if (((const int32_t *)at->data)[i] == now)
        good(amine_brain_reward(
                 r->b, ((const double *)tensor(r->f, r->name, "reward", AM_F64)->data)[i], &error),
             &error);
    run(r->b, 1);
  }
}

static void compare(train *r, char variable, double want) {
  am_real got;
  good(am_brain_synapse_values(&got, r->b, r->id, variable, &error), &error);
  const double d = fabs((double)got - want) / fmax(1, fabs(want));
  if (!(d <= EXACT))
    fail_msg("%s (%s): %c is %.17g, not %.17g", r->name, note(r->f, r->name, "rule"), variable,
             (double)got, want);
  r->worst = fmax(r->worst, d);
}

static void rules_are_exact(void **state) {
  (void)state;
  assert_int_equal(sizeof(am_real), sizeof(double));
  am_tensor_file *f = open_data(TEST_DATA "/synapses.safetensors");
  char names[32768];
  assert_true(strlen(note(f, "", "trains")) < sizeof names);
  strcpy(names, note(f, "", "trains"));
  double worst = 0;
  int n = 0;
  for (char *save, *name = strtok_r(names, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
    if (strcmp(note(f, name, "factor"), "none") != 0) continue; /* levels are floats */
    train r = {.f = f, .name = name};
    build(&r);
    const am_tensor *at = tensor(f, name, "at", AM_I32), *w = tensor(f, name, "w", AM_F64);
    const am_tensor *c = maybe(f, name, "c");
    for (size_t k = 0; k < at->count; k++) {
      run_to(&r, ((const int32_t *)at->data)[k]);
      compare(&r, 'w', ((const double *)w->data)[k]);
      if (c) compare(&r, 'c', ((const double *)c->data)[k]);
    }
    amine_brain_destroy(r.b);
    worst = fmax(worst, r.worst);
    n++;
  }
  assert_true(n >= 40);
  print_message("%d trains, off by at most %.1e\n", n, worst);
  am_tensor_file_close(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rules_are_exact)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
