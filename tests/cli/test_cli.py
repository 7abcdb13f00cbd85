#!/usr/bin/env python3
"""The amine command as a user meets it: test_cli.py PATH_OF_AMINE [PART ...]

Every failure says what was expected and what came. Tried are: help, manual page and completion; each
option and key empty, 0, negative, huge, nan and long; each file missing, unreadable, damaged, wrong; exit
codes; signals; the same bytes whatever interrupts a run, on any number of threads and with every
instruction set; the progress line on a terminal and elsewhere."""
import fcntl
import gzip
import json
import math
import os
import pty
import random
import re
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import zipfile

SMALL = ["batch=4", "network.hidden=16", "task.size=7", "task.steps=20", "threads=1"]
BRIEF = SMALL + ["iterations=40", "checkpoint_every=7", "record=3"]
LONGER = SMALL + ["iterations=2500", "checkpoint_every=50"]
WATCHED = SMALL + ["iterations=1200"]
LIMIT = 120  # seconds that one command may take

amine = ""
failures = 0
checks = 0


def failed(what, expected, came):
    global failures
    failures += 1
    print(f"FAILED: {what}\n  expected: {expected}\n  came:     {came}", flush=True)


def check(what, good, expected, came):
    global checks
    checks += 1
    if not good:
        failed(what, expected, came)
    return good


class Result:
    def __init__(self, code, out, err):
        self.code, self.out, self.err = code, out, err

    def __str__(self):
        return f"exit {self.code}, stdout {self.out[-300:]!r}, stderr {self.err[-500:]!r}"


def environment(**more):
    env = {k: v for k, v in os.environ.items()
           if k not in ("LANG", "LC_ALL", "LC_CTYPE", "TERM", "NO_COLOR", "AMINE_KERNEL")}
    env.update(more)
    return env


def run(*args, env=None, stdout=subprocess.PIPE, cwd=None, user=None):
    """One command; whatever it was, no sanitizer may have had a word to say."""
    p = subprocess.run([amine, *args], stdin=subprocess.DEVNULL, stdout=stdout,
                       stderr=subprocess.PIPE, env=env or environment(), timeout=LIMIT, cwd=cwd, user=user)
    r = Result(p.returncode, (p.stdout or b"").decode("utf-8", "replace"),
               p.stderr.decode("utf-8", "replace"))
    said = re.search("runtime error|Sanitizer", r.err)
    check(f"amine {' '.join(args)[:100]}", not said, "no report of a sanitizer", r)
    return r


def expect(code, *args, says=None, **more):
    r = run(*args, **more)
    name = "amine " + " ".join(a if len(a) < 60 else a[:40] + "..." for a in args)
    check(name, r.code == code, f"exit {code}", r)
    if says is not None:
        check(name, says in r.err, f"{says!r} on standard error", r)
    if code in (1, 2, 3, 4):
        lines = [line for line in r.err.splitlines() if line.startswith("amine: ")]
        check(name, len(lines) == 1, "one sentence, 'amine: ...'", r)
        check(name, len(r.err) < 2000, "a sentence of bearable length", f"{len(r.err)} bytes")
    return r


def read(*path):
    with open(os.path.join(*path), "rb") as f:
        return f.read()


def write(path, data):
    with open(path, "wb") as f:
        f.write(data)
    return path


def metrics(folder):
    """The lines of metrics.jsonl without the clock."""
    lines = [json.loads(line) for line in read(folder, "metrics.jsonl").splitlines()]
    for line in lines:
        del line["seconds"]
    return lines


def wall_times(folder):
    """Of the events of a TensorBoard file: the first field of each."""
    data, at, times = read(next(os.path.join(folder, f) for f in os.listdir(folder) if "tfevents" in f)), 0, []
    while at < len(data):
        n = struct.unpack("<Q", data[at:at + 8])[0]
        times.append(struct.unpack("<d", data[at + 13:at + 21])[0])
        at += 16 + n
    return times


def same_run(what, folder, reference):
    a, b = read(folder, "checkpoint.safetensors"), read(reference, "checkpoint.safetensors")
    at = next((k for k in range(min(len(a), len(b))) if a[k] != b[k]), min(len(a), len(b)))
    check(what, a == b, "the same bytes in checkpoint.safetensors",
          f"{len(a)} and {len(b)} bytes, different at {at}")
    check(what, metrics(folder) == metrics(reference), "the same numbers in metrics.jsonl",
          f"{len(metrics(folder))} and {len(metrics(reference))} lines, some of them different")


# ------------------------------------------------------------------------------------ help
def subcommands():
    text = run("--help").out
    return re.findall(r"^  ([a-z]+)  +[a-z]", text.split("begin with")[0], re.M)


def test_help():
    commands = subcommands()
    for name in ("train", "resume", "eval", "report", "list", "show", "help"):
        check("amine --help", name in commands, f"{name} among the subcommands", commands)
    for name in commands:
        r = expect(0, name, "--help")
        check(f"amine {name} --help", len(r.out) > 200 and not r.err, "a page of help", r)
        usage = r.out.split("\n\n")[0]
        listed = r.out.split("options\n")[1].split("\n\n")[0]
        for option in re.findall(r"\[(--[a-z-]+)", usage):
            check(f"amine {name} --help", re.search(rf"^  {option}\b", listed, re.M),
                  f"{option} explained", listed)
        check(f"amine {name} --help", "\nexamples\n" in r.out, "examples", r.out)
        wide = [line for line in r.out.splitlines() if len(line) > 80 and "  amine" not in line]
        check(f"amine {name} --help", not wide, "lines of at most 80 columns", wide)
        check(f"amine help {name}", run("help", name).out == r.out, "what --help says", "other text")
        check(f"amine {name} -h", run(name, "-h").out == r.out, "what --help says", "other text")
    r = expect(0, "--version")
    check("amine --version", re.fullmatch(r"amine \d+\.\d+\.\d+\n", r.out), "amine 1.2.3", r)
    r = run()
    check("amine", r.code == 2 and not r.out and "usage" in r.err, "exit 2 and help on stderr", r)


def test_manual():
    page = expect(0, "help", "--man").out
    for name in subcommands():
        check("amine help --man", f"\n.SS {name}\n" in page, f"a section {name}", "none")
    check("amine help --man", "\\fB\\-\\-out\\fR" in page, "hyphens that can be copied", "others")
    for key in keys():
        check("amine help --man", f"\\fB{key}\\fR" in page, f"the key {key}", "none")
    if not shutil.which("mandoc"):
        print("skipped: mandoc is not installed, the manual page is not checked by it")
        return
    p = subprocess.run(["mandoc", "-T", "lint"], input=page.encode(), capture_output=True)
    check("mandoc -T lint", p.returncode == 0 and not p.stdout, "no complaint", p.stdout.decode())


def complete_bash(script, *words):
    """What bash would offer for the last of the words."""
    line = " ".join(words)
    split = [w for w in re.split(r" |(=)", line) if w is not None]
    if split[-1] == "" and line.endswith("="):
        split.pop()
    quoted = " ".join("'" + w + "'" for w in split)
    code = (f"{script}\ncompopt() {{ :; }}\nCOMP_WORDS=({quoted})\nCOMP_CWORD={len(split) - 1}\n"
            f"COMP_LINE='{line}'\nCOMP_POINT={len(line)}\n_amine\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"")
    with tempfile.TemporaryDirectory() as empty:  # the names of files are offered too
        p = subprocess.run(["bash", "-c", code], capture_output=True, env=environment(), cwd=empty)
    return p.stdout.decode().split()


def test_completion():
    for shell in ("bash", "zsh", "fish"):
        script = expect(0, "help", "--completion", shell).out
        for word in subcommands() + keys() + ["maze", "maze-paper", "eligibility", "quiet"]:
            check(f"completion of {shell}", word in script, word, "nothing about it")
        if not shutil.which(shell):
            print(f"skipped: {shell} is not installed, its completion is not checked by it")
            continue
        p = subprocess.run([shell, "-n"], input=script.encode(), capture_output=True)
        check(f"{shell} -n", p.returncode == 0 and not p.stderr, "no complaint", p.stderr.decode())
    script = run("help", "--completion", "bash").out
    for words, wanted in ((("amine", "tr"), ["train"]),
                          (("amine", "train", "maze-paper-"), ["maze-paper-13"]),
                          (("amine", "train", "maze", "--q"), ["--quiet"]),
                          (("amine", "train", "maze", "network.hi"), ["network.hidden="]),
                          (("amine", "train", "maze", "rule.type=el"), ["eligibility"]),
                          (("amine", "train", "maze", "modulator.fanout="), ["true", "false"]),
                          (("amine", "eval", "maze", "policy=pl"), ["planner"]),
                          (("amine", "list", "ru"), ["rules"]),
                          (("amine", "help", "--completion", "z"), ["zsh"])):
        came = complete_bash(script, *words)
        check("bash completes " + " ".join(words), came == wanted, wanted, came)


# ------------------------------------------------------------------------------------ tables
def configuration(*args):
    return json.loads(run("show", *args, "--json").out)


def keys(preset="maze"):
    """All dotted keys that apply to a preset."""
    out = []
    for name, value in configuration(preset).items():
        if isinstance(value, dict):
            out += [f"{name}.{k}" for k in value]
        elif name != "preset":
            out.append(name)
    return out


WIDE = {"COLUMNS": "2000"}  # one line for each key


def choices(key):
    line = next(li for li in run("show", "maze", env=environment(**WIDE)).out.splitlines()
                if li[2:].startswith(key + " "))
    return re.split(r" {2,}", line[2:])[2].split(" | ")


def test_tables():
    listed = json.loads(expect(0, "list", "--json").out)
    for kind, key in (("tasks", "task.type"), ("rewards", "reward.type"), ("networks", "network.type"), ("rules", "rule.type"),
                      ("modulators", "modulator.type"), ("learners", "learner.type")):
        came = sorted(item["name"] for item in listed[kind])
        check(f"amine list {kind}", came == sorted(choices(key)), sorted(choices(key)), came)
        for item in listed[kind]:
            check(f"amine list {kind}", item["meaning"], "a meaning", item)
        text = expect(0, "list", kind).out
        check(f"amine list {kind}", all(name in text for name in came), came, text)
    pairs = {item["name"]: item["meaning"].split(", ") for item in listed["grid"]}
    check("amine list grid", sorted(pairs) == sorted(choices("learner.type")), "every learner", pairs)
    local = {"e-prop", "rflo", "feedback-alignment", "signalling", "agents"}  # a unit's own state alone
    for learner, trained in pairs.items():
        looking = {"attention", "attention-modulated"} if learner in local else set()
        expected = sorted(set(choices("network.type")) - looking)
        check(f"amine list grid: {learner}", sorted(trained) == expected, expected, trained)
    text = expect(0, "list").out
    check("amine list", all(f"{kind}: " in text for kind in listed), list(listed), text)
    for args in (["list"], ["show", "maze"], ["show", "pennies"], ["list", "presets"]):
        wide = [line for line in run(*args).out.splitlines() if len(line) > 80]
        check("amine " + " ".join(args), not wide, "lines of at most 80 columns", wide)
    text = expect(0, "list", "presets").out
    check("amine list presets", len(text.splitlines()) == 1 + len(listed["presets"]),
          "a line for each", text)
    for item in listed["presets"]:
        name = item["name"]
        check(f"amine list presets: {name}", " " in item["meaning"] and "=" not in item["meaning"],
              "a sentence", item)
        text = expect(0, "show", name).out
        wanted = keys(name)
        check(f"amine show {name}", [k for k in wanted if k in text] == wanted, "all its keys", text)
    marked = [li.split()[1] for li in run("show", "maze", "batch=31").out.splitlines()
              if li.startswith("* ") and "differs" not in li]
    check("amine show maze batch=31", "batch" in marked and "seed" not in marked, "a * at batch alone",
          marked)
    with tempfile.TemporaryDirectory() as d:
        path = os.path.join(d, "mine.json")
        write(path, run("show", "maze", "learner.rate=3e-3", "--json").out.encode())
        check("show --json is a file to train with",
              configuration(path) == configuration("maze", "learner.rate=3e-3"),
              "the same configuration", configuration(path))


# ------------------------------------------------------------------------------------ usage
def test_files_of_ones_own(d):
    """A configuration that somebody writes by hand: what it lacks is said, and its types count."""
    def file(text, name="mine.json"):
        return write(os.path.join(d, name), text if isinstance(text, bytes) else text.encode())
    out = os.path.join(d, "none")
    for text in ("{}", '{"seed": 3}', '{"learner": {"rate": 0.01}}'):
        for word in ("train", "show"):
            expect(3, word, file(text), *(["--out", out] if word == "train" else []),
                   says="task.type is missing")
    check("nothing was made", not os.path.exists(out), "no folder", "one")
    for text in ('{"task": "maze"}', '{"task": {"type": "maze"}}', '{"preset": "maze-paper-13", "task": "maze"}'):
        expect(0, "show", file(text))
    check("a section's name is its type", configuration(file('{"task": "bandit", "network": "gru"}'))["task"]["type"]
          == "bandit", "bandit", configuration(file('{"task": "bandit", "network": "gru"}')))
    a = configuration(file('{"preset": "maze-paper-13", "batch": 7}'))
    b = configuration("maze-paper-13", "batch=7")
    check("a file begins with a preset", a == b, b, a)
    check("task=bandit", configuration("maze", "task=bandit")["task"]["type"] == "bandit", "bandit",
          configuration("maze", "task=bandit"))
    for text, says in (('{"preset": "maez"}', "did you mean maze?"), ('{"preset": 3}', "a name in quotes"),
                       ('{"preset": "brain", "seed": 1}', "none for training called"),
                       ('{"task": "maze", "network": {"hidden": "100"}}', 'network.hidden="100": it must be'),
                       ('{"task": "maze", "seed": "1"}', 'seed="1": it must be'),
                       ('{"task": "maze", "learner": {"rate": "1e-3"}}', "without quotes"),
                       ('{"task": "maze", "modulator": {"fanout": "true"}}', "true or false, without quotes"),
                       ('{"task": "maze", "clamp": 1}', "did you mean clamp.readout?"),
                       ('{"task": ["maze"]}', "task.type")):
        expect(3, "show", file(text), says=says)
    check("seeds keep 64 bits", configuration(file('{"task": "maze", "seed": "18446744073709551615"}'))["seed"]
          == str(2**64 - 1), 2**64 - 1, "another")
    expect(0, "show", file(b"\xef\xbb\xbf" + b'{"task": "maze"}'))  # a byte order mark
    expect(3, "show", file('{"task": "maze"}'.encode("utf-16")), says="UTF-16")
    expect(3, "show", file(gzip.compress(b'{"task": "maze"}')), says="gunzip")


def test_folders(d):
    """What is no run says so, in whatever command."""
    empty, text = os.path.join(d, "empty"), write(os.path.join(d, "text"), b"")
    os.mkdir(empty)
    for word in ("resume", "report", "eval", "show"):
        expect(3, word, empty + "/", says="holds no run")
    for word in ("resume", "report"):
        expect(3, word, text, says="this is a file")
        expect(3, word, os.path.join(d, "none"), says="there is no run")
    expect(2, "train", "maze", *BRIEF, "--out", text, says="this is a file")
    check("--out FILE", read(text) == b"", "the file as it was", "changed")


def test_seeds(d):
    """train seeds=N: the same runs as alone, a table, a page, resumed after a signal."""
    folder, alone = os.path.join(d, "all"), os.path.join(d, "alone")
    r = expect(0, "train", "maze", *BRIEF, "seed=4", "seeds=3", "--out", folder, "--json")
    result = json.loads(r.out)
    expect(0, "train", "maze", *BRIEF, "seed=5", "--out", alone, "--quiet")
    same_run("seed 5 of three", os.path.join(folder, "seed5"), alone)
    check("seeds=3", [x["seed"] for x in result["runs"]] == [4, 5, 6] and result["reward"]["n"] == 3 and
          result["runs"][1]["reward"] == json.loads(read(alone, "eval.json"))["reward"], "three rewards", result)
    page = read(folder, "report.html")
    check("a page over all", b"<html" in page[:500].lower(), "a page", page[:200])
    before = os.stat(os.path.join(folder, "seed4", "checkpoint.safetensors")).st_mtime_ns
    again = json.loads(expect(0, "resume", folder, "--json").out)
    check("resume of what is complete", again["runs"] == result["runs"] and before ==
          os.stat(os.path.join(folder, "seed4", "checkpoint.safetensors")).st_mtime_ns, "nothing done again", again)
    r = expect(0, "resume", folder, "iterations=60")
    check("resume iterations=60", [metrics(os.path.join(folder, f"seed{k}"))[-1]["iteration"] for k in (4, 5, 6)]
          == [60] * 3 and re.search(r"^  all  ", r.out, re.M), "all of them further", r)
    check("report of the folder", expect(0, "report", folder).out == folder + "/report.html\n", "its page", "another")
    for word in ("eval", "show"):
        expect(3, word, folder, says="several seeds")
    expect(2, "train", "maze", *BRIEF, "--out", folder, says="already holds runs")
    expect(2, "resume", folder, "seed=9", says="seed=4 cannot be changed")
    expect(2, "train", "maze", "seeds=0", says="seeds=0: it must be")
    cut = os.path.join(d, "cut")
    p = start("train", "maze", *LONGER, "seeds=2", "--out", cut, "--no-report")
    wait_for_lines(p, os.path.join(cut, "seed1"), 5)
    p.send_signal(signal.SIGINT)
    r = finish(p)
    check("seeds=2, stopped", r.code in (0, 130) and (r.code == 0 or "resume " in r.err), "exit 130", r)
    expect(0, "resume", cut, "--quiet", "--no-report")
    expect(0, "train", "maze", *LONGER, "seed=2", "--out", alone + "2", "--quiet", "--no-report")
    same_run("seed 2, stopped", os.path.join(cut, "seed2"), alone + "2")


def test_words():
    """What is nearly right gets the nearest that is."""
    for args, near in ((["trian", "maze"], "train"), (["shwo"], "show"), (["train", "maez"], "maze"),
                       (["show", "maez"], "maze"), (["eval", "maez"], "maze"),
                       (["train", "maze", "--quite"], "--quiet"),
                       (["train", "maze", "--no-reprot"], "--no-report"),
                       (["report", "x", "--otu=y"], "--out"),
                       (["train", "maze", "hidden=3"], "network.hidden"),
                       (["train", "maze", "clamp=3"], "clamp.readout"),
                       (["train", "maze", "lr=3"], "learner.rate"), (["train", "maze", "epochs=3"], "iterations"),
                       (["show", "maze", "hidden_size=3"], "network.hidden"),
                       (["show", "maze", "learner.ratte=3"], "learner.rate"),
                       (["eval", "maze", "episods=3"], "episodes"),
                       (["eval", "maze", "iteration=3"], "iterations"),
                       (["help", "resum"], "resume")):
        expect(2, *args, says=f"did you mean {near}?")
    for args in (["train"], ["train", ""], ["train", "maze", "maze"], ["train", "maze", "=3"],
                 ["train", "maze", "x" * 100000 + "=3"], ["y" * 100000], ["train", "z" * 100000],
                 ["train", "maze", "--" + "w" * 100000], ["--json"], ["list", "rule"], ["list", ""],
                 ["help", "--completion", "sh"], ["help", "--completion"], ["resume"], ["eval"],
                 ["report"], ["train", "maze", "--json=yes"], ["train", "maze", "--out"],
                 ["train", "maze", "--out", ""], ["train", "maze", "--out="], ["list", "--out", "x"],
                 ["\033[31m\n"], ["eval", "maze"], ["train", "maze", "task.size=8"], [""]):
        r = expect(2, *args)
        check("amine " + repr(args)[:80], not re.search("[\x00-\x09\x0b-\x1f]", r.err),
              "no control characters", r)


def test_keys():
    """Each key empty, 0, negative, huge, nan, long: accepted, or refused with its name."""
    for key in keys():
        for value in ("", "0", "-1", "1e300", "-1e300", "nan", "inf", "0x", " 1", "1 ", "true", "1,5",
                      "9" * 130000):
            r = run("show", "maze", f"{key}={value}")
            name = f"amine show maze {key}={value[:20]}"
            check(name, r.code in (0, 2), "exit 0 or 2", r)
            if r.code == 2:
                check(name, f"{key}=" in r.err and "must be" in r.err or "odd" in r.err,
                      "the key and what it must be", r)
            if value in ("", "inf", "0x", "1e300", "-1e300", "9" * 130000):
                check(name, r.code == 2, "exit 2", r)
    for key, value in (("episodes", "1000001"), ("episodes", "nan"),
                       ("episodes", ""), ("policy", ""), ("policy", "planer"), ("actions", "best"),
                       ("episodes", "-1"), ("episodes", "1.5")):
        expect(2, "eval", "maze", "policy=random", f"{key}={value}", says=f"{key}={value}: it must be")
    check("seeds keep 64 bits", configuration("maze", f"seed={2**64 - 1}")["seed"] == str(2**64 - 1),
          2**64 - 1, configuration("maze", f"seed={2**64 - 1}")["seed"])


def test_files(d):
    """Each file missing, unreadable, damaged, wrong: exit 3 and its name."""
    reference = os.path.join(d, "run")
    expect(0, "train", "maze", *BRIEF, "--out", reference, "--quiet", "--no-report")
    whole = read(reference, "checkpoint.safetensors")
    none = os.path.join(d, "none")
    broken = write(os.path.join(d, "broken.json"), b'{"batch": 3')
    empty = write(os.path.join(d, "empty.json"), b"")
    text = write(os.path.join(d, "text.safetensors"), b"this is not a checkpoint at all" * 9)
    cut = write(os.path.join(d, "cut.safetensors"), whole[:-1])
    flipped = write(os.path.join(d, "flipped.safetensors"),
                    whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:])
    for word in ("train", "show"):
        for path in (none + ".json", broken, empty):
            expect(3, word, path, says=path)
    for path in (none + "/", none + ".safetensors", empty + ".safetensors", text, cut, flipped):
        if path.startswith(empty):
            write(path, b"")
        expect(3, "eval", path, "episodes=1", says=path.rstrip("/"))
    packed = write(os.path.join(d, "packed.safetensors"), gzip.compress(whole))
    expect(3, "eval", packed, "episodes=1", says="gunzip")
    expect(2, "train", d, says="is a folder")
    for data, says in ((b"", "checkpoint"), (whole[:50], "checkpoint"), (None, "checkpoint"),
                       (b"x" * 500, "checkpoint")):
        copy = os.path.join(d, "copy")
        shutil.copytree(reference, copy)
        if data is None:
            os.remove(os.path.join(copy, "checkpoint.safetensors"))
        else:
            write(os.path.join(copy, "checkpoint.safetensors"), data)
        before = read(copy, "metrics.jsonl"), read(copy, "config.json")
        expect(3, "resume", copy, "iterations=50", says=says)
        expect(3, "eval", copy, says=says)
        after = read(copy, "metrics.jsonl"), read(copy, "config.json")
        check("resume with a bad checkpoint", before == after, "the other files left alone", "changed")
        shutil.rmtree(copy)
    copy = os.path.join(d, "copy")
    shutil.copytree(reference, copy)
    write(os.path.join(copy, "config.json"), b"[]")
    expect(3, "resume", copy, says="config.json")
    expect(3, "report", copy, says="config.json")
    shutil.rmtree(copy)
    unreadable(d, reference)
    huge = {}
    for key in keys():
        section, _, leaf = key.rpartition(".")
        for value in ("x" * 1000000, None, [], {"a": {"b": 1}}, 1e300, -1):
            huge = {section: {leaf: value}} if section else {leaf: value}
            path = write(os.path.join(d, "value.json"), json.dumps(huge).encode())
            r = run("show", path)
            free = isinstance(value, (int, float)) and r.code == 0
            check(f"{key} = {str(value)[:20]} in a file", r.code == 3 or free, "exit 3", r)
            check(f"{key} = {str(value)[:20]} in a file", free or path in r.err, path, r)
    expect(3, "show", write(os.path.join(d, "key.json"), b'{"learner": {"ratte": 1}}'),
           says="did you mean learner.rate?")
    named = write(os.path.join(d, "named.json"), b'{"meaning": "mine", "task": "maze", "batch": 31}')
    came = configuration(named)
    check("a meaning in a file", came["batch"] == 31 and "meaning" not in came, "passed over", came)
    expect(3, "show", write(os.path.join(d, "named.json"), b'{"meaning": 3}'), says="meaning must be a text")
    expect(2, "show", "maze", "meaning=x", says="meaning")


def unreadable(d, reference):
    """Root can read everything, so that it has to be somebody else who tries."""
    somebody = 65534 if os.getuid() == 0 else None
    os.chmod(d, 0o755)
    try:
        able = run("--version", user=somebody).code == 0
    except OSError:
        able = False
    if not able:
        print("skipped: nobody else can run this amine, so that no file is unreadable")
        return
    path = write(os.path.join(d, "secret.json"), b"{}")
    os.chmod(path, 0)
    expect(3, "show", path, says=path, user=somebody)
    os.chmod(os.path.join(reference, "checkpoint.safetensors"), 0)
    expect(3, "eval", reference, says="checkpoint.safetensors", user=somebody)
    expect(3, "resume", reference, says="checkpoint.safetensors", user=somebody)
    if somebody is not None:
        expect(1, "train", "maze", *BRIEF, "--out", os.path.join(d, "theirs"), says="theirs",
               user=somebody)
    os.chmod(os.path.join(reference, "checkpoint.safetensors"), 0o644)


def test_output(d):
    """Where the output cannot go: exit 1; and results alone on standard output."""
    taken = write(os.path.join(d, "taken"), b"")
    expect(1, "train", "maze", *BRIEF, "--out", os.path.join(taken, "x"), says=taken)
    expect(1, "train", "maze", *BRIEF, "--out", os.path.join(d, "n" * 300))
    folder = os.path.join(d, "run")
    with open("/dev/full", "wb") as full:
        expect(1, "list", stdout=full, says="standard output")
        expect(1, "train", "maze", *BRIEF, "--out", folder, "--quiet", stdout=full,
               says="standard output")
    expect(2, "train", "maze", *BRIEF, "--out", folder, says="already holds a run")
    r = expect(0, "train", "maze", *BRIEF, "--quiet", "--out", folder + "2")
    check("train --quiet", not r.err and "report.html" in r.out, "the result and no messages", r)
    r = expect(0, "train", "maze", *BRIEF, "--out", folder + "3", "--no-report")
    check("train --no-report", not os.path.exists(folder + "3/report.html"), "no report", "one")
    shutil.rmtree(folder + "3")
    for n in ("maze-seed1", "maze-seed1-2", "maze-seed1-3"):
        expect(0, "train", "maze", *BRIEF, "--quiet", "--no-report", cwd=d)
        check("train without --out", os.path.exists(os.path.join(d, "runs", n, "config.json")),
              f"runs/{n}", os.listdir(os.path.join(d, "runs")))
    expect(1, "report", folder, "--out", os.path.join(taken, "x.html"), says=taken)
    expect(4, "train", "maze", "batch=2", "task.steps=60", "iterations=20", "rule.type=decay",
           "network.init_w=100", "modulator.activation=linear", "learner.rate=100", "learner.rate_end=100",
           "learner.warmup=0", "learner.norm_clip=1e9", "--out", folder + "4",
           says="the numbers broke at iteration")


def test_results(d):
    """train, resume, eval and report to their ends, with --json."""
    folder = os.path.join(d, "run")
    r = expect(0, "train", "maze", *BRIEF, "--out", folder, "--json")
    result = json.loads(r.out)
    for key in ("folder", "iteration", "reward", "se", "greedy_reward", "lines", "report"):
        check("train --json", key in result, key, result)
    check("train --json", result["iteration"] == 40, "iteration 40", result)
    with zipfile.ZipFile(os.path.join(folder, "recording.npz")) as z:
        inputs = re.search(rb"'shape': \((\d+), (\d+)\)", z.read("inputs.npy"))
    check("the maze's recording", inputs and int(inputs[1]) == 20 and int(inputs[2]) >= 9, "20 steps of inputs", inputs)
    files = ["checkpoint.safetensors", "config.json", "eval.json", "explain.json", "lines.json",
             "metrics.jsonl", "recording.npz", "report.html"]
    there = sorted(f for f in os.listdir(folder) if not f.startswith("events.out.tfevents."))
    check("a run's folder", there == files, files, there)
    began, times = time.time(), wall_times(folder)
    check("TensorBoard's times", len(times) == 15 and times == sorted(times) and
          began - 600 < times[0] < began + 60, "now, ascending", times)
    page = read(folder, "report.html")
    check("report.html", len(page) > 2000 and b"<html" in page[:500].lower(), "a page", page[:200])
    r = expect(0, "resume", folder, says="this run is complete")
    check("resume of a complete run", "iterations=80" in r.err, "how to go further", r)
    expect(2, "resume", folder, "seed=2", says="seed=1 cannot be changed")
    expect(2, "resume", folder, "iterations=39", says="already done 40")
    expect(0, "resume", folder, "iterations=60", "--quiet")
    check("TensorBoard's times of a resumed run", wall_times(folder)[:14] == times[:14], "as they were", times)
    check("resume iterations=60", json.loads(run("resume", folder, "--json").out)["iteration"] == 60,
          60, run("resume", folder, "--json"))
    one = json.loads(expect(0, "eval", folder, "episodes=50", "--json").out)
    two = json.loads(expect(0, "eval", folder + "/checkpoint.safetensors", "episodes=50", "--json",
                            "threads=2").out)
    check("eval of folder and checkpoint", one["reward"] == two["reward"], one["reward"],
          two["reward"])
    for more in (["actions=greedy"], ["seed=3"], ["task.size=9"], ["clamp.readout=0"]):
        text = expect(0, "eval", folder, "episodes=50", *more).out
        check("eval " + more[0], re.search(r"^  network, .* \+- ", text, re.M), "mean +- s.e.", text)
        result = json.loads(run("eval", folder, "episodes=50", *more, "--json").out)
        check("eval " + more[0], result["reward"] != one["reward"] or more[0].startswith("clamp"),
              f"another mean than {one['reward']}", result)
    expect(3, "eval", folder, "network.hidden=17", says="shape")
    for policy in choices_of_eval("policy")[1:]:
        r = json.loads(expect(0, "eval", "maze", f"policy={policy}", "episodes=300", "--json").out)
        line = r["lines"][policy]
        check(f"eval policy={policy}", abs(r["reward"] - line) < 5 * r["se"], f"about {line}", r)
    explained(d, folder)
    os.remove(os.path.join(folder, "recording.npz"))
    r = expect(0, "report", folder)
    check("report", r.out == folder + "/report.html\n", "the page's name", r)
    check("report", os.path.exists(os.path.join(folder, "recording.npz")), "a recording made", "none")
    other, page = os.path.join(d, "other"), os.path.join(d, "both.html")
    expect(0, "train", "maze", *BRIEF, "seed=2", "--out", other, "--quiet", "--no-report")
    expect(0, "report", folder, other, "--out", page)
    check("report of two runs", os.path.getsize(page) > 2000, "a page", os.path.getsize(page))


def explained(d, folder):
    """What the modulator of a run does, in words, as JSON and on its page; and who has none."""
    r = expect(0, "explain", folder, "episodes=8")
    for words in ("maze, 8 episodes", "level, the modulator M(t): mean ", "predicted (R2, held out) everything ",
                  "held at its mean ", "held after wall ", "reaches "):
        check("explain", words in r.out, words, r)
    kept = os.path.join(d, "explained.json")
    r = expect(0, "explain", folder, "episodes=8", "threads=2", "--json", "--out", kept)
    result = json.loads(r.out)
    check("explain --out", json.loads(read(kept)) == result, "what is printed", result)
    level = result["signals"][0]
    check("explain --json", [h["how"] for h in level["held"]][:4] == ["free", "mean", "zero", "shuffled"] and
          level["held"][0]["difference"] == 0 and level["samples"] == 8 * 20, "held in four ways", level)
    plain = json.loads(expect(0, "eval", folder, "episodes=8", "--json").out)
    check("explain, free", abs(level["held"][0]["value"] - plain["reward"]) < 1e-9, plain["reward"], level["held"])
    clamped = json.loads(expect(0, "eval", folder, "episodes=8", "clamp.readout=0", "--json").out)
    check("explain, at 0", abs(level["held"][2]["value"] - clamped["reward"]) < 1e-9, clamped["reward"],
          level["held"])
    larger = json.loads(expect(0, "explain", folder, "episodes=8", "task.steps=30", "--json").out)
    check("explain task.steps=30", larger["signals"][0]["samples"] == 8 * 30, 240, larger["signals"][0]["samples"])
    check("report, explained", b"What the modulator does" in read(folder, "report.html"), "a section", "none")
    expect(2, "explain", "maze", says="maze holds no trained network")
    os.rename(folder, os.path.join(d, "maze"))  # hidden by the preset of its name
    expect(2, "explain", "maze", cwd=d, says="the folder of that name is written ./maze")
    expect(2, "eval", "maze", cwd=d, says="the folder of that name is written ./maze")
    expect(0, "eval", "./maze", "episodes=2", cwd=d)
    os.rename(os.path.join(d, "maze"), folder)
    expect(2, "explain", folder, "episods=3", says="episodes")
    expect(3, "explain", d, says=d)
    plain = os.path.join(d, "constant")
    expect(0, "train", "maze", *BRIEF, "modulator.type=constant", "--out", plain, "--quiet")
    expect(2, "explain", plain, says="no signal modulates this network")
    check("a run without a signal", not os.path.exists(os.path.join(plain, "explain.json")) and
          b"What the modulator does" not in read(plain, "report.html"), "no section", "one")


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


def test_a_text(d):
    """A network of symbols is spoken of by its perplexity, and shows what it reads and writes."""
    text, folder = os.path.join(d, "text.txt"), os.path.join(d, "reads")
    with open(text, "w", encoding="utf-8") as f:
        f.write("the cat & <the> cat sat on the mat\nthe dog sat on a cat\n" * 60)
    keys = ["task.type=text", "task.file=" + text, "task.steps=6", "network.type=plastic-lstm", "network.hidden=8",
            "batch=4", "iterations=30", "learner.type=bptt", "learner.rate=0.01", "seed=2"]
    r = expect(0, "train", "maze", *keys, "--out", folder)
    check("perplexity in the progress", re.search(r"perplexity +[\d.]+ \(uniform 11, unigram [\d.]+\)", r.err), "it", r)
    said = re.search(r"^perplexity.* over (\d+) windows.*\n +network +([\d.]+) .*\n +uniform +11.00$", r.out, re.M)
    with open(os.path.join(folder, "eval.json"), encoding="utf-8") as f:
        kept = json.load(f)
    check("perplexity", said and abs(float(said[2]) - kept["perplexity"]) < .01 and int(said[1]) == kept["episodes"] and
          abs(kept["perplexity"] - math.exp(-kept["reward"])) < 1e-6, kept, r)
    one = json.loads(expect(0, "eval", folder, "--json").out)
    check("all windows are read", one["episodes"] == kept["episodes"] and one["reward"] == kept["reward"], kept, one)
    with open(os.path.join(folder, "episode.json"), encoding="utf-8") as f:
        words = json.load(f)["text"]
    symbols = set("<unk> <eos> the cat & <the> sat on mat dog a".split())
    n = 6 * (kept["episodes"] // 4) + 1
    check("what it read and wrote", len(words["shown"]) == n and len(words["written"]) == 200 and
          set(words["shown"] + words["written"]) <= symbols and words["between"] == " ", n, words)
    page = read(folder, "report.html").decode()
    for part in ("over words", "Surprise", "How it goes on", "has a perplexity of", "&lt;the&gt;", "one who knows how often"):
        check("the page of a text", part in page, part, len(page))
    with open(os.path.join(folder, "episode.json"), encoding="utf-8") as f:
        whole = json.load(f)
    for damage, says in (({"shown": ["a"] * 2001}, "at most 2000 symbols"), ({"written": [3]}, "element 0 is no text"),
                         ({"between": 1}, '"between" is no text'), ({"shown": ["a"] * (n + 1)}, "are shown over")):
        broken = os.path.join(d, "broken")
        shutil.copytree(folder, broken)
        with open(os.path.join(broken, "eval.json"), encoding="utf-8") as f:
            seal = json.load(f)
        with open(os.path.join(broken, "episode.json"), "w", encoding="utf-8") as f:
            json.dump({**whole, "text": {**words, **damage}}, f)
        with open(os.path.join(broken, "episode.json"), "rb") as f:
            data = f.read()
        seal["files"]["episode.json"] = {"bytes": len(data), "crc32c": crc32c(data)}
        with open(os.path.join(broken, "eval.json"), "w", encoding="utf-8") as f:
            json.dump(seal, f)
        expect(3, "report", broken, says=says)
        shutil.rmtree(broken)
    check("the page of a text", "<the>" not in page and "per episode" not in page, "no reward", len(page))


def choices_of_eval(key):
    text = re.sub(r"\s+", " ", run("eval", "--help").out.split("\nkeys\n")[1])
    return re.search(rf"{key} [^:]*: ([a-z|]+)", text).group(1).split("|")


# ------------------------------------------------------------------------------------ the same bits
def test_same_bits(d):
    reference = os.path.join(d, "reference")
    expect(0, "train", "maze", *BRIEF, "--out", reference, "--quiet", "--no-report")
    for n in (2, 3, 8):
        folder = os.path.join(d, f"threads{n}")
        expect(0, "train", "maze", *BRIEF, f"threads={n}", "--out", folder, "--quiet", "--no-report")
        same_run(f"threads={n}", folder, reference)
    for name in ("plain", "avx2", "avx512", "neon", "auto"):
        env = environment(AMINE_KERNEL=name)
        if run("list", "tasks", env=env).code == 2:
            print(f"skipped: no {name} kernels here")
            continue
        folder = os.path.join(d, name)
        expect(0, "train", "maze", *BRIEF, "--out", folder, "--quiet", "--no-report", env=env)
        same_run(f"AMINE_KERNEL={name}", folder, reference)
    expect(2, "list", env=environment(AMINE_KERNEL="sse9"), says="AMINE_KERNEL")
    for at in (1, 6, 7, 20, 39):
        folder = os.path.join(d, f"step{at}")
        expect(0, "train", "maze", *[k for k in BRIEF if "iterations" not in k], f"iterations={at}",
               "learner.schedule_iterations=40", "--out", folder, "--quiet", "--no-report")
        expect(0, "resume", folder, "iterations=40", "--quiet", "--no-report")
        same_run(f"resumed after {at}", folder, reference)


def start(*args, **more):
    # Not in the background for a shell's eyes: SIGINT must not be ignored.
    return subprocess.Popen([amine, *args], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, env=environment(), start_new_session=True, **more)


def finish(p):
    out, err = p.communicate(timeout=LIMIT)
    return Result(p.returncode, out.decode(), err.decode())


def wait_for_lines(p, folder, n):
    path, end = os.path.join(folder, "metrics.jsonl"), time.time() + LIMIT
    while p.poll() is None and time.time() < end:
        if os.path.exists(path) and read(path).count(b"\n") >= n:
            return
        time.sleep(0.001)


def longer_reference(d):
    reference = os.path.join(d, "reference")
    if not os.path.exists(reference):
        expect(0, "train", "maze", *LONGER, "--out", reference, "--quiet", "--no-report")
    return reference


def test_signals(d):
    reference = longer_reference(d)
    for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)):
        folder = os.path.join(d, f"stopped {number}")  # a blank, so that it must be quoted
        p = start("train", "maze", *LONGER, "--out", folder, "--no-report", "--json")
        wait_for_lines(p, folder, 5)
        p.send_signal(number)
        r = finish(p)
        check(signal.Signals(number).name, r.code == code, f"exit {code}", r)
        command = f"resume '{folder}'"
        check(signal.Signals(number).name, command in r.err, f"how to go on: {command}", r)
        result = json.loads(r.out or "{}")
        check("--json of a stopped run", result.get("status") == "stopped" and
              result.get("signal") == number and result.get("iteration", 0) >= 50,
              "status, signal, iteration", r)
        saved = metrics(folder)[-1]["iteration"]
        check("stopped", result.get("iteration", 0) - saved < 10, "saved where it stopped",
              (saved, result))
        p = start("resume", folder, "--no-report")
        wait_for_lines(p, folder, len(metrics(folder)) + 5)
        p.send_signal(number)
        r = finish(p)
        check("resume, stopped again", r.code == code, f"exit {code}", r)
        expect(0, "resume", folder, "--quiet", "--no-report")
        same_run("stopped twice by " + signal.Signals(number).name, folder, reference)


def test_criterion(d):
    """Training that ends at the criterion says so, counts the trials, and is the same run if it was
    interrupted."""
    brief = ["iterations=1500", "stop_at_criterion=true", "threads=1", "record=1", "seed=3"]
    whole, cut = os.path.join(d, "whole"), os.path.join(d, "cut")
    r = expect(0, "train", "evidence", *brief, "--out", whole)
    last = metrics(whole)[-1]["iteration"]
    result = json.loads(read(whole, "eval.json"))
    check("stop_at_criterion", 31 < last < 1500, "an end before 1500", last)
    check("eval.json", result["iteration"] == last and result["criterion"] == 0.95 and
          result["trials_to_criterion"] == 32 * last, f"{32 * last} trials", result)
    check("train", f"reached 0.95 after {32 * last:,} trials" in r.out.replace("training has ", ""),
          "how many trials it took", r)
    rewards = [line["reward"] for line in metrics(whole)]  # a window of 32 batches, 1024 episodes
    means = [sum(rewards[k - 31:k + 1]) / 32 for k in range(31, len(rewards))]
    check("metrics.jsonl", all(m < 0.95 for m in means[:-1]) and means[-1] >= 0.95,
          "the first window that reaches 0.95 is the last", means[-3:])
    p = start("train", "evidence", *brief, "--out", cut, "--no-report")
    wait_for_lines(p, cut, 3)
    p.send_signal(signal.SIGINT)
    r = finish(p)
    check("interrupted", r.code in (0, 130), "exit 130, or it was done", r)
    if r.code == 130:
        expect(0, "resume", cut, "--quiet", "--no-report")
    same_run("stopped on its way to the criterion", cut, whole)
    r = expect(0, "resume", whole)
    check("resume of what has reached it", metrics(whole)[-1]["iteration"] == last, last, r)
    expect(0, "resume", whole, "stop_at_criterion=false", f"iterations={last + 5}", "--quiet",
           "--no-report")
    check("resume without the criterion", metrics(whole)[-1]["iteration"] == last + 5, last + 5,
          metrics(whole)[-1])
    expect(0, "eval", whole, "episodes=20")
    r = expect(2, "train", "pennies", "stop_at_criterion=true", "--out", os.path.join(d, "none"),
               says="stop_at_criterion=true: task.type=pennies has none")


def test_second_signal(d):
    """A long iteration, so that there is time for a second Ctrl-C."""
    folder = os.path.join(d, "slow")
    p = start("train", "maze", "network.hidden=200", "batch=400", "task.steps=400", "threads=1",
              "--out", folder)
    end = time.time() + LIMIT
    while not os.path.exists(os.path.join(folder, "config.json")) and time.time() < end:
        time.sleep(0.01)
    p.send_signal(signal.SIGINT)
    time.sleep(0.2)
    p.send_signal(signal.SIGINT)
    began = time.time()
    r = finish(p)
    check("a second SIGINT", r.code == -signal.SIGINT and time.time() - began < 1,
          "the end, at once", (r, time.time() - began))


def test_ignored(d):
    """Who was started with SIGINT ignored (nohup, a shell's background) keeps ignoring it."""
    folder = os.path.join(d, "ignored")
    p = start("train", "maze", *LONGER, "--out", folder, "--quiet", "--no-report",
              preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    wait_for_lines(p, folder, 5)
    p.send_signal(signal.SIGINT)
    r = finish(p)
    check("SIGINT when it is ignored", r.code == 0, "exit 0", r)


def test_kill(d, times=5):
    """kill -9 at random moments, also before the first checkpoint; resume; the same bytes at the end."""
    reference = longer_reference(d)
    began = time.time()
    expect(0, "train", "maze", *LONGER, "--out", os.path.join(d, "timed"), "--quiet", "--no-report")
    whole = time.time() - began
    for k in range(times):
        folder, kills, seed = os.path.join(d, f"killed{k}"), 0, random.randrange(1 << 30)
        moments = random.Random(seed)
        args = ["train", "maze", *LONGER, "--out", folder, "--quiet", "--no-report"]
        while kills < 4:
            p = start(*args)
            time.sleep(moments.uniform(0, whole / 3) * (moments.random() ** 2))
            p.kill()
            p.communicate()
            kills += 1
            if os.path.exists(os.path.join(folder, "config.json")):
                args = ["resume", folder, "--quiet", "--no-report"]
        r = run(*args)
        if check(f"after kill -9 (seed {seed})", r.code == 0, "exit 0", r):
            same_run(f"killed {kills} times (seed {seed})", folder, reference)


# ------------------------------------------------------------------------------------ progress
def on_terminal(columns, d, *more, **env):
    """Standard error of a run on a terminal of so many columns."""
    folder = os.path.join(d, f"terminal{columns}{len(os.listdir(d))}")
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    p = subprocess.Popen([amine, "train", "maze", *WATCHED, "--out", folder, "--no-report", *more],
                         stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs,
                         env=environment(**env))
    os.close(theirs)
    text = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:
            break
        if not part:
            break
        text += part
    os.close(ours)
    check("train on a terminal", p.wait(LIMIT) == 0, "exit 0", p.returncode)
    return text.decode()


def test_progress(d):
    try:
        for end in pty.openpty():
            os.close(end)
    except OSError as e:
        print(f"skipped: no terminal can be made here ({e}), the progress line is not checked")
        return
    for columns in (200, 100, 80, 40, 20, 1):
        text = on_terminal(columns, d, TERM="xterm", LANG="C.UTF-8")
        states = [re.sub("\033\\[[0-9;]*[mK]", "", s) for s in text.split("\r")[1:]]
        states = [s for s in states if s.strip("\n")]
        if columns >= 20:
            check(f"progress in {columns} columns", len(states) >= 2 and
                  ("100%" in states[-1] or "1200/1200" in states[-1]),
                  "several states, the last one complete", text[-300:])
        wide = [s for s in states if len(s.rstrip("\n")) > columns - 1 and "iterations" not in s]
        check(f"progress in {columns} columns", not wide, f"at most {columns - 1} columns", wide[:1])
        if columns >= 100:
            for word in ("/s", "left", "reward", "random", "oracle"):
                check(f"progress in {columns} columns", word in states[0], word, states[0])
    text = on_terminal(100, d, TERM="xterm", NO_COLOR="1")
    check("NO_COLOR", "\033[" not in text.replace("\033[K", ""), "no colours", text[:300])
    check("without a UTF-8 locale", all(ord(c) < 128 for c in text), "ASCII alone", text[:300])
    text = on_terminal(100, d, TERM="dumb")
    check("TERM=dumb", "\033" not in text and "iteration" in text, "plain lines", text[:300])
    text = on_terminal(100, d, "--quiet", TERM="xterm")
    check("--quiet on a terminal", text == "", "nothing", text[:300])
    folder = os.path.join(d, "plain")
    r = expect(0, "train", "maze", *WATCHED, "--out", folder, "--no-report",
               env=environment(TERM="xterm"))
    lines = r.err.splitlines()
    check("progress without a terminal", 2 <= len(lines) <= 12 and "\r" not in r.err and
          "\033" not in r.err and "1200/1200" in lines[-1], "few plain lines", r)


def test_closed_pipe(d):
    """Who watches may go away; the run goes on to its end."""
    folder = os.path.join(d, "watched")
    p = start("train", "maze", *LONGER, "--out", folder, "--no-report")
    p.stderr.close()
    p.stdout.read()
    p.stdout.close()
    check("standard error closed", p.wait(LIMIT) == 0, "exit 0", p.returncode)
    last = metrics(folder)[-1]["iteration"]
    check("standard error closed", last == 2500, "all 2500 iterations", last)
    # nothing of what is said ends in a file of the run
    folder = os.path.join(d, "alone")
    subprocess.run([amine, "train", "maze", *WATCHED, "--out", folder, "--no-report"], timeout=LIMIT,
                   preexec_fn=lambda: [os.close(fd) for fd in range(3)], close_fds=False)
    check("no standard descriptors", metrics(folder)[-1]["iteration"] == 1200, "all 1200 iterations",
          metrics(folder)[-1])


TESTS = [test_help, test_manual, test_completion, test_tables, test_files_of_ones_own, test_folders, test_seeds,
         test_words, test_keys, test_files,
         test_output, test_results, test_a_text, test_same_bits, test_signals, test_criterion, test_second_signal, test_ignored,
         test_kill, test_progress, test_closed_pipe]


def main():
    global amine
    if len(sys.argv) < 2 or not os.access(sys.argv[1], os.X_OK):
        print("usage: test_cli.py PATH_OF_AMINE [PART ...]")
        return 2
    amine = os.path.abspath(sys.argv[1])
    for test in TESTS:
        if sys.argv[2:] and not any(part in test.__name__ for part in sys.argv[2:]):
            continue
        before, began = failures, time.time()
        with tempfile.TemporaryDirectory(prefix="amine-cli-") as d:
            try:
                test(d) if test.__code__.co_argcount else test()
            except Exception as problem:  # a test that cannot go on has failed
                failed(test.__name__, "no surprise", f"{type(problem).__name__}: {problem}")
        word = "ok" if failures == before else "FAILED"
        print(f"{word:7} {test.__name__} ({time.time() - began:.1f} s)", flush=True)
    print(f"{checks} checks, {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
