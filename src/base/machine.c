/* Asks the kernel (see machine.h): /proc/meminfo, and the memory controllers of both versions. */
#include "base/machine.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TEXT_MAX 8192

/* The beginning of a file, ended by 0; false if there is none. */
static bool read_text(char text[TEXT_MAX], const char *path) {
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const ssize_t n = read(fd, text, TEXT_MAX - 1);
  close(fd);
  text[n > 0 ? n : 0] = 0;
  return n > 0;
}

/* The number after a word that begins a line; 0 if it is not there. */
static size_t number_after(const char *text, const char *word) {
  const size_t n = strlen(word);
  for (const char *line = text; line; line = strchr(line, '\n')) {
    line += *line == '\n';
    if (strncmp(line, word, n) == 0) return (size_t)strtoull(line + n, NULL, 10);
  }
  return 0;
}

/* The number that a file consists of; SIZE_MAX if there is none ("max"). */
static size_t number_of(const char *folder, const char *file) {
  char path[600], text[TEXT_MAX];
  snprintf(path, sizeof path, "%s/%s", folder, file);
  if (!read_text(text, path) || text[0] < '0' || text[0] > '9') return SIZE_MAX;
  return (size_t)strtoull(text, NULL, 10);
}

/* What a control group leaves: its limit, less what it holds and cannot give back. */
static size_t left_by(const char *folder, const char *limit_file, const char *used_file,
                      const char *cache_word) {
  char path[600], text[TEXT_MAX];
  const size_t limit = number_of(folder, limit_file), used = number_of(folder, used_file);
  if (limit == SIZE_MAX || used == SIZE_MAX) return SIZE_MAX;
  snprintf(path, sizeof path, "%s/memory.stat", folder);
  const size_t cache = read_text(text, path) ? number_after(text, cache_word) : 0;
  const size_t held = used > cache ? used - cache : 0;
  return limit > held ? limit - held : 0;
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

/* The least that a group and those above it leave, in a tree of groups. */
static size_t left_in(const char *root, const char *group, size_t n, bool second) {
  char folder[512];
  size_t left = SIZE_MAX;
  for (;;) {
    snprintf(folder, sizeof folder, "%s%.*s", root, (int)n, group);
    left = least(left, second ? left_by(folder, "memory.max", "memory.current", "inactive_file ")
                              : left_by(folder, "memory.limit_in_bytes", "memory.usage_in_bytes",
                                        "total_inactive_file "));
    if (n == 0) return left;
    while (n > 0 && group[--n] != '/') {}
  }
}

static size_t left_by_groups(void) {
  char text[TEXT_MAX];
  size_t left = SIZE_MAX;
  if (!read_text(text, "/proc/self/cgroup")) return left;
  for (const char *line = text; line && *line;) {
    const char *end = strchr(line, '\n'), *first = strchr(line, ':');
    const char *second = first ? strchr(first + 1, ':') : NULL;
    if (!end) end = line + strlen(line);
    if (second && second < end) {
      const char *group = second + 1;
      const size_t n = (size_t)(end - group);
      if (second == first + 1) left = least(left, left_in("/sys/fs/cgroup", group, n, true));
      else if (strncmp(first, ":memory:", 8) == 0)
        left = least(left, left_in("/sys/fs/cgroup/memory", group, n, false));
    }
    line = *end ? end + 1 : end;
  }
  return left;
}

static size_t ask(void) {
  char text[TEXT_MAX];
  size_t left = left_by_groups();
  if (!read_text(text, "/proc/meminfo") || !strstr(text, "MemAvailable:")) return left;
  const size_t kilobytes = number_after(text, "MemAvailable:") + number_after(text, "SwapFree:");
  return kilobytes < SIZE_MAX / 1024 ? least(left, kilobytes * 1024) : left;
}

size_t (*am_memory_ask)(void) = ask;

size_t am_memory_free(void) { return am_memory_ask(); }

char *am_bytes_text(char out[32], double bytes) {
  static const char *const units[] = {"bytes", "kB", "MB", "GB", "TB", "PB"};
  int k = 0;
  for (; bytes >= 999.5 && k < 5; k++) bytes /= 1000;
  snprintf(out, 32, k > 0 && bytes < 9.95 ? "%.1f %s" : "%.0f %s", bytes, units[k]);
  return out;
}
