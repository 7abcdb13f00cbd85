/* The table of subcommands and options, and how a command line is taken apart by it. Help, the man
 * page and shell completion are written from the same table. */
#include <limits.h>
#include <string.h>

#include "base/words.h"
#include "brain/model.h"
#include "cli/command.h"
#include "cli/module.h"

const cli_option cli_options[] = {
    {CLI_OUT_FOLDER, "--out", "DIR", NULL,
     "folder for all that the run makes; it must not hold a run"},
    {CLI_OUT_STUDY, "--out", "DIR", NULL,
     "folder for all that it makes; one of the same experiment is gone on with"},
    {CLI_OUT_FILE, "--out", "FILE", NULL, "where the page goes"},
    {CLI_OUT_JSON, "--out", "FILE", NULL, "the result as JSON goes to this file, too"},
    {CLI_EVENTS, "--events", "FILE", NULL,
     "what is done to the run, each at its step: lines as of a run's events.jsonl"},
    {CLI_LIVE, "--live", NULL, NULL,
     "a page that shows the run while it goes on, and reaches into it; its address is said at the start"},
    {CLI_INTERACTIVE, "--interactive", NULL, NULL,
     "the live page of one folder, without controls, as DIR/live.html"},
    {CLI_NO_REPORT, "--no-report", NULL, NULL, "no report at the end, and no evaluation for it"},
    {CLI_JSON, "--json", NULL, NULL, "the result as JSON, for programs"},
    {CLI_QUIET, "--quiet", NULL, NULL, "no progress, no messages; errors only"},
    {CLI_MAN, "--man", NULL, NULL, "the manual page (roff)"},
    {CLI_COMPLETION, "--completion", "SHELL", "bash|zsh|fish",
     "a completion script for this shell"},
    {CLI_HELP, "--help", NULL, NULL, "what this subcommand does"},
    {0},
};

const cli_command cli_commands[] = {
    {.name = "train",
     .words = "PRESET|FILE",
     .min_words = 1,
     .max_words = 1,
     .takes = CLI_PRESETS | CLI_FILES | CLI_KEYS,
     .options = CLI_OUT_FOLDER | CLI_EVENTS | CLI_LIVE | CLI_NO_REPORT | CLI_JSON | CLI_QUIET | CLI_HELP,
     .keys = cli_train_keys,
     .n_keys = CLI_N_TRAIN_KEYS,
     .run = cli_train,
     .meaning = "train a network, and show what it learned",
     .about = "Trains a network from a preset (amine list presets) or a JSON file, with key=value "
              "over it (amine show PRESET lists the keys). Progress goes to standard error: the "
              "mean reward per episode beside what known policies earn on the same task.\n\n"
              "Everything that the run makes is in one folder, runs/PRESET-seedN unless --out "
              "names another: the configuration, the metrics, a checkpoint, TensorBoard events, "
              "and at the end an evaluation on 1000 fresh episodes, the recording of one episode "
              "and report.html.\n\n"
              "Ctrl-C finishes the iteration, saves and says how to resume; a second one leaves "
              "at once. The same configuration and seed give the same bytes, on any number of "
              "threads, interrupted or not.\n\n"
              "A world or a learner of your own is a shared object that is named: "
              "task.type=./echo.so, learner.type=./mine.so. No file or folder loads one, so resume, "
              "eval, explain and report want it named again.\n\n"
              "With seeds=N as many runs are trained side by side, each on one thread and in a "
              "folder of its own below runs/PRESET-seedsA-B, with one page over all; amine resume "
              "of that folder goes on with all of them.",
     .examples = {{"amine train maze", "the Grid Maze"},
                  {"amine train bandit seeds=5", "five seeds, a table, a page over all"},
                  {"amine train maze seed=2 network.hidden=200 --out runs/wide",
                   "another seed, a wider network, a folder of your choice"},
                  {"amine train maze rule.type=eligibility iterations=3000",
                   "retroactive modulation, briefly"},
                  {"amine train maze weights=mine.safetensors",
                   "from weights that any program may have written"}}},
    {.name = "simulate",
     .words = "PRESET|FILE",
     .min_words = 1,
     .max_words = 1,
     .takes = CLI_BRAINS | CLI_FILES | CLI_BRAIN_KEYS,
     .options = CLI_OUT_FOLDER | CLI_EVENTS | CLI_LIVE | CLI_NO_REPORT | CLI_JSON | CLI_QUIET | CLI_HELP,
     .keys = cli_simulate_keys,
     .n_keys = CLI_N_SIMULATE_KEYS,
     .run = cli_simulate,
     .meaning = "run a spiking brain with its modulators, recorded",
     .about =
         "Simulates the brain that a preset (amine list brains) or a JSON file describes, with "
         "key=value over it; elements of arrays go by their names: populations.E.n=100. A "
         "protocol (amine list protocols) stimulates and rewards it meanwhile; "
         "clamp.dopamine=0.5 holds a modulator still.\n\n"
         "Everything that the run makes is in one folder, runs/PRESET-seedN unless --out "
         "names another: the configuration, rates, modulator levels and mean weights every 0.1 "
         "s of biological time (metrics.jsonl, TensorBoard events), all spikes (spikes.gdf, "
         "for neo and Elephant), recording.npz, a checkpoint and report.html.\n\n"
         "Ctrl-C finishes the slice of 0.1 s, saves and says how to resume; a second one "
         "leaves at once. The same configuration and seed give the same bytes, on any number "
         "of threads, interrupted or not.\n\n"
         "With seeds=N the protocol runs for N seeds, each beside a control in which the "
         "clamped modulators (clamp.NAME=level, or those that the protocol names, at their "
         "baselines) are held still, and a table shows what that changes, with 95 % "
         "confidence intervals. Each run has a folder of its own below runs/PRESET-seedsA-B, "
         "with one page over all; amine resume of that folder goes on with all of them.\n\n"
         "Files that a description names are looked for from the folder of the description, and "
         "the folder of the run gets copies of them: it can be moved, and its config.json "
         "simulated.",
     .examples = {{"amine simulate brain", "the default brain for 10 s"},
                  {"amine simulate brain duration_s=60 clamp.dopamine=0.5 --out runs/held",
                   "a minute, with dopamine held at its baseline"},
                  {"amine simulate brain seeds=10 clamp.dopamine=0.9",
                   "what dopamine does, over ten seeds"}}},
    {.name = "resume",
     .words = "DIR",
     .min_words = 1,
     .max_words = 1,
     .takes = CLI_FOLDERS | CLI_KEYS | CLI_BRAIN_KEYS,
     .options = CLI_LIVE | CLI_NO_REPORT | CLI_JSON | CLI_QUIET | CLI_HELP,
     .run = cli_resume,
     .meaning = "go on with a run where it stopped, to the bit",
     .about = "Goes on with the run in a folder, of train, simulate, reproduce or sweep, or with all "
              "runs in a folder of several seeds, as if it had never stopped. Keys that results do not "
              "depend on can be changed (threads; "
              "checkpoint_every, iterations; checkpoint_every_s, duration_s); the others are those "
              "of the run.",
     .examples = {{"amine resume runs/maze-seed1", "go on after Ctrl-C, a crash or a power cut"},
                  {"amine resume runs/maze-seed1 iterations=30000", "train a finished run further"},
                  {"amine resume runs/brain-seed1 duration_s=20", "simulate a brain for longer"}}},
    {.name = "replay",
     .words = "DIR",
     .min_words = 1,
     .max_words = 1,
     .takes = CLI_FOLDERS,
     .options = CLI_OUT_FOLDER | CLI_JSON | CLI_QUIET | CLI_HELP,
     .run = cli_replay,
     .meaning = "do a run once more, with all that was done to it, and compare the bits",
     .about = "Does the run in a folder, of train or simulate, once more from its beginning as far as it "
              "has come, in a new folder: from its configuration, its seed, and the interventions in its "
              "events.jsonl, each at its step. Then compares what both came to, byte by byte; the exit "
              "code is 0 if they are the same, 1 if not.",
     .examples = {{"amine replay runs/brain-seed1", "into runs/brain-seed1-replay"}}},
    {.name = "reproduce",
     .words = "NAME...",
     .min_words = 1,
     .max_words = INT_MAX,
     .takes = CLI_STUDIES,
     .options = CLI_OUT_STUDY | CLI_LIVE | CLI_JSON | CLI_QUIET | CLI_HELP,
     .keys = cli_reproduce_keys,
     .n_keys = CLI_N_REPRODUCE_KEYS,
     .run = cli_reproduce,
     .meaning = "a published experiment with its controls: PASS, FAIL or OPEN",
     .about =
         "Runs published experiments (amine list experiments), or all of them, each with its "
         "controls and over several seeds, and judges by criteria that were laid down beforehand "
         "whether what was published came out, and did not come out where it must not. Prints "
         "every run, every criterion with its figure and 95 % confidence interval, and PASS, FAIL "
         "or OPEN: a criterion is met or missed only where the interval shows it, or else the "
         "seeds are too few to judge, and more may be asked for in the same folder. The exit code "
         "is 0 if all passed, 5 if one missed, and 6 if none missed and one is open.\n\n"
         "Everything that it makes is in one folder, runs/NAME unless --out names another (of "
         "several experiments DIR/NAME): each finished run (runs.jsonl), what was run and the "
         "verdicts (study.json), and report.html with the curves of all seeds.\n\n"
         "Ctrl-C stops at once and keeps what is done; the same command with that "
         "folder as --out, or amine resume DIR, goes on from there. The numbers depend "
         "neither on that nor on the number of threads.",
     .examples = {{"amine list experiments", "what there is, and where it was published"},
                  {"amine reproduce all quick=true", "a short look at all of them"}}},
    {.name = "sweep",
     .words = "PRESET|FILE",
     .min_words = 1,
     .max_words = 1,
     .takes = CLI_PRESETS | CLI_BRAINS | CLI_FILES | CLI_KEYS | CLI_BRAIN_KEYS,
     .options = CLI_OUT_STUDY | CLI_LIVE | CLI_JSON | CLI_QUIET | CLI_HELP,
     .keys = cli_sweep_keys,
     .n_keys = CLI_N_SWEEP_KEYS,
     .run = cli_sweep,
     .meaning = "every combination of some keys' values, over seeds: a table",
     .about =
         "Trains, or of a brain simulates, a preset or a JSON file with every combination of the "
         "values of those keys that have several, each for several seeds, side by side, each run on "
         "one thread. Values are a list, key=a,b,c, or a range, key=12..48:12 or "
         "key=0.001..0.1*10; keys with one value are the same in all runs. The values of a key that "
         "takes commas by itself, words or a file, are divided by |, between quotes: "
         "'task.file=a.npz|b.npz'. A combination that is not allowed is told before anything "
         "runs.\n\n"
         "Prints a row for each combination: of each measure of the training, or of the brain's "
         "protocol, the median over the seeds and the quartiles, and which median is best. A run "
         "whose numbers break is told, and the others go on.\n\n"
         "Everything that it makes is in one folder, runs/PRESET-sweep unless --out names another: "
         "sweep.csv with a line for each run, their curves (runs.jsonl), the configuration of each "
         "combination (study.json), and report.html with pictures. Ctrl-C stops at once and keeps "
         "what is done; amine resume DIR, or the same command with that folder as --out, goes on "
         "from there, to the same bytes, on any number of threads; with seeds=N over more seeds. "
         "amine train with the same key=value gives the network of one run.",
     .examples = {{"amine sweep delayed-match task.steps=12,26,40 learner.rate=0.005,0.01,0.02",
                   "9 combinations, 5 seeds each"},
                  {"amine sweep bandit network.hidden=8..32:8 seeds=10 --out runs/width",
                   "a range, ten seeds"},
                  {"amine sweep reinforcement clamp.dopamine=0.3,0.5,0.7,none",
                   "a brain, and the measures of its protocol"}}},
    {.name = "live",
     .words = "[DIR]",
     .max_words = 1,
     .takes = CLI_FOLDERS,
     .options = CLI_JSON | CLI_QUIET | CLI_HELP,
     .keys = cli_live_keys,
     .n_keys = CLI_N_LIVE_KEYS,
     .run = cli_live,
     .meaning = "a page of a run that goes on, was stopped or is done; or of a classroom",
     .about = "Shows what a run's folder holds on a page of this machine: the curve, the episode, the "
              "spikes, the levels, and how far it is while another process is at work in it. Of several "
              "seeds, an experiment or a sweep there is one small picture a run. Prints the address, which "
              "lets in whoever has it, and stays until Ctrl-C. To reach into a run, begin it with --live "
              "(amine train, simulate, resume).\n\n"
              "Without a folder it is a classroom: five demonstrations to choose from, each with a task and "
              "questions (docs/teachers.md).",
     .examples = {{"amine live runs/maze-seed1", "a run, wherever it goes on"},
                  {"amine live", "five demonstrations"},
                  {"amine live runs/bandit-seeds1-5 port=8080", "several seeds, at a port of your choice"}}},
    {.name = "eval",
     .words = "DIR|CHECKPOINT|PRESET",
     .min_words = 1,
     .max_words = 1,
     .takes = CLI_PRESETS | CLI_FOLDERS | CLI_FILES | CLI_KEYS,
     .options = CLI_JSON | CLI_QUIET | CLI_HELP,
     .keys = cli_eval_keys,
     .n_keys = CLI_N_EVAL_KEYS,
     .run = cli_eval,
     .meaning = "run without learning: mean reward, against chance and oracle",
     .about = "Plays fresh episodes with a trained network whose slow weights stay as they are, "
              "and prints the mean reward per episode with its standard error. key=value changes "
              "the world or holds a modulator still: task.size=13, clamp.readout=0. seed chooses "
              "the episodes; none of them was seen in training.\n\n"
              "With weights=FILE the network has the weights of a safetensors file, whatever "
              "program wrote it, and with policy=NAME a policy that learns nothing plays instead; "
              "then a preset is enough.",
     .examples = {{"amine eval runs/maze-seed1", "1000 fresh episodes"},
                  {"amine eval runs/maze-seed1 clamp.readout=0",
                   "the same without neuromodulation"},
                  {"amine eval runs/maze-seed1 task.size=13 actions=greedy",
                   "a larger maze, the best action each time"},
                  {"amine eval maze policy=planner episodes=10000", "what a planner earns"},
                  {"amine eval maze weights=mine.safetensors", "weights from elsewhere"}}},
    {.name = "explain",
     .words = "DIR|CHECKPOINT",
     .min_words = 1,
     .max_words = 1,
     .takes = CLI_FOLDERS | CLI_FILES | CLI_KEYS,
     .options = CLI_OUT_JSON | CLI_JSON | CLI_QUIET | CLI_HELP,
     .keys = cli_explain_keys,
     .n_keys = CLI_N_EXPLAIN_KEYS,
     .run = cli_explain,
     .meaning = "what a modulator does: around events, what predicts it, what holding it costs",
     .about = "Plays fresh episodes with a trained network, whose slow weights stay as they are, and "
              "tells of each signal that modulates it: what it was around rewards and around what the "
              "task names, beside the same signal shuffled in time; how much of it what the world "
              "shows, pays and brings predicts; what it costs to hold it at its mean, at 0, in another "
              "order, or at its mean for a few steps after each sort of event; and which units it "
              "reaches. key=value changes the world, as for amine eval.\n\n"
              "Of a simulation it tells what its recording says of the chemical systems around its "
              "events, and lives its life once more for each of them, held at its baseline: what the "
              "protocol then measures is what holding it costs.\n\n"
              "amine report shows the same, of 64 episodes, or what FOLDER/explain.json holds: "
              "--out puts it there.",
     .examples = {{"amine explain runs/maze-seed1", "64 fresh episodes"},
                  {"amine explain runs/maze-seed1 episodes=1000 --out runs/maze-seed1/explain.json",
                   "narrower intervals, and for the report"},
                  {"amine explain runs/maze-seed1 task.size=13 --json", "in a larger maze"},
                  {"amine explain runs/reinforcement-seed1 seeds=10",
                   "the chemistry of a brain, and ten lives with each system held"}}},
    {.name = "report",
     .words = "DIR...",
     .min_words = 1,
     .max_words = INT_MAX,
     .takes = CLI_FOLDERS,
     .options = CLI_OUT_FILE | CLI_INTERACTIVE | CLI_QUIET | CLI_HELP,
     .run = cli_report,
     .meaning = "one self-contained HTML page of one or more runs",
     .about = "Writes one HTML page that needs nothing else: learning curves with their spread "
              "beside the random, planner and oracle lines, one episode replayed, and the "
              "weights. Runs that differ only in their seed become one curve; others are "
              "overlaid. Of simulations it shows spikes, rates, modulator levels and weights; of "
              "a published experiment, alone, its verdict and its curves. "
              "Without --out it is DIR/report.html for one folder and report.html for "
              "several. Prints the name of the page.\n\n"
              "With --interactive it is the page that amine live shows, of one folder and without controls, as one "
              "file, DIR/live.html unless --out names another, that can be opened from a disk and sent.",
     .examples = {{"amine report runs/maze-seed1", "runs/maze-seed1/report.html"},
                  {"amine report runs/maze-seed* runs/rnn-seed* --out compare.html",
                   "two systems, several seeds"},
                  {"amine report --interactive runs/brain-seed1", "runs/brain-seed1/live.html"}}},
    {.name = "bench",
     .words = "maze|floor|signalling|lstm|plastic-lstm|language|plastic-language|brain",
     .min_words = 1,
     .max_words = 1,
     .takes = CLI_KEYS,
     .choices = "maze|floor|signalling|lstm|plastic-lstm|language|plastic-language|brain",
     .options = CLI_JSON | CLI_QUIET | CLI_HELP,
     .keys = cli_bench_keys,
     .n_keys = CLI_N_BENCH_KEYS,
     .variants = cli_bench_variants,
     .run = cli_bench,
     .meaning = "how fast this is, beside PyTorch, Brian2 and the machine",
     .about = "maze: an iteration of the preset maze-paper, learning from its first update on, in "
              "Amine and in an equation-equivalent PyTorch program, on one thread and on all (or "
              "threads=N), in turn. PyTorch is measured as it comes; at its best, with malloc kept "
              "from handing memory back to the system; and with a backward pass by hand. It needs "
              "the Debian package python3-torch and is left out without it.\n\n"
              "floor: how many multiply-adds and how many bytes this machine manages at most, how "
              "long the iteration would take at that rate, pass by pass, and how near the kernels "
              "come to it.\n\n"
              "signalling: an iteration of delayed match-to-sample, learned by signals without "
              "backprop (the preset delayed-match, both forms) and by backpropagation through time "
              "on the same controller (delayed-match-backprop), and the latter in PyTorch: nn.GRU "
              "over a whole episode, as it comes and at its best, and step by step, as any network "
              "with signals needs it. On one thread and on threads=N, if given.\n\n"
              "lstm, plastic-lstm: the same task by backpropagation through time on a long "
              "short-term memory, and on one whose candidate is plastic, with the clip rule and a "
              "learned read-out; PyTorch: nn.LSTM, and the plastic one written out, in the same "
              "ways.\n\n"
              "language, plastic-language: a window of the preset language, plain and as it is, "
              "and how long an epoch of ./bible.txt would take; PyTorch: nn.LSTM, and the plastic "
              "one written out, as it comes and at its best.\n\n"
              "brain: spiking networks, simulated in Amine and, where it has them, in Brian2's "
              "standalone C++, as its documentation writes them and with the least code per step, "
              "in turn. It needs the Debian packages python3-brian, g++ and make, and compiles for "
              "some time that does not count. The network random is as large as neurons, synapses "
              "and rate say.\n\n"
              "Figures that are to be kept need a quiet machine: a load average above 0.5 is "
              "reported.",
     .examples = {{"amine bench maze", "a few minutes, most of them PyTorch's"},
                  {"amine bench maze peer=none network.hidden=400", "a wider network, alone"},
                  {"amine bench floor", "what is left to gain"},
                  {"amine bench signalling", "with backprop and without: a minute"},
                  {"amine bench plastic-lstm threads=2", "a plastic LSTM: a minute"},
                  {"amine bench brain network=coba", "4,000 spiking neurons"}}},
    {.name = "list",
     .words = "[KIND]",
     .max_words = 1,
     .choices =
         "tasks|rewards|networks|rules|modulators|learners|grid|presets|experiments|brains|protocols|"
         "neurons|synapses",
     .options = CLI_JSON | CLI_HELP,
     .run = cli_list,
     .meaning = "what there is to choose from",
     .about = "Lists tasks, rewards, networks, rules, modulators, learners, the networks that each "
              "learner trains (grid), presets or experiments; of "
              "simulations brains, protocols, models of neurons (neurons) and plasticity rules of "
              "synapses (synapses). Without a KIND all of them.",
     .examples = {{"amine list", "everything"},
                  {"amine list rules", "the plasticity rules and their equations"}}},
    {.name = "show",
     .words = "PRESET|FILE|DIR|network NAME",
     .min_words = 1,
     .max_words = 2,
     .takes = CLI_PRESETS | CLI_BRAINS | CLI_FOLDERS | CLI_FILES | CLI_KEYS | CLI_BRAIN_KEYS,
     .options = CLI_JSON | CLI_HELP,
     .run = cli_show,
     .meaning = "every key with its value, range, unit and meaning",
     .about = "Prints the configuration of a preset, a JSON file, a run's folder or a checkpoint, "
              "with key=value over it. A * marks what differs from the standard value. With "
              "--json it is a file that train (or, of a brain, simulate) takes.\n\n"
              "amine show network NAME, or rule or modulator NAME, prints a text of equations, one "
              "of ours "
              "or in a file, with the shapes that follow from it, what is learned in the order in "
              "which it is saved, and its constants. amine show neuron NAME prints that of a model "
              "of a spiking neuron, how each of its states is integrated, and its constants; amine "
              "show synapse NAME that of a plasticity rule of its synapses.",
     .examples = {{"amine show maze", "what the preset says"},
                  {"amine show maze learner.rate=1e-3 --json >my.json",
                   "begin a configuration of your own"},
                  {"amine show brain", "the default brain"},
                  {"amine show network gru", "its equations, shapes and constants"},
                  {"amine show neuron adex", "its equations and how they are integrated"},
                  {"amine show synapse da-stdp", "its equations, and how rewards become weight"}}},
    {.name = "help",
     .words = "[COMMAND]",
     .max_words = 1,
     .takes = CLI_COMMANDS,
     .options = CLI_MAN | CLI_COMPLETION | CLI_HELP,
     .run = cli_help,
     .meaning = "explain a subcommand; the manual page; shell completion",
     .about = "Explains a subcommand. The manual page and the completion scripts are written from "
              "the same table as this text.",
     .examples = {{"amine help train", "the same as amine train --help"},
                  {"amine help --man | man -l -", "the manual page"},
                  {"source <(amine help --completion bash)", "completion in this shell"}}},
    {0},
};

const cli_command *cli_find_command(const char *name) {
  for (const cli_command *c = cli_commands; c->name; c++)
    if (strcmp(c->name, name) == 0) return c;
  return NULL;
}

/* ------------------------------------------------------------------------------ taking apart */
static const cli_command *current; /* of next_option, which am_nearest gives no context */

static const char *next_option(int k) {
  for (const cli_option *o = cli_options; o->name; o++)
    if ((current->options & o->bit) && k-- == 0) return o->name;
  return NULL;
}

static const cli_option *find_option(const cli_command *command, const char *word, size_t length) {
  for (const cli_option *o = cli_options; o->name; o++)
    if ((command->options & o->bit) && strlen(o->name) == length &&
        memcmp(o->name, word, length) == 0)
      return o;
  return NULL;
}

static amine_status unknown_option(const cli_command *command, const char *word,
                                   amine_error *error) {
  current = command;
  char name[64];
  snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
  const char *near = am_nearest(name, next_option);
  return am_fail(error, AMINE_ERROR_ARGUMENT, "amine %s has no option \"%.60s\"%s%s%s%s%s",
                 command->name, word, near ? "; did you mean " : "", near ? near : "",
                 near ? "?" : "; amine ", near ? "" : command->name,
                 near ? "" : " --help lists them");
}

/* true if the word is one of "a|b|c" */
static bool one_of(const char *choices, const char *word) {
  const size_t n = strlen(word);
  for (const char *p = choices; p; p = strchr(p, '|') ? strchr(p, '|') + 1 : NULL)
    if (strcspn(p, "|") == n && memcmp(p, word, n) == 0) return true;
  return false;
}

static amine_status take_value(cli_line *line, const cli_option *o, const char *value,
                               amine_error *error) {
  if (!value || !value[0])
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s needs a %s after it", o->name, o->value);
  if (o->choices && !one_of(o->choices, value))
    return am_fail(error, AMINE_ERROR_ARGUMENT, "%s %.60s: it must be one of %s", o->name, value,
                   o->choices);
  if (o->bit == CLI_COMPLETION) line->completion = value;
  else if (o->bit == CLI_EVENTS) line->events = value;
  else line->out = value;
  return AMINE_OK;
}

/* One option; *used becomes 2 if it took the next argument. */
static amine_status take_option(cli_line *line, const char *word, const char *next, int *used,
                                amine_error *error) {
  if (strcmp(word, "-h") == 0) word = "--help";
  const char *equal = strchr(word, '=');
  const size_t length = equal ? (size_t)(equal - word) : strlen(word);
  const cli_option *o = find_option(line->command, word, length);
  if (!o) return unknown_option(line->command, word, error);
  line->options |= o->bit;
  if (!o->value && equal) return am_fail(error, AMINE_ERROR_ARGUMENT, "%s takes no value", o->name);
  if (!o->value) return AMINE_OK;
  if (!equal) *used = 2;
  return take_value(line, o, equal ? equal + 1 : next, error);
}

/* Does the word begin with the list of a brain's description whose elements have names of their
 * own: "populations.", "areas."? */
static bool names_element(const char *word) {
  char part[32];
  am_found found;
  const size_t n = strcspn(word, ".=");
  if (word[n] != '.' || n >= sizeof part) return false;
  snprintf(part, sizeof part, "%.*s", (int)n, word);
  return am_brain_find_key(&found, cli_parts(), NULL, part) && found.field &&
         (found.field->kind == AM_FIELD_LIST || found.field->kind == AM_FIELD_MAP);
}

/* key=value has only what keys are made of before the '=', or the name of an element. */
static bool is_assignment(const cli_command *command, const char *word) {
  const size_t n = strcspn(word, "=");
  if (word[n] != '=') return false;
  return strcspn(word, "/\\ ") > n || ((command->takes & CLI_BRAIN_KEYS) && names_element(word));
}

static amine_status check_words(const cli_line *line, amine_error *error) {
  const cli_command *c = line->command;
  if (line->options & CLI_HELP) return AMINE_OK;
  if (line->n_words < c->min_words)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "amine %s needs a %s; amine %s --help explains",
                   c->name, c->words, c->name);
  if (line->n_words > c->max_words)
    return am_fail(error, AMINE_ERROR_ARGUMENT, "\"%.60s\" is one word too many for amine %s%s",
                   line->words[c->max_words], c->name,
                   (c->takes & (CLI_KEYS | CLI_BRAIN_KEYS))
                       ? " (a setting is key=value, without blanks)"
                       : "");
  for (int k = 0; c->choices && k < line->n_words; k++)
    if (!one_of(c->choices, line->words[k]))
      return am_fail(error, AMINE_ERROR_ARGUMENT, "amine %s %.60s: it must be one of %s", c->name,
                     line->words[k], c->choices);
  for (int k = 0; k < line->n_words; k++)
    if (!line->words[k][0])
      return am_fail(error, AMINE_ERROR_ARGUMENT, "amine %s: an empty word is no %s", c->name,
                     c->words);
  return AMINE_OK;
}

amine_status cli_line_parse(cli_line *line, const cli_command *command, int n_args, char **args,
                            amine_error *error) {
  *line = (cli_line){.command = command};
  line->words = am_alloc((size_t)n_args + 1, sizeof *line->words);
  line->assignments = am_alloc((size_t)n_args + 1, sizeof *line->assignments);
  if (!line->words || !line->assignments) return am_fail_memory(error, (size_t)n_args * 8);
  const bool keys = (command->takes & (CLI_KEYS | CLI_BRAIN_KEYS)) || command->n_keys > 0;
  bool options = true;
  for (int k = 0; k < n_args;) {
    const char *word = args[k];
    int used = 1;
    if (options && strcmp(word, "--") == 0) options = false;
    else if (options && word[0] == '-' && word[1])
      AM_TRY(take_option(line, word, k + 1 < n_args ? args[k + 1] : NULL, &used, error));
    else if ((keys && is_assignment(command, word)) || cli_names_module(word)) line->assignments[line->n_assignments++] = word;
    else line->words[line->n_words++] = word;
    k += used;
  }
  return check_words(line, error);
}

void cli_line_free(cli_line *line) {
  am_free(line->words);
  am_free(line->assignments);
  *line = (cli_line){0};
}

/* ------------------------------------------------------------------------------ key=value */
static amine_status unknown_key(const am_config *config, const cli_command *command,
                                const char *name, amine_error *error) {
  char key[AM_KEY_LENGTH] = "";
  const bool keys = command->takes & CLI_KEYS;
  const char *other = keys ? am_key_other_name(name, false) : NULL;
  am_nearest_word nearest = am_nearest_begin(name);
  for (int k = 0; k < command->n_keys; k++) am_nearest_try(&nearest, command->keys[k].name);
  snprintf(key, sizeof key, "%s", other ? other : nearest.best ? nearest.best : "");
  if (keys && !other) am_keys_nearest(key, cli_parts(), config->part, nearest);
  if (am_key_former(name))
    return am_fail(error, AMINE_ERROR_ARGUMENT, AM_KEY_FORMER, name, am_key_former(name));
  return am_fail(error, AMINE_ERROR_ARGUMENT, "unknown key \"%.60s\"%s%s%s", name,
                 key[0] ? "; did you mean " : "", key,
                 key[0] ? "?" : "; amine show maze lists all keys");
}

static amine_status assign(am_config *config, am_value *own, const cli_command *command,
                           const char *assignment, amine_error *error) {
  char name[64];
  const size_t n = strcspn(assignment, "=");
  snprintf(name, sizeof name, "%.*s", n < 63 ? (int)n : 63, assignment);
  for (int k = 0; k < command->n_keys; k++)
    if (strcmp(command->keys[k].name, name) == 0)
      return am_key_read(&command->keys[k], assignment + n + 1, &own[k], error);
  am_key key;
  const bool known = am_key_find(&key, cli_parts(), config->part, name) ||
                     am_key_of_section(&key, cli_parts(), name);
  if ((command->takes & CLI_KEYS) && known) return am_config_assign(config, assignment, error);
  if (n == 0) return am_fail(error, AMINE_ERROR_ARGUMENT, "\"%.60s\" is not key=value", assignment);
  return unknown_key(config, command, name, error);
}

static const cli_variant *chosen; /* of next_own_key */

static const char *next_own_key(int k) { return k < chosen->n_keys ? chosen->keys[k].name : NULL; }

amine_status cli_configure_variant(am_value *own, const cli_variant *variant, const cli_line *line,
                                   amine_error *error) {
  for (int k = 0; k < variant->n_keys; k++)
    own[k] = (am_value){variant->keys[k].standard, (uint64_t)variant->keys[k].standard};
  for (int i = 0; i < line->n_assignments; i++) {
    const char *assignment = line->assignments[i];
    const size_t n = strcspn(assignment, "=");
    int k = 0;
    while (k < variant->n_keys && (strlen(variant->keys[k].name) != n ||
                                   memcmp(variant->keys[k].name, assignment, n) != 0))
      k++;
    if (k == variant->n_keys) {
      char name[64];
      snprintf(name, sizeof name, "%.*s", n < 63 ? (int)n : 63, assignment);
      chosen = variant;
      const char *near = am_nearest(name, next_own_key);
      return am_fail(error, AMINE_ERROR_ARGUMENT, "amine %s%s%s has no key \"%s\"%s%s%s%s%s",
                     line->command->name, variant->word[0] ? " " : "", variant->word, name,
                     near ? "; did you mean " : "", near ? near : "", near ? "?" : "; amine ",
                     near ? "" : line->command->name, near ? "" : " --help lists them");
    }
    AM_TRY(am_key_read(&variant->keys[k], assignment + n + 1, &own[k], error));
  }
  return AMINE_OK;
}

amine_status cli_configure(am_config *config, am_value *own, const cli_line *line,
                           amine_error *error) {
  am_config changed;
  amine_status status = AMINE_OK;
  am_config_copy(&changed, config);
  for (int k = 0; k < line->command->n_keys; k++) own[k].number = line->command->keys[k].standard;
  for (int turn = 0; turn < AM_CONFIG_TURNS; turn++)
    for (int k = 0; k < line->n_assignments && status == AMINE_OK; k++)
      if (am_config_turn(line->assignments[k]) == turn)
        status = assign(&changed, own, line->command, line->assignments[k], error);
  if (status == AMINE_OK) status = am_config_resolve(&changed, error);
  if (status == AMINE_OK) am_config_move(config, &changed);
  am_config_free(&changed);
  return status;
}
