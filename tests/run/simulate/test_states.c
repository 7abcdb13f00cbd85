/* record.states: what a run records of chosen neurons is what Brian2 has (tests/reference/brain_file.py),
 * at the times that were asked for; what makes no sense gets a sentence. A run that is interrupted
 * ends with the same: test_simulation.c. */
#include "format/support.h"

#include <math.h>

#include "format/json.h"
#include "format/npz.h"
#include "format/safetensors.h"
#include "run/simulate/run.h"

static amine_error error;

static void good(amine_status status) {
  if (status != AMINE_OK) fail_msg("%s", error.message);
}

static am_tensor_file *reference(void) {
  am_tensor_file *f;
  good(am_tensor_file_open(&f, TEST_DATA "/brain_file.safetensors", 1 << 22, false, &error));
  return f;
}

/* The model of the case "currents", which is to record these entries. */
static am_simulation_config config_with(const am_tensor_file *f, const char *states) {
  const char *text = am_tensor_file_note(f, "currents/model");
  char record[600];
  json_t *root, *keys;
  am_simulation_config c;
  snprintf(record, sizeof record,
           "{\"duration_s\": 0.2, \"threads\": 1, \"record\": {\"states\": %s}}", states);
  good(am_json_parse(&root, "model.json", text, strlen(text), NULL, &error));
  good(am_json_parse(&keys, "record", record, strlen(record), NULL, &error));
  assert_int_equal(json_object_update(root, keys), 0);
  good(am_simulation_config_from(&c, root, "model.json", &error));
  json_decref(root);
  json_decref(keys);
  return c;
}

static const am_tensor *array(am_npz *npz, const char *name, am_dtype dtype, size_t n,
                              size_t columns) {
  const am_tensor *t;
  good(am_npz_find(npz, &t, name, &error));
  assert_int_equal(t->dtype, dtype);
  if (t->dims[0] != n || (columns && t->dims[1] != columns))
    fail_msg("%s has %zu rows", name, t->dims[0]);
  return t;
}

static void states_are_those_of_brian(void **state) {
  (void)state;
  static const int chosen[2][3] = {{6, 0, 3}, {1, 2}};
  am_tensor_file *f = reference();
  const am_tensor *v = am_tensor_file_find(f, "currents/v");
  am_simulation_config c = config_with(
      f,
      "[{\"population\": \"E\", \"state\": \"v\", \"neurons\": [6, 0, 3]},"
      " {\"name\": \"two\", \"population\": \"E\", \"state\": \"v\", \"range\": [1, 2],"
      "  \"every_ms\": 0.5, \"from_ms\": 20.2, \"until_ms\": 60},"
      " {\"population\": \"E\", \"state\": \"refractory\", \"every_ms\": 0.1, \"until_ms\": 1}]");
  am_simulation_outcome outcome;
  am_npz *npz;
  const char *folder = in_folder("brian");
  char path[300];
  good(am_simulation_new(&outcome, &c, folder, NULL, &error));
  snprintf(path, sizeof path, "%s/recording.npz", folder);
  good(am_npz_open(&npz, path, AM_NPZ_LIMIT, &error));
  for (int k = 0; k < 2; k++) {
    const size_t n = k ? 80 : 200, columns = k ? 2 : 3;
    char name[40];
    snprintf(name, sizeof name, "states_%d", k);
    const float *values = array(npz, name, AM_F32, n, columns)->data;
    snprintf(name, sizeof name, "states_%d_t", k);
    const double *t = array(npz, name, AM_F64, n, 0)->data;
    snprintf(name, sizeof name, "states_%d_neurons", k);
    const int32_t *neurons = array(npz, name, AM_I32, columns, 0)->data;
    int compared = 0;
    for (size_t i = 0; i < columns; i++) assert_int_equal(neurons[i], chosen[k][i]);
    for (size_t row = 0; row < n; row++) {
      const double ms = k ? 20.5 + 0.5 * (double)row : (double)row;
      assert_true(fabs(1e3 * t[row] - ms) < 1e-9);
      if (ms != floor(ms) || ms == 0) continue;
      for (size_t i = 0; i < columns; i++, compared++) {
        const double want =
            ((const double *)v->data)[((size_t)ms - 1) * v->dims[1] + (size_t)chosen[k][i]];
        assert_true(fabs((double)values[row * columns + i] - want) < 1e-5 * 70);
      }
    }
    assert_int_equal(compared, k ? 80 : 597);
  }
  array(npz, "states_2", AM_F32, 11, 7);
  const am_tensor *names = array(npz, "states_names", AM_U8, 3, strlen("E.refractory"));
  assert_memory_equal(names->data, "E.v\0", 4);
  assert_memory_equal((const char *)names->data + names->dims[1], "two\0", 4);
  am_npz_close(npz);
  am_simulation_outcome_free(&outcome);
  am_simulation_config_free(&c);
  am_tensor_file_close(f);
}

static void nonsense_is_refused(void **state) {
  (void)state;
#define E "\"population\": \"E\""
#define V "\"state\": \"v\""
  static const char *const wrong[][2] = {
      {"3", "record.states=3|array"},
      {"[3]", "record.states[0]=3|object"},
      {"[{" E "}]", "record.states[0]|state is missing"},
      {"[{" V "}]", "population is missing"},
      {"[{\"population\": \"EE\", " V "}]", "\"EE\"; did you mean E?"},
      {"[{" E ", \"state\": \"u\"}]", "record.states[0].state|lif has no u"},
      {"[{" E ", " V ", \"neurons\": [7]}]", "neurons[0]=7|from 0 to 6"},
      {"[{" E ", " V ", \"neurons\": []}]", "0 neurons"},
      {"[{" E ", " V ", \"range\": [2, 7]}]", "[2, 7]|0 to 6"},
      {"[{" E ", " V ", \"range\": [2, 3], \"neurons\": [1]}]", "one of the two"},
      {"[{" E ", " V ", \"every_ms\": 0}]", "every_ms=0|from 0.001"},
      {"[{" E ", " V ", \"every\": 1}]", "unknown key \"every\"; did you mean every_ms?"},
      {"[{" E ", " V ", \"every_ms\": 0.1}]", NULL},
  };
  am_tensor_file *f = reference();
  for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++) {
    am_simulation_config c = config_with(f, wrong[k][0]);
    am_simulation *s = NULL;
    const amine_status status = am_simulation_create(&s, &c, 1, NULL, &error);
    if (!wrong[k][1]) {
      good(status);
      am_simulation_destroy(s);
    } else {
      char parts[200];
      snprintf(parts, sizeof parts, "%s", wrong[k][1]);
      assert_int_equal(status, AMINE_ERROR_INPUT);
      for (char *save, *part = strtok_r(parts, "|", &save); part; part = strtok_r(NULL, "|", &save))
        if (!strstr(error.message, part)) fail_msg("\"%s\" without \"%s\"", error.message, part);
      assert_memory_equal(error.message, "model.json: ", 12);
    }
    am_simulation_config_free(&c);
  }
  /* 7 neurons, 10^5 s, every step: more than is kept */
  am_simulation_config c = config_with(f, "[{" E ", " V ", \"every_ms\": 0.1}]");
  am_simulation *s;
  good(am_simulation_config_apply(&c, (const char *const[]){"duration_s=1e5"}, 1, &error));
  assert_int_equal(am_simulation_create(&s, &c, 1, NULL, &error), AMINE_ERROR_INPUT);
  assert_non_null(strstr(error.message, "7e+09 numbers would be recorded, at most 16777216"));
  am_simulation_config_free(&c);
  am_tensor_file_close(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(states_are_those_of_brian),
      cmocka_unit_test(nonsense_is_refused),
  };
  return cmocka_run_group_tests(tests, make_test_folder, remove_test_folder);
}
