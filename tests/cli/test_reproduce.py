#!/usr/bin/env python3
"""amine reproduce as a user meets it: test_reproduce.py PATH_OF_AMINE [PART ...]

The command is one whose table has two small experiments (tests/studies.h). Shares the tools of
test_cli.py. Tried are: what is printed, as text and as JSON; exit codes; folders; what is wrong in names
and keys; the same bytes after signals, kill -9, on any number of threads and with every instruction set;
resume, report, list and completion."""
import json
import os
import random
import re
import signal
import sys
import time

sys.dont_write_bytecode = True  # nothing is left beside the sources
import test_cli as cli
from test_cli import check, expect, read, run

FILES = ["raster-0.npz", "raster-1.npz", "report.html", "runs.jsonl", "study.json"]


def same(what, folder, reference):
    for name in FILES:
        a, b = read(folder, name), read(reference, name)
        at = next((k for k in range(min(len(a), len(b))) if a[k] != b[k]), min(len(a), len(b)))
        check(what, a == b, f"the same bytes in {name}", f"{len(a)} and {len(b)}, different at {at}")


def n_lines(folder):
    path = os.path.join(folder, "runs.jsonl")
    return read(path).count(b"\n") if os.path.exists(path) else 0


def test_passes(d):
    folder = os.path.join(d, "passing")
    r = expect(0, "reproduce", "small-passing", "seeds=4", "seed=7", "--out", folder)
    check("files", sorted(os.listdir(folder)) == FILES, FILES, os.listdir(folder))
    check("PASS", "\nPASS small-passing\n" in r.out, "PASS small-passing", r)
    check("the folder", f"folder  {folder}\nreport  {folder}/report.html\n" in r.out, "its place", r)
    for arm in ("free", r"dopamine held \(control\)"):
        table = re.search(rf"^{arm}\n  seed +right\n((?:  \d+ +[\d.]+\n)+)", r.out, re.M)
        check("a table", table and table[1].count("\n") == 4 and table[1].startswith("  7 "),
              "a row for each seed", r.out)
    check("criteria", len(re.findall(r"^  yes  ", r.out, re.M)) == 3 and "found 4 of 4 (51 % to 100 %)" in
          r.out, "three that are met", r.out)
    page = read(folder, "report.html")
    check("report.html", b">PASS<" in page and b"http:" not in page and b"https:" not in page, "a closed page",
          page[:200])
    study = json.loads(read(folder, "study.json"))
    check("study.json", study["answer"] == "met" and study["seeds"] == 4 and study["first_seed"] == 7 and
          [v["inside"] for v in study["verdicts"][:2]] == [4, 0], "the verdicts", study["verdicts"])
    lines = [json.loads(line) for line in read(folder, "runs.jsonl").splitlines()]
    order = [(line["arm"], line["seed"]) for line in lines]
    check("runs.jsonl", order == [(a, s) for a in ("free", "dopamine held") for s in range(7, 11)],
          "arms and seeds in order", order)
    check("runs.jsonl", all(len(line["times"]) == 100 and line["times"][-1] == 90 and
                            line["course"]["right"][-1] == line["measures"]["right"] for line in lines),
          "100 samples, the last at the end", lines[0])
    shown = re.findall(r"^  \d+ +([\d.]+)$", r.out, re.M)
    check("the table", shown == ["%.4g" % line["measures"]["right"] for line in lines], "the numbers of "
          "runs.jsonl", shown)
    again = json.loads(expect(0, "reproduce", "small-passing", "seeds=4", "seed=7", "--out", folder, "--json",
                              "--quiet").out)
    one = again["experiments"][0]
    check("--json", again["status"] == "done" and again["answer"] == "met" and one["name"] == "small-passing"
          and one["folder"] == folder and len(one["criteria"]) == 3 and one["criteria"][0]["value"] == 1,
          "what it came to", one)
    measures = [run["measures"] for arm in one["arms"] for run in arm["runs"]]
    check("--json", measures == [line["measures"] for line in lines], "all measures", measures[0])


def test_misses(d):
    folder = os.path.join(d, "failing")
    r = expect(5, "reproduce", "small-failing", "seeds=3", "--out", folder)
    check("FAIL", re.search(r"^FAIL small-failing: missed .*right of dopamine held, 0\.\d+", r.out, re.M),
          "FAIL and what was missed", r)
    check("NO", re.search(r"^  NO   dopamine held: it learns without dopamine, too$", r.out, re.M),
          "NO at the criterion", r.out)
    check("report.html", b">FAIL<" in read(folder, "report.html"), "FAIL on the page", "none")
    r = expect(5, "reproduce", "small-failing", "seeds=3", "--out", folder, "--json", "--quiet")
    check("--json", json.loads(r.out)["answer"] == "missed" and not r.err, "answer: missed", r)


def test_open(d):
    """Two seeds tell nothing of a share; with more of them in the same folder there is an answer."""
    folder = os.path.join(d, "open")
    r = expect(6, "reproduce", "small-passing", "seeds=2", "--out", folder)
    check("OPEN", re.search(r"^OPEN small-passing: too few seeds to judge right of free, 2 of 2 "
                            r"\(34 % to 100 %\)", r.out, re.M), "OPEN and what is not judged", r)
    check("few", re.search(r"^  few  free: it learns$", r.out, re.M), "few at the criterion", r.out)
    check("report.html", b">OPEN<" in read(folder, "report.html") and b"too few seeds" in
          read(folder, "report.html"), "OPEN on the page", "none")
    r = expect(0, "reproduce", "small-passing", "seeds=4", "--out", folder, "--json", "--quiet")
    check("--json", json.loads(r.out)["answer"] == "met", "answer: met", r)


def test_several(d):
    both = os.path.join(d, "both")
    r = expect(5, "reproduce", "all", "seeds=4", "--out", both)
    check("all", sorted(os.listdir(both)) == ["small-failing", "small-passing"], "a folder each",
          os.listdir(both))
    check("all", re.search(r"\n1 of 2 experiments passed\n  PASS  small-passing: 3 of 3 criteria\n"
                           r"  FAIL  small-failing: \d of 2 criteria\n$", r.out), "a summary at the end",
          r.out[-300:])
    r = expect(5, "reproduce", "small-failing", "small-passing", "small-failing", "seeds=4", "--json",
               "--quiet", "--out", both)
    result = json.loads(r.out)
    check("several", [e["name"] for e in result["experiments"]] == ["small-failing", "small-passing"],
          "each once, in their order", result)
    for n in ("small-passing-quick", "small-passing-quick-2"):
        r = expect(6, "reproduce", "small-passing", "quick=true", "seeds=1", "--quiet", cwd=d)
        check("without --out", f"folder  runs/{n}\n" in r.out and os.path.exists(os.path.join(d, "runs", n)),
              f"runs/{n}", r.out)


def test_words(d):
    expect(2, "reproduce", says="needs a NAME")
    expect(2, "reproduce", "smal-passing", says="did you mean small-passing?")
    expect(2, "reproduce", "al", says="did you mean all?")
    expect(2, "reproduce", "elephants", says="amine list experiments")
    expect(2, "reproduce", "small-passing", "sedes=3", says="did you mean seeds?")
    expect(2, "reproduce", "small-passing", "protocol.trials=3", says="amine reproduce has no key")
    for bad in ("seeds=0", "seeds=1001", "seeds=-1", "seeds=x", "seeds="):
        expect(2, "reproduce", "small-passing", bad, says="1 to 1000")
    for bad in ("seed=-1", "seed=1000000000000001", "seed=none"):
        expect(2, "reproduce", "small-passing", bad, says="0 to 1e15")
    expect(2, "reproduce", "small-passing", "quick=maybe", says="true|false")
    expect(2, "reproduce", "small-passing", "threads=1025", says="0 to 1024")
    expect(2, "reproduce", "small-failing", "quick=true", says="has no quick form")
    expect(2, "reproduce", "all", "quick=true", "--out", os.path.join(d, "x"), says="has no quick form")
    check("before anything is run", not os.path.exists(os.path.join(d, "x")), "no folder", "one")
    folder = os.path.join(d, "quick")
    expect(6, "reproduce", "small-passing", "quick=true", "seeds=2", "--out", folder, "--quiet")
    expect(2, "reproduce", "small-passing", "seeds=2", "--out", folder, says="there form is quick, here full")
    expect(2, "reproduce", "small-passing", "quick=true", "seeds=1", "--out", folder, says="run of seed 1")
    expect(2, "resume", folder, "quick=false", says="there form is quick, here full")
    expect(2, "report", folder, folder, says="a page of its own")
    cli.write(os.path.join(folder, "runs.jsonl"), b"{}\n")
    expect(3, "reproduce", "small-passing", "quick=true", "seeds=2", "--out", folder, says="line 1")
    expect(3, "resume", folder, says="line 1")
    os.remove(os.path.join(folder, "study.json"))
    expect(3, "reproduce", "small-passing", "quick=true", "seeds=2", "--out", folder, says="study.json")
    listed = json.loads(expect(0, "list", "experiments", "--json").out)["experiments"]
    check("list", [e["name"] for e in listed] == ["small-passing", "small-failing"] and
          all(e["meaning"] and e["source"] for e in listed), "the experiments and their sources", listed)
    script = run("help", "--completion", "bash").out
    came = cli.complete_bash(script, "amine", "reproduce", "small-p")
    check("completion", came == ["small-passing"], "small-passing", came)
    came = cli.complete_bash(script, "amine", "reproduce", "all", "quick=")
    check("completion", came == ["true", "false"], "true and false", came)


def reference_of(d):
    reference = os.path.join(d, "reference")
    if not os.path.exists(reference):
        expect(0, "reproduce", "small-passing", "seeds=4", "threads=2", "--out", reference, "--quiet")
    return reference


def test_same_bytes(d):
    reference = reference_of(d)
    for threads in (1, 3):
        folder = os.path.join(d, f"threads {threads}")
        expect(0, "reproduce", "small-passing", "seeds=4", f"threads={threads}", "--out", folder, "--quiet")
        same(f"threads={threads}", folder, reference)
    for kernel in ("plain", "avx2", "avx512", "neon"):
        folder = os.path.join(d, kernel)
        env = cli.environment(AMINE_KERNEL=kernel)
        if run("list", "tasks", env=env).code != 0:
            continue  # not on this machine
        expect(0, "reproduce", "small-passing", "seeds=4", "--out", folder, "--quiet", env=env)
        same(kernel, folder, reference)
    few = os.path.join(d, "few")
    expect(6, "reproduce", "small-passing", "seeds=3", "--out", few, "--quiet")
    expect(0, "resume", few, "seeds=4", "--quiet")
    same("more seeds", few, reference)
    os.remove(os.path.join(few, "report.html"))
    r = expect(0, "report", few)
    check("report", r.out == few + "/report.html\n", "the page's name", r)
    same("report", few, reference)
    for words in (["train", "maze"], ["train", "maze", "seeds=2"], ["simulate", "brain"]):
        expect(2, *words, "--out", few, says="holds a published experiment")
    for word in ("show", "eval"):
        expect(3, word, few, says="holds a published experiment or a sweep, not a run")
    same("other commands", few, reference)


def wait_for(p, folder, n):
    until = time.time() + cli.LIMIT
    while n_lines(folder) < n and p.poll() is None and time.time() < until:
        time.sleep(0.005)


def test_signals(d):
    reference = reference_of(d)
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
        name, folder = signal.Signals(number).name, os.path.join(d, f"stopped {number}")
        args = ["reproduce", "small-passing", "seeds=4", "--out", folder]
        p = cli.start(*args, "threads=1", "--json")
        wait_for(p, folder, 3)
        p.send_signal(number)
        r = cli.finish(p)
        check(name, r.code == code and f"resume '{folder}'" in r.err and "of 8 runs are finished and kept" in
              r.err, f"exit {code} and how to go on", r)
        result = json.loads(r.out or "{}")
        check(name, result.get("status") == "stopped" and result.get("signal") == number and
              3 <= result.get("runs", 0) < 8 and result["runs"] == n_lines(folder), "what is kept", r)
        expect(0, "report", folder)
        check(name, b"not finished" in read(folder, "report.html"), "a page that says so", "none")
        expect(0, *(["resume", folder] if number == signal.SIGINT else args), "--quiet")
        same(name, folder, reference)


def test_kill(d, times=3):
    """kill -9 at random moments; the same command; the same bytes."""
    reference = reference_of(d)
    for k in range(times):
        folder, seed = os.path.join(d, f"killed{k}"), random.randrange(1 << 30)
        moments = random.Random(seed)
        args = ["reproduce", "small-passing", "seeds=4", "threads=2", "--out", folder, "--quiet"]
        for _ in range(4):
            p = cli.start(*args)
            wait_for(p, folder, n_lines(folder) + moments.randrange(5))
            time.sleep(moments.uniform(0, 0.1))
            p.kill()
            p.communicate()
        expect(0, *args)
        same(f"killed (seed {seed})", folder, reference)


def test_progress(d):
    folder = os.path.join(d, "seen")
    r = expect(6, "reproduce", "small-passing", "quick=true", "seeds=2", "--out", folder)
    lines = r.err.splitlines()
    check("progress", lines[0].startswith("reproducing small-passing, quick form: 2 arms, 2 seeds, ") and
          "100%" in lines[-1] and "\r" not in r.err, "few plain lines", r)
    r = expect(6, "reproduce", "small-passing", "quick=true", "seeds=2", "--quiet", "--out", folder + "2")
    check("--quiet", not r.err, "no messages", r)


TESTS = [test_passes, test_misses, test_open, test_several, test_words, test_same_bytes, test_signals, test_kill,
         test_progress]

if __name__ == "__main__":
    cli.TESTS = TESTS
    sys.exit(cli.main())
