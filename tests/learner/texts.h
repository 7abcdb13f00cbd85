/* A text of the library as tests take it: its own constants, and what is told it in place of them. */
#ifndef TESTS_LEARNER_TEXTS_H
#define TESTS_LEARNER_TEXTS_H

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "network/units.h"

static inline void text_units(am_units *units, const am_part *part, int n_hidden,
                              const char *constant, double value) {
  am_units_options o = {.n_hidden = n_hidden, .n_layers = 1};
  for (const amine_parameter *p = part->parameters; p->name; p++)
    if (p->offset >= offsetof(am_units_options, constants))
      *(double *)(void *)((char *)&o + p->offset) =
          constant && strcmp(p->name, constant) == 0 ? value : p->standard;
  const amine_status status = am_units_read(units, part, &o, NULL, NULL, NULL, NULL, NULL);
  if (status != AMINE_OK) abort();
}

#endif
