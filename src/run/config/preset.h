/* The ready experiments, compiled into the binary from presets/ (cmake/embed.cmake). */
#ifndef AMINE_RUN_CONFIG_PRESET_H
#define AMINE_RUN_CONFIG_PRESET_H

#include <stdbool.h>

#include "base/error.h"
#include "base/memory.h"

typedef struct am_preset {
  const char *name; /* NULL ends the table */
  const char *text; /* JSON */
} am_preset;

extern const am_preset am_presets[];

/* true if it describes a brain to simulate, false if it is for training */
bool am_preset_is_brain(const am_preset *preset);

/* The same where memory may be refused: AMINE_ERROR_MEMORY only. */
amine_status am_preset_kind(bool *is_brain, const am_preset *preset, amine_error *error);

/* Adds what the preset says of itself ("meaning"); nothing if it is silent. */
void am_preset_meaning(am_text *text, const am_preset *preset);

#endif
