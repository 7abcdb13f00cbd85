/* Child processes (see child.h). */
#include "cli/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif

#include "base/error.h"

static amine_status refused(amine_error *error) {
  return am_fail(error, AMINE_ERROR_IO, "no process could be started: %s", strerror(errno));
}

static void close_both(const int ends[2]) {
  for (int k = 0; k < 2; k++)
    if (ends[k] > STDERR_FILENO) close(ends[k]); /* below: the caller came without them */
}

/* What the child does. */
static _Noreturn void live(const int in[2], const int out[2], bool silent, pid_t parent,
                           void (*body)(void *context), void *context) {
#if defined(__linux__)
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* it does not outlive the command */
  if (getppid() != parent) _exit(127);
#else
  (void)parent;
#endif
  signal(SIGPIPE, SIG_DFL);
  dup2(in[0], STDIN_FILENO);
  dup2(out[1], STDOUT_FILENO);
  close_both(in);
  close_both(out);
  const int nowhere = silent ? open("/dev/null", O_WRONLY) : -1;
  if (nowhere >= 0) dup2(nowhere, STDERR_FILENO);
  body(context);
  _exit(0);
}

/* A child that does not want it all is no error. */
static void give(int fd, const char *input) {
  struct sigaction ignore = {.sa_handler = SIG_IGN}, before;
  size_t left = input ? strlen(input) : 0;
  sigemptyset(&ignore.sa_mask);
  sigaction(SIGPIPE, &ignore, &before);
  while (left > 0) {
    const ssize_t n = write(fd, input, left);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) break;
    input += n;
    left -= (size_t)n;
  }
  sigaction(SIGPIPE, &before, NULL);
}

static void take(int fd, am_text *output) {
  char part[4096];
  for (;;) {
    const ssize_t n = read(fd, part, sizeof part);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    am_text_add(output, part, (size_t)n);
  }
}

static void reap(cli_child *child, pid_t pid) {
  struct rusage used = {0};
  int status = 0;
  while (wait4(pid, &status, 0, &used) < 0 && errno == EINTR) {
  }
  child->code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  child->peak_mib = (double)used.ru_maxrss / 1024;
}

amine_status cli_child_run(cli_child *child, const char *input, bool silent,
                           void (*body)(void *context), void *context, amine_error *error) {
  int in[2], out[2];
  const pid_t parent = getpid();
  *child = (cli_child){0};
  if (pipe(in) != 0) return refused(error);
  if (pipe(out) != 0) {
    close_both(in);
    return refused(error);
  }
  const pid_t pid = fork();
  if (pid == 0) live(in, out, silent, parent, body, context);
  if (pid < 0) {
    const amine_status status = refused(error);
    close_both(in);
    close_both(out);
    return status;
  }
  close(in[0]);
  close(out[1]);
  give(in[1], input);
  close(in[1]);
  take(out[0], &child->output);
  close(out[0]);
  reap(child, pid);
  if (!child->output.failed) return AMINE_OK;
  am_fail_memory(error, 2 * child->output.length);
  am_text_free(&child->output);
  return AMINE_ERROR_MEMORY;
}
