/* amine eval: fresh episodes without learning, played by a trained network or by a policy that does
 * not learn. */
#include <stdio.h>
#include <string.h>

#include "base/threads.h"
#include "cli/command.h"
#include "cli/module.h"
#include "cli/outcome.h"
#include "cli/source.h"
#include "cli/terminal.h"
#include "format/json.h"
#include "run/config/objects.h"
#include "run/train/evaluate.h"
#include "run/train/weights.h"

const amine_parameter cli_eval_keys[] = {
    [CLI_EVAL_EPISODES] = AM_INTEGER("episodes", 0, 0, 1e6, "episodes",
                                       "how many are played; 0: 1000, or each that a text holds "
                                       "out once"),
    [CLI_EVAL_POLICY] =
        AM_WORD("policy", "network|random|planner|explore|told|oracle",
                "who plays: the trained network, or a policy that learns nothing: those of "
                "the maze, or another line of the task"),
    [CLI_EVAL_ACTIONS] =
        AM_CHOICE("actions", "sampled|greedy",
                  "how the network acts: drawn from its policy or, where it does not "
                  "act, explored as it learns; or the best each time"),
};

/* What is to be done, and what came out. */
typedef struct evaluation {
  am_config config;
  int n_episodes;
  char policy[64];
  bool saved; /* a run or a checkpoint, not a configuration alone */
  bool network, greedy;
  uint64_t iteration; /* of the network */
  am_evaluation result;
} evaluation;

/* The word after the last policy=. */
static void take_policy(evaluation *e, const cli_line *line) {
  static const char key[] = "policy=";
  snprintf(e->policy, sizeof e->policy, "network");
  for (int k = 0; k < line->n_assignments; k++)
    if (strncmp(line->assignments[k], key, sizeof key - 1) == 0)
      snprintf(e->policy, sizeof e->policy, "%.63s", line->assignments[k] + sizeof key - 1);
  e->network = strcmp(e->policy, "network") == 0;
}

static amine_status load(evaluation *e, const cli_line *line, amine_error *error) {
  const char *from = line->words[0];
  am_value own[CLI_N_EVAL_KEYS];
  const cli_source source = cli_source_of(from);
  if (cli_source_is_brain(from))
    return am_fail(
        error, AMINE_ERROR_ARGUMENT,
        "%.300s is a simulation, which has no episodes to evaluate; amine report shows "
        "what it came to, and amine simulate PRESET seeds=10 compares it with its control",
        from);
  e->saved = source == CLI_SOURCE_RUN || source == CLI_SOURCE_CHECKPOINT;
  AM_TRY(e->saved ? am_evaluate_config(&e->config, from, error)
                  : cli_source_config(&e->config, from, error));
  AM_TRY(cli_configure(&e->config, own, line, error));
  e->n_episodes = (int)own[CLI_EVAL_EPISODES].number;
  e->greedy = own[CLI_EVAL_ACTIONS].number == 1;
  take_policy(e, line);
  if (e->network && !e->saved && !e->config.weights[0] && !e->config.from[0])
    return cli_source_untrained(from,
                                ", give the network weights=FILE, or choose policy=planner or "
                                "another that needs none",
                                error);
  return AMINE_OK;
}

static amine_status play(evaluation *e, const am_task *task, const char *from, amine_error *error) {
  const uint64_t seed = e->config.common.seed;
  const int threads = e->config.common.threads;
  if (!e->network)
    return am_evaluate_policy(&e->result, task, e->policy, e->n_episodes, seed,
                              threads ? threads : am_processors(), error);
  am_experiment *x;
  AM_TRY(e->saved ? am_evaluate_open(&x, &e->config, from, error)
                  : am_experiment_create(&x, &e->config, error));
  e->iteration = x->learner->iteration;
  amine_status status = AMINE_OK;
  if (e->saved && e->config.weights[0])
    status = am_weights_load(x->learner, e->config.weights, error);
  if (status == AMINE_OK)
    status = am_evaluate_network(&e->result, x, e->n_episodes, seed, e->greedy, error);
  am_experiment_destroy(x);
  return status;
}

static void put_json(am_text *text, const evaluation *e, const am_task *task, const char *from) {
  am_json_begin(text);
  am_json_put_string(text, "from", from);
  am_json_put_string(text, "policy", e->policy);
  if (e->network) {
    am_json_put_string(text, "actions", e->greedy ? "greedy" : "sampled");
    if (e->config.weights[0]) am_json_put_string(text, "weights", e->config.weights);
    if (e->config.from[0]) am_json_put_string(text, "network_from", e->config.from);
    am_json_put_uint(text, "iteration", e->iteration);
  }
  am_json_put_uint(text, "seed", e->config.common.seed);
  am_json_put_int(text, "episodes", e->result.n_episodes);
  am_json_put_double(text, "reward", e->result.mean);
  am_json_put_double(text, "se", e->result.se);
  if (task->n_symbols > 0)
    am_json_put_double(text, "perplexity", cli_spoken(task, e->result.mean));
  am_json_put_double(text, "min", e->result.min);
  am_json_put_double(text, "max", e->result.max);
  cli_lines_json(text, am_task_evaluated(task));
  am_json_end(text);
}

static void put_text(am_text *text, const evaluation *e, const am_task *task) {
  enum { COLUMN = 30 };
  const char *pm = cli_plus_minus();
  const char *who = e->network ? cli_network_plays(task, e->greedy) : e->policy;
  cli_put_heading(text, task, e->result.n_episodes);
  const int digits = cli_reward_digits(task);
  const double low = task->n_symbols > 0 ? e->result.max : e->result.min;
  const double high = task->n_symbols > 0 ? e->result.min : e->result.max;
  am_text_printf(text, "  %-*s%8.*f%s%.*f  (%g to %g)\n", COLUMN, who, digits,
                 cli_spoken(task, e->result.mean), pm, digits,
                 cli_spoken_error(task, e->result.mean, e->result.se), cli_spoken(task, low),
                 cli_spoken(task, high));
  if (task->n_lines > 0) am_text_puts(text, "what known policies earn on average\n");
  cli_lines_table(text, am_task_evaluated(task), COLUMN);
}

int cli_eval(const cli_line *line) {
  amine_error error = {0};
  evaluation e = {0};
  am_task *task = NULL;
  am_text text = {0};
  const char *from = line->words[0];
  am_config_begin(&e.config, cli_parts());
  amine_status status = load(&e, line, &error);
  if (status == AMINE_OK) status = am_task_of_config(&task, &e.config, &error);
  if (status == AMINE_OK && e.n_episodes == 0) e.n_episodes = am_evaluate_episodes(task);
  if (status == AMINE_OK) status = play(&e, task, from, &error);
  int code = status == AMINE_OK ? CLI_DONE : cli_fail(status, &error, true);
  if (code == CLI_DONE) {
    if (cli_has(line, CLI_JSON)) put_json(&text, &e, task, from);
    else put_text(&text, &e, task);
    code = cli_print(&text);
  }
  am_task_destroy(task);
  am_config_free(&e.config);
  return code;
}
