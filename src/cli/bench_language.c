/* amine bench language, plastic-language: a window of a text, and the same by truncated
 * backpropagation through time in PyTorch, on the same threads, in one run. */
#include <string.h>

#include "cli/bench_table.h"
#include "format/json.h"
#include "run/config/objects.h"
#include "task/text.h"

extern const char cli_peer_language[]; /* made from bench/peer_language.py */

enum { STEPS = BENCH_PYTHON + 1, BATCH, HIDDEN, VOCABULARY, SEED, THREADS };
_Static_assert(THREADS + 1 == CLI_N_BENCH_LANGUAGE_KEYS, "one row for each key");

const amine_parameter cli_bench_language_keys[CLI_N_BENCH_LANGUAGE_KEYS] = {
    BENCH_ROWS,
    [STEPS] = AM_INTEGER("task.steps", 20, 1, 100000, "steps", "of a window"),
    [BATCH] = AM_INTEGER("batch", 20, 1, 65536, "episodes", "lanes that read side by side"),
    [HIDDEN] = AM_INTEGER("network.hidden", 200, 1, 8192, "units",
                          "in each of two layers, and numbers of a word's vector"),
    [VOCABULARY] = AM_INTEGER("task.vocabulary", 10000, 3, AM_VOCABULARY_MOST, "symbols",
                              "the text must have so many"),
    [SEED] = AM_INTEGER("seed", 1, 0, 4294967295.0, "", "of weights"),
    [THREADS] = AM_INTEGER("threads", 0, 0, 1024, "",
                           "measured beside one thread; 0: as many as there are processors"),
};

enum { OURS, AS_IT_COMES, AT_ITS_BEST, N_ENTRIES };

/* One of the two. */
typedef struct contest {
  const char *word, *network; /* of the command; in the peer's words */
  const char *words[3];       /* as amine train takes them */
} contest;

static const contest contests[] = {
    {"language", "lstm", {"language", "network.type=lstm"}},
    {"plastic-language", "plastic-lstm", {"language"}},
};

static const cli_bench_entry entries[N_ENTRIES] = {{"Amine", "bptt", false},
                                                   {"PyTorch, as it comes", "as it comes", true},
                                                   {"PyTorch, at its best", "at its best", true}};
static const cli_bench_ratio ratios[] = {{"Amine is", "ratio", OURS}};

/* What is measured. */
typedef struct reading {
  const contest *contest;
  cli_bench_plan plan;
  double n_windows; /* of an epoch */
} reading;

/* ------------------------------------------------------------------------------ the plan */
static amine_status configure(am_config *config, const contest *c, const am_value *own,
                              amine_error *error) {
  am_config_default(config);
  AM_TRY(am_config_load(config, c->words[0], error));
  for (int k = 1; c->words[k]; k++) AM_TRY(am_config_assign(config, c->words[k], error));
  am_config_put(config, "task.steps", own[STEPS].number);
  am_config_put(config, "task.vocabulary", own[VOCABULARY].number);
  am_config_put(config, "network.hidden", own[HIDDEN].number);
  config->common.batch = (int)own[BATCH].number;
  config->common.seed = own[SEED].integer;
  return am_config_resolve(config, error);
}

/* The peer has as many symbols as are asked for: the text must, too. */
static amine_status look_at_text(reading *r, amine_error *error) {
  am_task *task;
  AM_TRY(am_task_of_config(&task, &r->plan.config, error));
  const int wanted = (int)am_config_number(&r->plan.config, "task.vocabulary");
  const int found = task->n_symbols;
  r->n_windows = (double)am_text_task_windows(task) / r->plan.config.common.batch;
  am_task_destroy(task);
  if (found == wanted) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_INPUT,
                 "task.vocabulary=%d: bible.txt has %d different symbols in training", wanted,
                 found);
}

static amine_status make_plan(reading *r, const cli_line *line, amine_error *error) {
  am_value own[CLI_N_BENCH_LANGUAGE_KEYS];
  cli_line rest;
  const cli_variant keys = {r->contest->word, cli_bench_language_keys, CLI_N_BENCH_LANGUAGE_KEYS};
  amine_status status = cli_bench_take_python(&r->plan, &rest, line, error);
  if (status == AMINE_OK) status = cli_configure_variant(own, &keys, &rest, error);
  am_free(rest.assignments);
  if (status != AMINE_OK) return status;
  r->plan.n_rounds = (int)own[BENCH_ROUNDS].number;
  r->plan.seconds = own[BENCH_SECONDS].number;
  r->plan.peer = own[BENCH_PEER].number == 0;
  cli_bench_look_around(&r->plan, (int)own[THREADS].number);
  AM_TRY(configure(&r->plan.config, r->contest, own, error));
  return look_at_text(r, error);
}

static amine_status measure(cli_bench_figures *out, cli_bench_table *b, int entry, int threads,
                            amine_error *error) {
  static const cli_bench_same same[] = {{"--batch", "batch"},
                                        {"--steps", "task.steps"},
                                        {"--hidden", "network.hidden"},
                                        {"--vocabulary", "task.vocabulary"},
                                        {"--seed", "seed"},
                                        {NULL, NULL}};
  const reading *r = b->context;
  if (entry == OURS) return cli_bench_amine(out, &r->plan, threads, error);
  const cli_bench_script script = {
      .python = b->plan->python,
      .text = cli_peer_language,
      .arguments = {"--network", r->contest->network, entry == AS_IT_COMES ? NULL : "--foreach"},
      .keep_memory = entry != AS_IT_COMES};
  const cli_bench_peer peer = {b->entries[entry].name, &script, same};
  return cli_bench_torch(out, &b->about, &r->plan, &peer, threads, error);
}

/* ------------------------------------------------------------------------------ output */
static void say_json(am_text *text, const cli_bench_table *b) {
  const reading *r = b->context;
  const am_config *c = &b->plan->config;
  am_text words = {0};
  for (int k = 0; r->contest->words[k]; k++)
    am_text_printf(&words, "%s%s", k ? " " : "", r->contest->words[k]);
  am_json_begin(text);
  cli_bench_machine_json(text, b->plan, r->contest->word);
  am_json_put_string(text, "train", words.data);
  am_json_put_int(text, "batch", c->common.batch);
  am_json_put_int(text, "steps", (int)am_config_number(c, "task.steps"));
  am_json_put_int(text, "hidden", (int)am_config_number(c, "network.hidden"));
  am_json_put_int(text, "vocabulary", (int)am_config_number(c, "task.vocabulary"));
  am_json_put_double(text, "windows_of_an_epoch", r->n_windows);
  am_json_put_double(text, "seconds", b->plan->seconds);
  cli_bench_table_json(text, b);
  am_json_end(text);
  am_text_free(&words);
}

static void say(am_text *text, const cli_bench_table *b) {
  const reading *r = b->context;
  const am_config *c = &b->plan->config;
  if (cli_has(b->line, CLI_JSON)) {
    say_json(text, b);
    return;
  }
  am_text_printf(text, "%s: %d lanes, windows of %d words, two layers of %d units, %d words\n",
                 r->contest->word, c->common.batch, (int)am_config_number(c, "task.steps"),
                 (int)am_config_number(c, "network.hidden"),
                 (int)am_config_number(c, "task.vocabulary"));
  cli_bench_machine(text, b->plan);
  cli_bench_table_text(text, b, "the same iteration in every row");
  am_text_printf(text, "\nan epoch of bible.txt, %.0f windows, would take Amine", r->n_windows);
  for (int k = 0; k < b->n_rows; k++) {
    const cli_bench_row *row = &b->rows[k];
    if (row->entry != OURS || row->n <= 0) continue;
    am_text_printf(text, "%s %.0f s on ", k > 0 ? "," : "",
                   row->all.median_ms * r->n_windows / 1e3);
    cli_bench_threads(text, row->threads);
  }
  am_text_puts(text, "\n");
}

int cli_bench_language(const cli_line *line) {
  amine_error error = {0};
  reading r = {.contest = contests};
  if (strcmp(r.contest->word, line->words[0]) != 0) r.contest++;
  const amine_status status = make_plan(&r, line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  const am_config *c = &r.plan.config;
  cli_bench_table b = {.line = line,
                       .plan = &r.plan,
                       .entries = entries,
                       .ratios = ratios,
                       .n_ratios = sizeof ratios / sizeof *ratios,
                       .measure = measure,
                       .context = &r,
                       .rate = "words/s",
                       .rates = "words_per_s",
                       .n_counted = c->common.batch * am_config_number(c, "task.steps"),
                       .width = 22,
                       .digits = 2,
                       .rate_digits = 0};
  cli_bench_say_busy(line, &r.plan);
  b.n_entries = cli_bench_table_peer(&b) ? N_ENTRIES : 1;
  return cli_bench_table_print(&b, say);
}
