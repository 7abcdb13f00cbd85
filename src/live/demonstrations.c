/* The classroom's demonstrations (see demonstrations.h). */
#include "live/demonstrations.h"

#include <string.h>

#include "format/json.h"

/* Three cues, three actions, one right for each: 3.3 answers a second, of which a third is right
 * by chance. */
#define CHOICE                                                                                     \
  .preset = "reinforcement", .assignments = {"duration_s=3600", "body.episodes=1200"},             \
  .is_brain = true

static const am_demonstration all[] = {
    {.name = "dopamine",
     .title = "What dopamine says",
     .sentence =
         "A spiking brain learns by reward which of three actions is right for which of three "
         "cues, and dopamine tells it what it did not expect.",
     CHOICE,
     .speed = 2,
     .task =
         {"Watch the rows left, middle and right: after each cue one of them wins. At first it is "
          "any, later the right one. The reward in sum rises by 1 for each right answer, 33 in 10 "
          "s if all are right.",
          "Watch the level of dopamine in the first 10 s: it jumps up and down. Watch it again "
          "after 60 s.",
          "When it is quiet, give a reward of 1 by hand, and then one of -1. Look at dopamine at "
          "that moment.",
          "Give it ten rewards of -1, one a second. Does it still know the answers?"},
     .questions =
         {"After a minute the brain earns more than ever. Why is dopamine still?",
          "Your reward made dopamine jump, and the brain's own rewards do not any more. What "
          "is the difference?",
          "Ten rewards of -1 have not made it forget. Which synapses could they have changed?"}},
    {.name = "hold",
     .title = "When dopamine is held",
     .sentence =
         "The same brain with its dopamine held still, at the baseline, too low and too high.",
     CHOICE,
     .speed = 4,
     .task = {"At once, pull dopamine to 0.5, its baseline, and hold it there for 60 s. How fast "
              "does the "
              "reward in sum rise? (11 in 10 s is chance, 33 is all.)",
              "Release it, and wait 60 s.",
              "Now that it has learned, hold dopamine at 0.5 again, for 30 s. Is anything lost?",
              "Hold it at 0.9 for 30 s, release it and wait; then at 0.2."},
     .questions = {"Held at its baseline the brain fires and chooses, and learns nothing. What is "
                   "missing?",
                   "Why does 0.5 keep what was learned, where 0.9 and 0.2 both destroy it?",
                   "\"It needs more dopamine.\" What would you answer?"}},
    {.name = "lesion",
     .title = "With and without",
     .sentence = "Two copies of one trained brain side by side; a part of one of them is silenced.",
     CHOICE,
     .speed = 4,
     .task = {"Let it learn for 60 s, and pause. Press \"Copy beside it\": two brains in the same "
              "state.",
              "In the copy, lesion the population inhibition. Go on for 20 s, and compare the "
              "rates of left, "
              "middle and right, and the reward in sum.",
              "In the copy, lesion left too. Compare again for 30 s.",
              "Heal left. How much is back at once, and how long does the rest take?",
              "Do the same with the projection cue-left instead of left."},
     .questions =
         {"Without inhibition the others fire more, and the brain earns as much. Is it good for "
          "nothing?",
          "Without left the brain earns two thirds. What does it still know, and how do you "
          "know that?",
          "The lesion of left and that of cue-left look alike from outside. Which is of the "
          "mouth, and which of the memory?"}},
    {.name = "relearning",
     .title = "When the world changes",
     .sentence =
         "Every 36 to 54 s other actions become right, and nobody says so; norepinephrine and "
         "acetylcholine tell how unsure the brain is.",
     .preset = "reversal",
     .assignments = {"duration_s=1228", "task.steps=4096", "task.right=1", "task.wrong=0"},
     .is_brain = true,
     .speed = 3,
     .task = {"Watch norepinephrine and acetylcholine for 60 s. When do they rise, and how long?",
              "Note after such a rise how much the reward in sum grows in 12 s (20 is all).",
              "Pause, press \"Copy beside it\", and hold acetylcholine at 0 in the copy. Go on "
              "until the "
              "world has changed twice, and compare those 12 s.",
              "Release it, and hold norepinephrine at 0 in the copy instead."},
     .questions =
         {"How does the brain notice that the world has changed?",
          "What does acetylcholine change, so that the old answers are given up sooner?",
          "Holding norepinephrine changes nothing, though it rises at every change. What follows "
          "from a signal that comes at the right time, and what does not?"}},
    {.name = "learning-to-learn",
     .title = "Learning to learn",
     .sentence =
         "A network plays a two-armed bandit whose better arm is another one in each episode; what "
         "its weights learn is how to find out.",
     .preset = "bandit",
     .assignments = {"iterations=100000"},
     .speed = 10,
     .task =
         {"Watch the reward: 10 is chance, 14.17 the best that anybody could expect. Wait for 200 "
          "iterations.",
          "Switch learning off. From now on no weight changes. Watch the reward, and the episode "
          "that it "
          "plays.",
          "Switch learning on again, and multiply the rate by 100. After 50 iterations set it back "
          "to 1.",
          "Go back to a mark that you made before (make one first), and try 10 instead of 100."},
     .questions =
         {"With learning off it still finds the better arm in each new episode. Where does it "
          "keep what it found?",
          "What is learned by the weights, and what by the activity?",
          "After a rate of 100 the reward stays at chance for hundreds of iterations, though the "
          "rate "
          "is the old one. Why is that worse than to begin anew?"}},
};
enum { N = sizeof all / sizeof *all };

const am_demonstration *am_demonstrations(int *n) {
  *n = N;
  return all;
}

const am_demonstration *am_demonstration_find(const char *name) {
  for (int k = 0; k < N; k++)
    if (strcmp(all[k].name, name) == 0) return &all[k];
  return NULL;
}

static void put_lines(am_text *text, const char *key, const char *const *lines) {
  am_json_list(text, key);
  for (int k = 0; k < AM_DEMONSTRATION_LINES && lines[k]; k++) {
    if (k > 0) am_text_puts(text, ",");
    am_json_string(text, lines[k]);
  }
  am_text_puts(text, "]");
}

void am_demonstrations_write(am_text *text) {
  am_json_list(text, "demonstrations");
  for (int k = 0; k < N; k++) {
    am_json_begin(text);
    am_json_put_string(text, "name", all[k].name);
    am_json_put_string(text, "title", all[k].title);
    am_json_put_string(text, "sentence", all[k].sentence);
    put_lines(text, "task", all[k].task);
    put_lines(text, "questions", all[k].questions);
    am_text_puts(text, "}");
  }
  am_text_puts(text, "]");
}
