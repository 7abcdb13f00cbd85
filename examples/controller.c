/* A controller that learns while it acts, in a block of memory of fixed size: what would run on a
 * microcontroller, ten times over, on this computer.
 *
 *   cc controller.c $(pkg-config --cflags --libs amine) -o controller && ./controller
 *   ./controller [STEPS [HIDDEN [UPDATE_EVERY [LESION]]]]        8, 16, 8 and none
 *
 * The task is delayed match-to-sample: one of two cues is shown at the first step, one at the last
 * but one; at the last step it is asked whether they were the same. Reward 1 if it is right, else
 * 0. Printed: after how many trials 95 % of the last 400 were right, for seeds 0 to 9. Then the
 * block goes to "flash" and back, and the controller answers as before. Control: the same with
 * learning switched off, which stays at chance. */
#include <amine/amine.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEEDS = 10, MOST = 30000, LAST = 400, BYTES = 64 * 1024 };

static uint32_t block[BYTES / 4], flash[BYTES / 4];

static void must(amine_status status) {
  if (status == AMINE_OK) return;
  fprintf(stderr, "%s\n", amine_status_name(status));
  exit(1);
}

static int coin(uint64_t *state) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (int)(*state >> 63);
}

/* One trial of so many steps: 1 if the answer was right. */
static int trial(amine_controller *c, int steps, uint64_t *random) {
  const int first = coin(random), second = coin(random);
  int action = 0;
  must(amine_controller_begin(c));
  for (int t = 0; t < steps - 1; t++) {
    const int cue = t == 0 ? first : t == steps - 2 ? second : -1;
    const float input[3] = {(float)(cue == 0), (float)(cue == 1), 0};
    must(amine_controller_observe(c, input));
    must(amine_controller_reward(c, 0));
  }
  const float asked[3] = {0, 0, 1};
  must(amine_controller_act(c, &action, asked));
  const int right = action == (first == second);
  must(amine_controller_reward(c, (float)right));
  must(amine_controller_end(c));
  return right;
}

/* Trials until 95 % of the last 400 were right; 0 if that does not come. */
static int practise(amine_controller *c, int steps, int most, uint64_t *random) {
  unsigned char ring[LAST] = {0};
  int right = 0;
  for (int k = 0; k < most; k++) {
    const int now = trial(c, steps, random);
    right += now - ring[k % LAST];
    ring[k % LAST] = (unsigned char)now;
    if (right * 100 >= 95 * LAST) return k + 1;
  }
  return 0;
}

static int count_right(amine_controller *c, int steps, uint64_t *random) {
  int right = 0;
  for (int k = 0; k < LAST; k++) right += trial(c, steps, random);
  return right;
}

static void lesion(amine_controller_options *o, const char *name) {
  if (strcmp(name, "random") == 0) o->feedback = AMINE_CONTROLLER_RANDOM;
  if (strcmp(name, "gains") == 0) o->gain = 0;
  if (strcmp(name, "frozen") == 0) o->input_share = o->recurrent_share = o->gain_share = 0;
}

int main(int argc, char **argv) {
  const int steps = argc > 1 ? atoi(argv[1]) : 8;
  if (steps < 3) return 2;
  amine_controller_options o = amine_controller_options_default();
  o.n_inputs = 3;
  if (argc > 2) o.n_hidden = atoi(argv[2]), o.n_signal = o.n_hidden / 2;
  if (argc > 3) o.update_every = atoi(argv[3]);
  if (argc > 4) lesion(&o, argv[4]);
  const size_t bytes = amine_controller_bytes(&o);
  printf("%d + %d units, %zu bytes; trials to 95 %%, of %d steps, by seed:", (int)o.n_hidden,
         (int)o.n_signal, bytes, steps);
  int learned = 0, kept = 0, control = 0;
  for (uint64_t seed = 0; seed < SEEDS; seed++) {
    amine_controller *c;
    uint64_t random = seed + 20261122;
    must(amine_controller_init(&c, block, sizeof block, &o, seed));
    const int n = practise(c, steps, MOST, &random);
    printf(n ? " %d" : " never", n);
    learned += n > 0;

    memcpy(flash, block, bytes); /* off, and on again */
    memset(block, 0, sizeof block);
    memcpy(block, flash, bytes);
    must(amine_controller_open(&c, block, sizeof block));
    amine_controller_learning(c, false);
    amine_controller_greedy(c, true);
    kept += count_right(c, steps, &random) >= 0.95 * LAST;

    must(amine_controller_init(&c, block, sizeof block, &o, seed));
    amine_controller_learning(c, false);
    control += practise(c, steps, 5000, &random) > 0;
  }
  printf("\nlearned: %d of %d; still there after flash: %d; learned with learning off: %d\n",
         learned, SEEDS, kept, control);
  return learned >= 9 && kept >= 9 && control == 0 ? 0 : 1;
}
