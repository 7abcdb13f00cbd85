/* Peers in PyTorch: whether they can run, how they are called, what they answer. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "cli/bench.h"
#include "format/json.h"

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

amine_status cli_bench_torch(cli_bench_figures *out, am_text *about, const cli_bench_plan *plan,
                             const cli_bench_peer *peer, int threads, amine_error *error) {
  char values[BENCH_MAX_ARGUMENTS][64], count[16], seconds[32];
  cli_bench_script script = *peer->script;
  int n = 0;
  while (script.arguments[n]) n++;
  snprintf(count, sizeof count, "%d", threads);
  snprintf(seconds, sizeof seconds, "%g", plan->seconds);
  const char *const always[] = {"--threads", count, "--seconds", seconds};
  for (int k = 0; k < 4; k++) script.arguments[n++] = always[k];
  for (const cli_bench_same *s = peer->same; s->option; s++) {
    assert(n + 2 <= BENCH_MAX_ARGUMENTS);
    char *value = am_config_text(&plan->config, s->key, values[n], sizeof values[n]);
    script.arguments[n++] = s->option;
    script.arguments[n++] = value;
  }
  cli_child child;
  AM_TRY(cli_bench_python(&child, &script, false, error));
  amine_status status = child.code == 0
                            ? read_answer(out, about, &child.output, error)
                            : am_fail(error, AMINE_ERROR_IO, "%s, failed (code %d)%s", peer->name,
                                      child.code, child.code == 137 ? ": out of memory?" : "");
  am_text_free(&child.output);
  return status;
}
