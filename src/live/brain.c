/* What `moment` of a simulation does under a page (see brain.h). */
#include "live/brain.h"

#include <math.h>
#include <string.h>

#include "format/json.h"
#include "format/npz.h"
#include "live/matrix.h"
#include "live/beat.h"

enum { SPIKES_KEPT = 1 << 18, SPIKES_SHOWN = 200000 };
#define WINDOW_S 1.0 /* of spikes */
#define SHOW_S 0.05  /* between two states */
#define SHARE 0.02   /* of the run's time that each block may take */

struct am_live_brain {
  am_board *board;
  int run;
  am_control control;
  am_beat state, spikes, weights;
  double *rates_hz; /* [n_populations] of the last slices */
  int n_populations;
  double dt_ms, t_s, duration_s, seconds, speed, reward;
  uint64_t step;
  double levels[AM_N_MODULATORS], held[AM_N_MODULATORS]; /* NAN: it is not there; it is free */
  am_text lesioned;                                      /* a list of names, in JSON */
  bool resting;
  /* the latest spikes, in a ring */
  uint64_t *steps;
  int32_t *neurons, *first; /* first: [n_populations] numbers of first neurons */
  int32_t *sizes;
  size_t n_spikes; /* ever */
  am_matrix matrix;
};

amine_status am_live_brain_create(am_live_brain **live, am_board *board, int run,
                                  const atomic_int *stop, amine_error *error) {
  am_live_brain *l = am_alloc(1, sizeof *l);
  *live = l;
  if (!l) return am_fail_memory(error, sizeof *l);
  l->board = board;
  l->run = run;
  l->state = l->spikes = (am_beat){.every_s = SHOW_S, .share = SHARE};
  l->weights = (am_beat){.every_s = 0.5, .share = SHARE};
  am_control_begin(&l->control, board, run, "step", stop);
  l->steps = am_alloc(SPIKES_KEPT, sizeof *l->steps);
  l->neurons = am_alloc(SPIKES_KEPT, sizeof *l->neurons);
  amine_status status = l->steps && l->neurons
                            ? AMINE_OK
                            : am_fail_memory(error, SPIKES_KEPT * (sizeof *l->steps + 4));
  if (status == AMINE_OK) status = am_board_put(board, run, "spikes", NULL, 0, error);
  if (status == AMINE_OK) status = am_board_put(board, run, "weights", NULL, 0, error);
  if (status == AMINE_OK) return status;
  am_live_brain_destroy(l);
  *live = NULL;
  return status;
}

void am_live_brain_destroy(am_live_brain *l) {
  if (!l) return;
  am_matrix_free(&l->matrix);
  am_text_free(&l->lesioned);
  am_free(l->rates_hz);
  am_free(l->first);
  am_free(l->sizes);
  am_free(l->neurons);
  am_free(l->steps);
  am_free(l);
}

am_control *am_live_brain_control(am_live_brain *l) { return &l->control; }

/* ------------------------------------------------------------------------------ what there is */
static bool furnish(am_live_brain *l, const amine_brain *brain) {
  const int n = amine_brain_n_populations(brain);
  if (l->first) return true;
  l->rates_hz = am_alloc((size_t)n, sizeof *l->rates_hz);
  l->first = am_alloc((size_t)n, sizeof *l->first);
  l->sizes = am_alloc((size_t)n, sizeof *l->sizes);
  if (!l->rates_hz || !l->first || !l->sizes) return false;
  int32_t at = 0;
  for (int p = 0; p < n; p++) {
    int size;
    amine_brain_population(brain, p, &size, NULL);
    l->first[p] = at;
    l->sizes[p] = size;
    at += size;
  }
  l->n_populations = n;
  return true;
}

void am_live_brain_progress(void *live, const am_simulation_progress *now) {
  am_live_brain *l = live;
  l->seconds = now->seconds;
  l->speed = now->speed;
  l->t_s = now->t_s;
  l->step = (uint64_t)llround(now->t_s * 1e3 / l->dt_ms);
  l->reward = now->reward;
  for (int k = 0; now->levels && k < AM_N_MODULATORS; k++)
    if (!isnan(l->levels[k])) l->levels[k] = now->levels[k];
  for (int p = 0; l->rates_hz && p < now->n_populations; p++) l->rates_hz[p] = now->rates_hz[p];
}

void am_live_brain_spikes(void *live, const am_spike *spikes, size_t n) {
  am_live_brain *l = live;
  if (!l->first || !am_board_wanted(l->board, l->run, "spikes")) return;
  for (size_t k = n > SPIKES_KEPT ? n - SPIKES_KEPT : 0; k < n; k++) {
    const size_t at = l->n_spikes++ % SPIKES_KEPT;
    l->steps[at] = spikes[k].step;
    l->neurons[at] = l->first[spikes[k].population] + spikes[k].neuron;
  }
}

/* What the state will say, while the simulation may be looked at. */
static void look(am_live_brain *l, const am_simulation *s) {
  const amine_chemical *chemical = s->stage.chemical;
  l->step = amine_brain_step(s->brain);
  l->t_s = am_simulation_time(s);
  l->duration_s = (double)s->end * s->stage.dt_ms * 1e-3;
  l->reward = s->log.rewards;
  l->resting = amine_brain_is_resting(s->brain);
  for (int k = 0; k < AM_N_MODULATORS; k++) {
    const am_modulator which = (am_modulator)k;
    const bool on = chemical && am_modulator_is_on(chemical, which);
    l->levels[k] = on ? am_modulator_level(chemical, which) : (double)NAN;
    l->held[k] = on && am_modulator_is_clamped(chemical, which) ? l->levels[k] : (double)NAN;
  }
  l->lesioned.length = 0;
  for (int p = 0; p < l->n_populations; p++) {
    if (!amine_brain_is_silent(s->brain, p)) continue;
    if (l->lesioned.length > 0) am_text_puts(&l->lesioned, ",");
    am_json_string(&l->lesioned, amine_brain_population(s->brain, p, NULL, NULL));
  }
  for (int k = 0; k < amine_brain_n_projections(s->brain); k++) {
    if (!amine_brain_is_blocked(s->brain, k)) continue;
    if (l->lesioned.length > 0) am_text_puts(&l->lesioned, ",");
    am_json_string(&l->lesioned, amine_brain_projection(s->brain, k, NULL, NULL, NULL));
  }
}

/* ------------------------------------------------------------------------------ blocks */
static void put_numbers(am_text *text, const char *key, const double *values, int n) {
  am_json_list(text, key);
  for (int k = 0; k < n; k++) {
    if (k > 0) am_text_puts(text, ",");
    am_json_number(text, values[k], 6);
  }
  am_text_puts(text, "]");
}

static void put_state(am_live_brain *l, const char *ended) {
  am_text text = {0};
  am_json_begin(&text);
  am_json_put_uint(&text, "step", l->step);
  am_json_put_double(&text, "t_s", l->t_s);
  am_json_put_double(&text, "duration_s", l->duration_s);
  am_json_put_double(&text, "seconds", l->seconds);
  am_json_put_double(&text, "realtime", l->speed);
  am_json_put_double(&text, "reward", l->reward);
  am_json_put_bool(&text, "resting", l->resting);
  put_numbers(&text, "rates_hz", l->rates_hz, l->rates_hz ? l->n_populations : 0);
  put_numbers(&text, "levels", l->levels, AM_N_MODULATORS);
  put_numbers(&text, "held", l->held, AM_N_MODULATORS);
  am_json_list(&text, "lesioned");
  am_text_add(&text, l->lesioned.data ? l->lesioned.data : "", l->lesioned.length);
  am_text_puts(&text, "]");
  am_control_put(&text, &l->control, ended);
}

static void put_spikes(const am_live_brain *l) {
  const size_t kept = l->n_spikes < SPIKES_KEPT ? l->n_spikes : SPIKES_KEPT;
  const double end = l->t_s, begin = fmax(0, end - WINDOW_S);
  size_t n = 0;
  while (n < kept && n < SPIKES_SHOWN) {
    const size_t at = (l->n_spikes - n - 1) % SPIKES_KEPT;
    if ((double)l->steps[at] * l->dt_ms * 1e-3 < begin) break;
    n++;
  }
  double *t = am_alloc(n, sizeof *t);
  int32_t *i = am_alloc(n, sizeof *i);
  for (size_t k = 0; t && i && k < n; k++) {
    const size_t at = (l->n_spikes - n + k) % SPIKES_KEPT;
    t[k] = (double)l->steps[at] * l->dt_ms * 1e-3;
    i[k] = l->neurons[at];
  }
  const double window[2] = {n == SPIKES_SHOWN && t ? t[0] : begin, end};
  const size_t P = (size_t)l->n_populations, two = 2;
  am_npz_builder *b = NULL;
  am_text bytes = {0};
  if (t && i && am_npz_builder_new(&b, NULL) == AMINE_OK &&
      am_npz_builder_add(b, "i", AM_I32, 1, &n, i, NULL) == AMINE_OK &&
      am_npz_builder_add(b, "t", AM_F64, 1, &n, t, NULL) == AMINE_OK &&
      am_npz_builder_add(b, "window", AM_F64, 1, &two, window, NULL) == AMINE_OK &&
      am_npz_builder_add(b, "sizes", AM_I32, 1, &P, l->sizes, NULL) == AMINE_OK &&
      am_npz_builder_add(b, "first", AM_I32, 1, &P, l->first, NULL) == AMINE_OK &&
      am_npz_builder_bytes(b, &bytes, false, NULL) == AMINE_OK)
    (void)am_board_put(l->board, l->run, "spikes", bytes.data, bytes.length, NULL);
  am_npz_builder_free(b);
  am_text_free(&bytes);
  am_free(t);
  am_free(i);
}

/* The projection of that name, or the first that learns, or the first. */
static int find_projection(const am_live_brain *l, const am_simulation *s) {
  const int n = amine_brain_n_projections(s->brain);
  for (int k = 0; k < n; k++)
    if (strcmp(amine_brain_projection(s->brain, k, NULL, NULL, NULL), l->control.look) == 0)
      return k;
  return s->n_learning > 0 ? s->learning[0].projection : 0;
}

typedef struct looked_at {
  am_live_brain *live;
  am_simulation *simulation;
} looked_at;

static void show(void *context, bool now) {
  const looked_at *x = context;
  am_live_brain *l = x->live;
  am_simulation *s = x->simulation;
  look(l, s);
  if ((now || am_beat_due(&l->spikes)) && am_board_wanted(l->board, l->run, "spikes")) {
    am_beat_begin(&l->spikes);
    put_spikes(l);
    am_beat_end(&l->spikes);
  }
  if ((now || am_beat_due(&l->weights)) && am_board_wanted(l->board, l->run, "weights") &&
      amine_brain_n_projections(s->brain) > 0) {
    am_beat_begin(&l->weights);
    if (am_matrix_of_projection(&l->matrix, s->brain, find_projection(l, s)))
      am_matrix_put(&l->matrix, l->board, l->run);
    am_beat_end(&l->weights);
  }
  /* last, for who waits for a state looks at the others then */
  if (now || (am_beat_due(&l->state) && am_board_watched(l->board))) {
    am_beat_begin(&l->state);
    put_state(l, NULL);
    am_beat_end(&l->state);
  }
}

/* ------------------------------------------------------------------------------ reaching in */
/* A slice ends where it is to pause again, and is short where a second lasts long. */
static void set_halt(const am_live_brain *l, am_simulation *s, uint64_t now) {
  const double asked = l->control.speed;
  const double speed = asked > 0 || !am_board_watched(l->board) ? asked : l->speed;
  if (l->control.until < s->halt) s->halt = l->control.until;
  if (speed <= 0 || speed > 2) return;
  const double steps = fmax(1, SHOW_S * speed * 1e3 / s->stage.dt_ms);
  if (now + (uint64_t)steps < s->halt) s->halt = now + (uint64_t)steps;
}

bool am_live_brain_moment(void *live, am_simulation *s, am_interventions *interventions) {
  am_live_brain *l = live;
  const uint64_t now = amine_brain_step(s->brain);
  if (!furnish(l, s->brain)) return false;
  if (now < l->step) l->n_spikes = 0; /* it went back */
  l->dt_ms = s->stage.dt_ms;
  looked_at x = {l, s};
  if (!am_control_attend(&l->control, interventions, now, am_simulation_time(s), show, &x))
    return false;
  set_halt(l, s, now);
  return true;
}

void am_live_brain_end(am_live_brain *l, const char *ended) { put_state(l, ended); }
