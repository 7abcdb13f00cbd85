#include "brain/neuron_each.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"

/* The text with one more line, before that of the first state, or at its end: all constants stand
 * above. */
static char *text_with(const char *text, const char *parameter) {
  const char *at = strncmp(text, "state ", 6) == 0 ? text : strstr(text, "\nstate ");
  if (!at) at = text + strlen(text);
  if (*at == '\n') at++;
  am_text more = {0};
  am_text_printf(&more, "%.*s%seach %s\n%s", (int)(at - text), text,
                 at > text && at[-1] != '\n' ? "\n" : "", parameter, at);
  char *copy = more.failed ? NULL : am_strdup(more.data);
  am_text_free(&more);
  return copy;
}

amine_status am_neuron_each_make(am_neuron_text_model **made, const am_neuron_model *model,
                                 const char *parameter, amine_error *error) {
  amine_error detail = {0};
  am_neuron_text_model *m = NULL;
  int n = 0;
  while (n < AM_NEURON_OWN && model->own[n]) n++;
  if (!model->part.text)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s keeps no %.100s for each neuron",
                   model->part.name, parameter);
  if (n == AM_NEURON_OWN)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "%s: at most %d parameters differ from neuron to neuron", model->part.name,
                   AM_NEURON_OWN);
  char *text = text_with(model->part.text, parameter);
  if (!text) return am_fail_memory(error, strlen(model->part.text));
  const amine_status status = am_neuron_text_model_make(&m, model->part.name, text, &detail);
  am_free(text);
  if (status == AMINE_ERROR_MEMORY) return am_fail_memory(error, AM_NEURON_TEXT_MAX);
  if (status != AMINE_OK)
    return am_fail(
        error, AMINE_ERROR_ARGUMENT,
        "%s of %s is one number for all neurons: a state is integrated by it exactly, or "
        "it is counted in steps",
        parameter, model->part.name);
  snprintf(m->name, sizeof m->name, "%s", model->part.name); /* "lif-cond" is no name in a text */
  *made = m;
  return AMINE_OK;
}
