/* The sections of the page, from top to bottom, and what they share.
 *
 * Each adds its part to the page; what has no data is left out, with a word if a reader would miss
 * it. AMINE_ERROR_MEMORY is the only failure; the page is then not to be used. */
#ifndef AMINE_REPORT_TRAIN_SECTIONS_H
#define AMINE_REPORT_TRAIN_SECTIONS_H

#include "base/memory.h"
#include "report/train/overview.h"

/* Title, what was learned in plain words, the result between chance and oracle, a table of runs. */
amine_status am_section_summary(am_text *page, const am_overview *overview, amine_error *error);
/* The reward (or loss) against iterations and seconds. */
amine_status am_section_learning(am_text *page, const am_overview *overview, amine_error *error);
/* One recorded episode, step by step. */
amine_status am_section_episode(am_text *page, const am_overview *overview, amine_error *error);
/* w, alpha and the trace H as pictures. */
amine_status am_section_weights(am_text *page, const am_overview *overview, amine_error *error);
/* Value, entropy, loss, size of the change, learning rate: what any of the learners has. */
amine_status am_section_training(am_text *page, const am_overview *overview, amine_error *error);
/* The configurations, and how to run them again. */
amine_status am_section_settings(am_text *page, const am_overview *overview, amine_error *error);

/* Parts of the summary: bars between chance and oracle, and a line for each of several runs. */
void am_ladder(am_text *page, const am_overview *overview);
void am_run_table(am_text *page, const am_overview *overview);

/* What the page is about: "Grid maze, 11 × 11". Not escaped. */
void am_page_title(am_text *title, const am_overview *overview);

/* What a calibration line is called beside a curve ("chance"), and in a sentence ("an oracle that
 * ..."); any other policy keeps its own name. Not escaped. */
const char *am_line_name(const char *policy);
const char *am_line_meaning(const char *policy);
/* false for a line that would only crowd the picture beside the others */
bool am_line_shown(const am_source *source, size_t line);

/* Which run is shown, escaped: "seed 3 of modulated (of its 10 seeds the nearest to their mean)".
 */
void am_shown_run(am_text *page, const am_overview *overview);

/* A colour key: one entry for each configuration, with its number of runs. Nothing if there is only
 * one. */
void am_page_key(am_text *page, const am_overview *overview);

#endif
