/* See folders.h. */
#include "report/folders.h"

#include <math.h>
#include <sys/stat.h>
#include <unistd.h>

#include "folder.h"
#include "format/npz.h"
#include "report/report.h"

static char root[64];

int make_root(void **state) {
  (void)state;
  return folder_make(root, sizeof root);
}

int remove_root(void **state) {
  (void)state;
  folder_remove(root);
  return 0;
}

char *path_of(const char *name) {
  char *path = malloc(strlen(root) + strlen(name) + 2);
  assert_non_null(path);
  sprintf(path, "%s/%s", root, name);
  return path;
}

static char *path_in(const char *folder, const char *file) {
  char below[512];
  snprintf(below, sizeof below, "%s/%s", folder, file);
  return path_of(below);
}

void put_bytes(const char *folder, const char *file, const void *data, size_t size) {
  char *where = path_of(folder), *path = path_in(folder, file);
  for (char *p = where + strlen(root) + 1; (p = strchr(p, '/')) != NULL; *p++ = '/') {
    *p = 0;
    mkdir(where, 0777);
  }
  mkdir(where, 0777);
  FILE *f = fopen(path, "wb");
  assert_non_null(f);
  assert_int_equal(fwrite(data, 1, size, f), size);
  assert_int_equal(fclose(f), 0);
  free(where);
  free(path);
}

void put_text(const char *folder, const char *file, const char *text) {
  put_bytes(folder, file, text, strlen(text));
}

void remove_file(const char *folder, const char *file) {
  char *path = path_in(folder, file);
  assert_int_equal(unlink(path), 0);
  free(path);
}

char *take_file(const char *path, size_t *size) {
  FILE *f = fopen(path, "rb");
  if (!f) return NULL;
  assert_int_equal(fseek(f, 0, SEEK_END), 0);
  const size_t n = (size_t)ftell(f);
  char *data = malloc(n + 1);
  assert_non_null(data);
  rewind(f);
  assert_int_equal(fread(data, 1, n, f), n);
  fclose(f);
  data[n] = 0;
  if (size) *size = n;
  return data;
}

void put_run(const char *folder, int seed, const char *more, double reward) {
  char text[8192];
  snprintf(text, sizeof text,
           "{\"seed\": %d, \"iterations\": 400, \"threads\": %d, %s\n"
           "\"task\": {\"type\": \"maze\", \"size\": 11}, \"learner\": {\"rate\": 0.002}}\n",
           seed, seed, more);
  put_text(folder, "config.json", text);
  size_t n = 0;
  for (int k = 1; k <= 40; k++)
    n += (size_t)snprintf(text + n, sizeof text - n,
                          "{\"iteration\":%d,\"seconds\":%d.5,\"reward\":%g,\"value\":1.5,"
                          "\"entropy\":0.7,\"loss\":0.1,\"gradient_norm\":%g,\"rate\":0.002}\n",
                          10 * k, k, reward * k / 40, 1 + 0.01 * (k * k % 7));
  put_text(folder, "metrics.jsonl", text);
  put_text(folder, "lines.json",
           "[{\"policy\":\"random\",\"reward\":7.8},{\"policy\":\"oracle\",\"reward\":326},"
           "{\"policy\":\"planner\",\"reward\":223},{\"policy\":\"told\",\"reward\":null}]");
  snprintf(text, sizeof text,
           "{\"episodes\":1000,\"reward\":%g,\"se\":1.1,\"greedy_reward\":201,\"greedy_se\":2}",
           reward);
  put_text(folder, "eval.json", text);
}

sample make_sample(void) {
  static const int32_t way[26] = {2, 2, 2, 1, 1, 1, 1, 1, 3, 3, 2, 3, 1,
                                  3, 1, 2, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1};
  sample s = {.goal = {1, 1}, .trace_steps = {3, 6}};
  for (int k = 0; k < 25; k++) {
    int row = k / 5, col = k % 5;
    s.walls[k] = row == 0 || col == 0 || row == 4 || col == 4;
  }
  memcpy(s.agent, way, sizeof way);
  s.agent[6] = 2, s.agent[7] = 1; /* step 3 enters the goal from below */
  for (int t = 0; t < 12; t++) {
    s.actions[t] = t % 4;
    s.numbers[AM_RECORDED_REWARDS][t] = t == 3 || t == 7 ? 10 : 0;
    s.numbers[AM_RECORDED_LEVEL][t] = t > 3 ? 0.5f : -0.25f;
    s.numbers[AM_RECORDED_ETA_MEAN][t] = 0.1f * (float)t;
    s.numbers[AM_RECORDED_ETA_SD][t] = 0.05f;
    s.numbers[AM_RECORDED_VALUE][t] = 2;
    s.numbers[AM_RECORDED_TRACE_NORM][t] = 0.3f;
  }
  for (int k = 0; k < 48; k++) s.numbers[AM_RECORDED_POLICY][k] = 0.25f;
  for (int k = 0; k < 36; k++) s.numbers[AM_RECORDED_ACTIVITY][k] = (float)(k % 5 - 2) / 2;
  for (int k = 0; k < 9; k++) {
    s.numbers[AM_RECORDED_W][k] = (float)(k - 4);
    s.numbers[AM_RECORDED_ALPHA][k] = 0.5f;
    s.numbers[AM_RECORDED_TRACE_BEFORE][k] = 0;
    s.numbers[AM_RECORDED_TRACE_AFTER][k] = 0.25f;
  }
  return s;
}

typedef struct entry {
  const char *name;
  am_dtype dtype;
  int rank;
  size_t dims[2];
  const void *data;
} entry;

static void add(am_npz_builder *b, const entry *e, const char *without, const char *odd) {
  amine_error error = {0};
  size_t dims[2] = {e->dims[0], e->dims[1]};
  if (without && strcmp(without, e->name) == 0) return;
  if (odd && strcmp(odd, e->name) == 0) dims[0]--;
  assert_int_equal(am_npz_builder_add(b, e->name, e->dtype, e->rank, dims, e->data, &error), 0);
}

void put_recording(const char *folder, const sample *s, const char *without, const char *odd) {
  enum { T = SAMPLE_STEPS, N = SAMPLE_UNITS, n = SAMPLE_CELLS };
  const entry fixed[] = {{"walls", AM_U8, 2, {n, n}, s->walls},
                         {"goal", AM_I32, 1, {2}, s->goal},
                         {"actions", AM_I32, 1, {T}, s->actions},
                         {"agent", AM_I32, 2, {T + 1, 2}, s->agent},
                         {"trace_steps", AM_I32, 1, {2}, s->trace_steps}};
  const entry numbers[AM_N_RECORDED] = {
      [AM_RECORDED_REWARDS] = {"rewards", AM_F32, 1, {T}, NULL},
      [AM_RECORDED_LEVEL] = {"level", AM_F32, 1, {T}, NULL},
      [AM_RECORDED_ETA_MEAN] = {"eta_mean", AM_F32, 1, {T}, NULL},
      [AM_RECORDED_ETA_SD] = {"eta_sd", AM_F32, 1, {T}, NULL},
      [AM_RECORDED_VALUE] = {"value", AM_F32, 1, {T}, NULL},
      [AM_RECORDED_TRACE_NORM] = {"trace_norm", AM_F32, 1, {T}, NULL},
      [AM_RECORDED_POLICY] = {"policy", AM_F32, 2, {T, 4}, NULL},
      [AM_RECORDED_ACTIVITY] = {"activity", AM_F32, 2, {T, N}, NULL},
      [AM_RECORDED_W] = {"w", AM_F32, 2, {N, N}, NULL},
      [AM_RECORDED_ALPHA] = {"alpha", AM_F32, 2, {N, N}, NULL},
      [AM_RECORDED_TRACE_BEFORE] = {"trace_before", AM_F32, 2, {N, N}, NULL},
      [AM_RECORDED_TRACE_AFTER] = {"trace_after", AM_F32, 2, {N, N}, NULL}};
  amine_error error = {0};
  am_npz_builder *b = NULL;
  put_text(folder, "recording.npz", "");
  char *path = path_in(folder, "recording.npz");
  assert_int_equal(am_npz_builder_new(&b, &error), AMINE_OK);
  for (size_t k = 0; k < sizeof fixed / sizeof fixed[0]; k++) add(b, &fixed[k], without, odd);
  for (int k = 0; k < AM_N_RECORDED; k++) {
    entry e = numbers[k];
    e.data = s->numbers[k];
    add(b, &e, without, odd);
  }
  assert_int_equal(am_npz_builder_save(b, path, true, &error), AMINE_OK);
  am_npz_builder_free(b);
  free(path);
}

char *report(int n, ...) {
  amine_error error = {0};
  char *folders[64], *page = path_of("page.html"), *text = NULL;
  va_list names;
  assert_true(n <= 64);
  va_start(names, n);
  for (int k = 0; k < n; k++) folders[k] = path_of(va_arg(names, const char *));
  va_end(names);
  if (am_report_write((const char *const *)folders, n, page, &error) != AMINE_OK)
    fail_msg("%s", error.message);
  text = take_file(page, NULL);
  for (int k = 0; k < n; k++) free(folders[k]);
  free(page);
  return text;
}

amine_status report_fails(const char *folder, amine_error *error) {
  char *path = path_of(folder), *page = path_of("failed.html");
  *error = (amine_error){0};
  const char *folders[1] = {path};
  amine_status status = am_report_write(folders, 1, page, error);
  assert_int_not_equal(status, AMINE_OK);
  assert_int_equal(access(page, F_OK), -1);
  assert_int_equal(error->status, status);
  free(path);
  free(page);
  return status;
}

size_t count_of(const char *text, const char *part) {
  size_t n = 0;
  for (const char *p = text; (p = strstr(p, part)) != NULL; p += strlen(part)) n++;
  return n;
}

void expect_part(const char *text, const char *part) {
  if (!strstr(text, part)) fail_msg("the page has no \"%s\"", part);
}

void expect_no_part(const char *text, const char *part) {
  if (strstr(text, part)) fail_msg("the page has \"%s\"", part);
}

void expect_closed(const char *page) {
  static const char *const attributes[] = {"src=\"", "href=\"", "srcset=\"", "action=\""};
  for (size_t k = 0; k < 4; k++)
    for (const char *p = page; (p = strstr(p, attributes[k])) != NULL;) {
      p += strlen(attributes[k]);
      if (strncmp(p, "data:", 5) != 0 && p[0] != '#') fail_msg("the page asks for %.60s", p);
    }
  expect_no_part(page, "http:");
  expect_no_part(page, "https:");
  expect_no_part(page, "url(");
  expect_no_part(page, "@import");
  expect_no_part(page, "fetch(");
  expect_no_part(page, "src='");
  expect_part(page, "default-src 'none'");
}

void expect_whole(const char *page) {
  static const char *const elements[] = {"section", "figure", "div",       "svg", "script",
                                         "p",       "table",  "header",    "h3",  "details",
                                         "ul",      "g",      "figcaption"};
  for (size_t k = 0; k < sizeof elements / sizeof elements[0]; k++) {
    char plain[32], with[32], end[32];
    snprintf(plain, sizeof plain, "<%s>", elements[k]);
    snprintf(with, sizeof with, "<%s ", elements[k]);
    snprintf(end, sizeof end, "</%s>", elements[k]);
    if (count_of(page, plain) + count_of(page, with) != count_of(page, end))
      fail_msg("<%s> is opened and not closed", elements[k]);
  }
  assert_string_equal(page + strlen(page) - 8, "</html>\n");
}
