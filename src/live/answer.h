/* Answers: whatever is sent says that no other site may use it, show it or run code in it, and
 * that it is not to be kept. */
#ifndef AMINE_LIVE_ANSWER_H
#define AMINE_LIVE_ANSWER_H

#include <microhttpd.h>
#include <stddef.h>

/* Queues the response and lets go of it; NULL (no memory): the connection is closed. type may be
 * NULL. */
enum MHD_Result am_answer(struct MHD_Connection *connection, unsigned status, const char *type,
                          struct MHD_Response *response);
/* A text that is copied. */
enum MHD_Result am_answer_text(struct MHD_Connection *connection, unsigned status, const char *type,
                               const char *text);
/* {"error": sentence} */
enum MHD_Result am_answer_error(struct MHD_Connection *connection, unsigned status,
                                const char *sentence);
/* A number as a header. */
void am_answer_number(struct MHD_Response *response, const char *header, unsigned long long value);

#endif
