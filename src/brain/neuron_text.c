/* A neuron model that is a text of equations (equation/neuron_text.h): its program
 * over the neurons (equation/neuron_run.h), and the model that it makes. */
#include "brain/neuron_text.h"

#include "brain/neuron.h"

#ifdef AMINE_ISA /* the step, once for each instruction set */
#include "base/random.h"
#include "equation/neuron_run.h"
#include "kernel/vector.h"

static int update(const am_neurons *neurons, uint32_t *spikes) {
  const am_neuron_program *p = neurons->program;
  neuron_run q;
  neuron_run_begin(&q, p);
  for (int s = 0; s < AM_NEURON_STATES; s++) q.state[s] = neurons->s[s];
  for (int r = 0; r < AM_NEURON_RECEPTORS; r++) q.arrived[r] = neurons->in[r];
  for (int k = 0; k < AM_NEURON_OWN; k++) q.each[k] = neurons->own[k];
  q.current = neurons->current;
  q.index = neurons->index;
  q.key = (philox_key){neurons->seed, neurons->step, AM_STREAM_SOURCE, neurons->population};
  if (p->draws) q.shared = philox_share(&q.key);
  neuron_run_share(&q, neurons->k, neurons->gain, neurons->threshold, NULL);
  int n_spikes = 0;
  for (int i = 0; i < neurons->n; i += NEURON_BLOCK * VEC_LANES) {
    const int left = (neurons->n - i + VEC_LANES - 1) / VEC_LANES,
              n = left < NEURON_BLOCK ? left : NEURON_BLOCK;
    const int before = n_spikes;
    neuron_run_at(&q, i);
    neuron_run_list(&q, AM_LIST_STEP, n, i);
    const real *fired = q.at[p->fired];
    for (int k = 0; k < n; k++) {
      const vmask m = v_lt(v_zero(), v_load(fired + k * VEC_LANES));
      n_spikes = neurons_fire(spikes, n_spikes, m, i + k * VEC_LANES, neurons);
    }
    if (n_spikes > before) neuron_run_list(&q, AM_LIST_FIRES, n, i);
    for (int r = 0; r < AM_NEURON_RECEPTORS && neurons->in[r]; r++)
      for (int k = 0; k < n; k++) v_store(neurons->in[r] + i + k * VEC_LANES, v_zero());
  }
  return n_spikes;
}

const am_neuron_kernel AM_ISA(am_neuron_text) = {update};

#else /* the model */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "format/text_file.h"

AM_NEURON_DECLARE(am_neuron_text);

static amine_status make_rows(am_neuron_text_model *m, const am_equations *e, amine_error *error) {
  int n = 0;
  for (int k = 0; k < e->n_symbols; k++) {
    const am_symbol *s = &e->symbols[k];
    if (s->kind != AM_SYMBOL_CONSTANT) continue;
    if (n == AM_VALUES_MAX)
      return am_equations_refuse(e, s->at, error, "a neuron has at most %d constants",
                                 AM_VALUES_MAX);
    snprintf(m->name_of[n], sizeof m->name_of[n], "%s", s->name);
    snprintf(m->unit_of[n], sizeof m->unit_of[n], "%s", s->unit);
    snprintf(m->meaning_of[n], sizeof m->meaning_of[n], "%s",
             s->meaning[0] ? s->meaning : "of the text");
    m->parameters[n] = (amine_parameter)AM_NUMBER(m->name_of[n], s->standard, s->min, s->max,
                                                  m->unit_of[n], m->meaning_of[n]);
    n++;
  }
  return AMINE_OK;
}

/* The names of states, of receptors, and of what each neuron has for itself. */
static void name_all(am_neuron_text_model *m, const am_neuron_text *t) {
  am_neuron_model *is = &m->is;
  for (int s = 0; s < m->program.n_states; s++) {
    const bool counts = s == m->program.counts;
    const char *name = counts ? "refractory" : s == m->program.mean ? "mean" : NULL;
    snprintf(m->state_of[s], sizeof m->state_of[s], "%s",
             name ? name : t->e->symbols[t->state[s]].name);
    is->states[s] = m->state_of[s];
  }
  for (int k = 0; k < t->n_receptors; k++) {
    snprintf(m->receptor_of[k], sizeof m->receptor_of[k], "%s", t->e->symbols[t->receptor[k]].name);
    is->receptors[k] = m->receptor_of[k];
  }
  for (int k = 0; k < t->n_each; k++) is->own[k] = m->name_of[m->program.each[k]];
}

/* ------------------------------------------------------------------------------ a rate */
static uint32_t times(const am_neurons *p, int i, uint32_t most) {
  const double mean = (double)p->s[p->program->mean][i];
  return am_neuron_poisson_times(p, i, fmin(mean, AM_NEURON_MEAN_MOST), most);
}

static double mean(const am_neuron_model *model, const double *values,
                   const am_real *const own[AM_NEURON_OWN], int i, double dt_ms) {
  const am_neuron_program *p = model->program;
  double constants[AM_VALUES_MAX];
  memcpy(constants, values, sizeof constants);
  for (int k = 0; k < p->n_each; k++) constants[p->each[k]] = (double)own[k][i];
  return fmin(am_neuron_program_mean(p, constants, dt_ms), AM_NEURON_MEAN_MOST);
}

/* ------------------------------------------------------------------------------ the whole */
static amine_status fill(am_neuron_text_model *m, const char *name, const char *text,
                         amine_error *error) {
  am_neuron_text t;
  m->text = am_strdup(text);
  if (!m->text) return am_fail_memory(error, strlen(text) + 1);
  AM_TRY(am_text_file_check(text, name, error));
  AM_TRY(am_neuron_text_read(&t, name, text, error));
  if (strncmp(text, "# ", 2) == 0)
    snprintf(m->meaning, sizeof m->meaning, "%.*s", (int)strcspn(text + 2, "\r\n"), text + 2);
  snprintf(m->name, sizeof m->name, "%s", t.e->network);
  amine_status status = make_rows(m, t.e, error);
  if (status == AMINE_OK) status = am_neuron_program_make(&m->program, &t, error);
  if (status == AMINE_OK) name_all(m, &t);
  m->is.is_source = t.input < 0 && t.arrival[0] < 0;
  if (t.mean >= 0) m->is.times = times, m->is.mean = mean;
  am_neuron_text_free(&t);
  return status;
}

amine_status am_neuron_text_model_make(am_neuron_text_model **model, const char *name,
                                       const char *text, amine_error *error) {
  am_neuron_text_model *m = am_alloc(1, sizeof *m);
  if (!m) return am_fail_memory(error, sizeof *m);
  m->is = (am_neuron_model){.part = {.kind = AM_NEURON,
                                     .name = m->name,
                                     .meaning = m->meaning,
                                     .parameters = m->parameters},
                            .program = &m->program,
                            AM_NEURON_STEP(am_neuron_text)};
  const amine_status status = fill(m, name, text, error);
  m->is.part.text = m->text;
  if (status == AMINE_OK) *model = m;
  else am_neuron_text_model_free(m);
  return status;
}

amine_status am_neuron_text_model_load(am_neuron_text_model **model, const char *path,
                                       amine_error *error) {
  am_text text = {0};
  amine_status status = am_text_file_read(&text, path, AM_NEURON_TEXT_MAX, error);
  if (status == AMINE_OK)
    status = am_neuron_text_model_make(model, path, text.data ? text.data : "", error);
  am_text_free(&text);
  return status;
}

void am_neuron_text_model_free(am_neuron_text_model *m) {
  if (!m) return;
  am_free(m->text);
  am_free(m);
}
#endif
