/* amine bench signalling: delayed match-to-sample learned without backprop and with it, and the
 * latter in PyTorch, on the same threads, in one run. */
#include "cli/bench_table.h"
#include "format/json.h"

extern const char cli_peer_signalling[]; /* made from bench/peer_signalling.py */

enum { ROUNDS, SECONDS, PEER, PYTHON, STEPS, BATCH, HIDDEN, SEED, THREADS };
_Static_assert(THREADS + 1 == CLI_N_BENCH_SIGNALLING_KEYS, "one row for each key");

/* No others: the peer knows one network and one recipe. */
const amine_parameter cli_bench_signalling_keys[CLI_N_BENCH_SIGNALLING_KEYS] = {
    [ROUNDS] = AM_INTEGER("rounds", 3, 1, BENCH_MAX_ROUNDS, "",
                          "how often everything is measured, in turn"),
    [SECONDS] =
        AM_NUMBER("seconds", 2, 0.001, 3600, "seconds", "about how long one measurement lasts"),
    [PEER] = AM_CHOICE("peer", "pytorch|none", "what Amine is measured against"),
    /* what may follow is any path: taken out of the line before the keys are read */
    [PYTHON] =
        AM_CHOICE("python", "python3|FILE",
                  "the interpreter that has PyTorch; a name is looked for in /usr/bin first"),
    [STEPS] = AM_INTEGER("task.steps", 26, 3, 100000, "steps", "length of an episode"),
    [BATCH] = AM_INTEGER("batch", 16, 1, 65536, "episodes",
                         "episodes played for one update; sixteen occupy one thread"),
    [HIDDEN] = AM_INTEGER("network.hidden", 24, 1, 8192, "units", "of the controller"),
    [SEED] = AM_INTEGER("seed", 1, 0, 4294967295.0, "", "of weights, cues and draws"),
    [THREADS] = AM_INTEGER("threads", 1, 0, 1024, "",
                           "measured beside one thread; 0: as many as there are processors"),
};

enum { SIGNALS, SIGNALS_ONLINE, BPTT, AS_IT_COMES, AT_ITS_BEST, STEP_BY_STEP, N_ENTRIES };
static const cli_bench_entry entries[N_ENTRIES] = {
    [SIGNALS] = {"Amine, signals", "signalling", false},
    [SIGNALS_ONLINE] = {"Amine, signals online", "signalling online", false},
    [BPTT] = {"Amine, BPTT", "bptt", false},
    [AS_IT_COMES] = {"PyTorch, BPTT as it comes", "as it comes", true},
    [AT_ITS_BEST] = {"PyTorch, BPTT at its best", "at its best", true},
    [STEP_BY_STEP] = {"PyTorch, BPTT step by step", "step by step", true},
};
static const cli_bench_ratio ratios[] = {{"Amine's BPTT is", "ratio", BPTT},
                                         {"its signals are", "ratio_signalling", SIGNALS}};

/* ------------------------------------------------------------------------------ the plan */
static amine_status configure(am_config *config, const char *preset, const am_value *own,
                              amine_error *error) {
  am_config_default(config);
  AM_TRY(am_config_load(config, preset, error));
  am_config_put(config, "task.steps", own[STEPS].number);
  am_config_put(config, "network.hidden", own[HIDDEN].number);
  config->common.batch = (int)own[BATCH].number;
  config->common.seed = own[SEED].integer;
  return am_config_resolve(config, error);
}

/* plans [BPTT + 1]: one for each of Amine's rows */
static amine_status make_plans(cli_bench_plan *plans, const cli_line *line, amine_error *error) {
  am_value own[CLI_N_BENCH_SIGNALLING_KEYS];
  cli_line rest;
  cli_bench_plan *plan = &plans[SIGNALS];
  amine_status status = cli_bench_take_python(plan, &rest, line, error);
  if (status == AMINE_OK)
    status = cli_configure_variant(own, &cli_bench_variants[CLI_BENCH_SIGNALLING], &rest, error);
  am_free(rest.assignments);
  if (status != AMINE_OK) return status;
  plan->n_rounds = (int)own[ROUNDS].number;
  plan->seconds = own[SECONDS].number;
  plan->peer = own[PEER].number == 0;
  cli_bench_look_around(plan, (int)own[THREADS].number);
  plans[SIGNALS_ONLINE] = plans[BPTT] = *plan;
  AM_TRY(configure(&plan->config, "delayed-match", own, error));
  AM_TRY(configure(&plans[BPTT].config, "delayed-match-backprop", own, error));
  plans[SIGNALS_ONLINE].config = plan->config;
  return am_config_set(&plans[SIGNALS_ONLINE].config, "learner.form", "online", error);
}

static amine_status measure(cli_bench_figures *out, cli_bench_table *b, int entry, int threads,
                            amine_error *error) {
  static const cli_bench_same same[] = {{"--batch", "batch"},
                                        {"--steps", "task.steps"},
                                        {"--hidden", "network.hidden"},
                                        {"--seed", "seed"},
                                        {NULL, NULL}};
  const cli_bench_plan *plans = b->context;
  if (entry <= BPTT) return cli_bench_amine(out, &plans[entry], threads, error);
  const cli_bench_script script = {
      .python = b->plan->python,
      .text = cli_peer_signalling,
      .arguments = {"--form", entry == STEP_BY_STEP ? "steps" : "sequence", "--warmup", "20",
                    entry == AS_IT_COMES ? NULL : "--foreach"},
      .keep_memory = entry != AS_IT_COMES};
  const cli_bench_peer peer = {entries[entry].name, &script, same};
  return cli_bench_torch(out, &b->about, &plans[BPTT], &peer, threads, error);
}

/* ------------------------------------------------------------------------------ output */
static void say_json(am_text *text, const cli_bench_table *b) {
  const am_config *c = &b->plan->config;
  am_json_begin(text);
  cli_bench_machine_json(text, b->plan, "signalling");
  am_json_put_int(text, "batch", c->common.batch);
  am_json_put_int(text, "steps", (int)am_config_number(c, "task.steps"));
  am_json_put_int(text, "hidden", (int)am_config_number(c, "network.hidden"));
  am_json_put_double(text, "seconds", b->plan->seconds);
  cli_bench_table_json(text, b);
  am_json_end(text);
}

static void say(am_text *text, const cli_bench_table *b) {
  const am_config *c = &b->plan->config;
  if (cli_has(b->line, CLI_JSON)) {
    say_json(text, b);
    return;
  }
  am_text_printf(text, "delayed match: batch %d, %d steps, %d hidden units\n", c->common.batch,
                 (int)am_config_number(c, "task.steps"),
                 (int)am_config_number(c, "network.hidden"));
  cli_bench_machine(text, b->plan);
  cli_bench_table_text(text, b, "the same controller, which learns in every row");
}

int cli_bench_signalling(const cli_line *line) {
  amine_error error = {0};
  cli_bench_plan plans[BPTT + 1] = {0};
  const amine_status status = make_plans(plans, line, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  const am_config *c = &plans->config;
  cli_bench_table b = {.line = line,
                       .plan = plans,
                       .entries = entries,
                       .ratios = ratios,
                       .n_ratios = sizeof ratios / sizeof *ratios,
                       .measure = measure,
                       .context = plans,
                       .rate = "steps/s",
                       .rates = "steps_per_s",
                       .n_counted = c->common.batch * am_config_number(c, "task.steps"),
                       .width = 26,
                       .digits = 3,
                       .rate_digits = 0};
  cli_bench_say_busy(line, plans);
  b.n_entries = cli_bench_table_peer(&b) ? N_ENTRIES : AS_IT_COMES;
  return cli_bench_table_print(&b, say);
}
