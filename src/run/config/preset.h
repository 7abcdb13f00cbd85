/* The ready experiments, compiled into the binary from presets/ (cmake/embed.cmake). */
#ifndef AMINE_RUN_CONFIG_PRESET_H
#define AMINE_RUN_CONFIG_PRESET_H

#include <stdbool.h>

#include "base/memory.h"

typedef struct am_preset {
  const char *name; /* NULL ends the table */
  const char *text; /* JSON */
  bool brain;       /* it describes a brain to simulate, and does not configure training */
} am_preset;

extern const am_preset am_presets[];

/* Adds what the preset says of itself ("meaning"); nothing if it is silent. */
void am_preset_meaning(am_text *text, const am_preset *preset);

#endif
