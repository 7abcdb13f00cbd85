/* Inputs of a model file that reach a part of a population or change in time. */
#ifndef AMINE_BRAIN_MODEL_DRIVE_H
#define AMINE_BRAIN_MODEL_DRIVE_H

#include "brain/model_plan.h"

typedef struct am_drive_keys {
  const json_t *neurons, *steps, *ramps;
  double range[2], fraction, amplitude, period_ms, phase;
} am_drive_keys;

/* The keys by which an input becomes a drive. */
extern const char am_drive_words[];

/* Has an input of type current or poisson one of them? */
bool am_drive_is(const json_t *input);

/* Reads the keys into input->drive; kind, weight, receptor and `before` are set by the caller. */
amine_status am_drive_read(am_model_plan_input *input, am_model_plan *plan, am_reader *r,
                           const am_where *where, const json_t *object, const am_drive_keys *keys);

/* Gives it to the brain; `number` is its place among the inputs. */
amine_status am_drive_set(amine_brain *brain, const am_model_plan *plan,
                          const am_model_plan_input *input, size_t number, amine_error *error);

#endif
