/* Contextual fine-tuning: a network that says of two cues whether they match goes to the reverse,
 * with one role of its tensors learning; what it then knows of the new task and of the old one. */
#include <math.h>

#include "run/study/studies.h"

enum { FIRST, MODULATOR, BIASES, TRACES, HEADS, WEIGHTS, ALL, FRESH, N_ARMS };

#define PRESET "fine-tuning"
#define NEW "task.rule=nonmatch", "iterations=600"
#define TUNED(role) AM_AFTER(FIRST, role, PRESET, NEW, "learn=" role)

static const am_arm arms[N_ARMS] = {
    [FIRST] = AM_ARM("the first task", PRESET, NULL),
    [MODULATOR] = TUNED("modulator"),
    [BIASES] = TUNED("biases"),
    [TRACES] = TUNED("traces"),
    [HEADS] = TUNED("heads"),
    [WEIGHTS] = TUNED("weights"),
    [ALL] = TUNED("all"),
    [FRESH] = AM_CONTROL("from nothing", PRESET, NEW),
};

#define LEARNS "evaluation"
#define KEEPS "kept"

static const am_criterion full[] = {
    {FIRST, LEARNS, AM_JUDGE_MEAN, 0.95, INFINITY, 0, "the first task is learned"},
    {FRESH, LEARNS, AM_JUDGE_MEAN, 0.95, INFINITY, 0, "so is the second, from nothing"},
    {ALL, LEARNS, AM_JUDGE_MEAN, 0.95, INFINITY, 0, "and where all learns"},
    {ALL, KEEPS, AM_JUDGE_MEAN, -INFINITY, 0.85, 0, "then of the first something is forgotten"},
    {HEADS, LEARNS, AM_JUDGE_MEAN, 0.85, INFINITY, 0, "read-outs alone learn the second"},
    {HEADS, KEEPS, AM_JUDGE_MEAN, -INFINITY, 0.5, 0, "and answer the first worse than by guessing"},
    {HEADS, KEEPS, AM_JUDGE_DIFFERENCE, -INFINITY, 0, ALL, "worse than if all had learned"},
    {TRACES, LEARNS, AM_JUDGE_MEAN, 0.85, INFINITY, 0, "plasticity alone learns the second"},
    {WEIGHTS, LEARNS, AM_JUDGE_MEAN, 0.85, INFINITY, 0, "so do matrices alone"},
    {BIASES, LEARNS, AM_JUDGE_MEAN, -INFINITY, 0.75, 0,
     "biases alone bring no more than three of the four cases"},
    {MODULATOR, LEARNS, AM_JUDGE_MEAN, -INFINITY, 0.75, 0, "nor does the modulator alone"},
};

static const am_criterion quick[] = {
    {FIRST, LEARNS, AM_JUDGE_AT_LEAST, 0.9, 1, 0.5, "the first task is learned"},
    {FRESH, LEARNS, AM_JUDGE_AT_LEAST, 0.9, 1, 0.5, "so is the second, from nothing"},
    {HEADS, LEARNS, AM_JUDGE_AT_LEAST, 0.6, 1, 0.5, "read-outs alone learn the second"},
    {HEADS, KEEPS, AM_JUDGE_AT_LEAST, 0, 0.5, 0.5, "and turn the first one round"},
};

static const am_chart charts[] = {{"reward", "Share of right answers while learning", NULL}};

const am_study am_study_fine_tuning = {
    .name = PRESET,
    .title = "Fine-tuning: which parts of a network may learn, and what is forgotten",
    .meaning = "a trained network goes to the reverse task with one part of it learning",
    .source = "after Miconi, Rawal, Clune, Stanley 2019, arXiv 2002.10585 (the network)",
    .page = "docs/reproductions.md#fine-tuning",
    AM_ARMS(arms),
    .full = {.assignments = {NULL},
             AM_CRITERIA(full),
             .band =
                 "Guessing brings 0.5, three of the four cases right 0.75. What learns and what "
                 "is forgotten: seeds 0 to 9; a verdict counts on others (seed=100)."},
    .quick = {.assignments = {"iterations=300", "network.hidden=16"},
              AM_CRITERIA(quick),
              .band = "Fewer units and iterations; seeds 0 to 9."},
    AM_CHARTS(charts),
};
