/* The chemical systems of a brain around its events (see explain.h). */
#include "run/simulate/explain.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/blocks.h"
#include "base/memory.h"
#include "format/json.h"
#include "modulator/systems.h"
#include "report/brain/source.h"
#include "run/folder.h"

#define SAMPLE_S 0.1
enum { STRETCHES = 10, EVENTS = 24 };

/* The recorded time in samples, cut into stretches for what is fitted and what is held out. */
typedef struct course {
  const am_brain_recording *r;
  const am_levels_held *held; /* or NULL */
  int n, T;                   /* samples; of a stretch */
  double begin_s;
  int whole, *n_steps; /* [STRETCHES] */
  uint32_t *events;    /* [STRETCHES T] */
  double *M;           /* likewise, of one system */
  am_signal_event event[EVENTS];
  int kind[EVENTS], n_events;
  bool shown[AM_N_MODULATORS]; /* so far */
} course;

static int sample_of(const course *c, double t_s) {
  const double at = floor((t_s - c->begin_s) / SAMPLE_S + 1e-9);
  return at >= 0 && at < c->n ? (int)at : -1;
}

/* A kind has its bit from its first event on. */
static int bit_of(course *c, int kind) {
  const am_brain_recording *r = c->r;
  for (int k = 0; k < c->n_events; k++)
    if (c->kind[k] == kind) return k;
  if (c->n_events == EVENTS || kind < 0 || (size_t)kind >= r->n_event_names) return -1;
  am_signal_event *e = &c->event[c->n_events];
  snprintf(e->name, sizeof e->name, "%s", r->event_names[kind]);
  e->meaning = "an event of the protocol or of the model";
  c->kind[c->n_events] = kind;
  return c->n_events++;
}

static void mark_events(course *c) {
  const am_brain_recording *r = c->r;
  for (size_t k = 0; k < r->n_events; k++) {
    const int at = sample_of(c, r->events_t[k]);
    const int kind = at < 0 || !(r->events_value[k] != 0) ? -1 : bit_of(c, r->events_kind[k]);
    if (kind >= 0) c->events[at] |= UINT32_C(1) << kind;
  }
}

/* The mean of the levels within each sample, NAN where there is none. */
static void fill_levels(course *c, int system) {
  const am_brain_recording *r = c->r;
  size_t row = 0;
  for (int k = 0; k < STRETCHES * c->T; k++) {
    double sum = 0, n = 0;
    for (; row < r->n_level_rows && sample_of(c, r->levels_t[row]) <= k && k < c->n; row++, n++)
      sum += (double)r->levels[row * AM_BRAIN_LEVELS + (size_t)system];
    c->M[k] = n > 0 ? sum / n : (double)NAN;
  }
}

/* A row for each measure that is known. */
static void put_held(am_text *text, const am_levels_held *h, int system) {
  am_json_list(text, "held");
  for (int k = 0; k < h->protocol->n_measures; k++) {
    const am_measure *measure = &h->protocol->measures[k];
    const am_level_cost cost = am_levels_cost(h, (am_modulator)system, k);
    if (cost.free.n == 0 && cost.held.n == 0) continue;
    am_json_begin(text);
    am_json_put_string(text, "how", "baseline");
    am_json_put_double(text, "level", h->levels[system]);
    am_json_put_string(text, "measure", measure->name);
    am_json_put_string(text, "title", measure->title);
    am_json_put_string(text, "unit", measure->unit);
    am_json_put_double(text, "free", cost.free.mean);
    am_json_put_double(text, "free_half", cost.free.half);
    am_json_put_double(text, "value", cost.held.mean);
    am_json_put_double(text, "half", cost.held.half);
    am_json_put_double(text, "difference", cost.difference.mean);
    am_json_put_double(text, "difference_half", cost.difference.half);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
}

static amine_status put_system(am_text *text, course *c, int system, amine_error *error) {
  const am_signal whole = {1, STRETCHES * c->T, &c->whole, c->M, c->events, 1};
  const am_signal cut = {STRETCHES, c->T, c->n_steps, c->M, c->events, 1};
  const am_signal_variables variables = {.n_events = c->n_events};
  am_signal_spread spread;
  am_predicted predicted;
  fill_levels(c, system);
  AM_TRY(am_signal_spread_of(&spread, &whole, error));
  if (!(spread.sd > 0)) return AMINE_OK; /* it is not there, or held */
  for (int k = 0; k < c->n_events; k++)
    AM_TRY(am_signal_respond(&c->event[k].response, &whole, k, error));
  AM_TRY(am_signal_predict(&predicted, &cut, &variables, error));
  am_json_begin(text);
  am_json_put_string(text, "name", am_modulator_names[system]);
  am_json_put_string(text, "meaning", "level of this chemical system");
  am_json_put_int(text, "rows", 1);
  am_signal_put(text, &spread, c->event, c->n_events, &predicted);
  if (c->held && c->held->held[system]) put_held(text, c->held, system);
  am_text_puts(text, "}");
  c->shown[system] = true;
  return AMINE_OK;
}

/* What is not known, and why. */
static void put_limits(am_text *text, const course *c) {
  const am_levels_held *h = c->held;
  char sentence[160];
  am_json_list(text, "limits");
  const char *gap = "";
#define SAY(...)                                                                                   \
  do {                                                                                             \
    snprintf(sentence, sizeof sentence, __VA_ARGS__);                                              \
    am_text_puts(text, gap);                                                                       \
    am_json_string(text, sentence);                                                                \
    gap = ", ";                                                                                    \
  } while (0)
  if (!h) SAY("What holding a level costs is not looked at: amine explain FOLDER lives it");
  else if (h->protocol->n_measures == 0)
    SAY("The protocol %s measures nothing that holding a level could cost", h->protocol->name);
  else if (h->n_seeds == 1)
    SAY("Held was one life, of which no interval is known: amine explain FOLDER seeds=10 lives "
        "ten");
  for (int k = 0; h && k < AM_N_MODULATORS; k++)
    if (c->shown[k] && !h->held[k])
      SAY("%s is not held: neither the protocol nor an event of the model moves it",
          am_modulator_names[k]);
#undef SAY
  am_text_puts(text, "]");
}

static amine_status put_all(am_text *text, course *c, amine_error *error) {
  am_json_begin(text);
  am_json_put_string(text, "of", "simulation");
  if (c->held) {
    am_json_put_string(text, "protocol", c->held->protocol->name);
    am_json_put_int(text, "seeds", c->held->n_seeds);
  }
  am_json_put_double(text, "sample_s", SAMPLE_S);
  am_json_put_int(text, "before", AM_SIGNAL_BEFORE);
  am_json_list(text, "signals");
  for (int k = 0; k < AM_BRAIN_LEVELS; k++) AM_TRY(put_system(text, c, k, error));
  am_text_puts(text, "]");
  put_limits(text, c);
  am_json_end(text);
  return text->failed ? am_fail_memory(error, text->length) : AMINE_OK;
}

static amine_status explain(am_text *text, const am_brain_recording *r, const am_levels_held *held,
                            amine_error *error) {
  course c = {.r = r, .held = held, .begin_s = r->levels_t[0]};
  const double last = r->levels_t[r->n_level_rows - 1] - c.begin_s;
  c.n = 1 + (int)fmin(last / SAMPLE_S, 1e8);
  c.T = (c.n + STRETCHES - 1) / STRETCHES;
  c.whole = c.n;
  const size_t all = (size_t)STRETCHES * (size_t)c.T;
  const am_block blocks[] = {{&c.n_steps, STRETCHES, sizeof *c.n_steps},
                             {&c.events, all, sizeof *c.events},
                             {&c.M, all, sizeof *c.M}};
  amine_status status = am_blocks_take(blocks, 3, "a look at a brain's modulators", error);
  for (int k = 0; k < STRETCHES && status == AMINE_OK; k++) c.n_steps[k] = c.T;
  if (status == AMINE_OK) {
    mark_events(&c);
    status = put_all(text, &c, error);
  }
  am_blocks_free(blocks, 3);
  return status;
}

static amine_status read_recording(am_brain_recording *r, const char *folder, amine_error *error) {
  am_text path = {0};
  amine_status status = am_folder_path(&path, folder, AM_RECORDING_FILE, error);
  if (status == AMINE_OK) status = am_brain_recording_read(r, path.data, error);
  am_text_free(&path);
  return status;
}

amine_status am_simulation_explain(am_text *text, const char *folder, const am_levels_held *held,
                                   amine_error *error) {
  am_brain_recording r = {0};
  AM_TRY(read_recording(&r, folder, error));
  const amine_status status =
      r.n_level_rows > 1
          ? explain(text, &r, held, error)
          : am_fail(error, AMINE_ERROR_ARGUMENT,
                    "%.300s: no level of a modulator was recorded there: its brain has no chemical "
                    "systems, or it has not been simulated yet",
                    folder);
  am_brain_recording_free(&r);
  return status;
}

amine_status am_simulation_explain_record(const char *folder, amine_error *error) {
  am_text path = {0}, text = {0};
  amine_status status = am_simulation_explain(&text, folder, NULL, error);
  if (status == AMINE_ERROR_ARGUMENT) return AMINE_OK;
  if (status == AMINE_OK) status = am_folder_path(&path, folder, AM_EXPLAIN_FILE, error);
  if (status == AMINE_OK) status = am_file_replace(path.data, text.data, text.length, error);
  am_text_free(&path);
  am_text_free(&text);
  return status;
}
