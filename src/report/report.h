/* The report: one HTML page from the folders of one or more runs.
 *
 * Promise: the page holds everything that it shows and asks for nothing from anywhere (it forbids
 * itself to); it can be read without JavaScript. Equal files in folders of equal names give equal
 * bytes: no clock, no path. Text from the files is always escaped.
 *
 * Of each folder are read
 *   config.json      what was run; needed
 *   metrics.jsonl    one object a line: iteration, seconds, reward, value, entropy, loss,
 *                    gradient_norm, rate; a number or null. A torn last line is left out.
 *   lines.json       what known policies earn: [{"policy": "random", "reward": 7.8}, ...]
 *   eval.json        {"episodes", "reward", "se", "actions", "greedy_reward", "greedy_se"}
 *   recording.npz    one episode: see train/recording.h
 * The last four may be missing: the page leaves their figures out with a word.
 *
 * Of a simulation's folder, which is one whose config.json describes a brain: see brain/source.h.
 * Of a folder with a published experiment, which is one with a study.json: see study/source.h.
 */
#ifndef AMINE_REPORT_REPORT_H
#define AMINE_REPORT_REPORT_H

#include "amine/status.h"

/* Reads n_folders >= 1 folders of runs and replaces the file out_path by the page. Runs that differ
 * only in their seed and in how they were run count as one configuration and are drawn as one curve
 * with its spread; configurations are overlaid. Simulations are overlaid run by run; folders of
 * both kinds are AMINE_ERROR_ARGUMENT, and so is a published experiment beside another folder.
 * AMINE_ERROR_INPUT and AMINE_ERROR_IO name the file, and the array or the line, that is damaged or
 * missing. After a failure the file at out_path is what it was. Any thread, but no two with one
 * out_path. */
amine_status am_report_write(const char *const *folders, int n_folders, const char *out_path,
                             amine_error *error);

#endif
