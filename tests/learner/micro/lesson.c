/* A controller learns a small task: delayed match-to-sample. Two cues, one shown at the first step,
 * one at the last but one; at the last it is asked whether they were the same. Reward 1 if it is
 * right, else 0; nothing else is ever said. Freestanding, like the source that it tries, and told
 * as text: the same source on a computer and on a microcontroller must tell the same.
 *
 * With MEASURE: a few trials, and how many instructions the calls take. */
#include "../../modulator/micro/scenario.h"

#include "amine/controller.h"
#include "measure.h"

#ifndef LESSON_HIDDEN /* units of the controller and of the signalling GRU; words of the block */
#define LESSON_HIDDEN 12
#define LESSON_SIGNAL 6
#define LESSON_WORDS 5154
#endif
enum { STEPS = 6, CUES = 2, TRIALS = 2000, LAST = 200 };

static uint32_t block[LESSON_WORDS];

static uint64_t random_state;
static int one_of_two(void) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (int)(random_state >> 63);
}

static char *put_word(char *out, const char *word) {
  while (*word) *out++ = *word++;
  *out = 0;
  return out;
}

static void tell(void (*put)(const char *), const char *what, uint32_t n) {
  char line[80], *end = put_word(put_word(line, what), " ");
  uint32_t unit = 1;
  while (n / unit >= 10) unit *= 10;
  for (; unit > 0; unit /= 10) *end++ = (char)('0' + n / unit % 10);
  *end = 0;
  put(line);
}

/* What the calls took. */
typedef struct cost {
  uint32_t observe, act, reward, end, longest_end;
} cost;

/* One trial; returns 1 if the answer was right, 2 if a call was refused. */
static int trial(amine_controller *c, cost *sum) {
  const int first = one_of_two(), second = one_of_two();
  int action = 0, refused = amine_controller_begin(c) != AMINE_OK;
  for (int t = 0; t < STEPS - 1; t++) {
    const int cue = t == 0 ? first : t == STEPS - 2 ? second : -1;
    const float input[CUES + 1] = {(float)(cue == 0), (float)(cue == 1), 0};
    uint32_t then = measure_now();
    refused |= amine_controller_observe(c, input) != AMINE_OK;
    sum->observe += measure_since(then);
    then = measure_now();
    refused |= amine_controller_reward(c, 0) != AMINE_OK;
    sum->reward += measure_since(then);
  }
  const float asked[CUES + 1] = {0, 0, 1};
  uint32_t then = measure_now();
  refused |= amine_controller_act(c, &action, asked) != AMINE_OK;
  sum->act += measure_since(then);
  const int right = action == (first == second);
  then = measure_now();
  refused |= amine_controller_reward(c, (float)right) != AMINE_OK;
  sum->reward += measure_since(then);
  then = measure_now();
  refused |= amine_controller_end(c) != AMINE_OK;
  const uint32_t end = measure_since(then);
  sum->end += end;
  if (end > sum->longest_end) sum->longest_end = end;
  return refused ? 2 : right;
}

static amine_controller *start(void (*put)(const char *), bool learns) {
  amine_controller *c = NULL;
  amine_controller_options o = amine_controller_options_default();
  o.n_inputs = CUES + 1, o.n_hidden = LESSON_HIDDEN, o.n_signal = LESSON_SIGNAL;
  if (amine_controller_init(&c, block, sizeof block, &o, 1) != AMINE_OK) {
    put("refused");
    return NULL;
  }
  tell(put, "bytes", (uint32_t)amine_controller_bytes(&o));
  amine_controller_learning(c, learns);
  random_state = 20261122;
  return c;
}

#if defined(MEASURE)
static void cost_of(void (*put)(const char *), bool learns) {
  enum { N = 64 };
  amine_controller *c = start(put, learns);
  if (!c) return;
  cost sum = {0};
  for (int k = 0; k < N; k++) trial(c, &sum);
  put(learns ? "learning: instructions of" : "not learning: instructions of");
  tell(put, " act", sum.act / N);
  tell(put, " observe", sum.observe / (N * (STEPS - 1)));
  tell(put, " reward, where the traces move", sum.reward / (N * STEPS));
  tell(put, " end with an update", sum.longest_end);
}

#else
/* FNV-1a of everything that the controller is. */
static uint32_t fingerprint(size_t bytes) {
  const unsigned char *p = (const unsigned char *)block;
  uint32_t hash = 2166136261u;
  for (size_t i = 0; i < bytes; i++) hash = (hash ^ p[i]) * 16777619u;
  return hash;
}

static void lesson(void (*put)(const char *), bool learns) {
  put(learns ? "learning" : "not learning");
  amine_controller *c = start(put, learns);
  if (!c) return;
  cost unused = {0};
  int right = 0;
  for (int k = 1; k <= TRIALS; k++) {
    const int how = trial(c, &unused);
    if (how == 2) put("refused");
    right += how;
    if (k % LAST) continue;
    tell(put, learns ? "right of 200" : "right of 200 without learning", (uint32_t)right);
    tell(put, "block", fingerprint(sizeof block));
    right = 0;
  }
}

#endif

void scenario(void (*put)(const char *line)) {
#if defined(MEASURE)
  measure_start();
  cost_of(put, true);
  cost_of(put, false);
  tell(put, "bytes of stack in use at most", measure_stack());
#else
  lesson(put, true);
  lesson(put, false);
#endif
}
