/* What a finished run came to: the evaluation in its folder. */
#ifndef AMINE_CLI_OUTCOME_H
#define AMINE_CLI_OUTCOME_H

#include "cli/command.h"
#include "task/task.h"

enum { CLI_OUTCOME_EPISODES = 1000 };

typedef struct cli_outcome {
  uint64_t iteration;
  int n_episodes;
  double reward, se, greedy_reward, greedy_se;
  double criterion,
      trials; /* of the task, NAN if it has none; episodes to it, NAN if not reached */
} cli_outcome;

/* Evaluates and records an episode, unless that was done since the checkpoint was written. */
amine_status cli_outcome_record(const cli_line *line, const am_config *config, const char *folder,
                                amine_error *error);

amine_status cli_outcome_read(cli_outcome *outcome, const char *folder, amine_error *error);

/* Prints it beside the lines of the task, as text or JSON. Returns the exit code. */
int cli_outcome_print(const cli_outcome *outcome, const cli_line *line, const am_config *config,
                      const char *folder, const char *page);

/* Decimals of a reward: more where rewards are small. */
int cli_reward_digits(const am_task *task);

/* Adds "reached 0.95 after 7,840 trials", or that it did not. */
void cli_put_criterion(am_text *text, double criterion, double trials);

/* The table rows, and the JSON member, of what known policies earn on the task. */
void cli_lines_table(am_text *text, const am_task *task, int column);
void cli_lines_json(am_text *text, const am_task *task);

#endif
