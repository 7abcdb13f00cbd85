/* What configurations are called: as little as tells each from all others.
 *
 * First come the preset and the name that the variant has in the literature, then the keys that
 * differ, in their order; what does not tell more groups apart than before is left out. */
#include <string.h>

#include "base/memory.h"
#include "report/train/overview.h"

static const char *value_in(const am_overview *o, size_t group, const char *key) {
  return am_source_setting(&o->sources[o->groups[group].runs[0]], key);
}

static bool is(const char *value, const char *wanted) {
  return value && strcmp(value, wanted) == 0;
}

static const char *last_part(const char *key) {
  const char *dot = strrchr(key, '.');
  return dot ? dot + 1 : key;
}

/* "rnn", "plastic", "modulated", "retroactive" (Miconi et al. 2019), "" if it is none of them */
static void put_variant(am_text *text, const am_overview *o, size_t group) {
  const char *rule = value_in(o, group, "rule.type");
  const char *modulator = value_in(o, group, "modulator.type");
  if (!rule || !modulator) return;
  if (is(rule, "none")) {
    am_text_puts(text, "rnn");
  } else if (is(modulator, "constant")) {
    am_text_puts(text, "plastic");
  } else if (is(modulator, "readout")) {
    am_text_puts(text, is(rule, "eligibility") ? "retroactive" : "modulated");
    if (is(value_in(o, group, "modulator.fanout"), "true")) am_text_puts(text, " + fan-out");
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

/* The part-th thing to say about a group: preset, variant, then the differing keys. */
static void put_part(am_text *text, const am_overview *o, size_t group, size_t part) {
  if (part == 0) {
    const char *preset = value_in(o, group, "preset");
    if (preset) am_text_puts(text, preset);
  } else if (part == 1) {
    put_variant(text, o, group);
  } else {
    const char *key = o->differing[part - 2], *value = value_in(o, group, key);
    if (!value) am_text_puts(text, "no ");
    put_short_key(text, o, key);
    if (value) am_text_printf(text, " %s", value);
  }
}

static size_t n_distinct(am_group *groups, size_t n) {
  size_t distinct = 0;
  for (size_t g = 0; g < n; g++) {
    bool seen = false;
    for (size_t h = 0; h < g && !seen; h++) seen = strcmp(groups[g].label, groups[h].label) == 0;
    distinct += !seen;
  }
  return distinct;
}

/* labels[g] = what group g was called, and one part more */
static amine_status extend(char **labels, const am_overview *o, size_t part, amine_error *error) {
  for (size_t g = 0; g < o->n_groups; g++) {
    am_text text = {0}, more = {0};
    put_part(&more, o, g, part);
    am_text_puts(&text, o->groups[g].label);
    if (text.length > 0 && more.length > 0) am_text_puts(&text, ", ");
    am_text_add(&text, more.data, more.length);
    am_text_add(&text, "", 1);
    text.failed = text.failed || more.failed;
    am_text_free(&more);
    labels[g] = text.data;
    if (text.failed) return am_fail_memory(error, 256);
  }
  return AMINE_OK;
}

/* Takes the part into the labels if that tells more groups apart. */
static amine_status try_part(am_overview *o, char **labels, size_t part, amine_error *error) {
  const size_t n = o->n_groups, before = n_distinct(o->groups, n);
  for (size_t g = 0; g < n; g++) labels[g] = NULL;
  amine_status status = extend(labels, o, part, error);
  if (status == AMINE_OK) {
    for (int k = 0; k < 2; k++) { /* there, and back if it was of no use */
      for (size_t g = 0; g < n; g++) {
        char *label = o->groups[g].label;
        o->groups[g].label = labels[g];
        labels[g] = label;
      }
      if (n_distinct(o->groups, n) > before) break;
    }
  }
  for (size_t g = 0; g < n; g++) am_free(labels[g]);
  return status;
}

amine_status am_overview_label(am_overview *o, amine_error *error) {
  char **labels = am_alloc(o->n_groups, sizeof *labels);
  amine_status status = labels ? AMINE_OK : am_fail_memory(error, o->n_groups * sizeof *labels);
  for (size_t g = 0; g < o->n_groups && status == AMINE_OK; g++) {
    o->groups[g].label = am_strdup("");
    if (!o->groups[g].label) status = am_fail_memory(error, 1);
  }
  for (size_t part = 0; part < o->n_differing + 2 && status == AMINE_OK; part++)
    if (n_distinct(o->groups, o->n_groups) < o->n_groups) status = try_part(o, labels, part, error);
  am_free(labels);
  return status;
}
