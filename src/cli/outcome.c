/* What a finished run came to (see outcome.h). */
#include "cli/outcome.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "cli/terminal.h"
#include "format/json.h"
#include "run/config/objects.h"
#include "run/train/evaluate.h"
#include "run/train/outcome.h"
#include "run/train/train.h"

static void say_evaluating(const void *line, int n_episodes) {
  cli_say(line, "evaluating on %d fresh episodes\n", n_episodes);
}

amine_status cli_outcome_record(const cli_line *line, const am_config *config, const char *folder,
                                amine_error *error) {
  return am_outcome_record(config, folder, say_evaluating, line, error);
}

static cli_criterion criterion_of(const json_t *root) {
  const char *meaning = json_string_value(json_object_get(root, "criterion_meaning"));
  cli_criterion c = {.reward = am_json_number_of(root, "criterion"),
                     .trials = am_json_number_of(root, "trials_to_criterion")};
  snprintf(c.meaning, sizeof c.meaning, "%s", meaning ? meaning : "");
  c.there = meaning || !isnan(c.reward);
  return c;
}

amine_status cli_outcome_read(cli_outcome *out, const char *folder, amine_error *error) {
  am_text path = {0};
  json_t *root = NULL;
  amine_status status = am_folder_path(&path, folder, AM_EVAL_FILE, error);
  if (status == AMINE_OK) status = am_json_read(&root, path.data, NULL, error);
  if (status == AMINE_OK) {
    *out = (cli_outcome){.iteration = (uint64_t)fmax(am_json_number_of(root, "iteration"), 0),
                         .n_episodes = (int)fmax(am_json_number_of(root, "episodes"), 0),
                         .reward = am_json_number_of(root, "reward"),
                         .se = am_json_number_of(root, "se"),
                         .greedy_reward = am_json_number_of(root, "greedy_reward"),
                         .greedy_se = am_json_number_of(root, "greedy_se"),
                         .criterion = criterion_of(root)};
    const char *collapsed = json_string_value(json_object_get(root, "collapsed"));
    snprintf(out->collapsed, sizeof out->collapsed, "%s", collapsed ? collapsed : "");
    json_decref(root);
    if (isnan(out->reward) || isnan(out->greedy_reward))
      status = am_fail_file(error, AMINE_ERROR_INPUT, path.data, -1, "the rewards are missing");
  }
  am_text_free(&path);
  return status;
}

/* Its first numbers. */
static void put_numbers(am_text *text, const json_t *array) {
  enum { MOST = 8 };
  const size_t n = json_array_size(array);
  for (size_t k = 0; k < n && k < MOST; k++)
    am_text_printf(text, " %.3g", json_number_value(json_array_get(array, k)));
  if (n > MOST) am_text_printf(text, " (and %zu more)", n - MOST);
}

void cli_put_sample(am_text *text, const char *folder) {
  static const char *const names[] = {"input", "target", "prediction"};
  am_text path = {0};
  json_t *root = NULL;
  if (am_folder_path(&path, folder, AM_EVAL_FILE, NULL) == AMINE_OK)
    am_json_read(&root, path.data, NULL, NULL);
  const json_t *sample = json_object_get(root, "sample");
  for (size_t k = 0; sample && k < sizeof names / sizeof *names; k++) {
    am_text_printf(text, "%s%s", k == 0 ? "" : "  ", names[k]);
    put_numbers(text, json_object_get(sample, names[k]));
  }
  json_decref(root);
  am_text_free(&path);
}

double cli_spoken(const am_task *task, double reward) {
  return task->n_symbols > 0 ? exp(-reward) : reward;
}

double cli_spoken_error(const am_task *task, double reward, double error) {
  return task->n_symbols > 0 ? exp(-reward) * error : error;
}

void cli_put_heading(am_text *text, const am_task *task, int n_episodes) {
  if (task->n_symbols > 0)
    am_text_printf(text, "perplexity%sstandard error over %d windows that training never showed\n",
                   cli_plus_minus(), n_episodes);
  else
    am_text_printf(text, "reward per episode, mean%sstandard error of %d fresh episodes\n",
                   cli_plus_minus(), n_episodes);
}

const char *cli_network_plays(const am_task *task, bool greedy) {
  if (task->n_symbols > 0) return "network";
  if (task->n_real > 0) return greedy ? "network, mean of each action" : "network, actions drawn";
  if (task->n_actions == 0) return greedy ? "network, undisturbed" : "network, as it learns";
  return greedy ? "network, best action each time" : "network, actions drawn";
}

int cli_reward_digits(const am_task *task) {
  double most = 0;
  if (task->n_symbols > 0) return 2;
  for (int k = 0; k < task->n_lines; k++)
    if (!isnan(task->lines[k].reward)) most = fmax(most, fabs(task->lines[k].reward));
  return most > 0 && most < 10 ? 3 : 2;
}

void cli_put_criterion(am_text *text, const cli_criterion *c) {
  char digits[32];
  am_text_puts(text, isnan(c->trials) ? "has not reached " : "reached ");
  if (c->meaning[0]) am_text_puts(text, c->meaning);
  else am_text_printf(text, "%g", c->reward);
  if (isnan(c->trials)) return;
  am_text_puts(text, " after ");
  const int n = snprintf(digits, sizeof digits, "%.0f", c->trials);
  for (int k = 0; k < n; k++)
    am_text_printf(text, "%s%c", k > 0 && (n - k) % 3 == 0 ? "," : "", digits[k]);
  am_text_puts(text, " trials");
}

void cli_lines_table(am_text *text, const am_task *task, int column) {
  const int digits = cli_reward_digits(task);
  for (int k = 0; k < task->n_lines; k++)
    am_text_printf(text, "  %-*s%8.*f\n", column, task->lines[k].policy, digits,
                   cli_spoken(task, task->lines[k].reward));
}

void cli_lines_json(am_text *text, const am_task *task) {
  am_json_put_key(text, "lines");
  am_json_begin(text);
  for (int k = 0; k < task->n_lines; k++)
    am_json_put_double(text, task->lines[k].policy, task->lines[k].reward);
  am_text_puts(text, "}");
}

static void put_json(am_text *text, const cli_outcome *o, const am_task *task, const char *folder,
                     const char *page) {
  am_json_begin(text);
  am_json_put_string(text, "status", "done");
  am_json_put_string(text, "folder", folder);
  am_json_put_uint(text, "iteration", o->iteration);
  am_json_put_int(text, "episodes", o->n_episodes);
  am_json_put_double(text, "reward", o->reward);
  am_json_put_double(text, "se", o->se);
  if (task->n_symbols > 0) am_json_put_double(text, "perplexity", cli_spoken(task, o->reward));
  am_json_put_double(text, "greedy_reward", o->greedy_reward);
  am_json_put_double(text, "greedy_se", o->greedy_se);
  if (o->criterion.there) {
    am_json_put_double(text, "criterion", o->criterion.reward);
    if (o->criterion.meaning[0])
      am_json_put_string(text, "criterion_meaning", o->criterion.meaning);
    am_json_put_double(text, "trials_to_criterion", o->criterion.trials);
  }
  if (o->collapsed[0]) am_json_put_string(text, "collapsed", o->collapsed);
  cli_lines_json(text, task);
  am_json_put_string(text, "report", page);
  am_json_end(text);
}

/* Of a network that predicts values: its error, and one step of an episode. */
static void put_loss(am_text *text, const cli_outcome *o, const char *folder, int digits) {
  am_text sample = {0};
  cli_put_sample(&sample, folder);
  am_text_printf(text, "loss, the mean error of what was predicted: %.*f\n", digits, -o->reward);
  if (sample.length > 0) am_text_printf(text, "one step of an episode: %s\n", sample.data);
  am_text_free(&sample);
}

int cli_outcome_print(const cli_outcome *o, const cli_line *line, const am_config *config,
                      const char *folder, const char *page) {
  enum { COLUMN = 30 };
  amine_error error = {0};
  am_task *task;
  am_text text = {0};
  amine_status status = am_task_of_config(&task, config, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  const char *pm = cli_plus_minus();
  if (cli_has(line, CLI_JSON)) {
    put_json(&text, o, task, folder, page);
  } else {
    cli_put_heading(&text, task, o->n_episodes);
    const int digits = cli_reward_digits(task);
    am_text_printf(&text, "  %-*s%8.*f%s%.*f\n", COLUMN, cli_network_plays(task, false), digits,
                   cli_spoken(task, o->reward), pm, digits,
                   cli_spoken_error(task, o->reward, o->se));
    /* equal to the bit: nothing was drawn, as where values are predicted */
    if (o->greedy_reward != o->reward || o->greedy_se != o->se)
      am_text_printf(&text, "  %-*s%8.*f%s%.*f\n", COLUMN, cli_network_plays(task, true), digits,
                     o->greedy_reward, pm, digits, o->greedy_se);
    cli_lines_table(&text, task, COLUMN);
    if (o->criterion.there) {
      am_text_puts(&text, "training ");
      cli_put_criterion(&text, &o->criterion);
      am_text_puts(&text, "\n");
    }
    if (task->n_targets > 0) put_loss(&text, o, folder, digits);
    if (o->collapsed[0]) am_text_printf(&text, "%s\n", o->collapsed);
    am_text_printf(&text, "folder  %s\nreport  %s\n", folder, page);
  }
  am_task_destroy(task);
  return cli_print(&text);
}
