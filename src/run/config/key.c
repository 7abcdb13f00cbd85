#include "run/config/key.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/number.h"
#include "base/words.h"

#define INTEGER_MAX 9007199254740992.0 /* 2^53 */

const char *am_key_other_name(const char *name, bool brain) {
  static const char *const training[][2] = {
      {"lr", "learner.rate"},          {"learning_rate", "learner.rate"},
      {"epochs", "iterations"},        {"n_epochs", "iterations"},
      {"num_epochs", "iterations"},    {"updates", "iterations"},
      {"n_iterations", "iterations"},  {"batch_size", "batch"},
      {"hidden_size", "network.hidden"}, {"n_hidden", "network.hidden"},
      {"hidden_dim", "network.hidden"}, {"num_layers", "network.layers"},
      {"discount", "learner.gamma"},   {"entropy_coef", "learner.entropy_weight"},
      {"value_coef", "learner.value_weight"}, {"max_grad_norm", "learner.norm_clip"},
      {"clip_grad_norm", "learner.norm_clip"}, {"grad_clip", "learner.norm_clip"},
      {"env", "task.type"},            {"environment", "task.type"},
      {"model", "network.type"},       {"optimizer", "learner.optimiser"},
      {"scheduler", "learner.schedule"}, {"lr_scheduler", "learner.schedule"},
      {"warmup_steps", "learner.warmup_iterations"},
      {"algorithm", "learner.type"},   {"algo", "learner.type"},
      {"n_steps", "task.steps"},       {"max_steps", "task.steps"},
      {"episode_length", "task.steps"}, {"log_interval", "record"},
      {"save_every", "checkpoint_every"}};
  static const char *const simulating[][2] = {
      {"time", "duration_s"},  {"runtime", "duration_s"},   {"t_stop", "duration_s"},
      {"tstop", "duration_s"}, {"simtime", "duration_s"},   {"t_sim", "duration_s"},
      {"length", "duration_s"}, {"timestep", "dt_ms"},      {"defaultclock.dt", "dt_ms"},
      {"resolution", "dt_ms"}, {"save_every", "checkpoint_every_s"}};
  static const char *const both[][2] = {
      {"random_seed", "seed"}, {"rng_seed", "seed"},     {"n_threads", "threads"},
      {"num_threads", "threads"}, {"num_workers", "threads"}, {"cores", "threads"},
      {"jobs", "threads"}};
  for (size_t k = 0; k < sizeof both / sizeof *both; k++)
    if (strcmp(both[k][0], name) == 0) return both[k][1];
  for (size_t k = 0; brain && k < sizeof simulating / sizeof *simulating; k++)
    if (strcmp(simulating[k][0], name) == 0) return simulating[k][1];
  for (size_t k = 0; !brain && k < sizeof training / sizeof *training; k++)
    if (strcmp(training[k][0], name) == 0) return training[k][1];
  return NULL;
}

const char *am_key_former(const char *name) {
  static const char *const gone[][2] = {
      {"rule.stage",
       "a rule in the slot of network.type=hebbian-rnn: rule.type=none, last, clip or "
       "fading, with modulator.type=given"},
      {"rule.product", "the network: network.type=hebbian-rnn-same"},
      {"rule.bound", "rule.clip"}};
  for (size_t k = 0; k < sizeof gone / sizeof *gone; k++)
    if (strcmp(gone[k][0], name) == 0) return gone[k][1];
  return NULL;
}

char *am_key_number(double value, char *out, size_t size) {
  char text[40], *e;
  snprintf(text, sizeof text, "%.10g", value);
  const size_t digits = strspn(text[0] == '-' ? text + 1 : text, "0123456789");
  const size_t n = strlen(text), sign = text[0] == '-';
  size_t zeros = 0;
  while (zeros + 1 < digits && text[n - 1 - zeros] == '0') zeros++;
  if (sign + digits == n && digits > 5 && digits - zeros == 1) { /* 4000000000 */
    snprintf(out, size, "%.*se%zu", (int)(n - zeros), text, zeros);
  } else if ((e = strchr(text, 'e')) != NULL) { /* 1e-09 */
    const char *power = e + 1 + (e[1] == '+' || e[1] == '-');
    while (power[0] == '0' && power[1]) power++;
    snprintf(out, size, "%.*se%s%s", (int)(e - text), text, e[1] == '-' ? "-" : "", power);
  } else {
    snprintf(out, size, "%s", text);
  }
  return out;
}

char *am_key_range(const amine_parameter *key, char *out, size_t size) {
  char low[40], high[40];
  const bool word =
      key->kind == AMINE_CHOICE || key->kind == AMINE_SWITCH || key->kind == AMINE_WORD;
  if (word || key->kind == AMINE_WORDS) snprintf(out, size, "%s", key->choices);
  else if (key->kind == AMINE_FILE) snprintf(out, size, "a file, or none");
  else if (key->max > 1e19) snprintf(out, size, "0 to 2^64-1");
  else
    snprintf(out, size, "%s to %s%s", am_key_number(key->min, low, sizeof low),
             am_key_number(key->max, high, sizeof high), isnan(key->standard) ? ", or none" : "");
  return out;
}

/* The choice that is nearest to a word, in `out`; "" if none is near. */
static const char *nearest_choice(char *out, size_t size, const char *choices, const char *word) {
  am_nearest_word nearest = am_nearest_begin(word);
  out[0] = 0;
  for (const char *p = choices; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL) {
    char choice[64];
    const size_t before = nearest.least;
    snprintf(choice, sizeof choice, "%.*s", (int)strcspn(p, "|"), p);
    am_nearest_try(&nearest, choice);
    if (nearest.least < before) snprintf(out, size, "%s", choice);
  }
  return out;
}

/* The next of the words that commas divide; false past the last. *p moves behind it. */
static bool next_word(char *out, size_t size, const char **p) {
  if (!*p) return false;
  const size_t n = strcspn(*p, ",");
  snprintf(out, size, "%.*s", (int)n, *p);
  *p = (*p)[n] ? *p + n + 1 : NULL;
  return true;
}

/* The same for the first of several words that is none of the choices. */
static void nearest_of_words(char *out, size_t size, const char *choices, const char *words) {
  char word[64];
  while (next_word(word, sizeof word, &words))
    if (!am_word_among(choices, word)) {
      nearest_choice(out, size, choices, word);
      return;
    }
}

static amine_status refuse(const amine_parameter *key, const char *value, amine_error *error) {
  char range[AM_RANGE_LENGTH], near[64] = "";
  am_key_range(key, range, sizeof range);
  const bool word =
      key->kind == AMINE_CHOICE || key->kind == AMINE_SWITCH || key->kind == AMINE_WORD;
  if (word) nearest_choice(near, sizeof near, key->choices, value);
  if (key->kind == AMINE_WORDS) nearest_of_words(near, sizeof near, key->choices, value);
  return am_fail(error, AMINE_ERROR_ARGUMENT, "%s=%.60s%s: it must be %s%s%s%s%s", key->name, value,
                 strlen(value) > 60 ? "..." : "",
                 word                         ? "one of "
                 : key->kind == AMINE_WORDS   ? "one or more, with commas between, of "
                 : key->kind == AMINE_FILE    ? ""
                 : key->kind == AMINE_INTEGER ? "a whole number from "
                                              : "a number from ",
                 range, near[0] ? "; did you mean " : "", near, near[0] ? "?" : "");
}

/* Reads a whole number: digits, or a form like 2e5 that is one. */
static bool read_integer(const char *text, am_value *v) {
  char *end;
  errno = 0;
  if (text[0] >= '0' && text[0] <= '9') {
    v->integer = strtoull(text, &end, 10);
    v->number = (double)v->integer;
    if (*end == 0 && errno == 0) return true;
  }
  errno = 0;
  v->number = am_number_read(text, &end);
  if (end == text || *end != 0 || errno != 0 || !(v->number >= 0) || v->number > INTEGER_MAX ||
      v->number != floor(v->number))
    return false;
  v->integer = (uint64_t)v->number;
  return true;
}

static bool read_number(const char *text, am_value *v) {
  char *end;
  v->number = am_number_read(text, &end);
  v->integer = 0;
  return end != text && *end == 0 && isfinite(v->number);
}

static bool read_words(const char *choices, const char *text, am_value *v) {
  char word[64];
  while (next_word(word, sizeof word, &text)) {
    const int index = am_word_index(choices, word);
    if (index < 0) return false;
    v->integer |= (uint64_t)1 << index;
  }
  v->number = (double)v->integer;
  return true;
}

amine_status am_key_read(const amine_parameter *key, const char *value, am_value *out,
                         amine_error *error) {
  am_value v = {0};
  bool fine = value[0] != 0 && value[0] != ' ' && strlen(value) < 400;
  if (fine && key->kind == AMINE_INTEGER) {
    fine = read_integer(value, &v) && v.number >= key->min && v.number <= key->max;
  } else if (fine && key->kind == AMINE_NUMBER) {
    if (isnan(key->standard) && strcmp(value, "none") == 0) v.number = (double)NAN;
    else fine = read_number(value, &v) && v.number >= key->min && v.number <= key->max;
  } else if (fine && key->kind == AMINE_WORDS) {
    fine = read_words(key->choices, value, &v);
  } else if (fine && key->kind != AMINE_WORD && key->kind != AMINE_FILE) {
    const int index = am_word_index(key->choices, value);
    fine = index >= 0;
    v.number = key->kind == AMINE_SWITCH ? index == 0 : index;
  }
  if (!fine) return refuse(key, value, error);
  *out = v;
  return AMINE_OK;
}

am_value am_key_standard(const amine_parameter *key) {
  return (am_value){key->standard, (uint64_t)fmax(key->standard, 0)};
}

void am_key_put(const amine_parameter *key, am_value v, void *member) {
  switch (key->member) {
  case AMINE_MEMBER_NONE:
  case AMINE_MEMBER_PATH: break; /* which no number says */
  case AMINE_MEMBER_INT: *(int *)member = (int)v.number; break;
  case AMINE_MEMBER_UINT32: *(uint32_t *)member = (uint32_t)v.number; break;
  case AMINE_MEMBER_UINT64: *(uint64_t *)member = v.integer; break;
  case AMINE_MEMBER_FLOAT: *(float *)member = (float)v.number; break;
  case AMINE_MEMBER_DOUBLE: *(double *)member = v.number; break;
  case AMINE_MEMBER_BOOL: *(bool *)member = v.number != 0; break;
  }
}

am_value am_key_get(const amine_parameter *key, const void *member) {
  double number = 0;
  switch (key->member) {
  case AMINE_MEMBER_NONE:
  case AMINE_MEMBER_PATH: break;
  case AMINE_MEMBER_INT: number = *(const int *)member; break;
  case AMINE_MEMBER_UINT32: number = *(const uint32_t *)member; break;
  case AMINE_MEMBER_UINT64: {
    const uint64_t integer = *(const uint64_t *)member;
    return (am_value){(double)integer, integer};
  }
  case AMINE_MEMBER_FLOAT: number = (double)*(const float *)member; break;
  case AMINE_MEMBER_DOUBLE: number = *(const double *)member; break;
  case AMINE_MEMBER_BOOL: number = *(const bool *)member; break;
  }
  return (am_value){number, (uint64_t)fmax(number, 0)};
}

static void put_words(const char *choices, uint64_t set, char *out, size_t size) {
  size_t n = 0;
  out[0] = 0;
  for (const char *p = choices; p && n < size; set >>= 1) {
    const size_t length = strcspn(p, "|");
    if (set & 1)
      n += (size_t)snprintf(out + n, size - n, "%s%.*s", n ? "," : "", (int)length, p);
    p = p[length] ? p + length + 1 : NULL;
  }
}

char *am_key_text(const amine_parameter *key, const am_value *v, char *out, size_t size) {
  if (key->kind == AMINE_INTEGER) {
    snprintf(out, size, "%llu", (unsigned long long)v->integer);
  } else if (key->kind == AMINE_FILE) {
    snprintf(out, size, "none");
  } else if (key->kind == AMINE_SWITCH) {
    snprintf(out, size, "%s", v->number != 0 ? "true" : "false");
  } else if (key->kind == AMINE_NUMBER) {
    char number[AM_NUMBER_SIZE];
    snprintf(out, size, "%s", isnan(v->number) ? "none" : am_number_exact(number, v->number, 9));
  } else if (key->kind == AMINE_WORDS) {
    put_words(key->choices, (uint64_t)v->number, out, size);
  } else {
    const char *p = key->choices;
    for (int k = (int)v->number; k > 0; k--) p = strchr(p, '|') + 1;
    const char *bar = strchr(p, '|');
    snprintf(out, size, "%.*s", bar ? (int)(bar - p) : (int)strlen(p), p);
  }
  return out;
}
