#!/usr/bin/env python3
"""amine sweep as a user meets it: test_sweep.py PATH_OF_AMINE [PART ...]

Shares the tools of test_cli.py. Tried are: what is printed, as text and as JSON, against what numpy makes of
sweep.csv; that a run is what amine train makes of the same keys; exit codes, folders, what is wrong in
names, keys and values; the same bytes after signals and kill -9, on any number of threads; resume, report,
help and completion."""
import csv
import io
import json
import os
import random
import re
import signal
import sys
import time

sys.dont_write_bytecode = True  # nothing is left beside the sources
try:
    import numpy
except ImportError:
    print("skipped: there is no numpy")
    sys.exit(77)
import test_cli as cli
from test_cli import check, expect, read, run

FILES = ["report.html", "runs.jsonl", "study.json", "sweep.csv"]
SHORT = ["network.hidden=12", "iterations=150"]
SWEPT = ["task.steps=6,8", "learner.rate=0.003..0.03*10"]
COMMAND = ["sweep", "delayed-match", *SHORT, *SWEPT, "seeds=3"]


def same(what, folder, reference):
    for name in FILES:
        check(what, read(folder, name) == read(reference, name), f"the same bytes in {name}", "others")


def n_lines(folder):
    path = os.path.join(folder, "runs.jsonl")
    return read(path).count(b"\n") if os.path.exists(path) else 0


def reference_of(d):
    reference = os.path.join(d, "reference")
    if not os.path.exists(reference):
        expect(0, *COMMAND, "threads=2", "--out", reference, "--quiet")
    return reference


def quantiles(values, worst):
    """Quartiles and the median; nan is the worst."""
    values = sorted(worst if numpy.isnan(v) else v for v in values)
    out = []
    for q in (0.25, 0.5, 0.75):
        at = q * (len(values) - 1)
        low, high = values[int(at)], values[min(int(at) + 1, len(values) - 1)]
        out.append(low if at == int(at) or numpy.isinf(low) else high if numpy.isinf(high)
                   else numpy.quantile(values, q))
    return out


def test_results(d):
    folder = reference_of(d)
    check("files", sorted(os.listdir(folder)) == FILES, FILES, os.listdir(folder))
    table = numpy.genfromtxt(os.path.join(folder, "sweep.csv"), delimiter=",", names=True, deletechars="")
    check("sweep.csv", table.dtype.names == ("task.steps", "learner.rate", "seed", "reward",
                                             "trials_to_criterion", "evaluation", "broke"), "its columns",
          table.dtype.names)
    never = numpy.isnan(table["trials_to_criterion"])
    check("the seeds", never.any() and not never.all(), "some that learned and some that did not", never)
    order = [(row["task.steps"], row["learner.rate"], row["seed"]) for row in table]
    check("sweep.csv", order == [(t, r, s) for t in (6, 8) for r in (0.003, 0.03) for s in range(3)],
          "the last key first, then the seeds", order)
    lines = [json.loads(line) for line in
             expect(0, *COMMAND, "--out", folder, "--json", "--quiet").out.splitlines()]
    check("--json", len(lines) == 5 and lines[-1]["status"] == "done" and lines[-1]["combinations"] == 4 and
          lines[-1]["broke"] == 0 and lines[-1]["folder"] == folder, "a line each, and one of all", lines[-1])
    medians = {}
    for line in lines[:-1]:
        of = table[(table["task.steps"] == line["values"]["task.steps"]) &
                   (table["learner.rate"] == line["values"]["learner.rate"])]
        for name, worst in (("reward", -numpy.inf), ("trials_to_criterion", numpy.inf),
                            ("evaluation", -numpy.inf)):
            m = line["measures"][name]
            wanted = quantiles(of[name], worst)
            came = [m[k] for k in ("low", "median", "high")]
            fine = all(w is None or abs(w - c) < 1e-12 if c is not None else numpy.isinf(w)
                       for w, c in zip(wanted, came))
            check(f"--json {line['values']} {name}", len(of) == 3 and fine, wanted, came)
            medians.setdefault(name, []).append((wanted[1], m["best"]))
    for name, worse in (("reward", 1), ("evaluation", 1), ("trials_to_criterion", -1)):
        best = max(worse * m for m, _ in medians[name])
        check(f"best {name}", [b for _, b in medians[name]] == [worse * m == best for m, _ in medians[name]],
              "the best medians", medians[name])
    page = read(folder, "report.html").decode()
    check("report.html", page.startswith("<!DOCTYPE") and "http:" not in page and "https:" not in page and
          "<h1>Sweep of delayed-match</h1>" in page and page.count("<figure class=\"chart\">") == 4,
          "a closed page with three charts at the end and one over time", page[:200])
    again = re.search(r"<code>amine (sweep delayed-match .*?)</code>", page)[1].split()
    r = expect(0, *again, "--out", folder, "--quiet")
    shown = re.findall(r"^  [68] +0\.\d+ .*$", r.out, re.M)
    check("the page's command", len(shown) >= 4, "the same sweep, shown again", r)
    star = [line for line in shown[:4] if "*" in line]
    check("the table", star and all(re.search(r"\[.*\]| none", line) for line in shown[:4]),
          "medians, quartiles and a best one", r.out)


def test_as_train(d):
    folder = reference_of(d)
    rows = list(csv.DictReader(io.StringIO(read(folder, "sweep.csv").decode())))
    row = rows[7]  # task.steps=8 learner.rate=0.003 seed=1
    r = expect(0, "train", "delayed-match", *SHORT, "task.steps=8", "learner.rate=0.003", "seed=1", "--json",
               "--quiet", "--out", os.path.join(d, "alone"))
    check("amine train", row["seed"] == "1" and row["task.steps"] == "8" and
          abs(json.loads(r.out)["reward"] - float(row["evaluation"])) < 1e-9, row["evaluation"], r)


def test_broken(d):
    folder = os.path.join(d, "broken")
    keys = ["batch=2", "task.size=5", "task.steps=30", "iterations=20", "rule.type=decay",
            "network.init_w=100", "network.hidden=16", "modulator.activation=linear", "learner.warmup=0",
            "learner.norm_clip=1e9", "learner.rate_end=1e-4", "seeds=2", "seed=3"]
    r = expect(0, "sweep", "maze", *keys, "learner.rate=0.001,100", "--out", folder)
    check("broke", re.search(r"^  100 +none.* 2 of 2$", r.out, re.M) and
          re.search(r"^  0.001 .* 0 of 2$", r.out, re.M) and
          r.out.count("broke   learner.rate=100, seed ") == 2 and "the numbers broke at iteration" in r.out,
          "the runs that broke", r)
    check("no criterion", "no run has a value of trials_to_criterion\n" in r.out, "a line that says so", r)
    check("report.html", b"Runs that broke" in read(folder, "report.html"), "a section", "none")
    rows = list(csv.DictReader(io.StringIO(read(folder, "sweep.csv").decode())))
    check("sweep.csv", [(row["broke"], row["reward"] == "nan") for row in rows] ==
          [("0", False)] * 2 + [("1", True)] * 2, "two that broke", rows)
    r = expect(4, "sweep", "maze", *keys, "learner.rate=99,100", "--out", folder + "2",
               says="every run broke, the first of them: the numbers broke")
    check("all broke", "  99            2 of 2\n" in r.out, "the table all the same", r)


def test_a_brain(d):
    path = os.path.join(d, "cells.json")
    cli.write(path, b'{"duration_s": 0.3, "populations": [{"name": "E", "n": 4, "model": "izhikevich"}], '
                    b'"inputs": [{"population": "E", "type": "current", "mean": 10}]}')
    folder = os.path.join(d, "brain")
    r = expect(0, "sweep", path, "inputs.E.mean=5..15:5", 'populations.E.values={"a":0.02}|{"a":0.1}', "seeds=2",
               "--out", folder)
    check("a brain", r.out.startswith("cells: 6 combinations, 2 seeds from 0\n") and
          len(re.findall(r'^  \d+ +\{"a":0\.\d+\} +\d', r.out, re.M)) == 6, "six rows of a rate", r)
    rows = list(csv.DictReader(io.StringIO(read(folder, "sweep.csv").decode())))
    check("sweep.csv", rows[2]["populations.E.values"] == '{"a":0.1}' and float(rows[2]["mean_rate"]) > 0,
          "a value in quotes comes back", rows[2])
    for _ in range(2):
        r = expect(0, "sweep", path, "inputs.E.mean=5,10", "seeds=1", "--quiet", cwd=d)
    check("without --out", "folder  runs/cells-sweep-2\n" in r.out, "runs/cells-sweep-2", r)


def test_words(d):
    folder = reference_of(d)
    expect(2, "sweep", says="needs a PRESET|FILE")
    expect(2, "sweep", "bandit", says="no key has several values")
    expect(2, "sweep", "bandit", "network.hiden=4,8", says="did you mean network.hidden?")
    expect(2, "sweep", "bandit", "batch=4,8", "seeds=0", says="1 to 1000")
    expect(2, "sweep", "bandit", "seed=1,2", "batch=4,8", says="0 to 1e15")
    expect(2, "sweep", "bandit", "batch=4,8", "threads=x", says="0 to 1024")
    expect(2, "sweep", "bandit", "batch=4..8", says="a range is FROM..TO:STEP")
    expect(2, "sweep", "bandit", "batch=1..100:1", "seeds=101", says="are 10100 runs; a sweep has at most 10000")
    expect(2, "sweep", folder, "batch=4,8", says="is a folder; sweep takes a preset")
    expect(3, "sweep", "./nothing.json", "batch=4,8", says="cannot be opened")
    expect(2, "sweep", "delayed-match", *SHORT, "task.steps=6,8", "learner.rate=0.003,0.1", "seeds=3", "--out",
           folder, says="there sweep.keys.1.values.1 is 0.03, here 0.1")
    expect(2, *COMMAND[:-1], "seeds=2", "--out", folder, says="run of seed 2")
    expect(2, "resume", folder, "task.steps=9", says="amine resume has no key")
    expect(2, "train", "bandit", "--out", folder, says="holds a published experiment or a sweep")
    expect(2, "report", folder, folder, says="a page of its own")
    expect(3, "eval", folder, says="holds a published experiment or a sweep, not a run")
    script = run("help", "--completion", "bash").out
    came = cli.complete_bash(script, "amine", "sweep", "delayed")
    check("completion", sorted(came) == ["delayed-match", "delayed-match-backprop"], "the presets", came)
    check("completion", "reinforcement" in cli.complete_bash(script, "amine", "sweep", "reinf"), "brains", came)
    came = cli.complete_bash(script, "amine", "sweep", "bandit", "see")
    check("completion", set(came) == {"seeds=", "seed="}, "its own keys", came)


def test_same_bytes(d):
    reference = reference_of(d)
    for threads in (1, 3):
        folder = os.path.join(d, f"threads {threads}")
        expect(0, *COMMAND, f"threads={threads}", "--out", folder, "--quiet")
        same(f"threads={threads}", folder, reference)
    few = os.path.join(d, "few")
    expect(0, *COMMAND[:-1], "seeds=2", "--out", few, "--quiet")
    expect(0, "resume", few, "seeds=3", "--quiet")
    same("more seeds", few, reference)
    os.remove(os.path.join(few, "report.html"))
    r = expect(0, "report", few)
    check("report", r.out == few + "/report.html\n", "the page's name", r)
    same("report", few, reference)


def wait_for(p, folder, n):
    until = time.time() + cli.LIMIT
    while n_lines(folder) < n and p.poll() is None and time.time() < until:
        time.sleep(0.002)


def test_stopped(d):
    reference = reference_of(d)
    folder = os.path.join(d, "stopped here")
    p = cli.start(*COMMAND, "threads=1", "--out", folder, "--json")
    wait_for(p, folder, 2)
    p.send_signal(signal.SIGINT)
    r = cli.finish(p)
    check("Ctrl-C", r.code == 130 and f"resume '{folder}'" in r.err and "of 12 runs are finished and kept" in r.err,
          "exit 130 and how to go on", r)
    result = json.loads(r.out or "{}")
    check("Ctrl-C", result.get("status") == "stopped" and result.get("runs") == n_lines(folder) and
          result.get("of") == 12, "what is kept", r)
    expect(0, "report", folder)
    check("Ctrl-C", b"not finished" in read(folder, "report.html"), "a page that says so", "none")
    expect(0, "resume", folder, "--quiet", cwd=d)
    same("Ctrl-C", folder, reference)
    folder, seed = os.path.join(d, "killed"), random.randrange(1 << 30)
    moments = random.Random(seed)
    for _ in range(3):
        p = cli.start(*COMMAND, "threads=2", "--out", folder, "--quiet")
        wait_for(p, folder, n_lines(folder) + moments.randrange(4))
        p.kill()
        p.communicate()
    expect(0, *COMMAND, "--out", folder, "--quiet")
    same(f"killed (seed {seed})", folder, reference)


def test_progress(d):
    r = expect(0, *COMMAND, "threads=2", "--out", os.path.join(d, "seen"))
    lines = r.err.splitlines()
    check("progress", lines[0].startswith("sweeping delayed-match: 2 of task.steps x 2 of learner.rate x 3 seeds "
                                          "are 12 runs, on 2 threads") and "100%" in lines[-1], "plain lines", r)


TESTS = [test_results, test_as_train, test_broken, test_a_brain, test_words, test_same_bytes, test_stopped,
         test_progress]

if __name__ == "__main__":
    cli.TESTS = TESTS
    sys.exit(cli.main())
