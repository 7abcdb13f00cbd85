/* Signals and pennies, move by move. */
#include "support.h"

#include "task/create.h"
#include "task/game_pennies.h"
#include "task/game_signals.h"

static void signals_tell_then_name(void **state) {
  (void)state;
  am_game *game = NULL;
  float input[7], reward[2];
  MAKE(signals, &game, {.cues = 3});
  assert_int_equal(game->n_agents, 2);
  assert_int_equal(game->n_inputs[0], 7);
  assert_int_equal(game->n_inputs[1], 7);
  for (int n_right = 0; n_right <= 2; n_right++) {
    am_signals_state s = {.cue = {2, 0}};
    game->type->observe(game, &s, 0, input);
    shows(input, 7, "0010000");
    game->type->observe(game, &s, 1, input);
    shows(input, 7, "1000000");
    game->type->step(game, &s, (const int[]){1, 2}, reward);
    assert_true(reward[0] == 0 && reward[1] == 0);
    game->type->observe(game, &s, 0, input); /* the signal of the other, not its cue */
    shows(input, 7, "0000011");
    game->type->observe(game, &s, 1, input);
    shows(input, 7, "0000101");
    game->type->step(game, &s, (const int[]){n_right > 0 ? 0 : 1, n_right > 1 ? 2 : 1}, reward);
    assert_true(reward[0] == 0.5f * (float)n_right && reward[1] == reward[0]);
  }
  am_game_destroy(game);
}

static void cues_are_dealt_alike(void **state) {
  (void)state;
  enum { CUES = 4, N = 32000 };
  am_game *game = NULL;
  int count[CUES][CUES] = {{0}};
  MAKE(signals, &game, {.cues = CUES});
  for (uint32_t i = 0; i < N; i++) {
    am_signals_state s;
    game->type->start(game, &s, 1, 0, i);
    count[s.cue[0]][s.cue[1]]++;
  }
  for (int a = 0; a < CUES; a++)
    for (int b = 0; b < CUES; b++) near(count[a][b], 2000, 5 * sqrt(2000));
  am_game_destroy(game);
}

static void pennies_remember_what_was_played(void **state) {
  (void)state;
  static const struct {
    int action[2];
    const char *shown[2];
    float first; /* what agent 0 earns, of 1/4 */
  } moves[] = {{{0, 1}, {"00000000", "00000000"}, -1},
               {{1, 1}, {"10010000", "01100000"}, 1},
               {{0, 0}, {"01011001", "01010110"}, 1},
               {{1, 0}, {"10100101", "10100101"}, -1}};
  am_game *game = NULL;
  am_pennies_state s;
  MAKE(pennies, &game, {.steps = 4, .memory = 2});
  game->type->start(game, &s, 1, 2, 3);
  for (int t = 0; t < 4; t++) {
    float input[8], reward[2];
    for (int agent = 0; agent < 2; agent++) {
      game->type->observe(game, &s, agent, input);
      shows(input, 8, moves[t].shown[agent]);
    }
    game->type->step(game, &s, moves[t].action, reward);
    assert_true(reward[0] == 0.25f * moves[t].first && reward[1] == -reward[0]);
  }
  am_game_destroy(game);
}

static void bad_options_are_refused(void **state) {
  (void)state;
  REFUSED(signals, am_game, "signals", cues, 1);
  REFUSED(signals, am_game, "signals", cues, 17);
  REFUSED(pennies, am_game, "pennies", steps, 0);
  REFUSED(pennies, am_game, "pennies", steps, 100001);
  REFUSED(pennies, am_game, "pennies", memory, 0);
  REFUSED(pennies, am_game, "pennies", memory, 17);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(signals_tell_then_name),
      cmocka_unit_test(cues_are_dealt_alike),
      cmocka_unit_test(pennies_remember_what_was_played),
      cmocka_unit_test(bad_options_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
