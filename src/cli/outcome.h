/* What a finished run came to: the evaluation in its folder. */
#ifndef AMINE_CLI_OUTCOME_H
#define AMINE_CLI_OUTCOME_H

#include "cli/command.h"
#include "run/train/health.h"
#include "task/task.h"

/* When training counts as a success, and when it was one. */
typedef struct cli_criterion {
  bool there;
  double reward;    /* the task's; NAN if the learner has its own: */
  char meaning[64]; /* in words, else "" */
  double trials;    /* episodes to it, NAN if it was not reached */
} cli_criterion;

typedef struct cli_outcome {
  uint64_t iteration;
  int n_episodes;
  double reward, se, greedy_reward, greedy_se;
  cli_criterion criterion;
  char collapsed[AM_HEALTH_SENTENCE]; /* that learning has, in words, else "" */
} cli_outcome;

/* Evaluates, records an episode and looks at what modulates it, unless the folder holds what that gives
 * of its checkpoint. */
amine_status cli_outcome_record(const cli_line *line, const am_config *config, const char *folder,
                                amine_error *error);

amine_status cli_outcome_read(cli_outcome *outcome, const char *folder, amine_error *error);

/* "input 0.3 1  target 0.9  prediction 0.87", of the sample in FOLDER/eval.json; nothing without.
 */
void cli_put_sample(am_text *text, const char *folder);

/* Prints it beside the lines of the task, as text or JSON. Returns the exit code. */
int cli_outcome_print(const cli_outcome *outcome, const cli_line *line, const am_config *config,
                      const char *folder, const char *page);

/* How the network plays, in words: what is greedy where it does not act is without exploration. */
const char *cli_network_plays(const am_task *task, bool greedy);

/* What a result is called: a mean reward, or of a task of symbols its perplexity exp(-reward); and
 * the line over a table of them, over n episodes. */
double cli_spoken(const am_task *task, double reward);
double cli_spoken_error(const am_task *task, double reward, double error);
void cli_put_heading(am_text *text, const am_task *task, int n_episodes);

/* Decimals of what is spoken of: more where rewards are small. */
int cli_reward_digits(const am_task *task);

/* Adds "reached 0.95 after 7,840 trials", or that it did not. */
void cli_put_criterion(am_text *text, const cli_criterion *criterion);

/* The table rows, and the JSON member, of what known policies earn on the task. */
void cli_lines_table(am_text *text, const am_task *task, int column);
void cli_lines_json(am_text *text, const am_task *task);

#endif
