/* amine bench maze: the same iteration here and in PyTorch, on the same threads, in one run. */
#include <string.h>

#include "base/words.h"
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
 * whether there is one that it cannot follow; *other gets the first. */
static bool is_beyond_peer(am_keys *other, const cli_bench_plan *plan) {
  static const char known[] = "seed|batch|record|task.size|task.steps|network.hidden|"
                              "learner.rate|learner.warmup|learner.schedule_iterations";
  for (am_keys_begin(other, plan->config.registry); am_keys_next(other);) {
    char ours[64], theirs[64];
    const char *name = other->key.name;
    am_config_text(&plan->config, name, ours, sizeof ours);
    am_config_standard(&plan->config, name, theirs, sizeof theirs);
    if (!other->key.p.neutral && !am_word_among(known, name) && strcmp(ours, theirs) != 0)
      return true;
  }
  return false;
}

static bool peer_is_there(cli_bench_table *b) {
  am_keys other;
  if (!b->plan->peer || !is_beyond_peer(&other, b->plan)) return cli_bench_table_peer(b);
  am_text_printf(&b->note, "PyTorch is left out: its program has no other %s", other.key.name);
  return false;
}

static amine_status measure(cli_bench_figures *out, cli_bench_table *b, int entry, int threads,
                            amine_error *error) {
  static const cli_bench_same same[] = {{"--batch", "batch"},
                                        {"--steps", "task.steps"},
                                        {"--hidden", "network.hidden"},
                                        {"--size", "task.size"},
                                        {"--lr", "learner.rate"},
                                        {"--seed", "seed"},
                                        {NULL, NULL}};
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
