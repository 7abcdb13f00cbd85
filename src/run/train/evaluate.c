/* Fresh episodes, without learning. */
#include "run/train/evaluate.h"

#include <math.h>
#include <string.h>

#include "base/threads.h"
#include "format/file.h"
#include "format/json.h"
#include "learner/preferences.h"
#include "run/folder.h"
#include "run/train/checkpoint.h"
#include "run/train/health.h"
#include "run/train/recording.h"
#include "run/train/series.h"
#include "run/train/train.h"
#include "task/maze/policy.h"

/* Keeps evaluation apart from training: a training run of seed s never sees the episodes of s here.
 */
#define EVALUATION_SALT 0x9e3779b97f4a7c15u

static amine_status checkpoint_path(am_text *path, const char *folder_or_file, amine_error *error) {
  struct stat found;
  const bool folder = am_io.stat(folder_or_file, &found) == 0 && S_ISDIR(found.st_mode);
  if (folder) AM_TRY(am_folder_must_hold_run(folder_or_file, error));
  am_text_printf(path, "%s%s", folder_or_file, folder ? "/" AM_CHECKPOINT_FILE : "");
  return path->failed ? am_fail_memory(error, 512) : AMINE_OK;
}

amine_status am_evaluate_config(am_config *config, const char *folder_or_file, amine_error *error) {
  am_text path = {0};
  am_config read;
  am_config_begin(&read, config->registry);
  amine_status status = checkpoint_path(&path, folder_or_file, error);
  if (status == AMINE_OK) status = am_config_of_checkpoint(&read, path.data, error);
  if (status == AMINE_OK) am_config_move(config, &read);
  am_config_free(&read);
  am_text_free(&path);
  return status;
}

amine_status am_evaluate_open(am_experiment **experiment, const am_config *config,
                              const char *folder_or_file, amine_error *error) {
  am_text path = {0};
  am_experiment *x = NULL;
  am_config saved = *config;
  saved.weights[0] = saved.from[0] = 0; /* what the run began with is long overwritten */
  amine_status status = checkpoint_path(&path, folder_or_file, error);
  if (status == AMINE_OK) status = am_experiment_create(&x, &saved, error);
  /* the sum first: should the file be replaced meanwhile, it fits nothing */
  if (status == AMINE_OK) status = am_file_sum_of(&x->from, path.data, error);
  if (status == AMINE_OK) status = am_checkpoint_load(x, NULL, path.data, error);
  am_text_free(&path);
  if (status != AMINE_OK) {
    am_experiment_destroy(x);
    return status;
  }
  *experiment = x;
  return AMINE_OK;
}

static am_evaluation summary(const double *rewards, int n) {
  am_evaluation e = {.n_episodes = n, .min = rewards[0], .max = rewards[0]};
  for (int k = 0; k < n; k++) {
    e.mean += rewards[k] / n;
    e.min = fmin(e.min, rewards[k]);
    e.max = fmax(e.max, rewards[k]);
  }
  double squares = 0;
  for (int k = 0; k < n; k++) squares += (rewards[k] - e.mean) * (rewards[k] - e.mean);
  e.se = n > 1 ? sqrt(squares / (n - 1) / n) : 0;
  return e;
}

uint64_t am_evaluate_seed(uint64_t seed) { return seed ^ EVALUATION_SALT; }

int am_evaluate_episodes(const am_task *task) {
  const int all = am_task_evaluated(task)->n_episodes;
  return all > 0 ? all : 1000;
}

amine_status am_evaluate_network(am_evaluation *result, am_experiment *x, int n_episodes,
                                 uint64_t seed, bool greedy, amine_error *error) {
  double *rewards = am_alloc((size_t)n_episodes, sizeof *rewards);
  if (!rewards) return am_fail_memory(error, am_size_mul((size_t)n_episodes, sizeof *rewards));
  amine_status status = AMINE_OK;
  double *given = NULL; /* by the world, where another reward is learned from */
  if (am_is_preferences(x->task)) status = AM_TAKE(given, (size_t)n_episodes, error);
  if (given) am_preferences_hear(x->task, given, n_episodes, 0);
  if (status == AMINE_OK) {
    x->learner->type->evaluate(x->learner, rewards, n_episodes, 0, am_evaluate_seed(seed), greedy);
    *result = summary(given ? given : rewards, n_episodes);
    status = am_task_trouble(x->task, error);
  }
  if (given) am_preferences_deafen(x->task);
  am_free(given);
  am_free(rewards);
  return status;
}

amine_status am_evaluate_regret(am_evaluation *result, double *regret, int n, am_experiment *x,
                                int n_episodes, uint64_t seed, amine_error *error) {
  const size_t all = am_size_mul((size_t)n_episodes, (size_t)n);
  double *noted = am_alloc(all, sizeof *noted);
  if (!noted) return am_fail_memory(error, am_size_mul(all, sizeof *noted));
  for (size_t k = 0; k < all; k++) noted[k] = (double)NAN;
  x->learner->regret = noted;
  x->learner->n_regret = n;
  const amine_status status = am_evaluate_network(result, x, n_episodes, seed, false, error);
  x->learner->regret = NULL;
  for (int i = 0; i < n; i++) {
    regret[i] = 0;
    for (int k = 0; k < n_episodes; k++)
      regret[i] += noted[(size_t)k * (size_t)n + (size_t)i] / n_episodes;
  }
  am_free(noted);
  return status;
}

/* ------------------------------------------------------------------------------ policies */
typedef struct policy_games {
  const am_task *task;
  int line;                  /* of the task; */
  am_maze_policy **policies; /* of a maze instead, one for each thread */
  double *rewards;
  uint64_t seed;
} policy_games;

static void one_game(void *context, int item, int worker) {
  policy_games *g = context;
  const uint32_t lane = (uint32_t)item;
  g->rewards[item] = g->policies ? am_maze_policy_play(g->policies[worker], g->seed, 0, lane)
                                 : am_task_play(g->task, g->line, g->seed, 0, lane);
}

/* The k-th policy that can play the task; NULL past the end. */
static const char *policy_at(const am_task *task, int k) {
  if (task->type == &am_maze_type) return k < AM_MAZE_POLICIES ? am_maze_policy_names[k] : NULL;
  return k < task->n_lines ? task->lines[k].policy : NULL;
}

static amine_status find_policy(int *found, const am_task *task, const char *policy,
                                amine_error *error) {
  am_text names = {0};
  for (int k = 0; policy_at(task, k); k++) {
    *found = k;
    if (strcmp(policy_at(task, k), policy) == 0) {
      am_text_free(&names);
      return AMINE_OK;
    }
    am_text_printf(&names, "|%s", policy_at(task, k));
  }
  amine_status status =
      am_fail(error, AMINE_ERROR_ARGUMENT, "policy=%.60s: it must be one of network%.300s", policy,
              names.data ? names.data : "");
  am_text_free(&names);
  return status;
}

static amine_status play_line(am_evaluation *result, const am_task *task, int line, int n_episodes,
                              uint64_t seed, int n_threads, amine_error *error) {
  policy_games g = {.task = task, .line = line, .seed = am_evaluate_seed(seed)};
  AM_TRY(AM_TAKE(g.rewards, (size_t)n_episodes, error));
  am_parallel(n_threads, n_episodes, one_game, &g);
  *result = summary(g.rewards, n_episodes);
  am_free(g.rewards);
  return AMINE_OK;
}

static amine_status play_maze(am_evaluation *result, const am_task *task, const char *policy,
                              int n_episodes, uint64_t seed, int n_threads, amine_error *error) {
  policy_games g = {.seed = am_evaluate_seed(seed)};
  g.rewards = am_alloc((size_t)n_episodes, sizeof *g.rewards);
  g.policies = am_alloc((size_t)n_threads, sizeof(am_maze_policy *));
  amine_status status = AMINE_OK;
  if (!g.rewards || !g.policies) status = am_fail_memory(error, (size_t)n_episodes * 8);
  for (int k = 0; status == AMINE_OK && k < n_threads; k++)
    status = am_maze_policy_create(&g.policies[k], task, policy, error);
  if (status == AMINE_OK) {
    am_parallel(n_threads, n_episodes, one_game, &g);
    *result = summary(g.rewards, n_episodes);
  }
  for (int k = 0; g.policies && k < n_threads; k++)
    if (g.policies[k]) am_maze_policy_destroy(g.policies[k]);
  am_free(g.policies);
  am_free(g.rewards);
  return status;
}

amine_status am_evaluate_policy(am_evaluation *result, const am_task *task, const char *policy,
                                int n_episodes, uint64_t seed, int n_threads, amine_error *error) {
  int line = 0;
  task = am_task_evaluated(task);
  AM_TRY(find_policy(&line, task, policy, error));
  if (task->type == &am_maze_type)
    return play_maze(result, task, policy, n_episodes, seed, n_threads, error);
  return play_line(result, task, line, n_episodes, seed, n_threads, error);
}

static amine_status write_text(const char *folder, const char *file, am_text *text,
                               amine_error *error) {
  am_text path = {0};
  amine_status status =
      text->failed ? am_fail_memory(error, 512) : am_folder_path(&path, folder, file, error);
  if (status == AMINE_OK) status = am_file_replace(path.data, text->data, text->length, error);
  am_text_free(&path);
  am_text_free(text);
  return status;
}

static amine_status write_lines(const am_task *task, const char *folder, amine_error *error) {
  am_text text = {0};
  am_text_puts(&text, "[");
  for (int k = 0; k < task->n_lines; k++) {
    if (k > 0) am_text_puts(&text, ",\n ");
    am_text_puts(&text, "{\"policy\": ");
    am_json_string(&text, task->lines[k].policy);
    am_text_puts(&text, ", \"reward\": ");
    am_json_number(&text, task->lines[k].reward, 6);
    am_text_puts(&text, "}");
  }
  am_text_puts(&text, "]\n");
  return write_text(folder, AM_LINES_FILE, &text, error);
}

/* ------------------------------------------------------------------------------ the seal */
/* The files that belong together; the first is what they are about. */
static const char *const sealed[] = {AM_CHECKPOINT_FILE, AM_LINES_FILE, AM_RECORDING_FILE,
                                     AM_EPISODE_FILE};
enum { N_SEALED = sizeof sealed / sizeof *sealed };

/* *sum is all zero where there is no such file. */
static amine_status sum_in(am_file_sum *sum, const char *folder, const char *file,
                           amine_error *error) {
  am_text path = {0};
  struct stat found;
  *sum = (am_file_sum){0};
  amine_status status = am_folder_path(&path, folder, file, error);
  if (status == AMINE_OK && am_io.stat(path.data, &found) == 0)
    status = am_file_sum_of(sum, path.data, error);
  am_text_free(&path);
  return status;
}

static amine_status put_seal(am_text *text, const am_experiment *x, const char *folder,
                             amine_error *error) {
  am_json_put_key(text, "files");
  am_json_begin(text);
  for (int k = 0; k < N_SEALED; k++) {
    am_file_sum sum = x->from;
    if (k > 0) AM_TRY(sum_in(&sum, folder, sealed[k], error));
    am_json_put_key(text, sealed[k]);
    am_json_begin(text);
    am_json_put_uint(text, "bytes", sum.bytes);
    am_json_put_uint(text, "crc32c", sum.crc32c);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "}");
  return AMINE_OK;
}

static amine_status check_seal(bool *is, const json_t *files, const char *folder,
                               amine_error *error) {
  for (int k = 0; k < N_SEALED && *is; k++) {
    const json_t *file = json_object_get(files, sealed[k]);
    am_file_sum sum;
    const amine_status status = sum_in(&sum, folder, sealed[k], error);
    if (status == AMINE_ERROR_MEMORY) return status;
    *is = status == AMINE_OK && json_is_integer(json_object_get(file, "bytes")) &&
          json_integer_value(json_object_get(file, "bytes")) == (json_int_t)sum.bytes &&
          json_integer_value(json_object_get(file, "crc32c")) == (json_int_t)sum.crc32c;
  }
  return AMINE_OK;
}

amine_status am_evaluate_is_recorded(bool *is, const char *folder, amine_error *error) {
  am_text path = {0};
  json_t *root = NULL;
  AM_TRY(am_folder_path(&path, folder, AM_EVAL_FILE, error));
  amine_status status = am_json_read(&root, path.data, NULL, error);
  am_text_free(&path);
  *is = status == AMINE_OK;
  if (*is) status = check_seal(is, json_object_get(root, "files"), folder, error);
  json_decref(root);
  return status == AMINE_ERROR_MEMORY ? status : AMINE_OK;
}

static void put_criterion(am_text *text, const am_experiment *x) {
  const bool own = x->criterion[0] != 0;
  if (isnan(x->recent.criterion)) return;
  am_json_put_double(text, "criterion", own ? (double)NAN : x->task->criterion);
  if (own) am_json_put_string(text, "criterion_meaning", x->criterion);
  am_json_put_double(text, "trials_to_criterion", am_recent_trials(&x->recent));
}

/* The last step of an episode at which values were asked for: what was shown, wanted and said.
 * Nothing where the network acts. */
static void put_sample(am_text *text, const am_task *task, const am_episode *e) {
  const am_series *said = am_episode_find(e, "prediction");
  if (!said) said = am_episode_find(e, "output");
  const am_series *const rows[] = {am_episode_find(e, "inputs"), am_episode_find(e, "targets"),
                                   said};
  static const char *const names[] = {"input", "target", "prediction"};
  if (task->n_targets == 0 || !rows[0] || !rows[1] || !said || said->width != task->n_targets)
    return;
  int t = e->n_steps - 1;
  while (t >= 0 && isnan(rows[1]->values[t * task->n_targets])) t--;
  if (t < 0) return;
  am_json_put_key(text, "sample");
  am_json_begin(text);
  am_json_put_int(text, "step", t + 1);
  for (int r = 0; r < 3; r++) {
    am_json_put_key(text, names[r]);
    for (int k = 0; k < rows[r]->width; k++) {
      am_text_puts(text, k == 0 ? "[" : ", ");
      am_json_number(text, (double)rows[r]->values[t * rows[r]->width + k], 6);
    }
    am_text_puts(text, "]");
  }
  am_text_puts(text, "}");
}

/* What a look at one episode tells: whether learning has collapsed, and a sample. */
static amine_status look(am_text *text, am_experiment *x, double reward, uint64_t seed,
                         amine_error *error) {
  am_episode e;
  am_health health;
  char collapsed[AM_HEALTH_SENTENCE];
  AM_TRY(am_episode_play(&e, x->learner, 0, seed, error));
  amine_status status = am_health_look(&health, x, reward, &e, error);
  if (status == AMINE_OK) {
    put_sample(text, x->task, &e);
    if (am_health_say(collapsed, &health, &x->config, x->task))
      am_json_put_string(text, "collapsed", collapsed);
  }
  am_episode_free(&e);
  return status;
}

amine_status am_evaluate_record(am_experiment *x, const char *folder, int n_episodes,
                                amine_error *error) {
  const uint64_t seed = x->config.common.seed;
  am_evaluation sampled, greedy;
  AM_TRY(am_evaluate_network(&sampled, x, n_episodes, seed, false, error));
  greedy = sampled;
  if (x->task->n_symbols == 0) /* of symbols nothing is chosen */
    AM_TRY(am_evaluate_network(&greedy, x, n_episodes, seed, true, error));
  AM_TRY(write_lines(x->task, folder, error));
  AM_TRY(am_recording_write(x, folder, am_evaluate_seed(seed), error));
  am_text text = {0};
  am_json_begin(&text);
  am_json_put_uint(&text, "iteration", x->learner->iteration);
  am_json_put_int(&text, "episodes", n_episodes);
  am_json_put_string(&text, "actions", am_task_acted(x->task) ? "sampled" : "none");
  am_json_put_double(&text, "reward", sampled.mean);
  am_json_put_double(&text, "se", sampled.se);
  if (x->task->n_symbols > 0) am_json_put_double(&text, "perplexity", exp(-sampled.mean));
  am_json_put_double(&text, "greedy_reward", greedy.mean);
  am_json_put_double(&text, "greedy_se", greedy.se);
  put_criterion(&text, x);
  amine_status status = look(&text, x, sampled.mean, am_evaluate_seed(seed), error);
  if (status == AMINE_OK) status = put_seal(&text, x, folder, error);
  am_json_end(&text);
  if (status == AMINE_OK) return write_text(folder, AM_EVAL_FILE, &text, error);
  am_text_free(&text);
  return status;
}
