/* A signal as JSON (see signal_json.h). */
#include "run/signal_json.h"

#include "format/json.h"

void am_signal_put_array(am_text *text, const char *key, const double *values, size_t n) {
  am_json_list(text, key);
  for (size_t k = 0; k < n; k++) {
    if (k > 0) am_text_puts(text, ", ");
    am_json_number(text, values[k], 6);
  }
  am_text_puts(text, "]");
}

static void put_event(am_text *text, const am_signal_event *e) {
  const am_response *r = &e->response;
  am_json_begin(text);
  am_json_put_string(text, "name", e->name);
  am_json_put_string(text, "meaning", e->meaning);
  am_json_put_int(text, "n", r->n);
  am_signal_put_array(text, "mean", r->mean, AM_SIGNAL_WINDOW);
  am_signal_put_array(text, "low", r->low, AM_SIGNAL_WINDOW);
  am_signal_put_array(text, "high", r->high, AM_SIGNAL_WINDOW);
  am_signal_put_array(text, "null_low", r->null_low, AM_SIGNAL_WINDOW);
  am_signal_put_array(text, "null_high", r->null_high, AM_SIGNAL_WINDOW);
  am_text_puts(text, "}");
}

static void put_predicted(am_text *text, const am_predicted *p) {
  static const char *const names[AM_SIGNAL_GROUPS] = {[AM_SIGNAL_SHOWN] = "shown",
                                                      [AM_SIGNAL_PAID] = "paid",
                                                      [AM_SIGNAL_TIME] = "time",
                                                      [AM_SIGNAL_EVENTS] = "events"};
  am_json_put_key(text, "predicted");
  am_json_begin(text);
  am_json_put_double(text, "all", p->all);
  for (int g = 0; g < AM_SIGNAL_GROUPS; g++) am_json_put_double(text, names[g], p->by[g]);
  am_json_put_int(text, "variables", p->n_variables);
  am_json_put_int(text, "fitted", p->n_fitted);
  am_json_put_int(text, "held_out", p->n_held_out);
  am_text_puts(text, "}");
}

void am_signal_put(am_text *text, const am_signal_spread *s, const am_signal_event *events,
                   int n_events, const am_predicted *predicted) {
  am_json_put_double(text, "mean", s->mean);
  am_json_put_double(text, "sd", s->sd);
  am_json_put_double(text, "low", s->low);
  am_json_put_double(text, "middle", s->middle);
  am_json_put_double(text, "high", s->high);
  am_json_put_int(text, "samples", s->n);
  am_json_list(text, "events");
  for (int k = 0; k < n_events; k++)
    if (events[k].response.n > 0) put_event(text, &events[k]);
  am_text_puts(text, "]");
  put_predicted(text, predicted);
}
