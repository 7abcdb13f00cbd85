/* A smaller network that goes on firing as the whole one does: what becomes of its numbers, exactly;
 * the cortical microcircuit at a tenth of its size; and what is not scaled. */
#include <math.h>

#include "brain/connect.h"
#include "format/support.h"
#include "model_support.h"
#include "run/config/preset.h"

static amine_error error;

static const char network[] =
    "{\"dt_ms\": 0.1, \"scale\": {\"factor\": 0.25, \"rates_hz\": {\"E\": 4, \"I\": 10}},"
    " \"populations\": [{\"name\": \"E\", \"n\": 802, \"model\": \"lif\","
    "   \"values\": {\"tau_e_ms\": 2, \"tau_i_ms\": 5, \"tau_m_ms\": 10}},"
    "  {\"name\": \"I\", \"n\": 200, \"model\": \"lif\"}],"
    " \"projections\": [{\"source\": \"E\", \"target\": \"E\", \"connect\": \"total\","
    "   \"total\": 80200, \"weight\": {\"normal\": [0.5, 0.1], \"min\": 0.1}},"
    "  {\"source\": \"I\", \"target\": \"E\", \"connect\": \"in\", \"n_in\": 40, \"weight\": -3,"
    "   \"receptor\": \"inhibitory\"},"
    "  {\"source\": \"E\", \"target\": \"I\", \"connect\": \"probability\", \"probability\": 0.1,"
    "   \"weight\": [0.2, 0.4]}],"
    " \"inputs\": [{\"population\": \"E\", \"type\": \"poisson\", \"rate_hz\": 8000, \"weight\": "
    "0.1},"
    "  {\"population\": \"E\", \"type\": \"current\", \"mean\": 7}]}";

static void expect(double found, double wanted) {
  if (fabs(found - wanted) > 1e-9 * fabs(wanted)) fail_msg("%.12g, not %.12g", found, wanted);
}

/* 200.5 of 802 neurons are 201; each had 100 synapses from E and has 25. */
static void numbers_become_smaller(void **state) {
  (void)state;
  amine_brain *b = brain_from(network);
  const am_population *E = &b->populations[0], *I = &b->populations[1];
  const am_projection *p = b->projections;
  assert_true(E->n == 201 && I->n == 50);
  assert_int_equal(p[0].connection->n_pairs, 201 * 25);
  assert_int_equal(p[1].connection->n_in, 10);
  expect(p[2].connection->probability, 0.1);
  expect(p[0].connection->weights.a, 1), expect(p[0].connection->weights.b, 0.2);
  expect(p[0].connection->weights.min, 0.2);
  expect(p[1].weight, -6), expect(p[2].weight, 0.4), expect(p[2].weight_max, 0.8);
  expect(E->poisson_hz[0], 2000), expect(E->poisson_weight[0], 0.2);
  /* K w nu tau: 100 of 0.5, 40 of -3 at 5 ms, and 8,000 Hz of 0.1; on I 80.2 of 0.3 that are jumps */
  const double on_E = (100 * 0.5 * 4 * 2 + 40 * -3.0 * 10 * 5 + 8000 * 0.1 * 2) * 1e-3;
  expect(E->mean, 7 + 0.5 * on_E);
  expect(I->mean, 0.5 * 80.2 * 0.3 * 4 * 20 * 1e-3);
  amine_brain_destroy(b);
}

/* With the factor 1 nothing changes, whatever is there. */
static void all_of_it_is_the_network_itself(void **state) {
  (void)state;
  json_t *root = tree(network);
  json_object_set_new(json_object_get(root, "scale"), "factor", json_integer(1));
  amine_brain *b = brain_of(root, 1, NULL);
  json_object_del(root, "scale");
  amine_brain *c = brain_of(root, 1, NULL);
  for (int k = 0; k < 3; k++)
    assert_int_equal(b->projections[k].connection->n_pairs, c->projections[k].connection->n_pairs);
  for (int k = 0; k < 2; k++) {
    assert_int_equal(b->populations[k].n, c->populations[k].n);
    assert_true(b->populations[k].mean == c->populations[k].mean);
  }
  json_decref(root);
  amine_brain_destroy(b);
  amine_brain_destroy(c);
}

/* Rates at a tenth of the size from 0.5 to 1.5 s: as of four networks in numpy, by a program of its
 * own (tests/reference/potjans2014.py --run 1 2 3 4), +- 5 standard errors of one network's
 * difference from their mean. */
static void a_tenth_of_the_microcircuit(void **state) {
  (void)state;
  static const double hz[] = {0.465, 2.110, 4.017, 5.002, 6.622, 7.847, 0.825, 6.988};
  static const double sd[] = {0.021, 0.028, 0.063, 0.030, 0.313, 0.100, 0.050, 0.024};
  const am_preset *preset = am_presets;
  while (preset->name && strcmp(preset->name, "potjans2014") != 0) preset++;
  json_t *root = tree(preset->text);
  json_object_set_new(json_object_get(root, "scale"), "factor", json_real(0.1));
  amine_brain *b = brain_of(root, 1, NULL);
  uint64_t before[8];
  size_t synapses = 0;
  EXPECT_OK(amine_brain_run(b, 5000, &error), &error);
  for (int k = 0; k < 8; k++) before[k] = amine_brain_spike_count(b, k);
  EXPECT_OK(amine_brain_run(b, 10000, &error), &error);
  for (int k = 0; k < 8; k++) {
    int n;
    const char *name = amine_brain_population(b, k, &n, NULL);
    const double found = (double)(amine_brain_spike_count(b, k) - before[k]) / n;
    if (fabs(found - hz[k]) > 5 * sd[k] * sqrt(1 + 1 / 4.0))
      fail_msg("%s: %g Hz, not %g +- %g", name, found, hz[k], sd[k]);
  }
  amine_brain_synapse_bytes(b, &synapses);
  assert_true(fabs((double)synapses - 2988809.7) < 1000); /* a hundredth of 298,880,970 */
  json_decref(root);
  amine_brain_destroy(b);
}

static void refused(const char *change, const char *value, const char *parts) {
  char sentence[900];
  json_t *root = tree(network), *at = root, *new = tree(value);
  if (strcmp(change, "scale") != 0) at = json_array_get(json_object_get(root, change), 0);
  if (at == root) json_object_set(root, "scale", new);
  else json_object_update(at, new);
  if (!refuses(root, parts, sentence, sizeof sentence)) fail_msg("%s: %s", value, sentence);
  json_decref(new);
  json_decref(root);
}

static void what_is_not_scaled_is_refused(void **state) {
  (void)state;
  refused("scale", "{\"factor\": 2}", "scale.factor=2|0.0001 to 1");
  refused("scale", "{\"factor\": 0.5, \"rates_hz\": {\"E\": 4}}",
          "projections.I-E|no rate of \"I\"");
  refused("scale", "{\"factor\": 0.5, \"rates_hz\": {\"F\": 4}}", "no population \"F\"");
  refused("scale", "{\"factor\": 0.5, \"rates_hz\": {\"E\": -4}}", "scale.rates_hz.E=-4");
  refused("scale", "{\"factor\": 0.5, \"rates_hz\": [4, 4]}", "scale.rates_hz|{\"E\": 3}");
  refused("scale", "{\"factors\": 0.5}", "scale: unknown key|did you mean factor");
  refused("populations", "{\"model\": \"lif-cond\", \"values\": {}}", "lif-cond, are no currents");
  refused("populations", "{\"positions\": {\"x\": [0, 900]}}", "populations.E|positions");
  refused("projections", "{\"rule\": \"stdp\"}", "projections.E-E|learn");
  refused("projections", "{\"connect\": \"list\", \"pairs\": [[0, 1]], \"weight\": 1}", "listed");
  refused("inputs", "{\"range\": [0, 3]}", "certain neurons");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(numbers_become_smaller),
      cmocka_unit_test(all_of_it_is_the_network_itself),
      cmocka_unit_test(a_tenth_of_the_microcircuit),
      cmocka_unit_test(what_is_not_scaled_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
