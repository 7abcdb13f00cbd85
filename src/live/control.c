/* Commands (see control.h). */
#include "live/control.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "format/json.h"

#define WAIT_S 0.25 /* at most, until it is looked at again whether the program was told to stop */
#define SPEED_MAX 1e6

void am_control_begin(am_control *c, am_board *board, int run, const char *unit,
                      const atomic_int *stop) {
  *c = (am_control){
      .board = board, .run = run, .unit = unit, .stop = stop, .until = UINT64_MAX, .answer = -1};
}

void am_control_say(am_control *c, uint64_t id, bool fine, const char *format, ...) {
  va_list args;
  if (c->n_said == AM_SAID_KEPT)
    memmove(c->said, c->said + 1, (size_t)--c->n_said * sizeof *c->said);
  am_said *one = &c->said[c->n_said++];
  one->id = id;
  one->fine = fine;
  va_start(args, format);
  vsnprintf(one->text, sizeof one->text, format, args);
  va_end(args);
}

/* ------------------------------------------------------------------------------ commands */
typedef struct spoken {
  uint64_t id, now;
  am_intervention one;
} spoken;

static void pause_it(am_control *c, const spoken *s) {
  c->paused = true;
  c->until = UINT64_MAX;
  am_control_say(c, s->id, true, "paused after %s %llu", c->unit, (unsigned long long)s->now);
}

static void go(am_control *c, const spoken *s) {
  c->paused = c->paced = false;
  c->until = UINT64_MAX;
  am_control_say(c, s->id, true, "going on from %s %llu", c->unit, (unsigned long long)s->now);
}

static void step(am_control *c, const spoken *s) {
  const double n = isnan(s->one.value) ? 1 : s->one.value;
  if (!(n >= 1 && n <= 1e9)) {
    am_control_say(c, s->id, false, "step: a value of %g is not in 1 to 1e9", n);
    return;
  }
  c->paused = c->paced = false;
  c->until = s->now + (uint64_t)n;
  am_control_say(c, s->id, true, "to %s %llu", c->unit, (unsigned long long)c->until);
}

static void set_speed(am_control *c, const spoken *s) {
  if (!(s->one.value >= 0 && s->one.value <= SPEED_MAX)) {
    am_control_say(c, s->id, false, "speed: a value of %g is not in 0 to %g", s->one.value,
                   SPEED_MAX);
    return;
  }
  c->speed = s->one.value;
  c->paced = false;
  if (c->speed > 0) am_control_say(c, s->id, true, "speed %g", c->speed);
  else am_control_say(c, s->id, true, "as fast as it goes");
}

/* Wishes are answered by who fulfils them. */
static bool take_wish(am_control *c, const spoken *s) {
  static const struct {
    const char *name;
    am_wish wish;
  } wishes[] = {{"mark", AM_WISH_MARK},
                {"back", AM_WISH_BACK},
                {"twin", AM_WISH_TWIN},
                {"stop", AM_WISH_END}};
  for (size_t k = 0; k < sizeof wishes / sizeof *wishes; k++) {
    if (strcmp(s->one.kind, wishes[k].name) != 0) continue;
    c->wish = wishes[k].wish;
    c->wish_id = s->id;
    snprintf(c->of, sizeof c->of, "%s", s->one.of);
    return true;
  }
  return false;
}

static void prefer(am_control *c, const spoken *s) {
  const double value = s->one.value;
  if (!c->asked[0] || strcmp(s->one.of, c->asked) != 0) {
    am_control_say(c, s->id, false, "nothing is asked about pair %.20s", s->one.of);
  } else if (value != 0 && value != 1 && value != 2) {
    am_control_say(c, s->id, false, "prefer: the value is 1, 2, or 0 for neither");
  } else {
    c->answer = (int)value;
    am_control_say(c, s->id, true, "pair %s: %s", c->asked,
                   value == 1   ? "the first is better"
                   : value == 2 ? "the second is better"
                                : "neither is better");
  }
}

static void do_it(am_control *c, am_interventions *interventions, spoken *s) {
  amine_error error = {0};
  const am_intervention *one = &s->one;
  if (!interventions) {
    am_control_say(c, s->id, false, "%s: not while it waits", one->kind);
  } else if (am_interventions_add(interventions, &s->one, s->now, &error) != AMINE_OK) {
    am_control_say(c, s->id, false, "%s", error.message);
  } else {
    char value[40] = "";
    if (!isnan(one->value)) snprintf(value, sizeof value, " %.6g", one->value);
    am_control_say(c, s->id, true, "%s%s%.100s%s, after %s %llu", one->kind, one->of[0] ? " " : "",
                   one->of, value, c->unit, (unsigned long long)s->now);
  }
}

/* A page's command names its run as well; the run has it already. */
static amine_status read(spoken *s, const am_board_command *command, amine_error *error) {
  static const am_json_limits limits = {.bytes = AM_BOARD_COMMAND_MAX, .values = 32, .depth = 4};
  json_t *root = NULL;
  am_text text = {0};
  AM_TRY(am_json_parse(&root, "a command", command->text, command->length, &limits, error));
  if (json_is_object(root)) json_object_del(root, "run");
  am_json_write(&text, root);
  json_decref(root);
  const amine_status status =
      text.failed ? am_fail_memory(error, text.capacity)
                  : am_intervention_read(&s->one, "a command", text.data, text.length, error);
  am_text_free(&text);
  return status;
}

static void take(am_control *c, am_interventions *interventions, const am_board_command *command,
                 uint64_t now) {
  amine_error error = {0};
  spoken s = {.id = command->id, .now = now};
  if (read(&s, command, &error) != AMINE_OK) {
    am_control_say(c, s.id, false, "%s", error.message);
  } else if (strcmp(s.one.kind, "look") == 0) {
    snprintf(c->look, sizeof c->look, "%s", s.one.of);
    am_control_say(c, s.id, true, "looking at %.200s", c->look);
  } else if (strcmp(s.one.kind, "pause") == 0) {
    pause_it(c, &s);
  } else if (strcmp(s.one.kind, "go") == 0) {
    go(c, &s);
  } else if (strcmp(s.one.kind, "step") == 0) {
    step(c, &s);
  } else if (strcmp(s.one.kind, "speed") == 0) {
    set_speed(c, &s);
  } else if (strcmp(s.one.kind, "prefer") == 0) {
    prefer(c, &s);
  } else if (!take_wish(c, &s)) {
    do_it(c, interventions, &s);
  }
}

int am_control_take(am_control *c, am_interventions *interventions, uint64_t now) {
  am_board_command command;
  int n = 0;
  while (c->wish == AM_WISH_NONE && c->answer < 0 && am_board_take(c->board, c->run, &command)) {
    take(c, interventions, &command, now);
    n++;
  }
  if (c->yields && c->wish == AM_WISH_NONE && am_board_wait(c->board, AM_BOARD_ITSELF, 0))
    c->wish = AM_WISH_END;
  return n;
}

bool am_control_is_quit(const am_board_command *command) {
  json_t *root = NULL;
  if (am_json_parse(&root, "a command", command->text, command->length, NULL, NULL) != AMINE_OK)
    return false;
  const char *what = json_string_value(json_object_get(root, "do"));
  const bool quit = what && strcmp(what, "quit") == 0;
  json_decref(root);
  return quit;
}

bool am_control_quits(am_board *board) {
  am_board_command command;
  bool quit = false;
  while (am_board_take(board, AM_BOARD_ITSELF, &command))
    quit = quit || am_control_is_quit(&command);
  return quit;
}

#define LINGER_S 1.0 /* so long after the last page was there it is closed */
#define FIRST_S 30.0 /* so long the first is waited for */

void am_control_linger(am_board *board, const atomic_int *stop, const atomic_int *quit) {
  double last = am_clock();
  while (!atomic_load(stop) && !(quit ? atomic_load(quit) : am_control_quits(board)) &&
         am_clock() - last < (am_board_was_watched(board) ? LINGER_S : FIRST_S)) {
    (void)am_board_wait(board, AM_BOARD_ITSELF, WAIT_S);
    if (am_board_watched(board)) last = am_clock();
  }
}

/* ------------------------------------------------------------------------------ pace */
#define BESIDE_S 0.005 /* between two looks at the run that goes on in step */

/* Is the run ahead of the one beside it? */
static bool is_ahead(am_control *c, double time) {
  const am_control *other = atomic_load(&c->beside);
  atomic_store(&c->at, time);
  return other && !atomic_load(&other->over) && time > atomic_load(&other->at);
}

/* Is the run to go on? *wait_s: else how long to wait for a command. */
static bool goes_on(am_control *c, uint64_t now, double time, double *wait_s) {
  *wait_s = WAIT_S;
  if (now >= c->until) {
    c->paused = true;
    c->until = UINT64_MAX;
  }
  const bool ahead = is_ahead(c, time);
  if (c->paused) return false;
  if (ahead) *wait_s = BESIDE_S;
  if (ahead || c->speed <= 0) return !ahead;
  const double clock = am_clock();
  if (!c->paced || time < c->from) {
    c->paced = true;
    c->since = clock;
    c->from = time;
  }
  const double due = c->since + (time - c->from) / c->speed;
  if (clock > due + 1) c->paced = false; /* it cannot keep up: what was lost is not made up for */
  if (clock >= due) return true;
  *wait_s = due - clock < WAIT_S ? due - clock : WAIT_S;
  return false;
}

bool am_control_stops(const am_control *c) {
  return c->wish != AM_WISH_NONE || (c->stop && atomic_load(c->stop));
}

bool am_control_attend(am_control *c, am_interventions *interventions, uint64_t now, double time,
                       void (*show)(void *context, bool at_once), void *context) {
  for (;;) {
    const bool first = !c->begun, was_paused = c->paused;
    double wait_s;
    const int taken = am_control_take(c, interventions, now);
    c->begun = true;
    if (am_control_stops(c)) return false;
    const bool goes = goes_on(c, now, time, &wait_s);
    show(context, first || taken > 0 || was_paused != c->paused);
    if (goes) return true;
    (void)am_board_wait(c->board, c->run, wait_s);
  }
}

/* ------------------------------------------------------------------------------ writing */
void am_control_put(am_text *text, const am_control *c, const char *ended) {
  am_json_put_bool(text, "paused", c->paused);
  am_json_put_double(text, "speed", c->speed);
  am_json_put_string(text, "look", c->look);
  am_json_put_uint(text, "epoch", c->epoch);
  am_json_put_string(text, "waiting", c->waiting);
  am_json_put_bool(text, "done", ended != NULL);
  am_json_put_string(text, "ended", ended);
  am_json_list(text, "marks");
  if (c->marks && c->marks->data) am_text_puts(text, c->marks->data);
  am_text_puts(text, "]");
  am_json_list(text, "said");
  for (int k = 0; k < c->n_said; k++) {
    am_json_begin(text);
    am_json_put_uint(text, "id", c->said[k].id);
    am_json_put_bool(text, "ok", c->said[k].fine);
    am_json_put_string(text, "text", c->said[k].text);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
  am_json_end(text);
  if (!text->failed) (void)am_board_put(c->board, c->run, "state", text->data, text->length, NULL);
  am_text_free(text);
}
