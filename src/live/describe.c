/* What a run is, for a page (see describe.h). */
#include "live/describe.h"

#include <math.h>

#include "base/words.h"
#include "format/file.h"
#include "format/json.h"
#include "run/config/command.h"
#include "run/simulate/command.h"
#include "run/simulate/reach.h"
#include "run/train/reach.h"

void am_live_name(am_text *text, const char *preset, const char *what, uint64_t seed) {
  am_text_printf(text, "%s, seed %llu", preset && preset[0] ? preset : what,
                 (unsigned long long)seed);
}

/* ------------------------------------------------------------------------------ what both have */
static void put_reach(am_text *text, const am_reach *reach) {
  am_json_list(text, "reach");
  for (const am_intervention_kind *kind = reach->kinds; kind->name; kind++) {
    am_json_begin(text);
    am_json_put_string(text, "name", kind->name);
    am_json_put_string(text, "meaning", kind->meaning);
    am_json_put_string(text, "of", kind->of);
    am_json_put_bool(text, "has_value", kind->has_value);
    am_json_put_double(text, "low", kind->has_value ? kind->low : (double)NAN);
    am_json_put_double(text, "high", kind->has_value ? kind->high : (double)NAN);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
}

static bool is_in(const char *folder, const char *file) {
  am_text path = {0};
  am_text_printf(&path, "%s/%s", folder, file);
  const bool is = !path.failed && !am_file_missing(path.data);
  am_text_free(&path);
  return is;
}

static void put_name(am_text *text, const char *kind, const char *preset, const char *what,
                     uint64_t seed) {
  am_text name = {0};
  am_live_name(&name, preset, what, seed);
  am_json_put_string(text, "name", name.data);
  am_json_put_string(text, "kind", kind);
  am_json_put_string(text, "preset", preset && preset[0] ? preset : NULL);
  am_json_put_uint(text, "seed", seed);
  if (name.failed) text->failed = true;
  am_text_free(&name);
}

/* `command` is freed. Where nothing was done, and nobody can do anything, there is nothing to be
 * done again. */
static void put_commands(am_text *text, am_text *command, const char *folder, bool controls) {
  am_text path = {0};
  am_json_put_string(text, "command", command->data);
  if (!controls && !is_in(folder, AM_INTERVENTIONS_FILE)) {
    am_json_put_string(text, "again", NULL);
    am_text_free(command);
    return;
  }
  am_text_printf(&path, "%s/" AM_INTERVENTIONS_FILE, folder);
  am_text_puts(command, " --events ");
  if (!path.failed) am_shell_word(command, path.data);
  am_json_put_string(text, "again", command->data);
  if (path.failed || command->failed) text->failed = true;
  am_text_free(&path);
  am_text_free(command);
}

static void put_rest(am_text *text, const char *folder, bool controls, int twin_of,
                     const am_reach *reach) {
  am_json_put_string(text, "folder", folder);
  am_json_put_bool(text, "recorded", is_in(folder, "recording.npz"));
  am_json_put_bool(text, "controls", controls);
  if (twin_of >= 0) am_json_put_int(text, "twin_of", twin_of);
  else am_json_put_string(text, "twin_of", NULL);
  put_reach(text, reach);
}

static amine_status finish(am_text *text, amine_error *error) {
  am_json_end(text);
  return text->failed ? am_fail_memory(error, text->length) : AMINE_OK;
}

/* ------------------------------------------------------------------------------ trainings */
static void put_lines(am_text *text, const am_task *task) {
  am_json_list(text, "lines");
  for (int k = 0; k < task->n_lines; k++) {
    if (!isfinite(task->lines[k].reward)) continue;
    am_json_begin(text);
    am_json_put_string(text, "policy", task->lines[k].policy);
    am_json_put_double(text, "reward", task->lines[k].reward);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
}

amine_status am_live_describe_train(am_text *text, const am_config *config, const am_task *task,
                                    const char *folder, bool controls, int twin_of,
                                    amine_error *error) {
  am_text command = {0};
  AM_TRY(am_config_command(&command, config, folder, error));
  am_json_begin(text);
  put_name(text, "train", config->preset, task->type->part.name, config->common.seed);
  am_json_put_string(text, "task", task->type->part.name);
  am_json_put_string(text, "task_meaning", task->type->part.meaning);
  am_json_put_string(text, "spoken", task->n_symbols > 0 ? "perplexity" : "reward");
  put_lines(text, task);
  am_json_put_double(text, "criterion", task->criterion);
  am_json_put_uint(text, "iterations", config->common.iterations);
  put_commands(text, &command, folder, controls);
  am_json_put_key(text, "config");
  am_config_write(config, false, text);
  put_rest(text, folder, controls, twin_of, &am_train_reach);
  return finish(text, error);
}

/* ------------------------------------------------------------------------------ simulations */
static void put_populations(am_text *text, const amine_brain *brain) {
  int first = 0;
  am_json_list(text, "populations");
  for (int k = 0; k < amine_brain_n_populations(brain); k++) {
    int n;
    am_json_begin(text);
    am_json_put_string(text, "name", amine_brain_population(brain, k, &n, NULL));
    am_json_put_int(text, "n", n);
    am_json_put_int(text, "first", first);
    am_text_puts(text, "}");
    first += n;
  }
  am_text_puts(text, "]");
}

static void put_projections(am_text *text, const amine_brain *brain, bool drawn) {
  am_json_list(text, "projections");
  for (int k = 0; k < amine_brain_n_projections(brain); k++) {
    int source, target;
    size_t n = 0;
    am_json_begin(text);
    am_json_put_string(text, "name",
                       amine_brain_projection(brain, k, &source, &target, drawn ? &n : NULL));
    am_json_put_string(text, "pre", amine_brain_population(brain, source, NULL, NULL));
    am_json_put_string(text, "post", amine_brain_population(brain, target, NULL, NULL));
    if (drawn) am_json_put_uint(text, "synapses", n);
    else am_json_put_string(text, "synapses", NULL);
    am_json_put_bool(text, "learns", am_simulation_learns(brain, k));
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
}

static void put_modulators(am_text *text, const amine_brain *brain) {
  const amine_chemical *chemical = amine_brain_chemical((amine_brain *)(uintptr_t)brain);
  am_json_list(text, "modulators");
  for (int k = 0; k < AM_N_MODULATORS; k++) {
    const bool on = chemical && am_modulator_is_on(chemical, (am_modulator)k);
    am_json_begin(text);
    am_json_put_string(text, "name", am_modulator_names[k]);
    am_json_put_double(text, "baseline",
                       on ? am_modulator_baseline(chemical, (am_modulator)k) : (double)NAN);
    am_json_put_bool(text, "on", on);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
}

static void put_protocol(am_text *text, const am_simulation_config *config, const am_task *task) {
  const am_protocol *protocol = config->protocol;
  am_json_put_string(text, "protocol", protocol->name);
  am_json_put_string(text, "title", protocol->title);
  am_json_put_string(text, "story", protocol->story);
  am_json_put_string(text, "task", task ? task->type->part.name : NULL);
  am_json_put_string(text, "task_meaning", task ? task->type->part.meaning : NULL);
}

static amine_status describe(am_text *text, const am_simulation_config *config,
                             const amine_brain *brain, bool drawn, const char *folder,
                             bool controls, int twin_of, amine_error *error) {
  am_text command = {0};
  am_task *task = NULL;
  AM_TRY(am_simulation_config_task(&task, config, error));
  amine_status status = am_simulation_command(&command, config, folder, error);
  if (status == AMINE_OK) {
    am_json_begin(text);
    put_name(text, "brain", json_string_value(json_object_get(config->root, "preset")),
             config->protocol->name, config->values[AM_SIM_SEED].integer);
    put_protocol(text, config, task);
    am_json_put_string(text, "spoken", "reward");
    am_json_put_double(text, "dt_ms", amine_brain_dt(brain));
    am_json_put_double(text, "duration_s", am_simulation_number(config, AM_SIM_DURATION_S));
    put_populations(text, brain);
    put_projections(text, brain, drawn);
    put_modulators(text, brain);
    put_commands(text, &command, folder, controls);
    am_json_put_key(text, "config");
    status = am_simulation_config_write(config, false, text, error);
    put_rest(text, folder, controls, twin_of, &am_simulation_reach);
  }
  if (status == AMINE_OK) status = finish(text, error);
  am_task_destroy(task);
  am_text_free(&command);
  return status;
}

amine_status am_live_describe_brain(am_text *text, const am_simulation_config *config,
                                    const amine_brain *brain, const char *folder, bool controls,
                                    int twin_of, amine_error *error) {
  amine_brain *made = NULL;
  if (brain) return describe(text, config, brain, true, folder, controls, twin_of, error);
  AM_TRY(am_simulation_config_brain(config, &made, NULL, error));
  const amine_status status = describe(text, config, made, false, folder, controls, twin_of, error);
  amine_brain_destroy(made);
  return status;
}
