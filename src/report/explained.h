/* The section about what a modulator does, from explain.json of a folder (written by
 * run/signal_json.h, where its members are told): trainings and simulations have the same. */
#ifndef AMINE_REPORT_EXPLAINED_H
#define AMINE_REPORT_EXPLAINED_H

#include <jansson.h>

#include "base/memory.h"

/* *root: what stands in FOLDER/explain.json; NULL where there is no such file. The caller json_decref's
 * it. AMINE_ERROR_INPUT names what is damaged. */
amine_status am_explained_read(json_t **root, const char *folder, amine_error *error);

/* Adds the section; nothing where root is NULL or tells of no signal. */
void am_explained_section(am_text *page, const json_t *root);

#endif
