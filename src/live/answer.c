/* Answers (see answer.h). */
#include "live/answer.h"

#include <stdio.h>
#include <string.h>

#include "format/json.h"

static const char *const headers[][2] = {
    {"Content-Security-Policy",
     "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
     "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cache-Control", "no-store"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
};

enum MHD_Result am_answer(struct MHD_Connection *connection, unsigned status, const char *type,
                          struct MHD_Response *response) {
  if (!response) return MHD_NO;
  enum MHD_Result fine = MHD_YES;
  for (size_t k = 0; k < sizeof headers / sizeof *headers; k++)
    if (MHD_add_response_header(response, headers[k][0], headers[k][1]) != MHD_YES) fine = MHD_NO;
  if (type && MHD_add_response_header(response, "Content-Type", type) != MHD_YES) fine = MHD_NO;
  if (fine == MHD_YES) fine = MHD_queue_response(connection, status, response);
  MHD_destroy_response(response);
  return fine;
}

enum MHD_Result am_answer_text(struct MHD_Connection *connection, unsigned status, const char *type,
                               const char *text) {
  return am_answer(
      connection, status, type,
      MHD_create_response_from_buffer(strlen(text), (void *)text, MHD_RESPMEM_MUST_COPY));
}

enum MHD_Result am_answer_error(struct MHD_Connection *connection, unsigned status,
                                const char *sentence) {
  am_text text = {0};
  am_json_begin(&text);
  am_json_put_string(&text, "error", sentence);
  am_json_end(&text);
  const enum MHD_Result done =
      text.failed ? MHD_NO : am_answer_text(connection, status, "application/json", text.data);
  am_text_free(&text);
  return done;
}

void am_answer_number(struct MHD_Response *response, const char *header, unsigned long long value) {
  char text[24];
  snprintf(text, sizeof text, "%llu", value);
  if (response) (void)MHD_add_response_header(response, header, text);
}
