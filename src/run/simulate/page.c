/* protocol.json (see page.h). */
#include "run/simulate/page.h"

#include <math.h>

#include "format/file.h"
#include "format/json.h"
#include "run/folder.h"

void am_protocol_yardsticks(double *chance, double *best, const am_protocol *protocol,
                            const am_value *parameters, const am_task *task) {
  for (int k = 0; k < protocol->n_measures; k++) {
    const am_measure *m = &protocol->measures[k];
    chance[k] = m->chance.who ? m->chance.at : (double)NAN;
    best[k] = m->best.who ? m->best.at : (double)NAN;
  }
  if (protocol->known) protocol->known(chance, best, parameters);
  if (protocol->earned && task) protocol->earned(chance, best, task);
}

static void put_measures(am_text *text, const am_simulation *s) {
  const am_protocol *protocol = s->config->protocol;
  double values[AM_MEASURES_MAX], chance[AM_MEASURES_MAX], best[AM_MEASURES_MAX];
  am_simulation_measure(s, values);
  am_protocol_yardsticks(chance, best, protocol, s->stage.parameters, s->task);
  am_json_list(text, "measures");
  for (int k = 0; k < protocol->n_measures; k++) {
    const am_measure *m = &protocol->measures[k];
    am_text_puts(text, k > 0 ? ",\n" : "\n");
    am_json_begin(text);
    am_json_put_string(text, "name", m->name);
    am_json_put_string(text, "unit", m->unit);
    am_json_put_string(text, "meaning", m->meaning);
    am_json_put_string(text, "title", m->title);
    am_json_put_string(text, "panel", m->panel);
    am_json_put_bool(text, "figure", m->figure);
    am_json_put_double(text, "value", values[k]);
    am_json_put_double(text, "chance", chance[k]);
    am_json_put_string(text, "chance_name", m->chance.who);
    am_json_put_double(text, "best", best[k]);
    am_json_put_string(text, "best_name", m->best.who);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
}

/* The protocol's, behind what it plays. */
static void put_story(am_text *text, const am_simulation *s) {
  am_text story = {0};
  if (s->task)
    am_text_printf(&story, "The task is %s: %s. ", s->task->type->part.name,
                   s->task->type->part.meaning);
  if (s->config->protocol->story) am_text_puts(&story, s->config->protocol->story);
  am_json_put_string(text, "story", story.data);
  text->failed = text->failed || story.failed;
  am_text_free(&story);
}

static void put_pictures(am_text *text, const am_simulation *s) {
  const am_protocol *protocol = s->config->protocol;
  am_pictures pictures = {0};
  am_stage stage = s->stage;
  stage.now = amine_brain_step(s->brain);
  if (protocol->picture) protocol->picture(&pictures, s->state, &stage);
  am_json_list(text, "pictures");
  if (pictures.json.data) am_text_puts(text, pictures.json.data);
  am_text_puts(text, "]");
  text->failed = text->failed || pictures.json.failed;
  am_text_free(&pictures.json);
}

amine_status am_simulation_page_write(const am_simulation *s, const char *folder,
                                      amine_error *error) {
  const am_protocol *protocol = s->config->protocol;
  const double shown = am_simulation_shown(s);
  am_text text = {0}, path = {0};
  am_json_begin(&text);
  am_json_put_string(&text, "name", protocol->name);
  am_json_put_string(&text, "title", protocol->title);
  put_story(&text, s);
  const char *headline = protocol->headline, *judged = protocol->judged;
  if (protocol->says && s->task) protocol->says(&headline, &judged, s->task);
  am_json_put_string(&text, "headline", headline);
  am_json_put_string(&text, "judged", judged);
  am_json_put_double(&text, "finished_s", shown < am_simulation_time(s) ? shown : (double)NAN);
  put_measures(&text, s);
  put_pictures(&text, s);
  am_json_end(&text);
  amine_status status = text.failed ? am_fail_memory(error, text.length)
                                    : am_folder_path(&path, folder, AM_PROTOCOL_FILE, error);
  if (status == AMINE_OK) status = am_file_replace(path.data, text.data, text.length, error);
  am_text_free(&text);
  am_text_free(&path);
  return status;
}
