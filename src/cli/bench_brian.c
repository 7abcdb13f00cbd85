/* The Brian2 peer: bench/peer_brain.py. */
#include <stdio.h>
#include <string.h>

#include "cli/bench.h"
#include "format/json.h"

extern const char cli_peer_brain[]; /* made from bench/peer_brain.py by cmake/embed_text.cmake */

const char *const cli_bench_forms[N_FORMS] = {
    [BRIAN_DOCUMENTED] = "documented", [BRIAN_TUNED] = "tuned"};

bool cli_bench_brian_runs(const cli_bench_plan *plan, am_text *why) {
  static const cli_bench_module modules[BENCH_N_MODULES] = {{"numpy", "python3-numpy"},
                                                            {"brian2", "python3-brian"}};
  return cli_bench_imports(plan->python, "Brian2", modules, why);
}

/* What the peer printed. */
static amine_status read_answer(cli_bench_spikes *out, am_text *about, const am_text *output,
                                amine_error *error) {
  json_t *root;
  const cli_bench_number wanted[] = {
      {"simulate_s", &out->simulate_s},     {"setup_s", &out->setup_s},
      {"rate_hz", &out->rate_hz},           {"rate_e_hz", &out->rate_e_hz},
      {"rate_i_hz", &out->rate_i_hz},       {"n_synapses", &out->n_synapses},
      {"events_per_s", &out->events_per_s}, {"peak_mb", &out->peak_mib}};
  AM_TRY(cli_bench_answer(&root, "Brian2", output, wanted, sizeof wanted / sizeof *wanted, error));
  amine_status status = AMINE_OK;
  if (!(out->simulate_s > 0))
    status = am_fail(error, AMINE_ERROR_INPUT, "the Brian2 peer took no time at all");
  const char *version = json_string_value(json_object_get(root, "brian2"));
  if (status == AMINE_OK && about->length == 0 && version)
    am_text_printf(about, "Brian2 %s", version);
  json_decref(root);
  return status;
}

amine_status cli_bench_brian(cli_bench_spikes *out, am_text *about, const cli_bench_plan *plan,
                             const char *network, cli_bench_form form, double seconds, int threads,
                             uint64_t seed, amine_error *error) {
  char count[16], length[32], from[32];
  snprintf(count, sizeof count, "%d", threads);
  snprintf(length, sizeof length, "%.10g", seconds);
  snprintf(from, sizeof from, "%llu", (unsigned long long)seed);
  const cli_bench_script p = {.python = plan->python,
                              .text = cli_peer_brain,
                              .arguments = {"--network", network, "--form", cli_bench_forms[form],
                                            "--seconds", length, "--threads", count, "--seed",
                                            from}};
  cli_child child;
  AM_TRY(cli_bench_python(&child, &p, false, error));
  amine_status status = child.code == 0
                            ? read_answer(out, about, &child.output, error)
                            : am_fail(error, AMINE_ERROR_IO, "Brian2, %s, %s, failed (code %d)%s",
                                      cli_bench_forms[form], network, child.code,
                                      child.code == 137 ? ": out of memory?" : "");
  am_text_free(&child.output);
  return status;
}
