/* The server (see server.h): which request gets what. */
#include "live/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "format/json.h"
#include "live/answer.h"
#include "live/guard.h"
#include "live/page.h"
#include "live/stream.h"

enum { IDLE_S = 10, CONNECTION_BYTES = 32768 };
#define PIECE ((size_t)1 << 20) /* of a file, at most */
#define BYTES "application/octet-stream"
#define JSON "application/json"

struct am_server {
  am_board *board;
  am_streams *streams;
  struct MHD_Daemon *daemon;
  am_guard guard;
  atomic_int connections;
  char url[80];
};

/* A command that comes in. */
typedef struct body {
  size_t n;
  char bytes[AM_BOARD_COMMAND_MAX];
} body;

static char reading; /* stands for a request without a body */

/* ------------------------------------------------------------------------------ what is read */
static enum MHD_Result none(struct MHD_Connection *connection) {
  return am_answer_error(connection, 404, "there is nothing of this name");
}

static const am_page_file *find_page(const char *path) {
  const char *name = strcmp(path, "/") == 0 ? "index.html" : path + 1;
  for (const am_page_file *f = am_page_files; f->path; f++)
    if (strcmp(f->path, name) == 0) return f;
  return NULL;
}

static enum MHD_Result answer_page(struct MHD_Connection *connection, const am_page_file *file) {
  struct MHD_Response *response =
      MHD_create_response_from_buffer(file->n, (void *)file->bytes, MHD_RESPMEM_PERSISTENT);
  return am_answer(connection, 200, file->type, response);
}

/* "RUN/NAME": what stands behind the slash, or NULL. */
static const char *take_run(const char *text, int *run) {
  char number[8] = {0};
  uint64_t value = 0;
  const char *slash = strchr(text, '/');
  if (!slash || slash == text || (size_t)(slash - text) >= sizeof number) return NULL;
  memcpy(number, text, (size_t)(slash - text));
  if (strcmp(number, "board") == 0) *run = AM_BOARD_ITSELF;
  else if (am_guard_digits(number, AM_BOARD_RUNS - 1, &value)) *run = (int)value;
  else return NULL;
  return slash + 1;
}

static void let_go(void *block) { am_board_release(block); }

static enum MHD_Result answer_block(am_server *server, struct MHD_Connection *connection,
                                    const char *path) {
  int run;
  uint64_t after = 0;
  const am_board_block *block;
  const char *name = take_run(path, &run);
  if (!name || strchr(name, '/')) return none(connection);
  if (!am_guard_number(connection, "after", UINT64_MAX, &after))
    return am_answer_error(connection, 400, "a block is asked for by after=VERSION");
  if (run >= am_board_runs(server->board)) return none(connection);
  if (!am_board_get(server->board, &block, run, name, after))
    return am_answer_text(connection, 204, NULL, "");
  const bool json = block->n > 0 && (block->bytes[0] == '{' || block->bytes[0] == '[');
  const unsigned long long version = block->version;
  struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
      block->n, (void *)block->bytes, let_go, (void *)block);
  if (!response) am_board_release(block);
  am_answer_number(response, "X-Version", version);
  return am_answer(connection, 200, json ? JSON : BYTES, response);
}

static const char *const file_names[] = {
    "metrics.jsonl", "events.jsonl",  "config.json",   "lines.json", "eval.json",  "episode.json",
    "explain.json",  "protocol.json", "recording.npz", "study.json", "runs.jsonl", "seeds.json"};

/* The file of a folder, if pages may read it and it is one; -1: no. *missing: there is none so far. */
static int open_file(const char *folder, const char *name, struct stat *found, bool *missing) {
  *missing = false;
  for (size_t k = 0; folder && k < sizeof file_names / sizeof *file_names; k++) {
    char path[4096];
    if (strcmp(name, file_names[k]) != 0) continue;
    const int n = snprintf(path, sizeof path, "%s/%s", folder, file_names[k]);
    if (n < 0 || (size_t)n >= sizeof path) return -1;
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    *missing = fd < 0 && errno == ENOENT;
    if (fd >= 0 && fstat(fd, found) == 0 && S_ISREG(found->st_mode)) return fd;
    if (fd >= 0) close(fd);
    return -1;
  }
  return -1;
}

static enum MHD_Result answer_file(am_server *server, struct MHD_Connection *connection,
                                   const char *path) {
  int run;
  uint64_t from = 0;
  struct stat found;
  const char *name = take_run(path, &run);
  if (!name) return none(connection);
  if (!am_guard_number(connection, "from", INT64_MAX, &from))
    return am_answer_error(connection, 400, "a file is asked for by from=BYTES");
  bool missing;
  const int fd = open_file(am_board_folder(server->board, run), name, &found, &missing);
  if (missing) return am_answer_text(connection, 204, NULL, ""); /* it may come yet */
  if (fd < 0) return none(connection);
  const uint64_t size = (uint64_t)found.st_size, left = from < size ? size - from : 0;
  const size_t n = left < PIECE ? (size_t)left : PIECE;
  char *bytes = am_alloc(n, 1);
  size_t got = 0;
  while (bytes && got < n) {
    const ssize_t more = pread(fd, bytes + got, n - got, (off_t)(from + got));
    if (more < 0 && errno == EINTR) continue;
    if (more <= 0) break; /* it was cut meanwhile: what there is */
    got += (size_t)more;
  }
  close(fd);
  if (!bytes) return MHD_NO;
  struct MHD_Response *response =
      MHD_create_response_from_buffer_with_free_callback(got, bytes, am_free);
  if (!response) am_free(bytes);
  am_answer_number(response, "X-Size", size);
  return am_answer(connection, 200, BYTES, response);
}

/* ------------------------------------------------------------------------------ commands */
static enum MHD_Result answer_command(am_server *server, struct MHD_Connection *connection,
                                      const body *b) {
  const am_json_limits limits = {.bytes = AM_BOARD_COMMAND_MAX, .values = 1024, .depth = 8};
  json_t *root = NULL;
  amine_error error = {0};
  uint64_t id;
  if (am_json_parse(&root, "the command", b->bytes, b->n, &limits, &error) != AMINE_OK)
    return am_answer_error(connection, 400, error.message);
  const json_t *number = json_object_get(root, "run");
  const bool whole = json_is_integer(number);
  const json_int_t run = json_integer_value(number);
  json_decref(root);
  if (!whole || run < AM_BOARD_ITSELF || run >= am_board_runs(server->board))
    return am_answer_error(connection, 400, "\"run\": the number of a run, or -1");
  const amine_status status = am_board_send(server->board, &id, (int)run, b->bytes, b->n, &error);
  if (status != AMINE_OK)
    return am_answer_error(connection, status == AMINE_ERROR_MEMORY ? 503 : 400, error.message);
  char text[40];
  snprintf(text, sizeof text, "{\"id\":%llu}", (unsigned long long)id);
  return am_answer_text(connection, 202, JSON, text);
}

/* ------------------------------------------------------------------------------ requests */
/* After the guard said 303. */
static enum MHD_Result answer_token(am_server *server, struct MHD_Connection *connection) {
  char cookie[120];
  struct MHD_Response *response = MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
  if (!response) return MHD_NO;
  snprintf(cookie, sizeof cookie, "%s=%s; HttpOnly; SameSite=Strict; Path=/", server->guard.cookie,
           server->guard.token);
  if (MHD_add_response_header(response, "Set-Cookie", cookie) == MHD_YES &&
      MHD_add_response_header(response, "Location", "/") == MHD_YES)
    return am_answer(connection, 303, NULL, response);
  MHD_destroy_response(response);
  return MHD_NO;
}

/* Of a path that only takes another method. */
static enum MHD_Result answer_method(struct MHD_Connection *connection, const char *allowed) {
  char text[64];
  const int n = snprintf(text, sizeof text, "{\"error\":\"this takes %s\"}", allowed);
  struct MHD_Response *response =
      MHD_create_response_from_buffer((size_t)n, text, MHD_RESPMEM_MUST_COPY);
  if (response) (void)MHD_add_response_header(response, "Allow", allowed);
  return am_answer(connection, 405, JSON, response);
}

static enum MHD_Result answer_get(am_server *server, struct MHD_Connection *connection,
                                  const char *path) {
  const am_page_file *file = find_page(path);
  if (file) return answer_page(connection, file);
  if (strncmp(path, "/block/", 7) == 0) return answer_block(server, connection, path + 7);
  if (strncmp(path, "/file/", 6) == 0) return answer_file(server, connection, path + 6);
  if (strcmp(path, "/stream") == 0) return am_streams_answer(server->streams, connection);
  if (strcmp(path, "/do") == 0) return answer_method(connection, "POST");
  return none(connection);
}

/* The head of a request is there: it is refused, or goes on. */
static enum MHD_Result begin(am_server *server, struct MHD_Connection *connection, const char *path,
                             const char *method, const char *version, void **own) {
  const am_verdict verdict =
      am_guard_look(&server->guard, connection, method, path, version, AM_BOARD_COMMAND_MAX);
  const bool post = strcmp(method, "POST") == 0;
  if (verdict.status == 303) return answer_token(server, connection);
  if (verdict.status && post) return am_answer_error(connection, verdict.status, verdict.sentence);
  if (verdict.status)
    return am_answer_text(connection, verdict.status, "text/plain; charset=utf-8",
                          verdict.sentence);
  if (post && strcmp(path, "/do") != 0)
    return find_page(path) ? answer_method(connection, "GET") : none(connection);
  *own = post ? am_alloc(1, sizeof(body)) : &reading;
  return *own ? MHD_YES : MHD_NO;
}

static enum MHD_Result handle(void *context, struct MHD_Connection *connection, const char *path,
                              const char *method, const char *version, const char *upload,
                              size_t *n_upload, void **own) {
  am_server *server = context;
  if (!*own) return begin(server, connection, path, method, version, own);
  if (*own == &reading) {
    if (*n_upload) return MHD_NO; /* the guard lets none through */
    return answer_get(server, connection, path);
  }
  body *b = *own;
  if (!*n_upload) return answer_command(server, connection, b);
  if (*n_upload > sizeof b->bytes - b->n) return MHD_NO;
  memcpy(b->bytes + b->n, upload, *n_upload);
  b->n += *n_upload;
  *n_upload = 0;
  return MHD_YES;
}

static void end(void *context, struct MHD_Connection *connection, void **own,
                enum MHD_RequestTerminationCode how) {
  (void)context, (void)connection, (void)how;
  if (*own && *own != &reading) am_free(*own);
  *own = NULL;
}

/* ------------------------------------------------------------------------------ connections */
/* Names of ours need no escapes; a path that has some has no name of ours. */
static size_t keep_escapes(void *context, struct MHD_Connection *connection, char *text) {
  (void)context, (void)connection;
  return strlen(text);
}

static enum MHD_Result let_in(void *context, const struct sockaddr *address, socklen_t length) {
  am_server *server = context;
  (void)address, (void)length;
  return atomic_load(&server->connections) < AM_SERVER_CONNECTIONS ? MHD_YES : MHD_NO;
}

static void count(void *context, struct MHD_Connection *connection, void **own,
                  enum MHD_ConnectionNotificationCode what) {
  am_server *server = context;
  (void)connection, (void)own;
  if (what == MHD_CONNECTION_NOTIFY_STARTED) atomic_fetch_add(&server->connections, 1);
  else atomic_fetch_sub(&server->connections, 1);
}

/* A socket of the loopback address alone; *port becomes the one it has. -1: see errno. */
static int listen_here(int *port) {
  const int yes = 1;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
  socklen_t length = sizeof address;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
      bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 &&
      listen(fd, AM_SERVER_CONNECTIONS) == 0 &&
      getsockname(fd, (struct sockaddr *)&address, &length) == 0) {
    *port = ntohs(address.sin_port);
    return fd;
  }
  const int why = errno;
  close(fd);
  errno = why;
  return -1;
}

static struct MHD_Daemon *start_daemon(am_server *server, int fd, int port) {
  /* poll, not epoll: who closes right behind a request is seen to be gone then;
   * one place more than there is room for, where the next is refused instead of waiting */
  const unsigned connections = AM_SERVER_CONNECTIONS + 1;
  return MHD_start_daemon(
      MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, (uint16_t)port, let_in,
      server, handle, server, MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT,
      connections, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1,
      MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL, MHD_OPTION_NOTIFY_COMPLETED, end, NULL,
      MHD_OPTION_NOTIFY_CONNECTION, count, server, MHD_OPTION_END);
}

static amine_status start(am_server *s, int port, amine_error *error) {
  const int asked = port;
  const int fd = listen_here(&port);
  if (fd < 0 && errno == EADDRINUSE)
    return am_fail(error, AMINE_ERROR_IO, "port %d is taken", asked);
  if (fd < 0) return am_fail(error, AMINE_ERROR_IO, "no port for a page: %s", strerror(errno));
  amine_status status = am_guard_create(&s->guard, port, error);
  if (status == AMINE_OK) status = am_streams_create(&s->streams, s->board, error);
  if (status == AMINE_OK && !(s->daemon = start_daemon(s, fd, port))) {
    am_streams_end(s->streams);
    status = am_fail(error, AMINE_ERROR_IO, "no server for a page could be started");
  }
  if (status != AMINE_OK) close(fd);
  snprintf(s->url, sizeof s->url, "http://%s/?token=%s", s->guard.hosts[0], s->guard.token);
  return status;
}

amine_status am_server_start(am_server **server, am_board *board, int port, amine_error *error) {
  sigset_t all, before;
  *server = NULL;
  if (port != 0 && (port < 1024 || port > 65535))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "port %d: 1024 to 65535, or 0, a free one", port);
  am_server *s = am_alloc(1, sizeof *s);
  if (!s) return am_fail_memory(error, sizeof *s);
  s->board = board;
  sigfillset(&all); /* signals are for the program's own threads */
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const amine_status status = start(s, port, error);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (status == AMINE_OK) {
    am_board_listen(board, am_streams_tell, s->streams);
    *server = s;
  } else {
    am_streams_destroy(s->streams);
    am_free(s);
  }
  return status;
}

const char *am_server_url(const am_server *server) { return server->url; }
int am_server_pages(const am_server *server) { return am_streams_count(server->streams); }

void am_server_stop(am_server *s) {
  if (!s) return;
  am_board_listen(s->board, NULL, NULL);
  am_streams_end(s->streams);
  MHD_stop_daemon(s->daemon);
  am_streams_destroy(s->streams);
  am_free(s);
}
