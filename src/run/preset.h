/* The ready experiments, compiled into the binary from presets/ (cmake/embed.cmake). */
#ifndef AMINE_RUN_PRESET_H
#define AMINE_RUN_PRESET_H

typedef struct am_preset {
  const char *name; /* NULL ends the table */
  const char *text; /* JSON */
} am_preset;

extern const am_preset am_presets[];

#endif
