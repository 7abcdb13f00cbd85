/* What configurations are called: as little as tells each from all others.
 *
 * First come the preset and the name that it has in the literature, then the keys that
 * differ, in their order; what does not tell more variants apart than before is left out. */
#include <string.h>

#include "base/memory.h"
#include "report/train/overview.h"

static const char *value_in(const am_overview *o, size_t variant, const char *key) {
  return am_source_setting(&o->sources[o->variants[variant].runs[0]], key);
}

static bool is(const char *value, const char *wanted) {
  return value && strcmp(value, wanted) == 0;
}

static const char *last_part(const char *key) {
  const char *dot = strrchr(key, '.');
  return dot ? dot + 1 : key;
}

/* "rnn", "plastic", "modulated", "retroactive" (Miconi et al. 2019), "" if it is none of them */
static void put_published(am_text *text, const am_overview *o, size_t variant) {
  const char *rule = value_in(o, variant, "rule.type");
  const char *modulator = value_in(o, variant, "modulator.type");
  if (!rule || !modulator) return;
  if (is(rule, "none")) {
    am_text_puts(text, "rnn");
  } else if (is(modulator, "constant")) {
    am_text_puts(text, "plastic");
  } else if (is(modulator, "readout")) {
    am_text_puts(text, is(rule, "eligibility") ? "retroactive" : "modulated");
    if (is(value_in(o, variant, "modulator.fanout"), "true")) am_text_puts(text, " + fan-out");
  }
}

/* "network.hidden" is "hidden", "rule.type" is "rule", unless that would not be clear. */
static void put_short_key(am_text *text, const am_overview *o, const char *key) {
  const char *last = last_part(key);
  size_t n_same = 0;
  if (strcmp(last, "type") == 0 && last != key) {
    am_text_add(text, key, (size_t)(last - 1 - key));
    return;
  }
  for (size_t k = 0; k < o->n_differing; k++)
    n_same += strcmp(last_part(o->differing[k]), last) == 0;
  am_text_puts(text, n_same > 1 ? key : last);
}

/* The part-th thing to say about a variant: preset, its published name, then the differing keys. */
static void put_part(am_text *text, const am_overview *o, size_t variant, size_t part) {
  if (part == 0) {
    const char *preset = value_in(o, variant, "preset");
    if (preset) am_text_puts(text, preset);
  } else if (part == 1) {
    put_published(text, o, variant);
  } else {
    const char *key = o->differing[part - 2], *value = value_in(o, variant, key);
    if (!value) am_text_puts(text, "no ");
    put_short_key(text, o, key);
    if (value) am_text_printf(text, " %s", value);
  }
}

static size_t n_distinct(am_variant *variants, size_t n) {
  size_t distinct = 0;
  for (size_t v = 0; v < n; v++) {
    bool seen = false;
    for (size_t h = 0; h < v && !seen; h++)
      seen = strcmp(variants[v].label, variants[h].label) == 0;
    distinct += !seen;
  }
  return distinct;
}

/* labels[v] = what variant v was called, and one part more */
static amine_status extend(char **labels, const am_overview *o, size_t part, amine_error *error) {
  for (size_t v = 0; v < o->n_variants; v++) {
    am_text text = {0}, more = {0};
    put_part(&more, o, v, part);
    am_text_puts(&text, o->variants[v].label);
    if (text.length > 0 && more.length > 0) am_text_puts(&text, ", ");
    am_text_add(&text, more.data, more.length);
    am_text_add(&text, "", 1);
    text.failed = text.failed || more.failed;
    am_text_free(&more);
    labels[v] = text.data;
    if (text.failed) return am_fail_memory(error, 256);
  }
  return AMINE_OK;
}

/* Takes the part into the labels if that tells more variants apart. */
static amine_status try_part(am_overview *o, char **labels, size_t part, amine_error *error) {
  const size_t n = o->n_variants, before = n_distinct(o->variants, n);
  for (size_t v = 0; v < n; v++) labels[v] = NULL;
  amine_status status = extend(labels, o, part, error);
  if (status == AMINE_OK) {
    for (int k = 0; k < 2; k++) { /* there, and back if it was of no use */
      for (size_t v = 0; v < n; v++) {
        char *label = o->variants[v].label;
        o->variants[v].label = labels[v];
        labels[v] = label;
      }
      if (n_distinct(o->variants, n) > before) break;
    }
  }
  for (size_t v = 0; v < n; v++) am_free(labels[v]);
  return status;
}

amine_status am_overview_label(am_overview *o, amine_error *error) {
  char **labels = am_alloc(o->n_variants, sizeof *labels);
  amine_status status = labels ? AMINE_OK : am_fail_memory(error, o->n_variants * sizeof *labels);
  for (size_t v = 0; v < o->n_variants && status == AMINE_OK; v++) {
    o->variants[v].label = am_strdup("");
    if (!o->variants[v].label) status = am_fail_memory(error, 1);
  }
  for (size_t part = 0; part < o->n_differing + 2 && status == AMINE_OK; part++)
    if (n_distinct(o->variants, o->n_variants) < o->n_variants)
      status = try_part(o, labels, part, error);
  am_free(labels);
  return status;
}
