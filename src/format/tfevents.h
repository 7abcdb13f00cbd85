/* TensorBoard's event files, written: scalars only, as `simple_value` without metadata.
 *
 * Each record is: u64 length, masked CRC-32C of the length, the bytes, masked CRC-32C of the bytes;
 * the bytes are a tensorflow.Event in protobuf encoding. The masked form of a checksum c is
 * ((c >> 15 | c << 17) + 0xa282ead8). */
#ifndef AMINE_FORMAT_TFEVENTS_H
#define AMINE_FORMAT_TFEVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "amine/status.h"

typedef struct am_tfevents am_tfevents;

typedef struct am_scalar {
  const char *tag; /* UTF-8 */
  float value;     /* may be NaN or infinite */
} am_scalar;

/* Opens (or makes) the file to go on at byte `position`, as am_appender_open does. At position 0
 * the first record, the version "brain.Event:2", is written. The caller chooses the name,
 * events.out.tfevents.DIGITS.amine, and gives the time, in seconds since 1970. */
amine_status am_tfevents_open(am_tfevents **events, const char *path, uint64_t position,
                              double wall_time, amine_error *error);

/* The time that was given when the file was made; false if there is none that can be read. */
bool am_tfevents_began(double *wall_time, const char *path);

/* One event with n scalars at `step`. After a failure the file is as it was
 * (am_appender_append). */
amine_status am_tfevents_add(am_tfevents *events, double wall_time, int64_t step,
                             const am_scalar *scalars, size_t n_scalars, amine_error *error);

/* Moves the file, as am_appender_rename does. */
amine_status am_tfevents_rename(am_tfevents *events, const char *path, amine_error *error);
amine_status am_tfevents_sync(am_tfevents *events, amine_error *error);
/* The length of the file in bytes, to be given to am_tfevents_open. */
uint64_t am_tfevents_position(const am_tfevents *events);
/* Closes and frees it, also when it reports an error; NULL is fine. */
amine_status am_tfevents_close(am_tfevents *events, amine_error *error);

#endif
