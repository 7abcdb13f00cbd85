/* The command that a run was made with makes it again: of each preset, with other values, and of
 * files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "format/file.h"
#include "format/json.h"
#include "run/config/command.h"
#include "run/config/preset.h"
#include "run/simulate/command.h"

#include "base.h"

static amine_error error;

static void must(amine_status status) { good(status, &error); }

static am_config training(const char *from, const char *const *more, int n) {
  am_config c;
  am_config_default(&c);
  must(am_config_load(&c, from, &error));
  must(am_config_assign_all(&c, more, n, &error));
  must(am_config_resolve(&c, &error));
  return c;
}

static void says_train(const am_config *c, const char *wanted) {
  am_text text = {0};
  must(am_config_command(&text, c, "my runs/a", &error));
  if (strcmp(text.data, wanted) != 0) fail_msg("%s\nis not\n%s", text.data, wanted);
  am_text_free(&text);
}

static am_simulation_config simulation(const char *from, const char *const *more, int n) {
  am_simulation_config c;
  must(am_simulation_config_load(&c, from, &error));
  must(am_simulation_config_apply(&c, more, n, &error));
  return c;
}

static void says_simulate(const am_simulation_config *c, const char *wanted) {
  am_text text = {0};
  must(am_simulation_command(&text, c, "my runs/a", &error));
  if (strcmp(text.data, wanted) != 0) fail_msg("%s\nis not\n%s", text.data, wanted);
  am_text_free(&text);
}

/* As it is, each is its preset and a seed. */
static void every_preset(void **state) {
  (void)state;
  for (const am_preset *p = am_presets; p->name; p++) {
    char wanted[200];
    if (p->brain) {
      am_simulation_config c = simulation(p->name, NULL, 0);
      am_text text = {0};
      must(am_simulation_command(&text, &c, "a", &error));
      snprintf(wanted, sizeof wanted, "amine simulate %s seed=", p->name);
      if (strncmp(text.data, wanted, strlen(wanted)) != 0 ||
          strchr(text.data + strlen(wanted), ' '))
        fail_msg("%s", text.data);
      am_text_free(&text);
      am_simulation_config_free(&c);
    } else {
      am_config c = training(p->name, NULL, 0);
      am_text text = {0};
      must(am_config_command(&text, &c, "a", &error));
      snprintf(wanted, sizeof wanted, "amine train %s seed=", p->name);
      if (strncmp(text.data, wanted, strlen(wanted)) != 0 ||
          strchr(text.data + strlen(wanted), ' '))
        fail_msg("%s", text.data);
      am_text_free(&text);
      am_config_free(&c);
    }
  }
}

/* Keys of another part than the preset's, and values that hang on others. */
static void other_values(void **state) {
  (void)state;
  static const char *const more[] = {"rule.type=oja", "seed=5", "learner.rate=0.25", "task.size=7"};
  static const char *const brain[] = {"protocol=none", "record.window_s=1", "seed=9",
                                      "clamp.dopamine=0.5"};
  am_config c = training("maze", more, 4);
  says_train(&c, "amine train maze seed=5 task.size=7 rule.type=oja learner.rate=0.25");
  am_config_free(&c);
  am_simulation_config s = simulation("reinforcement", brain, 4);
  am_text text = {0};
  must(am_simulation_command(&text, &s, "a", &error));
  assert_non_null(strstr(text.data, " seed=9"));
  assert_non_null(strstr(text.data, " protocol.type=none"));
  assert_non_null(strstr(text.data, " clamp.dopamine=0.5"));
  am_text_free(&text);
  am_simulation_config_free(&s);
}

/* What no preset and keys can say is said by the folder's file. */
static void of_files(void **state) {
  (void)state;
  static const char train[] = "{\"task\": \"bandit\", \"iterations\": 7}";
  static const char brain[] =
      "{\"populations\": [{\"name\": \"E\", \"n\": 3, \"model\": \"lif\"}]}";
  must(am_file_replace(in_base("train.json"), train, strlen(train), &error));
  must(am_file_replace(in_base("brain.json"), brain, strlen(brain), &error));
  am_config c = training(in_base("train.json"), NULL, 0);
  says_train(&c, "amine train 'my runs/a/config.json'");
  snprintf(c.preset, sizeof c.preset, "no such preset");
  says_train(&c, "amine train 'my runs/a/config.json'");
  am_config_free(&c);
  am_simulation_config s = simulation(in_base("brain.json"), NULL, 0);
  says_simulate(&s, "amine simulate 'my runs/a/config.json'");
  /* a preset's name with another description */
  must(am_tree_set(s.root, "preset", json_string("brain"), &error));
  says_simulate(&s, "amine simulate 'my runs/a/config.json'");
  am_simulation_config_free(&s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_preset), cmocka_unit_test(other_values),
                                     cmocka_unit_test(of_files)};
  return cmocka_run_group_tests(tests, make_base, remove_base);
}
