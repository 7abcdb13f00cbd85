/* Peers written in Python: given to an interpreter by standard input. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/bench.h"
#include "format/json.h"

/* malloc, kept from handing memory back to the system at every step */
static const char *const kept[][2] = {
    {"MALLOC_MMAP_THRESHOLD_", "4294967296"},
    {"MALLOC_TRIM_THRESHOLD_", "17179869184"},
    {"MALLOC_TOP_PAD_", "268435456"},
};

enum { NO_INTERPRETER = 127 };

/* Becomes the interpreter. A plain name is that of Debian's own, if there is one. */
static void become(void *context) {
  const cli_bench_script *s = context;
  const char *words[BENCH_MAX_ARGUMENTS + 3] = {s->python, "-"};
  char *arguments[BENCH_MAX_ARGUMENTS + 3];
  char path[512];
  for (size_t k = 0; k < sizeof kept / sizeof *kept; k++)
    if (s->keep_memory) setenv(kept[k][0], kept[k][1], 1);
    else unsetenv(kept[k][0]);
  for (int k = 0; k < BENCH_MAX_ARGUMENTS && s->arguments[k]; k++) words[2 + k] = s->arguments[k];
  memcpy(arguments, words, sizeof arguments);
  if (!strchr(s->python, '/')) {
    snprintf(path, sizeof path, "/usr/bin/%s", s->python);
    execv(path, arguments);
  }
  execvp(s->python, arguments);
  _exit(NO_INTERPRETER);
}

amine_status cli_bench_python(cli_child *child, const cli_bench_script *script, bool silent,
                              amine_error *error) {
  cli_bench_script own = *script;
  return cli_child_run(child, script->text, silent, become, &own, error);
}

bool cli_bench_imports(const char *python, const char *peer,
                       const cli_bench_module modules[BENCH_N_MODULES], am_text *why) {
  static const char check[] = "import sys\n"
                              "for name in sys.argv[1:]:\n"
                              "    try:\n"
                              "        __import__(name)\n"
                              "    except ImportError:\n"
                              "        print(name, end='')\n"
                              "        break\n"
                              "else:\n"
                              "    print('fine', end='')\n";
  const cli_bench_script script = {
      .python = python, .text = check, .arguments = {modules[0].name, modules[1].name}};
  cli_child child;
  amine_error error = {0};
  if (cli_bench_python(&child, &script, true, &error) != AMINE_OK) {
    am_text_puts(why, error.message);
    return false;
  }
  const char *said = child.output.data ? child.output.data : "";
  const bool fine = child.code == 0 && strcmp(said, "fine") == 0;
  const cli_bench_module *missing = NULL;
  for (int k = 0; child.code == 0 && k < BENCH_N_MODULES; k++)
    if (strcmp(said, modules[k].name) == 0) missing = &modules[k];
  if (child.code == NO_INTERPRETER)
    am_text_printf(why, "%s is left out: there is no %s (Debian packages python3 and %s)", peer,
                   python, modules[BENCH_N_MODULES - 1].package);
  else if (missing)
    am_text_printf(why, "%s is left out: %s cannot import %s (Debian package %s)", peer, python,
                   missing->name, missing->package);
  else if (!fine)
    am_text_printf(why, "%s is left out: %s is no Python that runs (code %d)", peer, python,
                   child.code);
  am_text_free(&child.output);
  return fine;
}

amine_status cli_bench_answer(json_t **root, const char *peer, const am_text *output,
                              const cli_bench_number *numbers, size_t n, amine_error *error) {
  char name[64];
  snprintf(name, sizeof name, "the answer of the %s peer", peer);
  AM_TRY(am_json_parse(root, name, output->data ? output->data : "", output->length, NULL, error));
  for (size_t k = 0; k < n; k++) {
    const json_t *value = json_object_get(*root, numbers[k].name);
    if (json_is_number(value)) {
      *numbers[k].value = json_number_value(value);
      continue;
    }
    json_decref(*root);
    return am_fail(error, AMINE_ERROR_INPUT, "the %s peer did not say its %s", peer,
                   numbers[k].name);
  }
  return AMINE_OK;
}
