/* Protocols: what is done to a brain while it runs (stimuli, rewards), and what is measured of it.
 *
 * A protocol is one file, NAME.c here, or NAME_*.c beside it for parts that stand by themselves, with
 * one `const am_protocol`, which is named in protocols.h, there in AM_PROTOCOL_NAMES, and in the
 * table of protocols.c. It keeps a state of plain
 * numbers and is called between stretches of biological time:
 *
 *   start     once, at step 0: checks that the brain has what it needs, fills in its state.
 *   advance   at step 0 after start, and then at each step that it asked for: looks at the spikes
 *             since its last call, changes inputs (amine_brain_set_current, _set_poisson, _kick,
 *             ...), gives rewards (am_stage_reward, ...), and says when it wants to be called next.
 *   measure   at the end, and whenever somebody asks: its figures so far.
 *   picture   at the end: its world, for the page.
 *
 *   static amine_status advance(void *state, am_stage *stage, uint64_t *until,
 *                               amine_error *error) {
 *     my_state *s = state;
 *     if (s->trial % 2) s->expected += 0.1 * am_stage_reward(stage, 1, s->expected);
 *     s->trial++;
 *     *until = stage->now + am_stage_steps(stage, 500);    in 500 ms
 *     return AMINE_OK;
 *   }
 *
 * Same bits. What a protocol does may depend on its state, its parameters, the seed, the brain and
 * the spikes that it is given, and on nothing else: no static variables, no clock. Random numbers
 * are drawn with am_stage_random. The state is a struct without pointers, of 8-byte members
 * (double, uint64_t, int64_t, arrays of them), so that it has no padding: the checkpoint holds its
 * bytes, and a resumed run goes on with them, without start. The run is cut into slices, for
 * records and checkpoints, where advance is not called: it sees none of that. */
#ifndef AMINE_RUN_PROTOCOL_PROTOCOL_H
#define AMINE_RUN_PROTOCOL_PROTOCOL_H

#include "amine/events.h"
#include "base/memory.h"
#include "base/random.h"
#include "run/config/key.h"
#include "run/protocol/picture.h"
#include "task/task.h"

typedef struct am_spike {
  uint64_t step;
  int population, neuron; /* numbers of amine_brain_add_population; neuron in it */
} am_spike;

/* What a protocol sees of the run, and acts upon. */
typedef struct am_stage {
  amine_brain *brain;
  amine_chemical *chemical; /* the brain's, NULL if it has none: use the am_stage_ functions */
  uint64_t seed;
  double dt_ms;
  uint64_t now;               /* steps done */
  const am_value *parameters; /* [n_keys] of the protocol, in the order of its keys: .number */
  const char *const *words;   /* [n_keys] the same of those that are words; NULL elsewhere */
  const am_task *task;        /* what it plays (am_protocol.plays), else NULL; and its world, which is */
  void *world;                /* no part of the state: `restore` plays it anew */
  const am_spike *spikes;     /* [n_spikes] since the last call of advance, of all populations, */
  size_t n_spikes;            /* in the order of (step, population, neuron) */
  bool failed;                /* memory for an event was refused */
} am_stage;

/* A figure that a measure is held against, and whose it is: "guessing", "the shortest ways". */
typedef struct am_yardstick {
  const char *who; /* NULL: there is none */
  double at;       /* NAN: am_protocol.known says it */
} am_yardstick;

/* What the page of a run needs to show a measure stands with it. A measure is a curve in a panel,
 * in which its yardsticks are dashed lines; a measure without a panel of its own is a further curve
 * in that of the one before it. `figure`: it is no curve, but stands in the table alone. */
typedef struct am_measure {
  const char *name, *unit, *meaning; /* "correct", "" or "Hz", one line */
  const char *title;                 /* in words: "Right choices, last third of the trials" */
  const char *panel;                 /* "Right choices"; NULL: that of the one before */
  am_yardstick chance, best;
  bool figure;
  int better; /* 1: more of it is better; -1: less is; 0: both yardsticks say it, or nothing does */
} am_measure;
enum { AM_MEASURES_MAX = 48 };

/* Rows of a table of measures: the first curve of a panel, a further one, a figure. What follows
 * the meaning is any further members: .chance = {"guessing", 0}. */
#define AM_PANEL(n, u, p, t, ...)                                                                  \
  { .panel = p, .name = n, .unit = u, .title = t, .meaning = __VA_ARGS__ }
#define AM_CURVE(n, u, t, ...)                                                                     \
  { .name = n, .unit = u, .title = t, .meaning = __VA_ARGS__ }
#define AM_FIGURE(n, u, t, ...)                                                                    \
  { .figure = true, .name = n, .unit = u, .title = t, .meaning = __VA_ARGS__ }
/* The tables of a protocol. */
#define AM_KEYS(table) .keys = table, .n_keys = sizeof table / sizeof *table
#define AM_MEASURES(table) .measures = table, .n_measures = sizeof table / sizeof *table

typedef struct am_protocol {
  const char *name, *meaning; /* one word; one line */
  /* For the page: its title, what is done and what is to be learned (a few sentences), and what
   * came of it, in which {NAME} stands for the measure of that name. `judged` is the measure that
   * is placed between its yardsticks. */
  const char *title, *story, *headline, *judged;
  /* The populations that a brain must have for it, and what else; NULL: any brain will do. */
  const char *needs;
  /* It plays a task, that of the keys task.*, which the stage then has. */
  bool plays;
  /* Its parameters: protocol.NAME=value, or SECTION.NAME=value. Names without that; results depend on
   * all of them. Read in start, advance and measure as stage->parameters[k].number; a word, whose
   * standard is its `choices`, as stage->words[k]. */
  const char *section;
  const amine_parameter *keys;
  int n_keys;
  const am_measure *measures;
  int n_measures; /* at most AM_MEASURES_MAX */
  /* Systems whose level is held at its baseline in the control, where something moves it: "dopamine"
   * or "dopamine|serotonin"; NULL if nothing of it depends on a modulator. */
  const char *control;
  const char *moves; /* systems that its events move, likewise; NULL: none */
  const char *(*moved)(const am_value *parameters); /* where its keys say it; NULL: `moves` does */
  size_t state_size; /* bytes, a multiple of 8; may be 0 */
  /* The state is all zero before. May be NULL. A brain that does not suit is AMINE_ERROR_ARGUMENT
   * with a sentence: see am_stage_find. */
  amine_status (*start)(void *state, am_stage *stage, amine_error *error);
  /* *until is UINT64_MAX before; what is <= stage->now is an error of ours. May be NULL. */
  amine_status (*advance)(void *state, am_stage *stage, uint64_t *until, amine_error *error);
  /* false if the bytes cannot be a state of this protocol: an index out of its range, a number that
   * is not finite. A checkpoint is not trusted. May be NULL: anything is fine. */
  bool (*check)(const void *state, const am_stage *stage);
  /* Of one that plays: brings the stage's world to where this state, which has been checked, was.
   * NULL otherwise. */
  void (*restore)(const void *state, am_stage *stage);
  /* Of what the value of a key in ms or s becomes a whole number, for the note about those that are
   * none: a time in ms, or 0 if it is the period of a clock (base/steps.h). NULL: steps, all. */
  double (*grain_ms)(int key, const am_stage *stage);
  /* values [n_measures]; NAN where there is nothing to say yet. May be NULL if n_measures is 0. */
  void (*measure)(double *values, const void *state, const am_stage *stage);
  /* Yardsticks that depend on its parameters: chance and best [n_measures] hold those of the table.
   * May be NULL. */
  void (*known)(double *chance, double *best, const am_value *parameters);
  /* The same of those that the lines of its task say, of one that plays. */
  void (*earned)(double *chance, double *best, const am_task *task);
  /* What the page says of it where its task asks for another headline and another measure: changes
   * those of the protocol. May be NULL. */
  void (*says)(const char **headline, const char **judged, const am_task *task);
  /* Its world, and what was done in it, as pictures (picture.h). May be NULL. */
  void (*picture)(am_pictures *pictures, const void *state, const am_stage *stage);
} am_protocol;

/* What its keys begin with: "protocol", or its own section. */
static inline const char *am_protocol_section(const am_protocol *protocol) {
  return protocol->section ? protocol->section : "protocol";
}
/* The number of a measure of a protocol, -1 if it has none of that name. */
int am_measure_find(const am_protocol *protocol, const char *name);
/* Which way a measure is better, as am_measure.better; chance and best are what its yardsticks come
 * to, NAN where it has none. 0: nothing says so. */
int am_measure_better(const am_measure *measure, double chance, double best);

/* ---- For protocols. */

/* The number of a population, and its size (n may be NULL). AMINE_ERROR_ARGUMENT: "the protocol
 * PROTOCOL needs a population "NAME"; this brain has ...". */
amine_status am_stage_find(const am_stage *stage, const char *protocol, const char *name,
                           int *population, int *n, amine_error *error);

/* A population of equal parts. As am_stage_find, or "the protocol PROTOCOL needs a multiple of PARTS
 * neurons in "NAME", at most MOST; this brain has N". */
amine_status am_stage_find_parts(int *population, const am_stage *stage, const char *protocol,
                                 const char *name, int parts, int most, amine_error *error);

/* A current into one of equal parts of a population, of at most AM_DRIVEN_MAX neurons, and none into
 * the others; part 0 of 1 is all of it. */
enum { AM_DRIVEN_MAX = 3072 };
amine_status am_stage_drive(am_stage *stage, int population, int part, int parts, double current,
                            amine_error *error);

/* Spikes of a population so far, for each neuron and second; NAN at step 0. */
double am_stage_rate_hz(const am_stage *stage, int population);

/* A whole number of steps nearest to a time, at least 1 (base/steps.h); of the value of a key. */
uint64_t am_stage_steps(const am_stage *stage, double ms);
uint64_t am_stage_key_steps(const am_stage *stage, int key);

/* A stretch of the time of key `whole` in which one looks each time of key `look`, and at its end:
 * how many looks there are, and the step, counted from its beginning, of look k; look 0 is the
 * beginning. */
uint64_t am_stage_looks(const am_stage *stage, int look, int whole);
uint64_t am_stage_look(const am_stage *stage, uint64_t k, int look, int whole);

/* Adds a line for each time of the protocol that is no whole number of steps. */
void am_stage_note_times(const am_stage *stage, const am_protocol *protocol, am_text *notes);

/* Four 32-bit numbers: the draw-th of `what`, numbers of the protocol's own choice (a counter of
 * trials, say, and 0 for its delay, 1 for its stimulus). am_uniform and am_below use them. */
am_random4 am_stage_random(const am_stage *stage, uint32_t what, uint32_t draw);
/* Whether what has probability p happens, by number v[word] of these (am_chance). */
bool am_stage_chance(const am_stage *stage, uint32_t what, uint32_t draw, int word, double p);

/* Each lets an event happen (amine_brain_give). Reward answers reward - expected, which also
 * reaches the synapses that have a dopamine of their own (amine_brain_reward), unless dopamine is
 * clamped. */
double am_stage_reward(am_stage *stage, double reward, double expected);
void am_stage_punish(am_stage *stage, double punishment, double stress);
void am_stage_uncertain(am_stage *stage, double uncertainty, double novelty);
void am_stage_attend(am_stage *stage, double attention, double novelty);
void am_stage_arouse(am_stage *stage, double circadian_phase, double sleep_need);
/* A note alone: a cue, an action. */
void am_stage_note(am_stage *stage, amine_event_kind kind, double value);

/* The level of a system ("dopamine", ...) as it is now; 0.5 without a chemical system. */
double am_stage_level(const am_stage *stage, const char *system);

/* a / b, and each of n counts as a share of their sum; NAN where there is nothing to divide by. */
double am_ratio(double a, double b);
void am_shares(double *out, const uint64_t *counts, int n);

#endif
