/* Streams (see stream.h). One that has nothing to say is suspended: the daemon forgets it until
 * the thread here resumes it, because a put was told, because it is time for a sign of life, or
 * because its page has gone. */
#include "live/stream.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "live/answer.h"

#define EVERY_S 0.05           /* between two events */
#define QUIET_S 10.0           /* after which there is a sign of life */
enum { KERNEL_BYTES = 16384 }; /* that wait in the socket of a page that does not read */

typedef struct stream {
  am_streams *all;
  struct MHD_Connection *connection;
  int socket;
  bool suspended, gone;
  double last; /* clock of the last event, or sign of life */
  uint64_t sent;
  am_text text; /* the event that is being sent, from byte `at` on */
  size_t at;
} stream;

struct am_streams {
  am_board *board;
  pthread_mutex_t lock; /* of all that follows but what is atomic */
  pthread_t thread;
  int wake; /* an eventfd */
  bool ending;
  atomic_int n;
  atomic_bool told; /* the thread knows, or was woken to see */
  stream *open[AM_STREAMS];
};

static void wake(am_streams *all) {
  const uint64_t one = 1;
  while (write(all->wake, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void am_streams_tell(void *streams) {
  am_streams *all = streams;
  if (atomic_load(&all->n) > 0 && !atomic_exchange(&all->told, true)) wake(all);
}

/* ------------------------------------------------------------------------------ what is said */
static void say_changed(void *context, int run, const char *name, uint64_t version) {
  stream *s = context;
  if (s->text.length && s->text.data[s->text.length - 1] == ']') am_text_puts(&s->text, ",");
  if (run == AM_BOARD_ITSELF) am_text_puts(&s->text, "[\"board\",");
  else am_text_printf(&s->text, "[\"%d\",", run);
  am_text_printf(&s->text, "\"%s\",%llu]", name, (unsigned long long)version);
  if (version > s->sent) s->sent = version;
}

/* With the lock: the next event, if it is time for one. Memory refused: the stream ends. */
static void next_event(stream *s) {
  const double now = am_clock();
  const bool first = s->last == 0;
  s->at = 0;
  s->text.length = 0;
  if (!first && now < s->last + EVERY_S) return;
  if (first || am_board_version(s->all->board) > s->sent) {
    const uint64_t after = s->sent;
    am_text_puts(&s->text, first ? "retry: 1000\ndata: {\"changed\":[" : "data: {\"changed\":[");
    am_board_changed(s->all->board, after, say_changed, s);
    am_text_printf(&s->text, "],\"version\":%llu}\n\n", (unsigned long long)s->sent);
  } else if (now >= s->last + QUIET_S) {
    am_text_puts(&s->text, ":\n\n");
  }
  if (s->text.length > 0) s->last = now;
  if (s->text.failed) s->gone = true;
}

/* The daemon asks for more bytes. */
static ssize_t read_stream(void *context, uint64_t position, char *out, size_t most) {
  stream *s = context;
  am_streams *all = s->all;
  ssize_t n = 0;
  (void)position;
  pthread_mutex_lock(&all->lock);
  if (s->at == s->text.length) next_event(s);
  if (all->ending || s->gone) {
    n = MHD_CONTENT_READER_END_OF_STREAM;
  } else if (s->at < s->text.length) {
    const size_t left = s->text.length - s->at;
    n = (ssize_t)(left < most ? left : most);
    memcpy(out, s->text.data + s->at, (size_t)n);
    s->at += (size_t)n;
  } else {
    s->suspended = true;
    MHD_suspend_connection(s->connection);
    wake(all);
  }
  pthread_mutex_unlock(&all->lock);
  return n;
}

/* ------------------------------------------------------------------------------ who wakes them */
static void resume(stream *s) {
  s->suspended = false;
  MHD_resume_connection(s->connection);
}

/* With the lock: resumes those whose time has come; when is the next one's? Lists the sockets of
 * the others. */
static double look(am_streams *all, struct pollfd *sockets, stream **whose, int *n) {
  double next = INFINITY;
  bool news = false;
  atomic_store(&all->told, false); /* a put from here on wakes; one before is in the version */
  const uint64_t version = am_board_version(all->board);
  const double now = am_clock();
  for (int k = *n = 0; k < AM_STREAMS; k++) {
    stream *s = all->open[k];
    if (!s || !s->suspended) continue;
    const double due = s->last + (version > s->sent ? EVERY_S : QUIET_S);
    if (version > s->sent) news = true;
    if (due <= now) {
      resume(s);
      continue;
    }
    if (due < next) next = due;
    sockets[*n] = (struct pollfd){.fd = s->socket, .events = POLLRDHUP};
    whose[(*n)++] = s;
  }
  if (news) atomic_store(&all->told, true); /* it looks again anyway */
  return next - now;
}

/* Until ->ending. The streams that are looked at stay: only who is resumed can go, and only this
 * thread resumes. */
static void *keep(void *context) {
  am_streams *all = context;
  struct pollfd polled[AM_STREAMS + 1];
  stream *whose[AM_STREAMS];
  for (;;) {
    int n = 0;
    uint64_t count;
    pthread_mutex_lock(&all->lock);
    const bool ending = all->ending;
    const double wait = ending ? 0 : look(all, polled + 1, whose, &n);
    pthread_mutex_unlock(&all->lock);
    if (ending) return NULL;
    polled[0] = (struct pollfd){.fd = all->wake, .events = POLLIN};
    const int ms = isinf(wait) ? -1 : (int)ceil(1000 * wait);
    if (poll(polled, (nfds_t)n + 1, ms) <= 0) continue;
    if (polled[0].revents) (void)!read(all->wake, &count, sizeof count);
    pthread_mutex_lock(&all->lock);
    for (int k = 0; k < n; k++) {
      if (!polled[k + 1].revents) continue;
      whose[k]->gone = true;
      resume(whose[k]);
    }
    pthread_mutex_unlock(&all->lock);
  }
}

/* ------------------------------------------------------------------------------ opened and
 * closed */
static void close_stream(void *context) {
  stream *s = context;
  am_streams *all = s->all;
  pthread_mutex_lock(&all->lock);
  for (int k = 0; k < AM_STREAMS; k++)
    if (all->open[k] == s) all->open[k] = NULL;
  atomic_fetch_sub(&all->n, 1);
  pthread_mutex_unlock(&all->lock);
  am_board_look(all->board, -1);
  am_text_free(&s->text);
  am_free(s);
}

/* Enters it; false: there are as many as may be. */
static bool enter(am_streams *all, stream *s) {
  int free = -1;
  pthread_mutex_lock(&all->lock);
  for (int k = 0; k < AM_STREAMS; k++)
    if (!all->open[k]) free = k;
  if (all->ending) free = -1;
  if (free >= 0) all->open[free] = s;
  if (free >= 0) atomic_fetch_add(&all->n, 1);
  pthread_mutex_unlock(&all->lock);
  if (free >= 0) am_board_look(all->board, 1);
  return free >= 0;
}

enum MHD_Result am_streams_answer(am_streams *all, struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info =
      MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  stream *s = info ? am_alloc(1, sizeof *s) : NULL;
  if (!s) return MHD_NO;
  const int bytes = KERNEL_BYTES;
  s->all = all;
  s->connection = connection;
  s->socket = info->connect_fd;
  (void)setsockopt(s->socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  if (!enter(all, s)) {
    am_free(s);
    return am_answer_error(connection, 503, "as many pages are open as may be: close one");
  }
  struct MHD_Response *response =
      MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, s, close_stream);
  if (!response) close_stream(s);
  return am_answer(connection, 200, "text/event-stream", response);
}

int am_streams_count(const am_streams *all) { return atomic_load(&all->n); }

/* ------------------------------------------------------------------------------ all of them */
amine_status am_streams_create(am_streams **streams, am_board *board, amine_error *error) {
  am_streams *all = am_alloc(1, sizeof *all);
  *streams = NULL;
  if (!all) return am_fail_memory(error, sizeof *all);
  all->board = board;
  all->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  pthread_mutex_init(&all->lock, NULL);
  if (all->wake >= 0 && pthread_create(&all->thread, NULL, keep, all) == 0) {
    *streams = all;
    return AMINE_OK;
  }
  if (all->wake >= 0) close(all->wake);
  pthread_mutex_destroy(&all->lock);
  am_free(all);
  return am_fail(error, AMINE_ERROR_IO, "this machine has no thread left for a page");
}

void am_streams_end(am_streams *all) {
  pthread_mutex_lock(&all->lock);
  all->ending = true;
  pthread_mutex_unlock(&all->lock);
  wake(all);
  pthread_join(all->thread, NULL);
  pthread_mutex_lock(&all->lock);
  for (int k = 0; k < AM_STREAMS; k++)
    if (all->open[k] && all->open[k]->suspended) resume(all->open[k]);
  pthread_mutex_unlock(&all->lock);
}

void am_streams_destroy(am_streams *all) {
  if (!all) return;
  close(all->wake);
  pthread_mutex_destroy(&all->lock);
  am_free(all);
}
