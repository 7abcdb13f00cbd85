/* The amine command: finds the subcommand, and turns what happened into an exit code. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "amine/kernel.h"
#include "base/words.h"
#include "cli/command.h"
#include "cli/module.h"
#include "cli/terminal.h"

const char *cli_program = "amine";

static int exit_code(amine_status status, bool reading) {
  switch (status) {
  case AMINE_OK: return CLI_DONE;
  case AMINE_ERROR_ARGUMENT: return CLI_USAGE;
  case AMINE_ERROR_INPUT: return CLI_BAD_INPUT;
  case AMINE_ERROR_IO: return reading ? CLI_BAD_INPUT : CLI_FAILED;
  case AMINE_ERROR_NUMERIC: return CLI_NUMBERS_BROKE;
  case AMINE_ERROR_MEMORY:
  case AMINE_ERROR_STOPPED: return CLI_FAILED; /* who can be stopped knows the signal */
  }
  return CLI_FAILED;
}

int cli_fail(amine_status status, const amine_error *error, bool reading) {
  fprintf(stderr, "amine: %s\n", error->message);
  if (error->excerpt[0]) fprintf(stderr, "%s\n", error->excerpt);
  return exit_code(status, reading);
}

void cli_say(const cli_line *line, const char *format, ...) {
  va_list arguments;
  if (cli_has(line, CLI_QUIET)) return;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
}

int cli_print(am_text *text) {
  amine_error error = {0};
  int code = CLI_DONE;
  if (text->failed) code = cli_fail(am_fail_memory(&error, text->length + 1), &error, false);
  else if (text->length > 0) fwrite(text->data, 1, text->length, stdout);
  am_text_free(text);
  return code;
}

static const char *next_command(int k) { return cli_commands[k].name; }

int cli_unknown_command(const char *word) {
  amine_error error = {0};
  const char *near = am_nearest(word, next_command);
  am_fail(&error, AMINE_ERROR_ARGUMENT, "there is no subcommand \"%.60s\"%s%s%s", word,
          near ? "; did you mean " : "", near ? near : "",
          near ? "?" : "; amine --help lists them");
  return cli_fail(AMINE_ERROR_ARGUMENT, &error, false);
}

/* The library never reads the environment; the command does, here. */
static amine_status choose_kernel(amine_error *error) {
  const char *name = getenv("AMINE_KERNEL");
  amine_error inner = {0};
  if (!name || !name[0] || amine_kernel_use(name, &inner) == AMINE_OK) return AMINE_OK;
  return am_fail(error, AMINE_ERROR_ARGUMENT, "AMINE_KERNEL: %s", inner.message);
}

static int run(const cli_command *command, int n_args, char **args) {
  amine_error error = {0};
  cli_line line;
  amine_status status = cli_line_parse(&line, command, n_args, args, &error);
  int code = CLI_USAGE;
  if (status == AMINE_OK && cli_has(&line, CLI_HELP)) {
    am_text text = {0};
    cli_help_command(&text, command, cli_terminal_width(STDOUT_FILENO, 80));
    code = cli_print(&text);
  } else {
    if (status == AMINE_OK) status = choose_kernel(&error);
    if (status == AMINE_OK) status = cli_take_modules(&line, &error);
    code = status == AMINE_OK ? command->run(&line) : cli_fail(status, &error, true);
  }
  cli_line_free(&line);
  return code;
}

static int help_or_version(const char *word, bool *mine) {
  am_text text = {0};
  *mine = true;
  if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
    am_text_printf(&text, "amine %s\n", amine_version());
  else if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
    cli_help_all(&text, cli_terminal_width(STDOUT_FILENO, 80));
  else *mine = false;
  return cli_print(&text);
}

static int dispatch(int argc, char **argv) {
  if (argc < 2) {
    am_text text = {0};
    cli_help_all(&text, cli_terminal_width(STDERR_FILENO, 80));
    if (text.data) fputs(text.data, stderr);
    am_text_free(&text);
    return CLI_USAGE;
  }
  bool mine;
  const int code = help_or_version(argv[1], &mine);
  if (mine) return code;
  const cli_command *command = cli_find_command(argv[1]);
  if (command) return run(command, argc - 2, argv + 2);
  if (argv[1][0] != '-') return cli_unknown_command(argv[1]);
  amine_error error = {0};
  am_fail(&error, AMINE_ERROR_ARGUMENT,
          "a subcommand comes first, then its options: amine train maze --quiet, not amine "
          "\"%.60s\"; amine --help lists them",
          argv[1]);
  return cli_fail(AMINE_ERROR_ARGUMENT, &error, false);
}

int main(int argc, char **argv) {
  if (argc > 0 && argv[0][0]) cli_program = argv[0];
  int code = dispatch(argc, argv);
  /* A full disk shows only when the last bytes leave. */
  if ((fflush(stdout) != 0 || ferror(stdout)) && code == CLI_DONE) {
    fputs("amine: the result could not be written to standard output\n", stderr);
    code = CLI_FAILED;
  }
  return code;
}
