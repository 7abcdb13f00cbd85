/* amine bench brain: spiking networks here and in Brian2, on the same threads, in one run. */
#include <stdio.h>
#include <string.h>

#include "cli/bench.h"
#include "format/json.h"
#include "run/bench/bench.h"
#include "run/bench/brain.h"

enum { NETWORK, SECONDS, ROUNDS, PEER, PYTHON, THREADS, SEED, NEURONS, SYNAPSES, RATE };
_Static_assert(RATE + 1 == CLI_N_BENCH_BRAIN_KEYS, "one row for each key");

const amine_parameter cli_bench_brain_keys[CLI_N_BENCH_BRAIN_KEYS] = {
    [NETWORK] = AM_CHOICE("network",
                          "all|coba|cuba|coba-stdp|big|big-poisson|lattice|reinforcement|random|"
                          "microcircuit",
                          "what is simulated; all: every one but random and microcircuit"),
    [SECONDS] =
        AM_NUMBER("seconds", 0, 0, 1e6, "seconds",
                  "biological time of one measurement; 0: as long as is worth it, 1 to 100 s"),
    [ROUNDS] = AM_INTEGER("rounds", 3, 1, BENCH_MAX_ROUNDS, "",
                          "how often everything is measured, in turn"),
    [PEER] = AM_CHOICE("peer", "brian2|none", "what Amine is measured against"),
    /* what may follow is any path: taken out of the line before the keys are read */
    [PYTHON] = AM_CHOICE("python", "python3|FILE",
                         "the interpreter that has Brian2; a name is looked for in /usr/bin first"),
    [THREADS] = AM_INTEGER("threads", 0, 0, 1024, "",
                           "measured beside one thread; 0: as many as there are processors"),
    [SEED] = AM_INTEGER("seed", 1, 0, 4294967295.0, "", "of synapses and noise"),
    [NEURONS] = AM_INTEGER("neurons", 10000, 10, 1e8, "neurons", "of the network random"),
    [SYNAPSES] = AM_INTEGER("synapses", 1000, 1, 1e6, "", "from each neuron of the network random"),
    [RATE] =
        AM_NUMBER("rate", 10, 0.01, 200, "Hz", "at which each neuron of the network random fires"),
};

enum { MAX_NETWORKS = 9, MAX_ROWS = MAX_NETWORKS * BENCH_MAX_COUNTS * (1 + N_FORMS) };

/* A row of the table: a network, a program, its threads, and what its rounds said. */
typedef struct brain_row {
  const am_bench_network *network;
  int peer; /* -1: Amine, else a cli_bench_form */
  int threads, n;
  double seconds; /* biological */
  double simulate_s[BENCH_MAX_ROUNDS], setup_s[BENCH_MAX_ROUNDS];
  double least_s;
  cli_bench_spikes all; /* over the rounds: medians of the times, largest peak */
} brain_row;

typedef struct brain_bench {
  const cli_line *line;
  cli_bench_plan plan;
  am_bench_size size;
  uint64_t seed;
  const char *network; /* NULL: all */
  brain_row rows[MAX_ROWS];
  int n_rows;
  bool failed;   /* a peer that could run did not */
  am_text about; /* the peer's version */
  am_text note;  /* why there is no peer, or it failed */
} brain_bench;

/* ------------------------------------------------------------------------------ the plan */
/* Only random is as large as one likes. */
static amine_status check_size(const brain_bench *b, const am_value *own, amine_error *error) {
  for (int k = NEURONS; k <= RATE; k++)
    if (own[k].number != cli_bench_brain_keys[k].standard &&
        !(b->network && strcmp(b->network, "random") == 0))
      return am_fail(error, AMINE_ERROR_ARGUMENT, "%s is of the network random alone",
                     cli_bench_brain_keys[k].name);
  return AMINE_OK;
}

static void choose(brain_bench *b, int index) {
  const char *p = cli_bench_brain_keys[NETWORK].choices;
  char name[32];
  for (int k = index; k > 0; k--) p = strchr(p, '|') + 1;
  snprintf(name, sizeof name, "%.*s", (int)strcspn(p, "|"), p);
  const am_bench_network *found = am_bench_network_find(name);
  b->network = found ? found->name : NULL;
}

static amine_status read_keys(brain_bench *b, amine_error *error) {
  am_value own[CLI_N_BENCH_BRAIN_KEYS];
  cli_line rest;
  amine_status status = cli_bench_take_python(&b->plan, &rest, b->line, error);
  if (status == AMINE_OK)
    status = cli_configure_variant(own, &cli_bench_variants[CLI_BENCH_BRAIN], &rest, error);
  am_free(rest.assignments);
  if (status != AMINE_OK) return status;
  choose(b, (int)own[NETWORK].number);
  b->plan.seconds = own[SECONDS].number;
  b->plan.n_rounds = (int)own[ROUNDS].number;
  b->plan.peer = own[PEER].number == 0;
  b->seed = own[SEED].integer;
  b->size = (am_bench_size){(int)own[NEURONS].number, (int)own[SYNAPSES].number, own[RATE].number};
  cli_bench_look_around(&b->plan, (int)own[THREADS].number);
  return check_size(b, own, error);
}

/* All of them, or the one. */
static bool wanted(const brain_bench *b, const am_bench_network *network) {
  return b->network ? strcmp(b->network, network->name) == 0 : !network->alone;
}

static bool peer_is_there(brain_bench *b) {
  bool has = false;
  for (int k = 0; am_bench_network_at(k); k++)
    has |= wanted(b, am_bench_network_at(k)) && am_bench_network_at(k)->peer;
  if (!b->plan.peer || !has) return false;
  cli_bench_progress(b->line, "looking for Brian2");
  const bool there = cli_bench_brian_runs(&b->plan, &b->note);
  cli_bench_progress(b->line, NULL);
  return there;
}

static void make_rows(brain_bench *b, bool peer) {
  for (int k = 0; am_bench_network_at(k); k++) {
    const am_bench_network *network = am_bench_network_at(k);
    if (!wanted(b, network)) continue;
    for (int c = 0; c < b->plan.n_counts; c++)
      for (int p = -1; p < (peer && network->peer ? N_FORMS : 0); p++)
        b->rows[b->n_rows++] =
            (brain_row){.network = network,
                        .peer = p,
                        .threads = b->plan.counts[c],
                        .seconds = b->plan.seconds > 0 ? b->plan.seconds : network->seconds};
  }
}

/* ------------------------------------------------------------------------------ measuring */
typedef struct brain_work {
  const brain_row *row;
  const brain_bench *bench;
} brain_work;

typedef struct brain_answer {
  amine_status status;
  amine_error error;
  am_bench_spikes result;
} brain_answer;

static void brain_body(void *context) {
  const brain_work *work = context;
  const brain_row *row = work->row;
  brain_answer answer = {0};
  answer.status = am_bench_brain(&answer.result, row->network, &work->bench->size, row->seconds,
                                 row->threads, work->bench->seed, &answer.error);
  cli_bench_give(&answer, sizeof answer);
}

static amine_status measure_amine(cli_bench_spikes *out, const brain_bench *b, const brain_row *row,
                                  amine_error *error) {
  brain_work work = {row, b};
  brain_answer answer;
  double peak;
  AM_TRY(cli_bench_child(&answer, sizeof answer, &peak, brain_body, &work, error));
  if (answer.status != AMINE_OK) {
    *error = answer.error;
    return answer.status;
  }
  const am_bench_spikes *r = &answer.result;
  *out = (cli_bench_spikes){.simulate_s = r->simulate_s,
                            .setup_s = r->setup_s,
                            .rate_hz = r->rate_hz,
                            .rate_e_hz = r->rate_e_hz,
                            .rate_i_hz = r->rate_i_hz,
                            .n_neurons = (double)r->n_neurons,
                            .n_synapses = (double)r->n_synapses,
                            .n_steps = r->n_steps,
                            .events_per_s = r->n_events / r->simulate_s,
                            .peak_mib = peak,
                            .n_bytes = (double)r->n_bytes};
  return AMINE_OK;
}

static amine_status measure(brain_bench *b, brain_row *row, amine_error *error) {
  cli_bench_spikes f = {0};
  if (row->peer < 0) AM_TRY(measure_amine(&f, b, row, error));
  else
    AM_TRY(cli_bench_brian(&f, &b->about, &b->plan, row->network->name, (cli_bench_form)row->peer,
                           row->seconds, row->threads, b->seed, error));
  if (row->n == 0) row->least_s = f.simulate_s;
  if (f.simulate_s < row->least_s) row->least_s = f.simulate_s;
  if (f.peak_mib < row->all.peak_mib) f.peak_mib = row->all.peak_mib;
  row->all = f;
  row->simulate_s[row->n] = f.simulate_s;
  row->setup_s[row->n++] = f.setup_s;
  return AMINE_OK;
}

static const char *program(const brain_row *row) {
  return row->peer < 0                   ? "Amine"
         : row->peer == BRIAN_DOCUMENTED ? "Brian2, documented"
                                         : "Brian2, tuned";
}

/* Everything once in each round, so that what the machine does meanwhile meets all rows alike. A
 * peer that failed is not tried again. */
static amine_status all_rounds(brain_bench *b, amine_error *error) {
  for (int round = 0; round < b->plan.n_rounds; round++)
    for (int k = 0; k < b->n_rows; k++) {
      brain_row *row = &b->rows[k];
      amine_error inner = {0};
      if (row->n < round) continue;
      cli_bench_progress(b->line, "round %d of %d: %s, %s, threads: %d", round + 1,
                         b->plan.n_rounds, row->network->name, program(row), row->threads);
      const amine_status status = measure(b, row, &inner);
      cli_bench_progress(b->line, NULL);
      if (status == AMINE_OK) continue;
      if (row->peer < 0) {
        *error = inner;
        return status;
      }
      b->failed = true;
      row->n = -1;
      am_text_printf(&b->note, "%s%s", b->note.length ? "; " : "", inner.message);
    }
  for (int k = 0; k < b->n_rows; k++) {
    brain_row *row = &b->rows[k];
    if (row->n <= 0) continue;
    row->all.events_per_s *= row->all.simulate_s; /* of the last round */
    row->all.simulate_s = am_median(row->simulate_s, row->n);
    row->all.setup_s = am_median(row->setup_s, row->n);
    row->all.events_per_s /= row->all.simulate_s;
  }
  return AMINE_OK;
}

/* How many times as fast Amine is on the same threads. */
static double ratio(const brain_bench *b, const brain_row *row) {
  const brain_row *ours = b->rows;
  while (ours->peer >= 0 || ours->threads != row->threads || ours->network != row->network) ours++;
  return row->all.simulate_s / ours->all.simulate_s;
}

/* ------------------------------------------------------------------------------ output */
static void put_row(am_text *text, const brain_bench *b, const brain_row *row) {
  const cli_bench_spikes *all = &row->all;
  am_text_printf(text, "%-13s  %-18s  %7d  %9.4g  %8.4g  %8.1f  %7.2f  ", row->network->name,
                 program(row), row->threads, all->simulate_s / row->seconds,
                 row->seconds / all->simulate_s, all->events_per_s * 1e-6, all->rate_hz);
  if (row->peer < 0) am_text_printf(text, "%9.1f", all->n_bytes / all->n_synapses);
  else am_text_printf(text, "%9s", "");
  am_text_printf(text, "  %8.1f", all->peak_mib);
  if (row->peer >= 0) {
    char cell[60];
    cli_bench_times(cell, sizeof cell, ratio(b, row), &b->plan);
    am_text_printf(text, "  %s", cell);
  }
  am_text_puts(text, "\n");
}

static void put_text(am_text *text, const brain_bench *b) {
  bool peers = false;
  for (int k = 0; k < b->n_rows; k++) peers |= b->rows[k].peer >= 0 && b->rows[k].n > 0;
  cli_bench_machine(text, &b->plan);
  if (b->about.length) am_text_printf(text, "%s, its compilation not counted\n", b->about.data);
  for (int k = 0; k < b->n_rows; k++) {
    const brain_row *row = &b->rows[k];
    if (k > 0 && row[-1].network == row->network) continue;
    am_text_printf(text, "%s: %s; %.0f synapses, %g s\n", row->network->name, row->network->meaning,
                   row->all.n_synapses, row->seconds);
  }
  am_text_printf(text, "wall time of the steps alone; medians of %d round%s, in turn\n\n",
                 b->plan.n_rounds, b->plan.n_rounds == 1 ? "" : "s");
  am_text_printf(text, "%-13s  %-18s  %7s  %9s  %8s  %8s  %7s  %9s  %8s%s\n", "network", "",
                 "threads", "s per s", "x real", "M event/s", "rate Hz", "B/synapse", "peak MiB",
                 peers ? "  Amine is" : "");
  for (int k = 0; k < b->n_rows; k++)
    if (b->rows[k].n > 0) put_row(text, b, &b->rows[k]);
}

static void put_json_row(am_text *text, const brain_bench *b, const brain_row *row) {
  const cli_bench_spikes *all = &row->all;
  am_json_begin(text);
  am_json_put_string(text, "network", row->network->name);
  am_json_put_string(text, "program", row->peer < 0 ? "amine" : "brian2");
  if (row->peer >= 0) am_json_put_string(text, "form", cli_bench_forms[row->peer]);
  am_json_put_int(text, "threads", row->threads);
  am_json_put_double(text, "seconds", row->seconds);
  am_json_put_double(text, "simulate_s", all->simulate_s);
  am_json_put_double(text, "least_s", row->least_s);
  am_json_put_double(text, "setup_s", all->setup_s);
  am_json_put_double(text, "real_time", row->seconds / all->simulate_s);
  am_json_put_double(text, "us_per_step",
                     1e3 * all->simulate_s * row->network->dt_ms / row->seconds);
  am_json_put_double(text, "events_per_s", all->events_per_s);
  am_json_put_double(text, "rate_hz", all->rate_hz);
  am_json_put_double(text, "rate_e_hz", all->rate_e_hz);
  am_json_put_double(text, "rate_i_hz", all->rate_i_hz);
  am_json_put_double(text, "n_synapses", all->n_synapses);
  if (row->peer < 0) {
    am_json_put_double(text, "n_neurons", all->n_neurons);
    am_json_put_double(text, "bytes_per_synapse", all->n_bytes / all->n_synapses);
  }
  am_json_put_double(text, "peak_mib", all->peak_mib);
  if (row->peer >= 0) am_json_put_double(text, "ratio", ratio(b, row));
  am_json_end(text);
}

static void put_json(am_text *text, const brain_bench *b) {
  bool first = true;
  am_json_begin(text);
  cli_bench_machine_json(text, &b->plan, "brain");
  am_json_put_int(text, "seed", (int64_t)b->seed);
  am_json_put_string(text, "peer", b->about.data);
  am_json_put_string(text, "note", b->note.data);
  am_json_list(text, "rows");
  for (int k = 0; k < b->n_rows; k++) {
    if (b->rows[k].n <= 0) continue;
    if (!first) am_text_puts(text, ",");
    first = false;
    put_json_row(text, b, &b->rows[k]);
  }
  am_text_puts(text, "]");
  am_json_end(text);
}

static int run(brain_bench *b) {
  amine_error error = {0};
  am_text text = {0};
  amine_status status = read_keys(b, &error);
  if (status != AMINE_OK) return cli_fail(status, &error, false);
  cli_bench_say_busy(b->line, &b->plan);
  make_rows(b, peer_is_there(b));
  if (b->note.length) cli_say(b->line, "%s\n", b->note.data);
  status = all_rounds(b, &error);
  int code = status == AMINE_OK ? CLI_DONE : cli_fail(status, &error, false);
  if (code == CLI_DONE) {
    if (cli_has(b->line, CLI_JSON)) put_json(&text, b);
    else put_text(&text, b);
    code = cli_print(&text);
  }
  if (b->failed) {
    fprintf(stderr, "amine: %s\n", b->note.data ? b->note.data : "Brian2 failed");
    if (code == CLI_DONE) code = CLI_FAILED;
  }
  return code;
}

int cli_bench_brain(const cli_line *line) {
  amine_error error = {0};
  brain_bench *b = am_alloc(1, sizeof *b);
  if (!b) return cli_fail(am_fail_memory(&error, sizeof *b), &error, false);
  b->line = line;
  const int code = run(b);
  am_text_free(&b->about);
  am_text_free(&b->note);
  am_free(b);
  return code;
}
