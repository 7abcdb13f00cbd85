/* What the benchmarks share. Every measurement is a process of its own, so that it begins with
 * fresh memory and tells how much of it was used. */
#ifndef AMINE_CLI_BENCH_H
#define AMINE_CLI_BENCH_H

#include <jansson.h>

#include "cli/child.h"
#include "cli/command.h"

enum { BENCH_ROUNDS, BENCH_SECONDS, BENCH_PEER, BENCH_PYTHON };
_Static_assert(BENCH_PYTHON + 1 == CLI_N_BENCH_KEYS, "one row for each key");
enum {
  BENCH_MAX_ROUNDS = 100,
  BENCH_MAX_COUNTS = 2,
  BENCH_MAX_ARGUMENTS = 24,
  BENCH_N_MODULES = 2
};

/* The rows of these keys. What may follow python= is any path: it is taken out of the line before
 * the keys are read. */
#define BENCH_ROWS                                                                                 \
  [BENCH_ROUNDS] = AM_INTEGER("rounds", 3, 1, BENCH_MAX_ROUNDS, "",                                \
                              "how often everything is measured, in turn"),                        \
  [BENCH_SECONDS] =                                                                                \
      AM_NUMBER("seconds", 2, 0.001, 3600, "seconds", "about how long one measurement lasts"),     \
  [BENCH_PEER] = AM_CHOICE("peer", "pytorch|none", "what Amine is measured against"),              \
  [BENCH_PYTHON] =                                                                                 \
      AM_CHOICE("python", "python3|FILE",                                                          \
                "the interpreter that has PyTorch; a name is looked for in /usr/bin first")

/* What is to be measured. */
typedef struct cli_bench_plan {
  am_config config; /* resolved */
  int n_rounds;
  double seconds;               /* of one measurement, about */
  bool peer;                    /* PyTorch is wanted */
  const char *python;           /* its interpreter: a name or a path */
  int counts[BENCH_MAX_COUNTS]; /* of threads */
  int n_counts;
  double load; /* load average before anything was measured */
  bool busy;   /* it is too high for figures that can be relied on */
} cli_bench_plan;

/* One measurement of one round. */
typedef struct cli_bench_figures {
  double median_ms, least_ms; /* of one iteration */
  double reward, peak_mib;
  int n_iterations;
} cli_bench_figures;

/* A peer that is a Python program, part of this one. */
typedef struct cli_bench_script {
  const char *python, *text;
  const char *arguments[BENCH_MAX_ARGUMENTS]; /* ends with NULL, or after so many */
  bool keep_memory; /* malloc is kept from handing memory back to the system */
} cli_bench_script;

typedef struct cli_bench_module {
  const char *name, *package; /* the Debian package */
} cli_bench_module;

/* Gives it to its interpreter (a plain name is looked for in /usr/bin first) and waits for its end.
 * What it writes to standard error is seen unless `silent`. */
amine_status cli_bench_python(cli_child *child, const cli_bench_script *script, bool silent,
                              amine_error *error);
/* A number that a peer says of itself, by its name in the JSON that it prints. */
typedef struct cli_bench_number {
  const char *name;
  double *value;
} cli_bench_number;
/* Reads n of them; *root gets the whole answer, for json_decref. On failure there is none. */
amine_status cli_bench_answer(json_t **root, const char *peer, const am_text *output,
                              const cli_bench_number *numbers, size_t n, amine_error *error);

/* Whether the interpreter has the modules, of which the last is the peer itself; if not, *why is a
 * sentence for the user and false is returned. */
bool cli_bench_imports(const char *python, const char *peer,
                       const cli_bench_module modules[BENCH_N_MODULES], am_text *why);

/* The plan's iteration in Amine. */
amine_status cli_bench_amine(cli_bench_figures *out, const cli_bench_plan *plan, int threads,
                             amine_error *error);

/* A setting that a peer has too. */
typedef struct cli_bench_same {
  const char *option; /* of its program */
  const char *key;
} cli_bench_same;

/* The same iteration in PyTorch. */
typedef struct cli_bench_peer {
  const char *name;               /* "PyTorch, as it comes" */
  const cli_bench_script *script; /* with what is special to this way of it */
  const cli_bench_same *same;     /* ends with an option of NULL */
} cli_bench_peer;

/* Whether PyTorch can run here; if not, *why is a sentence for the user and false is returned. */
bool cli_bench_peer_runs(const cli_bench_plan *plan, am_text *why);
/* Adds threads, seconds and what is the same to the script's arguments and runs it. `about` gets
 * the versions of PyTorch and its BLAS if it is empty. */
amine_status cli_bench_torch(cli_bench_figures *out, am_text *about, const cli_bench_plan *plan,
                             const cli_bench_peer *peer, int threads, amine_error *error);

/* Runs body, which writes `size` bytes of result to standard output, in a child. */
amine_status cli_bench_child(void *result, size_t size, double *peak_mib,
                             void (*body)(void *context), void *context, amine_error *error);
/* For a body: hands its result over. */
void cli_bench_give(const void *result, size_t size);

/* A warning, if the machine is busy. */
void cli_bench_say_busy(const cli_line *line, const cli_bench_plan *plan);

/* "35.9 times as fast"; on a busy machine, where digits would lie, "about 40 times as fast". */
void cli_bench_times(char *out, size_t size, double ratio, const cli_bench_plan *plan);

/* "round 2 of 3: PyTorch, 1 thread": on a terminal a line that format NULL takes away. */
void cli_bench_progress(const cli_line *line, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Every processor stands for `threads` 0; also the load of the machine. */
void cli_bench_look_around(cli_bench_plan *plan, int threads);
/* The line without python=..., of which the last one counts and goes to the plan. The assignments
 * of *rest are to be freed with am_free, also after a failure. */
amine_status cli_bench_take_python(cli_bench_plan *plan, cli_line *rest, const cli_line *line,
                                   amine_error *error);

/* What is said of the machine, as a line of text and as JSON members. */
void cli_bench_machine(am_text *text, const cli_bench_plan *plan);
void cli_bench_machine_json(am_text *text, const cli_bench_plan *plan, const char *name);
/* The same, and of the maze's setting. */
void cli_bench_header(am_text *text, const cli_bench_plan *plan);
void cli_bench_header_json(am_text *text, const cli_bench_plan *plan, const char *name);
void cli_bench_threads(am_text *text, int threads); /* "1 thread", "2 threads" */

int cli_bench_maze(const cli_line *line, const cli_bench_plan *plan);
int cli_bench_floor(const cli_line *line, const cli_bench_plan *plan);
/* The networks of run/bench/brain.h, with the keys of the variant "brain". */
int cli_bench_brain(const cli_line *line);
extern const amine_parameter cli_bench_brain_keys[];
enum { CLI_N_BENCH_BRAIN_KEYS = 10 };

/* Delayed match by what the line's word says; all three words have the same keys. */
int cli_bench_delayed_match(const cli_line *line);
extern const amine_parameter cli_bench_delayed_match_keys[];
enum { CLI_N_BENCH_DELAYED_MATCH_KEYS = 9, CLI_BENCH_BRAIN = 0 };

/* A window of a text, by the line's word, language or plastic-language. */
int cli_bench_language(const cli_line *line);
extern const amine_parameter cli_bench_language_keys[];
enum { CLI_N_BENCH_LANGUAGE_KEYS = 10 };

/* One measurement of a spiking network. */
typedef struct cli_bench_spikes {
  double simulate_s, setup_s, rate_hz, rate_e_hz, rate_i_hz;
  double n_neurons, n_synapses, n_steps, events_per_s, peak_mib;
  double n_bytes; /* of the synapses; Amine's alone */
} cli_bench_spikes;

/* A network in Brian2 (bench/peer_brain.py). */
typedef enum cli_bench_form { BRIAN_DOCUMENTED, BRIAN_TUNED, N_FORMS } cli_bench_form;
extern const char *const cli_bench_forms[N_FORMS]; /* as the peer calls them */
bool cli_bench_brian_runs(const cli_bench_plan *plan, am_text *why);
/* `about` gets the version of Brian2 if it is empty. */
amine_status cli_bench_brian(cli_bench_spikes *out, am_text *about, const cli_bench_plan *plan,
                             const char *network, cli_bench_form form, double seconds, int threads,
                             uint64_t seed, amine_error *error);

#endif
