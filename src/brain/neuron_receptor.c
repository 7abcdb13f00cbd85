#include "brain/neuron_receptor.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "base/number.h"

static bool in_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

/* Does the line that begins here say that word first? */
static bool says(const char *line, const char *word) {
  const size_t n = strlen(word);
  return strncmp(line, word, n) == 0 && !in_word(line[n]);
}

/* The name of the external current, "I" of "input I"; false: there is none. */
static bool find_input(char out[AM_SYMBOL_SIZE], const char *text) {
  for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
    if (!says(line, "input")) continue;
    const char *at = line + strlen("input") + strspn(line + strlen("input"), " ");
    size_t n = 0;
    while (in_word(at[n]) && n < AM_SYMBOL_SIZE - 1) n++;
    snprintf(out, AM_SYMBOL_SIZE, "%.*s", (int)n, at);
    return n > 0;
  }
  return false;
}

/* A line, with `becomes` where it names the current. */
static void put_line(am_text *to, const char *line, size_t n, const char *input,
                     const char *becomes) {
  const size_t length = strlen(input);
  for (size_t k = 0; k < n;) {
    size_t word = 0;
    while (k + word < n && in_word(line[k + word])) word++;
    if (word == length && strncmp(line + k, input, length) == 0) am_text_puts(to, becomes);
    else am_text_printf(to, "%.*s", (int)(word ? word : 1), line + k);
    k += word ? word : 1;
  }
  am_text_puts(to, "\n");
}

/* The text of the model, made larger. The new state stands behind those that the text begins with:
 * who looks for one of its own finds it where it was. */
static void enlarge(am_text *to, const char *text, const char *name, double tau_ms, double e_mv,
                    const char *input) {
  static const char *const kept[] = {"neuron", "constant", "each",     "state",
                                     "input",  "arrival",  "receptor", "given"};
  char tau[AM_NUMBER_SIZE], e[AM_NUMBER_SIZE], becomes[3 * AM_SYMBOL_SIZE + AM_NUMBER_SIZE];
  am_number_exact(tau, tau_ms, 1);
  am_number_exact(e, e_mv, 1);
  if (isnan(e_mv)) snprintf(becomes, sizeof becomes, "(%s + g_%s)", input, name);
  else snprintf(becomes, sizeof becomes, "(%s + g_%s * (%s - v))", input, name, e);
  bool declared = false;
  for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
    const size_t n = strcspn(line, "\n");
    bool keeps = n == 0 || line[0] == '#';
    for (size_t k = 0; k < sizeof kept / sizeof *kept; k++) keeps |= says(line, kept[k]);
    if (!keeps && !declared) am_text_printf(to, "state g_%s\nreceptor %s\n", name, name);
    declared |= !keeps;
    if (keeps) am_text_printf(to, "%.*s\n", (int)n, line);
    else put_line(to, line, n, input, becomes);
  }
  am_text_printf(to, "begin : g_%s <- g_%s + %s\ng_%s' = -g_%s / %s\n", name, name, name, name,
                 name, tau);
}

static amine_status check(const am_neuron_model *model, const char *name, double tau_ms,
                          double e_mv, amine_error *error) {
  size_t n = 0;
  bool has_v = false;
  while (name && in_word(name[n])) n++;
  if (!name || n == 0 || name[n] || !isalpha((unsigned char)name[0]) || n > 20)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "\"%.60s\" is no name of a receptor: a letter, then letters, digits and _, "
                   "at most 20 in all", name ? name : "");
  if (!(tau_ms >= 1e-3 && tau_ms <= 1e6))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "receptor %s: tau_ms = %g is not in 0.001 to 1e+06",
                   name, tau_ms);
  if (!isnan(e_mv) && !(fabs(e_mv) <= 1e3))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "receptor %s: e_mv = %g is not in -1000 to 1000",
                   name, e_mv);
  for (int s = 0; model->states[s]; s++) has_v |= strcmp(model->states[s], "v") == 0;
  if (!isnan(e_mv) && !has_v)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "receptor %s: a neuron of %s has no v, from which e_mv would pull", name,
                   model->part.name);
  if (am_neuron_receptor(model, name) >= 0)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "there is a receptor %s already", name);
  if (am_neuron_n_receptors(model) == AM_NEURON_RECEPTORS)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "receptor %s: there are %d already", name,
                   AM_NEURON_RECEPTORS);
  return AMINE_OK;
}

amine_status am_neuron_receptor_make(am_neuron_text_model **made, const am_neuron_model *model,
                                     const char *name, double tau_ms, double e_mv,
                                     amine_error *error) {
  char input[AM_SYMBOL_SIZE];
  am_text text = {0};
  amine_error detail = {0};
  am_neuron_text_model *m = NULL;
  if (model->is_source || !model->part.text || !find_input(input, model->part.text))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s takes no further receptors", model->part.name);
  AM_TRY(check(model, name, tau_ms, e_mv, error));
  enlarge(&text, model->part.text, name, tau_ms, e_mv, input);
  if (text.failed) {
    am_text_free(&text);
    return am_fail_memory(error, strlen(model->part.text));
  }
  amine_status status = am_neuron_text_model_make(&m, model->part.name, text.data, &detail);
  am_text_free(&text);
  if (status == AMINE_ERROR_MEMORY) return am_fail_memory(error, AM_NEURON_TEXT_MAX);
  if (status != AMINE_OK && !isnan(e_mv) && strstr(detail.message, "is not linear"))
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "receptor %s: %s is integrated exactly, so its receptors are currents, without "
                   "e_mv", name, model->part.name);
  if (status != AMINE_OK)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "receptor %s of %s: %s", name, model->part.name,
                   detail.message);
  snprintf(m->name, sizeof m->name, "%s", model->part.name); /* "lif-cond" is no name in a text */
  *made = m;
  return AMINE_OK;
}
