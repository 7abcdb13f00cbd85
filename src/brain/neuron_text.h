/* A neuron model made of a text of equations (equation/neuron_text.h): a part as all others. Its
 * constants are its parameters. */
#ifndef AMINE_BRAIN_NEURON_TEXT_H
#define AMINE_BRAIN_NEURON_TEXT_H

#include "brain/neuron.h"
#include "equation/neuron_program.h"

enum { AM_NEURON_TEXT_MAX = 65536 }; /* bytes of a file */

typedef struct am_neuron_text_model {
  am_neuron_model is; /* first */
  am_neuron_program program;
  char *text;
  char name[AM_SYMBOL_SIZE], meaning[160];
  amine_parameter parameters[AM_VALUES_MAX + 1];
  char name_of[AM_VALUES_MAX][AM_SYMBOL_SIZE], unit_of[AM_VALUES_MAX][AM_SYMBOL_SIZE];
  char meaning_of[AM_VALUES_MAX][96], state_of[AM_NEURON_STATES][AM_SYMBOL_SIZE];
  char receptor_of[AM_NEURON_RECEPTORS - 2][AM_SYMBOL_SIZE];
  struct am_neuron_text_model *next; /* for lists of them */
} am_neuron_text_model;

/* Reads a text; `name` (a file's) stands in sentences. AMINE_ERROR_INPUT for what is wrong in it,
 * AMINE_ERROR_MEMORY. */
amine_status am_neuron_text_model_make(am_neuron_text_model **model, const char *name,
                                       const char *text, amine_error *error);
/* The same of a file. AMINE_ERROR_IO. */
amine_status am_neuron_text_model_load(am_neuron_text_model **model, const char *path,
                                       amine_error *error);
void am_neuron_text_model_free(am_neuron_text_model *model);

#endif
