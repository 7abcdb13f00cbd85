/* Refusals (see guard.h). */
#include "live/guard.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

/* ------------------------------------------------------------------------------ the token */
amine_status am_guard_create(am_guard *g, int port, amine_error *error) {
  unsigned char random[AM_GUARD_TOKEN / 2];
  if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
    return am_fail(error, AMINE_ERROR_IO, "this machine gives no random bytes");
  for (size_t k = 0; k < sizeof random; k++)
    snprintf(g->token + 2 * k, 3, "%02x", (unsigned)random[k]);
  snprintf(g->hosts[0], sizeof g->hosts[0], "127.0.0.1:%d", port);
  snprintf(g->hosts[1], sizeof g->hosts[1], "localhost:%d", port);
  snprintf(g->cookie, sizeof g->cookie, "amine-%d", port);
  return AMINE_OK;
}

/* Every digit is looked at, right or wrong. */
static bool is_token(const am_guard *g, const char *text, size_t length) {
  volatile unsigned char differs = 0;
  if (length != AM_GUARD_TOKEN) return false;
  for (size_t k = 0; k < AM_GUARD_TOKEN; k++)
    differs = (unsigned char)(differs | (text[k] ^ g->token[k]));
  return differs == 0;
}

/* "a=1; amine-PORT=TOKEN; b=2" */
static bool has_cookie(const am_guard *g, const char *cookies) {
  const size_t n_name = strlen(g->cookie);
  for (const char *at = cookies; at; at = strchr(at, ';') ? strchr(at, ';') + 1 : NULL) {
    at += strspn(at, " \t");
    if (strncmp(at, g->cookie, n_name) != 0 || at[n_name] != '=') continue;
    if (is_token(g, at + n_name + 1, strcspn(at + n_name + 1, "; \t"))) return true;
  }
  return false;
}

/* ------------------------------------------------------------------------------ numbers */
bool am_guard_digits(const char *text, uint64_t most, uint64_t *out) {
  uint64_t value = 0;
  if (!*text) return false;
  for (; *text; text++) {
    if (*text < '0' || *text > '9') return false;
    const uint64_t digit = (uint64_t)(*text - '0');
    if (value > (UINT64_MAX - digit) / 10) return false;
    value = 10 * value + digit;
  }
  if (value > most) return false;
  *out = value;
  return true;
}

typedef struct argument {
  const char *name, *value;
  bool others;
} argument;

static enum MHD_Result see_argument(void *context, enum MHD_ValueKind kind, const char *key,
                                    const char *value) {
  argument *a = context;
  (void)kind;
  if (a->value || !value || strcmp(key, a->name) != 0) a->others = true;
  else a->value = value;
  return MHD_YES;
}

static argument argument_of(struct MHD_Connection *connection, const char *name) {
  argument a = {name, NULL, false};
  MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, see_argument, &a);
  return a;
}

bool am_guard_number(struct MHD_Connection *connection, const char *name, uint64_t most,
                     uint64_t *out) {
  const argument a = argument_of(connection, name);
  return !a.others && (!a.value || am_guard_digits(a.value, most, out));
}

/* ------------------------------------------------------------------------------ the head */
enum { HOST, ORIGIN, COOKIE, SITE, TYPE, LENGTH, ENCODING, N_HEADERS };
static const char *const header_names[N_HEADERS] = {
    "Host",         "Origin",         "Cookie",           "Sec-Fetch-Site",
    "Content-Type", "Content-Length", "Transfer-Encoding"};

typedef struct head {
  const char *values[N_HEADERS]; /* NULL: it has none */
  bool broken;                   /* one is there twice */
} head;

static enum MHD_Result see_header(void *context, enum MHD_ValueKind kind, const char *key,
                                  const char *value) {
  head *h = context;
  (void)kind;
  for (int k = 0; k < N_HEADERS; k++) {
    if (strcasecmp(key, header_names[k]) != 0) continue;
    if (h->values[k] || !value) h->broken = true;
    else h->values[k] = value;
  }
  return MHD_YES;
}

static am_verdict refuse(unsigned status, const char *sentence) {
  return (am_verdict){status, sentence};
}

/* Does it come from a page of ours, or from nobody's? */
static am_verdict look_at_origin(const am_guard *g, const head *h, bool page) {
  const char *host = h->values[HOST], *origin = h->values[ORIGIN], *site = h->values[SITE];
  if (!host || (strcmp(host, g->hosts[0]) != 0 && strcmp(host, g->hosts[1]) != 0))
    return refuse(403, "this page has another address: open the one that was printed");
  if (origin && (strncmp(origin, "http://", 7) != 0 || strcmp(origin + 7, host) != 0))
    return refuse(403, "a page of another origin asks");
  /* who follows a link to the page comes from elsewhere, and sees nothing without the cookie */
  if (site && !page && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
    return refuse(403, "a page of another site asks");
  return refuse(0, NULL);
}

static bool is_json(const char *type) {
  const size_t n = strlen("application/json");
  return type && strncasecmp(type, "application/json", n) == 0 &&
         (type[n] == 0 || type[n] == ';' || type[n] == ' ');
}

static am_verdict look_at_body(const head *h, bool post, size_t body_max) {
  uint64_t n = 0;
  const char *length = h->values[LENGTH];
  if (!post && (h->values[ENCODING] || (length && strcmp(length, "0") != 0)))
    return refuse(400, "what only reads has no body");
  if (!post) return refuse(0, NULL);
  if (h->values[ENCODING] || !length) return refuse(411, "a command says its length first");
  if (!am_guard_digits(length, UINT64_MAX, &n)) return refuse(400, "the length is no number");
  if (n > body_max) return refuse(413, "a command has 4096 bytes at most");
  if (!is_json(h->values[TYPE])) return refuse(415, "a command is application/json");
  return refuse(0, NULL);
}

am_verdict am_guard_look(const am_guard *g, struct MHD_Connection *connection, const char *method,
                         const char *path, const char *version, size_t body_max) {
  const bool get = strcmp(method, "GET") == 0, post = strcmp(method, "POST") == 0;
  const bool page = get && strcmp(path, "/") == 0;
  head h = {0};
  MHD_get_connection_values(connection, MHD_HEADER_KIND, see_header, &h);
  if (strcmp(version, "HTTP/1.1") != 0 && strcmp(version, "HTTP/1.0") != 0)
    return refuse(400, "HTTP/1.1 is spoken here");
  if (h.broken) return refuse(400, "a header is there twice");
  const am_verdict origin = look_at_origin(g, &h, page);
  if (origin.status) return origin;
  if (page) {
    const argument a = argument_of(connection, "token");
    if (a.others) return refuse(400, "the page is asked for its token alone");
    if (a.value && is_token(g, a.value, strlen(a.value))) {
      const am_verdict body = look_at_body(&h, false, body_max);
      return body.status ? body : refuse(303, "/");
    }
    if (a.value) return refuse(403, "this is not the token: open the address that was printed");
  }
  if (!h.values[COOKIE] || !has_cookie(g, h.values[COOKIE]))
    return refuse(403, "who are you? open the address that was printed");
  if (!get && !post) return refuse(405, "GET and POST are all there is");
  return look_at_body(&h, post, body_max);
}
