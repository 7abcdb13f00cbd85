/* Synapses of 16 bits: the same ones as in full, weights rounded to the quantum; then the same bits
 * where weights are the same, whole or with a part blocked; on any number of threads; saved and
 * restored on the way; what is chosen by itself; what is refused. */
#include <limits.h>
#include <math.h>
#include <unistd.h>

#include "amine/memory.h"
#include "brain/state.h"
#include "format/support.h"
#include "model_support.h"

static amine_error error;

enum { N_PROJECTIONS = 6, POPULATIONS = 3 };

/* Three populations in several chunks, in every way in which sources and targets are drawn, onto two
 * receptors: weights fixed, uniform, normal and lognormal; delays fixed, uniform and normal. */
static const char network[] =
    "{\"dt_ms\": 0.1, \"populations\": [{\"name\": \"A\", \"n\": 2500, \"model\": \"lif\","
    "   \"values\": {\"tau_e_ms\": 2, \"tau_i_ms\": 5, \"tau_m_ms\": 10},"
    "   \"initial\": {\"v\": {\"normal\": [-60, 5]}}},"
    "  {\"name\": \"B\", \"n\": 777, \"model\": \"lif\"}, {\"name\": \"C\", \"n\": 3001,"
    "   \"model\": \"lif-cond\"}],"
    " \"projections\": [{\"source\": \"A\", \"target\": \"A\", \"connect\": \"total\","
    "   \"total\": 900000, \"self\": true, \"weight\": {\"normal\": [0.5, 0.2], \"min\": 0},"
    "   \"delay_ms\": {\"normal\": [1.5, 0.75]}},"
    "  {\"source\": \"A\", \"target\": \"C\", \"connect\": \"probability\", \"probability\": 0.02,"
    "   \"weight\": [0.5, 1.5], \"delay_ms\": [0.3, 2.5]},"
    "  {\"source\": \"B\", \"target\": \"A\", \"connect\": \"out\", \"n_out\": 200,"
    "   \"receptor\": \"inhibitory\", \"weight\": {\"normal\": [-2, 0.3], \"max\": 0},"
    "   \"delay_ms\": {\"normal\": [0.8, 0.4]}},"
    "  {\"source\": \"B\", \"target\": \"C\", \"connect\": \"in\", \"n_in\": 20,"
    "   \"receptor\": \"inhibitory\", \"weight\": {\"lognormal\": [1.5, 0.3]}, \"delay_ms\": 1},"
    "  {\"source\": \"A\", \"target\": \"B\", \"connect\": \"out\", \"n_out\": 30,"
    "   \"weight\": 0.7, \"delay_ms\": [0.1, 2.5]},"
    "  {\"source\": \"C\", \"target\": \"A\", \"connect\": \"out\", \"n_out\": 30,"
    "   \"weight\": [-0.3, 0.9], \"delay_ms\": [0.1, 0.5]}],"
    " \"inputs\": [{\"population\": \"A\", \"type\": \"poisson\", \"rate_hz\": 4000, \"weight\": "
    "6},"
    "  {\"population\": \"B\", \"type\": \"poisson\", \"rate_hz\": 900, \"weight\": 4},"
    "  {\"population\": \"C\", \"type\": \"poisson\", \"rate_hz\": 6000, \"weight\": 5}]}";

static amine_brain *made(amine_layout layout, int threads) {
  amine_brain *b = brain_from(network);
  EXPECT_OK(amine_brain_set_threads(b, threads, &error), &error);
  EXPECT_OK(amine_brain_set_layout(b, layout, &error), &error);
  for (int k = 0; k < N_PROJECTIONS; k++)
    assert_true(amine_brain_is_compact(b, k) == (layout == AMINE_LAYOUT_COMPACT));
  return b;
}

static void run(amine_brain *b, uint64_t steps) {
  EXPECT_OK(amine_brain_run(b, steps, &error), &error);
}

/* Spikes since the last call, and all states, as one number. */
static uint64_t fingerprint(amine_brain *b) {
  const size_t n = amine_brain_n_spikes(b);
  uint64_t *steps = calloc(n + 1, sizeof *steps), sum = n;
  int *populations = calloc(n + 1, sizeof(int)), *neurons = calloc(n + 1, sizeof(int));
  amine_brain_read_spikes(b, steps, populations, neurons, n);
  for (size_t k = 0; k < n; k++) {
    const uint64_t who = (uint64_t)populations[k] << 32 | (uint64_t)neurons[k];
    sum = (sum ^ (steps[k] * 1000003 + who)) * UINT64_C(1099511628211);
  }
  free(steps), free(populations), free(neurons);
  for (int s = 0; s < b->n_states; s++)
    for (uint32_t i = 0; i < b->n_line; i++) {
      uint64_t bits = 0;
      memcpy(&bits, &b->states[s][i], sizeof(am_real));
      sum = (sum ^ bits) * UINT64_C(1099511628211);
    }
  return sum;
}

typedef struct synapses {
  size_t n;
  int *source, *target, *delay;
  float *weight;
} synapses;

static synapses of(amine_brain *b, int projection) {
  synapses s = {0};
  amine_brain_projection(b, projection, NULL, NULL, &s.n);
  s.source = calloc(s.n + 1, sizeof *s.source), s.target = calloc(s.n + 1, sizeof *s.target);
  s.delay = calloc(s.n + 1, sizeof *s.delay), s.weight = calloc(s.n + 1, sizeof *s.weight);
  EXPECT_OK(amine_brain_synapses(b, projection, "w", s.source, s.target, s.delay, s.weight, &error),
            &error);
  return s;
}

static void drop(synapses *s) { free(s->source), free(s->target), free(s->delay), free(s->weight); }

/* The largest weight at a receptor of a population is 16,384 to 32,767 quanta, or might have been. */
static void the_same_synapses_rounded(void **state) {
  (void)state;
  amine_brain *full = made(AMINE_LAYOUT_FULL, 1), *compact = made(AMINE_LAYOUT_COMPACT, 2);
  /* 0.5 + 6.8 * 0.2; 1.5 is more than 0.9; -2 - 6.8 * 0.3; exp(1.5 + 6.8 * 0.3); 0.7 */
  static const double most[N_PROJECTIONS] = {1.86, 1.5, 4.04, 34.5, 0.7, 1.86};
  for (int k = 0; k < N_PROJECTIONS; k++) {
    synapses a = of(full, k), b = of(compact, k);
    const double quantum = ldexp(1, (int)ceil(log2(most[k] / 32767)));
    bool rounded = false;
    assert_int_equal(a.n, b.n);
    assert_true(a.n > 10000);
    assert_memory_equal(a.source, b.source, a.n * sizeof *a.source);
    assert_memory_equal(a.target, b.target, a.n * sizeof *a.target);
    assert_memory_equal(a.delay, b.delay, a.n * sizeof *a.delay);
    for (size_t i = 0; i < a.n; i++) {
      if ((double)b.weight[i] != quantum * nearbyint((double)a.weight[i] / quantum))
        fail_msg("projection %d: %.9g, not %.9g", k, (double)b.weight[i], (double)a.weight[i]);
      rounded |= a.weight[i] != b.weight[i];
    }
    assert_true(rounded);
    assert_true(quantum / 2 < ldexp(most[k], -15));
    drop(&a), drop(&b);
  }
  size_t n[2];
  const double bytes[2] = {(double)amine_brain_synapse_bytes(full, &n[0]),
                           (double)amine_brain_synapse_bytes(compact, &n[1])};
  assert_int_equal(n[0], n[1]);
  assert_true(bytes[1] / (double)n[1] < 6 && bytes[1] < 0.85 * bytes[0]);
  amine_brain_destroy(full), amine_brain_destroy(compact);
}

/* The full one, with the weights of the other. */
static amine_brain *full_with_weights_of(amine_brain *compact) {
  amine_brain *full = made(AMINE_LAYOUT_FULL, 1);
  for (int k = 0; k < N_PROJECTIONS; k++) {
    synapses s = of(compact, k);
    if (k != 4) EXPECT_OK(amine_brain_set_weights(full, k, s.weight, &error), &error);
    drop(&s);
  }
  return full;
}

/* What arrives in a step is a sum of few multiples of the quantum: exact in 32 bits of a float, too.
 * One fixed weight, 0.7, cannot be set: that projection is blocked, like others in turn. */
static void the_same_bits_as_in_full(void **state) {
  (void)state;
  amine_brain *compact = made(AMINE_LAYOUT_COMPACT, 2), *full = full_with_weights_of(compact);
  amine_brain *both[2] = {compact, full};
  uint64_t found[2], before[2] = {0};
  static const int blocked[] = {-1, 0, 1, 2, 3, 5, -1};
  for (size_t part = 0; part < sizeof blocked / sizeof *blocked; part++) {
    for (int k = 0; k < 2; k++) {
      for (int j = 0; j < N_PROJECTIONS; j++)
        EXPECT_OK(amine_brain_block(both[k], j, j == 4 || j == blocked[part], &error), &error);
      EXPECT_OK(amine_brain_silence(both[k], 1, part == 6, &error), &error);
      run(both[k], 150);
      found[k] = fingerprint(both[k]);
      assert_true(found[k] != before[k]);
      before[k] = found[k];
    }
    if (found[0] != found[1]) fail_msg("other bits in part %zu", part);
  }
  for (int k = 0; k < POPULATIONS; k++) {
    double sums[2][2];
    assert_true(amine_brain_spike_count(compact, k) > 300);
    for (int j = 0; j < 2; j++)
      EXPECT_OK(amine_brain_balance(both[j], k, &sums[j][0], &sums[j][1], &error), &error);
    for (int j = 0; j < 2 && k != 1; j++)
      assert_true(fabs(sums[0][j] - sums[1][j]) <= 1e-6 * sums[1][j]);
  }
  amine_brain_destroy(full), amine_brain_destroy(compact);
}

/* A blocked projection changes what comes, and only while it is. */
static void a_block_is_felt(void **state) {
  (void)state;
  uint64_t found[3];
  for (int k = 0; k < 3; k++) {
    amine_brain *b = made(AMINE_LAYOUT_COMPACT, 1);
    EXPECT_OK(amine_brain_block(b, 1, k == 1, &error), &error);
    run(b, 60);
    EXPECT_OK(amine_brain_block(b, 1, 0, &error), &error);
    run(b, 140);
    found[k] = fingerprint(b);
    amine_brain_destroy(b);
  }
  assert_true(found[0] == found[2] && found[0] != found[1]);
}

/* Also of threads that draw, and that come later than the synapses. */
static void the_same_bits_on_any_number_of_threads(void **state) {
  (void)state;
  uint64_t first = 0;
  for (int threads = 1; threads <= 4; threads++) {
    amine_brain *b = made(AMINE_LAYOUT_COMPACT, threads);
    assert_int_equal(b->compact.n_units, threads < b->n_chunks ? threads : b->n_chunks);
    run(b, 200);
    if (threads == 2) EXPECT_OK(amine_brain_set_threads(b, 5, &error), &error);
    run(b, 200);
    const uint64_t found = fingerprint(b);
    if (threads == 1) first = found;
    else assert_true(found == first);
    amine_brain_destroy(b);
  }
}

static void saved_on_the_way(void **state) {
  (void)state;
  const char *path = "compact_state.safetensors";
  amine_brain *b = made(AMINE_LAYOUT_COMPACT, 1), *other = made(AMINE_LAYOUT_COMPACT, 2);
  run(b, 203);
  EXPECT_OK(amine_brain_save(b, path, &error), &error);
  fingerprint(b);
  run(b, 200);
  const uint64_t found = fingerprint(b);
  EXPECT_OK(amine_brain_restore(other, path, &error), &error);
  run(other, 200);
  assert_true(fingerprint(other) == found);
  /* twice: what was on its way before is forgotten */
  EXPECT_OK(amine_brain_restore(b, path, &error), &error);
  run(b, 200);
  assert_true(fingerprint(b) == found);
  amine_brain *full = made(AMINE_LAYOUT_FULL, 1);
  assert_int_equal(amine_brain_restore(full, path, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "another structure"));
  /* other weights are another structure: they stand in no file */
  json_t *root = tree(network);
  json_t *first = json_array_get(json_object_get(root, "projections"), 1);
  json_object_set_new(first, "weight", json_pack("[f, f]", 0.5, 1.6));
  amine_brain *heavier = brain_of(root, 1, NULL);
  EXPECT_OK(amine_brain_set_layout(heavier, AMINE_LAYOUT_COMPACT, &error), &error);
  assert_int_equal(amine_brain_restore(heavier, path, &error), AMINE_ERROR_INPUT);
  json_decref(root);
  unlink(path);
  amine_brain_destroy(b), amine_brain_destroy(other);
  amine_brain_destroy(full), amine_brain_destroy(heavier);
}

/* What learns, changes or is listed stays in full beside what is compact. */
static void beside_what_learns(void **state) {
  (void)state;
  json_t *root = tree(network);
  json_t *all = json_object_get(root, "projections");
  json_object_set_new(json_array_get(all, 1), "rule", json_string("stdp"));
  json_object_set_new(json_array_get(all, 1), "values", json_pack("{s:f}", "w_max", 3.0));
  json_object_set_new(
      json_array_get(all, 2), "short_term",
      json_pack("{s:f, s:f, s:f}", "u", 0.5, "tau_rec_ms", 100.0, "tau_facil_ms", 0.0));
  json_object_set_new(root, "layout", json_string("compact"));
  uint64_t found[2];
  for (int threads = 1; threads <= 2; threads++) {
    amine_brain *b = brain_of(root, 1, NULL);
    EXPECT_OK(amine_brain_set_threads(b, threads, &error), &error);
    for (int k = 0; k < N_PROJECTIONS; k++)
      assert_true(amine_brain_is_compact(b, k) == (k != 1 && k != 2));
    run(b, 300);
    found[threads - 1] = fingerprint(b);
    amine_brain_destroy(b);
  }
  assert_true(found[0] == found[1]);
  json_decref(root);
}

/* By itself: where rows would be short and the brain is large; not where weights are too far apart. */
static void chosen_by_shape(void **state) {
  (void)state;
  static const bool automatic[N_PROJECTIONS] = {true, true, true, false, true, true};
  amine_brain *b = brain_from(network);
  for (int k = 0; k < N_PROJECTIONS; k++)
    if (amine_brain_is_compact(b, k) != automatic[k]) fail_msg("projection %d", k);
  assert_false(amine_brain_is_compact(b, N_PROJECTIONS) || amine_brain_is_compact(b, -1));
  assert_int_equal(amine_brain_set_layout(b, AMINE_LAYOUT_FULL, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "until the first run"));
  amine_brain_destroy(b);
  json_t *root = tree(network);
  json_t *first = json_array_get(json_object_get(root, "projections"), 0);
  json_object_set_new(first, "weight", json_pack("{s:[f, f]}", "lognormal", -1.0, 1.0));
  b = brain_of(root, 1, NULL);
  assert_false(amine_brain_is_compact(b, 0));
  amine_brain_destroy(b);
  json_object_set_new(json_array_get(json_object_get(root, "populations"), 2), "n",
                      json_integer(500));
  b = brain_of(root, 1, NULL);
  for (int k = 0; k < N_PROJECTIONS; k++) assert_false(amine_brain_is_compact(b, k));
  amine_brain_destroy(b);
  json_decref(root);
}

/* Of what is allocated while the synapses are drawn, number `left` is refused. */
static long left;

static void *scarce(void *context, void *block, size_t old_size, size_t new_size) {
  (void)context;
  if (new_size == 0) {
    free(block);
    return NULL;
  }
  if (left-- == 0) return NULL;
  void *fresh = aligned_alloc(64, (new_size + 63) / 64 * 64);
  if (fresh && block) memcpy(fresh, block, old_size < new_size ? old_size : new_size);
  if (fresh) free(block);
  return fresh;
}

static amine_brain *small(void) {
  json_t *root = tree(network);
  const json_t *populations = json_object_get(root, "populations");
  static const int n[] = {300, 60, 200};
  for (size_t k = 0; k < 3; k++)
    json_object_set_new(json_array_get(populations, k), "n", json_integer(n[k]));
  json_object_set_new(json_array_get(json_object_get(root, "projections"), 0), "total",
                      json_integer(9000));
  json_object_set_new(root, "layout", json_string("compact"));
  amine_brain *b = brain_of(root, 1, NULL);
  json_decref(root);
  return b;
}

/* A brain that could not be built can be built the next time, into the same bits. */
static void memory_is_refused(void **state) {
  (void)state;
  amine_brain *whole = small();
  run(whole, 50);
  const uint64_t found = fingerprint(whole);
  amine_brain_destroy(whole);
  amine_memory_use(scarce, NULL);
  int refusals = 0;
  for (long at = 0; at < 2000; at = at < 200 ? at + 1 : at + 7) {
    left = LONG_MAX;
    amine_brain *b = small();
    left = at;
    const amine_status status = amine_brain_run(b, 0, &error);
    const bool enough = left >= 0;
    left = LONG_MAX;
    if (status == AMINE_OK) {
      amine_brain_destroy(b);
      if (enough) break;
      continue; /* it only shrinks */
    }
    assert_int_equal(status, AMINE_ERROR_MEMORY);
    assert_int_equal(b->compact.n_units, 0);
    refusals++;
    if (at % 16 == 0) {
      run(b, 50);
      assert_true(fingerprint(b) == found);
    }
    amine_brain_destroy(b);
  }
  amine_memory_use(NULL, NULL);
  assert_true(refusals > 50);
}

static void refused(void **state) {
  (void)state;
  amine_brain *b = made(AMINE_LAYOUT_COMPACT, 1);
  synapses s = of(b, 0);
  assert_int_equal(amine_brain_set_weights(b, 0, s.weight, &error), AMINE_ERROR_ARGUMENT);
  assert_non_null(strstr(error.message, "16 bits"));
  drop(&s);
  amine_brain_destroy(b);
  b = brain_from(network);
  assert_int_equal(amine_brain_set_layout(b, (amine_layout)3, &error), AMINE_ERROR_ARGUMENT);
  amine_brain_destroy(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_same_synapses_rounded),
      cmocka_unit_test(the_same_bits_as_in_full),
      cmocka_unit_test(a_block_is_felt),
      cmocka_unit_test(the_same_bits_on_any_number_of_threads),
      cmocka_unit_test(saved_on_the_way),
      cmocka_unit_test(beside_what_learns),
      cmocka_unit_test(chosen_by_shape),
      cmocka_unit_test(memory_is_refused),
      cmocka_unit_test(refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
