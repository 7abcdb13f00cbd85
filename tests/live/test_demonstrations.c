/* The classroom's demonstrations show what their tasks and docs/teachers.md say: each is lived
 * here with what the student is told to do. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "format/file.h"
#include "format/json.h"
#include "format/text_file.h"
#include "live/demonstrations.h"
#include "run/config/tree.h"
#include "run/simulate/run.h"
#include "run/train/train.h"

#include "base.h"

static amine_error error;

static void must(amine_status status) { good(status, &error); }

/* ------------------------------------------------------------------------------ a life */
/* The lines of metrics.jsonl, for json_decref. */
static json_t *lines_of(const char *folder) {
  am_text path = {0}, text = {0}, array = {0};
  json_t *root;
  must(am_folder_path(&path, in_base(folder), "metrics.jsonl", &error));
  must(am_text_file_read(&text, path.data, 64 << 20, &error));
  am_text_puts(&array, "[");
  for (const char *at = text.data, *end; (end = strchr(at, '\n')); at = end + 1) {
    if (at != text.data) am_text_puts(&array, ",");
    am_text_add(&array, at, (size_t)(end - at));
  }
  am_text_puts(&array, "]");
  must(am_json_parse(&root, "metrics", array.data, array.length,
                     &(am_json_limits){.bytes = 128 << 20, .values = 1 << 24}, &error));
  am_text_free(&path);
  am_text_free(&text);
  am_text_free(&array);
  return root;
}

static const char *script(const char *events) {
  if (!events) return NULL;
  must(am_file_replace(in_base("events"), events, strlen(events), &error));
  return in_base("events");
}

/* The demonstration, shortened (by a key that results do not depend on), and with events. */
static json_t *live(const char *name, const char *folder, const char *until, const char *events) {
  const am_demonstration *d = am_demonstration_find(name);
  const char *all[AM_DEMONSTRATION_LINES + 2];
  int n = 0;
  assert_non_null(d);
  while (d->assignments[n]) {
    all[n] = d->assignments[n];
    n++;
  }
  all[n++] = until;
  all[n++] = "threads=1";
  if (d->is_brain) {
    am_simulation_config c;
    am_simulation_outcome outcome = {0};
    must(am_simulation_config_load(&c, d->preset, &error));
    must(am_simulation_config_apply(&c, all, n, &error));
    must(am_simulation_new(&outcome, &c, in_base(folder),
                           &(am_simulation_watch){.script = script(events)}, &error));
    am_simulation_outcome_free(&outcome);
    am_simulation_config_free(&c);
  } else {
    am_config c;
    am_config_default(&c);
    must(am_config_load(&c, d->preset, &error));
    must(am_config_assign_all(&c, all, n, &error));
    must(am_config_resolve(&c, &error));
    must(am_train_new(&c, in_base(folder), &(am_train_watch){.script = script(events)}, &error));
    am_config_free(&c);
  }
  return lines_of(folder);
}

/* The line of a time, in s. */
static const json_t *at(const json_t *lines, double t_s) {
  const json_t *line = json_array_get(lines, (size_t)lround(10 * t_s) - 1);
  assert_true(fabs(am_json_number_of(line, "t_s") - t_s) < 1e-6);
  return line;
}

/* Reward in sum between two times. */
static double earned(const json_t *lines, double from, double to) {
  return am_json_number_of(at(lines, to), "reward") -
         (from > 0 ? am_json_number_of(at(lines, from), "reward") : 0);
}

/* How far a level went from its baseline, or above 0. */
static double furthest(const json_t *lines, const char *system, double base_level, double from,
                       double to) {
  double most = 0;
  for (double t = from + 0.1; t < to + 0.05; t += 0.1)
    most = fmax(
        most, fabs(am_json_number_of(json_object_get(at(lines, t), "peak"), system) - base_level));
  return most;
}

/* Hz of a population between two times. */
static double mean_rate(const json_t *lines, const char *population, double from, double to) {
  double sum = 0;
  int n = 0;
  for (double t = from + 0.1; t < to + 0.05; t += 0.1, n++)
    sum += am_json_number_of(json_object_get(at(lines, t), "rate_hz"), population);
  return sum / n;
}

static void within(const char *what, double value, double low, double high) {
  if (!(value >= low && value <= high))
    fail_msg("%s: %g is not in %g to %g", what, value, low, high);
}

/* ----------------------------------------------------------------------- the brain that chooses */
static void dopamine(void **state) {
  (void)state;
  json_t *l = live("dopamine", "free", "duration_s=70", NULL);
  within("the first 10 s", earned(l, 0, 10), 11, 22);
  within("after 40 s", earned(l, 40, 50), 31, 34);
  within("dopamine at first", furthest(l, "dopamine", 0.5, 0, 10), 0.45, 0.5);
  within("dopamine after 60 s", furthest(l, "dopamine", 0.5, 60, 70), 0, 0.1);
  json_decref(l);
  am_text hands = {0};
  am_text_puts(&hands, "{\"step\":60000,\"do\":\"reward\",\"value\":1}\n");
  for (int k = 0; k < 10; k++)
    am_text_printf(&hands, "{\"step\":%d,\"do\":\"reward\",\"value\":-1}\n", 65000 + 1000 * k);
  l = live("dopamine", "hands", "duration_s=95", hands.data);
  within("dopamine with a reward by hand", furthest(l, "dopamine", 0.5, 60, 60.1), 0.45, 0.5);
  within("after ten bad rewards", earned(l, 85, 95), 28, 34);
  am_text_free(&hands);
  json_decref(l);
}

static void hold(void **state) {
  (void)state;
  json_t *l = live("hold", "hold", "duration_s=270",
                   "{\"step\":0,\"do\":\"clamp\",\"of\":\"dopamine\",\"value\":0.5}\n"
                   "{\"step\":60000,\"do\":\"release\",\"of\":\"dopamine\"}\n"
                   "{\"step\":120000,\"do\":\"clamp\",\"of\":\"dopamine\",\"value\":0.5}\n"
                   "{\"step\":150000,\"do\":\"clamp\",\"of\":\"dopamine\",\"value\":0.9}\n"
                   "{\"step\":180000,\"do\":\"release\",\"of\":\"dopamine\"}\n"
                   "{\"step\":240000,\"do\":\"clamp\",\"of\":\"dopamine\",\"value\":0.2}\n");
  within("held from the beginning, 60 s", earned(l, 0, 60) / 6, 8, 14);
  within("released, after 20 s", earned(l, 80, 120) / 4, 28, 34);
  within("held at 0.5, having learned", earned(l, 120, 150) / 3, 28, 34);
  within("held at 0.9, the last 10 of 30 s", earned(l, 170, 180), 5, 20);
  within("released again, after 30 s", earned(l, 210, 240) / 3, 23, 34);
  within("held at 0.2, the last 20 of 30 s", earned(l, 250, 270) / 2, 5, 18);
  json_decref(l);
}

static bool same_spikes(const char *a, const char *b) {
  am_text paths[2] = {{0}, {0}};
  am_file_sum sums[2];
  must(am_folder_path(&paths[0], in_base(a), "spikes.gdf", &error));
  must(am_folder_path(&paths[1], in_base(b), "spikes.gdf", &error));
  for (int k = 0; k < 2; k++) {
    must(am_file_sum_of(&sums[k], paths[k].data, &error));
    am_text_free(&paths[k]);
  }
  return sums[0].bytes == sums[1].bytes && sums[0].crc32c == sums[1].crc32c;
}

static void lesion(void **state) {
  (void)state;
  json_t *l = live("lesion", "whole", "duration_s=90", NULL);
  within("whole", earned(l, 60, 90) / 3, 32, 34);
  const double before = mean_rate(l, "left", 60, 90);
  json_decref(l);
  l = live("lesion", "without-inhibition", "duration_s=90",
           "{\"step\":60000,\"do\":\"lesion\",\"of\":\"inhibition\"}\n");
  within("without inhibition", earned(l, 60, 90) / 3, 32, 34);
  within("how much more left fires", mean_rate(l, "left", 60, 90) / before, 1.05, 1.4);
  json_decref(l);
  l = live("lesion", "without-left", "duration_s=150",
           "{\"step\":60000,\"do\":\"lesion\",\"of\":\"left\"}\n"
           "{\"step\":90000,\"do\":\"heal\",\"of\":\"left\"}\n");
  within("without left", earned(l, 60, 90) / 3, 19, 26);
  within("healed, the first 10 s", earned(l, 90, 100), 24, 34);
  within("healed, after 40 s", earned(l, 130, 150) / 2, 27, 34);
  json_decref(l);
  l = live("lesion", "without-cue-left", "duration_s=120",
           "{\"step\":60000,\"do\":\"lesion\",\"of\":\"cue-left\"}\n"
           "{\"step\":90000,\"do\":\"heal\",\"of\":\"cue-left\"}\n");
  within("without cue-left", earned(l, 60, 90) / 3, 19, 26);
  within("healed", earned(l, 90, 120) / 3, 24, 34);
  json_decref(l);
}

/* ----------------------------------------------------------------------- the world that changes */
/* Means over the changes from 40 s on of what is earned in the 12 s after, and of how high
 * norepinephrine comes in them. */
static void after_changes(const json_t *l, double end, int *n, double *reward, double *level) {
  double before = 0;
  *n = 0;
  *reward = *level = 0;
  for (double t = 0.1; t < end - 12; t += 0.1) {
    const double changes = am_json_number_of(json_object_get(at(l, t), "measure"), "changes");
    if (changes > before && t > 40) {
      *reward += earned(l, t, t + 12);
      *level += furthest(l, "norepinephrine", 0, t, t + 12);
      ++*n;
    }
    before = changes > 0 ? changes : 0;
  }
  assert_true(*n >= 3);
  *reward /= *n;
  *level /= *n;
}

static void relearning(void **state) {
  (void)state;
  int n;
  double reward, level;
  json_t *l = live("relearning", "changes", "duration_s=200", NULL);
  within("before the first change", earned(l, 20, 32), 18, 20);
  after_changes(l, 200, &n, &reward, &level);
  within("norepinephrine after a change", level, 0.4, 0.5);
  within("reward in 12 s after a change", reward, 9, 14);
  json_decref(l);
  l = live("relearning", "no-acetylcholine", "duration_s=200",
           "{\"step\":30000,\"do\":\"clamp\",\"of\":\"acetylcholine\",\"value\":0}\n");
  after_changes(l, 200, &n, &reward, &level);
  within("reward in 12 s after a change, without acetylcholine", reward, 0, 5);
  json_decref(l);
  json_decref(live("relearning", "no-norepinephrine", "duration_s=200",
                   "{\"step\":30000,\"do\":\"clamp\",\"of\":\"norepinephrine\",\"value\":0}\n"));
  assert_true(same_spikes("changes", "no-norepinephrine"));
}

/* ------------------------------------------------------------------------------ the bandit */
/* The mean reward of the iterations from, to. */
static double mean(const json_t *lines, double from, double to) {
  const json_t *line;
  size_t k;
  double sum = 0, n = 0;
  json_array_foreach((json_t *)(uintptr_t)lines, k, line) {
    const double i = am_json_number_of(line, "iteration");
    if (i > from && i <= to) sum += am_json_number_of(line, "reward"), n++;
  }
  return sum / n;
}

static void learning_to_learn(void **state) {
  (void)state;
  json_t *l = live("learning-to-learn", "bandit", "iterations=750",
                   "{\"step\":200,\"do\":\"learning\",\"value\":0}\n"
                   "{\"step\":300,\"do\":\"learning\",\"value\":1}\n"
                   "{\"step\":300,\"do\":\"rate\",\"value\":100}\n"
                   "{\"step\":350,\"do\":\"rate\",\"value\":1}\n");
  within("at first", mean(l, 0, 10), 9.5, 10.5);
  within("after 150", mean(l, 150, 200), 13.5, 14.3);
  within("with learning off", mean(l, 200, 300), 13.4, 14.3);
  within("after a rate of 100", mean(l, 350, 750), 9.5, 10.5);
  json_decref(l);
  l = live("learning-to-learn", "ten", "iterations=500",
           "{\"step\":300,\"do\":\"rate\",\"value\":10}\n"
           "{\"step\":350,\"do\":\"rate\",\"value\":1}\n");
  within("with a rate of 10", mean(l, 300, 350), 12, 13.5);
  within("after a rate of 10", mean(l, 400, 500), 13.4, 14.3);
  json_decref(l);
}

/* ------------------------------------------------------------------------- what is said of them */
static void what_a_page_is_told(void **state) {
  (void)state;
  am_text text = {0};
  json_t *root;
  int n;
  const am_demonstration *all = am_demonstrations(&n);
  assert_int_equal(n, 5);
  am_json_begin(&text);
  am_demonstrations_write(&text);
  am_json_end(&text);
  must(am_json_parse(&root, "demonstrations", text.data, text.length, NULL, &error));
  am_text_free(&text);
  const json_t *told = json_object_get(root, "demonstrations");
  assert_int_equal(json_array_size(told), 5);
  for (int k = 0; k < n; k++) {
    const json_t *d = json_array_get(told, (size_t)k);
    assert_string_equal(json_string_value(json_object_get(d, "name")), all[k].name);
    assert_ptr_equal(am_demonstration_find(all[k].name), &all[k]);
    const size_t tasks = json_array_size(json_object_get(d, "task"));
    assert_in_range(tasks, 2, 6);
    assert_string_equal(json_string_value(json_array_get(json_object_get(d, "task"), 1)),
                        all[k].task[1]);
    assert_in_range(json_array_size(json_object_get(d, "questions")), 2, 3);
  }
  assert_null(am_demonstration_find("none"));
  json_decref(root);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_a_page_is_told),
      cmocka_unit_test(dopamine),
      cmocka_unit_test(hold),
      cmocka_unit_test(lesion),
      cmocka_unit_test(relearning),
      cmocka_unit_test(learning_to_learn),
  };
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
