/* amine bench signalling, lstm, plastic-lstm: an iteration of delayed match-to-sample, and the same
 * by backpropagation through time in PyTorch, on the same threads, in one run. */
#include <assert.h>
#include <string.h>

#include "cli/bench_table.h"
#include "format/json.h"

extern const char cli_peer_delayed_match[]; /* made from bench/peer_delayed_match.py */

enum { STEPS = BENCH_PYTHON + 1, BATCH, HIDDEN, SEED, THREADS };
_Static_assert(THREADS + 1 == CLI_N_BENCH_DELAYED_MATCH_KEYS, "one row for each key");

/* No others: the peer knows one recipe for each network. */
const amine_parameter cli_bench_delayed_match_keys[CLI_N_BENCH_DELAYED_MATCH_KEYS] = {
    BENCH_ROWS,
    [STEPS] = AM_INTEGER("task.steps", 26, 3, 100000, "steps", "length of an episode"),
    [BATCH] = AM_INTEGER("batch", 16, 1, 65536, "episodes",
                         "episodes played for one update; sixteen occupy one thread"),
    [HIDDEN] = AM_INTEGER("network.hidden", 24, 1, 8192, "units", "in the layer that learns"),
    [SEED] = AM_INTEGER("seed", 1, 0, 4294967295.0, "", "of weights, cues and draws"),
    [THREADS] = AM_INTEGER("threads", 1, 0, 1024, "",
                           "measured beside one thread; 0: as many as there are processors"),
};

enum { MAX_OURS = 3, N_WAYS = 3, MAX_WORDS = 8 };

/* One of the benchmarks. Amine's last row is the iteration that PyTorch makes too. */
typedef struct contest {
  const char *word;    /* of the command */
  const char *network; /* in the peer's words */
  int n_ours;
  const char *ours[MAX_OURS][MAX_WORDS]; /* a preset and key=value, as amine train takes them */
  cli_bench_entry entries[MAX_OURS + N_WAYS];
  cli_bench_ratio ratios[2];
  int n_ratios;
  const char *what; /* the same in every row */
} contest;

/* A row of PyTorch for each way. */
enum { AS_IT_COMES, AT_ITS_BEST, STEP_BY_STEP };
#define WAY(of, way)                                                                               \
  { "PyTorch, " of way, way, true }
#define PYTORCH(of) WAY(of, "as it comes"), WAY(of, "at its best"), WAY(of, "step by step")

static const contest contests[] = {
    {.word = "signalling",
     .network = "gru",
     .n_ours = 3,
     .ours = {{"delayed-match"},
              {"delayed-match", "learner.form=online"},
              {"delayed-match-backprop"}},
     .entries = {{"Amine, signals", "signalling", false},
                 {"Amine, signals online", "signalling online", false},
                 {"Amine, BPTT", "bptt", false},
                 PYTORCH("BPTT ")},
     .ratios = {{"Amine's BPTT is", "ratio", 2}, {"its signals are", "ratio_signalling", 0}},
     .n_ratios = 2,
     .what = "the same controller, which learns in every row"},
    {.word = "lstm",
     .network = "lstm",
     .n_ours = 1,
     .ours = {{"delayed-match-backprop", "network.type=lstm"}},
     .entries = {{"Amine", "bptt", false}, PYTORCH("")},
     .ratios = {{"Amine is", "ratio", 0}},
     .n_ratios = 1,
     .what = "the same iteration in every row"},
    {.word = "plastic-lstm",
     .network = "plastic-lstm",
     .n_ours = 1,
     .ours = {{"delayed-match-backprop", "network.type=plastic-lstm", "rule.type=clip",
               "modulator.type=readout"}},
     .entries = {{"Amine", "bptt", false}, PYTORCH("")},
     .ratios = {{"Amine is", "ratio", 0}},
     .n_ratios = 1,
     .what = "the same iteration in every row"},
};

/* What is measured. */
typedef struct match {
  const contest *contest;
  cli_bench_plan plans[MAX_OURS]; /* of Amine's rows */
} match;

static const cli_bench_plan *same_plan(const match *m) { return &m->plans[m->contest->n_ours - 1]; }

/* ------------------------------------------------------------------------------ the plan */
static amine_status configure(am_config *config, const char *const *words, const am_value *own,
                              amine_error *error) {
  am_config_default(config);
  AM_TRY(am_config_load(config, words[0], error));
  for (int k = 1; k < MAX_WORDS && words[k]; k++) AM_TRY(am_config_assign(config, words[k], error));
  am_config_put(config, "task.steps", own[STEPS].number);
  am_config_put(config, "network.hidden", own[HIDDEN].number);
  config->common.batch = (int)own[BATCH].number;
  config->common.seed = own[SEED].integer;
  return am_config_resolve(config, error);
}

static amine_status make_plans(match *m, const cli_line *line, amine_error *error) {
  am_value own[CLI_N_BENCH_DELAYED_MATCH_KEYS];
  cli_line rest;
  cli_bench_plan plan = {0};
  const cli_variant keys = {m->contest->word, cli_bench_delayed_match_keys,
                            CLI_N_BENCH_DELAYED_MATCH_KEYS};
  amine_status status = cli_bench_take_python(&plan, &rest, line, error);
  if (status == AMINE_OK) status = cli_configure_variant(own, &keys, &rest, error);
  am_free(rest.assignments);
  if (status != AMINE_OK) return status;
  plan.n_rounds = (int)own[BENCH_ROUNDS].number;
  plan.seconds = own[BENCH_SECONDS].number;
  plan.peer = own[BENCH_PEER].number == 0;
  cli_bench_look_around(&plan, (int)own[THREADS].number);
  for (int k = 0; k < m->contest->n_ours; k++) {
    m->plans[k] = plan;
    AM_TRY(configure(&m->plans[k].config, m->contest->ours[k], own, error));
  }
  return AMINE_OK;
}

static amine_status measure(cli_bench_figures *out, cli_bench_table *b, int entry, int threads,
                            amine_error *error) {
  static const cli_bench_same same[] = {{"--batch", "batch"},
                                        {"--steps", "task.steps"},
                                        {"--hidden", "network.hidden"},
                                        {"--seed", "seed"},
                                        {NULL, NULL}};
  const match *m = b->context;
  if (entry < m->contest->n_ours) return cli_bench_amine(out, &m->plans[entry], threads, error);
  const int way = entry - m->contest->n_ours;
  const cli_bench_script script = {.python = b->plan->python,
                                   .text = cli_peer_delayed_match,
                                   .arguments = {"--network", m->contest->network, "--form",
                                                 way == STEP_BY_STEP ? "steps" : "sequence",
                                                 "--warmup", "20",
                                                 way == AS_IT_COMES ? NULL : "--foreach"},
                                   .keep_memory = way != AS_IT_COMES};
  const cli_bench_peer peer = {b->entries[entry].name, &script, same};
  return cli_bench_torch(out, &b->about, same_plan(m), &peer, threads, error);
}

/* ------------------------------------------------------------------------------ output */
static void say_json(am_text *text, const cli_bench_table *b) {
  const match *m = b->context;
  const am_config *c = &b->plan->config;
  am_text words = {0};
  const char *const *word = m->contest->ours[m->contest->n_ours - 1];
  for (int k = 0; k < MAX_WORDS && word[k]; k++)
    am_text_printf(&words, "%s%s", k ? " " : "", word[k]);
  am_json_begin(text);
  cli_bench_machine_json(text, b->plan, m->contest->word);
  am_json_put_string(text, "train", words.data);
  am_json_put_int(text, "batch", c->common.batch);
  am_json_put_int(text, "steps", (int)am_config_number(c, "task.steps"));
  am_json_put_int(text, "hidden", (int)am_config_number(c, "network.hidden"));
  am_json_put_double(text, "seconds", b->plan->seconds);
  cli_bench_table_json(text, b);
  am_json_end(text);
  am_text_free(&words);
}

static void say(am_text *text, const cli_bench_table *b) {
  const match *m = b->context;
  const am_config *c = &b->plan->config;
  if (cli_has(b->line, CLI_JSON)) {
    say_json(text, b);
    return;
  }
  am_text_printf(text, "delayed match: batch %d, %d steps, %d hidden units\n", c->common.batch,
                 (int)am_config_number(c, "task.steps"),
                 (int)am_config_number(c, "network.hidden"));
  cli_bench_machine(text, b->plan);
  cli_bench_table_text(text, b, m->contest->what);
}

int cli_bench_delayed_match(const cli_line *line) {
  amine_error error = {0};
  match m = {.contest = contests};
  while (strcmp(m.contest->word, line->words[0]) != 0) m.contest++;
  assert(m.contest < contests + sizeof contests / sizeof *contests);
  const amine_status status = make_plans(&m, line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  const am_config *c = &m.plans->config;
  cli_bench_table b = {.line = line,
                       .plan = m.plans,
                       .entries = m.contest->entries,
                       .ratios = m.contest->ratios,
                       .n_ratios = m.contest->n_ratios,
                       .measure = measure,
                       .context = &m,
                       .rate = "steps/s",
                       .rates = "steps_per_s",
                       .n_counted = c->common.batch * am_config_number(c, "task.steps"),
                       .width = 26,
                       .digits = 3,
                       .rate_digits = 0};
  cli_bench_say_busy(line, m.plans);
  b.n_entries = m.contest->n_ours + (cli_bench_table_peer(&b) ? N_WAYS : 0);
  return cli_bench_table_print(&b, say);
}
