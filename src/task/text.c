/* The text as a world (see text.h): read, counted, numbered by frequency and cut, once. */
#include "task/text.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "format/corpus.h"
#include "format/file.h"

typedef enum part { TRAINING, VALIDATION, TEST, N_PARTS } part;

/* What training's task and the one that is held out have both. */
typedef struct alphabet {
  int n;
  char *names;       /* one after the other, each ended by 0 */
  const char **name; /* [n] */
  double *log_p;     /* [n], by training; -INFINITY where it never comes */
} alphabet;

typedef struct text {
  am_task task;
  alphabet *alphabet; /* of training's task */
  bool borrows;       /* it is the one held out, and has the alphabet from there */
  uint16_t *token;    /* [n_tokens] */
  size_t n_tokens;
  size_t n_blocks, block, windows; /* how many, tokens and windows of each */
} text;

am_text_task_options am_text_task_default(void) {
  return (am_text_task_options){
      .vocabulary = 10000, .steps = 20, .blocks = 10, .valid = 0.05, .test = 0.05, .n_lanes = 20};
}

/* ------------------------------------------------------------------ the world */
static void start(const am_task *task, void *state, uint64_t seed, uint32_t episode,
                  uint32_t lane) {
  const text *x = (const text *)task;
  am_text_task_state *s = state;
  am_world_begin(task, s, seed, episode, lane);
  s->block = (uint32_t)(lane % x->n_blocks);
  s->window = (uint32_t)((episode + lane / x->n_blocks) % x->windows);
}

static int token_at(const am_task *task, const void *state, int ahead) {
  const text *x = (const text *)task;
  const am_text_task_state *s = state;
  const size_t begin = s->block * x->block + s->window * (size_t)task->n_steps;
  return x->token[begin + (size_t)s->world.step + (size_t)ahead];
}

static int symbol(const am_task *task, const void *state) { return token_at(task, state, 0); }

static int answer(const am_task *task, const void *state) {
  const am_text_task_state *s = state;
  return s->world.step < task->n_steps ? token_at(task, state, 1) : -1;
}

static void observe(const am_task *task, const void *state, float *input) {
  input[0] = (float)symbol(task, state);
}

static bool anew(const am_task *task, const void *state) {
  (void)task;
  return ((const am_text_task_state *)state)->window == 0;
}

static const char *symbol_name(const am_task *task, int k) {
  return ((const text *)task)->alphabet->name[k];
}

size_t am_text_task_windows(const am_task *task) {
  return ((const text *)task)->n_blocks * ((const text *)task)->windows;
}

/* Line 0 is `uniform`, 1 `unigram`. */
static double play(const am_task *task, int line, uint64_t seed, uint32_t episode, uint32_t lane) {
  const text *x = (const text *)task;
  am_text_task_state s;
  double sum = 0;
  if (line == 0) return task->lines[0].reward;
  for (start(task, &s, seed, episode, lane); s.world.step < task->n_steps; s.world.step++)
    sum += x->alphabet->log_p[answer(task, &s)];
  return sum / task->n_steps;
}

/* ------------------------------------------------------------------ the alphabet */
/* How often each word comes in training. */
typedef struct tally {
  uint64_t *count;  /* [n_words] */
  uint32_t *order;  /* [n_words]: the words of the alphabet, then the rest */
  uint16_t *symbol; /* [n_words] */
  size_t n_words;
} tally;

typedef struct ranked {
  uint64_t count;
  uint32_t word;
} ranked;

static int by_count(const void *a, const void *b) {
  const ranked *x = a, *y = b;
  if (x->count != y->count) return x->count < y->count ? 1 : -1;
  return x->word < y->word ? -1 : 1;
}

/* Gives symbols to the most frequent words; returns how many symbols there are. */
static amine_status rank(tally *t, int *n_symbols, int most, amine_error *error) {
  size_t n = 0;
  ranked *r = am_alloc(t->n_words, sizeof *r);
  if (!r) return am_fail_memory(error, am_size_mul(t->n_words, sizeof *r));
  for (size_t k = AM_WORDS_SPECIAL; k < t->n_words; k++)
    if (t->count[k] > 0) r[n++] = (ranked){t->count[k], (uint32_t)k};
  qsort(r, n, sizeof *r, by_count);
  *n_symbols = AM_WORDS_SPECIAL;
  for (uint32_t k = 0; k < AM_WORDS_SPECIAL; k++) t->order[k] = t->symbol[k] = (uint16_t)k;
  for (size_t k = 0; k < n && *n_symbols < most; k++) {
    t->order[*n_symbols] = r[k].word;
    t->symbol[r[k].word] = (uint16_t)(*n_symbols)++;
  }
  am_free(r);
  return AMINE_OK;
}

static void alphabet_destroy(alphabet *a) {
  if (!a) return;
  am_free(a->names);
  am_free(a->name);
  am_free(a->log_p);
  am_free(a);
}

/* "a" or, of what is no character by itself, "\x0a". */
static size_t put_byte(char *out, int byte) {
  const bool shown = byte >= ' ' && byte < 127 && byte != '\\';
  return (size_t)snprintf(out, 5, shown ? "%c" : "\\x%02x", byte) + 1;
}

static amine_status name_symbols(alphabet *a, const am_corpus *corpus, const tally *t,
                                 amine_error *error) {
  size_t size = 0, at = 0;
  for (int k = 0; k < a->n; k++)
    size += corpus ? strlen(am_corpus_word(corpus, t->order[k])) + 1 : 5;
  AM_TRY(AM_TAKE(a->names, size, error));
  AM_TRY(AM_TAKE(a->name, (size_t)a->n, error));
  for (int k = 0; k < a->n; k++) {
    a->name[k] = a->names + at;
    if (!corpus) {
      at += put_byte(a->names + at, k);
      continue;
    }
    const char *word = am_corpus_word(corpus, t->order[k]);
    const size_t n = strlen(word) + 1;
    memcpy(a->names + at, word, n);
    at += n;
  }
  return AMINE_OK;
}

static amine_status weigh_symbols(alphabet *a, const tally *t, amine_error *error) {
  double all = 0;
  AM_TRY(AM_TAKE(a->log_p, (size_t)a->n, error));
  for (size_t k = 0; k < t->n_words; k++) {
    a->log_p[t->symbol[k]] += (double)t->count[k];
    all += (double)t->count[k];
  }
  for (int k = 0; k < a->n; k++) a->log_p[k] = log(a->log_p[k] / all);
  return AMINE_OK;
}

/* ------------------------------------------------------------------ splitting */
/* What was read. */
typedef struct source {
  am_corpus *corpus; /* NULL: bytes */
  am_tokens all;     /* of task.file */
  am_tokens own[N_PARTS];
  bool has_own[N_PARTS];
  size_t blocks;
  double share[N_PARTS];
} source;

static size_t share_of(size_t n, double share) { return (size_t)((double)n * share + 0.5); }

/* The stretch s of the text: where each of its parts begins, in their order, and where it ends. */
static void cut(const source *from, size_t s, size_t at[N_PARTS + 1]) {
  const size_t n = from->all.n, q = n / from->blocks, r = n % from->blocks;
  const size_t begin = q * s + r * s / from->blocks;
  at[N_PARTS] = q * (s + 1) + r * (s + 1) / from->blocks;
  const size_t length = at[N_PARTS] - begin;
  at[TEST] = at[N_PARTS] - share_of(length, from->share[TEST]);
  const size_t valid = share_of(length, from->share[VALIDATION]);
  at[VALIDATION] = at[TEST] - begin < valid ? begin : at[TEST] - valid;
  at[TRAINING] = begin;
}

static size_t size_of(const source *from, part p) {
  size_t n = from->has_own[p] ? from->own[p].n : 0, at[N_PARTS + 1];
  for (size_t s = 0; s < from->blocks && !from->has_own[p]; s++) {
    cut(from, s, at);
    n += at[p + 1] - at[p];
  }
  return n;
}

static void count_training(tally *t, const source *from) {
  size_t at[N_PARTS + 1];
  for (size_t s = 0; s < from->blocks; s++) {
    cut(from, s, at);
    for (size_t k = at[TRAINING]; k < at[VALIDATION]; k++) t->count[from->all.word[k]]++;
  }
}

/* The symbols of a part, one after the other. */
static void put_part(uint16_t *out, const source *from, part p, const tally *t) {
  size_t at[N_PARTS + 1];
  for (size_t k = 0; k < from->own[p].n; k++) *out++ = t->symbol[from->own[p].word[k]];
  for (size_t s = 0; s < from->blocks && !from->has_own[p]; s++) {
    cut(from, s, at);
    for (size_t k = at[p]; k < at[p + 1]; k++) *out++ = t->symbol[from->all.word[k]];
  }
}

/* ------------------------------------------------------------------ making it */
#define BIBLE "bible.txt"

/* What the preset names is made by one line. */
static amine_status refuse_missing(const char *path, amine_error *error) {
  const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
  if (strcmp(name, BIBLE) != 0 || !am_file_missing(path)) return AMINE_OK;
  return am_fail_file(error, AMINE_ERROR_IO, path, -1,
                      "there is no such file. Debian's package bible-kjv has the text; "
                      "bible -f Gen1:1-Rev22:21 | cut -d' ' -f2- | tr A-Z a-z | "
                      "sed \"s/[^a-z' ]/ & /g\" > " BIBLE " makes it");
}

static amine_status read_one(source *from, am_tokens *tokens, const char *path,
                             amine_error *error) {
  AM_TRY(refuse_missing(path, error));
  AM_TRY(from->corpus ? am_corpus_read(from->corpus, tokens, path, error)
                      : am_corpus_bytes(tokens, path, error));
  if (tokens->n == 0) return am_fail_file(error, AMINE_ERROR_INPUT, path, -1, "the file is empty");
  return AMINE_OK;
}

static amine_status read_all(source *from, const am_text_task_options *o, amine_error *error) {
  const char *const paths[N_PARTS] = {NULL, o->valid_file, o->test_file};
  const double share[N_PARTS] = {0, o->valid, o->test};
  if (!o->file)
    return am_fail(error, AMINE_ERROR_ARGUMENT,
                   "task.file=none: task.type=text needs a text, as in task.file=" BIBLE);
  if (o->unit == AM_UNIT_WORDS) AM_TRY(am_corpus_create(&from->corpus, error));
  AM_TRY(read_one(from, &from->all, o->file, error));
  from->blocks = (size_t)o->blocks;
  for (int p = VALIDATION; p < N_PARTS; p++) {
    from->has_own[p] = paths[p] != NULL;
    from->share[p] = paths[p] ? 0 : share[p];
    if (paths[p]) AM_TRY(read_one(from, &from->own[p], paths[p], error));
  }
  return AMINE_OK;
}

static void source_free(source *from) {
  am_free(from->all.word);
  for (int p = 0; p < N_PARTS; p++) am_free(from->own[p].word);
  am_corpus_destroy(from->corpus);
}

/* Bytes are their own symbols. */
static amine_status make_alphabet(alphabet *a, tally *t, const source *from, int most,
                                  amine_error *error) {
  enum { BYTES = 256 };
  t->n_words = from->corpus ? am_corpus_count(from->corpus) : BYTES;
  AM_TRY(AM_TAKE(t->count, t->n_words, error));
  AM_TRY(AM_TAKE(t->order, t->n_words, error));
  AM_TRY(AM_TAKE(t->symbol, t->n_words, error));
  count_training(t, from);
  a->n = BYTES;
  for (uint32_t k = 0; k < BYTES && !from->corpus; k++) t->symbol[k] = (uint16_t)k;
  if (from->corpus) AM_TRY(rank(t, &a->n, most, error));
  AM_TRY(weigh_symbols(a, t, error));
  return name_symbols(a, from->corpus, t, error);
}

static amine_status take_part(text *x, const am_text_task_options *o, const source *from, part p,
                              const tally *t, amine_error *error) {
  static const char *const names[N_PARTS] = {"training", "validation", "test"};
  const size_t B = (size_t)o->n_lanes, T = (size_t)o->steps, least = B * (T + 1);
  x->n_tokens = size_of(from, p);
  if (x->n_tokens < least)
    return am_fail(error, AMINE_ERROR_INPUT,
                   "%s: the %s part has %zu token%s, and %d window%s of task.steps=%d side by "
                   "side (batch) need %zu",
                   (p == VALIDATION && o->valid_file) ? o->valid_file
                   : (p == TEST && o->test_file)      ? o->test_file
                                                      : o->file,
                   names[p], x->n_tokens, x->n_tokens == 1 ? "" : "s", o->n_lanes,
                   o->n_lanes == 1 ? "" : "s", o->steps, least);
  AM_TRY(AM_TAKE(x->token, x->n_tokens, error));
  put_part(x->token, from, p, t);
  x->n_blocks = B;
  x->block = x->n_tokens / B;
  x->windows = (x->block - 1) / T;
  const size_t windows = am_text_task_windows(&x->task);
  x->task.n_inputs = 1;
  x->task.n_symbols = x->alphabet->n;
  x->task.between = o->unit == AM_UNIT_WORDS ? " " : "";
  x->task.n_steps = o->steps;
  x->task.n_episodes = windows < INT_MAX ? (int)windows : INT_MAX;
  x->task.criterion = (double)NAN;
  x->task.state_size = sizeof(am_text_task_state);
  return AMINE_OK;
}

/* Of what is held out. */
static void add_lines(am_task *task, double unigram) {
  am_task_predicts(task, "uniform", -log((double)task->n_symbols), NULL);
  if (isfinite(unigram)) am_task_predicts(task, "unigram", unigram, NULL);
}

static double unigram_of(const text *x) {
  double sum = 0;
  for (size_t b = 0; b < x->n_blocks; b++)
    for (size_t k = 1; k <= x->windows * (size_t)x->task.n_steps; k++)
      sum += x->alphabet->log_p[x->token[b * x->block + k]];
  return sum / ((double)am_text_task_windows(&x->task) * x->task.n_steps);
}

static amine_status hold_out(text *x, const am_text_task_options *o, const source *from,
                             const tally *t, amine_error *error) {
  text *held = am_alloc(1, sizeof *held);
  if (!held) return am_fail_memory(error, sizeof *held);
  held->task.type = x->task.type;
  held->task.options = x->task.options;
  held->alphabet = x->alphabet;
  held->borrows = true;
  x->task.held_out = &held->task;
  AM_TRY(take_part(held, o, from, o->held_out == AM_HELD_TEST ? TEST : VALIDATION, t, error));
  const double unigram = unigram_of(held);
  add_lines(&held->task, unigram);
  add_lines(&x->task, unigram);
  return AMINE_OK;
}

static amine_status check(const am_text_task_options *o, amine_error *error) {
  const am_range ranges[] = {{"vocabulary", o->vocabulary, 3, AM_VOCABULARY_MOST},
                             {"steps", o->steps, 1, 100000},
                             {"blocks", o->blocks, 1, 1000000},
                             {"valid", o->valid, 0, 0.5},
                             {"test", o->test, 0, 0.5},
                             {"n_lanes", o->n_lanes, 1, 1e6}};
  return am_ranges_check("text", ranges, sizeof ranges / sizeof *ranges, error);
}

static amine_status make(am_task *task, void *options, amine_error *error) {
  am_text_task_options *o = options;
  text *x = (text *)task;
  source from = {0};
  tally t = {0};
  AM_TRY(check(o, error));
  AM_TRY(AM_TAKE(x->alphabet, 1, error));
  amine_status status = read_all(&from, o, error);
  if (status == AMINE_OK) status = make_alphabet(x->alphabet, &t, &from, o->vocabulary, error);
  if (status == AMINE_OK) status = take_part(x, o, &from, TRAINING, &t, error);
  if (status == AMINE_OK) status = hold_out(x, o, &from, &t, error);
  source_free(&from);
  am_free(t.count);
  am_free(t.order);
  am_free(t.symbol);
  o->file = o->valid_file = o->test_file = NULL; /* they were the caller's */
  return status;
}

static void destroy(am_task *task) {
  text *x = (text *)task;
  am_free(x->token);
  if (!x->borrows) alphabet_destroy(x->alphabet);
}

#define AT(member) AM_MEMBER(am_text_task_options, member)
static const amine_parameter parameters[] = {
    AM_FILE("file", "the text, UTF-8", AT(file)),
    AM_FILE("valid_file", "another that is validation; none: a part of task.file", AT(valid_file)),
    AM_FILE("test_file", "another that is test; none: a part of task.file", AT(test_file)),
    AM_CHOICE("unit", "words|bytes", "what a symbol is", AT(unit)),
    AM_INTEGER("vocabulary", 10000, 3, AM_VOCABULARY_MOST, "symbols",
               "at most so many, <unk> and <eos> among them: the most frequent words of training",
               AT(vocabulary), .when = "unit=words"),
    AM_INTEGER("steps", 20, 1, 100000, "steps", "of a window of the text: an episode", AT(steps)),
    AM_INTEGER("blocks", 10, 1, 1000000, "",
               "stretches of the text, each of which gives its end to validation and test",
               AT(blocks)),
    AM_NUMBER("valid", 0.05, 0, 0.5, "", "share of the text that is validation", AT(valid),
              .when = "valid_file=none"),
    AM_NUMBER("test", 0.05, 0, 0.5, "", "share of the text that is test", AT(test),
              .when = "test_file=none"),
    AM_CHOICE("held_out", "test|valid", "what evaluation plays", AT(held_out)),
    AM_BORROWED("batch", 20, AT(n_lanes)), /* lanes read the text side by side */
    {0}};

const am_task_type am_text_task_type = {
    .size = sizeof(text),
    .part = {.kind = AM_TASK,
             .name = "text",
             .meaning = "which word or byte of a text comes next",
             .source = "Mikolov et al. 2010, doi:10.21437/Interspeech.2010-343",
             .parameters = parameters,
             .options_size = sizeof(am_text_task_options)},
    .make = make,
    .start = start,
    .observe = observe,
    .step = am_world_pass,
    .answer = answer,
    .symbol = symbol,
    .symbol_name = symbol_name,
    .anew = anew,
    .play = play,
    .destroy = destroy,
};
