/* The PyTorch peer: bench/peer_maze.py, given to a Python interpreter by standard input. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/bench.h"
#include "format/json.h"

extern const char cli_peer_maze[]; /* made from bench/peer_maze.py by cmake/embed_text.cmake */

const char *const cli_bench_ways[N_PEERS] = {
    [PEER_AS_IT_COMES] = "as it comes",
    [PEER_AT_ITS_BEST] = "at its best",
    [PEER_BY_HAND] = "backward by hand",
};

/* malloc, kept from handing memory back to the system at every step */
static const char *const kept[][2] = {
    {"MALLOC_MMAP_THRESHOLD_", "4294967296"},
    {"MALLOC_TRIM_THRESHOLD_", "17179869184"},
    {"MALLOC_TOP_PAD_", "268435456"},
};

enum { MAX_ARGUMENTS = 24, NO_INTERPRETER = 127 };

typedef struct program {
  const char *python;
  const char *arguments[MAX_ARGUMENTS]; /* the first is left for the interpreter's name */
  bool keep_memory;
} program;

/* Becomes the interpreter. A plain name is that of Debian's own, if there is one. */
static void become(void *context) {
  program *p = context;
  char path[512];
  for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
    if (p->keep_memory) setenv(kept[k][0], kept[k][1], 1);
    else unsetenv(kept[k][0]);
  p->arguments[0] = p->python;
  char *arguments[MAX_ARGUMENTS];
  memcpy(arguments, p->arguments, sizeof arguments);
  if (!strchr(p->python, '/')) {
    snprintf(path, sizeof path, "/usr/bin/%s", p->python);
    execv(path, arguments);
  }
  execvp(p->python, arguments);
  _exit(NO_INTERPRETER);
}

bool cli_bench_peer_runs(const cli_bench_plan *plan, am_text *why) {
  static const char check[] = "for name in ('numpy', 'torch'):\n"
                              "    try:\n"
                              "        __import__(name)\n"
                              "    except ImportError:\n"
                              "        print(name, end='')\n"
                              "        break\n"
                              "else:\n"
                              "    print('fine', end='')\n";
  program p = {.python = plan->python, .arguments = {NULL, "-", NULL}};
  cli_child child;
  amine_error error = {0};
  if (cli_child_run(&child, check, true, become, &p, &error) != AMINE_OK) {
    am_text_puts(why, error.message);
    return false;
  }
  const char *said = child.output.data ? child.output.data : "";
  const bool fine = child.code == 0 && strcmp(said, "fine") == 0;
  if (child.code == NO_INTERPRETER)
    am_text_printf(why,
                   "PyTorch is left out: there is no %s (Debian packages python3 and "
                   "python3-torch)",
                   plan->python);
  else if (child.code == 0 && (strcmp(said, "numpy") == 0 || strcmp(said, "torch") == 0))
    am_text_printf(why, "PyTorch is left out: %s cannot import %s (Debian package python3-%s)",
                   plan->python, said, said);
  else if (!fine)
    am_text_printf(why, "PyTorch is left out: %s is no Python that runs (code %d)", plan->python,
                   child.code);
  am_text_free(&child.output);
  return fine;
}

/* What the peer printed. */
static amine_status read_answer(cli_bench_figures *out, am_text *about, const am_text *output,
                                amine_error *error) {
  json_t *root;
  const char *text = output->data ? output->data : "";
  AM_TRY(am_json_parse(&root, "the answer of the PyTorch peer", text, output->length, NULL, error));
  const struct {
    const char *name;
    double *value;
  } wanted[] = {{"ms_per_iteration", &out->median_ms},
                {"min_ms", &out->least_ms},
                {"reward", &out->reward},
                {"peak_rss_mb", &out->peak_mib}};
  amine_status status = AMINE_OK;
  for (size_t k = 0; status == AMINE_OK && k < sizeof wanted / sizeof *wanted; k++) {
    const json_t *value = json_object_get(root, wanted[k].name);
    if (json_is_number(value)) *wanted[k].value = json_number_value(value);
    else
      status =
          am_fail(error, AMINE_ERROR_INPUT, "the PyTorch peer did not say its %s", wanted[k].name);
  }
  out->n_iterations = (int)json_integer_value(json_object_get(root, "iterations"));
  const char *torch = json_string_value(json_object_get(root, "torch"));
  const char *blas = json_string_value(json_object_get(root, "blas"));
  if (status == AMINE_OK && about->length == 0 && torch && blas)
    am_text_printf(about, "PyTorch %s, BLAS: %s%s", torch, blas,
                   strncmp(blas, "OpenBLAS", 8) == 0
                       ? ""
                       : " (OpenBLAS may be faster: Debian package libopenblas0-pthread)");
  json_decref(root);
  return status;
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
  program p = {.python = plan->python,
               .arguments = {NULL, "-", "--net", way == PEER_BY_HAND ? "manual" : "autograd",
                             "--threads", count, "--seconds", seconds, "--warmup", "2"},
               .keep_memory = way != PEER_AS_IT_COMES};
  for (int k = 0; k < N_SAME; k++) {
    p.arguments[10 + 2 * k] = same[k].option;
    p.arguments[11 + 2 * k] =
        am_config_text(&plan->config, same[k].key, values[k], sizeof values[k]);
  }
  cli_child child;
  AM_TRY(cli_child_run(&child, cli_peer_maze, false, become, &p, error));
  amine_status status =
      child.code == 0
          ? read_answer(out, about, &child.output, error)
          : am_fail(error, AMINE_ERROR_IO, "PyTorch, %s, failed (code %d)%s", cli_bench_ways[way],
                    child.code, child.code == 137 ? ": out of memory?" : "");
  am_text_free(&child.output);
  return status;
}
