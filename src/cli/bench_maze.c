/* amine bench maze: the same iteration here and in PyTorch, on the same threads, in one run. */
#include <string.h>

#include "cli/bench_table.h"
#include "format/json.h"

extern const char cli_peer_maze[]; /* made from bench/peer_maze.py by cmake/embed_text.cmake */

enum { AMINE, AS_IT_COMES, AT_ITS_BEST, BY_HAND, N_ENTRIES };
static const cli_bench_entry entries[N_ENTRIES] = {
    [AMINE] = {"Amine", NULL, false},
    [AS_IT_COMES] = {"PyTorch, as it comes", "as it comes", true},
    [AT_ITS_BEST] = {"PyTorch, at its best", "at its best", true},
    [BY_HAND] = {"PyTorch, backward by hand", "backward by hand", true},
};
static const cli_bench_ratio ratio = {"Amine is", "ratio", AMINE};

/* The peer knows one network and one recipe: any other setting would be another iteration. Returns
 * the first key that it cannot follow, or AM_N_KEYS. */
static am_key_id beyond_peer(const cli_bench_plan *plan) {
  static const am_key_id known[] = {
      AM_SEED,         AM_BATCH,          AM_RECORD,
      AM_TASK_SIZE,    AM_TASK_STEPS,     AM_NETWORK_HIDDEN,
      AM_LEARNER_RATE, AM_LEARNER_WARMUP, AM_LEARNER_SCHEDULE_ITERATIONS};
  am_config published;
  am_config_default(&published);
  for (int k = 0; k < AM_N_KEYS; k++) {
    char ours[64], theirs[64];
    bool skip = am_keys[k].neutral;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) skip |= (int)known[i] == k;
    am_config_text(&plan->config, (am_key_id)k, ours, sizeof ours);
    am_config_text(&published, (am_key_id)k, theirs, sizeof theirs);
    if (!skip && strcmp(ours, theirs) != 0) return (am_key_id)k;
  }
  return AM_N_KEYS;
}

static bool peer_is_there(cli_bench_table *b) {
  const am_key_id other = b->plan->peer ? beyond_peer(b->plan) : AM_N_KEYS;
  if (other == AM_N_KEYS) return cli_bench_table_peer(b);
  am_text_printf(&b->note, "PyTorch is left out: its program has no other %s", am_keys[other].name);
  return false;
}

static amine_status measure(cli_bench_figures *out, cli_bench_table *b, int entry, int threads,
                            amine_error *error) {
  static const cli_bench_same same[] = {
      {"--batch", AM_BATCH},    {"--steps", AM_TASK_STEPS}, {"--hidden", AM_NETWORK_HIDDEN},
      {"--size", AM_TASK_SIZE}, {"--lr", AM_LEARNER_RATE},  {"--seed", AM_SEED},
      {NULL, AM_N_KEYS}};
  if (entry == AMINE) return cli_bench_amine(out, b->plan, threads, error);
  const cli_bench_script script = {
      .python = b->plan->python,
      .text = cli_peer_maze,
      .arguments = {"--net", entry == BY_HAND ? "manual" : "autograd", "--warmup", "2"},
      .keep_memory = entry != AS_IT_COMES};
  const cli_bench_peer peer = {entries[entry].name, &script, same};
  return cli_bench_torch(out, &b->about, b->plan, &peer, threads, error);
}

static void say(am_text *text, const cli_bench_table *b) {
  if (cli_has(b->line, CLI_JSON)) {
    am_json_begin(text);
    cli_bench_header_json(text, b->plan, "maze");
    cli_bench_table_json(text, b);
    am_json_end(text);
  } else {
    cli_bench_header(text, b->plan);
    cli_bench_table_text(text, b, "the same iteration in every row");
  }
}

int cli_bench_maze(const cli_line *line, const cli_bench_plan *plan) {
  cli_bench_table b = {.line = line,
                       .plan = plan,
                       .entries = entries,
                       .ratios = &ratio,
                       .n_ratios = 1,
                       .measure = measure,
                       .rate = "iterations/s",
                       .rates = "iterations_per_s",
                       .n_counted = 1,
                       .width = 26,
                       .digits = 2,
                       .rate_digits = 1};
  b.n_entries = peer_is_there(&b) ? N_ENTRIES : AS_IT_COMES;
  return cli_bench_table_print(&b, say);
}
