/* A brain that meets a failure: memory refused at every allocation, the disk at every system call,
 * a checkpoint cut, damaged, or of another brain. Each is answered with a sentence, and the brain
 * ends in the same bits as if nothing had been. */
#include "brain/replay.h"

#include <errno.h>
#include <unistd.h>

#include "amine/memory.h"
#include "base/error.h"
#include "base/memory.h"
#include "format/file.h"
#include "format/support.h"

static amine_error error;

/* ------------------------------------------------------- a brain with something of everything */
static long refusals; /* answered with AMINE_ERROR_MEMORY and tried again */

/* Done at the second attempt if memory was refused at the first. */
#define INSIST(call)                                                                               \
  do {                                                                                             \
    error = (amine_error){0};                                                                      \
    amine_status insist_status = (call);                                                           \
    if (insist_status == AMINE_ERROR_MEMORY && error.message[0]) {                                 \
      refusals++;                                                                                  \
      insist_status = (call);                                                                      \
    }                                                                                              \
    if (insist_status != AMINE_OK)                                                                 \
      fail_msg("%s: %s, \"%s\"", #call, amine_status_name(insist_status), error.message);          \
  } while (0)

static void populate(amine_brain *b) {
  const amine_value slow = {"tau_e_ms", 5}, rate = {"rate_hz", 60};
  float at[4 * 20], own[6], currents[20];
  for (int i = 0; i < 4 * 20; i++) at[i] = (float)(i * 7 % 11);
  for (int i = 0; i < 6; i++) own[i] = 4 + (float)i;
  for (int i = 0; i < 20; i++) currents[i] = (float)i / 10;
  INSIST(amine_brain_add_population(b, NULL, "A", 20, "lif", &slow, 1, &error));
  INSIST(amine_brain_add_population(b, NULL, "B", 6, "izhikevich", NULL, 0, &error));
  INSIST(amine_brain_add_population(b, NULL, "C", 9, "poisson", &rate, 1, &error));
  INSIST(amine_brain_add_population(b, NULL, "D", 5, "spikes", NULL, 0, &error));
  INSIST(amine_brain_set_positions(b, 0, at, &error));
  INSIST(amine_brain_set_parameter(b, 1, "d", own, &error));
  INSIST(amine_brain_set_current(b, 0, 16, 4, &error));
  INSIST(amine_brain_set_current(b, 1, 6, 2, &error));
  INSIST(amine_brain_set_currents(b, 0, currents, &error));
  INSIST(amine_brain_set_poisson(b, 1, AMINE_RECEPTOR_2, 300, 0.5, &error));
}

static void join_all(amine_brain *b, double stp_tau_rec_ms) {
  const int sources[] = {1, 4, 2}, targets[] = {0, 3, 3};
  const float weights[] = {0.5f, 1, 2};
  const amine_value scaled[] = {{"target_rate_hz", 20}, {"time_window_ms", 100}};
  const amine_value brief = {"tau_c_ms", 4};
  amine_projection p = amine_projection_default();
  p.source = 2, p.connect = AMINE_CONNECT_PROBABILITY, p.probability = 0.5;
  p.rule = "stdp", p.values = scaled, p.n_values = 2, p.weight = 0.5;
  INSIST(amine_brain_connect(b, NULL, &p, &error));
  p.source = 0, p.rule = "da-stdp", p.values = &brief, p.n_values = 1, p.delay_max_ms = 4;
  INSIST(amine_brain_connect(b, NULL, &p, &error));
  INSIST(amine_brain_connect(b, NULL, &p, &error)); /* of the same name */
  p = amine_projection_default();
  p.connect = AMINE_CONNECT_DISTANCE, p.velocity = 5, p.stp_u = 0.5;
  p.stp_tau_rec_ms = stp_tau_rec_ms;
  INSIST(amine_brain_connect(b, NULL, &p, &error));
  p = amine_projection_default();
  p.source = 3, p.target = 1, p.connect = AMINE_CONNECT_LIST;
  p.sources = sources, p.targets = targets, p.weights = weights, p.n_pairs = 3;
  INSIST(amine_brain_connect(b, NULL, &p, &error));
  p.weights = NULL, p.target = 0;
  INSIST(amine_brain_connect(b, NULL, &p, &error));
}

static void give_chemical(amine_brain *b, double step_ms, float modulation) {
  amine_chemical_config config = amine_chemical_config_default();
  amine_chemical chemical;
  config.norepinephrine.gain_modulation = modulation;
  assert_int_equal(amine_chemical_init(&chemical, &config), AMINE_OK);
  INSIST(amine_brain_set_chemical(b, &chemical, step_ms, &error));
  INSIST(amine_brain_target(b, 0, 7, 10, 5, &error));
}

static amine_brain *mixed(void) {
  amine_brain *b = NULL;
  INSIST(amine_brain_create(&b, 1, 3, &error));
  populate(b);
  join_all(b, 100);
  give_chemical(b, 5, 2);
  return b;
}

static void tell(amine_brain *b) {
  int neurons[30];
  double times[30];
  for (int k = 0; k < 30; k++) {
    neurons[k] = k % 5;
    times[k] = (double)amine_brain_step(b) + k * 7 % 41;
  }
  INSIST(amine_brain_add_spikes(b, 3, neurons, times, 30, &error));
}

/* A run that memory stopped goes on from where it stands. */
static void run_to(amine_brain *b, uint64_t end) {
  while (amine_brain_step(b) < end) INSIST(amine_brain_run(b, end - amine_brain_step(b), &error));
  assert_int_equal(amine_brain_step(b), end);
}

static void add_bytes(uint64_t *hash, const void *data, size_t size) {
  for (size_t i = 0; i < size; i++)
    *hash = (*hash ^ ((const unsigned char *)data)[i]) * 1099511628211u;
}

/* Of what can be read without forgetting it. */
static uint64_t hash_of(amine_brain *b) {
  static const char *const states[] = {"v", "u", "g_e", "g_i"};
  static float values[1024];
  uint64_t hash = 14695981039346656037u;
  for (int p = 0; p < amine_brain_n_populations(b); p++) {
    for (int s = 0; s < 4; s++) {
      memset(values, 0, sizeof values);
      if (amine_brain_get(b, p, states[s], values, NULL) == AMINE_OK)
        add_bytes(&hash, values, sizeof values);
    }
    const uint64_t count = amine_brain_spike_count(b, p);
    add_bytes(&hash, &count, sizeof count);
  }
  for (int p = 0; p < amine_brain_n_projections(b); p++) {
    memset(values, 0, sizeof values);
    INSIST(amine_brain_synapses(b, p, "w", NULL, NULL, NULL, values, &error));
    add_bytes(&hash, values, sizeof values);
  }
  const uint64_t step = amine_brain_step(b), n = amine_brain_n_spikes(b);
  add_bytes(&hash, &step, sizeof step);
  add_bytes(&hash, &n, sizeof n);
  return hash;
}

/* Every public call that may want memory. */
static uint64_t everything(const char *path) {
  amine_brain *b = mixed();
  tell(b);
  run_to(b, 37);
  INSIST(amine_brain_reward(b, 0.5, &error));
  amine_chemical_process_reward(amine_brain_chemical(b), 1, 0.2f);
  INSIST(amine_brain_set_poisson(b, 0, AMINE_RECEPTOR_1, 500, 0.5, &error));
  tell(b);
  run_to(b, 60);
  INSIST(amine_brain_save(b, path, &error));
  amine_brain_destroy(b);
  b = mixed();
  INSIST(amine_brain_restore(b, path, &error));
  run_to(b, 150);
  const uint64_t hash = hash_of(b);
  amine_brain_destroy(b);
  return hash;
}

/* --------------------------------------------------------------------------------- memory */
static void memory_may_be_refused_anywhere(void **state) {
  (void)state;
  const char *path = in_folder("memory");
  memory_start(0, false);
  const uint64_t wanted = everything(path);
  const long n = memory_watch.requests;
  memory_stop();
  refusals = 0;
  for (long at = 1; at <= n; at++) {
    memory_start(at, false);
    if (everything(path) != wanted) fail_msg("allocation %ld refused: other bits", at);
    memory_stop();
  }
  print_message("%ld allocations, %ld refusals answered\n", n, refusals);
  assert_true(refusals >= n - 2);
}

/* A run that cannot keep its spikes stops at a look, says so, and loses none. */
static void no_spike_is_lost_when_memory_is(void **state) {
  (void)state;
  memory_start(0, false);
  amine_brain *b = mixed();
  INSIST(amine_brain_run(b, 1, &error));
  const long before = memory_watch.requests;
  run_to(b, 900);
  const size_t n = amine_brain_n_spikes(b);
  const long more = memory_watch.requests - before;
  const uint64_t wanted = hash_of(b);
  amine_brain_destroy(b);
  memory_stop();
  assert_true(more >= 1);
  for (long at = 1; at <= more; at++) {
    memory_start(0, false);
    b = mixed();
    INSIST(amine_brain_run(b, 1, &error));
    memory_watch.at = memory_watch.requests + at;
    memory_watch.for_good = true;
    error = (amine_error){0};
    expect_failure(amine_brain_run(b, 899, &error), AMINE_ERROR_MEMORY, &error, "out of memory");
    assert_true(amine_brain_step(b) > 1 && amine_brain_step(b) <= 900);
    memory_watch.at = 0;
    run_to(b, 900);
    assert_int_equal(amine_brain_n_spikes(b), n);
    assert_true(hash_of(b) == wanted);
    amine_brain_destroy(b);
    memory_stop();
  }
}

static void steps_allocate_nothing(void **state) {
  (void)state;
  memory_start(0, false);
  amine_brain *b = mixed();
  for (int p = 0; p < 4; p++) assert_int_equal(amine_brain_record(b, p, 0, &error), AMINE_OK);
  tell(b);
  run_to(b, 1000); /* the room for spikes in flight has grown to what they need */
  const long before = memory_watch.requests;
  run_to(b, 3000);
  assert_int_equal(memory_watch.requests, before);
  assert_true(amine_brain_spike_count(b, 0) > 1000);
  amine_brain_destroy(b);
  memory_stop();
}

/* ---------------------------------------------------------------------------------- disk */
static void copy_file(const char *to, const char *from) {
  unsigned char *bytes;
  size_t size;
  assert_int_equal(am_file_read(from, 1 << 24, &bytes, &size, &error), AMINE_OK);
  put_file(to, bytes, size);
  am_free(bytes);
}

static bool same_file(const char *a, const char *b) {
  unsigned char *bytes;
  size_t size;
  assert_int_equal(am_file_read(a, 1 << 24, &bytes, &size, &error), AMINE_OK);
  const bool same = file_is(b, bytes, size);
  am_free(bytes);
  return same;
}

static void a_failing_disk_leaves_a_whole_file(void **state) {
  (void)state;
  const char *old_file = in_folder("old"), *new_file = in_folder("new"), *path = in_folder("path");
  amine_brain *b = mixed();
  run_to(b, 20);
  INSIST(amine_brain_save(b, old_file, &error));
  run_to(b, 40);
  faults_start(0, 0, false);
  INSIST(amine_brain_save(b, new_file, &error));
  const long n = faults.calls;
  faults_stop();
  const uint64_t before = hash_of(b);
  int failed = 0;
  for (int kind = 0; fault_kinds[kind].name; kind++)
    for (int for_good = 0; for_good < 2; for_good++)
      for (long at = 1; at <= n; at++) {
        if (fault_kinds[kind].error == EINTR && for_good) continue; /* would never end */
        copy_file(path, old_file);
        error = (amine_error){0};
        faults_start(at, fault_kinds[kind].error, for_good);
        const amine_status status = amine_brain_save(b, path, &error);
        faults_stop();
        if (status != AMINE_OK) {
          failed++;
          if (status != AMINE_ERROR_IO || error.message[0] == 0)
            fail_msg("%s at call %ld: %s", fault_kinds[kind].name, at, amine_status_name(status));
        }
        const bool is_new = same_file(path, new_file);
        if (!is_new && (status == AMINE_OK || !same_file(path, old_file)))
          fail_msg("%s at call %ld: no whole file is left", fault_kinds[kind].name, at);
        assert_true(hash_of(b) == before);
      }
  assert_true(failed > n);
  for (long at = 1; at <= 3; at++) { /* reading */
    error = (amine_error){0};
    faults_start(at, EIO, true);
    const amine_status status = amine_brain_restore(b, old_file, &error);
    faults_stop();
    assert_int_equal(status, AMINE_ERROR_IO);
    assert_true(strstr(error.message, old_file) != NULL && hash_of(b) == before);
  }
  amine_brain_destroy(b);
}

/* -------------------------------------------------------------------------------- damage */
static void expect_refused(amine_brain *b, const char *path, uint64_t before, const char *what,
                           size_t at) {
  error = (amine_error){0};
  const amine_status status = amine_brain_restore(b, path, &error);
  if (status != AMINE_ERROR_INPUT) fail_msg("%s at %zu: %s", what, at, amine_status_name(status));
  if (!strstr(error.message, path)) fail_msg("%s at %zu: no sentence", what, at);
  if (hash_of(b) != before) fail_msg("%s at %zu: the state changed", what, at);
}

/* Two neurons and a synapse between them. */
static amine_brain *tiny(void) {
  amine_brain *b;
  const amine_value loud = {"refractory_ms", 2};
  INSIST(amine_brain_create(&b, 1, 3, &error));
  INSIST(amine_brain_add_population(b, NULL, "A", 1, "spikes", NULL, 0, &error));
  INSIST(amine_brain_add_population(b, NULL, "B", 1, "lif", &loud, 1, &error));
  amine_projection p = amine_projection_default();
  p.target = 1, p.rule = "da-stdp";
  INSIST(amine_brain_connect(b, NULL, &p, &error));
  const int zero[] = {0, 0};
  const double times[] = {2, 12};
  INSIST(amine_brain_add_spikes(b, 0, zero, times, 2, &error));
  INSIST(amine_brain_set_current(b, 1, 40, 10, &error));
  run_to(b, 9);
  return b;
}

static void damage_gets_a_sentence(void **state) {
  (void)state;
  const char *path = in_folder("damaged");
  amine_brain *b = tiny();
  INSIST(amine_brain_save(b, path, &error));
  run_to(b, 11);
  const uint64_t before = hash_of(b);
  unsigned char *bytes;
  size_t size;
  assert_int_equal(am_file_read(path, 1 << 20, &bytes, &size, &error), AMINE_OK);
  for (size_t n = 0; n < size; n++) {
    put_file(path, bytes, n);
    expect_refused(b, path, before, "cut", n);
  }
  for (size_t bit = 0; bit < size * 8; bit++) {
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
    put_file(path, bytes, size);
    expect_refused(b, path, before, "bit", bit);
    bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
  }
  put_file(path, bytes, size);
  INSIST(amine_brain_restore(b, path, &error));
  assert_int_equal(amine_brain_step(b), 9);
  print_message("%zu bytes, every bit\n", size);
  am_free(bytes);
  amine_brain_destroy(b);
  error = (amine_error){0};
  b = tiny();
  expect_failure(amine_brain_restore(b, in_folder("missing"), &error), AMINE_ERROR_IO, &error,
                 "missing");
  amine_brain_destroy(b);
}

/* A file that is whole, but says something impossible: one tensor of it replaced. */
static void forge(const char *to, const char *from, const char *name, am_dtype dtype, size_t n,
                  const void *data) {
  am_tensor_file *f;
  am_tensor_builder *t;
  bool found = false;
  INSIST(am_tensor_file_open(&f, from, 1 << 24, true, &error));
  INSIST(am_tensor_builder_new(&t, &error));
  static const char *const notes[] = {"format", "structure"};
  for (int k = 0; k < 2; k++)
    INSIST(am_tensor_builder_note(t, notes[k], am_tensor_file_note(f, notes[k]), &error));
  for (size_t k = 0; k < am_tensor_file_count(f); k++) {
    const am_tensor *x = am_tensor_file_at(f, k);
    const bool here = strcmp(x->name, name) == 0;
    found |= here;
    if (here && !data) continue;
    INSIST(am_tensor_builder_add(t, x->name, here ? dtype : x->dtype, here ? 1 : x->rank,
                                 here ? &n : x->dims, here ? data : x->data, &error));
  }
  assert_true(found);
  INSIST(am_tensor_builder_save(t, to, &error));
  am_tensor_builder_free(t);
  am_tensor_file_close(f);
}

static void impossible_states_are_refused(void **state) {
  (void)state;
  const char *from = in_folder("whole"), *path = in_folder("forged");
  amine_brain *b = tiny();
  INSIST(amine_brain_save(b, from, &error));
  const uint64_t before = hash_of(b);
  const uint64_t late[] = {UINT64_MAX}, two[] = {8, 7}, same[] = {7, 7}, told[] = {14, 12},
                 past[] = {3, 12}, up[] = {12, 14};
  const int32_t neurons[] = {0, 0}, beyond[] = {0, 32}, padding[] = {16, 16}, down[] = {16, 0};
  double inputs[12] = {0};
  const unsigned char bytes[32] = {0};
  const struct {
    const char *name;
    am_dtype dtype;
    size_t n;
    const void *data;
    const uint64_t *with; /* `with`: of the list of steps beside it */
  } forgeries[] = {
      {"step", AM_U64, 1, late, NULL},
      {"step", AM_U64, 2, two, NULL},
      {"step", AM_U64, 0, NULL, NULL},
      {"B/v", AM_F32, 2, bytes, NULL},
      {"B/v", AM_U8, 16, bytes, NULL},
      {"A-B.0/w.0", AM_F32, 0, NULL, NULL},
      {"currents", AM_U8, 32, bytes, NULL},
      {"currents", AM_F32, 5, bytes, NULL},
      {"inputs", AM_F64, 11, inputs, NULL},
      {"flight.neuron", AM_I32, 2, neurons, two},
      {"flight.neuron", AM_I32, 2, padding, same},
      {"flight.neuron", AM_I32, 2, beyond, same},
      {"flight.neuron", AM_I32, 1, neurons, two},
      {"told.neuron", AM_I32, 2, neurons, told},
      {"told.neuron", AM_I32, 2, neurons, past},
      {"told.neuron", AM_I32, 2, down, up},
      {"told.neuron", AM_I32, 2, beyond, told},
  };
  for (size_t k = 0; k < sizeof forgeries / sizeof *forgeries; k++) {
    char steps[40];
    forge(path, from, forgeries[k].name, forgeries[k].dtype, forgeries[k].n, forgeries[k].data);
    if (forgeries[k].with) {
      snprintf(steps, sizeof steps, "%.*s.step", (int)strcspn(forgeries[k].name, "."),
               forgeries[k].name);
      copy_file(in_folder("half"), path);
      forge(path, in_folder("half"), steps, AM_U64, 2, forgeries[k].with);
    }
    expect_refused(b, path, before, forgeries[k].name, k);
  }
  for (int k = 0; k < 12; k++) {
    memset(inputs, 0, sizeof inputs);
    inputs[k] = k % 2 ? (double)INFINITY : (double)NAN;
    forge(path, from, "inputs", AM_F64, 12, inputs);
    expect_refused(b, path, before, "inputs", (size_t)k);
  }
  INSIST(amine_brain_restore(b, from, &error));
  amine_brain_destroy(b);
}

/* ---------------------------------------------------------------------- of another brain */
static void other_brains_are_refused(void **state) {
  (void)state;
  const char *path = in_folder("other");
  amine_brain *b = mixed();
  INSIST(amine_brain_save(b, path, &error));
  amine_brain_destroy(b);
  for (int what = 0; what < 8; what++) {
    INSIST(amine_brain_create(&b, what == 0 ? 0.5 : 1, what == 1 ? 4 : 3, &error));
    populate(b);
    if (what != 2) join_all(b, what == 3 ? 200 : 100);
    if (what != 4) give_chemical(b, what == 5 ? 10 : 5, what == 6 ? 1 : 2);
    if (what == 7) INSIST(amine_brain_target(b, 1, 3, 0, 0, &error));
    INSIST(amine_brain_run(b, 2, &error));
    expect_refused(b, path, hash_of(b), "other brain", (size_t)what);
    amine_brain_destroy(b);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(memory_may_be_refused_anywhere),
      cmocka_unit_test(no_spike_is_lost_when_memory_is),
      cmocka_unit_test(steps_allocate_nothing),
      cmocka_unit_test(a_failing_disk_leaves_a_whole_file),
      cmocka_unit_test(damage_gets_a_sentence),
      cmocka_unit_test(impossible_states_are_refused),
      cmocka_unit_test(other_brains_are_refused),
  };
  if (chdir("/dev/shm") != 0) print_message("these files are synced often: this takes long\n");
  return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
