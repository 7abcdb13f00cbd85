/* The PyTorch peer: bench/peer_maze.py. */
#include <stdio.h>
#include <string.h>

#include "cli/bench.h"
#include "format/json.h"

extern const char cli_peer_maze[]; /* made from bench/peer_maze.py by cmake/embed_text.cmake */

const char *const cli_bench_ways[N_PEERS] = {
    [PEER_AS_IT_COMES] = "as it comes",
    [PEER_AT_ITS_BEST] = "at its best",
    [PEER_BY_HAND] = "backward by hand",
};

bool cli_bench_peer_runs(const cli_bench_plan *plan, am_text *why) {
  static const cli_bench_module modules[BENCH_N_MODULES] = {{"numpy", "python3-numpy"},
                                                            {"torch", "python3-torch"}};
  return cli_bench_imports(plan->python, "PyTorch", modules, why);
}

/* What the peer printed. */
static amine_status read_answer(cli_bench_figures *out, am_text *about, const am_text *output,
                                amine_error *error) {
  json_t *root;
  const cli_bench_number wanted[] = {{"ms_per_iteration", &out->median_ms},
                                     {"min_ms", &out->least_ms},
                                     {"reward", &out->reward},
                                     {"peak_rss_mb", &out->peak_mib}};
  AM_TRY(cli_bench_answer(&root, "PyTorch", output, wanted, sizeof wanted / sizeof *wanted, error));
  out->n_iterations = (int)json_integer_value(json_object_get(root, "iterations"));
  const char *torch = json_string_value(json_object_get(root, "torch"));
  const char *blas = json_string_value(json_object_get(root, "blas"));
  if (about->length == 0 && torch && blas)
    am_text_printf(about, "PyTorch %s, BLAS: %s%s", torch, blas,
                   strncmp(blas, "OpenBLAS", 8) == 0
                       ? ""
                       : " (OpenBLAS may be faster: Debian package libopenblas0-pthread)");
  json_decref(root);
  return AMINE_OK;
}

amine_status cli_bench_peer(cli_bench_figures *out, am_text *about, const cli_bench_plan *plan,
                            cli_bench_way way, int threads, amine_error *error) {
  const struct {
    const char *option;
    am_key_id key;
  } same[] = {{"--batch", AM_BATCH},    {"--steps", AM_TASK_STEPS}, {"--hidden", AM_NETWORK_HIDDEN},
              {"--size", AM_TASK_SIZE}, {"--lr", AM_LEARNER_RATE},  {"--seed", AM_SEED}};
  enum { N_SAME = sizeof same / sizeof *same };
  char values[N_SAME][64], count[16], seconds[32];
  snprintf(count, sizeof count, "%d", threads);
  snprintf(seconds, sizeof seconds, "%g", plan->seconds);
  cli_bench_script p = {.python = plan->python,
                        .text = cli_peer_maze,
                        .arguments = {"--net", way == PEER_BY_HAND ? "manual" : "autograd",
                                      "--threads", count, "--seconds", seconds, "--warmup", "2"},
                        .keep_memory = way != PEER_AS_IT_COMES};
  for (int k = 0; k < N_SAME; k++) {
    p.arguments[8 + 2 * k] = same[k].option;
    p.arguments[9 + 2 * k] =
        am_config_text(&plan->config, same[k].key, values[k], sizeof values[k]);
  }
  cli_child child;
  AM_TRY(cli_bench_python(&child, &p, false, error));
  amine_status status =
      child.code == 0
          ? read_answer(out, about, &child.output, error)
          : am_fail(error, AMINE_ERROR_IO, "PyTorch, %s, failed (code %d)%s", cli_bench_ways[way],
                    child.code, child.code == 137 ? ": out of memory?" : "");
  am_text_free(&child.output);
  return status;
}
