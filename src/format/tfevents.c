/* TensorBoard's records around hand-made protobuf. Field numbers are those of tensorflow/core/util/
 * event.proto and tensorflow/core/framework/summary.proto. */
#include "format/tfevents.h"

#include <fcntl.h>
#include <string.h>

#include "base/error.h"
#include "base/memory.h"
#include "format/crc32c.h"
#include "format/file.h"

#if !defined(__BYTE_ORDER__) || __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "numbers are written in the machine's order, which must be little-endian"
#endif

enum { EVENT_WALL_TIME = 1, EVENT_STEP = 2, EVENT_FILE_VERSION = 3, EVENT_SUMMARY = 5 };
enum { SUMMARY_VALUE = 1 };
enum { VALUE_TAG = 1, VALUE_SIMPLE_VALUE = 2 };
enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

struct am_tfevents {
  am_appender *appender;
};

static size_t varint_length(uint64_t v) {
  size_t n = 1;
  while (v >>= 7) n++;
  return n;
}

static void put_varint(am_text *out, uint64_t v) {
  char bytes[10];
  size_t n = 0;
  for (; v >= 128; v >>= 7) bytes[n++] = (char)(v | 128);
  bytes[n++] = (char)v;
  am_text_add(out, bytes, n);
}

static void put_field(am_text *out, unsigned field, unsigned wire) {
  put_varint(out, field << 3 | wire);
}

static void put_bytes(am_text *out, unsigned field, const char *bytes, size_t n) {
  put_field(out, field, WIRE_BYTES);
  put_varint(out, n);
  am_text_add(out, bytes, n);
}

/* The length of one Summary.Value: a tag and a float. */
static size_t value_length(const am_scalar *scalar) {
  size_t n = strlen(scalar->tag);
  return 1 + varint_length(n) + n + 1 + sizeof scalar->value;
}

static void put_summary(am_text *out, const am_scalar *scalars, size_t n_scalars) {
  size_t total = 0;
  for (size_t k = 0; k < n_scalars; k++) {
    size_t n = value_length(&scalars[k]);
    total += 1 + varint_length(n) + n;
  }
  put_field(out, EVENT_SUMMARY, WIRE_BYTES);
  put_varint(out, total);
  for (size_t k = 0; k < n_scalars; k++) {
    put_field(out, SUMMARY_VALUE, WIRE_BYTES);
    put_varint(out, value_length(&scalars[k]));
    put_bytes(out, VALUE_TAG, scalars[k].tag, strlen(scalars[k].tag));
    put_field(out, VALUE_SIMPLE_VALUE, WIRE_32);
    am_text_add(out, (const char *)&scalars[k].value, sizeof scalars[k].value);
  }
}

static uint32_t masked_checksum(const char *data, size_t size) {
  uint32_t c = am_crc32c(0, data, size);
  return (c >> 15 | c << 17) + 0xa282ead8u;
}

#define FRAME_HEAD 12 /* u64 length, u32 checksum of the length */

/* The beginning of each event, with room for the frame. */
static void begin(am_text *out, double wall_time) {
  const char room[FRAME_HEAD] = {0};
  am_text_add(out, room, sizeof room);
  put_field(out, EVENT_WALL_TIME, WIRE_64);
  am_text_add(out, (const char *)&wall_time, sizeof wall_time);
}

/* Completes the frame, appends the record and frees it. */
static amine_status end(am_tfevents *events, am_text *out, amine_error *error) {
  amine_status status;
  if (!out->failed) {
    uint64_t n = out->length - FRAME_HEAD;
    uint32_t of_data = masked_checksum(out->data + FRAME_HEAD, (size_t)n);
    memcpy(out->data, &n, sizeof n);
    uint32_t of_length = masked_checksum(out->data, sizeof n);
    memcpy(out->data + sizeof n, &of_length, sizeof of_length);
    am_text_add(out, (const char *)&of_data, sizeof of_data);
  }
  if (out->failed) status = am_fail_memory(error, out->capacity);
  else status = am_appender_append(events->appender, out->data, out->length, error);
  am_text_free(out);
  return status;
}

static amine_status add_version(am_tfevents *events, double wall_time, amine_error *error) {
  am_text out = {0};
  begin(&out, wall_time);
  put_bytes(&out, EVENT_FILE_VERSION, "brain.Event:2", 13);
  return end(events, &out, error);
}

amine_status am_tfevents_open(am_tfevents **events, const char *path, uint64_t position,
                              double wall_time, amine_error *error) {
  am_tfevents *e = am_alloc(1, sizeof *e);
  if (!e) return am_fail_memory(error, sizeof *e);
  amine_status status = am_appender_open(&e->appender, path, position, error);
  if (status == AMINE_OK && position == 0) status = add_version(e, wall_time, error);
  if (status != AMINE_OK) {
    am_tfevents_close(e, NULL);
    return status;
  }
  *events = e;
  return AMINE_OK;
}

bool am_tfevents_began(double *wall_time, const char *path) {
  unsigned char head[FRAME_HEAD + 1 + sizeof *wall_time];
  const int fd = am_io.open(path, O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return false;
  const ssize_t n = am_io.read(fd, head, sizeof head);
  am_io.close(fd);
  if (n != (ssize_t)sizeof head || head[FRAME_HEAD] != (EVENT_WALL_TIME << 3 | WIRE_64))
    return false;
  memcpy(wall_time, head + FRAME_HEAD + 1, sizeof *wall_time);
  return true;
}

amine_status am_tfevents_add(am_tfevents *events, double wall_time, int64_t step,
                             const am_scalar *scalars, size_t n_scalars, amine_error *error) {
  am_text out = {0};
  begin(&out, wall_time);
  put_field(&out, EVENT_STEP, WIRE_VARINT);
  put_varint(&out, (uint64_t)step);
  put_summary(&out, scalars, n_scalars);
  return end(events, &out, error);
}

amine_status am_tfevents_rename(am_tfevents *events, const char *path, amine_error *error) {
  return am_appender_rename(events->appender, path, error);
}

amine_status am_tfevents_sync(am_tfevents *events, amine_error *error) {
  return am_appender_sync(events->appender, error);
}

uint64_t am_tfevents_position(const am_tfevents *events) {
  return am_appender_position(events->appender);
}

amine_status am_tfevents_close(am_tfevents *events, amine_error *error) {
  if (!events) return AMINE_OK;
  amine_status status = am_appender_close(events->appender, error);
  am_free(events);
  return status;
}
