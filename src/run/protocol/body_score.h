/* What is counted of a task that a body plays (body.c), the measures that are made of it, and the
 * pictures of it.
 *
 * The counts are plain numbers of 8 bytes, all zero at first: a part of the state of the protocol. */
#ifndef AMINE_RUN_PROTOCOL_BODY_SCORE_H
#define AMINE_RUN_PROTOCOL_BODY_SCORE_H

#include "run/protocol/body_blocks.h"
#include "run/protocol/body_map.h"
#include "run/protocol/protocol.h"

enum {
  AM_BODY_EPISODES = 4096,
  AM_BODY_COURSE = 50,  /* parts of an episode */
  AM_BODY_TABLE = 16,   /* actions at most of which a table says what was done */
  AM_BODY_WATCHED = 64, /* times of a step at which a level is averaged */
  AM_BODY_COUNTS = 256, /* spikes of a chosen action, or more, that are told apart */
  AM_BODY_MEASURES = 36
};

typedef struct am_body_episode {
  uint64_t steps, errors;
  uint64_t asked, right;  /* steps that have a right action; and that took it */
  uint64_t ended, nearer; /* by the world, not by its length; steps nearer to the goal of a map */
  double reward, error;  /* error: sum of |delta| over errors */
} am_body_episode;

typedef struct am_body_score {
  uint64_t n_episodes;   /* done */
  uint64_t until, spikes; /* time has passed, until this step; spikes of all actions by then */
  /* Uncertainty: how often it was measured; sums. */
  uint64_t n_watched;
  double uncertainty, level;
  /* The level at the times of a step of the task: in_step of them so far, in so many steps of the
   * brain after it was shown at shown_at; sums where events (bits of `shown`) were shown. */
  uint64_t in_step, shown, shown_at, when[AM_BODY_WATCHED];
  uint64_t n_levels[AM_TASK_EVENTS][AM_BODY_WATCHED];
  double levels[AM_TASK_EVENTS][AM_BODY_WATCHED];
  /* Chosen actions by their spikes: right ones where one was due, and where none was. */
  uint64_t winner[2][AM_BODY_COUNTS];
  double course[AM_BODY_COURSE];     /* rewards at each part of an episode, */
  uint64_t n_course[AM_BODY_COURSE]; /* and how many: of the last half of those planned */
  /* Steps with an answer to give, and with none; that got the right one, and that got one. */
  uint64_t due[2], given[2];
  uint64_t latency, n_latencies; /* sum over hits, in steps of the brain, and how many had one */
  /* [right action][action], of the first and of the last quarter of those planned */
  uint64_t chosen[2][AM_BODY_TABLE][AM_BODY_TABLE];
  double norepinephrine, acetylcholine; /* sums of the levels after n_told answers */
  uint64_t n_told;
  am_body_map map;       /* of a task that has one, see there */
  am_body_blocks blocks; /* of a task of blocks */
  am_body_episode episodes[AM_BODY_EPISODES]; /* the one that goes on is [n_episodes] */
} am_body_score;

/* What a score is of. */
typedef struct am_body_game {
  const am_task *task;
  uint64_t planned;         /* episodes */
  int n_said;               /* actions that populations say: all, or all but the last one */
  int n_neurons;            /* of them */
  const char *const *names; /* [n_said] what they are called; NULL elsewhere than in pictures */
  double dt_ms, cost;       /* cost: of a spike of an action's neuron in a second */
  double expected;          /* reward; NAN: none is */
  double gamma;             /* discount of a step */
  bool goes_on;             /* an episode does */
} am_body_game;

/* ---- Counting. Of an answer: what was right, what was chosen and what was done. */
typedef struct am_body_answer {
  int right, chosen, action;
  uint64_t spikes;  /* of the chosen one */
  uint64_t latency; /* steps until the action had what it needs; UINT64_MAX: it had not */
} am_body_answer;
void am_body_score_answer(am_body_score *score, const am_body_game *game, const am_body_answer *a);
/* An action has led from a place to another one, of a task that has a map. */
void am_body_score_moved(am_body_score *score, const am_body_game *game, int from, int action, int to);
/* The levels of norepinephrine and acetylcholine once they have been told of an answer. */
void am_body_score_told(am_body_score *score, double norepinephrine, double acetylcholine);
/* The reward of a step, counted from 0 in its episode, and an error. */
void am_body_score_reward(am_body_score *score, const am_body_game *game, uint64_t step,
                          double reward);
void am_body_score_error(am_body_score *score, double delta);
/* A step is shown, with these events; and the uncertainty is measured, with the level then. */
void am_body_score_shown(am_body_score *score, uint64_t now, unsigned events);
void am_body_score_watched(am_body_score *score, uint64_t now, double uncertainty, double level);
/* false if these numbers cannot have come about so. */
bool am_body_score_check(const am_body_score *score, const am_body_game *game);

/* ---- What it comes to. The table of measures, and values [AM_BODY_MEASURES]; what has nothing to
 * say yet stays as it is. */
extern const am_measure am_body_measures[AM_BODY_MEASURES];
void am_body_measure(double *values, const am_body_score *score, const am_body_game *game);
/* See am_protocol.earned. */
void am_body_earned(double *chance, double *best, const am_task *task);
/* Episodes [first, first + n), added up. */
am_body_episode am_body_sum(const am_body_score *score, uint64_t first, uint64_t n);
/* What the lowest and the highest line of the task earn, and how many steps an episode is of theirs; NAN:
 * there is none, or it is not known. */
void am_body_lines(double *guessing, double *ceiling, const am_task *task);
void am_body_lengths(double *guessing, double *ceiling, const am_task *task);
/* See am_protocol.says. */
void am_body_says(const char **headline, const char **judged, const am_task *task);

/* body_picture.c */
void am_body_pictures(am_pictures *pictures, const am_body_score *score, const am_body_game *game);

#endif
