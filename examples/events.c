/* A brain from a model file, and the events that teach it.
 *
 *   cc events.c $(pkg-config --cflags --libs amine) -lm -o events && ./events
 *
 * Every 200 to 400 ms a cue lets the population S fire. If A then fires more than B within 40 ms
 * there is a reward, else there is none; what is expected of it follows by a tenth. Dopamine's
 * level minus its baseline multiplies what the synapses from S remember (rule da-stdp, factor
 * signed). The whole experiment stands in the file: this program runs it, and looks at what has
 * happened. Control: dopamine clamped at its baseline. docs/model.md lists all that a file may
 * say. */
#include "effect.h"
#include <string.h>

static const char model[] =
    "{\"populations\": ["
    "   {\"name\": \"S\", \"n\": 40, \"model\": \"spikes\"},"
    "   {\"name\": \"A\", \"n\": 10, \"model\": \"lif\"},"
    "   {\"name\": \"B\", \"n\": 10, \"model\": \"lif\"}],"
    " \"projections\": ["
    "   {\"source\": \"S\", \"target\": \"A\", \"connect\": \"all\", \"weight\": 1.5,"
    "    \"rule\": \"da-stdp\", \"factor\": \"signed\","
    "    \"values\": {\"tau_c_ms\": 200, \"a_plus\": 0.02, \"a_minus\": 0.01, \"w_max\": 3}},"
    "   {\"source\": \"S\", \"target\": \"B\", \"connect\": \"all\", \"weight\": 1.5,"
    "    \"rule\": \"da-stdp\", \"factor\": \"signed\","
    "    \"values\": {\"tau_c_ms\": 200, \"a_plus\": 0.02, \"a_minus\": 0.01, \"w_max\": 3}},"
    "   {\"source\": \"A\", \"target\": \"B\", \"connect\": \"all\", \"weight\": -0.5},"
    "   {\"source\": \"B\", \"target\": \"A\", \"connect\": \"all\", \"weight\": -0.5}],"
    " \"inputs\": ["
    "   {\"population\": \"A\", \"type\": \"poisson\", \"rate_hz\": 400, \"weight\": 0.5},"
    "   {\"population\": \"B\", \"type\": \"poisson\", \"rate_hz\": 400, \"weight\": 0.5}],"
    " \"neuromodulation\": {\"dopamine\": {\"tau_ms\": 50}},"
    " \"targets\": [{\"population\": \"A\", \"effects\": \"learning\"},"
    "   {\"population\": \"B\", \"effects\": \"learning\"}],"
    " \"events\": ["
    "   {\"name\": \"cue\", \"type\": \"cue\", \"population\": \"S\", \"for_ms\": 10,"
    "    \"every_ms\": [200, 400]},"
    "   {\"name\": \"choice\", \"type\": \"reward\", \"value\": 1, \"otherwise\": 0,"
    "    \"alpha\": 0.1,"
    "    \"when\": {\"after\": \"cue\", \"population\": \"A\", \"more_than\": \"B\","
    "             \"within_ms\": 40}}]}";

enum { STEPS = 30000, LAST = 20000, MOST = 1000 };

/* Share of the cues of the last third for which there was a reward. */
static double run(uint64_t seed, int clamped, int tells) {
  static amine_brain_event events[MOST];
  amine_error error;
  amine_brain *b;
  double rewards = 0, cues = 0;
  must(amine_brain_from_json(&b, model, strlen(model), &seed, &error), &error);
  if (clamped) must(amine_dopamine_clamp(&amine_brain_chemical(b)->dopamine, 0.5f), NULL);
  must(amine_brain_run(b, STEPS, &error), &error);
  const size_t n = amine_brain_n_events(b);
  if (n > MOST) exit(1);
  amine_brain_read_events(b, events, n);
  for (size_t k = 0; k < n; k++) {
    const amine_brain_event *e = &events[k];
    if (tells && k < 12)
      printf("%6llu ms  %-8s %-8s dopamine %.3f to %.3f\n", (unsigned long long)e->step,
             amine_brain_plan(b, e->source, NULL), e->first > 0 ? "" : "(none)",
             (double)e->before[0], (double)e->after[0]);
    if (e->step < LAST || e->kind != AMINE_EVENT_REWARD) continue;
    cues++;
    rewards += e->first;
  }
  amine_brain_destroy(b);
  return rewards / cues;
}

int main(int argc, char **argv) {
  const uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 10) : 100;
  double right[SEEDS], control[SEEDS];
  for (uint64_t k = 0; k < SEEDS; k++) {
    right[k] = run(first + k, 0, k == 0);
    control[k] = run(first + k, 1, 0);
  }
  return print_effect("rewarded, last third", right, control) > 0 ? 0 : 1;
}
