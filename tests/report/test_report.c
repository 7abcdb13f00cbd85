/* The page as a whole: what is on it, what never is, and what is said about damaged files. */
#include "report/folders.h"

#include <locale.h>
#include <math.h>
#include <unistd.h>

#include "report/report.h"

#define MODULATED                                                                                  \
  "\"preset\": \"maze\", \"rule\": {\"type\": \"clip\"}, \"network\": {\"hidden\": 3},\
 \"modulator\": {\"type\": \"readout\"},"
#define PLASTIC                                                                                    \
  "\"preset\": \"maze\", \"rule\": {\"type\": \"clip\"}, \"network\": {\"hidden\": 3},\
 \"modulator\": {\"type\": \"constant\"},"

static void test_one_run(void **state) {
  (void)state;
  const sample s = make_sample();
  put_run("one", 1, MODULATED, 198.4);
  put_recording("one", &s, NULL, NULL);
  char *page = report(1, "one");
  expect_closed(page);
  expect_whole(page);
  expect_part(page, "<h1>Grid maze, 11 \xc3\x97 11</h1>");
  expect_part(page, "After 400 iterations (41&nbsp;s) the network earns "
                    "<b>198&nbsp;\xc2\xb1&nbsp;1</b> per episode, measured in 1,000 fresh");
  expect_part(page, "Chance earns 7.8; a planner that knows the map, 223; an oracle");
  expect_part(page, "89 % of the way from chance to the planner"); /* 190.6 / 215.2 */
  expect_part(page, "it earns 201&nbsp;\xc2\xb1&nbsp;2.");
  expect_part(page, "after <b>4</b> steps of search");
  expect_part(page, "came back <b>1</b> time, in 4 steps where");
  expect_part(page, "class=\"line readout\"");
  assert_int_equal(count_of(page, "class=\"heat\""), 6);
  assert_int_equal(count_of(page, "<polyline class=\"trip"), 3);
  assert_int_equal(count_of(page, "class=\"level hit\""), 2 * 4);
  expect_part(page, "<pre><code>amine train maze seed=1 iterations=400 threads=1 rule.type=clip "
                    "network.hidden=3 modulator.type=readout task.type=maze task.size=11 "
                    "learner.rate=0.002</code></pre>");
  expect_part(page, "<dt>rate</dt><dd>0.002</dd>");
  expect_no_part(page, "<details>");
  expect_no_part(page, "class=\"missing\"");
  expect_no_part(page, "nan");
  free(page);
}

/* What a modulator does, from explain.json: figures, text from the file escaped, nothing where there is
 * nothing, and a sentence where it is damaged. */
static void test_explained(void **state) {
  (void)state;
#define SIXTEEN(x)                                                                                 \
#x "," #x "," #x "," #x "," #x "," #x "," #x "," #x "," #x "," #x "," #x "," #x "," #x "," #x    \
     "," #x
  static const char told[] =
      "{\"of\": \"training\", \"episodes\": 64, \"sample_s\": 0, \"before\": 5, \"signals\": "
      "[{\"name\": "
      "\"level\", \"meaning\": \"the <modulator>\", \"mean\": 0.18, \"sd\": 0.5, \"low\": 0, "
      "\"middle\": 0.1,"
      "\"high\": 0.2, \"samples\": 12800, \"events\": [{\"name\": \"thrown\", \"meaning\": "
      "\"far\", \"n\": 1234,"
      "\"mean\": [" SIXTEEN(0.25) ",-0.89], \"low\": [" SIXTEEN(0) ",null], \"high\": [" SIXTEEN(
          1) ",null],"
             "\"null_low\": [" SIXTEEN(-0.1) ",null], \"null_high\": [" SIXTEEN(
                 0.1) ",null]},"
                      "{\"name\": \"torn\", \"n\": 3, \"mean\": [1, 2], \"low\": [1]}],"
                      "\"predicted\": {\"all\": 0.85, \"shown\": 0.6, \"paid\": null, \"time\": "
                      "0.01, \"events\": 0.77,"
                      "\"fitted\": 6400, \"held_out\": 6400}, \"held\": [{\"how\": \"free\", "
                      "\"value\": 170, \"half\": 9,"
                      "\"difference\": 0, \"difference_half\": 0}, {\"how\": \"within\", "
                      "\"event\": \"thrown\", \"value\": 49,"
                      "\"half\": 9, \"difference\": -121, \"difference_half\": 12}],"
                      "\"reach\": {\"units\": 4, \"fanout\": true, \"share\": [0.1, 0.2, 0.1, "
                      "0.6]}}],"
                      "\"limits\": [\"of 300 inputs <128> are variables\"]}";
  put_run("told", 1, MODULATED, 198.4);
  put_text("told", "explain.json", told);
  char *page = report(1, "told");
  expect_closed(page);
  expect_whole(page);
  expect_part(page, "<h2>What the modulator does</h2>");
  expect_part(page,
              "Of 64 fresh episodes, without learning. of 300 inputs &lt;128&gt; are variables.");
  expect_part(page, "the &lt;modulator&gt;: on average <b>0.180</b>");
  expect_part(page, "<h3>thrown <small>1,234 times: far</small></h3>");
  expect_no_part(page, "<h3>torn");
  expect_part(page, "<td>everything below</td><td class=\"n\">0.85</td>");
  expect_no_part(page, "what was paid, now and before");
  expect_part(
      page,
      "held at its mean up to 3 steps after thrown</td><td class=\"n\">49&nbsp;\xc2\xb1&nbsp;9");
  expect_part(page, "\xe2\x88\x92"
                    "121&nbsp;\xc2\xb1&nbsp;12");
  expect_part(page, "half of its weight is on 1 of 4 units");
  expect_no_part(page, "nan");
  free(page);
  put_text("told", "explain.json", "{\"signals\": []}");
  page = report(1, "told");
  expect_no_part(page, "What the modulator does");
  free(page);
  static const char *const damaged[] = {"{\"signals\": 3}", "{\"signals\": ["};
  for (int k = 0; k < 2; k++) {
    amine_error error = {0};
    put_text("told", "explain.json", damaged[k]);
    assert_int_equal(report_fails("told", &error), AMINE_ERROR_INPUT);
    expect_part(error.message, "explain.json");
  }
  /* any values in the place of those that are wanted are passed over */
  put_text("told", "explain.json",
           "{\"signals\": [1, {\"events\": {}, \"held\": 4, \"reach\": {\"share\": \"all\"}, "
           "\"mean\": \"x\"}],"
           "\"limits\": [7]}");
  page = report(1, "told");
  expect_whole(page);
  free(page);
}

/* What was done to a run is told, and how to do it again; of one that was left alone nothing is. */
static void test_done(void **state) {
  (void)state;
  put_run("alone", 1, MODULATED, 198.4);
  char *page = report(1, "alone");
  expect_no_part(page, "done to it");
  expect_no_part(page, "--events");
  free(page);
  put_text("alone", "events.jsonl",
           "{\"step\":10,\"do\":\"rate\",\"value\":2}\n{\"step\":20,\"do\":\"<b>\",\"value\":0}\n");
  page = report(1, "alone");
  expect_closed(page);
  expect_part(page, "While it went on 2 things were done to it");
  expect_part(page, "--events events.jsonl");
  expect_part(page, "&lt;b&gt;");
  free(page);
}

static void test_overlay(void **state) {
  (void)state;
  put_run("o/a1", 1, MODULATED, 190);
  put_run("o/a2", 2, MODULATED, 210);
  put_run("o/b1", 1, PLASTIC, 150);
  put_run("o/b2", 2, PLASTIC, 160);
  put_run("o/c1", 1, PLASTIC "\"batch\": 30,", 100);
  char *page = report(5, "o/a1", "o/a2", "o/b1", "o/b2", "o/c1");
  expect_closed(page);
  expect_whole(page);
  /* two seeds each, and one: t of 12.7 for the first */
  expect_part(page,
              "Of 3 configurations none is shown to be the best: <b>modulated, no batch</b> earns "
              "200&nbsp;\xc2\xb1&nbsp;127, <b>plastic, no batch</b> 155&nbsp;\xc2\xb1&nbsp;64, "
              "<b>plastic, batch 30</b> 100&nbsp;\xc2\xb1&nbsp;1. One run does not tell");
  expect_no_part(page, "earns most");
  expect_part(page, "<i class=\"swatch c0 d0\"></i>modulated, no batch <small>2 seeds</small>");
  expect_part(page, "<i class=\"swatch c1 d0\"></i>plastic, no batch <small>2 seeds</small>");
  expect_part(page, "<i class=\"swatch c2 d0\"></i>plastic, batch 30</li>");
  expect_part(page, "All 5 runs");
  expect_part(page, "<th>modulator.type</th>");
  expect_part(page, "<dt>seed</dt><dd>1, 2</dd>");
  expect_part(page, "No episode was recorded.");
  expect_part(page, "No connections were recorded.");
  assert_int_equal(count_of(page, "class=\"seed\""), 4);
  assert_int_equal(count_of(page, "<pre>"), 3);
  free(page);
}

/* The best is named where seeds show it, and not where they do not. */
static void test_best(void **state) {
  (void)state;
  static const double clear[6] = {200, 201, 202, 150, 152, 154}, close[6] = {1, 2, 3, 0.9, 2, 2.9};
  for (int kind = 0; kind < 2; kind++) {
    for (int k = 0; k < 6; k++) {
      char name[16];
      snprintf(name, sizeof name, "w%d/%d", kind, k);
      put_run(name, k % 3, k < 3 ? MODULATED : PLASTIC, (kind ? close : clear)[k]);
    }
    char *page = kind ? report(6, "w1/0", "w1/1", "w1/2", "w1/3", "w1/4", "w1/5")
                      : report(6, "w0/0", "w0/1", "w0/2", "w0/3", "w0/4", "w0/5");
    expect_whole(page);
    if (kind == 0) {
      expect_part(page, "Of 2 configurations, <b>modulated</b> earns most (its difference from "
                        "each other is more than another set of seeds would change): after 400 "
                        "iterations (41&nbsp;s each) 3 networks that differ only in their random "
                        "seed earn <b>201&nbsp;\xc2\xb1&nbsp;2</b> per episode on average "
                        "(95&nbsp;% interval over the seeds; single ones 200 to 202)");
    } else {
      expect_part(page, "Of 2 configurations none is shown to be the best: <b>modulated</b> earns");
      expect_part(page, "Another set of seeds may turn their order round");
    }
    free(page);
  }
}

/* Nothing acts, and 0 is perfect: an error, whose bar begins at 0. */
static void test_errors(void **state) {
  (void)state;
  static const char eval[] = "{\"episodes\":1000,\"reward\":%s,\"se\":0.001,\"actions\":\"none\","
                             "\"greedy_reward\":%s,\"greedy_se\":0.001}";
  static const char *const errors[2] = {"-0.041", "-0.02"};
  for (int k = 0; k < 2; k++) {
    char text[300];
    const char *name = k ? "e/2" : "e/1";
    put_run(name, 1, k ? MODULATED : PLASTIC, 0);
    snprintf(text, sizeof text, eval, errors[k], errors[k]);
    put_text(name, "eval.json", text);
    put_text(name, "lines.json", "[{\"policy\":\"random\",\"reward\":-0.082}]");
  }
  char *page = report(1, "e/1");
  expect_whole(page);
  expect_part(page,
              "the network has an error of <b>0.041&nbsp;\xc2\xb1&nbsp;0.001</b> per episode");
  expect_part(page, "; 0 is perfect. ");
  expect_part(page, "Chance has an error of 0.082. ");
  /* from 0 half way to chance */
  expect_part(page, "<i class=\"fill\" style=\"left:50%;width:50%\">");
  expect_part(page, "0 is perfect, and the shorter the bar, the better");
  free(page);
  page = report(2, "e/1", "e/2");
  expect_part(page, "none is shown to be the best: <b>modulated</b> has an error of 0.020");
  free(page);
}

/* Of 10,000 words the page has what is published of so many; of fewer it has not. */
static void test_published(void **state) {
  (void)state;
  static const char lines[] = "[{\"policy\":\"uniform\",\"reward\":%.17g},"
                              "{\"policy\":\"unigram\",\"reward\":-5.65}]";
  for (int k = 0; k < 2; k++) {
    char text[200];
    put_run("w", 1, MODULATED, 0);
    put_text("w", "eval.json", "{\"episodes\":9,\"reward\":-4.7,\"se\":0.01,\"perplexity\":109.9}");
    snprintf(text, sizeof text, lines, -log(k ? 2000 : 10000));
    put_text("w", "lines.json", text);
    char *page = report(1, "w");
    expect_whole(page);
    expect_part(page, "the network has a perplexity of <b>110");
    if (k == 0) {
      expect_part(page, "one who knows how often each comes, and no more, 284; ");
      expect_part(page, "an LSTM of two layers of 200 (Miconi et al. 2019), 104; ");
      expect_part(page, "LSTM, Penn Treebank <b>104</b>");
      expect_part(page, "retroactive there <b>102</b>");
    } else {
      assert_int_equal(count_of(page, "Penn Treebank"), 0);
    }
    free(page);
  }
}

/* Seeds of one configuration need no name; the recording nearest to the mean is shown. */
static void test_seeds(void **state) {
  (void)state;
  const sample s = make_sample();
  const double rewards[3] = {150, 180, 200};
  for (int k = 0; k < 3; k++) {
    char name[16];
    snprintf(name, sizeof name, "s/%d", k);
    put_run(name, 10 + k, MODULATED, rewards[k]);
    put_recording(name, &s, NULL, NULL);
  }
  char *page = report(3, "s/0", "s/1", "s/2");
  expect_whole(page);
  expect_part(page, "played by seed 11 (of its 3 seeds the nearest to their mean)");
  expect_no_part(page, "configurations");
  expect_no_part(page, "<ul class=\"key\">\n<li><i class=\"swatch c0");
  free(page);
}

static void test_hostile(void **state) {
  (void)state;
#define EVIL "</script><b>&\\\"'<!--"
  const sample s = make_sample();
  put_run("h/x<i>y", 1, "\"preset\": \"" EVIL "\", \"" EVIL "\": \"" EVIL "\",", 5);
  put_run("h/2", 1, "\"preset\": \"z\", \"" EVIL "\": \"other\", \"k\": \"\\u0001\",", 5);
  put_text("h/2", "lines.json", "[{\"policy\":\"" EVIL "\",\"reward\":3}]");
  put_text("h/x<i>y", "lines.json", "[{\"policy\":\"" EVIL "\",\"reward\":3}]");
  put_recording("h/2", &s, NULL, NULL);
  char *page = report(2, "h/x<i>y", "h/2");
  expect_closed(page);
  expect_whole(page);
  expect_no_part(page, "<b>&\"");
  expect_no_part(page, "<b>&amp;");
  expect_no_part(page, "<!--");
  expect_no_part(page, "x<i>y");
  expect_no_part(page, "\x01");
  expect_part(page, "&lt;/script&gt;&lt;b&gt;&amp;&quot;&#39;&lt;!--");
  expect_part(page, "\\u003c/script\\u003e\\u003cb\\u003e\\u0026\\\"'\\u003c!--");
  /* as one word of a shell, quote and all */
  expect_part(page,
              "amine train &#39;&lt;/script&gt;&lt;b&gt;&amp;&quot;&#39;\\&#39;&#39;&lt;!--&#39;");
  free(page);
}

static void test_metrics(void **state) {
  (void)state;
  put_run("m", 1, "", 100);
  remove_file("m", "eval.json");
  put_text("m", "metrics.jsonl",
           "{\"iteration\":10,\"reward\":1,\"loss\":null}\n\n"
           "{\"iteration\":20,\"reward\":NaN,\"loss\":-Infinity,\"text\":\"NaN\"}\n"
           "{\"iteration\":30,\"reward\":null}\r\n"
           "{\"iteration\":40,\"reward\":3,\"value\":1e300}\n"
           "{\"iteration\":50,\"rew");
  char *page = report(1, "m");
  expect_whole(page);
  expect_part(page, "After 40 iterations the network earns <b>3</b> per episode at the end of");
  expect_no_part(page, "by-time\">\n"); /* no seconds: nothing to choose */
  expect_part(page, "\"y\":[1,null,null,3]");
  free(page);

  amine_error error;
  put_text("m", "metrics.jsonl", "{\"iteration\":10}\n{\"iteration\"\n{\"iteration\":30}\n");
  assert_int_equal(report_fails("m", &error), AMINE_ERROR_INPUT);
  expect_part(error.message, "metrics.jsonl: line 2 is no JSON object");
  put_text("m", "metrics.jsonl", "[1]\n");
  assert_int_equal(report_fails("m", &error), AMINE_ERROR_INPUT);
}

static void test_loss(void **state) {
  (void)state;
  put_run("l", 1, "\"task\": 1,", 100);
  put_text("l", "config.json", "{\"seed\": 1, \"task\": {\"type\": \"text\"}}");
  put_text("l", "metrics.jsonl", "{\"iteration\":1,\"loss\":4}\n{\"iteration\":2,\"loss\":3.25}\n");
  remove_file("l", "eval.json");
  remove_file("l", "lines.json");
  char *page = report(1, "l");
  expect_whole(page);
  expect_part(page, "<h1>text</h1>");
  expect_part(page, "<h2>Loss while it learns</h2>");
  expect_part(page, "After 2 iterations the network has a loss of <b>3.25</b> at the end");
  free(page);
}

/* What a learner has not is not drawn, and its loss is not said to have a gradient. */
static void test_no_gradient(void **state) {
  (void)state;
  put_run("g", 1, "", 100);
  put_text("g", "config.json", "{\"seed\": 1, \"learner\": {\"type\": \"evolution\"}}");
  put_text("g", "metrics.jsonl",
           "{\"iteration\":1,\"reward\":1,\"value\":0,\"loss\":0,\"gradient_norm\":1}\n"
           "{\"iteration\":2,\"reward\":1,\"value\":0,\"loss\":0,\"gradient_norm\":2}\n");
  char *page = report(1, "g");
  expect_part(page, "<h3>Size of the change</h3>");
  expect_no_part(page, "<h3>Value</h3>");
  expect_no_part(page, "<h3>Loss</h3>");
  expect_no_part(page, "radient norm");
  free(page);
  put_text(
      "g", "metrics.jsonl",
      "{\"iteration\":1,\"reward\":1,\"loss\":0}\n{\"iteration\":2,\"reward\":1,\"loss\":3}\n");
  page = report(1, "g");
  expect_part(page, "<h3>Loss</h3>\n<p>mean error of the critic, or of what was asked</p>");
  free(page);
}

/* What the first has to do is not said of all. */
static void test_tasks_that_differ(void **state) {
  (void)state;
  put_run("t/1", 1, "", 100);
  put_run("t/2", 1, "", 50);
  put_text("t/2", "config.json", "{\"seed\": 1, \"task\": {\"type\": \"recall\"}}");
  put_text("t/2", "lines.json", "[{\"policy\":\"random\",\"reward\":12.5}]");
  char *page = report(2, "t/1", "t/2");
  expect_whole(page);
  expect_part(page, "These runs have different tasks");
  expect_no_part(page, "Find a reward that cannot be seen");
  expect_part(page, "2 configurations with different tasks, each on its own scale");
  expect_no_part(page, "earns most");
  expect_no_part(page, "shown to be the best");
  assert_int_equal(count_of(page, "<figure class=\"ladder many\">"), 2); /* each with its lines */
  expect_part(page, "chance <b>12.5</b>");
  expect_part(page, "planner <b>223</b>");
  expect_no_part(page, "Dashed: what known ways");
  free(page);
}

static void test_little(void **state) {
  (void)state;
  put_text("few", "config.json", "{}");
  char *page = report(1, "few");
  expect_closed(page);
  expect_whole(page);
  expect_part(page, "<h1>few</h1>");
  expect_part(page, "This run has not written any results yet.");
  expect_part(page, "No metrics have been written yet.");
  free(page);
  put_text("few", "metrics.jsonl", "");
  page = report(2, "few", "few");
  expect_whole(page);
  free(page);
  put_text("few", "metrics.jsonl", "{\"iteration\":1,\"reward\":2}");
  page = report(1, "few"); /* a last line that is whole counts, newline or not */
  expect_part(page, "After 1 iterations the network earns <b>2</b>");
  free(page);
}

/* Each array of the recording may be missing: the rest is drawn. */
static void test_missing_arrays(void **state) {
  (void)state;
  static const char *const names[] = {
      "walls",    "agent",      "goal",         "actions",     "rewards",    "level",
      "eta_mean", "eta_sd",     "value",        "policy",      "activity",   "w",
      "alpha",    "trace_norm", "trace_before", "trace_after", "trace_steps"};
  const sample s = make_sample();
  put_run("p", 1, MODULATED, 100);
  for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
    put_recording("p", &s, names[k], NULL);
    char *page = report(1, "p");
    expect_closed(page);
    expect_whole(page);
    free(page);
  }
}

static void test_wrong_recordings(void **state) {
  (void)state;
  static const char *const names[] = {"walls", "goal",   "agent",       "rewards",
                                      "value", "policy", "trace_after", "trace_steps"};
  amine_error error;
  sample s = make_sample();
  put_run("w", 1, MODULATED, 100);
  for (size_t k = 0; k < sizeof names / sizeof names[0]; k++) {
    char sentence[64];
    put_recording("w", &s, NULL, names[k]);
    assert_int_equal(report_fails("w", &error), AMINE_ERROR_INPUT);
    snprintf(sentence, sizeof sentence, "recording.npz: tensor %s: shape [", names[k]);
    expect_part(error.message, sentence);
  }
  s.agent[9] = 4;
  put_recording("w", &s, NULL, NULL);
  assert_int_equal(report_fails("w", &error), AMINE_ERROR_INPUT);
  expect_part(error.message, "tensor agent: (3, 4) is no free cell of the maze");
  s = make_sample();
  s.goal[0] = -1;
  put_recording("w", &s, NULL, NULL);
  assert_int_equal(report_fails("w", &error), AMINE_ERROR_INPUT);
  expect_part(error.message, "tensor goal: (-1, 1)");
  s = make_sample();
  s.actions[5] = 4;
  put_recording("w", &s, NULL, NULL);
  assert_int_equal(report_fails("w", &error), AMINE_ERROR_INPUT);
  expect_part(error.message, "tensor actions: 4 at step 5");
}

/* Every truncation, and every byte changed: a page or a sentence, never a crash. */
static void test_damaged_recording(void **state) {
  (void)state;
  const sample s = make_sample();
  put_run("d", 1, MODULATED, 100);
  put_recording("d", &s, NULL, NULL);
  char *path = path_of("d/recording.npz"), *folder = path_of("d"), *page = path_of("d.html");
  const char *folders[1] = {folder};
  amine_error error;
  size_t size;
  char *data = take_file(path, &size);
  for (size_t k = 0; k < size; k += 7) {
    put_bytes("d", "recording.npz", data, k);
    assert_int_equal(am_report_write(folders, 1, page, &error), AMINE_ERROR_INPUT);
    expect_part(error.message, "recording.npz");
  }
  for (size_t k = 0; k < size; k += 5) {
    data[k] = (char)(data[k] ^ 0x20);
    put_bytes("d", "recording.npz", data, size);
    amine_status status = am_report_write(folders, 1, page, &error);
    assert_true(status == AMINE_OK || status == AMINE_ERROR_INPUT);
    data[k] = (char)(data[k] ^ 0x20);
  }
  free(data);
  free(path);
  free(folder);
  free(page);
}

static void test_numbers_that_are_none(void **state) {
  (void)state;
  sample s = make_sample();
  put_run("q", 1, MODULATED, 100);
  for (int k = 0; k < AM_N_RECORDED; k++)
    for (int j = 0; j < 48; j += 2) s.numbers[k][j] = j % 4 ? 0.0f / 0.0f : 1.0f / 0.0f;
  put_recording("q", &s, NULL, NULL);
  char *page = report(1, "q");
  expect_whole(page);
  expect_no_part(page, "NaN,");
  expect_no_part(page, "nan");
  expect_no_part(page, ">inf");
  expect_no_part(page, " inf");
  expect_no_part(page, ",inf");
  free(page);
}

static void test_wrong_files(void **state) {
  (void)state;
  static const struct {
    const char *file, *text;
    amine_status status;
    const char *sentence;
  } cases[] = {
      {"config.json", "[]", AMINE_ERROR_INPUT, "config.json: a configuration is an object"},
      {"config.json", "{\"seed\":", AMINE_ERROR_INPUT, "config.json: line 1"},
      {"config.json", "{\"a\": NaN}", AMINE_ERROR_INPUT, "config.json: line 1"},
      {"lines.json", "{}", AMINE_ERROR_INPUT, "lines.json: an array of lines is wanted"},
      {"lines.json", "[{\"policy\":3}]", AMINE_ERROR_INPUT, "lines.json: line 1 of the array"},
      {"eval.json", "3", AMINE_ERROR_INPUT, "eval.json: line 1"},
      {"eval.json", "[]", AMINE_ERROR_INPUT, "eval.json: an evaluation is an object"},
      {"recording.npz", "", AMINE_ERROR_INPUT, "recording.npz"},
  };
  amine_error error;
  for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
    put_run("f", 1, MODULATED, 100);
    put_text("f", cases[k].file, cases[k].text);
    assert_int_equal(report_fails("f", &error), cases[k].status);
    expect_part(error.message, cases[k].sentence);
  }
  assert_int_equal(report_fails("nowhere", &error), AMINE_ERROR_IO);
  expect_part(error.message, "nowhere/config.json");
  assert_int_equal(am_report_write(NULL, 0, "x", &error), AMINE_ERROR_ARGUMENT);
}

/* A page that cannot be written leaves the old one. */
static void test_no_place(void **state) {
  (void)state;
  put_run("n", 1, MODULATED, 100);
  char *folder = path_of("n"), *page = path_of("no/page.html");
  const char *folders[1] = {folder};
  amine_error error = {0};
  assert_int_equal(am_report_write(folders, 1, page, &error), AMINE_ERROR_IO);
  expect_part(error.message, "/no: the folder cannot be opened");
  free(folder);
  free(page);
}

/* Equal files in other places give equal bytes; no path is in them. */
static void test_same_bytes(void **state) {
  (void)state;
  const sample s = make_sample();
  static const char *const places[] = {"u/one", "v/w/one"};
  char *pages[2];
  for (int k = 0; k < 2; k++) {
    put_run(places[k], 1, MODULATED, 100);
    put_recording(places[k], &s, NULL, NULL);
    pages[k] = report(1, places[k]);
  }
  assert_string_equal(pages[0], pages[1]);
  expect_no_part(pages[0], "amine-report-");
  free(pages[1]);
  static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "de_DE.utf8", "fa_IR"};
  for (int k = 0; k < 4; k++)
    if (setlocale(LC_ALL, locales[k])) {
      pages[1] = report(1, "u/one");
      assert_string_equal(pages[0], pages[1]);
      free(pages[1]);
    }
  setlocale(LC_ALL, "C");
  free(pages[0]);
}

/* ------------------------------------------------------------------------------------- memory */

static struct { long at, requests, alive; } memory;

static void *counting(void *context, void *block, size_t old_size, size_t new_size) {
  (void)context;
  (void)old_size;
  if (new_size == 0) {
    if (block) memory.alive--;
    free(block);
    return NULL;
  }
  if (++memory.requests == memory.at) return NULL;
  void *fresh = NULL;
  if (posix_memalign(&fresh, 64, new_size) != 0) return NULL;
  if (block) {
    memcpy(fresh, block, old_size < new_size ? old_size : new_size);
    free(block);
  } else {
    memory.alive++;
  }
  return fresh;
}

/* Each request for memory is refused once: an answer, nothing lost, no page half written. */
static void test_memory(void **state) {
  (void)state;
  const sample s = make_sample();
  put_run("r1", 1, MODULATED, 100);
  put_run("r2", 1, PLASTIC, 90);
  put_text("r1", "metrics.jsonl", "{\"iteration\":10,\"seconds\":1,\"reward\":1,\"value\":2}\n");
  put_text("r2", "metrics.jsonl", "{\"iteration\":10,\"reward\":1,\"entropy\":NaN}\n{");
  put_recording("r1", &s, NULL, NULL);
  free(report(2, "r1", "r2")); /* what others keep for good is had by now */
  char *folder[2] = {path_of("r1"), path_of("r2")}, *page = path_of("memory.html");
  amine_memory_use(counting, NULL);
  for (memory.at = 1;; memory.at++) {
    amine_error error = {0};
    memory.requests = memory.alive = 0;
    amine_status status = am_report_write((const char *const *)folder, 2, page, &error);
    assert_int_equal(memory.alive, 0);
    if (memory.requests < memory.at) {
      assert_int_equal(status, AMINE_OK);
      break;
    }
    if (status != AMINE_ERROR_MEMORY)
      fail_msg("request %ld: status %d, %s", memory.at, (int)status, error.message);
    assert_int_equal(access(page, F_OK), -1);
  }
  amine_memory_use(NULL, NULL);
  assert_true(memory.at > 100);
  free(folder[0]);
  free(folder[1]);
  free(page);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_one_run),
      cmocka_unit_test(test_explained),
      cmocka_unit_test(test_done),
      cmocka_unit_test(test_overlay),
      cmocka_unit_test(test_best),
      cmocka_unit_test(test_errors),
      cmocka_unit_test(test_published),
      cmocka_unit_test(test_seeds),
      cmocka_unit_test(test_hostile),
      cmocka_unit_test(test_metrics),
      cmocka_unit_test(test_loss),
      cmocka_unit_test(test_no_gradient),
      cmocka_unit_test(test_tasks_that_differ),
      cmocka_unit_test(test_little),
      cmocka_unit_test(test_missing_arrays),
      cmocka_unit_test(test_wrong_recordings),
      cmocka_unit_test(test_damaged_recording),
      cmocka_unit_test(test_numbers_that_are_none),
      cmocka_unit_test(test_wrong_files),
      cmocka_unit_test(test_no_place),
      cmocka_unit_test(test_same_bytes),
      cmocka_unit_test(test_memory),
  };
  return cmocka_run_group_tests(tests, make_root, remove_root);
}
