/* The amine command: what a subcommand is, and what all subcommands share.
 *
 * Promise: results go to standard output, everything else to standard error; whatever the user gave
 * wrong is answered with one sentence, "amine: ...", and the exit code that belongs to it. */
#ifndef AMINE_CLI_COMMAND_H
#define AMINE_CLI_COMMAND_H

#include "base/memory.h"
#include "run/config/config.h"

/* Exit codes. A run stopped by a signal after saving ends with CLI_SIGNAL + its number. */
enum {
  CLI_DONE = 0,
  CLI_FAILED = 1,
  CLI_USAGE = 2,
  CLI_BAD_INPUT = 3,
  CLI_NUMBERS_BROKE = 4,
  CLI_BAND_MISSED = 5,
  CLI_TOO_FEW_SEEDS = 6,
  CLI_SIGNAL = 128
};

/* The options of the whole command. Two entries may share a name if no subcommand has both. */
enum {
  CLI_HELP = 1 << 0,
  CLI_OUT_FOLDER = 1 << 1,
  CLI_OUT_FILE = 1 << 2,
  CLI_NO_REPORT = 1 << 3,
  CLI_JSON = 1 << 4,
  CLI_QUIET = 1 << 5,
  CLI_MAN = 1 << 6,
  CLI_COMPLETION = 1 << 7,
  CLI_OUT_STUDY = 1 << 8,
  CLI_OUT_JSON = 1 << 9,
  CLI_EVENTS = 1 << 10,
  CLI_LIVE = 1 << 11,
  CLI_INTERACTIVE = 1 << 12
};

typedef struct cli_option {
  unsigned bit;
  const char *name;    /* "--out" */
  const char *value;   /* what it takes ("DIR"), NULL if nothing */
  const char *choices; /* "a|b" if only these are allowed, else NULL */
  const char *meaning; /* one line */
} cli_option;

extern const cli_option cli_options[]; /* ends with a name of NULL */

/* What the words of a subcommand may be, for completion. */
enum {
  CLI_PRESETS = 1, /* for training */
  CLI_FOLDERS = 2,
  CLI_FILES = 4,
  CLI_KEYS = 8, /* of training: am_keys */
  CLI_COMMANDS = 16,
  CLI_BRAINS = 32,     /* presets for simulating */
  CLI_BRAIN_KEYS = 64, /* am_simulation_keys, and those of the brain's description */
  CLI_STUDIES = 128    /* published experiments, and "all" */
};

typedef struct cli_example {
  const char *command, *meaning;
} cli_example;

typedef struct cli_line cli_line;

/* A first word of a subcommand with which the keys are these instead of the subcommand's. */
typedef struct cli_variant {
  const char *word;
  const amine_parameter *keys;
  int n_keys;
} cli_variant;

enum { CLI_MAX_EXAMPLES = 6 };

typedef struct cli_command {
  const char *name;
  const char *words;           /* as shown: "PRESET|FILE" */
  int min_words, max_words;    /* words that are neither options nor key=value */
  unsigned takes;              /* CLI_PRESETS, ... */
  const char *choices;         /* "tasks|networks" if the words are these, else NULL */
  unsigned options;            /* CLI_HELP, ... */
  const amine_parameter *keys; /* key=value of this subcommand alone, n_keys of them */
  int n_keys;
  const cli_variant *variants; /* ends with a word of NULL; NULL if there are none */
  const char *meaning;         /* one line */
  const char *about;           /* paragraphs, separated by an empty line */
  /* ends with a command of NULL, or after so many */
  cli_example examples[CLI_MAX_EXAMPLES];
  int (*run)(const cli_line *line);
} cli_command;

extern const cli_command cli_commands[]; /* ends with a name of NULL */
const cli_command *cli_find_command(const char *name);
/* Says so, with the nearest one that there is. Returns the exit code. */
int cli_unknown_command(const char *name);

/* A command line, taken apart. The strings are those of main's arguments. */
struct cli_line {
  const cli_command *command;
  unsigned options;       /* the bits of those given */
  const char *out;        /* value of --out, or NULL */
  const char *events;     /* value of --events, or NULL */
  const char *completion; /* value of --completion, or NULL */
  const char **words;     /* neither options nor key=value */
  int n_words;
  const char **assignments; /* key=value, in their order */
  int n_assignments;
};

/* Takes the arguments after the subcommand's name apart. AMINE_ERROR_ARGUMENT names what is wrong
 * and the nearest known option. Free it with cli_line_free, also after a failure. */
amine_status cli_line_parse(cli_line *line, const cli_command *command, int n_args, char **args,
                            amine_error *error);
void cli_line_free(cli_line *line);

/* Puts all key=value of the line into the configuration, those of the subcommand's own keys into
 * own [n_keys] (may be NULL if it has none; filled with the standard values first), and resolves
 * it. After a failure config is as it was. */
amine_status cli_configure(am_config *config, am_value *own, const cli_line *line,
                           amine_error *error);

/* For a variant, or ("" as its word) a subcommand that has no keys but its own: puts all key=value
 * of the line into own [n_keys], filled with the standard values first. */
amine_status cli_configure_variant(am_value *own, const cli_variant *variant, const cli_line *line,
                                   amine_error *error);

static inline bool cli_has(const cli_line *line, unsigned bit) { return line->options & bit; }

/* The name by which the user called this program, for commands to copy. */
extern const char *cli_program;

/* Prints the sentence of an error and returns the exit code. `reading`: the failure came while
 * reading what the user named, so that a missing file is bad input and not a failed disk. */
int cli_fail(amine_status status, const amine_error *error, bool reading);

/* Prints to standard error, unless the line has --quiet. */
void cli_say(const cli_line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints the text to standard output and frees it. CLI_DONE, or CLI_FAILED for want of memory. */
int cli_print(am_text *text);

/* help.c, man.c, completion.c: all of them written from the tables above and am_keys */
void cli_help_all(am_text *text, int width);
void cli_help_command(am_text *text, const cli_command *command, int width);
void cli_synopsis(am_text *text, const cli_command *command);
void cli_man(am_text *text);
void cli_complete(am_text *text, const char *shell);

/* The subcommands. */
int cli_train(const cli_line *line);
int cli_simulate(const cli_line *line);
int cli_resume(const cli_line *line);
int cli_replay(const cli_line *line);
int cli_reproduce(const cli_line *line);
int cli_sweep(const cli_line *line);
int cli_live(const cli_line *line);
int cli_eval(const cli_line *line);
int cli_explain(const cli_line *line);
int cli_report(const cli_line *line);
int cli_bench(const cli_line *line);
int cli_list(const cli_line *line);
int cli_show(const cli_line *line);
int cli_show_brain(const cli_line *line); /* the same, of a brain */
int cli_show_text(const cli_line *line);  /* of a text of equations */
int cli_show_part_text(const cli_line *line); /* of a neuron model's or a synapse rule's */
int cli_help(const cli_line *line);

extern const amine_parameter cli_eval_keys[];
enum { CLI_EVAL_EPISODES, CLI_EVAL_POLICY, CLI_EVAL_ACTIONS, CLI_N_EVAL_KEYS };

extern const amine_parameter cli_explain_keys[];
enum { CLI_EXPLAIN_EPISODES, CLI_EXPLAIN_SEEDS, CLI_N_EXPLAIN_KEYS };

extern const amine_parameter cli_train_keys[];
enum { CLI_TRAIN_SEEDS, CLI_N_TRAIN_KEYS };

extern const amine_parameter cli_simulate_keys[];
enum { CLI_SIMULATE_SEEDS, CLI_N_SIMULATE_KEYS };

extern const amine_parameter cli_reproduce_keys[];
enum {
  CLI_REPRODUCE_SEEDS,
  CLI_REPRODUCE_SEED,
  CLI_REPRODUCE_QUICK,
  CLI_REPRODUCE_THREADS,
  CLI_N_REPRODUCE_KEYS
};

extern const amine_parameter cli_sweep_keys[];
enum { CLI_SWEEP_SEEDS, CLI_SWEEP_SEED, CLI_SWEEP_THREADS, CLI_N_SWEEP_KEYS };

extern const amine_parameter cli_live_keys[];
enum { CLI_LIVE_PORT, CLI_N_LIVE_KEYS };

extern const amine_parameter cli_bench_keys[]; /* numbered in bench.h */
enum { CLI_N_BENCH_KEYS = 4 };
extern const cli_variant cli_bench_variants[];

#endif
