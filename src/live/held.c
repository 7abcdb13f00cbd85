/* What holds of all that was done to a run (see held.h). */
#include "live/held.h"

#include <math.h>
#include <string.h>

#include "format/file.h"

#define LIMIT ((size_t)4 << 20)

static size_t find(const am_held *h, const char *name) {
  size_t k = 0;
  while (k < h->n_lesioned && strcmp(h->lesioned[k], name) != 0) k++;
  return k;
}

static void lesion(am_held *h, const char *name) {
  if (find(h, name) < h->n_lesioned) return;
  char **grown = am_resize(h->lesioned, h->n_lesioned + 1, sizeof *grown);
  char *copy = am_strdup(name);
  if (grown) h->lesioned = grown;
  if (grown && copy) h->lesioned[h->n_lesioned++] = copy;
  else am_free(copy);
}

static void heal(am_held *h, const char *name) {
  const size_t k = find(h, name);
  if (k == h->n_lesioned) return;
  am_free(h->lesioned[k]);
  h->n_lesioned--;
  memmove(h->lesioned + k, h->lesioned + k + 1, (h->n_lesioned - k) * sizeof *h->lesioned);
}

static void take(am_held *h, const am_intervention *one) {
  const int system = am_modulator_find(one->of, strlen(one->of));
  if (strcmp(one->kind, "learning") == 0) h->resting = one->value == 0;
  if (strcmp(one->kind, "rate") == 0) h->rate_factor = one->value;
  if (strcmp(one->kind, "clamp") == 0 && system >= 0) h->held[system] = one->value;
  if (strcmp(one->kind, "release") == 0 && system >= 0) h->held[system] = (double)NAN;
  if (strcmp(one->kind, "lesion") == 0) lesion(h, one->of);
  if (strcmp(one->kind, "heal") == 0) heal(h, one->of);
}

void am_held_read(am_held *h, const char *folder, uint64_t now) {
  am_text path = {0};
  unsigned char *data = NULL;
  size_t size = 0;
  if (am_folder_path(&path, folder, AM_INTERVENTIONS_FILE, NULL) == AMINE_OK &&
      !am_file_missing(path.data))
    (void)am_file_read(path.data, LIMIT, &data, &size, NULL);
  const char *at = (const char *)data, *end;
  while (at && (end = strchr(at, '\n'))) {
    am_intervention one = {0};
    if (am_intervention_read(&one, path.data, at, (size_t)(end - at), NULL) != AMINE_OK) break;
    if (one.step > now) break;
    take(h, &one);
    at = end + 1;
  }
  am_free(data);
  am_text_free(&path);
}

void am_held_free(am_held *h) {
  for (size_t k = 0; k < h->n_lesioned; k++) am_free(h->lesioned[k]);
  am_free(h->lesioned);
  h->lesioned = NULL;
  h->n_lesioned = 0;
}
